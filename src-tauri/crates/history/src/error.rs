//! What can go wrong with stored history.

use std::path::PathBuf;

/// Why history could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// Another process writes to the folder.
    #[error("another Mirante{} already writes to {folder}; close it, or open this folder for reading only", holder(.pid))]
    Busy {
        /// The data folder.
        folder: PathBuf,
        /// The other process, if it said.
        pid: Option<u32>,
    },
    /// The folder is on a network file system, where locks and synchronous writes cannot be trusted.
    #[error("{folder} is on a network file system ({kind}); history needs a local disk")]
    NetworkFolder {
        /// The data folder.
        folder: PathBuf,
        /// What the system calls the file system.
        kind: &'static str,
    },
    /// The folder, its file system, or what is in it may only be read.
    #[error("{folder} may only be read ({words}); history needs a folder that it may write to")]
    ReadOnlyFolder {
        /// The data folder.
        folder: PathBuf,
        /// What the system said.
        words: String,
    },
    /// An import was to be kept under the name of a source that is something else.
    #[error("the source {name:?} of this folder is of the kind {kind}; choose another name for what is imported")]
    NameTaken {
        /// The name.
        name: String,
        /// What goes by it.
        kind: String,
    },
    /// An import was to be kept under the name of one that is being taken back.
    #[error("what was imported as {name:?} is being taken back: nothing is kept under that name until it has gone")]
    TakenBack {
        /// The name.
        name: String,
    },
    /// Something was to be done beside what happens now, which the disk refuses already.
    #[error("history is not being kept ({words}): nothing is imported or taken back until it is")]
    Refused {
        /// What the system said.
        words: String,
    },
    /// No history in the folder, and it was opened for reading only.
    #[error("there is no history in {folder}")]
    Missing {
        /// The data folder.
        folder: PathBuf,
    },
    /// The file is a database of something else.
    #[error("{file} is not a history of Mirante")]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// A newer Mirante wrote the file.
    #[error("{file} was written by a newer Mirante (layout {found}, this one knows up to {known}); update this one")]
    Newer {
        /// The file.
        file: PathBuf,
        /// Layout of the file.
        found: i64,
        /// Newest layout known here.
        known: i64,
    },
    /// An older Mirante wrote the file and a reader may not change it.
    #[error(
        "{file} has an older layout ({found} of {known}); start this version's Mirante once to bring it up to date"
    )]
    Older {
        /// The file.
        file: PathBuf,
        /// Layout of the file.
        found: i64,
        /// Layout wanted here.
        known: i64,
    },
    /// A step of the layout's past is not the one known here.
    #[error(
        "step {number} ({name}) of {file} is not the one this Mirante knows; the file was made by an altered version"
    )]
    Altered {
        /// The file.
        file: PathBuf,
        /// Position of the step, 1 first.
        number: i64,
        /// Name of the step as stored.
        name: String,
    },
    /// The disk is full. Nothing of the batch was kept; the same batch may be committed again once there is room.
    #[error("the disk is full; history is not being kept")]
    DiskFull,
    /// Written through a handle opened for reading.
    #[error("history was opened for reading only")]
    ReadOnly,
    /// Events or a floor that do not continue what is stored.
    #[error("history stands at event {stored}, but was given event {given}")]
    OutOfStep {
        /// Newest stored event, or the one that was due.
        stored: u64,
        /// What came instead.
        given: u64,
    },
    /// A moment whose events were never kept (a full disk).
    #[error("events {from} to {to} were lost and are part of a recorded gap")]
    Lost {
        /// First event missing.
        from: u64,
        /// Last event missing.
        to: u64,
    },
    /// A moment of before what is kept.
    #[error("what happened before event {first} is no longer kept")]
    NoLonger {
        /// First event that is.
        first: u64,
    },
    /// An event that has not happened.
    #[error("event {wanted} has not happened; history stands at {newest}")]
    NotYet {
        /// What was asked for.
        wanted: u64,
        /// Newest stored event.
        newest: u64,
    },
    /// Stored bytes that make no sense.
    #[error("stored {what} is damaged: {why}")]
    Damaged {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The key of the party table is missing or another.
    #[error("the key of the party table {0}")]
    Key(String),
    /// The database said no.
    #[error("history database: {0}")]
    Sqlite(rusqlite::Error),
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
}

fn holder(pid: &Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

impl HistoryError {
    pub(crate) fn damaged(what: &'static str, why: impl ToString) -> Self {
        HistoryError::Damaged { what, why: why.to_string() }
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| match error.kind() {
            std::io::ErrorKind::StorageFull => HistoryError::DiskFull,
            _ => HistoryError::Io { path, error },
        }
    }

    /// The same in the words for a folder that may only be read, if that is what the system says.
    pub(crate) fn of_read_only(self, folder: &std::path::Path) -> Self {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        match self {
            HistoryError::Io { error, .. } if matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem) => {
                HistoryError::ReadOnlyFolder { folder: folder.to_owned(), words: error.to_string() }
            }
            other => other,
        }
    }

    /// True if another program holds the database.
    pub fn is_locked(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        let code = if let HistoryError::Sqlite(error) = self { error.sqlite_error_code() } else { None };
        matches!(code, Some(DatabaseBusy | DatabaseLocked))
    }

    /// True if trying the same again later can work.
    pub fn is_retryable(&self) -> bool {
        matches!(self, HistoryError::DiskFull | HistoryError::Busy { .. })
    }
}

impl From<rusqlite::Error> for HistoryError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => HistoryError::DiskFull,
            Some(rusqlite::ErrorCode::ReadOnly) => HistoryError::ReadOnly,
            _ => HistoryError::Sqlite(error),
        }
    }
}

/// A result of this crate.
pub type Result<T, E = HistoryError> = std::result::Result<T, E>;
