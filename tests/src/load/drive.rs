//! Carries out a plan through the manager interface, one thread, and listens meanwhile.

use super::orders::Orders;
use super::plan::{Call, Change, Complete, Ending, Plan, Then};
use super::truth::{Outcome, Stay, Truth, Turn};
use crate::ami::{Ami, Message};
use crate::pbx::Centre;
use anyhow::Result;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::time::{Duration, Instant};

/// After so long whoever still holds a line in a journey hangs up: a step of it must have failed.
const LONGEST_MS: u64 = 40_000;
/// How long a third person takes to be there, and to hear that all three are joined, ms.
const THIRD_MS: u64 = 1500;
/// Between two keys that an agent presses, ms.
const KEY_MS: u64 = 300;
/// After so long an agent who was on the phone tries again to call somebody, ms.
const TRY_AGAIN_MS: u64 = 700;

/// The PBX tells of the end of a channel a moment after the dial plan's.
const LAST_WORDS: Duration = Duration::from_millis(500);

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

/// What is due. Ordered by time, then by kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Call(usize),
    Outside(usize),
    Change(usize),
    Back(u16, bool),
    /// Patience over, and the others below: for the stay of that number only.
    Impatient(usize, usize),
    Withdraw(usize, usize),
    Move(usize, usize),
    /// A colleague takes the call that rings on this channel.
    Pickup(usize, usize, String),
    Done(usize, usize),
    /// The agent who asked hangs up, which completes the transfer.
    Complete(usize, usize),
    /// The agent presses a key.
    Key(usize, usize, char),
    Fetch(usize, String),
    /// Everybody hangs up.
    Over(usize, usize),
}

/// Drives one PBX.
#[derive(Debug)]
pub struct Driver<'a> {
    orders: Orders<'a>,
    plan: &'a Plan,
    centre: &'a Centre,
    index: HashMap<&'a str, usize>,
    due: BinaryHeap<Reverse<(Instant, Due)>>,
    truth: Truth,
    ended: HashSet<String>,
}

impl<'a> Driver<'a> {
    /// Ready to start.
    pub fn new(ami: Ami, plan: &'a Plan, centre: &'a Centre) -> Driver<'a> {
        let index = plan.calls.iter().enumerate().map(|(index, call)| (call.id.as_str(), index)).collect();
        let (truth, orders) = (Truth::of(plan), Orders::new(ami, centre));
        Driver { orders, plan, centre, index, due: BinaryHeap::new(), truth, ended: HashSet::new() }
    }

    /// Carries out the plan and returns the record. `heard` sees every message of the PBX as it comes.
    pub fn run(mut self, options: Options, mut heard: impl FnMut(&Message)) -> Result<Truth> {
        self.carry_out(options, &mut heard)?;
        Ok(self.truth)
    }

    /// The same with a PBX that may die meanwhile: the record ends with it.
    pub fn run_to_its_end(mut self, options: Options) -> Truth {
        // The end of the session is what is waited for.
        let _ = self.carry_out(options, &mut |_| {});
        self.truth
    }

    fn carry_out(&mut self, options: Options, heard: &mut dyn FnMut(&Message)) -> Result<()> {
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
        let mut limit = after(last) + options.drain;
        let all = plan.calls.len() + plan.outside.len();
        loop {
            let now = Instant::now();
            while let Some(Reverse((at, _))) = self.due.peek()
                && *at <= now
                && let Some(Reverse((_, due))) = self.due.pop()
            {
                self.act(due, now)?;
            }
            if self.ended.len() >= all {
                // The last words of the last call.
                limit = limit.min(now + LAST_WORDS);
            }
            if now >= limit {
                break;
            }
            let next = self.due.peek().map_or(limit, |Reverse((at, _))| *at);
            if let Some(message) = self.orders.ami.receive(next.saturating_duration_since(now))? {
                heard(&message);
                self.hear(&message);
            }
        }
        self.everyone_back()
    }

    fn push(&mut self, ms: u64, due: Due) {
        self.due.push(Reverse((Instant::now() + Duration::from_millis(ms), due)));
    }

    fn hear(&mut self, message: &Message) {
        if message.get("Event") == "OriginateResponse"
            && let Some(id) = self.orders.asked.remove(message.get("ActionID"))
            && message.get("Response") == "Failure"
        {
            self.refused(id);
        }
        if message.get("Event") == "DialBegin" {
            self.rings(message);
        }
        let Some((id, turn)) = self.truth.hear(message, self.centre) else { return };
        if turn == Turn::Over {
            self.ended.insert(id);
            return;
        }
        let Some(&index) = self.index.get(id.as_str()) else { return };
        let call = &self.plan.calls[index];
        let stay = self.truth.of_call(&id).count();
        match turn {
            Turn::Entered { consult: true } => {
                let asked = self.turn(index, stay - 1);
                let wait = match asked {
                    Some(Then::Attended(_, Complete::Waiting(ms))) => ms,
                    _ => call.patience_ms / 2,
                };
                self.push(wait, Due::Complete(index, stay));
                self.push(call.patience_ms, Due::Impatient(index, stay));
            }
            Turn::Entered { consult: false } => {
                self.push(call.patience_ms, Due::Impatient(index, stay));
                if let Some(ms) = call.withdraw_ms {
                    self.push(ms, Due::Withdraw(index, stay));
                }
                if let Some((ms, _)) = call.moved.filter(|_| stay == 1) {
                    self.push(ms, Due::Move(index, stay));
                }
            }
            Turn::Answered => {
                let complete = match self.turn(index, stay.saturating_sub(1)) {
                    Some(Then::Attended(_, Complete::Answered(ms))) if stay > 1 => ms,
                    _ => 0,
                };
                self.push(complete, Due::Complete(index, stay));
                self.push(call.talk_ms.max(complete + THIRD_MS), Due::Done(index, stay));
            }
            Turn::Parked(place) => {
                if let Some(Then::Park(ms)) = self.turn(index, stay) {
                    self.push(ms, Due::Fetch(index, place));
                    self.push(ms + call.talk_ms, Due::Over(index, stay));
                }
            }
            Turn::Over => {}
        }
    }

    /// Nobody took the line that the PBX was to begin with. An agent who was on the phone calls as soon as they can: which calls
    /// are made must not depend on who happened to be free.
    fn refused(&mut self, id: String) {
        match self.plan.outside.iter().position(|call| call.id == id) {
            Some(index) => self.push(TRY_AGAIN_MS, Due::Outside(index)),
            None => drop(self.ended.insert(id)),
        }
    }

    /// An agent rings: for some calls a colleague takes it.
    fn rings(&mut self, message: &Message) {
        let caller = message.get("Channel");
        let Some(stay) = self.truth.stays.iter().rfind(|stay| stay.channel == caller) else { return };
        let Some(&index) = self.index.get(stay.id.as_str()) else { return };
        let number = self.truth.of_call(&stay.id).count();
        if let Some(ms) = self.plan.calls[index].pickup_ms {
            self.push(ms, Due::Pickup(index, number, message.get("DestChannel").to_owned()));
        }
    }

    /// What comes at the end of the conversation of that stay, if not its end.
    fn turn(&self, index: usize, stay: usize) -> Option<Then> {
        let call: &Call = &self.plan.calls[index];
        let answered = self.truth.of_call(&call.id).take(stay).filter(|stay| stay.outcome == Outcome::Answered).count();
        call.turns.get(answered.checked_sub(1)?).copied()
    }

    /// The stay if the call is in its stay number `stay` and that stay is so.
    fn is_at(&self, index: usize, stay: usize, outcome: Outcome) -> Option<Stay> {
        let mut stays = self.truth.of_call(&self.plan.calls[index].id);
        let now = stays.nth(stay - 1)?;
        (now.outcome == outcome && stays.next().is_none()).then(|| now.clone())
    }

    fn act(&mut self, due: Due, now: Instant) -> Result<()> {
        let plan = self.plan;
        match due {
            Due::Call(index) => self.orders.call(&plan.calls[index]),
            Due::Outside(index) => self.orders.outside(&plan.outside[index]),
            Due::Change(index) => self.change(index, now),
            Due::Back(agent, paused) => self.back(agent, paused),
            Due::Impatient(index, stay) => match self.is_at(index, stay, Outcome::Waiting) {
                Some(_) => self.caller_hangs_up(index),
                None => Ok(()),
            },
            Due::Withdraw(index, stay) => match self.is_at(index, stay, Outcome::Waiting) {
                Some(stay) => self.orders.withdraw(&stay),
                None => Ok(()),
            },
            Due::Move(index, stay) => match (self.is_at(index, stay, Outcome::Waiting), plan.calls[index].moved) {
                (Some(stay), Some((_, to))) => self.orders.redirect(&stay.channel, to),
                _ => Ok(()),
            },
            Due::Pickup(index, stay, channel) => match self.is_at(index, stay, Outcome::Waiting) {
                Some(_) => self.orders.pick_up(&channel),
                None => Ok(()),
            },
            Due::Done(index, stay) => match self.is_at(index, stay, Outcome::Answered) {
                Some(now) => self.done(index, stay, &now),
                None => Ok(()),
            },
            Due::Complete(index, stay) => {
                // Whoever asked is the agent of the stay before, unless that was no question.
                let asked = self.turn(index, stay.saturating_sub(1));
                let before =
                    stay.checked_sub(2).and_then(|n| self.truth.of_call(&plan.calls[index].id).nth(n)).cloned();
                match (asked, before) {
                    (Some(Then::Attended(..)), Some(before)) if before.talk_ms.is_none() => {
                        self.orders.hang_up(&phone(&before.agent_channel))
                    }
                    _ => Ok(()),
                }
            }
            Due::Key(index, stay, key) => match self.is_at(index, stay, Outcome::Answered) {
                Some(stay) => self.orders.press(&phone(&stay.agent_channel), key),
                None => Ok(()),
            },
            Due::Fetch(index, place) if !self.ended.contains(&plan.calls[index].id) => {
                self.orders.fetch(&place, plan.calls[index].talk_ms + LONGEST_MS)
            }
            Due::Fetch(..) => Ok(()),
            Due::Over(index, stay) => {
                let agent = self.is_at(index, stay, Outcome::Answered).map(|stay| phone(&stay.agent_channel));
                self.caller_hangs_up(index)?;
                agent.map_or(Ok(()), |agent| self.orders.hang_up(&agent))
            }
        }
    }

    fn caller_hangs_up(&mut self, index: usize) -> Result<()> {
        let call = &self.plan.calls[index];
        match self.truth.root(&call.id).filter(|_| !self.ended.contains(&call.id)).map(phone) {
            Some(phone) => self.orders.hang_up(&phone),
            None => Ok(()),
        }
    }

    /// The end of a conversation.
    fn done(&mut self, index: usize, stay: usize, now: &Stay) -> Result<()> {
        let call = &self.plan.calls[index];
        let Some(turn) = self.turn(index, stay) else {
            return match call.ending {
                Ending::Caller => self.caller_hangs_up(index),
                Ending::Agent => self.orders.hang_up(&phone(&now.agent_channel)),
            };
        };
        match turn {
            Then::Blind(queue) => self.orders.blind(&now.agent_channel, queue)?,
            Then::Attended(queue, _) => self.orders.consult(&now.agent_channel, queue)?,
            Then::Conference(ms) => {
                self.orders.conference(&call.id, now, ms)?;
                self.push(ms, Due::Over(index, stay));
            }
            Then::Three(ms) => {
                self.orders.ask_third(&now.agent_channel, ms + LONGEST_MS)?;
                self.push(THIRD_MS, Due::Key(index, stay, '*'));
                self.push(THIRD_MS + KEY_MS, Due::Key(index, stay, '3'));
                self.push(THIRD_MS + ms, Due::Over(index, stay));
            }
            Then::Park(_) => self.orders.park(now, LONGEST_MS + 5000)?,
            Then::ParkInVain(ms, _) => self.orders.park(now, ms)?,
        }
        self.push(LONGEST_MS, Due::Over(index, stay));
        Ok(())
    }

    fn change(&mut self, index: usize, now: Instant) -> Result<()> {
        let (_, agent, change) = &self.plan.changes[index];
        let for_ms = match change {
            Change::Pause(reason, for_ms) => {
                self.orders.pause(*agent, Some(reason))?;
                *for_ms
            }
            Change::Away(for_ms) => {
                self.orders.away(*agent, true)?;
                *for_ms
            }
        };
        let back = Due::Back(*agent, matches!(change, Change::Pause(..)));
        self.due.push(Reverse((now + Duration::from_millis(for_ms), back)));
        Ok(())
    }

    fn back(&mut self, agent: u16, paused: bool) -> Result<()> {
        if paused { self.orders.pause(agent, None) } else { self.orders.away(agent, false) }
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

/// The other end of a channel's line: the person there hangs up or presses keys, and the PBX learns of it.
fn phone(channel: &str) -> String {
    match (channel.strip_suffix(";2"), channel.strip_suffix(";1")) {
        (Some(near), _) => format!("{near};1"),
        (_, Some(near)) => format!("{near};2"),
        _ => channel.to_owned(),
    }
}
