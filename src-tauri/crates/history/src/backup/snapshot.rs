//! The database as of one moment, copied while somebody writes.

use super::{BackupError, Progress, Result, Stage};
use crate::{
    history::{Newest, read_only},
    schema,
};
use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};
use std::{fs::File, path::Path};

/// Pages copied in one step: 1 MiB of the usual size.
const PAGES: i32 = 256;

/// What a copy holds.
pub(super) struct Stands {
    pub(super) layout: u32,
    pub(super) newest_seq: u64,
    pub(super) newest_ms: Option<i64>,
}

/// Copies the database `stored` to the new file `copy`.
///
/// Page by page under one read transaction: the moment is fixed when that begins, whoever writes never waits for it, and no
/// step begins again however often they commit in between. A log that grows meanwhile is folded in afterwards.
pub(super) fn take(stored: &Path, copy: &Path, progress: Progress<'_>) -> Result<Stands> {
    let source = read_only(stored)?;
    let layout = schema::layout(&source, stored)?;
    source.execute_batch("BEGIN")?;
    let newest = Newest::read(&source)?;
    let mut target = Connection::open(copy)?;
    // Thrown away unless it becomes whole.
    target.execute_batch("PRAGMA synchronous = OFF")?;
    let page: u64 = source.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let copying = Backup::new(&source, &mut target)?;
    loop {
        match copying.step(PAGES)? {
            StepResult::Done => break,
            StepResult::More => {
                let told = copying.progress();
                let (left, all) = (told.remaining.max(0) as u64, told.pagecount.max(0) as u64);
                progress(Stage::Copying, all.saturating_sub(left) * page, all * page);
            }
            _ => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    }
    drop(copying);
    drop(target);
    source.execute_batch("COMMIT")?;
    let target = Connection::open(copy)?;
    // One plain file, with no log beside it.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    target.close().map_err(|(_, error)| error)?;
    File::open(copy).and_then(|file| file.sync_all()).map_err(BackupError::io(copy))?;
    Ok(Stands { layout, newest_seq: newest.seq, newest_ms: newest.seen })
}

/// Whether a copy is sound: its pages, its indexes and its rules.
pub(super) fn check(copy: &Path, progress: Progress<'_>) -> Result<()> {
    progress(Stage::Checking, 0, 1);
    let unsound = |why: String| BackupError::Unsound { why };
    let db = read_only(copy)?;
    let words: String =
        db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| unsound(error.to_string()))?;
    progress(Stage::Checking, 1, 1);
    if words == "ok" { Ok(()) } else { Err(unsound(words)) }
}
