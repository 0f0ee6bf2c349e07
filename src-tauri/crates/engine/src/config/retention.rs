//! How long what is kept is kept.

use super::raw::{Reader, Text};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use mirante_history::{Limits, Rule};
use serde::Deserialize;
use std::fmt;

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

    fn most(self) -> u16 {
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
        (1..=unit.most()).contains(&count).then_some(Keep::For(count, unit))
    }
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
