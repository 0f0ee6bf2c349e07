//! The engine: opens history, starts the fold, the writer and a supervisor a source, and stops them in order.

mod alerts;
mod post;
mod upkeep;

use crate::backups;
use crate::clock::Clock;
use crate::config::judging::Judged;
use crate::config::{Config, SourceKind};
use crate::counters::Ledger;
use crate::fold::Fold;
use crate::input::Input;
use crate::live::Live;
use crate::memory::LATELY_MS;
use crate::past;
use crate::platforms::Follow;
use crate::reason::Reason;
use crate::retention::{Housekeeper, Order, Told};
use crate::rules::Keeper;
use crate::settings::{self, Decided};
use crate::stamp::Stamper;
use crate::supervisor::Supervisor;
use crate::watch::{WINDOWS_MS, Watch};
use crate::writer::{self, Job, Progress, Trouble};
use jiff::tz::TimeZone;
use mirante_floor::{Name, Setting, SourceId};
use mirante_history::{Decision, Erasure, Forget, History, HistoryError, KeyStore, OpenOptions, Parties};
use mirante_sources::simulator::Simulation;
use mirante_sources::{Caller, Source};
use post::Post;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{Notify, watch};

/// How to start an engine.
pub struct Options {
    /// Data folder, on a local disk.
    pub data: PathBuf,
    /// Where the key of the party table is.
    pub key: KeyStore,
    /// Real platforms to follow: [`crate::follow`] makes them from the configuration.
    pub follow: Vec<Follow>,
    /// Zone, queues, teams and people; a simulated centre, which this engine makes itself.
    pub config: Config,
}

/// Why an engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// History cannot be opened.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The simulated centre cannot be made.
    #[error("{0}")]
    Sample(String),
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// The ready rules of alerts cannot be read.
    #[error("rules of alerts: {0}")]
    Rules(String),
    /// The engine has ended.
    #[error("the engine has ended")]
    Ended,
}

/// How the engine is, besides the floor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Set while history cannot be written.
    pub trouble: Option<Trouble>,
    /// Percent of the past that was told, while it is being told.
    pub past_percent: Option<u8>,
    /// Newest event on disk.
    pub saved_seq: u64,
    /// Events not on disk yet.
    pub unsaved: usize,
}

/// A running engine. Dropping it stops it without saying so in history: use [`Engine::shutdown`].
pub struct Engine {
    data: PathBuf,
    key: KeyStore,
    live: Arc<Live>,
    parties: Parties,
    clock: Arc<Clock>,
    zone: TimeZone,
    /// A simulated centre is followed.
    sample: bool,
    inputs: Sender<Input>,
    jobs: Mutex<Option<Sender<Job>>>,
    progress: Arc<Progress>,
    backlog: Arc<AtomicUsize>,
    past_percent: watch::Receiver<Option<u8>>,
    stop: watch::Sender<bool>,
    /// What the housekeeper is told; while it is there, it goes on.
    orders: Mutex<Option<Sender<Order>>>,
    removing: Arc<Told>,
    /// How backups stand, and what keeps them being made; absent if none are.
    backups: Mutex<Option<(backups::Told, Sender<()>)>>,
    /// What sends alerts, once it was told by which channels.
    post: Mutex<Option<Post>>,
    rules: Arc<Keeper>,
    /// While it is there, the file of rules is looked at.
    rules_looked_at: Mutex<Option<Sender<()>>>,
    state: Mutex<Running>,
}

/// A running supervisor, and what makes it connect now.
type Supervised = (tokio::task::JoinHandle<()>, Arc<Notify>);

#[derive(Default)]
struct Running {
    ids: BTreeMap<String, SourceId>,
    supervisors: BTreeMap<SourceId, Supervised>,
    threads: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Opens history, takes up where it stood, and starts to follow. Call within a tokio runtime.
    ///
    /// # Errors
    /// [`EngineError::History`] when the folder cannot be used, above all [`HistoryError::Busy`] when another Mirante does.
    pub fn start(options: Options) -> Result<Engine, EngineError> {
        let Options { data, key, follow, config } = options;
        let sample = config.sources.iter().find_map(|source| match &source.kind {
            SourceKind::Simulator(simulator) => Some((source, simulator.clone())),
            SourceKind::Asterisk(_) => None,
        });
        let warp = sample.as_ref().map_or(1.0, |(_, simulator)| simulator.warp);
        let mut history = History::open(&data, &OpenOptions::writer().key(key.clone()))?;
        let recovered = history.recover()?;
        let parties = history.parties();
        let mut ids = BTreeMap::new();
        for follow in &follow {
            ids.insert(follow.name.clone(), history.register(&follow.name, follow.kind)?);
        }
        let mut kept = Vec::new();
        for id in ids.values() {
            kept.extend(history.counters(*id, i64::MAX)?);
        }
        let mut lately = Vec::new();
        let newest = recovered.last_seen.unwrap_or(0);
        let mut windows = Vec::new();
        history.visits(newest - LATELY_MS.max(WINDOWS_MS), i64::MAX, |visit| {
            if visit.entered.seen >= newest - LATELY_MS {
                lately.push(visit.clone());
            }
            windows.push(visit);
            true
        })?;
        let clock = Arc::new(if warp == 1.0 {
            Clock::wall(recovered.last_seen)
        } else {
            let wall = crate::clock::wall_ms();
            Clock::warped(recovered.last_seen.map_or(wall, |newest| newest.max(wall)), warp)
        });
        let mut now = clock.now();
        let (mut simulated, mut has_past) = (None, false);
        if let Some((source, simulator)) = &sample {
            let days = if recovered.next_seq == 1 { simulator.days } else { 0 };
            has_past = days > 0;
            let centre =
                past::centre(simulator, &config.zone, now, days).map_err(|e| EngineError::Sample(e.to_string()))?;
            now = centre.now_ms();
            let id = history.register(&source.name, source.kind.word())?;
            ids.insert(source.name.clone(), id);
            simulated = Some((id, centre));
        }
        let channels = config.channels.iter().map(|channel| Name::from(channel.name.as_str())).collect();
        let rules = Arc::new(Keeper::open(&data, &config.zone, channels).map_err(EngineError::Rules)?);
        let mut watch = Watch::new(rules.told().0);
        watch.remember(&history.alerts_kept(now)?, &recovered.floor);
        let heard = recovered.floor.sites.values().map(|site| site.seen).max().unwrap_or(0);
        let live = Arc::new(Live::new(recovered.floor, recovered.next_seq - 1, heard));
        let progress = Arc::new(Progress::default());
        progress.saved.store(recovered.next_seq - 1, Ordering::Release);
        let backlog = Arc::new(AtomicUsize::new(0));
        let (jobs, job_list) = std::sync::mpsc::channel();
        let (inputs, input_list) = std::sync::mpsc::channel();
        let reader = history.reader()?;
        let writer_progress = progress.clone();
        let writer = spawn("history", move || writer::run(history, &job_list, &writer_progress))?;
        let mut fold = Fold::new(
            live.clone(),
            parties.clone(),
            clock.clone(),
            Stamper::new(recovered.next_seq, recovered.last_seen, recovered.epochs),
            config.zone.clone(),
            jobs.clone(),
            progress.clone(),
            backlog.clone(),
            watch,
        );
        fold.knows(&windows);
        fold.ledger = Ledger::of(kept);
        let removing = Arc::new(Told::default());
        let housekeeper = Housekeeper {
            reader,
            jobs: jobs.clone(),
            live: live.clone(),
            clock: clock.clone(),
            zone: config.zone.clone(),
            progress: progress.clone(),
            rules: config.retention,
            told: removing.clone(),
            asked: false,
        };
        let (orders, order_list) = std::sync::mpsc::channel();
        let housekeeper = spawn("retention", move || housekeeper.run(&order_list))?;
        fold.begin(&recovered.were_up, &lately, now, simulated.is_some());
        let (look, looks) = std::sync::mpsc::channel();
        let (keeper, told) = (rules.clone(), inputs.clone());
        let keeper = spawn("rules", move || keeper.run(&looks, &told))?;
        let fold = spawn("fold", move || fold.run(&input_list))?;

        let (tell, past_percent) = watch::channel(has_past.then_some(0));
        let (stop, stopped) = watch::channel(false);
        let engine = Engine {
            data,
            key,
            live,
            parties,
            clock,
            zone: config.zone.clone(),
            sample: simulated.is_some(),
            inputs,
            jobs: Mutex::new(Some(jobs)),
            progress,
            backlog,
            past_percent,
            stop,
            state: Mutex::new(Running {
                ids: ids.clone(),
                threads: vec![fold, housekeeper, writer, keeper],
                ..Running::default()
            }),
            orders: Mutex::new(Some(orders)),
            removing,
            backups: Mutex::new(None),
            post: Mutex::new(None),
            rules,
            rules_looked_at: Mutex::new(Some(look)),
        };
        // The day begins before anything is decided on it.
        for id in follow.iter().filter_map(|follow| ids.get(&follow.name)) {
            engine.tell(Input::Follow(*id))?;
        }
        engine.decide(&follow, &config, &ids)?;
        if let Some((id, centre)) = simulated {
            let label = sample.map_or_else(String::new, |(source, _)| source.label.clone());
            engine.play(id, &label, centre, warp, tell, stopped)?;
        }
        for follow in follow {
            if let Some(id) = ids.get(&follow.name) {
                engine.supervise(*id, follow.source);
            }
        }
        Ok(engine)
    }

    /// The live floor.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// People by number.
    pub fn parties(&self) -> &Parties {
        &self.parties
    }

    /// The hub's clock now, Unix ms, as whoever drew a floor with that [`State::clock_set`](crate::State) reads it.
    pub fn now_by(&self, clock_set: i64) -> i64 {
        self.clock.now_by(clock_set)
    }

    /// The hub's clock now, Unix ms.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Zone of the operation.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// How the engine is.
    pub fn health(&self) -> Health {
        Health {
            trouble: self.progress.trouble(),
            past_percent: *self.past_percent.borrow(),
            saved_seq: self.progress.saved.load(Ordering::Acquire),
            unsaved: self.progress.unsaved.load(Ordering::Relaxed),
        }
    }

    /// Reports that were read and are not folded yet.
    pub fn backlog(&self) -> usize {
        self.backlog.load(Ordering::Relaxed)
    }

    /// Connects a source now, whatever it waits for. False if it is not followed.
    pub fn reconnect(&self, source: SourceId) -> bool {
        let state = self.running();
        let Some((_, poke)) = state.supervisors.get(&source) else { return false };
        poke.notify_one();
        true
    }

    /// Follows one more source, or the same one at another place; a running session of it ends.
    pub async fn follow(&self, follow: Follow, config: &Config) -> Result<SourceId, EngineError> {
        let (reply, number) = tokio::sync::oneshot::channel();
        let job = Job::Register { name: follow.name.clone(), kind: follow.kind, reply };
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(EngineError::Ended)?;
        jobs.send(job).map_err(|_| EngineError::Ended)?;
        drop(jobs);
        let id = number.await.map_err(|_| EngineError::Ended)??;
        let (running, ids) = {
            let mut state = self.running();
            state.ids.insert(follow.name.clone(), id);
            (state.supervisors.remove(&id), state.ids.clone())
        };
        if let Some(running) = running {
            end(running).await;
            let reason = Reason::Again.with("the connection was changed");
            self.tell(Input::Down { source: id, reason, stood_still_ms: None, seen: self.clock.now() })?;
        }
        self.decide(std::slice::from_ref(&follow), config, &ids)?;
        self.tell(Input::Follow(id))?;
        self.supervise(id, follow.source);
        Ok(id)
    }

    /// Follows a source no more: its session ends, and nothing of it shows any longer. Its history stays. `config` is what
    /// holds without it. False if it was not followed.
    pub async fn leave(&self, source: SourceId, config: &Config) -> Result<bool, EngineError> {
        let (supervisor, ids) = {
            let mut state = self.running();
            let Some(supervisor) = state.supervisors.remove(&source) else { return Ok(false) };
            state.ids.retain(|_, id| *id != source);
            (supervisor, state.ids.clone())
        };
        end(supervisor).await;
        self.tell(Input::Leave { source, seen: self.clock.now() })?;
        self.decide(&[], config, &ids)?;
        Ok(true)
    }

    /// Puts what people decided about queues, teams and people in force; only what differs becomes an event. What is in
    /// force and not in `config` is so no more, but in a simulated centre, which decides for itself what it has.
    pub fn configure(&self, config: &Config) -> Result<(), EngineError> {
        let ids = self.running().ids.clone();
        self.keep_for(config.retention);
        self.decide(&[], config, &ids)
    }

    /// Puts changes of what figures are made and judged by in force, where no file remembers them: in a simulated centre.
    pub fn judge(&self, changes: &[Judged]) -> Result<(), EngineError> {
        let ids = self.running().ids.clone();
        let settings = changes.iter().filter_map(|judged| judged.setting(self.zone(), &ids)).collect();
        self.tell(Input::Configure(settings))
    }

    /// Number and name of the sources that are followed.
    pub fn sources(&self) -> BTreeMap<String, SourceId> {
        self.running().ids.clone()
    }

    /// Forgets people for ever, as [`History::forget`] does.
    ///
    /// # Errors
    /// When it could not be recorded or done.
    pub async fn forget(&self, forget: Forget) -> Result<Option<Erasure>, EngineError> {
        let (reply, done) = tokio::sync::oneshot::channel();
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(EngineError::Ended)?;
        jobs.send(Job::Forget { forget, reply }).map_err(|_| EngineError::Ended)?;
        drop(jobs);
        Ok(done.await.map_err(|_| EngineError::Ended)??)
    }

    /// Keeps who changed what figures are made and judged by.
    ///
    /// # Errors
    /// When the disk refuses, or the engine has ended.
    pub async fn decided(&self, decisions: Vec<Decision>) -> Result<(), EngineError> {
        let (reply, done) = tokio::sync::oneshot::channel();
        if !self.hand_to_writer(Job::Decided { decisions, reply }) {
            return Err(EngineError::Ended);
        }
        Ok(done.await.map_err(|_| EngineError::Ended)??)
    }

    /// Another handle of its history, for reading.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn reader(&self) -> Result<History, EngineError> {
        Ok(History::open(&self.data, &OpenOptions::reader().key(self.key.clone()))?)
    }

    /// Gives the writer something to do; false if it has ended.
    pub(crate) fn hand_to_writer(&self, job: Job) -> bool {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// Data folder.
    pub fn data(&self) -> &std::path::Path {
        &self.data
    }

    /// Waits until everything that happened so far was handed to the disk, if the disk takes it.
    pub async fn flush(&self) -> Result<(), EngineError> {
        let (done, wait) = tokio::sync::oneshot::channel();
        self.tell(Input::Flush(done))?;
        wait.await.map_err(|_| EngineError::Ended)
    }

    /// Stops: sources first, then the fold, which says in history that Mirante closes, then the disk.
    pub async fn shutdown(&self) {
        let _ = self.stop.send(true);
        let (supervisors, threads) = {
            let mut state = self.running();
            (std::mem::take(&mut state.supervisors), std::mem::take(&mut state.threads))
        };
        for (task, _) in supervisors.into_values() {
            let _ = task.await;
        }
        let _ = self.tell(Input::Stop);
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.backups.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.post.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.rules_looked_at.lock().unwrap_or_else(PoisonError::into_inner).take();
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                let _ = thread.join();
            }
        });
        let _ = joined.await;
    }

    fn decide(&self, follow: &[Follow], config: &Config, ids: &BTreeMap<String, SourceId>) -> Result<(), EngineError> {
        let label = |follow: &Follow| {
            let source = *ids.get(&follow.name)?;
            Some(Setting::Source { source, label: follow.label.as_str().into(), sample: false })
        };
        let mut settings: Vec<Setting<Caller>> = follow.iter().filter_map(label).collect();
        settings.extend(settings::of_config(config, ids));
        if self.sample {
            // A simulated centre keeps its own.
            settings.retain(|setting| !matches!(setting, Setting::Holidays(_)));
        }
        let sources = ids.values().copied().collect();
        self.tell(Input::Decide(Decided { settings, sources, sample: self.sample }))
    }

    fn supervise(&self, id: SourceId, source: Arc<dyn Source>) {
        let poke = Arc::new(Notify::new());
        let supervisor = Supervisor {
            id,
            source,
            inputs: self.inputs.clone(),
            clock: self.clock.clone(),
            backlog: self.backlog.clone(),
            heard: self.live.read(|state| state.floor.sites.get(&id).and_then(|site| site.heard)),
            stood_still: None,
            poke: poke.clone(),
            stop: self.stop.subscribe(),
        };
        self.running().supervisors.insert(id, (tokio::spawn(supervisor.run()), poke));
    }

    /// Tells the simulated centre's past on a thread of its own, then follows its present.
    fn play(
        &self,
        id: SourceId,
        label: &str,
        simulation: Simulation,
        warp: f64,
        percent: watch::Sender<Option<u8>>,
        stopped: watch::Receiver<bool>,
    ) -> Result<(), EngineError> {
        let mut decided = vec![Setting::Source { source: id, label: label.into(), sample: true }];
        let own = simulation.settings(id).into_iter().filter(|s| !matches!(s, Setting::Source { .. }));
        decided.extend(own);
        self.tell(Input::Configure(decided))?;
        self.tell(Input::Follow(id))?;
        let telling = past::Telling {
            source: id,
            simulation,
            warp,
            inputs: self.inputs.clone(),
            clock: self.clock.clone(),
            progress: self.progress.clone(),
            backlog: self.backlog.clone(),
            percent,
            stopped,
        };
        let poke = Arc::new(Notify::new());
        let supervise = {
            let (inputs, clock) = (self.inputs.clone(), self.clock.clone());
            let (backlog, poke, stop) = (self.backlog.clone(), poke.clone(), self.stop.subscribe());
            move |source| Supervisor { id, source, inputs, clock, backlog, heard: None, stood_still: None, poke, stop }
        };
        let task = tokio::spawn(async move {
            match tokio::task::spawn_blocking(move || telling.run()).await {
                Ok(Some(Ok(present))) => supervise(Arc::new(present)).run().await,
                Ok(Some(Err(error))) => tracing::error!("the simulated centre does not go on: {error}"),
                Ok(None) | Err(_) => {}
            }
        });
        self.running().supervisors.insert(id, (task, poke));
        Ok(())
    }

    pub(crate) fn tell(&self, input: Input) -> Result<(), EngineError> {
        self.inputs.send(input).map_err(|_| EngineError::Ended)
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a supervisor: nothing comes from it any more when this returns.
async fn end((task, _): Supervised) {
    task.abort();
    let _ = task.await;
}

fn spawn(name: &str, job: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, EngineError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(job).map_err(EngineError::Thread)
}
