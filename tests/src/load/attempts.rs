//! The driver's own record of each attempt to reach somebody: the callee's phone tells it, and the channel that leads there.

use super::plan::{Dial, Plan};
use crate::ami::Message;
use std::collections::HashMap;

/// One attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The driver's name of the call.
    pub id: String,
    /// Who was called.
    pub number: String,
    /// How it was meant.
    pub dial: Dial,
    /// Extension of the agent who dialled; absent if the PBX did by itself.
    pub agent: Option<u16>,
    /// Uniqueid of the channel that leads to the callee.
    pub call: String,
    /// Root Linkedid.
    pub contact: String,
    /// Unix ms, by the PBX's clock, at which dialling began.
    pub started_ms: i64,
    /// Unix ms at which somebody picked up.
    pub answered_ms: Option<i64>,
    /// Unix ms at which the channel was gone.
    pub ended_ms: Option<i64>,
    /// Its hang-up cause (Q.850).
    pub cause: Option<u32>,
}

/// What is known of a number that the plan calls.
#[derive(Debug, Clone)]
struct Wanted {
    id: String,
    dial: Dial,
    agent: Option<u16>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempts {
    wanted: HashMap<String, Wanted>,
    pub(super) list: Vec<Attempt>,
    by_call: HashMap<String, usize>,
}

impl Attempts {
    /// Ready to hear a plan carried out.
    pub(super) fn of(plan: &Plan) -> Attempts {
        let mut wanted = HashMap::new();
        for call in &plan.calls {
            if let Some(dial) = call.dial {
                wanted.insert(call.number.clone(), Wanted { id: call.id.clone(), dial, agent: None });
            }
        }
        for call in &plan.outside {
            let known = Wanted { id: call.id.clone(), dial: call.dial, agent: Some(call.agent) };
            wanted.insert(call.number.clone(), known);
        }
        Attempts { wanted, ..Attempts::default() }
    }

    /// Hears one message. Says whose attempt is over, if one is.
    pub(super) fn hear(&mut self, message: &Message) -> Option<String> {
        match message.get("Event") {
            "Newchannel" => {
                let channel = message.get("Channel");
                let number = channel.strip_prefix("Local/")?.split_once("@customer-")?.0;
                let wanted = self.wanted.get(number).filter(|_| channel.ends_with(";1"))?.clone();
                self.by_call.insert(message.get("Uniqueid").to_owned(), self.list.len());
                self.list.push(Attempt {
                    id: wanted.id,
                    number: number.to_owned(),
                    dial: wanted.dial,
                    agent: wanted.agent,
                    call: message.get("Uniqueid").to_owned(),
                    contact: message.get("Linkedid").to_owned(),
                    started_ms: message.at_ms(),
                    answered_ms: None,
                    ended_ms: None,
                    cause: None,
                });
                None
            }
            "UserEvent" if message.get("UserEvent") == "RigPicked" => {
                let id = message.get("CallID");
                let attempt = self.list.iter_mut().rev().find(|attempt| attempt.id == id)?;
                attempt.answered_ms.get_or_insert(message.at_ms());
                None
            }
            "Hangup" => {
                let attempt = &mut self.list[*self.by_call.get(message.get("Uniqueid"))?];
                attempt.ended_ms.get_or_insert(message.at_ms());
                attempt.cause = message.get("Cause").parse().ok();
                Some(attempt.id.clone())
            }
            _ => None,
        }
    }
}
