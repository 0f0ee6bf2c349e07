//! The watcher in `watch.mjs`, seen from Rust.

use anyhow::{Context, Result, bail};
use mirante_tests::background::Background;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// A page in a browser.
pub(crate) struct Page {
    program: Background,
    lines: Receiver<String>,
    state: Value,
    callers: Vec<(String, f64)>,
    dialogs: Vec<String>,
    faults: Vec<String>,
    answer: Option<Value>,
}

impl Page {
    /// Opens an address and waits for the first queue on screen.
    pub(crate) fn open(address: &str) -> Result<Page> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
        if !here.join("node_modules").exists() {
            bail!("playwright-core is not installed: run npm ci in tests/browser");
        }
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser.png");
        let mut command = Command::new("node");
        command.arg(here.join("watch.mjs")).arg(address).arg(picture).stdin(Stdio::piped());
        let (program, lines) = Background::start_reading(&mut command)?;
        let (callers, dialogs, faults) = (Vec::new(), Vec::new(), Vec::new());
        let mut page = Page { program, lines, state: Value::Null, callers, dialogs, faults, answer: None };
        let until = Instant::now() + Duration::from_secs(40);
        while Instant::now() < until {
            if page.hear(Duration::from_secs(1))?.is_some_and(|line| line["ready"] == true) {
                return Ok(page);
            }
        }
        bail!("no queue on screen in 40 s; last {}; faults {:?}", page.state, page.faults)
    }

    fn hear(&mut self, limit: Duration) -> Result<Option<Value>> {
        use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
        let line = match self.lines.recv_timeout(limit) {
            Ok(line) => line,
            Err(Timeout) => return Ok(None),
            Err(Disconnected) => bail!("the browser ended; faults {:?}", self.faults),
        };
        let line: Value = serde_json::from_str(&line).with_context(|| line.clone())?;
        if let Some(caller) = line["caller"].as_str() {
            self.callers.push((caller.to_owned(), line["at"].as_f64().unwrap_or_default()));
        }
        if !line["state"].is_null() {
            self.state = line["state"].clone();
        }
        self.dialogs.extend(line["dialog"].as_str().map(str::to_owned));
        self.faults.extend(line["fault"].as_str().map(str::to_owned));
        if line.get("answer").is_some() {
            self.answer = Some(line["answer"].clone());
        }
        Ok(Some(line))
    }

    fn drain(&mut self) {
        while self.hear(Duration::from_millis(1)).expect("a browser that goes on").is_some() {}
    }

    /// Waits until the screen is so. Gives how long it took and the state, or the last state.
    pub(crate) fn wait(&mut self, limit: Duration, is: impl Fn(&Value) -> bool) -> Result<(Duration, Value), Value> {
        let began = Instant::now();
        while began.elapsed() < limit {
            self.hear(Duration::from_millis(20)).expect("a browser that goes on");
            if is(&self.state) {
                return Ok((began.elapsed(), self.state.clone()));
            }
        }
        Err(self.state.clone())
    }

    /// Callers that came on screen: the text of their number, and when, Unix ms.
    pub(crate) fn callers(&mut self) -> Vec<(String, f64)> {
        self.drain();
        self.callers.clone()
    }

    /// What the page tried to ask or tell in a dialog.
    pub(crate) fn dialogs(&mut self) -> &[String] {
        self.drain();
        &self.dialogs
    }

    /// Errors in the page.
    pub(crate) fn faults(&mut self) -> &[String] {
        self.drain();
        &self.faults
    }

    /// The value of an expression in the page, as text.
    pub(crate) fn ask(&mut self, expression: &str) -> String {
        self.tell(expression);
        let until = Instant::now() + Duration::from_secs(10);
        self.answer = None;
        while Instant::now() < until {
            self.hear(Duration::from_millis(100)).expect("a browser that goes on");
            if let Some(answer) = self.answer.take() {
                return answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            }
        }
        panic!("no answer from the page in 10 s: {expression}")
    }

    /// Keeps a picture of the screen in the target folder.
    pub(crate) fn picture(&mut self) {
        self.tell("picture");
        self.ask("1");
    }

    fn tell(&mut self, line: &str) {
        let input = self.program.child().stdin.as_mut().expect("an input");
        writeln!(input, "{line}").expect("a browser that listens");
    }
}
