//! How long what is kept is kept, why, and what would go: for faces and for the terminal.

mod basis;

pub use basis::{Basis, basis, closing};

use mirante_engine::config::{Config, ConfigError};
use mirante_history::{Going, History, HistoryError, OpenOptions, Removal};
use std::path::{Path, PathBuf};

/// Why nothing can be said or removed.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// History cannot be read, or not be written while a hub runs.
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// What one rule takes from one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionLine {
    /// The rule's word in the configuration.
    pub rule: &'static str,
    /// How long it keeps, as the configuration says it.
    pub keep: String,
    /// What goes.
    pub going: Going,
}

/// The rules of a data folder, nobody need be running for it.
pub struct Retention {
    data: PathBuf,
    config: Config,
}

impl Retention {
    /// Reads the rules: from `config`, else from `mirante.toml` in the data folder, else the usual ones.
    ///
    /// # Errors
    /// When the file cannot be understood.
    pub fn read(data: &Path, config: Option<&Path>) -> Result<Retention, RetentionError> {
        let config = match config {
            Some(path) => Config::read(path)?,
            None => Config::read_or_empty(&data.join("mirante.toml"))?,
        };
        Ok(Retention { data: data.to_owned(), config })
    }

    /// What would go at `now_ms`, Unix ms, a line a table. Changes nothing; a hub may be running.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn preview(&self, now_ms: i64) -> Result<Vec<RetentionLine>, RetentionError> {
        let history = History::open(&self.data, &OpenOptions::reader())?;
        let limits = self.config.retention.limits(now_ms, &self.config.zone);
        let line = |going: Going| RetentionLine {
            rule: going.rule.word(),
            keep: self.config.retention.of(going.rule).to_string(),
            going,
        };
        let newest = history.floor_at_seq(history.newest_seq()?)?;
        let in_use = mirante_engine::in_use(&newest.floor);
        Ok(history.going(&limits, &in_use)?.into_iter().map(line).collect())
    }

    /// Removes it, and gives the receipts of what has gone now. `progress` hears of rows as they go.
    ///
    /// # Errors
    /// [`HistoryError::Busy`] while a hub runs, which does it by itself; when history cannot be written.
    pub fn apply(&self, now_ms: i64, progress: impl FnMut(u64)) -> Result<Vec<Removal>, RetentionError> {
        let mut history = History::open(&self.data, &OpenOptions::writer())?;
        let limits = self.config.retention.limits(now_ms, &self.config.zone);
        mirante_engine::remove_too_old(&mut history, limits, now_ms, progress)?;
        Ok(history.removals()?.into_iter().filter(|removal| removal.removed_ms == now_ms).collect())
    }
}
