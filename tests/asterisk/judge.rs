//! Mirante's visits against the driver's own record and the PBX's queue_log, field by field.

use mirante_tests::hub::{Hub, Visit};
use mirante_tests::load::{Outcome, Stay};
use mirante_tests::pbx::Pbx;
use mirante_tests::queue_log::{self, Line};

/// What a hub knows the PBX by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// The manager interface, as a user who may not hear the dial plan.
    Narrow,
    /// The manager interface as the documented user hears it.
    Ami,
    /// The queue_log and a user who may not hear the dial plan.
    NarrowLog,
    /// The queue_log and the documented user.
    QueueLog,
}

impl Means {
    /// Every one.
    pub(crate) const ALL: [Means; 4] = [Means::Narrow, Means::Ami, Means::NarrowLog, Means::QueueLog];

    /// A hub that has it, at that address of the PBX.
    pub(crate) fn hub(self, address: std::net::SocketAddr, pbx: &Pbx) -> anyhow::Result<Hub> {
        let log = pbx.queue_log();
        match self {
            Means::Narrow => Hub::follow_narrowly(address, None),
            Means::Ami => Hub::follow(address, None),
            Means::NarrowLog => Hub::follow_narrowly(address, Some(&log)),
            Means::QueueLog => Hub::follow(address, Some(&log)),
        }
    }

    fn reads_the_log(self) -> bool {
        matches!(self, Means::NarrowLog | Means::QueueLog)
    }

    /// True for an end of which these means tell that it was no answer and no hang-up, and not what it was.
    fn cannot_tell(self, outcome: Outcome) -> bool {
        use Outcome::{ExitKey, Overflow, Timeout, Transferred, Withdrawn};
        self == Means::Narrow && matches!(outcome, Timeout | ExitKey | Withdrawn | Overflow | Transferred)
    }
}

/// One stay as both witnesses tell it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) stay: Stay,
    pub(crate) line: Line,
}

/// A time in which Mirante heard nothing, Unix ms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Silence {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Silence {
    /// True if any of a stay and its conversation may have gone unheard.
    fn touches(self, stay: &Stay) -> bool {
        let end = match (stay.outcome, stay.talk_ms) {
            (Outcome::Waiting, _) | (Outcome::Answered, None) => i64::MAX / 2,
            (_, talk) => stay.entered_ms + stay.wait_ms + talk.max(stay.counted_ms).unwrap_or(0),
        };
        // Where a moved caller went shows only in what the channel does next.
        let late = if stay.outcome == Outcome::Transferred { 3 * NEAR_MS } else { NEAR_MS };
        end + late > self.from && stay.entered_ms - NEAR_MS < self.to
    }
}

/// How far from the truth Mirante may be, ms.
const NEAR_MS: i64 = 1000;

/// Pairs the witnesses, or says in words where they differ: two that do must not judge Mirante.
pub(crate) fn cases<'a>(stays: impl Iterator<Item = &'a Stay>, log: &[Line]) -> Result<Vec<Case>, Vec<String>> {
    let (mut cases, mut differences) = (Vec::new(), Vec::new());
    let mut rest = log.to_vec();
    for stay in stays {
        let Some(at) = rest.iter().position(|line| line.call == stay.call && line.queue == stay.queue) else {
            differences.push(format!("not in the queue_log: {stay}"));
            continue;
        };
        let line = rest.remove(at);
        // The log has no word for a caller who was moved.
        let outcome = if stay.outcome == Outcome::Transferred { Outcome::Abandoned } else { stay.outcome };
        let counted = stay.counted_ms;
        let same = line.outcome == outcome
            && line.agent == stay.agent
            && queue_log::is_time(line.wait, stay.wait_ms)
            && line.talk.is_some() == counted.is_some()
            && line.talk.zip(counted).is_none_or(|(log, own)| queue_log::is_time(log, own));
        if !same {
            differences.push(format!("{stay}\n    but the queue_log says {line:?}"));
        }
        cases.push(Case { stay: stay.clone(), line });
    }
    differences.extend(rest.iter().map(|line| format!("only in the queue_log: {line:?}")));
    if differences.is_empty() { Ok(cases) } else { Err(differences) }
}

/// What came of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) visits: usize,
    pub(crate) unknown: usize,
    /// The differences in words, each with the contact it is about.
    pub(crate) differences: Vec<(String, String)>,
}

/// Every case must have its visit, alike in every field, and no visit may be left over. What a silence touched is told by the
/// queue_log alone, and without it may be missing or unknown, but never otherwise.
pub(crate) fn judge(means: Means, cases: &[Case], visits: &[Visit], silence: Option<Silence>) -> Verdict {
    let mut rest: Vec<&Visit> = visits.iter().collect();
    let mut verdict = Verdict { visits: visits.len(), ..Verdict::default() };
    verdict.unknown = visits.iter().filter(|visit| visit.outcome == "unknown").count();
    for case in cases {
        let stay = &case.stay;
        let touched = silence.is_some_and(|silence| silence.touches(stay));
        // A call may have been in a queue twice, and once unheard.
        let sure = !touched || means.reads_the_log();
        let mine = |visit: &&&Visit| {
            let same = visit.platform_id == stay.call && visit.queue == stay.queue;
            same && (sure || near(visit.entered_ms, stay.entered_ms))
        };
        let nearest = rest.iter().filter(mine).min_by_key(|visit| (visit.entered_ms - stay.entered_ms).abs());
        let Some(at) = nearest.and_then(|visit| rest.iter().position(|other| std::ptr::eq(*other, *visit))) else {
            if sure {
                verdict.differences.push((stay.contact.clone(), format!("no visit for {stay}")));
            }
            continue;
        };
        let visit = rest.remove(at);
        let wrong = match (touched, means.reads_the_log()) {
            (false, _) => wrong(means, case, visit),
            (true, true) => wrong_by_the_log(case, visit),
            (true, false) => dishonest(stay, visit),
        };
        if !wrong.is_empty() {
            let words = format!("{}: {stay}\n    Mirante has {visit:?}", wrong.join(", "));
            verdict.differences.push((stay.contact.clone(), words));
        }
    }
    verdict
        .differences
        .extend(rest.into_iter().map(|visit| (visit.contact.clone(), format!("nobody knows {visit:?}"))));
    verdict
}

fn near(one: i64, other: i64) -> bool {
    (one - other).abs() <= NEAR_MS
}

fn same_talk(visit: &Visit, witness: Option<i64>, same: impl Fn(i64, i64) -> bool) -> bool {
    match (visit.talk_ms, witness) {
        (Some(ms), Some(told)) => same(told, ms),
        (ms, told) => ms.is_none() && told.is_none(),
    }
}

fn failed(fields: &[(&'static str, bool)]) -> Vec<&'static str> {
    fields.iter().filter(|(_, right)| !right).map(|(name, _)| *name).collect()
}

/// Names of the fields that are not as both witnesses tell.
fn wrong(means: Means, case: &Case, visit: &Visit) -> Vec<&'static str> {
    let Case { stay, line } = case;
    let waits = stay.outcome == Outcome::Waiting;
    let told = visit.outcome == stay.outcome.word() || waits && visit.outcome == "unknown";
    let mut fields = vec![
        ("contact", visit.contact == stay.contact),
        ("outcome", told || visit.outcome == "unknown" && means.cannot_tell(stay.outcome)),
        ("agent", visit.agent == stay.agent),
        ("entry", near(stay.entered_ms, visit.entered_ms)),
        ("wait", near(stay.wait_ms, visit.wait_ms) || waits),
        ("talk", same_talk(visit, stay.talk_ms, near)),
        ("entry by the log", queue_log::is_instant(line.entered, visit.entered_ms)),
        ("wait by the log", queue_log::is_time(line.wait, visit.wait_ms) || waits),
        ("agent by the log", visit.agent == line.agent),
    ];
    // What the PBX counts of a parked call is no conversation: that it does so was checked above.
    if !stay.parked {
        fields.push(("talk by the log", same_talk(visit, line.talk, queue_log::is_time)));
    }
    failed(&fields)
}

/// The same where the log alone can have told. It knows neither the journey nor that a caller was moved.
fn wrong_by_the_log(case: &Case, visit: &Visit) -> Vec<&'static str> {
    let Case { stay, line } = case;
    let waits = line.outcome == Outcome::Waiting;
    let told = [stay.outcome.word(), line.outcome.word()].contains(&&*visit.outcome);
    failed(&[
        ("contact", visit.contact == stay.contact || visit.contact == stay.call),
        ("outcome", told || waits && visit.outcome == "unknown"),
        ("agent by the log", visit.agent == line.agent),
        ("entry by the log", queue_log::is_instant(line.entered, visit.entered_ms)),
        ("wait by the log", queue_log::is_time(line.wait, visit.wait_ms) || waits),
        (
            "talk by the log",
            same_talk(visit, line.talk, queue_log::is_time)
                // Heard until the silence, or after it: the driver's own figure is as good.
                || same_talk(visit, stay.talk_ms, near),
        ),
    ])
}

/// What is told otherwise, rather than left out, where nothing can have told.
fn dishonest(stay: &Stay, visit: &Visit) -> Vec<&'static str> {
    let told = visit.outcome != "unknown";
    failed(&[
        ("entry", near(stay.entered_ms, visit.entered_ms)),
        ("outcome", !told || visit.outcome == stay.outcome.word()),
        ("agent", visit.agent.is_none() || visit.agent == stay.agent),
        ("wait", !told || near(stay.wait_ms, visit.wait_ms)),
        ("talk", visit.talk_ms.is_none() || same_talk(visit, stay.talk_ms, near)),
    ])
}

/// The events of a contact, in words, for whoever mends the difference.
#[derive(Debug, Default)]
pub(crate) struct Trace(Vec<(String, String)>);

impl Trace {
    /// Keeps a message that tells of queues, of ends and of journeys.
    pub(crate) fn hear(&mut self, message: &mirante_tests::ami::Message) {
        const FIELDS: [&str; 14] = [
            "Channel",
            "Uniqueid",
            "DestChannel",
            "DestUniqueid",
            "Queue",
            "MemberName",
            "Context",
            "Exten",
            "Reason",
            "TalkTime",
            "HoldTime",
            "Cause",
            "UserEvent",
            "Status",
        ];
        const EVENTS: [&str; 22] = [
            "QueueCallerJoin",
            "QueueCallerLeave",
            "QueueCallerAbandon",
            "AgentCalled",
            "AgentConnect",
            "AgentComplete",
            "AgentRingNoAnswer",
            "Hangup",
            "HangupRequest",
            "SoftHangupRequest",
            "UserEvent",
            "BridgeEnter",
            "BridgeLeave",
            "BlindTransfer",
            "AttendedTransfer",
            "ParkedCall",
            "UnParkedCall",
            "ParkedCallTimeOut",
            "Pickup",
            "ConfbridgeJoin",
            "Newchannel",
            "AgentDump",
        ];
        let event = message.get("Event");
        if std::env::var_os("MIRANTE_RIG_TRACE").is_none() || !EVENTS.contains(&event) {
            return;
        }
        let fields = FIELDS.iter().filter(|name| !message.get(name).is_empty());
        let fields: Vec<String> = fields.map(|name| format!("{name}={}", message.get(name))).collect();
        let contact = ["Linkedid", "ParkeeLinkedid", "TransfereeLinkedid"].into_iter().map(|name| message.get(name));
        let contact = contact.into_iter().find(|contact| !contact.is_empty()).unwrap_or_default();
        self.0.push((contact.to_owned(), format!("{} {event} {}", message.at_ms(), fields.join(" "))));
    }

    /// All of one contact.
    pub(crate) fn of(&self, contact: &str) -> String {
        let lines = self.0.iter().filter(|(other, _)| other == contact).map(|(_, line)| format!("        {line}"));
        lines.collect::<Vec<_>>().join("\n")
    }
}
