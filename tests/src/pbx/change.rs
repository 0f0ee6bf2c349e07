//! What a test changes at a PBX: its files, its orders, and its clock.

use super::Pbx;
use crate::ami::Ami;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where Debian keeps the library that tells a program of this computer another time.
const LIBRARIES: [&str; 2] =
    ["/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"];

impl Pbx {
    /// Changes a file of its configuration; what happens to a running one, the test says.
    pub fn edit(&self, file: &str, change: impl FnOnce(String) -> String) -> Result<()> {
        let path = self.etc().join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        fs::write(&path, change(text)).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Gives an order at its own command line, which unlike the manager interface takes every order, and returns what it says.
    pub fn order(&self, words: &str) -> Result<String> {
        let config = self.etc().join("asterisk.conf");
        let output = self.tree().command().arg("-C").arg(config).args(["-rx", words]).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(output.status.success(), "{words}: {said}{}", String::from_utf8_lossy(&output.stderr));
        Ok(said)
    }
}

/// A clock that a test can set while the program that reads it runs. Only what the program is told changes; durations that
/// it measures by the machine's uptime stay true, as on a machine whose clock is set.
#[derive(Debug, Clone)]
pub struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    /// A clock that is right, for programs of this computer, kept in a file of `folder`.
    pub fn new(folder: &Path) -> Result<Clock> {
        let library = LIBRARIES.iter().map(PathBuf::from).find(|path| path.exists());
        Clock::with(library.context("libfaketime is missing: install the Debian package libfaketime")?, folder)
    }

    /// The same for programs that another system's library fits.
    pub(super) fn with(library: PathBuf, folder: &Path) -> Result<Clock> {
        let clock = Clock { library, file: folder.join("clock") };
        clock.set(0.0)?;
        Ok(clock)
    }

    /// Sets it so many seconds ahead of the machine's, or behind.
    pub fn set(&self, seconds: f64) -> Result<()> {
        // A reader must never find half a number.
        let fresh = self.file.with_extension("new");
        fs::write(&fresh, format!("{seconds:+.3}\n"))?;
        fs::rename(&fresh, &self.file)?;
        Ok(())
    }

    /// The library, for a loader that is told what to load first.
    pub(super) fn library(&self) -> &Path {
        &self.library
    }

    /// What a program of this computer must find in its environment to read this clock.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = self.place();
        variables.push(("LD_PRELOAD", self.library.display().to_string()));
        variables
    }

    /// What tells the library where the clock is, and to leave uptime and files alone.
    pub(super) fn place(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string())];
        let switches = ["FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC", "FAKETIME_DONT_RESET", "NO_FAKE_STAT"];
        variables.extend(switches.map(|name| (name, "1".to_owned())));
        variables
    }
}

/// Waits for a message that is so, at most 15 s; what came before is dropped.
pub fn until(ami: &mut Ami, what: &str, is: impl Fn(&crate::ami::Message) -> bool) -> Result<crate::ami::Message> {
    let end = std::time::Instant::now() + Duration::from_secs(15);
    loop {
        let left = end.saturating_duration_since(std::time::Instant::now());
        let message = ami.receive(left)?.with_context(|| format!("not within 15 s: {what}"))?;
        if is(&message) {
            return Ok(message);
        }
    }
}
