//! The hours of a day before Mirante listened, out of the PBX's own record, beside what is heard.

use common::{ONE, rig};
use jiff::tz::TimeZone;
use mirante_engine::import::calls::Keeper;
use mirante_engine::import::{Batch, Completed, Hours, ImportError, complete};
use mirante_floor::{Outcome, SourceId};
use mirante_history::{History, OpenOptions};
use mirante_sources::asterisk::queue_log::{LogAt, LogPlace};
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

mod common;

/// Calls a minute from the start of a day on: each second one is answered after 5 s and talks for 20.
fn log(from: i64, minutes: i64) -> String {
    let mut text = String::new();
    for n in 0..minutes {
        let at = from / 1000 + n * 60 + 10;
        let _ = writeln!(text, "{at}|m{n}|sac|NONE|ENTERQUEUE||1199{n:06}|1");
        let _ = if n % 2 == 0 {
            writeln!(
                text,
                "{}|m{n}|sac|PJSIP/2101|CONNECT|5|x{n}|4\n{}|m{n}|sac|PJSIP/2101|COMPLETECALLER|5|20|1",
                at + 5,
                at + 25
            )
        } else {
            writeln!(text, "{}|m{n}|sac|NONE|ABANDON|1|1|9", at + 9)
        };
    }
    text
}

fn place(path: &Path) -> Box<dyn LogPlace> {
    LogAt::Local(path.to_owned()).open()
}

fn history(data: &Path) -> History {
    History::open(data, &OpenOptions::reader()).expect("open")
}

/// Call, outcome, wait and talk of every visit that is kept, in order of entry.
fn visits(data: &Path) -> Vec<(String, Outcome, i64, Option<i64>)> {
    let mut all = Vec::new();
    let each = |visit: mirante_floor::ClosedVisit| {
        all.push((visit.call.to_string(), visit.outcome, visit.wait_ms, visit.talk_ms));
        true
    };
    history(data).visits(0, i64::MAX, each).expect("visits");
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hours_before_are_told_once_and_cut_where_listening_began() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    let rig = rig(&data, "", None);
    rig.wait("heard", |state| state.floor.sites.get(&ONE).is_some_and(|site| site.counting_since.is_some())).await;
    rig.enter(1);
    rig.wait("somebody waits", |state| common::waiting(state) == 1).await;
    rig.pictured().await;
    let since = rig.engine.live().read(|state| state.floor.sites[&ONE].counting_since).expect("since");
    let from = since - 3 * 60 * 60_000;
    let (until, day) = (since, "2026-11-22".to_owned());
    let open = [("sac".into(), "c1".into())].into();
    let hours = Hours { of: ONE, day, from, until, ahead: 0, zone: TimeZone::UTC, open, most: Hours::MOST };

    // Two hours of calls; a conversation and a wait that reach into what is heard; and calls that were heard.
    let mut text = log(from, 120);
    let second = |ms: i64| (since + ms) / 1000;
    let _ = writeln!(text, "{}|t1|sac|NONE|ENTERQUEUE||119|1", second(-90_000));
    let _ = writeln!(text, "{}|t1|sac|PJSIP/2101|CONNECT|10|t1x|4", second(-80_000));
    let _ = writeln!(text, "{}|c1|sac|NONE|ENTERQUEUE||119|1", second(-20_000));
    let _ = writeln!(text, "{}|late|sac|NONE|ENTERQUEUE||118|1", second(30_000));
    std::fs::write(&path, &text).expect("a log");
    let engine = &rig.engine;
    let complete = || -> Completed {
        tokio::task::block_in_place(|| engine.complete_day(&hours, place(&path), |_| ControlFlow::Continue(())))
            .expect("told")
    };
    let done = complete();
    assert_eq!((done.visits, done.known, done.open), (120, 1, 1), "{done:?}");
    let told = visits(&data);
    assert_eq!(told.len(), 120, "nobody twice");
    assert!(told.iter().all(|(call, ..)| call.starts_with('m')));
    assert_eq!(told.iter().filter(|(_, outcome, ..)| *outcome == Outcome::Answered).count(), 60);
    assert!(told.iter().step_by(2).all(|(_, _, wait, talk)| (*wait, *talk) == (5_000, Some(20_000))));

    // The conversation of before ends, and its end is told; nothing else is.
    let _ = writeln!(text, "{}|late|sac|NONE|ABANDON|1|1|3", second(33_000));
    let _ = writeln!(text, "{}|t1|sac|PJSIP/2101|COMPLETEAGENT|10|140|1", second(60_000));
    std::fs::write(&path, &text).expect("a log");
    let again = complete();
    assert_eq!((again.visits, again.open), (1, 0), "{again:?}");
    assert_eq!(complete().visits, 0, "nothing is told twice");
    let last = visits(&data).pop().expect("a visit");
    assert_eq!(last, ("t1".into(), Outcome::Answered, 10_000, Some(140_000)));

    // The record's minutes count as heard, up to the moment from which the source itself was.
    let reader = history(&data);
    let import = reader.imports().expect("imports").pop().expect("one");
    assert_eq!((import.name.as_str(), import.visits, import.completes), ("um/2026-11-22", 121, Some(ONE)));
    let heard = reader.heard_ms(import.source, from - 120_000, since + 120_000).expect("minutes");
    let begins = done.begins.expect("the log begins later than the day");
    assert!((heard - (since - begins)).abs() <= 1_000, "{heard} of {}", since - begins);
    rig.engine.flush().await.expect("flushed");
    assert_eq!(reader.verify(|_, _| {}).expect("read").findings, Vec::<String>::new());

    // Taken back, nothing of it is left, and it may be told again.
    tokio::task::block_in_place(|| engine.undo_import(import.source, || ControlFlow::Continue(()))).expect("undone");
    assert_eq!(visits(&data), []);
    assert!(history(&data).imports().expect("imports").is_empty());
    assert_eq!(history(&data).undone().expect("receipts")[0].visits, 121);
    assert_eq!(history(&data).verify(|_, _| {}).expect("read").findings, Vec::<String>::new());
    assert_eq!(complete().visits, 121);
    rig.engine.shutdown().await;
    assert_eq!(history(&data).verify(|_, _| {}).expect("read").findings, Vec::<String>::new());
}

/// A writer that has room for little.
struct Narrow {
    history: History,
    batches: Vec<u64>,
}

const ROOM: usize = 24;

impl Keeper for Narrow {
    fn register(&mut self, name: &str, kind: &'static str) -> Result<SourceId, ImportError> {
        Ok(self.history.register_import(name, kind)?)
    }

    fn register_hours(&mut self, of: SourceId, day: &str) -> Result<SourceId, ImportError> {
        Ok(self.history.register_hours(of, day)?)
    }

    fn room(&self) -> usize {
        ROOM
    }

    fn keep(&mut self, batch: Batch) -> Result<(), ImportError> {
        self.batches.push(batch.events());
        Keeper::keep(&mut self.history, batch)
    }

    fn take_back(&mut self, source: SourceId, each: &mut dyn FnMut() -> ControlFlow<()>) -> Result<bool, ImportError> {
        Keeper::take_back(&mut self.history, source, each)
    }
}

#[test]
fn batches_hold_no_more_than_the_writer_has_room_for_and_come_to_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    let from = 1_780_272_000_000;
    std::fs::write(&path, log(from, 300)).expect("a log");
    let mut history = History::open(&data, &OpenOptions::writer()).expect("open");
    let of = history.register("um", "asterisk").expect("a number");
    let (reader, parties) = (history.reader().expect("a reader"), history.parties());
    let mut narrow = Narrow { history, batches: Vec::new() };
    let (until, day, open) = (from + 8 * 60 * 60_000, "2026-06-01".to_owned(), Default::default());
    let hours = Hours { of, day, from, until, ahead: 0, zone: TimeZone::UTC, open, most: Hours::MOST };
    let done =
        complete(&hours, place(&path), &reader, &parties, &mut narrow, |_| ControlFlow::Continue(())).expect("told");
    assert_eq!(done.visits, 300);
    // A line tells three events at most: who answers becomes a member, and a day may begin.
    let most = narrow.batches.iter().max().copied().unwrap_or(0);
    assert!(narrow.batches.len() > 30 && most <= ROOM as u64 + 3, "{:?}", narrow.batches);
    drop((narrow, reader));
    assert_eq!(visits(&data).len(), 300);
    assert_eq!(history_of(&data), Vec::<String>::new());
}

fn history_of(data: &Path) -> Vec<String> {
    history(data).verify(|_, _| {}).expect("read").findings
}
