//! Lists, whose messages repeat their keys: the keys of one are where to find those of the next.
//!
//! A list brings thousands of messages of one kind at once, and a large site waits for it. Where each line begins with the key that
//! stood there before, which is one comparison, neither its colon nor the key's edges are looked for, and whoever looks for keys by
//! name may take them from the places where they were. What differs in anything is read as any other message.

use super::message::Field;
use super::scan::{BLOCK, places};
use std::sync::atomic::{AtomicU64, Ordering};

/// Longest key that is compared in one step, colon included.
const KEY: usize = 16;
/// Most lines of a message of a list.
const LINES: usize = 64;

/// Every shape has another number, in whichever connection it was learnt; 0 is none.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The keys of the messages of a list, in their order.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    number: u64,
    /// The first line of these messages, its end included.
    first: Vec<u8>,
    keys: Vec<Key>,
    /// The first line of the last message of another kind.
    before: Vec<u8>,
}

#[derive(Debug)]
struct Key {
    /// The key with its colon.
    word: u128,
    /// The bytes that these are.
    mask: u128,
    /// How many they are.
    length: usize,
}

impl Shape {
    /// The fields of a message of the list, and the number of the shape they have; none if it is no such message.
    pub(crate) fn split(&self, bytes: &[u8], fields: &mut Vec<Field>) -> Option<u64> {
        if self.keys.is_empty() || !bytes.starts_with(&self.first) {
            return None;
        }
        fields.clear();
        let (mut lines, mut line) = (Lines::of(bytes), 0);
        for key in &self.keys {
            let end = lines.next()?;
            if start(bytes, line) & key.mask != key.word {
                return None;
            }
            fields.push(Field::plain(bytes, line, line + key.length - 1, end)?);
            line = end + 1;
        }
        (lines.next().is_none() && !lines.stray).then_some(self.number)
    }

    /// A message that had to be read without: if it is the second of its kind in a row, or of the kind that was known in another
    /// shape, the next ones are expected to be like it.
    pub(crate) fn learn(&mut self, bytes: &[u8]) {
        let is_known = !self.first.is_empty() && bytes.starts_with(&self.first);
        let is_again = !self.before.is_empty() && bytes.starts_with(&self.before);
        if !is_known && !is_again {
            let first = memchr::memchr(b'\n', bytes).map_or(&[][..], |end| &bytes[..=end]);
            self.before.clear();
            self.before.extend_from_slice(first);
            return;
        }
        if is_again {
            self.first.clone_from(&self.before);
        }
        self.number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.keys.clear();
        for line in bytes.split(|byte| *byte == b'\n') {
            match memchr::memchr(b':', line).and_then(|colon| Key::of(&line[..=colon])) {
                Some(key) if self.keys.len() < LINES => self.keys.push(key),
                _ => {
                    self.keys.clear();
                    return;
                }
            }
        }
    }
}

impl Key {
    /// A key and its colon, if they are short and without blanks around.
    fn of(bytes: &[u8]) -> Option<Key> {
        let length = bytes.len();
        let plain = matches!(bytes, [first, ..] if *first > b' ') && matches!(bytes, [.., last, _] if *last > b' ');
        let mask = u128::MAX.checked_shr(8 * KEY.checked_sub(length)? as u32)?;
        plain.then(|| Key { word: start(bytes, 0) & mask, mask, length })
    }
}

/// The bytes from `at` on as a number, the first the lowest.
fn start(bytes: &[u8], at: usize) -> u128 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(sixteen) => u128::from_le_bytes(*sixteen),
        None => rest.iter().rev().fold(0, |number, byte| number << 8 | u128::from(*byte)),
    }
}

/// The ends of a message's lines, the last of which is the message's own.
struct Lines<'a> {
    bytes: &'a [u8],
    /// Where the block under way begins, and the next.
    base: usize,
    next: usize,
    ends: u64,
    /// The block before ended in a carriage return.
    after_return: bool,
    /// A carriage return stood elsewhere than right before a line's end.
    stray: bool,
}

impl Lines<'_> {
    fn of(bytes: &[u8]) -> Lines<'_> {
        Lines { bytes, base: 0, next: 0, ends: 0, after_return: false, stray: false }
    }
}

impl Iterator for Lines<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.ends == 0 {
            let rest = self.bytes.get(self.next..)?;
            (self.base, self.next) = (self.next, self.next + BLOCK);
            let mut last = [b'\n'; BLOCK];
            let (block, valid) = match rest.first_chunk() {
                Some(block) => (block, u64::MAX),
                None => {
                    last[..rest.len()].copy_from_slice(rest);
                    (&last, u64::MAX >> (BLOCK - 1 - rest.len()))
                }
            };
            let (ends, returns) = (places(block, b'\n') & valid, places(block, b'\r'));
            self.stray |= ((returns << 1) | u64::from(self.after_return)) & !ends & valid != 0;
            self.after_return = returns >> (BLOCK - 1) != 0;
            self.ends = ends;
        }
        let end = self.base + self.ends.trailing_zeros() as usize;
        self.ends &= self.ends - 1;
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::{MAX_FIELDS, split};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_third_of_a_kind_is_read_by_the_second() {
        let (mut shape, mut fields) = (Shape::default(), Vec::new());
        let one = b"Event: QueueMember\r\nQueue: sac\r\nPausedReason: \r\nActionID: 1\r";
        let other = b"Event: QueueMember\r\nQueue: vendas\r\nPausedReason: a: b\r\nActionID: 2\r";
        let params = b"Event: QueueParams\r\nQueue: n1\r\nMax: 0\r\nActionID: 1\r";
        for message in [&one[..], params, one] {
            assert_eq!(shape.split(message, &mut fields), None);
            shape.learn(message);
        }
        assert_eq!(shape.split(other, &mut fields), None, "those were not two in a row");
        shape.learn(other);
        let number = shape.split(one, &mut fields);
        assert!(number.is_some() && fields.len() == 4);
        shape.learn(params);
        assert_eq!(shape.split(other, &mut fields), number, "one of another kind between them changes nothing");
        for different in [
            &b"Event: QueueMember\r\nQueue: sac\r\nActionID: 1\r"[..],
            b"Event: QueueMember\r\nQueue: sac\r\nPausedReason: \r\nActionID: 1\r\nX: y\r",
            b"Event: QueueMember\r\nqueue: sac\r\nPausedReason: \r\nActionID: 1\r",
            b"Event: QueueMember\r\nQueue:  sac\r\nPausedReason: \r\nActionID: 1\r",
            b"Event: QueueMember\r\nQueue: s\rac\r\nPausedReason: \r\nActionID: 1\r",
        ] {
            assert_eq!(shape.split(different, &mut fields), None, "{:?}", different.escape_ascii().to_string());
        }
    }

    proptest! {
        /// What a shape reads is what would have been read without it.
        #[test]
        fn a_shape_changes_nothing(texts in prop::collection::vec("(Event: [XY](\r)?\n)?((Queue|Name|a|No colon|StateInterface0):? ?[a\r: é]{0,3}(\r)?\n){0,4}Z:[b ]{0,70}(\r)?", 1..12)) {
            let mut shape = Shape::default();
            for text in texts {
                let bytes = text.as_bytes();
                let (mut plain, mut found) = (Vec::new(), Vec::new());
                let clean = split(bytes, &mut plain);
                match shape.split(bytes, &mut found) {
                    Some(_) => prop_assert!(clean && plain == found && plain.len() <= MAX_FIELDS),
                    None => shape.learn(bytes),
                }
            }
        }
    }
}
