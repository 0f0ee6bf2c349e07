//! A script that does on screen what a person would, and what it told.

use mirante_tests::hub::Hub;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What a script told, a line each.
#[derive(Debug)]
pub(crate) struct Script {
    lines: Vec<Value>,
}

impl Script {
    /// Runs one of the scripts beside this file on a hub, to its end: nothing may go wrong in the page.
    pub(crate) fn run(script: &str, hub: &Hub, arguments: &[&str]) -> Script {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
        let address = format!("http://{}/", hub.address());
        let output = Command::new("node").arg(here.join(script)).arg(address).args(arguments).output().expect("node");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let is_bad = |line: &&Value| line.get("fault").is_some() || line.get("dialog").is_some();
        assert_eq!(lines.iter().find(is_bad), None, "{said}");
        Script { lines }
    }

    /// What it told under a name.
    pub(crate) fn step(&self, name: &str) -> &Value {
        self.lines.iter().find_map(|line| line.get(name)).unwrap_or_else(|| panic!("no {name} in {:?}", self.lines))
    }

    /// The same, as text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.step(name).as_str().unwrap_or_default()
    }
}
