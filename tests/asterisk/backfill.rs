//! Twenty seconds that Mirante did not hear, under traffic: with the queue_log its visits are as exact as if it had, and say so;
//! without, the gap is on record and nothing is made up. The log is rotated meanwhile.

use crate::judge::{Case, cases};
use crate::{pbx_of, unstamped_pbx};
use mirante_tests::hub::{Hub, Visit, visits};
use mirante_tests::load::{Driver, Options, Outcome, Plan, Size, Stay, Truth};
use mirante_tests::now_ms;
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Major, Pbx};
use mirante_tests::proxy::{Proxy, Wire};
use mirante_tests::queue_log;
use std::collections::BTreeMap;
use std::thread::JoinHandle;
use std::time::Duration;

/// Traffic before the silence.
const BEFORE: Duration = Duration::from_secs(10);
/// How long it lasts.
const LASTS: Duration = Duration::from_secs(20);
/// Within this after the mending it must be heard again: the longest pause between attempts, and a little.
const HEARD: Duration = Duration::from_secs(35);

/// What silences Mirante.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Silence {
    /// The connection is cut.
    Cut,
    /// The hub is killed, and started again later.
    Killed,
}

#[test]
#[ignore = "runs a real PBX for two minutes: cargo xtask prove backfill"]
fn long_a_cut_is_told_from_the_queue_log() {
    told(Silence::Cut, &pbx_of(Major::V22));
}

#[test]
#[ignore = "runs a real PBX for two minutes: cargo xtask test"]
fn a_killed_hub_learns_from_the_queue_log_what_it_missed() {
    told(Silence::Killed, &pbx_of(Major::V16));
}

#[test]
#[ignore = "runs a real PBX for two minutes: cargo xtask prove backfill"]
fn long_a_cut_is_told_as_exactly_when_events_carry_no_time() {
    told(Silence::Cut, &unstamped_pbx(Major::V22));
}

fn told(silence: Silence, pbx: &Pbx) {
    let major = pbx.version();
    let wire = Proxy::to(pbx.address()).expect("a wire");
    let log = pbx.queue_log();
    let mut knowing = Hub::follow(wire.address(), Some(&log)).expect("a hub");
    let mut unknowing = Hub::follow(wire.address(), None).expect("a hub");
    for hub in [&knowing, &unknowing] {
        hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    }
    let calls = traffic(pbx, BEFORE + LASTS + Duration::from_secs(15));
    std::thread::sleep(BEFORE);

    let from = now_ms();
    match silence {
        Silence::Cut => wire.set(Wire::Cut),
        Silence::Killed => {
            [&mut knowing, &mut unknowing].map(|hub| hub.kill().expect("a dead hub")).into_iter().collect()
        }
    }
    std::thread::sleep(LASTS / 3);
    rotate(pbx);
    std::thread::sleep(LASTS - LASTS / 3);
    match silence {
        Silence::Cut => wire.set(Wire::Whole),
        Silence::Killed => {
            [&mut knowing, &mut unknowing].map(|hub| hub.restart().expect("a hub")).into_iter().collect()
        }
    }
    for hub in [&knowing, &unknowing] {
        hub.wait_up(HEARD).expect("a hub that hears the PBX again");
    }
    let to = now_ms();
    let truth = calls.join().expect("a driver that does not panic").expect("a whole run");
    // The log has two seconds to speak; history is committed at most a second apart.
    std::thread::sleep(Duration::from_secs(4));

    let files = log_files(pbx);
    assert!(files.len() >= 2, "the log was not rotated: {files:?}");
    let lines = queue_log::read(&files.values().map(String::as_str).collect::<String>());
    let cases = cases(truth.visits(), &lines)
        .unwrap_or_else(|words| panic!("the rig's own witnesses differ\n{}", words.join("\n")));
    let within = truth.visits().filter(|stay| stay.entered_ms > from + 500 && end(stay) < to - 500).count();
    let across = truth.visits().filter(|stay| stay.entered_ms < from && end(stay) > from).count();
    assert!(within > 10 && across > 3, "only {within} calls within the silence and {across} across its start");

    let mirante = visits(&knowing.data(), 10).expect("a table of visits");
    let origins = origins(&knowing);
    let found = exact(&cases, &mirante, &origins, (from, to));
    let backfilled = origins.values().flatten().filter(|origin| *origin == "backfilled").count();
    println!(
        "{silence:?} on {major}, queue_log: {} visits, {} stays, {} lines in {} files, {within} within the silence, \
         {across} across its start; {backfilled} visits backfilled, {} differences",
        mirante.len(),
        truth.visits().count(),
        lines.len(),
        files.len(),
        found.len()
    );
    assert!(found.is_empty(), "{}\n{}", found.join("\n"), knowing.words());
    assert!(backfilled >= within, "{backfilled} visits are marked");

    let mirante = visits(&unknowing.data(), 10).expect("a table of visits");
    let missing = truth.visits().count() - mirante.len();
    println!("{silence:?} on {major}, AMI alone: {} visits, {missing} were never heard of", mirante.len());
    let found = honest(&truth, &mirante, (from, to));
    assert!(found.is_empty(), "{}\n{}", found.join("\n"), unknowing.words());
    for hub in [&knowing, &unknowing] {
        assert_eq!(gaps(hub), 1, "gaps on record");
    }
}

/// The PBX dies while nobody listens, with people in its queues, and works on after: the log tells all but how those waits ended.
#[test]
#[ignore = "runs a real PBX for a minute and a half: cargo xtask prove backfill"]
fn long_a_pbx_that_died_unheard_is_told_up_to_its_death_and_after() {
    let mut pbx = pbx_of(Major::V22);
    let wire = Proxy::to(pbx.address()).expect("a wire");
    let hub = Hub::follow(wire.address(), Some(&pbx.queue_log())).expect("a hub");
    hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    let calls = traffic(&pbx, BEFORE + LASTS);
    std::thread::sleep(BEFORE);
    wire.set(Wire::Cut);
    std::thread::sleep(LASTS / 4);
    pbx.kill().expect("a dead PBX");
    assert!(
        calls.join().expect("a driver that does not panic").is_err(),
        "the driver did not notice that its PBX died"
    );
    pbx.boot().expect("a PBX");
    let calls = traffic(&pbx, LASTS);
    std::thread::sleep(LASTS / 2);
    wire.set(Wire::Whole);
    hub.wait_up(HEARD).expect("a hub that hears the PBX again");
    calls.join().expect("a driver that does not panic").expect("a whole run");
    std::thread::sleep(Duration::from_secs(4));

    let lines = queue_log::read(&std::fs::read_to_string(pbx.queue_log()).expect("a queue_log"));
    let cut_off = lines.iter().filter(|line| line.outcome == Outcome::Waiting).count();
    let unended = lines.iter().filter(|line| line.outcome == Outcome::Answered && line.talk.is_none()).count();
    assert!(cut_off > 0 && unended > 0, "nobody waited or nobody talked when the PBX died: {cut_off}, {unended}");
    let mirante = visits(&hub.data(), 10).expect("a table of visits");
    let mut rest: Vec<&Visit> = mirante.iter().collect();
    let mut found = Vec::new();
    for line in &lines {
        let is_cut_off = line.outcome == Outcome::Waiting;
        let agrees = |visit: &&Visit| {
            visit.platform_id == line.call
                && visit.queue == line.queue
                && queue_log::is_instant(line.entered, visit.entered_ms)
                && visit.outcome == if is_cut_off { "unknown" } else { line.outcome.word() }
                && visit.agent == line.agent
                && (is_cut_off || queue_log::is_time(line.wait, visit.wait_ms))
                && both(line.talk, visit.talk_ms, queue_log::is_time)
        };
        match rest.iter().position(agrees) {
            Some(at) => drop(rest.remove(at)),
            None => {
                let mine: Vec<_> = mirante.iter().filter(|visit| visit.platform_id == line.call).collect();
                found.push(format!("{line:?}\n    but {mine:?}"));
            }
        }
    }
    found.extend(rest.iter().map(|visit| format!("nobody else knows {visit:?}")));
    println!(
        "a death unheard: {} visits, {} lines, {cut_off} waited and {unended} talked when the PBX died, {} differences",
        mirante.len(),
        lines.len(),
        found.len()
    );
    assert!(found.is_empty(), "{}\n{}", found.join("\n"), hub.words());
    assert_eq!(gaps(&hub), 1, "gaps on record");
}

fn traffic(pbx: &Pbx, time: Duration) -> JoinHandle<anyhow::Result<Truth>> {
    let ami = pbx.driver().expect("a session");
    std::thread::spawn(move || {
        let size = Size { seconds: time.as_secs() as u32, inbound: 2.5, ..Size::default() };
        let plan = Plan::new(crate::seed(), size, &CENTRE);
        Driver::new(ami, &plan, &CENTRE).run(Options::default(), |_| {})
    })
}

/// Has the PBX rotate its logs, as an administrator or a nightly job does.
fn rotate(pbx: &Pbx) {
    let answer = pbx.driver().expect("a session").ask("Command", &[("Command", "logger rotate")]).expect("an answer");
    assert_eq!(answer.get("Response"), "Success", "{answer:?}");
}

/// The log and those that it was before, by the first stamp in each.
fn log_files(pbx: &Pbx) -> BTreeMap<String, String> {
    let log = pbx.queue_log();
    let folder = std::fs::read_dir(log.parent().expect("a folder")).expect("a folder");
    let files = folder.filter_map(|entry| {
        let path = entry.ok()?.path();
        let is_log = path.file_name()?.to_str()?.starts_with("queue_log");
        let text = std::fs::read_to_string(&path).ok().filter(|text| is_log && !text.is_empty())?;
        Some((format!("{} {}", text.get(..10)?, path.display()), text))
    });
    files.collect()
}

/// Unix ms of the end of a stay and its conversation; the end of time while it goes on.
fn end(stay: &Stay) -> i64 {
    match (stay.outcome, stay.talk_ms) {
        (Outcome::Waiting, _) | (Outcome::Answered, None) => i64::MAX,
        (_, talk) => stay.entered_ms + stay.wait_ms + talk.unwrap_or(0),
    }
}

/// How each visit of a call in a queue came to be known.
type Origins = BTreeMap<(String, String), Vec<String>>;

fn base(hub: &Hub) -> rusqlite::Connection {
    let file = std::fs::read_dir(hub.data()).expect("a data folder").filter_map(Result::ok).map(|entry| entry.path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "db" || kind == "sqlite"));
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    rusqlite::Connection::open_with_flags(file.expect("a database"), flags).expect("a database")
}

fn origins(hub: &Hub) -> Origins {
    let base = base(hub);
    let mut statement = base.prepare("SELECT call, queue, origin FROM visit ORDER BY id").expect("a table");
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).expect("visits");
    let mut origins = Origins::new();
    for (place, origin) in rows.map(|row: Result<_, _>| row.expect("a visit")) {
        origins.entry(place).or_default().push(origin);
    }
    origins
}

fn gaps(hub: &Hub) -> i64 {
    let count = "SELECT count(*) FROM gap WHERE to_ms - from_ms BETWEEN 10000 AND 120000";
    base(hub).query_row(count, [], |row| row.get(0)).expect("a count")
}

/// What differs between the truth and the visits of a hub that may read the log: nothing may. Only of what happened in the silence
/// the whole journey may be unknown, since the log does not tell it, and that it is marked must be so.
fn exact(cases: &[Case], visits: &[Visit], origins: &Origins, (from, to): (i64, i64)) -> Vec<String> {
    let mut rest: Vec<&Visit> = visits.iter().collect();
    let mut found = Vec::new();
    for Case { stay, line } in cases {
        let marks = origins.get(&(stay.call.clone(), stay.queue.clone())).cloned().unwrap_or_default();
        let is_within = stay.entered_ms > from + 1000 && end(stay) < to - 1000;
        let is_outside = stay.entered_ms > to + 1000 || end(stay) < from - 1000;
        let is_marked = |mark: &str| marks.iter().any(|known| known == mark);
        let agrees = |visit: &&Visit| {
            let told = queue_log::is_instant(line.entered, visit.entered_ms)
                && line.agent == visit.agent
                && line.outcome.word() == visit.outcome
                && queue_log::is_time(line.wait, visit.wait_ms)
                && both(line.talk, visit.talk_ms, queue_log::is_time);
            visit.platform_id == stay.call
                && visit.queue == stay.queue
                && told
                && (visit.contact == stay.contact || !is_outside && visit.contact == stay.call)
                && near(visit.entered_ms, stay.entered_ms)
                && near(visit.wait_ms, stay.wait_ms)
                && both(visit.talk_ms, stay.talk_ms, near)
                && (!is_within || is_marked("backfilled"))
                && (!is_outside || is_marked("heard"))
        };
        match rest.iter().position(agrees) {
            Some(at) => drop(rest.remove(at)),
            None => {
                let mine: Vec<_> = visits.iter().filter(|visit| visit.platform_id == stay.call).collect();
                found.push(format!("{stay} entered {}: not as {line:?}\n    but {mine:?} {marks:?}", stay.entered_ms));
            }
        }
    }
    found.extend(rest.iter().map(|visit| format!("nobody else knows {visit:?}")));
    found
}

/// What a hub that may not read the log tells wrongly: of a stay that the silence touched it may know less, never otherwise.
fn honest(truth: &Truth, visits: &[Visit], (from, to): (i64, i64)) -> Vec<String> {
    let mut rest: Vec<&Visit> = visits.iter().collect();
    let mut found = Vec::new();
    let silent = [Outcome::Timeout, Outcome::ExitKey, Outcome::Withdrawn, Outcome::Overflow];
    for stay in truth.visits() {
        let is_outside = stay.entered_ms > to + 1000 || end(stay) < from - 1000;
        let mine = rest.iter().position(|visit| {
            visit.platform_id == stay.call && visit.queue == stay.queue && near(visit.entered_ms, stay.entered_ms)
        });
        let Some(visit) = mine.map(|nth| rest.remove(nth)) else {
            if is_outside {
                found.push(format!("{stay}: not heard, though nothing was in the way"));
            }
            continue;
        };
        let unknown = visit.outcome == "unknown" && (!is_outside || silent.contains(&stay.outcome));
        let whole =
            visit.outcome == stay.outcome.word() && visit.agent == stay.agent && near(visit.wait_ms, stay.wait_ms);
        let talk = both(visit.talk_ms, stay.talk_ms, near) || !is_outside && visit.talk_ms.is_none();
        if !(unknown || whole && talk) {
            found.push(format!("{stay}: {visit:?}"));
        }
    }
    found.extend(rest.iter().map(|visit| format!("nobody else knows {visit:?}")));
    found
}

fn both(one: Option<i64>, other: Option<i64>, agree: impl Fn(i64, i64) -> bool) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => agree(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn near(one: i64, other: i64) -> bool {
    (one - other).abs() <= 1000
}
