//! Queues and the agents who serve them.

use crate::apply::Step;
use crate::clock::credit_agent;
use crate::{
    Agent, AgentSpan, AgentState, Changes, Event, Fact, Kind, Membership, Moment, Name, OpenMinute, Origin, Outcome,
    Place, Queue, Site,
};
use std::collections::{BTreeMap, HashMap};

/// A pause that began longer ago than this was not cut short by a restart: the platform's clock is wrong.
const LONGEST_PAUSE_MS: i64 = 24 * 60 * 60 * 1000;

impl Site {
    /// The queue, made if it was not known, to be drawn again.
    pub(crate) fn queue(&mut self, name: &Name, step: &mut Step<'_>) -> &mut Queue {
        step.changes.queues.insert(step.source, name);
        let now = self.seen;
        self.queues.entry(name.clone()).or_insert_with(|| Queue { credited: now, ..Queue::default() })
    }

    pub(crate) fn agent(&mut self, key: &Name, now: Moment) -> &mut Agent {
        let credited = self.seen;
        self.agents.entry(key.clone()).or_insert_with(|| Box::new(Agent { credited, ..Agent::new(now) }))
    }

    pub(crate) fn queue_gone(&mut self, name: &Name, step: &mut Step<'_>) {
        let Some(queue) = self.queues.get(name) else { return };
        for id in queue.waiting.clone() {
            self.leave(id, Outcome::Unknown, 0, step);
        }
        let members: Vec<Name> =
            self.agents.iter().filter(|(_, a)| a.memberships.contains_key(name)).map(|(key, _)| key.clone()).collect();
        for key in members {
            self.member_removed(name, &key, step);
        }
        // Conversations outlive their queue; the next picture says again that it is gone.
        if self.visits.values().all(|v| v.queue != *name) {
            self.queues.remove(name);
        }
        step.changes.queues.insert(step.source, name);
    }

    pub(crate) fn member(&mut self, kind: &Kind, step: &mut Step<'_>) {
        let Kind::Member { queue, agent: key, .. } = kind else { return };
        self.queue(queue, step);
        let (live, now) = (self.is_live(), self.seen);
        let entry = self.agents.entry(key.clone());
        let agent = entry.or_insert_with(|| Box::new(Agent { credited: now, ..Agent::new(step.now) }));
        // The agent was found once: a list of thousands of members is applied in a moment.
        let ahead = self.clock_ahead.unwrap_or(0);
        let mut desk = Desk { settling: &mut self.settling, minute: &mut self.minute, live, now };
        desk.member(kind, agent, ahead, step);
        touch(key, agent, step);
    }

    /// Members of a site that knows no agent yet, all told at one instant: what [`Site::member`] does with each. Agents are found by
    /// hash and put in their order once: to find a place for each anew takes twice as long as all else that is done with them.
    pub(crate) fn newcomers(&mut self, events: &[Event], changes: &mut Changes) {
        let mut agents: Vec<(Name, Box<Agent>)> = Vec::with_capacity(events.len());
        let mut places: HashMap<&Name, usize, foldhash::fast::RandomState> = HashMap::default();
        places.reserve(events.len());
        changes.agents.reserve(events.len());
        let mut last = None;
        for event in events {
            let Kind::Member { queue, agent: key, .. } = &event.kind else { continue };
            let Some(mut step) = self.begin(event, changes) else { continue };
            // Every queue and every agent here is touched once: none of them was here before these.
            if last.replace(queue) != Some(queue) {
                self.queue(queue, &mut step);
            }
            let (live, now, ahead) = (self.is_live(), self.seen, self.clock_ahead.unwrap_or(0));
            let place = *places.entry(key).or_insert_with(|| {
                step.changes.agents.extend(step.source, std::iter::once(key));
                let mut agent = Box::new(Agent::new(step.now));
                agent.credited = now;
                agents.push((key.clone(), agent));
                agents.len() - 1
            });
            if let Some((_, agent)) = agents.get_mut(place) {
                let mut desk = Desk { settling: &mut self.settling, minute: &mut self.minute, live, now };
                desk.member(&event.kind, agent, ahead, &mut step);
            }
        }
        self.agents = agents.into_iter().collect();
    }

    pub(crate) fn member_removed(&mut self, queue: &Name, key: &Name, step: &mut Step<'_>) {
        self.end_ring(queue, key, step);
        let Some(agent) = self.agents.get_mut(key) else { return };
        if agent.memberships.remove(queue).is_some() {
            step.changes.queues.insert(step.source, queue);
            self.refresh(key, step);
        }
    }

    pub(crate) fn ring(&mut self, queue: &Name, call: &Name, key: &Name, step: &mut Step<'_>) {
        let Some(id) = self.waiting(call, Some(queue)) else { return };
        self.end_ring(queue, key, step);
        if let Some(visit) = self.visits.get_mut(&id) {
            visit.ringing.insert(key.clone());
            step.changes.visits.insert((step.source, id));
        }
        self.agent(key, step.now).ringing.insert(queue.clone(), call.clone());
        self.refresh(key, step);
    }

    /// Takes the ring off agent and visit, without judging it. The caller refreshes the agent.
    pub(crate) fn end_ring(&mut self, queue: &Name, key: &Name, step: &mut Step<'_>) -> bool {
        let Some(call) = self.agents.get_mut(key).and_then(|a| a.ringing.remove(queue)) else { return false };
        if let Some(id) = self.waiting(&call, Some(queue))
            && let Some(visit) = self.visits.get_mut(&id)
        {
            visit.ringing.remove(key);
            step.changes.visits.insert((step.source, id));
        }
        true
    }

    pub(crate) fn ring_ended(&mut self, queue: &Name, key: &Name, step: &mut Step<'_>) {
        if self.end_ring(queue, key, step) {
            self.refresh(key, step);
        }
    }

    pub(crate) fn ring_no_answer(&mut self, queue: &Name, key: &Name, step: &mut Step<'_>) {
        self.end_ring(queue, key, step);
        if self.is_today(step) {
            let totals = &mut self.queue(queue, step).totals;
            totals.ring_no_answer = totals.ring_no_answer.saturating_add(1);
            let count = self.agent(key, step.now).ring_no_answer.entry(queue.clone()).or_default();
            *count = count.saturating_add(1);
        }
        if step.is_now() {
            let minute = self.minute.agents.entry(key.clone()).or_default();
            *minute.ring_no_answer.entry(queue.clone()).or_default() += 1;
        }
        self.refresh(key, step);
    }

    /// Lets go of the conversations that ended long enough ago: a device that is still busy is busy with another.
    pub(crate) fn settle(&mut self, to: i64, step: &mut Step<'_>) {
        // As at nearly every event.
        if self.settling.is_empty() {
            return;
        }
        let due: Vec<Name> = self.settling.extract_if(.., |_, until| *until <= to).map(|(key, _)| key).collect();
        let (live, now) = (self.is_live(), self.seen);
        for key in due {
            let mut desk = Desk { settling: &mut self.settling, minute: &mut self.minute, live, now };
            if let Some(agent) = self.agents.get_mut(&key) {
                desk.rederive(&key, agent, step);
            }
        }
    }

    /// A live event touched an agent, or one that changes what is known of it.
    pub(crate) fn refresh(&mut self, key: &Name, step: &mut Step<'_>) {
        let (live, now) = (self.is_live(), self.seen);
        let mut desk = Desk { settling: &mut self.settling, minute: &mut self.minute, live, now };
        if let Some(agent) = self.agents.get_mut(key) {
            desk.refresh(key, agent, step);
        }
    }
}

/// An agent is to be drawn again, and so are the queues served.
fn touch(key: &Name, agent: &Agent, step: &mut Step<'_>) {
    step.changes.agents.insert(step.source, key);
    step.changes.queues.extend(step.source, agent.memberships.keys());
}

/// What an agent's state depends on and changes, beside the agent.
struct Desk<'a> {
    settling: &'a mut BTreeMap<Name, i64>,
    minute: &'a mut OpenMinute,
    live: bool,
    now: i64,
}

impl Desk<'_> {
    /// An agent is a member of a queue, with all that the platform says. `ahead`: how far the platform's clock is ahead of ours, ms.
    /// The caller touches both.
    fn member(&mut self, kind: &Kind, agent: &mut Agent, ahead: i64, step: &mut Step<'_>) {
        let Kind::Member { queue, agent: key, interface, name, device, paused, reason, penalty, paused_at, .. } = kind
        else {
            return;
        };
        if name.is_some() {
            agent.name = *name;
        }
        agent.device = *device;
        let reason = reason.clone().filter(|_| *paused);
        let membership = Membership { interface: interface.clone(), paused: *paused, reason, penalty: *penalty };
        agent.memberships.insert(queue.clone(), membership);
        if step.origin == Origin::Heard {
            agent.touched = step.now.seen;
        }
        self.derive(key, agent, step);
        // A pause found in a picture began before we looked; the platform may know when.
        if let Some(at) = paused_at.filter(|_| step.origin == Origin::Inferred)
            && let began = at.saturating_sub(ahead)
            && matches!(agent.state, AgentState::Paused(_))
            && agent.since == step.now
            && (0..LONGEST_PAUSE_MS).contains(&step.now.seen.saturating_sub(began))
        {
            agent.since = Moment { seen: began, at: Some(at) };
        }
    }

    fn refresh(&mut self, key: &Name, agent: &mut Agent, step: &mut Step<'_>) {
        if step.origin == Origin::Heard {
            agent.touched = step.now.seen;
        }
        self.rederive(key, agent, step);
    }

    fn rederive(&mut self, key: &Name, agent: &mut Agent, step: &mut Step<'_>) {
        touch(key, agent, step);
        self.derive(key, agent, step);
    }

    /// Derives an agent's state from the facts again; if it changed, the old one is credited and becomes a span.
    fn derive(&mut self, key: &Name, agent: &mut Agent, step: &mut Step<'_>) {
        if !agent.device.is_busy() {
            self.settling.remove(key);
        }
        let state = agent.derive(self.settling.contains_key(key));
        if state == agent.state {
            return;
        }
        credit_agent(&mut self.minute.agents, key, agent, self.now, self.live);
        for place in [agent.state.place(), state.place()].into_iter().flatten() {
            if let Place::Campaign(campaign) = place {
                step.changes.campaigns.insert((step.source, campaign.clone()));
            }
        }
        let left = std::mem::replace(&mut agent.state, state);
        // What is told after the fact may lie before what is known already: spans never overlap.
        let to = if step.now.seen < agent.since.seen { agent.since } else { step.now };
        let from = std::mem::replace(&mut agent.since, to);
        if to.seen > from.seen {
            let span = AgentSpan { source: step.source, agent: key.clone(), state: left, from, to };
            step.changes.facts.push(Fact::SpanClosed(span));
        }
    }
}
