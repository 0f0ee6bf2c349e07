//! Removing what is too old: once a day, when nobody waits, in steps between which the writer does its own work.

pub(crate) mod pace;
mod state;

pub(crate) use state::Told;
pub use state::{Removed, Removing, RemovingNow, StepTimes};

use crate::clock::Clock;
use crate::config::RetentionConfig;
use crate::import::calls::Keeper;
use crate::importing::Beside;
use crate::live::Live;
use crate::writer::{Job, Progress, Sweeping};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use mirante_floor::{Floor, PartyId, Stage};
use mirante_history::{History, HistoryError, Limits, StepKind, Sweep};
use pace::Paces;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::{Duration, Instant};

/// The quiet time of the day, by the operation's clock.
const QUIET: civil::Time = civil::time(3, 30, 0, 0);
/// After the start other things come first.
const AFTER_START: Duration = Duration::from_secs(5 * 60);
/// How often it is looked whether the time has come.
const LOOK: Duration = Duration::from_secs(60);
/// A centre that is never quiet is not waited for any longer.
const MOST_PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);
/// Pages of a step where nobody else wants to write.
const ALONE: u32 = 1024;
/// No step should take longer.
const LIMIT: Duration = Duration::from_millis(50);
/// Rest after a step, beside four times what it took…
const REST: Duration = Duration::from_millis(20);
/// …or beside as long again, if somebody waits for it.
const SHORT_REST: Duration = Duration::from_millis(4);

/// Pages of steps after which the log is folded into the file, so that it never falls to the writer, whose log is long at a thousand.
const LOG: u32 = 256;

/// What the housekeeper is told.
pub(crate) enum Order {
    /// These rules hold from the next removal on.
    Rules(RetentionConfig),
    /// Somebody wants what is too old to go now.
    Now,
}

/// Removes what is too old, until the sender of orders is gone.
pub(crate) struct Housekeeper {
    pub(crate) reader: History,
    pub(crate) jobs: Sender<Job>,
    pub(crate) live: Arc<Live>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) zone: TimeZone,
    pub(crate) progress: Arc<Progress>,
    pub(crate) rules: RetentionConfig,
    pub(crate) told: Arc<Told>,
    /// Somebody wants it now.
    pub(crate) asked: bool,
}

/// Nobody wants to go on.
struct Stopped;

impl Housekeeper {
    /// Runs, and takes orders meanwhile. New rules take nothing away before the next quiet time, so that they can be thought over.
    pub(crate) fn run(mut self, orders: &Receiver<Order>) {
        if self.finish_undos(orders).is_err() {
            return;
        }
        let (mut done, mut due_since) = (None, None);
        let mut wait = AFTER_START;
        while self.wait(orders, wait).is_ok() {
            wait = LOOK;
            let today = self.due();
            let asked = std::mem::take(&mut self.asked);
            if !asked {
                if today.is_none() || today == done {
                    continue;
                }
                let since = *due_since.get_or_insert_with(Instant::now);
                if !self.is_quiet() && since.elapsed() < MOST_PATIENCE {
                    continue;
                }
            }
            due_since = None;
            match self.sweep(orders, asked) {
                Ok(Ok(())) => done = today.or(done),
                Ok(Err(error)) => tracing::warn!("what is too old could not all be removed: {error}"),
                Err(Stopped) => return,
            }
        }
    }

    /// Takes back what is left of imports whose taking back was cut off: until then, some of their rows count and some have gone.
    fn finish_undos(&mut self, orders: &Receiver<Order>) -> Result<(), Stopped> {
        let undos = self.reader.unfinished_undos().unwrap_or_else(|error| {
            tracing::warn!("it cannot be seen whether an import is being taken back: {error}");
            Vec::new()
        });
        for source in undos {
            tracing::warn!(source = source.0, "taking an import back was cut off: what is left of it goes now");
            let (jobs, clock) = (self.jobs.clone(), self.clock.clone());
            let mut beside = Beside::new(self.reader.folder(), move |job| jobs.send(job).is_ok(), move || clock.now());
            let mut is_over = false;
            let done = beside.take_back(source, &mut || match orders.try_recv() {
                Ok(order) => {
                    self.take(order);
                    ControlFlow::Continue(())
                }
                Err(TryRecvError::Empty) => ControlFlow::Continue(()),
                Err(TryRecvError::Disconnected) => {
                    is_over = true;
                    ControlFlow::Break(())
                }
            });
            if is_over {
                return Err(Stopped);
            }
            if let Err(error) = done {
                tracing::warn!(source = source.0, "what is left of an import cannot be taken back now: {error}");
            }
        }
        Ok(())
    }

    /// Waits so long, or until somebody wants it now.
    fn wait(&mut self, orders: &Receiver<Order>, time: Duration) -> Result<(), Stopped> {
        let until = Instant::now() + time;
        while !self.asked {
            match orders.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(Stopped),
            }
        }
        Ok(())
    }

    /// Waits, whatever is wanted.
    fn rest(&mut self, orders: &Receiver<Order>, time: Duration) -> Result<(), Stopped> {
        let until = Instant::now() + time;
        loop {
            match orders.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(Stopped),
            }
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Rules(rules) => self.rules = rules,
            Order::Now => self.asked = true,
        }
    }

    /// The operation's day, once its quiet time has begun.
    fn due(&self) -> Option<civil::Date> {
        let now = Timestamp::from_millisecond(self.clock.now()).ok()?.to_zoned(self.zone.clone());
        (now.time() >= QUIET).then(|| now.date())
    }

    fn is_quiet(&self) -> bool {
        let waiting = |floor: &Floor| {
            floor
                .sites
                .values()
                .flat_map(|site| site.visits.values())
                .any(|visit| matches!(visit.stage, Stage::Waiting))
        };
        self.progress.unsaved.load(Ordering::Relaxed) < 1_000 && !self.live.read(|state| waiting(&state.floor))
    }

    /// Removes, and says so meanwhile and afterwards.
    fn sweep(&mut self, orders: &Receiver<Order>, asked: bool) -> Result<Result<(), HistoryError>, Stopped> {
        let mut so_far = SoFar { since_ms: self.clock.now(), ..SoFar::default() };
        self.told.now(so_far.now());
        let done = self.steps(orders, asked, &mut so_far)?;
        let SoFar { rows, bytes, steps, .. } = so_far;
        if rows > 0 {
            let (count, longest_ms) = (steps.count(), steps.most_ms());
            tracing::info!(rows, steps = count, longest_ms, "what was too old was removed");
        }
        let error = done.as_ref().err().map(ToString::to_string);
        self.told.ended(Removed { at_ms: self.clock.now(), rows, bytes, steps, error });
        Ok(done)
    }

    fn steps(
        &mut self,
        orders: &Receiver<Order>,
        asked: bool,
        so_far: &mut SoFar,
    ) -> Result<Result<(), HistoryError>, Stopped> {
        let limits = self.rules.limits(so_far.since_ms, &self.zone);
        let in_use = self.live.read(|state| in_use(&state.floor));
        let reader = match self.reader.reader() {
            Ok(reader) => reader,
            Err(error) => return Ok(Err(error)),
        };
        let mut sweep = Sweep::new(reader, limits, in_use);
        let mut pace = Paces::default();
        let mut logged = 0;
        loop {
            let step = match sweep.next_step(|kind| pace.pages(kind)) {
                Ok(Some(step)) => step,
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            };
            let kind = step.kind();
            // All that is left of the log is then to be cut off.
            if kind == StepKind::Scrub
                && let Err(error) = sweep.fold_log()
            {
                return Ok(Err(error));
            }
            let (reply, answer) = std::sync::mpsc::channel();
            let job = Job::Sweep(Box::new(Sweeping { step, now: self.clock.now(), reply }));
            self.jobs.send(job).map_err(|_| Stopped)?;
            let Ok((done, took)) = answer.recv() else {
                // The disk refuses, or everything ends: which of the two shows at the next rest.
                self.rest(orders, REST)?;
                return Ok(Err(HistoryError::DiskFull));
            };
            match done {
                Ok(done) => {
                    so_far.rows += done.rows;
                    so_far.bytes += if done.rows > 0 { done.bytes } else { 0 };
                }
                Err(error) => return Ok(Err(error)),
            }
            so_far.steps.add(took);
            if took > LIMIT {
                let (kind, pages, took_ms) = (kind.word(), pace.pages(kind), took.as_millis());
                tracing::debug!(kind, pages, took_ms, "a step of a removal was long");
            }
            logged += pace.pages(kind);
            pace.took(kind, took);
            if logged >= LOG
                && let Err(error) = sweep.fold_log()
            {
                return Ok(Err(error));
            }
            logged %= LOG;
            self.told.now(so_far.now());
            self.rest(orders, if asked { SHORT_REST + took } else { REST + took * 4 })?;
        }
    }
}

/// A removal that goes on.
#[derive(Default)]
struct SoFar {
    since_ms: i64,
    rows: u64,
    bytes: u64,
    steps: StepTimes,
}

impl SoFar {
    fn now(&self) -> RemovingNow {
        RemovingNow { since_ms: self.since_ms, rows: self.rows, bytes: self.bytes }
    }
}

/// When removing begins by itself, minutes after midnight of the operation.
pub fn nightly_minute() -> u16 {
    u16::from(QUIET.hour().unsigned_abs()) * 60 + u16::from(QUIET.minute().unsigned_abs())
}

/// Whoever is on the floor, and so in use today: their names stay.
pub fn in_use(floor: &Floor) -> Vec<PartyId> {
    let mut all: BTreeSet<PartyId> = floor.config.persons.values().map(|person| person.name).collect();
    for site in floor.sites.values() {
        all.extend(site.agents.values().filter_map(|agent| agent.name));
        all.extend(site.visits.values().filter_map(|visit| visit.caller));
        all.extend(site.contacts.values().filter(|contact| contact.open > 0).filter_map(|contact| contact.party));
        all.extend(site.attempts.values().filter_map(|attempt| attempt.callee));
    }
    all.into_iter().collect()
}

/// Removes what is of before `limits` from a history that nobody else writes to; `progress` hears of rows as they go.
///
/// # Errors
/// When history cannot be read or written.
pub fn remove_too_old(
    history: &mut History,
    limits: Limits,
    now_ms: i64,
    mut progress: impl FnMut(u64),
) -> Result<(), HistoryError> {
    let in_use = in_use(&history.recover()?.floor);
    let mut sweep = Sweep::new(history.reader()?, limits, in_use);
    while let Some(step) = sweep.next_step(|_| ALONE)? {
        progress(history.sweep(&step, now_ms)?.rows);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
