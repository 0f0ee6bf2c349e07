//! One attempt to reach someone, from the dialling to its end.
//!
//! An attempt's name is the platform's id of the callee's leg. If that call enters a queue, as a dialler's does, its visit
//! carries the same name, and the agent who answers there is the one who talks on the attempt.

use crate::apply::Step;
use crate::contacts::SETTLES_MS;
use crate::{Campaign, DispositionFlags, Fact, Moment, Name, Origin, PartyId, Site, SourceId};
use serde::{Deserialize, Serialize};

/// Who or what answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnsweredBy {
    /// A person, as the platform detected or a person coded.
    Human,
    /// A machine.
    Machine,
    /// Nobody says which.
    Unknown,
}

impl AnsweredBy {
    /// Every one.
    pub const ALL: [AnsweredBy; 3] = [AnsweredBy::Human, AnsweredBy::Machine, AnsweredBy::Unknown];

    /// The stable word in exports.
    pub fn word(self) -> &'static str {
        match self {
            AnsweredBy::Human => "human",
            AnsweredBy::Machine => "machine",
            AnsweredBy::Unknown => "unknown",
        }
    }
}

/// Who ended an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndedBy {
    /// Our side: the agent.
    Agent,
    /// The person called, or their line: busy, refused, hung up.
    Callee,
    /// The platform or the network: a time limit, no route, a dial plan that hangs up.
    System,
    /// Nobody saw who.
    Unknown,
}

impl EndedBy {
    /// Every one.
    pub const ALL: [EndedBy; 4] = [EndedBy::Agent, EndedBy::Callee, EndedBy::System, EndedBy::Unknown];

    /// The stable word in exports.
    pub fn word(self) -> &'static str {
        match self {
            EndedBy::Agent => "agent",
            EndedBy::Callee => "callee",
            EndedBy::System => "system",
            EndedBy::Unknown => "unknown",
        }
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttemptResult {
    /// Answered, by a person as far as is known.
    Answered,
    /// A machine answered.
    Machine,
    /// The line was busy.
    Busy,
    /// It rang and nobody answered.
    NoAnswer,
    /// The call was turned down.
    Refused,
    /// The number does not exist or is not complete.
    Invalid,
    /// The phone or the way to it could not be reached.
    Unavailable,
    /// The network or the trunk had no room.
    Congestion,
    /// We gave up before an answer.
    Cancelled,
    /// Another failure, or its end went unheard.
    Unknown,
}

impl AttemptResult {
    /// The stable word in exports.
    pub fn word(self) -> &'static str {
        match self {
            AttemptResult::Answered => "answered",
            AttemptResult::Machine => "machine",
            AttemptResult::Busy => "busy",
            AttemptResult::NoAnswer => "no_answer",
            AttemptResult::Refused => "refused",
            AttemptResult::Invalid => "invalid",
            AttemptResult::Unavailable => "unavailable",
            AttemptResult::Congestion => "congestion",
            AttemptResult::Cancelled => "cancelled",
            AttemptResult::Unknown => "unknown",
        }
    }
}

/// How an attempt ended, as far as the platform tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DialEnd {
    /// A live answer was dropped because no agent was free.
    pub dropped: bool,
    /// Who ended it.
    pub by: EndedBy,
    /// Hang-up cause, a number of ITU-T Q.850.
    pub cause: Option<u16>,
    /// The platform's word for how the dialling went, such as `BUSY`.
    pub status: Option<Name>,
}

impl DialEnd {
    /// The end that nobody heard.
    pub const UNHEARD: DialEnd = DialEnd { dropped: false, by: EndedBy::Unknown, cause: None, status: None };
}

/// An attempt under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Number of the event that began it: its identity in history.
    pub id: u64,
    /// The campaign; absent for a call outside any.
    pub campaign: Option<Name>,
    /// The contact.
    pub contact: Name,
    /// Who is called.
    pub callee: Option<PartyId>,
    /// The agent on it, if any.
    pub agent: Option<Name>,
    /// When dialling began.
    pub started: Moment,
    /// When the callee's phone began to ring, if told.
    pub ringing: Option<Moment>,
    /// When somebody or something answered, and which.
    pub answered: Option<(Moment, AnsweredBy)>,
    /// Since when an agent and the callee speak.
    pub talking: Option<Moment>,
    /// How long they spoke before, ms; absent if no agent ever did.
    pub talked_ms: Option<i64>,
    /// The coded result, if it came before the end.
    pub disposition: Option<(Name, DispositionFlags)>,
}

/// An attempt that is over: what history keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClosedAttempt {
    /// Number of the event that began it.
    pub id: u64,
    /// Who reported it.
    pub source: SourceId,
    /// The platform's id of the callee's leg.
    pub attempt: Name,
    /// The campaign; absent for a call outside any.
    pub campaign: Option<Name>,
    /// The contact.
    pub contact: Name,
    /// Who was called.
    pub callee: Option<PartyId>,
    /// The agent who dialled or spoke: the key.
    pub agent: Option<Name>,
    /// The name that the platform gave the agent then, in the party table.
    pub agent_name: Option<PartyId>,
    /// When dialling began.
    pub started: Moment,
    /// When the callee's phone began to ring, if told.
    pub ringing: Option<Moment>,
    /// When somebody or something answered.
    pub answered: Option<Moment>,
    /// Which; absent if nobody did.
    pub answered_by: Option<AnsweredBy>,
    /// When it ended.
    pub ended: Moment,
    /// From the dialling to the answer, or to the end without one, ms.
    pub ring_ms: i64,
    /// How long an agent spoke, ms; absent if none did or nobody heard the end.
    pub talk_ms: Option<i64>,
    /// How it ended.
    pub end: DialEnd,
    /// The coded result, if it came before the end.
    pub disposition: Option<(Name, DispositionFlags)>,
    /// The end was not heard but concluded.
    pub inferred: bool,
}

impl ClosedAttempt {
    /// What came of it: the answer, else the cause where it says more than the word, else the word.
    pub fn result(&self) -> AttemptResult {
        match self.answered_by {
            Some(AnsweredBy::Machine) => return AttemptResult::Machine,
            Some(AnsweredBy::Human | AnsweredBy::Unknown) => return AttemptResult::Answered,
            None => {}
        }
        let status = self.end.status.as_deref().unwrap_or_default();
        if status.eq_ignore_ascii_case("CANCEL") {
            return AttemptResult::Cancelled;
        }
        match self.end.cause {
            Some(17) => AttemptResult::Busy,
            Some(18 | 19) => AttemptResult::NoAnswer,
            Some(21) => AttemptResult::Refused,
            Some(1 | 22 | 28) => AttemptResult::Invalid,
            Some(2 | 3 | 20 | 27) => AttemptResult::Unavailable,
            Some(34 | 38 | 41 | 42 | 44) => AttemptResult::Congestion,
            _ => match status.to_ascii_uppercase().as_str() {
                "BUSY" => AttemptResult::Busy,
                "NOANSWER" => AttemptResult::NoAnswer,
                "CHANUNAVAIL" => AttemptResult::Unavailable,
                "CONGESTION" => AttemptResult::Congestion,
                _ => AttemptResult::Unknown,
            },
        }
    }
}

impl Attempt {
    fn start_talk(&mut self, now: Moment) {
        if self.talking.is_none() {
            self.talking = Some(now);
        }
        self.talked_ms.get_or_insert(0);
    }

    fn stop_talk(&mut self, now: Moment) {
        if let Some(since) = self.talking.take() {
            let before = self.talked_ms.unwrap_or(0);
            self.talked_ms = Some(before.saturating_add(now.since(since)));
        }
    }
}

/// What a dialling names.
pub(crate) struct Dialling<'a> {
    pub(crate) attempt: &'a Name,
    pub(crate) campaign: Option<&'a Name>,
    pub(crate) contact: &'a Name,
    pub(crate) agent: Option<&'a Name>,
    pub(crate) callee: Option<PartyId>,
}

impl Site {
    /// Most attempts under way at once; beyond it the oldest are given up, since their ends are evidently not heard.
    pub const MOST_ATTEMPTS: usize = 20_000;

    pub(crate) fn dialled(&mut self, dialling: &Dialling<'_>, step: &mut Step<'_>) {
        if self.attempts.contains_key(dialling.attempt) {
            return;
        }
        if self.attempts.len() >= Self::MOST_ATTEMPTS
            && let Some(oldest) = self.attempts.iter().min_by_key(|(_, a)| a.id).map(|(name, _)| name.clone())
        {
            self.dial_over(&oldest, &DialEnd::UNHEARD, 0, true, step);
        }
        let attempt = Attempt {
            id: step.seq,
            campaign: dialling.campaign.cloned(),
            contact: dialling.contact.clone(),
            callee: dialling.callee,
            agent: None,
            started: step.now,
            ringing: None,
            answered: None,
            talking: None,
            talked_ms: None,
            disposition: None,
        };
        self.in_campaign(dialling.campaign, step.now, step, |totals| {
            totals.attempts = totals.attempts.saturating_add(1)
        });
        self.attempts.insert(dialling.attempt.clone(), attempt);
        if let Some(agent) = dialling.agent {
            self.put_on(dialling.attempt, agent, step);
        }
    }

    pub(crate) fn dial_ringing(&mut self, attempt: &Name, step: &Step<'_>) {
        if let Some(open) = self.attempts.get_mut(attempt)
            && open.answered.is_none()
            && open.ringing.is_none()
        {
            open.ringing = Some(step.now);
        }
    }

    /// Somebody or something answered; told again when it becomes known which, or when an agent joins.
    pub(crate) fn dial_answered(&mut self, attempt: &Name, by: AnsweredBy, agent: Option<&Name>, step: &mut Step<'_>) {
        let Some(open) = self.attempts.get_mut(attempt) else { return };
        let known = open.answered.map(|(_, known)| known);
        let by = if by == AnsweredBy::Unknown { known.unwrap_or(by) } else { by };
        let at = open.answered.map_or(step.now, |(at, _)| at);
        open.answered = Some((at, by));
        let (campaign, started) = (open.campaign.clone(), open.started);
        if let Some(agent) = agent {
            self.put_on(attempt, agent, step);
        }
        if let Some(open) = self.attempts.get_mut(attempt)
            && open.agent.is_some()
        {
            open.start_talk(step.now);
        }
        self.in_campaign(campaign.as_ref(), started, step, |totals| totals.answered(known, by));
    }

    /// The attempt is over, `ago_ms` before now.
    pub(crate) fn dial_ended(&mut self, attempt: &Name, end: &DialEnd, ago_ms: i64, step: &mut Step<'_>) {
        let unheard = step.origin == Origin::Inferred;
        self.dial_over(attempt, end, ago_ms, unheard, step);
    }

    fn dial_over(&mut self, attempt: &Name, end: &DialEnd, ago_ms: i64, unheard: bool, step: &mut Step<'_>) {
        let Some(mut over) = self.attempts.remove(attempt) else { return };
        let ended = step.now.before(ago_ms);
        over.stop_talk(ended);
        let known = over.agent.as_ref().and_then(|key| self.agents.get(key));
        let agent_name = known.and_then(|agent| agent.name);
        // Only a live answer can be dropped.
        let live = over.answered.is_some_and(|(_, by)| by != AnsweredBy::Machine);
        let end = DialEnd { dropped: end.dropped && live, ..end.clone() };
        self.in_campaign(over.campaign.as_ref(), over.started, step, |totals| {
            totals.ended = totals.ended.saturating_add(1);
            totals.dropped = totals.dropped.saturating_add(u32::from(end.dropped));
        });
        let is_of_day = self.is_of_day(over.started);
        if let (Some((_, AnsweredBy::Unknown)), Some(campaign), true) = (over.answered, &over.campaign, is_of_day) {
            if self.undecided.len() >= Self::RECENT {
                self.undecided.pop_front();
            }
            self.undecided.push_back((attempt.clone(), campaign.clone()));
        }
        if let Some(key) = &over.agent {
            self.take_off(attempt, key, !unheard, step);
        }
        let closed = ClosedAttempt {
            id: over.id,
            source: step.source,
            attempt: attempt.clone(),
            campaign: over.campaign,
            contact: over.contact,
            callee: over.callee,
            agent: over.agent,
            agent_name,
            started: over.started,
            ringing: over.ringing,
            answered: over.answered.map(|(at, _)| at),
            answered_by: over.answered.map(|(_, by)| by),
            ended,
            ring_ms: over.answered.map_or(ended, |(at, _)| at).since(over.started),
            talk_ms: over.talked_ms.filter(|_| !unheard),
            end,
            disposition: over.disposition,
            inferred: unheard,
        };
        step.changes.facts.push(Fact::AttemptClosed(closed));
    }

    /// Gives up the attempts that `which` picks: nobody will tell how they end.
    pub(crate) fn give_up_attempts(&mut self, which: impl Fn(&Attempt) -> bool, step: &mut Step<'_>) {
        let lost: Vec<Name> = self.attempts.iter().filter(|(_, a)| which(a)).map(|(name, _)| name.clone()).collect();
        for attempt in lost {
            self.dial_over(&attempt, &DialEnd::UNHEARD, 0, true, step);
        }
    }

    /// A queue gave an attempt's call to an agent, or that conversation ended.
    pub(crate) fn attempt_talk(&mut self, call: &Name, agent: Option<&Name>, step: &mut Step<'_>) {
        let Some(open) = self.attempts.get_mut(call) else { return };
        let Some(agent) = agent else { return open.stop_talk(step.now) };
        let before = open.agent.replace(agent.clone());
        open.start_talk(step.now);
        if let Some(before) = before {
            self.take_off(call, &before, true, step);
        }
    }

    /// The agent left the call, which goes on without them, `ago_ms` before now.
    pub(crate) fn dial_parted(&mut self, attempt: &Name, ago_ms: i64, step: &mut Step<'_>) {
        let now = step.now.before(ago_ms);
        let Some(open) = self.attempts.get_mut(attempt) else { return };
        open.stop_talk(now);
        if let Some(key) = open.agent.clone() {
            self.take_off(attempt, &key, step.origin == Origin::Heard, step);
        }
    }

    /// The agent works on the attempt: one at a time, the newest.
    fn put_on(&mut self, attempt: &Name, key: &Name, step: &mut Step<'_>) {
        let Some(open) = self.attempts.get_mut(attempt) else { return };
        let place = open.campaign.clone();
        let before = open.agent.replace(key.clone());
        if let Some(before) = before.filter(|before| before != key) {
            self.take_off(attempt, &before, true, step);
        }
        if let Some(agent) = self.agents.get_mut(key) {
            agent.attempt = Some((attempt.clone(), place));
            self.refresh(key, step);
        }
    }

    fn take_off(&mut self, attempt: &Name, key: &Name, heard: bool, step: &mut Step<'_>) {
        if let Some(agent) = self.agents.get_mut(key)
            && agent.attempt.as_ref().is_some_and(|(on, _)| on == attempt)
        {
            agent.attempt = None;
            // As at the end of a queue's call: the device's own report that it is free comes a moment later.
            if heard && agent.talking.is_none() && agent.device.is_busy() {
                self.settling.insert(key.clone(), step.now.seen.saturating_add(SETTLES_MS));
            }
            self.refresh(key, step);
        }
    }

    /// Changes a campaign's totals, if the attempt has one and began on the day.
    fn in_campaign(
        &mut self,
        campaign: Option<&Name>,
        started: Moment,
        step: &mut Step<'_>,
        change: impl FnOnce(&mut Campaign),
    ) {
        let is_of_day = self.is_of_day(started);
        if let Some(campaign) = campaign {
            let totals = self.campaigns.entry(campaign.clone()).or_default();
            if is_of_day {
                change(totals);
            }
            step.changes.campaigns.insert((step.source, campaign.clone()));
        }
    }
}

/// Longest that an end is believed to have been unclear, ms.
const LONGEST_AGO_MS: i64 = 60_000;

impl Moment {
    /// So many ms earlier, where the platform tells no time of its own; else here.
    fn before(self, ago_ms: i64) -> Moment {
        match self.at {
            Some(_) => self,
            None => Moment { seen: self.seen.saturating_sub(ago_ms.clamp(0, LONGEST_AGO_MS)).max(0), at: None },
        }
    }
}
