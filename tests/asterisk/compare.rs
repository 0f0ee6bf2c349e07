//! Traffic on a real PBX, hubs of several means on it, and what they come to.

use crate::judge::{Means, Silence, Trace, cases, judge};
use mirante_tests::hub::{Hub, visits};
use mirante_tests::load::{Driver, Fate, Options, Outcome, Plan, Size, Truth};
use mirante_tests::pbx::Pbx;
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::queue_log;
use std::time::Duration;

/// Every way a stay can end.
pub(crate) const OUTCOMES: [Outcome; 8] = [
    Outcome::Answered,
    Outcome::Abandoned,
    Outcome::Timeout,
    Outcome::ExitKey,
    Outcome::Overflow,
    Outcome::Withdrawn,
    Outcome::Transferred,
    Outcome::Refused,
];
/// What the PBX must have told in a run, or nothing was shown.
pub(crate) const JOURNEYS: [&str; 7] = [
    "BlindTransfer",
    "AttendedTransfer",
    "ParkedCall",
    "UnParkedCall",
    "ParkedCallTimeOut",
    "ConfbridgeJoin",
    "Pickup",
];

/// What comes besides the journeys of a plan of every kind: as much as leaves agents free for those.
pub(crate) const EVERY_KIND: Size = Size { seconds: 60, inbound: 1.3, outside: 0.1, talk_s: 5.0 };

/// A comparison to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) means: &'a [Means],
    /// Ends that must have come.
    pub(crate) ends: &'a [Outcome],
    /// Events of the PBX that must have come.
    pub(crate) told: &'a [&'a str],
    /// Its number, for the report.
    pub(crate) run: u64,
}

/// Hubs of every means at once on one PBX; the differences in words.
pub(crate) fn equal(pbx: &Pbx, plan: &Plan, wanted: Wanted<'_>) -> Result<(), String> {
    let hub = |means: &Means| (*means, means.hub(pbx.address(), pbx).expect("a hub"));
    let hubs: Vec<_> = wanted.means.iter().map(hub).collect();
    for (_, hub) in &hubs {
        hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    }
    let ami = pbx.driver().expect("a session");
    let mut trace = Trace::default();
    let truth = Driver::new(ami, plan, &CENTRE).run(Options::default(), |message| trace.hear(message));
    let truth = truth.expect("a whole run");
    // A hub that reads the queue_log gives it two seconds to speak; history is committed at most a second apart.
    std::thread::sleep(Duration::from_secs(4));
    let version = pbx.version();
    happened(version, &truth, wanted.ends, wanted.told)?;
    verdict(pbx, &[truth], &hubs, &trace, &format!("run {}", wanted.run), None)
}

/// A run that lacks something would prove nothing about it.
pub(crate) fn happened(version: &str, truth: &Truth, must_end: &[Outcome], must_tell: &[&str]) -> Result<(), String> {
    let ends: Vec<String> = OUTCOMES.iter().map(|outcome| format!("{outcome:?} {}", truth.count(*outcome))).collect();
    println!("{version}: {}; {:?}; {}", ends.join(", "), truth.happened, attempts(truth));
    for outcome in must_end {
        if truth.count(*outcome) == 0 {
            return Err(format!("{version}: the run has no {outcome:?}: nothing to judge by"));
        }
    }
    for event in must_tell {
        if !truth.happened.contains_key(*event) {
            return Err(format!("{version}: the PBX told of no {event}: nothing to judge by"));
        }
    }
    Ok(())
}

fn attempts(truth: &Truth) -> String {
    let of = |fate: Fate| truth.attempts().iter().filter(move |attempt| attempt.dial.fate == fate);
    let words = Fate::ALL.map(|fate| {
        let answered = of(fate).filter(|attempt| attempt.answered_ms.is_some()).count();
        format!("{fate:?} {} ({answered} answered)", of(fate).count())
    });
    format!("attempts: {}", words.join(", "))
}

/// One line for each hub, and the differences in words.
pub(crate) fn verdict(
    pbx: &Pbx,
    truths: &[Truth],
    hubs: &[(Means, Hub)],
    trace: &Trace,
    report: &str,
    silence: Option<Silence>,
) -> Result<(), String> {
    let version = pbx.version();
    let log = std::fs::read_to_string(pbx.queue_log()).expect("a queue_log");
    let cases = cases(truths.iter().flat_map(Truth::visits), &queue_log::read(&log))
        .map_err(|words| format!("{version}: the rig's own witnesses differ\n{}", words.join("\n")))?;
    let mut all = Vec::new();
    for (means, hub) in hubs {
        let mirante = visits(&hub.data(), 20).expect("a table of visits");
        let found = judge(*means, &cases, &mirante, silence);
        println!(
            "{version}, {means:?}, {report}: {} stays, {} visits, {} unknown, {} differences",
            cases.len(),
            found.visits,
            found.unknown,
            found.differences.len()
        );
        for (contact, words) in &found.differences {
            all.push(format!("{version}, {means:?}: {words}\n{}", trace.of(contact)));
        }
        if !found.differences.is_empty() {
            all.push(hub.words());
        }
    }
    if all.is_empty() { Ok(()) } else { Err(all.join("\n")) }
}
