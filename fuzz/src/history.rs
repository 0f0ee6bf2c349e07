//! Stored bytes that a disk spoilt: keyframes and segments are read whole or refused, and never panic.
//!
//! The first byte chooses the reader. With a checksum in front nothing but luck would get further than it, so the tables and
//! columns are also given without: sealed here, as a writer would.

use mirante_history::fuzzing::{packed, sealed, stretch, stretch_of, stretch_read, unpacked};
use mirante_history::{keyframe, restore};

pub(crate) fn run(bytes: &[u8]) {
    let Some((reader, bytes)) = bytes.split_first() else { return };
    match reader % 6 {
        0 => _ = restore(bytes),
        1 => {
            if let Ok(floor) = restore(&sealed(bytes)) {
                let again = keyframe(&floor).and_then(|bytes| restore(&bytes));
                assert_eq!(again.expect("what passes for a floor is written and read"), floor);
            }
        }
        2 => _ = unpacked(bytes),
        3 => {
            let run = sealed(bytes);
            let length = u32::try_from(run.len()).unwrap_or(u32::MAX).to_le_bytes();
            if let Some(events) = unpacked(&[&length[..], &run].concat()) {
                assert_eq!(unpacked(&packed(&events)), Some(events), "what passes for events is written and read");
            }
        }
        4 => {
            let third = bytes.len() / 3;
            let (board, rest) = bytes.split_at(third);
            let (core, detail) = rest.split_at(third);
            _ = stretch_read(&[board, core, detail].map(<[u8]>::to_vec), 1);
        }
        _ => {
            if let Some(events) = stretch_read(&stretch_of(bytes), 1) {
                assert_eq!(
                    stretch_read(&stretch(&events), 1),
                    Some(events),
                    "what passes for events is written and read"
                );
            }
        }
    }
}
