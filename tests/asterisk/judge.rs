//! Mirante's visits against the driver's own record and the PBX's queue_log, field by field.

use mirante_tests::hub::{Hub, Visit};
use mirante_tests::load::{Outcome, Stay, Truth};
use mirante_tests::pbx::Pbx;
use mirante_tests::queue_log::{self, Line};

/// What a hub knows the PBX by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// The manager interface as the documented user hears it.
    Ami,
    /// With the right to hear the dial plan too.
    Dialplan,
    /// With the queue_log instead.
    QueueLog,
}

impl Means {
    /// Every one.
    pub(crate) const ALL: [Means; 3] = [Means::Ami, Means::Dialplan, Means::QueueLog];

    /// A hub that has it, at that address of the PBX.
    pub(crate) fn hub(self, address: std::net::SocketAddr, pbx: &Pbx) -> anyhow::Result<Hub> {
        match self {
            Means::Ami => Hub::follow(address, None),
            Means::Dialplan => Hub::follow_dialplan(address),
            Means::QueueLog => Hub::follow(address, Some(&pbx.queue_log())),
        }
    }

    /// True for an end of which these means tell that it was no answer and no hang-up, and not what it was.
    fn cannot_tell(self, outcome: Outcome) -> bool {
        use Outcome::{ExitKey, Overflow, Timeout, Transferred, Withdrawn};
        self == Means::Ami && matches!(outcome, Timeout | ExitKey | Withdrawn | Overflow | Transferred)
    }
}

/// One stay as both witnesses tell it; the queue_log does not hear of everything.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) stay: Stay,
    pub(crate) line: Option<Line>,
}

/// Pairs the witnesses, or says in words where they differ: two that do must not judge Mirante.
pub(crate) fn cases(truth: &Truth, log: &[Line]) -> Result<Vec<Case>, Vec<String>> {
    let (mut cases, mut differences) = (Vec::new(), Vec::new());
    let mut rest = log.to_vec();
    for stay in truth.visits() {
        let Some(at) = rest.iter().position(|line| line.call == stay.call && line.queue == stay.queue) else {
            differences.push(format!("not in the queue_log: {stay}"));
            continue;
        };
        let line = rest.remove(at);
        // The log has no word for a caller who was moved.
        let outcome = if stay.outcome == Outcome::Transferred { Outcome::Abandoned } else { stay.outcome };
        let counted = stay.counted_ms.or(stay.talk_ms);
        let same = line.outcome == outcome
            && line.agent == stay.agent
            && queue_log::is_time(line.wait, stay.wait_ms)
            && line.talk.is_some() == counted.is_some()
            && line.talk.zip(counted).is_none_or(|(log, own)| queue_log::is_time(log, own));
        if !same {
            differences.push(format!("{stay}\n    but the queue_log says {line:?}"));
        }
        cases.push(Case { stay: stay.clone(), line: Some(line) });
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

/// Every case must have its visit, alike in every field, and no visit may be left over.
pub(crate) fn judge(means: Means, cases: &[Case], visits: &[Visit]) -> Verdict {
    let mut rest: Vec<&Visit> = visits.iter().collect();
    let mut verdict = Verdict { visits: visits.len(), ..Verdict::default() };
    verdict.unknown = visits.iter().filter(|visit| visit.outcome == "unknown").count();
    for case in cases {
        let stay = &case.stay;
        let mine = |visit: &&&Visit| visit.platform_id == stay.call && visit.queue == stay.queue;
        let nearest = rest.iter().filter(mine).min_by_key(|visit| (visit.entered_ms - stay.entered_ms).abs());
        let Some(at) = nearest.and_then(|visit| rest.iter().position(|other| std::ptr::eq(*other, *visit))) else {
            verdict.differences.push((stay.contact.clone(), format!("no visit for {stay}")));
            continue;
        };
        let visit = rest.remove(at);
        let wrong = wrong(means, case, visit);
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
    (one - other).abs() <= 1000
}

/// Names of the fields that are not as they should be.
fn wrong(means: Means, case: &Case, visit: &Visit) -> Vec<&'static str> {
    let Case { stay, line } = case;
    let told = visit.outcome == stay.outcome.word() || stay.outcome == Outcome::Waiting && visit.outcome == "unknown";
    let talk = |same: &dyn Fn(i64) -> bool, witness: bool| match visit.talk_ms {
        Some(ms) => witness && same(ms),
        None => !witness,
    };
    let mut fields = vec![
        ("contact", visit.contact == stay.contact),
        ("outcome", told || visit.outcome == "unknown" && means.cannot_tell(stay.outcome)),
        ("agent", visit.agent == stay.agent),
        ("entry", near(stay.entered_ms, visit.entered_ms)),
        ("wait", near(stay.wait_ms, visit.wait_ms) || stay.outcome == Outcome::Waiting),
        ("talk", talk(&|ms| stay.talk_ms.is_some_and(|own| near(own, ms)), stay.talk_ms.is_some())),
    ];
    if let Some(line) = line {
        fields.extend([
            ("entry by the log", queue_log::is_instant(line.entered, visit.entered_ms)),
            ("wait by the log", queue_log::is_time(line.wait, visit.wait_ms) || line.outcome == Outcome::Waiting),
            ("agent by the log", visit.agent == line.agent),
        ]);
        // What the PBX counts of a parked call is no conversation: that it does so was checked above.
        if stay.counted_ms.is_none() {
            let same = |ms| line.talk.is_some_and(|log| queue_log::is_time(log, ms));
            fields.push(("talk by the log", talk(&same, line.talk.is_some())));
        }
    }
    fields.into_iter().filter(|(_, right)| !right).map(|(name, _)| name).collect()
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
