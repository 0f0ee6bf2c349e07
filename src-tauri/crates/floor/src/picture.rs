//! Everything a platform says about itself at one moment.

use crate::{Device, Name, PartyId, PbxCounters, PbxLevels};
use serde::{Deserialize, Serialize};

/// A poll's answer. Not atomic: what happened while it was taken may or may not be in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture<P = PartyId> {
    /// Queues.
    pub queues: Vec<QueuePicture>,
    /// Who the members are. Each is told once here, however many queues are served, since to name somebody takes a look into the table
    /// of people.
    pub people: Vec<P>,
    /// Members, one entry a queue and agent, named by their places in `people`.
    pub members: Vec<MemberPicture<u32>>,
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
    /// The platform's own service levels, if it tells them.
    pub levels: Option<PbxLevels>,
}

/// A member of a queue; fields as in [`crate::Kind::Member`].
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

impl<P> MemberPicture<P> {
    /// The same member named another way, or not at all.
    pub fn named<Q>(self, name: impl FnOnce(P) -> Option<Q>) -> MemberPicture<Q> {
        let MemberPicture {
            queue,
            agent,
            interface,
            name: before,
            device,
            paused,
            reason,
            penalty,
            in_call,
            paused_at,
        } = self;
        let name = before.and_then(name);
        MemberPicture { queue, agent, interface, name, device, paused, reason, penalty, in_call, paused_at }
    }
}

impl<P> Picture<P> {
    /// Adds a member whose name no other has told.
    pub fn add(&mut self, member: MemberPicture<P>) {
        let people = &mut self.people;
        self.members.push(member.named(|name| {
            people.push(name);
            u32::try_from(people.len() - 1).ok()
        }));
    }

    /// The same picture with every person named another way.
    pub fn map_party<Q>(self, mut f: impl FnMut(P) -> Q) -> Picture<Q> {
        let people = self.people.into_iter().map(&mut f).collect();
        let waiting = self.waiting.into_iter().map(|w| WaitingPicture {
            queue: w.queue,
            call: w.call,
            contact: w.contact,
            caller: w.caller.map(&mut f),
            position: w.position,
            waited_ms: w.waited_ms,
        });
        Picture { queues: self.queues, people, members: self.members, waiting: waiting.collect() }
    }
}

impl<P: Clone> Picture<P> {
    /// The members, each with its name.
    pub fn named(&self) -> impl Iterator<Item = MemberPicture<P>> {
        self.members.iter().map(|member| member.clone().named(|at| self.people.get(at as usize).cloned()))
    }
}
