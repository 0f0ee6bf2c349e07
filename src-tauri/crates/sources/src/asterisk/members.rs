//! Queue members as the platform describes them, in lists and in events that may each tell only a part.

use super::agent;
use super::message::Message;
use super::remote::{Remote, masked};
use crate::Caller;
use mirante_floor::{Device, MemberPicture, Name};
use std::collections::BTreeMap;

/// Most members remembered.
const MOST: usize = 100_000;

#[derive(Debug)]
struct Member {
    picture: MemberPicture<Caller>,
    /// The state as the queue gives it, before a phone's own word.
    status: Device,
    watched: bool,
    round: u64,
}

/// The members of one session, by queue and interface.
#[derive(Debug, Default)]
pub(crate) struct Members {
    members: BTreeMap<(Name, Name), Member>,
    keys: BTreeMap<Name, Name>,
    /// Phones of agents whose queue does not watch the phone itself.
    phones: BTreeMap<Name, Device>,
    remote: Remote,
    pub(crate) round: u64,
}

impl Members {
    /// No members yet; `remote` makes the keys of those at a telephone.
    pub(crate) fn new(remote: Remote) -> Members {
        Members { remote, ..Members::default() }
    }

    /// The agent's key of an interface.
    pub(crate) fn key(&self, interface: &str) -> Name {
        self.keys.get(interface).cloned().unwrap_or_else(|| agent::key(interface, None, &self.remote))
    }

    /// Takes what a message tells about a member and gives all that is known of it; what it leaves out stays as it was.
    pub(crate) fn read(&mut self, message: &Message<'_>) -> Option<&MemberPicture<Caller>> {
        let queue: Name = message.said("Queue")?.into();
        let interface: Name = interface(message)?.into();
        let state_interface = message.said("StateInterface");
        if self.members.len() >= MOST {
            self.members.pop_first();
        }
        if state_interface.is_some() || !self.keys.contains_key(&interface) {
            if self.keys.len() >= MOST {
                self.keys.pop_first();
            }
            self.keys.insert(interface.clone(), agent::key(&interface, state_interface, &self.remote));
        }
        let agent = self.key(&interface);
        let round = self.round;
        let entry = self.members.entry((queue.clone(), interface.clone()));
        let member = entry.or_insert_with(|| Member {
            picture: MemberPicture {
                queue,
                agent: agent.clone(),
                interface: masked(&interface),
                name: None,
                device: Device::Unknown,
                paused: false,
                reason: None,
                penalty: 0,
                in_call: None,
                paused_at: None,
            },
            status: Device::Unknown,
            watched: agent::is_watched(&interface, state_interface),
            round,
        });
        member.round = round;
        if state_interface.is_some() {
            member.watched = agent::is_watched(&interface, state_interface);
        }
        if let Some(status) = message.number("Status") {
            member.status = agent::device(status);
        }
        let phone = self.phones.get(&agent).copied().filter(|_| !member.watched);
        let known = &mut member.picture;
        known.device = phone.unwrap_or(member.status);
        known.agent = agent;
        if let Some(name) = ["MemberName", "Name", "AgentName"].iter().find_map(|key| message.get(key)) {
            known.name = agent::name(&interface, &known.agent, Some(name));
        }
        if let Some(paused) = message.number::<i32>("Paused") {
            known.paused = paused != 0;
            let reason = message.said("PausedReason").or_else(|| message.said("Reason"));
            known.reason = reason.filter(|_| known.paused).map(Name::from);
            if !known.paused {
                known.paused_at = None;
            }
        }
        if let Some(since) = message.number::<i64>("LastPause") {
            known.paused_at = (known.paused && since > 0).then(|| since.saturating_mul(1000));
        }
        if let Some(penalty) = message.number("Penalty") {
            known.penalty = penalty;
        }
        if let Some(in_call) = message.number::<i32>("InCall") {
            known.in_call = Some(in_call != 0);
        }
        Some(&member.picture)
    }

    /// A member left a queue; gives queue and key.
    pub(crate) fn removed(&mut self, message: &Message<'_>) -> Option<(Name, Name)> {
        let (queue, interface): (Name, Name) = (message.said("Queue")?.into(), interface(message)?.into());
        let agent = self.key(&interface);
        self.members.remove(&(queue.clone(), interface));
        Some((queue, agent))
    }

    /// `DeviceStateChange`: matters for members whose queue does not watch the phone itself. Gives key and state if so.
    pub(crate) fn device_changed(&mut self, message: &Message<'_>) -> Option<(Name, Device)> {
        let extension = agent::phone(message.said("Device")?)?;
        let device = agent::device_word(message.said("State")?);
        let concerned = |member: &&mut Member| !member.watched && &*member.picture.agent == extension;
        let mut key = None;
        for member in self.members.values_mut().filter(concerned) {
            member.picture.device = device;
            key = Some(member.picture.agent.clone());
        }
        let key = key?;
        let before = self.phones.insert(key.clone(), device);
        (before != Some(device)).then_some((key, device))
    }

    /// A list is complete: members neither in it nor heard since it was asked for are gone.
    pub(crate) fn listing_done(&mut self) {
        let round = self.round;
        self.members.retain(|_, member| member.round >= round);
    }
}

/// A member's address, under any of the names that versions give it.
pub(crate) fn interface<'a>(message: &Message<'a>) -> Option<&'a str> {
    ["Interface", "Location", "Member", "AgentCalled"].iter().find_map(|key| message.said(key))
}
