//! A hub completes its day out of the PBX's record and takes it back: in a zone of its own, beside a PBX whose clock is off, after a
//! silence of days, while what was missed is still being told, and cut off in the middle.
#![allow(clippy::unwrap_used)]

mod common;

use common::{ONE, Rig, rig};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mirante_engine::import::{Completed, Hours, ImportError};
use mirante_floor::{Changes, Event, Floor, Kind, Origin, Outcome, Picture, Stamp, WaitingPicture};
use mirante_history::{Batch, History, Imported, OpenOptions};
use mirante_sources::Report;
use mirante_sources::asterisk::queue_log::LogAt;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

const MINUTE: i64 = 60_000;
/// How far the PBX's clock is ahead of ours, ms.
const AHEAD: i64 = -5 * MINUTE;

/// A zone that is not UTC's and in which it is about noon, whenever this runs.
fn zone_of_noon(now: i64) -> String {
    let hour = |zone: &String| {
        let zone = TimeZone::get(zone).unwrap();
        i64::from(Timestamp::from_millisecond(now).unwrap().to_zoned(zone).hour())
    };
    let zones = (-12..=12).filter(|west| *west != 0).map(|west| format!("Etc/GMT{west:+}"));
    zones.min_by_key(|zone| (hour(zone) - 12).abs()).unwrap()
}

/// A folder whose source was last heard three days ago.
fn heard_days_ago(data: &Path, now: i64) {
    let mut history = History::open(data, &OpenOptions::writer()).unwrap();
    assert_eq!(history.register("um", "asterisk").unwrap(), ONE);
    let from = now - 72 * 60 * MINUTE;
    let kinds = [
        (from, Kind::LinkUp { platform: "Scripted 1".into() }),
        (from + 30 * MINUTE, Kind::Tick),
        (from + 60 * MINUTE, Kind::LinkDown { reason: "closed: Mirante closed".into() }),
    ];
    let events: Vec<Event> = (1..)
        .zip(kinds)
        .map(|(seq, (seen, kind))| {
            let stamp = Stamp { source: ONE, epoch: 1, seq, seen, at: None };
            Event { stamp, origin: Origin::Heard, kind }
        })
        .collect();
    let (mut floor, mut changes) = (Floor::default(), Changes::facts_only());
    floor.apply_all(&events, &mut changes);
    history.commit(Batch { events: &events, facts: &changes.facts }).unwrap();
}

fn reader(data: &Path) -> History {
    History::open(data, &OpenOptions::reader()).unwrap()
}

fn calls(data: &Path, from: i64) -> (usize, BTreeSet<String>) {
    let mut all = Vec::new();
    let each = |visit: mirante_floor::ClosedVisit| {
        assert!(visit.entered.seen >= from, "{visit:?} is of yesterday");
        all.push(visit.call.to_string());
        true
    };
    reader(data).visits(0, i64::MAX, each).unwrap();
    (all.len(), all.into_iter().collect())
}

fn only(data: &Path) -> Imported {
    let mut imports = reader(data).imports().unwrap();
    assert_eq!(imports.len(), 1);
    imports.remove(0)
}

fn completed(rig: &Rig, hours: &Hours, path: &Path) -> Result<Completed, ImportError> {
    let place = LogAt::Local(path.to_owned()).open();
    tokio::task::block_in_place(|| rig.engine.complete_day(hours, place, |_| ControlFlow::Continue(())))
}

/// Begins to take the import back, and leaves it there.
fn begin_to_undo(rig: &Rig, data: &Path) {
    let (import, before) = (only(data), calls(data, 0).0);
    let done = tokio::task::block_in_place(|| rig.engine.undo_import(import.source, || ControlFlow::Break(())));
    assert!(!done.unwrap(), "it was left in the middle");
    assert!(only(data).undoing && calls(data, 0).0 < before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_completes_its_day_and_an_undo_that_was_cut_off_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    let now = Timestamp::now().as_millisecond();
    heard_days_ago(&data, now);
    let config = format!("zone = \"{}\"", zone_of_noon(now));
    let hub = rig(&data, &config, None);
    hub.wait("heard", |state| state.floor.sites.get(&ONE).is_some_and(|site| site.counting_since.is_some())).await;
    let by_pbx = |at: i64| at + AHEAD;
    hub.script.send(Ok(vec![Report::Clock { at: by_pbx(Timestamp::now().as_millisecond()), by: 0 }])).unwrap();
    hub.wait("the clock", |state| state.floor.sites[&ONE].clock_ahead.is_some()).await;

    // Offered at once, for all of the day.
    let hours = hub.engine.missing_hours(ONE).unwrap();
    let since = hub.engine.live().read(|state| state.floor.sites[&ONE].counting_since).unwrap();
    let midnight =
        Timestamp::from_millisecond(now).unwrap().to_zoned(hub.engine.zone().clone()).start_of_day().unwrap();
    let midnight = midnight.timestamp().as_millisecond();
    assert_eq!((hours.from, hours.until), (midnight, since));
    assert!((hours.ahead - AHEAD).abs() < 5_000, "{}", hours.ahead);
    assert_ne!(hub.engine.zone(), &TimeZone::UTC);

    // A call every half minute since ten minutes before midnight, as the PBX writes them; the last waits as we begin to listen.
    let mut text = String::new();
    let mut whole = BTreeSet::new();
    for at in (midnight - 10 * MINUTE + 10_000..since - 2 * MINUTE).step_by(30_000) {
        let (call, second) = (format!("m{at}"), by_pbx(at) / 1000);
        let _ =
            writeln!(text, "{second}|{call}|sac|NONE|ENTERQUEUE||1199|1\n{}|{call}|sac|NONE|ABANDON|1|1|9", second + 9);
        if at >= midnight {
            whole.insert(call);
        }
    }
    let _ = writeln!(text, "{}|waits|sac|NONE|ENTERQUEUE||1198|1", by_pbx(since - 40_000) / 1000);
    std::fs::write(&path, &text).unwrap();

    // What was missed is still being told: a click now would take in what comes in a moment.
    let refused = completed(&hub, &hours, &path);
    assert!(matches!(refused, Err(ImportError::BeingTold)), "{refused:?}");
    assert!(reader(&data).imports().unwrap().is_empty());
    let told: Vec<String> = whole.iter().rev().take(20).cloned().collect();
    let mut reports = Vec::new();
    for call in told.iter().rev() {
        let at = by_pbx(call[1..].parse().unwrap()) / 1000 * 1000;
        let (queue, name) = (mirante_floor::Name::from("sac"), mirante_floor::Name::from(&**call));
        let (contact, caller, position) = (name.clone(), None, None);
        let kind = Kind::Entered { queue: queue.clone(), call: name.clone(), contact, caller, position, waited_ms: 0 };
        reports.push(Report::Backfill { at, entered: None, kind });
        let kind = Kind::Left { queue, call: name, outcome: Outcome::Abandoned, ago_ms: 0 };
        reports.push(Report::Backfill { at: at + 9_000, entered: None, kind });
    }
    let waiting = WaitingPicture {
        queue: "sac".into(),
        call: "waits".into(),
        contact: None,
        caller: None,
        position: 1,
        waited_ms: Timestamp::now().as_millisecond() - (since - 40_000),
    };
    reports.push(Report::Picture(Picture {
        people: Vec::new(),
        queues: Vec::new(),
        members: Vec::new(),
        waiting: vec![waiting],
    }));
    hub.script.send(Ok(reports)).unwrap();
    hub.wait("all was told", |state| state.pictured.contains(&ONE)).await;

    let done = completed(&hub, &hours, &path).unwrap();
    let imported = whole.len() as u64 - 20;
    assert!(imported > 500);
    assert_eq!((done.visits, done.known), (imported, 21), "{done:?}");
    assert_eq!(calls(&data, midnight), (whole.len(), whole.clone()), "each once");
    let import = only(&data);
    let day = Timestamp::from_millisecond(now).unwrap().to_zoned(hub.engine.zone().clone()).date();
    assert_eq!((import.name.clone(), import.completes), (format!("um/{day}"), Some(ONE)));
    assert_eq!(reader(&data).heard_ms(import.source, 0, i64::MAX).unwrap(), since - midnight);
    assert_eq!(completed(&hub, &hours, &path).unwrap().visits, 0);

    // Taking it back is stopped, and the day is completed again: nothing is missing.
    begin_to_undo(&hub, &data);
    assert_eq!(completed(&hub, &hours, &path).unwrap().visits, imported);
    assert_eq!(calls(&data, midnight), (whole.len(), whole.clone()));
    assert_eq!(reader(&data).verify(|_, _| {}).unwrap().findings, Vec::<String>::new());

    // Stopped once more, and the hub ends: the next one finishes it.
    begin_to_undo(&hub, &data);
    hub.engine.shutdown().await;
    let next = rig(&data, &config, None);
    let deadline = Instant::now() + Duration::from_secs(30);
    while !reader(&data).imports().unwrap().is_empty() {
        assert!(Instant::now() < deadline, "what was left is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(reader(&data).undone().unwrap().iter().filter(|undone| undone.ended_ms.is_none()).count(), 0);
    next.engine.shutdown().await;
    assert_eq!(reader(&data).verify(|_, _| {}).unwrap().findings, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refuses_is_told_to_whoever_imports() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    let now = Timestamp::now().as_millisecond();
    let hub = rig(&data, &format!("zone = \"{}\"", zone_of_noon(now)), None);
    hub.wait("heard", |state| state.floor.sites.get(&ONE).is_some_and(|site| site.counting_since.is_some())).await;
    hub.pictured().await;
    let hours = hub.engine.missing_hours(ONE).unwrap();
    let at = hours.from / 1000 + 10;
    std::fs::write(&path, format!("{at}|m|sac|NONE|ENTERQUEUE||1|1\n{}|m|sac|NONE|ABANDON|1|1|9\n", at + 9)).unwrap();
    assert_eq!(completed(&hub, &hours, &path).unwrap().visits, 1);
    let import = only(&data);

    let other = rusqlite::Connection::open(data.join("mirante.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    hub.enter(1);
    let deadline = Instant::now() + Duration::from_secs(60);
    let said = loop {
        assert!(Instant::now() < deadline, "never refused");
        let said = hub.engine.health().trouble;
        // First the writer waits for the other one, then it is refused.
        if let Some(said) = said.filter(|said| said.obstacle == mirante_engine::Obstacle::Locked) {
            break said.words;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let undone = tokio::task::block_in_place(|| hub.engine.undo_import(import.source, || ControlFlow::Continue(())));
    let words = undone.unwrap_err().to_string();
    assert!(words.contains(&said), "{words} tells {said}");
    other.execute_batch("ROLLBACK").unwrap();
    hub.engine.shutdown().await;
}
