//! Calls in queues: who waits and rings, and how a wait ended.
//!
//! How a wait ended is only said when the platform said it:
//!
//! * `QueueCallerAbandon` comes for a caller who hung up, but for a timeout, a withdrawal and a queue without agents too. A
//!   hang-up request on the caller's channel before it means *abandoned*. Without one the outcome is unknown at that moment, and
//!   said at once, since the caller visibly left. `VarSet` of QUEUESTATUS, a line of the queue_log, or what the channel does next
//!   ([`Loose`]) amends it.
//!   A caller whose channel stands elsewhere in the dial plan than while it waited was moved there: *transferred*. The queue_log
//!   calls that an abandonment too, and is not believed.
//! * `QueueCallerLeave` alone is either an answer, whose `AgentConnect` follows at once or after what the agent is played first,
//!   or an exit by key, which alone leads the channel elsewhere. It is held until one of these comes: `AgentConnect` (answered),
//!   a better witness (its outcome), the channel elsewhere (*exit by key*), its entry into another queue or its end, or
//!   [`HOLD_MS`] (unknown). The event then carries the time of the leave, or how long ago it was where the platform sends no
//!   times (`timestampevents` is off by default), so no wait grows.

use super::loose::{Loose, Sign};
use super::place::Place;
use super::talks::Talks;
use crate::Report;
use mirante_floor::{Kind, Name, Outcome, Witness};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How long an unexplained leave is held, ms: longer than what an agent is played before being connected.
pub(crate) const HOLD_MS: i64 = 10_000;
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

    /// The platform's clock was set ahead by so many ms.
    pub(super) fn clock_set(&mut self, by: i64) {
        self.at = self.at.map(|at| at.saturating_add(by));
    }
}

/// A call that waits.
#[derive(Debug)]
struct Wait {
    queue: Name,
    /// When it entered, Unix ms by the platform's clock, if told.
    entered: Option<i64>,
    /// When it left the queue, if it did and nothing yet says how.
    left: Option<When>,
    /// Where in the dial plan its channel waits, if told.
    place: Option<Place>,
    /// What a better witness said before the stream did.
    verdict: Option<Outcome>,
    /// The newest picture asked for when this was last heard.
    round: u64,
}

impl Wait {
    /// A wait in that queue of which nothing more is known.
    fn of(queue: &Name) -> Wait {
        Wait { queue: queue.clone(), entered: None, left: None, place: None, verdict: None, round: 0 }
    }

    /// True if a line stamped at `at` can be about it: not in a second before the one in which it began.
    fn may_be_told(&self, at: Option<i64>) -> bool {
        at.zip(self.entered).is_none_or(|(at, entered)| at.div_euclid(1000) >= entered.div_euclid(1000))
    }
}

#[derive(Debug)]
struct Ended {
    queue: Name,
    call: Name,
    outcome: Outcome,
    /// The queue_log has spoken about it.
    logged: bool,
    /// How it ended if this session hears QUEUESTATUS, which it has not shown yet. The queue_log's ABANDON, which does not tell a
    /// hang-up from a move, tells that much too.
    suspected: Option<Outcome>,
}

/// What a better witness says of the end of a wait.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    /// Absent where it names only the call.
    pub(crate) queue: Option<&'a str>,
    pub(crate) call: &'a Name,
    pub(crate) outcome: Outcome,
    pub(crate) witness: Witness,
    /// When the queue_log wrote it, Unix ms by the platform's clock: of a whole second its middle.
    pub(crate) stamp: Option<i64>,
    /// It was told as an event of the past already, so that it is about no wait that goes on.
    pub(crate) is_told: bool,
}

/// What an `AgentComplete` names.
#[derive(Debug)]
pub(crate) struct Completion {
    pub(crate) queue: Name,
    pub(crate) call: Option<Name>,
    pub(crate) leg: Option<Name>,
    pub(crate) agent: Name,
    pub(crate) transferred: bool,
    pub(crate) talk_ms: Option<i64>,
}

/// The calls of one session.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    waits: BTreeMap<Name, Wait>,
    pub(crate) talks: Talks,
    loose: BTreeMap<Name, Loose>,
    /// Agents' legs that ring: queue, agent.
    rings: BTreeMap<Name, (Name, Name)>,
    /// Channels asked to hang up and not gone yet.
    hanging_up: BTreeSet<Name>,
    ended: VecDeque<Ended>,
    /// This session hears QUEUESTATUS: its absence tells something too.
    hears_status: bool,
    pub(crate) round: u64,
}

impl Calls {
    fn put(&mut self, call: Name, wait: Wait) {
        if self.waits.len() >= MOST {
            self.waits.pop_first();
        }
        self.waits.insert(call, Wait { round: self.round, ..wait });
    }

    /// A call entered a queue, from this place in the dial plan.
    pub(crate) fn entered(
        &mut self,
        queue: &Name,
        call: &Name,
        place: Option<Place>,
        when: When,
        out: &mut Vec<Report>,
    ) {
        self.seen(call, place.as_ref(), Sign::Lives, when, out);
        self.talks.goes_on(call, out);
        if let Some(Wait { queue: old, left: Some(left), .. }) = self.waits.remove(call) {
            self.end(old, call.clone(), Outcome::Unknown, left, when.now, out);
        }
        self.loose.remove(call);
        self.put(call.clone(), Wait { entered: when.at, place, ..Wait::of(queue) });
    }

    /// A call that waits stands at this place in the dial plan.
    pub(crate) fn placed(&mut self, call: &Name, place: Option<Place>) {
        if let Some(Wait { left: None, place: known @ None, .. }) = self.waits.get_mut(call) {
            *known = place;
        }
    }

    /// A list says that a call waits.
    pub(crate) fn listed(&mut self, queue: &Name, call: &Name) {
        match self.waits.get_mut(call) {
            Some(known) => known.round = self.round,
            None => self.put(call.clone(), Wait::of(queue)),
        }
    }

    /// A list is complete: who was thought waiting and was neither in it nor heard since it was asked for does not wait.
    pub(crate) fn listing_done(&mut self) {
        let round = self.round;
        self.waits.retain(|_, wait| wait.left.is_some() || wait.round >= round);
    }

    /// `QueueCallerAbandon`, with the place in the dial plan where the channel stands now.
    pub(crate) fn abandoned(
        &mut self,
        queue: &Name,
        call: &Name,
        place: Option<Place>,
        when: When,
        out: &mut Vec<Report>,
    ) {
        let known = self.waits.remove(call);
        if known.is_none() && self.has_ended(queue, call) {
            return;
        }
        let (waited_at, verdict) = known.map_or((None, None), |known| (known.place, known.verdict));
        // The queue itself says this, so that even a step within the same extension shows that the channel was moved.
        let moved = waited_at.as_ref().zip(place.as_ref()).is_some_and(|(then, now)| then != now);
        let outcome = match verdict {
            None | Some(Outcome::Abandoned) if moved => Outcome::Transferred,
            Some(logged) => logged,
            None if self.hanging_up.contains(call) => Outcome::Abandoned,
            None => Outcome::Unknown,
        };
        if matches!(outcome, Outcome::Unknown | Outcome::Abandoned) && !self.hanging_up.contains(call) {
            self.loosen(call, Loose { queue: queue.clone(), place: waited_at.or(place), given_up: true });
        }
        self.end(queue.clone(), call.clone(), outcome, when, when.now, out);
        if let (Some(ended), true) = (self.ended.back_mut(), verdict.is_some()) {
            ended.logged = true;
        }
    }

    /// `QueueCallerLeave`, with the place in the dial plan where the channel stands now.
    pub(crate) fn left(&mut self, queue: &Name, call: &Name, place: Option<Place>, when: When, out: &mut Vec<Report>) {
        let Some(wait) = self.waits.get_mut(call) else {
            if !self.has_ended(queue, call) {
                self.put(call.clone(), Wait { left: Some(when), ..Wait::of(queue) });
            }
            return;
        };
        if wait.left.is_some() {
            return;
        }
        // Without a word of giving up, only a key leads a waiting channel elsewhere.
        let by_key = wait.place.as_ref().zip(place.as_ref()).is_some_and(|(then, now)| then.was_left_for(now));
        let logged = wait.verdict.take();
        match logged.or(by_key.then_some(Outcome::ExitKey)) {
            None => wait.left = Some(when),
            Some(outcome) => {
                self.waits.remove(call);
                self.end(queue.clone(), call.clone(), outcome, when, when.now, out);
                self.ended.back_mut().into_iter().for_each(|ended| ended.logged = logged.is_some());
            }
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

    /// `AgentConnect`. `lasting`: the leg stays the agent's until the end.
    pub(crate) fn answered(
        &mut self,
        (queue, call, agent): (&Name, &Name, &Name),
        (leg, lasting): (Option<Name>, bool),
        when: When,
        out: &mut Vec<Report>,
    ) {
        if let Some(leg) = &leg {
            self.rings.remove(leg);
        }
        if self.waits.remove(call).is_none() {
            // What was taken for its end was none: no line will tell of it.
            let given_up = self.ended.iter_mut().rfind(|e| e.call == *call && e.queue == *queue && !e.logged);
            given_up.into_iter().for_each(|ended| ended.logged = true);
        }
        self.talks.goes_on(call, out);
        self.talks.moves_on(agent, out);
        self.talks.begin(queue, call, agent, leg.clone(), lasting);
        event(out, when.at, Kind::Answered { queue: queue.clone(), call: call.clone(), agent: agent.clone(), leg });
    }

    /// A channel was asked to hang up, at this place in the dial plan.
    pub(crate) fn hangup_requested(&mut self, channel: Name, place: Option<&Place>, when: When, out: &mut Vec<Report>) {
        self.seen(&channel, place, Sign::Ends, when, out);
        if self.hanging_up.len() >= MOST {
            self.hanging_up.pop_first();
        }
        self.hanging_up.insert(channel);
    }

    /// A channel is gone.
    pub(crate) fn hung_up(&mut self, channel: &Name, place: Option<&Place>, when: When, out: &mut Vec<Report>) {
        self.hanging_up.remove(channel);
        if let Some((queue, agent)) = self.rings.remove(channel) {
            event(out, when.at, Kind::RingEnded { queue, agent });
        }
        self.seen(channel, place, Sign::Gone, when, out);
        self.loose.remove(channel);
        match self.waits.remove(channel) {
            None => {}
            Some(Wait { queue, left: Some(left), .. }) => {
                self.end(queue, channel.clone(), Outcome::Unknown, left, when.now, out);
            }
            Some(_) => event(out, when.at, Kind::CallEnded { call: channel.clone() }),
        }
        self.talks.gone(channel, when, out);
    }

    /// A channel shows at this place in the dial plan after it may have left a queue.
    pub(crate) fn seen(&mut self, call: &Name, place: Option<&Place>, sign: Sign, when: When, out: &mut Vec<Report>) {
        if let Some(Wait { left: Some(left), place: Some(then), .. }) = self.waits.get(call)
            && place.is_some_and(|now| then.was_left_for(now))
        {
            let left = *left;
            if let Some(wait) = self.waits.remove(call) {
                self.end(wait.queue, call.clone(), Outcome::ExitKey, left, when.now, out);
            }
            return;
        }
        let Some(loose) = self.loose.get(call) else { return };
        let ended = self.ended.iter_mut().rfind(|e| e.call == *call && e.queue == loose.queue);
        // The log names every way but one in which a queue sends a caller on, so its ABANDON tells as much as no QUEUESTATUS.
        let logged = ended.as_ref().is_some_and(|e| e.logged && e.outcome == Outcome::Abandoned);
        let Some(outcome) = loose.explained(place, sign, self.hears_status || logged) else {
            let suspected = loose.explained(place, sign, true);
            ended.into_iter().for_each(|e| e.suspected = e.suspected.or(suspected));
            return;
        };
        self.loose.remove(call);
        let may = |e: &Ended| {
            e.outcome == Outcome::Unknown || e.outcome == Outcome::Abandoned && outcome == Outcome::Transferred
        };
        if let Some(ended) = ended.filter(|e| may(e)) {
            amend(ended, outcome, Witness::Stream, when, out);
        }
    }

    /// QUEUESTATUS was set, to a word that names an outcome or to another.
    pub(crate) fn status(&mut self, call: &Name, outcome: Option<Outcome>, when: When, out: &mut Vec<Report>) {
        if let Some(outcome) = outcome {
            self.verdict(
                &Told { queue: None, call, outcome, witness: Witness::Stream, stamp: None, is_told: false },
                when,
                out,
            );
        }
        if !std::mem::replace(&mut self.hears_status, true) {
            // So it would have been heard for those before, too.
            for ended in self.ended.iter_mut().filter(|e| e.outcome == Outcome::Unknown) {
                if let Some(outcome) = ended.suspected {
                    amend(ended, outcome, Witness::Stream, when, out);
                }
            }
        }
    }

    /// A better witness names an outcome.
    pub(crate) fn verdict(&mut self, told: &Told<'_>, when: When, out: &mut Vec<Report>) {
        let Told { queue, call, outcome, witness, stamp, is_told } = *told;
        let fits = |name: &Name| queue.is_none_or(|queue| queue == &**name);
        let logged = witness == Witness::QueueLog;
        if outcome != Outcome::Abandoned && self.loose.get(call).is_some_and(|loose| fits(&loose.queue)) {
            self.loose.remove(call);
        }
        let mut ended = self.ended.iter_mut();
        let open = self.waits.get_mut(call).filter(|known| fits(&known.queue) && known.may_be_told(stamp));
        let is_leaving = open.as_ref().is_some_and(|wait| wait.left.is_some());
        let found = match witness {
            // The log names each visit once, in order, and late: the caller may have entered the same queue again.
            Witness::QueueLog => ended.find(|e| e.call == *call && fits(&e.queue) && !e.logged),
            // A status variable speaks of the newest.
            Witness::Stream => ended.rfind(|e| e.call == *call).filter(|_| !is_leaving),
        };
        match (found, open) {
            // The log has no word for a caller who was moved.
            (Some(e), _) if e.outcome == Outcome::Transferred && outcome == Outcome::Abandoned => e.logged |= logged,
            (Some(e), _) => {
                e.logged |= logged;
                let moved = outcome == Outcome::Abandoned && e.suspected == Some(Outcome::Transferred);
                amend(e, if moved { Outcome::Transferred } else { outcome }, witness, when, out);
            }
            (None, Some(Wait { left: Some(left), .. })) => {
                let left = *left;
                if let Some(known) = self.waits.remove(call) {
                    self.end(known.queue, call.clone(), outcome, left, when.now, out);
                    self.ended.back_mut().into_iter().for_each(|e| e.logged = logged);
                }
            }
            (None, Some(known)) if logged && !is_told => known.verdict = Some(outcome),
            _ => {}
        }
    }

    /// The platform's clock was set ahead by so many ms: what is held is told by the new one.
    pub(crate) fn clock_set(&mut self, by: i64) {
        let held = self.waits.values_mut().filter_map(|wait| wait.left.as_mut());
        held.for_each(|left| left.clock_set(by));
        self.talks.clock_set(by);
    }

    /// Time passed: what was held too long is said.
    pub(crate) fn tick(&mut self, now: i64, out: &mut Vec<Report>) {
        let due = |wait: &Wait| wait.left.is_some_and(|left| now.saturating_sub(left.now) >= HOLD_MS);
        let late: Vec<Name> = self.waits.iter().filter(|(_, wait)| due(wait)).map(|(call, _)| call.clone()).collect();
        for call in late {
            if let Some(Wait { queue, left: Some(left), place, .. }) = self.waits.remove(&call) {
                self.loosen(&call, Loose { queue: queue.clone(), place, given_up: false });
                self.end(queue, call, Outcome::Unknown, left, now, out);
            }
        }
        self.talks.tick(now, out);
    }

    /// The session is over: what is held is said.
    pub(crate) fn flush(&mut self, now: i64, out: &mut Vec<Report>) {
        self.tick(now.saturating_add(HOLD_MS), out);
    }

    fn has_ended(&self, queue: &Name, call: &Name) -> bool {
        self.ended.iter().rev().any(|e| e.call == *call && e.queue == *queue)
    }

    fn loosen(&mut self, call: &Name, loose: Loose) {
        if self.loose.len() >= MOST {
            self.loose.pop_first();
        }
        self.loose.insert(call.clone(), loose);
    }

    /// Says that a call left, `left` then and known now.
    fn end(&mut self, queue: Name, call: Name, outcome: Outcome, left: When, now: i64, out: &mut Vec<Report>) {
        if self.ended.len() >= AMENDABLE {
            self.ended.pop_front();
        }
        self.ended.push_back(Ended {
            queue: queue.clone(),
            call: call.clone(),
            outcome,
            logged: false,
            suspected: None,
        });
        event(out, left.at, Kind::Left { queue, call, outcome, ago_ms: left.ago(now) });
    }
}

/// Says that an ended visit ended another way than was said.
fn amend(ended: &mut Ended, to: Outcome, witness: Witness, when: When, out: &mut Vec<Report>) {
    let from = std::mem::replace(&mut ended.outcome, to);
    if from != to {
        let (queue, call) = (ended.queue.clone(), ended.call.clone());
        event(out, when.at, Kind::VisitAmended { queue, call, from, to, witness });
    }
}

/// Appends an event.
pub(crate) fn event(out: &mut Vec<Report>, at: Option<i64>, kind: Kind<crate::Caller>) {
    out.push(Report::Event { at, kind });
}
