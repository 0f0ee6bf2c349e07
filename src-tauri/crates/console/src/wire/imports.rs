//! What was imported, as it crosses.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was imported, what was taken back, and what is missing of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Imports {
    /// Imported sources, the newest first.
    pub imports: Vec<ImportedRow>,
    /// Those that were taken back, the newest first.
    pub undone: Vec<UndoneRow>,
    /// Followed sources that miss hours of today.
    pub missing: Vec<MissingHours>,
}

/// What kind of record an import is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ImportKind {
    /// A PBX's queue_log.
    QueueLog,
    /// A report of calls.
    Report,
    /// Hours of a day of a followed source.
    Hours,
}

/// An imported source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportedRow {
    /// Its name.
    pub source: String,
    /// What it is from.
    pub kind: ImportKind,
    /// Files.
    #[ts(type = "number")]
    pub files: u64,
    /// Visits.
    #[ts(type = "number")]
    pub visits: u64,
    /// First moment that it tells of, Unix ms.
    #[ts(type = "number | null")]
    pub from_ms: Option<i64>,
    /// Last moment that it tells of, Unix ms.
    #[ts(type = "number | null")]
    pub to_ms: Option<i64>,
    /// It is being taken back, or was until somebody stopped it.
    pub undoing: bool,
}

/// An import that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UndoneRow {
    /// Its name.
    pub source: String,
    /// When it was asked for, Unix ms.
    #[ts(type = "number")]
    pub begun_ms: i64,
    /// When nothing was left of it, Unix ms.
    #[ts(type = "number | null")]
    pub ended_ms: Option<i64>,
    /// Visits that it had given.
    #[ts(type = "number")]
    pub visits: u64,
}

/// Hours of today in which a followed source was not heard yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MissingHours {
    /// The source's name.
    pub source: String,
    /// What people call it.
    pub label: String,
    /// The start of the day, Unix ms.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// When it was first heard, Unix ms.
    #[ts(type = "number")]
    pub until_ms: i64,
    /// It is known where its queue_log lies.
    pub has_log: bool,
    /// The source is still telling what it missed: the hours can be taken in a moment later.
    pub being_told: bool,
    /// The import that told these hours; absent before.
    pub told: Option<ImportedRow>,
}
