//! What is known better afterwards of visits that ended.

use crate::apply::Step;
use crate::{ClosedVisit, Fact, Moment, Name, Origin, Outcome, Site, VisitId, Witness};

impl Site {
    /// Keeps a visit that a better witness may still speak of.
    pub(crate) fn remember(&mut self, closed: ClosedVisit) {
        if self.recent.len() == Self::RECENT {
            let oldest = self.recent.pop_front();
            self.untold -= usize::from(oldest.is_some_and(|visit| visit.is_untold()));
        }
        self.untold += usize::from(closed.is_untold());
        self.recent.push_back(closed);
    }

    /// A record of the platform's own tells when a conversation ended of which only that it was over was known. True if it is
    /// about one.
    pub(crate) fn end_told(
        &mut self,
        queue: &Name,
        call: &Name,
        key: &Name,
        transferred: bool,
        step: &mut Step<'_>,
    ) -> bool {
        if self.untold == 0 {
            return false;
        }
        let is_it =
            |v: &ClosedVisit| v.is_untold() && v.queue == *queue && v.call == *call && v.agent.as_ref() == Some(key);
        let open = self.talking(queue, Some(call), None, key);
        // The call may have come back to the queue: the record ends the earliest of its conversations first.
        let Some(visit) = self.recent.iter_mut().find(|v| is_it(v) && open.is_none_or(|open| v.id < open)) else {
            return false;
        };
        let answered = Moment {
            seen: visit.entered.seen.saturating_add(visit.wait_ms),
            at: visit.entered.at.map(|at| at.saturating_add(visit.wait_ms)),
        };
        let talk_ms = step.now.since(answered);
        visit.talk_ms = Some(talk_ms);
        self.untold -= 1;
        visit.transferred |= transferred;
        visit.ended = step.now;
        let (id, transferred, entered) = (visit.id, visit.transferred, visit.entered);
        if self.is_of_day(entered) {
            self.queue(queue, step).totals.talks.add(talk_ms);
        }
        step.changes.facts.push(Fact::TalkTold { id, ended: step.now, talk_ms, transferred });
        true
    }

    /// A better witness speaks of a visit that ended unanswered, or that is only thought to wait still.
    pub(crate) fn amend(
        &mut self,
        queue: &Name,
        call: &Name,
        from: Outcome,
        to: Outcome,
        witness: Witness,
        step: &mut Step<'_>,
    ) {
        if from == to || from == Outcome::Answered || to == Outcome::Answered {
            return;
        }
        let mut recent = self.recent.iter_mut();
        let is_it = |v: &&mut ClosedVisit| v.queue == *queue && v.call == *call && v.outcome == from;
        // A caller who left may have entered the same queue again at once. The log tells of each stay late and in order, the
        // stream of the newest.
        let found = match witness {
            Witness::QueueLog => recent.find(is_it),
            Witness::Stream => recent.rfind(is_it),
        };
        let id = found.map(|visit| {
            visit.outcome = to;
            (visit.id, visit.wait_ms, visit.entered)
        });
        let thought_waiting = |id: &VisitId| self.visits.get(id).is_some_and(|visit| visit.origin == Origin::Inferred);
        if id.is_none()
            && let Some(open) = self.waiting(call, Some(queue)).filter(thought_waiting)
        {
            self.leave(open, to, 0, step);
            return;
        }
        if let Some((_, wait_ms, _)) = id.filter(|(_, _, entered)| self.is_of_day(*entered)) {
            self.queue(queue, step).totals.amend(from, to, wait_ms);
        }
        step.changes.facts.push(Fact::VisitAmended {
            source: step.source,
            id: id.map(|(id, _, _)| id),
            queue: queue.clone(),
            call: call.clone(),
            from,
            to,
            witness,
        });
    }
}
