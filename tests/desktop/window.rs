//! The window through WebDriver: a few requests of plain HTTP to WebKit's own driver.
//!
//! Tauri's driver would only stand between: it keeps connections to this one open, meets one that was closed, and hangs up.

use crate::screen::Screen;
use anyhow::{Context, Result, bail};
use mirante_tests::background::Background;
use mirante_tests::hub::Client;
use mirante_tests::pbx::free_port;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// An open window.
pub(crate) struct Window {
    http: Client,
    session: String,
    _driver: Background,
}

/// The built program: `$MIRANTE_DESKTOP`, else the one beside this test.
fn program() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("MIRANTE_DESKTOP") {
        return Ok(path.into());
    }
    let here = std::env::current_exe()?;
    let found = here.ancestors().skip(1).take(2).map(|folder| folder.join("mirante")).find(|path| path.exists());
    found.context("the window is not built: cargo build -p mirante")
}

impl Window {
    /// Opens it on a configuration; everything it keeps goes under `folder`.
    pub(crate) fn open(screen: &Screen, config: &Path, folder: &Path, secrets: &[(&str, &str)]) -> Result<Window> {
        let port = free_port()?;
        let mut command = Command::new("WebKitWebDriver");
        // Tauri lets itself be driven only where it is told to.
        command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true");
        command.env("DISPLAY", &screen.display).env("DBUS_SESSION_BUS_ADDRESS", &screen.bus).env("GDK_BACKEND", "x11");
        command.env("XDG_DATA_HOME", folder.join("share")).env("XDG_CONFIG_HOME", folder.join("config"));
        command.env_remove("WAYLAND_DISPLAY").envs(secrets.iter().copied()).stdin(Stdio::null()).stdout(Stdio::null());
        let driver = Background::start(&mut command)?;
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            if Instant::now() > until {
                bail!("WebKitWebDriver does not listen after 10 s");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // Without a display the program dies and WebDriver would wait for ever: an answer must come in time.
        let http = Client::new(address).patient(Duration::from_secs(40));
        let data = folder.join("data");
        let arguments = ["--config".into(), config.display().to_string(), "--data".into(), data.display().to_string()];
        let options = json!({"binary": program()?, "args": arguments});
        let wanted = json!({"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}});
        let answer = request(&http, "/session", &wanted)?;
        let session = answer["sessionId"].as_str().with_context(|| format!("no session: {answer}"))?.to_owned();
        Ok(Window { http, session, _driver: driver })
    }

    /// Runs a script in the page and gives what it returns.
    pub(crate) fn run(&self, script: &str) -> Result<Value> {
        request(&self.http, &format!("/session/{}/execute/sync", self.session), &json!({"script": script, "args": []}))
    }

    /// A number that a script returns.
    pub(crate) fn number(&self, script: &str) -> Result<i64> {
        let value = self.run(script)?;
        value.as_f64().map(|value| value as i64).with_context(|| format!("{script} gives {value}"))
    }

    /// Waits until an expression is true in the page.
    pub(crate) fn until(&mut self, limit: Duration, expression: &str) -> Result<()> {
        let until = Instant::now() + limit;
        while Instant::now() < until {
            // A page that is still loading has none of the elements: that is "not yet".
            if self.run(&format!("return {expression}")).is_ok_and(|value| value == true) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let page = self.run("return document.body.innerText.slice(0, 2000)")?;
        bail!("not in {limit:?}: {expression}; the page says {page}")
    }

    /// Keeps a picture in the target folder.
    pub(crate) fn picture(&self, name: &str) -> Result<()> {
        // A picture just after a change may show the frame before it.
        std::thread::sleep(Duration::from_millis(300));
        let (_, body) = self.http.get(&format!("/session/{}/screenshot", self.session))?;
        let value: Value = serde_json::from_str(&body)?;
        let bytes = base64(value["value"].as_str().context("no picture")?);
        std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), bytes)?;
        Ok(())
    }

    /// Closes it.
    pub(crate) fn close(self) -> Result<()> {
        let (status, body) = self.http.delete(&format!("/session/{}", self.session))?;
        if status != 200 {
            bail!("closing gives {status}: {body}");
        }
        Ok(())
    }
}

fn request(http: &Client, path: &str, body: &Value) -> Result<Value> {
    let (status, text) = http.post(path, &body.to_string(), &[])?;
    let answer: Value = serde_json::from_str(&text).with_context(|| format!("WebDriver says {status}: {text}"))?;
    if status != 200 {
        bail!("WebDriver says {status}: {}", answer["value"]["message"]);
    }
    Ok(answer["value"].clone())
}

/// Bytes of base64 text; anything outside its alphabet is passed over.
fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for value in text.bytes().filter_map(|byte| ALPHABET.iter().position(|letter| *letter == byte)) {
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
