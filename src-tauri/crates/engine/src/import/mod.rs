//! The past out of files: a platform's own record, or any report of calls.
//!
//! ```text
//! files ─▶ lines ─▶ account ─▶ fold ═▶ packed stretches and facts ═▶ history     ═▶: another thread where there is much
//!          known?   events     Floor::apply                                      a transaction for some batches
//! ```
//!
//! A batch is kept together with how far its file was read, so an import that was killed goes on where it stood and comes to the same.
//! What is held in memory does not grow with the files: a batch, the floor of the source, and the lines around a file's ends.

pub mod calls;
mod fold;
mod hours;
mod known;
mod lines;
mod log;
mod report;

pub use fold::Batch;
pub use hours::{Completed, Hours, complete};
pub use log::{QueueLog, Summary, queue_log, source_name};
pub use report::{Report, Why};

use crate::import::calls::Keeper;
use mirante_floor::SourceId;
use mirante_history::{History, HistoryError};
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Why an import stopped. What was kept until then stays, and the same import goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read.
    #[error("cannot read {path}: {error}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The report of unusable lines cannot be written.
    #[error("cannot write {path}: {error}", path = .path.display())]
    Report {
        /// The report.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The source is telling what it missed: nobody can say yet what is missing.
    #[error("what the source missed is still being read; try again in a moment")]
    BeingTold,
    /// History refuses.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Whoever writes history stops, or its disk refuses even what happens now.
    #[error("history is not being written now; what was kept stays, and the same import goes on from there")]
    Ended,
    /// A name is no time zone.
    #[error("there is no time zone {0:?}")]
    Zone(String),
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Bytes read of the files, packed as they are.
    pub bytes: u64,
    /// Bytes of all files.
    pub of: u64,
    /// Lines read.
    pub lines: u64,
}

/// Before anything is imported under a name: what is left of an earlier import of that name, whose taking back was not finished, goes.
/// What had gone of it would be missing for ever otherwise, since the lines that told it are known. `each` hears of every step, and
/// ends it by breaking off; false then.
fn finish_undo(
    source: SourceId,
    reader: &History,
    keeper: &mut dyn Keeper,
    each: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<bool, ImportError> {
    if !reader.unfinished_undos()?.contains(&source) {
        return Ok(true);
    }
    tracing::warn!("an earlier import of this name was being taken back: what is left of it goes first");
    keeper.take_back(source, each)
}
