//! Numbers and times of events.

use mirante_floor::{SourceId, Stamp};
use std::collections::BTreeMap;

/// Gives each event its place: `seq` without holes over the data folder, `seen` that never decreases, the source's epoch.
#[derive(Debug)]
pub(crate) struct Stamper {
    next_seq: u64,
    seen: i64,
    epochs: BTreeMap<SourceId, u32>,
}

impl Stamper {
    pub(crate) fn new(next_seq: u64, last_seen: Option<i64>, epochs: BTreeMap<SourceId, u32>) -> Self {
        Stamper { next_seq, seen: last_seen.unwrap_or(0), epochs }
    }

    /// A new session of a source begins.
    pub(crate) fn begin_session(&mut self, source: SourceId) {
        let epoch = self.epochs.entry(source).or_default();
        *epoch = epoch.saturating_add(1);
    }

    /// Stamps one event that arrived at `seen`.
    pub(crate) fn stamp(&mut self, source: SourceId, seen: i64, at: Option<i64>) -> Stamp {
        self.seen = self.seen.max(seen);
        let stamp = Stamp {
            source,
            epoch: self.epochs.get(&source).copied().unwrap_or(0),
            seq: self.next_seq,
            seen: self.seen,
            at,
        };
        self.next_seq += 1;
        stamp
    }

    /// Newest `seen` given.
    pub(crate) fn seen(&self) -> i64 {
        self.seen
    }

    /// Newest number given; 0 before the first.
    pub(crate) fn seq(&self) -> u64 {
        self.next_seq.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_holes_and_never_back() {
        let (a, b) = (SourceId(1), SourceId(2));
        let mut stamper = Stamper::new(8, Some(1_000), BTreeMap::from([(a, 3)]));
        stamper.begin_session(a);
        let first = stamper.stamp(a, 900, Some(5));
        let second = stamper.stamp(b, 2_000, None);
        let third = stamper.stamp(a, 1_500, None);
        assert_eq!([first.seq, second.seq, third.seq], [8, 9, 10]);
        assert_eq!([first.seen, second.seen, third.seen], [1_000, 2_000, 2_000]);
        assert_eq!([first.epoch, second.epoch], [4, 0]);
        assert_eq!((stamper.seq(), stamper.seen()), (10, 2_000));
    }
}
