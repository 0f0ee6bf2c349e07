//! The partial of the day at each hour's edge: a text and a picture for every operation and kind of campaign, laid in a folder from
//! which any program can take them.

use crate::figures::{FiguresError, partial, sheet};
use crate::wire::WireError;
use jiff::tz::TimeZone;
use mirante_engine::Engine;
use mirante_engine::config::PartialConfig;
use mirante_history::History;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const HOUR: i64 = 3_600_000;
/// How often it is asked whether the hour is over: a simulated one is short.
const LOOK: Duration = Duration::from_millis(500);

/// What is sent of one operation or kind of campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// Which: `sac`, `ativo-sales`.
    pub(crate) name: String,
    /// Lines that stay aligned in a chat.
    pub(crate) text: String,
    /// The same as a picture, `image/svg+xml`.
    pub(crate) picture: String,
}

/// The first edge of an hour of the operation's day after `ms`; the end of the day is one. Unix ms.
pub(crate) fn edge_after(ms: i64, zone: &TimeZone) -> Option<i64> {
    let at = jiff::Timestamp::from_millisecond(ms).ok()?.to_zoned(zone.clone());
    let start = at.start_of_day().ok()?.timestamp().as_millisecond();
    let next = at.tomorrow().ok()?.start_of_day().ok()?.timestamp().as_millisecond();
    Some((start + ((ms - start) / HOUR + 1) * HOUR).min(next))
}

/// What is told at an hour's edge: the day that has run up to it.
pub(crate) fn told(
    history: &History,
    zone: &TimeZone,
    edge: i64,
    language: &str,
    sample: bool,
) -> Result<Vec<Told>, FiguresError> {
    let at = jiff::Timestamp::from_millisecond(edge - 1).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let day = at.start_of_day().map(|day| day.timestamp().as_millisecond()).ok();
    let partial = partial::partial_until(history, zone, day, edge)?;
    let name = |id: &str| match id.split_once(':') {
        Some(("c", kind)) => format!("ativo-{kind}"),
        Some((_, "")) | None => "sem-operacao".to_owned(),
        Some((_, operation)) => operation.to_owned(),
    };
    let sheets = sheet::sheets(&partial, language, zone, sample);
    Ok(sheets
        .iter()
        .map(|sheet| Told { name: name(&sheet.id), text: sheet.text(), picture: sheet.picture() })
        .collect())
}

/// Lays what is told in a folder; whoever reads finds the whole of this hour's or of the last one's. Bounded: one of each.
pub(crate) fn lay(folder: &Path, told: &[Told]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for one in told {
        for (ending, words) in [("txt", &one.text), ("svg", &one.picture)] {
            let half = folder.join(format!(".parcial-{}.{ending}.half", one.name));
            std::fs::write(&half, words)?;
            std::fs::rename(&half, folder.join(format!("parcial-{}.{ending}", one.name)))?;
        }
    }
    Ok(())
}

/// Tells it at each hour's edge until the centre stops. `beside`: where relative paths begin.
pub(crate) async fn follow(
    engine: Arc<Engine>,
    config: PartialConfig,
    beside: PathBuf,
    mut stop: watch::Receiver<bool>,
) {
    let folder = beside.join(&config.folder);
    let Some(mut edge) = edge_after(engine.now(), engine.zone()) else { return };
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        if engine.now() < edge {
            continue;
        }
        let (due, language) = (edge, config.language.clone());
        let Some(next) = edge_after(engine.now(), engine.zone()) else { return };
        edge = next;
        if let Err(error) = tell(&engine, due, language, folder.clone()).await {
            tracing::warn!("the partial of the hour is not told: {error}");
        }
    }
}

async fn tell(engine: &Arc<Engine>, edge: i64, language: String, folder: PathBuf) -> Result<(), WireError> {
    // What came before the edge is in history then.
    engine.flush().await?;
    let engine = engine.clone();
    let done = tokio::task::spawn_blocking(move || {
        let sample = engine.live().read(|state| state.floor.config.sources.values().any(|(_, sample)| *sample));
        let told = told(&engine.reader()?, engine.zone(), edge, &language, sample)?;
        lay(&folder, &told).map_err(|error| WireError::internal(format!("{}: {error}", folder.display())))
    });
    done.await.map_err(|error| WireError::internal(error.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn an_edge_is_of_the_operations_own_hours() {
        let edge = |at: &str, zone: &str| edge_after(ms(at), &TimeZone::get(zone).unwrap()).unwrap();
        let paulo = "America/Sao_Paulo";
        assert_eq!(edge("2026-11-22T14:37:12-03:00", paulo), ms("2026-11-22T15:00:00-03:00"));
        assert_eq!(edge("2026-11-22T15:00:00-03:00", paulo), ms("2026-11-22T16:00:00-03:00"));
        assert_eq!(edge("2026-11-22T23:59:59-03:00", paulo), ms("2026-11-23T00:00:00-03:00"));
        // Half an hour from everybody else's, and a day that begins at one because midnight was skipped.
        assert_eq!(edge("2026-11-22T14:37:00+05:30", "Asia/Kolkata"), ms("2026-11-22T15:00:00+05:30"));
        assert_eq!(edge("2018-11-03T23:30:00-03:00", paulo), ms("2018-11-04T01:00:00-02:00"));
    }

    #[test]
    fn a_folder_holds_the_newest_of_each_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().join("parciais");
        let one = |text: &str| Told { name: "sac".into(), text: text.into(), picture: "<svg/>".into() };
        lay(&into, &[one("14h")]).unwrap();
        lay(&into, &[one("15h")]).unwrap();
        let mut names: Vec<String> =
            std::fs::read_dir(&into).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["parcial-sac.svg", "parcial-sac.txt"]);
        assert_eq!(std::fs::read_to_string(into.join("parcial-sac.txt")).unwrap(), "15h");
    }
}
