//! Folding the log into the file beside whoever writes.

use crate::history::FILE;
use crate::{HistoryError, Result};
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::time::Duration;

/// Folds what was committed into the file on a connection of its own, so that it never falls to the writer, whose log is long at a
/// thousand pages. For whoever makes the log long.
#[derive(Debug)]
pub struct LogFold {
    folder: PathBuf,
    db: Option<Connection>,
}

impl LogFold {
    /// Of a data folder, which is not opened yet.
    pub fn of(folder: impl Into<PathBuf>) -> LogFold {
        LogFold { folder: folder.into(), db: None }
    }

    /// Folds in what can be: nobody is waited for.
    ///
    /// # Errors
    /// When the file cannot be opened or written.
    pub fn fold(&mut self) -> Result<()> {
        let db = match &mut self.db {
            Some(db) => db,
            none => {
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let db = Connection::open_with_flags(self.folder.join(FILE), flags)?;
                db.busy_timeout(Duration::ZERO)?;
                none.insert(db)
            }
        };
        match db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            Ok(()) => Ok(()),
            Err(error) => Some(HistoryError::from(error)).filter(|error| !error.is_locked()).map_or(Ok(()), Err),
        }
    }
}
