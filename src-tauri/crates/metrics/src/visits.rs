//! What visits that ended tell beside [`mirante_floor::Totals`], and who waits now.

use mirante_floor::{ClosedVisit, Hist, Outcome};

/// What only visits that ended tell. Mergeable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ends {
    /// Conversations that ended.
    pub handled: u64,
    /// Of those, passed on by the agent.
    pub passed_on: u64,
    /// Of those, with a length that nobody knows.
    pub untold: u64,
    /// Visits known from a record of the platform's own, after the fact.
    pub backfilled: u64,
}

impl Ends {
    /// Adds a visit that ended.
    pub fn add(&mut self, visit: &ClosedVisit) {
        let is_answered = visit.outcome == Outcome::Answered;
        self.handled += u64::from(is_answered);
        self.passed_on += u64::from(is_answered && visit.transferred);
        self.untold += u64::from(visit.is_untold());
        self.backfilled += u64::from(visit.origin == mirante_floor::Origin::Backfilled);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Ends) {
        self.handled += other.handled;
        self.passed_on += other.passed_on;
        self.untold += other.untold;
        self.backfilled += other.backfilled;
    }
}

/// Callers who wait at one moment: how long, so far. Mergeable over queues, of the same moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    hist: Hist,
    longest_ms: Option<i64>,
}

impl Waiting {
    /// Adds a caller who has waited so long, ms.
    pub fn add(&mut self, ms: i64) {
        let ms = ms.max(0);
        let mut one = mirante_floor::Tally::default();
        one.add(ms);
        self.merge(&Waiting { hist: one.hist, longest_ms: Some(ms) });
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Waiting) {
        for (second, count) in &other.hist.0 {
            let mine = self.hist.0.entry(*second).or_default();
            *mine = mine.saturating_add(*count);
        }
        self.longest_ms = self.longest_ms.max(other.longest_ms);
    }

    /// The longest wait so far, ms; absent when nobody waits.
    pub fn longest_ms(&self) -> Option<i64> {
        self.longest_ms
    }

    pub(crate) fn count(&self) -> i64 {
        self.hist.0.values().map(|count| i64::from(*count)).sum()
    }

    /// How many have waited longer than so many seconds.
    pub(crate) fn longer_than(&self, seconds: u32) -> i64 {
        self.count() - crate::measure::whole(self.hist.within(seconds))
    }
}
