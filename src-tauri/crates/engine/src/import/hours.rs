//! The hours of a day before Mirante listened, out of the PBX's own record.
//!
//! The record is read from the start of the day on. Calls that entered before the first second that was heard are taken in, and
//! followed to their end, however much later; what entered after it, and whoever waited at it, the followed source keeps itself. So
//! nothing counts twice, and reading the same record again finds only ends that it did not hold before.

use super::calls::Keeper;
use super::fold::Folding;
use super::{ImportError, Progress, Why, finish_undo};
use jiff::tz::TimeZone;
use mirante_floor::{Kind, Minute, Name, Origin, Site, SourceId};
use mirante_history::{History, ImportFile, Parties, Party};
use mirante_sources::Caller;
use mirante_sources::asterisk::queue_log::{Account, AccountEvent, Bounds, Line, LogPlace, Past, Unusable, Use, Verb};
use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Longest that reading may take.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// A line's whole second may have begun so long before what it tells, ms.
const SECOND_MS: i64 = 1_000;
/// The record and the platform's own words of one entry differ by less than this, ms: two clocks, and a wait told in seconds.
const SAME_MS: i64 = 31_000;
/// A batch is kept after so long, however little it holds.
const KEPT: Duration = Duration::from_secs(1);
/// Lines between two words about progress.
const TOLD: u64 = 1 << 10;
/// What the read lines of the record are known by: there is one record a source.
const HEAD: &[u8] = b"hours";

/// What is missing of a day.
#[derive(Debug, Clone)]
pub struct Hours {
    /// The source that is followed.
    pub of: SourceId,
    /// The day as its source's name has it, such as `2026-11-22`.
    pub day: String,
    /// The start of the day, Unix ms.
    pub from: i64,
    /// When the source was first heard, Unix ms.
    pub until: i64,
    /// How far the platform's clock is ahead of ours, ms.
    pub ahead: i64,
    /// The zone in which days begin.
    pub zone: TimeZone,
    /// Queue and call of whoever is on the floor now: the followed source keeps them when they leave.
    pub open: HashSet<(Name, Name)>,
    /// Most of the record that is read, bytes; of more, the newest.
    pub most: u64,
}

impl Hours {
    /// As much of a record as is read: a day of a very large centre.
    pub const MOST: u64 = 2 << 30;
}

/// What completing a day came to.
#[derive(Debug, Clone, Default)]
pub struct Completed {
    /// Lines of the missing hours.
    pub lines: u64,
    /// Visits that are kept now and were not.
    pub visits: u64,
    /// Visits that the followed source or another import keeps.
    pub known: u64,
    /// Lines of verbs that tell nothing that is kept.
    pub passed: u64,
    /// When the first and the last of the visits entered, Unix ms by our clock.
    pub span: Option<(i64, i64)>,
    /// Conversations of before that went on when the record ended: completing the day again tells their end.
    pub open: u64,
    /// The record begins later than the day, or what is read of it does, at this instant, Unix ms by our clock: what was before is
    /// not told.
    pub begins: Option<i64>,
    /// It was ended before the end.
    pub stopped: bool,
    /// Lines that could not be used.
    pub unusable: BTreeMap<Why, u64>,
}

/// Takes the missing hours in. `reader` reads the folder that `keeper` writes, whose people `parties` numbers. `each` hears how far it
/// is, and ends it by breaking off; what was kept until then stays, and the next goes on from there.
///
/// # Errors
/// When the record cannot be read, or history refuses.
pub fn complete(
    job: &Hours,
    mut place: Box<dyn LogPlace>,
    reader: &History,
    parties: &Parties,
    keeper: &mut dyn Keeper,
    mut each: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Completed, ImportError> {
    let words = PathBuf::from(place.words());
    let failed = |error| ImportError::Read { path: words.clone(), error };
    let source = keeper.register_hours(job.of, &job.day)?;
    let mut progress = Progress { bytes: 0, of: 1, lines: 0 };
    if !finish_undo(source, reader, keeper, &mut || each(progress))? {
        return Ok(Completed { stopped: true, ..Completed::default() });
    }
    let folding = Folding::new(reader.import_head(source)?, job.zone.clone())?;
    // A day that was told in part is told to its end by the clock with which it began.
    let ahead = folding.site().map_or(job.ahead, |_| folding.ahead());
    let by_log = |ms: i64| ms.saturating_add(ahead);
    let by_us = |ms: i64| ms.saturating_sub(ahead);
    let (from, until) = (by_log(job.from), by_log(job.until));
    let begins = Past::begins(&mut *place, from, job.most).map_err(failed)?;
    let read_before = reader.import_files(source)?.into_iter().find(|file| file.head == HEAD);
    let nothing = ImportFile { head: HEAD.to_vec(), done: 0, lines: 0, span: None, edges: Vec::new() };
    let file = read_before.unwrap_or(nothing);
    let mut take = Take {
        job,
        source,
        ahead,
        until,
        reader,
        parties,
        keeper,
        account: Account::of(folding.site()),
        folding,
        skip: file.lines,
        file,
        known: HashSet::new(),
        events: Vec::new(),
        kept: Instant::now(),
        done: Completed { begins: begins.map(by_us), ..Completed::default() },
    };
    take.begin(from.max(begins.unwrap_or(from)));
    progress.of = (until - from).max(1) as u64;
    let mut stopped = None;
    let bounds = Bounds { bytes: job.most, until: Instant::now() + LONGEST };
    let (_, read) = Past::read(place, from, bounds, |at, line| {
        if let Err(error) = take.line(line, at) {
            stopped = Some(Err(error));
            return ControlFlow::Break(());
        }
        progress.lines += 1;
        progress.bytes = (at.min(until) - from).max(0) as u64;
        if progress.lines.is_multiple_of(TOLD) && each(progress).is_break() {
            stopped = Some(Ok(()));
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    match stopped {
        Some(Err(error)) => return Err(error),
        Some(Ok(())) => take.done.stopped = true,
        None => {
            let past = read.map_err(failed)?;
            if past.cut {
                tracing::warn!(
                    most = job.most,
                    "the queue_log tells more of the day than is read: the oldest of it is missing"
                );
            }
            if past.untimed > 0 {
                take.done.unusable.insert(Why::NoTime, past.untimed as u64);
            }
            take.end();
            take.close_minute();
            progress.bytes = progress.of;
        }
    }
    take.keep()?;
    let _ = each(progress);
    let mut done = take.done;
    done.open = take.folding.site().map_or(0, |site| site.visits.len() as u64);
    done.visits = take.folding.visits;
    done.span = done.span.map(|(from, to)| (by_us(from), by_us(to)));
    Ok(done)
}

struct Take<'a> {
    job: &'a Hours,
    /// The source that tells the hours.
    source: SourceId,
    /// How far the record's clock is ahead of ours, ms.
    ahead: i64,
    /// When the source was first heard, Unix ms by the platform.
    until: i64,
    reader: &'a History,
    parties: &'a Parties,
    keeper: &'a mut dyn Keeper,
    account: Account,
    folding: Folding,
    /// Lines that were taken before, still to come.
    skip: u64,
    file: ImportFile,
    /// Calls that others keep.
    known: HashSet<Name>,
    events: Vec<AccountEvent>,
    kept: Instant,
    done: Completed,
}

impl Take<'_> {
    /// The record is heard from `from` on, Unix ms by it, unless it was before.
    fn begin(&mut self, from: i64) {
        if self.folding.site().is_none() {
            let clock = Kind::Clock { ahead_ms: self.ahead, at_by: 0, seen_by: 0 };
            self.folding.apply(from, Origin::Backfilled, clock);
            self.folding.reach(from);
            self.folding.apply(from, Origin::Backfilled, Kind::LinkUp { platform: "queue_log".into() });
        }
    }

    /// The record is heard no more: the followed source is.
    fn end(&mut self) {
        if self.folding.site().is_some_and(Site::is_live) {
            let reason = "the source itself is heard".into();
            self.folding.apply(self.until, Origin::Backfilled, Kind::LinkDown { reason });
        }
    }

    /// The minute in which the followed source was first heard is over, though the record may tell nothing after it.
    fn close_minute(&mut self) {
        let edge = Minute::floor(self.job.until).saturating_add(Minute::MS);
        if self.folding.site().is_some_and(|site| site.seen < edge) {
            self.folding.apply(edge.saturating_add(self.ahead), Origin::Backfilled, Kind::Tick);
        }
    }

    fn line(&mut self, line: &Line<'_>, at: i64) -> Result<(), ImportError> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        self.file.lines += 1;
        if at > self.until + SECOND_MS / 2 {
            self.end();
            let is_ours = |site: &Site| line.call.said().is_some_and(|call| site.calls.contains_key(&*call));
            if !self.folding.site().is_some_and(is_ours) || matches!(line.verb, Verb::EnterQueue { .. }) {
                return Ok(());
            }
        }
        self.done.lines += 1;
        self.take(line, at)?;
        if self.folding.len() >= self.keeper.room() || self.kept.elapsed() >= KEPT {
            self.keep()?;
        }
        Ok(())
    }

    fn take(&mut self, line: &Line<'_>, at: i64) -> Result<(), ImportError> {
        if matches!(line.verb, Verb::EnterQueue { .. })
            && let (Some(queue), Some(call)) = (line.queue.said(), line.call.said())
        {
            let (queue, call): (Name, Name) = ((&*queue).into(), (&*call).into());
            let is_known = self.job.open.contains(&(queue.clone(), call.clone()))
                || self.reader.others_keep_visit(self.source, &call, &queue, at, self.ahead, SAME_MS)?;
            if is_known {
                self.known.insert(call);
                self.done.known += 1;
                return Ok(());
            }
            let (first, last) = self.done.span.unwrap_or((at, at));
            self.done.span = Some((first.min(at), last.max(at)));
        }
        let parties = self.parties;
        let mut person = |Caller { number, name }: &Caller| {
            parties.id_of(&Party { number: number.to_string(), name: name.to_string() })
        };
        let told = self.account.take(self.folding.site(), line, at, &mut person, &mut self.events)?;
        for AccountEvent { at, origin, kind } in self.events.drain(..) {
            self.folding.apply(at, origin, kind);
        }
        let why = match told {
            Ok(Use::Told) => return Ok(()),
            Ok(Use::Passed) => {
                self.done.passed += 1;
                return Ok(());
            }
            Err(Unusable::NoEntry) if line.call.said().is_some_and(|call| self.known.contains(&*call)) => return Ok(()),
            Err(Unusable::NoEntry) => Why::NoEntry,
            Err(Unusable::Incomplete) => Why::Incomplete,
            Err(Unusable::Verb) => Why::Verb,
        };
        *self.done.unusable.entry(why).or_default() += 1;
        Ok(())
    }

    fn keep(&mut self) -> Result<(), ImportError> {
        self.kept = Instant::now();
        self.file.span = match (self.file.span, self.done.span) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (before, now) => before.or(now),
        };
        let batch = self.folding.batch(self.file.clone())?;
        self.keeper.keep(batch)
    }
}
