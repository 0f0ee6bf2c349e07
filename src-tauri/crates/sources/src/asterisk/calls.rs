//! Calls in queues: who waits, rings and talks, and how a wait ended.
//!
//! How a wait ended is only said when the platform said it:
//!
//! * `QueueCallerAbandon` comes for a caller who hung up, but for a timeout and a withdrawal too. A hang-up request on the
//!   caller's channel before it means *abandoned*; without one the outcome is unknown at that moment, and said at once, since the
//!   caller visibly left. `VarSet` of QUEUESTATUS or a line of the queue_log amends it.
//!   A caller whose channel stands elsewhere in the dial plan than while it waited was moved there: *transferred*. The queue_log
//!   calls that an abandonment too, and is not believed.
//! * `QueueCallerLeave` alone is either an answer, whose `AgentConnect` follows within milliseconds, or an exit by key. It is
//!   held until one of these comes: `AgentConnect` (answered), a better witness (its outcome), the channel's entry into another
//!   queue or its end, or [`HOLD_MS`] (unknown). The event then carries the time of the leave, or how long ago it was where the
//!   platform sends no times (`timestampevents` is off by default), so no wait grows.

use crate::Report;
use mirante_floor::{Kind, Name, Outcome, Witness};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How long an unexplained leave, or a hung-up conversation without `AgentComplete` whose time is told, is held, ms.
pub(crate) const HOLD_MS: i64 = 2000;
/// Most entries of each table; more means that ends are not heard, and the oldest are forgotten.
const MOST: usize = 50_000;
/// How many ended visits a better witness may still amend.
const AMENDABLE: usize = 2048;

/// When something was heard: the platform's time, Unix ms, if told, and a monotone clock of our own, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) at: Option<i64>,
    pub(crate) now: i64,
}

impl When {
    /// How long ago it was at `now`, ms, where no time was told; else 0.
    fn ago(self, now: i64) -> i64 {
        self.at.map_or_else(|| now.saturating_sub(self.now).max(0), |_| 0)
    }
}

#[derive(Debug)]
enum Stage {
    Waiting,
    /// Left the queue; nothing yet says how.
    Leaving(When),
    /// With an agent; the time is that of the caller's hang-up, if it came.
    Talking {
        agent: Name,
        leg: Option<Name>,
        hung_up: Option<When>,
    },
}

#[derive(Debug)]
struct Call {
    queue: Name,
    stage: Stage,
    /// Where in the dial plan its channel waits, if told.
    place: Option<Name>,
    /// What a better witness said before the stream did.
    verdict: Option<Outcome>,
    /// The newest picture asked for when this was last heard.
    round: u64,
}

#[derive(Debug)]
struct Ended {
    queue: Name,
    call: Name,
    outcome: Outcome,
    /// The queue_log has spoken about it.
    logged: bool,
}

/// What an `AgentComplete` names.
#[derive(Debug)]
pub(crate) struct Completion {
    pub(crate) queue: Name,
    pub(crate) call: Option<Name>,
    pub(crate) leg: Option<Name>,
    pub(crate) agent: Name,
    pub(crate) transferred: bool,
}

/// The calls of one session.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    calls: BTreeMap<Name, Call>,
    /// Agents' legs that ring: queue, agent.
    rings: BTreeMap<Name, (Name, Name)>,
    /// Channels asked to hang up and not gone yet.
    hanging_up: BTreeSet<Name>,
    ended: VecDeque<Ended>,
    pub(crate) round: u64,
}

impl Calls {
    fn put(&mut self, call: Name, queue: Name, stage: Stage, place: Option<Name>) {
        if self.calls.len() >= MOST {
            self.calls.pop_first();
        }
        self.calls.insert(call, Call { queue, stage, place, verdict: None, round: self.round });
    }

    /// A call entered a queue, from this place in the dial plan.
    pub(crate) fn entered(&mut self, queue: &Name, call: &Name, place: Option<Name>, now: i64, out: &mut Vec<Report>) {
        if let Some(Call { queue: old, stage: Stage::Leaving(left), .. }) = self.calls.remove(call) {
            self.end(old, call.clone(), Outcome::Unknown, left, now, out);
        }
        self.put(call.clone(), queue.clone(), Stage::Waiting, place);
    }

    /// A call that waits stands at this place in the dial plan.
    pub(crate) fn placed(&mut self, call: &Name, place: Option<Name>) {
        if let Some(Call { stage: Stage::Waiting, place: known @ None, .. }) = self.calls.get_mut(call) {
            *known = place;
        }
    }

    /// A list says that a call waits.
    pub(crate) fn listed(&mut self, queue: &Name, call: &Name) {
        match self.calls.get_mut(call) {
            Some(known) => known.round = self.round,
            None => self.put(call.clone(), queue.clone(), Stage::Waiting, None),
        }
    }

    /// A list is complete: who was thought waiting and was neither in it nor heard since it was asked for does not wait.
    pub(crate) fn listing_done(&mut self) {
        let round = self.round;
        self.calls.retain(|_, call| !matches!(call.stage, Stage::Waiting) || call.round >= round);
    }

    /// `QueueCallerAbandon`, with the place in the dial plan where the channel stands now.
    pub(crate) fn abandoned(
        &mut self,
        queue: &Name,
        call: &Name,
        place: Option<Name>,
        when: When,
        out: &mut Vec<Report>,
    ) {
        let known = self.calls.remove(call);
        let waited_at = known.as_ref().and_then(|known| known.place.as_ref());
        let moved = waited_at.zip(place.as_ref()).is_some_and(|(then, now)| then != now);
        let verdict = known.and_then(|known| known.verdict);
        let outcome = match verdict {
            None | Some(Outcome::Abandoned) if moved => Outcome::Transferred,
            Some(logged) => logged,
            None if self.hanging_up.contains(call) => Outcome::Abandoned,
            None => Outcome::Unknown,
        };
        self.end(queue.clone(), call.clone(), outcome, when, when.now, out);
        if let (Some(ended), true) = (self.ended.back_mut(), verdict.is_some()) {
            ended.logged = true;
        }
    }

    /// `QueueCallerLeave`.
    pub(crate) fn left(&mut self, queue: &Name, call: &Name, when: When, out: &mut Vec<Report>) {
        match self.calls.get_mut(call) {
            Some(Call { stage: stage @ Stage::Waiting, verdict, .. }) => match verdict.take() {
                None => *stage = Stage::Leaving(when),
                Some(outcome) => {
                    self.calls.remove(call);
                    self.end(queue.clone(), call.clone(), outcome, when, when.now, out);
                    self.ended.back_mut().into_iter().for_each(|ended| ended.logged = true);
                }
            },
            Some(_) => {}
            None if self.ended.iter().any(|e| e.call == *call && e.queue == *queue) => {}
            None => self.put(call.clone(), queue.clone(), Stage::Leaving(when), None),
        }
    }

    /// `AgentCalled`.
    pub(crate) fn ringing(
        &mut self,
        queue: &Name,
        call: &Name,
        agent: &Name,
        leg: Option<Name>,
        out: &mut Vec<Report>,
        when: When,
    ) {
        if let Some(leg) = leg {
            if self.rings.len() >= MOST {
                self.rings.pop_first();
            }
            self.rings.insert(leg, (queue.clone(), agent.clone()));
        }
        event(out, when.at, Kind::Ringing { queue: queue.clone(), call: call.clone(), agent: agent.clone() });
    }

    /// The ringing of a leg ended, as another event tells or as the leg's own end shows.
    pub(crate) fn ring_over(&mut self, leg: &str) -> Option<(Name, Name)> {
        self.rings.remove(leg)
    }

    /// `AgentConnect`.
    pub(crate) fn answered(
        &mut self,
        queue: &Name,
        call: &Name,
        agent: &Name,
        leg: Option<Name>,
        when: When,
        out: &mut Vec<Report>,
    ) {
        if let Some(leg) = &leg {
            self.rings.remove(leg);
        }
        let talking = Stage::Talking { agent: agent.clone(), leg: leg.clone(), hung_up: None };
        self.put(call.clone(), queue.clone(), talking, None);
        event(out, when.at, Kind::Answered { queue: queue.clone(), call: call.clone(), agent: agent.clone(), leg });
    }

    /// `AgentComplete`, which names the call, the leg, or neither.
    pub(crate) fn completed(&mut self, end: Completion, when: When, out: &mut Vec<Report>) {
        let Completion { queue, call, leg, agent, transferred } = end;
        let call = call.or_else(|| {
            let is_it = |c: &&Call| match &c.stage {
                Stage::Talking { agent: a, leg: l, .. } => {
                    *a == agent && c.queue == queue && (leg.is_none() || *l == leg)
                }
                _ => false,
            };
            self.calls.iter().find(|(_, c)| is_it(c)).map(|(call, _)| call.clone())
        });
        if let Some(call) = &call {
            let over = |c: &Call| c.queue == queue && matches!(c.stage, Stage::Talking { .. });
            if self.calls.get(call).is_some_and(over) {
                self.calls.remove(call);
            }
        }
        event(out, when.at, Kind::Completed { queue, call, leg, agent, transferred });
    }

    /// A channel was asked to hang up.
    pub(crate) fn hangup_requested(&mut self, channel: Name) {
        if self.hanging_up.len() >= MOST {
            self.hanging_up.pop_first();
        }
        self.hanging_up.insert(channel);
    }

    /// A channel is gone.
    pub(crate) fn hung_up(&mut self, channel: &Name, when: When, out: &mut Vec<Report>) {
        self.hanging_up.remove(channel);
        if let Some((queue, agent)) = self.rings.remove(channel) {
            event(out, when.at, Kind::RingEnded { queue, agent });
        }
        match self.calls.get_mut(channel).map(|call| &mut call.stage) {
            None => {}
            Some(Stage::Talking { hung_up, .. }) if when.at.is_some() => *hung_up = hung_up.or(Some(when)),
            // Without a time of its own the end is said at once: held, it would make the conversation longer.
            Some(Stage::Waiting | Stage::Talking { .. }) => {
                self.calls.remove(channel);
                event(out, when.at, Kind::CallEnded { call: channel.clone() });
            }
            Some(Stage::Leaving(left)) => {
                let left = *left;
                if let Some(call) = self.calls.remove(channel) {
                    self.end(call.queue, channel.clone(), Outcome::Unknown, left, when.now, out);
                }
            }
        }
    }

    /// A better witness names an outcome; `queue` is absent where it names only the call.
    pub(crate) fn verdict(
        &mut self,
        queue: Option<&str>,
        call: &Name,
        outcome: Outcome,
        witness: Witness,
        when: When,
        out: &mut Vec<Report>,
    ) {
        let fits = |name: &Name| queue.is_none_or(|queue| queue == &**name);
        let logged = witness == Witness::QueueLog;
        let mut ended = self.ended.iter_mut();
        let found = match witness {
            // The log names each visit once, in order; a status variable speaks of the newest.
            Witness::QueueLog => ended.find(|e| e.call == *call && fits(&e.queue) && !e.logged),
            Witness::Stream => ended.rfind(|e| e.call == *call),
        };
        let open = self.calls.get_mut(call).filter(|known| fits(&known.queue));
        match (found, open) {
            (_, Some(Call { stage: Stage::Leaving(left), .. })) => {
                let left = *left;
                if let Some(known) = self.calls.remove(call) {
                    self.end(known.queue, call.clone(), outcome, left, when.now, out);
                    self.ended.back_mut().into_iter().for_each(|e| e.logged = logged);
                }
            }
            // The log has no word for a caller who was moved.
            (Some(e), _) if e.outcome == Outcome::Transferred && outcome == Outcome::Abandoned => e.logged |= logged,
            (Some(e), _) => {
                e.logged |= logged;
                let from = std::mem::replace(&mut e.outcome, outcome);
                if from != outcome {
                    let queue = e.queue.clone();
                    event(out, when.at, Kind::VisitAmended { queue, call: call.clone(), from, to: outcome, witness });
                }
            }
            (None, Some(known @ Call { stage: Stage::Waiting, .. })) if logged => known.verdict = Some(outcome),
            _ => {}
        }
    }

    /// The platform's clock was set ahead by so many ms: what is held is told by the new one.
    pub(crate) fn clock_set(&mut self, by: i64) {
        for call in self.calls.values_mut() {
            let held = match &mut call.stage {
                Stage::Waiting => None,
                Stage::Leaving(when) => Some(when),
                Stage::Talking { hung_up, .. } => hung_up.as_mut(),
            };
            if let Some(at) = held.and_then(|when| when.at.as_mut()) {
                *at = at.saturating_add(by);
            }
        }
    }

    /// Time passed: what was held too long is said.
    pub(crate) fn tick(&mut self, now: i64, out: &mut Vec<Report>) {
        let due = |when: &When| now.saturating_sub(when.now) >= HOLD_MS;
        let is_due = |call: &Call| match &call.stage {
            Stage::Waiting => false,
            Stage::Leaving(when) => due(when),
            Stage::Talking { hung_up, .. } => hung_up.as_ref().is_some_and(due),
        };
        let late: Vec<Name> = self.calls.iter().filter(|(_, c)| is_due(c)).map(|(call, _)| call.clone()).collect();
        for call in late {
            match self.calls.remove(&call) {
                Some(Call { queue, stage: Stage::Leaving(left), .. }) => {
                    self.end(queue, call, Outcome::Unknown, left, now, out);
                }
                Some(Call { stage: Stage::Talking { hung_up: Some(when), .. }, .. }) => {
                    event(out, when.at, Kind::CallEnded { call });
                }
                _ => {}
            }
        }
    }

    /// Says that a call left, `left` then and known now.
    fn end(&mut self, queue: Name, call: Name, outcome: Outcome, left: When, now: i64, out: &mut Vec<Report>) {
        if self.ended.len() >= AMENDABLE {
            self.ended.pop_front();
        }
        self.ended.push_back(Ended { queue: queue.clone(), call: call.clone(), outcome, logged: false });
        event(out, left.at, Kind::Left { queue, call, outcome, ago_ms: left.ago(now) });
    }
}

/// Appends an event.
pub(crate) fn event(out: &mut Vec<Report>, at: Option<i64>, kind: Kind<crate::Caller>) {
    out.push(Report::Event { at, kind });
}
