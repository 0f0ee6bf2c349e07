//! Stretches of history in packed columns.
//!
//! A stretch is four blobs. `board`: the cells of the floor at its start. `core`: who and when of each event, and what it did to
//! those cells, so that a past board costs no fold. `detail`: the rest of each event. And, where the stretch begins a new
//! chain, `keyframe`: the whole floor at its start ([`crate::keyframe`]); elsewhere that follows from the stretch before.
//!
//! Each blob is a set of streams of small numbers ([`flow`]), one a column, compressed apart. What an event says is told by how
//! far it is from what could be expected of it ([`refs`], [`effects`], [`words`]), by one piece of code for both directions.

mod base;
mod code;
mod core;
mod detail;
mod effects;
mod flow;
mod lean;
mod notes;
mod refs;
mod words;

use self::core::Core;
use crate::board::Board;
use crate::{HistoryError, Result};
use detail::Detail;
use effects::Effects;
use flow::{Flow, In, Out};
use mirante_floor::{Changes, Event, Floor, SourceId};
use notes::{Notes, Numbers};
use refs::NONE;

#[cfg(test)]
mod tests;

/// Numbers of what writers look up for every event. Names are strangers': the hash differs at each start.
type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// Version of the layout written, the first byte of each blob.
const V1: u8 = 1;

/// A stretch as it is stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packed {
    pub(crate) board: Vec<u8>,
    pub(crate) core: Vec<u8>,
    pub(crate) detail: Vec<u8>,
}

/// Packs a stretch, event by event.
pub(crate) struct Packer {
    board: Vec<u8>,
    core: Core,
    effects: Effects,
    detail: Detail,
    numbers: Numbers,
    notes: Notes,
    core_out: Out,
    detail_out: Out,
    count: u64,
}

impl Packer {
    /// A stretch that begins with `floor`.
    pub(crate) fn new(floor: &Floor) -> Result<Packer> {
        let (tables, lean) = notes::lean(floor);
        let seen = floor.sites.values().map(|site| site.seen).max().unwrap_or(0);
        let mut out = Out::new(base::STREAMS);
        base::code(&mut out, &mut (tables.clone(), lean.clone()), seen);
        Ok(Packer {
            board: versioned(&out, "board")?,
            numbers: Numbers::new(&tables),
            notes: Notes::new(&lean),
            core: Core::new(tables, seen),
            effects: Effects::new(lean),
            detail: Detail::new(),
            core_out: Out::new(effects::STREAMS),
            detail_out: Out::new(detail::STREAMS),
            count: 0,
        })
    }

    /// The next event, which made `floor` of the floor before it, with these changes and no others.
    pub(crate) fn push(&mut self, event: &Event, floor: &Floor, changes: &Changes) {
        let Packer { core, effects, detail, numbers, notes, core_out, detail_out, .. } = self;
        let row = numbers.row(core, event);
        let (agent, _, queue) = notes::named(&event.kind);
        let row = core.row(core_out, row, [agent, queue]);
        detail.event(detail_out, core, &row, event.stamp.seq, Some(event));
        effects.lean.grow(&core.tables);
        let steps = notes.of(numbers, core, effects, &row, floor, changes);
        effects.code(core_out, core, &row, steps);
        self.count += 1;
    }

    /// The board after everything pushed, as a reader will see it.
    pub(crate) fn board(&self) -> Board {
        self.effects.lean.board(&self.core.tables)
    }

    /// The stretch's bytes.
    pub(crate) fn pack(self) -> Result<Packed> {
        let mut core = count(self.count);
        core.append(&mut versioned(&self.core_out, "events")?);
        Ok(Packed { board: self.board, core, detail: versioned(&self.detail_out, "events")? })
    }
}

fn count(count: u64) -> Vec<u8> {
    count.to_le_bytes().to_vec()
}

fn versioned(out: &Out, what: &'static str) -> Result<Vec<u8>> {
    let mut bytes = vec![V1];
    bytes.append(&mut out.pack(what)?);
    Ok(bytes)
}

fn open(bytes: &[u8], streams: usize, what: &'static str) -> Result<In> {
    match bytes.split_first() {
        Some((&V1, body)) => In::open(body, streams, what),
        Some((version, _)) => Err(HistoryError::damaged(what, format!("version {version} is not known here"))),
        None => Err(HistoryError::damaged(what, "it is empty")),
    }
}

/// Reads a stretch's rows and effects.
struct Rows {
    left: u64,
    input: In,
    core: Core,
    effects: Effects,
}

const NOTHING: core::Row =
    core::Row { code: 0, source: SourceId::MIRANTE, seen: 0, agent: NONE, call: NONE, queue: NONE };

impl Rows {
    fn open(board: &[u8], core: &[u8]) -> Result<Rows> {
        let mut input = open(board, base::STREAMS, "board")?;
        let mut start = Default::default();
        let seen = base::code(&mut input, &mut start, 0);
        if input.is_void() {
            return Err(HistoryError::damaged("board", "its columns do not fit together"));
        }
        let (tables, lean) = start;
        let (left, body) = core.split_first_chunk().ok_or_else(|| HistoryError::damaged("events", "it is empty"))?;
        let input = open(body, effects::STREAMS, "events")?;
        Ok(Rows { left: u64::from_le_bytes(*left), input, core: Core::new(tables, seen), effects: Effects::new(lean) })
    }

    /// The next row, not yet with its effects.
    fn next(&mut self) -> Result<Option<core::Row>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let row = self.core.row(&mut self.input, NOTHING, [None, None]);
        self.check()?;
        Ok(Some(row))
    }

    fn effects(&mut self, row: &core::Row) -> Result<()> {
        self.effects.code(&mut self.input, &mut self.core, row, &effects::NO_STEPS);
        self.check()
    }

    fn check(&self) -> Result<()> {
        if self.input.is_void() {
            Err(HistoryError::damaged("events", "their columns do not fit together"))
        } else {
            Ok(())
        }
    }
}

/// The board after the last event of a stretch that `wanted` (told its arrival, Unix ms, and its place in the stretch) accepts;
/// the first that it does not ends it. With it, how many events those were and the newest arrival among them.
pub(crate) fn board_at(
    board: &[u8],
    core: &[u8],
    mut wanted: impl FnMut(i64, u64) -> bool,
) -> Result<(Board, u64, Option<i64>)> {
    let mut rows = Rows::open(board, core)?;
    let (mut count, mut newest) = (0, None);
    while let Some(row) = rows.next()? {
        if !wanted(row.seen, count) {
            break;
        }
        rows.effects(&row)?;
        count += 1;
        newest = newest.max(Some(row.seen));
    }
    // A name that came with an event that is not wanted is no cell yet.
    Ok((rows.effects.lean.board(&rows.core.tables), count, newest))
}

/// The events of a stretch whose first is `seq_first`, until `each` says false.
pub(crate) fn events(
    board: &[u8],
    core: &[u8],
    detail: &[u8],
    seq_first: u64,
    mut each: impl FnMut(&Event) -> Result<bool>,
) -> Result<()> {
    let mut rows = Rows::open(board, core)?;
    let mut input = open(detail, detail::STREAMS, "events")?;
    let mut details = Detail::new();
    let mut seq = seq_first;
    while let Some(row) = rows.next()? {
        let event = details.event(&mut input, &rows.core, &row, seq, None);
        if input.is_void() {
            return Err(HistoryError::damaged("events", "their columns do not fit together"));
        }
        rows.effects(&row)?;
        if !each(&event)? {
            return Ok(());
        }
        seq = seq.checked_add(1).ok_or_else(|| HistoryError::damaged("events", "numbers overflow"))?;
    }
    Ok(())
}

/// Blobs whose columns hold what `bytes` say: for the fuzz target of what passes their checksums.
#[cfg(feature = "fuzzing")]
pub(crate) fn woven(bytes: &[u8]) -> Result<[Vec<u8>; 3]> {
    let mut outs = [Out::new(base::STREAMS), Out::new(effects::STREAMS), Out::new(detail::STREAMS)];
    let (left, mut bytes) = bytes.split_first().map_or((0, bytes), |(left, rest)| (*left, rest));
    while let [stream, length, rest @ ..] = bytes {
        let (column, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        let mut stream = usize::from(*stream);
        for out in &mut outs {
            let streams = out.len();
            if stream < streams {
                column.iter().for_each(|byte| _ = out.byte(stream, *byte));
                break;
            }
            stream -= streams;
        }
        bytes = rest;
    }
    let [board, core, detail] = outs;
    let core = [count(u64::from(left)), versioned(&core, "events")?].concat();
    Ok([versioned(&board, "board")?, core, versioned(&detail, "events")?])
}
