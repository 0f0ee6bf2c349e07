//! Bytes as text, whatever program wrote them.

use super::SheetError;
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes at the start that tell what a file is.
const START: u64 = 4096;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// How a file begins.
pub(super) fn start(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(START).read_to_end(&mut start)?;
    Ok(start)
}

/// What an encoding is called. Latin-1 is how everybody calls what Windows writes.
pub(crate) fn name_of(encoding: &'static Encoding) -> &'static str {
    if encoding == WINDOWS_1252 { "Latin-1" } else { encoding.name() }
}

/// The encoding of that name.
fn by_name(name: &str) -> &'static Encoding {
    if name == "Latin-1" { WINDOWS_1252 } else { Encoding::for_label(name.as_bytes()).unwrap_or(UTF_8) }
}

/// The encoding of bytes that begin with no mark. `is_utf8`: all of them could be that.
pub(crate) fn without_mark(start: &[u8], is_utf8: bool) -> &'static Encoding {
    // Every other byte of western text in UTF-16 is 0.
    let zero = |odd: usize| start.iter().skip(odd).step_by(2).take(64).filter(|b| **b == 0).count();
    let half = start.len().min(128) / 2;
    if half >= 2 && zero(1) * 2 > half {
        UTF_16LE
    } else if half >= 2 && zero(0) * 2 > half {
        UTF_16BE
    } else if is_utf8 {
        UTF_8
    } else {
        WINDOWS_1252
    }
}

/// The encoding of a file, by all of it: an accent may come late.
pub(super) fn of_file(path: &Path) -> Result<&'static Encoding, SheetError> {
    let start = start(path)?;
    if start.iter().all(u8::is_ascii_whitespace) && std::fs::metadata(path)?.len() <= START {
        return Err(SheetError::Empty);
    }
    if let Some((marked, _)) = Encoding::for_bom(&start) {
        return Ok(marked);
    }
    Ok(without_mark(&start, is_utf8(File::open(path)?)?))
}

fn is_utf8(mut file: impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; CHUNK];
    let mut kept = 0;
    loop {
        let count = file.read(&mut buffer[kept..])?;
        if count == 0 {
            return Ok(kept == 0);
        }
        let filled = kept + count;
        match std::str::from_utf8(&buffer[..filled]) {
            Ok(_) => kept = 0,
            // Cut within a character: it goes on in the next read.
            Err(error) if error.error_len().is_none() => {
                buffer.copy_within(error.valid_up_to()..filled, 0);
                kept = filled - error.valid_up_to();
            }
            Err(_) => return Ok(false),
        }
    }
}

/// Text of a file, in UTF-8; what makes no sense in its encoding is a mark of doubt.
pub(super) struct Decoded {
    file: File,
    decoder: Decoder,
    raw: Vec<u8>,
    from: usize,
    to: usize,
    ended: bool,
    over: bool,
    /// Bytes read of the file.
    pub(super) done: u64,
}

impl Decoded {
    pub(super) fn open(path: &Path, encoding: &str) -> io::Result<Decoded> {
        let decoder = by_name(encoding).new_decoder_with_bom_removal();
        let (raw, file) = (vec![0; CHUNK], File::open(path)?);
        Ok(Decoded { file, decoder, raw, from: 0, to: 0, ended: false, over: false, done: 0 })
    }

    /// Puts text behind what `into` holds; false at the end.
    pub(super) fn more(&mut self, into: &mut Vec<u8>) -> io::Result<bool> {
        if self.over {
            return Ok(false);
        }
        if self.from == self.to && !self.ended {
            self.to = self.file.read(&mut self.raw)?;
            self.from = 0;
            self.done += self.to as u64;
            self.ended = self.to == 0;
        }
        let filled = into.len();
        into.resize(filled + CHUNK, 0);
        let rest = &self.raw[self.from..self.to];
        let (result, read, written, _) = self.decoder.decode_to_utf8(rest, &mut into[filled..], self.ended);
        self.from += read;
        self.over = self.ended && result == encoding_rs::CoderResult::InputEmpty;
        into.truncate(filled + written);
        Ok(true)
    }
}
