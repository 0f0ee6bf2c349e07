//! Queue members as the platform describes them, in lists and in events that may each tell only a part.

use super::message::Message;
use super::phones::Phones;
use super::remote::{Remote, masked, telephone};
use super::row::Row;
use super::{HashMap, agent};
use crate::Caller;
use mirante_floor::{Device, MemberPicture, Name};

/// Most members remembered.
const MOST: usize = 100_000;

/// A member of one queue.
#[derive(Debug)]
struct Member {
    picture: MemberPicture<Caller>,
    /// The address as the platform writes it.
    interface: Name,
    /// Whose state the queue watches for it, as last told.
    state_interface: Option<Name>,
    /// The queue watches a device, not only whether a call goes through a `Local/` address.
    watched: bool,
    /// The agent's desk.
    desk: usize,
    /// The state as the queue gives it.
    status: Device,
    /// When the PBX says that this member joined its queue, in its own seconds.
    since: Option<i64>,
    /// The PBX made its record of the member anew, as a reload does, and forgot whether a call of the queue goes on.
    renewed: bool,
    /// The member has left. Its row stays until a list is complete.
    gone: bool,
    round: u64,
}

/// Who an interface is.
#[derive(Debug, Clone)]
struct Address {
    interface: Name,
    /// The interface without the telephone number that it may hold.
    shown: Name,
    agent: Name,
    /// With which watched device the key was made.
    by: Option<Name>,
    /// That is a device which some queue watches: the surest.
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

impl Desk {
    fn seats(&mut self, watched: bool) -> &mut usize {
        if watched { &mut self.watched } else { &mut self.unwatched }
    }
}

/// The members of one session.
///
/// They and the desks stand in rows that know each other by number: a list of thousands is then taken in with one search by name a
/// line, and given as a picture with none.
#[derive(Debug, Default)]
pub(crate) struct Members {
    rows: Vec<Member>,
    /// The row of each member, by queue, then interface.
    places: HashMap<Name, HashMap<Name, usize>>,
    addresses: HashMap<Name, Address>,
    desks: Vec<Desk>,
    /// The desk of each agent.
    seats: HashMap<Name, usize>,
    phones: Phones,
    /// An agent was learnt of whose device nobody has told anything.
    untold: bool,
    /// The row of each line of the list being received.
    listed: Vec<usize>,
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
        self.seats.contains_key(&key).then_some(key)
    }

    /// Takes a line of the list being received.
    pub(crate) fn listed(&mut self, row: &Row<'_>) {
        let at = self.take(row);
        self.listed.extend(at.filter(|_| self.listed.len() < MOST));
    }

    /// The list is complete: everybody in it, in its order, as known now. Members neither in it nor heard since it was asked
    /// for are gone.
    pub(crate) fn listing_done(&mut self) -> Vec<MemberPicture<Caller>> {
        let round = self.round;
        let mut left = false;
        for member in self.rows.iter_mut().filter(|member| !member.gone && member.round < round) {
            (member.gone, left) = (true, true);
        }
        if left {
            self.seat_all();
        }
        let listed = std::mem::take(&mut self.listed);
        let picture = listed.iter().filter_map(|at| self.known(*at)).collect();
        self.sweep();
        picture
    }

    /// Takes what a message tells about a member and gives all that is known of it; what it leaves out stays as it was.
    pub(crate) fn read(&mut self, row: &Row<'_>) -> Option<MemberPicture<Caller>> {
        let at = self.take(row)?;
        self.known(at)
    }

    /// A member left a queue; gives queue and key.
    pub(crate) fn removed(&mut self, message: &Message<'_>) -> Option<(Name, Name)> {
        let (queue, interface) = (message.said("Queue")?, interface(message)?);
        let agent = self.key(interface);
        if let Some(member) = self.place(queue, interface).and_then(|at| self.rows.get_mut(at)).filter(|m| !m.gone) {
            member.gone = true;
            if let Some(desk) = self.desks.get_mut(member.desk) {
                let seats = desk.seats(member.watched);
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
        let (key, desk) = self.seats.get_key_value(extension)?;
        let desk = self.desks.get(*desk)?;
        (desk.watched == 0 && desk.unwatched > 0 && before != Some(state)).then(|| (key.clone(), state))
    }

    /// True if some agent's phone is known by its own word only, so that a list of devices is worth asking for.
    pub(crate) fn are_unwatched(&self) -> bool {
        self.desks.iter().any(|desk| desk.watched == 0 && desk.unwatched > 0)
    }

    /// True, once, after an agent was learnt of whose device nobody has told anything.
    pub(crate) fn take_untold(&mut self) -> bool {
        std::mem::take(&mut self.untold)
    }

    fn place(&self, queue: &str, interface: &str) -> Option<usize> {
        self.places.get(queue)?.get(interface).copied()
    }

    fn known(&self, at: usize) -> Option<MemberPicture<Caller>> {
        let member = self.rows.get(at).filter(|member| !member.gone)?;
        Some(MemberPicture { device: self.device(member), ..member.picture.clone() })
    }

    /// What is known of a member's device: by a queue of the agent's that watches it, else by the phone's own word.
    ///
    /// A `Local/` address only tells whether a call goes through it, so its "free" is not believed: the phone may be busy with
    /// another call. But of a telephone outside the PBX there will never be a better word than the queue's.
    fn device(&self, member: &Member) -> Device {
        if let Some(desk) = self.desks.get(member.desk).filter(|desk| desk.watched > 0) {
            return desk.device;
        }
        let agent = &member.picture.agent;
        match (self.phones.state(agent), member.status) {
            (Some(phone), _) => phone,
            (None, Device::Idle) if !agent::is_remote(agent) => Device::Unknown,
            (None, status) => status,
        }
    }

    /// Takes in what a message tells about a member; gives its row.
    fn take(&mut self, row: &Row<'_>) -> Option<usize> {
        let (queue, interface) = row.place()?;
        let told = row.state_interface();
        let place = self.place(queue, interface);
        let at = match place.and_then(|at| self.rows.get(at)).filter(|member| !member.gone) {
            None => self.learn(place, queue, interface, told)?,
            Some(member) => {
                if told.is_some() && told != member.state_interface.as_deref() {
                    self.watch(place?, interface, told);
                }
                place?
            }
        };
        let member = self.rows.get_mut(at)?;
        member.round = self.round;
        if let Some(status) = row.status() {
            member.status = agent::device(status);
        }
        member.tell(row);
        if let Some(desk) = self.desks.get_mut(member.desk).filter(|_| member.watched) {
            desk.device = member.status;
        }
        Some(at)
    }

    /// A member not known before, or one that had left and whose row is still there.
    fn learn(
        &mut self,
        row: Option<usize>,
        queue: &str,
        interface: &str,
        state_interface: Option<&str>,
    ) -> Option<usize> {
        if row.is_none() && self.rows.len() >= MOST {
            return None;
        }
        let address = self.address(interface, state_interface);
        let watched = agent::is_watched(interface, state_interface);
        let desk = self.seat(&address.agent);
        let seats = self.desks.get_mut(desk)?;
        *seats.seats(watched) += 1;
        self.untold |= seats.watched == 0 && self.phones.state(&address.agent).is_none();
        let queue: Name = self.places.get_key_value(queue).map_or_else(|| queue.into(), |(name, _)| name.clone());
        let picture = MemberPicture {
            queue: queue.clone(),
            agent: address.agent,
            interface: address.shown,
            name: None,
            device: Device::Unknown,
            paused: false,
            reason: None,
            penalty: 0,
            in_call: None,
            paused_at: None,
        };
        let member = Member {
            picture,
            interface: address.interface.clone(),
            state_interface: state_interface
                .map(|told| address.by.filter(|by| **by == *told).unwrap_or_else(|| told.into())),
            watched,
            desk,
            status: Device::Unknown,
            since: None,
            // A member that was not in the first list may be back with a call that began before.
            renewed: self.round > 1,
            gone: false,
            round: self.round,
        };
        let at = row.unwrap_or(self.rows.len());
        match self.rows.get_mut(at) {
            Some(row) => *row = member,
            None => {
                self.places.entry(queue).or_default().insert(address.interface, at);
                self.rows.push(member);
            }
        }
        Some(at)
    }

    /// A queue watches something else for a member than before.
    fn watch(&mut self, at: usize, interface: &str, state_interface: Option<&str>) {
        self.address(interface, state_interface);
        if let Some(member) = self.rows.get_mut(at) {
            member.state_interface = state_interface.map(Name::from);
            member.watched = agent::is_watched(interface, state_interface);
            self.seat_all();
        }
    }

    /// Who an interface is, also by what a queue watches for it. What one queue watches is believed over a queue that watches
    /// nothing: it is one person.
    fn address(&mut self, interface: &str, state_interface: Option<&str>) -> Address {
        let watched = agent::is_watched(interface, state_interface);
        let known = self.addresses.get(interface);
        let stays = |known: &Address| {
            state_interface.is_none() || known.watched && !watched || known.by.as_deref() == state_interface
        };
        if let Some(known) = known.filter(|known| stays(known)) {
            return known.clone();
        }
        let agent = agent::key(interface, state_interface, &self.remote);
        let renamed = known.is_some_and(|known| known.agent != agent);
        let room = self.addresses.len() < MOST || known.is_some();
        let name: Name = interface.into();
        let shown = if telephone(&name).is_some() { masked(&name) } else { name.clone() };
        // Most watch the very device that they call.
        let by = state_interface.map(|by| if by == interface { name.clone() } else { by.into() });
        let address = Address { interface: name.clone(), shown, agent, by, watched };
        if room {
            self.addresses.insert(name, address.clone());
        }
        if renamed {
            for member in self.rows.iter_mut().filter(|member| *member.interface == *interface) {
                member.picture.agent = address.agent.clone();
            }
            self.seat_all();
        }
        address
    }

    /// The desk of an agent, who may be new.
    fn seat(&mut self, agent: &Name) -> usize {
        if let Some(desk) = self.seats.get(agent) {
            return *desk;
        }
        self.desks.push(Desk::default());
        self.seats.insert(agent.clone(), self.desks.len() - 1);
        self.desks.len() - 1
    }

    /// Counts anew who watches whom.
    fn seat_all(&mut self) {
        let (desks, seats) = (std::mem::take(&mut self.desks), std::mem::take(&mut self.seats));
        let mut rows = std::mem::take(&mut self.rows);
        for member in rows.iter_mut().filter(|member| !member.gone) {
            let agent = &member.picture.agent;
            let before = seats.get(agent).and_then(|at| desks.get(*at)).filter(|desk| desk.watched > 0);
            member.desk = self.seat(agent);
            if let Some(desk) = self.desks.get_mut(member.desk) {
                *desk.seats(member.watched) += 1;
                if member.watched {
                    desk.device = before.map_or(member.status, |desk| desk.device);
                }
            }
        }
        self.rows = rows;
    }

    /// Takes out the rows of members who left.
    fn sweep(&mut self) {
        if self.rows.iter().all(|member| !member.gone) {
            return;
        }
        self.rows.retain(|member| !member.gone);
        self.places.clear();
        for (at, member) in self.rows.iter().enumerate() {
            self.places.entry(member.picture.queue.clone()).or_default().insert(member.interface.clone(), at);
        }
    }
}

impl Member {
    /// Takes in what a message tells beside the device. Names are made anew only where they differ: they seldom do.
    fn tell(&mut self, row: &Row<'_>) {
        let known = &mut self.picture;
        if let Some(name) = row.name() {
            let called = agent::called(&self.interface, &known.agent, name);
            if called != known.name.as_ref().map(|known| (&*known.number, &*known.name)) {
                known.name = called.map(|(number, name)| {
                    let number = if number == &*known.agent { known.agent.clone() } else { number.into() };
                    Caller { number, name: name.into() }
                });
            }
        }
        if let Some(paused) = row.paused() {
            known.paused = paused != 0;
            let reason = row.reason().filter(|_| known.paused);
            if reason != known.reason.as_deref() {
                known.reason = reason.map(Name::from);
            }
            if !known.paused {
                known.paused_at = None;
            }
        }
        if let Some(since) = row.last_pause() {
            known.paused_at = (known.paused && since > 0).then(|| since.saturating_mul(1000));
        }
        if let Some(penalty) = row.penalty() {
            known.penalty = penalty;
        }
        if let Some(since) = row.login_time() {
            self.renewed |= self.since.replace(since).is_some_and(|before| before != since);
        }
        if let Some(in_call) = row.in_call() {
            self.renewed &= in_call == 0;
            known.in_call = (!self.renewed).then_some(in_call != 0);
        }
    }
}

/// A member's address, under any of the names that versions give it.
pub(crate) fn interface<'a>(message: &Message<'a>) -> Option<&'a str> {
    ["Interface", "Location", "Member", "AgentCalled"].iter().find_map(|key| message.said(key))
}
