//! Any report of calls, as CSV or workbook: which column says what, what that comes to, and taking it in.
//!
//! ```text
//! file ─ sheet ─▶ rows ─ Mapping ─▶ calls ─ known? ─▶ sorted, block by block ─▶ fold ═▶ history
//!                  │ guess           │
//!                  └──▶ Look ◀───────┘  what would come of it, before anything does
//! ```
//!
//! A row is a whole visit, so it is folded whole: nothing is open between two rows. That makes an import that was stopped begin again
//! from the start and come to the same, since rows that are kept are known. What is known is asked of history, row by row, so memory
//! does not grow with the file.

mod guess;
mod heads;
mod look;
mod mapping;
mod outcome;
mod row;
mod take;
mod value;

pub use look::{Column, Look, Progressed, Shown, Unfit, WordFound, look};
pub use mapping::{Dates, Field, Mapping, MappingError, Short, Unit};
pub use outcome::Meaning;
pub use row::{Call, Fault};
pub use take::{Keeper, Kept, Taking, report, report_in, told_already};

/// A report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CallsError {
    /// The file holds no table.
    #[error(transparent)]
    Sheet(#[from] crate::sheet::SheetError),
    /// The mapping does not fit it.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// Taking it in failed.
    #[error(transparent)]
    Import(#[from] super::ImportError),
}

#[cfg(test)]
mod tests;
