//! What the fold did to a board, event by event.
//!
//! At sealing the one fold runs, and whatever cells an event changed are noted as steps. What the steps of an event look like
//! (its *shape*: "its agent rings now", "one wait of its queue ended, answered") nearly always follows from its kind and its
//! agent's state before, and is told by how long ago it last was so; figures are told by how far they are from what follows
//! from the event. So an event whose effect is as usual costs almost nothing, and none of the fold's rules are repeated here.

use super::code::CODES;
use super::core::{self, Core, Row};
use super::flow::Flow;
use super::lean::{Lean, Spot};
use super::refs::{NONE, Ranks};
use mirante_floor::{Link, Name, Outcome, SourceId};

const SHAPE: usize = core::STREAMS;
const SHAPE_FRESH: usize = SHAPE + 1;
const SHAPES: usize = SHAPE + 2;
const WHO: usize = SHAPE + 3;
const PLACE: usize = SHAPE + 4;
const WAIT: usize = SHAPE + 5;
const TALK: usize = SHAPE + 6;
const FIGURE: usize = SHAPE + 7;
const WORD: usize = SHAPE + 8;
/// Streams of rows and effects together.
pub(crate) const STREAMS: usize = SHAPE + 9;

/// The agent's state: one byte of flags and one of state and spot follow.
pub(crate) const AGENT: u8 = 1;
pub(crate) const AGENT_GONE: u8 = 2;
pub(crate) const MEMBER: u8 = 3;
pub(crate) const MEMBER_GONE: u8 = 4;
/// A wait began.
pub(crate) const WAIT_BEGAN: u8 = 5;
/// A wait ended.
pub(crate) const WAIT_ENDED: u8 = 6;
pub(crate) const OFFERED: u8 = 7;
/// A visit was answered or ended: one byte of outcome follows.
pub(crate) const ENDED: u8 = 8;
pub(crate) const TALKED: u8 = 9;
pub(crate) const RING_NO_ANSWER: u8 = 10;
/// All figures of a queue.
pub(crate) const QUEUE: u8 = 11;
/// The figures of a queue's day begin again.
pub(crate) const QUEUE_ZERO: u8 = 12;
pub(crate) const QUEUE_GONE: u8 = 13;
/// A source's link: one byte, 0 never, 1 up, 2 down, follows.
pub(crate) const LINK: u8 = 14;

/// Not the event's own agent or queue.
pub(crate) const OTHER: u8 = 0x80;
/// The time is not the event's.
pub(crate) const SINCE: u8 = 1;
/// There is a reason.
pub(crate) const REASON: u8 = 2;

/// The spot is as it was.
pub(crate) const SPOT_SAME: u8 = 0;
pub(crate) const SPOT_NONE: u8 = 1;
pub(crate) const SPOT_OTHER: u8 = 2;
/// The queue last named with the agent.
pub(crate) const SPOT_LATEST: u8 = 3;
/// The campaign last worked.
pub(crate) const SPOT_CAMPAIGN: u8 = 4;
pub(crate) const SPOT_QUEUE: u8 = 5;
pub(crate) const SPOT_WORD: u8 = 6;
/// A queue that is not on the floor, by name.
pub(crate) const SPOT_NAMED: u8 = 7;

/// Steps of one event: their shape, and figures in the order in which the shape asks for them.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(crate) shape: Vec<u8>,
    pub(crate) figures: Vec<i64>,
    pub(crate) names: Vec<Name>,
}

/// What a reader is given.
pub(crate) const NO_STEPS: Steps = Steps { shape: Vec::new(), figures: Vec::new(), names: Vec::new() };

impl Steps {
    pub(crate) fn clear(&mut self) {
        self.shape.clear();
        self.figures.clear();
        self.names.clear();
    }
}

/// What a writer or reader of effects remembers.
#[derive(Debug)]
pub(crate) struct Effects {
    pub(crate) lean: Lean,
    shapes: Vec<Vec<u8>>,
    places: super::Map<Vec<u8>, u32>,
    ranks: Vec<Ranks>,
}

/// The figures that a writer was given, one after the other.
struct Given<'a> {
    figures: std::slice::Iter<'a, i64>,
    names: std::slice::Iter<'a, Name>,
}

impl Given<'_> {
    fn figure<F: Flow>(&mut self, f: &mut F, stream: usize) -> i64 {
        let given = if F::WRITES { self.figures.next().copied().unwrap_or(0) } else { 0 };
        f.signed(stream, given)
    }

    fn name<F: Flow>(&mut self, f: &mut F) -> Name {
        let given = if F::WRITES { self.names.next().map_or(&[][..], |name| name.as_bytes()) } else { &[] };
        let text = f.text(WORD, given);
        match String::from_utf8(text) {
            Ok(text) => text.into(),
            Err(_) => {
                f.refuse();
                "".into()
            }
        }
    }
}

impl Effects {
    pub(crate) fn new(lean: Lean) -> Self {
        // The most common shape of all: nothing changed.
        let shapes = vec![Vec::new()];
        let places = [(Vec::new(), 0)].into_iter().collect();
        Effects { lean, shapes, places, ranks: vec![Ranks::default(); CODES * 9] }
    }

    /// Codes what one event did, and does it.
    pub(crate) fn code<F: Flow>(&mut self, f: &mut F, core: &mut Core, row: &Row, given: &Steps) {
        self.lean.grow(&core.tables);
        let state = match row.agent {
            NONE => 8,
            agent => self.lean.agents[agent as usize].state & 7,
        };
        let known = if F::WRITES { self.places.get(&given.shape).copied() } else { None };
        let next = self.shapes.len() as u32;
        let ranks = &mut self.ranks[usize::from(row.code) * 9 + usize::from(state)];
        let shape = ranks.code(f, SHAPE, SHAPE_FRESH, known.unwrap_or(next));
        if shape == next {
            let shape = f.text(SHAPES, &given.shape);
            if F::WRITES {
                self.places.insert(shape.clone(), next);
            }
            self.shapes.push(shape);
        }
        let Some(steps) = self.shapes.get_mut(shape as usize) else { return f.refuse() };
        if steps.is_empty() {
            return;
        }
        let steps = std::mem::take(steps);
        let mut given = Given { figures: given.figures.iter(), names: given.names.iter() };
        self.run(f, core, row, &steps, &mut given);
        self.shapes[shape as usize] = steps;
    }

    fn run<F: Flow>(&mut self, f: &mut F, core: &mut Core, row: &Row, steps: &[u8], given: &mut Given<'_>) {
        let mut steps = steps.iter().copied();
        while let Some(step) = steps.next().filter(|_| !f.is_void()) {
            let other = step & OTHER != 0;
            let mut byte = || steps.next().unwrap_or(0);
            match step & !OTHER {
                AGENT => {
                    let (flags, what) = (byte(), byte());
                    let Some(agent) = self.agent(f, core, row, other, given) else { return };
                    self.set_agent(f, core, row, agent, flags, what, given);
                }
                AGENT_GONE => {
                    let Some(agent) = self.agent(f, core, row, other, given) else { return };
                    self.lean.agents[agent].here = false;
                    self.lean.members.retain(|(member, _)| *member as usize != agent);
                }
                step @ (MEMBER | MEMBER_GONE) => {
                    let who = byte();
                    let agent = self.agent(f, core, row, who & OTHER != 0, given);
                    let queue = self.queue(f, core, row, other, given);
                    let (Some(agent), Some(queue)) = (agent, queue) else { return };
                    let pair = (agent as u32, queue as u32);
                    if step == MEMBER {
                        self.lean.members.push(pair);
                    } else if let Some(place) = self.lean.members.iter().position(|other| *other == pair) {
                        self.lean.members.swap_remove(place);
                    }
                }
                LINK => {
                    let what = byte();
                    self.set_link(f, row, other, what, given);
                }
                step => {
                    let outcome = if step == ENDED { byte() } else { 0 };
                    let Some(queue) = self.queue(f, core, row, other, given) else { return };
                    self.set_queue(f, row, queue, step, outcome, given);
                }
            }
        }
    }

    /// The event's own agent, or the one told. The next free number is one that no event named.
    fn agent<F: Flow>(
        &mut self,
        f: &mut F,
        core: &mut Core,
        row: &Row,
        other: bool,
        given: &mut Given<'_>,
    ) -> Option<usize> {
        let agent = if other { given.figure(f, WHO) as usize } else { row.agent as usize };
        if agent == self.lean.agents.len() && other {
            core.add_agent(row.source, given.name(f));
            self.lean.grow(&core.tables);
        }
        if agent >= self.lean.agents.len() {
            f.refuse();
            return None;
        }
        Some(agent)
    }

    fn queue<F: Flow>(
        &mut self,
        f: &mut F,
        core: &mut Core,
        row: &Row,
        other: bool,
        given: &mut Given<'_>,
    ) -> Option<usize> {
        let queue = if other { given.figure(f, WHO) as usize } else { row.queue as usize };
        if queue == self.lean.queues.len() && other {
            core.tables.queues.push((row.source, given.name(f)));
            self.lean.grow(&core.tables);
        }
        if queue >= self.lean.queues.len() {
            f.refuse();
            return None;
        }
        Some(queue)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one step")]
    fn set_agent<F: Flow>(
        &mut self,
        f: &mut F,
        core: &Core,
        row: &Row,
        agent: usize,
        flags: u8,
        what: u8,
        given: &mut Given<'_>,
    ) {
        let since = if flags & SINCE != 0 { row.seen.wrapping_add(given.figure(f, FIGURE)) } else { row.seen };
        let reason = if flags & REASON != 0 { self.coded_word(f, given) + 1 } else { 0 };
        let spot = match what >> 3 {
            SPOT_SAME => self.lean.agents[agent].spot,
            SPOT_OTHER => Spot::Other,
            SPOT_LATEST => Spot::Queue(core.agent_queue.get(agent).copied().unwrap_or(NONE)),
            SPOT_CAMPAIGN => Spot::Campaign(self.lean.agents[agent].campaign),
            SPOT_QUEUE => Spot::Queue(given.figure(f, PLACE) as u32),
            SPOT_WORD => Spot::Campaign(self.coded_word(f, given)),
            SPOT_NAMED => Spot::Named(self.coded_word(f, given)),
            _ => Spot::None,
        };
        let agent = &mut self.lean.agents[agent];
        if let Spot::Campaign(campaign) = spot {
            agent.campaign = campaign;
        }
        // A conversation with a queue's caller begins; a hold is part of it.
        if what & 7 == 2 && matches!(spot, Spot::Queue(_)) && agent.state != 3 {
            agent.answered = row.seen;
        }
        (agent.here, agent.state, agent.spot, agent.reason, agent.since) = (true, what & 7, spot, reason, since);
    }

    fn coded_word<F: Flow>(&mut self, f: &mut F, given: &mut Given<'_>) -> u32 {
        let word = given.figure(f, PLACE) as usize;
        if word == self.lean.words.len() {
            let name = given.name(f);
            self.lean.words.push(name);
        } else if word > self.lean.words.len() {
            f.refuse();
            return 0;
        }
        word as u32
    }

    fn set_link<F: Flow>(&mut self, f: &mut F, row: &Row, other: bool, what: u8, given: &mut Given<'_>) {
        let source = if other { SourceId(given.figure(f, WHO) as u16) } else { row.source };
        let link = if what == 0 {
            Link::Never
        } else {
            let since = row.seen.wrapping_add(given.figure(f, FIGURE));
            let words = given.name(f);
            if what == 1 { Link::Up { since, platform: words } } else { Link::Down { since, reason: words } }
        };
        match self.lean.sources.iter_mut().find(|(known, _)| *known == source) {
            Some((_, known)) => *known = link,
            None => self.lean.sources.push((source, link)),
        }
    }

    fn set_queue<F: Flow>(&mut self, f: &mut F, row: &Row, queue: usize, step: u8, outcome: u8, given: &mut Given<'_>) {
        let answered = self.lean.agents.get(row.agent as usize).map_or(row.seen, |agent| agent.answered);
        let queue = &mut self.lean.queues[queue];
        let totals = &mut queue.totals;
        match step {
            WAIT_BEGAN => queue.waits.push(row.seen.wrapping_add(given.figure(f, FIGURE))),
            WAIT_ENDED => {
                let place = given.figure(f, PLACE);
                match usize::try_from(place).ok().filter(|place| *place < queue.waits.len()) {
                    Some(place) => queue.ended = queue.waits.remove(place),
                    None => f.refuse(),
                }
            }
            OFFERED => totals.offered = totals.offered.wrapping_add(1),
            ENDED => {
                let wait = given.figure(f, WAIT).wrapping_add(row.seen).wrapping_sub(queue.ended);
                let ended = &mut totals.ended[usize::from(outcome & 7)];
                *ended = ended.wrapping_add(1);
                if usize::from(outcome) == ANSWERED {
                    totals.waited_ms = totals.waited_ms.wrapping_add(wait as u64);
                    let seconds = wait.max(0).saturating_add(999) / 1000;
                    totals.within = totals.within.wrapping_add(u32::from(seconds <= i64::from(totals.target_s)));
                }
            }
            TALKED => {
                let talk = given.figure(f, TALK).wrapping_add(row.seen).wrapping_sub(answered);
                totals.talks = totals.talks.wrapping_add(1);
                totals.talked_ms = totals.talked_ms.wrapping_add(talk as u64);
            }
            RING_NO_ANSWER => totals.ring_no_answer = totals.ring_no_answer.wrapping_add(1),
            QUEUE => {
                let mut figure = || given.figure(f, FIGURE);
                totals.offered = figure() as u32;
                totals.ended = std::array::from_fn(|_| figure() as u32);
                totals.within = figure() as u32;
                totals.target_s = figure() as u32;
                totals.waited_ms = figure() as u64;
                totals.talks = figure() as u32;
                totals.talked_ms = figure() as u64;
                totals.ring_no_answer = figure() as u32;
                let count = figure().clamp(0, 1 << 20);
                queue.waits.clear();
                for _ in 0..count {
                    if f.is_void() {
                        return;
                    }
                    queue.waits.push(row.seen.wrapping_add(given.figure(f, FIGURE)));
                }
            }
            QUEUE_ZERO => {
                *totals = crate::board::QueueTotals { target_s: totals.target_s, ..Default::default() };
            }
            QUEUE_GONE => {
                queue.here = false;
                return;
            }
            _ => return f.refuse(),
        }
        queue.here = true;
    }
}

/// [`Outcome::Answered`] in [`Outcome::ALL`].
pub(crate) const ANSWERED: usize = Outcome::Answered as usize;
