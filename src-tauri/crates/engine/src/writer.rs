//! The thread that owns history on disk. Nobody waits for it: what it cannot write it keeps, within a bound, and says so.

use crate::clock::wall_ms;
use crate::reason::Reason;
use mirante_floor::alert::Moved;
use mirante_floor::{Event, Fact, Floor, Gap, Moment, SourceId, VisitId};
use mirante_history::{
    AlertRows, Attempt, Batch, CounterRow, CountersAsked, Decision, Erasure, Forget, History, HistoryError, SweepStep,
    Swept, UnderWay,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Events kept in memory while the disk refuses them or takes its time: about 100 MB, or twenty minutes of a very large site.
pub(crate) const MOST_UNSAVED: usize = 250_000;
/// Most events in one transaction.
const MOST_AT_ONCE: usize = 20_000;
/// Pause between two tries of a disk that refuses.
const RETRY: Duration = Duration::from_secs(2);
/// A disk that has not answered for so long is said to stall, ms.
const STALLS_MS: i64 = 3_000;

/// What the writer is asked to do.
pub(crate) enum Job {
    /// Keep events and the facts they gave.
    Commit {
        /// Events, next in order.
        events: Vec<Event>,
        /// Facts.
        facts: Vec<Fact>,
        /// What the rules of alerts add to them.
        alerts: Box<AlertRows>,
    },
    /// Keep what became of alerts whose events were given up.
    Alerts {
        /// How they moved.
        facts: Vec<Moved>,
        /// What the rules add.
        rows: Box<AlertRows>,
    },
    /// Keep what came of trying to send messages.
    Sent {
        /// The tries.
        attempts: Vec<Attempt>,
        /// Answers when they are kept.
        reply: std::sync::mpsc::Sender<Result<(), HistoryError>>,
    },
    /// Close the journal: this is the floor after everything given so far.
    Seal(Box<Floor>),
    /// Events after those given were given up: go on from here.
    Rebase(Box<Rebase>),
    /// Keep a platform's own counters.
    Counters {
        /// Whose.
        source: SourceId,
        /// When they were asked for.
        asked: CountersAsked,
        /// Those worth a row.
        rows: Vec<CounterRow>,
    },
    /// Keep when agents' devices were told to be free in conversations that went on.
    Freed(Vec<(VisitId, Moment)>),
    /// Keep ends of conversations that no visit tells of.
    UnderWay(Vec<UnderWay>),
    /// Answer when everything given so far was tried.
    Flush(std::sync::mpsc::Sender<()>),
    /// Keep who changed what figures are made and judged by.
    Decided {
        /// The changes.
        decisions: Vec<Decision>,
        /// Whether they were kept.
        reply: tokio::sync::oneshot::Sender<Result<(), HistoryError>>,
    },
    /// Forget people.
    Forget {
        /// Whom, and on whose word.
        forget: Forget,
        /// Where the record goes.
        reply: tokio::sync::oneshot::Sender<Result<Option<Erasure>, HistoryError>>,
    },
    /// Take a step of removing what is too old, when nothing waits for the disk.
    Sweep(Box<Sweeping>),
    /// Keep what a file told of the past, when nothing waits for the disk.
    Import(Box<Importing>),
    /// Give an imported source its number.
    RegisterImport {
        /// Name.
        name: String,
        /// Kind of file.
        kind: &'static str,
        /// Where the number goes.
        reply: std::sync::mpsc::Sender<Result<SourceId, HistoryError>>,
    },
    /// Give the source of a day's hours its number.
    RegisterHours {
        /// The source that is followed.
        of: SourceId,
        /// The day.
        day: String,
        /// Where the number goes.
        reply: std::sync::mpsc::Sender<Result<SourceId, HistoryError>>,
    },
    /// Take back some rows of an import, when nothing waits for the disk.
    Undo(Undoing),
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

/// A step to take; the answer says what it did and how long the writer was at it. No answer: the disk refuses, it was not taken.
pub(crate) struct Sweeping {
    pub(crate) step: SweepStep,
    pub(crate) now: i64,
    pub(crate) reply: std::sync::mpsc::Sender<(Result<Swept, HistoryError>, Duration)>,
}

/// A batch to keep; the answer says how long the writer was at it.
pub(crate) struct Importing {
    pub(crate) batch: crate::import::Batch,
    pub(crate) reply: std::sync::mpsc::Sender<(Result<(), HistoryError>, Duration)>,
}

/// Rows of an imported source to take back; the answer says whether some are left, and how long the writer was at it.
pub(crate) struct Undoing {
    pub(crate) source: SourceId,
    pub(crate) most: u32,
    pub(crate) now: i64,
    pub(crate) reply: std::sync::mpsc::Sender<(Result<bool, HistoryError>, Duration)>,
}

/// Where to go on after a loss.
pub(crate) struct Rebase {
    pub(crate) floor: Floor,
    pub(crate) seq: u64,
    /// When the first event that was given up arrived, Unix ms.
    pub(crate) from: i64,
    /// When the newest did.
    pub(crate) seen: i64,
    pub(crate) sources: Vec<SourceId>,
}

/// What keeps history from being kept: faces have words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The disk is full.
    Full,
    /// The disk or the folder may not be written to any more.
    ReadOnly,
    /// The disk does not answer.
    Stalls,
    /// Another program holds the database.
    Locked,
    /// Anything else that the system says.
    Failing,
}

impl Obstacle {
    fn of(error: &HistoryError) -> Obstacle {
        match error {
            HistoryError::DiskFull => Obstacle::Full,
            HistoryError::ReadOnly => Obstacle::ReadOnly,
            error if error.is_locked() => Obstacle::Locked,
            _ => Obstacle::Failing,
        }
    }
}

/// Why history is not being kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Since when, Unix ms.
    pub since_ms: i64,
    /// What is in the way.
    pub obstacle: Obstacle,
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
    trouble: Mutex<Option<Trouble>>,
    /// When the writer last began to write, Unix ms; 0 while it does not.
    writing_since: AtomicI64,
    /// The newest message that is to be sent and is kept.
    pub(crate) outbox: tokio::sync::watch::Sender<u64>,
}

impl Progress {
    /// What keeps history from being kept: the disk's refusal, or its silence.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        let said = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        said.or_else(|| {
            let since_ms = self.writing_since.load(Ordering::Relaxed);
            let stalls = since_ms != 0 && wall_ms() - since_ms >= STALLS_MS;
            stalls.then(|| Trouble { since_ms, obstacle: Obstacle::Stalls, words: "the disk does not answer".into() })
        })
    }

    fn set_trouble(&self, error: Option<&HistoryError>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match (error, trouble.as_mut()) {
            (None, None) => {}
            (None, Some(_)) => {
                tracing::info!("history is being kept again");
                *trouble = None;
            }
            (Some(error), known) => {
                if known.is_none() {
                    tracing::error!("history is not being kept: {error}");
                }
                let since_ms = known.map_or_else(wall_ms, |known| known.since_ms);
                *trouble = Some(Trouble { since_ms, obstacle: Obstacle::of(error), words: error.to_string() });
            }
        }
    }
}

/// Runs until every sender is gone and everything was tried once more.
pub(crate) fn run(history: History, jobs: &Receiver<Job>, progress: &Progress) {
    Writer {
        history,
        progress,
        events: Vec::new(),
        facts: Vec::new(),
        alerts: AlertRows::default(),
        moved: Vec::new(),
        seal: None,
        rebase: None,
        counters: BTreeMap::new(),
        freed: Vec::new(),
        under_way: Vec::new(),
        sweep: None,
        import: None,
        undos: Vec::new(),
    }
    .run(jobs);
}

struct Writer<'a> {
    history: History,
    progress: &'a Progress,
    events: Vec<Event>,
    facts: Vec<Fact>,
    alerts: AlertRows,
    /// Of alerts whose events were given up.
    moved: Vec<Moved>,
    seal: Option<Box<Floor>>,
    rebase: Option<Box<Rebase>>,
    /// Counters to keep, by source: the newest row of each stretch and slot.
    counters: BTreeMap<SourceId, (CountersAsked, Vec<CounterRow>)>,
    freed: Vec<(VisitId, Moment)>,
    under_way: Vec<UnderWay>,
    sweep: Option<Box<Sweeping>>,
    import: Option<Box<Importing>>,
    /// The hub may finish one taking back while somebody asks for another.
    undos: Vec<Undoing>,
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
                self.progress.writing_since.store(wall_ms(), Ordering::Relaxed);
                let result = self.write();
                self.progress.writing_since.store(0, Ordering::Relaxed);
                if matches!(result, Err(HistoryError::DiskFull)) {
                    self.alerts_at_any_price();
                }
                if matches!(result, Err(HistoryError::DiskFull)) && self.progress.trouble().is_none() {
                    // Also if there is never room again, and if nobody looks at the screen: the reserve pays for the row.
                    let waiting = format!("{} events wait for room", self.events.len());
                    if let Err(error) = self.history.note_fault("disk_full", &waiting) {
                        tracing::error!("not even the reserve has room to say that the disk is full: {error}");
                    }
                }
                self.progress.set_trouble(result.as_ref().err());
                retry_at = result.is_err().then(|| Instant::now() + RETRY);
            }
            if let Some(flush) = flush {
                let _ = flush.send(());
            }
            // While the disk refuses what happens now, nothing else is asked of it.
            let free = || match self.progress.trouble().filter(|_| retry_at.is_some()) {
                Some(Trouble { words, .. }) => Err(HistoryError::Refused { words }),
                None => Ok(()),
            };
            if let Some(importing) = self.import.take() {
                let Importing { batch, reply } = *importing;
                let began = Instant::now();
                let done = free().and_then(|()| self.history.import(&batch.as_import()));
                let _ = reply.send((done, began.elapsed()));
            }
            for Undoing { source, most, now, reply } in std::mem::take(&mut self.undos) {
                let began = Instant::now();
                let done = free().and_then(|()| self.history.undo_import(source, most, now));
                let _ = reply.send((done, began.elapsed()));
            }
            if let Some(sweeping) = self.sweep.take().filter(|_| retry_at.is_none()) {
                let Sweeping { step, now, reply } = *sweeping;
                let began = Instant::now();
                let done = self.history.sweep(&step, now);
                let _ = reply.send((done, began.elapsed()));
            }
        }
    }

    fn take(&mut self, job: Job) -> Option<std::sync::mpsc::Sender<()>> {
        match job {
            Job::Alerts { facts, rows } => {
                self.moved.extend(facts);
                self.alerts.append(*rows);
            }
            Job::Commit { mut events, mut facts, alerts } => {
                // Events after a floor that waits to be sealed: the chance is gone, a later one comes.
                self.seal = None;
                self.events.append(&mut events);
                self.facts.append(&mut facts);
                self.alerts.append(*alerts);
            }
            Job::Sent { attempts, reply } => {
                // What they are of was kept before anyone could send it.
                let _ = reply.send(self.history.note_attempts(&attempts));
            }
            Job::Seal(floor) => self.seal = Some(floor),
            Job::Rebase(rebase) => {
                self.seal = None;
                self.rebase = Some(rebase);
            }
            Job::Counters { source, asked, rows } => {
                let waiting = self.counters.entry(source).or_insert((asked, Vec::new()));
                waiting.0 = asked;
                // While the disk refuses, what is newest stands for what came before it.
                waiting.1.retain(|old| {
                    !rows
                        .iter()
                        .any(|new| new.queue == old.queue && (new.stretch_ms, new.slot) == (old.stretch_ms, old.slot))
                });
                waiting.1.extend(rows);
            }
            Job::Freed(mut rows) => {
                // Few, and worth nothing without the events that are given up at that many.
                if self.freed.len() < MOST_UNSAVED {
                    self.freed.append(&mut rows);
                }
            }
            Job::UnderWay(mut rows) => {
                if self.under_way.len() < MOST_UNSAVED {
                    self.under_way.append(&mut rows);
                }
            }
            Job::Flush(done) => return Some(done),
            Job::Decided { decisions, reply } => {
                let _ = reply.send(self.history.keep_decisions(&decisions));
            }
            Job::Forget { forget, reply } => {
                let _ = reply.send(self.history.forget(&forget));
            }
            Job::Sweep(sweeping) => self.sweep = Some(sweeping),
            Job::Import(importing) => self.import = Some(importing),
            Job::Undo(undoing) => self.undos.push(undoing),
            Job::RegisterHours { of, day, reply } => {
                let _ = reply.send(self.history.register_hours(of, &day));
            }
            Job::RegisterImport { name, kind, reply } => {
                let _ = reply.send(self.history.register_import(&name, kind));
            }
            Job::Register { name, kind, reply } => {
                let _ = reply.send(self.history.register(&name, kind));
            }
        }
        None
    }

    /// What the rules of alerts added is kept: messages may go.
    fn is_kept(&mut self) {
        if let Some(newest) = self.alerts.deliveries.last() {
            self.progress.outbox.send_replace(newest.id);
        }
        self.alerts.clear();
    }

    /// When the disk is full, its reserve pays for alerts: they go out though the events wait.
    fn alerts_at_any_price(&mut self) {
        let is_alert = |fact: &Fact| matches!(fact, Fact::AlertMoved(_));
        if self.alerts.is_empty() && !self.facts.iter().any(is_alert) {
            return;
        }
        let moved = |fact: &Fact| match fact {
            Fact::AlertMoved(moved) => Some((**moved).clone()),
            _ => None,
        };
        let mut facts = self.moved.clone();
        facts.extend(self.facts.iter().filter_map(moved));
        match self.history.note_alerts(&facts, &self.alerts) {
            Ok(()) => {
                self.moved.clear();
                self.facts.retain(|fact| !is_alert(fact));
                self.is_kept();
            }
            Err(error) => tracing::error!("not even the reserve has room for alerts: {error}"),
        }
    }

    fn write(&mut self) -> Result<(), HistoryError> {
        if let Some(rebase) = &self.rebase {
            let gap = |source: &SourceId| Gap {
                source: *source,
                from: rebase.from,
                to: rebase.seen,
                reason: Reason::Disk.with("the disk took no more"),
            };
            let gaps: Vec<Gap> = rebase.sources.iter().map(gap).collect();
            self.history.go_on_after_loss(&rebase.floor, rebase.seq, rebase.seen, &gaps)?;
            self.progress.saved.store(rebase.seq, Ordering::Release);
            self.rebase = None;
        }
        if !self.moved.is_empty() {
            self.history.note_alerts(&self.moved, &AlertRows::default())?;
            self.moved.clear();
        }
        if !self.events.is_empty() || !self.facts.is_empty() || !self.alerts.is_empty() {
            let ack = self.history.commit_with(Batch { events: &self.events, facts: &self.facts }, &self.alerts)?;
            self.progress.unsaved.fetch_sub(self.events.len(), Ordering::Relaxed);
            self.progress.saved.store(ack.seq, Ordering::Release);
            if ack.seal_due {
                self.progress.seal_due.store(true, Ordering::Relaxed);
            }
            self.events.clear();
            self.facts.clear();
            self.is_kept();
            // A long wait for the disk leaves a long buffer behind.
            self.events.shrink_to(MOST_AT_ONCE);
        }
        if !self.freed.is_empty() {
            self.history.keep_freed(&self.freed)?;
            self.freed.clear();
        }
        if !self.under_way.is_empty() {
            self.history.keep_under_way(&self.under_way)?;
            self.under_way.clear();
        }
        while let Some((source, (asked, rows))) = self.counters.first_key_value() {
            self.history.keep_counters(*source, *asked, rows)?;
            self.counters.pop_first();
        }
        if let Some(floor) = &self.seal {
            let seq = self.progress.saved.load(Ordering::Acquire);
            self.history.seal(floor, seq)?;
            self.seal = None;
        }
        Ok(())
    }
}
