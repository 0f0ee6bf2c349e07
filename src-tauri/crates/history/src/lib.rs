//! What happened, kept in SQLite: journal, segments, visits, spans, gaps and the encrypted parties.
//!
//! One [`History`] opened for writing owns a data folder; any number opened for reading look on, in this process or in
//! others. Everything here is synchronous: a writer lives on a thread of its own.
//!
//! ```no_run
//! # use mirante_history::{Batch, History, OpenOptions, Result};
//! # fn main() -> Result<()> {
//! let mut history = History::open("data".as_ref(), &OpenOptions::writer())?;
//! let recovered = history.recover()?; // the floor as it was, ready to go on
//! let parties = history.parties(); // cheap to clone, used by the thread that stamps events
//! let ack = history.commit(Batch { events: &[], facts: &[] })?; // on disk when it returns
//! if ack.seal_due {
//!     history.seal(&recovered.floor, ack.seq)?;
//! }
//! # drop(parties);
//! # Ok(())
//! # }
//! ```
//!
//! What a commit acknowledged survives the process and the power. This crate knows no clock: time is in the events.

mod alerts;
mod attempts;
mod backup;
mod board;
mod bulk;
mod cohort;
mod commit;
mod contact;
mod counters;
mod decisions;
mod error;
mod facts;
mod forget;
mod forgotten;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod history;
mod imported;
mod indexes;
mod key;
mod keyframe;
mod log;
mod options;
mod pack;
mod party;
mod person;
mod query;
mod replay;
mod reported;
mod reserve;
mod retention;
mod rows;
mod schema;
mod seal;
mod segment;
mod series;
#[cfg(test)]
#[path = "../../floor/tests/common/mod.rs"]
mod streams;
mod totals;
mod types;
mod undo;
mod verify;
mod volume;

pub use alerts::{
    AlertAction, AlertRow, AlertRows, AlertStep, AlertsKept, Asked, Attempt, Deed, Delivery, DeliveryState, Memory,
    NewDelivery, SilenceRow,
};
pub use backup::{
    Backup, BackupError, Entry, Manifest, Restore, Restored, Stage, backup, check_backup, restore as restore_backup,
};
pub use board::{AgentCells, Board, QueueCells, QueueTotals};
pub use counters::{CounterRow, CountersAsked, UnderWay};
pub use decisions::Decision;
pub use error::{HistoryError, Result};
pub use forget::Forget;
pub use forgotten::{Erasure, Forgotten, SubjectKind};
pub use history::History;
pub use imported::{IMPORTED, ImportBatch, ImportFile, ImportHead, ImportStretch};
pub use keyframe::{keyframe, restore};
pub use log::LogFold;
pub use options::{KeyStore, OpenOptions};
pub use party::Parties;
pub use person::{Known, Trace};
pub use retention::{Going, Limits, Removal, Rule, StepKind, Sweep, SweepStep, Swept, tables_of};
pub use rows::state_word;
pub use series::Indicator;
pub use totals::{AgentSum, RingSum, VisitSum};
pub use types::{Ack, Batch, Fault, Party, Past, PastBoard, Recovered, Sealed, SourceRow, SpanRow};
pub use undo::{Imported, Undone};
pub use verify::Verified;
