//! Copies of a data folder in one encrypted file, made while somebody writes to it, and put back.
//!
//! A backup is `age` with a passphrase around `zstd` around `tar`, so that it can be opened without Mirante. In it, in this
//! order: `manifest.json`, the database as of one moment, the key of the party table, the list of forgotten people, and
//! `mirante.toml` where it lies in the data folder.

mod error;
mod pack;
mod restore;
mod snapshot;
mod tree;

pub use error::BackupError;
pub use restore::{Restore, Restored, restore};

use crate::{forgotten, history, key, volume};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

/// A result of this part.
type Result<T, E = BackupError> = std::result::Result<T, E>;

/// How backups are written.
const FORMAT: u32 = 1;
/// Shortest passphrase, characters.
const SHORTEST: usize = 12;
/// The configuration, where it lies in the data folder.
const CONFIG: &str = "mirante.toml";
/// Beginning of the name of a folder that a backup works in; what is left of one that was killed goes with the next.
const WORK: &str = ".backup-";
/// Room that a copy must leave on the disk that history needs, bytes.
const SPARE: u64 = 64 << 20;

/// What to back up, and where to.
#[derive(Clone, Copy)]
pub struct Backup<'a> {
    /// Data folder; somebody may be writing to it.
    pub data: &'a Path,
    /// The file to make.
    pub to: &'a Path,
    /// Whoever has it and the file has everything.
    pub passphrase: &'a str,
    /// Name of this computer, for the record.
    pub host: &'a str,
    /// Now, Unix ms, for the record.
    pub now_ms: i64,
}

/// What is being done, and how much of it: bytes done and of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The database is copied as of one moment.
    Copying,
    /// The copy is checked.
    Checking,
    /// It is packed and encrypted.
    Packing,
    /// What was written is read again and compared.
    Reading,
    /// A backup is unpacked.
    Unpacking,
}

/// Hears of progress.
pub(crate) type Progress<'a> = &'a mut dyn FnMut(Stage, u64, u64);

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// How the backup is written.
    pub format: u32,
    /// Version of the Mirante that made it.
    pub version: String,
    /// Layout of the database.
    pub layout: u32,
    /// When it was made, Unix ms.
    pub created_ms: i64,
    /// The computer it was made on.
    pub host: String,
    /// The data folder it was made of.
    pub folder: String,
    /// Newest event in it; 0 for none.
    pub newest_seq: u64,
    /// When that arrived, Unix ms.
    pub newest_ms: Option<i64>,
    /// What is in it, in order.
    pub files: Vec<Entry>,
}

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Name in the data folder.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Bytes of everything in it, unpacked.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Makes a backup: a copy of the database as of one moment while whoever writes goes on, packed and encrypted to a temporary
/// name, read back and compared, and only then named `to`.
///
/// # Errors
/// As [`BackupError`] says; `to` does not exist then.
pub fn backup(asked: Backup<'_>, progress: Progress<'_>) -> Result<Manifest> {
    check_passphrase(asked.passphrase)?;
    if asked.to.exists() {
        return Err(BackupError::Exists { file: asked.to.to_owned() });
    }
    let target = folder_of(asked.to);
    if !target.is_dir() {
        return Err(BackupError::io(target)(std::io::Error::from(std::io::ErrorKind::NotFound)));
    }
    let stored = asked.data.join(history::FILE);
    if !stored.exists() {
        return Err(crate::HistoryError::Missing { folder: asked.data.to_owned() }.into());
    }
    let _alone = alone(asked.data)?;
    sweep(asked.data);
    room(asked.data, fs::metadata(&stored).map_err(BackupError::io(&stored))?.len())?;
    let work = tempfile::Builder::new().prefix(WORK).tempdir_in(asked.data).map_err(BackupError::io(asked.data))?;
    let copy = work.path().join(history::FILE);
    let stands = snapshot::take(&stored, &copy, progress)?;
    snapshot::check(&copy, progress)?;

    // After the database: whoever is forgotten in between is in the copy, and on the list that is put back with it.
    let mut sources = vec![(history::FILE, copy)];
    for name in [key::FILE, forgotten::FILE, CONFIG] {
        let path = asked.data.join(name);
        if path.is_file() {
            let kept = work.path().join(name);
            fs::copy(&path, &kept).map_err(BackupError::io(&path))?;
            sources.push((name, kept));
        }
    }
    if !sources.iter().any(|(name, _)| *name == key::FILE) {
        tracing::warn!("{} has no {}: the backup is without numbers and names", asked.data.display(), key::FILE);
    }
    let mut files = Vec::new();
    for (name, path) in &sources {
        let (bytes, sha256) =
            pack::digest(File::open(path).map_err(BackupError::io(path))?, |_| {}).map_err(BackupError::io(path))?;
        files.push(Entry { name: (*name).to_owned(), bytes, sha256 });
    }
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        layout: stands.layout,
        created_ms: asked.now_ms,
        host: asked.host.to_owned(),
        folder: asked.data.display().to_string(),
        newest_seq: stands.newest_seq,
        newest_ms: stands.newest_ms,
        files,
    };
    let mut part = tempfile::Builder::new()
        .prefix(".mirante-")
        .suffix(".part")
        .tempfile_in(target)
        .map_err(BackupError::io(target))?;
    pack::write(part.as_file_mut(), asked.passphrase, &manifest, &sources, progress).map_err(|e| e.of(asked.to))?;
    part.as_file().sync_all().map_err(BackupError::io(asked.to))?;
    let read = pack::check(part.path(), asked.passphrase, progress)?;
    if read != manifest {
        return Err(BackupError::Damaged {
            file: asked.to.to_owned(),
            why: "it does not read as it was written".into(),
        });
    }
    part.persist(asked.to).map_err(|error| BackupError::io(asked.to)(error.error))?;
    sync_folder(target);
    Ok(manifest)
}

/// Reads a whole backup and compares it with what it says of itself. Changes nothing.
///
/// # Errors
/// As [`BackupError`] says.
pub fn check_backup(file: &Path, passphrase: &str, progress: Progress<'_>) -> Result<Manifest> {
    pack::check(file, passphrase, progress)
}

fn check_passphrase(passphrase: &str) -> Result<()> {
    if passphrase.chars().count() < SHORTEST { Err(BackupError::Short { shortest: SHORTEST }) } else { Ok(()) }
}

/// One backup of a folder at a time, held as long as the file lives.
fn alone(data: &Path) -> Result<File> {
    let path = data.join("backup.lock");
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    let file = options.open(&path).map_err(BackupError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(BackupError::Under { folder: data.to_owned() }),
        Err(fs::TryLockError::Error(error)) => Err(BackupError::io(&path)(error)),
    }
}

/// Removes what a backup that was killed left in the folder: a copy that nobody watches over.
fn sweep(data: &Path) {
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(WORK) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// What backups that were killed left in the folder goes, unless one is being made.
pub(crate) fn sweep_unless_busy(data: &Path) {
    if let Ok(_alone) = alone(data) {
        sweep(data);
    }
}

/// Refuses to fill a disk.
fn room(folder: &Path, bytes: u64) -> Result<()> {
    let needed = bytes.saturating_add(SPARE);
    match volume::free_bytes(folder) {
        Some(free) if free < needed => Err(BackupError::NoRoom { folder: folder.to_owned(), needed, free }),
        _ => Ok(()),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes names in a folder survive the power, where the file system can: some of those on sticks and shares cannot.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

/// The whole of a small file.
fn small(mut from: impl Read, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.by_ref().take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::Error::other("it is larger than it can be"));
    }
    Ok(bytes)
}

/// Where the files of a folder are.
type Sources = [(&'static str, PathBuf)];
