//! What can go wrong with backups.

use crate::HistoryError;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why there is no backup, or nothing was restored. Where something failed, everything is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The data folder cannot be used.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The passphrase is too easily guessed.
    #[error("the passphrase has fewer than {shortest} characters")]
    Short {
        /// Fewest characters.
        shortest: usize,
    },
    /// Another backup of the folder is being made.
    #[error("another backup of {folder} is being made")]
    Under {
        /// The data folder.
        folder: PathBuf,
    },
    /// The file is there.
    #[error("{file} exists already; backups never write over one another")]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// Not enough free disk.
    #[error("{folder} has {} MB free and {} MB are needed", .free >> 20, .needed >> 20)]
    NoRoom {
        /// Where.
        folder: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// The copy of the database has faults.
    #[error("the history itself is damaged ({why}); mirantectl verify tells what")]
    Unsound {
        /// What SQLite said.
        why: String,
    },
    /// The file is no backup.
    #[error("{file} is not a backup of Mirante ({why})")]
    Foreign {
        /// The file.
        file: PathBuf,
        /// What it lacks.
        why: String,
    },
    /// The passphrase does not open it.
    #[error("the passphrase does not open {file}: it is another one, or the beginning of the file is damaged")]
    Passphrase {
        /// The file.
        file: PathBuf,
    },
    /// The bytes are not those that were written.
    #[error("{file} is damaged or was cut short ({why})")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What was noticed.
        why: String,
    },
    /// A newer Mirante made it.
    #[error("{file} was made by a newer Mirante ({version}); update this one ({}) to restore it", env!("CARGO_PKG_VERSION"))]
    Newer {
        /// The file.
        file: PathBuf,
        /// The version that made it.
        version: String,
    },
    /// A receipt of an erasure cannot be read.
    #[error("{file} is not a receipt of Mirante: {why}")]
    Receipt {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The folder cannot be exchanged for another.
    #[error(
        "{folder} cannot be exchanged for the restored one ({error}): where it is the root of a disk of its own, or the folder \
         around it may not be written to, restore to a new folder and use that"
    )]
    Swap {
        /// The data folder.
        folder: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl BackupError {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| BackupError::Io { path, error }
    }

    /// The same about a file by the name that people know it by.
    pub(super) fn of(self, known: &Path) -> Self {
        match self {
            BackupError::Io { error, .. } => BackupError::Io { path: known.to_owned(), error },
            other => other,
        }
    }
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        BackupError::History(error.into())
    }
}
