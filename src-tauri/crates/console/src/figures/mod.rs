//! Figures of a stretch of history, by the definitions of the catalogue. One way to them for every face.

pub(crate) mod card;
pub(crate) mod gather;
pub(crate) mod judge;
pub(crate) mod partial;
pub(crate) mod sheet;

use crate::goals::hidden;
use gather::{Gathered, Stretch};
use jiff::tz::TimeZone;
use judge::{Book, Held};
use mirante_floor::{Floor, ProfileOf, SourceId};
use mirante_history::{History, HistoryError, Past};
use mirante_metrics::{
    Absent, Catalogue, Definition, Figure, Formula, Judged, Looked, Measure, Span, Sums, Terms, Why, Words, common,
    on_target,
};
use std::collections::BTreeMap;

/// By which decisions and definitions figures are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Basis {
    /// By those in force then ("como foi").
    #[default]
    AsWas,
    /// By those in force at the newest event ("recalculado").
    Recalculated,
}

impl Basis {
    /// The stable word in exports.
    pub fn word(self) -> &'static str {
        match self {
            Basis::AsWas => "as_was",
            Basis::Recalculated => "recalculated",
        }
    }
}

/// What is asked. Times are Unix ms on whole minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiguresOf {
    /// From then on.
    pub from: i64,
    /// Up to, not including.
    pub to: i64,
    /// One queue: its name, or `source/name` where several sources have one; absent: the whole centre and each queue.
    pub queue: Option<String>,
    /// One definition, such as `sl.f4`, or the one that was chosen of a family, such as `sl`; absent: all definitions.
    pub definition: Option<String>,
    /// By which decisions and definitions.
    pub basis: Basis,
    /// Zone of the operation, in which definitions hold from a day on.
    pub zone: TimeZone,
}

impl FiguresOf {
    /// Everything of a stretch as it was, Unix ms.
    pub fn new(from: i64, to: i64, zone: TimeZone) -> Self {
        FiguresOf { from, to, queue: None, definition: None, basis: Basis::default(), zone }
    }
}

/// A figure and what it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureLine {
    /// The source's name and the queue; absent of the whole centre.
    pub queue: Option<(String, String)>,
    /// Of which stretch, Unix ms: all that was asked, or a part of it in which one rule or definition held.
    pub span: Span,
    /// People chose it to stand for its family, in all queues that it is of.
    pub chosen: bool,
    /// The service level's time limit, s, where one holds.
    pub seconds: Option<u32>,
    /// Longest wait of a short abandon, s, where one holds.
    pub short_seconds: Option<u32>,
    /// Why the queue's operation does not look at it, if it does not.
    pub hidden: Option<Words>,
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
    /// By which decisions and definitions they are made.
    pub basis: Basis,
    /// The figures of the whole stretch, the centre's first; then, where something that they are made by changed, those of the
    /// parts that differ.
    pub lines: Vec<FigureLine>,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    /// History cannot be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Nobody defined it.
    #[error("no definition is called {0:?}; there are {all}", all = all_ids())]
    NoDefinition(String),
    /// No such queue, or several.
    #[error("no queue is called {0:?} in this stretch, or several sources have one: write source/queue")]
    NoQueue(String),
    /// What is kept by minutes has no figures of parts of them.
    #[error("figures begin and end on whole minutes, and not before they begin")]
    NotMinutes,
    /// Longer than a screen shows.
    #[error("a screen shows at most {} days; a longer stretch is a report", LONGEST / 86_400_000)]
    Long,
    /// No calendar has it.
    #[error("no calendar has a day at that time")]
    NoDay,
}

/// The longest stretch that a screen shows, ms.
pub(crate) const LONGEST: i64 = 62 * 86_400_000;

/// The figures that history gives.
pub(crate) fn of(history: &History, asked: &FiguresOf) -> Result<Figures, FiguresError> {
    let minute = |ms: i64| ms.rem_euclid(mirante_floor::Minute::MS) == 0;
    if !minute(asked.from) || !minute(asked.to) || asked.to < asked.from {
        return Err(FiguresError::NotMinutes);
    }
    let wanted = wanted(asked.definition.as_deref())?;
    gather::at_once(history, |history, past| within(history, &past, asked, &wanted))
}

fn within(history: &History, past: &Past, asked: &FiguresOf, wanted: &[Wanted]) -> Result<Figures, FiguresError> {
    let now = past.seen.unwrap_or(i64::MIN);
    let names: BTreeMap<SourceId, String> = history.sources()?.into_iter().map(|row| (row.id, row.name)).collect();
    let book = Book { config: &past.floor.config, zone: &asked.zone, basis: asked.basis, now };
    let read = Reading { history, floor: &past.floor, book, wanted, names: &names, asked };
    let span = Span { from: asked.from, to: asked.to };
    let gathered = read.gather(span)?;
    let found = asked.queue.as_ref().map(|queue| found(queue, &gathered, &names)).transpose()?;
    let shown = gathered.queues.keys().filter(|key| found.as_ref().is_none_or(|found| found == *key));
    let mut parts = vec![asked.from];
    parts.extend(book.changes(shown, asked.from, asked.to));
    let mut lines = read.lines(&gathered, span, &parts, found.as_ref());
    if parts.len() > 1 {
        for (nth, from) in parts.iter().enumerate() {
            let span = Span { from: *from, to: parts.get(nth + 1).copied().unwrap_or(asked.to) };
            let some = read.lines(&read.gather(span)?, span, &[*from], found.as_ref());
            // What is the same all the time is told once.
            let whole = |line: &FigureLine| {
                lines.iter().find(|whole| whole.queue == line.queue && whole.is_like(line) && whole.span != line.span)
            };
            let differs = |line: &FigureLine| whole(line).is_none_or(|whole| !whole.is_made_as(line));
            let differing: Vec<FigureLine> = some.into_iter().filter(differs).collect();
            lines.extend(differing);
        }
    }
    Ok(Figures { known_until: past.seen, heard: gathered.heard(), basis: asked.basis, lines })
}

impl FiguresError {
    /// The same for people, in Portuguese, English or Spanish.
    pub fn words(&self, language: &str) -> String {
        let of = |pt: String, en: String, es: String| match language {
            "en" => en,
            "es" => es,
            _ => pt,
        };
        match self {
            FiguresError::History(error) => error.to_string(),
            FiguresError::NoDefinition(id) => {
                let all = all_ids();
                of(
                    format!("nenhuma definição se chama {id:?}; existem {all}"),
                    format!("no definition is called {id:?}; there are {all}"),
                    format!("ninguna definición se llama {id:?}; existen {all}"),
                )
            }
            FiguresError::NoQueue(queue) => of(
                format!(
                    "nenhuma fila se chama {queue:?} neste período, ou várias conexões têm uma: escreva conexão/fila"
                ),
                self.to_string(),
                format!(
                    "ninguna cola se llama {queue:?} en este período, o varias conexiones tienen una: escriba conexión/cola"
                ),
            ),
            FiguresError::Long => of(
                "uma tela mostra no máximo 62 dias; um período maior é um relatório".to_owned(),
                self.to_string(),
                "una pantalla muestra como máximo 62 días; un período mayor es un informe".to_owned(),
            ),
            FiguresError::NoDay => of(
                "nenhum calendário tem um dia nesse instante".to_owned(),
                self.to_string(),
                "ningún calendario tiene un día en ese instante".to_owned(),
            ),
            FiguresError::NotMinutes => of(
                "os indicadores começam e terminam em minutos inteiros, e não antes de começar".to_owned(),
                self.to_string(),
                "los indicadores empiezan y terminan en minutos enteros, y no antes de empezar".to_owned(),
            ),
        }
    }
}

fn all_ids() -> String {
    let families = Catalogue::own().families().iter().map(|family| family.id.as_str());
    families.chain(Catalogue::own().ids()).collect::<Vec<_>>().join(", ")
}

/// A definition, or whichever was chosen of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Definition(&'static str),
    Family(&'static str),
}

fn wanted(id: Option<&str>) -> Result<Vec<Wanted>, FiguresError> {
    let catalogue = Catalogue::own();
    let Some(id) = id else { return Ok(catalogue.ids().map(Wanted::Definition).collect()) };
    let family = catalogue.family(id).map(|family| Wanted::Family(&family.id));
    let definition = || catalogue.ids().find(|known| *known == id).map(Wanted::Definition);
    let one = family.or_else(definition).ok_or_else(|| FiguresError::NoDefinition(id.to_owned()))?;
    Ok(vec![one])
}

impl FigureLine {
    /// Of the same definition or family.
    fn is_like(&self, other: &FigureLine) -> bool {
        let id = |line: &FigureLine| line.figure.definition.split('@').next().unwrap_or_default().to_owned();
        let family = |line: &FigureLine| {
            let id = id(line);
            Catalogue::own().family_of(&id).map(|family| family.id.clone()).filter(|_| line.chosen).unwrap_or(id)
        };
        id(self) == id(other) || family(self) == family(other)
    }

    /// By the same definition, version and limits.
    fn is_made_as(&self, other: &FigureLine) -> bool {
        self.figure.definition == other.figure.definition
            && (self.seconds, self.short_seconds) == (other.seconds, other.short_seconds)
            && self.chosen == other.chosen
            && (self.figure.value != Err(Absent::UnequalTerms) || other.figure.value == Err(Absent::UnequalTerms))
    }
}

/// What one question reads.
struct Reading<'a> {
    history: &'a History,
    floor: &'a Floor,
    book: Book<'a>,
    wanted: &'a [Wanted],
    names: &'a BTreeMap<SourceId, String>,
    asked: &'a FiguresOf,
}

impl Reading<'_> {
    fn gather(&self, span: Span) -> Result<Gathered, HistoryError> {
        let catalogue = Catalogue::own();
        let ids = self.wanted.iter().flat_map(|wanted| match wanted {
            Wanted::Definition(id) => vec![*id],
            Wanted::Family(id) => catalogue
                .family(id)
                .map_or_else(Vec::new, |family| family.variants.iter().map(String::as_str).collect()),
        });
        let definitions: Vec<&Definition> = ids.filter_map(|id| catalogue.newest(id)).collect();
        Gathered::of(
            self.history,
            self.floor,
            Stretch { from: span.from, to: span.to, now: self.book.now },
            &definitions,
        )
    }

    /// Figures of a stretch that consists of parts which begin then.
    fn lines(&self, gathered: &Gathered, span: Span, parts: &[i64], found: Option<&Key>) -> Vec<FigureLine> {
        let mut lines = Vec::new();
        let held: BTreeMap<&Key, Held> = gathered.queues.keys().map(|key| (key, self.book.held(key, parts))).collect();
        let looked = |open| Looked { to: span.to, now: self.book.now, open, heard: gathered.is_heard() };
        if found.is_none() {
            let mut centre = gathered.centre.clone();
            gathered.queues.values().for_each(|sums| centre.merge(sums));
            centre.journeys.clone_from(&gathered.centre.journeys);
            let terms = common(held.values().map(|held| held.terms));
            let looked = looked(gathered.is_open());
            for wanted in self.wanted {
                let (definition, chosen) = self.made(*wanted, parts, &held.values().collect::<Vec<_>>());
                let figure = match definition {
                    Ok(definition) => match definition.formula {
                        Formula::QueuesOnTarget {} => self.on_target(definition, gathered, &held, parts, looked),
                        _ => centre.figure(definition, terms, looked),
                    },
                    Err(definition) => Figure::absent(definition, Absent::UnequalTerms),
                };
                lines.push(line(None, span, chosen, terms, figure));
            }
        }
        for (key, sums) in gathered.queues.iter().filter(|(key, _)| found.is_none_or(|found| found == *key)) {
            let Some(held) = held.get(key) else { continue };
            let queue = (self.names.get(&key.0).cloned().unwrap_or_default(), key.1.to_string());
            for wanted in self.wanted {
                let (definition, chosen) = self.made(*wanted, parts, &[held]);
                let figure = match definition {
                    Ok(definition) => sums.figure(definition, held.terms, looked(gathered.open.contains(key))),
                    Err(definition) => Figure::absent(definition, Absent::UnequalTerms),
                };
                // What is not told of queues is only worth a line to whoever asks for it.
                if self.asked.definition.is_some() || !matches!(figure.value, Err(Absent::NotOfThis | Absent::NoEvent))
                {
                    let hidden = self.hidden(key, &figure);
                    lines.push(FigureLine { hidden, ..line(Some(queue.clone()), span, chosen, held.terms, figure) });
                }
            }
        }
        lines
    }

    /// Why a queue's operation does not look at a figure.
    fn hidden(&self, key: &Key, figure: &Figure) -> Option<Words> {
        let of = ProfileOf::Operation(self.floor.config.queue(key.0, &key.1).operation?);
        let id = figure.definition.split('@').next().unwrap_or_default();
        Some(match hidden::why(&self.floor.config, of, id)? {
            Why::Misleads(words) | Why::NoTickets(words) => words.clone(),
            Why::Decided(words) => Words { pt: words.to_owned(), en: words.to_owned(), es: words.to_owned() },
        })
    }

    /// The definition that makes a figure, or the newest of those that would if there were one; and whether it was chosen.
    fn made(
        &self,
        wanted: Wanted,
        parts: &[i64],
        held: &[&Held],
    ) -> (Result<&'static Definition, &'static Definition>, bool) {
        let catalogue = Catalogue::own();
        let (id, chosen) = match wanted {
            Wanted::Definition(id) => {
                let family = catalogue.family_of(id);
                let chosen = family.is_some_and(|family| {
                    !held.is_empty() && held.iter().all(|held| held.chosen(&family.id) == Some(id))
                });
                (Ok(id), chosen)
            }
            Wanted::Family(id) => {
                let usual = catalogue.family(id).map_or(id, |family| &family.usual);
                let first = held.first().map_or(Some(usual), |held| held.chosen(id));
                let one = first.filter(|first| held.iter().all(|held| held.chosen(id) == Some(*first)));
                (one.ok_or(usual), true)
            }
        };
        #[allow(clippy::expect_used)] // ids of the catalogue itself
        let newest = |id| catalogue.newest(id).expect("an id of the catalogue");
        let definition = id.map_err(newest).and_then(|id| self.book.definition(id, parts).ok_or_else(|| newest(id)));
        (definition, chosen)
    }

    fn on_target(
        &self,
        definition: &Definition,
        gathered: &Gathered,
        held: &BTreeMap<&Key, Held>,
        parts: &[i64],
        looked: Looked,
    ) -> Figure {
        let judged = gathered.queues.iter().map(|(key, sums)| {
            let held = held.get(key)?;
            let level = self.book.definition(held.chosen("sl")?, parts)?;
            Some(Judged { sums, terms: held.terms, level, percent: held.percent? })
        });
        match judged.collect::<Option<Vec<_>>>() {
            Some(judged) => on_target(definition, &judged, looked),
            None => Figure::absent(definition, Absent::UnequalTerms),
        }
    }
}

type Key = (SourceId, mirante_floor::Name);

fn line(queue: Option<(String, String)>, span: Span, chosen: bool, terms: Terms, figure: Figure) -> FigureLine {
    let definition = Catalogue::own().named(&figure.definition);
    let has = |is: fn(Measure) -> bool| definition.is_some_and(|definition| definition.measures().any(is));
    let seconds = terms.seconds.filter(|_| has(Measure::is_by_limit));
    let short_seconds = terms.short_seconds.filter(|_| has(|measure| measure == Measure::ShortAbandoned));
    FigureLine { queue, span, chosen, seconds, short_seconds, hidden: None, figure }
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
pub(crate) mod tests;

#[cfg(test)]
mod removed;
#[cfg(test)]
mod same_day;
