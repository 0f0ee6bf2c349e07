//! Figures of a stretch of history, by the definitions of the catalogue. One way to them for every face.

mod gather;

use gather::{Gathered, Stretch};
use mirante_floor::{Floor, SourceId};
use mirante_history::{History, HistoryError};
use mirante_metrics::{
    Absent, Catalogue, Definition, Figure, Formula, Judged, Looked, Measure, Sums, Terms, common, on_target,
};
use std::collections::BTreeMap;

/// What is asked. Times are Unix ms on whole minutes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FiguresOf {
    /// From then on.
    pub from: i64,
    /// Up to, not including.
    pub to: i64,
    /// One queue: its name, or `source/name` where several sources have one; absent: the whole centre and each queue.
    pub queue: Option<String>,
    /// One definition, such as `sl.f4`; absent: all.
    pub definition: Option<String>,
}

/// A figure and what it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureLine {
    /// The source's name and the queue; absent of the whole centre.
    pub queue: Option<(String, String)>,
    /// The service level's time limit, s, where one holds.
    pub seconds: Option<u32>,
    /// Longest wait of a short abandon, s, where one holds.
    pub short_seconds: Option<u32>,
    /// The figure.
    pub figure: Figure,
}

/// Figures of a stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Facts are known up to then, Unix ms; absent where there are none.
    pub known_until: Option<i64>,
    /// How much of the stretch the sources were heard, 0 to 1; absent where none was followed then.
    pub heard: Option<f64>,
    /// The figures, the centre's first.
    pub lines: Vec<FigureLine>,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    /// History cannot be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Nobody defined it.
    #[error("no definition is called {0:?}; there are {all}", all = Catalogue::own().ids().collect::<Vec<_>>().join(", "))]
    NoDefinition(String),
    /// No such queue, or several.
    #[error("no queue is called {0:?} in this stretch, or several sources have one: write source/queue")]
    NoQueue(String),
    /// What is kept by minutes has no figures of parts of them.
    #[error("figures begin and end on whole minutes, and not before they begin")]
    NotMinutes,
}

/// The figures that history gives, by the newest definitions and the limits in force at its newest event: recalculated.
pub(crate) fn of(history: &History, asked: &FiguresOf) -> Result<Figures, FiguresError> {
    let minute = |ms: i64| ms.rem_euclid(mirante_floor::Minute::MS) == 0;
    if !minute(asked.from) || !minute(asked.to) || asked.to < asked.from {
        return Err(FiguresError::NotMinutes);
    }
    let definitions: Vec<&Definition> = match &asked.definition {
        Some(id) => vec![Catalogue::own().newest(id).ok_or_else(|| FiguresError::NoDefinition(id.clone()))?],
        None => Catalogue::own().ids().filter_map(|id| Catalogue::own().newest(id)).collect(),
    };
    // The floor first: a visit that ends between the looks is then open as well, and makes the figures provisional.
    let past = history.floor_at_seq(history.newest_seq()?)?;
    let names: BTreeMap<SourceId, String> = history.sources()?.into_iter().map(|row| (row.id, row.name)).collect();
    let stretch = Stretch { from: asked.from, to: asked.to, now: past.seen.unwrap_or(i64::MIN) };
    let gathered = Gathered::of(history, &past.floor, stretch, &definitions)?;
    let found = asked.queue.as_ref().map(|queue| found(queue, &gathered, &names)).transpose()?;
    let mut lines = Vec::new();
    let mut judged = Vec::new();
    for (key, sums) in &gathered.queues {
        let (terms, percent) = terms_of(&past.floor, key);
        #[allow(clippy::expect_used)] // a constant, which a test reads
        let level = Catalogue::own().newest("sl.f4").expect("the default service level");
        judged.push(Judged { sums, terms, level, percent });
    }
    let looked = |open| Looked { to: asked.to, now: stretch.now, open, heard: gathered.is_heard() };
    if asked.queue.is_none() {
        let mut centre = gathered.centre.clone();
        gathered.queues.values().for_each(|sums| centre.merge(sums));
        centre.journeys.clone_from(&gathered.centre.journeys);
        let terms = common(judged.iter().map(|queue| queue.terms));
        for definition in &definitions {
            let figure = match definition.formula {
                Formula::QueuesOnTarget {} => on_target(definition, &judged, looked(gathered.is_open())),
                _ => centre.figure(definition, terms, looked(gathered.is_open())),
            };
            lines.push(line(None, definition, terms, figure));
        }
    }
    for (key, sums) in gathered.queues.iter().filter(|(key, _)| found.as_ref().is_none_or(|found| found == *key)) {
        let (terms, _) = terms_of(&past.floor, key);
        let queue = (names.get(&key.0).cloned().unwrap_or_default(), key.1.to_string());
        for definition in &definitions {
            let figure = sums.figure(definition, terms, looked(gathered.open.contains(key)));
            // What is not told of queues is only worth a line to whoever asks for it.
            if asked.definition.is_some() || !matches!(figure.value, Err(Absent::NotOfThis | Absent::NoEvent)) {
                lines.push(line(Some(queue.clone()), definition, terms, figure));
            }
        }
    }
    Ok(Figures { known_until: past.seen, heard: gathered.heard(), lines })
}

type Key = (SourceId, mirante_floor::Name);

fn line(queue: Option<(String, String)>, definition: &Definition, terms: Terms, figure: Figure) -> FigureLine {
    let by_limit = definition.measures().any(Measure::is_by_limit);
    let by_short = definition.measures().any(|measure| measure == Measure::ShortAbandoned);
    let (seconds, short_seconds) = (terms.seconds.filter(|_| by_limit), terms.short_seconds.filter(|_| by_short));
    FigureLine { queue, seconds, short_seconds, figure }
}

fn terms_of(floor: &Floor, (source, queue): &Key) -> (Terms, u8) {
    let setup = floor.config.queue(*source, queue);
    (Terms::new(setup.goal.seconds, Terms::SHORT), setup.goal.percent)
}

fn found(queue: &str, gathered: &Gathered, names: &BTreeMap<SourceId, String>) -> Result<Key, FiguresError> {
    let is = |(source, name): &&Key| {
        let source = names.get(source).map(String::as_str).unwrap_or_default();
        *name == queue || queue.strip_prefix(source).and_then(|rest| rest.strip_prefix('/')) == Some(name)
    };
    let mut found = gathered.queues.keys().filter(is);
    match (found.next(), found.next()) {
        (Some(key), None) => Ok(key.clone()),
        _ => Err(FiguresError::NoQueue(queue.to_owned())),
    }
}

/// Sums by queue.
type Queues = BTreeMap<Key, Sums>;

#[cfg(test)]
mod tests;
