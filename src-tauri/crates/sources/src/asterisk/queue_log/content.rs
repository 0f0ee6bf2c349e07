//! What files hold, packed or not, and the lines in it.

use super::export::Reader;
use super::line::{Line, MAX_LINE};
use super::place::LogPlace;
use flate2::read::MultiGzDecoder;
use memchr::memchr;
use std::io::{self, Read};

/// Most bytes asked of a place at once.
pub(super) const CHUNK: usize = 256 * 1024;
/// Bytes at the start of a file by which it is known again: they hold stamps and ids of calls, so no two logs share them.
pub(super) const HEAD: usize = 512;

/// Cuts bytes that come in pieces into lines.
#[derive(Debug, Default)]
pub struct Lines {
    reader: Reader,
    /// The start of a line whose end has not come yet.
    rest: Vec<u8>,
    /// The line is too long: what comes until its end is passed over.
    over: bool,
}

impl Lines {
    /// Takes the next bytes of the file in and hands over every line that is complete with them.
    pub fn feed(&mut self, mut bytes: &[u8], mut each: impl FnMut(&Line<'_>)) {
        if self.over || !self.rest.is_empty() {
            let end = memchr(b'\n', bytes);
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            self.keep(piece);
            let Some(end) = end else { return };
            bytes = &bytes[end + 1..];
            if !std::mem::take(&mut self.over)
                && let Some(line) = self.reader.line(&self.rest)
            {
                each(&line);
            }
            self.rest.clear();
        }
        while let Some(end) = memchr(b'\n', bytes) {
            if let Some(line) = self.reader.line(&bytes[..end]) {
                each(&line);
            }
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes);
    }

    fn keep(&mut self, piece: &[u8]) {
        if self.over || self.rest.len() + piece.len() > MAX_LINE {
            self.over = true;
            self.rest.clear();
        } else {
            self.rest.extend_from_slice(piece);
        }
    }

    /// A reader for what follows a byte inside the file that begins with `head`: the rest of the line there is passed over.
    pub(super) fn within(head: &[u8]) -> Lines {
        let mut lines = Lines { over: true, ..Lines::default() };
        lines.begin(head);
        lines
    }

    /// Lets the first line of a file, which may name its columns, be known without being handed over.
    pub(super) fn begin(&mut self, head: &[u8]) {
        if let Some(end) = memchr(b'\n', head) {
            self.reader.line(&head[..end]);
        }
    }
}

/// Bytes of a file as they were before it was packed: [`LogPlace::read`], through gzip where the name says so.
pub(super) fn read(
    place: &mut dyn LogPlace,
    file: Option<&str>,
    offset: u64,
    most: usize,
    into: &mut Vec<u8>,
) -> io::Result<()> {
    match file.filter(|name| name.ends_with(".gz")) {
        None => place.read(file, offset, most, into),
        Some(name) => {
            let mut unpacked = unpack(place, name);
            io::copy(&mut (&mut unpacked).take(offset), &mut io::sink())?;
            unpacked.take(most as u64).read_to_end(into)?;
            Ok(())
        }
    }
}

/// A packed file, unpacked while it is read. Files packed one behind the other are one.
pub(super) fn unpack<'a>(place: &'a mut dyn LogPlace, name: &'a str) -> impl Read + 'a {
    MultiGzDecoder::new(Packed { place, name, offset: 0, piece: Vec::new(), at: 0 })
}

struct Packed<'a> {
    place: &'a mut dyn LogPlace,
    name: &'a str,
    offset: u64,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Packed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            self.piece.clear();
            self.at = 0;
            self.place.read(Some(self.name), self.offset, CHUNK, &mut self.piece)?;
            self.offset += self.piece.len() as u64;
        }
        let count = into.len().min(self.piece.len() - self.at);
        into[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn calls(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.feed(piece, |line| found.push(line.call.text().into_owned()));
        }
        found
    }

    #[test]
    fn a_line_too_long_is_passed_over_and_costs_no_memory() {
        let long = vec![b'x'; MAX_LINE];
        let mut pieces: Vec<&[u8]> = vec![b"1|1.1|sac|NONE|INFO|a\n2|1.2|sac|NONE|INFO|"];
        pieces.extend(std::iter::repeat_n(&long[..], 100));
        pieces.push(b"|\n3|1.3|sac|NONE|INFO|c\n4|1.4|sac");
        assert_eq!(calls(&pieces), ["1.1", "1.3"]);
    }

    proptest! {
        #[test]
        fn pieces_make_the_same_lines_as_the_whole(
            text in "([0-9]{1,3}\\|[0-9.]{1,4}\\|q\\|NONE\\|[A-Z]{0,9}(\\|[a-z]{0,3}){0,3}(\r?\n|)){0,12}",
            cuts in prop::collection::vec(0_usize..400, 0..8),
        ) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(calls(&pieces), calls(&[bytes]));
        }
    }
}
