//! Taking in the past while a hub runs, and taking it back: the writer does it, a slice at a time, between two commits of what happens
//! now. How long a slice took decides how large the next one is, as with removals, so that no commit waits for long.

use crate::Engine;
use crate::import::calls::{CallsError, Keeper, Kept, Taking, report};
use crate::import::{Batch, Completed, Hours, ImportError, Progress, complete};
use crate::input::Input;
use crate::retention::StepTimes;
use crate::retention::pace::Pace;
use crate::writer::{Importing, Job, Undoing};
use jiff::{Timestamp, tz::TimeZone};
use mirante_floor::{Minute, Name, SourceId};
use mirante_history::{HistoryError, LogFold};
use mirante_sources::asterisk::queue_log::LogPlace;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// Events of the first slice, and of the smallest and largest: each touches some ten pages.
const FIRST: u32 = 64;
const EVENTS: (u32, u32) = (16, 8192);
/// Rows of the first step that takes an import back, and of the smallest and largest.
const FIRST_ROWS: u32 = 64;
const ROWS: (u32, u32) = (8, 8192);
/// Rest after a slice, beside as long again as it took: the writer is free at least half of the time.
const REST: Duration = Duration::from_millis(4);
/// Time of slices after which the log is folded into the file, so that it never falls to the writer.
const LOG: Duration = Duration::from_millis(60);
/// What was not heard for less than this at the start of a day is not missed.
const MISSED_MS: i64 = Minute::MS;

impl Engine {
    /// Takes in a report of calls, on this thread, for as long as it takes. The live operation goes on beside it.
    ///
    /// # Errors
    /// As [`report`]; [`ImportError::Ended`] when the engine stops meanwhile.
    pub fn import_report(
        &self,
        job: &Taking,
        each: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Kept, CallsError> {
        let reader = self.reader().map_err(|_| ImportError::Ended)?;
        report(job, &reader, self.parties(), &mut Beside::of(self), each)
    }

    /// The hours of today before a source was heard; none if it was heard from the start of the day, or is not heard yet. A connection
    /// is told what it missed, but not all of it where that is long or much, and nobody says that nobody called: what it was told counts
    /// once.
    pub fn missing_hours(&self, source: SourceId) -> Option<Hours> {
        let (from, until, ahead) = self.live().read(|state| {
            let site = state.floor.sites.get(&source)?;
            Some((site.day_from?, site.counting_since?, site.clock_ahead.unwrap_or(0)))
        })?;
        if until - from < MISSED_MS {
            return None;
        }
        let zone: TimeZone = self.zone().clone();
        let day = Timestamp::from_millisecond(from).unwrap_or_default().to_zoned(zone.clone()).date().to_string();
        let open = self.open_visits(source);
        Some(Hours { of: source, day, from, until, ahead, zone, open, most: Hours::MOST })
    }

    /// True while a source has not told everything at its connection: what it missed comes first, then its first picture.
    pub fn is_being_told(&self, source: SourceId) -> bool {
        self.live().read(|state| !state.pictured.contains(&source))
    }

    fn open_visits(&self, source: SourceId) -> HashSet<(Name, Name)> {
        self.live().read(|state| {
            let site = state.floor.sites.get(&source);
            let visits = site.into_iter().flat_map(|site| site.visits.values());
            visits.map(|visit| (visit.queue.clone(), visit.call.clone())).collect()
        })
    }

    /// Takes in the missing hours out of the record at `place`, on this thread, for as long as it takes.
    ///
    /// # Errors
    /// As [`complete`]; [`ImportError::BeingTold`] while [`Engine::is_being_told`]; [`ImportError::Ended`] when the engine stops
    /// meanwhile.
    pub fn complete_day(
        &self,
        hours: &Hours,
        place: Box<dyn LogPlace>,
        each: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Completed, ImportError> {
        if self.is_being_told(hours.of) {
            return Err(ImportError::BeingTold);
        }
        // Whoever is on the floor now, or in the tables when that is on the disk, is known.
        let mut hours = hours.clone();
        hours.open.extend(self.open_visits(hours.of));
        let (done, flushed) = tokio::sync::oneshot::channel();
        self.tell(Input::Flush(done)).map_err(|_| ImportError::Ended)?;
        flushed.blocking_recv().map_err(|_| ImportError::Ended)?;
        let reader = self.reader().map_err(|_| ImportError::Ended)?;
        complete(&hours, place, &reader, self.parties(), &mut Beside::of(self), each)
    }

    /// Takes an import back, on this thread, for as long as it takes; `each` hears of every step, and ends it by breaking off: false
    /// then. What is left goes when it is asked for again, or when an engine starts.
    ///
    /// # Errors
    /// When history refuses; [`ImportError::Ended`] when the engine stops meanwhile.
    pub fn undo_import(
        &self,
        source: SourceId,
        mut each: impl FnMut() -> ControlFlow<()>,
    ) -> Result<bool, ImportError> {
        Beside::of(self).take_back(source, &mut each)
    }
}

/// A running engine's writer.
pub(crate) struct Beside<'a> {
    hand: Box<dyn Fn(Job) -> bool + 'a>,
    now: Box<dyn Fn() -> i64 + 'a>,
    room: Pace,
    log: LogFold,
    /// Time of slices since the log was folded in.
    logged: Duration,
    times: StepTimes,
}

impl<'a> Beside<'a> {
    fn of(engine: &'a Engine) -> Beside<'a> {
        // Its channel is asked for anew each time: an import does not hold up the end of the engine.
        Beside::new(engine.data(), |job| engine.hand_to_writer(job), || engine.now())
    }

    /// The writer of the folder `data` to which `hand` gives jobs, unless it has ended; `now` is the clock, Unix ms.
    pub(crate) fn new(data: &Path, hand: impl Fn(Job) -> bool + 'a, now: impl Fn() -> i64 + 'a) -> Beside<'a> {
        let (log, logged, times) = (LogFold::of(data), Duration::ZERO, StepTimes::default());
        Beside { hand: Box::new(hand), now: Box::new(now), room: Pace::new(FIRST, EVENTS), log, logged, times }
    }

    fn ask<T>(&self, job: impl FnOnce(Sender<T>) -> Job) -> Result<T, ImportError> {
        let (reply, answer) = channel();
        if !(self.hand)(job(reply)) {
            return Err(ImportError::Ended);
        }
        answer.recv().map_err(|_| ImportError::Ended)
    }

    /// Has the writer do something that takes a while, and leaves it alone for as long again. Gives how long it took.
    fn slice<T>(
        &mut self,
        job: impl FnOnce(Sender<(Result<T, HistoryError>, Duration)>) -> Job,
    ) -> Result<(T, Duration), ImportError> {
        let (done, took) = self.ask(job)?;
        let done = done?;
        self.times.add(took);
        self.logged += took;
        if self.logged >= LOG {
            self.logged = Duration::ZERO;
            self.log.fold()?;
        }
        std::thread::sleep(REST + took);
        Ok((done, took))
    }
}

impl Drop for Beside<'_> {
    fn drop(&mut self) {
        let (slices, longest_ms) = (self.times.count(), self.times.most_ms());
        tracing::info!(slices, longest_ms, "an import or its removal was kept in slices beside what happens now");
    }
}

impl Keeper for Beside<'_> {
    fn register(&mut self, name: &str, kind: &'static str) -> Result<SourceId, ImportError> {
        Ok(self.ask(|reply| Job::RegisterImport { name: name.to_owned(), kind, reply })??)
    }

    fn register_hours(&mut self, of: SourceId, day: &str) -> Result<SourceId, ImportError> {
        Ok(self.ask(|reply| Job::RegisterHours { of, day: day.to_owned(), reply })??)
    }

    fn room(&self) -> usize {
        self.room.size() as usize
    }

    fn keep(&mut self, batch: Batch) -> Result<(), ImportError> {
        let events = u32::try_from(batch.events()).unwrap_or(u32::MAX);
        let ((), took) = self.slice(|reply| Job::Import(Box::new(Importing { batch, reply })))?;
        self.room.took(events, took);
        Ok(())
    }

    fn take_back(&mut self, source: SourceId, each: &mut dyn FnMut() -> ControlFlow<()>) -> Result<bool, ImportError> {
        let mut pace = Pace::new(FIRST_ROWS, ROWS);
        loop {
            let (most, now) = (pace.size(), (self.now)());
            let (is_left, took) = self.slice(|reply| Job::Undo(Undoing { source, most, now, reply }))?;
            pace.took(most, took);
            if !is_left {
                return Ok(true);
            }
            if each().is_break() {
                return Ok(false);
            }
        }
    }
}
