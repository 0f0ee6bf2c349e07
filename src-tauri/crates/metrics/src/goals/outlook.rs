//! Whether there is room to reach a goal.

use super::Recovery;

/// Whether a window can still be won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// It is at its target.
    Reached,
    /// It can: as many contacts are expected, or more.
    Possible,
    /// It cannot: fewer are expected, or no number would do.
    OutOfReach,
    /// Nobody can say: there is no history to expect from.
    Unknown,
}

/// Whether so many contacts as are expected up to the window's end leave room.
pub fn outlook(recovery: Recovery, expected: Option<u64>) -> Outlook {
    match (recovery, expected) {
        (Recovery::Reached, _) => Outlook::Reached,
        (Recovery::Never, _) => Outlook::OutOfReach,
        (Recovery::InARow(_), None) => Outlook::Unknown,
        (Recovery::InARow(needed), Some(expected)) if needed <= expected => Outlook::Possible,
        (Recovery::InARow(_), Some(_)) => Outlook::OutOfReach,
    }
}
