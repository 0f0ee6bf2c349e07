//! Names of queues and people out of a file: a PBX's export, a table, or one of its own configuration files.
//!
//! ```text
//! bytes ─ text ─▶ table | conf ─▶ entries ─ preview ─▶ rows to look at ─▶ config::set_names
//! ```
//!
//! A file is a stranger's: it stays text, its size is bounded, and of each line only a key and a name are kept. Exports of
//! extensions hold passwords; they are read past and never shown, kept or logged.

mod conf;
mod preview;
mod table;
mod text;

pub(crate) use preview::clean;
pub use preview::{Known, Preview, Row, Status, Why};

/// Largest file, bytes.
pub const MAX_FILE: usize = 8 * 1024 * 1024;
/// Most rows of a file.
pub const MAX_ROWS: usize = 50_000;
/// Longest name, characters.
pub const MAX_NAME: usize = 80;

/// What kind of file it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// FreePBX, *Bulk Handler*: extensions.
    FreepbxExtensions,
    /// Issabel, *Batch of Extensions*.
    IssabelExtensions,
    /// The table `queues_config` of FreePBX and Issabel.
    FreepbxQueues,
    /// A configuration file of Asterisk: queues, endpoints, voice mail or agents.
    AsteriskConf,
    /// Any other table with a column of keys and one of names.
    Table,
}

/// Whose name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// A queue's.
    Queue,
    /// An agent's: an extension or a login.
    Agent,
}

/// One line's key and name, as the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Line of the file, 1 first.
    line: usize,
    /// Absent where the file does not say.
    of: Option<Of>,
    key: String,
    name: String,
}

/// What was found in a file.
struct Found {
    kind: FileKind,
    entries: Vec<Entry>,
}

/// Why nothing can be read from a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamesError {
    /// It is empty.
    #[error("the file is empty")]
    Empty,
    /// Larger than [`MAX_FILE`].
    #[error("the file is larger than {} MiB", MAX_FILE / 1024 / 1024)]
    TooLarge,
    /// More rows than [`MAX_ROWS`].
    #[error("the file has more than {MAX_ROWS} rows")]
    TooMany,
    /// Not text: a spreadsheet or an archive, for instance.
    #[error("this is not a text file; save the spreadsheet as CSV")]
    NotText,
    /// No column of keys, or none of names.
    #[error(
        "no column of keys and names was found; the first line must name them, such as \"fila,nome\" or \"ramal,nome\""
    )]
    NoColumns,
    /// The columns are there and hold nothing.
    #[error("the file holds no name")]
    NoNames,
}

/// Reads a file and lays it beside what is known; nothing is changed.
///
/// # Errors
/// When nothing can be read from it. A line that makes no sense is a row that says so.
pub fn preview(bytes: &[u8], known: &Known) -> Result<Preview, NamesError> {
    if bytes.len() > MAX_FILE {
        return Err(NamesError::TooLarge);
    }
    let (text, encoding) = text::decode(bytes)?;
    let found = if conf::is_conf(&text) { conf::read(&text)? } else { table::read(&text)? };
    if found.entries.is_empty() {
        return Err(NamesError::NoNames);
    }
    Ok(preview::lay(found, encoding, known))
}

#[cfg(test)]
mod tests;
