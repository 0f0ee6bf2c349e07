//! What history knows already of visits that a report tells.

use crate::imported::IMPORTED;
use crate::{History, Result};
use mirante_floor::{Name, SourceId};

impl History {
    /// True if a source keeps a visit of `call` in `queue` that entered within `near` ms of `entered_at`, Unix ms by its platform.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn keeps_visit(&self, source: SourceId, call: &Name, queue: &Name, entered_at: i64, near: i64) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM visit WHERE source = ?1 AND call = ?2 AND queue = ?3
                       AND abs(coalesce(entered_at, entered_ms) - ?4) <= ?5)";
        let row = (source.0, &**call, &**queue, entered_at, near);
        Ok(self.db.prepare_cached(sql)?.query_row(row, |r| r.get(0))?)
    }

    /// True if any source but `source` keeps a visit of `call` in `queue` that entered within `near` ms of `entered_at`, Unix ms by a
    /// platform whose clock is `ahead` ms ahead of ours. What a picture told of, entered by our clock alone.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn others_keep_visit(
        &self,
        source: SourceId,
        call: &Name,
        queue: &Name,
        entered_at: i64,
        ahead: i64,
        near: i64,
    ) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM source CROSS JOIN visit ON visit.source = source.id
                   WHERE source.id <> ?1 AND visit.call = ?2 AND queue = ?3
                       AND abs(coalesce(entered_at, entered_ms + ?5) - ?4) <= ?6)";
        let row = (source.0, &**call, &**queue, entered_at, ahead, near);
        Ok(self.db.prepare_cached(sql)?.query_row(row, |r| r.get(0))?)
    }

    /// True if a source that is followed keeps a visit in `queue` that entered within `near` ms of `entered_ms` and waited as long.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn follows_stay(&self, queue: &Name, entered_ms: i64, wait_ms: i64, near: i64) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM source CROSS JOIN visit ON visit.source = source.id
                   WHERE queue = ?1 AND entered_ms BETWEEN ?2 - ?4 AND ?2 + ?4 AND abs(wait_ms - ?3) <= ?4
                       AND substr(kind, 1, 7) <> ?5)";
        let row = (&**queue, entered_ms, wait_ms, near, IMPORTED);
        Ok(self.db.prepare_cached(sql)?.query_row(row, |r| r.get(0))?)
    }

    /// Sources but `source` that keep visits which entered from `from_ms` to `to_ms`, Unix ms, and how many.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn others_between(&self, source: Option<&str>, from_ms: i64, to_ms: i64) -> Result<Vec<(String, u64)>> {
        let sql = "SELECT source.name, count(*) FROM visit JOIN source ON source.id = visit.source
                   WHERE entered_ms BETWEEN ?1 AND ?2 AND source.name IS NOT ?3 GROUP BY source.name ORDER BY 2 DESC";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map((from_ms, to_ms, source), |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }
}
