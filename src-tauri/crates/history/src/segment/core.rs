//! Who and when: the part of an event that everything else hangs on, and all that a board needs of it.

use super::code::{CODES, DIAL_ENDED, DIAL_RINGING, DISPOSED, NAMES};
use super::flow::Flow;
use super::refs::{NONE, Ranks, Set, Streams};
use mirante_floor::{Name, SourceId};

const KIND: usize = 0;
const KIND_FRESH: usize = 1;
const SEEN: usize = 2;
const SOURCE: usize = 3;
const SOURCE_FRESH: usize = 4;
const AGENT: Streams = Streams { class: 5, fresh: 6, place: 7, first: 8 };
const CALL: Streams = Streams { class: 9, fresh: 10, place: 11, first: 12 };
const LINKED: usize = 13;
const QUEUE: usize = 14;
const NAME: usize = 15;
const ATTEMPT_PLACE: usize = 16;
/// Streams used here; those of [`super::effects`] follow.
pub(crate) const STREAMS: usize = 17;

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
    /// The call was not named before.
    pub(crate) new_call: bool,
}

/// What a writer or reader of rows remembers of those before.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) tables: Tables,
    seen: i64,
    source: Ranks,
    code: u8,
    kinds: Vec<Ranks>,
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
            source: Ranks::default(),
            code: 0,
            kinds: vec![Ranks::default(); CODES],
            agents: Set::new(agents as u32, AGENT),
            calls: Set::new(0, CALL),
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
        let code = self.kinds[usize::from(self.code)].code(f, KIND, KIND_FRESH, u32::from(given.code));
        let code = if (code as usize) < CODES { code as u8 } else { refused(f) };
        self.code = code;
        let step = f.number(SEEN, given.seen.wrapping_sub(self.seen) as u64);
        self.seen = self.seen.wrapping_add(step as i64);
        let source = SourceId(self.source.code(f, SOURCE, SOURCE_FRESH, u32::from(given.source.0)) as u16);
        let names = NAMES[usize::from(code)];
        let mut row = Row { code, source, seen: self.seen, agent: NONE, call: NONE, queue: NONE, new_call: false };
        if names.call && names.call_first {
            row.call = self.call(f, code, given.call, &mut row.new_call);
        }
        if names.agent {
            let linked = if row.call == NONE { NONE } else { self.call_agent[row.call as usize] };
            let is_linked = linked != NONE && f.flag(LINKED, given.agent == linked);
            row.agent = if is_linked { linked } else { self.agents.code(f, code, given.agent) };
            if row.agent as usize >= self.tables.agents.len() {
                self.add_agent(source, name(f, new[0]));
            }
        }
        if names.call && !names.call_first {
            let linked = self.agent_call[row.agent as usize];
            let is_linked = linked != NONE && f.flag(LINKED, given.call == linked);
            row.call = if is_linked { linked } else { self.call(f, code, given.call, &mut row.new_call) };
        }
        if names.queue {
            row.queue = self.queue(f, &row, given.queue, new[1]);
        }
        self.remember(&row);
        row
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

    fn call<F: Flow>(&mut self, f: &mut F, code: u8, given: u32, is_new: &mut bool) -> u32 {
        // Attempts come and go in another order than calls in queues.
        self.calls.place_in(if matches!(code, DIAL_RINGING..=DISPOSED) && code != DIAL_ENDED {
            ATTEMPT_PLACE
        } else {
            CALL.place
        });
        let before = self.calls.len();
        let call = self.calls.code(f, code, given);
        if self.calls.len() > before {
            *is_new = true;
            self.call_agent.push(NONE);
            self.call_queue.push(NONE);
        }
        if call >= self.calls.len() {
            // Only damaged bytes name a call before there is one.
            f.refuse();
            self.calls.push();
            self.call_agent.push(NONE);
            self.call_queue.push(NONE);
            return self.calls.len() - 1;
        }
        call
    }

    fn queue<F: Flow>(&mut self, f: &mut F, row: &Row, given: u32, new: Option<&Name>) -> u32 {
        let of_call = if row.call == NONE { NONE } else { self.call_queue[row.call as usize] };
        let likely = match row.agent {
            NONE => of_call,
            agent if of_call == NONE => self.agent_queue[agent as usize],
            _ => of_call,
        };
        let told = f.number(QUEUE, if given == likely { 0 } else { u64::from(given) + 1 });
        let queue = if told == 0 { likely } else { u32::try_from(told - 1).unwrap_or(NONE) };
        let known = self.tables.queues.len() as u32;
        if queue == known {
            self.tables.queues.push((row.source, name(f, new)));
        } else if queue > known {
            f.refuse();
            if known == 0 {
                self.tables.queues.push((row.source, "".into()));
            }
            return 0;
        }
        queue
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

fn name<F: Flow>(f: &mut F, given: Option<&Name>) -> Name {
    let text = f.text(NAME, given.map_or(&[], |name| name.as_bytes()));
    match String::from_utf8(text) {
        Ok(text) => text.into(),
        Err(_) => {
            f.refuse();
            "".into()
        }
    }
}

fn refused<F: Flow>(f: &mut F) -> u8 {
    f.refuse();
    0
}
