//! What is known of an alert besides how it stands on the floor: for those who look on now, never for a past moment.

use mirante_floor::Name;
use serde::{Deserialize, Serialize};

/// One alert, beside its [`Standing`](mirante_floor::alert::Standing).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watched {
    /// The name in the rule's condition that its first figure has.
    pub figure: Option<String>,
    /// In what it is counted: `count`, `share` (of 1), `seconds`, `minutes`, `flag`, `text`.
    pub unit: Option<&'static str>,
    /// Law asks for the rule: only an administrator may silence it.
    pub legal: bool,
    /// What to do about it, Markdown.
    pub plan: String,
    /// What whoever took it said, and when, Unix ms.
    pub taken: Option<(String, i64)>,
    /// Until when it is silent, Unix ms, who wants it so, and why.
    pub silent: Option<(i64, Name, String)>,
    /// The rule whose alert holds it back, by what people call it.
    pub held_by: Option<String>,
    /// How far it has climbed.
    pub climb: Option<Climbed>,
    /// With what it is told in one message: an operation, a source, a rule.
    pub about: String,
}

/// How far an alert has climbed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Climbed {
    /// The policy.
    pub policy: Name,
    /// How many steps it has.
    pub steps: usize,
    /// When the next comes, Unix ms; none while somebody looks after the alert, and at the end.
    pub next_ms: Option<i64>,
    /// Who was told, in order.
    pub told: Vec<ToldStep>,
}

/// One step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldStep {
    /// When, Unix ms.
    pub at_ms: i64,
    /// Which step, from 0.
    pub step: usize,
    /// The people; nobody if nobody of the step was on duty.
    pub people: Vec<Name>,
    /// By which channels.
    pub by: Vec<Name>,
}
