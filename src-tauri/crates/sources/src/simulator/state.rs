//! What changes while a simulation runs.

use super::dispositions::Reach;
use mirante_floor::{Device, DispositionFlags, Name, PbxCounters};

/// A visit that has not ended.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) queue: usize,
    pub(super) call: Name,
    pub(super) contact: Name,
    pub(super) customer: u32,
    pub(super) entered: i64,
    pub(super) stage: Stage,
}

/// Where a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// In line; perhaps offered to an agent.
    Waiting { offered: Option<usize> },
    /// With an agent.
    Talking { agent: usize, since: i64 },
}

/// A queue now.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Visits in line, first in first.
    pub(super) waiting: Vec<u64>,
    /// Members logged in; of them, not on a break.
    pub(super) logged: usize,
    pub(super) present: usize,
    /// Members who are free.
    pub(super) free: usize,
    /// The platform's own counters, in the platform's own way.
    pub(super) counters: PbxCounters,
}

/// What an agent's day is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Off,
    Free,
    Ringing,
    /// On a queue's call.
    Talking {
        queue: usize,
        held: bool,
    },
    /// After a queue's call.
    Wrapup {
        queue: usize,
    },
    /// After a campaign's call.
    CampaignWrapup {
        campaign: usize,
        attempt: u64,
    },
    Paused {
        reason: usize,
    },
    /// On a call outside the queues.
    Outside,
    /// On a campaign's call.
    Attempt {
        campaign: usize,
    },
}

/// A break under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Break {
    pub(super) reason: usize,
    pub(super) ms: i64,
    /// When the platform was told, Unix ms.
    pub(super) told: i64,
}

/// An agent now.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) work: Work,
    /// Since when.
    pub(super) since: i64,
    /// Grows with each change of work.
    pub(super) turn: u32,
    /// Grows with each login.
    pub(super) login: u32,
    /// The shift is over; logs out as soon as free.
    pub(super) leaving: bool,
    /// The break that the platform knows of; begins when the present call ends.
    pub(super) pause: Option<Break>,
    /// A break that waits for the present work to end.
    pub(super) wanted: Option<(usize, i64)>,
    pub(super) device: Device,
}

impl Desk {
    pub(super) fn new(now: i64) -> Self {
        Desk {
            work: Work::Off,
            since: now,
            turn: 0,
            login: 0,
            leaving: false,
            pause: None,
            wanted: None,
            device: Device::Unavailable,
        }
    }

    pub(super) fn logged(&self) -> bool {
        self.work != Work::Off
    }
}

/// An attempt that has not been coded.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) campaign: usize,
    pub(super) name: Name,
    pub(super) contact: Name,
    pub(super) record: u32,
    pub(super) agent: Option<usize>,
    pub(super) started: i64,
    pub(super) reach: Reach,
    /// Somebody or something answered.
    pub(super) answered: bool,
    /// A human found no agent free.
    pub(super) dropped: bool,
    /// How a conversation will be coded.
    pub(super) result: Option<(&'static str, DispositionFlags)>,
    /// When the call ended.
    pub(super) ended: Option<i64>,
}

/// A campaign now.
#[derive(Debug, Default)]
pub(super) struct Drive {
    /// Lines dialled and not yet reached.
    pub(super) dialling: usize,
    /// Next record of the list, and which list it is.
    pub(super) record: u32,
    pub(super) list: u32,
    /// Records finished in this list.
    pub(super) done: std::collections::HashSet<u32>,
}
