//! The thread that owns history on disk. Nobody waits for it: what it cannot write it keeps, within a bound, and says so.

use crate::clock::wall_ms;
use mirante_floor::{Event, Fact, Floor, Gap, SourceId};
use mirante_history::{Batch, History, HistoryError};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Events kept in memory while the disk refuses them: about 100 MB, or twenty minutes of a very large site.
const MOST_UNSAVED: usize = 250_000;
/// Most events in one transaction.
const MOST_AT_ONCE: usize = 20_000;
/// Pause between two tries of a disk that refuses.
const RETRY: Duration = Duration::from_secs(2);

/// What the writer is asked to do.
pub(crate) enum Job {
    /// Keep events and the facts they gave.
    Commit {
        /// Events, next in order.
        events: Vec<Event>,
        /// Facts.
        facts: Vec<Fact>,
    },
    /// Close the journal: this is the floor after everything given so far.
    Seal(Box<Floor>),
    /// Give up what could not be kept, and go on from here.
    Rebase(Box<Rebase>),
    /// Answer when everything given so far was tried.
    Flush(std::sync::mpsc::Sender<()>),
    /// Give a source its number.
    Register {
        /// Name in the configuration.
        name: String,
        /// Kind of platform.
        kind: &'static str,
        /// Where the number goes.
        reply: tokio::sync::oneshot::Sender<Result<SourceId, HistoryError>>,
    },
}

/// Where to go on after a loss.
pub(crate) struct Rebase {
    pub(crate) floor: Floor,
    pub(crate) seq: u64,
    pub(crate) seen: i64,
    pub(crate) sources: Vec<SourceId>,
}

/// Why history is not being kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Since when, Unix ms.
    pub since_ms: i64,
    /// What the system said.
    pub words: String,
}

/// What the writer tells the others.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Events given and not yet on disk.
    pub(crate) unsaved: AtomicUsize,
    /// Newest event on disk.
    pub(crate) saved: AtomicU64,
    /// History wants to be sealed.
    pub(crate) seal_due: AtomicBool,
    /// Too much is unsaved: a [`Job::Rebase`] is wanted.
    pub(crate) overflow: AtomicBool,
    trouble: Mutex<Option<Trouble>>,
}

impl Progress {
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_trouble(&self, error: Option<&HistoryError>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match (error, trouble.as_mut()) {
            (None, None) => {}
            (None, Some(_)) => {
                tracing::info!("history is being kept again");
                *trouble = None;
            }
            (Some(error), Some(known)) => known.words = error.to_string(),
            (Some(error), None) => {
                tracing::error!("history is not being kept: {error}");
                *trouble = Some(Trouble { since_ms: wall_ms(), words: error.to_string() });
            }
        }
    }
}

/// Runs until every sender is gone and everything was tried once more.
pub(crate) fn run(history: History, jobs: &Receiver<Job>, progress: &Progress) {
    Writer { history, progress, events: Vec::new(), facts: Vec::new(), seal: None, rebase: None }.run(jobs);
}

struct Writer<'a> {
    history: History,
    progress: &'a Progress,
    events: Vec<Event>,
    facts: Vec<Fact>,
    seal: Option<Box<Floor>>,
    rebase: Option<Box<Rebase>>,
}

impl Writer<'_> {
    fn run(&mut self, jobs: &Receiver<Job>) {
        let mut retry_at: Option<Instant> = None;
        loop {
            let job = match retry_at {
                Some(at) => jobs.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let mut flush = None;
            match job {
                Ok(job) => {
                    flush = self.take(job);
                    // While catching up, many small jobs become one transaction; a seal must see exactly its own events.
                    while flush.is_none() && self.seal.is_none() && self.events.len() < MOST_AT_ONCE {
                        let Ok(job) = jobs.try_recv() else { break };
                        flush = self.take(job);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let _ = self.write();
                    return;
                }
            }
            let due = retry_at.is_none_or(|at| Instant::now() >= at);
            if due || flush.is_some() {
                let result = self.write();
                self.progress.set_trouble(result.as_ref().err());
                retry_at = result.is_err().then(|| Instant::now() + RETRY);
            }
            if self.events.len() > MOST_UNSAVED {
                self.progress.overflow.store(true, Ordering::Relaxed);
            }
            if let Some(flush) = flush {
                let _ = flush.send(());
            }
        }
    }

    fn take(&mut self, job: Job) -> Option<std::sync::mpsc::Sender<()>> {
        match job {
            Job::Commit { mut events, mut facts } => {
                // Events after a floor that waits to be sealed: the chance is gone, a later one comes.
                self.seal = None;
                self.events.append(&mut events);
                self.facts.append(&mut facts);
            }
            Job::Seal(floor) => self.seal = Some(floor),
            Job::Rebase(rebase) => {
                let dropped = self.events.len();
                tracing::error!(dropped, "too much history is waiting for the disk: it is given up");
                self.progress.unsaved.fetch_sub(dropped, Ordering::Relaxed);
                self.events.clear();
                self.facts.clear();
                self.seal = None;
                self.rebase = Some(rebase);
            }
            Job::Flush(done) => return Some(done),
            Job::Register { name, kind, reply } => {
                let _ = reply.send(self.history.register(&name, kind));
            }
        }
        None
    }

    fn write(&mut self) -> Result<(), HistoryError> {
        if let Some(rebase) = &self.rebase {
            let from = self.progress.trouble().map_or(rebase.seen, |t| t.since_ms.min(rebase.seen));
            let gap = |source: &SourceId| Gap { source: *source, from, to: rebase.seen, reason: "disk full".into() };
            let gaps: Vec<Gap> = rebase.sources.iter().map(gap).collect();
            self.history.go_on_after_loss(&rebase.floor, rebase.seq, rebase.seen, &gaps)?;
            self.rebase = None;
        }
        if !self.events.is_empty() || !self.facts.is_empty() {
            let ack = self.history.commit(Batch { events: &self.events, facts: &self.facts })?;
            self.progress.unsaved.fetch_sub(self.events.len(), Ordering::Relaxed);
            self.progress.saved.store(ack.seq, Ordering::Release);
            if ack.seal_due {
                self.progress.seal_due.store(true, Ordering::Relaxed);
            }
            self.events.clear();
            self.facts.clear();
            // A long wait for the disk leaves a long buffer behind.
            self.events.shrink_to(MOST_AT_ONCE);
        }
        if let Some(floor) = &self.seal {
            let seq = self.progress.saved.load(Ordering::Acquire);
            self.history.seal(floor, seq)?;
            self.seal = None;
        }
        Ok(())
    }
}
