//! The lines of one file, packed or not, numbered, in one walk.

use flate2::read::MultiGzDecoder;
use memchr::memchr;
use mirante_sources::asterisk::queue_log::MAX_LINE;
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

/// Bytes read at once.
const CHUNK: usize = 1 << 20;
/// Bytes at the start of a file by which it is known again: they hold stamps and ids of calls, so no two records share them.
const HEAD: usize = 512;

/// One line.
pub(super) enum Piece<'a> {
    /// Bytes without the line feed.
    Line(&'a [u8]),
    /// Longer than any line.
    Long,
    /// The file ends within it.
    Torn(&'a [u8]),
}

/// A file, read line by line.
pub(super) struct Lines {
    input: Box<dyn Read>,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    /// Bytes handed over, unpacked, lines with their ends.
    pub(super) done: u64,
    /// Lines handed over.
    pub(super) number: u64,
    ended: bool,
    over: bool,
    raw: Rc<Cell<u64>>,
    pub(super) is_packed: bool,
}

/// How a file begins.
pub(super) struct Opening {
    /// Hash of its first bytes.
    pub(super) head: Vec<u8>,
    /// Those bytes.
    pub(super) bytes: Vec<u8>,
    /// Its size as it lies there.
    pub(super) size: u64,
}

/// Counts what was read of the file as it lies there.
struct Counted(File, Rc<Cell<u64>>);

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(into)?;
        self.1.set(self.1.get() + count as u64);
        Ok(count)
    }
}

/// What a file holds, unpacked.
struct Input {
    bytes: Box<dyn Read>,
    raw: Rc<Cell<u64>>,
    is_packed: bool,
}

fn unpacked(path: &Path) -> io::Result<Input> {
    let mut file = File::open(path)?;
    let mut magic = [0; 2];
    // By what it holds: names lie.
    let is_packed = io::Read::by_ref(&mut file).take(2).read(&mut magic)? == 2 && magic == [0x1f, 0x8b];
    let file = File::open(path)?;
    let raw = Rc::new(Cell::new(0));
    let counted = Counted(file, raw.clone());
    let bytes: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(counted)) } else { Box::new(counted) };
    Ok(Input { bytes, raw, is_packed })
}

impl Opening {
    /// Looks at how a file begins.
    pub(super) fn of(path: &Path) -> io::Result<Opening> {
        let size = std::fs::metadata(path)?.len();
        let mut bytes = Vec::new();
        unpacked(path)?.bytes.take(HEAD as u64).read_to_end(&mut bytes)?;
        Ok(Opening { head: Sha256::digest(&bytes).to_vec(), bytes, size })
    }
}

impl Lines {
    /// Opens a file behind the byte `done`, unpacked, before which lie `number` lines.
    pub(super) fn open(path: &Path, done: u64, number: u64) -> io::Result<Lines> {
        let Input { bytes: mut input, raw, is_packed } = unpacked(path)?;
        io::copy(&mut input.by_ref().take(done), &mut io::sink())?;
        let buffer = vec![0; CHUNK + MAX_LINE];
        Ok(Lines { input, buffer, from: 0, to: 0, done, number, ended: false, over: false, raw, is_packed })
    }

    /// Bytes read of the file as it lies there.
    pub(super) fn raw(&self) -> u64 {
        self.raw.get()
    }

    /// Takes the torn line for a whole one.
    pub(super) fn accept(&mut self, torn: usize) {
        self.done += torn as u64;
        self.number += 1;
    }

    /// The next line; `None` at the end of the file. A torn one is not counted among what was handed over.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        loop {
            if let Some(end) = memchr(b'\n', &self.buffer[self.from..self.to]) {
                let line = self.from..self.from + end;
                self.from += end + 1;
                self.done += end as u64 + 1;
                self.number += 1;
                let is_long = std::mem::take(&mut self.over) || end > MAX_LINE;
                return Ok(Some(if is_long { Piece::Long } else { Piece::Line(&self.buffer[line]) }));
            }
            if self.ended {
                let rest = self.from..self.to;
                self.from = self.to;
                let is_long = std::mem::take(&mut self.over) || rest.len() > MAX_LINE;
                return Ok(match rest.len() {
                    0 if !is_long => None,
                    _ if is_long => Some(Piece::Long),
                    _ => Some(Piece::Torn(&self.buffer[rest])),
                });
            }
            if self.to - self.from > MAX_LINE {
                // Whatever comes until its end is passed over.
                self.over = true;
                self.done += (self.to - self.from) as u64;
                self.from = self.to;
            }
            self.buffer.copy_within(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
            let count = match self.input.read(&mut self.buffer[self.to..]) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.to += count;
            self.ended = count == 0;
        }
    }
}
