//! Hours before Mirante listened count once, wherever else they were told, and by our clock, whatever the PBX's says.
#![allow(clippy::unwrap_used)]

use jiff::tz::TimeZone;
use mirante_engine::import::calls::Keeper;
use mirante_engine::import::{Batch as Batched, Completed, Hours, ImportError, QueueLog, complete, queue_log};
use mirante_floor::{Changes, ClosedVisit, Event, Floor, Kind, Origin, Outcome, SourceId, Stamp};
use mirante_history::{Batch, History, HistoryError, OpenOptions};
use mirante_sources::asterisk::queue_log::LogAt;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

/// Midnight of 2026-06-01 in São Paulo, Unix ms.
const MIDNIGHT: i64 = 1_780_282_800_000;
const MINUTE: i64 = 60_000;

/// A call a minute, ten seconds into it, that gives up after nine; from minute `minutes.start` on after `from`, Unix ms by the PBX.
fn log(from: i64, minutes: std::ops::Range<i64>) -> String {
    let mut text = String::new();
    for n in minutes {
        let at = (from + n * MINUTE) / 1000 + 10;
        let _ = writeln!(text, "{at}|m{n}|sac|NONE|ENTERQUEUE||1199{n:06}|1\n{}|m{n}|sac|NONE|ABANDON|1|1|9", at + 9);
    }
    text
}

fn hours(of: SourceId, until: i64) -> Hours {
    let (day, zone) = ("2026-06-01".to_owned(), TimeZone::get("America/Sao_Paulo").unwrap());
    Hours { of, day, from: MIDNIGHT, until, ahead: 0, zone, open: Default::default(), most: Hours::MOST }
}

fn taken(history: &mut History, hours: &Hours, path: &Path) -> Completed {
    let (reader, parties) = (history.reader().unwrap(), history.parties());
    let place = LogAt::Local(path.to_owned()).open();
    complete(hours, place, &reader, &parties, history, |_| ControlFlow::Continue(())).unwrap()
}

/// A folder with a followed source, which heard what `events` tell: when by our clock, when by the PBX's, what.
fn followed(data: &Path, events: &[(i64, Option<i64>, Kind)]) -> (History, SourceId) {
    let mut history = History::open(data, &OpenOptions::writer()).unwrap();
    let of = history.register("um", "asterisk").unwrap();
    let (mut floor, mut changes) = (Floor::default(), Changes::facts_only());
    let events: Vec<Event> = (1..)
        .zip(events)
        .map(|(seq, (seen, at, kind))| {
            let stamp = Stamp { source: of, epoch: 1, seq, seen: *seen, at: *at };
            Event { stamp, origin: Origin::Heard, kind: kind.clone() }
        })
        .collect();
    floor.apply_all(&events, &mut changes);
    if !events.is_empty() {
        history.commit(Batch { events: &events, facts: &changes.facts }).unwrap();
    }
    (history, of)
}

fn visits(history: &History) -> Vec<ClosedVisit> {
    let mut all = Vec::new();
    let each = |visit| {
        all.push(visit);
        true
    };
    history.reader().unwrap().visits(0, i64::MAX, each).unwrap();
    all
}

fn findings(history: &History) -> Vec<String> {
    history.reader().unwrap().verify(|_, _| {}).unwrap().findings
}

#[test]
fn a_morning_that_was_imported_is_not_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    // Nothing is followed yet: the log is taken in at 10:30.
    std::fs::write(&path, log(MIDNIGHT, 0..630)).unwrap();
    let job = QueueLog {
        data: data.clone(),
        files: vec![path.clone()],
        zone: "America/Sao_Paulo".into(),
        source: "queue_log".into(),
        beside: false,
        report: folder.path().join("report.csv"),
    };
    assert_eq!(queue_log(&job, |_| {}).unwrap().visits, 630);
    // A hub begins at 10:42, and the day is completed.
    let until = MIDNIGHT + 642 * MINUTE;
    std::fs::write(&path, log(MIDNIGHT, 0..660)).unwrap();
    let (mut history, of) = followed(&data, &[]);
    let done = taken(&mut history, &hours(of, until), &path);
    assert_eq!((done.visits, done.known), (12, 630), "{done:?}");
    let mut calls: Vec<String> = visits(&history).iter().map(|visit| visit.call.to_string()).collect();
    calls.sort();
    calls.dedup();
    assert_eq!((calls.len(), visits(&history).len()), (642, 642), "nobody twice");
    assert_eq!(taken(&mut history, &hours(of, until), &path).visits, 0);
    assert_eq!(findings(&history), Vec::<String>::new());
}

#[test]
fn hours_go_by_our_clock_however_far_the_pbxs_is_off() {
    for ahead in [-5 * MINUTE, 5 * MINUTE, 0] {
        let folder = tempfile::tempdir().unwrap();
        let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
        // Calls from ten minutes before our midnight until an hour after it, as the PBX writes them.
        std::fs::write(&path, log(MIDNIGHT + ahead, -10..60)).unwrap();
        let (mut history, of) = followed(&data, &[]);
        let until = MIDNIGHT + 50 * MINUTE;
        let done = taken(&mut history, &Hours { ahead, ..hours(of, until) }, &path);
        assert_eq!(done.visits, 50, "{ahead}: {done:?}");
        let told = visits(&history);
        let entered: Vec<i64> = told.iter().map(|visit| visit.entered.seen).collect();
        // The middle of the second that the line tells.
        let expected: Vec<i64> = (0..50).map(|n| MIDNIGHT + n * MINUTE + 10_500).collect();
        assert_eq!(entered, expected, "{ahead}");
        assert!(told.iter().all(|visit| visit.entered.at == Some(visit.entered.seen + ahead)));
        assert_eq!(done.span, Some((expected[0], expected[49])), "{ahead}");
        // All of the day's minutes are covered, and none of yesterday's.
        let source = history.imports().unwrap()[0].source;
        let heard = |from, to| history.reader().unwrap().heard_ms(source, from, to).unwrap();
        assert_eq!((heard(0, MIDNIGHT), heard(MIDNIGHT, i64::MAX)), (0, 50 * MINUTE), "{ahead}");
        // The same clock again, though the PBX's has been set meanwhile.
        assert_eq!(taken(&mut history, &Hours { ahead: ahead + 90_000, ..hours(of, until) }, &path).visits, 0);
        assert_eq!(findings(&history), Vec::<String>::new());
    }
}

#[test]
fn whoever_waited_at_the_first_second_counts_once_on_two_clocks() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    let (until, ahead) = (MIDNIGHT + 50 * MINUTE, -5 * MINUTE);
    std::fs::write(&path, log(MIDNIGHT + ahead, 0..50)).unwrap();
    // A picture tells who waits and for how long, and no time of the PBX's; m49 entered 50 s before it.
    let queue = mirante_floor::Name::from("sac");
    let entered = Kind::Entered {
        queue: queue.clone(),
        call: "m49".into(),
        contact: "m49".into(),
        caller: None,
        position: Some(1),
        waited_ms: 50_000,
    };
    let left = Kind::Left { queue, call: "m49".into(), outcome: Outcome::Abandoned, ago_ms: 0 };
    let events = [
        (until, None, Kind::LinkUp { platform: "Asterisk".into() }),
        (until, None, entered),
        (until + 9_000, Some(until + 9_000 + ahead), left),
    ];
    let (mut history, of) = followed(&data, &events);
    assert_eq!(visits(&history)[0].entered.at, None);
    let done = taken(&mut history, &Hours { ahead, ..hours(of, until) }, &path);
    assert_eq!((done.visits, done.known), (49, 1), "{done:?}");
}

#[test]
fn what_is_too_much_to_be_read_is_not_said_to_have_been_heard() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    let text = log(MIDNIGHT, 0..600);
    std::fs::write(&path, &text).unwrap();
    let (mut history, of) = followed(&data, &[]);
    let until = MIDNIGHT + 600 * MINUTE;
    let most = text.len() as u64 / 3;
    let done = taken(&mut history, &Hours { most, ..hours(of, until) }, &path);
    let begins = done.begins.unwrap();
    assert!((195..=200).contains(&done.visits) && begins > MIDNIGHT + 390 * MINUTE, "{done:?}");
    let source = history.imports().unwrap()[0].source;
    assert_eq!(history.reader().unwrap().heard_ms(source, 0, i64::MAX).unwrap(), until - begins);
}

#[test]
fn whoever_was_stopped_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    std::fs::write(&path, log(MIDNIGHT, 0..5_000)).unwrap();
    let (mut history, of) = followed(&data, &[]);
    let (reader, parties) = (history.reader().unwrap(), history.parties());
    let place = LogAt::Local(path.clone()).open();
    let job = hours(of, MIDNIGHT + 5_000 * MINUTE);
    let done = complete(&job, place, &reader, &parties, &mut history, |_| ControlFlow::Break(())).unwrap();
    assert!(done.stopped && (1..1_000).contains(&done.visits), "{done:?}");
    let rest = taken(&mut history, &job, &path);
    assert_eq!(done.visits + rest.visits, 5_000);
}

/// Begins to take the only import back, and leaves it there.
fn begin_to_undo(history: &mut History) {
    let import = history.imports().unwrap().remove(0);
    let before = visits(history).len();
    assert!(history.undo_import(import.source, 7, MIDNIGHT).unwrap());
    assert_eq!(visits(history).len(), before - 7);
}

#[test]
fn an_import_that_was_being_taken_back_goes_before_it_is_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    std::fs::write(&path, log(MIDNIGHT, 0..60)).unwrap();
    let (mut history, of) = followed(&data, &[]);
    let until = MIDNIGHT + 60 * MINUTE;
    assert_eq!(taken(&mut history, &hours(of, until), &path).visits, 60);
    begin_to_undo(&mut history);
    assert_eq!(taken(&mut history, &hours(of, until), &path).visits, 60);
    assert_eq!((visits(&history).len(), history.unfinished_undos().unwrap()), (60, Vec::new()));
    assert_eq!(findings(&history), Vec::<String>::new());
    drop(history);

    // The same of a log.
    let (data, report) = (folder.path().join("other"), folder.path().join("report.csv"));
    let (zone, source, files) = ("UTC".to_owned(), "queue_log".to_owned(), vec![path]);
    let job = QueueLog { data: data.clone(), files, zone, source, beside: false, report };
    assert_eq!(queue_log(&job, |_| {}).unwrap().visits, 60);
    begin_to_undo(&mut History::open(&data, &OpenOptions::writer()).unwrap());
    assert_eq!(queue_log(&job, |_| {}).unwrap().visits, 60);
    let history = History::open(&data, &OpenOptions::writer()).unwrap();
    assert_eq!((visits(&history).len(), findings(&history)), (60, Vec::new()));
}

/// A writer to which somebody says, after the first batch, that the import is to be taken back.
struct Meanwhile(History);

impl Keeper for Meanwhile {
    fn register(&mut self, name: &str, kind: &'static str) -> Result<SourceId, ImportError> {
        Ok(self.0.register_import(name, kind)?)
    }

    fn register_hours(&mut self, of: SourceId, day: &str) -> Result<SourceId, ImportError> {
        Ok(self.0.register_hours(of, day)?)
    }

    fn room(&self) -> usize {
        24
    }

    fn keep(&mut self, batch: Batched) -> Result<(), ImportError> {
        Keeper::keep(&mut self.0, batch)?;
        let source = self.0.imports()?[0].source;
        self.0.undo_import(source, 1, MIDNIGHT)?;
        Ok(())
    }

    fn take_back(&mut self, source: SourceId, each: &mut dyn FnMut() -> ControlFlow<()>) -> Result<bool, ImportError> {
        Keeper::take_back(&mut self.0, source, each)
    }
}

#[test]
fn nothing_is_kept_of_what_is_being_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
    std::fs::write(&path, log(MIDNIGHT, 0..60)).unwrap();
    let (history, of) = followed(&data, &[]);
    let (reader, parties, mut keeper) = (history.reader().unwrap(), history.parties(), Meanwhile(history));
    let place = LogAt::Local(path).open();
    let hours = hours(of, MIDNIGHT + 60 * MINUTE);
    let refused = complete(&hours, place, &reader, &parties, &mut keeper, |_| ControlFlow::Continue(()));
    assert!(matches!(refused, Err(ImportError::History(HistoryError::TakenBack { .. }))), "{refused:?}");
}

#[test]
fn whoever_imports_and_takes_back_while_history_is_verified_makes_no_fault() {
    type Meanwhile<'a> = &'a dyn Fn(&mut History, SourceId, &Path);
    let until = MIDNIGHT + 60 * MINUTE;
    let begins: Meanwhile<'_> = &|history, _, _| begin_to_undo(history);
    let undoes: Meanwhile<'_> = &|history, _, _| {
        let source = history.imports().unwrap()[0].source;
        while history.undo_import(source, 1_000, MIDNIGHT).unwrap() {}
    };
    let goes_on: Meanwhile<'_> = &|history, of, path| {
        let text = std::fs::read_to_string(path).unwrap() + &log(MIDNIGHT, 30..60);
        std::fs::write(path, text).unwrap();
        assert_eq!(taken(history, &hours(of, until), path).visits, 30);
    };
    let tells_another: Meanwhile<'_> = &|history, of, path| {
        let tomorrow = Hours { day: "2026-06-02".into(), from: MIDNIGHT + 30 * MINUTE, ..hours(of, until) };
        std::fs::write(path, log(MIDNIGHT, 30..60)).unwrap();
        assert_eq!(taken(history, &tomorrow, path).visits, 30);
    };
    for (name, meanwhile) in
        [("begins", begins), ("undoes", undoes), ("goes on", goes_on), ("tells another", tells_another)]
    {
        let folder = tempfile::tempdir().unwrap();
        let (data, path) = (folder.path().join("data"), folder.path().join("queue_log"));
        std::fs::write(&path, log(MIDNIGHT, 0..30)).unwrap();
        let (mut history, of) = followed(&data, &[]);
        assert_eq!(taken(&mut history, &hours(of, until), &path).visits, 30);
        let reader = history.reader().unwrap();
        let mut is_done = false;
        let found = reader.verify(|_, _| {
            if !std::mem::replace(&mut is_done, true) {
                meanwhile(&mut history, of, &path);
            }
        });
        let found = found.unwrap();
        assert_eq!((found.findings, is_done), (Vec::new(), true), "{name}");
        assert!(found.left_out > 0, "{name}: it is said that something was not looked at");
        assert_eq!(findings(&history), Vec::<String>::new(), "{name}");
    }
}
