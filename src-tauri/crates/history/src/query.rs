//! Questions to the tables of facts.

use crate::{Fault, History, Result, SpanRow, rows};
use mirante_floor::{ClosedVisit, Gap};
use rusqlite::Row;

/// Rows read in one look, which lasts some ten milliseconds.
pub(crate) const LOOK: usize = 5_000;

impl History {
    /// Visits that entered from `from` up to, not including, `to` (Unix ms by our clock) and have ended, in order of entry.
    /// `each` says false to stop. Visits that have not ended are on the floor. Read in short looks: however slow `each` is, it holds up
    /// nobody's checkpoint.
    pub fn visits(&self, from: i64, to: i64, each: impl FnMut(ClosedVisit) -> bool) -> Result<()> {
        let columns = rows::VISIT;
        let sql = format!(
            "SELECT {columns} FROM visit WHERE entered_ms < ?2 AND (entered_ms, id) >= (?1, ?3)
             ORDER BY entered_ms, id LIMIT {LOOK}"
        );
        self.in_looks(&sql, from, to, rows::visit, |visit| (visit.entered.seen, visit.id.0 as i64), each)
    }

    /// Stretches of agents' days that ended from `from` up to, not including, `to` (Unix ms by our clock), in that order.
    /// `each` says false to stop. What was still going on at `to` is on the floor of that moment. In short looks.
    pub fn spans(&self, from: i64, to: i64, each: impl FnMut(SpanRow) -> bool) -> Result<()> {
        let columns = rows::SPAN;
        let sql = format!(
            "SELECT {columns} FROM agent_span WHERE to_ms < ?2 AND (to_ms, id) >= (?1, ?3) ORDER BY to_ms, id LIMIT {LOOK}"
        );
        self.in_looks(&sql, from, to, rows::span, |row| (row.span.to.seen, row.id), each)
    }

    /// Rows in order of a time and their number, a look at a time; ?1 and ?3 are where a look begins, ?2 is where all ends.
    pub(crate) fn in_looks<T>(
        &self,
        sql: &str,
        from: i64,
        to: i64,
        read: impl Fn(&Row<'_>) -> Result<T>,
        place: impl Fn(&T) -> (i64, i64),
        mut each: impl FnMut(T) -> bool,
    ) -> Result<()> {
        let mut begin = (from, i64::MIN);
        loop {
            let mut look = Vec::new();
            let mut statement = self.db.prepare_cached(sql)?;
            let mut found = statement.query((begin.0, to, begin.1))?;
            while let Some(row) = found.next()? {
                look.push(read(row)?);
            }
            drop(found);
            drop(statement);
            let is_last = look.len() < LOOK;
            if let Some((time, number)) = look.last().map(&place) {
                begin = (time, number.saturating_add(1));
            }
            if !look.into_iter().all(&mut each) || is_last {
                return Ok(());
            }
        }
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
