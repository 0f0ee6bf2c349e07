//! How long to wait before the next try.

use serde::{Deserialize, Serialize};

/// Doubling pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backoff {
    /// Before the second try, ms.
    pub first: i64,
    /// Never more than this, ms.
    pub most: i64,
}

/// No pause is longer than a day, ms.
const LONGEST: i64 = 24 * 3_600_000;

impl Default for Backoff {
    /// From a second to five minutes.
    fn default() -> Self {
        Backoff { first: 1_000, most: 300_000 }
    }
}

impl Backoff {
    /// The pause after so many failures in a row (from 1), ms: half of it certain, half by `chance` (0 to 1), so that many that failed
    /// together do not come back together. Never less than the other side asked for.
    pub fn pause(self, failures: u32, asked: Option<i64>, chance: f64) -> i64 {
        let (first, most) = (self.first.clamp(1, LONGEST), self.most.clamp(1, LONGEST));
        let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(30)).min(most);
        let half = doubled / 2;
        let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 1.0 };
        let pause = doubled - half + (half as f64 * chance) as i64;
        match asked {
            // What was asked is the least, and the chance lies above it.
            Some(asked) => asked.max(0).saturating_add((first as f64 * chance) as i64).max(pause),
            None => pause,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let backoff = Backoff::default();
        let pauses = |chance| [1, 2, 3, 9, 10, u32::MAX].map(|failures| backoff.pause(failures, None, chance));
        assert_eq!(pauses(0.0), [500, 1_000, 2_000, 128_000, 150_000, 150_000]);
        assert_eq!(pauses(1.0), [1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
        assert_eq!(backoff.pause(1, Some(30_000), 0.5), 30_500);
        assert_eq!(backoff.pause(20, Some(30_000), 1.0), 300_000);
    }

    proptest! {
        #[test]
        fn a_pause_is_bounded_and_never_shorter_than_asked(
            failures: u32, asked in prop::option::of(0i64..86_400_000), chance: f64, first: i64, most: i64,
        ) {
            let pause = Backoff { first, most }.pause(failures, asked, chance);
            prop_assert!(pause >= asked.unwrap_or(0));
            prop_assert!(pause >= 1 && (asked.is_some() || pause <= most.max(1)));
        }
    }
}
