//! A platform's own counters, kept beside what Mirante counts, so that the two can be held against each other later.

use crate::{History, Result, rows};
use mirante_floor::{Moment, Name, PbxCounters, PbxLevels, SourceId, VisitId};
use rusqlite::{OptionalExtension, Row};
use std::collections::BTreeMap;

/// The counters of one queue at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct CounterRow {
    /// Whose platform.
    pub source: SourceId,
    /// The queue, as the platform calls it.
    pub queue: Name,
    /// When the stretch began in which they were followed without a break, Unix ms by our clock.
    pub stretch_ms: i64,
    /// 0 is the stretch's first row; then one an hour at most, each the last of its hour.
    pub slot: u32,
    /// The counters had begun again since the stretch before, or all of the platform's had. False where nothing was known before.
    pub anew: bool,
    /// When they were told, Unix ms by our clock.
    pub seen_ms: i64,
    /// The same by the platform's clock, if what it tells carries times.
    pub at_ms: Option<i64>,
    /// The counters; who waits just then is not kept.
    pub counters: PbxCounters,
    /// The platform's service levels.
    pub levels: Option<PbxLevels>,
}

/// The end of a conversation that was under way when a session began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderWay {
    /// Whose platform.
    pub source: SourceId,
    /// The queue.
    pub queue: Name,
    /// When it ended.
    pub ended: Moment,
    /// How long it lasted, ms, by the platform.
    pub talk_ms: Option<i64>,
}

/// When a platform's counters were last asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountersAsked {
    /// Unix ms by our clock.
    pub seen_ms: i64,
    /// Unix ms by the platform's.
    pub at_ms: Option<i64>,
}

const COLUMNS: &str = "source, queue, stretch_ms, slot, anew, seen_ms, at_ms, completed, abandoned, hold_s, talk_s, level_s, \
     of_completed, of_all";

impl History {
    /// Keeps counters as they were told, in one transaction; a row of the same stretch and slot takes the place of the one before.
    ///
    /// # Errors
    /// When the disk refuses: nothing was kept then.
    pub fn keep_counters(&mut self, source: SourceId, asked: CountersAsked, rows: &[CounterRow]) -> Result<()> {
        let (db, _) = self.writer()?;
        let tx = db.transaction()?;
        {
            let sql = format!(
                "INSERT INTO pbx_counter ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                 ON CONFLICT (source, queue, stretch_ms, slot) DO UPDATE SET
                 seen_ms = excluded.seen_ms, at_ms = excluded.at_ms, completed = excluded.completed,
                 abandoned = excluded.abandoned, hold_s = excluded.hold_s, talk_s = excluded.talk_s,
                 level_s = excluded.level_s, of_completed = excluded.of_completed, of_all = excluded.of_all"
            );
            let mut insert = tx.prepare_cached(&sql)?;
            for row in rows {
                let CounterRow { source, queue, stretch_ms, slot, anew, seen_ms, at_ms, counters: c, levels } = row;
                insert.execute(rusqlite::params![
                    source.0,
                    &**queue,
                    stretch_ms,
                    slot,
                    anew,
                    seen_ms,
                    at_ms,
                    c.completed,
                    c.abandoned,
                    c.hold_s,
                    c.talk_s,
                    c.level_s,
                    levels.map(|levels| levels.of_completed),
                    levels.and_then(|levels| levels.of_all),
                ])?;
            }
            let sql = "INSERT OR REPLACE INTO pbx_asked (source, seen_ms, at_ms) VALUES (?1, ?2, ?3)";
            tx.prepare_cached(sql)?.execute((source.0, asked.seen_ms, asked.at_ms))?;
        }
        Ok(tx.commit()?)
    }

    /// Keeps when agents' devices were told to be free in conversations that went on, in one transaction.
    ///
    /// # Errors
    /// When the disk refuses: nothing was kept then.
    pub fn keep_freed(&mut self, rows: &[(VisitId, Moment)]) -> Result<()> {
        let (db, _) = self.writer()?;
        let tx = db.transaction()?;
        for (visit, freed) in rows {
            let sql = "INSERT OR IGNORE INTO pbx_freed (visit, freed_ms, freed_at) VALUES (?1, ?2, ?3)";
            tx.prepare_cached(sql)?.execute((visit.0, freed.seen, freed.at))?;
        }
        Ok(tx.commit()?)
    }

    /// When agents' devices were told to be free in conversations that went on, from `from` (Unix ms by our clock) on.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn freed(&self, from: i64) -> Result<BTreeMap<VisitId, Moment>> {
        let mut statement =
            self.db.prepare_cached("SELECT visit, freed_ms, freed_at FROM pbx_freed WHERE freed_ms >= ?1")?;
        let rows = statement
            .query_map([from], |row| Ok((VisitId(row.get(0)?), Moment { seen: row.get(1)?, at: row.get(2)? })))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps ends of conversations that no visit tells of, in one transaction.
    ///
    /// # Errors
    /// When the disk refuses: nothing was kept then.
    pub fn keep_under_way(&mut self, rows: &[UnderWay]) -> Result<()> {
        let (db, _) = self.writer()?;
        let tx = db.transaction()?;
        for UnderWay { source, queue, ended, talk_ms } in rows {
            let sql =
                "INSERT INTO pbx_under_way (source, queue, ended_ms, ended_at, talk_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
            tx.prepare_cached(sql)?.execute((source.0, &**queue, ended.seen, ended.at, talk_ms))?;
        }
        Ok(tx.commit()?)
    }

    /// Ends of conversations that no visit tells of, from `from` (Unix ms by our clock) on, in order.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn under_way(&self, source: SourceId, queue: &Name, from: i64) -> Result<Vec<UnderWay>> {
        let sql = "SELECT ended_ms, ended_at, talk_ms FROM pbx_under_way
                   WHERE source = ?1 AND queue = ?2 AND ended_ms >= ?3 ORDER BY ended_ms, id";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map((source.0, &**queue, from), |row| {
            let ended = Moment { seen: row.get(0)?, at: row.get(1)? };
            Ok(UnderWay { source, queue: queue.clone(), ended, talk_ms: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Counters kept of a source's queues at `from` (Unix ms by our clock) or later, by queue, each queue's oldest first; of each
    /// queue also the last before.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn counters(&self, source: SourceId, from: i64) -> Result<Vec<CounterRow>> {
        let mut statement = self.db.prepare_cached(&counters_sql())?;
        let mut found = statement.query((source.0, from))?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.push(counter(row)?);
        }
        Ok(all)
    }

    /// When a source's counters were last asked for.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn counters_asked(&self, source: SourceId) -> Result<Option<CountersAsked>> {
        let mut statement = self.db.prepare_cached("SELECT seen_ms, at_ms FROM pbx_asked WHERE source = ?1")?;
        let asked = statement
            .query_row([source.0], |row| Ok(CountersAsked { seen_ms: row.get(0)?, at_ms: row.get(1)? }))
            .optional()?;
        Ok(asked)
    }

    /// Visits of one queue that ended from `from` up to, not including, `to` (Unix ms by our clock), in order of their end.
    /// Those that lasted longer than a day are passed over.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn visits_ended(
        &self,
        source: SourceId,
        queue: &Name,
        from: i64,
        to: i64,
    ) -> Result<Vec<mirante_floor::ClosedVisit>> {
        let sql = format!(
            "SELECT {} FROM visit WHERE source = ?1 AND queue = ?2 AND entered_ms >= ?3 AND entered_ms < ?5
             AND ended_ms >= ?4 AND ended_ms < ?5 ORDER BY ended_ms, id",
            rows::VISIT
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut found =
            statement.query(rusqlite::params![source.0, &**queue, from.saturating_sub(DAY_MS), from, to])?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.push(rows::visit(row)?);
        }
        Ok(all)
    }
}

/// Rows of a source (1) from a moment (2) on, and of each queue the last before it: from one queue to the next by the index, and in each
/// back from its end, however many rows are older. The `+` has the first part go by time.
fn counters_sql() -> String {
    format!(
        "WITH RECURSIVE queues (name) AS (
             SELECT min(queue) FROM pbx_counter WHERE source = ?1
             UNION ALL
             SELECT (SELECT min(queue) FROM pbx_counter WHERE source = ?1 AND queue > name) FROM queues WHERE name IS NOT NULL)
         SELECT {COLUMNS} FROM pbx_counter WHERE +source = ?1 AND seen_ms >= ?2
         UNION ALL
         SELECT {COLUMNS} FROM queues CROSS JOIN pbx_counter ON id = (
             SELECT id FROM pbx_counter WHERE source = ?1 AND queue = name AND seen_ms < ?2
             ORDER BY stretch_ms DESC, slot DESC LIMIT 1)
         WHERE name IS NOT NULL
         ORDER BY queue, stretch_ms, slot"
    )
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn counter(r: &Row<'_>) -> Result<CounterRow> {
    let of_completed: Option<u16> = r.get(12)?;
    let of_all = r.get(13)?;
    let counters = PbxCounters {
        calls: 0,
        completed: r.get(7)?,
        abandoned: r.get(8)?,
        hold_s: r.get(9)?,
        talk_s: r.get(10)?,
        level_s: r.get(11)?,
    };
    Ok(CounterRow {
        source: SourceId(r.get(0)?),
        queue: rows::name(r, 1)?,
        stretch_ms: r.get(2)?,
        slot: r.get(3)?,
        anew: r.get(4)?,
        seen_ms: r.get(5)?,
        at_ms: r.get(6)?,
        counters,
        levels: of_completed.map(|of_completed| PbxLevels { of_completed, of_all }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OpenOptions;
    use rusqlite::StatementStatus;

    const SOURCE: SourceId = SourceId(1);

    /// A folder with so many hours of counters of three queues: a session every so many.
    fn folder(hours: u32, session: u32) -> (tempfile::TempDir, History) {
        let dir = tempfile::tempdir().expect("a folder");
        let mut history = History::open(dir.path(), &OpenOptions::writer()).expect("open");
        let row = |queue: &str, hour: u32| CounterRow {
            source: SOURCE,
            queue: queue.into(),
            stretch_ms: i64::from(hour / session * session) * 3_600_000,
            slot: hour % session,
            anew: false,
            seen_ms: i64::from(hour) * 3_600_000,
            at_ms: None,
            counters: PbxCounters { calls: 0, completed: hour, abandoned: 0, hold_s: 0, talk_s: 0, level_s: 20 },
            levels: None,
        };
        let rows: Vec<CounterRow> =
            ["a", "b", "c"].iter().flat_map(|queue| (0..hours).map(move |hour| row(queue, hour))).collect();
        let asked = CountersAsked { seen_ms: i64::from(hours) * 3_600_000, at_ms: None };
        history.keep_counters(SOURCE, asked, &rows).expect("kept");
        (dir, history)
    }

    /// Steps of the database's machine that a statement takes.
    fn steps(history: &History, sql: &str, parameters: impl rusqlite::Params) -> i32 {
        let mut statement = history.db.prepare(sql).expect("a statement");
        let mut rows = statement.query(parameters).expect("asked");
        while rows.next().expect("a row").is_some() {}
        drop(rows);
        statement.get_status(StatementStatus::VmStep)
    }

    #[test]
    fn the_last_before_a_moment_and_all_after_it_are_found() {
        let (_dir, history) = folder(200, 50);
        let hours = |from: i64| -> Vec<(String, u32)> {
            let rows = history.counters(SOURCE, from).expect("rows");
            rows.iter().map(|row| (row.queue.to_string(), row.counters.completed)).collect()
        };
        let expected: Vec<(String, u32)> =
            ["a", "b", "c"].iter().flat_map(|queue| (119..200).map(move |hour| ((*queue).to_owned(), hour))).collect();
        assert_eq!(hours(120 * 3_600_000), expected);
        let newest = ["a", "b", "c"].map(|queue| (queue.to_owned(), 199));
        assert_eq!(hours(i64::MAX), newest);
        assert_eq!(history.counters(SourceId(2), 0).expect("rows"), []);
    }

    #[test]
    fn the_newest_cost_the_same_after_a_year_and_a_stretch_costs_what_it_has() {
        let count = |hours: u32, from: i64| {
            let (_dir, history) = folder(hours, hours);
            steps(&history, &counters_sql(), (1, from))
        };
        let (few, many) = (count(500, i64::MAX), count(4_000, i64::MAX));
        assert!(many < few * 2, "the newest: {few}, {many}");
        let (few, many) = (count(500, 0), count(4_000, 0));
        assert!(many < few * 10, "all: {few}, {many}");
        let (few, many) = (count(500, 400 * 3_600_000), count(4_000, 3_900 * 3_600_000));
        assert!(many < few * 2, "the last hundred hours: {few}, {many}");
    }
}
