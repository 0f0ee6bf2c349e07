//! The rest of an event: what a board does not need.

use super::Map;
mod attempts;
mod members;

use super::code::*;
use super::core::{Core, Row};
use super::flow::Flow;
use super::refs::{NONE, Ranks};
use super::words::{self, Ids, Words};
use mirante_floor::{
    Activity, AnsweredBy, Event, Kind, Name, Origin, Outcome, PartyId, PbxCounters, Place, SourceId, Stamp,
};

const EPOCH: usize = 0;
const AT: usize = 1;
const ORIGIN: usize = 2;
const IDS: words::Streams = words::Streams { form: 3, fresh: 31, second: 4, serial: 32, text: 5 };
const OTHER_KIND: usize = 6;
const PARTY: usize = 7;
const CONTACT: usize = 8;
const LEG: usize = 9;
const POSITION: usize = 10;
const WAITED: usize = 11;
const AGO: usize = 12;
const RING: usize = 13;
const PLACE: usize = 14;
const WORD: usize = 15;
const CAMPAIGN: usize = 16;
const CAMPAIGN_FRESH: usize = 17;
const END: usize = 18;
const END_FRESH: usize = 19;
const CODE: usize = 20;
const CODE_FRESH: usize = 21;
const TEXT: usize = 22;
const MEMBER_BITS: usize = 23;
const INTERFACE: usize = 24;
const PAUSED_AT: usize = 25;
const COUNTER: usize = 26;
const CONTACT_IDS: words::Streams = words::Streams { form: 27, fresh: 33, second: 28, serial: 34, text: 29 };
const AGENT_PARTY: usize = 30;
const PARTY_STEP: usize = 35;
const PARTY_BACK: usize = 36;
const TRANSFERRED: usize = 37;
const CAMPAIGN_OWN: usize = 38;
const TALK: usize = 39;
/// Streams used here.
pub(crate) const STREAMS: usize = 40;

/// What a writer or reader of details remembers.
#[derive(Debug)]
pub(crate) struct Detail {
    epochs: Map<SourceId, u32>,
    ids: Ids,
    contact_ids: Ids,
    words: Words,
    calls: Vec<OfCall>,
    /// By agent.
    agents: Vec<OfAgent>,
    newest_party: u64,
    /// By campaign: the one called last.
    called: Map<u32, u64>,
    newest_agent: u64,
    campaigns: List<Option<Name>>,
    campaign: Ranks,
    ends: List<End>,
    /// By whether and how the call was answered.
    end: [Ranks; 8],
    codes: List<(Name, u8)>,
    /// By how the call ended.
    code: Map<u32, Ranks>,
    counters: Map<u32, PbxCounters>,
}

/// What is known of a call.
#[derive(Debug, Clone)]
struct OfCall {
    name: Name,
    contact: Option<Name>,
    /// Number of its campaign.
    campaign: u32,
    /// 0, or which kind of answer was told.
    answered: u8,
    /// Number of how it ended.
    end: u32,
}

impl Default for OfCall {
    fn default() -> Self {
        OfCall { name: "".into(), contact: None, campaign: NONE, answered: 0, end: NONE }
    }
}

/// Who ended an attempt, whether it was dropped, the cause and the status.
type End = (u8, bool, Option<u16>, Option<Name>);

#[derive(Debug, Clone, Default)]
struct OfAgent {
    interface: Option<Name>,
    leg: Option<Name>,
    party: Option<PartyId>,
    place: Option<Place>,
}

/// Values that come again, by number.
#[derive(Debug)]
struct List<T>(Vec<T>);

impl<T: PartialEq + Clone> List<T> {
    /// Codes a value of a few: `tell` codes one that is new.
    fn code<F: Flow>(
        &mut self,
        f: &mut F,
        ranks: &mut Ranks,
        streams: (usize, usize),
        given: Option<T>,
        mut tell: impl FnMut(&mut F, Option<&T>) -> T,
    ) -> (u32, T) {
        let next = self.0.len() as u32;
        let known = given.as_ref().and_then(|given| self.0.iter().position(|other| other == given));
        let number = ranks.code(f, streams.0, streams.1, known.map_or(next, |known| known as u32));
        if number == next {
            self.0.push(tell(f, given.as_ref()));
        }
        match self.0.get(number as usize) {
            Some(value) => (number, value.clone()),
            None => {
                f.refuse();
                let value = tell(f, given.as_ref());
                (0, value)
            }
        }
    }
}

impl Detail {
    pub(crate) fn new() -> Self {
        Detail {
            epochs: Map::default(),
            ids: Ids::new(IDS),
            contact_ids: Ids::new(CONTACT_IDS),
            words: Words::default(),
            calls: Vec::new(),
            agents: Vec::new(),
            newest_party: 0,
            called: Map::default(),
            newest_agent: 0,
            campaigns: List(Vec::new()),
            campaign: Ranks::default(),
            ends: List(Vec::new()),
            end: Default::default(),
            codes: List(Vec::new()),
            code: Map::default(),
            counters: Map::default(),
        }
    }

    /// Codes what `row` does not say of an event. `seq` is its number, which follows from the one before.
    pub(crate) fn event<F: Flow>(
        &mut self,
        f: &mut F,
        core: &Core,
        row: &Row,
        seq: u64,
        given: Option<&Event>,
    ) -> Event {
        let epoch = self.epochs.entry(row.source).or_default();
        let step = given.map_or(0, |event| i64::from(event.stamp.epoch) - i64::from(*epoch));
        *epoch = epoch.wrapping_add(f.signed(EPOCH, step) as u32);
        let epoch = *epoch;
        let at = given.and_then(|event| event.stamp.at);
        let told = match at {
            None => 0,
            Some(at) if at == row.seen => 1,
            Some(_) => 2,
        };
        let at = match f.byte(AT, told) {
            0 => None,
            1 => Some(row.seen),
            _ => Some(f.signed(AT, at.unwrap_or(0).wrapping_sub(row.seen)).wrapping_add(row.seen)),
        };
        let origin = given.map_or(0, |event| event.origin as u8);
        let origin = Origin::ALL.get(usize::from(f.byte(ORIGIN, origin))).copied().unwrap_or_default();
        let ms = at.unwrap_or(row.seen);
        if row.call != NONE && row.call as usize >= self.calls.len() {
            let name = given.and_then(|event| super::notes::named(&event.kind).1);
            let name = self.ids.code(f, name, ms, 0);
            self.calls.push(OfCall { name, ..OfCall::default() });
        }
        if self.agents.len() < core.tables.agents.len() {
            self.agents.resize(core.tables.agents.len(), OfAgent::default());
        }
        let stamp = Stamp { source: row.source, epoch, seq, seen: row.seen, at };
        let kind = self.kind(f, core, row, ms, given.map(|event| &event.kind));
        Event { stamp, origin, kind }
    }

    fn kind<F: Flow>(&mut self, f: &mut F, core: &Core, row: &Row, ms: i64, given: Option<&Kind>) -> Kind {
        let name = |table: &[(SourceId, Name)], number: u32| {
            table.get(number as usize).map_or_else(|| Name::from(""), |entry| entry.1.clone())
        };
        let agent = || name(&core.tables.agents, row.agent);
        let queue = || name(&core.tables.queues, row.queue);
        let call = self.calls.get(row.call as usize).map_or_else(|| Name::from(""), |call| call.name.clone());
        match row.code {
            TICK => Kind::Tick,
            MEMBER => self.member(f, row, ms, agent(), queue(), given),
            MEMBER_REMOVED => Kind::MemberRemoved { queue: queue(), agent: agent() },
            code @ DEVICE..=12 => Kind::DeviceChanged { agent: agent(), device: DEVICES[usize::from(code - DEVICE)] },
            code @ ACTIVITY_NONE..=ACTIVITY_WRAPUP => {
                let place = match given {
                    Some(Kind::ActivityChanged {
                        activity: Some(Activity::Talking(place) | Activity::Wrapup(place)),
                        ..
                    }) => Some(place),
                    _ => None,
                };
                let activity = match code {
                    ACTIVITY_NONE => None,
                    ACTIVITY_HOLD => Some(Activity::Hold),
                    ACTIVITY_TALKING => Some(Activity::Talking(self.place(f, core, row, place))),
                    _ => Some(Activity::Wrapup(self.place(f, core, row, place))),
                };
                Kind::ActivityChanged { agent: agent(), activity }
            }
            ENTERED => {
                let (contact, caller, position, waited_ms) = match given {
                    Some(Kind::Entered { contact, caller, position, waited_ms, .. }) => {
                        (Some(contact), *caller, *position, *waited_ms)
                    }
                    _ => Default::default(),
                };
                let contact = self.contact(f, row, contact, ms, NONE);
                let caller = self.party(f, caller, NONE);
                let position = f.maybe(POSITION, position.map(u64::from)).map(|position| position as u32);
                let waited_ms = f.signed(WAITED, waited_ms);
                Kind::Entered { queue: queue(), call, contact, caller, position, waited_ms }
            }
            MOVED => {
                let position = if let Some(Kind::Moved { position, .. }) = given { *position } else { 0 };
                Kind::Moved { call, position: f.number(POSITION, u64::from(position)) as u32 }
            }
            code @ LEFT..=26 => {
                let ago_ms = if let Some(Kind::Left { ago_ms, .. }) = given { *ago_ms } else { 0 };
                let outcome = Outcome::ALL[usize::from(code - LEFT)];
                Kind::Left { queue: queue(), call, outcome, ago_ms: f.signed(AGO, ago_ms) }
            }
            RINGING => Kind::Ringing { queue: queue(), call, agent: agent() },
            RING_ENDED => Kind::RingEnded { queue: queue(), agent: agent() },
            RING_NO_ANSWER => {
                let ring_ms = if let Some(Kind::RingNoAnswer { ring_ms, .. }) = given { *ring_ms } else { 0 };
                Kind::RingNoAnswer { queue: queue(), agent: agent(), ring_ms: f.signed(RING, ring_ms) }
            }
            ANSWERED => {
                let leg = if let Some(Kind::Answered { leg, .. }) = given { leg.as_ref() } else { None };
                Kind::Answered { queue: queue(), call, agent: agent(), leg: self.leg(f, row, leg, ms) }
            }
            code @ (COMPLETED | COMPLETED_BY) => {
                let (leg, transferred, talk_ms) = match given {
                    Some(Kind::Completed { leg, transferred, talk_ms, .. }) => (leg.as_ref(), *transferred, *talk_ms),
                    _ => (None, false, None),
                };
                let leg = self.leg(f, row, leg, ms);
                let transferred = f.flag(TRANSFERRED, transferred);
                let call = (code == COMPLETED).then_some(call);
                let is_told = f.flag(TALK, talk_ms.is_some());
                let talk_ms = is_told.then(|| f.signed(TALK, talk_ms.unwrap_or(0)));
                Kind::Completed { queue: queue(), call, leg, agent: agent(), transferred, talk_ms }
            }
            CALL_ENDED => Kind::CallEnded { call },
            code @ (DIALLED | DIALLED_BY) => {
                let (campaign, contact, callee) = match given {
                    Some(Kind::Dialled { campaign, contact, callee, .. }) => (Some(campaign), Some(contact), *callee),
                    _ => Default::default(),
                };
                let (number, campaign) = self.campaign(f, row, campaign.cloned());
                let contact = self.contact(f, row, contact, ms, number);
                let callee = self.party(f, callee, number);
                let agent = (code == DIALLED_BY).then(agent);
                Kind::Dialled { attempt: call, campaign, contact, agent, callee }
            }
            DIAL_RINGING => Kind::DialRinging { attempt: call },
            code @ DIAL_ANSWERED..DIAL_TAKEN => {
                let by = AnsweredBy::ALL[usize::from(code - DIAL_ANSWERED)];
                self.answered(row, code - DIAL_ANSWERED);
                Kind::DialAnswered { attempt: call, by, agent: None }
            }
            code @ DIAL_TAKEN..DIAL_PARTED => {
                let by = AnsweredBy::ALL[usize::from(code - DIAL_TAKEN)];
                self.answered(row, code - DIAL_ANSWERED);
                Kind::DialAnswered { attempt: call, by, agent: Some(agent()) }
            }
            DIAL_PARTED => {
                let ago_ms = if let Some(Kind::DialParted { ago_ms, .. }) = given { *ago_ms } else { 0 };
                Kind::DialParted { attempt: call, ago_ms: f.signed(AGO, ago_ms) }
            }
            DIAL_ENDED => {
                let (end, ago_ms) = match given {
                    Some(Kind::DialEnded { end, ago_ms, .. }) => (Some(end), *ago_ms),
                    _ => (None, 0),
                };
                let end = self.dial_end(f, row, end);
                Kind::DialEnded { attempt: call, end, ago_ms: f.signed(AGO, ago_ms) }
            }
            DISPOSED => {
                let (campaign, result) = match given {
                    Some(Kind::Disposed { campaign, code, flags, .. }) => (Some(campaign), Some((code, *flags))),
                    _ => (None, None),
                };
                let (_, campaign) = self.campaign(f, row, campaign.cloned());
                let (code, flags) = self.disposition(f, row, result);
                Kind::Disposed { campaign, attempt: call, code, flags }
            }
            QUEUE_SEEN => {
                let counters = if let Some(Kind::QueueSeen { counters, .. }) = given { Some(counters) } else { None };
                let counters = self.counters(f, row.queue, counters);
                Kind::QueueSeen { queue: queue(), counters }
            }
            _ => self.other(f, given),
        }
    }

    /// A kind without columns of its own: whole.
    fn other<F: Flow>(&mut self, f: &mut F, given: Option<&Kind>) -> Kind {
        let bytes = given.and_then(|kind| postcard::to_stdvec(kind).ok()).unwrap_or_default();
        let bytes = f.text(OTHER_KIND, &bytes);
        postcard::from_bytes(&bytes).unwrap_or_else(|_| {
            f.refuse();
            Kind::Tick
        })
    }

    fn answered(&mut self, row: &Row, how: u8) {
        if let Some(call) = self.calls.get_mut(row.call as usize) {
            call.answered = (how + 1) & 7;
        }
    }

    /// A contact: named as its call, as the call's contact before, or by itself.
    fn contact<F: Flow>(&mut self, f: &mut F, row: &Row, given: Option<&Name>, ms: i64, context: u32) -> Name {
        let Some(call) = self.calls.get_mut(row.call as usize) else {
            f.refuse();
            return "".into();
        };
        let told = match given {
            Some(given) if *given == call.name => 0,
            Some(given) if call.contact.as_ref() == Some(given) => 1,
            _ => 2,
        };
        let contact = match f.byte(CONTACT, told) {
            0 => call.name.clone(),
            1 => call.contact.clone().unwrap_or_else(|| call.name.clone()),
            _ => self.contact_ids.code(f, given, ms, context),
        };
        call.contact = Some(contact.clone());
        contact
    }

    /// Someone: nobody, the next who is new, the neighbour of whom the campaign called before, or one told by how new.
    fn party<F: Flow>(&mut self, f: &mut F, given: Option<PartyId>, context: u32) -> Option<PartyId> {
        let (newest, next) = (self.newest_party, self.newest_party.wrapping_add(1));
        let called = self.called.entry(context).or_default();
        let id = given.map_or(0, |party| party.0);
        let step = id.wrapping_sub(*called) as i64;
        let told = match given {
            None => 0,
            Some(_) if id == next => 1,
            Some(_) if context != NONE && step.unsigned_abs() < 4096 => 2,
            Some(_) if id <= newest => 3,
            Some(_) => 4,
        };
        let id = match f.byte(PARTY, told) {
            0 => return None,
            1 => next,
            2 => called.wrapping_add(f.signed(PARTY_STEP, step) as u64),
            3 => newest.wrapping_sub(f.number(PARTY_BACK, newest.wrapping_sub(id))),
            _ => next.wrapping_add(f.number(PARTY_BACK, id.wrapping_sub(next))),
        };
        self.newest_party = newest.max(id);
        *called = id;
        Some(PartyId(id))
    }

    /// An agent's leg: none, a new one, or the agent's newest.
    fn leg<F: Flow>(&mut self, f: &mut F, row: &Row, given: Option<&Name>, ms: i64) -> Option<Name> {
        let Some(agent) = self.agents.get_mut(row.agent as usize) else {
            f.refuse();
            return None;
        };
        let told = match given {
            None => 0,
            Some(leg) if agent.leg.as_ref() == Some(leg) => 2,
            Some(_) => 1,
        };
        match f.byte(LEG, told) {
            0 => None,
            1 => {
                let leg = self.ids.code(f, given, ms, 0);
                agent.leg = Some(leg.clone());
                Some(leg)
            }
            _ => agent.leg.clone(),
        }
    }

    /// Where an agent's work comes from: the queue last named with the agent, the place before, or another.
    fn place<F: Flow>(&mut self, f: &mut F, core: &Core, row: &Row, given: Option<&Place>) -> Place {
        let Some(agent) = self.agents.get_mut(row.agent as usize) else {
            f.refuse();
            return Place::Other;
        };
        let latest = core.agent_queue.get(row.agent as usize).and_then(|queue| core.tables.queues.get(*queue as usize));
        let told = match given {
            Some(Place::Queue(name)) if latest.is_some_and(|latest| latest.1 == *name) => 0,
            Some(place) if agent.place.as_ref() == Some(place) => 1,
            Some(Place::Queue(_)) => 2,
            Some(Place::Campaign(_)) => 3,
            Some(Place::Other) | None => 4,
        };
        let name = match given {
            Some(Place::Queue(name) | Place::Campaign(name)) => Some(name),
            _ => None,
        };
        let place = match f.byte(PLACE, told) {
            0 => latest.map_or(Place::Other, |latest| Place::Queue(latest.1.clone())),
            1 => agent.place.clone().unwrap_or(Place::Other),
            2 => Place::Queue(self.words.code(f, WORD, TEXT, name)),
            3 => Place::Campaign(self.words.code(f, WORD, TEXT, name)),
            _ => Place::Other,
        };
        agent.place = Some(place.clone());
        place
    }

    /// The platform's counters of a queue, as differences to those before.
    fn counters<F: Flow>(&mut self, f: &mut F, queue: u32, given: Option<&PbxCounters>) -> PbxCounters {
        let known = self.counters.entry(queue).or_default();
        let given = given.copied().unwrap_or_default();
        let mut code = |known: u32, given: u32| {
            let step = f.signed(COUNTER, i64::from(given.wrapping_sub(known) as i32));
            known.wrapping_add(step as u32)
        };
        *known = PbxCounters {
            calls: code(known.calls, given.calls),
            completed: code(known.completed, given.completed),
            abandoned: code(known.abandoned, given.abandoned),
            hold_s: code(known.hold_s, given.hold_s),
            talk_s: code(known.talk_s, given.talk_s),
            level_s: code(known.level_s, given.level_s),
        };
        *known
    }
}
