//! A few calls made by hand, each timed by a clock that nobody sets.

use mirante_tests::ami::{Ami, Message};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Pbx, until};
use std::collections::HashMap;

/// Someone who makes calls.
pub(super) struct Calls {
    pub(super) ami: Ami,
    made: usize,
    channels: HashMap<String, String>,
}

impl Calls {
    pub(super) fn of(pbx: &Pbx) -> Calls {
        Calls { ami: pbx.driver().expect("a session"), made: 0, channels: HashMap::new() }
    }

    /// Calls a queue and returns the call's Uniqueid once it is in it.
    pub(super) fn call(&mut self, queue: &str) -> String {
        self.made += 1;
        let number = CENTRE.queue(queue).expect("a queue of the centre").number;
        let (channel, id) = (format!("Local/{number}@inbound/n"), format!("hand{}", self.made));
        let (call, caller) = (format!("__RIG_CALL={id}"), format!("<55119{:08}>", 10_000_000 + self.made));
        let fields = [
            ("Channel", channel.as_str()),
            ("Context", "caller"),
            ("Exten", "s"),
            ("Priority", "1"),
            ("Timeout", "30000"),
            ("CallerID", &caller),
            ("Async", "true"),
            ("Variable", &call),
            ("Variable", "__RIG_RING=0.3"),
        ];
        self.ami.send("Originate", &fields).expect("a PBX that listens");
        let joined = self.wait("the call enters", |m| m.get("Event") == "QueueCallerJoin");
        let call = joined.get("Uniqueid").to_owned();
        self.channels.insert(call.clone(), joined.get("Channel").to_owned());
        call
    }

    /// Waits until an agent has the call.
    pub(super) fn answered(&mut self, call: &str) {
        self.wait("an agent answers", |m| m.get("Event") == "AgentConnect" && m.get("Uniqueid") == call);
    }

    /// The caller hangs up; returns once the PBX says so.
    pub(super) fn hang_up(&mut self, call: &str) {
        let channel = self.channels[call].clone();
        let near = channel.strip_suffix(";2").map_or_else(|| channel.clone(), |near| format!("{near};1"));
        self.ami.send("Hangup", &[("Channel", &near), ("Cause", "16")]).expect("a PBX that listens");
        self.wait("the call ends", |m| m.get("Event") == "Hangup" && m.get("Uniqueid") == call);
    }

    /// Everybody of a queue pauses, or comes back.
    pub(super) fn pause(&mut self, queue: &str, paused: bool) {
        let members = CENTRE.agents.iter().filter(|agent| agent.queues.iter().any(|(name, _)| *name == queue));
        let paused = if paused { "true" } else { "false" };
        for interface in members.map(|agent| agent.interface()) {
            let fields = [("Interface", interface.as_str()), ("Paused", paused), ("Reason", "reuniao")];
            let answer = self.ami.ask("QueuePause", &fields).expect("an answer");
            assert_eq!(answer.get("Response"), "Success", "{}", answer.get("Message"));
        }
    }

    fn wait(&mut self, what: &str, is: impl Fn(&Message) -> bool) -> Message {
        until(&mut self.ami, what, is).expect("a PBX that goes on")
    }
}
