//! Queue members as the platform describes them, in lists and in events that may each tell only a part.

use super::message::Message;
use super::phones::Phones;
use super::remote::{Remote, masked};
use super::{HashMap, agent};
use crate::Caller;
use mirante_floor::{Device, MemberPicture, Name};

/// Most members remembered.
const MOST: usize = 100_000;

/// A member of one queue.
#[derive(Debug)]
struct Member {
    picture: MemberPicture<Caller>,
    /// Whose state the queue watches for it, as last told.
    state_interface: Option<Name>,
    /// The queue watches a device, not only whether a call goes through a `Local/` address.
    watched: bool,
    /// The state as the queue gives it.
    status: Device,
    /// When the PBX says that this member joined its queue, in its own seconds.
    since: Option<i64>,
    /// The PBX made its record of the member anew, as a reload does, and forgot whether a call of the queue goes on.
    renewed: bool,
    round: u64,
}

/// Who an interface is.
#[derive(Debug)]
struct Address {
    agent: Name,
    /// The key was made with a device that some queue watches: the surest.
    watched: bool,
}

/// What the queues of one agent know of the agent's device.
#[derive(Debug, Default, Clone, Copy)]
struct Desk {
    /// How many of them watch it.
    watched: usize,
    /// How many do not.
    unwatched: usize,
    /// What the last of those that watch it said.
    device: Device,
}

/// The members of one session.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// By queue, then interface.
    members: HashMap<Name, HashMap<Name, Member>>,
    count: usize,
    addresses: HashMap<Name, Address>,
    desks: HashMap<Name, Desk>,
    phones: Phones,
    /// An agent was learnt of whose device nobody has told anything.
    untold: bool,
    /// Queue and interface of each line of the list being received.
    listed: Vec<(Name, Name)>,
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
        let known = self.addresses.get(interface).map(|address| address.agent.clone());
        known.unwrap_or_else(|| agent::key(interface, None, &self.remote))
    }

    /// The agent at an address as channels name it, without options, if some queue has such a member.
    pub(crate) fn agent(&self, address: &str) -> Option<Name> {
        let key = match self.addresses.get(&*format!("{address}/n")) {
            Some(known) => known.agent.clone(),
            None => self.key(address),
        };
        self.desks.contains_key(&key).then_some(key)
    }

    /// Takes a line of the list being received.
    pub(crate) fn listed(&mut self, message: &Message<'_>) {
        let place = self.take(message);
        self.listed.extend(place.filter(|_| self.listed.len() < MOST));
    }

    /// The list is complete: everybody in it, in its order, as known now. Members neither in it nor heard since it was asked
    /// for are gone.
    pub(crate) fn listing_done(&mut self) -> Vec<MemberPicture<Caller>> {
        let round = self.round;
        for members in self.members.values_mut() {
            members.retain(|_, member| member.round >= round);
        }
        self.members.retain(|_, members| !members.is_empty());
        let before = self.count;
        self.count = self.members.values().map(HashMap::len).sum();
        if self.count != before {
            self.seat_all();
        }
        std::mem::take(&mut self.listed).iter().filter_map(|(queue, interface)| self.known(queue, interface)).collect()
    }

    /// Takes what a message tells about a member and gives all that is known of it; what it leaves out stays as it was.
    pub(crate) fn read(&mut self, message: &Message<'_>) -> Option<MemberPicture<Caller>> {
        let (queue, interface) = self.take(message)?;
        self.known(&queue, &interface)
    }

    /// A member left a queue; gives queue and key.
    pub(crate) fn removed(&mut self, message: &Message<'_>) -> Option<(Name, Name)> {
        let (queue, interface) = (message.said("Queue")?, interface(message)?);
        let agent = self.key(interface);
        if let Some(member) = self.members.get_mut(queue).and_then(|members| members.remove(interface)) {
            self.count -= 1;
            if let Some(desk) = self.desks.get_mut(&member.picture.agent) {
                let seats = if member.watched { &mut desk.watched } else { &mut desk.unwatched };
                *seats = seats.saturating_sub(1);
            }
        }
        Some((queue.into(), agent))
    }

    /// `DeviceStateChange`: matters for agents whose queues do not watch the phone itself. Gives key and state if so.
    pub(crate) fn device_changed(&mut self, message: &Message<'_>) -> Option<(Name, Device)> {
        let device = message.said("Device")?;
        let extension = agent::phone(device)?;
        let before = self.phones.state(extension);
        let state = self.phones.told(extension, device, agent::device_word(message.said("State")?));
        let (key, desk) = self.desks.get_key_value(extension)?;
        (desk.watched == 0 && desk.unwatched > 0 && before != Some(state)).then(|| (key.clone(), state))
    }

    /// True if some agent's phone is known by its own word only, so that a list of devices is worth asking for.
    pub(crate) fn are_unwatched(&self) -> bool {
        self.desks.values().any(|desk| desk.watched == 0 && desk.unwatched > 0)
    }

    /// True, once, after an agent was learnt of whose device nobody has told anything.
    pub(crate) fn take_untold(&mut self) -> bool {
        std::mem::take(&mut self.untold)
    }

    fn known(&self, queue: &str, interface: &str) -> Option<MemberPicture<Caller>> {
        let member = self.members.get(queue)?.get(interface)?;
        Some(MemberPicture { device: self.device(member), ..member.picture.clone() })
    }

    /// What is known of a member's device: by a queue of the agent's that watches it, else by the phone's own word.
    ///
    /// A `Local/` address only tells whether a call goes through it, so its "free" is not believed: the phone may be busy with
    /// another call. But of a telephone outside the PBX there will never be a better word than the queue's.
    fn device(&self, member: &Member) -> Device {
        let agent = &member.picture.agent;
        if let Some(desk) = self.desks.get(agent).filter(|desk| desk.watched > 0) {
            return desk.device;
        }
        match (self.phones.state(agent), member.status) {
            (Some(phone), _) => phone,
            (None, Device::Idle) if !agent::is_remote(agent) => Device::Unknown,
            (None, status) => status,
        }
    }

    /// Takes in what a message tells about a member; gives queue and interface.
    fn take(&mut self, message: &Message<'_>) -> Option<(Name, Name)> {
        let (queue, interface) = (message.said("Queue")?, interface(message)?);
        let told = message.said("StateInterface");
        let known = self.members.get(queue).and_then(|members| members.get(interface));
        match known {
            None => self.learn(queue, interface, told),
            Some(member) if told.is_some() && told != member.state_interface.as_deref() => {
                self.watch(queue, interface, told);
            }
            Some(_) => {}
        }
        let round = self.round;
        let members = self.members.get_mut(queue)?;
        let place = members.get_key_value(interface)?.0.clone();
        let member = members.get_mut(interface)?;
        member.round = round;
        if let Some(status) = message.number("Status") {
            member.status = agent::device(status);
        }
        member.tell(interface, message);
        if let Some(desk) = self.desks.get_mut(&member.picture.agent).filter(|_| member.watched) {
            desk.device = member.status;
        }
        Some((member.picture.queue.clone(), place))
    }

    /// A member not known before.
    fn learn(&mut self, queue: &str, interface: &str, state_interface: Option<&str>) {
        if self.count >= MOST {
            return;
        }
        let agent = self.address(interface, state_interface);
        let (queue, interface): (Name, Name) = (queue.into(), interface.into());
        let watched = agent::is_watched(&interface, state_interface);
        let desk = self.desks.entry(agent.clone()).or_default();
        *(if watched { &mut desk.watched } else { &mut desk.unwatched }) += 1;
        self.untold |= desk.watched == 0 && self.phones.state(&agent).is_none();
        let picture = MemberPicture {
            queue: queue.clone(),
            agent,
            interface: masked(&interface),
            name: None,
            device: Device::Unknown,
            paused: false,
            reason: None,
            penalty: 0,
            in_call: None,
            paused_at: None,
        };
        let state_interface = state_interface.map(Name::from);
        let (status, since) = (Device::Unknown, None);
        // A member that was not in the first list may be back with a call that began before.
        let renewed = self.round > 1;
        let member = Member { picture, state_interface, watched, status, since, renewed, round: self.round };
        self.members.entry(queue).or_default().insert(interface, member);
        self.count += 1;
    }

    /// A queue watches something else for a member than before.
    fn watch(&mut self, queue: &str, interface: &str, state_interface: Option<&str>) {
        self.address(interface, state_interface);
        if let Some(member) = self.members.get_mut(queue).and_then(|members| members.get_mut(interface)) {
            member.state_interface = state_interface.map(Name::from);
            member.watched = agent::is_watched(interface, state_interface);
            self.seat_all();
        }
    }

    /// Who an interface is, also by what a queue watches for it. What one queue watches is believed over a queue that watches
    /// nothing: it is one person.
    fn address(&mut self, interface: &str, state_interface: Option<&str>) -> Name {
        let watched = agent::is_watched(interface, state_interface);
        let known = self.addresses.get(interface);
        if let Some(known) = known.filter(|known| state_interface.is_none() || known.watched && !watched) {
            return known.agent.clone();
        }
        let agent = agent::key(interface, state_interface, &self.remote);
        let renamed = known.is_some_and(|known| known.agent != agent);
        if self.addresses.len() < MOST || known.is_some() {
            self.addresses.insert(interface.into(), Address { agent: agent.clone(), watched });
        }
        if renamed {
            for member in self.members.values_mut().filter_map(|members| members.get_mut(interface)) {
                member.picture.agent = agent.clone();
            }
            self.seat_all();
        }
        agent
    }

    /// Counts anew who watches whom.
    fn seat_all(&mut self) {
        let before = std::mem::take(&mut self.desks);
        for member in self.members.values().flat_map(HashMap::values) {
            let agent = &member.picture.agent;
            let device = before.get(agent).filter(|desk| desk.watched > 0).map(|desk| desk.device);
            let desk = self.desks.entry(agent.clone()).or_default();
            if member.watched {
                desk.watched += 1;
                desk.device = device.unwrap_or(member.status);
            } else {
                desk.unwatched += 1;
            }
        }
    }
}

impl Member {
    /// Takes in what a message tells beside the device.
    fn tell(&mut self, interface: &str, message: &Message<'_>) {
        let known = &mut self.picture;
        if let Some(name) = ["MemberName", "Name", "AgentName"].iter().find_map(|key| message.get(key)) {
            known.name = agent::name(interface, &known.agent, Some(name));
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
        if let Some(since) = message.number("LoginTime") {
            self.renewed |= self.since.replace(since).is_some_and(|before| before != since);
        }
        if let Some(in_call) = message.number::<i32>("InCall") {
            self.renewed &= in_call == 0;
            known.in_call = (!self.renewed).then_some(in_call != 0);
        }
    }
}

/// A member's address, under any of the names that versions give it.
pub(crate) fn interface<'a>(message: &Message<'a>) -> Option<&'a str> {
    ["Interface", "Location", "Member", "AgentCalled"].iter().find_map(|key| message.said(key))
}
