//! What the housekeeper tells others of its work.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Removing what is too old: now, and the last time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Removing {
    /// What goes on; absent while nothing does.
    pub now: Option<RemovingNow>,
    /// How it ended the last time since the engine was started.
    pub last: Option<Removed>,
}

/// A removal that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovingNow {
    /// Since when, Unix ms.
    pub since_ms: i64,
    /// Rows removed so far.
    pub rows: u64,
    /// About how many bytes of the file they took.
    pub bytes: u64,
}

/// A removal that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Removed {
    /// When, Unix ms.
    pub at_ms: i64,
    /// Rows removed.
    pub rows: u64,
    /// About how many bytes of the file they took.
    pub bytes: u64,
    /// For how long its steps held up the writer.
    pub steps: StepTimes,
    /// Why it stopped before its end, in English; absent if all that was too old is gone.
    pub error: Option<String>,
}

/// Width of a bin of [`StepTimes`], µs.
const BIN_US: u64 = 250;
/// Bins; whatever is longer is in the last.
const BINS: usize = 1_000;

/// How long steps took.
#[derive(Debug, Clone, PartialEq)]
pub struct StepTimes {
    bins: Vec<u32>,
    count: u32,
    most: Duration,
}

impl Default for StepTimes {
    fn default() -> Self {
        StepTimes { bins: vec![0; BINS], count: 0, most: Duration::ZERO }
    }
}

impl StepTimes {
    pub(crate) fn add(&mut self, took: Duration) {
        let bin = (took.as_micros() as u64 / BIN_US) as usize;
        self.bins[bin.min(BINS - 1)] += 1;
        self.count += 1;
        self.most = self.most.max(took);
    }

    /// How many there were.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// What a share of them, 0 to 1, did not exceed, to a quarter of a millisecond, ms.
    pub fn within_ms(&self, share: f64) -> f64 {
        let wanted = (f64::from(self.count) * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (nth, count) in self.bins.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= wanted {
                let edge = ((nth as u64 + 1) * BIN_US) as f64 / 1e3;
                return edge.min(self.most_ms());
            }
        }
        self.most_ms()
    }

    /// The longest, ms.
    pub fn most_ms(&self) -> f64 {
        self.most.as_secs_f64() * 1e3
    }
}

/// The state that housekeeper and faces share.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Removing>);

impl Told {
    pub(crate) fn read(&self) -> Removing {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn now(&self, now: RemovingNow) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).now = Some(now);
    }

    pub(super) fn ended(&self, removed: Removed) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Removing { now: None, last: Some(removed) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_steps() {
        let mut times = StepTimes::default();
        assert_eq!((times.count(), times.within_ms(0.5), times.most_ms()), (0, 0.0, 0.0));
        for ms in 1..=100 {
            times.add(Duration::from_micros(ms * 1_000 - 100));
        }
        times.add(Duration::from_secs(9));
        assert_eq!(times.count(), 101);
        assert_eq!((times.within_ms(0.5), times.within_ms(0.99)), (51.0, 100.0));
        assert_eq!((times.within_ms(1.0), times.most_ms()), (250.0, 9_000.0), "to the last bin, and exactly");
    }
}
