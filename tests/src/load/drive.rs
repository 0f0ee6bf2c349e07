//! Carries out a plan through the manager interface, one thread, and listens meanwhile.

use super::plan::{Call, Change, Ending, Plan};
use super::truth::{Outcome, Truth, Turn};
use crate::ami::{Ami, Message};
use crate::pbx::Centre;
use anyhow::Result;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

/// How a plan is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long to wait, after the last planned arrival, for the calls in progress to end.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options { drain: Duration::from_secs(60) }
    }
}

/// What is due. Ordered by time, then by number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Call(usize),
    Outside(usize),
    Change(usize),
    Back(u16, bool),
    /// Patience over, withdrawal and end of conversation: for the stay of that number only.
    Impatient(usize, usize),
    Withdraw(usize, usize),
    Done(usize, usize),
}

/// Drives one PBX.
#[derive(Debug)]
pub struct Driver<'a> {
    ami: Ami,
    plan: &'a Plan,
    centre: &'a Centre,
    index: HashMap<&'a str, usize>,
    due: BinaryHeap<Reverse<(Instant, Due)>>,
    truth: Truth,
    ended: usize,
}

impl<'a> Driver<'a> {
    /// Ready to start.
    pub fn new(ami: Ami, plan: &'a Plan, centre: &'a Centre) -> Driver<'a> {
        let index = plan.calls.iter().enumerate().map(|(index, call)| (call.id.as_str(), index)).collect();
        Driver { ami, plan, centre, index, due: BinaryHeap::new(), truth: Truth::default(), ended: 0 }
    }

    /// Carries out the plan and returns the record. `heard` sees every message of the PBX as it comes.
    pub fn run(mut self, options: Options, mut heard: impl FnMut(&Message)) -> Result<Truth> {
        let start = Instant::now();
        let after = |ms: u64| start + Duration::from_millis(ms);
        let plan = self.plan;
        for (index, call) in plan.calls.iter().enumerate() {
            self.due.push(Reverse((after(call.at_ms), Due::Call(index))));
        }
        for (index, call) in plan.outside.iter().enumerate() {
            self.due.push(Reverse((after(call.at_ms), Due::Outside(index))));
        }
        for (index, (at_ms, _, _)) in plan.changes.iter().enumerate() {
            self.due.push(Reverse((after(*at_ms), Due::Change(index))));
        }
        let last = plan.calls.last().map_or(0, |call| call.at_ms);
        let limit = after(last) + options.drain;
        loop {
            let now = Instant::now();
            while let Some(Reverse((at, _))) = self.due.peek()
                && *at <= now
                && let Some(Reverse((_, due))) = self.due.pop()
            {
                self.act(due, now)?;
            }
            if self.ended >= plan.calls.len() || now >= limit {
                break;
            }
            let next = self.due.peek().map_or(limit, |Reverse((at, _))| *at);
            if let Some(message) = self.ami.receive(next.saturating_duration_since(now))? {
                heard(&message);
                self.hear(&message);
            }
        }
        self.everyone_back()?;
        Ok(self.truth)
    }

    fn hear(&mut self, message: &Message) {
        if message.get("Event") == "UserEvent" && message.get("UserEvent") == "RigGone" {
            self.ended += 1;
        }
        let refused = message.get("Event") == "OriginateResponse" && message.get("Response") == "Failure";
        if refused && message.get("Context").starts_with("caller") {
            self.ended += 1;
        }
        let Some((id, turn)) = self.truth.hear(message, self.centre) else { return };
        let Some(&index) = self.index.get(id.as_str()) else { return };
        let call = &self.plan.calls[index];
        let stay = self.truth.stays.iter().filter(|stay| stay.id == id).count();
        let now = Instant::now();
        let mut push = |ms: u64, due: Due| self.due.push(Reverse((now + Duration::from_millis(ms), due)));
        match turn {
            Turn::Entered => {
                push(call.patience_ms, Due::Impatient(index, stay));
                if let Some(ms) = call.withdraw_ms {
                    push(ms, Due::Withdraw(index, stay));
                }
            }
            Turn::Answered => push(call.talk_ms, Due::Done(index, stay)),
        }
    }

    fn act(&mut self, due: Due, now: Instant) -> Result<()> {
        match due {
            Due::Call(index) => self.call(index),
            Due::Outside(index) => self.outside(index),
            Due::Change(index) => self.change(index, now),
            Due::Back(agent, paused) => self.back(agent, paused),
            Due::Impatient(index, stay) => {
                let waits = self.is_at(index, stay, Outcome::Waiting);
                if let Some(channel) = waits { self.hang_up(&phone(&channel)) } else { Ok(()) }
            }
            Due::Withdraw(index, stay) => {
                let Some(channel) = self.is_at(index, stay, Outcome::Waiting) else { return Ok(()) };
                let queue =
                    self.truth.now(&self.plan.calls[index].id).map(|stay| stay.queue.clone()).unwrap_or_default();
                self.ami.send("QueueWithdrawCaller", &[("Queue", &queue), ("Caller", &channel)])?;
                Ok(())
            }
            Due::Done(index, stay) => self.done(index, stay),
        }
    }

    /// The caller's channel if the call is in its stay number `stay` and that stay is so.
    fn is_at(&self, index: usize, stay: usize, outcome: Outcome) -> Option<String> {
        let call = &self.plan.calls[index];
        let stays = self.truth.stays.iter().filter(|stay| stay.id == call.id).count();
        let now = self.truth.now(&call.id)?;
        (stays == stay && now.outcome == outcome).then(|| now.channel.clone())
    }

    fn done(&mut self, index: usize, stay: usize) -> Result<()> {
        let call: &Call = &self.plan.calls[index];
        let Some(channel) = self.is_at(index, stay, Outcome::Answered) else { return Ok(()) };
        let agent = self.truth.agent_channel.get(&call.id).cloned().unwrap_or_default();
        if let Some(transfer) = call.transfers.get(stay - 1)
            && let Some(queue) = self.centre.queue(transfer.queue)
        {
            let fields = [("Channel", agent.as_str()), ("Context", "transfer"), ("Exten", queue.number)];
            self.ami.send("BlindTransfer", &fields)?;
            return Ok(());
        }
        match call.ending {
            Ending::Caller => self.hang_up(&phone(&channel)),
            Ending::Agent => self.hang_up(&agent),
        }
    }

    fn hang_up(&mut self, channel: &str) -> Result<()> {
        self.ami.send("Hangup", &[("Channel", channel), ("Cause", "16")]).map(drop)
    }

    fn call(&mut self, index: usize) -> Result<()> {
        let call: &Call = &self.plan.calls[index];
        let number = self.centre.queue(call.queue).map_or("", |queue| queue.number);
        let channel = format!("Local/{number}@inbound/n");
        let caller = format!("<{}>", call.number);
        let mut fields = vec![
            ("Channel", channel),
            ("Context", if call.key_ms.is_some() { "caller-key" } else { "caller" }.to_owned()),
            ("Exten", "s".to_owned()),
            ("Priority", "1".to_owned()),
            ("Timeout", "30000".to_owned()),
            ("CallerID", caller),
            ("Async", "true".to_owned()),
            ("Variable", format!("__RIG_CALL={}", call.id)),
            ("Variable", format!("__RIG_NAME={}", call.name)),
            ("Variable", format!("__RIG_RING={}", seconds(call.ring_ms))),
        ];
        if let Some(ms) = call.key_ms {
            fields.push(("Variable", format!("RIG_KEY_AFTER={}", seconds(ms))));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        self.ami.send("Originate", &fields).map(drop)
    }

    fn outside(&mut self, index: usize) -> Result<()> {
        let call = &self.plan.outside[index];
        let channel = format!("Local/{}@desk/n", call.agent);
        let (id, talk) = (format!("__RIG_CALL={}", call.id), format!("RIG_TALK={}", seconds(call.talk_ms)));
        let fields = [
            ("Channel", channel.as_str()),
            ("Context", "outside"),
            ("Exten", "5511987654321"),
            ("Priority", "1"),
            ("Async", "true"),
            ("Variable", &id),
            ("Variable", &talk),
        ];
        self.ami.send("Originate", &fields).map(drop)
    }

    fn change(&mut self, index: usize, now: Instant) -> Result<()> {
        let (_, agent, change) = &self.plan.changes[index];
        let for_ms = match change {
            Change::Pause(reason, for_ms) => {
                self.pause(*agent, Some(reason))?;
                *for_ms
            }
            Change::Away(for_ms) => {
                self.away(*agent, true)?;
                *for_ms
            }
        };
        let back = Due::Back(*agent, matches!(change, Change::Pause(..)));
        self.due.push(Reverse((now + Duration::from_millis(for_ms), back)));
        Ok(())
    }

    fn back(&mut self, agent: u16, paused: bool) -> Result<()> {
        if paused { self.pause(agent, None) } else { self.away(agent, false) }
    }

    fn pause(&mut self, agent: u16, reason: Option<&str>) -> Result<()> {
        let Some(agent) = self.centre.agent(agent) else { return Ok(()) };
        let interface = agent.interface();
        let paused = if reason.is_some() { "true" } else { "false" };
        let fields = [("Interface", interface.as_str()), ("Paused", paused), ("Reason", reason.unwrap_or(""))];
        self.ami.send("QueuePause", &fields).map(drop)
    }

    fn away(&mut self, agent: u16, away: bool) -> Result<()> {
        let variable = format!("RIG_AWAY_{agent}");
        self.ami.send("Setvar", &[("Variable", &variable), ("Value", if away { "1" } else { "0" })]).map(drop)
    }

    fn everyone_back(&mut self) -> Result<()> {
        while let Some(Reverse((_, due))) = self.due.pop() {
            if let Due::Back(agent, paused) = due {
                self.back(agent, paused)?;
            }
        }
        Ok(())
    }
}

/// The caller's own end of the channel that waits in the queue: a person hangs up there, and the PBX learns of it.
fn phone(channel: &str) -> String {
    channel.strip_suffix(";2").map_or_else(|| channel.to_owned(), |near| format!("{near};1"))
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}
