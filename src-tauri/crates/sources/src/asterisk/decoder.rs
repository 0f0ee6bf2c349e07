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
        loop {
            if self.long.is_some() {
                match self.go_on_long() {
                    None => return false,
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

    /// The message that [`Decoder::advance`] found last, its lines now split.
    pub(crate) fn message(&mut self) -> Message<'_> {
        let bytes = match &self.found {
            Found::Nothing => &[],
            Found::InPlace(place) => &self.buffer[place.clone()],
            Found::Long(bytes) => &bytes[..],
        };
        if let Some(shape) = self.shape.split(bytes, &mut self.fields)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Message::new(text, &self.fields).of_shape(shape);
        }
        let clean = split(bytes, &mut self.fields);
        self.shape.learn(bytes);
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
mod tests {
    use super::*;
    use crate::asterisk::message::{Kept, MAX_FIELDS};
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> Vec<Kept> {
        let mut out = Vec::new();
        Decoder::default().push(bytes, |message| out.push(message.keep()));
        out
    }

    #[test]
    fn reads_what_the_family_sends() {
        let all = decode(
            b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: 1\r\n\r\nevent:Hangup\nUNIQUEID:1.2\nX: a: b\n\n\r\n\r\n\
              Event: QueueCallerJoin\r\nCallerIDName: Jo\xe3o\r\nEmpty: \r\nno field\r\nTimestamp: 1795290493.9\r\n\r\n",
        );
        assert_eq!(all.len(), 4);
        let [banner, response, hangup, join] = [0, 1, 2, 3].map(|i| all[i].message());
        assert_eq!(banner.banner(), Some("Asterisk Call Manager/11.0.0"));
        assert!(response.is_success() && response.banner().is_none());
        assert_eq!(hangup.event(), Some("Hangup"));
        assert_eq!(hangup.get("Uniqueid"), Some("1.2"));
        assert_eq!(hangup.get("x"), Some("a: b"));
        assert_eq!(hangup.at(), None);
        assert_eq!(join.get("CallerIDName"), Some("João"));
        assert_eq!((join.get("Empty"), join.said("Empty"), join.get("Absent")), (Some(""), None, None));
        assert_eq!(join.at(), Some(1_795_290_493_900));
    }

    #[test]
    fn a_value_cannot_smuggle_a_line() {
        let all = decode(b"Event: X\r\nName: a\rEvent: Y\r\n\r\n");
        assert_eq!(all[0].message().get("Name"), Some("a Event: Y"));
    }

    #[test]
    fn latin_1_is_told_line_by_line() {
        let mixed = decode(b"Event: X\nName: \xc3\xa9\nOld: Jos\xe9\n\n");
        assert_eq!((mixed[0].message().get("Name"), mixed[0].message().get("Old")), (Some("é"), Some("José")));
    }

    #[test]
    fn what_is_too_large_is_cut() {
        let mut bytes = b"Event: X\r\nBig: ".to_vec();
        bytes.extend(std::iter::repeat_n(b'a', 10 * MAX_LINE));
        bytes.extend(b"\r\nUniqueid: 7\r\n");
        for _ in 0..2 * MAX_FIELDS {
            bytes.extend(b"Variable: v\r\n");
        }
        bytes.extend(b"\r\nEvent: Y\r\n\r\n");
        let all = decode(&bytes);
        let big = all[0].message();
        assert_eq!(big.get("Big").map(str::len), Some(MAX_LINE - "Big: ".len()));
        assert_eq!(big.get("Uniqueid"), Some("7"));
        assert_eq!(big.fields().count(), MAX_FIELDS);
        assert_eq!(all[1].message().event(), Some("Y"));
    }

    #[test]
    fn memory_stays_bounded_without_a_line_end() {
        let mut decoder = Decoder::default();
        decoder.push(b"Event: X\n", |_| {});
        for _ in 0..200 {
            decoder.push(&[b'a'; 100_000], |_| panic!("no message is over"));
        }
        for _ in 0..100 {
            decoder.push(&[&[b'\n'][..], &[b'b'; 60_000]].concat(), |_| panic!("no message is over"));
        }
        let held = decoder.long.as_ref().map_or(0, |long| long.kept.len());
        assert!(held <= MAX_MESSAGE + MAX_LINE, "{held}");
        let mut names = Vec::new();
        decoder.push(b"\n\nEvent: Y\n\n", |message| names.extend(message.event().map(str::to_owned)));
        assert_eq!(names, ["X", "Y"]);
    }

    /// A plain splitter, line by line: what the decoder must equal.
    fn plain(bytes: &[u8]) -> Vec<Vec<(String, String)>> {
        let word = |text: &str| text.trim_matches(|c: char| c.is_ascii_whitespace()).to_owned();
        let (mut out, mut message, mut size) = (Vec::new(), Vec::new(), 0);
        let Some(whole) = memchr::memrchr(b'\n', bytes) else { return out };
        for line in bytes[..whole].split(|b| *b == b'\n') {
            let line = &line[..line.len().min(MAX_LINE)];
            let text = match std::str::from_utf8(line) {
                Ok(text) => text.to_owned(),
                Err(_) => line.iter().map(|b| char::from(*b)).collect(),
            };
            let text = text.strip_suffix('\r').unwrap_or(&text).replace('\r', " ");
            if text.is_empty() {
                out.extend((size > 0).then(|| std::mem::take(&mut message)));
                size = 0;
            } else if size == 0 && !text.contains(':') {
                out.push(vec![("banner".to_owned(), text.trim().to_owned())]);
            } else if size + line.len() < MAX_MESSAGE {
                size += line.len() + 1;
                if let Some((key, value)) = text.split_once(':').filter(|_| message.len() < MAX_FIELDS) {
                    message.push((word(key), word(value)));
                }
            }
        }
        out
    }

    fn fields(message: Message<'_>) -> Vec<(String, String)> {
        match message.banner() {
            Some(banner) => vec![("banner".to_owned(), banner.to_owned())],
            None => message.fields().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        }
    }

    fn takes(name: &[u8], _: &[u8]) -> bool {
        name == b"Hangup"
    }

    /// Bytes that look enough like AMI to reach every branch.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            8 => proptest::collection::vec(any::<u8>(), 0..20),
            8 => proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b':'), Just(b'e'), Just(0xe9)], 0..12),
            8 => Just(b"\r\n".to_vec()),
            8 => Just(b"\r\n\r\n".to_vec()),
            8 => Just(b"\n".to_vec()),
            8 => Just(b"\n\n".to_vec()),
            8 => Just(b"Event: Hangup\r\n".to_vec()),
            4 => Just(b"Event: Other\n".to_vec()),
            8 => Just(b"Timestamp: 1.99999999999\r\n".to_vec()),
            8 => Just(b"Uniqueid:\xc3".to_vec()),
            1 => (MAX_LINE - 20..MAX_LINE + 20).prop_map(|length| vec![b'x'; length]),
            1 => Just(b"Variable: a=b\r\n".repeat(MAX_FIELDS + 10)),
            1 => Just([&b"V:"[..], &[b'v'; MAX_LINE / 2], b"\n"].concat().repeat(12)),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter_and_a_plain_splitter_agrees(
            bytes in bytes(),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let expected = plain(&bytes);
            let whole: Vec<_> = decode(&bytes).iter().map(|message| fields(message.message())).collect();
            prop_assert_eq!(&expected, &whole);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let (mut parts, mut some) = (Vec::new(), Vec::new());
            let (mut decoder, mut picky) = (Decoder::default(), Decoder::new(takes));
            for pair in cuts.windows(2) {
                decoder.push(&bytes[pair[0]..pair[1]], |message| {
                    let _ = (message.at(), message.event(), message.number::<i32>("Uniqueid"));
                    parts.push(fields(message));
                });
                picky.push(&bytes[pair[0]..pair[1]], |message| some.push(fields(message)));
            }
            prop_assert_eq!(&expected, &parts);
            prop_assert_eq!(picky.count(), expected.len() as u64);
            let wanted = |m: &&Vec<(String, String)>| m.first().is_none_or(|(key, value)| !key.eq_ignore_ascii_case("Event") || value == "Hangup");
            prop_assert_eq!(expected.iter().filter(wanted).collect::<Vec<_>>(), some.iter().collect::<Vec<_>>());
            for (key, value) in expected.iter().flatten() {
                prop_assert!(!key.contains(['\r', '\n']) && !value.contains(['\r', '\n']));
            }
        }

        #[test]
        fn byte_by_byte_is_the_same(bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b':'), Just(b'a')], 0..200)) {
            let mut parts = Vec::new();
            let mut decoder = Decoder::default();
            for byte in &bytes {
                decoder.push(&[*byte], |message| parts.push(fields(message)));
            }
            prop_assert_eq!(plain(&bytes), parts);
        }
    }
}
