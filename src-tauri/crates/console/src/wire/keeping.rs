//! How long what is kept is kept.

use mirante_engine::config::{Keep, RetentionConfig, Unit};
use mirante_history::Rule;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is kept for a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeepRule {
    /// Numbers and names of customers.
    Numbers,
    /// Visits to queues and attempts to call.
    Contacts,
    /// What agents did, and their names.
    WorkingTime,
    /// Events: what the screens showed at each second.
    Rewind,
}

impl From<Rule> for KeepRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Numbers => KeepRule::Numbers,
            Rule::Contacts => KeepRule::Contacts,
            Rule::WorkingTime => KeepRule::WorkingTime,
            Rule::Rewind => KeepRule::Rewind,
        }
    }
}

impl From<KeepRule> for Rule {
    fn from(rule: KeepRule) -> Self {
        match rule {
            KeepRule::Numbers => Rule::Numbers,
            KeepRule::Contacts => Rule::Contacts,
            KeepRule::WorkingTime => Rule::WorkingTime,
            KeepRule::Rewind => Rule::Rewind,
        }
    }
}

/// What a time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeepUnit {
    /// Days.
    Days,
    /// Months of the calendar.
    Months,
    /// Years of the calendar.
    Years,
}

/// A time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeepFor {
    /// How many; a hundred years at most.
    pub count: u16,
    /// Of what.
    pub unit: KeepUnit,
}

impl KeepFor {
    /// Absent is for ever.
    pub(crate) fn of(keep: Keep) -> Option<KeepFor> {
        let Keep::For(count, unit) = keep else { return None };
        let unit = match unit {
            Unit::Days => KeepUnit::Days,
            Unit::Months => KeepUnit::Months,
            Unit::Years => KeepUnit::Years,
        };
        Some(KeepFor { count, unit })
    }

    pub(crate) fn keep(told: Option<KeepFor>) -> Keep {
        let Some(KeepFor { count, unit }) = told else { return Keep::Forever };
        let unit = match unit {
            KeepUnit::Days => Unit::Days,
            KeepUnit::Months => Unit::Months,
            KeepUnit::Years => Unit::Years,
        };
        Keep::For(count, unit)
    }
}

/// How long one rule keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeepChoice {
    /// The rule.
    pub rule: KeepRule,
    /// Absent: for ever.
    pub keep: Option<KeepFor>,
}

impl KeepChoice {
    /// What each rule of a configuration keeps.
    pub(crate) fn all(rules: &RetentionConfig) -> Vec<KeepChoice> {
        let one = |rule: Rule| KeepChoice { rule: rule.into(), keep: KeepFor::of(rules.of(rule)) };
        Rule::ALL.into_iter().map(one).collect()
    }
}

/// A rule, and why it is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeepRow {
    /// The rule.
    pub rule: KeepRule,
    /// How long it keeps; absent: for ever.
    pub keep: Option<KeepFor>,
    /// How long it keeps where nobody says otherwise.
    pub usual: Option<KeepFor>,
    /// Tables that it takes from.
    pub tables: Vec<String>,
    /// What a law says, in the language asked for; absent where none is known to say anything.
    pub law: Option<String>,
    /// False where the law's own words were not found.
    pub law_confirmed: bool,
    /// What is Mirante's choice.
    pub choice: String,
}

/// What would go from one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GoingRow {
    /// By which rule.
    pub rule: KeepRule,
    /// The table.
    pub table: String,
    /// What is of before this goes, Unix ms; absent: everything is kept.
    #[ts(type = "number | null")]
    pub before_ms: Option<i64>,
    /// Rows that go.
    #[ts(type = "number")]
    pub rows: u64,
    /// About how many bytes they take.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The oldest of those that go, Unix ms.
    #[ts(type = "number | null")]
    pub oldest_ms: Option<i64>,
    /// The oldest of those that stay, Unix ms.
    #[ts(type = "number | null")]
    pub oldest_kept_ms: Option<i64>,
}

/// The receipt of what a rule removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RemovalRow {
    /// The rule.
    pub rule: KeepRule,
    /// Everything of before this went, Unix ms.
    #[ts(type = "number")]
    pub before_ms: i64,
    /// When the last of it went, Unix ms.
    #[ts(type = "number")]
    pub removed_ms: i64,
    /// Rows.
    #[ts(type = "number")]
    pub rows: u64,
    /// About how many bytes they took.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// A removal that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RemovingRow {
    /// Since when, Unix ms.
    #[ts(type = "number")]
    pub since_ms: i64,
    /// Rows removed so far.
    #[ts(type = "number")]
    pub rows: u64,
    /// About how many bytes they took.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// The last removal since this Mirante was started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RemovedRow {
    /// When it ended, Unix ms.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Rows removed.
    #[ts(type = "number")]
    pub rows: u64,
    /// About how many bytes they took.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Steps that it was done in, between which what happens is kept.
    pub steps: u32,
    /// What half of them did not exceed, ms.
    pub p50_ms: f64,
    /// What all but one in a hundred did not exceed, ms.
    pub p99_ms: f64,
    /// The longest, ms.
    pub longest_ms: f64,
    /// Why it stopped before its end, in English; absent if it came to it.
    pub error: Option<String>,
}

/// Backups that the hub makes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BackupRow {
    /// Where.
    pub folder: String,
    /// From when on each day, minutes after midnight of the operation.
    pub minute: u16,
    /// How many are kept.
    pub keep: u32,
    /// One is being made.
    pub making: bool,
    /// When the newest was made, Unix ms; absent if there is none.
    #[ts(type = "number | null")]
    pub last_ms: Option<i64>,
    /// Its size in bytes.
    #[ts(type = "number | null")]
    pub last_bytes: Option<u64>,
    /// Why the newest attempt failed, in English; absent if it did not.
    pub failed: Option<String>,
    /// When it did, Unix ms.
    #[ts(type = "number | null")]
    pub failed_ms: Option<i64>,
    /// The newest is older than it should be.
    pub overdue: bool,
}

/// How long everything is kept, and what was removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Keeping {
    /// The rules.
    pub rules: Vec<KeepRow>,
    /// What stays, and that nobody here is a lawyer, in the language asked for.
    pub closing: String,
    /// True where the rules cannot be changed: example data that a newcomer looks at.
    pub fixed: bool,
    /// When removing begins by itself: minutes after midnight of the operation.
    pub nightly_minute: u16,
    /// A removal that goes on.
    pub now: Option<RemovingRow>,
    /// The last one.
    pub last: Option<RemovedRow>,
    /// What was removed, latest first; the newest hundred.
    pub removals: Vec<RemovalRow>,
    /// Backups that the hub makes itself; absent if none are configured.
    pub backup: Option<BackupRow>,
}
