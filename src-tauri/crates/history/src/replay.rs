//! Past floors: a keyframe and the events after it, through the one fold.

use crate::{
    Board, History, HistoryError, Past, PastBoard, Recovered, Result, history::Newest, keyframe, pack, segment,
};
use mirante_floor::{Changes, Event, FOLD_VERSION, Floor, Link};
use rusqlite::{Connection, OptionalExtension, Row};
use std::ops::RangeInclusive;

/// Events read in one look.
pub(crate) const EVENTS: u64 = 20_000;

/// A floor that was stored, and what to know of it.
pub(crate) struct Start {
    pub(crate) floor: Floor,
    /// Newest event in it.
    pub(crate) seq: u64,
    /// Newest arrival before or in it.
    pub(crate) seen: Option<i64>,
    pub(crate) fold_version: u32,
    /// The head's own bytes.
    pub(crate) kept: Option<Kept>,
}

/// What the head holds besides.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Events since the newest keyframe in a segment; 0: the next segment keeps this one.
    pub(crate) chained: u64,
    pub(crate) keyframe: Vec<u8>,
}

impl Start {
    fn read(r: &Row<'_>) -> Result<Start> {
        let blob = r.get_ref(3)?.as_blob().map_err(|e| HistoryError::damaged("keyframe", e))?;
        Ok(Start {
            floor: keyframe::restore(blob)?,
            seq: r.get(0)?,
            seen: r.get(1)?,
            fold_version: r.get(2)?,
            kept: None,
        })
    }

    fn empty() -> Start {
        Start { floor: Floor::default(), seq: 0, seen: None, fold_version: FOLD_VERSION, kept: None }
    }

    /// The floor after the last segment.
    pub(crate) fn head(db: &Connection) -> Result<Start> {
        let mut statement = db.prepare_cached("SELECT seq, seen, fold_version, keyframe, chained FROM head")?;
        let mut rows = statement.query(())?;
        match rows.next()? {
            Some(row) => {
                let kept = Kept { chained: row.get(4)?, keyframe: row.get(3)? };
                Ok(Start { kept: Some(kept), ..Start::read(row)? })
            }
            None => {
                let floor = Floor::default();
                let kept = Kept { chained: 0, keyframe: keyframe::keyframe(&floor)? };
                Ok(Start { kept: Some(kept), ..Start::empty() })
            }
        }
    }

    /// The newest floor kept in a segment that begins at or before event `seq_first`.
    fn before(db: &Connection, seq_first: u64) -> Result<Start> {
        let sql = "SELECT seq_first - 1, seen_before, fold_version, keyframe FROM segment
                   WHERE seq_first <= ?1 AND keyframe IS NOT NULL ORDER BY seq_first DESC LIMIT 1";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([seq_first])?;
        rows.next()?.map_or_else(|| Ok(Start::empty()), Start::read)
    }
}

/// The floor before event `seq_first`, with which a segment begins that keeps none itself.
pub(crate) fn floor_before(db: &Connection, seq_first: u64) -> Result<Floor> {
    let past = replay(db, Start::before(db, seq_first)?, seq_first - 1, |_| true)?;
    if past.seq + 1 != seq_first {
        return Err(HistoryError::damaged("keyframe", "the stretches that it follows from are not all there"));
    }
    Ok(past.floor)
}

/// A segment's place.
struct Place {
    seq_first: u64,
    seq_last: u64,
    fold_version: u32,
}

/// The segment in which `time_ms` lies; `None` for the journal, or before anything.
fn segment_at(db: &Connection, time_ms: i64) -> Result<Option<Place>> {
    // What arrived before a segment only grows, so the newest that began in time is the one. The first of all has nothing
    // before it: the floor was empty.
    let sql = "SELECT seq_first, seq_last, fold_version FROM segment
               WHERE seen_before <= ?1 ORDER BY seen_before DESC, seq_first DESC LIMIT 1";
    let first = "SELECT seq_first, seq_last, fold_version FROM segment WHERE seen_before IS NULL LIMIT 1";
    let place = |r: &Row<'_>| Ok(Place { seq_first: r.get(0)?, seq_last: r.get(1)?, fold_version: r.get(2)? });
    let found = db.prepare_cached(sql)?.query_row([time_ms], place).optional()?;
    Ok(match found {
        Some(found) => Some(found),
        None => db.prepare_cached(first)?.query_row((), place).optional()?,
    })
}

/// True if everything that had arrived by `time_ms` and is in segments had arrived before the journal's first event.
fn is_in_journal(db: &Connection, time_ms: i64) -> Result<bool> {
    let sql = "SELECT seen FROM head";
    let head = db.prepare_cached(sql)?.query_row((), |r| r.get::<_, Option<i64>>(0)).optional()?;
    Ok(head.is_some_and(|seen| seen.is_none_or(|seen| seen <= time_ms)))
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
        let (_one_state, tx) = (self.look()?, &self.db);
        let newest = Newest::read(tx)?;
        let wanted = |event: &Event| event.stamp.seen <= time_ms;
        if is_in_journal(tx, time_ms)? {
            return replay(tx, Start::head(tx)?, newest.seq, wanted);
        }
        match segment_at(tx, time_ms)? {
            Some(Place { seq_first, seq_last, fold_version }) => {
                let start = Start::before(tx, seq_first)?;
                // What lies before the segment had all arrived, each source by its own clock.
                let past = replay(tx, start, seq_last, |event| event.stamp.seq < seq_first || wanted(event))?;
                Ok(Past { fold_version, ..past })
            }
            None => {
                refuse_removed(tx, 0)?;
                replay(tx, Start::empty(), newest.seq, wanted)
            }
        }
    }

    /// The board of [`History::floor_at`], at a hundredth of its cost: for scrubbing through the past.
    pub fn board_at(&self, time_ms: i64) -> Result<PastBoard> {
        let (_one_state, tx) = (self.look()?, &self.db);
        if !is_in_journal(tx, time_ms)?
            && let Some(Place { seq_first, .. }) = segment_at(tx, time_ms)?
        {
            let sql = "SELECT boards, fold_version, seen_before, board, core FROM segment WHERE seq_first = ?1";
            let mut statement = tx.prepare_cached(sql)?;
            let mut rows = statement.query([seq_first])?;
            if let Some(row) = rows.next()?.filter(|row| row.get::<_, bool>(0).unwrap_or(false)) {
                let blob = |column| row.get_ref(column)?.as_blob().map_err(|e| HistoryError::damaged("board", e));
                let (board, count, newest) = segment::board_at(blob(3)?, blob(4)?, |seen, _| seen <= time_ms)?;
                let seen = row.get::<_, Option<i64>>(2)?.max(newest);
                return Ok(PastBoard { board, seq: seq_first - 1 + count, seen, fold_version: row.get(1)? });
            }
        }
        let Past { floor, seq, seen, fold_version } = self.floor_at(time_ms)?;
        Ok(PastBoard { board: Board::of(&floor), seq, seen, fold_version })
    }

    /// The floor right after event `seq`; 0 is before the first.
    ///
    /// # Errors
    /// [`HistoryError::NotYet`] for a number not given yet, [`HistoryError::Lost`] for one that was never kept.
    pub fn floor_at_seq(&self, seq: u64) -> Result<Past> {
        let (_one_state, tx) = (self.look()?, &self.db);
        let newest = Newest::read(tx)?;
        if seq > newest.seq {
            return Err(HistoryError::NotYet { wanted: seq, newest: newest.seq });
        }
        refuse_lost(tx, seq)?;
        refuse_removed(tx, seq)?;
        let head: Option<u64> = tx.query_row("SELECT seq FROM head", [], |r| r.get(0)).optional()?;
        let start = if head.is_some_and(|head| head <= seq) { Start::head(tx)? } else { Start::before(tx, seq + 1)? };
        replay(tx, start, seq, |_| true)
    }

    /// Events by number, in order. A stretch that was never kept is left out; `each` says false to stop. Read in short looks.
    pub fn events(&self, range: RangeInclusive<u64>, mut each: impl FnMut(&Event) -> bool) -> Result<()> {
        let (mut from, last) = (*range.start(), (*range.end()).min(self.newest_seq()?));
        while from <= last {
            let to = from.saturating_add(EVENTS - 1).min(last);
            let mut look = Vec::new();
            let look_begun = self.look()?;
            each_event(&self.db, from..=to, &mut |event| {
                look.push(event.clone());
                Ok(true)
            })?;
            drop(look_begun);
            if !look.iter().all(&mut each) {
                return Ok(());
            }
            from = to.saturating_add(1);
        }
        Ok(())
    }

    /// Number of the newest stored event; 0 for none.
    pub fn newest_seq(&self) -> Result<u64> {
        Ok(Newest::read(&self.db)?.seq)
    }
}

/// The floor right after event `seq` follows from nothing that is kept, if that begins later.
fn refuse_removed(db: &Connection, seq: u64) -> Result<()> {
    let sql = "SELECT coalesce((SELECT min(seq_first) FROM segment), (SELECT seq FROM head) + 1, 1)";
    let first: u64 = db.query_row(sql, [], |r| r.get(0))?;
    if seq + 1 < first { Err(HistoryError::NoLonger { first }) } else { Ok(()) }
}

fn refuse_lost(db: &Connection, seq: u64) -> Result<()> {
    let sql = "SELECT seq_first, seq_last FROM lost WHERE ?1 BETWEEN seq_first AND seq_last - 1";
    let lost: Option<(u64, u64)> = db.query_row(sql, [seq], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    lost.map_or(Ok(()), |(from, to)| Err(HistoryError::Lost { from, to }))
}

/// Applies events after `start` up to number `last`, as long as `wanted`.
fn replay(db: &Connection, start: Start, last: u64, wanted: impl Fn(&Event) -> bool) -> Result<Past> {
    let Start { mut floor, mut seq, mut seen, fold_version, kept: _ } = start;
    let mut changes = Changes::default();
    each_event(db, seq + 1..=last, &mut |event| {
        if !wanted(event) {
            return Ok(false);
        }
        if event.stamp.seq != seq + 1 {
            let words = format!("events {} to {} are not there", seq + 1, event.stamp.seq - 1);
            return Err(HistoryError::damaged("events", words));
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
    // The segment or row in which the range begins, and those after it.
    let sql = |columns: &str, table: &str| {
        format!(
            "SELECT {columns} FROM {table} WHERE seq_last >= ?1 AND seq_first <= ?2
                AND seq_first >= coalesce((SELECT max(seq_first) FROM {table} WHERE seq_first <= ?1), 0)
             ORDER BY seq_first"
        )
    };
    let go_on = std::cell::Cell::new(true);
    let mut wanted = |event: &Event| {
        let seq = event.stamp.seq;
        go_on.set(seq <= *range.end() && (seq < *range.start() || each(event)?) && seq < *range.end());
        Ok(go_on.get())
    };
    let mut segments = db.prepare_cached(&sql("seq_first, board, core, detail", "segment"))?;
    let mut rows = segments.query((range.start(), range.end()))?;
    while let Some(row) = rows.next()? {
        let blob = |column| row.get_ref(column)?.as_blob().map_err(|e| HistoryError::damaged("events", e));
        segment::events(blob(1)?, blob(2)?, blob(3)?, row.get(0)?, &mut wanted)?;
        if !go_on.get() {
            return Ok(());
        }
    }
    let mut journal = db.prepare_cached(&sql("events", "journal"))?;
    let mut rows = journal.query((range.start(), range.end()))?;
    while let Some(row) = rows.next()? {
        let blob = row.get_ref(0)?.as_blob().map_err(|e| HistoryError::damaged("events", e))?;
        for run in pack::unpack_all(blob) {
            for event in &run? {
                if !wanted(event)? {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}
