//! Sparse histograms of whole seconds.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts by duration, 1-second bins: bin `n` holds durations over `n - 1` and up to `n` seconds, so "within T seconds" is
/// exact for every whole T.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hist(pub BTreeMap<u32, u32>);

impl Hist {
    fn bin(ms: i64) -> u32 {
        u32::try_from(ms.max(0).saturating_add(999) / 1000).unwrap_or(u32::MAX)
    }

    /// How many lasted at most `seconds`.
    pub fn within(&self, seconds: u32) -> u64 {
        self.0.range(..=seconds).map(|(_, n)| u64::from(*n)).sum()
    }
}

/// Durations of one kind: how many, their sum, and their histogram. Mergeable.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u32,
    /// Their sum, ms.
    pub sum_ms: u64,
    /// Their histogram.
    pub hist: Hist,
}

impl Tally {
    /// Adds one duration.
    pub fn add(&mut self, ms: i64) {
        self.count = self.count.saturating_add(1);
        self.sum_ms = self.sum_ms.saturating_add(ms.max(0) as u64);
        let bin = self.hist.0.entry(Hist::bin(ms)).or_default();
        *bin = bin.saturating_add(1);
    }

    /// Takes back one duration added before; false and no change if it never was.
    pub fn remove(&mut self, ms: i64) -> bool {
        let bin = Hist::bin(ms);
        let Some(n) = self.hist.0.get_mut(&bin) else { return false };
        *n -= 1;
        if *n == 0 {
            self.hist.0.remove(&bin);
        }
        self.count = self.count.saturating_sub(1);
        self.sum_ms = self.sum_ms.saturating_sub(ms.max(0) as u64);
        true
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Tally) {
        self.count = self.count.saturating_add(other.count);
        self.sum_ms = self.sum_ms.saturating_add(other.sum_ms);
        for (bin, n) in &other.hist.0 {
            let mine = self.hist.0.entry(*bin).or_default();
            *mine = mine.saturating_add(*n);
        }
    }

    /// Mean, ms; absent when there is nothing to average.
    pub fn mean_ms(&self) -> Option<u64> {
        (self.count > 0).then(|| self.sum_ms / u64::from(self.count))
    }
}
