//! The readers of stored bytes, for fuzz targets.

use crate::{pack, segment};
use mirante_floor::{Changes, Event, Floor};

/// Version byte of the layouts that are sealed here.
const V1: u8 = 1;

/// `plain` as a stored keyframe would hold it: the version, compressed, with its checksum.
pub fn sealed(plain: &[u8]) -> Vec<u8> {
    pack::seal_bytes(V1, plain, "fuzz").unwrap_or_default()
}

/// What [`sealed`], or a writer of this layout, made bytes of; empty if it is none.
pub fn opened(bytes: &[u8]) -> Vec<u8> {
    pack::open_bytes(V1, bytes, "fuzz").unwrap_or_default()
}

/// Events as the journal stores them.
pub fn packed(events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    match pack::pack_all(events, &mut bytes) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

/// Reads bytes as the events of the journal; `None` if any run of them is damaged.
pub fn unpacked(bytes: &[u8]) -> Option<Vec<Event>> {
    let runs: Result<Vec<Vec<Event>>, _> = pack::unpack_all(bytes).collect();
    runs.ok().map(|runs| runs.concat())
}

/// Events as a segment stores them: board, core, detail. Numbers follow from the first's.
pub fn stretch(events: &[Event]) -> [Vec<u8>; 3] {
    let (mut floor, mut changes) = (Floor::default(), Changes::default());
    let Ok(mut packer) = segment::Packer::new(&floor) else { return Default::default() };
    for event in events {
        floor.apply(event, &mut changes);
        packer.push(event, &floor, &changes);
        changes.clear();
    }
    let segment::Packed { board, core, detail } = packer.pack().unwrap_or_default();
    [board, core, detail]
}

/// Reads three blobs as a segment, its boards too; `None` if any is damaged.
pub fn stretch_read([board, core, detail]: &[Vec<u8>; 3], seq: u64) -> Option<Vec<Event>> {
    let mut events = Vec::new();
    let read = segment::events(board, core, detail, seq, |event| {
        events.push(event.clone());
        Ok(true)
    });
    let boards = segment::board_at(board, core, |_, _| true);
    (read.is_ok() && boards.is_ok()).then_some(events)
}

/// Three blobs whose columns hold `bytes`: a column's number, a length, and as many bytes, over and over.
pub fn stretch_of(bytes: &[u8]) -> [Vec<u8>; 3] {
    segment::woven(bytes).unwrap_or_default()
}
