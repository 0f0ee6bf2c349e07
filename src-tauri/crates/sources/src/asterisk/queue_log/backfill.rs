//! What was not heard, as events: pure.
//!
//! A session hears everything from its login on, and the log tells what was before it. Where the two meet, a line and an event of
//! the same moment may be either side of the login, so lines near it are *unsure*: they count unless the session hears the same
//! ([`Echoes`]).
//!
//! * A line's second is any instant in it; its middle is taken, which is half a second from the truth at most.
//! * Visits are told from a little before the silence on: whoever keeps them drops what is known. Whatever only counts (a ring
//!   that nobody answered) or lasts (a pause) is told from the last moment that was heard.
//! * Nobody guesses: where the PBX died, whoever waited left in a way that nobody saw, and whoever talked may have talked on
//!   until then, which only the next picture ends. The log writes ABANDON for a caller who was moved elsewhere too; one who entered
//!   a queue again afterwards had not hung up.

use super::told::{Told, What};
use super::witness::Verdict;
use crate::asterisk::roster::Roster;
use crate::asterisk::translate::SHORTEST_RING_MS;
use crate::{Caller, Report};
use mirante_floor::{Device, Kind, MemberPicture, Name, Outcome};
use std::collections::BTreeMap;

/// The silence, Unix ms by the PBX's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Silence {
    /// Visits are told from here on.
    pub(crate) from: i64,
    /// The last moment that was heard.
    pub(crate) heard: i64,
    /// From here on the session may have heard it.
    pub(crate) unsure: i64,
    /// From here on the session surely hears it.
    pub(crate) over: i64,
    /// When the log was read: a later stamp is one of before, by a clock that was stepped back since.
    pub(crate) read: i64,
    /// Added to every stamp of the log to make it one of the clock that events go by.
    pub(crate) shift: i64,
}

/// One event of the past.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Happened {
    pub(crate) at: i64,
    pub(crate) kind: Kind<Caller>,
    /// The session may have heard it too.
    pub(crate) unsure: bool,
}

/// What the lines of a silence come to: its events, and what the log says about how waits ended that the session heard itself.
pub(crate) fn backfill(lines: &[Told], silence: Silence, roster: &Roster) -> (Vec<Happened>, Vec<Verdict>) {
    let mut book = Book { silence, roster, events: Vec::new(), open: BTreeMap::new(), abandoned: BTreeMap::new() };
    let mut heard = Vec::new();
    let mut last = silence.heard;
    for told in lines {
        let is_heard = told.at >= silence.over && told.at <= silence.read;
        if let What::Left(outcome) = told.what
            && (is_heard || told.at >= silence.unsure)
        {
            heard.push(Verdict { call: told.call.clone(), queue: told.queue.clone(), outcome, at: Some(told.at) });
        }
        if !is_heard {
            book.take(told, last);
            last = told.at.max(silence.heard);
        }
    }
    (book.events, heard)
}

struct Book<'a> {
    silence: Silence,
    roster: &'a Roster,
    events: Vec<Happened>,
    /// Calls in queues, and who talks to them.
    open: BTreeMap<(Name, Name), Option<Talk>>,
    /// Where the events hold the newest abandonment of a call.
    abandoned: BTreeMap<Name, usize>,
}

/// The agent in a conversation, and the agent's leg if told.
struct Talk {
    agent: Name,
    leg: Option<Name>,
}

impl Book<'_> {
    /// Takes a line in; the one before it, or the last moment heard, was at `last`.
    fn take(&mut self, told: &Told, last: i64) {
        let Told { at, queue, call, agent, what } = told;
        let (at, queue, call) = (*at, queue.clone(), call.clone());
        let place = (queue.clone(), call.clone());
        match what {
            What::Entered { caller, position } => {
                if let Some(event) = self.abandoned.remove(&call).and_then(|nth| self.events.get_mut(nth))
                    && let Kind::Left { outcome, .. } = &mut event.kind
                {
                    *outcome = Outcome::Transferred;
                }
                self.open.insert(place, None);
                let (contact, caller) = (call.clone(), caller.clone());
                self.tell(at, Kind::Entered { queue, call, contact, caller, position: *position, waited_ms: 0 });
            }
            What::Answered { leg } => {
                let agent = self.roster.key(&queue, agent);
                self.open.insert(place, Some(Talk { agent: agent.clone(), leg: leg.clone() }));
                self.tell(at, Kind::Answered { queue, call, agent, leg: leg.clone() });
            }
            What::Completed { transferred } => {
                let leg = self.open.remove(&place).flatten().and_then(|talk| talk.leg);
                let (agent, call) = (self.roster.key(&queue, agent), Some(call));
                let (transferred, talk_ms) = (*transferred, None);
                self.tell(at, Kind::Completed { queue, call, leg, agent, transferred, talk_ms });
            }
            What::Left(outcome) => {
                self.open.remove(&place);
                if at >= self.silence.from && *outcome == Outcome::Abandoned {
                    self.abandoned.insert(call.clone(), self.events.len());
                }
                self.tell(at, Kind::Left { queue, call, outcome: *outcome, ago_ms: 0 });
            }
            What::RingNoAnswer { ring_ms } if at > self.silence.heard && *ring_ms >= SHORTEST_RING_MS => {
                let agent = self.roster.key(&queue, agent);
                self.tell(at, Kind::RingNoAnswer { queue, agent, ring_ms: *ring_ms });
            }
            What::Paused { paused, reason } if at > self.silence.heard => {
                if let Some(member) = self.roster.member(&queue, agent) {
                    let kind = self.paused(member, *paused, reason.clone(), at);
                    self.tell(at, kind);
                }
            }
            What::RingNoAnswer { .. } | What::Paused { .. } => {}
            What::Started => {
                for ((queue, call), talking) in std::mem::take(&mut self.open) {
                    // They were there when the log last spoke, and nowhere when the PBX began again.
                    if talking.is_none() && at >= self.silence.from {
                        self.tell(
                            last.max(self.silence.from),
                            Kind::Left { queue, call, outcome: Outcome::Unknown, ago_ms: 0 },
                        );
                    }
                }
            }
        }
    }

    fn tell(&mut self, at: i64, kind: Kind<Caller>) {
        let Silence { from, unsure, shift, .. } = self.silence;
        if at >= from {
            self.events.push(Happened { at: at.saturating_add(shift), kind, unsure: at >= unsure });
        }
    }

    /// A member that paused or came back. Of its device the log tells whether a queue's call is on it, and the picture that follows
    /// tells the rest.
    fn paused(&self, member: &MemberPicture<Caller>, paused: bool, reason: Option<Name>, at: i64) -> Kind<Caller> {
        let MemberPicture { queue, agent, interface, name, penalty, .. } = member.clone();
        let talks = self.open.values().flatten().any(|talk| talk.agent == agent);
        let device = if talks { Device::InUse } else { Device::Idle };
        let paused_at = paused.then_some(at.saturating_add(self.silence.shift));
        Kind::Member { queue, agent, interface, name, device, paused, reason, penalty, in_call: None, paused_at }
    }
}

/// Line and event of the same moment tell times that differ by less than this, ms.
const SAME_MS: i64 = 2_500;

/// Keeps what log and session tell both from being told twice.
#[derive(Debug, Default)]
pub(crate) struct Echoes {
    told: Vec<(i64, Kind<Caller>)>,
}

impl Echoes {
    /// Of the past's events, those that `heard` does not tell too, as reports. What is unsure among them is remembered.
    pub(crate) fn reports(&mut self, events: Vec<Happened>, heard: &[Report]) -> Vec<Report> {
        let mut heard: Vec<_> = heard
            .iter()
            .filter_map(|report| match report {
                Report::Event { at, kind } => Some((*at, kind)),
                Report::Backfill { .. } | Report::Clock { .. } | Report::Picture(_) => None,
            })
            .collect();
        let mut reports = Vec::new();
        for Happened { at, kind, unsure } in events {
            if unsure {
                if let Some(nth) = heard.iter().position(|heard| is_same(at, &kind, heard.0, heard.1)) {
                    heard.swap_remove(nth);
                    continue;
                }
                self.told.push((at, kind.clone()));
            }
            reports.push(Report::Backfill { at, kind });
        }
        reports
    }

    /// Takes out of `reports`, from the one at `first` on, what was told from the log already: each once.
    pub(crate) fn drop_from(&mut self, reports: &mut Vec<Report>, first: usize) {
        if self.told.is_empty() {
            return;
        }
        let mut nth = 0;
        reports.retain(|report| {
            nth += 1;
            let Report::Event { at, kind } = report else { return true };
            // A member's state is told again and again, and repeats do no harm.
            if nth <= first || matches!(kind, Kind::Member { .. }) {
                return true;
            }
            let told = self.told.iter().position(|told| is_same(told.0, &told.1, *at, kind));
            told.map(|nth| self.told.swap_remove(nth)).is_none()
        });
    }

    /// Events no longer come that late.
    pub(crate) fn forget(&mut self) {
        self.told.clear();
    }
}

/// True if a line and an event tell the same: what happened, in which queue, to which call or agent, and when.
fn is_same(told_at: i64, told: &Kind<Caller>, heard_at: Option<i64>, heard: &Kind<Caller>) -> bool {
    use Kind::{Answered, Completed, Entered, Left, Member, RingNoAnswer};
    if heard_at.is_some_and(|at| at.abs_diff(told_at) > SAME_MS as u64) {
        return false;
    }
    match (told, heard) {
        (Entered { queue: q, call: c, .. }, Entered { queue, call, .. })
        | (Answered { queue: q, call: c, .. }, Answered { queue, call, .. })
        | (Left { queue: q, call: c, .. }, Left { queue, call, .. }) => q == queue && c == call,
        // The session's own may name only the leg.
        (Completed { queue: q, call: c, leg: l, .. }, Completed { queue, call, leg, .. }) => {
            q == queue && if call.is_some() { c == call } else { leg.is_some() && l == leg }
        }
        (RingNoAnswer { queue: q, agent: a, .. }, RingNoAnswer { queue, agent, .. }) => q == queue && a == agent,
        (Member { queue: q, agent: a, paused: p, .. }, Member { queue, agent, paused, .. }) => {
            q == queue && a == agent && p == paused
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "backfill_tests.rs"]
mod tests;
