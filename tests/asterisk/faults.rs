//! A PBX that is cut, frozen, silent or restarted: said within 3 s, nothing turns to zero, nothing stale looks live, all
//! recovers by itself and the gap is on record.

use crate::pbx;
use crate::present::Present;
use crate::watch::Watch;
use mirante_tests::hub::{Hub, visits};
use mirante_tests::load::{Driver, Options, Outcome, Plan, Size, Truth};
use mirante_tests::pbx::Pbx;
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::proxy::{Proxy, Wire};
use std::collections::BTreeSet;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Traffic before the fault.
const BEFORE: Duration = Duration::from_secs(8);

/// Within this a fault must be said.
const SAID: Duration = Duration::from_secs(3);
/// Within this after the traffic the screen must be as the PBX says: callers still ring, time out or are let go of at first.
const TRUE: Duration = Duration::from_secs(25);
/// How long each fault lasts.
const LASTS: Duration = Duration::from_secs(20);
/// Within this after the mending it must be heard again: the longest pause between attempts, and a little.
const HEARD: Duration = Duration::from_secs(35);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Cut,
    Frozen,
    Silent,
    Restarted,
}

#[test]
#[ignore = "runs a real PBX for a minute: cargo xtask test"]
fn a_cut_is_said_and_heals() {
    said_and_healed(Fault::Cut);
}

#[test]
#[ignore = "runs a real PBX for a minute: cargo xtask test"]
fn a_frozen_pbx_is_said_and_heals() {
    said_and_healed(Fault::Frozen);
}

#[test]
#[ignore = "runs a real PBX for a minute: cargo xtask test"]
fn a_silent_pbx_is_said_and_heals() {
    said_and_healed(Fault::Silent);
}

#[test]
#[ignore = "runs a real PBX for a minute: cargo xtask test"]
fn a_restart_is_said_and_heals() {
    said_and_healed(Fault::Restarted);
}

fn said_and_healed(fault: Fault) {
    let mut pbx = pbx();
    let wire = Proxy::to(pbx.address()).expect("a wire");
    let hub = Hub::follow(wire.address(), None).expect("a hub");
    hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    let mut watch = Watch::new(&hub);
    // Calls go on before, during and after the fault wherever the PBX itself goes on.
    let calls = traffic(&pbx, BEFORE + LASTS + Duration::from_secs(8));
    watch.through(BEFORE);
    let before = watch.totals();
    assert!(before.values().any(|(offered, ..)| *offered > 0), "no traffic was seen before the fault");

    let (began, began_ms) = (Instant::now(), mirante_tests::now_ms());
    match fault {
        Fault::Cut => wire.set(Wire::Cut),
        Fault::Frozen => pbx.freeze().expect("a frozen PBX"),
        Fault::Silent => wire.set(Wire::Silent),
        Fault::Restarted => pbx.kill().expect("a dead PBX"),
    }
    let said = watch.until("the fault is said", SAID, |feed| feed.state.link() == "down");
    let words = watch.feed.state.source()["words"].as_str().unwrap_or_default().to_owned();
    println!("{fault:?}: said after {said:?}: {words}");
    assert!(words.len() > 10, "no words: {words:?}");
    watch.while_down(LASTS.saturating_sub(began.elapsed()));

    let (mended, mended_ms) = (Instant::now(), mirante_tests::now_ms());
    match fault {
        Fault::Frozen => pbx.thaw().expect("a PBX"),
        Fault::Restarted => pbx.boot().expect("a PBX"),
        Fault::Cut | Fault::Silent => wire.set(Wire::Whole),
    }
    watch.until("it is heard again", HEARD, |feed| feed.state.link() == "up");
    println!("{fault:?}: heard again {:?} after the mending", mended.elapsed());
    let calls = if fault == Fault::Restarted {
        assert!(watch.end_of(calls).is_err(), "the driver did not notice that its PBX died");
        traffic(&pbx, BEFORE)
    } else {
        calls
    };
    let truth = watch.end_of(calls).expect("a run");
    let missed = truth.stays.iter().filter(|stay| stay.entered_ms > began_ms + 500 && ended(stay) < mended_ms - 500);
    let missed = missed.count();
    println!("{fault:?}: {missed} calls began and ended unseen meanwhile");
    // A frozen or dead PBX has no calls to miss.
    assert!(missed > 10 || matches!(fault, Fault::Frozen | Fault::Restarted), "only {missed} calls during the fault");
    truthful(fault, &pbx, &hub, &mut watch);
    assert_eq!(recorded_gaps(&hub), 1, "gaps on record");
}

/// Unix ms of the end of a stay and its conversation; the end of time while it goes on.
fn ended(stay: &mirante_tests::load::Stay) -> i64 {
    match (stay.outcome, stay.talk_ms) {
        (Outcome::Waiting, _) | (Outcome::Answered, None) => i64::MAX,
        (_, talk) => stay.entered_ms + stay.wait_ms + talk.unwrap_or(0),
    }
}

type Calls = JoinHandle<anyhow::Result<Truth>>;

/// More calls than the agents can take. Nobody hangs up any more when the time is over: some talk and some wait from then on,
/// which is what there is to compare.
fn traffic(pbx: &Pbx, time: Duration) -> Calls {
    let ami = pbx.driver().expect("a session");
    std::thread::spawn(move || {
        let size = Size { seconds: time.as_secs() as u32, inbound: 4.0, outside: 0.0, talk_s: 4.0 };
        let plan = Plan::new(5, size, &CENTRE);
        Driver::new(ami, &plan, &CENTRE).run(Options { drain: Duration::from_millis(500) }, |_| {})
    })
}

/// After the mending Mirante must show what the PBX says: the same callers waiting in the same queues for as long, the same
/// people talking; and history holds as open what is open.
fn truthful(fault: Fault, pbx: &Pbx, hub: &Hub, watch: &mut Watch) {
    let began = Instant::now();
    loop {
        let told = Present::of_pbx(pbx).expect("an answer");
        watch.step();
        let shown = Present::on_feed(&watch.feed.state);
        let Some(difference) = told.differs(&shown) else {
            let open = visits(&hub.data(), 10).expect("a table of visits");
            let open: BTreeSet<String> =
                open.into_iter().filter(|visit| visit.outcome == "waiting").map(|visit| visit.platform_id).collect();
            if open == told.calls() {
                let (waiting, talking) = (told.waiting.len(), told.talking.len());
                println!("{fault:?}: the same {waiting} callers wait and the same {talking} people talk");
                assert!(waiting > 0 && talking > 2, "nothing to compare");
                return;
            }
            assert!(began.elapsed() < TRUE, "history holds {open:?} as waiting, the PBX {:?}", told.calls());
            continue;
        };
        assert!(began.elapsed() < TRUE, "{fault:?}: after {TRUE:?} still {difference}");
        watch.through(Duration::from_millis(200));
    }
}

fn recorded_gaps(hub: &Hub) -> i64 {
    // The gap is written when it ends, with the next commit.
    std::thread::sleep(Duration::from_secs(2));
    let file = std::fs::read_dir(hub.data()).expect("a data folder").filter_map(Result::ok).map(|entry| entry.path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "db" || kind == "sqlite"));
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let base = rusqlite::Connection::open_with_flags(file.expect("a database"), flags).expect("a database");
    base.query_row("SELECT count(*) FROM gap WHERE to_ms - from_ms BETWEEN 10000 AND 120000", [], |row| row.get(0))
        .expect("a count")
}
