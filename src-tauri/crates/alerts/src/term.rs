//! The names that a condition may use.

use crate::Scope;

/// What a name gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// How many.
    Count,
    /// A share, 0 to 1.
    Share,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// True or false.
    Flag,
    /// A word.
    Text,
}

impl Kind {
    /// True for what can be compared with less and more.
    pub fn is_number(self) -> bool {
        !matches!(self, Kind::Flag | Kind::Text)
    }
}

/// A name that a condition may use.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// As it is written; where it is of a stretch of time, followed by one of [`WINDOWS`].
    pub name: &'static str,
    /// What it gives.
    pub kind: Kind,
    /// What it can be asked of.
    pub scopes: &'static [Scope],
    /// True if it is of a stretch of time.
    pub windowed: bool,
}

/// How a stretch of time is written after a name: rolling minutes, the interval, the shift, the day.
pub const WINDOWS: [&str; 7] = ["_5m", "_15m", "_30m", "_60m", "_interval", "_shift", "_day"];

const QUEUES: &[Scope] = &[Scope::Queue, Scope::Operation, Scope::Client];
const WORK: &[Scope] = &[Scope::Queue, Scope::Operation, Scope::Client, Scope::Team];
const QUEUE: &[Scope] = &[Scope::Queue];
const CAMPAIGN: &[Scope] = &[Scope::Campaign];
const DIALLED: &[Scope] = &[Scope::Campaign, Scope::Operation, Scope::Client];
const AGENT: &[Scope] = &[Scope::Agent];
const SOURCE: &[Scope] = &[Scope::Source];

const fn now(name: &'static str, kind: Kind, scopes: &'static [Scope]) -> Term {
    Term { name, kind, scopes, windowed: false }
}

const fn over(name: &'static str, kind: Kind, scopes: &'static [Scope]) -> Term {
    Term { name, kind, scopes, windowed: true }
}

/// Every name.
pub const TERMS: &[Term] = &[
    now("waiting", Kind::Count, QUEUES),
    now("longest_wait", Kind::Seconds, QUEUES),
    now("logged", Kind::Count, WORK),
    now("free", Kind::Count, WORK),
    now("talking", Kind::Count, WORK),
    now("wrapup", Kind::Count, WORK),
    now("paused", Kind::Count, WORK),
    now("open", Kind::Flag, QUEUE),
    over("offered", Kind::Count, QUEUES),
    over("answered", Kind::Count, QUEUES),
    over("abandoned", Kind::Count, QUEUES),
    over("sl", Kind::Share, QUEUES),
    over("abandonment", Kind::Share, QUEUES),
    over("asa", Kind::Seconds, QUEUES),
    over("aht", Kind::Seconds, WORK),
    over("acw", Kind::Seconds, WORK),
    over("occupancy", Kind::Share, WORK),
    over("rings_missed", Kind::Count, WORK),
    over("transfer", Kind::Share, WORK),
    over("escalated", Kind::Share, QUEUES),
    over("repeated", Kind::Count, QUEUES),
    over("attempts", Kind::Count, DIALLED),
    over("drop_rate", Kind::Share, DIALLED),
    over("short_calls", Kind::Share, DIALLED),
    over("right_party", Kind::Share, DIALLED),
    over("outside_hours", Kind::Count, DIALLED),
    now("hopper", Kind::Minutes, CAMPAIGN),
    now("state_for", Kind::Seconds, AGENT),
    now("in_wrapup", Kind::Flag, AGENT),
    now("in_pause", Kind::Flag, AGENT),
    now("pause_reason", Kind::Text, AGENT),
    now("unreachable", Kind::Flag, AGENT),
    now("asks_help", Kind::Flag, AGENT),
    now("heard", Kind::Flag, SOURCE),
    now("late", Kind::Seconds, SOURCE),
    now("clock_off", Kind::Seconds, SOURCE),
    now("disk_left", Kind::Share, SOURCE),
];

/// The term that `name` is, for things of that scope.
pub fn find(name: &str, scope: Scope) -> Option<&'static Term> {
    TERMS.iter().find(|term| term.scopes.contains(&scope) && spells(term, name))
}

/// Every way to write a name for things of that scope.
pub fn spellings(scope: Scope) -> impl Iterator<Item = String> {
    TERMS.iter().filter(move |term| term.scopes.contains(&scope)).flat_map(|term| {
        let plain = (!term.windowed).then(|| term.name.to_owned());
        let windowed = term.windowed.then(|| WINDOWS.map(|window| format!("{}{window}", term.name)));
        plain.into_iter().chain(windowed.into_iter().flatten())
    })
}

fn spells(term: &Term, name: &str) -> bool {
    match name.strip_prefix(term.name) {
        Some(rest) if term.windowed => WINDOWS.contains(&rest),
        Some(rest) => rest.is_empty(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found_as_itself() {
        for scope in Scope::ALL {
            let mut seen = std::collections::BTreeSet::new();
            for name in spellings(scope) {
                assert!(find(&name, scope).is_some_and(|term| name.starts_with(term.name)), "{scope:?} {name}");
                assert!(seen.insert(name.clone()), "{scope:?}: {name} is two things");
            }
            assert!(!seen.is_empty(), "{scope:?} has nothing to ask");
        }
        assert!(find("sl", Scope::Queue).is_none(), "of no stretch of time");
        assert!(find("sl_7m", Scope::Queue).is_none());
        assert!(find("waiting_5m", Scope::Queue).is_none(), "is of now");
        assert!(find("hopper", Scope::Queue).is_none(), "of another scope");
    }
}
