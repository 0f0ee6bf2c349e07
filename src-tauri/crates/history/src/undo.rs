//! What was imported, and taking it back.
//!
//! A source is taken back whole: its fold goes from one file to the next, and nothing can be cut out of it. People whom it named stay
//! for as long as their own rule says. Whoever is killed at it has begun: what is left goes when a hub starts, or before anything is
//! imported under that name again, and until then nobody compares the rows that are left with events.

use crate::{History, Result};
use mirante_floor::SourceId;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

/// An imported source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The source.
    pub source: SourceId,
    /// Its name.
    pub name: String,
    /// What it was: `import/queue_log`, `import/report`, `hours`.
    pub kind: String,
    /// The followed source of which it tells hours.
    pub completes: Option<SourceId>,
    /// Files that it is from.
    pub files: u64,
    /// Visits that it gave.
    pub visits: u64,
    /// First and last moment that it tells of, Unix ms, of what is left of its events.
    pub span: Option<(i64, i64)>,
    /// It is being taken back.
    pub undoing: bool,
}

/// An import that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// Its name.
    pub name: String,
    /// When it was asked for, Unix ms.
    pub begun_ms: i64,
    /// When nothing was left of it, Unix ms.
    pub ended_ms: Option<i64>,
    /// Visits that it had given.
    pub visits: u64,
    /// First and last moment that it told of, Unix ms.
    pub span: Option<(i64, i64)>,
}

/// Tables with rows of a source, by the order of their keys; what it is known by goes last.
const TABLES: [(&str, &str); 12] = [
    ("visit", "id"),
    ("attempt", "id"),
    ("agent_span", "id"),
    ("gap", "id"),
    ("minute", "source, minute_ms"),
    ("rollup_visit", "source, queue, minute_ms, outcome"),
    ("rollup_attempt", "source, campaign, minute_ms, result"),
    ("rollup_queue", "source, queue, minute_ms"),
    ("rollup_agent", "source, agent, quarter_ms, state, place, place_name"),
    ("rollup_agent_queue", "source, agent, queue, quarter_ms"),
    ("imported_file", "source, head"),
    ("imported", "seq_first"),
];

impl History {
    /// Every imported source, the newest first.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn imports(&self) -> Result<Vec<Imported>> {
        let sql = "SELECT source.id, name, kind, completes, visits,
                       (SELECT count(*) FROM imported_file WHERE source = source.id),
                       (SELECT min(seen_first) FROM imported WHERE source = source.id),
                       (SELECT max(seen_top) FROM imported WHERE source = source.id),
                       EXISTS (SELECT 1 FROM import_undone WHERE source = source.id AND ended_ms IS NULL)
                   FROM imported_head JOIN source ON source.id = imported_head.source ORDER BY source.id DESC";
        let sql = sql.replace("WHERE source = source.id", "WHERE source = imported_head.source");
        let mut statement = self.db.prepare(&sql)?;
        let rows = statement.query_map([], |r| {
            let (from, to): (Option<i64>, Option<i64>) = (r.get(6)?, r.get(7)?);
            Ok(Imported {
                source: SourceId(r.get(0)?),
                name: r.get(1)?,
                kind: r.get(2)?,
                completes: r.get::<_, Option<u16>>(3)?.map(SourceId),
                visits: r.get(4)?,
                files: r.get(5)?,
                span: from.zip(to),
                undoing: r.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Imports that were taken back, the newest first.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn undone(&self) -> Result<Vec<Undone>> {
        let sql = "SELECT name, begun_ms, ended_ms, visits, from_ms, to_ms
                   FROM import_undone JOIN source ON source.id = source ORDER BY begun_ms DESC";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| {
            let (from, to): (Option<i64>, Option<i64>) = (r.get(4)?, r.get(5)?);
            let (name, begun_ms, ended_ms, visits) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            Ok(Undone { name, begun_ms, ended_ms, visits, span: from.zip(to) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sources whose taking back was begun and has not ended.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn unfinished_undos(&self) -> Result<Vec<SourceId>> {
        undoing(&self.db)
    }

    /// Takes back some rows of an imported source, at most `most`; says whether some are left. Again and again until none are.
    ///
    /// # Errors
    /// When the database refuses. A source that is followed is left alone.
    pub fn undo_import(&mut self, source: SourceId, most: u32, now_ms: i64) -> Result<bool> {
        let (db, _) = self.writer()?;
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_left = step(&tx, source, most, now_ms)?;
        tx.commit()?;
        Ok(is_left)
    }
}

/// Sources that are being taken back.
pub(crate) fn undoing(db: &Connection) -> Result<Vec<SourceId>> {
    let mut statement = db.prepare("SELECT source FROM import_undone WHERE ended_ms IS NULL ORDER BY source")?;
    let rows = statement.query_map([], |r| Ok(SourceId(r.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn step(tx: &Transaction<'_>, source: SourceId, most: u32, now_ms: i64) -> Result<bool> {
    let head = "SELECT visits FROM imported_head WHERE source = ?1";
    let Some(visits) = tx.query_row(head, [source.0], |r| r.get::<_, u64>(0)).optional()? else { return Ok(false) };
    let begun = "SELECT EXISTS (SELECT 1 FROM import_undone WHERE source = ?1 AND ended_ms IS NULL)";
    if !tx.query_row(begun, [source.0], |r| r.get::<_, bool>(0))? {
        let sql = "INSERT OR REPLACE INTO import_undone (source, begun_ms, visits, from_ms, to_ms)
                   SELECT ?1, ?2, ?3, min(seen_first), max(seen_top) FROM imported WHERE source = ?1";
        tx.execute(sql, (source.0, now_ms, visits))?;
    }
    let mut left = u64::from(most.max(1));
    for (table, key) in TABLES {
        // A stretch of events is as large as thousands of rows.
        let some = if table == "imported" { 1 } else { left };
        let sql =
            format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE source = ?1 LIMIT ?2)");
        let gone = tx.prepare_cached(&sql)?.execute((source.0, some))? as u64;
        left = left.saturating_sub(gone);
        if left == 0 || (table == "imported" && gone > 0) {
            return Ok(true);
        }
    }
    tx.execute("DELETE FROM imported_head WHERE source = ?1", [source.0])?;
    let sql = "UPDATE import_undone SET ended_ms = ?2 WHERE source = ?1 AND ended_ms IS NULL";
    tx.execute(sql, (source.0, now_ms))?;
    Ok(false)
}
