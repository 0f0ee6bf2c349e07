//! A whole number that is known to lie between two bounds.

/// From the least to the most it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Least.
    pub low: i64,
    /// Most.
    pub high: i64,
}

impl Reach {
    /// Exactly that.
    pub const fn exactly(value: i64) -> Reach {
        Reach { low: value, high: value }
    }

    /// Between two values, in any order.
    pub fn between(one: i64, other: i64) -> Reach {
        Reach { low: one.min(other), high: one.max(other) }
    }

    /// Whatever either can be.
    pub(super) fn or(self, other: Reach) -> Reach {
        Reach { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    pub(super) fn plus(self, other: Reach) -> Reach {
        Reach { low: self.low + other.low, high: self.high + other.high }
    }

    /// How far a value lies outside: 0 within, else signed.
    pub fn left_of(self, value: i64) -> i64 {
        if value < self.low {
            value - self.low
        } else if value > self.high {
            value - self.high
        } else {
            0
        }
    }
}

/// Whole seconds from one moment to another as a clock that shows seconds has them, when both are told up to `late_ms` after the fact.
pub(super) fn seconds(from: i64, to: i64, late_ms: i64) -> Reach {
    let second = |ms: i64| ms.div_euclid(1000);
    let (from_low, from_high) = (second(from - late_ms), second(from));
    let (to_low, to_high) = (second(to - late_ms), second(to));
    Reach { low: (to_low - from_high).max(0), high: (to_high - from_low).max(0) }
}
