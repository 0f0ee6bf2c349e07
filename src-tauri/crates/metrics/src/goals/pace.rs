//! The pace of counts: where a window ends if it goes on as it went.

use super::Outlook;
use mirante_floor::{Aim, Direction};

/// A count on its way to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// What it comes to at the window's end at the pace so far.
    pub projected: i64,
    /// What is missing to the target, or may still come under a limit; negative beyond a limit.
    pub missing: i64,
    /// Whether the window can be won at that pace.
    pub outlook: Outlook,
}

/// The pace of a count. `done` and `left` measure the window in whatever the count goes with: expected contacts where history tells
/// them, else time. Absent while nothing of the window is over.
pub fn pace(count: i64, aim: Aim, done: u64, left: u64) -> Option<Pace> {
    if done == 0 {
        return None;
    }
    let projected = i128::from(count) + i128::from(count) * i128::from(left) / i128::from(done);
    // Of 179.5 wanted, 180 is the first whole number that reaches; at most 179.5 is at most 179.
    let wanted = match aim.direction {
        Direction::AtLeast => aim.milli.div_euclid(1000) + i64::from(aim.milli.rem_euclid(1000) > 0),
        Direction::AtMost => aim.milli.div_euclid(1000),
    };
    let projected = i64::try_from(projected).unwrap_or(i64::MAX);
    let outlook = match aim.direction {
        Direction::AtLeast if count >= wanted => Outlook::Reached,
        Direction::AtLeast if projected >= wanted => Outlook::Possible,
        // What was counted under a limit cannot be uncounted.
        Direction::AtMost if count > wanted => Outlook::OutOfReach,
        Direction::AtMost if left == 0 => Outlook::Reached,
        Direction::AtMost if projected <= wanted => Outlook::Possible,
        _ => Outlook::OutOfReach,
    };
    let missing = (wanted - count).max(if aim.direction == Direction::AtLeast { 0 } else { i64::MIN });
    Some(Pace { projected, missing, outlook })
}
