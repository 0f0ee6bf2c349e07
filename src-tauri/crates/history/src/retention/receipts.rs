//! What was removed, and when.

use super::Rule;
use crate::{History, Result};

/// What a rule removed of before an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// The rule.
    pub rule: Rule,
    /// Everything of before this went, Unix ms.
    pub before_ms: i64,
    /// When the last of it went, Unix ms.
    pub removed_ms: i64,
    /// Rows.
    pub rows: u64,
    /// About how many bytes of the file they took.
    pub bytes: u64,
}

impl History {
    /// Everything that was removed because its time was over, latest first.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn removals(&self) -> Result<Vec<Removal>> {
        let sql = "SELECT rule, before_ms, removed_ms, rows, bytes FROM removal ORDER BY removed_ms DESC, rule";
        let mut statement = self.db.prepare(sql)?;
        let mut found = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            let word: String = row.get(0)?;
            let Some(rule) = Rule::ALL.into_iter().find(|rule| rule.word() == word) else { continue };
            let (before_ms, removed_ms) = (row.get(1)?, row.get(2)?);
            all.push(Removal { rule, before_ms, removed_ms, rows: row.get(3)?, bytes: row.get(4)? });
        }
        Ok(all)
    }
}
