//! Who and when: the part of an event that everything else hangs on, and all that a board needs of it.
//!
//! How an event's who and when are told (its *pattern*: "an agent goes to wrap-up who last answered, at another instant") is one
//! choice of some dozens. Events come in bursts of one instant, in which one pattern follows another by habit: told by how long
//! ago it last did. The first pattern of a burst follows from nothing.

use super::Map;
use super::code::{ACTIVITY_NONE, ACTIVITY_WRAPUP, CODES, DEVICE, DIAL_ENDED, DIAL_RINGING, DISPOSED, NAMES, RINGING};
use super::flow::Flow;
use super::refs::{ABSENT, BY_KIND, LINKED, NONE, Ranks, Set};
use mirante_floor::{Name, SourceId};

const NEXT: usize = 0;
const NEXT_FRESH: usize = 1;
const OPENING: usize = 2;
const PATTERN: usize = 3;
const STEP: usize = 4;
const SOURCE: usize = 5;
const AGENT_FIRST: usize = 6;
const AGENT_PLACE: usize = 7;
const RUNG_PLACE: usize = 8;
const BUSY_PLACE: usize = 9;
const CALL_FIRST: usize = 10;
const CALL_PLACE: usize = 11;
const ATTEMPT_PLACE: usize = 12;
const QUEUE: usize = 13;
const NAME: usize = 14;
/// Streams used here; those of [`super::effects`] follow.
pub(crate) const STREAMS: usize = 15;

/// Agents and queues by number: those of the floor at the start, then as they are first named.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) agents: Vec<(SourceId, Name)>,
    pub(crate) queues: Vec<(SourceId, Name)>,
}

/// One event's who and when. What a kind does not name is [`NONE`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) code: u8,
    pub(crate) source: SourceId,
    pub(crate) seen: i64,
    pub(crate) agent: u32,
    pub(crate) call: u32,
    pub(crate) queue: u32,
}

/// How a row is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Pattern {
    code: u8,
    agent: u8,
    call: u8,
    /// Bits: the queue is not the likely one; the source is not that of the event before.
    bits: u8,
}

const OTHER_QUEUE: u8 = 1;
const OTHER_SOURCE: u8 = 2;

/// No pattern: the burst is over.
const OVER: u32 = 0;

/// What a writer or reader of rows remembers of those before.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) tables: Tables,
    seen: i64,
    source: SourceId,
    /// Patterns so far; 0 stands for [`OVER`].
    patterns: Vec<Pattern>,
    numbers: Map<Pattern, u32>,
    before: u32,
    /// By pattern: what follows it.
    next: Vec<Ranks>,
    agents: Set,
    calls: Set,
    agent_call: Vec<u32>,
    pub(crate) agent_queue: Vec<u32>,
    call_agent: Vec<u32>,
    call_queue: Vec<u32>,
}

impl Core {
    /// Before the first event of a stretch that begins with these tables at about `seen`.
    pub(crate) fn new(tables: Tables, seen: i64) -> Self {
        let agents = tables.agents.len();
        Core {
            seen,
            source: SourceId::MIRANTE,
            patterns: vec![Pattern::default()],
            numbers: Map::default(),
            before: OVER,
            next: vec![Ranks::default()],
            agents: Set::new(agents as u32),
            calls: Set::new(0),
            agent_call: vec![NONE; agents],
            agent_queue: vec![NONE; agents],
            call_agent: Vec::new(),
            call_queue: Vec::new(),
            tables,
        }
    }

    /// Calls named so far.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.len()
    }

    /// Codes the next event. An agent, call or queue never named before has the next free number; `new` are the names that
    /// the event gives agent and queue.
    pub(crate) fn row<F: Flow>(&mut self, f: &mut F, given: Row, new: [Option<&Name>; 2]) -> Row {
        let pattern = if F::WRITES { self.pattern_of(&given) } else { Pattern::default() };
        let step = given.seen.wrapping_sub(self.seen);
        let pattern = self.pattern(f, pattern, step);
        if pattern.bits & OTHER_SOURCE != 0 {
            self.source = SourceId(f.number(SOURCE, u64::from(given.source.0)) as u16);
        }
        let (code, source) = (pattern.code, self.source);
        let mut row = Row { code, source, seen: self.seen, agent: NONE, call: NONE, queue: NONE };
        let names = NAMES[usize::from(code)];
        if names.call && names.call_first {
            row.call = self.call(f, &pattern, NONE, given.call);
        }
        if names.agent {
            let linked = self.call_agent.get(row.call as usize).copied().unwrap_or(NONE);
            row.agent = self.agent(f, &pattern, linked, given.agent, new[0]);
        }
        if names.call && !names.call_first {
            let linked = self.agent_call.get(row.agent as usize).copied().unwrap_or(NONE);
            row.call = self.call(f, &pattern, linked, given.call);
        }
        if names.queue {
            row.queue = self.queue(f, &pattern, &row, given.queue, new[1]);
        }
        self.remember(&row);
        row
    }

    /// How a row is to be told.
    fn pattern_of(&self, row: &Row) -> Pattern {
        let names = NAMES[usize::from(row.code)];
        let linked = |links: &[u32], of: u32, to: u32| links.get(of as usize) == Some(&to);
        let mut pattern = Pattern { code: row.code, agent: ABSENT, call: ABSENT, bits: 0 };
        if names.agent {
            let is_linked = names.call_first && linked(&self.call_agent, row.call, row.agent);
            pattern.agent = if is_linked { LINKED } else { self.agents.how(row.agent) };
        }
        if names.call {
            let is_linked = !names.call_first && linked(&self.agent_call, row.agent, row.call);
            pattern.call = if is_linked { LINKED } else { self.calls.how(row.call) };
        }
        if names.queue && self.likely_queue(row) != row.queue {
            pattern.bits |= OTHER_QUEUE;
        }
        if row.source != self.source {
            pattern.bits |= OTHER_SOURCE;
        }
        pattern
    }

    /// Codes a pattern, and time.
    fn pattern<F: Flow>(&mut self, f: &mut F, pattern: Pattern, step: i64) -> Pattern {
        let known = if F::WRITES { self.numbers.get(&pattern).copied() } else { None };
        let fresh = self.patterns.len() as u32;
        let number = known.unwrap_or(fresh);
        let mut told = OVER;
        if self.before != OVER {
            let follows = if step == 0 { number } else { OVER };
            told = self.next[self.before as usize].code(f, NEXT, NEXT_FRESH, follows);
        }
        if told == OVER {
            // Steps of none come where the first event is at the start.
            self.seen = self.seen.wrapping_add(f.number(STEP, step as u64) as i64);
            told = f.number(OPENING, u64::from(number)).min(u64::from(NONE)) as u32;
        }
        if told == fresh {
            let Pattern { code, agent, call, bits } = pattern;
            let [code, agent, call, bits] = [code, agent, call, bits].map(|byte| f.byte(PATTERN, byte));
            let fits = usize::from(code) < CODES && agent.max(call) < BY_KIND + CODES as u8;
            let pattern = if fits { Pattern { code, agent, call, bits } } else { Pattern::default() };
            if !fits {
                f.refuse();
            }
            self.patterns.push(pattern);
            self.next.push(Ranks::default());
            if F::WRITES {
                self.numbers.insert(pattern, fresh);
            }
        }
        if told == OVER || told as usize >= self.patterns.len() {
            f.refuse();
            return Pattern::default();
        }
        self.before = told;
        self.patterns[told as usize]
    }

    fn agent<F: Flow>(&mut self, f: &mut F, pattern: &Pattern, linked: u32, given: u32, new: Option<&Name>) -> u32 {
        if pattern.agent == LINKED && linked != NONE {
            return linked;
        }
        let places = match pattern.agent.wrapping_sub(BY_KIND) {
            RINGING | RUNG => RUNG_PLACE,
            ACTIVITY_NONE..=ACTIVITY_WRAPUP => BUSY_PLACE,
            _ => AGENT_PLACE,
        };
        let agent = self.agents.code(f, pattern.agent, places, AGENT_FIRST, given);
        if agent as usize >= self.tables.agents.len() {
            self.add_agent(self.source, name(f, new));
        }
        agent
    }

    /// An agent that no event named.
    pub(crate) fn add_agent(&mut self, source: SourceId, name: Name) -> u32 {
        self.tables.agents.push((source, name));
        while (self.agents.len() as usize) < self.tables.agents.len() {
            self.agents.push();
        }
        self.agent_call.push(NONE);
        self.agent_queue.push(NONE);
        self.tables.agents.len() as u32 - 1
    }

    fn call<F: Flow>(&mut self, f: &mut F, pattern: &Pattern, linked: u32, given: u32) -> u32 {
        if pattern.call == LINKED && linked != NONE {
            return linked;
        }
        // Attempts come and go in another order than calls in queues.
        let is_attempt = matches!(pattern.code, DIAL_RINGING..=DISPOSED) && pattern.code != DIAL_ENDED;
        let places = if is_attempt { ATTEMPT_PLACE } else { CALL_PLACE };
        let call = self.calls.code(f, pattern.call, places, CALL_FIRST, given);
        if call >= self.calls.len() {
            // Only damaged bytes name a call before there is one.
            self.calls.push();
        }
        while self.call_agent.len() < self.calls.len() as usize {
            self.call_agent.push(NONE);
            self.call_queue.push(NONE);
        }
        call
    }

    fn likely_queue(&self, row: &Row) -> u32 {
        let of_call = self.call_queue.get(row.call as usize).copied().unwrap_or(NONE);
        if of_call != NONE { of_call } else { self.agent_queue.get(row.agent as usize).copied().unwrap_or(NONE) }
    }

    fn queue<F: Flow>(&mut self, f: &mut F, pattern: &Pattern, row: &Row, given: u32, new: Option<&Name>) -> u32 {
        let is_other = pattern.bits & OTHER_QUEUE != 0;
        let queue = if is_other { f.number(QUEUE, u64::from(given)) } else { u64::from(self.likely_queue(row)) };
        let known = self.tables.queues.len() as u64;
        if queue >= known {
            if queue > known {
                f.refuse();
            }
            self.tables.queues.push((row.source, name(f, new)));
            return known as u32;
        }
        queue as u32
    }

    fn remember(&mut self, row: &Row) {
        if row.agent != NONE {
            self.agents.happened(row.agent, row.code);
            if row.queue != NONE {
                self.agent_queue[row.agent as usize] = row.queue;
            }
            if row.call != NONE {
                self.agent_call[row.agent as usize] = row.call;
                self.call_agent[row.call as usize] = row.agent;
            }
        }
        if row.call != NONE {
            self.calls.happened(row.call, row.code);
            if row.queue != NONE {
                self.call_queue[row.call as usize] = row.queue;
            }
        }
    }
}

/// A device that rings.
const RUNG: u8 = DEVICE + 6;

fn name<F: Flow>(f: &mut F, given: Option<&Name>) -> Name {
    super::words::utf8(f, NAME, given.map_or(&[], |name| name.as_bytes())).into()
}
