//! Mirante's figures held against the PBX's own counters and its queue_log: nothing may be left that no cause explains.

use crate::compare::EVERY_KIND;
use crate::judge::Means;
use crate::{both, pbx_of, runs, seconds, seed};
use mirante_tests::hub::{Hub, mirantectl};
use mirante_tests::load::{Driver, Options, Plan, Size, Truth};
use mirante_tests::now_ms;
use mirante_tests::pbx::Pbx;
use mirante_tests::pbx::centre::CENTRE;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};

/// The PBX is asked for its counters once a minute.
const ASKED: Duration = Duration::from_secs(75);
/// The PBX counts a conversation on while the caller is parked, though the agent is gone: only its length may be told otherwise.
const TALK: &str = "talk";

#[test]
#[ignore = "runs two real PBXs for a minute and a quarter: cargo xtask test"]
fn nothing_is_left_of_what_the_pbx_counts() {
    compare(30, 1, LATE);
}

#[test]
#[ignore = "runs two real PBXs for two minutes a run: cargo xtask prove reconcile"]
fn long_nothing_is_left_of_what_the_pbx_counts() {
    for run in 1..=runs() {
        compare(seconds(), run, if run % 2 == 0 { LATE } else { Duration::ZERO });
    }
}

/// Mirante begins to listen when callers wait and agents talk.
const LATE: Duration = Duration::from_secs(8);

fn compare(seconds: u32, run: u64, late: Duration) {
    let plan = Plan::of_every_kind(seed() + run - 1, Size { seconds, ..EVERY_KIND }, &CENTRE);
    both(pbx_of, |pbx| {
        let ami = pbx.driver().expect("a session");
        let (hub, truth) = std::thread::scope(|scope| {
            let traffic = || {
                if late.is_zero() {
                    std::thread::sleep(Duration::from_secs(3));
                }
                Driver::new(ami, &plan, &CENTRE).run(Options::default(), |_| {})
            };
            let calls = scope.spawn(traffic);
            std::thread::sleep(late);
            let hub = Means::QueueLog.hub(pbx.address(), pbx).expect("a hub");
            hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
            (hub, calls.join().expect("no panic").expect("a whole run"))
        });
        let ended = now_ms();
        let found = reconciled(&hub, ended);
        let named: &[&str] = if late.is_zero() { &["timeout", "moved"] } else { &["timeout", "moved", "under_way"] };
        judge(pbx, &hub, &truth, &found, named)
    });
}

/// What Mirante says once the PBX was asked for its counters after `ended`, and a moment later.
fn reconciled(hub: &Hub, ended: i64) -> Value {
    let until = Instant::now() + ASKED;
    let data = hub.data();
    let config = data.parent().expect("a folder").join("mirante.toml");
    loop {
        std::thread::sleep(Duration::from_secs(2));
        let mut command = Command::new(mirantectl().expect("a built program"));
        command.args(["reconcile", "--json", "--data"]).arg(&data).arg("--config").arg(&config);
        let output = command.env("MIRANTE_RIG_SECRET", "unused").output().expect("a program that runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let asked = |queue: &Value| queue["to_ms"].as_i64().unwrap_or(0) > ended;
        let queues = found["queues"].as_array().expect("queues");
        if !queues.is_empty() && queues.iter().all(asked) {
            return found;
        }
        assert!(Instant::now() < until, "the PBX was not asked again: {found:#}");
    }
}

fn judge(pbx: &Pbx, hub: &Hub, truth: &Truth, found: &Value, named: &[&str]) -> Result<(), String> {
    let version = pbx.version();
    let (mut wrong, mut causes) = (Vec::new(), BTreeMap::<String, i64>::new());
    let (mut completed, mut abandoned, mut compared) = (0, 0, 0);
    for queue in found["queues"].as_array().expect("queues") {
        let name = queue["name"].as_str().unwrap_or_default();
        for figure in queue["figures"].as_array().expect("figures") {
            if figure["left"] != 0 {
                wrong.push(format!("{name}: {figure}\nbetween {}", queue["left_between"]));
            }
            let mut explained = 0;
            for because in figure["because"].as_array().expect("causes") {
                let count = because["count"].as_i64().unwrap_or(0);
                explained += count;
                *causes.entry(because["cause"].as_str().unwrap_or_default().to_owned()).or_default() += count;
            }
            let pbx = figure["pbx"].as_i64().unwrap_or(0);
            if matches!(figure["of"].as_str(), Some("completed" | "abandoned"))
                && figure["ours"].as_i64() != Some(pbx - explained)
            {
                wrong.push(format!("{name}: the causes do not add up: {figure}"));
            }
            match figure["of"].as_str().unwrap_or_default() {
                "completed" => completed += pbx,
                "abandoned" => abandoned += pbx,
                _ => {}
            }
            // What may be is narrow enough to be wrong.
            let (low, high) = (figure["low"].as_i64(), figure["high"].as_i64());
            if low.zip(high).is_some_and(|(low, high)| figure["of"] == "completed" && low != high) {
                wrong.push(format!("{name}: the count is not known: {figure}"));
            }
        }
        let log = &queue["log"];
        compared += log["equal"].as_i64().unwrap_or(0) + log["differ"].as_i64().unwrap_or(0);
        if log["only_ours"] != 0 || log["only_log"] != 0 {
            wrong.push(format!("{name}: {log}"));
        }
        for visit in queue["visits"].as_array().expect("visits") {
            let differs: BTreeSet<&str> =
                visit["differs"].as_array().expect("words").iter().filter_map(Value::as_str).collect();
            let call = visit["call"].as_str().unwrap_or_default();
            if differs == BTreeSet::from([TALK]) && parked(truth, call) {
                continue;
            }
            if !differs.is_empty() {
                wrong.push(format!("{name}: {visit}"));
            }
        }
    }
    println!(
        "{version}: {completed} completed, {abandoned} abandoned, {compared} stays beside the queue_log, causes {causes:?}, {} left",
        wrong.len()
    );
    if completed < 20 || abandoned < 5 || compared < 30 {
        wrong.push(format!("the run is too small to show anything: {found:#}"));
    }
    // It was heard throughout, and never began again.
    for cause in ["unheard", "reset"] {
        if causes.contains_key(cause) {
            wrong.push(format!("{cause} explains what was heard"));
        }
    }
    for cause in named {
        if !causes.contains_key(*cause) {
            wrong.push(format!("no cause {cause} was named"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{version}:\n{}\n{}", wrong.join("\n"), hub.words())) }
}

/// The PBX went on counting a conversation of that call after the agent was gone.
fn parked(truth: &Truth, call: &str) -> bool {
    truth.visits().any(|stay| stay.call == call && stay.counted_ms.is_some())
}
