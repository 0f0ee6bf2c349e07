//! Workbooks of Excel: `.xlsx`.
//!
//! A workbook is an archive, and may unpack to anything. Each of its parts is unpacked once and measured before anything reads it;
//! then the cells of one sheet are read in a stream, beside the words that all sheets share.

use super::{Broken, Cell, Format, MAX_COLUMNS, Row, SheetError};
use calamine::{DataRef, Reader, Xlsx, open_workbook};
use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Largest file, MiB.
const FILE_MIB: u64 = 256;
/// Most that its sheets unpack to, MiB: a million rows of twenty columns.
const SHEETS_MIB: u64 = 2048;
/// Most that everything else in it does, MiB: what is held in memory.
const WORDS_MIB: u64 = 128;
/// Longest text of one cell, bytes; Excel's own limit is 32,767 characters.
const LONGEST: usize = 1 << 20;
/// Most parts.
const PARTS: usize = 10_000;
const MIB: u64 = 1 << 20;

type Book = Xlsx<BufReader<File>>;

/// The sheets of a workbook, after a look at its size.
pub(super) fn look(path: &Path, size: u64, wanted: Option<&str>) -> Result<Format, SheetError> {
    if size > FILE_MIB * MIB {
        return Err(SheetError::TooLarge(FILE_MIB));
    }
    measure(path)?;
    let sheets = guarded(|| open(path).map(|book| book.sheet_names()))?;
    let sheet = match wanted {
        Some(wanted) if sheets.iter().any(|sheet| sheet == wanted) => wanted.to_owned(),
        Some(wanted) => return Err(SheetError::NoSheet(wanted.to_owned())),
        None => sheets.first().ok_or(SheetError::Empty)?.clone(),
    };
    Ok(Format::Workbook { sheet, sheets })
}

/// Hands over the rows of a sheet.
pub(super) fn rows<E: From<SheetError>>(
    path: &Path,
    sheet: &str,
    mut each: impl FnMut(Row) -> Result<ControlFlow<()>, E>,
) -> Result<(), E> {
    let size = std::fs::metadata(path).map_err(SheetError::from)?.len();
    let mut book = guarded(|| open(path))?;
    let mut cells = guarded(|| book.worksheet_cells_reader(sheet).map_err(damaged))?;
    let rows_told = u64::from(cells.dimensions().end.0).max(1);
    let (mut line, mut row, mut too_wide) = (0_u64, Vec::new(), false);
    let mut hand_over = |line: u64, row: &mut Vec<Cell>, too_wide: &mut bool| {
        let cells = std::mem::take(row);
        let is_wide = std::mem::take(too_wide);
        if !is_wide && cells.iter().all(Cell::is_empty) {
            return Ok(ControlFlow::Continue(()));
        }
        // How far the file is, by what the sheet says of its length: it need not be true.
        let done = size.min((size as f64 * line as f64 / rows_told as f64) as u64);
        each(Row { line, cells: if is_wide { Err(Broken::TooWide) } else { Ok(cells) }, done })
    };
    while let Some(found) = guarded(|| cells.next_cell().map_err(damaged))? {
        let (at, column) = found.get_position();
        let (at, column) = (u64::from(at) + 1, column as usize);
        if at != line {
            if hand_over(line, &mut row, &mut too_wide)?.is_break() {
                return Ok(());
            }
            line = at;
        }
        if column >= MAX_COLUMNS {
            too_wide |= !matches!(found.get_value(), DataRef::Empty);
            continue;
        }
        if row.len() <= column {
            row.resize(column + 1, Cell::Empty);
        }
        row[column] = cell(found.get_value());
    }
    let _ = hand_over(line, &mut row, &mut too_wide)?;
    Ok(())
}

fn cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Bool(is) => Cell::Text(is.to_string()),
        DataRef::DateTime(at) if at.is_duration() => Cell::Span(at.as_f64()),
        // Sheets of old Macintoshes count from another day; the reader says it in days of the usual one.
        DataRef::DateTime(at) => Cell::Date(at.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        // A formula that came to no value.
        DataRef::Error(_) | DataRef::Empty => Cell::Empty,
    }
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn open(path: &Path) -> Result<Book, SheetError> {
    open_workbook(path).map_err(damaged)
}

fn damaged(error: calamine::XlsxError) -> SheetError {
    match error {
        calamine::XlsxError::Io(error) => SheetError::Read(error),
        calamine::XlsxError::Password => SheetError::Damaged("it is protected with a password".into()),
        other => SheetError::Damaged(other.to_string()),
    }
}

/// What a stranger's workbook does to its reader ends here.
fn guarded<T>(read: impl FnOnce() -> Result<T, SheetError>) -> Result<T, SheetError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(SheetError::Damaged("it makes no sense".into())))
}

/// Unpacks everything once, keeps nothing, and refuses what is too much.
fn measure(path: &Path) -> Result<(), SheetError> {
    let damaged = |error: zip::result::ZipError| SheetError::Damaged(error.to_string());
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path)?)).map_err(damaged)?;
    if archive.len() > PARTS {
        return Err(SheetError::Damaged("it has too many parts".into()));
    }
    let (mut sheets, mut words) = (0, 0);
    let mut buffer = vec![0; 256 * 1024];
    for nth in 0..archive.len() {
        let mut part = archive.by_index(nth).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        // Pictures and the like are never unpacked.
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let is_sheet = name.contains("worksheets/");
        let (sum, most) = if is_sheet { (&mut sheets, SHEETS_MIB) } else { (&mut words, WORDS_MIB) };
        let (mut text, mut head, mut size) = (0, Vec::new(), 0);
        loop {
            let count = part.read(&mut buffer).map_err(|error| SheetError::Damaged(error.to_string()))?;
            if count == 0 {
                break;
            }
            *sum += count as u64;
            size += count as u64;
            if *sum > most * MIB {
                return Err(SheetError::Bomb(most));
            }
            if head.len() < buffer.len() {
                head.extend_from_slice(&buffer[..count]);
            }
            text = longest_text(&buffer[..count], text)?;
        }
        if name.ends_with("sharedstrings.xml") {
            count_of_words(&head, size)?;
        }
    }
    Ok(())
}

/// Bytes since the last mark of a tag, after `text` of them before.
fn longest_text(bytes: &[u8], mut text: usize) -> Result<usize, SheetError> {
    let mut from = 0;
    loop {
        let mark = memchr::memchr(b'<', &bytes[from..]);
        text += mark.unwrap_or(bytes.len() - from);
        if text > LONGEST {
            return Err(SheetError::Damaged("a text in it is longer than any cell".into()));
        }
        let Some(mark) = mark else { return Ok(text) };
        text = 0;
        from += mark + 1;
    }
}

/// The list of words says how many there are, and room is made for so many at once: none is shorter than `<si/>`.
fn count_of_words(head: &[u8], size: u64) -> Result<(), SheetError> {
    let mut rest = head;
    while let Some(at) = memchr::memmem::find(rest, b"niqueCount") {
        rest = &rest[at + 10..];
        let digits = rest.iter().skip_while(|byte| !byte.is_ascii_digit() && **byte != b'>');
        let digits: Vec<u8> = digits.take_while(|byte| byte.is_ascii_digit()).copied().collect();
        let count: f64 = String::from_utf8_lossy(&digits).parse().unwrap_or(0.0);
        if count > size as f64 / 5.0 {
            return Err(SheetError::Damaged("its list of words is longer than the file".into()));
        }
    }
    Ok(())
}
