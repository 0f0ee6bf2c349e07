//! One AMI message, read in place.
//!
//! A message is a view of the text that the decoder holds: nothing is copied to read it. Whoever must keep one across more
//! reading asks for [`Kept`].

use super::scan::{BLOCK, places};

/// Most fields of one message kept.
pub(crate) const MAX_FIELDS: usize = 512;

/// Where a field's key and value stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    key: u32,
    key_end: u32,
    value: u32,
    end: u32,
}

impl Field {
    /// The field of a line whose colon and end are known, if it is like nearly all: `Key: value`, with or without a carriage return,
    /// and nothing else blank at the edges.
    ///
    /// Always in place of the call: returned by one, it would go through memory in parts and be read back as a whole, which every
    /// processor waits for longer than all this takes.
    #[inline(always)]
    fn plain(bytes: &[u8], line: usize, colon: usize, place: usize) -> Option<Field> {
        let value = colon + 1 + usize::from(bytes.get(colon + 1) == Some(&b' '));
        let end = place - usize::from(place > value && bytes[place - 1] == b'\r');
        let plain = |start: usize, end: usize| bytes[start] > b' ' && bytes[end - 1] > b' ';
        let is_plain = line < colon && plain(line, colon) && (value == end || value < end && plain(value, end));
        // The decoder keeps no text of 4 GiB.
        is_plain.then_some(Field { key: line as u32, key_end: colon as u32, value: value as u32, end: end as u32 })
    }

    /// A field found by other means: where key and value begin and end.
    pub(crate) fn of(key: u32, key_end: u32, value: u32, end: u32) -> Field {
        Field { key, key_end, value, end }
    }

    /// Its key in the bytes it was found in.
    pub(crate) fn key_of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.key as usize..self.key_end as usize]
    }

    /// Its value.
    pub(crate) fn value_of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.value as usize..self.end as usize]
    }

    /// What stands from its key up to its value.
    pub(crate) fn up_to_value(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.key as usize..self.value as usize]
    }

    fn key(self, text: &str) -> &str {
        &text[self.key as usize..self.key_end as usize]
    }

    fn value(self, text: &str) -> &str {
        &text[self.value as usize..self.end as usize]
    }

    /// The key as [`word`] makes it, read at once where sixteen bytes stand in the text.
    #[inline]
    fn word(self, text: &str) -> u128 {
        let length = (self.key_end - self.key) as usize;
        match text.as_bytes().get(self.key as usize..).and_then(|rest| rest.first_chunk()) {
            Some(bytes) if length < WORD => (u128::from_le_bytes(*bytes) | SMALL) & ((1 << (8 * length)) - 1),
            _ => word(self.key(text)),
        }
    }
}

/// Most letters of a key that is a word.
const WORD: usize = 16;
/// What makes a capital letter small, in each byte. It makes no letter of what is none.
const SMALL: u128 = u128::from_ne_bytes([0x20; WORD]);

/// A key of up to sixteen letters as a number, the same in any case: a machine compares it in one step, and a letter is never 0, so
/// that keys of different length differ. A longer key is 0, as is none.
pub(crate) const fn word(key: &str) -> u128 {
    let key = key.as_bytes();
    if key.len() > WORD {
        return 0;
    }
    let (mut word, mut at) = (0, 0);
    while at < key.len() {
        word |= ((key[at] | 0x20) as u128) << (8 * at);
        at += 1;
    }
    word
}

/// The value if it says something: neither empty nor one of the platform's words for nothing.
pub(crate) fn means(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !matches!(*value, "" | "<unknown>" | "<null>" | "(null)"))
}

/// One message: a response, an event or the greeting. Values hold no line ends.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    text: &'a str,
    fields: &'a [Field],
    shape: u64,
}

impl<'a> Message<'a> {
    /// A view of `text`, whose lines [`split`] has found; without any field, it is the greeting.
    pub(crate) fn new(text: &'a str, fields: &'a [Field]) -> Message<'a> {
        Message { text, fields, shape: 0 }
    }

    /// The same, of a list whose messages of this number have the same keys in the same order.
    pub(crate) fn of_shape(self, shape: u64) -> Message<'a> {
        Message { shape, ..self }
    }

    /// The number of its keys and their order; 0 if it was read by itself.
    pub(crate) fn shape(&self) -> u64 {
        self.shape
    }

    /// Its lines.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Fields in the order they came.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let text = self.text;
        self.fields.iter().map(move |field| (field.key(text), field.value(text)))
    }

    /// Each key as a [`word`], for whoever looks for many keys.
    pub(crate) fn words(&self) -> impl Iterator<Item = u128> + use<'a> {
        let text = self.text;
        self.fields.iter().map(move |field| field.word(text))
    }

    /// The value of the field that came in this place, from 0.
    pub(crate) fn value(&self, nth: usize) -> Option<&'a str> {
        self.fields.get(nth).map(|field| field.value(self.text))
    }

    /// The first value of a key, in any case; `None` if the message has no such key.
    pub(crate) fn get(&self, key: &str) -> Option<&'a str> {
        // Lengths first: they differ for most keys and are here without a look at the text. Then the first letter.
        let (text, first) = (self.text.as_bytes(), key.as_bytes().first().map(u8::to_ascii_lowercase));
        let found = self.fields.iter().find(|field| {
            (field.key_end - field.key) as usize == key.len()
                && text.get(field.key as usize).map(u8::to_ascii_lowercase) == first
                && field.key(self.text).eq_ignore_ascii_case(key)
        });
        found.map(|field| field.value(self.text))
    }

    /// The first value of a key that says something: neither empty nor one of the platform's words for nothing.
    pub(crate) fn said(&self, key: &str) -> Option<&'a str> {
        means(self.get(key))
    }

    /// The value as a number.
    pub(crate) fn number<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.get(key)?.trim().parse().ok()
    }

    /// The event's name, if this is an event.
    pub(crate) fn event(&self) -> Option<&'a str> {
        match self.fields().next() {
            Some(("Event", name)) => Some(name),
            _ => self.get("Event"),
        }
    }

    /// The greeting, if this is one.
    pub(crate) fn banner(&self) -> Option<&'a str> {
        self.fields.is_empty().then(|| self.text.trim())
    }

    /// True if this is a response that grants what was asked.
    pub(crate) fn is_success(&self) -> bool {
        self.get("Response").is_some_and(|response| response.eq_ignore_ascii_case("Success"))
    }

    /// The platform's own time of an event, Unix ms (`Timestamp: seconds.micros`).
    pub(crate) fn at(&self) -> Option<i64> {
        let text = self.get("Timestamp")?;
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let seconds: i64 = seconds.parse().ok().filter(|s| (0..=32_503_680_000).contains(s))?;
        let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
        let mut millis = digits.map(|d| d.is_ascii_digit().then(|| i64::from(d - b'0')));
        Some(seconds * 1000 + millis.try_fold(0, |sum, d| Some(sum * 10 + d?))?)
    }

    /// A copy to keep while more is read.
    pub(crate) fn keep(&self) -> Kept {
        Kept { text: self.text.to_owned(), fields: self.fields.to_vec() }
    }
}

impl std::fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.banner() {
            Some(banner) => f.write_str(banner),
            None => f.debug_map().entries(self.fields()).finish(),
        }
    }
}

/// A message that outlives the bytes it came in.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    text: String,
    fields: Vec<Field>,
}

impl Kept {
    /// The message.
    pub(crate) fn message(&self) -> Message<'_> {
        Message::new(&self.text, &self.fields)
    }
}

/// Finds the fields of a message's lines: at most [`MAX_FIELDS`], lines without a colon left out. False if a carriage return stands
/// elsewhere than right before a line's end: [`mended`] then has to take it out first.
pub(crate) fn split(bytes: &[u8], fields: &mut Vec<Field>) -> bool {
    fields.clear();
    let mut splitter = Splitter { bytes, fields, line: 0, colon: NONE, base: 0, after_return: false, stray: false };
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for block in blocks {
        splitter.take(block, u64::MAX);
    }
    // What is missing of the last block is filled with line ends, of which the first ends the last line.
    let mut last = [b'\n'; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    splitter.take(&last, u64::MAX >> (BLOCK - 1 - rest.len()));
    !splitter.stray
}

/// A walk over the line ends and colons of a message.
struct Splitter<'a> {
    bytes: &'a [u8],
    fields: &'a mut Vec<Field>,
    /// Where the line under way begins.
    line: usize,
    /// Its first colon, or [`NONE`].
    colon: usize,
    /// Where the block under way begins.
    base: usize,
    /// The block before ended in a carriage return.
    after_return: bool,
    stray: bool,
}

/// No place: later than all.
const NONE: usize = usize::MAX;

impl Splitter<'_> {
    /// The place of the first of these bits. Without a jump, since nobody could foretell it.
    fn first(&self, bits: u64) -> usize {
        if bits == 0 { NONE } else { self.base + bits.trailing_zeros() as usize }
    }

    fn take(&mut self, block: &[u8; BLOCK], valid: u64) {
        let ends = places(block, b'\n');
        let returns = places(block, b'\r');
        let colons = places(block, b':');
        let after_returns = (returns << 1) | u64::from(self.after_return);
        self.stray |= after_returns & !ends & valid != 0;
        self.after_return = returns >> (BLOCK - 1) != 0;
        let (mut ends, colons) = (ends & valid, colons & valid);
        // Bits up to the end of the line before.
        let mut before = 0;
        while ends != 0 {
            let end = ends & ends.wrapping_neg();
            let colon = self.colon.min(self.first(colons & !before & (end - 1)));
            let place = self.base + ends.trailing_zeros() as usize;
            if colon != NONE && self.fields.len() < MAX_FIELDS {
                self.fields.push(field(self.bytes, self.line, colon, place));
            }
            (self.line, self.colon) = (place + 1, NONE);
            before = end | (end - 1);
            ends ^= end;
        }
        self.colon = self.colon.min(self.first(colons & !before));
        self.base += BLOCK;
    }
}

/// The field of a line whose colon and end are known.
fn field(bytes: &[u8], line: usize, colon: usize, place: usize) -> Field {
    Field::plain(bytes, line, colon, place).unwrap_or_else(|| {
        let (key, key_end) = trimmed(bytes, line, colon);
        let (value, end) = trimmed(bytes, colon + 1, place);
        Field { key, key_end, value, end }
    })
}

/// The part of a line without the blanks around it, carriage return included.
fn trimmed(bytes: &[u8], mut start: usize, mut end: usize) -> (u32, u32) {
    while start < end && bytes[start].is_ascii_whitespace() {
        start += 1;
    }
    while start < end && bytes[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    // The decoder keeps no text of 4 GiB.
    (start as u32, end as u32)
}

/// The lines of a message as text. A line that is not UTF-8 is Latin-1, which older phones and boards still send. A carriage return
/// within a line becomes a blank, so that no value can smuggle a line end.
pub(crate) fn mended(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for line in bytes.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(line) => text.extend(line.chars().map(blank)),
            Err(_) => text.extend(line.iter().copied().map(char::from).map(blank)),
        }
        text.push('\n');
    }
    text
}

fn blank(c: char) -> char {
    if c == '\r' { ' ' } else { c }
}
