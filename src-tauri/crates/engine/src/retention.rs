//! Removing what is too old: once a day, when nobody waits, in steps between which the writer does its own work.

use crate::clock::Clock;
use crate::config::RetentionConfig;
use crate::live::Live;
use crate::writer::{Job, Progress, Sweeping};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use mirante_floor::{Floor, PartyId, Stage};
use mirante_history::{History, HistoryError, Limits, Sweep};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// The quiet time of the day, by the operation's clock.
const QUIET: civil::Time = civil::time(3, 30, 0, 0);
/// After the start other things come first.
const AFTER_START: Duration = Duration::from_secs(5 * 60);
/// How often it is looked whether the time has come.
const LOOK: Duration = Duration::from_secs(60);
/// A centre that is never quiet is not waited for any longer.
const MOST_PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);
/// Pages of a step: at first, and the bounds of what its length makes of it.
const PAGES: (u32, u32, u32) = (64, 8, 1024);
/// A step that takes the writer longer is followed by a smaller one…
const LONG: Duration = Duration::from_millis(20);
/// …and one that is this short by a larger one.
const SHORT: Duration = Duration::from_millis(5);
/// Rest after a step, beside four times what it took.
const REST: Duration = Duration::from_millis(20);

/// Removes what is too old, until the sender of `rules` is gone.
pub(crate) struct Housekeeper {
    pub(crate) reader: History,
    pub(crate) jobs: Sender<Job>,
    pub(crate) live: Arc<Live>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) zone: TimeZone,
    pub(crate) progress: Arc<Progress>,
    pub(crate) rules: RetentionConfig,
}

/// Nobody wants to go on.
struct Stopped;

impl Housekeeper {
    /// Runs; `rules` brings those that hold from now on.
    pub(crate) fn run(mut self, rules: &Receiver<RetentionConfig>) {
        let (mut done, mut due_since) = (None, None);
        let mut wait = AFTER_START;
        while self.rest(rules, wait).is_ok() {
            wait = LOOK;
            let Some(today) = self.due().filter(|today| done != Some((*today, self.rules))) else { continue };
            let since = *due_since.get_or_insert_with(Instant::now);
            if !self.is_quiet() && since.elapsed() < MOST_PATIENCE {
                continue;
            }
            due_since = None;
            match self.sweep(rules) {
                Ok(Ok(())) => done = Some((today, self.rules)),
                Ok(Err(error)) => tracing::warn!("what is too old could not all be removed: {error}"),
                Err(Stopped) => return,
            }
        }
    }

    /// Waits, and takes new rules meanwhile.
    fn rest(&mut self, rules: &Receiver<RetentionConfig>, time: Duration) -> Result<(), Stopped> {
        let until = Instant::now() + time;
        loop {
            match rules.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(rules) => self.rules = rules,
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(Stopped),
            }
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

    fn sweep(&mut self, rules: &Receiver<RetentionConfig>) -> Result<Result<(), HistoryError>, Stopped> {
        let limits = self.rules.limits(self.clock.now(), &self.zone);
        let in_use = self.live.read(|state| in_use(&state.floor));
        let reader = match self.reader.reader() {
            Ok(reader) => reader,
            Err(error) => return Ok(Err(error)),
        };
        let mut sweep = Sweep::new(reader, limits, in_use);
        let (mut pages, mut rows, mut steps, mut longest) = (PAGES.0, 0, 0u64, Duration::ZERO);
        loop {
            let step = match sweep.next_step(pages) {
                Ok(Some(step)) => step,
                Ok(None) => break,
                Err(error) => return Ok(Err(error)),
            };
            let (reply, answer) = std::sync::mpsc::channel();
            let job = Job::Sweep(Box::new(Sweeping { step, now: self.clock.now(), reply }));
            self.jobs.send(job).map_err(|_| Stopped)?;
            let Ok((done, took)) = answer.recv() else {
                // The disk refuses, or everything ends: which of the two shows at the next rest.
                self.rest(rules, REST)?;
                return Ok(Err(HistoryError::DiskFull));
            };
            match done {
                Ok(done) => rows += done.rows,
                Err(error) => return Ok(Err(error)),
            }
            steps += 1;
            longest = longest.max(took);
            pages = match took {
                long if long > LONG => pages / 2,
                short if short < SHORT => pages * 2,
                _ => pages,
            }
            .clamp(PAGES.1, PAGES.2);
            self.rest(rules, REST + took * 4)?;
        }
        if rows > 0 {
            tracing::info!(rows, steps, longest_ms = longest.as_millis(), "what was too old was removed");
        }
        Ok(Ok(()))
    }
}

/// Whoever is on the floor, and so in use today.
fn in_use(floor: &Floor) -> Vec<PartyId> {
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
    while let Some(step) = sweep.next_step(PAGES.2)? {
        progress(history.sweep(&step, now_ms)?.rows);
    }
    Ok(())
}

#[cfg(test)]
#[path = "retention_tests.rs"]
mod tests;
