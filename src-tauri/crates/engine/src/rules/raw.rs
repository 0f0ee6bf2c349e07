//! The file as it is written, before anything is checked but its shape.

use mirante_alerts::{Absence, Scope, Severity};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) zone: Option<String>,
    #[serde(default)]
    pub(super) holidays: Vec<String>,
    #[serde(default)]
    pub(super) rule: Vec<Rule>,
    #[serde(default)]
    pub(super) policy: Vec<Policy>,
    #[serde(default)]
    pub(super) scenario: Vec<super::scenario::Raw>,
    /// Rules that do not watch.
    #[serde(default)]
    pub(super) off: Vec<String>,
    /// Ready rules that watch though they are off by themselves.
    #[serde(default)]
    pub(super) on: Vec<String>,
    #[serde(default)]
    pub(super) duty: Vec<Duty>,
    #[serde(default)]
    pub(super) messages: Messages,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Duty {
    pub(super) role: String,
    pub(super) people: Vec<String>,
    pub(super) hours: Option<Hours>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Messages {
    pub(super) wait: String,
    pub(super) interval: String,
    pub(super) repeat: String,
}

impl Default for Messages {
    fn default() -> Self {
        Messages { wait: "30s".to_owned(), interval: "5m".to_owned(), repeat: "4h".to_owned() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) id: String,
    pub(super) steps: Vec<Step>,
    #[serde(default)]
    pub(super) repeats: u32,
    #[serde(default = "half_an_hour")]
    pub(super) pause: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    #[serde(default = "at_once")]
    pub(super) after: String,
    pub(super) to: Vec<String>,
    pub(super) by: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) severity: Severity,
    pub(super) scope: Scope,
    #[serde(default)]
    pub(super) only: Vec<String>,
    pub(super) when: String,
    pub(super) over: Option<String>,
    #[serde(default = "at_once", rename = "for")]
    pub(super) hold: String,
    #[serde(default = "at_once")]
    pub(super) keep_firing_for: String,
    #[serde(default)]
    pub(super) absent: Absence,
    pub(super) hours: Option<Hours>,
    #[serde(default)]
    pub(super) holds_back: Vec<String>,
    #[serde(default)]
    pub(super) flapping: Flapping,
    pub(super) policy: Option<String>,
    #[serde(default)]
    pub(super) legal: bool,
    #[serde(default)]
    pub(super) plan: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hours {
    #[serde(default)]
    pub(super) days: Vec<String>,
    pub(super) from: String,
    pub(super) to: String,
    #[serde(default)]
    pub(super) holidays: bool,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Flapping {
    pub(super) most: u32,
    pub(super) within: String,
}

impl Default for Flapping {
    fn default() -> Self {
        Flapping { most: 3, within: "30m".to_owned() }
    }
}

fn half_an_hour() -> String {
    "30m".to_owned()
}

fn at_once() -> String {
    "0s".to_owned()
}
