//! Text whose fields something divides: CSV as spreadsheets, switches and databases write it.

use super::encoding::{self, Decoded};
use super::{Broken, Cell, Format, MAX_COLUMNS, MAX_ROW, Row, SheetError, divider, name_of};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::memchr2;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::Path;

/// Most lines of one row: a field in quotes may go over several.
const MAX_LINES: usize = 64;
/// Text that is looked at to find the divider, bytes.
const LOOKED_AT: usize = 64 * 1024;

/// How a file of text is written.
pub(super) fn look(path: &Path) -> Result<Format, SheetError> {
    let encoding = name_of(encoding::of_file(path)?);
    let mut decoded = Decoded::open(path, encoding)?;
    let mut text = Vec::new();
    while text.len() < LOOKED_AT && decoded.more(&mut text)? {}
    if text.contains(&0) {
        return Err(SheetError::Foreign);
    }
    let text = String::from_utf8_lossy(&text);
    let start = text.trim_start().get(..200).unwrap_or(&text).to_ascii_lowercase();
    if start.starts_with("<!doctype")
        || start.contains("<html")
        || start.contains("<table")
        || start.starts_with("<?xml")
    {
        return Err(SheetError::WebPage);
    }
    if text.trim().is_empty() {
        return Err(SheetError::Empty);
    }
    Ok(Format::Text { encoding, divider: divider(&text) })
}

/// Hands over the rows of a file.
pub(super) fn rows<E: From<SheetError>>(
    path: &Path,
    encoding: &str,
    divider: u8,
    mut each: impl FnMut(Row) -> Result<ControlFlow<()>, E>,
) -> Result<(), E> {
    let mut lines = Lines::open(path, encoding).map_err(SheetError::from)?;
    let mut fields = Fields::new(divider);
    // Lines of a row whose quotes are still open.
    let mut open: Vec<Line> = Vec::new();
    let mut held = 0;
    // Lines to read again, since the quotes before them were never closed.
    let mut again: VecDeque<Line> = VecDeque::new();
    // Fields of the last row that was one line.
    let mut usual = None;
    loop {
        let next = match again.pop_front() {
            Some(line) => Some(line),
            None => lines.next().map_err(SheetError::from)?,
        };
        let done = lines.done();
        let Some(line) = next else {
            if open.is_empty() {
                return Ok(());
            }
            // The last line may want its end only; if its quotes are open, so they stay.
            let first = open.remove(0);
            let row = Row { line: first.number, cells: Err(Broken::Unclosed), done };
            again.extend(open.drain(..));
            held = 0;
            fields.begin();
            if each(row)?.is_break() {
                return Ok(());
            }
            continue;
        };
        let number = open.first().map_or(line.number, |first| first.number);
        // A line that is none ends whatever was open.
        let fed = match &line.bytes {
            Some(bytes) => {
                held += bytes.len();
                fields.feed(bytes)
            }
            None if open.is_empty() => {
                if each(Row { line: line.number, cells: Err(Broken::TooLong), done })?.is_break() {
                    return Ok(());
                }
                continue;
            }
            None => Fed::TooWide,
        };
        // A stray quote is closed by the next one, anywhere: what came together so does not look like the rows around it, or a line
        // within it does.
        let is_whole = |line: &Line, usual: usize| {
            let bytes = line.bytes.as_deref().unwrap_or_default();
            usual > 1 && !bytes.contains(&b'"') && bytes.iter().filter(|byte| **byte == divider).count() + 1 == usual
        };
        let is_odd = |cells: &Vec<Cell>| match usual {
            Some(usual) if !open.is_empty() => {
                usual != cells.len() || open.iter().skip(1).any(|line| is_whole(line, usual))
            }
            _ => false,
        };
        let cells = match fed {
            Fed::Open if held <= MAX_ROW && open.len() < MAX_LINES => {
                open.push(line);
                continue;
            }
            Fed::Row(cells) if !is_odd(&cells) => Ok(cells),
            Fed::TooWide if open.is_empty() => Err(Broken::TooWide),
            _ => {
                open.push(line);
                let first = open.remove(0);
                open.drain(..).rev().for_each(|line| again.push_front(line));
                held = 0;
                fields.begin();
                if each(Row { line: first.number, cells: Err(Broken::Unclosed), done })?.is_break() {
                    return Ok(());
                }
                continue;
            }
        };
        if let (true, Ok(cells)) = (open.is_empty(), &cells) {
            usual = Some(cells.len()).filter(|count| *count > 0).or(usual);
        }
        open.clear();
        held = 0;
        fields.begin();
        // Nothing stands in an empty line, and a drawn one only draws.
        let is_row = cells.as_ref().map_or(true, |cells| cells.iter().any(|cell| !cell.is_empty()) && !is_drawn(cells));
        if is_row && each(Row { line: number, cells, done })?.is_break() {
            return Ok(());
        }
    }
}

/// A line that only draws: `+------+-----+`.
fn is_drawn(cells: &[Cell]) -> bool {
    let words: Vec<String> = cells.iter().map(Cell::words).collect();
    words.iter().any(|word| word.contains("--"))
        && words.iter().flat_map(|word| word.chars()).all(|c| "+-| ".contains(c))
}

/// A line without its end; `None` for one that is longer than any row.
struct Line {
    number: u64,
    bytes: Option<Vec<u8>>,
}

/// The lines of a text.
struct Lines {
    text: Decoded,
    buffer: Vec<u8>,
    from: usize,
    number: u64,
    ended: bool,
    over: bool,
}

impl Lines {
    fn open(path: &Path, encoding: &str) -> std::io::Result<Lines> {
        let text = Decoded::open(path, encoding)?;
        Ok(Lines { text, buffer: Vec::new(), from: 0, number: 0, ended: false, over: false })
    }

    /// Bytes read of the file.
    fn done(&self) -> u64 {
        self.text.done
    }

    fn next(&mut self) -> std::io::Result<Option<Line>> {
        loop {
            if let Some(end) = memchr2(b'\n', b'\r', &self.buffer[self.from..]) {
                let (from, end) = (self.from, self.from + end);
                // A line feed after it may still have to come.
                let is_pair = self.buffer[end] == b'\r';
                if !is_pair || end + 1 < self.buffer.len() || self.ended {
                    let feed = is_pair && self.buffer.get(end + 1) == Some(&b'\n');
                    self.from = end + 1 + usize::from(feed);
                    return Ok(Some(self.line(from, end)));
                }
            } else if self.ended {
                let (from, end) = (self.from, self.buffer.len());
                self.from = end;
                return Ok((end > from || self.over).then(|| self.line(from, end)));
            } else if self.buffer.len() - self.from > MAX_ROW {
                // Whatever comes until its end is passed over.
                self.over = true;
                self.from = self.buffer.len();
            }
            self.buffer.drain(..self.from);
            self.from = 0;
            self.ended = !self.text.more(&mut self.buffer)?;
        }
    }

    fn line(&mut self, from: usize, end: usize) -> Line {
        self.number += 1;
        let is_long = std::mem::take(&mut self.over) || end - from > MAX_ROW;
        Line { number: self.number, bytes: (!is_long).then(|| self.buffer[from..end].to_vec()) }
    }
}

/// Fields of a row, which its lines are fed to one by one.
struct Fields {
    reader: Reader,
    out: Vec<u8>,
    ends: Vec<usize>,
    filled: usize,
    count: usize,
}

enum Fed {
    Row(Vec<Cell>),
    /// Quotes are open.
    Open,
    TooWide,
}

impl Fields {
    fn new(divider: u8) -> Fields {
        let reader = ReaderBuilder::new().delimiter(divider).build();
        Fields { reader, out: vec![0; 2 * MAX_ROW + 2 * MAX_LINES], ends: vec![0; MAX_COLUMNS], filled: 0, count: 0 }
    }

    /// Begins another row.
    fn begin(&mut self) {
        self.reader.reset();
        (self.filled, self.count) = (0, 0);
    }

    fn feed(&mut self, line: &[u8]) -> Fed {
        for part in [line, b"\n"] {
            let mut rest = part;
            // Nothing fed would be the end of the file.
            while !rest.is_empty() {
                let (result, read, written, ended) =
                    self.reader.read_record(rest, &mut self.out[self.filled..], &mut self.ends[self.count..]);
                rest = &rest[read..];
                self.filled += written;
                self.count += ended;
                match result {
                    ReadRecordResult::Record => return Fed::Row(self.cells()),
                    ReadRecordResult::InputEmpty => {}
                    ReadRecordResult::OutputEndsFull => return Fed::TooWide,
                    // The buffer holds the longest row, and what is fed is never nothing.
                    ReadRecordResult::OutputFull | ReadRecordResult::End => return Fed::TooWide,
                }
            }
        }
        // After the end of a line there is a record, unless the line is empty or quotes are open.
        if self.filled == 0 && self.count == 0 && line.is_empty() { Fed::Row(Vec::new()) } else { Fed::Open }
    }

    fn cells(&self) -> Vec<Cell> {
        let mut from = 0;
        let mut cells = Vec::with_capacity(self.count);
        for end in &self.ends[..self.count] {
            let text = String::from_utf8_lossy(&self.out[from..*end]);
            cells.push(if text.is_empty() { Cell::Empty } else { Cell::Text(text.into_owned()) });
            from = *end;
        }
        cells
    }
}
