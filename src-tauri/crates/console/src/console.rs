//! The door itself.

use crate::addresses::addresses;
use crate::centre::{Centre, sample_config, sample_folder};
use crate::feed::EncodedBatch;
use crate::imports::Imports;
use crate::wire::{Command, Connection, FileText, Hello, NameChoice, NamesPreview, Reply, WireError};
use crate::{Actor, connection, it_request, names};
use mirante_engine::EngineError;
use mirante_engine::config::{self, Config, ConfigError, SimulatorConfig, SourceKind};
use mirante_engine::watch::Want;
use mirante_floor::SourceId;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Configuration file; absent: `mirante.toml` in the data folder, made when first needed.
    pub config: Option<PathBuf>,
    /// Data folder.
    pub data: PathBuf,
    /// True in a lone desktop: "só neste computador".
    pub alone: bool,
}

/// Why Mirante does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The engine does not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl StartError {
    /// True if a newer Mirante wrote the data folder: this one cannot read it, and only an update helps.
    pub fn is_newer(&self) -> bool {
        matches!(self, StartError::Engine(EngineError::History(mirante_history::HistoryError::Newer { .. })))
    }
}

/// The one door to the core. Clones are handles of the same.
#[derive(Clone)]
pub struct Console(Arc<Inner>);

struct Inner {
    path: PathBuf,
    data: PathBuf,
    alone: bool,
    /// What is followed stands in the file; else the simulated centre's own folder remembers what is decided.
    has_file: bool,
    /// Held while a command changes the file or what is followed, so that such commands go one at a time.
    config: tokio::sync::Mutex<Config>,
    imports: Imports,
    view: RwLock<View>,
}

/// What is followed. Whoever looks at the sample does not stop the real operation from being kept.
struct View {
    real: Arc<Centre>,
    /// The configuration itself follows the simulated centre: it cannot be left.
    real_is_sample: bool,
    /// True if no source is configured.
    empty: bool,
    sample: Option<Arc<Centre>>,
}

impl View {
    fn shown(&self) -> &Arc<Centre> {
        self.sample.as_ref().unwrap_or(&self.real)
    }
}

impl Console {
    /// Reads the configuration, opens history and starts to follow. Call within a tokio runtime.
    pub fn start(options: Options) -> Result<Console, StartError> {
        let Options { config, data, alone } = options;
        let (path, config) = match config {
            Some(path) => {
                let config = Config::read(&path)?;
                (path, config)
            }
            None => {
                let path = data.join("mirante.toml");
                let config = Config::read_or_empty(&path)?;
                (path, config)
            }
        };
        let real_is_sample = config.is_sample();
        let folder = if real_is_sample { sample_folder(&data) } else { data.clone() };
        let real = Arc::new(Centre::start(&config, folder_of(&path), &folder)?);
        // Only now: until the folder is ours, they may be another hub's.
        crate::imports::remove_left(&folder);
        let empty = config.sources.is_empty();
        let mut sample = None;
        if empty && marker(&data).exists() {
            let started = Centre::start(&sample_config(&config), folder_of(&path), &sample_folder(&data));
            sample = started.map_err(|error| tracing::warn!("the simulated centre does not start: {error}")).ok();
        }
        let view = RwLock::new(View { real, real_is_sample, empty, sample: sample.map(Arc::new) });
        Ok(Console(Arc::new(Inner {
            path,
            data,
            alone,
            config: tokio::sync::Mutex::new(config),
            has_file: true,
            imports: Imports::default(),
            view,
        })))
    }

    /// Follows a simulated centre, in a folder of its own in `data`. Nothing of it can be left or connected.
    pub fn start_sample(data: PathBuf, simulator: SimulatorConfig) -> Result<Console, StartError> {
        let mut config = sample_config(&Config::default());
        for source in &mut config.sources {
            source.kind = SourceKind::Simulator(simulator.clone());
        }
        let path = data.join("mirante.toml");
        let real = Arc::new(Centre::start(&config, folder_of(&path), &sample_folder(&data))?);
        let view = RwLock::new(View { real, real_is_sample: true, empty: false, sample: None });
        Ok(Console(Arc::new(Inner {
            path,
            data,
            alone: false,
            config: tokio::sync::Mutex::new(config),
            has_file: false,
            imports: Imports::default(),
            view,
        })))
    }

    /// Percent of the simulated centre's past that is made, while it is being made.
    pub fn sample_percent(&self) -> Option<u8> {
        self.shown().engine.health().past_percent
    }

    /// Does what an actor asks. The future is cheap to hold; [`Command::Next`] takes up to 2 s.
    pub async fn command(&self, actor: &Actor, command: Command) -> Result<Reply, WireError> {
        if changes_things(&command) && !actor.can_configure() {
            return Err(WireError::forbidden(format!(
                "{} may look, but not change connections, queues or how long things are kept, nor read or erase what is stored about people",
                actor.name
            )));
        }
        let reply = match command {
            Command::Hello => Reply::Hello(self.hello(actor).await),
            Command::Next { stream, after } => {
                let feed = self.shown().feed.clone();
                Reply::Batch(feed.next(stream.as_deref(), after).await)
            }
            Command::TestConnection { connection } => Reply::Connection(connection::test(&connection).await?),
            Command::Connect { connection } => {
                tracing::info!(actor = actor.name, host = connection.host, "connects a PBX");
                self.connect(connection).await?;
                Reply::Done
            }
            Command::Disconnect { source } => {
                tracing::info!(actor = actor.name, source, "removes a PBX");
                self.disconnect(SourceId(source)).await?;
                Reply::Done
            }
            Command::UseSample => {
                self.use_sample().await?;
                Reply::Done
            }
            Command::LeaveSample => {
                self.leave_sample().await?;
                Reply::Done
            }
            Command::Reconnect { source } => {
                let known = self.shown().engine.reconnect(SourceId(source));
                known
                    .then_some(Reply::Done)
                    .ok_or_else(|| WireError::not_found(format!("no source {source} is followed")))?
            }
            Command::ConfigureQueues { queues, from } => {
                tracing::info!(actor = actor.name, queues = queues.len(), "configures queues");
                self.configure_queues(&actor.name, &queues, from.as_deref()).await?;
                Reply::Done
            }
            Command::PreviewNames { source, file } => Reply::Names(self.preview_names(SourceId(source), file).await?),
            Command::ApplyNames { source, names } => {
                tracing::info!(actor = actor.name, source, names = names.len(), "gives queues and agents names");
                Reply::Renamed(self.apply_names(SourceId(source), &names).await?)
            }
            Command::FindSubject { subject } => Reply::Subject(self.find_subject(subject).await?),
            Command::ExportSubject { subject, language } => {
                tracing::info!(actor = actor.name, "writes out what is stored about a person");
                Reply::SubjectFile(self.export_subject(subject, language).await?)
            }
            Command::EraseSubject { subject, by, reason } => {
                tracing::info!(actor = actor.name, "erases a person");
                Reply::Erased(self.erase_subject(subject, by, reason).await?)
            }
            Command::Keeping { language } => Reply::Keeping(self.keeping(language).await?),
            Command::PreviewKeeping { keeps } => Reply::Going(self.preview_keeping(&keeps).await?),
            Command::SetKeeping { keeps } => {
                tracing::info!(actor = actor.name, ?keeps, "changes how long things are kept");
                Reply::Rekept(self.set_keeping(&keeps).await?)
            }
            Command::RemoveNow => {
                tracing::info!(actor = actor.name, "removes what is too old now");
                self.shown().engine.remove_now();
                Reply::Done
            }
            Command::PutReport { part } => Reply::ReportFile(self.put_report(part).await?),
            Command::LookAtReport { file, mapping, source } => self.look_at_report(file, mapping, source).await?,
            Command::TakeReport { order } => {
                tracing::info!(actor = actor.name, source = order.source, "imports a report of calls");
                Reply::Importing(Some(self.take_report(order)?))
            }
            Command::ImportNow => Reply::Importing(self.0.imports.now()),
            Command::StopImport => {
                tracing::info!(actor = actor.name, "stops the import");
                self.0.imports.stop();
                Reply::Importing(self.0.imports.now())
            }
            Command::Card { asked } => Reply::Card(Box::new(self.card(asked).await?)),
            Command::CardRows { asked, part, skip } => Reply::CardRows(self.card_rows(asked, part, skip).await?),
            Command::Timeline { of, id } => {
                tracing::info!(actor = actor.name, id, "looks at what happened to a contact");
                Reply::Timeline(self.timeline(of, &id, actor.can_see_numbers()).await?)
            }
            Command::Partial { day_ms } => Reply::Partial(self.partial(day_ms).await?),
            Command::Moment { at_ms } => Reply::Moment(Box::new(self.moment(at_ms).await?)),
            Command::Goals { window, language } => Reply::Goals(Box::new(self.goals(window, language).await?)),
            Command::Levels { window } => Reply::Levels(self.levels(window).await?),
            Command::Judging { language } => Reply::Judging(Box::new(self.judging(language).await?)),
            Command::Judge { changes } => {
                tracing::info!(actor = actor.name, ?changes, "changes what figures are made and judged by");
                Reply::Judged(self.judge(&actor.name, &changes).await?)
            }
            Command::Imports => Reply::Imports(self.imports().await?),
            Command::CompleteDay { source } => {
                tracing::info!(actor = actor.name, source, "completes the day from the queue_log");
                Reply::Importing(Some(self.complete_day(source).await?))
            }
            Command::UndoImport { source } => {
                tracing::info!(actor = actor.name, source, "takes an import back");
                Reply::Importing(Some(self.undo_import(&source)?))
            }
            Command::Reconcile { queue, hours } => Reply::Reconciliation(self.reconcile(queue, hours).await?),
            Command::Arrivals { queue, since_ms } => Reply::Arrivals(self.arrivals(queue, since_ms).await?),
            Command::AlertsHistory { asked } => Reply::AlertsPast(self.alerts_history(asked).await?),
            Command::AlertStory { alert } => Reply::AlertStory(Box::new(self.alert_story(alert).await?)),
            Command::AlertTake { ids, note, until_ms } => {
                tracing::info!(actor = actor.name, alerts = ids.len(), "takes alerts");
                self.order_alerts(&actor.name, &ids, Want::Take { note, until: until_ms }).await?
            }
            Command::AlertRelease { ids } => {
                tracing::info!(actor = actor.name, alerts = ids.len(), "lets alerts go");
                self.order_alerts(&actor.name, &ids, Want::Release).await?
            }
            Command::AlertSilence { ids, until_ms, note } => {
                tracing::info!(actor = actor.name, alerts = ids.len(), until_ms, note, "silences alerts");
                self.order_alerts(&actor.name, &ids, Want::Silence { why: note, until: until_ms }).await?
            }
            Command::AlertUnsilence { ids } => {
                tracing::info!(actor = actor.name, alerts = ids.len(), "ends silences of alerts");
                self.order_alerts(&actor.name, &ids, Want::Unsilence).await?
            }
            Command::Rules => Reply::Rules(self.alert_rules()),
            Command::RuleSetOn { id, on } => {
                tracing::info!(actor = actor.name, id, on, "switches a rule of alerts");
                Reply::Rules(self.switch_rule(id, on).await?)
            }
            Command::ItRequest { language } => Reply::Text(it_request::text(&language, &self.addresses().await)?),
        };
        Ok(reply)
    }

    /// [`Command::Next`] as the JSON of its batch: the rows are encoded once for all faces that are equally far.
    pub async fn next_json(&self, stream: Option<&str>, after: Option<u64>) -> Result<EncodedBatch, WireError> {
        let feed = self.shown().feed.clone();
        feed.next_json(stream, after).await.map_err(|error| WireError::internal(error.to_string()))
    }

    /// Stops everything in order; what happened is on disk when this returns, and history says that Mirante closed.
    pub async fn shutdown(&self) {
        let (real, sample) = {
            let mut view = self.0.view.write().unwrap_or_else(PoisonError::into_inner);
            (view.real.clone(), view.sample.take())
        };
        if let Some(sample) = sample {
            sample.shutdown().await;
        }
        real.shutdown().await;
    }

    async fn hello(&self, actor: &Actor) -> Hello {
        let addresses = self.addresses().await;
        let view = self.view();
        let sample = view.real_is_sample || view.sample.is_some();
        Hello {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            actor: actor.name.clone(),
            can_configure: actor.can_configure(),
            first_run: view.empty && !sample,
            sample,
            addresses: addresses.iter().map(ToString::to_string).collect(),
            zone: self.shown().engine.zone().iana_name().unwrap_or("UTC").to_owned(),
            alone: self.0.alone,
        }
    }

    /// This computer's addresses, those that the configured PBXs see first.
    async fn addresses(&self) -> Vec<std::net::IpAddr> {
        let asterisk = |source: &config::SourceConfig| match &source.kind {
            SourceKind::Asterisk(a) => Some((a.host.clone(), a.port)),
            SourceKind::Simulator(_) => None,
        };
        // While a connection is being changed, which a locked keyring may hold up, nobody waits for it here.
        let config = self.0.config.try_lock();
        let pbxs = config.map_or_else(|_| Vec::new(), |config| config.sources.iter().filter_map(asterisk).collect());
        addresses(&pbxs).await
    }

    async fn connect(&self, connection: Connection) -> Result<(), WireError> {
        let mut config = self.0.config.lock().await;
        if config.is_sample() {
            let message =
                "this Mirante follows the simulated centre of its configuration file, which never mixes with a PBX";
            return Err(WireError::conflict(message));
        }
        let (path, known) = (self.0.path.clone(), config.clone());
        let kept = tokio::task::spawn_blocking(move || {
            let source = connection::keep(&connection, &known, folder_of(&path))?;
            let name = source.name.clone();
            Ok::<_, WireError>((config::add_source(&path, &source)?, name))
        });
        let (new, name) = kept.await.map_err(|error| WireError::internal(error.to_string()))??;
        *config = new;
        let follow = mirante_engine::follow(&config, folder_of(&self.0.path));
        let real = self.view().real.clone();
        for follow in follow.into_iter().filter(|follow| follow.name == name) {
            real.engine.follow(follow, &config).await?;
        }
        self.0.view.write().unwrap_or_else(PoisonError::into_inner).empty = false;
        self.stop_sample().await;
        Ok(())
    }

    async fn disconnect(&self, source: SourceId) -> Result<(), WireError> {
        let mut config = self.0.config.lock().await;
        let real = self.view().real.clone();
        if config.is_sample() || self.view().sample.is_some() {
            return Err(WireError::conflict("the simulated centre is left, not removed"));
        }
        let followed = real.engine.sources().into_iter().find(|(_, id)| *id == source);
        let (name, _) = followed.ok_or_else(|| WireError::not_found(format!("no source {} is followed", source.0)))?;
        let secret = config.sources.iter().find(|s| s.name == name).and_then(|s| match &s.kind {
            SourceKind::Asterisk(asterisk) => Some(asterisk.secret.clone()),
            SourceKind::Simulator(_) => None,
        });
        let path = self.0.path.clone();
        let changed = tokio::task::spawn_blocking(move || {
            let config = config::remove_source(&path, &name)?;
            if let Some(Err(error)) = secret.map(|secret| config::forget_secret(folder_of(&path), &name, &secret)) {
                tracing::warn!("the password of {name} stays where it was kept: {error}");
            }
            Ok::<_, ConfigError>(config)
        });
        *config = changed.await.map_err(|error| WireError::internal(error.to_string()))??;
        real.engine.leave(source, &config).await?;
        self.0.view.write().unwrap_or_else(PoisonError::into_inner).empty = config.sources.is_empty();
        Ok(())
    }

    async fn use_sample(&self) -> Result<(), WireError> {
        let config = self.0.config.lock().await;
        if config.is_sample() || self.view().sample.is_some() {
            return Ok(());
        }
        let folder = sample_folder(&self.0.data);
        let sample = Centre::start(&sample_config(&config), folder_of(&self.0.path), &folder)?;
        self.0.view.write().unwrap_or_else(PoisonError::into_inner).sample = Some(Arc::new(sample));
        if let Err(error) = std::fs::write(marker(&self.0.data), "") {
            tracing::warn!("the choice of example data will not outlast this run: {error}");
        }
        Ok(())
    }

    async fn leave_sample(&self) -> Result<(), WireError> {
        let config = self.0.config.lock().await;
        if config.is_sample() {
            return Err(WireError::conflict("the configuration file follows the simulated centre; change it there"));
        }
        self.stop_sample().await;
        Ok(())
    }

    async fn stop_sample(&self) {
        let sample = self.0.view.write().unwrap_or_else(PoisonError::into_inner).sample.take();
        if let Some(sample) = sample {
            let _ = std::fs::remove_file(marker(&self.0.data));
            sample.shutdown().await;
        }
    }

    async fn preview_names(&self, source: SourceId, file: FileText) -> Result<NamesPreview, WireError> {
        let (centre, _) = self.named(source)?;
        let seen = centre.engine.live().read(|state| names::seen(&state.floor, source));
        let people = centre.engine.parties().clone();
        // A large file takes a while, and names come from the disk.
        let laid = tokio::task::spawn_blocking(move || names::preview(&file, &seen.named(&people)));
        laid.await.map_err(|error| WireError::internal(error.to_string()))?
    }

    async fn apply_names(&self, source: SourceId, choices: &[NameChoice]) -> Result<Vec<NameChoice>, WireError> {
        let names = names::chosen(choices)?;
        let mut config = self.0.config.lock().await;
        let (centre, name) = self.named(source)?;
        let path = self.0.path.clone();
        let changed = tokio::task::spawn_blocking(move || config::set_names(&path, &name, &names));
        let (new, undo) = changed.await.map_err(|error| WireError::internal(error.to_string()))??;
        *config = new;
        centre.engine.configure(&config)?;
        Ok(names::choices(undo))
    }

    /// The real centre and the configured name of one of its sources. Example data have names of their own.
    fn named(&self, source: SourceId) -> Result<(Arc<Centre>, String), WireError> {
        let view = self.view();
        if view.real_is_sample || view.sample.is_some() {
            return Err(WireError::conflict("example data have names of their own"));
        }
        let found = view.real.engine.sources().into_iter().find(|(_, id)| *id == source);
        let (name, _) = found.ok_or_else(|| WireError::not_found(format!("no source {} is followed", source.0)))?;
        Ok((view.real.clone(), name))
    }

    fn shown(&self) -> Arc<Centre> {
        self.view().shown().clone()
    }

    fn view(&self) -> std::sync::RwLockReadGuard<'_, View> {
        self.0.view.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn changes_things(command: &Command) -> bool {
    match command {
        Command::Hello
        | Command::Next { .. }
        | Command::Card { .. }
        | Command::CardRows { .. }
        | Command::Timeline { .. }
        | Command::Moment { .. }
        | Command::Partial { .. }
        | Command::Goals { .. }
        | Command::Levels { .. }
        | Command::Judging { .. }
        | Command::AlertsHistory { .. }
        | Command::AlertStory { .. }
        | Command::Rules
        | Command::ItRequest { .. } => false,
        Command::Judge { .. }
        | Command::AlertTake { .. }
        | Command::AlertRelease { .. }
        | Command::AlertSilence { .. }
        | Command::AlertUnsilence { .. }
        | Command::RuleSetOn { .. } => true,
        Command::TestConnection { .. }
        | Command::Connect { .. }
        | Command::Disconnect { .. }
        | Command::UseSample
        | Command::LeaveSample
        | Command::Reconnect { .. }
        | Command::ConfigureQueues { .. }
        | Command::PreviewNames { .. }
        | Command::ApplyNames { .. }
        | Command::FindSubject { .. }
        | Command::ExportSubject { .. }
        | Command::EraseSubject { .. }
        | Command::PutReport { .. }
        | Command::LookAtReport { .. }
        | Command::TakeReport { .. }
        | Command::ImportNow
        | Command::StopImport
        | Command::Imports
        | Command::CompleteDay { .. }
        | Command::UndoImport { .. }
        | Command::Keeping { .. }
        | Command::PreviewKeeping { .. }
        | Command::SetKeeping { .. }
        | Command::RemoveNow
        | Command::Reconcile { .. }
        | Command::Arrivals { .. } => true,
    }
}

/// Present while a newcomer looks at the sample, so that the next start shows it again.
fn marker(data: &Path) -> PathBuf {
    sample_folder(data).join("following")
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

mod alerts;
mod card;
mod goals;
mod imported;
mod keeping;
mod people;
mod reconciling;
mod reports;
#[cfg(test)]
mod tests;
