//! Steps, each a transaction.

use super::{Merged, Rule, day_before, imported};
use crate::{History, HistoryError, Result, commit, party};
use mirante_floor::PartyId;
use rusqlite::{Connection, Transaction};
use std::time::Duration;

/// One step of a sweep, ready to be taken by the one that writes.
#[derive(Debug)]
pub struct SweepStep(pub(super) Step);

#[derive(Debug)]
pub(super) enum Step {
    /// These are on the floor: they are in use today.
    Use(Vec<PartyId>),
    /// These have not been heard of for long.
    Forget { rule: Rule, before_ms: i64, ids: Vec<PartyId>, bytes: u64 },
    /// The oldest rows of a table.
    Remove { rule: Rule, table: &'static str, time: &'static str, before_ms: i64, rows: u32, row_bytes: u64 },
    /// The oldest sums of an agent become nobody's.
    Merge { table: &'static Merged, before_ms: i64, source: u16, agent: String, up_to_ms: i64, row_bytes: u64 },
    /// The oldest segments, up to this event. What follows begins with a keyframe: this one, unless it has its own.
    Prune { before_ms: i64, seq_last: u64, keyframe: Option<Vec<u8>> },
    /// The oldest stretches of imported events, by their first ones. What follows begins with a floor of its own.
    Unimport { before_ms: i64, firsts: Vec<u64> },
    /// Gives so many free pages back to the disk.
    Vacuum { pages: u32 },
    /// Folds the log into the file, so that removed bytes are in neither.
    Scrub,
}

/// What a step does: steps of one kind take about as long for each page that they touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// People who are on the floor are noted as in use.
    Use,
    /// Numbers and names go.
    Forget,
    /// Rows go.
    Remove,
    /// Sums of an agent become nobody's.
    Merge,
    /// Events go.
    Prune,
    /// Free pages are given back to the disk.
    Vacuum,
    /// The log is folded into the file.
    Scrub,
}

impl StepKind {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            StepKind::Use => "use",
            StepKind::Forget => "forget",
            StepKind::Remove => "remove",
            StepKind::Merge => "merge",
            StepKind::Prune => "prune",
            StepKind::Vacuum => "vacuum",
            StepKind::Scrub => "scrub",
        }
    }
}

impl SweepStep {
    /// What it does.
    pub fn kind(&self) -> StepKind {
        match &self.0 {
            Step::Use(_) => StepKind::Use,
            Step::Forget { .. } => StepKind::Forget,
            Step::Remove { .. } => StepKind::Remove,
            Step::Merge { .. } => StepKind::Merge,
            Step::Prune { .. } | Step::Unimport { .. } => StepKind::Prune,
            Step::Vacuum { .. } => StepKind::Vacuum,
            Step::Scrub => StepKind::Scrub,
        }
    }
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Rows removed.
    pub rows: u64,
    /// Bytes of the file that they took, with their share of the indexes.
    pub bytes: u64,
}

impl History {
    /// Takes a step of a [`super::Sweep`]; `now_ms` is when, for the receipt, Unix ms. Short: a transaction over few pages.
    ///
    /// # Errors
    /// [`HistoryError::ReadOnly`] on a handle for reading; when the disk refuses: the next sweep goes on.
    pub fn sweep(&mut self, step: &SweepStep, now_ms: i64) -> Result<Swept> {
        let parties = self.parties.clone();
        let (db, _) = self.writer()?;
        match &step.0 {
            Step::Vacuum { pages } => {
                let free = |db: &Connection| db.query_row("PRAGMA freelist_count", [], |r| r.get::<_, u64>(0));
                let before = free(db)?;
                let mut statement = db.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
                let mut rows = statement.query([])?;
                // Each look gives one page back.
                while rows.next()?.is_some() {}
                drop(rows);
                drop(statement);
                return Ok(Swept { rows: 0, bytes: before.saturating_sub(free(db)?) * page_size(db)? });
            }
            Step::Scrub => {
                // Readers that are busy just now are not waited for: a later checkpoint does it.
                db.busy_timeout(Duration::ZERO)?;
                let done = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
                db.busy_timeout(crate::schema::BUSY)?;
                return Ok(done.map(|()| Swept::default())?);
            }
            _ => {}
        }
        let mut swept = Swept::default();
        commit::write(db, &[], None, |tx| {
            swept = match &step.0 {
                Step::Use(people) => {
                    party::use_on(people, now_ms, tx)?;
                    Swept::default()
                }
                Step::Forget { rule, before_ms, ids, bytes } => {
                    let mut statement = tx.prepare_cached(
                        "UPDATE party SET lookup = NULL, sealed = NULL
                         WHERE id = ?1 AND used_ms < ?2 AND sealed IS NOT NULL",
                    )?;
                    let mut rows = 0;
                    for id in ids {
                        rows += statement.execute((id.0, day_before(*before_ms)))? as u64;
                    }
                    receipt(tx, *rule, *before_ms, now_ms, Swept { rows, bytes: *bytes })?
                }
                Step::Remove { rule, table, time, before_ms, rows, row_bytes } => {
                    let sql = format!(
                        "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {time} < ?1 ORDER BY {time} LIMIT ?2)"
                    );
                    let rows = tx.prepare_cached(&sql)?.execute((before_ms, rows))? as u64;
                    receipt(tx, *rule, *before_ms, now_ms, Swept { rows, bytes: rows * row_bytes })?
                }
                Step::Merge { table, before_ms, source, agent, up_to_ms, row_bytes } => {
                    let rows = merge(tx, table, *source, agent, *up_to_ms)?;
                    receipt(tx, Rule::WorkingTime, *before_ms, now_ms, Swept { rows, bytes: rows * row_bytes })?
                }
                Step::Prune { before_ms, seq_last, keyframe } => {
                    let swept = prune(tx, *seq_last, keyframe.as_deref())?;
                    receipt(tx, Rule::Rewind, *before_ms, now_ms, swept)?
                }
                Step::Unimport { before_ms, firsts } => {
                    receipt(tx, Rule::Rewind, *before_ms, now_ms, imported::remove(tx, firsts)?)?
                }
                Step::Vacuum { .. } | Step::Scrub => Swept::default(),
            };
            Ok(())
        })?;
        if let Step::Forget { ids, .. } = &step.0 {
            parties.forget(ids);
        }
        Ok(swept)
    }
}

fn page_size(db: &Connection) -> Result<u64> {
    Ok(db.query_row("PRAGMA page_size", [], |r| r.get(0))?)
}

/// Notes what went, in the transaction in which it goes.
fn receipt(tx: &Transaction<'_>, rule: Rule, before_ms: i64, now_ms: i64, swept: Swept) -> Result<Swept> {
    if swept.rows > 0 {
        let sql = "INSERT INTO removal (rule, before_ms, removed_ms, rows, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT DO UPDATE SET removed_ms = excluded.removed_ms, rows = rows + excluded.rows,
                       bytes = bytes + excluded.bytes";
        tx.prepare_cached(sql)?.execute((rule.word(), before_ms, now_ms, swept.rows, swept.bytes))?;
    }
    Ok(swept)
}

/// An agent without a name is nobody.
fn merge(tx: &Transaction<'_>, table: &Merged, source: u16, agent: &str, up_to_ms: i64) -> Result<u64> {
    let Merged { table, key, sums } = table;
    let columns = sums.join(", ");
    let added: Vec<String> = sums.iter().map(|sum| format!("{sum} = {sum} + excluded.{sum}")).collect();
    let old = "WHERE source = ?1 AND agent = ?2 AND quarter_ms <= ?3";
    let sql = format!(
        "INSERT INTO {table} (source, agent, {key}, {columns}) SELECT source, '', {key}, {columns} FROM {table} {old}
         ON CONFLICT DO UPDATE SET {}",
        added.join(", ")
    );
    tx.prepare_cached(&sql)?.execute((source, agent, up_to_ms))?;
    Ok(tx.prepare_cached(&format!("DELETE FROM {table} {old}"))?.execute((source, agent, up_to_ms))? as u64)
}

fn prune(tx: &Transaction<'_>, seq_last: u64, keyframe: Option<&[u8]>) -> Result<Swept> {
    if let Some(keyframe) = keyframe {
        let sql = "UPDATE segment SET keyframe = ?2 WHERE seq_first = ?1 AND keyframe IS NULL";
        tx.execute(sql, (seq_last + 1, keyframe))?;
    }
    let next = "SELECT keyframe IS NOT NULL FROM segment WHERE seq_first > ?1 ORDER BY seq_first LIMIT 1";
    match rusqlite::OptionalExtension::optional(tx.query_row(next, [seq_last], |r| r.get::<_, bool>(0)))? {
        // The head is the whole floor; the next segment keeps it.
        None => tx.execute("UPDATE head SET chained = 0", [])?,
        Some(true) => 0,
        Some(false) => {
            let words = format!("what follows event {seq_last} begins with no floor of its own");
            return Err(HistoryError::damaged("segment", words));
        }
    };
    let bytes = format!("SELECT coalesce(sum({SEGMENT_BYTES}), 0) FROM segment WHERE seq_last <= ?1");
    let bytes = tx.query_row(&bytes, [seq_last], |r| r.get(0))?;
    let rows = tx.execute("DELETE FROM segment WHERE seq_last <= ?1", [seq_last])? as u64;
    Ok(Swept { rows, bytes })
}

/// Bytes of a segment's blobs.
pub(super) const SEGMENT_BYTES: &str =
    "octet_length(board) + octet_length(core) + octet_length(detail) + coalesce(octet_length(keyframe), 0)";
