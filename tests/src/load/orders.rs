//! What the driver has people and the PBX do.

use super::plan::{Call, Dial, Fate, Mark, Outside, Then};
use super::truth::Stay;
use crate::ami::Ami;
use crate::pbx::Centre;
use anyhow::Result;
use std::collections::HashMap;

/// A third person's number.
const THIRD: &str = "3001";
/// How long a dialler lets a phone ring, ms.
const RING_MS: &str = "6000";

/// The session that gives them.
#[derive(Debug)]
pub(super) struct Orders<'a> {
    pub(super) ami: Ami,
    /// The driver's names of the calls that were asked for and not answered yet, by action.
    pub(super) asked: HashMap<String, String>,
    centre: &'a Centre,
    rooms: u32,
}

impl<'a> Orders<'a> {
    pub(super) fn new(ami: Ami, centre: &'a Centre) -> Orders<'a> {
        Orders { ami, asked: HashMap::new(), centre, rooms: 0 }
    }

    fn send(&mut self, action: &str, fields: &[(&str, &str)]) -> Result<()> {
        self.ami.send(action, fields).map(drop)
    }

    /// Has the PBX call `channel` and run `to` (context and extension) when it answers.
    fn originate(
        &mut self,
        id: Option<&str>,
        channel: &str,
        to: (&str, &str),
        more: &[(&str, &str)],
        variables: &[(&str, &str)],
    ) -> Result<()> {
        let mut fields = vec![("Channel", channel), ("Context", to.0), ("Exten", to.1)];
        fields.extend([("Priority", "1"), ("Async", "true")]);
        fields.extend(more);
        let variables: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        fields.extend(variables.iter().map(|text| ("Variable", text.as_str())));
        let action = self.ami.send("Originate", &fields)?;
        if let Some(id) = id {
            self.asked.insert(action, id.to_owned());
        }
        Ok(())
    }

    /// Somebody calls a queue, or is called for it.
    pub(super) fn call(&mut self, call: &Call) -> Result<()> {
        let number = |queue: &str| self.centre.queue(queue).map_or("", |queue| queue.number);
        let queue = number(call.queue);
        let ring = seconds(call.ring_ms);
        let mut variables = vec![("__RIG_CALL", call.id.as_str()), ("__RIG_RING", &ring)];
        if !call.name.is_empty() {
            variables.push(("__RIG_NAME", &call.name));
        }
        if let Some(again) = call.again {
            variables.push(("_RIG_AGAIN", number(again)));
        }
        for turn in &call.turns {
            match turn {
                Then::ParkInVain(_, queue) => variables.push(("_RIG_BACK", number(queue))),
                // Keys that the PBX itself presses for an agent are heard between two sounds only.
                Then::Attended(..) | Then::Three(_) => variables.push(("__RIG_SOUND", "1")),
                _ => {}
            }
        }
        let caller = format!("<{}>", call.number);
        let more = [("CallerID", caller.as_str())];
        if let Some(dial) = call.dial {
            let channel = format!("Local/{}@customer/n", call.number);
            return self.dial(&call.id, &channel, ("campaign", queue), &more, &dial, &variables, None);
        }
        let channel = format!("Local/{queue}@inbound/n");
        let key = call.key_ms.map(seconds);
        if let Some(key) = &key {
            variables.push(("RIG_KEY_AFTER", key));
        }
        let context = if key.is_some() { "caller-key" } else { "caller" };
        let more = [more[0], ("Timeout", "30000")];
        self.originate(Some(&call.id), &channel, (context, "s"), &more, &variables)
    }

    /// An agent calls somebody.
    pub(super) fn outside(&mut self, call: &Outside) -> Result<()> {
        let channel = format!("Local/{}@from-internal/n", call.agent);
        let variables = [("__RIG_CALL", call.id.as_str())];
        self.dial(&call.id, &channel, ("outside", &call.number), &[], &call.dial, &variables, Some(call.talk_ms))
    }

    #[allow(clippy::too_many_arguments)]
    fn dial(
        &mut self,
        id: &str,
        channel: &str,
        to: (&str, &str),
        more: &[(&str, &str)],
        dial: &Dial,
        variables: &[(&str, &str)],
        talk_ms: Option<u64>,
    ) -> Result<()> {
        let (ring, talk) = (seconds(dial.ring_ms), seconds(talk_ms.unwrap_or(3_600_000)));
        let by_hand = talk_ms.is_some();
        let mut all = variables.to_vec();
        all.extend([("__RIG_FATE", fate(dial.fate)), ("__RIG_CUSTOMER_RING", &ring), ("__RIG_CUSTOMER_TALK", &talk)]);
        if dial.fate == Fate::Machine && !by_hand {
            all.push(("RIG_MACHINE", "1"));
        }
        let mut more = more.to_vec();
        if !by_hand {
            more.push(("Timeout", RING_MS));
        }
        match dial.mark {
            Mark::None => {}
            Mark::Variable(campaign) => all.push(("__CAMPAIGN", campaign)),
            Mark::Account(campaign) if by_hand => all.push(("RIG_ACCOUNT", campaign)),
            Mark::Account(campaign) => more.push(("Account", campaign)),
        }
        self.originate(Some(id), channel, to, &more, &all)
    }

    pub(super) fn hang_up(&mut self, channel: &str) -> Result<()> {
        self.send("Hangup", &[("Channel", channel), ("Cause", "16")])
    }

    pub(super) fn withdraw(&mut self, stay: &Stay) -> Result<()> {
        self.send("QueueWithdrawCaller", &[("Queue", &stay.queue), ("Caller", &stay.channel)])
    }

    /// Moves a waiting caller to a queue or to a desk.
    pub(super) fn redirect(&mut self, channel: &str, to: Option<&str>) -> Result<()> {
        let to = to.and_then(|name| self.centre.queue(name)).map_or("desk", |queue| queue.number);
        self.send("Redirect", &[("Channel", channel), ("Context", "moved"), ("Exten", to), ("Priority", "1")])
    }

    /// A colleague takes the call that rings on that channel of an agent's.
    pub(super) fn pick_up(&mut self, channel: &str) -> Result<()> {
        let number = channel.strip_prefix("Local/").and_then(|rest| rest.split_once('@')).map_or("", |(n, _)| n);
        let colleague = format!("Local/{number}@colleague/n");
        self.originate(None, &colleague, ("take", "s"), &[], &[("RIG_TARGET", channel)])
    }

    pub(super) fn blind(&mut self, agent: &str, queue: &str) -> Result<()> {
        let number = self.centre.queue(queue).map_or("", |queue| queue.number);
        self.send("BlindTransfer", &[("Channel", agent), ("Context", "transfer"), ("Exten", number)])
    }

    pub(super) fn consult(&mut self, agent: &str, queue: &str) -> Result<()> {
        let number = self.centre.queue(queue).map_or("", |queue| queue.number);
        self.send("Atxfer", &[("Channel", agent), ("Context", "transfer"), ("Exten", number)])
    }

    /// The agent calls a third person, who stays so long.
    pub(super) fn ask_third(&mut self, agent: &str, ms: u64) -> Result<()> {
        self.send("Setvar", &[("Channel", agent), ("Variable", "__RIG_TALK"), ("Value", &seconds(ms))])?;
        self.send("Atxfer", &[("Channel", agent), ("Context", "third"), ("Exten", THIRD)])
    }

    pub(super) fn press(&mut self, phone: &str, key: char) -> Result<()> {
        let key = key.to_string();
        self.send("PlayDTMF", &[("Channel", phone), ("Digit", &key), ("Duration", "100")])
    }

    /// Caller, agent and a third person meet in a room for so long.
    pub(super) fn conference(&mut self, id: &str, stay: &Stay, ms: u64) -> Result<()> {
        self.rooms += 1;
        let room = (8000 + self.rooms).to_string();
        let fields = [
            ("Channel", stay.channel.as_str()),
            ("ExtraChannel", &stay.agent_channel),
            ("Context", "conference"),
            ("Exten", &room),
            ("Priority", "1"),
            ("ExtraContext", "conference"),
            ("ExtraExten", &room),
            ("ExtraPriority", "1"),
        ];
        self.send("Redirect", &fields)?;
        let (third, talk, name) = (format!("Local/{THIRD}@third/n"), seconds(ms + 1000), format!("third of {id}"));
        let variables = [("__RIG_TALK", talk.as_str()), ("__RIG_CALL", &name)];
        self.originate(None, &third, ("conference", &room), &[], &variables)
    }

    /// The agent parks the caller, who comes back after so long.
    pub(super) fn park(&mut self, stay: &Stay, ms: u64) -> Result<()> {
        let ms = ms.to_string();
        let fields = [("Channel", stay.channel.as_str()), ("TimeoutChannel", &stay.agent_channel), ("Timeout", &ms)];
        self.send("Park", &[fields[0], fields[1], fields[2], ("Parkinglot", "default")])
    }

    /// A colleague takes a parked call, for so long at most.
    pub(super) fn fetch(&mut self, place: &str, ms: u64) -> Result<()> {
        let colleague = format!("Local/{THIRD}@third/n");
        self.originate(None, &colleague, ("fetch", place), &[], &[("__RIG_TALK", &seconds(ms))])
    }

    pub(super) fn pause(&mut self, agent: u16, reason: Option<&str>) -> Result<()> {
        let Some(agent) = self.centre.agent(agent) else { return Ok(()) };
        let interface = agent.interface();
        let paused = if reason.is_some() { "true" } else { "false" };
        let fields = [("Interface", interface.as_str()), ("Paused", paused), ("Reason", reason.unwrap_or(""))];
        self.send("QueuePause", &fields)
    }

    /// Has an agent leave the desk without a word, or come back.
    pub(super) fn away(&mut self, agent: u16, away: bool) -> Result<()> {
        let variable = format!("RIG_AWAY_{agent}");
        self.send("Setvar", &[("Variable", &variable), ("Value", if away { "1" } else { "0" })])
    }
}

/// The label in the dial plan.
fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Answer | Fate::Machine => "answer",
        Fate::Busy => "busy",
        Fate::Silent => "silent",
        Fate::Congestion => "congestion",
        Fate::Refused => "refused",
        Fate::Unallocated => "unallocated",
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}
