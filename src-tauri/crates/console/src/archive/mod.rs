//! A data folder that nobody needs to be running for: past floors and ended visits, for exports and checks.

mod attempts;
mod merge;
mod visits;

pub use attempts::AttemptLine;
pub(crate) use visits::Names;
pub use visits::VisitLine;

use crate::figures::{self, Figures, FiguresError, FiguresOf};
use crate::names;
use crate::reconcile::{self, Configured, ReconcileOf};
use crate::rows;
use crate::sample_folder;
use crate::wire::{Reconciliation, Rows};
use mirante_engine::names::Known;
use mirante_floor::FOLD_VERSION;
use mirante_history::{Erasure, Forget, History, HistoryError, OpenOptions, Past, Verified};
use std::path::Path;
use std::time::{Duration, Instant};

/// A hub that runs commits at most a second after an event: a number that it has just sent is on its way.
const PATIENCE: Duration = Duration::from_secs(3);

/// History, opened to read: beside a running hub or without one.
pub struct Archive {
    history: History,
    is_example: bool,
}

/// The floor of a past moment as rows.
#[derive(Debug)]
pub struct PastRows {
    /// Newest event in it; 0 before the first.
    pub seq: u64,
    /// What the live view showed.
    pub rows: Rows,
    /// Set when the screens of then were made by another version of the fold, and may have differed.
    pub folded_by: Option<u32>,
}

impl Archive {
    /// Opens `data`. Only when no event was ever kept in it, the folder of its simulated centre instead, if that has any:
    /// [`Archive::is_example`] tells.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn open(data: &Path) -> Result<Archive, HistoryError> {
        let own = History::open(data, &OpenOptions::reader());
        let is_empty = match &own {
            Ok(history) => history.newest_seq()? == 0 && !history.has_imports()?,
            Err(HistoryError::Missing { .. }) => true,
            Err(_) => false,
        };
        if is_empty
            && let Ok(history) = History::open(&sample_folder(data), &OpenOptions::reader())
            && history.newest_seq()? > 0
        {
            return Ok(Archive { history, is_example: true });
        }
        Ok(Archive { history: own?, is_example: false })
    }

    /// True if example data were opened in place of the folder's own, which has none.
    pub fn is_example(&self) -> bool {
        self.is_example
    }

    /// The history itself.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// True if nothing was ever kept in it.
    pub fn is_empty(&self) -> bool {
        self.history.newest_seq().is_ok_and(|seq| seq == 0) && !self.history.has_imports().unwrap_or(false)
    }

    /// The floor as the screens showed it at a time, Unix ms.
    ///
    /// # Errors
    /// As [`History::floor_at`].
    pub fn floor_at(&self, time_ms: i64) -> Result<PastRows, HistoryError> {
        Ok(self.rows(&self.history.floor_at(time_ms)?))
    }

    /// The floor right after an event, which may still be on its way to the disk.
    ///
    /// # Errors
    /// As [`History::floor_at_seq`].
    pub fn floor_at_seq(&self, seq: u64) -> Result<PastRows, HistoryError> {
        let began = Instant::now();
        loop {
            match self.history.floor_at_seq(seq) {
                Err(HistoryError::NotYet { .. }) if began.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(100));
                }
                past => return Ok(self.rows(&past?)),
            }
        }
    }

    /// Visits that entered from `from` up to, not including, `to`, oldest first, as they are read: a look of them is in memory at
    /// a time. Those that have not ended stand where they do at `now`. All Unix ms. `each` says false to stop.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn visits(
        &self,
        from: i64,
        to: i64,
        now: i64,
        each: impl FnMut(VisitLine) -> bool,
    ) -> Result<(), HistoryError> {
        visits::each(&self.history, (from, to), now, each)
    }

    /// Reads everything and computes the rows again from the events; `progress` hears of stretches done and of how many.
    ///
    /// # Errors
    /// As [`History::verify`].
    pub fn verify(&self, progress: impl FnMut(u64, u64)) -> Result<Verified, HistoryError> {
        self.history.verify(progress)
    }

    /// What the newest floor knows of the source that is configured under this name; nothing, if it was never followed.
    pub(crate) fn known(&self, source: &str) -> Result<Known, HistoryError> {
        let sources = self.history.sources()?;
        let Some(row) = sources.iter().find(|row| row.name == source).filter(|_| !self.is_example) else {
            return Ok(Known::default());
        };
        let past = self.history.floor_at_seq(self.history.newest_seq()?)?;
        Ok(names::seen(&past.floor, row.id).named(&self.history.parties()))
    }

    /// Attempts to reach someone that began from `from` up to, not including, `to`, oldest first, those under way included, as
    /// they are read. All Unix ms. `each` says false to stop.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn attempts(&self, from: i64, to: i64, each: impl FnMut(AttemptLine) -> bool) -> Result<(), HistoryError> {
        attempts::each(&self.history, (from, to), each)
    }

    /// Figures of a stretch of time, as they were or recalculated.
    ///
    /// # Errors
    /// When history cannot be read, or what is asked makes no sense.
    pub fn figures(&self, asked: &FiguresOf) -> Result<Figures, FiguresError> {
        figures::of(&self.history, asked)
    }

    /// When the newest event came, Unix ms by our clock.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn newest(&self) -> Result<Option<i64>, HistoryError> {
        Ok(self.history.floor_at_seq(self.history.newest_seq()?)?.seen)
    }

    /// The platforms' own counters and records beside ours. `config` says where queue_logs lie. Blocks while those are read.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn reconcile(&self, config: Option<&Configured>, asked: &ReconcileOf) -> Result<Reconciliation, HistoryError> {
        reconcile::of(&self.history, config, asked)
    }

    fn rows(&self, past: &Past) -> PastRows {
        let folded_by = (past.fold_version != FOLD_VERSION).then_some(past.fold_version);
        PastRows { seq: past.seq, rows: rows::all(&past.floor, &self.history.parties()), folded_by }
    }
}

/// Forgets people in a data folder that nobody writes to.
///
/// # Errors
/// [`HistoryError::Busy`] where a hub does: ask that.
pub fn forget_in(data: &Path, forget: &Forget) -> Result<Option<Erasure>, HistoryError> {
    History::open(data, &OpenOptions::writer())?.forget(forget)
}

#[cfg(test)]
mod tests;
