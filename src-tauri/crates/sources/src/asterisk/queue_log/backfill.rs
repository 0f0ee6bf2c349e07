//! What was not heard, as events: pure.
//!
//! A session hears everything from its login on, and the log tells what was before it. Where the two meet, a line and an event of
//! the same moment may be either side of the login, so lines near it are *unsure*: they count unless the session hears the same
//! ([`Echoes`]).
//!
//! * A call may enter a queue again while an agent still talks to it there, and the PBX writes the end of that conversation late:
//!   a line that ends one is about the earliest that goes on, every other about the wait. Each event says when the stay that it is
//!   about began, so that whoever keeps the visits need not guess which it is.
//! * A line's second is any instant in it; its middle is taken, which is half a second from the truth at most.
//! * Visits are told from a little before the silence on: whoever keeps them drops what is known. Whatever only counts (a ring
//!   that nobody answered) or lasts (a pause) is told from the last moment that was heard.
//! * Nobody guesses: where the PBX died, whoever waited left in a way that nobody saw, and whoever talked may have talked on
//!   until then, which only the next picture ends. The log writes ABANDON for a caller who was moved elsewhere too; one who entered
//!   a queue again afterwards had not hung up.

use super::talking::{Talk, Talking};
use super::told::{Told, What};
use super::witness::Verdict;
use crate::Caller;
use crate::asterisk::roster::Roster;
use crate::asterisk::translate::SHORTEST_RING_MS;
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
    /// When the call entered the queue for the stay that this is about, if the log tells.
    pub(crate) entered: Option<i64>,
    pub(crate) kind: Kind<Caller>,
    /// The session may have heard it too.
    pub(crate) unsure: bool,
}

/// What the lines of a silence come to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Missed {
    /// What happened, in the log's order.
    pub(crate) events: Vec<Happened>,
    /// What the log says about how waits ended that the session heard itself.
    pub(crate) heard: Vec<Verdict>,
    /// Ends, told since the login, of conversations that began before it: what was heard is the better word.
    pub(crate) late: Vec<Happened>,
    /// Conversations that the log has not ended yet.
    pub(crate) talking: Talking,
}

/// Makes events of the lines of a silence.
pub(crate) fn backfill(lines: &[Told], silence: Silence, roster: &Roster) -> Missed {
    let mut book = Book {
        silence,
        roster,
        missed: Missed::default(),
        entered: BTreeMap::new(),
        waiting: BTreeMap::new(),
        abandoned: BTreeMap::new(),
    };
    book.missed.talking.shift = silence.shift;
    let mut last = silence.heard;
    for told in lines {
        let is_heard = told.at >= silence.over && told.at <= silence.read;
        if let What::Left(outcome) = told.what
            && (is_heard || told.at >= silence.unsure)
        {
            let (call, queue) = (told.call.clone(), told.queue.clone());
            book.missed.heard.push(Verdict { call, queue, outcome, at: Some(told.at), is_told: !is_heard });
        }
        if is_heard {
            book.missed.late.extend(book.missed.talking.hear(told));
        } else {
            book.take(told, last);
            last = told.at.max(silence.heard);
        }
    }
    book.missed
}

struct Book<'a> {
    silence: Silence,
    roster: &'a Roster,
    missed: Missed,
    /// When each call entered each queue last, as its line tells.
    entered: BTreeMap<(Name, Name), i64>,
    /// Calls that wait in a queue, and since when by the clock that events go by.
    waiting: BTreeMap<(Name, Name), i64>,
    /// Where the events hold the newest abandonment of a call.
    abandoned: BTreeMap<Name, usize>,
}

impl Book<'_> {
    /// Takes a line in; the one before it, or the last moment heard, was at `last`.
    fn take(&mut self, told: &Told, last: i64) {
        let Told { at, queue, call, agent, what } = told;
        let (at, queue, call) = (*at, queue.clone(), call.clone());
        let place = (queue.clone(), call.clone());
        match what {
            What::Entered { caller, position } => {
                if let Some(event) = self.abandoned.remove(&call).and_then(|nth| self.missed.events.get_mut(nth))
                    && let Kind::Left { outcome, .. } = &mut event.kind
                {
                    *outcome = Outcome::Transferred;
                }
                // Two entries in one second are two stays: a dial plan may try a queue again at once.
                let last = self.entered.get(&place).filter(|last| last.div_euclid(1000) == at.div_euclid(1000));
                let at = last.map_or(at, |last| at.max(last.saturating_add(1)));
                self.entered.insert(place.clone(), at);
                let entered = at.saturating_add(self.silence.shift);
                self.waiting.insert(place, entered);
                let (contact, caller) = (call.clone(), caller.clone());
                let kind = Kind::Entered { queue, call, contact, caller, position: *position, waited_ms: 0 };
                self.tell(at, Some(entered), kind);
            }
            What::Answered { leg } => {
                let (agent, entered) = (self.roster.key(&queue, agent), self.waiting.remove(&place));
                self.missed.talking.begin(place, Talk { agent: agent.clone(), leg: leg.clone(), entered });
                self.tell(at, entered, Kind::Answered { queue, call, agent, leg: leg.clone() });
            }
            What::Completed { transferred } => {
                let talk = self.missed.talking.end(&place);
                let (entered, leg) = talk.map_or((None, None), |talk| (talk.entered, talk.leg));
                let (agent, call) = (self.roster.key(&queue, agent), Some(call));
                let (transferred, talk_ms) = (*transferred, None);
                self.tell(at, entered, Kind::Completed { queue, call, leg, agent, transferred, talk_ms });
            }
            What::Left(outcome) => {
                let entered = self.waiting.remove(&place);
                if at >= self.silence.from && *outcome == Outcome::Abandoned {
                    self.abandoned.insert(call.clone(), self.missed.events.len());
                }
                self.tell(at, entered, Kind::Left { queue, call, outcome: *outcome, ago_ms: 0 });
            }
            What::RingNoAnswer { ring_ms } if at > self.silence.heard && *ring_ms >= SHORTEST_RING_MS => {
                let agent = self.roster.key(&queue, agent);
                self.tell(at, None, Kind::RingNoAnswer { queue, agent, ring_ms: *ring_ms });
            }
            What::Paused { paused, reason } if at > self.silence.heard => {
                if let Some(member) = self.roster.member(&queue, agent) {
                    let kind = self.paused(member, *paused, reason.clone(), at);
                    self.tell(at, None, kind);
                }
            }
            What::RingNoAnswer { .. } | What::Paused { .. } => {}
            What::Started => {
                self.missed.talking.clear();
                for ((queue, call), entered) in std::mem::take(&mut self.waiting) {
                    // They were there when the log last spoke, and nowhere when the PBX began again.
                    if at >= self.silence.from {
                        let kind = Kind::Left { queue, call, outcome: Outcome::Unknown, ago_ms: 0 };
                        self.tell(last.max(self.silence.from), Some(entered), kind);
                    }
                }
            }
        }
    }

    /// Adds an event of a line at `at`. The call had entered the queue at `entered`, by the clock that events go by.
    fn tell(&mut self, at: i64, entered: Option<i64>, kind: Kind<Caller>) {
        let Silence { from, unsure, shift, .. } = self.silence;
        if at >= from {
            self.missed.events.push(Happened { at: at.saturating_add(shift), entered, kind, unsure: at >= unsure });
        }
    }

    /// A member that paused or came back. Of its device the log tells whether a queue's call is on it, and the picture that follows
    /// tells the rest.
    fn paused(&self, member: &MemberPicture<Caller>, paused: bool, reason: Option<Name>, at: i64) -> Kind<Caller> {
        let MemberPicture { queue, agent, interface, name, penalty, .. } = member.clone();
        let talks = self.missed.talking.holds(&agent);
        let device = if talks { Device::InUse } else { Device::Idle };
        let paused_at = paused.then_some(at.saturating_add(self.silence.shift));
        Kind::Member { queue, agent, interface, name, device, paused, reason, penalty, in_call: None, paused_at }
    }
}

#[cfg(test)]
#[path = "backfill_tests.rs"]
mod tests;
