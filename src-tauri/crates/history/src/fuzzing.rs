//! The readers of stored bytes, for fuzz targets.

use crate::pack;
use mirante_floor::Event;

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

/// Events as a segment stores them.
pub fn packed(events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    match pack::pack_all(events, &mut bytes) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

/// Reads bytes as the events of a segment; `None` if any run of them is damaged.
pub fn unpacked(bytes: &[u8]) -> Option<Vec<Event>> {
    let runs: Result<Vec<Vec<Event>>, _> = pack::unpack_all(bytes).collect();
    runs.ok().map(|runs| runs.concat())
}
