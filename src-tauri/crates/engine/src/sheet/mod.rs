//! Tables out of files, row by row: text that any program divided, or a workbook of Excel.
//!
//! ```text
//! bytes ─ encoding ─▶ lines ─▶ fields ┐
//! bytes ─ zip, measured ─▶ cells      ┴─▶ rows, numbered as the file's own program numbers them
//! ```
//!
//! A file is a stranger's. What is held of it at once does not grow with it, but for the words of a workbook, which are bounded.

mod delimited;
mod divide;
mod encoding;
mod workbook;

pub(crate) use divide::{divider, plain};
pub(crate) use encoding::{name_of, without_mark};

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Most columns of a row.
pub const MAX_COLUMNS: usize = 256;
/// Longest row of text, bytes; a field in quotes may go over several lines.
pub const MAX_ROW: usize = 64 * 1024;

/// What stands in one place of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, as it stands there.
    Text(String),
    /// A number.
    Number(f64),
    /// A date or a time of day, in days since the last of 1899 but one.
    Date(f64),
    /// A duration, in days.
    Span(f64),
}

impl Cell {
    /// What people read there, without spaces around it.
    pub fn words(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.trim().to_owned(),
            Cell::Number(number) | Cell::Date(number) | Cell::Span(number) => number.to_string(),
        }
    }

    /// True if nothing stands there.
    pub fn is_empty(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// Why a row is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Longer than [`MAX_ROW`].
    TooLong,
    /// More than [`MAX_COLUMNS`].
    TooWide,
    /// Quotes are opened and never closed.
    Unclosed,
}

/// One row.
#[derive(Debug)]
pub struct Row {
    /// Line of the file, or row of the sheet, 1 first.
    pub line: u64,
    /// Its cells.
    pub cells: Result<Vec<Cell>, Broken>,
    /// How far the file was read, bytes.
    pub done: u64,
}

/// How a table is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Text whose fields something divides.
    Text {
        /// What its encoding is called.
        encoding: &'static str,
        /// What stands between fields.
        divider: u8,
    },
    /// A workbook.
    Workbook {
        /// The sheet that is read.
        sheet: String,
        /// All that there are.
        sheets: Vec<String>,
    },
}

/// A table in a file.
#[derive(Debug, Clone)]
pub struct Sheet {
    path: PathBuf,
    /// How it is written.
    pub format: Format,
    /// Size of the file, bytes.
    pub size: u64,
}

/// Why nothing can be read from a file.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// It cannot be opened or read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// Larger than may be.
    #[error("the file is larger than {0} MiB")]
    TooLarge(u64),
    /// A workbook that holds far more than its size says.
    #[error("the workbook unpacks to more than {0} MiB")]
    Bomb(u64),
    /// Neither text nor a workbook of a kind that is read.
    #[error("this is neither text (CSV) nor a workbook (XLSX); open it in a spreadsheet and save it as one of them")]
    Foreign,
    /// A page of the web under the name of a workbook, as some systems export it.
    #[error("this is a web page under the name of a spreadsheet; open it in one and save it as XLSX or CSV")]
    WebPage,
    /// A workbook that makes no sense.
    #[error("the workbook cannot be read: {0}")]
    Damaged(String),
    /// There is no sheet of that name.
    #[error("the workbook has no sheet {0:?}")]
    NoSheet(String),
}

impl Sheet {
    /// Looks at how a file is written; `sheet` is the sheet of a workbook, the first if none is named.
    ///
    /// # Errors
    /// When it holds no table.
    pub fn open(path: &Path, sheet: Option<&str>) -> Result<Sheet, SheetError> {
        let size = std::fs::metadata(path)?.len();
        let start = encoding::start(path)?;
        let format = if start.starts_with(b"PK\x03\x04") {
            workbook::look(path, size, sheet)?
        } else {
            let others: [&[u8]; 4] = [b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"PK"];
            if others.iter().any(|start_of| start.starts_with(start_of)) {
                return Err(SheetError::Foreign);
            }
            delimited::look(path)?
        };
        Ok(Sheet { path: path.to_owned(), format, size })
    }

    /// Hands over row after row until there are no more, or `each` has enough.
    ///
    /// # Errors
    /// Those of `each`, and when the file cannot be read on.
    pub fn rows<E: From<SheetError>>(&self, each: impl FnMut(Row) -> Result<ControlFlow<()>, E>) -> Result<(), E> {
        match &self.format {
            Format::Text { encoding, divider } => delimited::rows(&self.path, encoding, *divider, each),
            Format::Workbook { sheet, .. } => workbook::rows(&self.path, sheet, each),
        }
    }
}

#[cfg(test)]
mod tests;
