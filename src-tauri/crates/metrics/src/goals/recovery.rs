//! How many contacts in a row bring a figure back to its target.

use super::margin;
use crate::{Definition, Figure, Formula, Measure, Signed};
use mirante_floor::Aim;

/// What brings a figure of a closed window back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// It is at its target.
    Reached,
    /// So many contacts in a row, each answered at once and so within any limit; one fewer does not.
    InARow(u64),
    /// No number of them does.
    Never,
}

/// What it takes to bring a figure to its target with contacts that are answered at once; absent where the figure has no value or such
/// contacts do not make it: talking times, pauses, attempts.
pub fn recovery(definition: &Definition, figure: &Figure, aim: Aim) -> Option<Recovery> {
    let Formula::Ratio { top, bottom } = &definition.formula else { return None };
    figure.value.ok()?;
    let (now_top, now_bottom) = (i128::from(figure.numerator?), i128::from(figure.denominator?));
    let (more_top, more_bottom) = (of_one(top)?, of_one(bottom)?);
    let missing = -margin(now_top, now_bottom, definition.unit, aim);
    if missing <= 0 {
        return Some(Recovery::Reached);
    }
    let each = margin(more_top, more_bottom, definition.unit, aim);
    if each <= 0 {
        return Some(Recovery::Never);
    }
    Some(Recovery::InARow(u64::try_from((missing + each - 1) / each).unwrap_or(u64::MAX)))
}

/// What one contact that is answered at once adds.
fn of_one(terms: &[Signed]) -> Option<i128> {
    terms.iter().try_fold(0, |sum, Signed { measure, minus }| {
        let size = i128::from(measure.of_answered_at_once()?);
        Some(if *minus { sum - size } else { sum + size })
    })
}

impl Measure {
    /// By how much one more contact that is answered at once changes it; absent of what such a contact leaves open or never touches.
    fn of_answered_at_once(self) -> Option<i64> {
        use Measure::*;
        match self {
            Offered | Ended | Answered | AnsweredInTime => Some(1),
            Abandoned | AbandonedInTime | ShortAbandoned | TimedOut | ExitKey | Transferred | Overflowed
            | Withdrawn | Unknown | AnsweredWaitMs | AbandonedWaitMs | WaitingOverdue => Some(0),
            _ => None,
        }
    }
}
