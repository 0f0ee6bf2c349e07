//! A platform's own counters and record beside what Mirante kept: gathered here, judged by `mirante_metrics::reconcile`.

mod arrivals;
mod gather;
mod logs;

use crate::wire::{ReconcileLog, Reconciliation};
pub(crate) use arrivals::arrivals;
use gather::{Held, queue};
use logs::Log;
use mirante_engine::config::{Config, ConfigError, SourceKind};
use mirante_floor::{Name, SourceId};
use mirante_history::{History, HistoryError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconcileOf {
    /// From then on, Unix ms by our clock.
    pub from: i64,
    /// One queue: its name, or `source/name`; absent: all.
    pub queue: Option<String>,
}

/// A configuration, and the folder where its paths begin.
pub struct Configured {
    pub(crate) config: Config,
    pub(crate) folder: PathBuf,
}

impl Configured {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn read(path: &Path) -> Result<Configured, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Configured { config: Config::read(path)?, folder })
    }
}

/// Before what is compared a call may have entered, ms.
const ENTERED_BEFORE_MS: i64 = 2 * 60 * 60 * 1000;

/// Compares. `config` says where queue_logs lie. Blocks: a log may be on another computer.
pub(crate) fn of(
    history: &History,
    config: Option<&Configured>,
    asked: &ReconcileOf,
) -> Result<Reconciliation, HistoryError> {
    let past = history.floor_at_seq(history.newest_seq()?)?;
    let mut all = Reconciliation { queues: Vec::new(), logs: Vec::new() };
    for source in history.sources()? {
        let Some(site) = past.floor.sites.get(&source.id) else { continue };
        let rows = history.counters(source.id, asked.from)?;
        let mut names: BTreeSet<Name> = site.queues.keys().cloned().collect();
        names.extend(rows.iter().map(|row| row.queue.clone()));
        names.retain(|name| {
            let is_it = |queue: &String| *queue == **name || *queue == format!("{}/{name}", source.name);
            asked.queue.as_ref().is_none_or(is_it)
        });
        if names.is_empty() {
            continue;
        }
        let oldest = rows.iter().map(|row| row.at_ms.unwrap_or(row.seen_ms)).min();
        let log = match oldest {
            // Nothing to hold it against.
            None => Ok(None),
            Some(oldest) => {
                Log::of(config, &source.name, oldest.max(asked.from - ENTERED_BEFORE_MS) - ENTERED_BEFORE_MS)
            }
        };
        let log = match log {
            Ok(log) => {
                if log.is_none() && oldest.is_some() {
                    all.logs.push(ReconcileLog { source: source.id.0, error: None });
                }
                log
            }
            Err(words) => {
                all.logs.push(ReconcileLog { source: source.id.0, error: Some(words) });
                None
            }
        };
        let held = Held { history, past: &past, source: source.id, asked: history.counters_asked(source.id)? };
        for name in names {
            let mine = rows.iter().filter(|row| row.queue == name).cloned().collect();
            all.queues.push(queue(&held, name, mine, log.as_ref())?);
        }
    }
    Ok(all)
}

/// The Asterisk of that name in a configuration.
fn asterisk<'a>(config: &'a Config, name: &str) -> Option<&'a mirante_engine::config::AsteriskConfig> {
    config.sources.iter().find(|source| source.name == name).and_then(|source| match &source.kind {
        SourceKind::Asterisk(asterisk) => Some(&**asterisk),
        SourceKind::Simulator(_) => None,
    })
}

/// The numbers of sources are of a history; rows are named by both.
fn row_id(source: SourceId, name: &Name) -> String {
    crate::rows::row_id(source, name)
}
