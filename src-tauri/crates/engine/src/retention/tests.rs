//! The housekeeper beside a writer that goes on.

use super::*;
use crate::config::{Keep, Unit};
use crate::writer;
use mirante_floor::{ClosedVisit, Event, Fact, Kind, Moment, Origin, Outcome, SourceId, Stamp, VisitId};
use mirante_history::{Batch, OpenOptions};

const DAY: i64 = 24 * 60 * 60_000;

fn visit(id: u64, entered: i64) -> Fact {
    let moment = |seen| Moment { seen, at: None };
    Fact::VisitClosed(ClosedVisit {
        id: VisitId(id),
        source: SourceId(1),
        queue: "sac".into(),
        call: format!("c{id}").into(),
        contact: format!("c{id}").into(),
        caller: None,
        entered: moment(entered),
        ended: moment(entered + 5_000),
        outcome: Outcome::Abandoned,
        wait_ms: 5_000,
        agent: None,
        agent_name: None,
        interface: None,
        talk_ms: None,
        transferred: false,
        origin: Origin::Heard,
    })
}

fn tick(seq: u64, seen: i64) -> Event {
    let stamp = Stamp { source: SourceId(1), epoch: 1, seq, seen, at: None };
    Event { stamp, origin: Origin::Heard, kind: Kind::Tick }
}

/// A history with 300 visits of three years ago and 20 of yesterday, a writer that runs on it, and its housekeeper.
fn house(dir: &std::path::Path, now: i64) -> (Housekeeper, Sender<Job>, std::thread::JoinHandle<()>) {
    let mut history = History::open(dir, &OpenOptions::writer()).unwrap();
    let old = (1..=300).map(|n| visit(n, now - 3 * 365 * DAY + n as i64 * 60_000));
    let new = (301..=320).map(|n| visit(n, now - DAY + n as i64 * 1_000));
    let facts: Vec<Fact> = old.chain(new).collect();
    history.commit(Batch { events: &[], facts: &facts }).unwrap();
    let reader = history.reader().unwrap();
    let (jobs, list) = std::sync::mpsc::channel();
    let progress = Arc::new(Progress::default());
    let of_writer = progress.clone();
    let writer = std::thread::spawn(move || writer::run(history, &list, &of_writer));
    let live = Arc::new(Live::new(Floor::default(), 0, 0));
    let clock = Arc::new(Clock::warped(now, 1.0));
    let rules = RetentionConfig::default();
    let (zone, told, asked) = (TimeZone::UTC, Arc::default(), false);
    let keeper = Housekeeper { reader, jobs: jobs.clone(), live, clock, zone, progress, rules, told, asked };
    (keeper, jobs, writer)
}

fn visits(reader: &History) -> usize {
    let mut count = 0;
    reader
        .visits(i64::MIN, i64::MAX, |_| {
            count += 1;
            true
        })
        .unwrap();
    count
}

#[test]
fn what_is_too_old_goes_while_the_writer_keeps_what_happens() {
    let dir = tempfile::tempdir().unwrap();
    let now = 1_795_273_200_000;
    let (mut keeper, jobs, writer) = house(dir.path(), now);
    let reader = keeper.reader.reader().unwrap();
    let (rules, new_rules) = std::sync::mpsc::channel();
    let sweeping = std::thread::spawn(move || keeper.sweep(&new_rules, true).is_ok_and(|swept| swept.is_ok()));
    let mut seq = 0;
    while !sweeping.is_finished() {
        seq += 1;
        jobs.send(Job::Commit { events: vec![tick(seq, now + seq as i64)], facts: Vec::new(), alerts: Box::default() })
            .unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(sweeping.join().unwrap());
    assert!(seq > 3, "{seq} commits in between");
    drop((rules, jobs));
    writer.join().unwrap();
    assert_eq!(visits(&reader), 20);
    assert_eq!(reader.newest_seq().unwrap(), seq, "nothing that happened is missing");
    let removed: Vec<_> = reader.removals().unwrap().into_iter().map(|r| (r.rule.word(), r.rows)).collect();
    assert_eq!(removed, [("contacts", 300)]);
}

#[test]
fn a_housekeeper_stops_in_the_middle_when_told_and_takes_new_rules() {
    let dir = tempfile::tempdir().unwrap();
    let (mut keeper, jobs, writer) = house(dir.path(), 1_795_273_200_000);
    let reader = keeper.reader.reader().unwrap();
    let (rules, new_rules) = std::sync::mpsc::channel();
    rules
        .send(Order::Rules(RetentionConfig { numbers: Keep::For(1, Unit::Days), ..RetentionConfig::default() }))
        .unwrap();
    assert!(keeper.rest(&new_rules, Duration::ZERO).is_ok());
    assert_eq!(keeper.rules.numbers, Keep::For(1, Unit::Days));
    drop(rules);
    assert!(keeper.sweep(&new_rules, true).is_err(), "told to stop");
    let left = visits(&reader);
    assert!((20..320).contains(&left), "one step was taken: {left} are left");
    keeper.run(&new_rules);
    drop(jobs);
    writer.join().unwrap();
}

#[test]
fn the_quiet_time_is_the_operations() {
    let dir = tempfile::tempdir().unwrap();
    // 03:00 in São Paulo, half an hour before; the same instant is quiet already in UTC.
    let (mut keeper, jobs, writer) = house(dir.path(), 1_795_240_800_000);
    assert!(keeper.due().is_some());
    keeper.zone = TimeZone::get("America/Sao_Paulo").unwrap();
    assert_eq!(keeper.due(), None);
    drop((keeper, jobs));
    writer.join().unwrap();
}

#[test]
fn whoever_asks_does_not_wait_for_the_night() {
    let dir = tempfile::tempdir().unwrap();
    // Midday: nothing is due before tomorrow, and nothing at all in the first minutes after the start.
    let (mut keeper, jobs, writer) = house(dir.path(), 1_795_273_200_000);
    let (reader, told) = (keeper.reader.reader().unwrap(), keeper.told.clone());
    keeper.rules.contacts = Keep::Forever;
    let (orders, list) = std::sync::mpsc::channel();
    let keeper = std::thread::spawn(move || keeper.run(&list));
    let ended = |rows: u64| {
        let until = Instant::now() + Duration::from_secs(60);
        while told.read().last.is_none_or(|last| last.rows != rows) {
            assert!(Instant::now() < until, "{:?}", told.read());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    orders.send(Order::Now).unwrap();
    ended(0);
    assert_eq!(visits(&reader), 320, "these rules keep everything");
    orders.send(Order::Rules(RetentionConfig::default())).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(visits(&reader), 320, "new rules alone take nothing away");
    orders.send(Order::Now).unwrap();
    ended(300);
    assert_eq!(visits(&reader), 20);
    let last = told.read().last.unwrap();
    assert!(last.error.is_none() && last.steps.count() > 3 && last.bytes > 10_000, "{last:?}");
    assert_eq!(told.read().now, None);
    drop((orders, jobs));
    keeper.join().unwrap();
    writer.join().unwrap();
}
