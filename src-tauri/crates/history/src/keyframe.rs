//! A floor as bytes.

use crate::{HistoryError, Result, pack};
use mirante_floor::Floor;

/// A floor as bytes.
pub fn keyframe(floor: &Floor) -> Result<Vec<u8>> {
    let plain = postcard::to_stdvec(floor).map_err(|e| HistoryError::damaged("keyframe", e))?;
    pack::seal_bytes(1, 2, &plain, "keyframe")
}

/// The floor that [`keyframe`] made bytes of. Any bytes are safe to give.
pub fn restore(bytes: &[u8]) -> Result<Floor> {
    let plain = pack::open_bytes(1, 2, bytes, "keyframe")?;
    postcard::from_bytes(&plain).map_err(|e| HistoryError::damaged("keyframe", e))
}
