//! The partial of the day at each hour's edge: every operation's and kind of campaign's as a text and a picture in a folder from which
//! any program can take them, and by channels.

use crate::figures::{FiguresError, partial, sheet};
use crate::wire::{Partial, WireError};
use jiff::tz::TimeZone;
use mirante_engine::Engine;
use mirante_engine::config::{Config, PartialConfig};
use mirante_engine::send::{Draft, Event, Language, Report, Severity};
use mirante_history::History;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const HOUR: i64 = 3_600_000;
/// How often it is asked whether the hour is over: a simulated one is short.
const LOOK: Duration = Duration::from_millis(500);

/// Where the partial goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Goes {
    /// The folder, and the language there.
    folder: Option<(PathBuf, String)>,
    /// Channels, each with its language.
    channels: Vec<(String, Language)>,
}

impl Goes {
    /// As the configuration has it; relative paths begin at `beside`.
    pub(crate) fn of(partial: &PartialConfig, config: &Config, beside: &Path) -> Goes {
        let language = |name: &String| {
            let channel = config.channels.iter().find(|channel| channel.name == *name)?;
            Some((name.clone(), channel.language))
        };
        Goes {
            folder: partial.folder.as_ref().map(|folder| (beside.join(folder), partial.language.clone())),
            channels: partial.channels.iter().filter_map(language).collect(),
        }
    }
}

/// The first edge of an hour of the operation's day after `ms`; the end of the day is one. Unix ms.
pub(crate) fn edge_after(ms: i64, zone: &TimeZone) -> Option<i64> {
    let (start, next) = day_of(ms, zone)?;
    Some((start + ((ms - start) / HOUR + 1) * HOUR).min(next))
}

/// The last edge of an hour that is not after `ms`. Unix ms.
fn edge_before(ms: i64, zone: &TimeZone) -> Option<i64> {
    let (start, _) = day_of(ms, zone)?;
    Some(start + (ms - start) / HOUR * HOUR)
}

/// First instants of the day that holds an instant, and of the next. Unix ms.
fn day_of(ms: i64, zone: &TimeZone) -> Option<(i64, i64)> {
    let at = jiff::Timestamp::from_millisecond(ms).ok()?.to_zoned(zone.clone());
    let start = at.start_of_day().ok()?.timestamp().as_millisecond();
    let next = at.tomorrow().ok()?.start_of_day().ok()?.timestamp().as_millisecond();
    Some((start, next))
}

/// What is told at an hour's edge: the day that has run up to it.
fn told(history: &History, zone: &TimeZone, edge: i64) -> Result<Partial, FiguresError> {
    partial::partial_until(history, zone, day_of(edge - 1, zone).map(|(start, _)| start), edge)
}

/// What a sheet is called where names go without accents: `sac`, `ativo-sales`.
fn name(id: &str) -> String {
    match id.split_once(':') {
        Some(("c", kind)) => format!("ativo-{kind}"),
        Some((_, "")) | None => "sem-operacao".to_owned(),
        Some((_, operation)) => operation.to_owned(),
    }
}

/// Lays sheets in a folder; whoever reads finds the whole of this hour's or of the last one's. Bounded: one of each.
fn lay(folder: &Path, sheets: &[sheet::Sheet]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for sheet in sheets {
        let name = name(&sheet.id);
        for (ending, words) in [("txt", sheet.text()), ("svg", sheet.picture())] {
            let half = folder.join(format!(".parcial-{name}.{ending}.half"));
            std::fs::write(&half, words)?;
            std::fs::rename(&half, folder.join(format!("parcial-{name}.{ending}")))?;
        }
    }
    Ok(())
}

/// A sheet as channels send it. The next hour's takes its place, if it still waits then.
fn report(sheet: &sheet::Sheet, partial: &Partial, language: Language) -> Report {
    let name = name(&sheet.id);
    let draft = Draft {
        key: format!("partial/{name}/{}", partial.until_ms),
        fingerprint: format!("partial/{name}/{}", partial.from_ms),
        event: Event::Report,
        severity: Severity::Notice,
        title: sheet.head(),
        sentence: sheet.sum(),
        facts: Vec::new(),
        rule: "partial".to_owned(),
        subject: String::new(),
        started: partial.from_ms,
        ended: Some(partial.until_ms),
        members: Vec::new(),
        table: Some(sheet.table()),
        link: None,
        language,
    };
    Report { topic: format!("partial/{name}"), draft, expires_ms: partial.until_ms + HOUR }
}

/// Tells it at each hour's edge until the centre stops.
pub(crate) async fn follow(engine: Arc<Engine>, goes: Goes, mut stop: watch::Receiver<bool>) {
    let Some(mut edge) = edge_after(engine.now(), engine.zone()) else { return };
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = engine.now();
        if now < edge {
            continue;
        }
        // A computer that slept over several tells of the last alone. The end of a day is an edge of that day.
        let due = edge_before(now, engine.zone()).filter(|last| *last > edge).unwrap_or(edge);
        let Some(next) = edge_after(now, engine.zone()) else { return };
        edge = next;
        if let Err(error) = tell(&engine, due, goes.clone()).await {
            tracing::warn!("the partial of the hour is not told: {error}");
        }
    }
}

async fn tell(engine: &Arc<Engine>, edge: i64, goes: Goes) -> Result<(), WireError> {
    // What came before the edge is in history then.
    engine.flush().await?;
    let engine = engine.clone();
    let done = tokio::task::spawn_blocking(move || {
        let sample = engine.live().read(|state| state.floor.config.sources.values().any(|(_, sample)| *sample));
        let partial = told(&engine.reader()?, engine.zone(), edge)?;
        let sheets = |language: &str| sheet::sheets(&partial, language, engine.zone(), sample);
        // A folder that cannot be written keeps nothing from being sent.
        for (channel, language) in &goes.channels {
            for sheet in sheets(language.word()) {
                if !engine.report(channel, report(&sheet, &partial, *language)) {
                    tracing::warn!(%channel, "nothing sends the partial of the hour");
                }
            }
        }
        let Some((folder, language)) = &goes.folder else { return Ok(()) };
        lay(folder, &sheets(language)).map_err(|error| WireError::internal(format!("{}: {error}", folder.display())))
    });
    done.await.map_err(|error| WireError::internal(error.to_string()))?
}

#[cfg(test)]
mod tests;
