//! Goals: whether they are reached, what would bring them back, and whether there is time left for it.
//!
//! Everything is in whole numbers: a figure at exactly its target reaches it.

mod expected;
mod judged;
mod outlook;
mod pace;
mod recovery;

pub use expected::median;
pub use judged::{can_be_judged, is_of_no_team, named, of_any_scope};
pub use outlook::{Outlook, outlook};
pub use pace::{Pace, pace};
pub use recovery::{Recovery, recovery};

use crate::{Figure, Unit};
use mirante_floor::{Aim, AimWindow, Direction};

/// How much larger a target's thousandths are than what a figure's numerator and denominator give, times the denominator.
fn scale(unit: Unit) -> i128 {
    match unit {
        // A share is wanted per mille; a time in ms is counted in ms.
        Unit::Share | Unit::Each | Unit::Count => 1000,
        Unit::Ms => 1,
        Unit::PerHour => 3_600_000 * 1000,
    }
}

/// By how much a figure passes its target, negative where it misses it: the sign alone means something.
fn margin(top: i128, bottom: i128, unit: Unit, aim: Aim) -> i128 {
    let over = top * scale(unit) - i128::from(aim.milli) * bottom;
    if aim.direction == Direction::AtLeast { over } else { -over }
}

/// Whether a figure reaches a target; absent where it has no value.
pub fn reached(figure: &Figure, aim: Aim) -> Option<bool> {
    let (value, top) = (figure.value.ok()?, figure.numerator?);
    // A percentile's numerator is a rank, and its value whole ms.
    let margin = match figure.denominator {
        Some(bottom) if !figure.is_percentile() => margin(top.into(), bottom.into(), figure.unit, aim),
        Some(_) => margin(value as i128, 1, figure.unit, aim),
        None => margin(top.into(), 1, figure.unit, aim),
    };
    Some(margin >= 0)
}

/// True where what happened stays counted until the window closes: only then contacts to come can bring a figure back by themselves.
/// A rolling window forgets as it goes.
pub fn is_closed(window: &AimWindow) -> bool {
    !matches!(window, AimWindow::Rolling(_))
}
