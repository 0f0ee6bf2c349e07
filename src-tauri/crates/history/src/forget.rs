//! Forgetting people, in this file and in every copy of it that is put back later.

use crate::{
    Erasure, History, HistoryError, Result, SubjectKind, backup, commit,
    forgotten::{self, Forgotten, hex},
};
use mirante_floor::PartyId;
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

/// Whom to forget, and on whose word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forget {
    /// Rows of the party table.
    pub people: Vec<PartyId>,
    /// What the record says of it; the rows are filled in by [`History::forget`].
    pub record: Erasure,
}

impl History {
    /// Forgets people for ever: their numbers and names are removed, and whatever refers to them shows nobody. Gives the
    /// record that was kept; `None`, and no record, if there was nobody left to forget.
    ///
    /// # Errors
    /// When it could not be recorded or done; what was recorded is finished by the next start.
    pub fn forget(&mut self, forget: &Forget) -> Result<Option<Erasure>> {
        let pending = self.parties.pending(0);
        let parties = self.parties.clone();
        let folder = self.folder.clone();
        let (db, writer) = self.writer()?;
        commit::write(db, &pending, writer.newest.seen, |_| Ok(()))?;
        parties.settled(pending.len());
        let mut record = Erasure { people: Vec::new(), ..forget.record.clone() };
        for id in &forget.people {
            let sql = "SELECT lookup FROM party WHERE id = ?1 AND sealed IS NOT NULL";
            let lookup: Option<Vec<u8>> = db.query_row(sql, [id.0], |r| r.get(0)).optional()?;
            record.people.extend(lookup.map(|lookup| Forgotten { id: id.0, lookup }));
        }
        if record.people.is_empty() {
            return Ok(None);
        }
        // The list first: after a crash between the two, the next start finishes the work.
        forgotten::append(&folder, &record)?;
        commit::write(db, &[], None, |tx| record.people.iter().try_for_each(|person| erase(tx, person).map(drop)))?;
        scrub(db)?;
        let gone: Vec<PartyId> = record.people.iter().map(|person| PartyId(person.id)).collect();
        parties.forget(&gone);
        clean_copies(&folder, std::slice::from_ref(&record))?;
        backup::sweep_unless_busy(&folder);
        Ok(Some(record))
    }

    /// Everyone who was forgotten in this folder, oldest first.
    pub fn erasures(&self) -> Result<Vec<Erasure>> {
        forgotten::read(&self.folder)
    }

    /// What a record calls a person: the same parts always give the same, and nobody without the key can tell whom it means.
    /// `None` without the key.
    pub fn subject(&self, kind: SubjectKind, parts: &[&str]) -> Option<String> {
        let word: &[u8] = match kind {
            SubjectKind::Customer => b"customer",
            SubjectKind::Operator => b"operator",
        };
        self.parties.lookup(word, parts).map(|tag| hex::text(&tag))
    }

    /// Forgets whoever is on the list and came back, as with a restored file.
    pub(crate) fn forget_again(&mut self) -> Result<()> {
        let erasures = forgotten::read(&self.folder)?;
        let folder = self.folder.clone();
        let (db, _) = self.writer()?;
        let mut erased = 0;
        for person in erasures.iter().flat_map(|erasure| &erasure.people) {
            erased += erase(db, person)?;
        }
        if erased > 0 {
            tracing::info!("forgot {erased} people again who were in a restored file");
            scrub(db)?;
        }
        clean_copies(&folder, &erasures)
    }
}

/// Both must agree: in a restored file the same number may belong to somebody else by now.
fn erase(db: &Connection, person: &Forgotten) -> Result<usize> {
    let sql = "UPDATE party SET lookup = NULL, sealed = NULL WHERE id = ?1 AND lookup = ?2";
    Ok(db.execute(sql, (person.id, &person.lookup))?)
}

/// The log of recent writes still holds the old page; it is folded into the file, where old bytes are overwritten.
fn scrub(db: &Connection) -> Result<()> {
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0))?;
    if busy != 0 {
        tracing::warn!("a reader is busy: the forgotten bytes leave the log at a later checkpoint");
    }
    Ok(())
}

/// A layout's past copy of the file lies in the same folder, with the same people in it.
fn clean_copies(folder: &Path, erasures: &[Erasure]) -> Result<()> {
    if erasures.is_empty() {
        return Ok(());
    }
    let files = std::fs::read_dir(folder).map_err(HistoryError::io(folder))?;
    for file in files.flatten() {
        if !file.file_name().to_string_lossy().starts_with("mirante.db.layout-") {
            continue;
        }
        let db = Connection::open(file.path())?;
        db.pragma_update(None, "secure_delete", true)?;
        for person in erasures.iter().flat_map(|erasure| &erasure.people) {
            erase(&db, person)?;
        }
        scrub(&db)?;
    }
    Ok(())
}
