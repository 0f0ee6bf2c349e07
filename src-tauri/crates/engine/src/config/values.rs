//! Small values written as text: targets, hours, operations.

use mirante_floor::{Goal, Operation};

pub(super) fn goal(text: &str) -> Option<Goal> {
    let (percent, seconds) = text.split_once('/')?;
    let goal = Goal { percent: percent.trim().parse().ok()?, seconds: seconds.trim().parse().ok()? };
    is_goal(goal).then_some(goal)
}

pub(super) fn is_goal(goal: Goal) -> bool {
    (1..=100).contains(&goal.percent) && goal.seconds <= 86_400
}

pub(super) fn goal_text(goal: Goal) -> String {
    format!("{}/{}", goal.percent, goal.seconds)
}

pub(super) fn hours(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from.trim())?, minute(to.trim())?);
    (from != to && from < DAY).then_some((from, to))
}

/// Minutes in a day: 24:00 is a valid closing.
const DAY: u16 = 24 * 60;

pub(super) fn is_hours((from, to): (u16, u16)) -> bool {
    from < DAY && to <= DAY && from != to
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let whole = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && whole <= DAY).then_some(whole)
}

pub(super) fn hours_text((from, to): (u16, u16)) -> String {
    format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
}

const OPERATIONS: [(&str, Operation); 8] = [
    ("sac", Operation::Sac),
    ("sales", Operation::Sales),
    ("support_n1", Operation::SupportN1),
    ("help_desk_n2", Operation::HelpDeskN2),
    ("service_desk_n3", Operation::ServiceDeskN3),
    ("collections", Operation::Collections),
    ("retention", Operation::Retention),
    ("other", Operation::Other),
];

pub(super) fn operation(word: &str) -> Option<Operation> {
    OPERATIONS.iter().find(|(w, _)| *w == word).map(|(_, operation)| *operation)
}

pub(super) fn operation_word(operation: Operation) -> &'static str {
    OPERATIONS.iter().find(|(_, o)| *o == operation).map_or("other", |(word, _)| word)
}

pub(super) fn operation_words() -> String {
    OPERATIONS.map(|(word, _)| word).join(", ")
}
