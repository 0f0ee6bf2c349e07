//! The driver's own record of what happened, from the dial plan's announcements and the bridges.

use crate::ami::Message;
use crate::pbx::Centre;
use std::collections::HashMap;
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
            Outcome::Refused => "",
        }
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
    /// Ms of conversation with that member, once over.
    pub talk_ms: Option<i64>,
    answered_ms: i64,
    seen_in_queue: bool,
}

impl fmt::Display for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stay { id, queue, call, outcome, wait_ms, agent, talk_ms, .. } = self;
        write!(f, "{id} {call} {queue} {outcome:?} wait {wait_ms} agent {agent:?} talk {talk_ms:?}")
    }
}

/// What the driver should do next about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Entered a queue.
    Entered,
    /// Now in conversation.
    Answered,
}

/// All stays, in order of entry.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// The stays.
    pub stays: Vec<Stay>,
    open: HashMap<String, usize>,
    bridges: HashMap<String, Bridge>,
    /// The agent's channel in each conversation, by the driver's name of the call.
    pub(super) agent_channel: HashMap<String, String>,
}

#[derive(Debug, Clone, Default)]
struct Bridge {
    caller: Option<(usize, i64)>,
    agent: Option<(String, u16, i64)>,
}

impl Truth {
    /// Stays that are visits: all but the refused.
    pub fn visits(&self) -> impl Iterator<Item = &Stay> {
        self.stays.iter().filter(|stay| stay.outcome != Outcome::Refused)
    }

    /// How many ended so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.stays.iter().filter(|stay| stay.outcome == outcome).count()
    }

    /// The present stay of a call.
    pub(super) fn now(&self, id: &str) -> Option<&Stay> {
        self.open.get(id).map(|index| &self.stays[*index])
    }

    /// Hears one message of the driver's session. Says whose turn it is, if anyone's.
    pub(super) fn hear(&mut self, message: &Message, centre: &Centre) -> Option<(String, Turn)> {
        match message.get("Event") {
            "UserEvent" => self.announcement(message),
            "QueueCallerJoin" => {
                // Only to know that the queue let them in: nothing is measured from it.
                let stay = self.of_call(message.get("Uniqueid"))?;
                self.stays[stay].seen_in_queue = true;
                None
            }
            "BridgeEnter" => self.bridged(message, centre),
            "BridgeLeave" => {
                self.unbridged(message);
                None
            }
            _ => None,
        }
    }

    fn of_call(&self, call: &str) -> Option<usize> {
        self.stays.iter().rposition(|stay| stay.call == call)
    }

    fn announcement(&mut self, message: &Message) -> Option<(String, Turn)> {
        let id = message.get("CallID").to_owned();
        let at = message.at_ms();
        match message.get("UserEvent") {
            "RigEntered" => {
                self.stays.push(Stay {
                    id: id.clone(),
                    queue: message.get("Queue").to_owned(),
                    call: message.get("Uniqueid").to_owned(),
                    contact: message.get("Linked").to_owned(),
                    channel: message.get("Channel").to_owned(),
                    entered_ms: at,
                    outcome: Outcome::Waiting,
                    wait_ms: 0,
                    agent: None,
                    talk_ms: None,
                    answered_ms: 0,
                    seen_in_queue: false,
                });
                self.open.insert(id.clone(), self.stays.len() - 1);
                Some((id, Turn::Entered))
            }
            "RigReturned" => {
                let outcome = match message.get("Status") {
                    "TIMEOUT" => Outcome::Timeout,
                    "LEAVEEMPTY" | "LEAVEUNAVAIL" => Outcome::Overflow,
                    "WITHDRAW" => Outcome::Withdrawn,
                    "FULL" | "JOINEMPTY" | "JOINUNAVAIL" => Outcome::Refused,
                    _ => return None,
                };
                self.end(&id, outcome, at);
                None
            }
            "RigKey" => {
                self.end(&id, Outcome::ExitKey, at);
                None
            }
            "RigGone" => {
                self.end(&id, Outcome::Abandoned, at);
                self.open.remove(&id);
                None
            }
            _ => None,
        }
    }

    fn end(&mut self, id: &str, outcome: Outcome, at: i64) {
        if let Some(stay) = self.open.get(id).map(|index| &mut self.stays[*index])
            && stay.outcome == Outcome::Waiting
        {
            stay.outcome = outcome;
            stay.wait_ms = at - stay.entered_ms;
        }
    }

    fn bridged(&mut self, message: &Message, centre: &Centre) -> Option<(String, Turn)> {
        let channel = message.get("Channel");
        let at = message.at_ms();
        let agent = channel.strip_prefix("Local/").and_then(|rest| rest.split_once("@agents-"));
        let caller = self.stays.iter().rposition(|stay| stay.channel == channel);
        let bridge = self.bridges.entry(message.get("BridgeUniqueid").to_owned()).or_default();
        match (agent.and_then(|(number, _)| number.parse().ok()), caller) {
            (Some(number), _) => bridge.agent = Some((channel.to_owned(), number, at)),
            (None, Some(stay)) => bridge.caller = Some((stay, at)),
            (None, None) => return None,
        }
        let (Some((channel, number, one)), Some((index, other))) = (&bridge.agent, bridge.caller) else { return None };
        let stay = &mut self.stays[index];
        if stay.outcome != Outcome::Waiting {
            return None;
        }
        stay.outcome = Outcome::Answered;
        stay.answered_ms = other.max(*one);
        stay.wait_ms = stay.answered_ms - stay.entered_ms;
        stay.agent = centre.agent(*number).map(|agent| agent.name.to_owned());
        self.agent_channel.insert(stay.id.clone(), channel.clone());
        Some((stay.id.clone(), Turn::Answered))
    }

    fn unbridged(&mut self, message: &Message) {
        // Whichever side leaves first ends the conversation.
        if let Some(bridge) = self.bridges.remove(message.get("BridgeUniqueid"))
            && let (Some(_), Some((index, _))) = (bridge.agent, bridge.caller)
        {
            let stay = &mut self.stays[index];
            stay.talk_ms = Some(message.at_ms() - stay.answered_ms);
        }
    }
}
