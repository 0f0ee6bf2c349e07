//! Calls to the outside: attempts to reach someone, dialled by agents or by a dialler.
//!
//! * An agent's telephone that dials a number outside makes an attempt of that agent.
//! * A channel that the PBX itself makes to a number outside (Originate, a call file, a dialler) makes an attempt without an
//!   agent: who answers it is found when the call is given to a queue or an agent.
//! * Any other call to the outside is an attempt only if it names a campaign.
//! * A queue that rings its member is never one, wherever the member's telephone is.
//!
//! An attempt is named by the Uniqueid of the leg to the callee. Trunks may be reached through `Local` channels: the innermost
//! leg then tells the answer and the cause. A route that fails at once may be followed by another, which is the same attempt.
//! Who hung up is told by the first hang-up *request*: one that comes from a channel means that its far end hung up.

mod coded;
mod table;
#[cfg(test)]
mod tests;
mod who;

pub use coded::Outbound;

use super::calls::{When, event};
use super::members::Members;
use super::message::Message;
use crate::{Caller, Report};
use mirante_floor::{AnsweredBy, DialEnd, EndedBy, Kind, Name};
use std::collections::BTreeMap;
use table::{Number, Open, Role, Table};

/// How long an end is held that another route, or a leg that goes on alone, may undo, ms.
const HOLD_MS: i64 = 2000;
/// Most channels whose campaign is remembered.
const MOST: usize = 50_000;

/// Whether [`Attempts::take`] reads an event of this name. A dial-plan may spell its user events in large or small letters, so
/// all of them are read: they are few.
pub(crate) fn takes(name: &[u8]) -> bool {
    matches!(name, b"DialBegin" | b"DialState" | b"DialEnd" | b"UserEvent")
}

/// The attempts of one session.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    config: Outbound,
    table: Table,
    /// Campaigns by channel, as variables named them.
    campaigns: BTreeMap<Name, Name>,
}

impl Attempts {
    pub(crate) fn new(config: Outbound) -> Attempts {
        Attempts { config, ..Attempts::default() }
    }

    #[cfg(test)]
    pub(crate) fn config(&self) -> &Outbound {
        &self.config
    }

    /// Takes what an event tells about calls to the outside. Others pass.
    pub(crate) fn take(
        &mut self,
        name: &str,
        message: &Message<'_>,
        members: &Members,
        when: When,
        out: &mut Vec<Report>,
    ) -> Option<()> {
        match name {
            "DialBegin" => self.begun(message, members, when, out)?,
            "DialState" if message.get("DialStatus") == Some("RINGING") => {
                let (open, role) = self.table.get(message.said("DestUniqueid")?)?;
                if role == Role::Callee || role == Role::Inner {
                    ring(open, when, out);
                }
            }
            "DialEnd" => self.dial_ended(message.said("DestUniqueid")?, message.said("DialStatus")?, when, out)?,
            "HangupRequest" | "SoftHangupRequest" => {
                let (open, role) = self.table.get(message.said("Uniqueid")?)?;
                let by = match role {
                    Role::Caller if open.agent.is_some() => EndedBy::Agent,
                    Role::Agent(_) => EndedBy::Agent,
                    Role::Callee | Role::Inner if name == "HangupRequest" => EndedBy::Callee,
                    Role::Caller | Role::Callee | Role::Inner => EndedBy::System,
                };
                open.by.get_or_insert(by);
            }
            "Hangup" => self.hung_up(message.said("Uniqueid")?, message.number("Cause"), when, out),
            "QueueCallerJoin" => self.table.get(message.said("Uniqueid")?)?.0.sought = true,
            "AgentConnect" => self.table.get(message.said("Uniqueid")?)?.0.taken = true,
            "AgentComplete" => {
                let (open, _) = self.table.get(message.said("Uniqueid")?)?;
                match message.get("Reason") {
                    Some("agent") => open.by = Some(EndedBy::Agent),
                    Some("caller") => open.by = Some(EndedBy::Callee),
                    _ => {}
                }
            }
            "VarSet" => self.variable(message, when, out)?,
            "UserEvent" => self.coded(message, when, out)?,
            _ => {}
        }
        Some(())
    }

    fn begun(&mut self, message: &Message<'_>, members: &Members, when: When, out: &mut Vec<Report>) -> Option<()> {
        let (leg, channel) = (Name::from(message.said("DestUniqueid")?), message.said("DestChannel")?);
        let (caller, caller_channel) = (message.said("Uniqueid"), message.said("Channel").unwrap_or_default());
        if self.table.of(&leg).is_some() {
            return None;
        }
        let to_agent = members.agent(who::address(channel));
        // The far half of a pair dials on behalf of whoever dialled the near one.
        if let Some((pair, 2)) = who::half(caller_channel)
            && let Some(owner) = self.table.local(pair)
        {
            match owner.filter(|_| to_agent.is_none()) {
                Some(number) => self.goes_on(number, leg, Role::Inner, message, when, out),
                None => self.aside(channel),
            }
            return Some(());
        }
        match caller.and_then(|caller| self.table.of(caller)) {
            Some((number, Role::Callee | Role::Inner)) => {
                self.given_to(number, leg, to_agent);
                self.aside(channel);
                return Some(());
            }
            Some((_, Role::Agent(_))) => {
                self.aside(channel);
                return Some(());
            }
            Some((number, Role::Caller)) if to_agent.is_none() && self.has_failed(number) => {
                self.goes_on(number, leg, Role::Callee, message, when, out);
                return Some(());
            }
            Some((_, Role::Caller)) | None => {}
        }
        if to_agent.is_some() {
            self.aside(channel);
            return Some(());
        }
        let telephone = who::outside(channel, message.said("DialString"))?;
        let agent = caller.and_then(|_| members.agent(who::address(caller_channel)));
        let root = message.said("Linkedid").or(message.said("DestLinkedid"));
        let named = [Some(&*leg), caller, root].into_iter().flatten().find_map(|channel| self.campaigns.get(channel));
        let campaign = named.cloned().or_else(|| self.config.of_account(message));
        if caller.is_some() && agent.is_none() && campaign.is_none() {
            return None;
        }
        let contact = root.map_or_else(|| leg.clone(), Name::from);
        let number = self.table.begin(leg.clone(), contact.clone(), campaign.clone(), agent.clone());
        let callee = Some(Caller { number: telephone.into(), name: Name::default() });
        event(out, when.at, Kind::Dialled { attempt: leg.clone(), campaign, contact, agent, callee });
        if let Some(caller) = caller {
            self.table.join(number, caller.into(), Role::Caller);
        }
        self.goes_on(number, leg, Role::Callee, message, when, out);
        Some(())
    }

    /// A leg to the callee of an attempt was dialled: the first, a further one, or another route.
    fn goes_on(
        &mut self,
        number: Number,
        leg: Name,
        role: Role,
        message: &Message<'_>,
        when: When,
        out: &mut Vec<Report>,
    ) {
        self.table.join(number, leg, role);
        if let Some((pair, _)) = message.said("DestChannel").and_then(who::half) {
            self.table.join_local(number, pair);
        }
        let Some(open) = self.table.open.get_mut(&number) else { return };
        if !open.answered {
            (open.over, open.status, open.cause, open.by) = (None, None, None, None);
        }
        if message.get("DestChannelState") == Some("5") {
            ring(open, when, out);
        }
    }

    /// The callee is given to an agent.
    fn given_to(&mut self, number: Number, leg: Name, agent: Option<Name>) {
        if let Some(agent) = agent
            && let Some(open) = self.table.open.get_mut(&number)
        {
            open.sought = true;
            self.table.join(number, leg, Role::Agent(agent));
        }
    }

    /// A channel leads to an agent, or to somebody whom the callee is given to: what it dials is no attempt.
    fn aside(&mut self, channel: &str) {
        if let Some((pair, _)) = who::half(channel) {
            self.table.put_aside(pair);
        }
    }

    /// The route failed at once, and its channel is gone or going.
    fn has_failed(&self, number: Number) -> bool {
        self.table.open.get(&number).is_some_and(|open| !open.answered && open.status.is_some())
    }

    fn dial_ended(&mut self, leg: &str, status: &str, when: When, out: &mut Vec<Report>) -> Option<()> {
        let (open, role) = self.table.get(leg)?;
        let is_answer = status == "ANSWER";
        match role {
            Role::Agent(agent) if is_answer => {
                open.taken = true;
                answer(open, Some(agent), when, out);
            }
            // Behind a pair, the dial plan may answer before the callee does.
            Role::Callee if is_answer && open.is_chained => {}
            Role::Callee | Role::Inner if is_answer && !open.answered => {
                open.answered = true;
                open.status = Some("ANSWER".into());
                answer(open, None, when, out);
            }
            Role::Callee | Role::Inner if !is_answer && !open.answered => {
                let is_word = status.len() <= 20 && status.bytes().all(|b| b.is_ascii_alphanumeric());
                open.status = open.status.take().or_else(|| is_word.then(|| status.into()));
            }
            _ => {}
        }
        Some(())
    }

    fn hung_up(&mut self, channel: &str, cause: Option<u16>, when: When, out: &mut Vec<Report>) {
        self.campaigns.remove(channel);
        let Some((number, role)) = self.table.of(channel) else { return };
        let Some(open) = self.table.open.get_mut(&number) else { return };
        let cause = cause.filter(|cause| *cause != 0);
        match role {
            Role::Callee if open.leg.as_deref() == Some(channel) => {
                open.leg = None;
                open.cause = open.cause.or(cause);
                let may_go_on = match open.answered {
                    // Either it ends with this, or the pair was taken out of the path and is not missed.
                    true => open.inner.is_some(),
                    false => open.has_caller && matches!(open.status.as_deref(), Some("CHANUNAVAIL" | "CONGESTION")),
                };
                if may_go_on {
                    open.over = Some(when);
                } else {
                    self.end(number, when, when.now, out);
                }
            }
            Role::Inner if open.inner.as_deref() == Some(channel) => {
                open.inner = None;
                open.cause = open.cause.or(cause);
                if open.leg.is_none() {
                    let when = open.over.unwrap_or(when);
                    self.end(number, when, when.now, out);
                }
            }
            Role::Caller => {
                open.has_caller = false;
                match open.over {
                    Some(over) if !open.answered => self.end(number, over, when.now, out),
                    _ if open.answered => open.parting = Some(when),
                    _ => {}
                }
            }
            Role::Agent(_) if open.taken => {
                event(out, when.at, Kind::DialParted { attempt: open.name.clone(), ago_ms: 0 });
            }
            Role::Callee | Role::Inner | Role::Agent(_) => {}
        }
    }

    fn variable(&mut self, message: &Message<'_>, when: When, out: &mut Vec<Report>) -> Option<()> {
        let channel = message.said("Uniqueid")?;
        if message.get("Variable") == Some("AMDSTATUS") {
            let (open, _) = self.table.get(channel)?;
            open.heard = match message.get("Value")? {
                "MACHINE" => AnsweredBy::Machine,
                "HUMAN" | "PERSON" => AnsweredBy::Human,
                _ => return None,
            };
            if open.answered {
                answer(open, None, when, out);
            }
        } else if let Some(campaign) = self.config.of_variable(message) {
            if self.campaigns.len() >= MOST {
                self.campaigns.pop_first();
            }
            self.campaigns.insert(channel.into(), campaign);
        }
        Some(())
    }

    fn coded(&mut self, message: &Message<'_>, when: When, out: &mut Vec<Report>) -> Option<()> {
        let (code, flags) = self.config.disposition(message)?;
        let contact = message.said("Linkedid");
        let named = message.said("Attempt").and_then(|name| self.table.coded(Some(name), Some(name)));
        let found = named.or_else(|| self.table.coded(message.said("Uniqueid"), contact));
        let told = message.said("Campaign").map(coded::short);
        let (attempt, campaign) = match found {
            Some((attempt, own)) => (attempt, told.or(own)),
            None => (Name::from(message.said("Uniqueid").or(contact).unwrap_or_default()), Some(told?)),
        };
        event(out, when.at, Kind::Disposed { campaign, attempt, code, flags });
        Some(())
    }

    /// Time passed: what was held too long is said.
    pub(crate) fn tick(&mut self, now: i64, out: &mut Vec<Report>) {
        let due = |held: Option<When>| held.filter(|when| now.saturating_sub(when.now) >= HOLD_MS);
        let mut over = Vec::new();
        for (number, open) in &mut self.table.open {
            if let Some(when) = due(open.over) {
                if open.answered && open.inner.is_some() {
                    open.over = None;
                } else {
                    over.push((*number, when));
                }
            }
            if let Some(when) = due(open.parting) {
                open.parting = None;
                event(out, when.at, Kind::DialParted { attempt: open.name.clone(), ago_ms: ago(when, now) });
            }
        }
        for (number, when) in over {
            self.end(number, when, now, out);
        }
    }

    /// The attempt is over, `when` then and known now.
    fn end(&mut self, number: Number, when: When, now: i64, out: &mut Vec<Report>) {
        let Some(mut open) = self.table.end(number) else { return };
        // Asterisk 16 says nothing at all when it gives up a call that it made itself: the leg rang, nobody at its far end hung
        // up, and it is gone.
        let was_given_up = !open.answered && open.rings && open.agent.is_none() && open.by != Some(EndedBy::Callee);
        if was_given_up && open.status.is_none() && open.cause.is_none() {
            open.status = Some("NOANSWER".into());
        }
        let by = match (open.answered, open.status.as_deref(), open.cause) {
            (true, ..) => open.by.unwrap_or(EndedBy::Unknown),
            (false, Some("CANCEL"), _) if open.agent.is_some() => EndedBy::Agent,
            (false, Some("CANCEL"), _) => EndedBy::System,
            (false, Some("BUSY"), _) | (false, _, Some(17 | 21)) => EndedBy::Callee,
            (false, None, None) => EndedBy::Unknown,
            (false, ..) => EndedBy::System,
        };
        let dropped = open.answered && open.heard != AnsweredBy::Machine && open.sought && !open.taken;
        let end = DialEnd { dropped, by, cause: open.cause, status: open.status };
        event(out, when.at, Kind::DialEnded { attempt: open.name, end, ago_ms: ago(when, now) });
    }
}

fn ring(open: &mut Open, when: When, out: &mut Vec<Report>) {
    if !open.rings && !open.answered {
        open.rings = true;
        event(out, when.at, Kind::DialRinging { attempt: open.name.clone() });
    }
}

fn answer(open: &Open, agent: Option<Name>, when: When, out: &mut Vec<Report>) {
    event(out, when.at, Kind::DialAnswered { attempt: open.name.clone(), by: open.heard, agent });
}

/// How long ago something was, ms, where no time was told; else 0.
fn ago(when: When, now: i64) -> i64 {
    when.at.map_or_else(|| now.saturating_sub(when.now).max(0), |_| 0)
}
