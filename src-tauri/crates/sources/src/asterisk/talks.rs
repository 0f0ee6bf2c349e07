//! Conversations: whose they are, and when they are over.
//!
//! `AgentComplete` ends one and comes with the hang-up of the caller or of the agent. But after some hang-ups it comes late or
//! never: while the caller is parked it comes only when the caller hangs up, perhaps minutes later and after another agent. So a
//! hang-up is held for [`HOLD_MS`], and then is the end. Whichever comes first, once the agent is gone the conversation was over.

use super::calls::{Completion, When, event};
use crate::Report;
use mirante_floor::{Kind, Name};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// How long a hung-up conversation waits for its `AgentComplete`, ms.
pub(crate) const HOLD_MS: i64 = 2000;
/// The same where events carry no time: what is held longer makes the conversation longer.
const HOLD_UNTIMED_MS: i64 = 300;
/// Most calls remembered; more means that ends are not heard.
const MOST: usize = 50_000;
/// Most conversations of one call remembered.
const MOST_OF_ONE: usize = 64;
/// How many conversations that were ended by a hang-up are remembered, whose `AgentComplete` would come late.
const LATE: usize = 2048;

#[derive(Debug)]
struct Talk {
    queue: Name,
    agent: Name,
    leg: Option<Name>,
    /// The agent is there as long as the leg is. Not so where the PBX may take the leg out of the way.
    lasting: bool,
    hung_up: Option<(When, By)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Caller,
    Agent,
}

/// The conversations of one session.
#[derive(Debug, Default)]
pub(crate) struct Talks {
    by_call: BTreeMap<Name, Vec<Talk>>,
    /// The call of each agent's leg.
    legs: HashMap<Name, Name>,
    /// This session hears of channels that are gone.
    hears_ends: bool,
    /// Ended by a hang-up: queue, call, agent.
    late: VecDeque<(Name, Name, Name)>,
}

impl Talks {
    /// An agent answered a call. `lasting`: the leg stays the agent's until the end.
    pub(crate) fn begin(&mut self, queue: &Name, call: &Name, agent: &Name, leg: Option<Name>, lasting: bool) {
        if self.by_call.len() >= MOST
            && let Some((_, talks)) = self.by_call.pop_first()
        {
            talks.iter().filter_map(|talk| talk.leg.as_ref()).for_each(|leg| _ = self.legs.remove(leg));
        }
        if let Some(leg) = &leg {
            self.legs.insert(leg.clone(), call.clone());
        }
        let talks = self.by_call.entry(call.clone()).or_default();
        if talks.len() >= MOST_OF_ONE {
            talks.remove(0);
        }
        talks.push(Talk { queue: queue.clone(), agent: agent.clone(), leg, lasting, hung_up: None });
    }

    /// `AgentComplete`, which names the call, the leg, or neither.
    pub(crate) fn completed(&mut self, end: Completion, when: When, out: &mut Vec<Report>) {
        let Completion { queue, call, leg, agent, transferred, talk_ms } = end;
        let is_it = |talk: &Talk| {
            talk.queue == queue && talk.agent == agent && (call.is_some() || leg.is_none() || talk.leg == leg)
        };
        let named = call.clone().or_else(|| leg.as_ref().and_then(|leg| self.legs.get(leg).cloned()));
        if named.is_none() && leg.is_none() {
            // Both channels are gone, so it is about a conversation that lost one of them: be it one already said to be over, or one
            // that this session never heard of.
            let found = self.find(|talk| is_it(talk) && talk.hung_up.is_some());
            if found.is_none()
                && (self.was_ended(&queue, None, &agent) || self.hears_ends && self.find(is_it).is_some())
            {
                return;
            }
        }
        let call =
            named.or_else(|| self.find(|talk| is_it(talk) && talk.hung_up.is_some())).or_else(|| self.find(is_it));
        let mut ended_at = when.at;
        if let Some(call) = &call {
            let talks = self.by_call.get(call).map_or(&[][..], Vec::as_slice);
            match talks.iter().position(is_it) {
                Some(at) => {
                    // However long the platform counts: it does until the caller hangs up, while the agent is gone.
                    let gone = self.take(call, at).and_then(|talk| talk.hung_up).filter(|(_, by)| *by == By::Agent);
                    ended_at = gone.and_then(|(gone, _)| gone.at).or(when.at);
                }
                // A late word about a conversation that was over before another one began in the same queue.
                None if talks.iter().any(|talk| talk.queue == queue) => return,
                None if self.was_ended(&queue, Some(call), &agent) => return,
                None => {}
            }
        }
        event(out, ended_at, Kind::Completed { queue, call, leg, agent, transferred, talk_ms });
    }

    /// A channel is gone: a caller's, an agent's leg, or neither.
    pub(crate) fn gone(&mut self, channel: &Name, when: When, out: &mut Vec<Report>) {
        self.hears_ends = true;
        let mark = |talk: &mut Talk, by: By| talk.hung_up = talk.hung_up.or(Some((when, by)));
        if let Some(talks) = self.by_call.get_mut(channel) {
            talks.iter_mut().for_each(|talk| mark(talk, By::Caller));
            if when.at.is_none() {
                // Without a time of its own the end is said at once: held, it would make the conversation longer.
                self.end_call(channel, when, out);
            }
        }
        let Some(talks) = self.legs.get(channel).and_then(|call| self.by_call.get_mut(call)) else { return };
        let of_leg = talks.iter_mut().filter(|talk| talk.leg.as_ref() == Some(channel) && talk.lasting);
        of_leg.for_each(|talk| mark(talk, By::Agent));
    }

    /// A call goes on elsewhere: a conversation of it whose agent hung up is over, however short ago.
    pub(crate) fn goes_on(&mut self, call: &Name, out: &mut Vec<Report>) {
        self.end_all(|known, talk| known == call && talk.hung_up.is_some(), out);
    }

    /// An agent took another call: a conversation of theirs in which somebody hung up is over, however short ago.
    pub(crate) fn moves_on(&mut self, agent: &Name, out: &mut Vec<Report>) {
        self.end_all(|_, talk| talk.agent == *agent && talk.hung_up.is_some(), out);
    }

    /// The platform's clock was set ahead by so many ms: what is held is told by the new one.
    pub(crate) fn clock_set(&mut self, by: i64) {
        let held = self.by_call.values_mut().flatten().filter_map(|talk| talk.hung_up.as_mut());
        held.for_each(|(when, _)| when.clock_set(by));
    }

    /// Time passed: hang-ups held long enough are ends.
    pub(crate) fn tick(&mut self, now: i64, out: &mut Vec<Report>) {
        let held = |when: When| if when.at.is_some() { HOLD_MS } else { HOLD_UNTIMED_MS };
        let due = |talk: &Talk| talk.hung_up.is_some_and(|(when, _)| now.saturating_sub(when.now) >= held(when));
        self.end_all(|_, talk| due(talk), out);
    }

    fn end_all(&mut self, is: impl Fn(&Name, &Talk) -> bool, out: &mut Vec<Report>) {
        let some = |(call, talks): &(&Name, &Vec<Talk>)| talks.iter().any(|talk| is(call, talk));
        let calls: Vec<Name> = self.by_call.iter().filter(some).map(|(call, _)| call.clone()).collect();
        for call in calls {
            while let Some(at) = self.by_call.get(&call).and_then(|talks| talks.iter().position(|t| is(&call, t))) {
                self.end(&call, at, out);
            }
        }
    }

    /// Ends the conversation at this place of the call's, as its hang-up tells.
    fn end(&mut self, call: &Name, at: usize, out: &mut Vec<Report>) {
        let Some(talk) = self.take(call, at) else { return };
        let Some((when, by)) = talk.hung_up else { return };
        if self.late.len() >= LATE {
            self.late.pop_front();
        }
        self.late.push_back((talk.queue.clone(), call.clone(), talk.agent.clone()));
        if by == By::Caller {
            return self.end_call(call, when, out);
        }
        let Talk { queue, agent, leg, .. } = talk;
        let call = Some(call.clone());
        event(out, when.at, Kind::Completed { queue, call, leg, agent, transferred: false, talk_ms: None });
    }

    fn end_call(&mut self, call: &Name, when: When, out: &mut Vec<Report>) {
        while self.take(call, 0).is_some() {}
        event(out, when.at, Kind::CallEnded { call: call.clone() });
    }

    fn take(&mut self, call: &Name, at: usize) -> Option<Talk> {
        let talks = self.by_call.get_mut(call)?;
        let talk = (at < talks.len()).then(|| talks.remove(at));
        if talks.is_empty() {
            self.by_call.remove(call);
        }
        if let Some(leg) = talk.as_ref().and_then(|talk| talk.leg.as_ref()) {
            self.legs.remove(leg);
        }
        talk
    }

    /// The call of the first conversation that is so.
    fn find(&self, is: impl Fn(&Talk) -> bool) -> Option<Name> {
        self.by_call.iter().find(|(_, talks)| talks.iter().any(&is)).map(|(call, _)| call.clone())
    }

    fn was_ended(&mut self, queue: &Name, call: Option<&Name>, agent: &Name) -> bool {
        let is_it = |(q, c, a): &(Name, Name, Name)| q == queue && call.is_none_or(|call| c == call) && a == agent;
        self.late.iter().position(is_it).is_some_and(|at| self.late.remove(at).is_some())
    }
}
