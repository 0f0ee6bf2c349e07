//! Facts of a stretch of time, summed so that parts merge.

use crate::{Calls, Definition, Ends, Facts, Figure, Journeys, Looked, Presence, Terms, Waiting, Work};
use mirante_floor::{ClosedVisit, Totals};

/// Everything that facts of one scope and stretch add up to. Sums of parts, merged in any order and grouping, are those of the
/// whole; what nothing was added to merges as nothing. What is absent is not told of the scope.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sums {
    /// Visits by how they ended, by arrival.
    pub totals: Totals,
    /// What only visits that ended tell.
    pub ends: Ends,
    /// Who waits at the end of the stretch.
    pub waiting: Option<Waiting>,
    /// Work on what queues bring.
    pub work: Option<Work>,
    /// Everything that people do.
    pub presence: Option<Presence>,
    /// Attempts to reach someone, by when they began.
    pub calls: Option<Calls>,
    /// Contacts over their journeys.
    pub journeys: Option<Journeys>,
}

impl Sums {
    /// Adds a visit that ended; to [`Sums::journeys`] whoever knows the queue's level adds it.
    pub fn add(&mut self, visit: &ClosedVisit) {
        let mut one = mirante_floor::Cohort::default();
        one.add(visit);
        self.totals.merge(&one.0);
        self.ends.add(visit);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Sums) {
        self.totals.merge(&other.totals);
        self.ends.merge(&other.ends);
        merge(&mut self.waiting, &other.waiting, Waiting::merge);
        merge(&mut self.work, &other.work, Work::merge);
        merge(&mut self.presence, &other.presence, Presence::merge);
        merge(&mut self.calls, &other.calls, Calls::merge);
        merge(&mut self.journeys, &other.journeys, Journeys::merge);
    }

    /// The same, to be read.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            totals: Some(&self.totals),
            ends: Some(&self.ends),
            waiting: self.waiting.as_ref(),
            work: self.work.as_ref(),
            presence: self.presence.as_ref(),
            calls: self.calls.as_ref(),
            journeys: self.journeys.as_ref(),
        }
    }

    /// The figure that a definition gives.
    pub fn figure(&self, definition: &Definition, terms: Terms, looked: Looked) -> Figure {
        Figure::of(definition, &self.facts(), terms, looked)
    }
}

fn merge<T: Clone>(mine: &mut Option<T>, theirs: &Option<T>, both: impl FnOnce(&mut T, &T)) {
    match (mine.as_mut(), theirs) {
        (Some(mine), Some(theirs)) => both(mine, theirs),
        (None, Some(theirs)) => *mine = Some(theirs.clone()),
        (_, None) => {}
    }
}
