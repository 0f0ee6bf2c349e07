//! Commands about goals, and about what figures are made and judged by, queues included.

use super::Console;
use crate::figures::gather::at_once;
use crate::goals;
use crate::goals::{Asked, Clock, changes_of, row_of};
use crate::queues;
use crate::wire::{GoalsNow, JudgedRow, Judging, LevelsNow, QueueChoice, WindowRow, WireError};
use mirante_engine::Engine;
use mirante_engine::config::judging::{self, GoalConfig, Judged, Judging as Decided};
use mirante_engine::config::{self, Config};
use mirante_floor::{AimWindow, Floor};
use mirante_history::{Decision, History};
use std::sync::Arc;

/// Changes that are told.
const CHANGES: u32 = 100;

impl Console {
    pub(super) async fn goals(&self, window: WindowRow, language: String) -> Result<GoalsNow, WireError> {
        let centre = self.shown();
        let engine = centre.engine.clone();
        let key = (window, language);
        let make = || {
            let (window, language) = key.clone();
            read(engine, move |history, floor, clock| {
                goals::now(history, floor, &Asked { window: &window, language: &language, clock })
            })
        };
        Ok((*centre.goals.get(&key, make).await?).clone())
    }

    pub(super) async fn levels(&self, window: WindowRow) -> Result<LevelsNow, WireError> {
        let centre = self.shown();
        let engine = centre.engine.clone();
        let asked = window.clone();
        let make = || read(engine, move |history, floor, clock| goals::levels(history, floor, &asked, clock));
        Ok((*centre.levels.get(&window, make).await?).clone())
    }

    pub(super) async fn judging(&self, language: String) -> Result<Judging, WireError> {
        let engine = self.shown().engine.clone();
        let told = tokio::task::spawn_blocking(move || {
            let (now, decisions) = (engine.now(), engine.reader()?.decisions(CHANGES)?);
            let judging = |config: &_| goals::judging(config, engine.zone(), now, &language, &decisions);
            Ok::<_, WireError>(engine.live().read(|state| judging(&state.floor.config)))
        });
        told.await.map_err(|error| WireError::internal(error.to_string()))?
    }

    pub(super) async fn judge(&self, by: &str, rows: &[JudgedRow]) -> Result<Vec<JudgedRow>, WireError> {
        let mut config = self.0.config.lock().await;
        let centre = self.shown();
        let engine = centre.engine.clone();
        let ids = engine.sources();
        let changes = changes_of(rows, &ids)?;
        engine.live().read(|state| known_shifts(&changes, &state.floor.config))?;
        let undo = if self.is_in_file() {
            let (path, changes) = (self.0.path.clone(), changes.clone());
            let written = tokio::task::spawn_blocking(move || judging::set_judging(&path, &changes));
            let (new, undo) = written.await.map_err(|error| WireError::internal(error.to_string()))??;
            *config = new;
            engine.configure(&config)?;
            undo
        } else {
            // The sample's own folder remembers them.
            let in_force = engine.live().read(|state| Decided::of(&state.floor.config, engine.zone(), &ids));
            changes.iter().rev().map(|judged: &Judged| in_force.undo(judged)).collect()
        };
        // A simulated centre keeps what it has, unless it is told one by one.
        engine.judge(&changes)?;
        // Whoever asks next is answered by what was just decided.
        engine.flush().await?;
        centre.forget_answers();
        self.keep_decisions(&engine, by, rows).await?;
        Ok(undo.iter().filter_map(|judged| row_of(judged, engine.zone(), &ids)).collect())
    }
}

/// A goal is of a shift that is there: one that nobody defined would never be told of.
fn known_shifts(changes: &[Judged], config: &mirante_floor::Config) -> Result<(), WireError> {
    for judged in changes {
        if let Judged::Goal(GoalConfig { window: AimWindow::Shift(id), aim: Some(_), .. }) = judged
            && !config.shifts.contains_key(id)
        {
            return Err(WireError::invalid(format!("no shift is called {id}")));
        }
    }
    Ok(())
}

impl Console {
    pub(super) async fn configure_queues(
        &self,
        by: &str,
        choices: &[QueueChoice],
        from: Option<&str>,
    ) -> Result<(), WireError> {
        let mut config = self.0.config.lock().await;
        let centre = self.shown();
        let names = centre.engine.sources();
        let zone = centre.engine.zone();
        let from = from.map(crate::goals::date).transpose()?;
        let from = (from.or_else(|| config::judging::day_of(centre.engine.now(), zone)), zone);
        let chosen = centre.engine.live().read(|state| queues::chosen(choices, &state.floor, &names, from))?;
        let queues::Chosen { queues, judged } = chosen;
        let decided: Vec<_> = judged.iter().filter_map(|judged| crate::goals::row_of(judged, zone, &names)).collect();
        if self.is_in_file() {
            let path = self.0.path.clone();
            let changed = tokio::task::spawn_blocking(move || config::set_queues(&path, &queues, &judged));
            *config = changed.await.map_err(|error| WireError::internal(error.to_string()))??;
            centre.engine.configure(&config)?;
        } else {
            // The sample's own folder remembers them.
            centre.engine.configure(&Config { queues, ..Config::default() })?;
            centre.engine.judge(&judged)?;
        }
        centre.forget_answers();
        self.keep_decisions(&centre.engine, by, &decided).await?;
        Ok(())
    }

    /// Whether what is decided is written to the configuration file.
    pub(super) fn is_in_file(&self) -> bool {
        self.0.has_file && self.view().sample.is_none()
    }

    /// Keeps on whose word something was decided.
    pub(super) async fn keep_decisions(&self, engine: &Engine, by: &str, rows: &[JudgedRow]) -> Result<(), WireError> {
        let at_ms = engine.now();
        let decision = |row| Some(Decision { at_ms, by: by.to_owned(), what: serde_json::to_string(row).ok()? });
        if !rows.is_empty() {
            engine.decided(rows.iter().filter_map(decision).collect()).await?;
        }
        Ok(())
    }
}

/// Looks at history together with the floor that goes with it, up to what has happened so far.
async fn read<T: Send + 'static>(
    engine: Arc<Engine>,
    look: impl FnOnce(&History, &Floor, &Clock) -> Result<T, WireError> + Send + 'static,
) -> Result<T, WireError> {
    engine.flush().await?;
    let told = tokio::task::spawn_blocking(move || {
        at_once(&engine.reader()?, |history, past| {
            let seen = past.floor.sites.values().map(|site| site.seen).max();
            let clock = Clock::at(engine.now().max(seen.unwrap_or(i64::MIN)), engine.zone());
            let clock = clock.ok_or_else(|| WireError::internal("the clock shows no time of this world"))?;
            look(history, &past.floor, &clock)
        })
    });
    told.await.map_err(|error| WireError::internal(error.to_string()))?
}
