//! The whole floor by the PBX's word and by Mirante's: queues with their counters, members with their pauses, callers.

use crate::watch::Watch;
use mirante_tests::bench::ending;
use mirante_tests::pbx::Pbx;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// One moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Told {
    /// Completed and abandoned by the PBX's own count, by queue.
    pub(super) queues: BTreeMap<String, (i64, i64)>,
    /// Whether each member of each queue is paused in it.
    pub(super) members: BTreeMap<(String, String), bool>,
    /// Queue and last four digits of who waits.
    pub(super) waiting: BTreeSet<(String, String)>,
}

impl Told {
    /// What the PBX answers to `QueueStatus`.
    pub(super) fn by(pbx: &Pbx) -> Told {
        let mut ami = pbx.driver().expect("a session");
        ami.send("QueueStatus", &[]).expect("a PBX that listens");
        let mut told = Told::default();
        loop {
            let message = ami.receive(Duration::from_secs(5)).expect("a session").expect("a whole list in 5 s");
            let (queue, name) = (message.get("Queue").to_owned(), message.get("Name").to_owned());
            let count = |header: &str| message.get(header).parse().expect("a count");
            match message.get("Event") {
                "QueueParams" => _ = told.queues.insert(queue, (count("Completed"), count("Abandoned"))),
                "QueueMember" => {
                    told.members.insert((queue, name), message.get("Paused") == "1");
                }
                "QueueEntry" => _ = told.waiting.insert((queue, ending(message.get("CallerIDNum")))),
                "QueueStatusComplete" => return told,
                _ => {}
            }
        }
    }

    /// What Mirante shows.
    pub(super) fn on(watch: &Watch) -> Told {
        let state = &watch.feed.state;
        let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let name = |id: &str| id.split_once('/').map(|(_, name)| name.to_owned()).unwrap_or_default();
        let mut told = Told::default();
        for row in state.table("queues") {
            let counters = (row["pbx"][0].as_i64().unwrap_or(-1), row["pbx"][1].as_i64().unwrap_or(-1));
            told.queues.insert(text(row, "name"), counters);
        }
        for row in state.table("agents") {
            let ids = |field: &str| row[field].as_array().cloned().unwrap_or_default();
            for queue in ids("queues") {
                let paused = row["paused"] == true || ids("paused_in").contains(&queue);
                told.members.insert((name(queue.as_str().unwrap_or_default()), text(row, "name")), paused);
            }
        }
        for row in state.table("callers") {
            told.waiting.insert((name(row["queue"].as_str().unwrap_or_default()), ending(&text(row, "number"))));
        }
        told
    }

    /// Where two words differ, few enough to read.
    fn differences(&self, other: &Told) -> String {
        let queues: Vec<_> =
            self.queues.iter().filter(|(queue, counts)| other.queues.get(*queue) != Some(counts)).collect();
        let members: Vec<_> =
            self.members.iter().filter(|(key, paused)| other.members.get(*key) != Some(paused)).collect();
        let waiting: Vec<_> = self.waiting.difference(&other.waiting).collect();
        format!("queues {queues:?} members {members:?} waiting {waiting:?}")
    }
}

/// Who has a call of a queue, as Mirante shows it.
pub(super) fn talking(watch: &Watch) -> Vec<String> {
    let rows = watch.feed.state.table("agents").into_iter();
    let rows = rows.filter(|row| row["state"] == "talking" && row["place"]["kind"] == "queue");
    rows.map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Waits until Mirante shows what the PBX says, at most `limit`; gives how long that took.
pub(super) fn until_equal(pbx: &Pbx, watch: &mut Watch, limit: Duration) -> Duration {
    let began = Instant::now();
    loop {
        watch.step();
        let (told, shown) = (Told::by(pbx), Told::on(watch));
        if told == shown {
            return began.elapsed();
        }
        assert!(
            began.elapsed() < limit,
            "not within {limit:?}\nthe PBX: {}\nMirante: {}",
            told.differences(&shown),
            shown.differences(&told)
        );
    }
}
