//! Follows the PBX's queue_log: the witness that tells a timeout, an exit by key and a withdrawal from an abandonment.

use mirante_floor::{Name, Outcome};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// Most bytes read at once.
const CHUNK: u64 = 1024 * 1024;
/// Longest line kept, bytes.
const MAX_LINE: usize = 16 * 1024;

/// A line that names how a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) call: Name,
    pub(crate) queue: Name,
    pub(crate) outcome: Outcome,
}

impl Line {
    /// Reads `epoch|call|queue|agent|VERB|...`; `None` for every line that names no outcome of a wait.
    pub(crate) fn parse(line: &[u8]) -> Option<Line> {
        let text = String::from_utf8_lossy(line);
        let mut fields = text.trim_end().split('|').skip(1);
        let (call, queue, verb) = (fields.next()?, fields.next()?, fields.nth(1)?);
        let outcome = match verb {
            "ABANDON" => Outcome::Abandoned,
            "EXITWITHTIMEOUT" => Outcome::Timeout,
            "EXITWITHKEY" => Outcome::ExitKey,
            "EXITEMPTY" => Outcome::Overflow,
            "WITHDRAW" => Outcome::Withdrawn,
            _ => return None,
        };
        Some(Line { call: call.into(), queue: queue.into(), outcome })
    }
}

/// A place in a growing, rotating file.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    open: Option<(File, u64)>,
    /// The start of a line whose end is not written yet.
    rest: Vec<u8>,
    /// What the last failure was, so that it is said once.
    trouble: Option<String>,
}

impl Tail {
    /// Starts at the end of the file: what is older was not seen by this session. Blocks on the disk.
    pub(crate) fn at_end(path: PathBuf) -> Tail {
        let mut tail = Tail { path, open: None, rest: Vec::new(), trouble: None };
        match File::open(&tail.path).and_then(|mut file| file.seek(SeekFrom::End(0)).map(|end| (file, end))) {
            Ok(open) => tail.open = Some(open),
            Err(error) => tail.note(&error),
        }
        tail
    }

    /// Reads what was written since the last call. Blocks on the disk.
    pub(crate) fn poll(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        match self.read(&mut lines) {
            Ok(()) => self.trouble = None,
            Err(error) => self.note(&error),
        }
        lines
    }

    fn note(&mut self, error: &std::io::Error) {
        let trouble = error.to_string();
        if self.trouble.as_ref() != Some(&trouble) {
            tracing::warn!(path = %self.path.display(), %error, "cannot read the queue_log");
            self.trouble = Some(trouble);
        }
    }

    fn read(&mut self, lines: &mut Vec<Line>) -> std::io::Result<()> {
        if let Some((file, _)) = &mut self.open {
            let size = file.metadata()?.len();
            if self.open.as_ref().is_some_and(|(_, at)| size < *at) {
                // Cut in place: what is there now is new.
                self.rest.clear();
                self.open.iter_mut().for_each(|(_, at)| *at = 0);
            }
        }
        self.drain(lines)?;
        if self.is_replaced() {
            self.rest.clear();
            self.open = Some((File::open(&self.path)?, 0));
            self.drain(lines)?;
        }
        Ok(())
    }

    /// True if the path names another file than the one held open.
    fn is_replaced(&self) -> bool {
        let Some((file, _)) = &self.open else { return true };
        match (file.metadata(), std::fs::metadata(&self.path)) {
            (Ok(held), Ok(named)) => !same_file(&held, &named),
            // Between rotation and the next line there may be no file: keep the old one.
            _ => false,
        }
    }

    fn drain(&mut self, lines: &mut Vec<Line>) -> std::io::Result<()> {
        let Some((file, at)) = &mut self.open else { return Ok(()) };
        file.seek(SeekFrom::Start(*at))?;
        let mut bytes = Vec::new();
        *at += file.take(CHUNK).read_to_end(&mut bytes)? as u64;
        let mut bytes = &bytes[..];
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            self.rest.extend_from_slice(&bytes[..end]);
            lines.extend(Line::parse(&self.rest));
            self.rest.clear();
            bytes = &bytes[end + 1..];
        }
        self.rest.extend_from_slice(bytes);
        self.rest.truncate(MAX_LINE);
        Ok(())
    }
}

#[cfg(unix)]
fn same_file(a: &std::fs::Metadata, b: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Without inode numbers, a file that was created later is another one.
#[cfg(not(unix))]
fn same_file(a: &std::fs::Metadata, b: &std::fs::Metadata) -> bool {
    a.created().ok() == b.created().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn append(path: &std::path::Path, text: &str) {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).expect("open");
        file.write_all(text.as_bytes()).expect("write");
    }

    #[test]
    fn follows_growth_cuts_and_rotation() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("queue_log");
        append(&path, "1|1.1|sac|NONE|ABANDON|1|1|4\n");
        let mut tail = Tail::at_end(path.clone());
        assert_eq!(tail.poll(), []);
        append(&path, "2|1.2|sac|NONE|EXITWITH");
        assert_eq!(tail.poll(), []);
        append(&path, "TIMEOUT|1|1|4\n3|1.3|sac|Ana|CONNECT|1|2|3\nrubbish\n||\n\n");
        let line = |call: &str, outcome| Line { call: call.into(), queue: "sac".into(), outcome };
        assert_eq!(tail.poll(), [line("1.2", Outcome::Timeout)]);
        append(&path, "4|1.4|sac|NONE|WITHDRAW|1\n");
        std::fs::rename(&path, dir.path().join("queue_log.1")).expect("rename");
        assert_eq!(tail.poll(), [line("1.4", Outcome::Withdrawn)], "what was written before the rotation");
        append(&path, "5|1.5|sac|NONE|EXITWITHKEY|9|1|1|3\n");
        assert_eq!(tail.poll(), [line("1.5", Outcome::ExitKey)]);
        std::fs::write(&path, "6|1.6|sac|NONE|EXITEMPTY|1|1\n").expect("cut");
        assert_eq!(tail.poll(), [line("1.6", Outcome::Overflow)]);
    }

    #[test]
    fn a_file_that_comes_later_is_read_from_its_start() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("queue_log");
        let mut tail = Tail::at_end(path.clone());
        assert_eq!(tail.poll(), []);
        append(&path, "5|1.5|sac|NONE|ABANDON|1|1|3\n");
        assert_eq!(tail.poll().len(), 1);
    }
}
