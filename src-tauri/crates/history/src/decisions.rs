//! Who changed what figures are made and judged by, and when. What holds is in the configuration; this says on whose word.

use crate::{History, Result};

/// A change that somebody made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When, Unix ms.
    pub at_ms: i64,
    /// Who, as the hub knows them.
    pub by: String,
    /// What, as JSON.
    pub what: String,
}

impl History {
    /// Keeps changes, in one transaction.
    ///
    /// # Errors
    /// When the disk refuses: nothing was kept then.
    pub fn keep_decisions(&mut self, decisions: &[Decision]) -> Result<()> {
        let (db, _) = self.writer()?;
        let tx = db.transaction()?;
        {
            let mut insert = tx.prepare_cached("INSERT INTO decision (at_ms, by, what) VALUES (?1, ?2, ?3)")?;
            for Decision { at_ms, by, what } in decisions {
                insert.execute((at_ms, by, what))?;
            }
        }
        Ok(tx.commit()?)
    }

    /// The newest changes first, so many at most.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn decisions(&self, most: u32) -> Result<Vec<Decision>> {
        let sql = "SELECT at_ms, by, what FROM decision ORDER BY id DESC LIMIT ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement
            .query_map([most], |row| Ok(Decision { at_ms: row.get(0)?, by: row.get(1)?, what: row.get(2)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OpenOptions;

    #[test]
    fn the_newest_come_first_and_outlive_the_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let one = |nth: i64| Decision { at_ms: nth, by: "marina".into(), what: format!("{{\"n\":{nth}}}") };
        let mut history = History::open(folder.path(), &OpenOptions::writer()).expect("a history");
        history.keep_decisions(&[one(1), one(2)]).expect("kept");
        history.keep_decisions(&[one(3)]).expect("kept");
        drop(history);
        let history = History::open(folder.path(), &OpenOptions::reader()).expect("a history");
        assert_eq!(history.decisions(2).expect("told"), [one(3), one(2)]);
    }
}
