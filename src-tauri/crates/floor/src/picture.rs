//! Everything a platform says about itself at one moment.

use crate::{Device, Name, PartyId, PbxCounters};
use serde::{Deserialize, Serialize};

/// A poll's answer. Not atomic: what happened while it was taken may or may not be in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture<P = PartyId> {
    /// Queues.
    pub queues: Vec<QueuePicture>,
    /// Members, one entry a queue and agent.
    pub members: Vec<MemberPicture<P>>,
    /// Callers waiting.
    pub waiting: Vec<WaitingPicture<P>>,
}

/// A queue in a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueuePicture {
    /// The queue.
    pub queue: Name,
    /// The platform's own counters.
    pub counters: PbxCounters,
}

/// A member in a picture; fields as in [`crate::Kind::Member`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberPicture<P = PartyId> {
    /// The queue.
    pub queue: Name,
    /// The agent's key.
    pub agent: Name,
    /// The platform's address of the member in this queue.
    pub interface: Name,
    /// The member's name.
    pub name: Option<P>,
    /// State of the device.
    pub device: Device,
    /// Paused in this queue.
    pub paused: bool,
    /// Why.
    pub reason: Option<Name>,
    /// Penalty.
    pub penalty: i32,
    /// True if this queue's own call is with the member.
    pub in_call: Option<bool>,
    /// When the pause began, Unix ms by the platform's clock.
    pub paused_at: Option<i64>,
}

/// A waiting caller in a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitingPicture<P = PartyId> {
    /// The queue.
    pub queue: Name,
    /// The call.
    pub call: Name,
    /// The contact; absent where the platform does not say in a list.
    pub contact: Option<Name>,
    /// Who calls.
    pub caller: Option<P>,
    /// Place in the queue, 1 first.
    pub position: u32,
    /// Ms waited so far.
    pub waited_ms: i64,
}

impl<P> Picture<P> {
    /// The same picture with every person named another way.
    pub fn map_party<Q>(self, mut f: impl FnMut(P) -> Q) -> Picture<Q> {
        let members = self.members.into_iter().map(|m| MemberPicture {
            queue: m.queue,
            agent: m.agent,
            interface: m.interface,
            name: m.name.map(&mut f),
            device: m.device,
            paused: m.paused,
            reason: m.reason,
            penalty: m.penalty,
            in_call: m.in_call,
            paused_at: m.paused_at,
        });
        let members = members.collect();
        let waiting = self.waiting.into_iter().map(|w| WaitingPicture {
            queue: w.queue,
            call: w.call,
            contact: w.contact,
            caller: w.caller.map(&mut f),
            position: w.position,
            waited_ms: w.waited_ms,
        });
        Picture { queues: self.queues, members, waiting: waiting.collect() }
    }
}
