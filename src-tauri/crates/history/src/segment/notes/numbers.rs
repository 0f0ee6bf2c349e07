//! Names by number, for writers.

use super::super::Map;
use super::super::code;
use super::super::core::{Core, Row, Tables};
use super::super::refs::NONE;
use mirante_floor::{Event, Kind, Name, SourceId};

/// Numbers of names: what a writer knows and a reader finds in the bytes.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub(super) agents: Map<SourceId, Map<Name, u32>>,
    pub(super) queues: Map<SourceId, Map<Name, u32>>,
    calls: Map<SourceId, Map<Name, u32>>,
}

pub(super) fn find(map: &Map<SourceId, Map<Name, u32>>, source: SourceId, name: &Name) -> Option<u32> {
    map.get(&source)?.get(name).copied()
}

pub(super) fn put(map: &mut Map<SourceId, Map<Name, u32>>, source: SourceId, name: Name, number: u32) {
    map.entry(source).or_default().insert(name, number);
}

impl Numbers {
    pub(crate) fn new(tables: &Tables) -> Self {
        let mut numbers = Numbers::default();
        for (number, (source, name)) in (0..).zip(&tables.agents) {
            put(&mut numbers.agents, *source, name.clone(), number);
        }
        for (number, (source, name)) in (0..).zip(&tables.queues) {
            put(&mut numbers.queues, *source, name.clone(), number);
        }
        numbers
    }

    /// The event's who and when, with the next free numbers for names that have none.
    pub(crate) fn row(&mut self, core: &Core, event: &Event) -> Row {
        let source = event.stamp.source;
        let (agent, call, queue) = named(&event.kind);
        let number = |name: Option<&Name>, map: &_, next: u32| match name {
            None => NONE,
            Some(name) => find(map, source, name).unwrap_or(next),
        };
        let next = (core.tables.agents.len() as u32, core.calls(), core.tables.queues.len() as u32);
        let row = Row {
            code: code::code(&event.kind),
            source,
            seen: event.stamp.seen,
            agent: number(agent, &self.agents, next.0),
            call: number(call, &self.calls, next.1),
            queue: number(queue, &self.queues, next.2),
        };
        if let (Some(agent), true) = (agent, row.agent == next.0) {
            put(&mut self.agents, source, agent.clone(), next.0);
        }
        if let (Some(call), true) = (call, row.call == next.1) {
            put(&mut self.calls, source, call.clone(), next.1);
        }
        if let (Some(queue), true) = (queue, row.queue == next.2) {
            put(&mut self.queues, source, queue.clone(), next.2);
        }
        row
    }
}

/// The agent, call and queue that an event names, where these have columns.
pub(crate) fn named(kind: &Kind) -> (Option<&Name>, Option<&Name>, Option<&Name>) {
    match kind {
        Kind::QueueSeen { queue, .. } => (None, None, Some(queue)),
        Kind::Member { queue, agent, .. }
        | Kind::MemberRemoved { queue, agent }
        | Kind::RingEnded { queue, agent }
        | Kind::RingNoAnswer { queue, agent, .. } => (Some(agent), None, Some(queue)),
        Kind::DeviceChanged { agent, .. } | Kind::ActivityChanged { agent, .. } => (Some(agent), None, None),
        Kind::Entered { queue, call, .. } | Kind::Left { queue, call, .. } => (None, Some(call), Some(queue)),
        Kind::Moved { call, .. } | Kind::CallEnded { call } => (None, Some(call), None),
        Kind::Ringing { queue, call, agent } | Kind::Answered { queue, call, agent, .. } => {
            (Some(agent), Some(call), Some(queue))
        }
        Kind::Completed { queue, call, agent, .. } => (Some(agent), call.as_ref(), Some(queue)),
        Kind::Dialled { attempt, agent, .. } | Kind::DialAnswered { attempt, agent, .. } => {
            (agent.as_ref(), Some(attempt), None)
        }
        Kind::DialRinging { attempt }
        | Kind::DialParted { attempt, .. }
        | Kind::DialEnded { attempt, .. }
        | Kind::Disposed { attempt, .. } => (None, Some(attempt), None),
        _ => (None, None, None),
    }
}
