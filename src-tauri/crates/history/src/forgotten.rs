//! The list beside the database of who was forgotten. It outlives the database file, so that a backup put back forgets again.

use crate::{HistoryError, Result, history::sync_file_and_folder};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

/// The list's name in a data folder: a line of JSON each erasure. It tells nobody's number or name.
pub(crate) const FILE: &str = "forgotten";

/// Who was to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// Somebody outside, known by a telephone number.
    Customer,
    /// Somebody who works here.
    Operator,
}

/// An erasure, as it is recorded and as its receipt tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// When, Unix ms.
    pub when_ms: i64,
    /// Who was to be forgotten.
    pub kind: SubjectKind,
    /// Keyed hash of the number, or of the agent: the same one asked for again gives the same.
    pub subject: String,
    /// Who did it.
    pub by: String,
    /// Why: the number of a request, or words.
    pub reason: String,
    /// Visits to queues that tell nobody any more.
    pub visits: u64,
    /// Attempts to call that tell nobody any more.
    pub attempts: u64,
    /// What was erased.
    pub people: Vec<Forgotten>,
}

/// A row of the party table that was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// The row's number.
    pub id: u64,
    /// What it was found by: a keyed hash, hexadecimal.
    #[serde(with = "hex")]
    pub lookup: Vec<u8>,
}

/// What the list in a folder says; nothing where there is none.
pub(crate) fn read(folder: &Path) -> Result<Vec<Erasure>> {
    let path = folder.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(entries(&text).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(HistoryError::io(path)(error)),
    }
}

/// A line cut short by a crash is no entry: what it was to say was not reported as done.
fn entries(text: &str) -> impl Iterator<Item = Erasure> {
    text.lines().filter(|line| !line.is_empty()).filter_map(|line| {
        let read = serde_json::from_str(line);
        read.inspect_err(|error| tracing::warn!("a line of the list of forgotten people says nothing: {error}")).ok()
    })
}

/// Adds to the list; it is on the disk when this returns.
pub(crate) fn append(folder: &Path, erasure: &Erasure) -> Result<()> {
    let path = folder.join(FILE);
    let mut options = OpenOptions::new();
    options.append(true).read(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(HistoryError::io(&path))?;
    let text = line(erasure)?;
    // What a crash cut short must not swallow this line.
    let whole = ends_a_line(&mut file).map_err(HistoryError::io(&path))?;
    let text = if whole { text } else { format!("\n{text}") };
    file.write_all(text.as_bytes()).map_err(HistoryError::io(&path))?;
    sync_file_and_folder(&file, &path)
}

/// Writes the list of a folder anew.
pub(crate) fn replace(folder: &Path, erasures: &[Erasure]) -> Result<()> {
    let path = folder.join(FILE);
    let mut text = String::new();
    for erasure in erasures {
        text.push_str(&line(erasure)?);
    }
    let io = HistoryError::io(&path);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(HistoryError::io(&path))?;
    file.write_all(text.as_bytes()).map_err(io)?;
    let file = file.persist(&path).map_err(|error| HistoryError::io(&path)(error.error))?;
    sync_file_and_folder(&file, &path)
}

/// Everything that any of the lists says, once, in order of time.
pub(crate) fn union(lists: impl IntoIterator<Item = Vec<Erasure>>) -> Vec<Erasure> {
    let mut all: Vec<Erasure> = Vec::new();
    for erasure in lists.into_iter().flatten() {
        if !all.contains(&erasure) {
            all.push(erasure);
        }
    }
    all.sort_by_key(|erasure| erasure.when_ms);
    all
}

fn line(erasure: &Erasure) -> Result<String> {
    let text = serde_json::to_string(erasure).map_err(|error| HistoryError::damaged("erasure", error))?;
    Ok(text + "\n")
}

fn ends_a_line(file: &mut fs::File) -> std::io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Bytes as text.
pub(crate) mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Two digits a byte.
    pub(crate) fn text(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text(bytes))
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes.filter(|_| text.len() % 2 == 0).ok_or_else(|| D::Error::custom("not hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn erasure(when_ms: i64) -> Erasure {
        Erasure {
            when_ms,
            kind: SubjectKind::Customer,
            subject: "ab".into(),
            by: "Ana".into(),
            reason: "12/2026".into(),
            visits: 1,
            attempts: 0,
            people: vec![Forgotten { id: 7, lookup: vec![0xab, 0x0c] }],
        }
    }

    #[test]
    fn a_line_cut_short_is_left_out_and_swallows_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(read(folder.path()).expect("no list"), []);
        append(folder.path(), &erasure(1)).expect("appended");
        let path = folder.path().join(FILE);
        let whole = fs::read_to_string(&path).expect("read");
        assert!(whole.contains(r#""lookup":"ab0c""#) && whole.ends_with('\n'), "{whole}");
        fs::write(&path, format!("{whole}{}", &whole[..whole.len() / 2])).expect("cut");
        assert_eq!(read(folder.path()).expect("read"), [erasure(1)]);
        append(folder.path(), &erasure(2)).expect("appended");
        assert_eq!(read(folder.path()).expect("read"), [erasure(1), erasure(2)]);
        let other = vec![erasure(3), erasure(1)];
        let all = union([read(folder.path()).expect("read"), other]);
        assert_eq!(all, [erasure(1), erasure(2), erasure(3)]);
        replace(folder.path(), &all).expect("replaced");
        assert_eq!(read(folder.path()).expect("read"), all);
    }
}
