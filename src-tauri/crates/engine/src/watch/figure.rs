//! The first figure of a rule.

use super::facts::FloorFacts;
use mirante_alerts::{Facts, Kind, Reading, Rule, Subject, find_term};

/// What it is now, in the unit of its name, and what it is held against.
pub(crate) fn of(rule: &Rule, facts: &FloorFacts<'_>, subject: &Subject) -> (Option<f64>, Option<f64>) {
    let Some((name, limit)) = rule.when.figure() else { return (None, None) };
    let value = match facts.read(subject, name) {
        Reading::Number(number) => Some(number),
        Reading::Flag(flag) => Some(f64::from(u8::from(flag))),
        Reading::Text(_) | Reading::Absent => None,
    };
    (value, limit)
}

/// In what a rule's first figure is counted: `count`, `share` (of 1), `seconds`, `minutes`, `flag`, `text`.
pub fn unit(rule: &Rule) -> Option<&'static str> {
    let (name, _) = rule.when.figure()?;
    Some(match find_term(name, rule.scope)?.kind {
        Kind::Count => "count",
        Kind::Share => "share",
        Kind::Seconds => "seconds",
        Kind::Minutes => "minutes",
        Kind::Flag => "flag",
        Kind::Text => "text",
    })
}
