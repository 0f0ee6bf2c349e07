//! Forgetting people, in this file and in every copy of it that is put back later.

use crate::{History, HistoryError, Result, commit, history::sync_file_and_folder};
use mirante_floor::PartyId;
use rusqlite::{Connection, OptionalExtension};
use std::{fs, io::Write};

/// The list beside the database of who was forgotten: a line each, row number and what it was found by. It outlives the
/// database file, so that a backup put back forgets again; it tells nothing without the key.
const FILE: &str = "forgotten";

impl History {
    /// Forgets a person for ever: the stored number and name are removed, and whatever refers to them shows nobody.
    /// False if there was nobody to forget.
    pub fn forget(&mut self, id: PartyId) -> Result<bool> {
        let people = self.parties.pending();
        let parties = self.parties.clone();
        let path = self.folder.join(FILE);
        let (db, writer) = self.writer()?;
        commit::write(db, &people, writer.newest.seen, |_| Ok(()))?;
        parties.settled(people.len());
        let sql = "SELECT lookup FROM party WHERE id = ?1 AND sealed IS NOT NULL";
        let lookup: Option<Vec<u8>> = db.query_row(sql, [id.0], |r| r.get(0)).optional()?;
        let Some(lookup) = lookup else { return Ok(false) };

        // The list first: after a crash between the two, the next start finishes the work.
        let hex: String = lookup.iter().map(|b| format!("{b:02x}")).collect();
        let mut list = fs::OpenOptions::new();
        list.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut list, 0o600);
        let mut list = list.open(&path).map_err(HistoryError::io(&path))?;
        writeln!(list, "{} {hex}", id.0).map_err(HistoryError::io(&path))?;
        sync_file_and_folder(&list, &path)?;

        erase(db, id.0, &lookup)?;
        scrub(db)?;
        parties.forget(id);
        Ok(true)
    }

    /// Forgets whoever is on the list and came back, as with a restored file.
    pub(crate) fn forget_again(&mut self) -> Result<()> {
        let path = self.folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(HistoryError::io(path)(error)),
        };
        let (db, _) = self.writer()?;
        let mut erased = 0;
        for (id, lookup) in text.lines().filter_map(entry) {
            erased += erase(db, id, &lookup)?;
        }
        if erased > 0 {
            tracing::info!("forgot {erased} people again who were in a restored file");
            scrub(db)?;
        }
        Ok(())
    }
}

/// One line of the list; a line cut short by a crash is no entry, and its person was not reported as forgotten.
fn entry(line: &str) -> Option<(u64, Vec<u8>)> {
    let (id, hex) = line.split_once(' ')?;
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let lookup: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(byte).collect();
    Some((id.parse().ok()?, lookup.filter(|l| l.len() == 32)?))
}

/// Both must agree: in a restored file the same number may belong to somebody else by now.
fn erase(db: &Connection, id: u64, lookup: &[u8]) -> Result<usize> {
    let sql = "UPDATE party SET lookup = NULL, number_lookup = NULL, sealed = NULL WHERE id = ?1 AND lookup = ?2";
    Ok(db.execute(sql, (id, lookup))?)
}

/// The log of recent writes still holds the old page; it is folded into the file, where old bytes are overwritten.
fn scrub(db: &Connection) -> Result<()> {
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0))?;
    if busy != 0 {
        tracing::warn!("a reader is busy: the forgotten bytes leave the log at a later checkpoint");
    }
    Ok(())
}
