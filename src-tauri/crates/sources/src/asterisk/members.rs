//! Queue members as the platform describes them, in lists and in events that may each tell only a part.

use super::address::{Address, NOWHERE, People, Watch};
use super::message::Message;
use super::phones::Phones;
use super::remote::Remote;
use super::row::Row;
use super::{HashMap, IndexMap, agent};
use crate::Caller;
use mirante_floor::{Device, MemberPicture, Name};

/// Most members remembered, and most addresses.
const MOST: usize = 100_000;
/// Room for the list of a large site: to make it while the list comes in would take a sixth of the time. What is not used is never
/// touched, and so costs no memory.
const ROOM: usize = 4096;

/// A member of one queue. Who it is and of which queue, it says by number.
#[derive(Debug)]
struct Member {
    queue: u32,
    address: u32,
    /// Whose state the queue watches for it, as last told.
    watches: Watch,
    /// What the platform calls it, if told; empty where that is only the address again.
    name: Option<Name>,
    reason: Option<Name>,
    paused_at: Option<i64>,
    /// When the PBX says that this member joined its queue, in its own seconds.
    since: Option<i64>,
    round: u64,
    penalty: i32,
    paused: bool,
    in_call: Option<bool>,
    /// The queue watches a device, not only whether a call goes through a `Local/` address.
    watched: bool,
    /// The state as the queue gives it.
    status: Device,
    /// The PBX made its record of the member anew, as a reload does, and forgot whether a call of the queue goes on.
    renewed: bool,
    /// The member has left. Its row stays until a list is complete.
    gone: bool,
}

/// What the queues of one agent know of the agent's device.
#[derive(Debug, Default, Clone, Copy)]
struct Desk {
    /// How many of them watch it.
    watched: u32,
    /// How many do not.
    unwatched: u32,
    /// What the last of those that watch it said.
    device: Device,
}

impl Desk {
    fn seats(&mut self, watched: bool) -> &mut u32 {
        if watched { &mut self.watched } else { &mut self.unwatched }
    }
}

/// The members of one session.
///
/// Queues, addresses, desks and members stand in rows that know each other by number: a list of thousands is then taken in with one
/// search by name a line, and given as a picture with none.
#[derive(Debug, Default)]
pub(crate) struct Members {
    rows: Vec<Member>,
    queues: IndexMap<Name, ()>,
    /// By interface.
    addresses: IndexMap<Name, Address>,
    /// The row of each member, by the numbers of its queue and its address.
    places: HashMap<(u32, u32), u32>,
    /// By agent.
    desks: IndexMap<Name, Desk>,
    phones: Phones,
    /// An agent was learnt of whose device nobody has told anything.
    untold: bool,
    /// The row of each line of the list being received.
    listed: Vec<usize>,
    /// The row after the one last taken: the platform lists in one order, so that is the next line's.
    next: usize,
    /// The queue last looked for: a list tells all members of one before those of another.
    queue: u32,
    remote: Remote,
    pub(crate) round: u64,
}

/// Where a member may stand.
#[derive(Clone, Copy)]
struct Found {
    /// The number of its address, if that is known.
    address: Option<usize>,
    /// Its row, if it has one.
    row: Option<usize>,
}

impl Members {
    /// No members yet; `remote` makes the keys of those at a telephone.
    pub(crate) fn new(remote: Remote) -> Members {
        Members {
            remote,
            rows: Vec::with_capacity(ROOM),
            addresses: IndexMap::with_capacity_and_hasher(ROOM, Default::default()),
            places: HashMap::with_capacity_and_hasher(ROOM, Default::default()),
            desks: IndexMap::with_capacity_and_hasher(ROOM, Default::default()),
            ..Members::default()
        }
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
    pub(crate) fn listed(&mut self, row: &Row<'_>) {
        let at = self.take(row);
        self.listed.extend(at.filter(|_| self.listed.len() < MOST));
    }

    /// The list is complete: everybody in it, in its order, as known now. Members neither in it nor heard since it was asked
    /// for are gone.
    pub(crate) fn listing_done(&mut self) -> (Vec<Caller>, Vec<MemberPicture<u32>>) {
        let round = self.round;
        let mut left = false;
        for member in self.rows.iter_mut().filter(|member| !member.gone && member.round < round) {
            (member.gone, left) = (true, true);
        }
        if left {
            self.seat_all();
        }
        let mut people = People::of(self.addresses.len());
        let mut members = Vec::with_capacity(self.listed.len());
        members.extend(
            self.listed.iter().filter_map(|at| self.known(*at, |at, address, name| people.name(at, address, name))),
        );
        self.listed.clear();
        self.next = 0;
        self.sweep(self.addresses.len() >= MOST);
        (people.told, members)
    }

    /// Takes what a message tells about a member and gives all that is known of it; what it leaves out stays as it was.
    pub(crate) fn read(&mut self, row: &Row<'_>) -> Option<MemberPicture<Caller>> {
        let at = self.take(row)?;
        self.known(at, |_, address, name| Caller { number: address.number.clone(), name: name.clone() })
    }

    /// A member left a queue; gives queue and key.
    pub(crate) fn removed(&mut self, message: &Message<'_>) -> Option<(Name, Name)> {
        let (queue, interface) = (message.said("Queue")?, interface(message)?);
        let agent = self.key(interface);
        let row = self.find(queue, interface).row;
        if let Some(member) = row.and_then(|at| self.rows.get_mut(at)).filter(|member| !member.gone) {
            member.gone = true;
            let seat = self.addresses.get_index(member.address as usize).map(|(_, address)| address.seat as usize);
            if let Some((_, desk)) = seat.and_then(|seat| self.desks.get_index_mut(seat)) {
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
        let (_, key, desk) = self.desks.get_full(extension)?;
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

    /// What is known of a member; `named` makes the name of somebody at the address of this number.
    fn known<P>(&self, at: usize, named: impl FnOnce(usize, &Address, &Name) -> P) -> Option<MemberPicture<P>> {
        let member = self.rows.get(at).filter(|member| !member.gone)?;
        let (_, address) = self.addresses.get_index(member.address as usize)?;
        let (queue, ()) = self.queues.get_index(member.queue as usize)?;
        let name = member.name.as_ref().filter(|name| address.is_told || !name.is_empty());
        Some(MemberPicture {
            queue: queue.clone(),
            agent: address.agent.clone(),
            interface: address.shown.clone(),
            name: name.map(|name| named(member.address as usize, address, name)),
            device: self.device(member, address),
            paused: member.paused,
            reason: member.reason.clone(),
            penalty: member.penalty,
            in_call: member.in_call,
            paused_at: member.paused_at,
        })
    }

    /// What is known of a member's device: by a queue of the agent's that watches it, else by the phone's own word.
    ///
    /// A `Local/` address only tells whether a call goes through it, so its "free" is not believed: the phone may be busy with
    /// another call. But of a telephone outside the PBX there will never be a better word than the queue's.
    fn device(&self, member: &Member, address: &Address) -> Device {
        if let Some((_, desk)) = self.desks.get_index(address.seat as usize).filter(|(_, desk)| desk.watched > 0) {
            return desk.device;
        }
        match (self.phones.state(&address.agent), member.status) {
            (Some(phone), _) => phone,
            (None, Device::Idle) if !agent::is_remote(&address.agent) => Device::Unknown,
            (None, status) => status,
        }
    }

    fn find(&mut self, queue: &str, interface: &str) -> Found {
        if let Some(member) = self.rows.get(self.next)
            && self.addresses.get_index(member.address as usize).is_some_and(|(known, _)| *known == *interface)
            && self.queues.get_index(member.queue as usize).is_some_and(|(known, ())| *known == *queue)
        {
            return Found { address: Some(member.address as usize), row: Some(self.next) };
        }
        let address = self.addresses.get_index_of(interface);
        let place = address.and_then(|address| Some((self.queue(queue)?, address as u32)));
        Found { address, row: place.and_then(|place| self.places.get(&place)).map(|at| *at as usize) }
    }

    /// The number of a queue.
    fn queue(&mut self, name: &str) -> Option<u32> {
        if self.queues.get_index(self.queue as usize).is_none_or(|(known, ())| *known != *name) {
            self.queue = self.queues.get_index_of(name)? as u32;
        }
        Some(self.queue)
    }

    /// Takes in what a message tells about a member; gives its row.
    fn take(&mut self, row: &Row<'_>) -> Option<usize> {
        let (queue, interface) = row.place()?;
        let told = row.state_interface();
        let found = self.find(queue, interface);
        let at = match found.row.filter(|at| self.rows.get(*at).is_some_and(|member| !member.gone)) {
            None => self.learn(found, queue, interface, told)?,
            Some(at) => {
                self.watch(at, interface, told);
                at
            }
        };
        self.next = at + 1;
        let member = self.rows.get_mut(at)?;
        member.round = self.round;
        if let Some(status) = row.status() {
            member.status = agent::device(status);
        }
        member.tell(row, interface);
        if member.watched
            && let Some((_, address)) = self.addresses.get_index(member.address as usize)
            && let Some((_, desk)) = self.desks.get_index_mut(address.seat as usize)
        {
            desk.device = member.status;
        }
        Some(at)
    }

    /// A member not known before, or one that had left and whose row is still there.
    fn learn(&mut self, found: Found, queue: &str, interface: &str, told: Option<&str>) -> Option<usize> {
        if found.row.is_none() && self.rows.len() >= MOST {
            return None;
        }
        let number = self.address(found.address, interface, told)?;
        let watched = agent::is_watched(interface, told);
        let (_, address) = self.addresses.get_index_mut(number)?;
        let seat = seat(&mut self.desks, address);
        let (_, desk) = self.desks.get_index_mut(seat)?;
        *desk.seats(watched) += 1;
        self.untold |= desk.watched == 0 && self.phones.state(&address.agent).is_none();
        let queue = match self.queue(queue) {
            Some(queue) => queue,
            None => self.queues.insert_full(queue.into(), ()).0 as u32,
        };
        let member = Member {
            queue,
            address: number as u32,
            watches: Watch::of(told, interface),
            name: None,
            reason: None,
            paused_at: None,
            since: None,
            round: self.round,
            penalty: 0,
            paused: false,
            in_call: None,
            watched,
            status: Device::Unknown,
            // A member that was not in the first list may be back with a call that began before.
            renewed: self.round > 1,
            gone: false,
        };
        let at = found.row.unwrap_or(self.rows.len());
        match self.rows.get_mut(at) {
            Some(row) => *row = member,
            None => {
                self.places.insert((queue, number as u32), at as u32);
                self.rows.push(member);
            }
        }
        Some(at)
    }

    /// What a queue watches for a member: something else than before, perhaps.
    fn watch(&mut self, at: usize, interface: &str, told: Option<&str>) {
        let Some(told) = told else { return };
        let Some(member) = self.rows.get_mut(at).filter(|member| !member.watches.is(told, interface)) else { return };
        member.watches = Watch::of(Some(told), interface);
        let address = member.address as usize;
        self.address(Some(address), interface, Some(told));
        if let Some(member) = self.rows.get_mut(at) {
            member.watched = agent::is_watched(interface, Some(told));
        }
        self.seat_all();
    }

    /// Who an interface is, also by what a queue watches for it: its number. None if there is no room.
    fn address(&mut self, known: Option<usize>, interface: &str, told: Option<&str>) -> Option<usize> {
        let Some(at) = known else {
            let is_room = self.addresses.len() < MOST;
            if !is_room {
                return None;
            }
            let interface = Name::from(interface);
            let address = Address::of(&interface, told, &self.remote);
            return Some(self.addresses.insert_full(interface, address).0);
        };
        let (name, address) = self.addresses.get_index_mut(at)?;
        if !address.stays(interface, told) {
            let before = std::mem::replace(address, Address::of(name, told, &self.remote));
            address.seat = before.seat;
            if before.agent != address.agent {
                self.seat_all();
            }
        }
        Some(at)
    }

    /// Counts anew who watches whom.
    fn seat_all(&mut self) {
        let before = std::mem::take(&mut self.desks);
        self.addresses.values_mut().for_each(|address| address.seat = NOWHERE);
        for member in self.rows.iter().filter(|member| !member.gone) {
            let Some((_, address)) = self.addresses.get_index_mut(member.address as usize) else { continue };
            let seat = seat(&mut self.desks, address);
            let Some((_, desk)) = self.desks.get_index_mut(seat) else { continue };
            *desk.seats(member.watched) += 1;
            if member.watched {
                let before = before.get(&address.agent).filter(|desk| desk.watched > 0);
                desk.device = before.map_or(member.status, |desk| desk.device);
            }
        }
    }

    /// Takes out the rows of members who left, and if there is no more room, addresses at which nobody is.
    fn sweep(&mut self, is_full: bool) {
        if !is_full && self.rows.iter().all(|member| !member.gone) {
            return;
        }
        self.rows.retain(|member| !member.gone);
        self.places.clear();
        if is_full {
            self.forget_addresses();
        }
        let queues = std::mem::take(&mut self.queues);
        for (at, member) in self.rows.iter_mut().enumerate() {
            if let Some((queue, ())) = queues.get_index(member.queue as usize) {
                member.queue = self.queues.insert_full(queue.clone(), ()).0 as u32;
            }
            self.places.insert((member.queue, member.address), at as u32);
        }
    }

    /// Forgets the addresses at which nobody is any more: all get new numbers, by which places are then to be made anew.
    fn forget_addresses(&mut self) {
        let mut numbers = vec![NOWHERE; self.addresses.len()];
        for member in &self.rows {
            numbers[member.address as usize] = 0;
        }
        for (number, kept) in numbers.iter_mut().filter(|number| **number != NOWHERE).zip(0..) {
            *number = kept;
        }
        let mut each = numbers.iter();
        self.addresses.retain(|_, _| each.next().is_some_and(|number| *number != NOWHERE));
        for member in &mut self.rows {
            member.address = numbers[member.address as usize];
        }
    }
}

impl Member {
    /// Takes in what a message tells beside the device. Words are made anew only where they differ: they seldom do.
    fn tell(&mut self, row: &Row<'_>, interface: &str) {
        if let Some(name) = row.name() {
            let name = if name == interface { "" } else { name };
            if self.name.as_deref() != Some(name) {
                self.name = Some(name.into());
            }
        }
        if let Some(paused) = row.paused() {
            self.paused = paused != 0;
            let reason = row.reason().filter(|_| self.paused);
            if reason != self.reason.as_deref() {
                self.reason = reason.map(Name::from);
            }
            if !self.paused {
                self.paused_at = None;
            }
        }
        // Of the others it is the time of a pause that is over.
        if self.paused
            && let Some(since) = row.last_pause()
        {
            self.paused_at = (since > 0).then(|| since.saturating_mul(1000));
        }
        if let Some(penalty) = row.penalty() {
            self.penalty = penalty;
        }
        if let Some(since) = row.login_time() {
            self.renewed |= self.since.replace(since).is_some_and(|before| before != since);
        }
        if let Some(in_call) = row.in_call() {
            self.renewed &= in_call == 0;
            self.in_call = (!self.renewed).then_some(in_call != 0);
        }
    }
}

/// The desk of whoever is at an address, who may be new: its number.
fn seat(desks: &mut IndexMap<Name, Desk>, address: &mut Address) -> usize {
    if address.seat == NOWHERE {
        let entry = desks.entry(address.agent.clone());
        address.seat = entry.index() as u32;
        entry.or_default();
    }
    address.seat as usize
}

/// A member's address, under any of the names that versions give it.
pub(crate) fn interface<'a>(message: &Message<'a>) -> Option<&'a str> {
    ["Interface", "Location", "Member", "AgentCalled"].iter().find_map(|key| message.said(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asterisk::decoder::Decoder;

    /// Tells of a member; gives what is known of it.
    fn tell(members: &mut Members, queue: &str, number: u32, rest: &str) -> Option<MemberPicture<Caller>> {
        let text = format!("Event: X\r\nQueue: {queue}\r\nName: A{number}\r\nLocation: PJSIP/{number}\r\n{rest}\r\n");
        let mut known = None;
        Decoder::default().push(text.as_bytes(), |message| known = members.read(&Row::of(&message)));
        known
    }

    #[test]
    fn who_left_is_forgotten_and_nobody_is_taken_for_another() {
        let mut members = Members::default();
        for (queue, number) in [("sac", 1), ("sac", 2), ("n1", 3), ("vip", 2), ("vip", 4)] {
            tell(&mut members, queue, number, "Status: 1\r\nPenalty: 7\r\n");
        }
        let gone = "Event: QueueMemberRemoved\r\nQueue: n1\r\nInterface: PJSIP/3\r\n\r\nEvent: Y\r\nQueue: sac\r\nInterface: PJSIP/1\r\n\r\n";
        Decoder::default().push(gone.as_bytes(), |message| _ = members.removed(&message));
        members.sweep(true);
        assert_eq!(
            (members.rows.len(), members.queues.len(), members.addresses.len(), members.places.len()),
            (3, 2, 2, 3)
        );
        for (queue, number) in [("vip", 4), ("sac", 2), ("vip", 2)] {
            let known = tell(&mut members, queue, number, "").expect("a member");
            let name = known.name.map(|caller| caller.name.to_string());
            assert_eq!((&*known.queue, &*known.agent, known.penalty), (queue, &*number.to_string(), 7));
            assert_eq!((name, known.device), (Some(format!("A{number}")), Device::Idle));
        }
        assert_eq!(tell(&mut members, "sac", 1, "").expect("a member").penalty, 0, "back, and nothing is known");
    }
}
