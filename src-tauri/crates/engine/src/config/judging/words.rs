//! Small values of rules and goals written as text: amounts, windows, weekdays, kinds of campaigns.

use crate::config::values;
use mirante_floor::{AimWindow, CampaignKind, Operation};
use mirante_metrics::{Catalogue, Unit};

const KINDS: [(&str, CampaignKind); 10] = [
    ("sales", CampaignKind::Sales),
    ("prospecting", CampaignKind::Prospecting),
    ("collections", CampaignKind::Collections),
    ("survey", CampaignKind::Survey),
    ("retention", CampaignKind::Retention),
    ("after_sales", CampaignKind::AfterSales),
    ("relationship", CampaignKind::Relationship),
    ("scheduling", CampaignKind::Scheduling),
    ("active_support", CampaignKind::ActiveSupport),
    ("other", CampaignKind::Other),
];

/// The kind of campaign that a word names.
pub fn campaign_kind(word: &str) -> Option<CampaignKind> {
    KINDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
}

/// The word of a kind of campaign.
pub fn campaign_kind_word(kind: CampaignKind) -> &'static str {
    KINDS.iter().find(|(_, known)| *known == kind).map_or("other", |(word, _)| word)
}

/// The operation that a word names.
pub fn operation_of(word: &str) -> Option<Operation> {
    values::operation(word)
}

/// The word of an operation.
pub fn operation_word(operation: Operation) -> &'static str {
    values::operation_word(operation)
}

/// The unit of a definition or of a family.
pub(super) fn unit_of(definition: &str) -> Option<Unit> {
    let catalogue = Catalogue::own();
    let id = catalogue.family(definition).map_or(definition, |family| &family.usual);
    catalogue.newest(id).map(|definition| definition.unit)
}

/// What is wanted, in thousandths: `80%`, `12.5%`, `30s`, `180`.
pub(super) fn milli(text: &str, unit: Unit) -> Option<i64> {
    let text = text.trim();
    let (number, places) = match unit {
        Unit::Share => (text.strip_suffix('%')?, 1),
        Unit::Ms => (text.strip_suffix('s')?, 3),
        Unit::Count | Unit::PerHour | Unit::Each => (text, 3),
    };
    let (whole, part) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || part.len() > places || !digits(part) {
        return None;
    }
    let scale = 10i64.pow(places as u32);
    let part: i64 = format!("{part:0<places$}").parse().unwrap_or(0);
    let milli = whole.parse::<i64>().ok()? * scale + part;
    (unit != Unit::Share || milli <= 1000).then_some(milli)
}

pub(super) fn milli_text(milli: i64, unit: Unit) -> String {
    let (places, suffix) = match unit {
        Unit::Share => (1, "%"),
        Unit::Ms => (3, "s"),
        Unit::Count | Unit::PerHour | Unit::Each => (3, ""),
    };
    let scale = 10i64.pow(places);
    let part = format!("{:0width$}", milli.rem_euclid(scale), width = places as usize);
    let part = part.trim_end_matches('0');
    let dot = if part.is_empty() { "" } else { "." };
    format!("{}{dot}{part}{suffix}", milli.div_euclid(scale))
}

/// `day`, `rolling 30`, `interval 30` or `shift manha`.
pub(super) fn window(text: &str) -> Option<AimWindow> {
    let minutes = |text: &str| text.trim().parse().ok().filter(|minutes| (1..=1440).contains(minutes));
    match text.trim().split_once(' ') {
        None => (text.trim() == "day").then_some(AimWindow::Day),
        Some(("rolling", rest)) => minutes(rest).map(AimWindow::Rolling),
        Some(("interval", rest)) => minutes(rest).map(AimWindow::Interval),
        Some(("shift", id)) => (!id.trim().is_empty()).then(|| AimWindow::Shift(id.trim().into())),
        Some(_) => None,
    }
}

pub(super) fn window_text(window: &AimWindow) -> String {
    match window {
        AimWindow::Rolling(minutes) => format!("rolling {minutes}"),
        AimWindow::Interval(minutes) => format!("interval {minutes}"),
        AimWindow::Shift(id) => format!("shift {id}"),
        AimWindow::Day => "day".to_owned(),
    }
}

pub(super) const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_come_back() {
        for (text, unit, expected) in [
            ("80%", Unit::Share, Some(800)),
            ("99.5%", Unit::Share, Some(995)),
            ("99.55%", Unit::Share, None),
            ("101%", Unit::Share, None),
            ("30s", Unit::Ms, Some(30_000)),
            ("0.25s", Unit::Ms, Some(250)),
            ("180", Unit::Count, Some(180_000)),
            ("12.5", Unit::PerHour, Some(12_500)),
            ("80", Unit::Share, None),
            ("-3", Unit::Count, None),
            ("1e3", Unit::Count, None),
            ("", Unit::Count, None),
        ] {
            assert_eq!(milli(text, unit), expected, "{text}");
            if let Some(milli) = expected {
                assert_eq!(milli_text(milli, unit), text);
            }
        }
    }

    #[test]
    fn windows_come_back() {
        for text in ["day", "rolling 15", "interval 30", "shift manhã"] {
            assert_eq!(window(text).map(|window| window_text(&window)).as_deref(), Some(text));
        }
        for text in ["", "week", "rolling 0", "interval x", "shift "] {
            assert_eq!(window(text), None, "{text}");
        }
    }
}
