//! What goes when its time is over, looked at first and removed in small steps.
//!
//! [`History::going`] shows what a set of limits would remove. [`Sweep`] reads ahead and gives one [`SweepStep`] after another;
//! [`History::sweep`] takes a step in a transaction of its own, so that whoever writes takes them between two commits and never
//! waits for long. A sweep that is cut off anywhere is taken up by the next.

mod imported;
mod plan;
mod preview;
mod receipts;
mod step;

pub use plan::Sweep;
pub use preview::Going;
pub use receipts::Removal;
pub use step::{StepKind, SweepStep, Swept};

use crate::party;
use std::collections::BTreeMap;

/// What is kept for a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Numbers and names of customers, from the day on which they were last heard of.
    Numbers,
    /// Visits and attempts, whose sums stay; alerts that are over.
    Contacts,
    /// What agents did: spans, and their names from the day on which they were last heard of. Quarters of an hour stay, summed over
    /// all agents.
    WorkingTime,
    /// Events, those that were imported too: what the screens showed at each second.
    Rewind,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 4] = [Rule::Numbers, Rule::Contacts, Rule::WorkingTime, Rule::Rewind];

    /// The stable word, also in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Rule::Numbers => "numbers",
            Rule::Contacts => "contacts",
            Rule::WorkingTime => "working_time",
            Rule::Rewind => "rewind",
        }
    }
}

/// What is of before this instant (Unix ms) goes; a rule that is not there keeps everything.
pub type Limits = BTreeMap<Rule, i64>;

/// A table whose rows go by age.
pub(crate) struct Aged {
    pub(crate) rule: Rule,
    pub(crate) table: &'static str,
    /// The column with an index that says how old a row is, Unix ms.
    pub(crate) time: &'static str,
    /// The table and its indexes: what removing a row touches.
    trees: u32,
}

/// Rows that are removed.
pub(crate) const AGED: [Aged; 11] = [
    Aged { rule: Rule::Contacts, table: "visit", time: "entered_ms", trees: 5 },
    Aged { rule: Rule::Contacts, table: "attempt", time: "started_ms", trees: 5 },
    // Without the visits there is nothing to hold them against.
    Aged { rule: Rule::Contacts, table: "pbx_counter", time: "seen_ms", trees: 3 },
    Aged { rule: Rule::Contacts, table: "pbx_freed", time: "freed_ms", trees: 2 },
    Aged { rule: Rule::Contacts, table: "pbx_under_way", time: "ended_ms", trees: 2 },
    // What goes on has no such time yet, and stays.
    Aged { rule: Rule::Contacts, table: "alert", time: "resolved_ms", trees: 3 },
    Aged { rule: Rule::Contacts, table: "alert_step", time: "at_ms", trees: 5 },
    Aged { rule: Rule::Contacts, table: "alert_action", time: "at_ms", trees: 3 },
    Aged { rule: Rule::Contacts, table: "delivery", time: "ended_ms", trees: 4 },
    Aged { rule: Rule::Contacts, table: "silence", time: "until_ms", trees: 2 },
    Aged { rule: Rule::WorkingTime, table: "agent_span", time: "to_ms", trees: 3 },
];

/// Sums of each agent that become sums of nobody.
pub(crate) const MERGED: [Merged; 2] = [
    Merged { table: "rollup_agent", key: "quarter_ms, state, place, place_name", sums: &["spent_ms"] },
    Merged { table: "rollup_agent_queue", key: "queue, quarter_ms", sums: &["answered", "ring_no_answer"] },
];

/// Sums by agent.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) table: &'static str,
    key: &'static str,
    sums: &'static [&'static str],
}

/// Who is in the party table: customers, or whoever works here.
fn people(rule: Rule) -> Option<bool> {
    match rule {
        Rule::Numbers => Some(false),
        Rule::WorkingTime => Some(true),
        Rule::Contacts | Rule::Rewind => None,
    }
}

/// The tables that a rule takes from.
pub fn tables_of(rule: Rule) -> Vec<&'static str> {
    let party = people(rule).map(|_| "party");
    let aged = AGED.iter().filter(|aged| aged.rule == rule).map(|aged| aged.table);
    let merged = MERGED.iter().filter(|_| rule == Rule::WorkingTime).map(|merged| merged.table);
    let events = ["segment", "imported"].into_iter().filter(|_| rule == Rule::Rewind);
    party.into_iter().chain(aged).chain(merged).chain(events).collect()
}

/// Of people only the day is known: whose day began before this was heard of before `before_ms`, to the day's last instant.
fn day_before(before_ms: i64) -> i64 {
    before_ms.saturating_sub(party::DAY).saturating_add(1)
}
