//! What a log tells of a time when nobody listened, line by line: for importing it. Pure.
//!
//! Nothing is kept here that could not be made again from the floor that the lines came to so far, so an import that was stopped goes
//! on with exactly what it would have told.
//!
//! * A line tells whole seconds, and the PBX's own figures of waits and talks are differences of whole seconds too, taken a moment
//!   earlier. Where stamps are whole, the figure rules and moves the event within its seconds: so totals are those that every other
//!   reader of the log comes to. Where stamps are instants, they rule.
//! * The log tells no devices. Whoever it shows as a member is that, in a state that nobody knows unless they talk or pause.
//! * The log writes ABANDON for a caller who was moved elsewhere, too: one who soon enters a queue again had not hung up.

use super::line::{Field, Line, Stamp};
use super::verb::Verb;
use super::witness::left;
use crate::Caller;
use crate::asterisk::remote::telephone;
use crate::asterisk::translate::SHORTEST_RING_MS;
use crate::asterisk::{HashMap, agent};
use mirante_floor::{
    AgentState, Device, Kind, Membership, Name, Origin, Outcome, PartyId, Site, Stage, Visit, VisitId, Witness,
};
use std::collections::VecDeque;

/// The PBX's own figure is believed when it moves an event by no more than this, ms.
const FIGURE_MS: i64 = 2_000;
/// Who enters a queue again within this long had not hung up, ms.
const MOVED_MS: i64 = 5 * 60 * 1000;
/// A call of which no line has told the end for so long is over, ms.
const LONGEST_CALL_MS: i64 = 24 * 60 * 60 * 1000;
/// A member of whom no line has told anything for so long may be none any more, ms.
const LONGEST_SILENCE_MS: i64 = 48 * 60 * 60 * 1000;
/// Names kept before the memory of them begins again from nothing.
const NAMES: usize = 100_000;

/// Verbs of other makes that are known and tell nothing that is kept: callers who were refused at the door, and the start of a time
/// whose end no line tells.
const PASSED: [&[u8]; 6] = [b"FULL", b"CLOSED", b"JOINEMPTY", b"DIVERT_CA_RATIO", b"DIVERT_HOLDTIME", b"WRAPUPSTART"];

/// Why a line cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unusable {
    /// Queue, call or agent is missing.
    Incomplete,
    /// It tells how a stay went on whose beginning no line told.
    NoEntry,
    /// Its verb is not known.
    Verb,
}

/// What a line came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Events, or what was known already.
    Told,
    /// Its verb is known and tells nothing that is kept.
    Passed,
}

/// One event that a line tells.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountEvent {
    /// When, Unix ms.
    pub at: i64,
    /// How it is known.
    pub origin: Origin,
    /// What.
    pub kind: Kind,
}

/// Makes events of the lines of a log.
#[derive(Debug, Default)]
pub struct Account {
    /// Queues, and words for agents.
    names: HashMap<Vec<u8>, Name>,
    agents: HashMap<Vec<u8>, Member>,
    callers: HashMap<Vec<u8>, PartyId>,
    /// Those before, from which whoever calls again is taken over: to begin from nothing would have everybody asked for anew.
    earlier_callers: HashMap<Vec<u8>, PartyId>,
    /// Where the caller of a line is put together.
    caller: Vec<u8>,
    /// Calls that were abandoned lately, by when.
    abandoned: HashMap<Name, Name>,
    lately: VecDeque<(i64, Name)>,
}

/// Who a word for an agent is.
#[derive(Debug, Clone)]
struct Member {
    key: Name,
    interface: Name,
    name: Option<PartyId>,
}

impl Account {
    /// An account that goes on from what lines came to before.
    pub fn of(site: Option<&Site>) -> Account {
        let mut account = Account::default();
        let recent = site.into_iter().flat_map(|site| &site.recent);
        for visit in recent.filter(|visit| visit.outcome == Outcome::Abandoned) {
            account.abandon(&visit.queue, &visit.call, visit.ended.at.unwrap_or(visit.ended.seen));
        }
        account
    }

    /// Adds to `out` what a line written at `at`, Unix ms, tells; `site` is what all before it came to, and `person` numbers people.
    ///
    /// # Errors
    /// When the line cannot be used, or `person` fails.
    pub fn take<E>(
        &mut self,
        site: Option<&Site>,
        line: &Line<'_>,
        at: i64,
        person: &mut impl FnMut(&Caller) -> Result<PartyId, E>,
        out: &mut Vec<AccountEvent>,
    ) -> Result<Result<Use, Unusable>, E> {
        let is_whole = matches!(line.stamp, Stamp::Second(_));
        let figure = |since: i64, seconds: Option<i64>| {
            let told = seconds.filter(|_| is_whole).map(|seconds| since.saturating_add(seconds.saturating_mul(1000)));
            told.filter(|told| told.abs_diff(at) <= FIGURE_MS as u64).unwrap_or(at)
        };
        let mut tell = |at: i64, kind: Kind| out.push(AccountEvent { at, origin: Origin::Backfilled, kind });
        let (queue, call) = (line.queue, line.call);
        let no_entry = Ok(Err(Unusable::NoEntry));
        match line.verb {
            Verb::EnterQueue { caller, position, name, .. } => {
                let (Some(queue), Some(call)) = (self.name(queue), call.said()) else {
                    return Ok(Err(Unusable::Incomplete));
                };
                let call: Name = (&*call).into();
                if let Some(before) = self.abandoned.remove(&call) {
                    let (from, to, witness) = (Outcome::Abandoned, Outcome::Transferred, Witness::QueueLog);
                    tell(at, Kind::VisitAmended { queue: before, call: call.clone(), from, to, witness });
                }
                let (contact, caller) = (call.clone(), self.caller(caller, name, person)?);
                let position = position.and_then(|place| u32::try_from(place).ok());
                tell(at, Kind::Entered { queue, call, contact, caller, position, waited_ms: 0 });
            }
            Verb::Connect { hold_s, leg, .. } => {
                let Some(queue) = self.name(queue) else { return Ok(Err(Unusable::Incomplete)) };
                let Some(member) = self.agent(line.agent, person)? else { return Ok(Err(Unusable::Incomplete)) };
                let Some(visit) = site.and_then(|site| waiting(site, call, &queue)) else { return no_entry };
                let at = figure(when(visit), hold_s);
                joins(site, &queue, &member, at, &mut tell);
                let leg = leg.said().map(|leg| (&*leg).into());
                let call = visit.call.clone();
                tell(at, Kind::Answered { queue, call, agent: member.key, leg });
            }
            Verb::Complete { talk_s, .. } => return self.completed(site, line, false, talk_s, person, figure, tell),
            Verb::BlindTransfer { talk_s, .. } | Verb::AttendedTransfer { talk_s, .. } => {
                return self.completed(site, line, true, talk_s, person, figure, tell);
            }
            Verb::RingNoAnswer { ring_ms } => {
                let (Some(queue), Some(member)) = (self.name(queue), self.agent(line.agent, person)?) else {
                    return Ok(Err(Unusable::Incomplete));
                };
                let ring_ms = ring_ms.unwrap_or(0);
                if ring_ms < SHORTEST_RING_MS {
                    return Ok(Ok(Use::Passed));
                }
                joins(site, &queue, &member, at, &mut tell);
                tell(at, Kind::RingNoAnswer { queue, agent: member.key, ring_ms });
            }
            Verb::Pause { all: false, reason } => {
                let reason = reason.said().map(|reason| (&*reason).into());
                return self.member(site, line, at, person, tell, |m| (m.paused, m.reason) = (true, reason));
            }
            Verb::Unpause { all: false, .. } => {
                return self.member(site, line, at, person, tell, |m| (m.paused, m.reason) = (false, None));
            }
            Verb::AddMember { paused } => {
                return self.member(site, line, at, person, tell, |m| (m.paused, m.reason) = (paused, None));
            }
            Verb::Penalty { penalty } => {
                let penalty = penalty.and_then(|penalty| i32::try_from(penalty).ok()).unwrap_or(0);
                return self.member(site, line, at, person, tell, |m| m.penalty = penalty);
            }
            Verb::RemoveMember => {
                let (Some(queue), Some(member)) = (self.name(queue), self.agent(line.agent, person)?) else {
                    return Ok(Err(Unusable::Incomplete));
                };
                if membership(site, &queue, &member.key).is_some() {
                    tell(at, Kind::MemberRemoved { queue, agent: member.key });
                }
            }
            Verb::QueueStart => out.extend(site.into_iter().flat_map(|site| let_go(site, at, |_| true))),
            Verb::Unknown { verb, .. } if verb.0 != b"LEAVEEMPTY" => {
                let is_known = PASSED.contains(&verb.0);
                return Ok(if is_known { Ok(Use::Passed) } else { Err(Unusable::Verb) });
            }
            ref verb => {
                let overflow = matches!(verb, Verb::Unknown { .. }).then_some(Outcome::Overflow);
                let Some(outcome) = left(verb).or(overflow) else { return Ok(Ok(Use::Passed)) };
                let (Some(queue), Some(_)) = (self.name(queue), call.said()) else {
                    return Ok(Err(Unusable::Incomplete));
                };
                let Some(visit) = site.and_then(|site| waiting(site, call, &queue)) else { return no_entry };
                let at = figure(when(visit), waited(verb));
                let call = visit.call.clone();
                if outcome == Outcome::Abandoned {
                    self.abandon(&queue, &call, at);
                }
                tell(at, Kind::Left { queue, call, outcome, ago_ms: 0 });
            }
        }
        Ok(Ok(Use::Told))
    }

    /// A conversation ended.
    #[allow(clippy::too_many_arguments)] // a line, and what it needs
    fn completed<E>(
        &mut self,
        site: Option<&Site>,
        line: &Line<'_>,
        transferred: bool,
        talk_s: Option<i64>,
        person: &mut impl FnMut(&Caller) -> Result<PartyId, E>,
        figure: impl Fn(i64, Option<i64>) -> i64,
        mut tell: impl FnMut(i64, Kind),
    ) -> Result<Result<Use, Unusable>, E> {
        let (Some(queue), Some(member)) = (self.name(line.queue), self.agent(line.agent, person)?) else {
            return Ok(Err(Unusable::Incomplete));
        };
        let Some((call, since)) = site.and_then(|site| talk(site, line.call, &queue, &member.key)) else {
            return Ok(Err(Unusable::NoEntry));
        };
        let (call, agent) = (Some(call), member.key);
        tell(figure(since, talk_s), Kind::Completed { queue, call, leg: None, agent, transferred, talk_ms: None });
        Ok(Ok(Use::Told))
    }

    /// A line about a member of a queue, who is one by it: `change` says how.
    fn member<E>(
        &mut self,
        site: Option<&Site>,
        line: &Line<'_>,
        at: i64,
        person: &mut impl FnMut(&Caller) -> Result<PartyId, E>,
        mut tell: impl FnMut(i64, Kind),
        change: impl FnOnce(&mut Membership),
    ) -> Result<Result<Use, Unusable>, E> {
        let (Some(queue), Some(member)) = (self.name(line.queue), self.agent(line.agent, person)?) else {
            return Ok(Err(Unusable::Incomplete));
        };
        let known = membership(site, &queue, &member.key);
        let mut now = known.cloned().unwrap_or_else(|| new(&member));
        change(&mut now);
        if known != Some(&now) {
            tell(at, is_member(queue, &member, now));
        }
        Ok(Ok(Use::Told))
    }

    fn abandon(&mut self, queue: &Name, call: &Name, at: i64) {
        while let Some((old, call)) = self.lately.front()
            && (*old < at - MOVED_MS || self.lately.len() >= Site::RECENT)
        {
            self.abandoned.remove(call);
            self.lately.pop_front();
        }
        self.abandoned.insert(call.clone(), queue.clone());
        self.lately.push_back((at, call.clone()));
    }

    /// A name that comes again and again.
    fn name(&mut self, field: Field<'_>) -> Option<Name> {
        if let Some(name) = self.names.get(field.0) {
            return Some(name.clone());
        }
        let name: Name = (&*field.said()?).into();
        if self.names.len() >= NAMES {
            self.names.clear();
        }
        self.names.insert(field.0.to_vec(), name.clone());
        Some(name)
    }

    /// Who calls.
    fn caller<E>(
        &mut self,
        number: Field<'_>,
        name: Field<'_>,
        person: &mut impl FnMut(&Caller) -> Result<PartyId, E>,
    ) -> Result<Option<PartyId>, E> {
        self.caller.clear();
        [number.0, b"|", name.0].iter().for_each(|part| self.caller.extend_from_slice(part));
        if let Some(known) = self.callers.get(&self.caller) {
            return Ok(Some(*known));
        }
        if let Some(known) = self.earlier_callers.remove(&self.caller) {
            self.know(known);
            return Ok(Some(known));
        }
        let word = |field: Field<'_>| field.said().map(Name::from).unwrap_or_default();
        let caller = Caller { number: word(number), name: word(name) };
        if caller.number.is_empty() && caller.name.is_empty() {
            return Ok(None);
        }
        let id = person(&caller)?;
        self.know(id);
        Ok(Some(id))
    }

    /// The caller who was put together last is `id`.
    fn know(&mut self, id: PartyId) {
        if self.callers.len() >= NAMES {
            self.earlier_callers = std::mem::take(&mut self.callers);
        }
        self.callers.insert(self.caller.clone(), id);
    }

    /// Who the log calls so. An extension or the platform's own word for a login is a key by itself; somebody's name or telephone may
    /// stand in the table of people only, and the key is then its number there.
    fn agent<E>(
        &mut self,
        word: Field<'_>,
        person: &mut impl FnMut(&Caller) -> Result<PartyId, E>,
    ) -> Result<Option<Member>, E> {
        if let Some(known) = self.agents.get(word.0) {
            return Ok(Some(known.clone()));
        }
        let Some(said) = word.said() else { return Ok(None) };
        let is_plain = said.contains('/') || said.bytes().all(|byte| byte.is_ascii_digit());
        let member = if let Some(number) = telephone(&said) {
            let id = person(&Caller { number: number.into(), name: Name::default() })?;
            let key: Name = format!("p{}", id.0).into();
            Member { key: key.clone(), interface: key, name: Some(id) }
        } else if is_plain {
            Member { key: agent::key(&said, None, &Default::default()), interface: (&*said).into(), name: None }
        } else {
            let id = person(&Caller { number: Name::default(), name: (&*said).into() })?;
            let key: Name = format!("p{}", id.0).into();
            Member { key: key.clone(), interface: key, name: Some(id) }
        };
        if self.agents.len() >= NAMES {
            self.agents.clear();
        }
        self.agents.insert(word.0.to_vec(), member.clone());
        Ok(Some(member))
    }
}

/// What is over at `now`, Unix ms by the log, though no line told it: calls that are open for longer than any lasts, and members of whom nothing
/// was told for days.
pub fn overdue(site: &Site, now: i64) -> Vec<AccountEvent> {
    let mut out: Vec<_> = let_go(site, now, |visit| now - visit.entered.seen > LONGEST_CALL_MS).collect();
    for (key, agent) in &site.agents {
        let is_silent = now - agent.since.seen > LONGEST_SILENCE_MS && !matches!(agent.state, AgentState::Talking(_));
        for queue in agent.memberships.keys().filter(|_| is_silent) {
            let kind = Kind::MemberRemoved { queue: queue.clone(), agent: key.clone() };
            out.push(AccountEvent { at: now, origin: Origin::Backfilled, kind });
        }
    }
    out
}

/// The calls that were open when no later line can tell of them any more.
pub fn cut_off(site: &Site) -> Vec<AccountEvent> {
    let_go(site, site.seen, |_| true).collect()
}

/// Open visits end without a word: a wait when it was last heard of, which is its entry, and a conversation at some time until `now`.
fn let_go(site: &Site, now: i64, which: impl Fn(&Visit) -> bool) -> impl Iterator<Item = AccountEvent> {
    let open = site.visits.values().filter(move |visit| which(visit));
    open.map(move |visit| {
        let (queue, call) = (visit.queue.clone(), visit.call.clone());
        match &visit.stage {
            Stage::Waiting => {
                let kind = Kind::Left { queue, call, outcome: Outcome::Unknown, ago_ms: 0 };
                AccountEvent { at: when(visit), origin: Origin::Backfilled, kind }
            }
            Stage::Talking { agent, .. } => {
                let (call, agent) = (Some(call), agent.clone());
                let kind = Kind::Completed { queue, call, leg: None, agent, transferred: false, talk_ms: None };
                AccountEvent { at: now, origin: Origin::Inferred, kind }
            }
        }
    })
}

/// When a visit entered, by the log.
fn when(visit: &Visit) -> i64 {
    visit.entered.at.unwrap_or(visit.entered.seen)
}

/// The open visits of a call, the earliest first.
fn visits<'a>(site: &'a Site, call: Field<'_>, queue: &'a Name) -> impl DoubleEndedIterator<Item = &'a Visit> {
    let ids = match std::str::from_utf8(call.0) {
        Ok(call) => site.calls.get(call),
        Err(_) => site.calls.get(&*call.text()),
    };
    let known = ids.into_iter().flatten().filter_map(|id: &VisitId| site.visits.get(id));
    known.filter(move |visit| visit.queue == *queue)
}

/// The visit of a call that waits in a queue.
fn waiting<'a>(site: &'a Site, call: Field<'_>, queue: &'a Name) -> Option<&'a Visit> {
    visits(site, call, queue).rev().find(|visit| visit.stage == Stage::Waiting)
}

/// The conversation whose end a line tells, and since when it goes on: the agent's own, else the earliest; else one that was thought
/// over, since its agent took another call.
fn talk(site: &Site, call: Field<'_>, queue: &Name, key: &Name) -> Option<(Name, i64)> {
    let talks = |visit: &Visit, of: Option<&Name>| match &visit.stage {
        Stage::Talking { agent, since, .. } if of.is_none_or(|key| key == agent) => {
            Some((visit.call.clone(), since.at.unwrap_or(since.seen)))
        }
        _ => None,
    };
    let open = |of| visits(site, call, queue).find_map(|visit| talks(visit, of));
    let over = || {
        let call = call.text();
        let mut recent = site.recent.iter();
        let is_it = |v: &&mirante_floor::ClosedVisit| {
            v.is_untold() && *v.call == *call && v.queue == *queue && v.agent.as_ref() == Some(key)
        };
        let visit = recent.find(is_it)?;
        Some((visit.call.clone(), visit.entered.at.unwrap_or(visit.entered.seen) + visit.wait_ms))
    };
    open(Some(key)).or_else(over).or_else(|| open(None))
}

fn membership<'a>(site: Option<&'a Site>, queue: &Name, key: &Name) -> Option<&'a Membership> {
    site?.agents.get(key)?.memberships.get(queue)
}

/// Whoever a queue rings is a member of it.
fn joins(site: Option<&Site>, queue: &Name, member: &Member, at: i64, tell: &mut impl FnMut(i64, Kind)) {
    if membership(site, queue, &member.key).is_none() {
        tell(at, is_member(queue.clone(), member, new(member)));
    }
}

fn new(member: &Member) -> Membership {
    Membership { interface: member.interface.clone(), paused: false, reason: None, penalty: 0 }
}

fn is_member(queue: Name, member: &Member, now: Membership) -> Kind {
    let Membership { interface, paused, reason, penalty } = now;
    let (agent, name, device) = (member.key.clone(), member.name, Device::Unknown);
    Kind::Member { queue, agent, interface, name, device, paused, reason, penalty, in_call: None, paused_at: None }
}

/// How long a caller had waited, s, as the line that ends the wait says.
fn waited(verb: &Verb<'_>) -> Option<i64> {
    match verb {
        Verb::Abandon { wait_s, .. }
        | Verb::ExitWithTimeout { wait_s, .. }
        | Verb::ExitWithKey { wait_s, .. }
        | Verb::ExitEmpty { wait_s, .. }
        | Verb::Withdraw { wait_s, .. } => *wait_s,
        _ => None,
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
