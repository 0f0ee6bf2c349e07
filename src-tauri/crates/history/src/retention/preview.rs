//! What would go.

use super::step::SEGMENT_BYTES;
use super::{AGED, Limits, MERGED, Rule, day_before, imported, people};
use crate::{History, Result, schema};
use mirante_floor::PartyId;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

/// What a rule takes from a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Going {
    /// The rule.
    pub rule: Rule,
    /// The table.
    pub table: &'static str,
    /// What is of before this goes, Unix ms; absent: everything is kept.
    pub before_ms: Option<i64>,
    /// Rows that go.
    pub rows: u64,
    /// About how many bytes of the file they take, with their share of the indexes.
    pub bytes: u64,
    /// The oldest of those that go, Unix ms; absent when none go.
    pub oldest_ms: Option<i64>,
    /// The oldest of those that stay, Unix ms; absent when none stay.
    pub oldest_kept_ms: Option<i64>,
}

/// Rows that go, the oldest of them, and the oldest of those that stay.
#[derive(Default)]
struct Counted {
    rows: u64,
    oldest_ms: Option<i64>,
    oldest_kept_ms: Option<i64>,
}

/// Rows counted in one look, so that no look lasts long.
const SLICE: u64 = 500_000;
/// Rows looked at for how many bytes each takes.
const SAMPLE: u32 = 1_000;

impl History {
    /// What `limits` would take away now, a line a table; `in_use` are those who are on the floor, whose names stay. Reads in short
    /// looks, beside the one that writes.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn going(&self, limits: &Limits, in_use: &[PartyId]) -> Result<Vec<Going>> {
        let in_use = format!("[{}]", in_use.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(","));
        let mut all = Vec::new();
        for rule in Rule::ALL {
            let before_ms = limits.get(&rule).copied();
            let going = |table, counted: Counted, bytes| {
                let Counted { rows, oldest_ms, oldest_kept_ms } = counted;
                Going { rule, table, before_ms, rows, bytes, oldest_ms, oldest_kept_ms }
            };
            // A rule that keeps everything takes nothing of before all time.
            let before = before_ms.unwrap_or(i64::MIN);
            if let Some(staff) = people(rule) {
                let (counted, bytes) = self.people_before(staff, before, &in_use)?;
                all.push(going("party", counted, bytes));
            }
            for aged in AGED.iter().filter(|aged| aged.rule == rule) {
                let counted = self.rows_before(aged.table, aged.time, before)?;
                let rows = counted.rows;
                let each = if rows > 0 { row_bytes(self, aged.table, aged.time, before)? } else { 0 };
                all.push(going(aged.table, counted, rows * each));
            }
            if rule == Rule::WorkingTime {
                for table in MERGED.iter().map(|merged| merged.table) {
                    let counted = self.sums_before(table, before)?;
                    let rows = counted.rows;
                    let each = if rows > 0 { row_bytes(self, table, "quarter_ms", before)? } else { 0 };
                    all.push(going(table, counted, rows * each));
                }
            }
            if rule == Rule::Rewind {
                let (counted, bytes) = self.segments_before(before)?;
                all.push(going("segment", counted, bytes));
                let imported::Old { rows, oldest_ms, bytes, oldest_kept_ms } = imported::before(&self.db, before)?;
                all.push(going("imported", Counted { rows, oldest_ms, oldest_kept_ms }, bytes));
            }
        }
        Ok(all)
    }

    /// `in_use` is a list of JSON.
    fn people_before(&self, staff: bool, before: i64, in_use: &str) -> Result<(Counted, u64)> {
        let (before, of) = (day_before(before), "FROM party WHERE staff = ?1 AND sealed IS NOT NULL");
        let old = "AND used_ms < ?2 AND id NOT IN (SELECT value FROM json_each(?3))";
        let sql = format!("SELECT count(*), min(used_ms) {of} {old}");
        let (rows, oldest_ms) =
            self.db.query_row(&sql, (staff, before, in_use), |r| Ok((r.get::<_, u64>(0)?, r.get(1)?)))?;
        let sql =
            format!("SELECT min(used_ms) {of} AND NOT (used_ms < ?2 AND id NOT IN (SELECT value FROM json_each(?3)))");
        let oldest_kept_ms = self.db.query_row(&sql, (staff, before, in_use), |r| r.get(0))?;
        let sql = format!(
            "SELECT coalesce(avg(bytes), 0) FROM (
                 SELECT octet_length(sealed) + octet_length(lookup) AS bytes
                 {of} {old} LIMIT ?4)"
        );
        let each: f64 = self.db.query_row(&sql, (staff, before, in_use, SAMPLE), |r| r.get(0))?;
        Ok((Counted { rows, oldest_ms, oldest_kept_ms }, (rows as f64 * each) as u64))
    }

    fn rows_before(&self, table: &str, time: &str, before: i64) -> Result<Counted> {
        // Through the index alone. A slice ends with all rows of its last instant.
        let end =
            format!("SELECT {time} FROM {table} WHERE {time} >= ?1 AND {time} < ?2 ORDER BY {time} LIMIT 1 OFFSET ?3");
        let count = format!("SELECT count(*) FROM {table} WHERE {time} >= ?1 AND {time} < ?2");
        let (mut from, mut rows) = (i64::MIN, 0);
        loop {
            let end: Option<i64> =
                self.db.prepare_cached(&end)?.query_row((from, before, SLICE), |r| r.get(0)).optional()?;
            let to = end.map_or(before, |end| end.saturating_add(1));
            rows += self.db.prepare_cached(&count)?.query_row((from, to), |r| r.get::<_, u64>(0))?;
            if end.is_none() {
                break;
            }
            from = to;
        }
        let oldest = |is: &str| {
            self.db.query_row(&format!("SELECT min({time}) FROM {table} WHERE {time} {is} ?1"), [before], |r| r.get(0))
        };
        Ok(Counted { rows, oldest_ms: oldest("<")?, oldest_kept_ms: oldest(">=")? })
    }

    /// Sums that are still of somebody.
    fn sums_before(&self, table: &str, before: i64) -> Result<Counted> {
        let next = format!(
            "SELECT source, agent FROM {table} WHERE (source, agent) > (?1, ?2) ORDER BY source, agent LIMIT 1"
        );
        let count = format!(
            "SELECT count(*) FILTER (WHERE quarter_ms < ?3), min(quarter_ms) FILTER (WHERE quarter_ms < ?3),
                 min(quarter_ms) FILTER (WHERE quarter_ms >= ?3)
             FROM {table} WHERE source = ?1 AND agent = ?2"
        );
        let (mut next, mut count) = (self.db.prepare_cached(&next)?, self.db.prepare_cached(&count)?);
        let mut all = Counted::default();
        let mut at: (u16, String) = (0, String::new());
        while let Some(agent) = next.query_row((at.0, &at.1), |r| Ok((r.get(0)?, r.get(1)?))).optional()? {
            at = agent;
            if at.1.is_empty() {
                continue;
            }
            let of = count.query_row((at.0, &at.1, before), |r| {
                Ok(Counted { rows: r.get(0)?, oldest_ms: r.get(1)?, oldest_kept_ms: r.get(2)? })
            })?;
            let oldest = |a: Option<i64>, b| [a, b].into_iter().flatten().min();
            all = Counted {
                rows: all.rows + of.rows,
                oldest_ms: oldest(all.oldest_ms, of.oldest_ms),
                oldest_kept_ms: oldest(all.oldest_kept_ms, of.oldest_kept_ms),
            };
        }
        Ok(all)
    }

    fn segments_before(&self, before: i64) -> Result<(Counted, u64)> {
        // Up to the first that stays: those after it are newer.
        let sql = format!("SELECT seen_top, seen_first, {SEGMENT_BYTES} FROM segment ORDER BY seq_first");
        let mut statement = self.db.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let (mut gone, mut bytes) = (Counted::default(), 0);
        while let Some(row) = rows.next()? {
            let (top, first): (i64, i64) = (row.get(0)?, row.get(1)?);
            if top >= before {
                gone.oldest_kept_ms = Some(first);
                return Ok((gone, bytes));
            }
            gone.rows += 1;
            gone.oldest_ms.get_or_insert(first);
            bytes += row.get::<_, u64>(2)?;
        }
        drop(rows);
        gone.oldest_kept_ms = self.db.query_row("SELECT min(seen_first) FROM journal", [], |r| r.get(0))?;
        Ok((gone, bytes))
    }
}

/// Bytes that a row takes in the file, with its share of the indexes: some of those of before `before` are written into a file of their
/// own, in memory.
pub(super) fn row_bytes(history: &History, table: &str, time: &str, before: i64) -> Result<u64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let memory = Connection::open_with_flags(":memory:", flags)?;
    schema::lay_out(&memory)?;
    schema::attach(&memory, &history.file())?;
    let copied = memory.execute(
        &format!("INSERT INTO main.{table} SELECT * FROM old.{table} WHERE {time} < ?1 LIMIT ?2"),
        (before, SAMPLE),
    )?;
    let sql = "SELECT coalesce(sum(pgsize - unused), 0) FROM dbstat('main')
               WHERE name IN (SELECT name FROM main.sqlite_schema WHERE tbl_name = ?1)";
    let bytes: u64 = memory.query_row(sql, [table], |r| r.get(0))?;
    Ok(bytes / copied.max(1) as u64)
}
