//! The one thread that changes the floor: numbers events, folds them, hands them to the disk, and never waits for it.

mod told;
mod watching;

use crate::clock::Clock;
use crate::counters::{Freed, Ledger};
use crate::edges::{day_start, next_day, next_minute};
use crate::folded::{Folded, party};
use crate::input::Input;
use crate::live::{Live, State};
use crate::memory::Memory;
use crate::reason::Reason;
use crate::stamp::Stamper;
use crate::watch::Watch;
use crate::writer::{Job, MOST_UNSAVED, Progress, Rebase};
use jiff::tz::TimeZone;
use mirante_floor::{ClosedVisit, Event, Fact, Healer, Kind, Minute, Moment, Name, Origin, Setting, SourceId, VisitId};
use mirante_history::{AlertRows, Parties, UnderWay};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// An event waits at most this long for its commit to begin.
const COMMIT_AFTER: Duration = Duration::from_millis(900);
/// Event time in one segment, ms.
const SEAL_AFTER_MS: i64 = 10 * Minute::MS;
/// Most events folded before they are handed to the disk.
const MOST_PENDING: usize = 5_000;
/// A picture is believed to have been asked for at most this long before it arrived, ms.
const PICTURE_TAKES_MS: i64 = 5_000;
/// What a gap made by closing Mirante is called.
const CLOSED: (Reason, &str) = (Reason::Closed, "Mirante closed");
/// What a gap made by a crash is called.
const STOPPED: (Reason, &str) = (Reason::Stopped, "Mirante stopped");

/// What the fold keeps of a source besides its site.
#[derive(Default)]
struct Track {
    healer: Healer,
    /// When the present session began; absent while there is none.
    since: Option<i64>,
    /// The session's first picture has come.
    pictured: bool,
    /// Why there is no session, as last said: the same words at every attempt are said once.
    reason: Option<Name>,
}

/// The fold and what it needs.
pub(crate) struct Fold {
    pub(crate) live: Arc<Live>,
    pub(crate) parties: Parties,
    pub(crate) clock: Arc<Clock>,
    pub(crate) stamper: Stamper,
    pub(crate) zone: TimeZone,
    pub(crate) writer: Sender<Job>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) backlog: Arc<AtomicUsize>,
    tracks: BTreeMap<SourceId, Track>,
    events: Vec<Event>,
    facts: Vec<Fact>,
    pending_since: Option<Instant>,
    next_minute: i64,
    next_day: i64,
    sealed_at: i64,
    /// When something on the floor changes by itself, Unix ms.
    due: Option<i64>,
    /// True while a past is told: the clock makes no edges.
    past: bool,
    /// Arrival of the first event that was given up because too many wait for the disk; absent while none are.
    given_up_from: Option<i64>,
    /// Visits that ended lately, so that an account of the past tells nothing twice.
    memory: Memory,
    /// What was kept of the platforms' own counters.
    pub(crate) ledger: Ledger,
    freed: Freed,
    newly_freed: Vec<(VisitId, Moment)>,
    /// Ends of conversations that no visit tells of.
    under_way: Vec<UnderWay>,
    /// The rules of alerts.
    watch: Watch,
    /// What they add to the next commit.
    alerts: AlertRows,
}

impl Fold {
    /// A fold that goes on from what `live` holds.
    #[allow(clippy::too_many_arguments, reason = "each part comes from elsewhere, once")]
    pub(crate) fn new(
        live: Arc<Live>,
        parties: Parties,
        clock: Arc<Clock>,
        stamper: Stamper,
        zone: TimeZone,
        writer: Sender<Job>,
        progress: Arc<Progress>,
        backlog: Arc<AtomicUsize>,
        watch: Watch,
    ) -> Self {
        let (tracks, events, facts) = Default::default();
        Fold {
            live,
            parties,
            clock,
            stamper,
            zone,
            writer,
            progress,
            backlog,
            tracks,
            events,
            facts,
            pending_since: None,
            next_minute: 0,
            next_day: 0,
            sealed_at: 0,
            due: None,
            past: false,
            given_up_from: None,
            memory: Memory::default(),
            ledger: Ledger::default(),
            freed: Freed::default(),
            newly_freed: Vec::new(),
            under_way: Vec::new(),
            watch,
            alerts: AlertRows::default(),
        }
    }

    /// Says what the last run could not (its sources are not heard any more), and takes the clock to `now`. `lately`: visits of
    /// the last run's end.
    pub(crate) fn begin(&mut self, were_up: &[(SourceId, i64)], lately: &[ClosedVisit], now: i64, past: bool) {
        lately.iter().for_each(|visit| self.memory.keep(visit));
        let live = self.live.clone();
        let mut state = live.lock();
        for (source, seen) in were_up {
            self.emit(
                &mut state,
                *source,
                *seen,
                None,
                Origin::Heard,
                Kind::LinkDown { reason: STOPPED.0.with(STOPPED.1) },
            );
        }
        self.past = past;
        self.next_minute = next_minute(now);
        self.next_day = next_day(&self.zone, now);
        self.sealed_at = now;
        // Who took an alert is shown from the start.
        self.watch.publish(&mut state, now);
        drop(state);
        self.hand_over();
    }

    /// Runs until told to stop, or until nobody can tell it anything any more.
    pub(crate) fn run(mut self, inputs: &Receiver<Input>) {
        loop {
            let stop = match inputs.recv_timeout(self.patience()) {
                Ok(input) => self.handle_all(input, inputs),
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
            let live = self.live.clone();
            if !self.past {
                self.own_clock_set();
                let now = self.clock.now();
                let mut state = live.lock();
                if now >= self.next_minute {
                    self.advance(&mut state, now);
                }
                self.settle(&mut state, now);
                self.look(&mut state, now);
            }
            if stop {
                self.close(&mut live.lock());
            }
            if stop || self.is_commit_due() {
                self.hand_over();
            }
            live.announce(self.stamper.seq());
            if stop {
                return;
            }
        }
    }

    /// Until the next minute's edge, the next commit, or the next thing that changes by itself.
    fn patience(&self) -> Duration {
        let edge = if self.past {
            Duration::from_secs(60)
        } else {
            let wake = [self.due, self.watch.wake()].into_iter().flatten().min();
            self.clock.until(wake.map_or(self.next_minute, |wake| wake.min(self.next_minute)))
        };
        let commit = self.pending_since.map(|since| COMMIT_AFTER.saturating_sub(since.elapsed()));
        // The system's clock may be set at any time.
        edge.min(commit.unwrap_or(edge)).min(Duration::from_secs(1))
    }

    fn is_commit_due(&self) -> bool {
        self.events.len() >= MOST_PENDING || self.pending_since.is_some_and(|since| since.elapsed() >= COMMIT_AFTER)
    }

    /// Lets pass what changes by itself at this instant.
    fn settle(&mut self, state: &mut State, now: i64) {
        self.due = None;
        while let Some((source, due)) = state.floor.due() {
            if due > now {
                self.due = Some(due);
                return;
            }
            self.emit(state, source, now, None, Origin::Heard, Kind::Tick);
        }
    }

    /// Handles one input and whatever else is already there, within reason; true to stop.
    fn handle_all(&mut self, first: Input, inputs: &Receiver<Input>) -> bool {
        let mut next = Some(first);
        let mut handled = 0;
        while let Some(input) = next {
            if self.handle(input) {
                return true;
            }
            handled += 1;
            next = if handled < 64 { inputs.try_recv().ok() } else { None };
        }
        false
    }

    /// If this computer's clock was set ahead, says so to every source before anything is told by the new one.
    fn own_clock_set(&mut self) {
        let live = self.live.clone();
        let mut state = live.lock();
        let seen_by = if self.past { 0 } else { self.clock.follow() };
        if seen_by == 0 {
            return;
        }
        tracing::warn!(seen_by, "this computer's clock was set ahead, ms");
        state.clock_set = state.clock_set.saturating_add(seen_by);
        state.heard = state.heard.saturating_add(seen_by);
        for track in self.tracks.values_mut() {
            track.since = track.since.map(|since| since.saturating_add(seen_by));
        }
        let seen = self.clock.now();
        let aheads = state.floor.sites.iter().map(|(source, site)| (*source, site.clock_ahead.unwrap_or(0)));
        for (source, ahead) in aheads.collect::<Vec<_>>() {
            let kind = Kind::Clock { ahead_ms: ahead - seen_by, at_by: 0, seen_by };
            self.emit(&mut state, source, seen, None, Origin::Heard, kind);
        }
    }

    fn handle(&mut self, input: Input) -> bool {
        let live = self.live.clone();
        match input {
            Input::Up { source, platform, seen } => {
                self.stamper.begin_session(source);
                let mut state = live.lock();
                self.advance(&mut state, seen);
                self.heard(&mut state, seen);
                self.emit(&mut state, source, seen, None, Origin::Heard, Kind::LinkUp { platform });
                self.memory.begin(source);
                let track = self.tracks.entry(source).or_default();
                *track = Track { since: Some(seen), ..Track::default() };
                state.pictured.remove(&source);
            }
            Input::Reports { source, seen, reports } => {
                self.backlog.fetch_sub(reports.len(), Ordering::Relaxed);
                let reports: Vec<Folded> = reports.into_iter().map(|r| Folded::of(r, &self.parties)).collect();
                let mut state = live.lock();
                self.advance(&mut state, seen);
                self.heard(&mut state, seen);
                for report in reports {
                    match report {
                        Folded::Event(at, kind) => self.event(&mut state, source, seen, at, kind),
                        Folded::Clock(at, at_by) => {
                            let kind = Kind::Clock { ahead_ms: at - seen, at_by, seen_by: 0 };
                            self.emit(&mut state, source, seen, Some(at), Origin::Heard, kind);
                        }
                        Folded::Backfill(told) => self.backfill(&mut state, source, seen, told),
                        Folded::Picture(picture) => self.picture(&mut state, source, seen, picture),
                    }
                }
            }
            Input::Heard { seen } => self.heard(&mut live.lock(), seen),
            Input::Down { source, reason, stood_still_ms, seen } => {
                let mut state = live.lock();
                self.advance(&mut state, seen);
                if let Some(ms) = stood_still_ms {
                    self.emit(&mut state, source, seen, None, Origin::Heard, Kind::StoodStill { ms });
                }
                self.down(&mut state, source, seen, reason);
            }
            Input::Past { source, events } => {
                let count = events.len();
                let parties = self.parties.clone();
                let events: Vec<_> =
                    events.into_iter().map(|(at, kind)| (at, kind.map_party(|c| party(&parties, &c)))).collect();
                let mut state = live.lock();
                for (at, kind) in events {
                    self.advance(&mut state, at);
                    self.heard(&mut state, at);
                    self.event(&mut state, source, at, Some(at), kind);
                    if self.events.len() >= MOST_PENDING || at - self.sealed_at >= SEAL_AFTER_MS {
                        self.hand_over_of(&state);
                    }
                }
                self.backlog.fetch_sub(count, Ordering::Relaxed);
            }
            Input::PastDone => self.past = false,
            Input::Configure(mut said) => {
                let mut state = live.lock();
                said.retain(|setting| match setting {
                    Setting::Queue { source, queue, .. } => {
                        !state.floor.config.queues.contains_key(&(*source, queue.clone()))
                    }
                    _ => true,
                });
                self.decide(&mut state, said);
            }
            Input::Decide(decided) => {
                let mut state = live.lock();
                let gone = decided.gone(&state.floor.config).into_iter().map(Setting::Removed);
                let settings = gone.chain(decided.settings).collect();
                self.decide(&mut state, settings);
            }
            Input::Follow(source) => {
                self.tracks.entry(source).or_default();
                let seen = self.now();
                self.start_day(&mut live.lock(), source, seen);
            }
            Input::Leave { source, seen } => {
                let mut state = live.lock();
                self.advance(&mut state, seen);
                self.down(&mut state, source, seen, Reason::Removed.with("the source was removed"));
                self.tracks.remove(&source);
            }
            Input::Rules(set) => self.watch.go_by(set),
            Input::Alerts { order, reply } => {
                let now = self.now();
                let _ = reply.send(self.watch.order(&order, now));
            }
            Input::Flush(done) => {
                self.hand_over();
                let (flushed, wait) = std::sync::mpsc::channel();
                let _ = self.writer.send(Job::Flush(flushed));
                // Waiting on the disk is somebody else's work.
                std::thread::spawn(move || {
                    let _ = wait.recv();
                    let _ = done.send(());
                });
            }
            Input::Stop => return true,
        }
        false
    }

    /// Now, but in a past that is being told: where it stands.
    fn now(&self) -> i64 {
        if self.past { self.stamper.seen().max(self.sealed_at) } else { self.clock.now() }
    }

    fn heard(&self, state: &mut State, seen: i64) {
        state.heard = state.heard.max(seen);
    }

    /// Makes the edges that lie between the last event and `seen`.
    fn advance(&mut self, state: &mut State, seen: i64) {
        if seen < self.next_minute || self.next_minute == 0 {
            return;
        }
        // One tick however long the silence: the fold cuts it into minutes.
        let edge = Minute::floor(seen);
        self.next_minute = next_minute(seen);
        let sources: Vec<SourceId> = self.tracks.keys().copied().collect();
        for source in &sources {
            self.emit(state, *source, edge, None, Origin::Heard, Kind::Tick);
        }
        if edge >= self.next_day {
            self.next_day = next_day(&self.zone, edge);
            for source in sources {
                self.start_day(state, source, edge);
            }
        }
    }

    fn start_day(&mut self, state: &mut State, source: SourceId, seen: i64) {
        let from = day_start(&self.zone, seen);
        if state.floor.sites.get(&source).and_then(|site| site.day_from) != Some(from) {
            self.emit(state, source, seen, None, Origin::Heard, Kind::DayStarted { from });
        }
    }

    fn close(&mut self, state: &mut State) {
        let seen = self.now();
        let up: Vec<SourceId> =
            state.floor.sites.iter().filter(|(_, site)| site.is_live()).map(|(source, _)| *source).collect();
        for source in up {
            self.emit(state, source, seen, None, Origin::Heard, Kind::LinkDown { reason: CLOSED.0.with(CLOSED.1) });
        }
    }

    fn emit(&mut self, state: &mut State, source: SourceId, seen: i64, at: Option<i64>, origin: Origin, kind: Kind) {
        let event = Event { stamp: self.stamper.stamp(source, seen, at), origin, kind };
        state.floor.apply(&event, &mut state.changes);
        self.happened(state, [event]);
    }

    /// Keeps what was just let happen, and its facts, for the disk.
    fn happened(&mut self, state: &mut State, events: impl IntoIterator<Item = Event>) {
        for fact in &state.changes.facts {
            self.watch.hear(fact);
            if let Fact::VisitClosed(visit) = fact {
                self.memory.keep(visit);
                self.newly_freed.extend(self.freed.ended(visit));
            }
        }
        self.facts.append(&mut state.changes.facts);
        for event in events {
            state.seq = event.stamp.seq;
            self.events.push(event);
            self.pending_since.get_or_insert_with(Instant::now);
        }
    }

    fn hand_over(&mut self) {
        let live = self.live.clone();
        self.hand_over_of(&live.lock());
    }

    /// Hands everything new to the disk; with it, when it is time, the floor.
    fn hand_over_of(&mut self, state: &State) {
        self.pending_since = None;
        let seen = self.stamper.seen();
        let unsaved = self.progress.unsaved.load(Ordering::Relaxed);
        if self.given_up_from.is_none() && unsaved + self.events.len() > MOST_UNSAVED {
            tracing::error!(unsaved, "the disk takes no more: from here on history is given up until it does");
            self.given_up_from = Some(self.events.first().map_or(seen, |event| event.stamp.seen));
        }
        if let Some(from) = self.given_up_from {
            // What waits is written first when the disk takes it again; what comes meanwhile is in no memory but the floor's.
            self.events.clear();
            self.facts.retain(|fact| matches!(fact, Fact::AlertMoved(_)));
            self.hand_over_alerts();
            if unsaved == 0 {
                tracing::info!("the disk takes history again");
                self.given_up_from = None;
                let sources = self.tracks.keys().copied().collect();
                let rebase = Rebase { floor: state.floor.clone(), seq: state.seq, from, seen, sources };
                let _ = self.writer.send(Job::Rebase(Box::new(rebase)));
                self.sealed_at = seen;
            }
            return;
        }
        if !self.newly_freed.is_empty() {
            let _ = self.writer.send(Job::Freed(std::mem::take(&mut self.newly_freed)));
        }
        if !self.under_way.is_empty() {
            let _ = self.writer.send(Job::UnderWay(std::mem::take(&mut self.under_way)));
        }
        if !self.events.is_empty() || !self.facts.is_empty() || !self.alerts.is_empty() {
            let events = std::mem::take(&mut self.events);
            let facts = std::mem::take(&mut self.facts);
            let alerts = Box::new(std::mem::take(&mut self.alerts));
            self.progress.unsaved.fetch_add(events.len(), Ordering::Relaxed);
            let _ = self.writer.send(Job::Commit { events, facts, alerts });
        }
        if seen - self.sealed_at >= SEAL_AFTER_MS || self.progress.seal_due.swap(false, Ordering::Relaxed) {
            self.sealed_at = seen;
            let _ = self.writer.send(Job::Seal(Box::new(state.floor.clone())));
        }
    }
}
