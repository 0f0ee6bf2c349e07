//! Contacts on their way: visits that open, are answered and end.

use crate::apply::Step;
use crate::clock::credit_queue;
use crate::{
    ClosedVisit, Contact, Fact, Link, Moment, Name, Origin, Outcome, PartyId, Queue, Site, Stage, Visit, VisitId,
};
use std::collections::hash_map::Entry;

/// Longest wait that a picture is believed to report, ms.
const LONGEST_WAIT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// After a conversation its device's own report that it is free comes within this long, ms. A device that is busy for longer
/// is busy with something else.
pub(crate) const SETTLES_MS: i64 = 2000;

/// A platform that counts conversations in whole seconds is wrong by less than this, ms.
const TALK_MARGIN_MS: i64 = 1100;

impl Site {
    /// The waiting visit of a call, in `queue` if named.
    pub(crate) fn waiting(&self, call: &Name, queue: Option<&Name>) -> Option<VisitId> {
        let mut ids = self.calls.get(call)?.iter().rev();
        ids.find(|id| {
            self.visits.get(id).is_some_and(|v| v.stage == Stage::Waiting && queue.is_none_or(|q| *q == v.queue))
        })
        .copied()
    }

    /// The talking visit that an end is about: of the call, else of the leg, else the one in the agent's hand.
    pub(crate) fn talking(
        &self,
        queue: &Name,
        call: Option<&Name>,
        leg: Option<&Name>,
        agent: &Name,
    ) -> Option<VisitId> {
        let is = |id: &VisitId, want: &dyn Fn(&Visit, &Option<Name>) -> bool| {
            self.visits.get(id).is_some_and(|v| match &v.stage {
                Stage::Talking { leg, .. } => v.queue == *queue && want(v, leg),
                Stage::Waiting => false,
            })
        };
        if let Some(call) = call {
            let ids = self.calls.get(call)?;
            let by_agent = |visit: &Visit, _: &Option<Name>| match &visit.stage {
                Stage::Talking { agent: other, .. } => other == agent,
                Stage::Waiting => false,
            };
            // A call that entered its queue again may still talk to the agent before.
            let own = ids.iter().copied().find(|id| is(id, &by_agent));
            return own.or_else(|| ids.iter().copied().find(|id| is(id, &|_, _| true)));
        }
        let in_hand = self.agents.get(agent).and_then(|a| a.talking.as_ref()).map(|(id, _)| *id);
        let Some(leg) = leg else { return in_hand.filter(|id| is(id, &|_, _| true)) };
        let by_leg = |_: &Visit, known: &Option<Name>| known.as_ref().is_none_or(|known| known == leg);
        in_hand
            .filter(|id| is(id, &by_leg))
            .or_else(|| self.visits.keys().copied().find(|id| is(id, &|_, known| known.as_ref() == Some(leg))))
    }

    #[allow(clippy::too_many_arguments)] // the fields of one event
    pub(crate) fn entered(
        &mut self,
        queue: &Name,
        call: &Name,
        contact: &Name,
        caller: Option<PartyId>,
        position: Option<u32>,
        waited_ms: i64,
        step: &mut Step<'_>,
    ) {
        if let Some(open) = self.waiting(call, None) {
            if self.visits.get(&open).is_some_and(|v| v.queue == *queue) {
                return;
            }
            // A call waits in one queue at a time: leaving the other went unheard.
            self.leave(open, Outcome::Unknown, 0, step);
        }
        let id = VisitId(step.seq);
        let waited = waited_ms.clamp(0, LONGEST_WAIT_MS);
        let entered = Moment {
            seen: step.now.seen.saturating_sub(waited).max(0),
            at: step.now.at.map(|at| at.saturating_sub(waited)),
        };
        let known = self.contacts.entry(contact.clone()).or_insert(Contact {
            since: entered.seen,
            party: caller,
            visits: 0,
            open: 0,
            last: self.seen,
        });
        known.visits = known.visits.saturating_add(1);
        known.open = known.open.saturating_add(1);
        known.last = self.seen;
        let (is_of_day, mut peak) = (self.is_of_day(entered), 0);
        self.change_line(queue, position.map(|place| (place, 1)), step, |queue| {
            queue.waiting.insert(id);
            peak = queue.waiting.len() as u32;
            if is_of_day {
                queue.totals.offered = queue.totals.offered.saturating_add(1);
            }
        });
        let visit = Visit {
            id,
            queue: queue.clone(),
            call: call.clone(),
            contact: contact.clone(),
            caller,
            entered,
            position,
            origin: step.origin,
            ringing: Default::default(),
            stage: Stage::Waiting,
        };
        self.visits.insert(id, visit);
        self.calls.entry(call.clone()).or_default().insert(id);
        let minute = self.minute.queues.entry(queue.clone()).or_default();
        minute.waiting_peak = minute.waiting_peak.max(peak);
        if step.is_now() {
            minute.entered = minute.entered.saturating_add(1);
        }
        step.changes.visits.insert((step.source, id));
    }

    /// A waiting visit ended unanswered, `ago_ms` before now.
    pub(crate) fn leave(&mut self, id: VisitId, outcome: Outcome, ago_ms: i64, step: &mut Step<'_>) {
        let outcome = if outcome == Outcome::Answered { Outcome::Unknown } else { outcome };
        let Some((visit, wait_ms)) = self.end_wait(id, outcome, ago_ms, step) else { return };
        if step.is_now() {
            let minute = self.minute.queues.entry(visit.queue.clone()).or_default();
            minute.lost = minute.lost.saturating_add(1);
        }
        self.visits.remove(&id);
        let closed = self.close(visit, outcome, wait_ms, None, step);
        self.remember(closed.clone());
        step.changes.facts.push(Fact::VisitClosed(closed));
    }

    pub(crate) fn answered(&mut self, queue: &Name, call: &Name, key: &Name, leg: Option<Name>, step: &mut Step<'_>) {
        let Some(id) = self.waiting(call, Some(queue)) else { return };
        let known = self.agents.get(key).map(|agent| (agent.talking.as_ref(), agent.ringing.is_empty()));
        let (held, is_rung) = known.map_or((None, false), |(held, none)| (held.map(|(held, _)| *held), !none));
        if let Some(held) = held.filter(|held| step.origin != Origin::Heard || !self.would_hear_end(*held)) {
            // One conversation at a time: the end of the other went unheard, and so did its length.
            self.complete(held, false, false, step);
        }
        if is_rung {
            self.end_ring(queue, key, step);
        }
        let Some((_, wait_ms)) = self.end_wait(id, Outcome::Answered, 0, step) else { return };
        let is_today = self.is_today(step);
        if step.is_now() {
            let minute = self.minute.queues.entry(queue.clone()).or_default();
            minute.answered = minute.answered.saturating_add(1);
            *self.minute.agents.entry(key.clone()).or_default().answered.entry(queue.clone()).or_default() += 1;
        }
        if let Some(open) = self.visits.get_mut(&id) {
            open.ringing.clear();
            open.position = None;
            open.stage = Stage::Talking { agent: key.clone(), leg, since: step.now, wait_ms };
        }
        if key.is_empty() {
            return;
        }
        let agent = self.agent(key, step.now);
        agent.talking = Some((id, queue.clone()));
        if is_today {
            let answered = agent.answered.entry(queue.clone()).or_default();
            *answered = answered.saturating_add(1);
        }
        self.attempt_talk(call, Some(key), step);
        self.refresh(key, step);
    }

    /// True of a conversation of this very session with the platform, whose end nobody can have missed: it goes on, without the
    /// agent to whom it is credited. That is so when a colleague picks up the call that rings at their desk.
    fn would_hear_end(&self, id: VisitId) -> bool {
        let Link::Up { since: up, .. } = self.link else { return false };
        matches!(self.visits.get(&id).map(|v| &v.stage), Some(Stage::Talking { since, .. }) if since.seen >= up)
    }

    /// An agent's conversation of `talk_ms` is over. If it began after the one known to be in hand, that one had ended before,
    /// unheard: which happens while the platform is out of reach.
    pub(crate) fn end_missed(&mut self, call: Option<&Name>, key: &Name, talk_ms: Option<i64>, step: &mut Step<'_>) {
        let Some(talk_ms) = talk_ms else { return };
        let held = self.agents.get(key).and_then(|agent| agent.talking.as_ref());
        let Some(id) = held.map(|(id, _)| *id) else { return };
        let Some(visit) = self.visits.get(&id).filter(|visit| call != Some(&visit.call)) else { return };
        let Stage::Talking { since, .. } = visit.stage else { return };
        let began_later = step.now.since(since) > talk_ms.saturating_add(TALK_MARGIN_MS);
        if began_later && !self.would_hear_end(id) {
            self.complete(id, false, false, step);
        }
    }

    /// Takes a visit out of its queue's waiting line, `ago_ms` before now: positions behind it move up, rings for it stop. Gives how
    /// long it waited, ms.
    fn end_wait(&mut self, id: VisitId, outcome: Outcome, ago_ms: i64, step: &mut Step<'_>) -> Option<(Visit, i64)> {
        let visit = self.visits.get(&id)?.clone();
        let wait_ms = (step.now.since(visit.entered) - ago_ms.clamp(0, LONGEST_WAIT_MS)).max(0);
        let is_of_day = self.is_of_day(visit.entered);
        self.change_line(&visit.queue, visit.position.map(|place| (place, -1)), step, |queue| {
            queue.waiting.remove(&id);
            if is_of_day {
                queue.totals.waits.entry(outcome).or_default().add(wait_ms);
            }
        });
        for key in &visit.ringing {
            if let Some(agent) = self.agents.get_mut(key)
                && agent.ringing.get(&visit.queue) == Some(&visit.call)
            {
                agent.ringing.remove(&visit.queue);
                self.refresh(key, step);
            }
        }
        step.changes.visits.insert((step.source, id));
        Some((visit, wait_ms))
    }

    /// Changes who waits in a queue; whoever waits at or behind a place moves by so many.
    fn change_line(
        &mut self,
        name: &Name,
        moved: Option<(u32, i32)>,
        step: &mut Step<'_>,
        change: impl FnOnce(&mut Queue),
    ) {
        step.changes.queues.insert(step.source, name);
        let (live, now) = (self.is_live(), self.seen);
        let queue = self.queues.entry(name.clone()).or_insert_with(|| Queue { credited: now, ..Queue::default() });
        credit_queue(&mut self.minute.queues, name, queue, now, live);
        change(queue);
        let Some((from, by)) = moved else { return };
        for id in &queue.waiting {
            if let Some(visit) = self.visits.get_mut(id)
                && let Some(p) = visit.position
                && p >= from
            {
                visit.position = Some(p.saturating_add_signed(by).max(1));
                step.changes.visits.insert((step.source, *id));
            }
        }
    }

    /// A conversation ends. `heard`: its end was reported, so its length is known.
    pub(crate) fn complete(&mut self, id: VisitId, transferred: bool, heard: bool, step: &mut Step<'_>) {
        let origin = if heard { step.origin } else { Origin::Inferred };
        self.end_talk(id, transferred, heard, origin, step);
    }

    /// A record of the platform's own tells that a conversation is over, and not when.
    pub(crate) fn complete_untold(&mut self, id: VisitId, transferred: bool, step: &mut Step<'_>) {
        self.end_talk(id, transferred, false, step.origin, step);
    }

    fn end_talk(&mut self, id: VisitId, transferred: bool, heard: bool, origin: Origin, step: &mut Step<'_>) {
        let Some(Stage::Talking { agent: key, since, wait_ms, .. }) = self.visits.get(&id).map(|v| v.stage.clone())
        else {
            return;
        };
        let Some(visit) = self.visits.remove(&id) else { return };
        let talk_ms = heard.then(|| step.now.since(since));
        self.attempt_talk(&visit.call, None, step);
        let is_of_day = self.is_of_day(visit.entered);
        let totals = &mut self.queue(&visit.queue, step).totals;
        if let Some(ms) = talk_ms.filter(|_| is_of_day) {
            totals.talks.add(ms);
        }
        let (mut agent_name, mut interface) = (None, None);
        if let Some(agent) = self.agents.get_mut(&key) {
            agent_name = agent.name;
            interface = agent.memberships.get(&visit.queue).map(|m| m.interface.clone());
            if agent.talking.as_ref().is_some_and(|(held, _)| *held == id) {
                agent.talking = None;
                // The device was busy with this call and says a moment later that it is free: until then the agent is not
                // "on a call outside the queue". If it says nothing, another call is on it.
                if step.origin == Origin::Heard && agent.device.is_busy() {
                    self.settling.insert(key.clone(), step.now.seen.saturating_add(SETTLES_MS));
                }
                self.refresh(&key, step);
            }
        }
        let key = Some(key).filter(|key| !key.is_empty());
        let mut closed = self.close(visit, Outcome::Answered, wait_ms, key, step);
        closed.agent_name = agent_name;
        closed.interface = interface;
        closed.talk_ms = talk_ms;
        closed.transferred = transferred;
        closed.origin = closed.origin.max(origin);
        if !heard {
            self.remember(closed.clone());
        }
        step.changes.facts.push(Fact::VisitClosed(closed));
    }

    /// The record of a visit that is over, taken off its call and contact.
    fn close(
        &mut self,
        visit: Visit,
        outcome: Outcome,
        wait_ms: i64,
        agent: Option<Name>,
        step: &mut Step<'_>,
    ) -> ClosedVisit {
        if let Entry::Occupied(mut ids) = self.calls.entry(visit.call.clone()) {
            ids.get_mut().remove(&visit.id);
            if ids.get().is_empty() {
                ids.remove();
            }
        }
        if let Some(contact) = self.contacts.get_mut(&visit.contact) {
            contact.open = contact.open.saturating_sub(1);
            contact.last = self.seen;
        }
        step.changes.visits.insert((step.source, visit.id));
        ClosedVisit {
            id: visit.id,
            source: step.source,
            queue: visit.queue,
            call: visit.call,
            contact: visit.contact,
            caller: visit.caller,
            entered: visit.entered,
            ended: step.now,
            outcome,
            wait_ms,
            agent,
            agent_name: None,
            interface: None,
            talk_ms: None,
            transferred: false,
            origin: visit.origin.max(step.origin),
        }
    }

    pub(crate) fn call_ended(&mut self, call: &Name, step: &mut Step<'_>) {
        for id in self.calls.get(call).cloned().unwrap_or_default() {
            match self.visits.get(&id).map(|v| &v.stage) {
                Some(Stage::Waiting) => self.leave(id, Outcome::Unknown, 0, step),
                Some(Stage::Talking { since, .. }) => {
                    // That the channel goes says little of a conversation which may have ended while nobody listened.
                    let was_followed = !matches!(self.link, Link::Up { since: link, .. } if since.seen < link);
                    let heard = was_followed && step.origin != Origin::Inferred;
                    self.complete(id, false, heard, step);
                }
                None => {}
            }
        }
    }

    /// A contact is part of another's journey: all that is known of it is the other's.
    pub(crate) fn joined(&mut self, contact: &Name, root: &Name, step: &mut Step<'_>) {
        if contact == root {
            return;
        }
        for visit in self.visits.values_mut().filter(|visit| visit.contact == *contact) {
            visit.contact = root.clone();
            step.changes.visits.insert((step.source, visit.id));
        }
        self.recent.iter_mut().filter(|v| v.contact == *contact).for_each(|visit| visit.contact = root.clone());
        self.attempts.values_mut().filter(|a| a.contact == *contact).for_each(|a| a.contact = root.clone());
        if let Some(part) = self.contacts.remove(contact) {
            let whole = self.contacts.entry(root.clone()).or_insert(Contact { visits: 0, open: 0, ..part });
            whole.since = whole.since.min(part.since);
            whole.party = whole.party.or(part.party);
            whole.visits = whole.visits.saturating_add(part.visits);
            whole.open = whole.open.saturating_add(part.open);
            whole.last = whole.last.max(part.last);
        }
        let (contact, root) = (contact.clone(), root.clone());
        step.changes.facts.push(Fact::ContactJoined { source: step.source, contact, root });
    }
}
