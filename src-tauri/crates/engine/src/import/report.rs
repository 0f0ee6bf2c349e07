//! Lines that could not be used, and why: counted, and told one by one in a file.
//!
//! The file names places, never what stands there: a line may hold somebody's number.

use super::ImportError;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Why a line could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It has not the fields of a line.
    NoLine,
    /// It is longer than any line.
    TooLong,
    /// It tells no time that there is.
    NoTime,
    /// Queue, call or agent is missing.
    Incomplete,
    /// It goes on with a call whose entry into the queue is not in the files.
    NoEntry,
    /// Its verb is not known.
    Verb,
    /// The file ends within it: it is used when the rest is there.
    Torn,
    /// A cell that is needed is empty or makes no sense.
    Cell,
    /// Its quotes are opened and never closed.
    Unclosed,
    /// It has more columns than any table.
    TooWide,
    /// It tells a time that clocks passed over when they went forward.
    SkippedTime,
    /// It tells a time that clocks showed twice when they went back; the first is taken, and the line is used.
    TwiceTime,
    /// It tells a time that is not past.
    Future,
    /// Something ends before it begins.
    Order,
    /// A duration is less than nothing.
    Negative,
    /// Nobody said what its word for the outcome means.
    Outcome,
    /// Nobody answered, and yet somebody talked.
    Contradiction,
}

impl Why {
    /// The stable word, for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Why::NoLine => "no_line",
            Why::TooLong => "too_long",
            Why::NoTime => "no_time",
            Why::Incomplete => "incomplete",
            Why::NoEntry => "no_entry",
            Why::Verb => "unknown_verb",
            Why::Torn => "torn",
            Why::Cell => "cell",
            Why::Unclosed => "unclosed_quotes",
            Why::TooWide => "too_wide",
            Why::SkippedTime => "skipped_time",
            Why::TwiceTime => "twice_time",
            Why::Future => "future",
            Why::Order => "ends_before_begins",
            Why::Negative => "negative",
            Why::Outcome => "unknown_outcome",
            Why::Contradiction => "contradiction",
        }
    }

    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Why::NoLine => "not a line of a queue_log",
            Why::TooLong => "longer than any line",
            Why::NoTime => "no time that there is",
            Why::Incomplete => "queue, call or agent missing",
            Why::NoEntry => "goes on with a call whose entry is not in the files",
            Why::Verb => "unknown verb",
            Why::Torn => "the file ends within it; used once the rest is there",
            Why::Cell => "a cell that is needed is empty or makes no sense",
            Why::Unclosed => "quotes are opened and never closed",
            Why::TooWide => "more columns than any table",
            Why::SkippedTime => "a time that clocks passed over when they went forward",
            Why::TwiceTime => "used; clocks showed its time twice, and the first is taken",
            Why::Future => "a time that is not past: are day and month the other way round?",
            Why::Order => "ends before it begins",
            Why::Negative => "a duration is less than nothing",
            Why::Outcome => "its word for the outcome is not known: say what it means",
            Why::Contradiction => "nobody answered, and yet somebody talked",
        }
    }
}

/// The lines that could not be used.
#[derive(Debug)]
pub struct Report {
    path: PathBuf,
    out: Option<BufWriter<File>>,
    counts: BTreeMap<Why, u64>,
    /// File, first and last line, reason: neighbours with one reason are told together.
    run: Option<(PathBuf, u64, u64, Why, String)>,
}

impl Report {
    /// A report that will be written to `path`, if there is anything to tell.
    pub fn new(path: PathBuf) -> Report {
        Report { path, out: None, counts: BTreeMap::new(), run: None }
    }

    /// How many lines for each reason.
    pub fn counts(&self) -> &BTreeMap<Why, u64> {
        &self.counts
    }

    /// Where the lines are told one by one; nothing if all could be used.
    pub fn file(&self) -> Option<&Path> {
        self.out.as_ref().map(|_| &*self.path)
    }

    /// Tells of a line. `what` is a detail that holds nothing of anybody's, such as a column.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn tell(&mut self, file: &Path, line: u64, why: Why, what: &str) -> Result<(), ImportError> {
        *self.counts.entry(why).or_default() += 1;
        if let Some((of, _, last, reason, detail)) = &mut self.run
            && *last + 1 == line
            && *reason == why
            && detail == what
            && of == file
        {
            *last = line;
            return Ok(());
        }
        self.flush()?;
        self.run = Some((file.to_owned(), line, line, why, what.to_owned()));
        Ok(())
    }

    /// Writes what was not written yet.
    pub(super) fn flush(&mut self) -> Result<(), ImportError> {
        let Some((file, first, last, why, what)) = self.run.take() else { return Ok(()) };
        let failed = |error| ImportError::Report { path: self.path.clone(), error };
        let mut write = || -> io::Result<()> {
            if self.out.is_none() {
                let mut options = File::options();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut out = BufWriter::new(options.open(&self.path)?);
                writeln!(out, "file,first_line,last_line,reason,detail")?;
                self.out = Some(out);
            }
            let Some(out) = &mut self.out else { return Ok(()) };
            let quoted = file.display().to_string().replace('"', "\"\"");
            writeln!(out, "\"{quoted}\",{first},{last},{},{what}", why.word())
        };
        write().map_err(failed)
    }

    /// Everything is on its way to the disk.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn close(&mut self) -> Result<(), ImportError> {
        self.flush()?;
        let path = self.path.clone();
        match &mut self.out {
            Some(out) => out.flush().map_err(|error| ImportError::Report { path, error }),
            None => Ok(()),
        }
    }
}
