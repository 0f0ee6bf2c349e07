//! Service level, in the variants that the trade uses.

use crate::Ratio;
use mirante_floor::{Goal, Outcome, Totals};

/// What every variant is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Answered.
    pub answered: u64,
    /// Answered within the threshold.
    pub answered_within: u64,
    /// Lost while waiting: abandoned, timed out, overflowed or unknown. Being put through to a time limit is not
    /// better for the customer than hanging up, and leaving it out flatters a queue in which everybody times out.
    pub lost: u64,
    /// Abandoned within the threshold.
    pub abandoned_within: u64,
    /// Abandoned within the short-abandon limit.
    pub short_abandoned: u64,
}

impl Counts {
    /// Reads the totals of a queue. `seconds` is the threshold, `short` the short-abandon limit, both whole seconds.
    pub fn of(totals: &Totals, seconds: u32, short: u32) -> Self {
        let count = |outcome| u64::from(totals.count(outcome));
        let within = |outcome, s| totals.waits.get(&outcome).map_or(0, |tally| tally.hist.within(s));
        Counts {
            answered: count(Outcome::Answered),
            answered_within: within(Outcome::Answered, seconds),
            lost: count(Outcome::Abandoned)
                + count(Outcome::Timeout)
                + count(Outcome::Overflow)
                + count(Outcome::Unknown),
            abandoned_within: within(Outcome::Abandoned, seconds),
            short_abandoned: within(Outcome::Abandoned, short),
        }
    }
}

/// A service-level variant. With A answered, As answered in time, B lost, Bs abandoned in time, Bx short abandons:
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceLevel {
    /// (As + Bs) / (A + B): abandons in time count as success. Asterisk's `ServicelevelPerf2`.
    F1,
    /// As / A: hides abandonment. Asterisk's `ServicelevelPerf`.
    F2,
    /// As / (A + B): strict.
    F3,
    /// As / (A + B − Bs): abandons in time are left out. Mirante's default.
    F4,
    /// (As + Bx) / (A + B).
    F5,
    /// As / (A + B − Bx): short abandons are left out; common in Brazilian contracts.
    F6,
}

impl ServiceLevel {
    /// The figure.
    pub fn ratio(self, c: Counts) -> Ratio {
        let total = c.answered + c.lost;
        let (numerator, denominator, definition) = match self {
            ServiceLevel::F1 => (c.answered_within + c.abandoned_within, total, "sl.f1@1"),
            ServiceLevel::F2 => (c.answered_within, c.answered, "sl.f2@1"),
            ServiceLevel::F3 => (c.answered_within, total, "sl.f3@1"),
            ServiceLevel::F4 => (c.answered_within, total.saturating_sub(c.abandoned_within), "sl.f4@1"),
            ServiceLevel::F5 => (c.answered_within + c.short_abandoned, total, "sl.f5@1"),
            ServiceLevel::F6 => (c.answered_within, total.saturating_sub(c.short_abandoned), "sl.f6@1"),
        };
        Ratio { numerator, denominator, definition }
    }
}

/// The service level that Mirante shows unless told otherwise.
pub fn service_level(totals: &Totals, goal: Goal) -> Ratio {
    ServiceLevel::F4.ratio(Counts::of(totals, goal.seconds, 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A published day: 1000 answered, 860 of them in 20 s; 60 abandoned, 20 of them in 20 s, 10 of them in 5 s.
    fn day() -> Totals {
        let mut totals = Totals::default();
        let mut wait = |outcome: Outcome, n: u32, ms: i64| {
            for _ in 0..n {
                totals.offered += 1;
                totals.waits.entry(outcome).or_default().add(ms);
            }
        };
        wait(Outcome::Answered, 860, 20_000);
        wait(Outcome::Answered, 140, 20_001);
        wait(Outcome::Abandoned, 10, 5_000);
        wait(Outcome::Abandoned, 10, 5_001);
        wait(Outcome::Abandoned, 40, 60_000);
        totals
    }

    #[test]
    fn variants_of_the_published_day() {
        let counts = Counts::of(&day(), 20, 5);
        let percent = |f: ServiceLevel| (f.ratio(counts).value().unwrap() * 10_000.0).round() / 100.0;
        use ServiceLevel::*;
        let all = [F1, F2, F3, F4, F5, F6].map(percent);
        assert_eq!(all, [83.02, 86.00, 81.13, 82.69, 82.08, 81.90]);
    }

    #[test]
    fn nothing_offered_is_neither_good_nor_bad() {
        assert_eq!(service_level(&Totals::default(), Goal::default()).value(), None);
    }

    #[test]
    fn a_queue_where_everybody_times_out_is_at_zero() {
        let mut totals = Totals::default();
        totals.waits.entry(Outcome::Timeout).or_default().add(10_000);
        assert_eq!(service_level(&totals, Goal::default()).value(), Some(0.0));
    }
}
