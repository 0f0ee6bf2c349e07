//! The driver's own record of what happened, from the dial plan's announcements and the bridges.

use super::attempts::{Attempt, Attempts};
use super::plan::Plan;
use crate::ami::Message;
use crate::pbx::Centre;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

impl Outcome {
    /// Mirante's word for it in `mirantectl visits --csv`; a refusal is no visit and has none.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Waiting => "waiting",
            Outcome::Answered => "answered",
            Outcome::Abandoned => "abandoned",
            Outcome::Timeout => "timeout",
            Outcome::ExitKey => "exit_key",
            Outcome::Overflow => "overflow",
            Outcome::Withdrawn => "withdrawn",
            Outcome::Transferred => "transferred",
            Outcome::Refused => "",
        }
    }

    /// True while it can go on: waiting, or talking unless the talk is over.
    pub fn is_open(self) -> bool {
        matches!(self, Outcome::Waiting | Outcome::Answered)
    }
}

/// How a stay in a queue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Still in the queue when the record was closed.
    Waiting,
    /// An agent and the caller were bridged.
    Answered,
    /// The caller hung up first.
    Abandoned,
    /// The queue gave up.
    Timeout,
    /// The caller pressed the exit key.
    ExitKey,
    /// The queue let go of everybody because no member was there.
    Overflow,
    /// A supervisor took the caller out.
    Withdrawn,
    /// Somebody moved the waiting caller elsewhere.
    Transferred,
    /// The queue did not let the caller in: not a visit.
    Refused,
}

/// One stay of one caller in one queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Stay {
    /// The driver's name of the call.
    pub id: String,
    /// The queue.
    pub queue: String,
    /// Uniqueid at entry.
    pub call: String,
    /// Root Linkedid.
    pub contact: String,
    /// The caller's channel.
    pub channel: String,
    /// Unix ms of entry, by the PBX's clock.
    pub entered_ms: i64,
    /// How it ended.
    pub outcome: Outcome,
    /// Ms waited.
    pub wait_ms: i64,
    /// Name of the member who answered.
    pub agent: Option<String>,
    /// Ms of conversation with that member, once over: it ends as soon as either's line to it is gone.
    pub talk_ms: Option<i64>,
    /// The agent parked the caller. For the PBX they talk on then, until the caller hangs up.
    pub parked: bool,
    /// Ms of conversation as the PBX counts those, once over.
    pub counted_ms: Option<i64>,
    pub(super) agent_channel: String,
    answered_ms: i64,
}

impl fmt::Display for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stay { id, queue, call, outcome, wait_ms, agent, talk_ms, counted_ms, .. } = self;
        write!(f, "{id} {call} {queue} {outcome:?} wait {wait_ms} agent {agent:?} talk {talk_ms:?}")?;
        counted_ms.map_or(Ok(()), |counted| write!(f, " counted {counted}"))
    }
}

/// What the driver should do next about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// Entered a queue; or somebody did for it, to ask first.
    Entered {
        /// Somebody did for it.
        consult: bool,
    },
    /// Now in conversation.
    Answered,
    /// Parked at that place.
    Parked(String),
    /// Over.
    Over,
}

/// All stays, in order of entry.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// The stays.
    pub stays: Vec<Stay>,
    /// How often the PBX told of each event that only a journey brings.
    pub happened: BTreeMap<String, usize>,
    attempts: Attempts,
    /// The stay under way of each channel, by Uniqueid.
    open: HashMap<String, usize>,
    /// The stay of each agent's leg, by Uniqueid.
    legs: HashMap<String, usize>,
    /// Uniqueid and name of the channel that came first in each call.
    roots: HashMap<String, (String, String)>,
    bridges: HashMap<String, Bridge>,
}

/// Events that show a journey.
const TOLD: [&str; 7] = [
    "BlindTransfer",
    "AttendedTransfer",
    "ParkedCall",
    "UnParkedCall",
    "ParkedCallTimeOut",
    "ConfbridgeJoin",
    "Pickup",
];

#[derive(Debug, Clone, Default)]
struct Bridge {
    caller: Option<(usize, i64)>,
    agent: Option<(String, String, u16, i64)>,
}

impl Truth {
    /// Ready to hear a plan carried out.
    pub(super) fn of(plan: &Plan) -> Truth {
        Truth { attempts: Attempts::of(plan), ..Truth::default() }
    }

    /// Stays that are visits: all but the refused.
    pub fn visits(&self) -> impl Iterator<Item = &Stay> {
        self.stays.iter().filter(|stay| stay.outcome != Outcome::Refused)
    }

    /// Attempts to reach somebody, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts.list
    }

    /// How many ended so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.stays.iter().filter(|stay| stay.outcome == outcome).count()
    }

    /// The stays of a call.
    pub(super) fn of_call(&self, id: &str) -> impl Iterator<Item = &Stay> {
        self.stays.iter().filter(move |stay| stay.id == id)
    }

    /// The channel that came first in a call.
    pub(super) fn root(&self, id: &str) -> Option<&str> {
        self.roots.get(id).map(|(_, channel)| channel.as_str())
    }

    /// Hears one message of the driver's session. Says whose turn it is, if anyone's.
    pub(super) fn hear(&mut self, message: &Message, centre: &Centre) -> Option<(String, Turn)> {
        let event = message.get("Event");
        if TOLD.contains(&event) {
            *self.happened.entry(event.to_owned()).or_default() += 1;
        }
        if let Some(id) = self.attempts.hear(message) {
            self.gone(message);
            return Some((id, Turn::Over));
        }
        match event {
            "UserEvent" => self.announcement(message),
            "BridgeEnter" => self.bridged(message, centre),
            "BridgeLeave" => {
                self.bridges.remove(message.get("BridgeUniqueid"));
                None
            }
            "Hangup" => {
                self.gone(message);
                None
            }
            "ParkedCall" => {
                let stay = &mut self.stays[*self.open.get(message.get("ParkeeUniqueid"))?];
                stay.parked = true;
                Some((stay.id.clone(), Turn::Parked(message.get("ParkingSpace").to_owned())))
            }
            _ => None,
        }
    }

    fn announcement(&mut self, message: &Message) -> Option<(String, Turn)> {
        let (id, call) = (message.get("CallID").to_owned(), message.get("Uniqueid").to_owned());
        let at = message.at_ms();
        match message.get("UserEvent") {
            "RigEntered" => {
                let channel = message.get("Channel").to_owned();
                let root = self.roots.entry(id.clone()).or_insert_with(|| (call.clone(), channel.clone()));
                let consult = root.0 != call;
                self.open.insert(call.clone(), self.stays.len());
                self.stays.push(Stay {
                    id: id.clone(),
                    queue: message.get("Queue").to_owned(),
                    call,
                    contact: message.get("Linked").to_owned(),
                    channel,
                    entered_ms: at,
                    outcome: Outcome::Waiting,
                    wait_ms: 0,
                    agent: None,
                    talk_ms: None,
                    counted_ms: None,
                    agent_channel: String::new(),
                    answered_ms: 0,
                    parked: false,
                });
                return Some((id, Turn::Entered { consult }));
            }
            "RigReturned" => {
                let outcome = match message.get("Status") {
                    "TIMEOUT" => Outcome::Timeout,
                    "LEAVEEMPTY" | "LEAVEUNAVAIL" => Outcome::Overflow,
                    "WITHDRAW" => Outcome::Withdrawn,
                    "FULL" | "JOINEMPTY" | "JOINUNAVAIL" => Outcome::Refused,
                    _ => return None,
                };
                self.end(&call, outcome, at);
            }
            "RigKey" => self.end(&call, Outcome::ExitKey, at),
            "RigMoved" => self.end(&call, Outcome::Transferred, at),
            "RigGone" => {
                self.end(&call, Outcome::Abandoned, at);
                if self.roots.get(&id).is_some_and(|root| root.0 == call) {
                    return Some((id, Turn::Over));
                }
            }
            _ => {}
        }
        None
    }

    fn end(&mut self, call: &str, outcome: Outcome, at: i64) {
        if let Some(stay) = self.open.get(call).map(|index| &mut self.stays[*index])
            && stay.outcome == Outcome::Waiting
        {
            stay.outcome = outcome;
            stay.wait_ms = at - stay.entered_ms;
        }
    }

    fn bridged(&mut self, message: &Message, centre: &Centre) -> Option<(String, Turn)> {
        let channel = message.get("Channel");
        let at = message.at_ms();
        // A colleague who takes a ringing agent's call stands in for that agent: so the PBX counts it.
        let names = channel.strip_prefix("Local/").and_then(|rest| rest.split_once('@'));
        let names = names.filter(|(_, rest)| rest.starts_with("agents-") || rest.starts_with("colleague-"));
        let caller = self.stays.iter().rposition(|stay| stay.channel == channel);
        let bridge = self.bridges.entry(message.get("BridgeUniqueid").to_owned()).or_default();
        match (names.and_then(|(number, _)| number.parse().ok()), caller) {
            (Some(number), _) => {
                bridge.agent = Some((channel.to_owned(), message.get("Uniqueid").to_owned(), number, at));
            }
            (None, Some(stay)) => bridge.caller = Some((stay, at)),
            (None, None) => return None,
        }
        let (Some((channel, leg, number, one)), Some((index, other))) = (&bridge.agent, bridge.caller) else {
            return None;
        };
        let stay = &mut self.stays[index];
        if stay.outcome != Outcome::Waiting {
            return None;
        }
        stay.outcome = Outcome::Answered;
        stay.answered_ms = other.max(*one);
        stay.wait_ms = stay.answered_ms - stay.entered_ms;
        stay.agent = centre.agent(*number).map(|agent| agent.name.to_owned());
        stay.agent_channel.clone_from(channel);
        self.legs.insert(leg.clone(), index);
        Some((stay.id.clone(), Turn::Answered))
    }

    /// A channel is gone, and with it whatever conversation it held.
    fn gone(&mut self, message: &Message) {
        let (call, at) = (message.get("Uniqueid"), message.at_ms());
        if let Some(index) = self.legs.remove(call) {
            let stay = &mut self.stays[index];
            let talked = *stay.talk_ms.get_or_insert(at - stay.answered_ms);
            stay.counted_ms = stay.counted_ms.or((!stay.parked).then_some(talked));
        }
        if self.open.remove(call).is_none() {
            return;
        }
        for stay in self.stays.iter_mut().filter(|stay| stay.call == call && stay.outcome == Outcome::Answered) {
            let counted = at - stay.answered_ms;
            let talked = *stay.talk_ms.get_or_insert(counted);
            stay.counted_ms = Some(if stay.parked { counted } else { talked });
        }
    }
}
