//! Questions to the tables of facts.

use crate::{Fault, History, Result, SpanRow, rows};
use mirante_floor::{ClosedVisit, Gap};

impl History {
    /// Visits that entered from `from` up to, not including, `to` (Unix ms by our clock) and have ended, in order of entry.
    /// `each` says false to stop. Visits that have not ended are on the floor.
    pub fn visits(&self, from: i64, to: i64, mut each: impl FnMut(ClosedVisit) -> bool) -> Result<()> {
        let columns = rows::VISIT;
        let sql =
            format!("SELECT {columns} FROM visit WHERE entered_ms >= ?1 AND entered_ms < ?2 ORDER BY entered_ms, id");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut found = statement.query((from, to))?;
        while let Some(row) = found.next()? {
            if !each(rows::visit(row)?) {
                break;
            }
        }
        Ok(())
    }

    /// Stretches of agents' days that ended from `from` up to, not including, `to` (Unix ms by our clock), in that order.
    /// `each` says false to stop. What was still going on at `to` is on the floor of that moment.
    pub fn spans(&self, from: i64, to: i64, mut each: impl FnMut(SpanRow) -> bool) -> Result<()> {
        let columns = rows::SPAN;
        let sql = format!("SELECT {columns} FROM agent_span WHERE to_ms >= ?1 AND to_ms < ?2 ORDER BY to_ms, id");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut found = statement.query((from, to))?;
        while let Some(row) = found.next()? {
            if !each(rows::span(row)?) {
                break;
            }
        }
        Ok(())
    }

    /// Gaps that are over and touch the span from `from` to `to` (Unix ms by our clock), in order of beginning. A source
    /// that is still silent is so on the floor.
    pub fn gaps(&self, from: i64, to: i64) -> Result<Vec<Gap>> {
        let sql = "SELECT source, from_ms, to_ms, reason FROM gap WHERE to_ms >= ?1 AND from_ms < ?2
                   ORDER BY from_ms, id";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut found = statement.query((from, to))?;
        let mut gaps = Vec::new();
        while let Some(row) = found.next()? {
            gaps.push(rows::gap(row)?);
        }
        Ok(gaps)
    }

    /// Everything that should not have happened and was noticed, oldest first.
    pub fn faults(&self) -> Result<Vec<Fault>> {
        let mut statement = self.db.prepare("SELECT seq, what, detail FROM fault ORDER BY id")?;
        let found = statement.query_map([], |r| Ok(Fault { seq: r.get(0)?, what: r.get(1)?, detail: r.get(2)? }))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}
