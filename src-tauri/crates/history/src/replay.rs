//! Past floors: a keyframe and the events after it, through the one fold.

use crate::{History, HistoryError, Past, Recovered, Result, history::Newest, keyframe, pack};
use mirante_floor::{Changes, Event, FOLD_VERSION, Floor, Link};
use rusqlite::{Connection, OptionalExtension, Row};
use std::ops::RangeInclusive;

/// A floor that was stored, and what to know of it.
pub(crate) struct Start {
    pub(crate) floor: Floor,
    /// Newest event in it.
    pub(crate) seq: u64,
    /// Newest arrival before or in it.
    pub(crate) seen: Option<i64>,
    pub(crate) fold_version: u32,
    /// Last event before the next keyframe.
    last: u64,
}

impl Start {
    fn read(r: &Row<'_>) -> Result<Start> {
        let blob = r.get_ref(3)?.as_blob().map_err(|e| HistoryError::damaged("keyframe", e))?;
        Ok(Start {
            floor: keyframe::restore(blob)?,
            seq: r.get(0)?,
            seen: r.get(1)?,
            fold_version: r.get(2)?,
            last: r.get(4)?,
        })
    }

    fn empty() -> Start {
        Start { floor: Floor::default(), seq: 0, seen: None, fold_version: FOLD_VERSION, last: u64::MAX }
    }

    /// The floor after the last segment.
    pub(crate) fn head(db: &Connection) -> Result<Start> {
        let sql = "SELECT seq, seen, fold_version, keyframe, ?1 FROM head";
        one(db, sql, [i64::MAX])
    }
}

fn one(db: &Connection, sql: &str, args: impl rusqlite::Params) -> Result<Start> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(args)?;
    rows.next()?.map_or_else(|| Ok(Start::empty()), Start::read)
}

impl History {
    /// Where things stood when the last writer stopped: the newest keyframe and the events after it. A writer calls this
    /// first. When another version of the fold wrote the journal, the writer closes it into a segment of that version.
    pub fn recover(&mut self) -> Result<Recovered> {
        let tx = self.db.unchecked_transaction()?;
        let newest = Newest::read(&tx)?;
        let Start { mut floor, seq, fold_version, .. } = Start::head(&tx)?;
        let mut changes = Changes::default();
        let mut epochs = std::collections::BTreeMap::new();
        each_event(&tx, seq + 1..=newest.seq, &mut |event| {
            let epoch = epochs.entry(event.stamp.source).or_insert(0);
            *epoch = event.stamp.epoch.max(*epoch);
            floor.apply(event, &mut changes);
            changes.clear();
            Ok(true)
        })?;
        drop(tx);
        for (source, site) in &floor.sites {
            let epoch = epochs.entry(*source).or_insert(0);
            *epoch = site.epoch.max(*epoch);
        }
        let refolded_from = (fold_version != FOLD_VERSION && newest.seq > 0).then_some(fold_version);
        if refolded_from.is_some() && self.writer.is_some() {
            self.close_journal(&floor, newest)?;
            self.put_head(&floor, newest)?;
        }
        let up = floor.sites.iter().filter(|(_, site)| matches!(site.link, Link::Up { .. }));
        let were_up = up.map(|(source, site)| (*source, site.seen)).collect();
        Ok(Recovered { floor, next_seq: newest.seq + 1, epochs, last_seen: newest.seen, were_up, refolded_from })
    }

    /// The floor that the screens showed at `time_ms` (Unix ms by our clock): after the last event that had arrived by then.
    pub fn floor_at(&self, time_ms: i64) -> Result<Past> {
        let tx = self.db.unchecked_transaction()?;
        let newest = Newest::read(&tx)?;
        let head = tx.query_row("SELECT seen FROM head", [], |r| r.get::<_, Option<i64>>(0)).optional()?;
        let start = match head {
            Some(seen) if seen.is_none_or(|seen| seen <= time_ms) => Start::head(&tx)?,
            _ => {
                // What arrived before a segment only grows, so the newest that began in time is the one. The first of all
                // has nothing before it: the floor was empty.
                let sql = "SELECT seq_first - 1, seen_before, fold_version, keyframe, seq_last FROM segment
                           WHERE seen_before <= ?1 ORDER BY seen_before DESC, seq_first DESC LIMIT 1";
                let found = one(&tx, sql, [time_ms])?;
                let first = "SELECT seq_first - 1, seen_before, fold_version, keyframe, seq_last FROM segment
                             WHERE seen_before IS NULL LIMIT 1";
                if found.seq > 0 { found } else { one(&tx, first, ())? }
            }
        };
        let last = start.last.min(newest.seq);
        replay(&tx, start, last, |event| event.stamp.seen <= time_ms)
    }

    /// The floor right after event `seq`; 0 is before the first.
    ///
    /// # Errors
    /// [`HistoryError::NotYet`] for a number not given yet, [`HistoryError::Lost`] for one that was never kept.
    pub fn floor_at_seq(&self, seq: u64) -> Result<Past> {
        let tx = self.db.unchecked_transaction()?;
        let newest = Newest::read(&tx)?;
        if seq > newest.seq {
            return Err(HistoryError::NotYet { wanted: seq, newest: newest.seq });
        }
        refuse_lost(&tx, seq)?;
        let head: Option<u64> = tx.query_row("SELECT seq FROM head", [], |r| r.get(0)).optional()?;
        let start = if head.is_some_and(|head| head <= seq) {
            Start::head(&tx)?
        } else {
            let sql = "SELECT seq_first - 1, seen_before, fold_version, keyframe, seq_last FROM segment
                       WHERE seq_first - 1 <= ?1 ORDER BY seq_first DESC LIMIT 1";
            one(&tx, sql, [seq])?
        };
        replay(&tx, start, seq, |_| true)
    }

    /// Events by number, in order. A stretch that was never kept is left out; `each` says false to stop.
    pub fn events(&self, range: RangeInclusive<u64>, mut each: impl FnMut(&Event) -> bool) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        each_event(&tx, range, &mut |event| Ok(each(event)))
    }

    /// Number of the newest stored event; 0 for none.
    pub fn newest_seq(&self) -> Result<u64> {
        Ok(Newest::read(&self.db)?.seq)
    }
}

fn refuse_lost(db: &Connection, seq: u64) -> Result<()> {
    let sql = "SELECT seq_first, seq_last FROM lost WHERE ?1 BETWEEN seq_first AND seq_last - 1";
    let lost: Option<(u64, u64)> = db.query_row(sql, [seq], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    lost.map_or(Ok(()), |(from, to)| Err(HistoryError::Lost { from, to }))
}

/// Applies events after `start` up to number `last`, as long as `wanted`.
fn replay(db: &Connection, start: Start, last: u64, wanted: impl Fn(&Event) -> bool) -> Result<Past> {
    let Start { mut floor, mut seq, mut seen, fold_version, last: _ } = start;
    let mut changes = Changes::default();
    each_event(db, seq + 1..=last, &mut |event| {
        if !wanted(event) {
            return Ok(false);
        }
        floor.apply(event, &mut changes);
        changes.clear();
        seq = event.stamp.seq;
        seen = seen.max(Some(event.stamp.seen));
        Ok(true)
    })?;
    Ok(Past { floor, seq, seen, fold_version })
}

/// Events by number, from segments and then from the journal.
pub(crate) fn each_event(
    db: &Connection,
    range: RangeInclusive<u64>,
    each: &mut dyn FnMut(&Event) -> Result<bool>,
) -> Result<()> {
    for table in ["segment", "journal"] {
        let sql = format!(
            "SELECT events FROM {table} WHERE seq_last >= ?1 AND seq_first <= ?2
                AND seq_first >= coalesce((SELECT max(seq_first) FROM {table} WHERE seq_first <= ?1), 0)
             ORDER BY seq_first"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query((range.start(), range.end()))?;
        while let Some(row) = rows.next()? {
            let blob = row.get_ref(0)?.as_blob().map_err(|e| HistoryError::damaged("events", e))?;
            for run in pack::unpack_all(blob) {
                for event in run?.iter().filter(|e| range.contains(&e.stamp.seq)) {
                    if !each(event)? {
                        return Ok(());
                    }
                }
            }
        }
    }
    Ok(())
}
