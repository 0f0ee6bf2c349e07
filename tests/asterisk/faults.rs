//! A PBX that is cut, frozen, silent or restarted: said within 3 s, nothing turns to zero, nothing stale looks live, all
//! recovers by itself and the gap is on record.

use crate::pbx;
use mirante_tests::hub::{Feed, Hub};
use mirante_tests::load::{Driver, Options, Plan, Size};
use mirante_tests::pbx::Pbx;
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::proxy::{Proxy, Wire};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Within this a fault must be said.
const SAID: Duration = Duration::from_secs(3);
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
    traffic(&pbx);
    let mut watch = Watch::new(&hub);
    let before = watch.totals();
    assert!(before.values().any(|(offered, ..)| *offered > 0), "no traffic was seen before the fault");

    let began = Instant::now();
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

    let mended = Instant::now();
    match fault {
        Fault::Frozen => pbx.thaw().expect("a PBX"),
        Fault::Restarted => pbx.boot().expect("a PBX"),
        Fault::Cut | Fault::Silent => wire.set(Wire::Whole),
    }
    watch.until("it is heard again", HEARD, |feed| feed.state.link() == "up");
    println!("{fault:?}: heard again {:?} after the mending", mended.elapsed());
    truthful(&pbx, &mut watch);
    assert_eq!(recorded_gaps(&hub), 1, "gaps on record");
}

/// Ten seconds of calls, so that there are totals to lose; some still talk or wait when it returns.
fn traffic(pbx: &Pbx) {
    let size = Size { seconds: 8, inbound: 4.0, outside: 0.0, talk_s: 2.0 };
    let plan = Plan::new(5, size, &CENTRE);
    let ami = pbx.driver().expect("a session");
    let options = Options { drain: Duration::from_secs(3) };
    Driver::new(ami, &plan, &CENTRE).run(options, |_| {}).expect("a run");
}

/// The feed, and what it may never show.
struct Watch {
    feed: Feed,
    floor: BTreeMap<String, (i64, i64, i64)>,
}

impl Watch {
    fn new(hub: &Hub) -> Watch {
        let mut feed = hub.client().feed().expect("a feed");
        feed.take_next().expect("a snapshot");
        Watch { feed, floor: BTreeMap::new() }
    }

    /// Offered, answered and abandoned of each queue.
    fn totals(&self) -> BTreeMap<String, (i64, i64, i64)> {
        let rows = self.feed.state.table("queues");
        let figure = |row: &serde_json::Value, name: &str| row[name].as_i64().unwrap_or(-1);
        let totals = rows.into_iter().map(|row| {
            let id = row["id"].as_str().unwrap_or_default().to_owned();
            (id, (figure(row, "offered"), figure(row, "answered"), figure(row, "abandoned")))
        });
        totals.collect()
    }

    /// Takes one batch in; totals may only grow, and no queue may vanish.
    fn step(&mut self) {
        self.feed.take_next().expect("a feed that goes on: heartbeats come when nothing changes");
        let totals = self.totals();
        for (queue, least) in &self.floor {
            let now = totals.get(queue).unwrap_or_else(|| panic!("{queue} vanished"));
            assert!(now.0 >= least.0 && now.1 >= least.1 && now.2 >= least.2, "{queue} fell from {least:?} to {now:?}");
        }
        self.floor = totals;
    }

    fn until(&mut self, what: &str, limit: Duration, is: impl Fn(&Feed) -> bool) -> Duration {
        let began = Instant::now();
        while !is(&self.feed) {
            assert!(
                began.elapsed() < limit,
                "not within {limit:?}: {what}; the source is {}",
                self.feed.state.source()
            );
            self.step();
        }
        // Counted from outside: a batch that comes too late is too late.
        assert!(began.elapsed() < limit, "only after {:?}: {what}", began.elapsed());
        began.elapsed()
    }

    /// Through a fault: it stays said, with words, and the age of the data grows.
    fn while_down(&mut self, rest: Duration) {
        let until = Instant::now() + rest;
        let heard = self.feed.state.seen;
        while Instant::now() < until {
            self.step();
            let source = self.feed.state.source();
            assert_eq!(source["link"], "down", "looks live during the fault: {source}");
            assert!(!source["words"].as_str().unwrap_or_default().is_empty(), "no words: {source}");
        }
        let (now, seen) = (self.feed.state.now, self.feed.state.seen);
        assert!(now - seen > 10_000 || seen == heard, "data of {} ms ago passes for {} ms", now - heard, now - seen);
    }
}

/// After the mending Mirante must show what the PBX says: as many callers waiting in each queue.
fn truthful(pbx: &Pbx, watch: &mut Watch) {
    let began = Instant::now();
    loop {
        let mut ami = pbx.driver().expect("a session");
        ami.send("QueueStatus", &[]).expect("a question");
        let mut waiting = BTreeMap::new();
        while let Some(message) = ami.receive(Duration::from_secs(2)).expect("an answer") {
            match message.get("Event") {
                "QueueParams" => {
                    waiting.insert(message.get("Queue").to_owned(), message.get("Calls").parse::<i64>().unwrap_or(-1));
                }
                "QueueStatusComplete" => break,
                _ => {}
            }
        }
        watch.step();
        let shown: BTreeMap<String, i64> = watch
            .feed
            .state
            .table("queues")
            .into_iter()
            .map(|row| (row["name"].as_str().unwrap_or_default().to_owned(), row["waiting"].as_i64().unwrap_or(-1)))
            .collect();
        if shown == waiting {
            return;
        }
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "shows {shown:?}, the PBX says {waiting:?}; {:?}",
            watch.feed.state.table("callers")
        );
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
