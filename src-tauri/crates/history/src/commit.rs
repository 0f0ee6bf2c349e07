//! Keeping what happened, a batch at a time.

use crate::{
    Ack, AlertRows, Batch, History, HistoryError, Result, alerts, facts,
    history::Newest,
    pack,
    party::{Pending, Uses},
};
use mirante_floor::{Event, Gap};
use rusqlite::{Connection, Transaction};

/// A stretch is closed after this much event time, ms…
const SEAL_MS: i64 = 10 * 60_000;
/// …or after this many events, but not before [`SEAL_MIN_MS`]: seeking goes through at most a stretch.
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
        self.commit_with(batch, &AlertRows::default())
    }

    /// The same, with what watching adds to it.
    ///
    /// # Errors
    /// As [`History::commit`]; when there is no room, alerts have [`History::note_alerts`].
    pub fn commit_with(&mut self, batch: Batch<'_>, alerts: &AlertRows) -> Result<Ack> {
        let Batch { events, facts } = batch;
        let parties = self.parties.clone();
        let (db, writer) = self.writer()?;
        let newest = after(writer.newest, events)?;
        // The reserve is for gaps: events wait until it is whole again.
        writer.reserve.restore()?;
        let people = parties.pending(0);
        write(db, &people, newest.seen, |tx| {
            Uses::of(events, facts).write(tx)?;
            if let Some(row) = JournalRow::of(events, newest) {
                let mut packed = Vec::new();
                pack::pack_all(events, &mut packed)?;
                row.insert(tx, &packed)?;
            }
            facts::write(tx, newest.seq, facts)?;
            alerts::write(tx, alerts)
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
        match write(db, &[], None, |tx| job(tx, seq)) {
            Err(HistoryError::DiskFull) if writer.reserve.release() => {
                tracing::error!("the disk is full: the reserve pays for the rows that say so");
                write(db, &[], None, |tx| job(tx, seq))
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

/// One transaction: people first, known since `seen` (Unix ms), then `job`.
pub(crate) fn write(
    db: &mut Connection,
    people: &[Pending],
    seen: Option<i64>,
    job: impl FnOnce(&Transaction<'_>) -> Result<()>,
) -> Result<()> {
    let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    Pending::write(people, seen.unwrap_or_default(), &tx)?;
    job(&tx)?;
    Ok(tx.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OpenOptions;
    use mirante_floor::{Kind, Origin, SourceId, Stamp};

    fn events(from: u64, count: u64) -> Vec<Event> {
        let event = |seq: u64| Event {
            stamp: Stamp { source: SourceId(1), epoch: 1, seq, seen: seq as i64, at: None },
            origin: Origin::Heard,
            // Names that do not compress.
            kind: Kind::CallEnded { call: format!("{:x}", seq.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into() },
        };
        (from..from + count).map(event).collect()
    }

    #[test]
    fn a_full_database_keeps_all_or_nothing_of_a_batch() {
        let dir = tempfile::tempdir().expect("tempdir");
        let mut history = History::open(dir.path(), &OpenOptions::writer()).expect("open");
        let commit = |history: &mut History, events: &[Event]| history.commit(Batch { events, facts: &[] });
        assert_eq!(commit(&mut history, &events(1, 10)).expect("room").seq, 10);
        let pages: i64 = history.db.query_row("PRAGMA page_count", [], |r| r.get(0)).expect("pages");
        history.db.pragma_update(None, "max_page_count", pages).expect("limit");

        let big = events(11, 5_000);
        assert!(matches!(commit(&mut history, &big), Err(HistoryError::DiskFull)));
        assert_eq!(history.newest_seq().expect("newest"), 10);
        assert!(dir.path().join("reserve").exists(), "events do not spend the reserve");
        let words = "x".repeat(100_000);
        assert!(matches!(history.note_fault("test", &words), Err(HistoryError::DiskFull)), "not even now");
        assert!(!dir.path().join("reserve").exists(), "spent");

        history.db.pragma_update(None, "max_page_count", i64::from(u32::MAX - 1)).expect("no limit");
        assert_eq!(commit(&mut history, &big).expect("room").seq, 5_010);
        assert!(dir.path().join("reserve").exists(), "set aside again");
        let mut count = 0;
        history
            .events(1..=5_010, |_| {
                count += 1;
                true
            })
            .expect("events");
        assert_eq!(count, 5_010);
    }
}
