//! How long what is kept is kept.

use super::edit::{ConfigProblem, change};
use super::raw::{Reader, Text};
use super::{Config, ConfigError};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use mirante_history::{Limits, Rule};
use serde::Deserialize;
use std::fmt;
use std::path::Path;
use toml_edit::{DocumentMut, Item, Table, Value, value};

/// How long one kind of thing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// So many days, months or years.
    For(u16, Unit),
    /// For ever.
    Forever,
}

/// What a time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Days,
    /// Months of the calendar.
    Months,
    /// Years of the calendar.
    Years,
}

/// What the file says of each rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionConfig {
    /// Numbers and names of customers.
    pub numbers: Keep,
    /// Visits and attempts.
    pub contacts: Keep,
    /// What agents did.
    pub working_time: Keep,
    /// Events: what the screens showed at each second.
    pub rewind: Keep,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        RetentionConfig {
            numbers: Keep::For(90, Unit::Days),
            contacts: Keep::For(2, Unit::Years),
            working_time: Keep::For(5, Unit::Years),
            // As long as the numbers that it shows: an older second would be one of unknown callers.
            rewind: Keep::For(90, Unit::Days),
        }
    }
}

impl RetentionConfig {
    /// What a rule keeps.
    pub fn of(&self, rule: Rule) -> Keep {
        match rule {
            Rule::Numbers => self.numbers,
            Rule::Contacts => self.contacts,
            Rule::WorkingTime => self.working_time,
            Rule::Rewind => self.rewind,
        }
    }

    /// The same with another time for one rule.
    #[must_use]
    pub fn with(mut self, rule: Rule, keep: Keep) -> RetentionConfig {
        match rule {
            Rule::Numbers => self.numbers = keep,
            Rule::Contacts => self.contacts = keep,
            Rule::WorkingTime => self.working_time = keep,
            Rule::Rewind => self.rewind = keep,
        }
        self
    }

    /// From when on everything is kept, by rule: the beginning of the operation's day that lies so long before `now_ms`, Unix ms.
    pub fn limits(&self, now_ms: i64, zone: &TimeZone) -> Limits {
        let limit = |rule| {
            let Keep::For(count, unit) = self.of(rule) else { return None };
            let today = Timestamp::from_millisecond(now_ms).ok()?.to_zoned(zone.clone()).date();
            let first = today.checked_sub(unit.span(count)).ok()?;
            Some((rule, first.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
        };
        Rule::ALL.into_iter().filter_map(limit).collect()
    }
}

impl Unit {
    fn span(self, count: u16) -> Span {
        let count = i64::from(count);
        match self {
            Unit::Days => count.days(),
            Unit::Months => count.months(),
            Unit::Years => count.years(),
        }
    }

    /// The most that may be said in it: a hundred years.
    pub fn most(self) -> u16 {
        match self {
            Unit::Days => 36_500,
            Unit::Months => 1_200,
            Unit::Years => 100,
        }
    }
}

impl Keep {
    /// Reads `90 days`, `24 months`, `2 years` or `forever`; absent if it is none of these.
    pub fn parse(text: &str) -> Option<Keep> {
        let text = text.trim();
        if text == "forever" {
            return Some(Keep::Forever);
        }
        let (count, unit) = text.split_once(' ')?;
        let count: u16 = count.parse().ok()?;
        let unit = match unit.trim() {
            "day" | "days" => Unit::Days,
            "month" | "months" => Unit::Months,
            "year" | "years" => Unit::Years,
            _ => return None,
        };
        Some(Keep::For(count, unit)).filter(|keep| keep.is_sensible())
    }
}

impl Keep {
    /// False for nothing, and for more than a hundred years.
    pub fn is_sensible(self) -> bool {
        match self {
            Keep::Forever => true,
            Keep::For(count, unit) => (1..=unit.most()).contains(&count),
        }
    }
}

/// Writes how long what is kept is kept, and gives the configuration that the file holds now and what it said before.
///
/// # Errors
/// When the file cannot be read, understood or written; it is then as it was.
pub fn set_retention(path: &Path, rules: RetentionConfig) -> Result<(Config, RetentionConfig), ConfigError> {
    let before = Config::read_or_empty(path)?.retention;
    let config = change(path, |doc| put(doc, before, rules))?;
    Ok((config, before))
}

/// Only what differs is written: what the file leaves out stays the usual time.
fn put(doc: &mut DocumentMut, before: RetentionConfig, rules: RetentionConfig) -> Result<(), ConfigProblem> {
    for rule in Rule::ALL.into_iter().filter(|rule| before.of(*rule) != rules.of(*rule)) {
        let table = doc.entry("retention").or_insert(Item::Table(Table::new()));
        let table = table.as_table_like_mut().ok_or("`retention` is no table; write [retention]")?;
        let text = rules.of(rule).to_string();
        match table.get_mut(rule.word()).and_then(Item::as_value_mut) {
            // What somebody wrote beside it stays.
            Some(told) => {
                let decor = told.decor().clone();
                *told = Value::from(text);
                *told.decor_mut() = decor;
            }
            None => drop(table.insert(rule.word(), value(text))),
        }
    }
    Ok(())
}

impl fmt::Display for Keep {
    /// As [`Keep::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self {
            Keep::Forever => return f.write_str("forever"),
            Keep::For(count, Unit::Days) => (count, "day"),
            Keep::For(count, Unit::Months) => (count, "month"),
            Keep::For(count, Unit::Years) => (count, "year"),
        };
        write!(f, "{count} {unit}{}", if *count == 1 { "" } else { "s" })
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Retention {
    numbers: Option<Text>,
    contacts: Option<Text>,
    working_time: Option<Text>,
    rewind: Option<Text>,
}

impl Reader<'_> {
    pub(super) fn retention(&mut self, told: &Retention) -> RetentionConfig {
        let usual = RetentionConfig::default();
        let mut one = |text: &Option<Text>, usual: Keep| {
            let Some(text) = text else { return usual };
            Keep::parse(text.get_ref()).unwrap_or_else(|| {
                let words =
                    "say how long: \"90 days\", \"24 months\", \"2 years\" (a hundred years at most) or \"forever\"";
                self.wrong(text.span().start, words);
                usual
            })
        };
        RetentionConfig {
            numbers: one(&told.numbers, usual.numbers),
            contacts: one(&told.contacts, usual.contacts),
            working_time: one(&told.working_time, usual.working_time),
            rewind: one(&told.rewind, usual.rewind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn times_are_read_and_written_or_refused_with_words() {
        for text in ["90 days", "1 day", "24 months", "2 years", "forever"] {
            assert_eq!(Keep::parse(text).map(|keep| keep.to_string()).as_deref(), Some(text));
        }
        for text in ["", "90", "0 days", "-1 days", "90 dias", "101 years", "2years", "1.5 years", "99999999 days"] {
            assert_eq!(Keep::parse(text), None, "{text}");
        }
        let told = Config::parse("[retention]\nnumbers = \"30 days\"\nrewind = \"forever\"\n").unwrap().retention;
        assert_eq!((told.numbers, told.rewind), (Keep::For(30, Unit::Days), Keep::Forever));
        assert_eq!((told.contacts, told.working_time), (Keep::For(2, Unit::Years), Keep::For(5, Unit::Years)));
        let wrong = Config::parse("[retention]\ncontacts = \"2 anos\"\n").unwrap_err();
        assert_eq!((wrong.len(), wrong[0].line), (1, 2));
        assert!(wrong[0].message.starts_with("say how long: \"90 days\""), "{wrong:?}");
        assert!(Config::parse("[retention]\nphones = \"1 day\"\n").is_err(), "no rule of that name");
    }

    #[test]
    fn the_file_keeps_what_people_wrote_beside_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mirante.toml");
        let text =
            "# Ours.\nzone = \"America/Bahia\"\n\n[retention]\n# Asked by legal.\nnumbers = \"30 days\" # until 2027\n";
        std::fs::write(&path, text).unwrap();
        let old = Config::read(&path).unwrap().retention;
        let new = old.with(Rule::Numbers, Keep::For(6, Unit::Months)).with(Rule::Contacts, Keep::Forever);
        let (config, before) = set_retention(&path, new).unwrap();
        assert_eq!((config.retention, before), (new, old));
        let written = text.replace("30 days", "6 months") + "contacts = \"forever\"\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
        // And back: what was not said is said now, and means the same.
        let (config, undone) = set_retention(&path, before).unwrap();
        assert_eq!((config.retention, undone), (old, new));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text.to_owned() + "contacts = \"2 years\"\n");

        let none = folder.path().join("none.toml");
        set_retention(&none, RetentionConfig::default()).unwrap();
        assert!(!std::fs::read_to_string(&none).unwrap().contains("retention"), "the usual times need no words");
        std::fs::write(&none, "retention = { numbers = \"30 days\" }\n").unwrap();
        set_retention(&none, new).unwrap();
        assert_eq!(Config::read(&none).unwrap().retention, new);
        std::fs::write(&none, "retention = 3\n").unwrap();
        assert!(set_retention(&none, new).is_err());
        assert_eq!(std::fs::read_to_string(&none).unwrap(), "retention = 3\n", "as it was");
    }

    #[test]
    fn limits_are_midnights_of_the_operation() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        // 01:30 of 1 March in São Paulo; in UTC it is half past four.
        let limits = RetentionConfig::default().limits(at("2028-03-01T04:30:00Z"), &zone);
        assert_eq!(
            limits[&Rule::Numbers],
            at("2027-12-02T03:00:00Z"),
            "ninety days: 31 + 31 + 28 and a leap day before"
        );
        assert_eq!(
            limits[&Rule::Contacts],
            at("2026-03-01T03:00:00Z"),
            "two years of the calendar, a leap day in them"
        );
        assert_eq!(limits[&Rule::WorkingTime], at("2023-03-01T03:00:00Z"));
        let forever = RetentionConfig { contacts: Keep::Forever, ..RetentionConfig::default() };
        assert!(!forever.limits(at("2028-03-01T04:30:00Z"), &zone).contains_key(&Rule::Contacts));
    }
}
