//! The simulation's own books: what really happened, written down apart from the events.

use mirante_floor::{DispositionFlags, Name, Outcome, Place};

/// What happened since the books were last taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truth {
    /// Visits that ended, in the order of their ends.
    pub visits: Vec<VisitTruth>,
    /// Rings that an agent let pass.
    pub rings: Vec<RingTruth>,
    /// What agents did, each stretch as it ended; none of no length.
    pub spans: Vec<SpanTruth>,
    /// Attempts that ended and were coded, in the order of coding.
    pub attempts: Vec<AttemptTruth>,
}

/// A visit that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitTruth {
    /// The queue.
    pub queue: Name,
    /// The contact over its whole journey.
    pub contact: Name,
    /// The call at entry.
    pub call: Name,
    /// When it entered, Unix ms.
    pub entered_ms: i64,
    /// When it ended, Unix ms: the end of the conversation if there was one.
    pub ended_ms: i64,
    /// How.
    pub outcome: Outcome,
    /// Ms the caller waited.
    pub wait_ms: i64,
    /// Who answered.
    pub agent: Option<Name>,
    /// Ms they talked, holds included.
    pub talk_ms: Option<i64>,
    /// The agent passed the call on.
    pub transferred: bool,
}

/// A visit that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenTruth {
    /// The queue.
    pub queue: Name,
    /// The contact over its whole journey.
    pub contact: Name,
    /// The call at entry.
    pub call: Name,
    /// When it entered, Unix ms.
    pub entered_ms: i64,
    /// Place in line, 1 first; absent once answered.
    pub position: Option<u32>,
    /// Who answered and when, Unix ms.
    pub answered: Option<(Name, i64)>,
}

/// A stretch that an agent spent on one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanTruth {
    /// The agent's key.
    pub agent: Name,
    /// What the agent did.
    pub doing: Doing,
    /// From when, Unix ms.
    pub from_ms: i64,
    /// To when, Unix ms.
    pub to_ms: i64,
}

/// A ring that an agent let pass.
#[derive(Debug, Clone, PartialEq)]
pub struct RingTruth {
    /// When it ended, Unix ms.
    pub at_ms: i64,
    /// The queue.
    pub queue: Name,
    /// The agent.
    pub agent: Name,
    /// How long it rang, ms.
    pub ring_ms: i64,
}

/// An attempt that ended and was coded.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptTruth {
    /// The campaign.
    pub campaign: Name,
    /// The attempt.
    pub attempt: Name,
    /// The contact over its whole journey.
    pub contact: Name,
    /// When dialling began, Unix ms.
    pub started_ms: i64,
    /// When it ended, Unix ms.
    pub ended_ms: i64,
    /// Who answered: a human, a machine, nobody.
    pub human: Option<bool>,
    /// A live answer that found no agent free.
    pub dropped: bool,
    /// The agent who spoke or dialled.
    pub agent: Option<Name>,
    /// How it was coded.
    pub code: Name,
    /// What the code means.
    pub flags: DispositionFlags,
    /// When it was coded, Unix ms.
    pub coded_ms: i64,
}

/// What an agent is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Doing {
    /// Logged out.
    Offline,
    /// Free.
    Ready,
    /// Being rung.
    Ringing,
    /// On a call.
    Talking(Place),
    /// Holding a queue's call.
    Hold(Place),
    /// After-call work.
    Wrapup(Place),
    /// On a break.
    Paused(Name),
}

/// An agent now.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentTruth {
    /// The agent's key.
    pub agent: Name,
    /// What the agent does.
    pub doing: Doing,
    /// Since when, Unix ms.
    pub since_ms: i64,
}
