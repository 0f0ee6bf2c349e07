//! Traffic on a real PBX: Mirante's visits, of a hub that may read the queue_log and of one that may not, against the driver's
//! own record and the PBX's queue_log.

use crate::rig::{OUTCOMES, differences};
use crate::{pbx_of, seconds, seed, unstamped_pbx};
use mirante_tests::hub::{Hub, Visit, visits};
use mirante_tests::load::{Driver, Options, Outcome, Plan, Size, Stay};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Major, Pbx};
use mirante_tests::queue_log::{self, Line};
use std::time::Duration;

/// What a hub knows the PBX by.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Witness {
    /// The manager interface alone, which does not tell how a caller left who neither was answered nor hung up.
    Ami,
    /// The queue_log too, which does.
    QueueLog,
}

#[test]
#[ignore = "runs a real PBX for a minute and a half: cargo xtask test"]
fn visits_on_22_equal_the_drivers_record_and_the_queue_log() {
    let size = Size { seconds: seconds(), ..Size::default() };
    equal(&pbx_of(Major::V22), size, &OUTCOMES);
}

#[test]
#[ignore = "runs a real PBX for a minute and a half: cargo xtask test"]
fn visits_on_16_equal_the_drivers_record_and_the_queue_log() {
    let size = Size { seconds: seconds(), ..Size::default() };
    equal(&pbx_of(Major::V16), size, &OUTCOMES);
}

#[test]
#[ignore = "runs a real PBX for a minute: cargo xtask test"]
fn visits_are_as_exact_when_events_carry_no_time() {
    let size = Size { seconds: 30, inbound: 3.0, ..Size::default() };
    // The plan of half a minute promises these; the others come by chance.
    let sure = [Outcome::Answered, Outcome::Abandoned, Outcome::Timeout, Outcome::Overflow, Outcome::Refused];
    equal(&unstamped_pbx(Major::V22), size, &sure);
}

/// Two hubs at once on one PBX, each with its own means; both against the same two witnesses.
fn equal(pbx: &Pbx, size: Size, must_happen: &[Outcome]) {
    let log_file = pbx.queue_log();
    let hubs = [(Witness::Ami, None), (Witness::QueueLog, Some(log_file.as_path()))]
        .map(|(means, file)| (means, Hub::follow(pbx.address(), file).expect("a hub")));
    for (_, hub) in &hubs {
        hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    }
    let plan = Plan::new(seed(), size, &CENTRE);
    let ami = pbx.driver().expect("a session");
    let mut events = 0;
    let truth = Driver::new(ami, &plan, &CENTRE).run(Options::default(), |_| events += 1).expect("a whole run");
    // A hub that reads the queue_log gives it two seconds to speak; history is committed at most a second apart.
    std::thread::sleep(Duration::from_secs(4));
    let log = queue_log::read(&std::fs::read_to_string(log_file).expect("a queue_log"));

    for outcome in OUTCOMES {
        println!("{outcome:?}: {}", truth.count(outcome));
    }
    for outcome in must_happen {
        assert!(truth.count(*outcome) > 0, "the run has no {outcome:?}: nothing to judge by");
    }
    let rig = differences(&truth, &log);
    assert!(rig.is_empty(), "the rig's own witnesses differ\n{}", rig.join("\n"));

    let mut all = Vec::new();
    for (means, hub) in &hubs {
        let mirante = visits(&hub.data(), 10).expect("a table of visits");
        let stays: Vec<&Stay> = truth.visits().collect();
        let mut found = against(&stays, &mirante, |stay, visit| {
            stay.call == visit.platform_id && stay.queue == visit.queue && judge_driver(*means, stay, visit)
        });
        found.extend(against(&log.iter().collect::<Vec<_>>(), &mirante, |line, visit| {
            line.call == visit.platform_id && line.queue == visit.queue && judge_log(*means, line, visit)
        }));
        let unknown = mirante.iter().filter(|visit| visit.outcome == "unknown").count();
        println!(
            "{means:?}: {} visits, {} stays, {} lines, {events} events heard by the driver; {unknown} visits with an \
             unknown outcome, {} differences",
            mirante.len(),
            stays.len(),
            log.len(),
            found.len()
        );
        if !found.is_empty() {
            all.push(format!("{means:?}: {} differences\n{}\n{}", found.len(), found.join("\n"), hub.words()));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n\n"));
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

fn judge_driver(means: Witness, stay: &Stay, visit: &Visit) -> bool {
    near(stay.entered_ms, visit.entered_ms)
        && visit.contact == stay.contact
        && agrees(means, stay.outcome, visit)
        && near(stay.wait_ms, visit.wait_ms)
        && visit.agent == stay.agent
        && match (stay.talk_ms, visit.talk_ms) {
            (Some(one), Some(other)) => near(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
}

fn judge_log(means: Witness, line: &Line, visit: &Visit) -> bool {
    queue_log::is_instant(line.entered, visit.entered_ms)
        && agrees(means, line.outcome, visit)
        && queue_log::is_time(line.wait, visit.wait_ms)
        && visit.agent == line.agent
        && match (line.talk, visit.talk_ms) {
            (Some(one), Some(other)) => queue_log::is_time(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
}

/// With the queue_log every outcome must be told exactly. Without it a timeout, an exit by key, a withdrawal and an overflow may
/// stay unknown, but never pass for one another or for an answer or an abandonment.
fn agrees(means: Witness, outcome: Outcome, visit: &Visit) -> bool {
    let silent = [Outcome::Timeout, Outcome::ExitKey, Outcome::Withdrawn, Outcome::Overflow];
    let may_be_unknown = means == Witness::Ami && silent.contains(&outcome);
    visit.outcome == outcome.word() || may_be_unknown && visit.outcome == "unknown"
}
