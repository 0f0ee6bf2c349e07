//! The live feed of one engine: a task keeps the rows up to date, at most ten times a second, and every face takes from
//! them what it has not got.

mod rows_of;
mod store;

pub(crate) use rows_of::Tracker;
pub(crate) use store::Store;

use crate::wire::{Batch, BatchKind, Health, Rows};
use mirante_engine::Engine;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// From the first event on an idle feed to its batch: those that come with it go along.
const GATHER: Duration = Duration::from_millis(50);
/// Between two batches of a busy feed.
const PACE: Duration = Duration::from_millis(100);
/// A face that has everything hears from the hub after this long.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// The feed of one engine.
pub(crate) struct Feed {
    engine: Arc<Engine>,
    stream: Arc<str>,
    store: Mutex<Store>,
    newest: watch::Sender<u64>,
    /// Rows as JSON by what a face had, all for the same newest batch: faces that are equally far share one encoding.
    encoded: Mutex<Encoded>,
}

#[derive(Default)]
struct Encoded {
    number: u64,
    rows: BTreeMap<Option<u64>, (BatchKind, Arc<str>)>,
}

/// A batch as JSON, with what is needed to ask for the next.
#[derive(Debug, Clone)]
pub struct EncodedBatch {
    /// Its number.
    pub number: u64,
    /// Its stream.
    pub stream: Arc<str>,
    /// A [`Batch`].
    pub json: String,
}

impl Feed {
    /// A feed with the first rows already in it. Its task ends with `stop`.
    pub(crate) fn start(engine: Arc<Engine>, stream: String, stop: watch::Receiver<bool>) -> Arc<Feed> {
        let feed = Arc::new(Feed {
            engine,
            stream: stream.into(),
            store: Mutex::default(),
            newest: watch::Sender::new(0),
            encoded: Mutex::default(),
        });
        let mut tracker = Tracker::default();
        feed.publish(&mut tracker);
        tokio::spawn(feed.clone().run(tracker, stop));
        feed
    }

    async fn run(self: Arc<Self>, mut tracker: Tracker, mut stop: watch::Receiver<bool>) {
        let mut floor = self.engine.live().watch();
        let mut last = Instant::now();
        loop {
            tokio::select! {
                changed = floor.changed() => if changed.is_err() { return },
                _ = stop.wait_for(|stop| *stop) => return,
            }
            sleep(GATHER).await;
            sleep_until(last + PACE).await;
            last = Instant::now();
            floor.mark_unchanged();
            self.publish(&mut tracker);
        }
    }

    fn publish(&self, tracker: &mut Tracker) {
        let people = self.engine.parties();
        let mut store = self.store();
        let changed = self.engine.live().take_changes(|state, changes| {
            store.clock_set = state.clock_set;
            store.change(state.seq, |store, number| tracker.update(store, number, state, &changes, people))
        });
        if changed {
            self.newest.send_replace(store.number);
        }
    }

    /// What brings a face up to date that has batch `after` of `stream`; waits up to 2 s for something new.
    pub(crate) async fn next(&self, stream: Option<&str>, after: Option<u64>) -> Batch {
        let after = self.wait(stream, after).await;
        let store = self.store();
        let (kind, rows) = store.since(after);
        self.batch(&store, kind, rows)
    }

    /// The same as JSON; the rows are encoded once for all that ask the same.
    pub(crate) async fn next_json(
        &self,
        stream: Option<&str>,
        after: Option<u64>,
    ) -> Result<EncodedBatch, serde_json::Error> {
        let after = self.wait(stream, after).await;
        let store = self.store();
        let mut encoded = self.encoded.lock().unwrap_or_else(PoisonError::into_inner);
        if encoded.number != store.number {
            *encoded = Encoded { number: store.number, ..Encoded::default() };
        }
        let (kind, rows) = match encoded.rows.get(&after) {
            Some((kind, rows)) => (*kind, rows.clone()),
            None => {
                let (kind, rows) = store.since(after);
                let rows: Arc<str> = serde_json::to_string(&rows)?.into();
                encoded.rows.insert(after, (kind, rows.clone()));
                (kind, rows)
            }
        };
        drop(encoded);
        let head = serde_json::to_string(&self.batch(&store, kind, Rows::default()))?;
        let number = store.number;
        drop(store);
        // `rows` is the last field, and empty here.
        let head = head.strip_suffix("{}}").unwrap_or(&head);
        Ok(EncodedBatch { number, stream: self.stream.clone(), json: format!("{head}{rows}}}") })
    }

    /// Waits until there is more than `after`; gives `after` as far as it means this stream.
    async fn wait(&self, stream: Option<&str>, after: Option<u64>) -> Option<u64> {
        let after = after.filter(|_| stream == Some(&*self.stream))?;
        let mut newest = self.newest.subscribe();
        let _ = timeout(HEARTBEAT, newest.wait_for(|number| *number != after)).await;
        Some(after)
    }

    fn batch(&self, store: &Store, kind: BatchKind, rows: Rows) -> Batch {
        let health = self.engine.health();
        let trouble = health.trouble;
        let not_saving_since_ms = trouble.as_ref().map(|trouble| trouble.since_ms);
        let not_saving = trouble.as_ref().map(|trouble| trouble.obstacle);
        let not_saving_words = trouble.map_or_else(String::new, |trouble| trouble.words);
        Batch {
            kind,
            number: store.number,
            stream: self.stream.to_string(),
            now: self.engine.now_by(store.clock_set),
            seq: store.seq,
            seen: self.engine.live().read(|state| state.heard),
            health: Health {
                not_saving_since_ms,
                not_saving,
                not_saving_words,
                sample_percent: health.past_percent,
                backup_troubled: self.engine.backups().is_some_and(|backups| backups.is_troubled()),
            },
            rows,
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
