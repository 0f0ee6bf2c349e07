//! The layout of the database and how it came to be.

use crate::{HistoryError, Result};
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// "Mira", in the file's header.
const APPLICATION_ID: i64 = 0x4d69_7261;

/// One step of the layout. Steps are only ever added at the end and never changed once released.
#[derive(Clone, Copy)]
struct Step {
    name: &'static str,
    sql: &'static str,
}

const STEPS: &[Step] = &[Step { name: "first", sql: include_str!("migrations/0001_first.sql") }];

/// How long a lock of somebody else's on the file is waited for.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

const STEP_TABLE: &str = "CREATE TABLE migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 BLOB NOT NULL
) STRICT";

/// Settings of the connection that writes, and the newest layout.
pub(crate) fn prepare_writer(db: &mut Connection, file: &Path) -> Result<()> {
    db.busy_timeout(BUSY)?;
    // A commit uses some thirty different ones.
    db.set_prepared_statement_cache_capacity(64);
    let is_new = is_empty(db)?;
    if is_new {
        // Only a file without tables takes this, and only before its first page is written.
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    check_ours(db, file)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // Forgotten people leave no bytes behind.
    db.pragma_update(None, "secure_delete", true)?;
    // A log that once grew large, as when sealing, gives its room back.
    db.pragma_update(None, "journal_size_limit", 16 << 20)?;
    migrate(db, file, STEPS)?;
    if is_new {
        // Statistics get their tables now: made later, they would push a page of the layout to the far end of the file.
        db.execute_batch("ANALYZE")?;
    }
    Ok(())
}

/// The newest layout in a database of nobody's, without its history.
pub(crate) fn lay_out(db: &Connection) -> Result<()> {
    STEPS.iter().try_for_each(|step| Ok(db.execute_batch(step.sql)?))
}

/// Lays the stored file beside another database, as `old`, for reading.
pub(crate) fn attach(db: &Connection, stored: &Path) -> Result<()> {
    let stored: String = stored.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    db.execute("ATTACH ?1 AS old", [format!("file:{stored}?mode=ro")])?;
    Ok(())
}

/// Refuses what a reader cannot read.
pub(crate) fn check_reader(db: &Connection, file: &Path) -> Result<()> {
    check_ours(db, file)?;
    check(db, file, STEPS)
}

/// The layout of a file, none newer than this version knows.
pub(crate) fn layout(db: &Connection, file: &Path) -> Result<u32> {
    check_ours(db, file)?;
    Ok(verify(db, file, STEPS)? as u32)
}

/// The newest layout.
pub(crate) fn newest() -> u32 {
    STEPS.len() as u32
}

fn check(db: &Connection, file: &Path, steps: &[Step]) -> Result<()> {
    let done = verify(db, file, steps)?;
    if done < steps.len() {
        return Err(HistoryError::Older { file: file.to_owned(), found: done as i64, known: steps.len() as i64 });
    }
    Ok(())
}

fn is_empty(db: &Connection) -> Result<bool> {
    Ok(db.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |r| r.get(0))?)
}

fn check_ours(db: &Connection, file: &Path) -> Result<()> {
    let foreign = || HistoryError::Foreign { file: file.to_owned() };
    let id: i64 = match db.query_row("PRAGMA application_id", [], |r| r.get(0)) {
        Ok(id) => id,
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => return Err(foreign()),
        Err(error) => return Err(error.into()),
    };
    if id == APPLICATION_ID { Ok(()) } else { Err(foreign()) }
}

/// How many of `steps` the file has taken, after checking that they are the same ones in the same order.
fn verify(db: &Connection, file: &Path, steps: &[Step]) -> Result<usize> {
    let version: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if version > steps.len() as i64 {
        return Err(HistoryError::Newer { file: file.to_owned(), found: version, known: steps.len() as i64 });
    }
    if is_empty(db)? {
        return Ok(0);
    }
    let mut statement = db.prepare("SELECT number, name, sha256 FROM migration ORDER BY number")?;
    let taken: Vec<(i64, String, Vec<u8>)> =
        statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?;
    for (i, (number, name, sha256)) in taken.iter().enumerate() {
        let known = steps.get(i);
        if known.is_none_or(|s| *number != i as i64 + 1 || s.name != name || sha256.as_slice() != checksum(s)) {
            return Err(HistoryError::Altered { file: file.to_owned(), number: *number, name: name.clone() });
        }
    }
    if taken.len() as i64 != version {
        let name = format!("version {version}");
        return Err(HistoryError::Altered { file: file.to_owned(), number: taken.len() as i64, name });
    }
    Ok(taken.len())
}

fn checksum(step: &Step) -> [u8; 32] {
    // Line ends are the checkout's business, not the step's.
    Sha256::digest(step.sql.replace("\r\n", "\n")).into()
}

/// Takes the steps that the file has not taken, each in a transaction of its own, after a backup of what was there.
fn migrate(db: &mut Connection, file: &Path, steps: &[Step]) -> Result<()> {
    let done = verify(db, file, steps)?;
    if done == steps.len() {
        return Ok(());
    }
    if done > 0 {
        let copy = backup(db, file, done)?;
        tracing::info!(
            "bringing {} from layout {done} to {}; the old file is {}",
            file.display(),
            steps.len(),
            copy.display()
        );
    }
    for (i, step) in steps.iter().enumerate().skip(done) {
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if i == 0 {
            tx.execute_batch(STEP_TABLE)?;
        }
        tx.execute_batch(step.sql)?;
        let row = (i as i64 + 1, step.name, checksum(step));
        tx.execute("INSERT INTO migration (number, name, sha256) VALUES (?1, ?2, ?3)", row)?;
        tx.pragma_update(None, "user_version", i as i64 + 1)?;
        tx.commit()?;
    }
    Ok(())
}

/// A whole, checked copy of the file beside it.
fn backup(db: &Connection, file: &Path, layout: usize) -> Result<PathBuf> {
    let named = |n: u32| {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".layout-{layout}"));
        if n > 0 {
            name.push(format!("-{n}"));
        }
        PathBuf::from(name)
    };
    let free = (0..).map(named).find(|p| !p.exists());
    let copy = free.ok_or_else(|| HistoryError::damaged("backup", "no free name"))?;
    // It gets its name when it is whole: half a copy, as of someone who was killed at it, must not pass for one.
    let mut making = file.as_os_str().to_owned();
    making.push(".layout-making");
    let making = PathBuf::from(making);
    let remove = || match std::fs::remove_file(&making) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(HistoryError::io(&making)(error)),
        _ => Ok(()),
    };
    remove()?;
    if let Err(error) = db.execute("VACUUM INTO ?1", [making.to_string_lossy()]) {
        // Nothing was changed yet.
        let _ = remove();
        return Err(error.into());
    }
    let health: String = Connection::open(&making)?.query_row("PRAGMA integrity_check", [], |r| r.get(0))?;
    if health != "ok" {
        return Err(HistoryError::damaged("backup", health));
    }
    let opened = std::fs::File::open(&making).map_err(HistoryError::io(&making))?;
    crate::history::sync_file_and_folder(&opened, &making)?;
    std::fs::rename(&making, &copy).map_err(HistoryError::io(&copy))?;
    let opened = std::fs::File::open(&copy).map_err(HistoryError::io(&copy))?;
    crate::history::sync_file_and_folder(&opened, &copy)?;
    Ok(copy)
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "schema_kill.rs"]
mod kill;
