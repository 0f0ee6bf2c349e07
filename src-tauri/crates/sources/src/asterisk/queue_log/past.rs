//! Reads what a log holds from a moment on, back through the files that it was before, and leaves a [`Tail`] that goes on exactly
//! where the reading ended.
//!
//! Names of older files tell nothing about their order: Asterisk counts up or down as it is told to, logrotate writes dates. What
//! a file's first line says does.

use super::content::{self, CHUNK, HEAD, Lines};
use super::line::{Line, MAX_LINE};
use super::place::LogPlace;
use super::tail::{Position, Tail};
use mirante_tail::OldFile;
use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::time::Instant;

/// Most older files that are looked into.
const MOST_OLDER: usize = 64;
/// A file last written to this much before the moment holds nothing from it on, ms: clocks are stepped now and then.
const SURELY_BEFORE_MS: i64 = 2 * 60 * 60 * 1000;
/// The place of the moment in a file is found to within this many bytes.
const NEAR: u64 = 64 * 1024;
/// Times that a gzip file grows by unpacking, at most: what a log of words and numbers comes to.
const PACKED: u64 = 20;

/// How much may be read.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes, unpacked. Of more, the newest are read.
    pub bytes: u64,
    /// When to stop reading what is old.
    pub until: Instant,
}

/// What the reading found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// The oldest line there is, Unix ms, where it is younger than the moment asked for: what came before it is not on record.
    pub begins: Option<i64>,
    /// The log holds more than may be read.
    pub cut: bool,
    /// Lines whose time is a day and hour in a zone that is not known.
    pub untimed: usize,
}

/// One file to be read, the oldest first; `None` is the one that the log's name means.
struct Part {
    file: Option<OldFile>,
    /// The first stamp in it, Unix ms.
    first: Option<i64>,
}

impl Part {
    fn name(&self) -> Option<&str> {
        self.file.as_ref().map(|file| file.name.as_str())
    }
}

impl Past {
    /// The oldest line that is read when so many bytes may be, Unix ms by the PBX's clock, where it is younger than `from`. Blocks.
    ///
    /// # Errors
    /// When the place does not answer.
    pub fn begins(place: &mut dyn LogPlace, from: i64, bytes: u64) -> io::Result<Option<i64>> {
        let mut past = Past::default();
        let parts = parts(place, from)?;
        let mut begins = parts.first().and_then(|part| part.first);
        let placed = placed(place, parts, from, bytes, &mut past)?;
        if past.cut {
            begins = match placed.first() {
                Some((part, 0)) => part.first,
                Some((part, start)) => stamp(place, part.name(), *start)?,
                None => None,
            };
        }
        Ok(begins.filter(|first| *first > from))
    }

    /// Hands over, in the log's order, the lines from `from` on, Unix ms by the PBX's clock, until `each` breaks off. The reader goes
    /// on behind the last whole line even where this fails. Blocks.
    pub fn read(
        mut place: Box<dyn LogPlace>,
        from: i64,
        bounds: Bounds,
        mut each: impl FnMut(i64, &Line<'_>) -> ControlFlow<()>,
    ) -> (Tail, io::Result<Past>) {
        match read(&mut *place, from, bounds, &mut each) {
            Ok((past, at, lines)) => (Tail::from(place, at, lines), Ok(past)),
            Err(error) => (Tail::at_end(place), Err(error)),
        }
    }
}

fn read(
    place: &mut dyn LogPlace,
    from: i64,
    bounds: Bounds,
    each: &mut impl FnMut(i64, &Line<'_>) -> ControlFlow<()>,
) -> io::Result<(Past, Position, Lines)> {
    let mut past = Past::default();
    let parts = parts(place, from)?;
    past.begins = parts.first().and_then(|part| part.first).filter(|first| *first > from);
    let (mut at, mut lines) = (Position::default(), Lines::default());
    let mut started = false;
    let is_over = Cell::new(false);
    for (part, start) in placed(place, parts, from, bounds.bytes, &mut past)? {
        let name = part.name();
        (at, lines) = begin(place, name, start)?;
        let mut take = |line: &Line<'_>| match line.stamp.at(None) {
            _ if is_over.get() => {}
            None => past.untimed += 1,
            // The clock may be stepped back later: what stands behind a line that belongs, belongs.
            Some(when) => {
                started |= when >= from;
                if started && each(when, line).is_break() {
                    is_over.set(true);
                }
            }
        };
        match name.filter(|name| name.ends_with(".gz")) {
            Some(name) => {
                let mut unpacked = content::unpack(place, name);
                let mut bytes = vec![0; CHUNK];
                loop {
                    let count = unpacked.read(&mut bytes)?;
                    if count == 0 {
                        break;
                    }
                    if Instant::now() > bounds.until || at.offset > bounds.bytes {
                        past.cut = true;
                        break;
                    }
                    at.advance(&bytes[..count]);
                    lines.feed(&bytes[..count], &mut take);
                    if is_over.get() {
                        return Ok((past, at, lines));
                    }
                }
            }
            None => {
                let mut bytes = Vec::new();
                loop {
                    bytes.clear();
                    place.read(name, at.offset, CHUNK, &mut bytes)?;
                    if bytes.is_empty() {
                        break;
                    }
                    if Instant::now() > bounds.until {
                        past.cut = true;
                        break;
                    }
                    at.advance(&bytes);
                    lines.feed(&bytes, &mut take);
                    if is_over.get() {
                        return Ok((past, at, lines));
                    }
                }
                if !at.is_of(place, name)? {
                    return Err(io::Error::new(io::ErrorKind::Interrupted, "the log was rotated while it was read"));
                }
            }
        }
    }
    if past.cut && Instant::now() > bounds.until {
        return Err(io::Error::new(io::ErrorKind::TimedOut, "reading what was missed took too long"));
    }
    Ok((past, at, lines))
}

/// The files that may hold lines from `from` on, oldest first, the log itself last if it has anything in it.
fn parts(place: &mut dyn LogPlace, from: i64) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut current = Vec::new();
    if place.size()?.is_some_and(|size| size > 0) {
        current = head(place, None)?;
        let first = first(&current);
        parts.push(Part { file: None, first });
        if first.is_some_and(|first| first <= from) {
            return Ok(parts);
        }
    }
    let mut files = place.older()?;
    files.retain(|file| file.size > 0 && file.modified.is_none_or(|at| at >= from - SURELY_BEFORE_MS));
    files.sort_unstable_by_key(|file| std::cmp::Reverse(file.modified));
    files.truncate(MOST_OLDER);
    let mut older = Vec::new();
    for file in files {
        // A file that cannot be read is none that helps; one that begins as the log is a copy of it.
        let Ok(bytes) = head(place, Some(&file.name)) else { continue };
        if !current.is_empty() && bytes == current {
            continue;
        }
        if let Some(first) = first(&bytes) {
            older.push(Part { file: Some(file), first: Some(first) });
        }
    }
    older.sort_by_key(|part| part.first);
    let skip = older.iter().rposition(|part| part.first.is_some_and(|first| first <= from)).unwrap_or(0);
    older.drain(..skip);
    older.append(&mut parts);
    Ok(older)
}

/// Where to begin in each part, so that the moment lies behind it and no more than `most` bytes are read in all.
fn placed(
    place: &mut dyn LogPlace,
    parts: Vec<Part>,
    from: i64,
    most: u64,
    past: &mut Past,
) -> io::Result<Vec<(Part, u64)>> {
    let mut left = most;
    let mut placed = Vec::new();
    let last = parts.len().saturating_sub(1);
    for (nth, part) in parts.into_iter().enumerate().rev() {
        let (size, packed) = match &part.file {
            None => (place.size()?.unwrap_or(0), false),
            Some(file) => (file.size, file.name.ends_with(".gz")),
        };
        let is_before = part.first.is_some_and(|first| first < from);
        let mut start = if is_before && !packed { find(place, part.name(), size, from)? } else { 0 };
        let cost = if packed { size.saturating_mul(PACKED) } else { size - start.min(size) };
        if cost > left {
            past.cut = true;
            // The newest file is read in part, an older one not at all.
            if nth != last || packed {
                break;
            }
            start = size - left;
        }
        left = left.saturating_sub(cost);
        placed.push((part, start));
    }
    placed.reverse();
    Ok(placed)
}

/// A byte of the file before which no line is from `from` on, as long as the clock went forward.
fn find(place: &mut dyn LogPlace, file: Option<&str>, size: u64, from: i64) -> io::Result<u64> {
    let (mut low, mut high) = (0, size);
    while high - low > NEAR {
        let middle = low + (high - low) / 2;
        if stamp(place, file, middle)?.is_some_and(|stamp| stamp < from) { low = middle } else { high = middle }
    }
    Ok(low)
}

/// The first stamp behind a byte of a file, Unix ms.
fn stamp(place: &mut dyn LogPlace, file: Option<&str>, offset: u64) -> io::Result<Option<i64>> {
    let mut bytes = Vec::new();
    place.read(file, offset, 2 * MAX_LINE, &mut bytes)?;
    let (_, mut lines) = begin(place, file, offset)?;
    let mut stamp = None;
    lines.feed(&bytes, |line| stamp = stamp.or(line.stamp.at(None)));
    Ok(stamp)
}

/// A position in a file and a reader for what follows; inside a file, the rest of a line there is passed over.
fn begin(place: &mut dyn LogPlace, file: Option<&str>, offset: u64) -> io::Result<(Position, Lines)> {
    if offset == 0 {
        return Ok((Position { file: file.map(str::to_owned), ..Position::default() }, Lines::default()));
    }
    let mut head = head(place, file)?;
    let lines = Lines::within(&head);
    head.truncate(usize::try_from(offset).unwrap_or(HEAD));
    Ok((Position { file: file.map(str::to_owned), head, offset }, lines))
}

fn head(place: &mut dyn LogPlace, file: Option<&str>) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    content::read(place, file, 0, HEAD, &mut head)?;
    Ok(head)
}

/// The first stamp in the first bytes of a file, Unix ms.
fn first(head: &[u8]) -> Option<i64> {
    let mut first = None;
    Lines::default().feed(head, |line| first = first.or(line.stamp.at(None)));
    first
}

#[cfg(test)]
mod tests {
    use super::super::local::Local;
    use super::*;
    use flate2::write::GzEncoder;
    use std::fs;
    use std::io::Write;
    use std::path::Path;
    use std::time::Duration;

    const START: i64 = 1_795_290_000;

    /// A line a second, the call's number the second since the start.
    fn lines(seconds: std::ops::Range<i64>) -> String {
        seconds.map(|s| format!("{}|{s}.1|sac|NONE|ABANDON|1|1|3\n", START + s)).collect()
    }

    fn pack(path: &Path, text: &str) {
        let mut packed = GzEncoder::new(fs::File::create(path).expect("create"), Default::default());
        packed.write_all(text.as_bytes()).expect("write");
        packed.finish().expect("packed");
    }

    fn bounds(bytes: u64) -> Bounds {
        Bounds { bytes, until: Instant::now() + Duration::from_secs(60) }
    }

    /// Seconds of the lines read from second `from` on, what was said of it, and the reader that goes on.
    fn read(dir: &Path, from: i64, bytes: u64) -> (Vec<i64>, Past, Tail) {
        let mut found = Vec::new();
        let place = Box::new(Local::new(dir.join("queue_log")));
        let (tail, past) = Past::read(place, (START + from) * 1000, bounds(bytes), |at, line| {
            found.push(at / 1000 - START);
            assert_eq!(line.call.text(), format!("{}.1", at / 1000 - START));
            ControlFlow::Continue(())
        });
        (found, past.expect("read"), tail)
    }

    const MUCH: u64 = 1 << 30;

    #[test]
    fn a_moment_is_found_in_a_long_file_and_the_reader_goes_on() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("queue_log");
        fs::write(&path, lines(0..20_000)).expect("write");
        let (found, past, mut tail) = read(dir.path(), 15_000, MUCH);
        assert_eq!(found, (15_000..20_000).collect::<Vec<_>>());
        assert_eq!(past, Past::default());
        let mut file = fs::OpenOptions::new().append(true).open(&path).expect("open");
        file.write_all(lines(20_000..20_002).as_bytes()).expect("write");
        let mut more = 0;
        tail.poll(|_| more += 1);
        assert_eq!(more, 2);
    }

    #[test]
    fn older_files_are_read_in_the_order_of_their_lines() {
        let dir = tempfile::tempdir().expect("tempdir");
        // Asterisk's own rotation counts up, logrotate's down; here both happened.
        fs::write(dir.path().join("queue_log.7"), lines(300..400)).expect("write");
        fs::write(dir.path().join("queue_log.2"), lines(200..300)).expect("write");
        pack(&dir.path().join("queue_log-20261120.gz"), &lines(0..200));
        fs::write(dir.path().join("queue_log"), lines(400..500)).expect("write");
        fs::write(dir.path().join("queue_log.9"), "").expect("write");
        fs::write(dir.path().join("queue_log.8.gz"), "not gzip").expect("write");
        for from in [450, 400, 399, 250, 200, 199, 10, 1] {
            let (found, past, _) = read(dir.path(), from, MUCH);
            assert_eq!(found, (from..500).collect::<Vec<_>>(), "from {from}");
            assert_eq!(past, Past::default());
        }
        let (found, past, _) = read(dir.path(), -50, MUCH);
        assert_eq!((found.len(), past.begins), (500, Some(START * 1000 + 500)));
    }

    #[test]
    fn too_much_is_cut_at_its_old_end_and_said() {
        let dir = tempfile::tempdir().expect("tempdir");
        fs::write(dir.path().join("queue_log.1"), lines(0..5_000)).expect("write");
        fs::write(dir.path().join("queue_log"), lines(5_000..10_000)).expect("write");
        let line = lines(9_999..10_000).len() as u64;
        let (found, past, _) = read(dir.path(), 0, 1_000 * line);
        assert!(past.cut);
        assert_eq!(found.last(), Some(&9_999));
        assert!((998..=1_000).contains(&found.len()), "{}", found.len());
        let begins = |bytes| {
            let mut place = Local::new(dir.path().join("queue_log"));
            Past::begins(&mut place, START * 1000, bytes).expect("read").map(|at| at / 1000 - START)
        };
        assert_eq!(begins(1_000 * line), found.first().copied(), "what is not read is not begun with");
        assert_eq!((begins(7_000 * line), begins(MUCH)), (Some(5_000), Some(0)), "an older file is read whole or not");
    }

    #[test]
    fn whoever_hears_enough_ends_the_reading() {
        let dir = tempfile::tempdir().expect("tempdir");
        pack(&dir.path().join("queue_log-1.gz"), &lines(0..50_000));
        fs::write(dir.path().join("queue_log"), lines(50_000..100_000)).expect("write");
        for most in [3, 60_000] {
            let mut heard = 0;
            let place = Box::new(Local::new(dir.path().join("queue_log")));
            let (_, past) = Past::read(place, START * 1000, bounds(MUCH), |_, _| {
                heard += 1;
                if heard < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            assert_eq!((heard, past.expect("read").cut), (most, false));
        }
        let place = Box::new(Local::new(dir.path().join("queue_log")));
        let from = (START + 50_000) * 1000;
        let (mut tail, _) = Past::read(place, from, bounds(MUCH), |_, _| ControlFlow::Break(()));
        let mut rest = 0;
        tail.poll(|_| rest += 1);
        assert!(rest > 30_000, "the rest was not read: {rest}");
    }

    #[test]
    fn a_log_renamed_and_not_yet_begun_anew_is_read_and_followed() {
        let dir = tempfile::tempdir().expect("tempdir");
        fs::write(dir.path().join("queue_log.1"), lines(0..100)).expect("write");
        let (found, _, mut tail) = read(dir.path(), 90, MUCH);
        assert_eq!(found.len(), 10);
        let mut file = fs::OpenOptions::new().append(true).open(dir.path().join("queue_log.1")).expect("open");
        file.write_all(lines(100..101).as_bytes()).expect("write");
        fs::write(dir.path().join("queue_log"), lines(101..103)).expect("write");
        let mut more = Vec::new();
        tail.poll(|line| more.push(line.call.text().into_owned()));
        assert_eq!(more, ["100.1", "101.1", "102.1"]);
    }

    #[test]
    fn a_log_that_is_not_there_or_empty_has_no_past() {
        let dir = tempfile::tempdir().expect("tempdir");
        assert_eq!(read(dir.path(), 0, MUCH).0, [0_i64; 0]);
        fs::write(dir.path().join("queue_log"), "").expect("write");
        let (found, past, mut tail) = read(dir.path(), 0, MUCH);
        assert_eq!((found.len(), past), (0, Past::default()));
        fs::write(dir.path().join("queue_log"), lines(0..3)).expect("write");
        let mut more = 0;
        tail.poll(|_| more += 1);
        assert_eq!(more, 3);
    }

    #[test]
    fn days_and_hours_of_a_table_are_counted_and_passed_over() {
        let dir = tempfile::tempdir().expect("tempdir");
        let table = "time,callid,queuename,agent,event,data\n2026-11-21 20:08:12.5,1.1,sac,NONE,ABANDON,1|1|3\n";
        fs::write(dir.path().join("queue_log"), table).expect("write");
        let (found, past, _) = read(dir.path(), 0, MUCH);
        assert_eq!((found.len(), past.untimed), (0, 1));
    }
}
