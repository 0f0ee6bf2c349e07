//! Closing a stretch of journal into a segment.

use crate::{History, HistoryError, Result, Sealed, commit, facts, history::Newest, keyframe, pack, replay};
use mirante_floor::{Changes, Event, FOLD_VERSION, Floor, Gap};
use rusqlite::Connection;
use std::collections::BTreeSet;

impl History {
    /// Closes the journal into a segment: the floor at its start and its events. They are replayed, and must give `live`,
    /// the floor as of event `seq`, which becomes the start of the next. If they do not, that is recorded as a fault and
    /// logged; the events are kept all the same, and `live` is what goes on, since it is what the screens showed.
    /// `None` when the journal is empty.
    ///
    /// # Errors
    /// [`HistoryError::OutOfStep`] unless `seq` is the newest stored event.
    pub fn seal(&mut self, live: &Floor, seq: u64) -> Result<Option<Sealed>> {
        let newest = self.writer()?.1.newest;
        if seq != newest.seq {
            return Err(HistoryError::OutOfStep { stored: newest.seq, given: seq });
        }
        self.close_journal(live, newest)
    }

    /// Goes on after batches that could not be kept and had to be dropped: the journal is closed as far as it goes, the
    /// missing numbers are recorded as lost, `gaps` are recorded, and the next event is `seq + 1` on top of `live`.
    ///
    /// # Errors
    /// [`HistoryError::OutOfStep`] if `seq` is not after the newest stored event.
    pub fn go_on_after_loss(&mut self, live: &Floor, seq: u64, seen: i64, gaps: &[Gap]) -> Result<()> {
        let newest = self.writer()?.1.newest;
        if seq <= newest.seq {
            return Err(HistoryError::OutOfStep { stored: newest.seq, given: seq });
        }
        let at_stop = self.floor_at_seq(newest.seq)?.floor;
        self.close_journal(&at_stop, newest)?;
        let blob = keyframe::keyframe(live)?;
        let after = Newest { seq, seen: newest.seen.max(Some(seen)), journal_from: None, journal_count: 0 };
        let facts: Vec<_> = gaps.iter().cloned().map(mirante_floor::Fact::GapClosed).collect();
        let detail = format!("events {} to {seq} were not kept: the disk was full", newest.seq + 1);
        self.spend(|tx, _| {
            tx.execute("INSERT INTO lost (seq_first, seq_last) VALUES (?1, ?2)", (newest.seq + 1, seq))?;
            put_head(tx, after, &blob)?;
            facts::fault(tx, seq, "events_lost", &detail)?;
            facts::write(tx, seq, &facts)
        })?;
        self.writer()?.1.newest = after;
        Ok(())
    }

    /// Makes `floor` the start of the next segment.
    pub(crate) fn put_head(&mut self, floor: &Floor, newest: Newest) -> Result<()> {
        let blob = keyframe::keyframe(floor)?;
        put_head(self.writer()?.0, newest, &blob)
    }

    pub(crate) fn close_journal(&mut self, live: &Floor, newest: Newest) -> Result<Option<Sealed>> {
        let (db, writer) = self.writer()?;
        let start = replay::Start::head(db)?;
        let started = keyframe::keyframe(&start.floor)?;
        let mut stretch = Stretch::new(start.floor);
        replay::each_event(db, start.seq + 1..=newest.seq, &mut |event| stretch.push(event).map(|()| true))?;
        stretch.pack()?;
        let Stretch { span: Some((seq_first, seq_last, seen_first)), count, packed, .. } = &stretch else {
            return Ok(None);
        };
        let next = keyframe::keyframe(live)?;
        let difference = stretch.difference(live, &next)?;
        if let Some(detail) = &difference {
            tracing::error!("events {seq_first} to {seq_last} do not replay to the live floor: {detail}");
        }
        let after = Newest { seq: newest.seq, seen: newest.seen, journal_from: None, journal_count: 0 };
        commit::write(db, &[], |tx| {
            let sql =
                "INSERT INTO segment (seq_first, seq_last, seen_before, seen_first, seen_top, count, fold_version,
                           keyframe, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let (before, top) = (start.seen, newest.seen);
            tx.execute(
                sql,
                rusqlite::params![
                    seq_first,
                    seq_last,
                    before,
                    seen_first,
                    top,
                    count,
                    start.fold_version,
                    started,
                    packed
                ],
            )?;
            tx.execute("DELETE FROM journal WHERE seq_last <= ?1", [seq_last])?;
            if let Some(detail) = &difference {
                facts::fault(tx, *seq_last, "replay_differs", detail)?;
            }
            put_head(tx, after, &next)
        })?;
        writer.newest = after;
        let bytes = (started.len() + packed.len()) as u64;
        Ok(Some(Sealed { seq_first: *seq_first, seq_last: *seq_last, bytes, faithful: difference.is_none() }))
    }
}

/// Events on their way into a segment, replayed as they come; only one run of them is in memory.
struct Stretch {
    floor: Floor,
    changes: Changes,
    run: Vec<Event>,
    packed: Vec<u8>,
    /// First and last number, earliest arrival.
    span: Option<(u64, u64, i64)>,
    count: u64,
    /// What was packed is what was given.
    whole: bool,
}

impl Stretch {
    fn new(floor: Floor) -> Self {
        let (changes, run, packed) = Default::default();
        Stretch { floor, changes, run, packed, span: None, count: 0, whole: true }
    }

    fn push(&mut self, event: &Event) -> Result<()> {
        let (seq, seen) = (event.stamp.seq, event.stamp.seen);
        self.span = Some(self.span.map_or((seq, seq, seen), |(first, _, earliest)| (first, seq, earliest.min(seen))));
        self.count += 1;
        self.floor.apply(event, &mut self.changes);
        self.changes.clear();
        self.run.push(event.clone());
        if self.run.len() == pack::RUN { self.pack() } else { Ok(()) }
    }

    /// Packs the run, and looks at the bytes as a reader will.
    fn pack(&mut self) -> Result<()> {
        let from = self.packed.len();
        pack::pack_all(&self.run, &mut self.packed)?;
        let mut read = Vec::with_capacity(self.run.len());
        for run in pack::unpack_all(&self.packed[from..]) {
            read.append(&mut run?);
        }
        self.whole &= read == self.run;
        self.run.clear();
        Ok(())
    }

    /// What replaying gives that is not `live`; `None` if nothing. `next` are the bytes of `live`.
    fn difference(&self, live: &Floor, next: &[u8]) -> Result<Option<String>> {
        if !self.whole {
            return Ok(Some("packed events do not unpack to themselves".into()));
        }
        let floor = &self.floor;
        if floor == live {
            let again = keyframe::restore(next)?;
            return Ok((again != *live).then(|| "the keyframe does not restore to itself".into()));
        }
        let sites = floor.sites.keys().chain(live.sites.keys());
        let sites: BTreeSet<u16> =
            sites.filter(|id| floor.sites.get(id) != live.sites.get(id)).map(|id| id.0).collect();
        let sites: Vec<String> = sites.iter().map(u16::to_string).collect();
        let config = if floor.config == live.config { "" } else { ", configuration" };
        Ok(Some(format!("sources [{}]{config}", sites.join(" "))))
    }
}

fn put_head(db: &Connection, newest: Newest, blob: &[u8]) -> Result<()> {
    let sql = "INSERT INTO head (id, seq, seen, fold_version, keyframe) VALUES (1, ?1, ?2, ?3, ?4)
               ON CONFLICT DO UPDATE SET seq = excluded.seq, seen = excluded.seen,
                   fold_version = excluded.fold_version, keyframe = excluded.keyframe";
    db.execute(sql, (newest.seq, newest.seen, FOLD_VERSION, blob))?;
    Ok(())
}
