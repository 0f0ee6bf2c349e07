//! The rules of alerts beside the fold: what they find happens as events, and is kept with what is to be sent.

use super::Fold;
use crate::live::State;
use crate::writer::Job;
use mirante_floor::{ClosedVisit, Fact, Kind, Origin, SourceId};
use mirante_history::AlertRows;
use std::time::Instant;

impl Fold {
    /// Visits that ended before the start, so that windows are whole.
    pub(crate) fn knows(&mut self, visits: &[ClosedVisit]) {
        visits.iter().for_each(|visit| self.watch.ended(visit));
    }

    /// Lets the rules look at what changed. What is to be sent is handed to the disk at once, with everything up to its cause.
    pub(super) fn look(&mut self, state: &mut State, now: i64) {
        if !self.watch.is_due(state, now) {
            return;
        }
        // What an event caused came with it: nothing was heard after it.
        let seen = if state.changes.is_empty() { now } else { self.stamper.seen().min(now) };
        let began = Instant::now();
        let changes = self.watch.look(state, now);
        state.looks.took(self.watch.was_full, began.elapsed());
        for change in changes {
            self.emit(state, SourceId::MIRANTE, seen, None, Origin::Heard, Kind::Alert(Box::new(change)));
        }
        self.watch.publish(state, now);
        state.looked();
        let rows = self.watch.take_rows();
        let is_urgent = !rows.deliveries.is_empty() || !rows.actions.is_empty();
        self.alerts.append(rows);
        if is_urgent {
            self.hand_over_of(state);
        } else if !self.alerts.is_empty() {
            self.pending_since.get_or_insert_with(Instant::now);
        }
    }

    /// While history is given up, alerts are not.
    pub(super) fn hand_over_alerts(&mut self) {
        let moved = |fact| match fact {
            Fact::AlertMoved(moved) => Some(*moved),
            _ => None,
        };
        let facts: Vec<_> = std::mem::take(&mut self.facts).into_iter().filter_map(moved).collect();
        let rows: AlertRows = std::mem::take(&mut self.alerts);
        if !facts.is_empty() || !rows.is_empty() {
            let _ = self.writer.send(Job::Alerts { facts, rows: Box::new(rows) });
        }
    }
}
