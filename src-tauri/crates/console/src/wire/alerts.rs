//! Alerts as faces hold them: those that stand now, those that were, the story of one, and the rules that make them.

use mirante_floor::alert::{Scope, Severity, Shown};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An alert that is not normal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertRow {
    /// `rule/scope/source/subject`: the same again is the same alert.
    pub id: String,
    /// Its number in history, under which its story is; `null` while it has not fired.
    #[ts(type = "number | null")]
    pub alert: Option<u64>,
    /// The rule's id.
    pub rule: String,
    /// What people call the rule.
    pub name: String,
    /// How bad it is.
    #[ts(type = "'notice' | 'warning' | 'critical'")]
    pub severity: Severity,
    /// Its state; `acknowledged` is "assumido".
    #[ts(
        type = "'normal' | 'pending' | 'firing' | 'acknowledged' | 'recovering' | 'inhibited' | 'silenced' | 'no_data'"
    )]
    pub state: Shown,
    /// What kind of thing it is about.
    #[ts(type = "'queue' | 'operation' | 'client' | 'campaign' | 'agent' | 'team' | 'source'")]
    pub scope: Scope,
    /// Its source; 0 where it gathers several, as an operation does.
    pub source: u16,
    /// What people call the source; empty for 0.
    pub source_label: String,
    /// The thing's id there; empty for the source itself.
    pub subject: String,
    /// What people call the thing.
    pub label: String,
    /// When it came to its state; tick it on screen.
    #[ts(type = "number")]
    pub since_ms: i64,
    /// When it fired; `null` while it has not.
    #[ts(type = "number | null")]
    pub fired_ms: Option<i64>,
    /// The name in the rule's condition that its first figure has, such as `sl_30m`.
    pub figure: Option<String>,
    /// What that was when it came to its state, in its unit; `null`: absent.
    pub value: Option<f64>,
    /// What it is held against.
    pub limit: Option<f64>,
    /// In what both are counted; a share is of 1.
    #[ts(type = "'count' | 'share' | 'seconds' | 'minutes' | 'flag' | 'text' | null")]
    pub unit: Option<String>,
    /// It comes and goes too often to be told each time: "oscilando".
    pub flapping: bool,
    /// Who looks after it.
    pub taken: Option<AlertTakenRow>,
    /// Until when it is silent.
    pub silent: Option<AlertSilentRow>,
    /// What people call the rule whose alert holds it back.
    pub held_by: Option<String>,
    /// Law asks for the rule: it cannot be silenced.
    pub legal: bool,
    /// What to do about it, Markdown; may be empty.
    pub plan: String,
    /// How far it has climbed; `null`: it is only shown.
    pub climb: Option<AlertClimbRow>,
    /// With what it is told in one message: an operation, a source, a rule.
    pub group: String,
}

/// Who looks after an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertTakenRow {
    /// The user.
    pub by: String,
    /// What they said; may be empty.
    pub note: String,
    /// When, if known.
    #[ts(type = "number | null")]
    pub at_ms: Option<i64>,
    /// Until when it counts.
    #[ts(type = "number")]
    pub until_ms: i64,
}

/// A silence over an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertSilentRow {
    /// Until when.
    #[ts(type = "number")]
    pub until_ms: i64,
    /// The user who wants it.
    pub by: String,
    /// Why.
    pub why: String,
}

/// How far an alert has climbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertClimbRow {
    /// The policy's id.
    pub policy: String,
    /// How many steps it has.
    pub steps: u32,
    /// When the next comes; `null` while somebody looks after the alert, and at the end.
    #[ts(type = "number | null")]
    pub next_ms: Option<i64>,
    /// Steps that were taken, in order.
    pub told: Vec<AlertToldRow>,
}

/// One step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertToldRow {
    /// When.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Which step, from 1.
    pub step: u32,
    /// The people; empty: nobody of the step was on duty.
    pub people: Vec<String>,
    /// By which channels.
    pub by: Vec<String>,
}

/// Which past alerts are asked for, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertsAsked {
    /// Those that were not over before this…
    #[ts(type = "number")]
    pub from_ms: i64,
    /// …and had fired before this.
    #[ts(type = "number")]
    pub to_ms: i64,
    /// Words in the rule's id or name, or in what it was about; empty: any.
    pub words: String,
    /// Of this rule alone.
    pub rule: Option<String>,
    /// At least as bad.
    #[ts(type = "'notice' | 'warning' | 'critical' | null")]
    pub severity: Option<Severity>,
    /// How many to leave out.
    pub skip: u32,
}

/// Alerts that were, at most 200 at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertsPast {
    /// The alerts.
    pub rows: Vec<PastAlertRow>,
    /// There are more.
    pub more: bool,
}

/// An alert that fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PastAlertRow {
    /// Its number.
    #[ts(type = "number")]
    pub alert: u64,
    /// `rule/scope/source/subject`.
    pub id: String,
    /// The rule's id.
    pub rule: String,
    /// What people called the rule then.
    pub name: String,
    /// How bad it was.
    #[ts(type = "'notice' | 'warning' | 'critical'")]
    pub severity: Severity,
    /// What kind of thing it was about.
    #[ts(type = "'queue' | 'operation' | 'client' | 'campaign' | 'agent' | 'team' | 'source'")]
    pub scope: Scope,
    /// Its source; 0 where it gathered several.
    pub source: u16,
    /// What people call the source; empty for 0.
    pub source_label: String,
    /// What people call the thing.
    pub label: String,
    /// When it fired.
    #[ts(type = "number")]
    pub fired_ms: i64,
    /// When somebody first took it.
    #[ts(type = "number | null")]
    pub taken_ms: Option<i64>,
    /// The user who did.
    pub taken_by: Option<String>,
    /// When it was over; `null` while it goes on.
    #[ts(type = "number | null")]
    pub resolved_ms: Option<i64>,
}
