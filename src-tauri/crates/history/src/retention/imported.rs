//! Stretches of imported events. Each begins with a floor of its own, so any of them can go; their visits and sums have rules of
//! their own, and the files that they came from stay known, so that nothing is imported again.

use super::Swept;
use super::step::Step;
use crate::{History, Result};
use rusqlite::{Connection, Transaction};

/// Bytes of a stretch's blobs.
const BYTES: &str = "octet_length(keyframe) + octet_length(events)";
/// Most stretches in one step, however small.
const MOST: usize = 256;

/// How many are of before an instant, the oldest of them, their bytes, and the oldest that stay. Times are Unix ms.
pub(super) struct Old {
    pub(super) rows: u64,
    pub(super) oldest_ms: Option<i64>,
    pub(super) bytes: u64,
    pub(super) oldest_kept_ms: Option<i64>,
}

pub(super) fn before(db: &Connection, before_ms: i64) -> Result<Old> {
    let sql = format!(
        "SELECT count(*) FILTER (WHERE seen_top < ?1), min(seen_first) FILTER (WHERE seen_top < ?1),
             coalesce(sum({BYTES}) FILTER (WHERE seen_top < ?1), 0), min(seen_first) FILTER (WHERE seen_top >= ?1)
         FROM imported"
    );
    Ok(db.query_row(&sql, [before_ms], |r| {
        Ok(Old { rows: r.get(0)?, oldest_ms: r.get(1)?, bytes: r.get(2)?, oldest_kept_ms: r.get(3)? })
    })?)
}

/// Those that are removed next, of `most` bytes if there is more than one.
pub(super) fn next(history: &History, before_ms: i64, most: u64) -> Result<Option<Step>> {
    // Not in the order of time: those of one source follow each other, older lines may have come after newer ones.
    let sql = format!("SELECT seq_first, {BYTES} FROM imported WHERE seen_top < ?1 ORDER BY seq_first LIMIT {MOST}");
    let mut statement = history.db.prepare_cached(&sql)?;
    let mut rows = statement.query([before_ms])?;
    let (mut firsts, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        bytes += row.get::<_, u64>(1)?;
        if bytes > most && !firsts.is_empty() {
            break;
        }
        firsts.push(row.get(0)?);
    }
    Ok((!firsts.is_empty()).then_some(Step::Unimport { before_ms, firsts }))
}

pub(super) fn remove(tx: &Transaction<'_>, firsts: &[u64]) -> Result<Swept> {
    let mut size =
        tx.prepare_cached(&format!("SELECT coalesce(sum({BYTES}), 0) FROM imported WHERE seq_first = ?1"))?;
    let mut delete = tx.prepare_cached("DELETE FROM imported WHERE seq_first = ?1")?;
    let mut swept = Swept::default();
    for first in firsts {
        swept.bytes += size.query_row([first], |r| r.get::<_, u64>(0))?;
        swept.rows += delete.execute([first])? as u64;
    }
    Ok(swept)
}
