//! What visits that ended tell beside [`mirante_floor::Totals`], and who waits now.

use crate::{Absent, measure::whole};
use mirante_floor::{ClosedVisit, Origin, Outcome, Tally};

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
        self.backfilled += u64::from(visit.origin == Origin::Backfilled);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Ends) {
        self.handled += other.handled;
        self.passed_on += other.passed_on;
        self.untold += other.untold;
        self.backfilled += other.backfilled;
    }
}

/// Callers who wait, and how long they have so far. Mergeable over queues, of the same moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Those who entered in the stretch that figures are of.
    arrived: Tally,
    /// All who wait now; absent of a stretch that is over.
    now: Option<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Line {
    count: u64,
    longest_ms: Option<i64>,
}

impl Waiting {
    /// Nobody waits now.
    pub fn now() -> Self {
        Waiting { now: Some(Line::default()), ..Waiting::default() }
    }

    /// Adds a caller who has waited so long, ms, and who entered in the stretch or before it.
    pub fn add(&mut self, ms: i64, is_of_stretch: bool) {
        let ms = ms.max(0);
        if is_of_stretch {
            self.arrived.add(ms);
        }
        if let Some(line) = &mut self.now {
            line.count += 1;
            line.longest_ms = line.longest_ms.max(Some(ms));
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Waiting) {
        self.arrived.merge(&other.arrived);
        if let Some(theirs) = other.now {
            let mine = self.now.get_or_insert_default();
            mine.count += theirs.count;
            mine.longest_ms = mine.longest_ms.max(theirs.longest_ms);
        }
    }

    pub(crate) fn longest_ms(&self) -> Result<i64, Absent> {
        self.now.ok_or(Absent::NotOfThis)?.longest_ms.ok_or(Absent::Nobody)
    }

    pub(crate) fn count(&self) -> Result<i64, Absent> {
        self.now.map(|line| whole(line.count)).ok_or(Absent::NotOfThis)
    }

    /// Of those who entered in the stretch, how many have waited longer than so many seconds.
    pub(crate) fn longer_than(&self, seconds: u32) -> i64 {
        i64::from(self.arrived.count) - whole(self.arrived.hist.within(seconds))
    }
}
