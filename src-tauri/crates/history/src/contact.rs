//! What is stored about one contact.

use crate::{History, Result, Trace, attempts, rows};
use mirante_floor::{ClosedAttempt, ClosedVisit, Name, SourceId};
use rusqlite::OptionalExtension;

impl History {
    /// A visit that has ended, by its number; absent if there is none, or no longer.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn visit(&self, id: u64) -> Result<Option<ClosedVisit>> {
        let sql = format!("SELECT {} FROM visit WHERE id = ?1", rows::VISIT);
        let mut statement = self.db.prepare_cached(&sql)?;
        statement.query_row([id], |row| Ok(rows::visit(row))).optional()?.transpose()
    }

    /// An attempt that is over, by its number; absent if there is none, or no longer.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn attempt(&self, id: u64) -> Result<Option<ClosedAttempt>> {
        let sql = format!("SELECT {} FROM attempt WHERE id = ?1", attempts::COLUMNS);
        let mut statement = self.db.prepare_cached(&sql)?;
        statement.query_row([id], |row| Ok(attempts::read(row))).optional()?.transpose()
    }

    /// What is over of one contact's journey.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn of_contact(&self, source: SourceId, contact: &Name) -> Result<Trace> {
        // Most contacts are one call and bear its name: each half has an index of its own.
        let of = "source = ?1 AND (contact = ?2 AND contact <> call OR call = ?2 AND contact = ?2)";
        let who = (source.0, &**contact);
        Ok(Trace {
            visits: self.rows(rows::VISIT, "visit", of, "entered_ms", who, rows::visit)?,
            attempts: self.rows(
                attempts::COLUMNS,
                "attempt",
                "source = ?1 AND contact = ?2",
                "started_ms",
                who,
                attempts::read,
            )?,
        })
    }
}
