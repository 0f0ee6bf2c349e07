//! Rules: what to watch, when it is an alert, and when it is over.

use crate::{Condition, Hours, Scope, Severity};
use mirante_floor::Name;
use serde::{Deserialize, Serialize};

/// What becomes of an alert while its source is heard and its condition depends on a figure that is not there, as a service level
/// is when nobody called. (While the source is not heard there are no data, whatever the rule says.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// As if the condition did not hold.
    #[default]
    Clear,
    /// It stays as it is.
    Keep,
    /// As if the condition held.
    Fire,
}

/// When an alert comes and goes too often to be told each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    /// So many times it may fire…
    pub most: u32,
    /// …within this many ms; one more and it is said once that it comes and goes.
    pub within: i64,
}

impl Default for Flapping {
    fn default() -> Self {
        Flapping { most: 3, within: 30 * 60_000 }
    }
}

/// What to watch.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id: letters, digits, `-` and `_`.
    pub id: Name,
    /// What people call it.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it watches.
    pub scope: Scope,
    /// The ids that it watches; all of its scope if it is empty.
    pub only: Vec<Name>,
    /// What must hold.
    pub when: Condition,
    /// What must hold for it to be over, where that is more than the opposite of `when`: a second threshold.
    pub over: Option<Condition>,
    /// How long `when` must hold before it is an alert, ms.
    pub hold: i64,
    /// How long it must be over before the alert is, ms.
    pub keep: i64,
    /// What becomes of it while figures are absent.
    pub absent: Absence,
    /// When it watches; always if none.
    pub hours: Option<Hours>,
    /// Rules whose alerts are held back while this one fires: about the same thing and what that gathers; of a rule about a source,
    /// about everything there. What gathers several things is held back where all of them are.
    pub holds_back: Vec<Name>,
    /// When it comes and goes too often.
    pub flapping: Flapping,
    /// The policy by which it escalates; none: it is only shown.
    pub policy: Option<Name>,
    /// True if law asks for it: only an administrator may silence it.
    pub legal: bool,
    /// What to do about it, in Markdown.
    pub plan: String,
}

impl Rule {
    /// True if it watches things of this id.
    pub fn watches(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == id)
    }

    /// Every name that its conditions read.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        self.when.reads().iter().chain(self.over.iter().flat_map(|over| over.reads())).map(String::as_str)
    }
}
