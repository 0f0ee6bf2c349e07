//! A minute of traffic: Mirante's visits against the driver's own record and the PBX's queue_log.

use crate::rig::{OUTCOMES, differences};
use crate::{pbx, seconds, seed};
use mirante_tests::hub::{Hub, Visit, visits};
use mirante_tests::load::{Driver, Options, Outcome, Plan, Size, Stay};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::queue_log::{self, Line};
use std::time::Duration;

#[test]
#[ignore = "runs a real PBX for a minute and a half: cargo xtask test"]
fn visits_equal_the_drivers_record_and_the_queue_log() {
    let pbx = pbx();
    // Over the manager interface alone, as most users will: the queue_log is the judge's.
    let hub = Hub::follow(pbx.address(), None).expect("a hub");
    hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    let plan = Plan::new(seed(), Size { seconds: seconds(), ..Size::default() }, &CENTRE);
    let ami = pbx.driver().expect("a session");
    let mut events = 0;
    let truth = Driver::new(ami, &plan, &CENTRE).run(Options::default(), |_| events += 1).expect("a whole run");
    // History is committed at most a second apart.
    std::thread::sleep(Duration::from_secs(2));
    let mirante = visits(&hub.data(), 10).expect("a table of visits");
    let log = queue_log::read(&std::fs::read_to_string(pbx.queue_log()).expect("a queue_log"));

    for outcome in OUTCOMES {
        println!("{outcome:?}: {}", truth.count(outcome));
        assert!(truth.count(outcome) > 0, "the run has no {outcome:?}: nothing to judge by");
    }
    let rig = differences(&truth, &log);
    assert!(rig.is_empty(), "the rig's own witnesses differ\n{}", rig.join("\n"));

    let stays: Vec<&Stay> = truth.visits().collect();
    let mut found = against(&stays, &mirante, |stay, visit| {
        stay.call == visit.platform_id && stay.queue == visit.queue && judge_driver(stay, visit)
    });
    found.extend(against(&log.iter().collect::<Vec<_>>(), &mirante, |line, visit| {
        line.call == visit.platform_id && line.queue == visit.queue && judge_log(line, visit)
    }));
    let plain = mirante.iter().filter(|visit| visit.outcome == "unknown").count();
    println!(
        "{} visits, {} stays, {} lines; {plain} with an unknown outcome; {} events heard by the driver",
        mirante.len(),
        stays.len(),
        log.len(),
        events
    );
    assert!(found.is_empty(), "{} differences\n{}\n{}", found.len(), found.join("\n"), hub.words());
}

/// Each of `witness` must have one visit that `agrees`, and no visit may be left over.
fn against<W: std::fmt::Debug>(witness: &[&W], visits: &[Visit], agrees: impl Fn(&W, &Visit) -> bool) -> Vec<String> {
    let mut rest: Vec<&Visit> = visits.iter().collect();
    let mut differences = Vec::new();
    for one in witness {
        match rest.iter().position(|visit| agrees(one, visit)) {
            Some(at) => drop(rest.remove(at)),
            None => differences.push(format!("no visit agrees with {one:?}")),
        }
    }
    differences.extend(rest.into_iter().map(|visit| format!("no witness agrees with {visit:?}")));
    differences
}

fn near(one: i64, other: i64) -> bool {
    (one - other).abs() <= 1000
}

fn judge_driver(stay: &Stay, visit: &Visit) -> bool {
    near(stay.entered_ms, visit.entered_ms)
        && visit.contact == stay.contact
        && agrees(stay.outcome, visit)
        && near(stay.wait_ms, visit.wait_ms)
        && visit.agent == stay.agent
        && match (stay.talk_ms, visit.talk_ms) {
            (Some(one), Some(other)) => near(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
}

fn judge_log(line: &Line, visit: &Visit) -> bool {
    near(line.entered * 1000, visit.entered_ms)
        && agrees(line.outcome, visit)
        && near(line.wait * 1000, visit.wait_ms)
        && visit.agent == line.agent
        && match (line.talk, visit.talk_ms) {
            (Some(one), Some(other)) => near(one * 1000, other),
            (one, other) => one.is_none() && other.is_none(),
        }
}

/// Answered and abandoned must be told exactly. How else a caller left may stay unknown without the queue_log, but never pass
/// for one of these two.
fn agrees(outcome: Outcome, visit: &Visit) -> bool {
    match outcome {
        Outcome::Answered | Outcome::Abandoned => visit.outcome == outcome.word(),
        other => visit.outcome == other.word() || visit.outcome == "unknown",
    }
}
