//! Lists, whose messages repeat their keys: the keys of one are where to find those of the next.
//!
//! A list brings thousands of messages of one kind at once, and a large site waits for it. All line ends of what was read are then found
//! in one go, and a message whose lines begin with the keys that stood there before, which is one comparison each, is framed and
//! split in one step: no blank line is searched, nor a colon, nor a key's edges, and none of it waits for what was before. Whoever looks
//! for keys by name may take them from the places where they were. What differs in anything is read as any other message.
//!
//! Only what answers a question is such a list, and carries the question's id. So what a platform says by itself, which is nearly all,
//! neither teaches anything nor is compared with anything.

use super::message::Field;
use super::scan::{BLOCK, places};
use std::sync::atomic::{AtomicU64, Ordering};
use wide::u8x16;

/// Longest key that is compared in one step, with its colon and the blank after it.
const KEY: usize = 16;
/// Each of its bytes is what it should be.
const ALL: u32 = (1 << KEY) - 1;
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
    /// Its field.
    event: Option<Field>,
    /// The keys of the other lines.
    keys: Vec<Key>,
    /// The first line of the message before, if it was of another kind.
    before: Vec<u8>,
    ends: Ends,
}

/// A message as a shape reads it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shaped<'a> {
    /// The number of the shape.
    pub(crate) number: u64,
    /// What the event is called.
    pub(crate) name: &'a [u8],
    /// Of all its lines, without the last line's end.
    pub(crate) length: usize,
}

#[derive(Debug)]
struct Key {
    /// The key with its colon and a blank.
    word: u8x16,
    /// The bytes that these are.
    mask: u8x16,
    /// How many the key has, and all.
    key: u32,
    length: u32,
}

impl Shape {
    /// The message of the list that begins at `start` of what was read, and its fields; none if there is none or it is not whole.
    pub(crate) fn read(&mut self, bytes: &[u8], start: usize, fields: &mut Vec<Field>) -> Option<Shaped<'_>> {
        let event = self.event?;
        if !bytes.get(start..)?.starts_with(&self.first) {
            return None;
        }
        let lines = self.keys.len() + 1;
        let ends = self.ends.from(bytes, start)?.get(..=lines)?;
        let mut line = start + self.first.len();
        fields.resize(lines, event);
        for ((key, end), field) in self.keys.iter().zip(&ends[1..]).zip(&mut fields[1..]) {
            let begin = u8x16::new(*bytes.get(line..)?.first_chunk()?);
            if (begin & key.mask).simd_eq(key.word).to_bitmask() != ALL {
                return None;
            }
            // Neither key nor colon is a line's end, so the value begins no later than the line ends.
            let (at, value) = ((line - start) as u32, line + key.length as usize);
            let end = *end as usize - 1;
            let is_blank = |at: usize| bytes.get(at).is_none_or(|byte| *byte <= b' ');
            if value != end && (is_blank(value) | is_blank(end - 1)) {
                return None;
            }
            *field = Field::of(at, at + key.key, (value - start) as u32, (end - start) as u32);
            line = end + 2;
        }
        fields[0] = event;
        let is_last = ends[lines] as usize == line + 1;
        if !is_last {
            return None;
        }
        // Whatever came before is no longer right before the next.
        self.before.clear();
        Some(Shaped { number: self.number, name: event.value_of(&self.first), length: line - 1 - start })
    }

    /// What was read stands elsewhere now, or is more.
    pub(crate) fn moved(&mut self) {
        self.ends.forget();
    }

    /// A message that had to be read without, and its fields: if it is the second of its kind in a row, or of the kind that was known
    /// in another shape, the next ones are expected to be like it. False if it is of no list.
    pub(crate) fn learn(&mut self, bytes: &[u8], fields: &[Field]) -> bool {
        if !is_listed(bytes, fields) {
            return false;
        }
        let is_known = !self.first.is_empty() && bytes.starts_with(&self.first);
        let is_again = !self.before.is_empty() && bytes.starts_with(&self.before);
        if !is_known && !is_again {
            let first = memchr::memchr(b'\n', bytes).map_or(&[][..], |end| &bytes[..=end]);
            self.before.clear();
            self.before.extend_from_slice(first);
            return true;
        }
        if is_again {
            self.first.clone_from(&self.before);
        }
        self.number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.keys.clear();
        let lines = bytes.split(|byte| *byte == b'\n').count();
        self.keys.extend(fields.iter().skip(1).map_while(|field| Key::of(bytes, field)));
        let is_plain = lines <= LINES && self.keys.len() + 1 == lines && self.first.ends_with(b"\r\n");
        self.event = fields.first().copied().filter(|_| is_plain);
        true
    }
}

/// True of an event that says which question it answers, where all of the family do: right after its name or last.
fn is_listed(bytes: &[u8], fields: &[Field]) -> bool {
    let [event, second, .., last] = fields else { return false };
    let is_id = |field: &Field| field.key_of(bytes) == b"ActionID";
    (is_id(second) || is_id(last)) && event.key_of(bytes) == b"Event"
}

impl Key {
    /// A field's key, its colon and the blank after it, if they are short and of plain letters.
    fn of(bytes: &[u8], field: &Field) -> Option<Key> {
        let key = field.key_of(bytes);
        let word = field.up_to_value(bytes);
        let (mut padded, mut mask) = ([0; KEY], [0; KEY]);
        padded.get_mut(..word.len())?.copy_from_slice(word);
        mask[..word.len()].fill(u8::MAX);
        let is_plain = word.strip_prefix(key) == Some(b": ") && key.iter().all(u8::is_ascii_graphic);
        is_plain.then_some(Key {
            word: u8x16::new(padded),
            mask: u8x16::new(mask),
            key: key.len() as u32,
            length: word.len() as u32,
        })
    }
}

/// Where the lines of what was read end.
#[derive(Debug, Default)]
struct Ends {
    /// The places, in order; what lies beyond `count` means nothing.
    places: Vec<u32>,
    count: usize,
    /// Up to which of them all lie before the message under way.
    next: usize,
    /// Up to where they were looked for; 0 if they were not.
    to: usize,
    /// Each is a carriage return and a line feed, and neither stands by itself.
    is_plain: bool,
}

impl Ends {
    fn forget(&mut self) {
        self.to = 0;
    }

    /// Those from `start` on, if all are plain.
    fn from(&mut self, bytes: &[u8], start: usize) -> Option<&[u32]> {
        if self.to <= start {
            self.find(bytes, start);
        }
        while self.places[..self.count].get(self.next).is_some_and(|place| (*place as usize) < start) {
            self.next += 1;
        }
        self.is_plain.then(|| &self.places[self.next..self.count])
    }

    /// Finds them all from `start` on.
    fn find(&mut self, bytes: &[u8], start: usize) {
        (self.count, self.next, self.to) = (0, 0, bytes.len());
        let (mut base, mut after_return, mut odd) = (start, 0, 0);
        let (blocks, rest) = bytes[start..].as_chunks::<BLOCK>();
        let mut last = [0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        // What follows the last byte is not known yet.
        let valid = (1 << rest.len()) - 1;
        for (block, valid) in blocks.iter().map(|block| (block, u64::MAX)).chain([(&last, valid)]) {
            let (ends, returns) = (places(block, b'\n'), places(block, b'\r'));
            odd |= (((returns << 1) | after_return) ^ ends) & valid;
            after_return = returns >> (BLOCK - 1);
            self.add(base, ends);
            base += BLOCK;
        }
        self.is_plain = odd == 0;
    }

    /// Adds the places of these bits. A block seldom has more than six: those are written without asking how many there are, since
    /// nobody could foretell it, and what was too much is written over by the next.
    fn add(&mut self, base: usize, mut bits: u64) {
        const AT_ONCE: usize = 6;
        /// So that there is always a first bit, which is one step to find; where no bit is left it means nothing.
        const LAST: u64 = 1 << (BLOCK - 1);
        let count = bits.count_ones() as usize;
        if self.places.len() < self.count + BLOCK {
            self.places.resize(2 * self.places.len() + 16 * BLOCK, 0);
        }
        let room = &mut self.places[self.count..][..BLOCK];
        let (some, more) = room.split_at_mut(AT_ONCE);
        let mut write = |place: &mut u32| {
            *place = base as u32 + (bits | LAST).trailing_zeros();
            bits &= bits.wrapping_sub(1);
        };
        some.iter_mut().for_each(&mut write);
        if count > AT_ONCE {
            more[..count - AT_ONCE].iter_mut().for_each(write);
        }
        self.count += count;
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::{MAX_FIELDS, split};
    use super::*;
    use proptest::prelude::*;

    /// What a shape makes of a message that is all that was read: its number and fields.
    fn read(shape: &mut Shape, message: &[u8]) -> Option<(u64, Vec<Field>)> {
        let (bytes, mut fields) = ([message, b"\n\r\nEvent: Next\r\n"].concat(), Vec::new());
        shape.moved();
        let found = shape.read(&bytes, 0, &mut fields)?;
        assert_eq!(found.length, message.len());
        Some((found.number, fields))
    }

    /// Reads a message without, and lets a shape learn it.
    fn learn(shape: &mut Shape, message: &[u8]) -> bool {
        let mut fields = Vec::new();
        split(message, &mut fields);
        shape.learn(message, &fields)
    }

    #[test]
    fn the_third_of_a_kind_is_read_by_the_second() {
        let mut shape = Shape::default();
        let one = b"Event: QueueMember\r\nQueue: sac\r\nPausedReason: \r\nActionID: 1\r";
        let other = b"Event: QueueMember\r\nQueue: vendas\r\nPausedReason: a: b\r\nActionID: 2\r";
        let params = b"Event: QueueParams\r\nActionID: 1\r\nQueue: n1\r\nMax: 0\r";
        for message in [&one[..], params, one] {
            assert_eq!(read(&mut shape, message), None);
            assert!(learn(&mut shape, message));
        }
        assert_eq!(read(&mut shape, other), None, "those were not two in a row");
        assert!(learn(&mut shape, other));
        let (number, fields) = read(&mut shape, one).expect("like the one before");
        assert_eq!(fields.len(), 4);
        for _ in 0..3 {
            assert!(read(&mut shape, params).is_none() && learn(&mut shape, params));
            let again = read(&mut shape, other).map(|(number, _)| number);
            assert_eq!(again, Some(number), "single ones of another kind between them change nothing");
        }
        for different in [
            &b"Event: QueueMember\r\nQueue: sac\r\nActionID: 1\r"[..],
            b"Event: QueueMember\r\nQueue: sac\r\nPausedReason: \r\nActionID: 1\r\nX: y\r",
            b"Event: QueueMember\r\nqueue: sac\r\nPausedReason: \r\nActionID: 1\r",
            b"Event: QueueMember\r\nQueue:  sac\r\nPausedReason: \r\nActionID: 1\r",
            b"Event: QueueMember\r\nQueue: sac \r\nPausedReason: \r\nActionID: 1\r",
            b"Event: QueueMember\r\nQueue: s\rac\r\nPausedReason: \r\nActionID: 1\r",
            b"Event: QueueMember\r\nQueue: sac\nPausedReason: \r\nActionID: 1\r",
        ] {
            assert_eq!(read(&mut shape, different), None, "{:?}", different.escape_ascii().to_string());
        }
    }

    #[test]
    fn what_is_no_answer_teaches_nothing() {
        let mut shape = Shape::default();
        let alone = b"Event: QueueMemberStatus\r\nQueue: sac\r\nActionID: 1\r\nPaused: 0\r";
        for _ in 0..3 {
            assert!(!learn(&mut shape, alone), "its id is neither second nor last");
        }
        assert_eq!(read(&mut shape, alone), None);
    }

    #[test]
    fn a_message_is_read_only_whole() {
        let mut shape = Shape::default();
        let text = b"Event: X\r\nActionID: 1\r\nQueue: service-desk\r\n\r\n";
        let message = &text[..text.len() - 3];
        assert!(learn(&mut shape, message) && learn(&mut shape, message));
        for end in 0..text.len() {
            shape.moved();
            assert_eq!(shape.read(&text[..end], 0, &mut Vec::new()), None);
        }
        shape.moved();
        assert!(shape.read(text, 0, &mut Vec::new()).is_some());
    }

    proptest! {
        /// What a shape reads is what would have been read without it.
        #[test]
        fn a_shape_changes_nothing(texts in prop::collection::vec("(Event: [XY]\r\n)?(ActionID: 1\r\n)?((Queue|Name|a|No colon|StateInterface0?):? ?[a\r: é]{0,3}(\r)?\n){0,4}Z:[b ]{0,70}(\r)?", 1..12)) {
            let mut shape = Shape::default();
            for text in texts {
                let bytes = text.as_bytes();
                let mut plain = Vec::new();
                let clean = split(bytes, &mut plain);
                match read(&mut shape, bytes) {
                    Some((_, found)) => prop_assert!(clean && plain == found && plain.len() <= MAX_FIELDS),
                    None => _ = shape.learn(bytes, &plain),
                }
            }
        }

        /// A read may end anywhere.
        #[test]
        fn what_was_read_may_end_between_the_bytes_of_a_line_end(length in 0_usize..200) {
            let mut ends = Ends::default();
            ends.find(&b"a: b\r\n".repeat(40)[..length], 0);
            prop_assert!(ends.is_plain);
        }

        /// The line ends are all that there are, however many stand together.
        #[test]
        fn every_line_end_is_found(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'a')], 0..300), start in 0_usize..300) {
            let (start, mut ends) = (start.min(bytes.len()), Ends::default());
            ends.find(&bytes, start);
            let expected: Vec<u32> = (start..bytes.len()).filter(|at| bytes[*at] == b'\n').map(|at| at as u32).collect();
            prop_assert_eq!(&ends.places[..ends.count], &expected[..]);
        }
    }
}
