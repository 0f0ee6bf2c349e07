//! The feed as a test watches it, and what it may never show.

use mirante_tests::hub::{Feed, Hub};
use mirante_tests::load::Truth;
use std::collections::{BTreeMap, BTreeSet};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The feed, and what it may never show.
pub(crate) struct Watch {
    pub(crate) feed: Feed,
    floor: BTreeMap<String, (i64, i64, i64)>,
    removed: BTreeSet<String>,
}

impl Watch {
    /// Of a hub that runs.
    pub(crate) fn new(hub: &Hub) -> Watch {
        let mut feed = hub.client().feed().expect("a feed");
        feed.take_next().expect("a snapshot");
        Watch { feed, floor: BTreeMap::new(), removed: BTreeSet::new() }
    }

    /// Offered, answered and abandoned of each queue.
    pub(crate) fn totals(&self) -> BTreeMap<String, (i64, i64, i64)> {
        let rows = self.feed.state.table("queues");
        let figure = |row: &serde_json::Value, name: &str| row[name].as_i64().unwrap_or(-1);
        let totals = rows.into_iter().map(|row| {
            let id = row["id"].as_str().unwrap_or_default().to_owned();
            (id, (figure(row, "offered"), figure(row, "answered"), figure(row, "abandoned")))
        });
        totals.collect()
    }

    /// A queue that may vanish from now on, because the PBX removes it.
    pub(crate) fn may_vanish(&mut self, queue: &str) {
        self.removed.insert(queue.to_owned());
    }

    /// Takes one batch in; totals may only grow, and no queue may vanish.
    pub(crate) fn step(&mut self) {
        self.feed.take_next().expect("a feed that goes on: heartbeats come when nothing changes");
        let totals = self.totals();
        for (queue, least) in &self.floor {
            if self.removed.contains(queue) {
                continue;
            }
            let now = totals.get(queue).unwrap_or_else(|| panic!("{queue} vanished"));
            assert!(now.0 >= least.0 && now.1 >= least.1 && now.2 >= least.2, "{queue} fell from {least:?} to {now:?}");
        }
        self.floor = totals;
    }

    /// Lets time pass until so long after `from`.
    pub(crate) fn until_after(&mut self, from: Instant, time: Duration) {
        self.through(time.saturating_sub(from.elapsed()));
    }

    /// Lets time pass.
    pub(crate) fn through(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.step();
        }
    }

    /// Lets the calls end.
    pub(crate) fn end_of(&mut self, calls: JoinHandle<anyhow::Result<Truth>>) -> anyhow::Result<Truth> {
        while !calls.is_finished() {
            self.step();
        }
        calls.join().expect("a driver that does not panic")
    }

    /// Takes batches until it is so; gives how long that took, at most `limit`.
    pub(crate) fn until(&mut self, what: &str, limit: Duration, is: impl Fn(&Feed) -> bool) -> Duration {
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

    /// Through a fault: it stays said, with words, the age of the data grows, and the last reading stays: nothing turns to
    /// zero, nobody vanishes.
    pub(crate) fn while_down(&mut self, rest: Duration) {
        let until = Instant::now() + rest;
        let heard = self.feed.state.seen;
        let (waiting, people) = (self.ids("callers", "id"), self.doing());
        assert!(!people.is_empty(), "nobody on screen");
        while Instant::now() < until {
            self.step();
            let source = self.feed.state.source();
            assert_eq!(source["link"], "down", "looks live during the fault: {source}");
            assert!(!source["words"].as_str().unwrap_or_default().is_empty(), "no words: {source}");
            assert_eq!(self.ids("callers", "id"), waiting, "callers came or went while nothing was heard");
            assert_eq!(self.doing(), people, "agents changed while nothing was heard");
        }
        let (now, seen) = (self.feed.state.now, self.feed.state.seen);
        assert!(now - seen > 10_000 || seen == heard, "data of {} ms ago passes for {} ms", now - heard, now - seen);
    }

    /// One field of all rows of a table.
    pub(crate) fn ids(&self, table: &str, field: &str) -> BTreeSet<String> {
        let rows = self.feed.state.table(table);
        rows.into_iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// What each agent does.
    pub(crate) fn doing(&self) -> BTreeMap<String, String> {
        let rows = self.feed.state.table("agents");
        rows.into_iter().map(|row| (row["id"].to_string(), row["state"].to_string())).collect()
    }
}
