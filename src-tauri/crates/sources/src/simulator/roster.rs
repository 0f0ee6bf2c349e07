//! Who works on which day, and when breaks are due.

use super::calendar::{Day, DayKind};
use super::centre::{AgentSpec, SHIFTS};

/// Whether somebody's shift falls on a day. On weekends people take turns; a crew never stays away whole.
pub(super) fn works(agent: &AgentSpec, day: &Day) -> bool {
    if SHIFTS[agent.shift].office {
        return day.kind() == DayKind::Weekday;
    }
    let turn = agent.rank as i64 + day.week();
    match day.kind() {
        DayKind::Weekday => true,
        _ if agent.crew == 1 => true,
        DayKind::Saturday => turn.rem_euclid(5) != 0,
        DayKind::Sunday => turn.rem_euclid(3) != 0,
    }
}

/// A break of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    /// Minutes after the shift's start.
    pub(super) after: i64,
    /// Index of the reason.
    pub(super) reason: usize,
    /// Minutes it should take.
    pub(super) minutes: i64,
}

/// The breaks that the law and the contract give, staggered over the crew: two of ten minutes for rest and one of twenty for
/// the meal in six hours, none in the first hour or the last.
pub(super) fn breaks(agent: &AgentSpec) -> Vec<Planned> {
    let stagger = |from: i64, to: i64| from + (to - from) * (agent.rank as i64 % 8) / 8;
    let planned = |after, reason, minutes| Planned { after, reason, minutes };
    if SHIFTS[agent.shift].office {
        return vec![
            planned(stagger(75, 120), 0, 10),
            planned(stagger(210, 290), 5, 60),
            planned(stagger(400, 480), 0, 10),
        ];
    }
    vec![planned(stagger(65, 120), 0, 10), planned(stagger(140, 215), 1, 20), planned(stagger(240, 305), 0, 10)]
}
