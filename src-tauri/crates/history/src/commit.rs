//! Keeping what happened, a batch at a time.

use crate::{Ack, Batch, History, HistoryError, Result, facts, history::Newest, pack, party::Pending};
use mirante_floor::{Event, Gap};
use rusqlite::{Connection, Transaction};

/// A stretch is closed after this much event time, ms…
const SEAL_MS: i64 = 15 * 60_000;
/// …or after this many events, but not before [`SEAL_MIN_MS`]: seeking replays at most a stretch.
const SEAL_EVENTS: u64 = 40_000;
const SEAL_MIN_MS: i64 = 5 * 60_000;

impl History {
    /// Keeps a batch in one transaction: journal row, people that its events use, visits, spans, gaps, minutes. When this
    /// returns, all of it survives the process and the power; when it fails, none of it was kept and the same batch may be
    /// given again.
    ///
    /// # Errors
    /// [`HistoryError::OutOfStep`] unless the events continue what is stored without holes; [`HistoryError::DiskFull`]
    /// when there is no room: keep the batch and try again, note the gap with [`History::note_gap`], and if batches must be
    /// dropped, go on with [`History::go_on_after_loss`].
    pub fn commit(&mut self, batch: Batch<'_>) -> Result<Ack> {
        let Batch { events, facts } = batch;
        let parties = self.parties.clone();
        let (db, writer) = self.writer()?;
        let newest = after(writer.newest, events)?;
        // The reserve is for gaps: events wait until it is whole again.
        writer.reserve.restore()?;
        let people = parties.pending();
        write(db, &people, |tx| {
            if let Some(row) = JournalRow::of(events, newest) {
                row.insert(tx, &pack::pack(events)?)?;
            }
            facts::write(tx, newest.seq, facts)
        })?;
        parties.settled(people.len());
        writer.newest = newest;
        Ok(Ack { seq: newest.seq, seal_due: seal_due(newest) })
    }

    /// Keeps a gap at any price: when the disk is full, the reserve pays for it.
    pub fn note_gap(&mut self, gap: &Gap) -> Result<()> {
        let fact = [mirante_floor::Fact::GapClosed(gap.clone())];
        self.spend(|tx, seq| facts::write(tx, seq, &fact))
    }

    /// Keeps a fault at any price.
    pub fn note_fault(&mut self, what: &str, detail: &str) -> Result<()> {
        self.spend(|tx, seq| facts::fault(tx, seq, what, detail))
    }

    /// Writes something small; gives the reserve up and tries again when there is no room.
    pub(crate) fn spend(&mut self, job: impl Fn(&Transaction<'_>, u64) -> Result<()>) -> Result<()> {
        let (db, writer) = self.writer()?;
        let seq = writer.newest.seq;
        match write(db, &[], |tx| job(tx, seq)) {
            Err(HistoryError::DiskFull) if writer.reserve.release() => {
                tracing::error!("the disk is full: the reserve pays for the rows that say so");
                write(db, &[], |tx| job(tx, seq))
            }
            other => other,
        }
    }
}

/// True when the journal is long enough to become a segment.
pub(crate) fn seal_due(newest: Newest) -> bool {
    let (Some(from), Some(to)) = (newest.journal_from, newest.seen) else { return false };
    let length = to.saturating_sub(from);
    length >= SEAL_MS || (length >= SEAL_MIN_MS && newest.journal_count >= SEAL_EVENTS)
}

/// Where things stand once `events` are stored.
fn after(newest: Newest, events: &[Event]) -> Result<Newest> {
    let mut next = newest;
    for event in events {
        if event.stamp.seq != next.seq + 1 {
            return Err(HistoryError::OutOfStep { stored: newest.seq, given: event.stamp.seq });
        }
        next.seq += 1;
        next.seen = next.seen.max(Some(event.stamp.seen));
        next.journal_from = Some(next.journal_from.map_or(event.stamp.seen, |from| from.min(event.stamp.seen)));
        next.journal_count += 1;
    }
    Ok(next)
}

/// What a journal row says of its events.
struct JournalRow {
    seq_first: u64,
    seq_last: u64,
    seen_first: i64,
    seen_top: i64,
    count: u64,
}

impl JournalRow {
    fn of(events: &[Event], newest: Newest) -> Option<JournalRow> {
        Some(JournalRow {
            seq_first: events.first()?.stamp.seq,
            seq_last: events.last()?.stamp.seq,
            seen_first: events.iter().map(|e| e.stamp.seen).min()?,
            seen_top: newest.seen?,
            count: events.len() as u64,
        })
    }

    fn insert(&self, tx: &Transaction<'_>, events: &[u8]) -> Result<()> {
        let sql = "INSERT INTO journal (seq_first, seq_last, seen_first, seen_top, count, events)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = (self.seq_first, self.seq_last, self.seen_first, self.seen_top, self.count, events);
        tx.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }
}

/// One transaction: people first, then `job`.
pub(crate) fn write(
    db: &mut Connection,
    people: &[Pending],
    job: impl FnOnce(&Transaction<'_>) -> Result<()>,
) -> Result<()> {
    let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    Pending::write(people, &tx)?;
    job(&tx)?;
    Ok(tx.commit()?)
}
