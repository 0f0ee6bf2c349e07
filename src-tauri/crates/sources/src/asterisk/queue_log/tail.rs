//! Follows a log as it grows, wherever it lies: through growth, half-written lines, rotation by renaming or by copying and cutting,
//! packing of what was rotated, and a file that comes only later.
//!
//! The file that is read is known by its first bytes. If the log's name no longer means it, its rest is looked for among the
//! older files and read first; the one that is rotated away may be written to for a while still, so it is left only when the new
//! one has something to say.

use super::content::{self, CHUNK, HEAD, Lines};
use super::line::{Line, MAX_LINE};
use super::place::LogPlace;
use std::io;

/// Most bytes read in one go.
const MOST_AT_ONCE: usize = 8 * 1024 * 1024;
/// Most files beside the log that are looked at for the one that it was.
const MOST_OLDER: usize = 16;

/// A place in the log.
#[derive(Debug, Clone, Default)]
pub(super) struct Position {
    /// The older file that is read to its end; `None` for the one that the log's name means.
    pub(super) file: Option<String>,
    /// Its first bytes: all up to `offset`, [`HEAD`] at most.
    pub(super) head: Vec<u8>,
    /// How much of it was read.
    pub(super) offset: u64,
}

impl Position {
    /// Takes note that `bytes` were read from here.
    pub(super) fn advance(&mut self, bytes: &[u8]) {
        if self.offset == self.head.len() as u64 {
            self.head.extend_from_slice(&bytes[..bytes.len().min(HEAD - self.head.len())]);
        }
        self.offset += bytes.len() as u64;
    }

    /// True if `file` begins as the one that was read here.
    pub(super) fn is_of(&self, place: &mut dyn LogPlace, file: Option<&str>) -> io::Result<bool> {
        let mut head = Vec::with_capacity(self.head.len());
        content::read(place, file, 0, self.head.len(), &mut head)?;
        Ok(head == self.head)
    }
}

/// What one step of reading came to.
enum Step {
    /// So many bytes.
    Read(usize),
    /// Another file is read from now on.
    Moved,
    /// There is nothing more.
    Idle,
}

/// A reader of what is written from now on.
#[derive(Debug)]
pub struct Tail {
    place: Box<dyn LogPlace>,
    at: Position,
    lines: Lines,
    /// What the last failure was, so that it is said once.
    trouble: Option<String>,
}

impl Tail {
    /// Goes on where another reader ended.
    pub(super) fn from(place: Box<dyn LogPlace>, at: Position, lines: Lines) -> Tail {
        Tail { place, at, lines, trouble: None }
    }

    /// The place, to be read otherwise.
    pub(super) fn into_place(self) -> Box<dyn LogPlace> {
        self.place
    }

    /// Starts behind the last whole line. Where there is no log yet, or it cannot be read, what comes later is read from its
    /// start. Blocks.
    pub fn at_end(place: Box<dyn LogPlace>) -> Tail {
        let mut tail = Tail::from(place, Position::default(), Lines::default());
        if let Err(error) = tail.seek_end() {
            tail.note(&error);
        }
        tail
    }

    fn seek_end(&mut self) -> io::Result<()> {
        let Some(size) = self.place.size()? else { return Ok(()) };
        let mut end = Vec::new();
        let from = size.saturating_sub(MAX_LINE as u64);
        self.place.read(None, from, MAX_LINE, &mut end)?;
        let offset = memchr::memrchr(b'\n', &end).map_or(from, |last| from + last as u64 + 1);
        let mut head = Vec::new();
        self.place.read(None, 0, HEAD.min(usize::try_from(offset).unwrap_or(HEAD)), &mut head)?;
        self.lines.begin(&head);
        self.at = Position { file: None, head, offset };
        Ok(())
    }

    /// Hands over the lines written since the last call. Blocks.
    pub fn poll(&mut self, mut each: impl FnMut(&Line<'_>)) {
        match self.read(&mut each) {
            Ok(()) if self.trouble.take().is_some() => {
                tracing::info!(log = self.place.words(), "the queue_log can be read again");
            }
            Ok(()) => {}
            Err(error) => self.note(&error),
        }
    }

    fn note(&mut self, error: &io::Error) {
        let trouble = error.to_string();
        if self.trouble.as_ref() != Some(&trouble) {
            tracing::warn!(log = self.place.words(), %error, "cannot read the queue_log");
            self.trouble = Some(trouble);
        }
    }

    fn read(&mut self, each: &mut impl FnMut(&Line<'_>)) -> io::Result<()> {
        let (mut bytes, mut moves) = (0, 0);
        while bytes < MOST_AT_ONCE && moves < MOST_OLDER {
            let step = match self.at.file.clone() {
                None => self.step(each)?,
                Some(file) => self.step_older(&file, each)?,
            };
            match step {
                Step::Read(count) => bytes += count,
                Step::Moved => moves += 1,
                Step::Idle => break,
            }
        }
        Ok(())
    }

    /// Reads on in the file that the log's name means.
    fn step(&mut self, each: &mut impl FnMut(&Line<'_>)) -> io::Result<Step> {
        let size = self.place.size()?;
        // Another file of the very same size is found out when it grows.
        if size == Some(self.at.offset) {
            return Ok(Step::Idle);
        }
        if size.is_some_and(|size| size > self.at.offset) {
            let mut bytes = Vec::new();
            match self.place.read(None, self.at.offset, CHUNK, &mut bytes) {
                // Rotated this very moment: the next step sees it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Step::Idle),
                told => told?,
            }
            // Looked at after the reading: what was read is of this file then.
            if self.at.is_of(&mut *self.place, None)? {
                return Ok(self.take(&bytes, each));
            }
        }
        // Shorter, gone or another: rotated or cut.
        if self.find_older()? {
            return Ok(Step::Moved);
        }
        self.anew();
        Ok(if size.is_some_and(|size| size > 0) { Step::Moved } else { Step::Idle })
    }

    /// Reads on in a file that was the log.
    fn step_older(&mut self, file: &str, each: &mut impl FnMut(&Line<'_>)) -> io::Result<Step> {
        // Asked first: what is written to the old file after the new one has lines is nothing that a PBX does.
        let has_successor = self.place.size()?.is_some_and(|size| size > 0);
        let mut bytes = Vec::new();
        let read = content::read(&mut *self.place, Some(file), self.at.offset, CHUNK, &mut bytes);
        let read = read.and_then(|()| self.at.is_of(&mut *self.place, Some(file)));
        match read {
            Ok(true) if !bytes.is_empty() => return Ok(self.take(&bytes, each)),
            Ok(true) if has_successor => self.anew(),
            Ok(true) => return Ok(Step::Idle),
            // Renamed again, packed or deleted meanwhile.
            Ok(false) => {
                if !self.find_older()? {
                    self.anew();
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !self.find_older()? {
                    self.anew();
                }
            }
            Err(error) => return Err(error),
        }
        Ok(Step::Moved)
    }

    fn take(&mut self, bytes: &[u8], each: &mut impl FnMut(&Line<'_>)) -> Step {
        if bytes.is_empty() {
            return Step::Idle;
        }
        self.at.advance(bytes);
        self.lines.feed(bytes, each);
        Step::Read(bytes.len())
    }

    /// Looks for the file that was read among the older ones.
    fn find_older(&mut self) -> io::Result<bool> {
        if self.at.head.is_empty() {
            return Ok(false);
        }
        let mut files = self.place.older()?;
        files.sort_unstable_by_key(|file| std::cmp::Reverse(file.modified));
        for file in files.into_iter().take(MOST_OLDER) {
            // One that cannot be read, or is no gzip after all, is not it.
            if self.at.is_of(&mut *self.place, Some(&file.name)).unwrap_or(false) {
                self.at.file = Some(file.name);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// From the start of whatever the log's name means next.
    fn anew(&mut self) {
        self.at = Position::default();
        self.lines = Lines::default();
    }
}

#[cfg(test)]
mod tests {
    use super::super::local::Local;
    use super::*;
    use flate2::write::GzEncoder;
    use std::fs;
    use std::io::Write;
    use std::path::{Path, PathBuf};

    fn append(path: &Path, text: &str) {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(path).expect("open");
        file.write_all(text.as_bytes()).expect("write");
    }

    struct Log {
        dir: tempfile::TempDir,
        tail: Option<Tail>,
    }

    impl Log {
        fn new() -> Log {
            Log { dir: tempfile::tempdir().expect("tempdir"), tail: None }
        }

        fn path(&self) -> PathBuf {
            self.dir.path().join("queue_log")
        }

        fn old(&self, end: &str) -> PathBuf {
            self.dir.path().join(format!("queue_log{end}"))
        }

        fn write(&self, call: &str) {
            append(&self.path(), &format!("1795290492|{call}|sac|NONE|ABANDON|1|1|3\n"));
        }

        fn follow(&mut self) {
            self.tail = Some(Tail::at_end(Box::new(Local::new(self.path()))));
        }

        fn calls(&mut self) -> Vec<String> {
            let mut calls = Vec::new();
            let tail = self.tail.as_mut().expect("followed");
            tail.poll(|line| calls.push(line.call.text().into_owned()));
            calls
        }
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn only_whole_new_lines_are_told() {
        let mut log = Log::new();
        log.write("1.1");
        append(&log.path(), "1795290492|1.2|sac|NO");
        log.follow();
        assert_eq!(log.calls(), NONE);
        append(&log.path(), "NE|EXITWITHKEY|9|1|1|2\nrubbish\n||\n\n");
        assert_eq!(log.calls(), ["1.2"], "a line half written when the session began");
        append(&log.path(), "1795290493|1.3|sac|NONE|EXITWITH");
        assert_eq!(log.calls(), NONE);
        append(&log.path(), "TIMEOUT|1|1|4\n1795290494|1.4|sac|Ana|CONNECT|1|2|3\n");
        assert_eq!(log.calls(), ["1.3", "1.4"]);
        assert_eq!(log.calls(), NONE);
    }

    #[test]
    fn a_file_that_comes_later_is_read_from_its_start() {
        let mut log = Log::new();
        log.follow();
        assert_eq!(log.calls(), NONE);
        log.write("1.1");
        assert_eq!(log.calls(), ["1.1"]);
    }

    #[test]
    fn a_renamed_file_is_read_to_its_end_first() {
        let mut log = Log::new();
        log.write("1.1");
        log.follow();
        log.write("1.2");
        fs::rename(log.path(), log.old(".1")).expect("rename");
        assert_eq!(log.calls(), ["1.2"], "written before the rotation");
        append(&log.old(".1"), "1795290495|1.3|sac|NONE|ABANDON|1|1|3\n");
        assert_eq!(log.calls(), ["1.3"], "written to the old file before the PBX opened a new one");
        // As logrotate's `create` makes it.
        append(&log.path(), "");
        append(&log.old(".1"), "1795290495|1.4|sac|NONE|ABANDON|1|1|3\n");
        assert_eq!(log.calls(), ["1.4"]);
        append(&log.old(".1"), "1795290496|1.5|sac|NONE|ABANDON|1|1|3\n");
        log.write("2.1");
        assert_eq!(log.calls(), ["1.5", "2.1"], "the old one's end, then the new one");
        fs::rename(log.old(".1"), log.old(".2")).expect("rename");
        fs::rename(log.path(), log.old(".1")).expect("rename");
        log.write("3.1");
        assert_eq!(log.calls(), NONE, "as long as the one before it");
        log.write("3.2");
        assert_eq!(log.calls(), ["3.1", "3.2"]);
    }

    #[test]
    fn what_was_packed_meanwhile_is_read_to_its_end() {
        let mut log = Log::new();
        log.write("1.1");
        log.follow();
        log.write("1.2");
        let mut packed = GzEncoder::new(fs::File::create(log.old("-20261121.gz")).expect("create"), Default::default());
        packed.write_all(&fs::read(log.path()).expect("read")).expect("write");
        packed.finish().expect("packed");
        fs::remove_file(log.path()).expect("remove");
        assert_eq!(log.calls(), ["1.2"]);
        log.write("2.1");
        assert_eq!(log.calls(), ["2.1"]);
    }

    #[test]
    fn a_file_copied_and_cut_loses_nothing() {
        let mut log = Log::new();
        log.write("1.1");
        log.follow();
        log.write("1.2");
        fs::copy(log.path(), log.old(".1")).expect("copy");
        fs::write(log.path(), "").expect("cut");
        assert_eq!(log.calls(), ["1.2"]);
        // Cut again, with no copy, and at once longer than it was.
        for call in ["2.1", "2.2", "2.3"] {
            log.write(call);
        }
        assert_eq!(log.calls(), ["2.1", "2.2", "2.3"]);
        fs::write(log.path(), "").expect("cut");
        assert_eq!(log.calls(), NONE);
        for call in ["3.1", "3.2", "3.3", "3.4"] {
            log.write(call);
        }
        assert_eq!(log.calls(), ["3.1", "3.2", "3.3", "3.4"]);
        let long: String = (0..9).map(|n| format!("1795290500|4.{n}|sac|NONE|ABANDON|1|1|3\n")).collect();
        fs::write(log.path(), long).expect("another file at once");
        assert_eq!(log.calls().len(), 9);
    }

    #[test]
    fn an_export_goes_on_as_an_export() {
        let mut log = Log::new();
        append(&log.path(), "time,callid,queuename,agent,event,data\n1795290492,1.1,sac,NONE,ABANDON,1|1|3\n");
        log.follow();
        append(&log.path(), "1795290493,1.2,sac,NONE,ABANDON,1|1|3\n");
        assert_eq!(log.calls(), ["1.2"]);
    }

    #[test]
    fn what_is_no_file_is_said_and_does_no_harm() {
        let mut log = Log::new();
        fs::create_dir(log.path()).expect("a folder");
        log.follow();
        assert_eq!(log.calls(), NONE);
        assert!(log.tail.as_ref().is_some_and(|tail| tail.trouble.is_some()));
        fs::remove_dir(log.path()).expect("remove");
        log.write("1.1");
        assert_eq!(log.calls(), ["1.1"]);
    }
}
