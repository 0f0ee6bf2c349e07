//! The facts of a message about alerts, as the outbox keeps them. Whoever sends it finds the words.

use mirante_alerts::{Reason, Scope, Severity};
use serde::{Deserialize, Serialize};

/// One message. No secret, number or name of a person is in it: an agent is its login.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Why it is sent.
    pub reason: Reason,
    /// What its alerts have in common: an operation, a source, a rule.
    pub about: String,
    /// True of a try that somebody asked for: there is no such alert.
    #[serde(default)]
    pub test: bool,
    /// The alerts, the worst first; those that are over last.
    pub alerts: Vec<BodyAlert>,
}

/// How an alert stands in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyState {
    /// It is new.
    Fired,
    /// It was told before and goes on.
    Still,
    /// It was told before and is over.
    Over,
}

/// One alert of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BodyAlert {
    /// Its row in history.
    pub id: u64,
    /// What other systems know it again by: `rule/scope/source/id`.
    pub key: String,
    /// The rule's id.
    pub rule: String,
    /// What people call the rule.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// How it stands.
    pub state: BodyState,
    /// What kind of thing it is about.
    pub scope: Scope,
    /// What people call that thing; of an agent, the login.
    pub label: String,
    /// What people call its source; empty where it gathers several.
    pub source: String,
    /// When it fired, Unix ms.
    pub fired_ms: i64,
    /// When it was over, Unix ms.
    pub over_ms: Option<i64>,
    /// The name in the rule's condition that its first figure has.
    pub figure: Option<String>,
    /// What that was, in the unit of its name: s, minutes, a share of 1, a count.
    pub value: Option<f64>,
    /// What it is held against.
    pub limit: Option<f64>,
    /// It comes and goes too often to be told each time.
    pub flapping: bool,
    /// What to do about it, Markdown.
    pub plan: String,
}
