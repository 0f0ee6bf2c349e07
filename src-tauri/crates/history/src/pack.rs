//! Events as bytes: runs of columns, compressed, each behind its length and a version.

use crate::{HistoryError, Result};
use mirante_floor::{Event, Kind, Origin, SourceId, Stamp};
use serde::{Deserialize, Serialize};

/// Columns of a run of events whose numbers have no holes. What grows slowly is kept as differences.
#[derive(Debug, Serialize, Deserialize)]
struct ColumnsV1<K> {
    seq_first: u64,
    source: Vec<u16>,
    epoch: Vec<u32>,
    /// Difference to the event before, ms.
    seen: Vec<i64>,
    /// Difference to the event's own `seen`, ms.
    at: Vec<Option<i64>>,
    origin: Vec<Origin>,
    kind: Vec<K>,
}

/// Version of the layout written: columns, postcard, zstd.
const V1: u8 = 1;
/// Stronger levels save little and cost much.
const LEVEL: i32 = 3;
/// As strong as can be had without holding up the writer.
const STRONGEST: i32 = 13;
/// What a stored run may unpack to: hundreds of times the largest segment.
const LIMIT: usize = 1 << 30;

/// Most events in a run: what a reader holds in memory at a time.
pub(crate) const RUN: usize = 4096;

/// Packs events of any number as runs, added to `bytes`; the caller has checked that their numbers have no holes.
pub(crate) fn pack_all(events: &[Event], bytes: &mut Vec<u8>) -> Result<()> {
    for run in events.chunks(RUN) {
        let packed = pack(run)?;
        let length = u32::try_from(packed.len()).map_err(|e| HistoryError::damaged("events", e))?;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&packed);
    }
    Ok(())
}

/// The runs of what [`pack_all`] packed, one at a time. Any bytes are safe to give.
pub(crate) fn unpack_all(mut bytes: &[u8]) -> impl Iterator<Item = Result<Vec<Event>>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let run = bytes
            .split_first_chunk::<4>()
            .and_then(|(length, rest)| rest.split_at_checked(u32::from_le_bytes(*length) as usize));
        let Some((run, rest)) = run else {
            bytes = &[];
            return Some(Err(HistoryError::damaged("events", "they end too early")));
        };
        bytes = rest;
        Some(unpack(run))
    })
}

/// Packs one run.
fn pack(events: &[Event]) -> Result<Vec<u8>> {
    let mut before = 0i64;
    let mut columns = ColumnsV1 {
        seq_first: events.first().map_or(0, |e| e.stamp.seq),
        source: Vec::with_capacity(events.len()),
        epoch: Vec::with_capacity(events.len()),
        seen: Vec::with_capacity(events.len()),
        at: Vec::with_capacity(events.len()),
        origin: Vec::with_capacity(events.len()),
        kind: Vec::with_capacity(events.len()),
    };
    for Event { stamp: Stamp { source, epoch, seq: _, seen, at }, origin, kind } in events {
        columns.source.push(source.0);
        columns.epoch.push(*epoch);
        columns.seen.push(seen.wrapping_sub(before));
        columns.at.push(at.map(|at| at.wrapping_sub(*seen)));
        columns.origin.push(*origin);
        columns.kind.push(kind);
        before = *seen;
    }
    // Grown from nothing, it would be copied a dozen times.
    let room = Vec::with_capacity(events.len() * 128);
    let plain = postcard::to_extend(&columns, room).map_err(|e| HistoryError::damaged("events", e))?;
    seal_bytes(V1, &plain, "events")
}

/// Unpacks what [`pack`] packed.
fn unpack(bytes: &[u8]) -> Result<Vec<Event>> {
    let plain = open_bytes(V1, bytes, "events")?;
    let columns: ColumnsV1<Kind> = postcard::from_bytes(&plain).map_err(|e| HistoryError::damaged("events", e))?;
    let ColumnsV1 { seq_first, source, epoch, seen, at, origin, kind } = columns;
    let count = kind.len();
    if [source.len(), epoch.len(), seen.len(), at.len(), origin.len()] != [count; 5] {
        return Err(HistoryError::damaged("events", "columns differ in length"));
    }
    if seq_first.checked_add(count as u64).is_none() {
        return Err(HistoryError::damaged("events", "numbers overflow"));
    }
    let mut before = 0i64;
    let mut events = Vec::with_capacity(count);
    for (i, kind) in kind.into_iter().enumerate() {
        let now = before.wrapping_add(seen[i]);
        let stamp = Stamp {
            source: SourceId(source[i]),
            epoch: epoch[i],
            seq: seq_first + i as u64,
            seen: now,
            at: at[i].map(|at| at.wrapping_add(now)),
        };
        events.push(Event { stamp, origin: origin[i], kind });
        before = now;
    }
    Ok(events)
}

/// One byte of version, then `plain`, compressed and with a checksum.
pub(crate) fn seal_bytes(version: u8, plain: &[u8], what: &'static str) -> Result<Vec<u8>> {
    let damaged = |e: std::io::Error| HistoryError::damaged(what, e);
    let mut zstd = zstd::bulk::Compressor::new(LEVEL).map_err(damaged)?;
    zstd.include_checksum(true).map_err(damaged)?;
    let body = zstd.compress(plain).map_err(damaged)?;
    Ok([&[version], body.as_slice()].concat())
}

/// The same as [`seal_bytes`] made, as small as can be: for what is kept for good.
pub(crate) fn squeeze(bytes: Vec<u8>, what: &'static str) -> Result<Vec<u8>> {
    let damaged = |e: std::io::Error| HistoryError::damaged(what, e);
    let Some(version) = bytes.first().copied() else { return Ok(bytes) };
    let plain = open_bytes(version, &bytes, what)?;
    let mut zstd = zstd::bulk::Compressor::new(STRONGEST).map_err(damaged)?;
    zstd.include_checksum(true).map_err(damaged)?;
    let body = zstd.compress(&plain).map_err(damaged)?;
    Ok([&[version], body.as_slice()].concat())
}

/// What [`seal_bytes`] sealed.
pub(crate) fn open_bytes(version: u8, bytes: &[u8], what: &'static str) -> Result<Vec<u8>> {
    let damaged = |e: &dyn ToString| HistoryError::damaged(what, e.to_string());
    let body = match bytes.split_first() {
        Some((v, body)) if *v == version => body,
        Some((v, _)) => return Err(damaged(&format!("version {v} is not known here"))),
        None => return Err(damaged(&"it is empty")),
    };
    let size =
        zstd::zstd_safe::get_frame_content_size(body).map_err(|_| damaged(&"it is not compressed as it should be"))?;
    let size = size.and_then(|s| usize::try_from(s).ok()).filter(|s| *s <= LIMIT);
    let size = size.ok_or_else(|| damaged(&"it says no size, or an absurd one"))?;
    zstd::bulk::decompress(body, size).map_err(|e| damaged(&e))
}
