//! A log on this computer, and the files beside it that were the log once.

use serde::{Deserialize, Serialize};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

/// A file beside the log that was the log once: `queue_log.1`, `queue_log-20261121.gz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldFile {
    /// Its name, without a folder; what [`Log::read`] takes.
    pub name: String,
    /// Bytes, as they lie there.
    pub size: u64,
    /// When it was last written to, Unix ms by the clock of that computer, if told.
    pub modified: Option<i64>,
}

/// True if a file of this name, in the folder of a log of the name `log`, was that log once. Such a name never leads elsewhere.
pub fn is_older(log: &str, name: &str) -> bool {
    name.strip_prefix(log).is_some_and(|rest| {
        // `queue_log.1`, `queue_log.1795290492`, `queue_log-20261121.gz`; not `queue_log.bak`, and no other packing.
        let rest = rest.strip_suffix(".gz").unwrap_or(rest);
        let mut digits = rest.bytes().skip(1).filter(|byte| !matches!(byte, b'-' | b'.' | b'_')).peekable();
        rest.starts_with(['.', '-']) && digits.peek().is_some() && digits.all(|byte| byte.is_ascii_digit())
    })
}

/// A log by its path.
#[derive(Debug, Clone)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    /// The log at `path`, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Log {
        Log { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Size in bytes; `None` if there is no log at the moment.
    ///
    /// # Errors
    /// When it cannot be looked at, or is no file.
    pub fn size(&self) -> io::Result<Option<u64>> {
        match fs::metadata(&self.path) {
            Ok(meta) => regular(&meta).map(|()| Some(meta.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The older files beside it, in any order: those for whose name [`is_older`] holds.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn older(&self) -> io::Result<Vec<OldFile>> {
        let Some(folder) = self.path.parent() else { return Ok(Vec::new()) };
        let folder = if folder.as_os_str().is_empty() { ".".as_ref() } else { folder };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if !self.was(&name) {
                continue;
            }
            // A file that went away meanwhile is none; nor is a link, which may lead anywhere.
            let Ok(meta) = entry.metadata() else { continue };
            if regular(&meta).is_ok() {
                files.push(OldFile { name, size: meta.len(), modified: modified(&meta) });
            }
        }
        Ok(files)
    }

    /// Appends to `into` what `file` holds from byte `offset` on, at most `most` bytes: nothing at its end. `None` is the log.
    ///
    /// # Errors
    /// When it cannot be read; [`io::ErrorKind::NotFound`] if it is gone or never was the log.
    pub fn read(&self, file: Option<&str>, offset: u64, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let mut file = match file {
            None => open(&self.path, true)?,
            Some(name) if self.was(name) => open(&self.path.with_file_name(name), false)?,
            Some(_) => return Err(io::Error::new(io::ErrorKind::NotFound, "this file never was the log")),
        };
        regular(&file.metadata()?)?;
        file.seek(SeekFrom::Start(offset))?;
        file.take(most as u64).read_to_end(into)?;
        Ok(())
    }

    fn was(&self, name: &str) -> bool {
        self.path.file_name().and_then(|log| log.to_str()).is_some_and(|log| is_older(log, name))
    }
}

/// A device or a pipe might never end, or block for ever.
fn regular(meta: &Metadata) -> io::Result<()> {
    if meta.is_file() { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a file")) }
}

fn modified(meta: &Metadata) -> Option<i64> {
    i64::try_from(meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

/// Opens without waiting for a pipe's other end, and without following a link unless `links`: whoever may write to the folder
/// must not choose what is read.
#[cfg(unix)]
fn open(path: &std::path::Path, links: bool) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = if links { OFlags::NONBLOCK } else { OFlags::NONBLOCK | OFlags::NOFOLLOW };
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &std::path::Path, _links: bool) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_has_the_logs_name_and_a_number() {
        for name in
            ["queue_log.1", "queue_log.0", "queue_log.12.gz", "queue_log-20261121", "queue_log-20261121-1795290492.gz"]
        {
            assert!(is_older("queue_log", name), "{name}");
        }
        let others = [
            "queue_log",
            "queue_log.gz",
            "queue_log.bak",
            "queue_log.1.xz",
            "queue_logs.1",
            "full.1",
            "queue_log.",
            "queue_log1",
            "queue_log.1/../secret",
            "../queue_log.1",
        ];
        for name in others {
            assert!(!is_older("queue_log", name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_but_files_is_read_and_no_link_is_followed_but_the_logs_own() {
        let dir = tempfile::tempdir().expect("tempdir");
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("secret"), "s").expect("write");
        std::fs::write(at("queue_log.1"), "old").expect("write");
        std::os::unix::fs::symlink(at("secret"), at("queue_log.2")).expect("link");
        rustix::fs::mknodat(rustix::fs::CWD, at("queue_log.3"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .expect("fifo");
        let log = Log::new(at("queue_log"));
        assert_eq!(log.size().expect("size"), None);
        let names: Vec<String> = log.older().expect("older").into_iter().map(|file| file.name).collect();
        assert_eq!(names, ["queue_log.1"]);
        let mut bytes = Vec::new();
        log.read(Some("queue_log.1"), 1, 9, &mut bytes).expect("read");
        assert_eq!(bytes, b"ld");
        for name in ["queue_log.2", "queue_log.3", "secret", "../secret"] {
            assert!(log.read(Some(name), 0, 9, &mut bytes).is_err(), "{name}");
        }
        std::os::unix::fs::symlink(at("queue_log.1"), at("queue_log")).expect("link");
        log.read(None, 0, 9, &mut bytes).expect("the administrator's own link");
        assert_eq!(bytes, b"ldold");
    }
}
