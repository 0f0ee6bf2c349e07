//! Reports of calls: what their columns say, what would come of them, and taking them in.

use super::FileText;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A part of a file on its way to the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportPart {
    /// What the hub called the file when its first part came; `null` for the first.
    pub file: Option<String>,
    /// Its own name.
    pub name: String,
    /// Where in the file the part begins, bytes.
    #[ts(type = "number")]
    pub at: u64,
    /// The part.
    pub part: FileText,
}

/// What a column may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReportField {
    /// When the call entered the queue, or only the day.
    Entered,
    /// The time of day of the entry.
    EnteredTime,
    /// The queue.
    Queue,
    /// Who answered.
    Agent,
    /// How long the caller waited.
    Wait,
    /// How the wait ended.
    Outcome,
    /// How long they talked.
    Talk,
    /// When an agent answered.
    Answered,
    /// When the call ended.
    Ended,
    /// The platform's id of the call.
    Call,
    /// Who called.
    Phone,
}

/// What a word for an outcome means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReportMeaning {
    /// An agent answered.
    Answered,
    /// The caller hung up.
    Abandoned,
    /// The queue's time limit.
    Timeout,
    /// The caller pressed a key.
    ExitKey,
    /// Passed on.
    Transferred,
    /// No agent was left.
    Overflow,
    /// A supervisor took the caller out.
    Withdrawn,
    /// Unanswered, and nobody knows how.
    Unknown,
    /// The row is passed over.
    Skip,
}

/// Which number of a date is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum ReportDates {
    /// Day, month, year.
    #[default]
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// What a duration of a bare number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum ReportUnit {
    /// Seconds.
    #[default]
    S,
    /// Milliseconds.
    Ms,
    /// Minutes.
    Min,
}

/// What a duration of two numbers says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum ReportShort {
    /// Minutes and seconds.
    #[default]
    Ms,
    /// Hours and minutes.
    Hm,
}

/// How a report is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct ReportMapping {
    /// Line that names the columns; 0 for none; `null`: look for it.
    #[ts(type = "number | null")]
    pub header: Option<u64>,
    /// Sheet of a workbook; `null`: the first.
    pub sheet: Option<String>,
    /// How dates are written.
    pub dates: ReportDates,
    /// What bare numbers of durations count.
    pub unit: ReportUnit,
    /// What durations of two numbers say.
    pub short: ReportShort,
    /// The queue of every row, where no column names it.
    pub queue_name: Option<String>,
    /// Columns by what they say.
    pub columns: BTreeMap<ReportField, String>,
    /// What words for outcomes mean.
    pub outcomes: BTreeMap<String, ReportMeaning>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportColumn {
    /// By what the mapping names it.
    pub name: String,
    /// Its head; empty if it has none.
    pub head: String,
    /// The first few things that stand in it.
    pub samples: Vec<String>,
}

/// Why rows cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportFault {
    /// The reason's stable word.
    pub why: String,
    /// The column at fault, if one is.
    pub field: Option<ReportField>,
    /// How many rows.
    #[ts(type = "number")]
    pub rows: u64,
}

/// Rows that cannot be used, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportPlace {
    /// First line.
    #[ts(type = "number")]
    pub first: u64,
    /// Last line.
    #[ts(type = "number")]
    pub last: u64,
    /// The reason's stable word.
    pub why: String,
    /// The column at fault, if one is.
    pub field: Option<ReportField>,
}

/// A row as it would be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportRow {
    /// Line.
    #[ts(type = "number")]
    pub line: u64,
    /// When the call entered, Unix ms; `null` for a row that is no call.
    #[ts(type = "number | null")]
    pub entered_ms: Option<i64>,
    /// The queue.
    pub queue: String,
    /// Who answered.
    pub agent: Option<String>,
    /// How long the caller waited, ms.
    #[ts(type = "number | null")]
    pub wait_ms: Option<i64>,
    /// How that ended: an outcome's stable word.
    pub outcome: String,
    /// The agent passed the call on.
    pub transferred: bool,
    /// How long they talked, ms; `null` if the report does not say.
    #[ts(type = "number | null")]
    pub talk_ms: Option<i64>,
    /// Who called, hidden enough to be on a screen.
    pub phone: Option<String>,
    /// Why it is no call.
    pub fault: Option<ReportFault>,
}

/// A word for an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportWord {
    /// The word.
    pub word: String,
    /// Rows with it.
    #[ts(type = "number")]
    pub rows: u64,
    /// What it means, if that is known.
    pub meaning: Option<ReportMeaning>,
}

/// How many of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportCount {
    /// Of what.
    pub name: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
}

/// Why nothing can be read from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportRefusal {
    /// `empty`, `too_large`, `foreign`, `web_page`, `damaged`, `no_column` or `read`.
    pub why: String,
    /// In English and in detail.
    pub detail: String,
}

/// What would come of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportLook {
    /// What its encoding is called; `null` for a workbook.
    pub encoding: Option<String>,
    /// What divides its fields; `null` for a workbook.
    pub divider: Option<String>,
    /// The sheet that is read; `null` for text.
    pub sheet: Option<String>,
    /// All sheets of the workbook.
    pub sheets: Vec<String>,
    /// Zone in which its times are told, an IANA name.
    pub zone: String,
    /// Its columns.
    pub columns: Vec<ReportColumn>,
    /// How it is read.
    pub mapping: ReportMapping,
    /// The mapping is that of the last report, and not guessed.
    pub remembered: bool,
    /// What every call needs and no column says.
    pub missing: Vec<ReportField>,
    /// Dates can be read in two ways, and nothing tells which.
    pub dates_doubtful: bool,
    /// Rows below the head.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows that are calls.
    #[ts(type = "number")]
    pub calls: u64,
    /// Rows that the mapping passes over.
    #[ts(type = "number")]
    pub skipped: u64,
    /// Calls by outcome.
    pub outcomes: Vec<ReportCount>,
    /// When the first call entered, Unix ms.
    #[ts(type = "number | null")]
    pub from_ms: Option<i64>,
    /// When the last did, Unix ms.
    #[ts(type = "number | null")]
    pub to_ms: Option<i64>,
    /// How many queues.
    #[ts(type = "number")]
    pub queues: u64,
    /// How many people answered.
    #[ts(type = "number")]
    pub agents: u64,
    /// Calls of a time that clocks showed twice.
    #[ts(type = "number")]
    pub twice: u64,
    /// Words for outcomes, most frequent first.
    pub words: Vec<ReportWord>,
    /// The first rows.
    pub shown: Vec<ReportRow>,
    /// Why rows cannot be used.
    pub unfit: Vec<ReportFault>,
    /// Where the first of them are.
    pub places: Vec<ReportPlace>,
    /// Other sources that keep visits of the same time.
    pub others: Vec<ReportCount>,
}

/// What to take in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReportOrder {
    /// What the hub called the file.
    pub file: String,
    /// How it is read.
    pub mapping: ReportMapping,
    /// Name of the source that it becomes.
    pub source: String,
    /// It is of a platform that no source follows: nothing of it is known.
    pub beside: bool,
    /// Zone in which its times are told, an IANA name; `null`: the operation's.
    pub zone: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportDone {
    /// Rows below the head.
    #[ts(type = "number")]
    pub rows: u64,
    /// Visits that are kept now and were not.
    #[ts(type = "number")]
    pub visits: u64,
    /// Calls that were imported before.
    #[ts(type = "number")]
    pub known: u64,
    /// Calls that Mirante heard itself.
    #[ts(type = "number")]
    pub heard: u64,
    /// Rows that the mapping passes over.
    #[ts(type = "number")]
    pub skipped: u64,
    /// When the first of the new visits entered, Unix ms.
    #[ts(type = "number | null")]
    pub from_ms: Option<i64>,
    /// When the last did, Unix ms.
    #[ts(type = "number | null")]
    pub to_ms: Option<i64>,
    /// Why rows could not be used.
    pub unfit: Vec<ReportFault>,
    /// File on the hub in which each of them is told.
    pub report: Option<String>,
    /// Somebody stopped it.
    pub stopped: bool,
    /// Conversations that go on where the record ends: completing the day again tells their end.
    #[ts(type = "number")]
    pub open: u64,
    /// The record begins later than the day, Unix ms.
    #[ts(type = "number | null")]
    pub begins_ms: Option<i64>,
}

/// What is done about imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ImportDoes {
    /// A report is taken in.
    Report,
    /// The hours of a day before its source was heard are.
    Day,
    /// An import is taken back.
    Undo,
}

/// An import that goes on, or the last that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportNow {
    /// What it does.
    pub does: ImportDoes,
    /// The file's own name.
    pub name: String,
    /// The source that it becomes.
    pub source: String,
    /// Percent of the file that was read.
    pub percent: u8,
    /// Rows that were read.
    #[ts(type = "number")]
    pub rows: u64,
    /// What it did, once it has ended.
    pub done: Option<ImportDone>,
    /// Why it ended early, in English and in detail.
    pub failed: Option<String>,
}
