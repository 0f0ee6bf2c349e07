//! Who waits and who talks now, by the PBX's word and by Mirante's.

use anyhow::{Result, bail};
use mirante_tests::bench::ending;
use mirante_tests::hub::State;
use mirante_tests::now_ms;
use mirante_tests::pbx::Pbx;
use std::collections::BTreeSet;
use std::time::Duration;

/// How far apart two words for the start of a wait may be, ms: the PBX tells whole seconds, and asking takes time.
const NEAR_MS: i64 = 2000;

/// A caller who waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Waiting {
    queue: String,
    /// The last four digits, which is what a masked number keeps.
    ending: String,
    /// When the wait began, Unix ms.
    since_ms: i64,
    /// The PBX's name of the call; empty on the feed, which does not tell it.
    call: String,
}

/// One moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Present {
    /// Who waits, by queue, number and time.
    pub(crate) waiting: Vec<Waiting>,
    /// Names of the members in a call of a queue.
    pub(crate) talking: BTreeSet<String>,
}

impl Present {
    /// What the PBX answers to `QueueStatus`.
    pub(crate) fn of_pbx(pbx: &Pbx) -> Result<Present> {
        let mut ami = pbx.driver()?;
        ami.send("QueueStatus", &[])?;
        let mut present = Present::default();
        while let Some(message) = ami.receive(Duration::from_secs(2))? {
            match message.get("Event") {
                "QueueEntry" => present.waiting.push(Waiting {
                    queue: message.get("Queue").to_owned(),
                    ending: ending(message.get("CallerIDNum")),
                    since_ms: now_ms() - 1000 * message.get("Wait").parse::<i64>()?,
                    call: message.get("Uniqueid").to_owned(),
                }),
                "QueueMember" if message.get("InCall") == "1" => {
                    present.talking.insert(message.get("Name").to_owned());
                }
                "QueueStatusComplete" => {
                    present.waiting.sort();
                    return Ok(present);
                }
                _ => {}
            }
        }
        bail!("QueueStatus was not answered in 2 s")
    }

    /// What Mirante's feed shows.
    pub(crate) fn on_feed(state: &State) -> Present {
        let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let waiting = state.table("callers").into_iter().map(|row| Waiting {
            queue: text(row, "queue").split_once('/').map(|(_, name)| name.to_owned()).unwrap_or_default(),
            ending: ending(&text(row, "number")),
            since_ms: row["entered_ms"].as_i64().unwrap_or_default(),
            call: String::new(),
        });
        let mut waiting: Vec<Waiting> = waiting.collect();
        waiting.sort();
        let talking = state.table("agents").into_iter().filter(|row| row["state"] == "talking");
        Present { waiting, talking: talking.map(|row| text(row, "name")).collect() }
    }

    /// The PBX's names of the calls that wait.
    pub(crate) fn calls(&self) -> BTreeSet<String> {
        self.waiting.iter().map(|caller| caller.call.clone()).collect()
    }

    /// Where Mirante shows something else, in words.
    pub(crate) fn differs(&self, shown: &Present) -> Option<String> {
        let same = |told: &Waiting, seen: &Waiting| {
            told.queue == seen.queue && told.ending == seen.ending && (told.since_ms - seen.since_ms).abs() <= NEAR_MS
        };
        let all = self.waiting.len() == shown.waiting.len()
            && self.waiting.iter().zip(&shown.waiting).all(|(told, seen)| same(told, seen));
        if !all {
            return Some(format!("shows {:?} waiting, the PBX says {:?}", shown.waiting, self.waiting));
        }
        (self.talking != shown.talking)
            .then(|| format!("shows {:?} talking, the PBX says {:?}", shown.talking, self.talking))
    }
}
