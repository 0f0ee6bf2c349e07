//! `app_queue`'s moving averages: three parts of what was and one of what came, rounded down.

use super::span::Reach;

/// The next value. `is_first`: nothing was averaged before, so what came is the average.
pub(super) fn next(old: Reach, came: Reach, is_first: IsFirst) -> Reach {
    let moved = Reach { low: (3 * old.low + came.low) >> 2, high: (3 * old.high + came.high) >> 2 };
    match is_first {
        IsFirst::Yes => came,
        IsFirst::No => moved,
        IsFirst::Perhaps => moved.or(came),
    }
}

/// Whether an average begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IsFirst {
    Yes,
    No,
    /// It depends on which of two things, told at almost the same moment, came first.
    Perhaps,
}

/// The average after several that came at almost the same moment, in any order.
pub(super) fn together(old: Reach, came: &[Reach]) -> Reach {
    let run = |order: &[Reach]| order.iter().fold(old, |old, came| next(old, *came, IsFirst::No));
    match came {
        [] => old,
        [one] => next(old, *one, IsFirst::No),
        [one, other] => run(&[*one, *other]).or(run(&[*other, *one])),
        many => {
            // What comes last weighs most. Rounding down may take one more off either way.
            let mut up = many.to_vec();
            up.sort_unstable_by_key(|reach| (reach.low, reach.high));
            let down: Vec<Reach> = up.iter().rev().copied().collect();
            let all = run(&up).or(run(&down));
            Reach { low: (all.low - 1).max(0), high: all.high + 1 }
        }
    }
}
