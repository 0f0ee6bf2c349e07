//! One engine and its feed: the real operation, or the simulated one.

use crate::answers::Answers;
use crate::feed::Feed;
use crate::wire::{GoalsNow, LevelsNow, WindowRow};
use mirante_engine::config::{Config, SimulatorConfig, SourceConfig, SourceKind};
use mirante_engine::send::Outlets;
use mirante_engine::{Engine, EngineError, KeyStore, Options};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// A running engine and its feed.
pub(crate) struct Centre {
    pub(crate) engine: Arc<Engine>,
    pub(crate) feed: Arc<Feed>,
    /// Goals and figures by window and language, and figures of the live view by window: the same for all who look.
    pub(crate) goals: Answers<(WindowRow, String), GoalsNow>,
    pub(crate) levels: Answers<WindowRow, LevelsNow>,
    stop: watch::Sender<bool>,
}

impl Centre {
    /// Starts an engine on `data`; `folder` is where the configuration's relative paths begin.
    pub(crate) fn start(config: &Config, folder: &Path, data: &Path) -> Result<Centre, EngineError> {
        let engine = Arc::new(Engine::start(Options {
            data: data.to_owned(),
            key: KeyStore::File,
            follow: mirante_engine::follow(config, folder),
            config: config.clone(),
        })?);
        if let Some(backup) = config.backup.clone() {
            engine.back_up(backup, folder)?;
        }
        if !config.channels.is_empty() {
            engine.send_through(Outlets::of(config, folder))?;
        }
        let (stop, stopped) = watch::channel(false);
        if let Some(partial) = config.partial.clone() {
            let goes = crate::hourly::Goes::of(&partial, config, folder);
            tokio::spawn(crate::hourly::follow(engine.clone(), goes, stopped.clone()));
        }
        let feed = Feed::start(engine.clone(), stream_name(), stopped);
        Ok(Centre { engine, feed, goals: Answers::default(), levels: Answers::default(), stop })
    }

    /// Something was decided: what is told from now on is made anew.
    pub(crate) fn forget_answers(&self) {
        self.goals.forget();
        self.levels.forget();
    }

    pub(crate) async fn shutdown(&self) {
        self.engine.shutdown().await;
        let _ = self.stop.send(true);
    }
}

/// Where the simulated centre's history lives: never in the folder of a real one.
pub fn sample_folder(data: &Path) -> PathBuf {
    data.join("amostra")
}

/// The simulated centre that a newcomer sees.
pub(crate) fn sample_config(zone: &Config) -> Config {
    let source = SourceConfig {
        name: "amostra".into(),
        label: "Dados de exemplo".into(),
        kind: SourceKind::Simulator(SimulatorConfig::default()),
    };
    Config { zone: zone.zone.clone(), sources: vec![source], ..Config::default() }
}

/// Identity of a run, so that a face never takes the numbers of one for those of another.
fn stream_name() -> String {
    let mut bytes = [0u8; 8];
    if getrandom::fill(&mut bytes).is_err() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        bytes = (now.as_nanos() as u64).to_le_bytes();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
