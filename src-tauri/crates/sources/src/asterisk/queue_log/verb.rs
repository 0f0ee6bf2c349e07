//! What a line of a queue_log says happened, with its data. Meaning and place of each figure: the page "Queue Logs" of Asterisk's
//! documentation; older versions write fewer of them.

use super::line::Field;
use memchr::memchr;

/// A verb with its data. What a version does not write is absent; times are seconds unless named otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the fields' names are what they are
pub enum Verb<'a> {
    /// A caller entered a queue.
    EnterQueue { url: Field<'a>, caller: Field<'a>, position: Option<i64>, name: Field<'a> },
    /// An agent answered; `leg` is the agent's channel.
    Connect { hold_s: Option<i64>, leg: Field<'a>, ring_ms: Option<i64> },
    /// The conversation ended: the agent hung up, or the caller.
    Complete { by: Party, hold_s: Option<i64>, talk_s: Option<i64>, position: Option<i64> },
    /// The agent passed the caller on without a word to the next (`TRANSFER` of old versions).
    BlindTransfer { exten: Field<'a>, context: Field<'a>, hold_s: Option<i64>, talk_s: Option<i64> },
    /// The agent spoke to the next one first; `method` is `BRIDGE`, `APP` or `LINK`.
    AttendedTransfer { method: Field<'a>, hold_s: Option<i64>, talk_s: Option<i64> },
    /// The caller hung up while waiting. Also written for one who was moved elsewhere by a redirection.
    Abandon { position: Option<i64>, entered_at: Option<i64>, wait_s: Option<i64> },
    /// The queue's time limit sent the caller on.
    ExitWithTimeout { position: Option<i64>, entered_at: Option<i64>, wait_s: Option<i64> },
    /// The caller left by a key.
    ExitWithKey { key: Field<'a>, position: Option<i64>, entered_at: Option<i64>, wait_s: Option<i64> },
    /// No agent was left to wait for.
    ExitEmpty { position: Option<i64>, entered_at: Option<i64>, wait_s: Option<i64> },
    /// A supervisor or a program took the caller out; `info` is what it gave as a reason.
    Withdraw { position: Option<i64>, entered_at: Option<i64>, wait_s: Option<i64>, info: Field<'a> },
    /// An agent was rung and did not answer in time.
    RingNoAnswer { ring_ms: Option<i64> },
    /// An agent was rung, and the caller gave up before the ringing ended.
    RingCanceled { ring_ms: Option<i64> },
    /// The caller hung up while the agent heard the announcement.
    AgentDump,
    /// Caller and agent answered and could not be joined.
    SysCompat,
    /// An agent paused; `all` is the line that stands for all queues, beside which each queue has its own.
    Pause { all: bool, reason: Field<'a> },
    /// A pause ended.
    Unpause { all: bool, reason: Field<'a> },
    /// An agent joined a queue; `paused` if so from the start.
    AddMember { paused: bool },
    /// An agent left a queue.
    RemoveMember,
    /// An agent's place in the order of asking changed.
    Penalty { penalty: Option<i64> },
    /// A member's leave to be rung while in use changed.
    RingInUse { allowed: Field<'a> },
    /// An agent of `chan_agent` logged in at a channel, or, with `callback`, at an extension.
    AgentLogin { callback: bool, place: Field<'a> },
    /// Such an agent logged off after so long.
    AgentLogoff { callback: bool, place: Field<'a>, logged_in_s: Option<i64>, reason: Field<'a> },
    /// The PBX started: whoever was in a queue no longer is.
    QueueStart,
    /// The log was opened anew, after a rotation or a reload.
    ConfigReload,
    /// The number that was dialled, which FreePBX and others add.
    Did { number: Field<'a> },
    /// Free words of a dial plan or program.
    Info { words: Field<'a> },
    /// A verb of another make or of the future, with all its data.
    Unknown { verb: Field<'a>, data: Field<'a> },
}

/// Who ended a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The agent.
    Agent,
    /// The caller.
    Caller,
}

impl<'a> Verb<'a> {
    pub(super) fn parse(verb: &'a [u8], data: &'a [u8]) -> Verb<'a> {
        let d = Data::of(data);
        let (field, number) = (|place| d.field(place), |place| d.field(place).number());
        let (position, entered_at, wait_s) = (number(0), number(1), number(2));
        match verb {
            b"ENTERQUEUE" => Verb::EnterQueue { url: field(0), caller: field(1), position: number(2), name: field(3) },
            b"CONNECT" => {
                let ring_ms = number(2).map(|seconds| seconds.saturating_mul(1000));
                Verb::Connect { hold_s: number(0), leg: field(1), ring_ms }
            }
            b"COMPLETEAGENT" | b"COMPLETECALLER" => {
                let by = if verb == b"COMPLETEAGENT" { Party::Agent } else { Party::Caller };
                Verb::Complete { by, hold_s: number(0), talk_s: number(1), position: number(2) }
            }
            b"BLINDTRANSFER" | b"TRANSFER" => {
                Verb::BlindTransfer { exten: field(0), context: field(1), hold_s: number(2), talk_s: number(3) }
            }
            b"ATTENDEDTRANSFER" => {
                // A LINK names two channels, the others one thing: the figures are the last three.
                let first = if field(0).0 == b"LINK" { 3 } else { 2 };
                Verb::AttendedTransfer { method: field(0), hold_s: number(first), talk_s: number(first + 1) }
            }
            b"ABANDON" => Verb::Abandon { position, entered_at, wait_s },
            b"EXITWITHTIMEOUT" => Verb::ExitWithTimeout { position, entered_at, wait_s },
            b"EXITWITHKEY" => {
                Verb::ExitWithKey { key: field(0), position: number(1), entered_at: number(2), wait_s: number(3) }
            }
            b"EXITEMPTY" => Verb::ExitEmpty { position, entered_at, wait_s },
            b"WITHDRAW" => Verb::Withdraw { position, entered_at, wait_s, info: field(3) },
            b"RINGNOANSWER" => Verb::RingNoAnswer { ring_ms: number(0) },
            b"RINGCANCELED" => Verb::RingCanceled { ring_ms: number(0) },
            b"AGENTDUMP" => Verb::AgentDump,
            b"SYSCOMPAT" => Verb::SysCompat,
            b"PAUSE" | b"PAUSEALL" => Verb::Pause { all: verb.ends_with(b"ALL"), reason: field(0) },
            b"UNPAUSE" | b"UNPAUSEALL" => Verb::Unpause { all: verb.ends_with(b"ALL"), reason: field(0) },
            b"ADDMEMBER" => Verb::AddMember { paused: field(0).0 == b"PAUSED" },
            b"REMOVEMEMBER" => Verb::RemoveMember,
            b"PENALTY" => Verb::Penalty { penalty: number(0) },
            b"RINGINUSE" => Verb::RingInUse { allowed: field(0) },
            b"AGENTLOGIN" | b"AGENTCALLBACKLOGIN" => {
                Verb::AgentLogin { callback: verb == b"AGENTCALLBACKLOGIN", place: field(0) }
            }
            b"AGENTLOGOFF" | b"AGENTCALLBACKLOGOFF" => Verb::AgentLogoff {
                callback: verb == b"AGENTCALLBACKLOGOFF",
                place: field(0),
                logged_in_s: number(1),
                reason: field(2),
            },
            b"QUEUESTART" => Verb::QueueStart,
            b"CONFIGRELOAD" => Verb::ConfigReload,
            b"DID" => Verb::Did { number: field(0) },
            b"INFO" => Verb::Info { words: Field(data) },
            _ => Verb::Unknown { verb: Field(verb), data: Field(data) },
        }
    }

    /// The verb's name in the log; of `TRANSFER`, its name of today.
    pub fn name(&self) -> &'a [u8] {
        match *self {
            Verb::EnterQueue { .. } => b"ENTERQUEUE",
            Verb::Connect { .. } => b"CONNECT",
            Verb::Complete { by: Party::Agent, .. } => b"COMPLETEAGENT",
            Verb::Complete { by: Party::Caller, .. } => b"COMPLETECALLER",
            Verb::BlindTransfer { .. } => b"BLINDTRANSFER",
            Verb::AttendedTransfer { .. } => b"ATTENDEDTRANSFER",
            Verb::Abandon { .. } => b"ABANDON",
            Verb::ExitWithTimeout { .. } => b"EXITWITHTIMEOUT",
            Verb::ExitWithKey { .. } => b"EXITWITHKEY",
            Verb::ExitEmpty { .. } => b"EXITEMPTY",
            Verb::Withdraw { .. } => b"WITHDRAW",
            Verb::RingNoAnswer { .. } => b"RINGNOANSWER",
            Verb::RingCanceled { .. } => b"RINGCANCELED",
            Verb::AgentDump => b"AGENTDUMP",
            Verb::SysCompat => b"SYSCOMPAT",
            Verb::Pause { all: false, .. } => b"PAUSE",
            Verb::Pause { all: true, .. } => b"PAUSEALL",
            Verb::Unpause { all: false, .. } => b"UNPAUSE",
            Verb::Unpause { all: true, .. } => b"UNPAUSEALL",
            Verb::AddMember { .. } => b"ADDMEMBER",
            Verb::RemoveMember => b"REMOVEMEMBER",
            Verb::Penalty { .. } => b"PENALTY",
            Verb::RingInUse { .. } => b"RINGINUSE",
            Verb::AgentLogin { callback: false, .. } => b"AGENTLOGIN",
            Verb::AgentLogin { callback: true, .. } => b"AGENTCALLBACKLOGIN",
            Verb::AgentLogoff { callback: false, .. } => b"AGENTLOGOFF",
            Verb::AgentLogoff { callback: true, .. } => b"AGENTCALLBACKLOGOFF",
            Verb::QueueStart => b"QUEUESTART",
            Verb::ConfigReload => b"CONFIGRELOAD",
            Verb::Did { .. } => b"DID",
            Verb::Info { .. } => b"INFO",
            Verb::Unknown { verb, .. } => verb.0,
        }
    }
}

/// The fields behind a verb: the first six, which is as many as any verb has.
struct Data<'a>([&'a [u8]; 6]);

impl<'a> Data<'a> {
    fn of(mut rest: &'a [u8]) -> Data<'a> {
        let mut fields = [&[][..]; 6];
        for field in &mut fields {
            match memchr(b'|', rest) {
                Some(end) => (*field, rest) = (&rest[..end], &rest[end + 1..]),
                None => {
                    *field = rest;
                    break;
                }
            }
        }
        Data(fields)
    }

    fn field(&self, place: usize) -> Field<'a> {
        Field(self.0[place])
    }
}

#[cfg(test)]
mod tests {
    use super::super::content::Lines;
    use super::super::line::Line;
    use super::*;
    use std::collections::BTreeMap;

    fn verb(text: &'static str) -> Verb<'static> {
        let line: &'static str = format!("1|1.1|sac|Ana|{text}").leak();
        Line::parse(line.as_bytes()).expect("a line").verb
    }

    #[test]
    fn figures_stand_where_the_verb_has_them() {
        let f = |text: &'static str| Field(text.as_bytes());
        let some = Some;
        assert_eq!(
            verb("ENTERQUEUE||5511|3|Maria"),
            Verb::EnterQueue { url: f(""), caller: f("5511"), position: some(3), name: f("Maria") }
        );
        assert_eq!(verb("CONNECT|4|9.9|2"), Verb::Connect { hold_s: some(4), leg: f("9.9"), ring_ms: some(2000) });
        assert_eq!(verb("CONNECT|4"), Verb::Connect { hold_s: some(4), leg: f(""), ring_ms: None });
        assert_eq!(
            verb("COMPLETECALLER|2|31|1"),
            Verb::Complete { by: Party::Caller, hold_s: some(2), talk_s: some(31), position: some(1) }
        );
        for old in ["BLINDTRANSFER|4004|xfer|3|2|1", "TRANSFER|4004|xfer|3|2|1"] {
            let transfer =
                Verb::BlindTransfer { exten: f("4004"), context: f("xfer"), hold_s: some(3), talk_s: some(2) };
            assert_eq!(verb(old), transfer);
        }
        for (text, method) in [
            ("ATTENDEDTRANSFER|BRIDGE|a1b33570|2|6|3", "BRIDGE"),
            ("ATTENDEDTRANSFER|APP|VoiceMail|2|6|3", "APP"),
            ("ATTENDEDTRANSFER|LINK|SIP/1-01|SIP/2-02|2|6|3", "LINK"),
        ] {
            assert_eq!(verb(text), Verb::AttendedTransfer { method: f(method), hold_s: some(2), talk_s: some(6) });
        }
        assert_eq!(verb("ABANDON|1|2|7"), Verb::Abandon { position: some(1), entered_at: some(2), wait_s: some(7) });
        assert_eq!(
            verb("EXITWITHTIMEOUT|1"),
            Verb::ExitWithTimeout { position: some(1), entered_at: None, wait_s: None }
        );
        assert_eq!(
            verb("EXITWITHKEY|9|1|2|3"),
            Verb::ExitWithKey { key: f("9"), position: some(1), entered_at: some(2), wait_s: some(3) }
        );
        assert_eq!(
            verb("WITHDRAW|1|1|1|sup"),
            Verb::Withdraw { position: some(1), entered_at: some(1), wait_s: some(1), info: f("sup") }
        );
        assert_eq!(verb("RINGNOANSWER|10000"), Verb::RingNoAnswer { ring_ms: some(10000) });
        assert_eq!(verb("RINGNOANSWER|-1"), Verb::RingNoAnswer { ring_ms: None });
        assert_eq!(verb("PAUSEALL|almoco"), Verb::Pause { all: true, reason: f("almoco") });
        assert_eq!(verb("UNPAUSE"), Verb::Unpause { all: false, reason: f("") });
        assert_eq!(verb("ADDMEMBER|PAUSED"), Verb::AddMember { paused: true });
        assert_eq!(
            verb("AGENTCALLBACKLOGOFF|2101@x|360|Autologoff"),
            Verb::AgentLogoff { callback: true, place: f("2101@x"), logged_in_s: some(360), reason: f("Autologoff") }
        );
        assert_eq!(verb("INFO|a|b"), Verb::Info { words: f("a|b") });
        assert_eq!(verb("DIVERT_HOLDTIME|1|2"), Verb::Unknown { verb: f("DIVERT_HOLDTIME"), data: f("1|2") });
    }

    #[test]
    fn every_known_verb_keeps_its_name() {
        for name in [
            "ENTERQUEUE",
            "CONNECT",
            "COMPLETEAGENT",
            "COMPLETECALLER",
            "BLINDTRANSFER",
            "ATTENDEDTRANSFER",
            "ABANDON",
            "EXITWITHTIMEOUT",
            "EXITWITHKEY",
            "EXITEMPTY",
            "WITHDRAW",
            "RINGNOANSWER",
            "RINGCANCELED",
            "AGENTDUMP",
            "SYSCOMPAT",
            "PAUSE",
            "PAUSEALL",
            "UNPAUSE",
            "UNPAUSEALL",
            "ADDMEMBER",
            "REMOVEMEMBER",
            "PENALTY",
            "RINGINUSE",
            "AGENTLOGIN",
            "AGENTLOGOFF",
            "AGENTCALLBACKLOGIN",
            "AGENTCALLBACKLOGOFF",
            "QUEUESTART",
            "CONFIGRELOAD",
            "DID",
            "INFO",
        ] {
            let verb = verb(name);
            assert_eq!(verb.name(), name.as_bytes());
            assert!(!matches!(verb, Verb::Unknown { .. }), "{name}");
        }
        assert_eq!(verb("TRANSFER").name(), b"BLINDTRANSFER");
    }

    #[test]
    fn a_real_log_is_understood_to_its_last_line() {
        let log = include_bytes!("../../../tests/traces/queue_log-16.txt");
        let mut verbs: BTreeMap<String, usize> = BTreeMap::new();
        let mut lines = Lines::default();
        lines.feed(log, |line| {
            assert!(!matches!(line.verb, Verb::Unknown { .. }), "{line:?}");
            *verbs.entry(String::from_utf8_lossy(line.verb.name()).into_owned()).or_default() += 1;
        });
        assert_eq!(verbs.values().sum::<usize>(), log.split(|byte| *byte == b'\n').count() - 1);
        let count = |verb: &str| verbs.get(verb).copied().unwrap_or(0);
        assert_eq!((count("ENTERQUEUE"), count("CONNECT"), count("ABANDON")), (151, 118, 32));
        assert_eq!((count("ATTENDEDTRANSFER"), count("BLINDTRANSFER"), count("QUEUESTART")), (9, 7, 1));
    }
}
