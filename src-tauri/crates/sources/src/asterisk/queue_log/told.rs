//! What the log tells of calls and agents, kept beyond the bytes that it was read from.

use super::line::Line;
use super::verb::Verb;
use super::witness::left;
use crate::Caller;
use mirante_floor::{Name, Outcome};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// When, Unix ms by the PBX's clock; of a whole second its middle.
    pub(crate) at: i64,
    pub(crate) queue: Name,
    /// The call; empty where none is concerned.
    pub(crate) call: Name,
    /// The agent as the log names it, a member's name or interface; empty where none is concerned.
    pub(crate) agent: Name,
    pub(crate) what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// The call entered the queue.
    Entered { caller: Option<Caller>, position: Option<u32> },
    /// The agent answered it.
    Answered { leg: Option<Name> },
    /// Their conversation ended, or the agent passed the call on.
    Completed { transferred: bool },
    /// The call left the queue unanswered.
    Left(Outcome),
    /// The agent did not answer it.
    RingNoAnswer { ring_ms: i64 },
    /// The agent paused in the queue, or no longer does.
    Paused { paused: bool, reason: Option<Name> },
    /// The PBX started.
    Started,
}

impl Told {
    /// What a line written at `at` tells; `None` for what backfilling does not need.
    pub(crate) fn of(at: i64, line: &Line<'_>) -> Option<Told> {
        let what = match line.verb {
            Verb::EnterQueue { caller, position, name, .. } => {
                let word = |field: super::Field<'_>| field.said().map(Name::from).unwrap_or_default();
                let caller = Caller { number: word(caller), name: word(name) };
                let caller = (!caller.number.is_empty() || !caller.name.is_empty()).then_some(caller);
                What::Entered { caller, position: position.and_then(|place| u32::try_from(place).ok()) }
            }
            Verb::Connect { leg, .. } => What::Answered { leg: leg.said().map(|leg| (&*leg).into()) },
            Verb::Complete { .. } => What::Completed { transferred: false },
            Verb::BlindTransfer { .. } | Verb::AttendedTransfer { .. } => What::Completed { transferred: true },
            Verb::RingNoAnswer { ring_ms } => What::RingNoAnswer { ring_ms: ring_ms.unwrap_or(0) },
            Verb::Pause { all: false, reason } => {
                What::Paused { paused: true, reason: reason.said().map(|reason| (&*reason).into()) }
            }
            Verb::Unpause { all: false, .. } => What::Paused { paused: false, reason: None },
            Verb::QueueStart => What::Started,
            ref verb => What::Left(left(verb)?),
        };
        let name = |field: super::Field<'_>| -> Name { field.said().as_deref().unwrap_or_default().into() };
        let told = Told { at, queue: name(line.queue), call: name(line.call), agent: name(line.agent), what };
        let (needs_call, needs_agent) = match told.what {
            What::Entered { .. } | What::Left(_) => (true, false),
            What::Answered { .. } | What::Completed { .. } => (true, true),
            What::RingNoAnswer { .. } | What::Paused { .. } => (false, true),
            What::Started => return Some(told),
        };
        let is_whole = !told.queue.is_empty()
            && (!needs_call || !told.call.is_empty())
            && (!needs_agent || !told.agent.is_empty());
        is_whole.then_some(told)
    }
}
