//! What a platform's own record told of the past, imported: beside the live journal and its segments, never among them.
//!
//! An imported past may lie before what is kept, beside it, or in its gaps, so its events can have no place in the one order of
//! the journal. Each imported source is a fold of its own: its events are numbered in a range of their own, and are kept in
//! stretches with the source's floor at the start of each. Visits and spans go where all others go; a moment of the live past
//! ([`History::floor_at`]) does not know of them.

use crate::party::{Pending, Uses};
use crate::{History, HistoryError, Result, bulk, commit, indexes, keyframe, pack};
use mirante_floor::{Event, FOLD_VERSION, Fact, Floor, Name, SourceId};
use rusqlite::{Connection, OptionalExtension, Transaction};
use std::time::{Duration, Instant};

/// What the kinds of imported sources begin with, as `import/queue_log`.
pub const IMPORTED: &str = "import/";

/// Kind of a source that tells hours of a followed one: what it tells counts as heard by that.
const HOURS: &str = "hours";

/// Batches within so long are kept in one transaction, so that what many of them change is written once…
const TOGETHER: Duration = Duration::from_millis(800);
/// …and within up to so long as an import goes on: a kill costs a quarter of what was done, and no more than this.
const MOST_TOGETHER: Duration = Duration::from_secs(5);
/// An import of fewer bytes leaves no indexes out.
const LARGE: u64 = 4 << 20;

/// Bits of the number of an event within its imported source.
const WITHIN: u32 = 40;

/// Where the fold of an imported source stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportHead {
    /// The source.
    pub source: SourceId,
    /// Which of its folds: they begin anew where older lines came after newer ones.
    pub chain: u32,
    /// Newest stored event.
    pub seq: u64,
    /// The floor after it; nothing but this source's site.
    pub floor: Floor,
}

/// A file that was imported, to know it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// Hash of how it begins.
    pub head: Vec<u8>,
    /// Bytes of it that were read, unpacked.
    pub done: u64,
    /// Lines in them.
    pub lines: u64,
    /// Time of the earliest and of the latest line, Unix ms; absent if none told any.
    pub span: Option<(i64, i64)>,
    /// Whatever tells the lines around either time again.
    pub edges: Vec<u8>,
}

/// Events of an imported source on their way to the disk, packed: on any thread.
#[derive(Debug)]
pub struct ImportStretch {
    seq_first: u64,
    seq_last: u64,
    seen_first: i64,
    seen_top: i64,
    count: u64,
    events: Vec<u8>,
    uses: Uses,
}

impl ImportStretch {
    /// How many events there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Packs events whose numbers have no holes; `None` if there are none. `facts` are what they came to.
    ///
    /// # Errors
    /// None in practice: only if memory cannot be had.
    pub fn pack(events: &[Event], facts: &[Fact]) -> Result<Option<ImportStretch>> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(None) };
        let mut packed = Vec::new();
        pack::pack_all(events, &mut packed)?;
        Ok(Some(ImportStretch {
            seq_first: first.stamp.seq,
            seq_last: last.stamp.seq,
            seen_first: first.stamp.seen,
            seen_top: last.stamp.seen,
            count: events.len() as u64,
            events: packed,
            uses: Uses::of(events, facts),
        }))
    }
}

/// What [`History::import`] keeps, all or nothing.
#[derive(Debug, Clone, Copy)]
pub struct ImportBatch<'a> {
    /// The source.
    pub source: SourceId,
    /// Which of its folds.
    pub chain: u32,
    /// Its floor before the events, as [`crate::keyframe`] makes it.
    pub before: &'a [u8],
    /// The events; the first follows the newest stored one. Absent where lines told nothing.
    pub stretch: Option<&'a ImportStretch>,
    /// Facts of them, in order.
    pub facts: &'a [Fact],
    /// Its floor after the events.
    pub after: &'a [u8],
    /// How far the file was read that they are from.
    pub file: &'a ImportFile,
}

impl History {
    /// The imported source `name`, which a platform that is followed must not have.
    ///
    /// # Errors
    /// [`HistoryError::NameTaken`] if it has; as [`History::register`].
    pub fn register_import(&mut self, name: &str, kind: &str) -> Result<SourceId> {
        let kind = format!("{IMPORTED}{kind}");
        let sql = "SELECT kind FROM source WHERE name = ?1";
        let known: Option<String> = self.db.query_row(sql, [name], |r| r.get(0)).optional()?;
        match known {
            Some(other) if other != kind => Err(HistoryError::NameTaken { name: name.into(), kind: other }),
            _ => self.register(name, &kind),
        }
    }

    /// The source that tells the hours of `day` of a source that is followed which were not heard.
    ///
    /// # Errors
    /// As [`History::register`].
    pub fn register_hours(&mut self, of: SourceId, day: &str) -> Result<SourceId> {
        let followed: String = self.db.query_row("SELECT name FROM source WHERE id = ?1", [of.0], |r| r.get(0))?;
        // No name in a configuration has a stroke.
        let id = self.register(&format!("{followed}/{day}"), HOURS)?;
        self.db.execute("UPDATE source SET completes = ?2 WHERE id = ?1", (id.0, of.0))?;
        Ok(id)
    }

    /// Makes ready for the rows of so many bytes of a record: a larger cache, fewer and larger merges of the log into the file, and, where
    /// more comes than there is, fewer indexes until [`History::end_import`].
    ///
    /// # Errors
    /// When the database refuses.
    pub fn expect_import(&mut self, bytes: u64) -> Result<()> {
        let (db, writer) = self.writer()?;
        writer.importing = Some(Instant::now());
        db.pragma_update(None, "cache_size", -(64 << 10))?;
        db.pragma_update(None, "wal_autocheckpoint", 65536)?;
        // What a statement of many rows would take back, nobody asks for: it stays in memory.
        db.pragma_update(None, "temp_store", "MEMORY")?;
        let stored = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        if bytes >= LARGE && bytes >= db.query_row(stored, [], |row| row.get::<_, u64>(0))? / 4 {
            indexes::leave_out(db)?;
        }
        self.parties.expect_many()
    }

    /// Makes the indexes that were left out.
    ///
    /// # Errors
    /// When the database refuses, or there is no room. The next one that opens the folder for writing tries again.
    pub fn end_import(&mut self) -> Result<()> {
        let (db, writer) = self.writer()?;
        writer.importing = None;
        // Rows are sorted in runs as large as the cache, which lie in a file of the system's: those that fit a processor's own memory take
        // three quarters of the time of those that do not.
        db.pragma_update(None, "temp_store", "FILE")?;
        db.pragma_update(None, "cache_size", -(2 << 10))?;
        db.pragma_update(None, "threads", 1)?;
        indexes::complete(db)
    }

    /// Where the fold of an imported source stands.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`], or when history cannot be read.
    pub fn import_head(&self, source: SourceId) -> Result<ImportHead> {
        head(&self.db, source)
    }

    /// Files that were imported into a source.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn import_files(&self, source: SourceId) -> Result<Vec<ImportFile>> {
        let sql = "SELECT head, done, lines, from_ms, to_ms, edges FROM imported_file WHERE source = ?1";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([source.0], |r| {
            let (from, to): (Option<i64>, Option<i64>) = (r.get(3)?, r.get(4)?);
            Ok(ImportFile { head: r.get(0)?, done: r.get(1)?, lines: r.get(2)?, span: from.zip(to), edges: r.get(5)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps what lines of a file told, with how far it was read: all or nothing, and on the disk when this returns.
    ///
    /// # Errors
    /// [`HistoryError::OutOfStep`] unless the events follow the newest stored one; [`HistoryError::TakenBack`] while the source's rows
    /// are being taken back; [`HistoryError::DiskFull`].
    pub fn import(&mut self, batch: &ImportBatch<'_>) -> Result<()> {
        self.import_all(std::iter::once(*batch), |batch| *batch)
    }

    /// The same of several, together; no more are asked for after a while.
    ///
    /// # Errors
    /// As [`History::import`].
    pub fn import_all<B>(
        &mut self,
        batches: impl IntoIterator<Item = B>,
        as_import: impl Fn(&B) -> ImportBatch<'_>,
    ) -> Result<()> {
        let parties = self.parties.clone();
        let (db, writer) = self.writer()?;
        writer.reserve.restore()?;
        let together =
            writer.importing.map_or(Duration::ZERO, |since| (since.elapsed() / 4).clamp(TOGETHER, MOST_TOGETHER));
        let (began, mut batches) = (Instant::now(), batches.into_iter());
        let mut settled = 0;
        commit::write(db, &[], None, |tx| {
            let (mut uses, mut newcomers) = (Uses::default(), None);
            // What is asked for is kept, however long the file was waited for.
            let mut next = batches.next();
            while let Some(batch) = next {
                let batch = as_import(&batch);
                let people = parties.pending(settled);
                settled += people.len();
                let day = batch.stretch.map_or(0, |stretch| stretch.seen_top);
                newcomers = newcomers.or_else(|| Some((people.first()?.id, day)));
                Pending::write(&people, day, tx)?;
                keep(tx, &batch, &mut uses)?;
                next = if began.elapsed() < together { batches.next() } else { None };
            }
            uses.write_but(newcomers, tx)
        })?;
        parties.settled(settled);
        Ok(())
    }

    /// True if anything was ever imported.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn has_imports(&self) -> Result<bool> {
        Ok(self.db.query_row("SELECT EXISTS (SELECT 1 FROM imported_head)", [], |r| r.get(0))?)
    }

    /// When a source that is followed was first heard, Unix ms; absent if none ever was.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn followed_since(&self) -> Result<Option<i64>> {
        let sql = "SELECT min((SELECT min(minute_ms) FROM minute WHERE source = source.id)) FROM source
                   WHERE substr(kind, 1, 7) <> ?1";
        Ok(self.db.query_row(sql, [IMPORTED], |r| r.get(0))?)
    }

    /// True if a source that is followed was heard throughout the minute that begins at `minute_ms`, Unix ms.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn was_followed(&self, minute_ms: i64) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM source CROSS JOIN minute ON minute.source = source.id
                   WHERE minute_ms = ?1 AND covered_ms >= 60000 AND substr(kind, 1, 7) <> ?2)";
        Ok(self.db.prepare_cached(sql)?.query_row((minute_ms, IMPORTED), |r| r.get(0))?)
    }

    /// True if a source that is followed keeps a visit of `call` in `queue` that entered within `near` ms of `entered_ms`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn follows_visit(&self, call: &Name, queue: &Name, entered_ms: i64, near: i64) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM source CROSS JOIN visit ON visit.source = source.id
                   WHERE visit.call = ?1 AND queue = ?2 AND abs(coalesce(entered_at, entered_ms) - ?3) <= ?4
                       AND substr(kind, 1, 7) <> ?5)";
        Ok(self.db.prepare_cached(sql)?.query_row((&**call, &**queue, entered_ms, near, IMPORTED), |r| r.get(0))?)
    }
}

/// Writes a batch. Whom it names is added to `uses`.
fn keep(tx: &Transaction<'_>, batch: &ImportBatch<'_>, uses: &mut Uses) -> Result<()> {
    let ImportBatch { source, chain, before, stretch, facts, after, file } = batch;
    let sql = "SELECT seq FROM imported_head WHERE source = ?1";
    let stored = tx.prepare_cached(sql)?.query_row([source.0], |r| r.get(0)).optional()?;
    let stored = stored.unwrap_or_else(|| first_seq(*source));
    let given = stretch.map_or(stored + 1, |stretch| stretch.seq_first);
    if given != stored + 1 {
        return Err(HistoryError::OutOfStep { stored, given });
    }
    // Whatever it says was taken in is to be there: of an import whose rows are going, that is not so.
    let sql = "SELECT name FROM import_undone JOIN source ON id = source WHERE source = ?1 AND ended_ms IS NULL";
    if let Some(name) = tx.prepare_cached(sql)?.query_row([source.0], |r| r.get(0)).optional()? {
        return Err(HistoryError::TakenBack { name });
    }
    let seq = stretch.map_or(stored, |stretch| stretch.seq_last);
    if let Some(s) = stretch {
        uses.merge(&s.uses);
        let sql = "INSERT INTO imported (seq_first, seq_last, source, chain, seen_first, seen_top, count, fold_version,
                       keyframe, events)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        tx.prepare_cached(sql)?.execute(rusqlite::params![
            s.seq_first,
            s.seq_last,
            source.0,
            chain,
            s.seen_first,
            s.seen_top,
            s.count,
            FOLD_VERSION,
            before,
            s.events
        ])?;
    }
    let sql =
        "INSERT INTO imported_head (source, chain, seq, visits, fold_version, keyframe) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT DO UPDATE SET chain = excluded.chain, seq = excluded.seq, visits = visits + excluded.visits,
                   fold_version = excluded.fold_version, keyframe = excluded.keyframe";
    let visits = facts.iter().filter(|fact| matches!(fact, Fact::VisitClosed(_))).count();
    tx.prepare_cached(sql)?.execute((source.0, chain, seq, visits, FOLD_VERSION, after))?;
    let sql = "INSERT INTO imported_file (source, head, done, lines, from_ms, to_ms, edges)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT DO UPDATE SET done = excluded.done, lines = excluded.lines, from_ms = excluded.from_ms,
                   to_ms = excluded.to_ms, edges = excluded.edges";
    let (from, to) = file.span.unzip();
    tx.prepare_cached(sql)?.execute((source.0, &file.head, file.done, file.lines, from, to, &file.edges))?;
    bulk::write(tx, *source, seq, facts)
}

/// Where the fold of an imported source stands.
pub(crate) fn head(db: &Connection, source: SourceId) -> Result<ImportHead> {
    let sql = "SELECT chain, seq, fold_version, keyframe FROM imported_head WHERE source = ?1";
    let found = db
        .query_row(sql, [source.0], |r| Ok((r.get(0)?, r.get(1)?, r.get::<_, u32>(2)?, r.get::<_, Vec<u8>>(3)?)))
        .optional()?;
    Ok(match found {
        None => ImportHead { source, chain: 0, seq: first_seq(source), floor: Floor::default() },
        Some((chain, seq, FOLD_VERSION, floor)) => ImportHead { source, chain, seq, floor: keyframe::restore(&floor)? },
        // What another fold made is no start for this one.
        Some((chain, seq, ..)) => ImportHead { source, chain: chain + 1, seq, floor: Floor::default() },
    })
}

/// True for the number of an imported event.
pub(crate) fn is_imported(seq: u64) -> bool {
    seq >> WITHIN != 0
}

/// The number before a source's first event.
pub(crate) fn first_seq(source: SourceId) -> u64 {
    u64::from(source.0) << WITHIN
}

/// A stored stretch, and what to know of it.
pub(crate) struct Stretch {
    pub(crate) source: SourceId,
    pub(crate) chain: u32,
    pub(crate) seq_first: u64,
    pub(crate) seq_last: u64,
    pub(crate) seen_first: i64,
    pub(crate) seen_top: i64,
    pub(crate) fold_version: u32,
}

/// Stretches of imported events, those of each source in order.
pub(crate) fn stretches(db: &Connection) -> Result<Vec<Stretch>> {
    let sql = "SELECT source, chain, seq_first, seq_last, seen_first, seen_top, fold_version FROM imported ORDER BY seq_first";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |r| {
        Ok(Stretch {
            source: SourceId(r.get(0)?),
            chain: r.get(1)?,
            seq_first: r.get(2)?,
            seq_last: r.get(3)?,
            seen_first: r.get(4)?,
            seen_top: r.get(5)?,
            fold_version: r.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The floor before a stretch, and its events.
pub(crate) fn read(db: &Connection, stretch: &Stretch) -> Result<(Floor, Vec<Event>)> {
    let sql = "SELECT keyframe, events FROM imported WHERE seq_first = ?1";
    let (floor, packed): (Vec<u8>, Vec<u8>) = db.query_row(sql, [stretch.seq_first], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let mut events = Vec::new();
    for run in pack::unpack_all(&packed) {
        events.append(&mut run?);
    }
    let last = events.last().map_or(0, |event| event.stamp.seq);
    if events.first().map_or(0, |event| event.stamp.seq) != stretch.seq_first || last != stretch.seq_last {
        return Err(HistoryError::damaged("events", "they are not those of their stretch"));
    }
    Ok((keyframe::restore(&floor)?, events))
}
