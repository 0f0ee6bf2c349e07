//! Streams of small numbers, written and read by the same code.
//!
//! Whatever a column holds goes through [`Flow`]: a writer notes the value it is given, a reader gives the value that was noted
//! and ignores the one it is given. So each layout is told once, for both directions, and cannot differ between them.

use crate::{HistoryError, Result};

/// Level 14 would be smaller by a twenty-eighth, and sealing would take half as long again.
const LEVEL: i32 = 5;
/// Shorter streams are compressed together.
const SHORT: usize = 192;
/// What one stream may unpack to: hundreds of times the largest.
const LIMIT: usize = 1 << 28;

/// One direction of a set of streams.
pub(crate) trait Flow {
    /// True for a writer: the values given are the real ones.
    const WRITES: bool;

    /// One byte.
    fn byte(&mut self, stream: usize, value: u8) -> u8;

    /// A number, short when small.
    fn number(&mut self, stream: usize, value: u64) -> u64;

    /// Text, at most [`TEXT`] bytes when read.
    fn text(&mut self, stream: usize, value: &[u8]) -> Vec<u8>;

    /// The same, added to `text`; what is no text is refused.
    fn add_text(&mut self, stream: usize, value: &str, text: &mut String);

    /// Something cannot be as read: everything read from here on is void.
    fn refuse(&mut self);

    /// True once something was refused: nothing read from here on counts.
    fn is_void(&self) -> bool;

    /// A signed number, short when near zero.
    fn signed(&mut self, stream: usize, value: i64) -> i64 {
        unzigzag(self.number(stream, zigzag(value)))
    }

    /// Whether.
    fn flag(&mut self, stream: usize, value: bool) -> bool {
        self.byte(stream, u8::from(value)) != 0
    }

    /// A number that may be absent.
    fn maybe(&mut self, stream: usize, value: Option<u64>) -> Option<u64> {
        self.number(stream, value.map_or(0, |v| v.wrapping_add(1))).checked_sub(1)
    }
}

/// Longest text.
const TEXT: u64 = 1 << 24;

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Streams being written.
#[derive(Debug, Default)]
pub(crate) struct Out {
    streams: Vec<Vec<u8>>,
}

impl Out {
    pub(crate) fn new(streams: usize) -> Self {
        Out { streams: vec![Vec::new(); streams] }
    }

    /// Bytes of all streams: their lengths, then the short ones together and each long one, compressed, with checksums.
    pub(crate) fn pack(&self, what: &'static str) -> Result<Vec<u8>> {
        let damaged = |e: std::io::Error| HistoryError::damaged(what, e);
        let mut zstd = zstd::bulk::Compressor::new(LEVEL).map_err(damaged)?;
        zstd.include_checksum(true).map_err(damaged)?;
        let short: Vec<u8> = self.streams.iter().filter(|s| s.len() < SHORT).flatten().copied().collect();
        let mut bytes = Vec::new();
        put_number(&mut bytes, self.streams.len() as u64);
        let mut bodies = Vec::new();
        let mut add = |bytes: &mut Vec<u8>, plain: &[u8]| {
            let body = zstd.compress(plain)?;
            put_number(bytes, body.len() as u64);
            bodies.extend_from_slice(&body);
            Ok::<_, std::io::Error>(())
        };
        add(&mut bytes, &short).map_err(damaged)?;
        for stream in &self.streams {
            put_number(&mut bytes, stream.len() as u64);
            if stream.len() >= SHORT {
                add(&mut bytes, stream).map_err(damaged)?;
            }
        }
        bytes.extend_from_slice(&bodies);
        Ok(bytes)
    }

    /// How many streams there are.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn len(&self) -> usize {
        self.streams.len()
    }
}

impl Flow for Out {
    const WRITES: bool = true;

    fn byte(&mut self, stream: usize, value: u8) -> u8 {
        self.streams[stream].push(value);
        value
    }

    fn number(&mut self, stream: usize, value: u64) -> u64 {
        put_number(&mut self.streams[stream], value);
        value
    }

    fn text(&mut self, stream: usize, value: &[u8]) -> Vec<u8> {
        put_number(&mut self.streams[stream], value.len() as u64);
        self.streams[stream].extend_from_slice(value);
        value.to_vec()
    }

    fn add_text(&mut self, stream: usize, value: &str, text: &mut String) {
        put_number(&mut self.streams[stream], value.len() as u64);
        self.streams[stream].extend_from_slice(value.as_bytes());
        text.push_str(value);
    }

    fn refuse(&mut self) {
        debug_assert!(false, "a writer refuses nothing");
    }

    fn is_void(&self) -> bool {
        false
    }
}

fn put_number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Streams being read.
#[derive(Debug)]
pub(crate) struct In {
    plain: Vec<u8>,
    /// Where each stream is read, and where it ends.
    cursors: Vec<(usize, usize)>,
    bad: bool,
}

impl In {
    /// Opens what [`Out::pack`] packed. Any bytes are safe to give.
    pub(crate) fn open(bytes: &[u8], streams: usize, what: &'static str) -> Result<In> {
        let damaged = |why: &dyn ToString| HistoryError::damaged(what, why.to_string());
        let mut at = 0;
        let mut header = || take_number(bytes, &mut at, bytes.len()).ok_or_else(|| damaged(&"it ends too early"));
        if header()? != streams as u64 {
            return Err(damaged(&"it has another number of columns"));
        }
        let tail = header()?;
        let mut lengths = Vec::with_capacity(streams);
        for _ in 0..streams {
            let plain = header()?;
            lengths.push((plain, if plain >= SHORT as u64 { Some(header()?) } else { None }));
        }
        let all: u64 = lengths.iter().map(|(plain, _)| *plain).fold(0, u64::saturating_add);
        if all > LIMIT as u64 {
            return Err(damaged(&"it says an absurd size"));
        }
        let mut bodies = &bytes[at..];
        let mut zstd = zstd::bulk::Decompressor::new().map_err(|e| damaged(&e))?;
        let mut body = |length: u64, size: usize, into: &mut Vec<u8>| {
            let length = usize::try_from(length).map_err(|e| damaged(&e))?;
            let (body, rest) = bodies.split_at_checked(length).ok_or_else(|| damaged(&"it ends too early"))?;
            bodies = rest;
            let from = into.len();
            into.resize(from + size, 0);
            let got = zstd.decompress_to_buffer(body, &mut into[from..]).map_err(|e| damaged(&e))?;
            if got == size { Ok(()) } else { Err(damaged(&"a column is shorter than it says")) }
        };
        let short = lengths.iter().filter(|(_, body)| body.is_none()).map(|(plain, _)| *plain as usize).sum();
        let mut plain = Vec::with_capacity(all as usize);
        body(tail, short, &mut plain)?;
        let (mut cursors, mut next) = (Vec::with_capacity(streams), 0);
        for (length, packed) in lengths {
            let length = length as usize;
            match packed {
                None => {
                    cursors.push((next, next + length));
                    next += length;
                }
                Some(packed) => {
                    let from = plain.len();
                    body(packed, length, &mut plain)?;
                    cursors.push((from, from + length));
                }
            }
        }
        if !bodies.is_empty() {
            return Err(damaged(&"more follows its end"));
        }
        Ok(In { plain, cursors, bad: false })
    }
}

impl Flow for In {
    const WRITES: bool = false;

    #[inline]
    fn byte(&mut self, stream: usize, _: u8) -> u8 {
        let (at, end) = &mut self.cursors[stream];
        if at < end {
            *at += 1;
            self.plain[*at - 1]
        } else {
            self.bad = true;
            0
        }
    }

    #[inline]
    fn number(&mut self, stream: usize, _: u64) -> u64 {
        let (at, end) = &mut self.cursors[stream];
        match take_number(&self.plain, at, *end) {
            Some(value) => value,
            None => {
                self.bad = true;
                0
            }
        }
    }

    fn text(&mut self, stream: usize, _: &[u8]) -> Vec<u8> {
        self.take_text(stream).to_vec()
    }

    fn add_text(&mut self, stream: usize, _: &str, text: &mut String) {
        match std::str::from_utf8(self.take_text(stream)) {
            Ok(more) => text.push_str(more),
            Err(_) => self.bad = true,
        }
    }

    fn refuse(&mut self) {
        self.bad = true;
    }

    fn is_void(&self) -> bool {
        self.bad
    }
}

impl In {
    fn take_text(&mut self, stream: usize) -> &[u8] {
        let length = self.number(stream, 0);
        let (at, end) = &mut self.cursors[stream];
        match self.plain.get(*at..*end).and_then(|rest| rest.get(..length.min(TEXT) as usize)) {
            Some(text) if length <= TEXT => {
                *at += text.len();
                text
            }
            _ => {
                self.bad = true;
                &[]
            }
        }
    }
}

#[inline]
fn take_number(bytes: &[u8], at: &mut usize, end: usize) -> Option<u64> {
    let bytes = &bytes[..end];
    let first = *bytes.get(*at)?;
    *at += 1;
    if first < 0x80 {
        return Some(u64::from(first));
    }
    let mut value = u64::from(first & 0x7f);
    for shift in 1..10 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << (7 * shift);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_noted_is_read(values in prop::collection::vec((0..3usize, any::<i64>(), any::<u8>()), 0..400)) {
            let mut out = Out::new(3);
            for (stream, number, byte) in &values {
                out.signed(*stream, *number);
                out.byte(*stream, *byte);
                out.maybe(*stream, (byte % 2 == 0).then_some(*number as u64 >> 1));
                out.text(*stream, &number.to_le_bytes()[..usize::from(byte % 8)]);
            }
            let bytes = out.pack("test").expect("packed");
            let mut read = In::open(&bytes, 3, "test").expect("opened");
            for (stream, number, byte) in &values {
                prop_assert_eq!(read.signed(*stream, 0), *number);
                prop_assert_eq!(read.byte(*stream, 0), *byte);
                prop_assert_eq!(read.maybe(*stream, None), (byte % 2 == 0).then_some(*number as u64 >> 1));
                prop_assert_eq!(read.text(*stream, &[]), &number.to_le_bytes()[..usize::from(byte % 8)]);
            }
            prop_assert!(!read.is_void());
            read.byte(0, 0);
            prop_assert!(read.is_void());
        }

        #[test]
        fn any_bytes_are_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), cut in any::<prop::sample::Index>(), with in 1u8..) {
            let _ = In::open(&bytes, 2, "test");
            let mut out = Out::new(2);
            out.text(0, &[7; 500]);
            out.text(1, &bytes);
            let mut packed = out.pack("test").expect("packed");
            let at = cut.index(packed.len());
            prop_assert!(In::open(&packed[..at], 2, "test").is_err());
            packed[at] ^= with;
            if let Ok(mut read) = In::open(&packed, 2, "test") {
                // Only the short column's edge may move unnoticed by a checksum.
                let _ = read.text(0, &[]);
                let _ = read.text(1, &[]);
            }
        }
    }
}
