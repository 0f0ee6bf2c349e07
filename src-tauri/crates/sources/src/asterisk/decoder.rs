//! AMI messages out of a stream of bytes, framed where they lie.
//!
//! Tolerant on purpose: platforms of the family differ in line ends, in the space after a colon, in the case of keys and in
//! encoding. What is too large is cut, never fatal, and memory stays bounded whatever the other side sends. The result does not
//! depend on how the bytes were cut into reads.
//!
//! Why it is clever: a PBX says a hundred things for each one that matters here, and after a cut it says thousands at once. So
//! the connection reads straight into one buffer; a message's end is looked for as a blank line, many bytes at a time, without
//! a stop at each line; the event's name is read from the first line, and a message that nobody takes costs nothing more. Only
//! of those taken are lines split, and still nothing is copied: [`Message`] is a view of the buffer. A second, plain path takes
//! what is longer than any sane message. `cargo xtask bench decode` measures it all against the crates that exist and against
//! merely visiting every line.

use super::message::{Field, Message, mended, split};
use super::scan::blank_line;
use super::shape::Shape;
use std::ops::Range;

/// Longest line kept, bytes; the rest of a longer one is dropped. A message no longer than this cannot need any cut but of its
/// number of fields, and is framed in place.
pub(crate) const MAX_LINE: usize = 64 * 1024;
/// Most bytes of one message kept; lines that would go beyond are dropped.
pub(crate) const MAX_MESSAGE: usize = 256 * 1024;
/// Bytes held at once: a message that is framed in place and room for a large read.
const BUFFER: usize = 256 * 1024;

/// Whether an event is taken, by its name and its bytes.
type Takes = Box<dyn Fn(&[u8], &[u8]) -> bool + Send + Sync>;

/// Turns bytes into messages. Bytes go into [`Decoder::space`] and are told by [`Decoder::filled`]; then each true of
/// [`Decoder::advance`] makes one [`Decoder::message`].
pub(crate) struct Decoder {
    takes: Takes,
    buffer: Box<[u8]>,
    /// The first byte of the message under way.
    start: usize,
    /// The end of the bytes read.
    end: usize,
    /// No blank line begins before this place.
    searched: usize,
    /// A message too long to be framed in place.
    long: Option<Long>,
    /// The message last found.
    found: Found,
    /// Its text, if it is not the bytes as they came.
    mended: String,
    fields: Vec<Field>,
    /// The messages of the list being received.
    shape: Shape,
    /// Such a list is being received.
    is_listing: bool,
    /// The number of the shape by which the message last found was read and split already; 0 if it was not.
    shaped: u64,
    /// Messages that came, taken or not.
    count: u64,
}

#[derive(Debug, Default)]
enum Found {
    #[default]
    Nothing,
    InPlace(Range<usize>),
    Long(Vec<u8>),
}

impl Default for Decoder {
    /// Takes every message.
    fn default() -> Self {
        Decoder::new(|_, _| true)
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder")
            .field("held", &(self.end - self.start))
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Decoder {
    /// A decoder that skips the events that `takes` does not want. Everything that is no event is taken.
    pub(crate) fn new(takes: impl Fn(&[u8], &[u8]) -> bool + Send + Sync + 'static) -> Decoder {
        Decoder {
            takes: Box::new(takes),
            buffer: vec![0; BUFFER].into_boxed_slice(),
            start: 0,
            end: 0,
            searched: 0,
            long: None,
            found: Found::Nothing,
            mended: String::new(),
            fields: Vec::new(),
            shape: Shape::default(),
            is_listing: false,
            shaped: 0,
            count: 0,
        }
    }

    /// Takes every message from now on.
    pub(crate) fn take_all(&mut self) {
        self.takes = Box::new(|_, _| true);
    }

    /// Messages that came so far, those skipped included.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Room for the next read; never empty once [`Decoder::advance`] has said that no message is left. Forgets the message last
    /// found.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        self.found = Found::Nothing;
        self.shape.moved();
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.searched = self.searched.saturating_sub(self.start);
            self.end -= self.start;
            self.start = 0;
        }
        &mut self.buffer[self.end..]
    }

    /// Tells that the first `length` bytes of [`Decoder::space`] were read.
    pub(crate) fn filled(&mut self, length: usize) {
        self.end = (self.end + length).min(self.buffer.len());
    }

    /// Looks for the next message that is taken; false if more bytes are needed.
    pub(crate) fn advance(&mut self) -> bool {
        self.shaped = 0;
        loop {
            if self.long.is_some() {
                match self.go_on_long() {
                    None => return false,
                    Some(false) => continue,
                    Some(true) => return true,
                }
            }
            // Once a message: one that was searched before was not whole then.
            if self.is_listing && self.searched <= self.start {
                match self.listed() {
                    None => {}
                    Some(false) => continue,
                    Some(true) => return true,
                }
            }
            let bytes = &self.buffer[self.start..self.end];
            match bytes {
                [b'\n', ..] => self.start += 1,
                [b'\r', b'\n', ..] => self.start += 2,
                _ => match frame(bytes, self.searched.saturating_sub(self.start)) {
                    Frame::Long => self.long = Some(Long::default()),
                    Frame::More(searched) => {
                        self.searched = self.start + searched;
                        return false;
                    }
                    Frame::Greeting { length } => {
                        self.count += 1;
                        self.found = Found::InPlace(self.start..self.start + length);
                        self.start += length + 1;
                        return true;
                    }
                    Frame::Whole { first, length, next } => {
                        self.count += 1;
                        let place = self.start..self.start + length;
                        self.start += next;
                        let bytes = &self.buffer[place.clone()];
                        if is_taken(&self.takes, &bytes[..first], bytes) {
                            self.found = Found::InPlace(place);
                            return true;
                        }
                    }
                },
            }
        }
    }

    /// Reads a message by the shape of those before; `None` if it is none of these, else whether it is taken.
    fn listed(&mut self) -> Option<bool> {
        let shaped = self.shape.read(&self.buffer[..self.end], self.start, &mut self.fields)?;
        let place = self.start..self.start + shaped.length;
        if shaped.length > MAX_LINE {
            return None;
        }
        self.count += 1;
        self.start = place.end + b"\n\r\n".len();
        let is_taken = (self.takes)(shaped.name, &self.buffer[place.clone()]);
        if is_taken {
            (self.shaped, self.found) = (shaped.number, Found::InPlace(place));
        }
        Some(is_taken)
    }

    /// The message that [`Decoder::advance`] found last, its lines now split.
    pub(crate) fn message(&mut self) -> Message<'_> {
        let bytes = match &self.found {
            Found::Nothing => &[],
            Found::InPlace(place) => &self.buffer[place.clone()],
            Found::Long(bytes) => &bytes[..],
        };
        if self.shaped != 0
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Message::new(text, &self.fields).of_shape(self.shaped);
        }
        self.shaped = 0;
        let clean = split(bytes, &mut self.fields);
        self.is_listing = self.shape.learn(bytes, &self.fields);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if clean => text,
            _ => {
                self.mended = mended(bytes);
                split(self.mended.as_bytes(), &mut self.fields);
                &self.mended
            }
        };
        Message::new(text, &self.fields)
    }

    /// Takes the bytes of one read and hands every message that they complete to `sink`.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut sink: impl FnMut(Message<'_>)) {
        while !bytes.is_empty() {
            let space = self.space();
            let length = bytes.len().min(space.len());
            space[..length].copy_from_slice(&bytes[..length]);
            self.filled(length);
            bytes = &bytes[length..];
            while self.advance() {
                sink(self.message());
            }
        }
    }

    /// Feeds a long message; `None` if more bytes are needed, else whether it is over and taken.
    fn go_on_long(&mut self) -> Option<bool> {
        let long = self.long.as_mut()?;
        let (used, over) = long.take(&self.buffer[self.start..self.end]);
        self.start += used;
        if !over {
            return None;
        }
        let bytes = self.long.take()?.kept;
        self.count += 1;
        let first = memchr::memchr(b'\n', &bytes).unwrap_or(bytes.len());
        let taken = is_taken(&self.takes, &bytes[..first], &bytes);
        if taken {
            self.found = Found::Long(bytes);
        }
        Some(taken)
    }
}

/// What stands at the start of some bytes that begin with no blank line.
enum Frame {
    /// Not yet told; no blank line begins before this place.
    More(usize),
    /// A message too long to be framed in place.
    Long,
    /// A line that is no field.
    Greeting { length: usize },
    /// A message: lengths of its first line and of all its lines, without the last line's end, and where the next begins.
    Whole { first: usize, length: usize, next: usize },
}

fn frame(bytes: &[u8], searched: usize) -> Frame {
    let more = || match bytes.len() > MAX_LINE + 2 {
        true => Frame::Long,
        false => Frame::More(bytes.len().saturating_sub(2)),
    };
    let Some(first) = memchr::memchr(b'\n', bytes) else { return more() };
    if first > MAX_LINE {
        return Frame::Long;
    }
    if memchr::memchr(b':', &bytes[..first]).is_none() {
        return Frame::Greeting { length: first };
    }
    match blank_line(bytes, searched.max(first)) {
        None => more(),
        Some(length) if length > MAX_LINE => Frame::Long,
        Some(length) => Frame::Whole { first, length, next: length + if bytes[length + 1] == b'\n' { 2 } else { 3 } },
    }
}

/// Whether a message is wanted: an event only by its name, anything else always.
fn is_taken(takes: &Takes, first: &[u8], body: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', first) else { return true };
    let (key, value) = (&first[..colon], &first[colon + 1..]);
    !key.trim_ascii().eq_ignore_ascii_case(b"Event") || takes(value.trim_ascii(), body)
}

/// A message longer than [`MAX_LINE`], taken line by line and cut.
#[derive(Debug, Default)]
struct Long {
    /// The lines kept, with their ends.
    kept: Vec<u8>,
    /// Where the line under way begins in `kept`.
    line: usize,
}

impl Long {
    /// Takes bytes up to the end of the message; gives how many, and whether it is over.
    fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut used = 0;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            used += line.len();
            let (text, ended) = line.strip_suffix(b"\n").map_or((line, false), |line| (line, true));
            let room = MAX_LINE - (self.kept.len() - self.line);
            self.kept.extend_from_slice(&text[..text.len().min(room)]);
            if ended && self.end_line() {
                return (used, true);
            }
        }
        (used, false)
    }

    /// Ends a line; true if the message is over.
    fn end_line(&mut self) -> bool {
        let line = &self.kept[self.line..];
        if matches!(line, b"" | b"\r") {
            self.kept.truncate(self.line);
            return true;
        }
        if self.line == 0 && memchr::memchr(b':', line).is_none() {
            return true;
        }
        if self.kept.len() >= MAX_MESSAGE {
            self.kept.truncate(self.line);
        } else {
            self.kept.push(b'\n');
            self.line = self.kept.len();
        }
        false
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
