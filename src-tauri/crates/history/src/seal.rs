//! Closing a stretch of journal into a segment.

use crate::{
    Board, History, HistoryError, Result, Sealed, commit, facts, history::Newest, keyframe, pack, replay, segment,
};
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
            put_head(tx, after, 0, &blob)?;
            facts::fault(tx, seq, "events_lost", &detail)?;
            facts::write(tx, seq, &facts)
        })?;
        self.writer()?.1.newest = after;
        Ok(())
    }

    /// Makes `floor` the start of the next segment.
    pub(crate) fn put_head(&mut self, floor: &Floor, newest: Newest) -> Result<()> {
        let blob = keyframe::keyframe(floor)?;
        put_head(self.writer()?.0, newest, 0, &blob)
    }

    pub(crate) fn close_journal(&mut self, live: &Floor, newest: Newest) -> Result<Option<Sealed>> {
        let (db, writer) = self.writer()?;
        let head = replay::Start::head(db)?;
        let mut stretch = Stretch::new(head.floor)?;
        replay::each_event(db, head.seq + 1..=newest.seq, &mut |event| {
            stretch.push(event);
            Ok(true)
        })?;
        let Some((seq_first, seq_last, seen_first)) = stretch.span else { return Ok(None) };
        let next = keyframe::keyframe(live)?;
        let count = stretch.events.len() as u64;
        let (packed, boards, mut difference) = stretch.close()?;
        if difference.is_none() {
            difference = differs(&packed.floor, live, &next)?;
        }
        if let Some(detail) = &difference {
            tracing::error!("events {seq_first} to {seq_last} do not replay to the live floor: {detail}");
        }
        let kept = head.kept.unwrap_or_default();
        // Where the floor is small beside what happened on it, it is kept; else the chain of stretches that one keyframe begins
        // stays short, and ends where it would not lead to the next.
        let segment::Packed { board, core, detail } = &packed.bytes;
        let is_small = kept.keyframe.len() <= board.len() + core.len() + detail.len();
        let is_first = is_small || kept.chained == 0 || head.fold_version != FOLD_VERSION;
        let first = if is_first { Some(pack::squeeze(kept.keyframe, "keyframe")?) } else { None };
        let chained = if is_first { count } else { kept.chained + count };
        let broken = difference.is_some() || head.fold_version != FOLD_VERSION || chained >= CHAIN;
        let after = Newest { seq: newest.seq, seen: newest.seen, journal_from: None, journal_count: 0 };
        let packed = packed.bytes;
        commit::write(db, &[], None, |tx| {
            let sql =
                "INSERT INTO segment (seq_first, seq_last, seen_before, seen_first, seen_top, count, fold_version,
                           boards, board, core, detail, keyframe)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
            let (before, top) = (head.seen, newest.seen);
            let segment::Packed { board, core, detail } = &packed;
            let row = rusqlite::params![
                seq_first,
                seq_last,
                before,
                seen_first,
                top,
                count,
                head.fold_version,
                boards,
                board,
                core,
                detail,
                first
            ];
            tx.execute(sql, row)?;
            tx.execute("DELETE FROM journal WHERE seq_last <= ?1", [seq_last])?;
            if let Some(detail) = &difference {
                facts::fault(tx, seq_last, "replay_differs", detail)?;
            }
            put_head(tx, after, if broken { 0 } else { chained }, &next)
        })?;
        writer.newest = after;
        let blobs = [packed.board.len(), packed.core.len(), packed.detail.len(), first.map_or(0, |first| first.len())];
        let bytes = blobs.iter().sum::<usize>() as u64;
        Ok(Some(Sealed { seq_first, seq_last, bytes, faithful: difference.is_none() }))
    }
}

/// Most events that lie between two keyframes: what seeking a whole floor folds at most, beside one stretch.
const CHAIN: u64 = 100_000;

/// Events on their way into a segment, replayed as they come.
struct Stretch {
    floor: Floor,
    changes: Changes,
    packer: segment::Packer,
    events: Vec<Event>,
    /// First and last number, earliest arrival.
    span: Option<(u64, u64, i64)>,
}

/// A stretch packed, and the floor at its end.
struct Closed {
    bytes: segment::Packed,
    floor: Floor,
}

impl Stretch {
    fn new(floor: Floor) -> Result<Self> {
        let packer = segment::Packer::new(&floor)?;
        Ok(Stretch { floor, changes: Changes::default(), packer, events: Vec::new(), span: None })
    }

    fn push(&mut self, event: &Event) {
        let (seq, seen) = (event.stamp.seq, event.stamp.seen);
        self.span = Some(self.span.map_or((seq, seq, seen), |(first, _, earliest)| (first, seq, earliest.min(seen))));
        self.floor.apply(event, &mut self.changes);
        self.packer.push(event, &self.floor, &self.changes);
        self.changes.clear();
        self.events.push(event.clone());
    }

    /// The bytes, whether boards can be read from them, and what a reader finds in them that is not as it was.
    fn close(self) -> Result<(Closed, bool, Option<String>)> {
        let boards = self.packer.board() == Board::of(&self.floor);
        let bytes = self.packer.pack()?;
        let mut expected = self.events.iter();
        let first = self.events.first().map_or(0, |event| event.stamp.seq);
        let mut whole = true;
        let read = segment::events(&bytes.board, &bytes.core, &bytes.detail, first, |event| {
            whole &= expected.next() == Some(event);
            Ok(whole)
        });
        let difference = match read {
            _ if !boards => Some("the cells noted are not those of the floor".into()),
            Ok(()) if whole && expected.next().is_none() => None,
            Ok(()) => Some("packed events do not unpack to themselves".into()),
            Err(error) => Some(format!("packed events do not unpack: {error}")),
        };
        Ok((Closed { bytes, floor: self.floor }, boards, difference))
    }
}

/// What replaying gave, `floor`, that is not `live`; `None` if nothing. `next` are the bytes of `live`.
fn differs(floor: &Floor, live: &Floor, next: &[u8]) -> Result<Option<String>> {
    if floor == live {
        let again = keyframe::restore(next)?;
        return Ok((again != *live).then(|| "the keyframe does not restore to itself".into()));
    }
    let sites = floor.sites.keys().chain(live.sites.keys());
    let sites: BTreeSet<u16> = sites.filter(|id| floor.sites.get(id) != live.sites.get(id)).map(|id| id.0).collect();
    let sites: Vec<String> = sites.iter().map(u16::to_string).collect();
    let config = if floor.config == live.config { "" } else { ", configuration" };
    Ok(Some(format!("sources [{}]{config}", sites.join(" "))))
}

fn put_head(db: &Connection, newest: Newest, chained: u64, blob: &[u8]) -> Result<()> {
    let sql = "INSERT INTO head (id, seq, seen, fold_version, chained, keyframe) VALUES (1, ?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO UPDATE SET seq = excluded.seq, seen = excluded.seen, fold_version = excluded.fold_version,
                   chained = excluded.chained, keyframe = excluded.keyframe";
    db.execute(sql, (newest.seq, newest.seen, FOLD_VERSION, chained, blob))?;
    Ok(())
}
