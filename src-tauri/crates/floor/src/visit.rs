//! One stay of a contact in one queue.

use crate::{Name, Origin, PartyId, SourceId, Stamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Identity of a visit: the `seq` of the event that opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VisitId(pub u64);

/// An instant on two clocks: ours and, if it told, the platform's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Our clock, Unix ms.
    pub seen: i64,
    /// The platform's clock, Unix ms.
    pub at: Option<i64>,
}

impl Moment {
    /// Ms from `earlier` to here: by the platform's clock if both have it, else by ours; never negative.
    pub fn since(self, earlier: Moment) -> i64 {
        match (self.at, earlier.at) {
            (Some(to), Some(from)) => to.saturating_sub(from),
            _ => self.seen.saturating_sub(earlier.seen),
        }
        .max(0)
    }
}

impl From<Stamp> for Moment {
    fn from(stamp: Stamp) -> Self {
        Moment { seen: stamp.seen, at: stamp.at }
    }
}

/// How a visit ended. A visit has one; only a better witness may amend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// An agent answered.
    Answered,
    /// The caller hung up before an answer.
    Abandoned,
    /// The queue's time limit sent the caller on.
    Timeout,
    /// The caller left by pressing a key.
    ExitKey,
    /// Transferred while waiting.
    Transferred,
    /// The system sent the caller on because no agent was left.
    Overflow,
    /// A supervisor took the caller out.
    Withdrawn,
    /// Nobody saw how.
    Unknown,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 8] = [
        Outcome::Answered,
        Outcome::Abandoned,
        Outcome::Timeout,
        Outcome::ExitKey,
        Outcome::Transferred,
        Outcome::Overflow,
        Outcome::Withdrawn,
        Outcome::Unknown,
    ];

    /// The outcome's stable word in exports.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Answered => "answered",
            Outcome::Abandoned => "abandoned",
            Outcome::Timeout => "timeout",
            Outcome::ExitKey => "exit_key",
            Outcome::Transferred => "transferred",
            Outcome::Overflow => "overflow",
            Outcome::Withdrawn => "withdrawn",
            Outcome::Unknown => "unknown",
        }
    }
}

/// Who amended a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Witness {
    /// The PBX's queue_log file.
    QueueLog,
    /// A later event of the same stream.
    Stream,
}

/// Where an open visit stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// Nobody answered yet.
    Waiting,
    /// With an agent.
    Talking {
        /// The agent's key.
        agent: Name,
        /// The agent's leg, if the platform named it.
        leg: Option<Name>,
        /// When the agent answered.
        since: Moment,
        /// How long the caller had waited, ms.
        wait_ms: i64,
    },
}

/// A visit that has not ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Identity.
    pub id: VisitId,
    /// The queue.
    pub queue: Name,
    /// The call at entry.
    pub call: Name,
    /// The contact it belongs to.
    pub contact: Name,
    /// Who calls.
    pub caller: Option<PartyId>,
    /// When it entered (for an inferred entry: when it must have).
    pub entered: Moment,
    /// Place in the queue, if known.
    pub position: Option<u32>,
    /// How the entry came to be known.
    pub origin: Origin,
    /// Agents being rung for it.
    pub ringing: BTreeSet<Name>,
    /// Waiting or talking.
    pub stage: Stage,
}

/// A visit that ended: what history keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClosedVisit {
    /// Identity.
    pub id: VisitId,
    /// Who reported it.
    pub source: SourceId,
    /// The queue.
    pub queue: Name,
    /// The call at entry.
    pub call: Name,
    /// The contact it belongs to.
    pub contact: Name,
    /// Who called.
    pub caller: Option<PartyId>,
    /// When it entered.
    pub entered: Moment,
    /// When it ended.
    pub ended: Moment,
    /// How it ended.
    pub outcome: Outcome,
    /// How long the caller waited, ms.
    pub wait_ms: i64,
    /// Who answered: the agent's key.
    pub agent: Option<Name>,
    /// The name that the platform gave the agent then, in the party table.
    pub agent_name: Option<PartyId>,
    /// The platform's address of the agent in this queue then.
    pub interface: Option<Name>,
    /// How long they talked, ms; absent if nobody answered or nobody saw the end.
    pub talk_ms: Option<i64>,
    /// The agent passed the call on.
    pub transferred: bool,
    /// How entry and end came to be known: the worse of the two.
    pub origin: Origin,
}

impl ClosedVisit {
    /// True of an answered visit of whose conversation nobody saw the end, so that a record may still tell it.
    pub fn is_untold(&self) -> bool {
        self.outcome == Outcome::Answered && self.talk_ms.is_none()
    }
}
