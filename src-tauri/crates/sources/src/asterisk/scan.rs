//! Places of the bytes that shape a message, sixty-four bytes at a time.
//!
//! Every processor of today compares sixteen bytes at once and gives one bit a byte; a message is then a walk over a few set bits
//! instead of a loop over characters. A search that stops at each line and again at each colon takes three times as long.

use wide::u8x16;

/// Bytes looked at together: one bit of a word each.
pub(crate) const BLOCK: usize = 64;

/// One bit for each byte of the block that is `byte`.
pub(crate) fn places(block: &[u8; BLOCK], byte: u8) -> u64 {
    let wanted = u8x16::splat(byte);
    let (sixteens, _) = block.as_chunks::<16>();
    let mut places = 0;
    for (i, sixteen) in sixteens.iter().enumerate() {
        places |= u64::from(u8x16::new(*sixteen).simd_eq(wanted).to_bitmask()) << (16 * i);
    }
    places
}

/// The first line end, at `from` or later, that a blank line follows.
pub(crate) fn blank_line(bytes: &[u8], from: usize) -> Option<usize> {
    /// The last two bytes of a block cannot be judged without the next: they are looked at again with it.
    const STEP: usize = BLOCK - 2;
    let mut at = from;
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        let ends = places(block, b'\n');
        let mut near = ends & ((ends >> 1) | (ends >> 2)) & (u64::MAX >> 2);
        while near != 0 {
            let end = at + near.trailing_zeros() as usize;
            if is_last_end(bytes, end) {
                return Some(end);
            }
            near &= near - 1;
        }
        at += STEP;
    }
    (at..bytes.len()).find(|end| is_last_end(bytes, *end))
}

/// True if a line ends here and the next one is blank.
fn is_last_end(bytes: &[u8], end: usize) -> bool {
    bytes[end] == b'\n'
        && match bytes.get(end + 1) {
            Some(b'\n') => true,
            Some(b'\r') => bytes.get(end + 2) == Some(&b'\n'),
            _ => false,
        }
}
