//! Rows with the number of the batch that last changed them, so that any two moments can be told apart by one merged delta.

use crate::wire::{AgentRow, AlertRow, BatchKind, CallerRow, CampaignRow, QueueRow, Rows, SourceRow};
use std::collections::BTreeMap;

/// Batches for which a removed row is remembered: five minutes at ten a second. Whoever is further behind gets a snapshot.
const REMEMBERED: u64 = 3_000;

/// One kind of row.
#[derive(Debug)]
pub(crate) struct Table<T>(BTreeMap<String, Entry<T>>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table(BTreeMap::new())
    }
}

#[derive(Debug)]
struct Entry<T> {
    /// Batch that last changed it.
    number: u64,
    /// Absent: removed by that batch.
    row: Option<T>,
}

impl<T: Clone + PartialEq> Table<T> {
    /// Puts or removes a row as of batch `number`; false if nothing differs.
    pub(crate) fn put(&mut self, number: u64, id: String, row: Option<T>) -> bool {
        match self.0.get_mut(&id) {
            Some(entry) if entry.row == row => false,
            Some(entry) => {
                *entry = Entry { number, row };
                true
            }
            None if row.is_none() => false,
            None => {
                self.0.insert(id, Entry { number, row });
                true
            }
        }
    }

    /// Puts all of `rows` and removes the others.
    fn replace(&mut self, number: u64, rows: BTreeMap<String, Option<T>>) -> bool {
        let mut changed = false;
        let gone: Vec<String> = self.0.keys().filter(|id| !rows.contains_key(*id)).cloned().collect();
        for id in gone {
            changed |= self.put(number, id, None);
        }
        for (id, row) in rows {
            changed |= self.put(number, id, row);
        }
        changed
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.0.get(id)?.row.as_ref()
    }

    fn since(&self, after: u64) -> BTreeMap<String, Option<T>> {
        let newer = self.0.iter().filter(|(_, entry)| entry.number > after);
        newer.map(|(id, entry)| (id.clone(), entry.row.clone())).collect()
    }

    fn present(&self) -> BTreeMap<String, Option<T>> {
        let present = self.0.iter().filter(|(_, entry)| entry.row.is_some());
        present.map(|(id, entry)| (id.clone(), entry.row.clone())).collect()
    }

    fn forget(&mut self, up_to: u64) {
        self.0.retain(|_, entry| entry.row.is_some() || entry.number > up_to);
    }
}

/// All rows.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Number of the newest batch.
    pub(crate) number: u64,
    /// Newest event that the rows include.
    pub(crate) seq: u64,
    /// By how much our clock was set ahead, ms, in the floor that the rows show.
    pub(crate) clock_set: i64,
    /// Removals up to this batch are forgotten.
    oldest: u64,
    pub(crate) sources: Table<SourceRow>,
    pub(crate) queues: Table<QueueRow>,
    pub(crate) agents: Table<AgentRow>,
    pub(crate) callers: Table<CallerRow>,
    pub(crate) campaigns: Table<CampaignRow>,
    pub(crate) alerts: Table<AlertRow>,
}

impl Store {
    /// Lets `fill` put and remove rows under the next number, which is taken only if it says that anything differs.
    pub(crate) fn change(&mut self, seq: u64, fill: impl FnOnce(&mut Store, u64) -> bool) -> bool {
        let next = self.number + 1;
        let changed = fill(self, next);
        self.seq = seq;
        if changed {
            self.number = next;
            if next.is_multiple_of(256) && next > REMEMBERED {
                self.oldest = next - REMEMBERED;
                self.sources.forget(self.oldest);
                self.queues.forget(self.oldest);
                self.agents.forget(self.oldest);
                self.callers.forget(self.oldest);
                self.campaigns.forget(self.oldest);
                self.alerts.forget(self.oldest);
            }
        }
        changed
    }

    /// Replaces everything under batch `number`.
    pub(crate) fn replace(&mut self, number: u64, rows: Rows) -> bool {
        let Rows { sources, queues, agents, callers, campaigns, alerts } = rows;
        let mut changed = self.sources.replace(number, sources);
        changed |= self.queues.replace(number, queues);
        changed |= self.agents.replace(number, agents);
        changed |= self.callers.replace(number, callers);
        changed |= self.campaigns.replace(number, campaigns);
        changed | self.alerts.replace(number, alerts)
    }

    /// What brings a face that has batch `after` up to date; a snapshot for one that has none or is too far behind.
    pub(crate) fn since(&self, after: Option<u64>) -> (BatchKind, Rows) {
        match after.filter(|after| (self.oldest..=self.number).contains(after)) {
            Some(after) if after == self.number => (BatchKind::Heartbeat, Rows::default()),
            Some(after) => (
                BatchKind::Delta,
                Rows {
                    sources: self.sources.since(after),
                    queues: self.queues.since(after),
                    agents: self.agents.since(after),
                    callers: self.callers.since(after),
                    campaigns: self.campaigns.since(after),
                    alerts: self.alerts.since(after),
                },
            ),
            None => (
                BatchKind::Snapshot,
                Rows {
                    sources: self.sources.present(),
                    queues: self.queues.present(),
                    agents: self.agents.present(),
                    callers: self.callers.present(),
                    campaigns: self.campaigns.present(),
                    alerts: self.alerts.present(),
                },
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Batch, Health};
    use proptest::prelude::*;

    fn caller(id: u8, position: u8) -> CallerRow {
        CallerRow {
            id: id.to_string(),
            queue: "1/q".into(),
            number: None,
            position: Some(position.into()),
            entered_ms: 0,
            ringing: false,
            visits: 1,
            inferred: false,
        }
    }

    /// What a face does with a batch.
    fn take(state: &mut BTreeMap<String, CallerRow>, kind: BatchKind, rows: Rows) {
        if kind == BatchKind::Snapshot {
            state.clear();
        }
        for (id, row) in rows.callers {
            match row {
                Some(row) => state.insert(id, row),
                None => state.remove(&id),
            };
        }
    }

    proptest! {
        /// However rarely a face asks, what it holds after a batch is what a snapshot would give.
        #[test]
        fn merged_deltas_are_the_snapshot(
            batches in prop::collection::vec((prop::collection::vec((0u8..12, prop::option::of(0u8..3)), 0..4), any::<[bool; 3]>()), 1..400),
        ) {
            let mut store = Store::default();
            let mut faces = [const { (None, BTreeMap::new()) }; 3];
            for (seq, (puts, asks)) in batches.into_iter().enumerate() {
                store.change(seq as u64, |store, number| {
                    let mut changed = false;
                    for (id, position) in puts {
                        changed |= store.callers.put(number, id.to_string(), position.map(|p| caller(id, p)));
                    }
                    changed
                });
                let (kind, rows) = store.since(None);
                prop_assert_eq!(kind, BatchKind::Snapshot);
                let mut truth = BTreeMap::new();
                take(&mut truth, kind, rows);
                for ((after, state), _) in faces.iter_mut().zip(asks).filter(|(_, asks)| *asks) {
                    let (kind, rows) = store.since(*after);
                    take(state, kind, rows);
                    *after = Some(store.number);
                    prop_assert_eq!(&*state, &truth);
                }
            }
        }
    }

    #[test]
    fn nothing_new_takes_no_number() {
        let mut store = Store::default();
        let put = |store: &mut Store, n: u64, p: u8| store.callers.put(n, "1".into(), Some(caller(1, p)));
        assert!(store.change(1, |s, n| put(s, n, 1)));
        assert!(!store.change(2, |s, n| put(s, n, 1)));
        assert_eq!((store.number, store.seq), (1, 2));
        assert_eq!(store.since(Some(1)).0, BatchKind::Heartbeat);
        assert_eq!(store.since(Some(9)).0, BatchKind::Snapshot, "a number of another run");
    }

    #[test]
    fn whoever_is_too_far_behind_gets_a_snapshot() {
        let mut store = Store::default();
        for n in 0..REMEMBERED + 600 {
            store.change(n, |s, number| s.callers.put(number, n.to_string(), Some(caller(1, 1))));
            store.change(n, |s, number| s.callers.put(number, n.to_string(), None));
        }
        assert_eq!(store.since(Some(3)).0, BatchKind::Snapshot);
        assert_eq!(store.since(Some(store.number - 1)).0, BatchKind::Delta);
        assert!(store.callers.0.len() as u64 <= REMEMBERED + 256, "removals are not remembered for ever");
    }

    #[test]
    fn a_removal_is_null_on_the_wire() {
        let mut rows = Rows::default();
        rows.callers.insert("7".into(), None);
        let health = Health::default();
        let batch =
            Batch { kind: BatchKind::Delta, number: 1, stream: "s".into(), now: 0, seq: 0, seen: 0, health, rows };
        assert!(serde_json::to_string(&batch).unwrap().ends_with(r#""rows":{"callers":{"7":null}}}"#));
    }
}
