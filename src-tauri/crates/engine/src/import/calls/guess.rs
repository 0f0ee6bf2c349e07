//! What the columns of a report say, by their heads and by what stands in them. A guess: people look at it before anything is taken in.

use super::heads::HEADS;
use super::mapping::{Dates, Field, Mapping, Unit};
use super::outcome::known;
use super::value::{Lasted, lasted, moment, written};
use crate::sheet::{Cell, Row, plain};
use std::collections::BTreeSet;

/// Lines among which the heads are.
const HEAD_AMONG: usize = 30;
/// Values of a column that are looked at.
const VALUES: usize = 100;

/// A report's heads and rows below them, and what they seem to say.
pub(super) struct Guess {
    pub(super) header: u64,
    pub(super) heads: Vec<String>,
    /// What stands in each column, of the first rows.
    pub(super) samples: Vec<Vec<Cell>>,
    pub(super) mapping: Mapping,
    /// Dates can be read in two ways, and nothing tells which.
    pub(super) dates_doubtful: bool,
}

/// Guesses by the first rows. What `wished` says stands.
pub(super) fn guess(rows: &[Row], wished: Option<&Mapping>) -> Guess {
    let header = wished.and_then(|wished| wished.header).unwrap_or_else(|| header(rows));
    let cells = |row: &Row| row.cells.as_ref().ok().cloned();
    let heads = rows.iter().find(|row| row.line == header).and_then(cells).unwrap_or_default();
    let below: Vec<Vec<Cell>> = rows.iter().filter(|row| row.line > header).filter_map(cells).collect();
    let width = below.iter().take(VALUES).map(Vec::len).max().unwrap_or(0).max(heads.len());
    let heads: Vec<String> = (0..width)
        .map(|place| heads.get(place).map(|head| crate::names::clean(&head.words())).unwrap_or_default())
        .collect();
    let column = |place: usize| -> Vec<Cell> {
        let values = below.iter().filter_map(|row| row.get(place)).filter(|cell| !cell.is_empty());
        values.take(VALUES).cloned().collect()
    };
    let samples: Vec<Vec<Cell>> = (0..width).map(column).collect();
    let mut mapping = wished.cloned().unwrap_or_default();
    mapping.header = Some(header);
    let mut dates_doubtful = false;
    if wished.is_none_or(|wished| wished.columns.is_empty()) {
        columns(&heads, &samples, &mut mapping);
        let entered = mapping.columns.get(&Field::Entered).cloned();
        let place = entered.and_then(|_| mapping.places(&heads).ok()?.get(&Field::Entered).copied());
        let texts = || {
            let cells = place.and_then(|place| samples.get(place)).into_iter().flatten();
            cells.filter_map(|cell| if let Cell::Text(text) = cell { Some(text.clone()) } else { None })
        };
        match written(texts()) {
            Some(dates) => mapping.dates = dates,
            None => {
                mapping.dates = Dates::Dmy;
                let other = |text: &String| {
                    let first: Option<u32> = text.split(['/', '-', '.']).next().and_then(|part| part.parse().ok());
                    first.is_some_and(|first| first <= 12) && text.contains('/')
                };
                dates_doubtful = texts().any(|text| other(&text));
            }
        }
    }
    Guess { header, heads, samples, mapping, dates_doubtful }
}

/// The line that names the columns; 0 if none does.
fn header(rows: &[Row]) -> u64 {
    let rows: Vec<(u64, &Vec<Cell>)> =
        rows.iter().take(HEAD_AMONG).filter_map(|row| Some((row.line, row.cells.as_ref().ok()?))).collect();
    let is_head = |cell: &Cell| matches!(cell, Cell::Text(text) if by_head(&plain(text)).is_some());
    let named = |cells: &Vec<Cell>| cells.iter().filter(|cell| is_head(cell)).count();
    let best = rows
        .iter()
        .map(|(line, cells)| (named(cells), *line))
        .max_by_key(|(named, line)| (*named, std::cmp::Reverse(*line)));
    if let Some((2.., line)) = best {
        return line;
    }
    // Heads in words that are not known: a line of words above one with a moment.
    let has_moment = |cells: &Vec<Cell>| cells.iter().any(is_moment);
    let first = rows.iter().position(|(_, cells)| has_moment(cells)).unwrap_or(0);
    let above = first.checked_sub(1).and_then(|above| rows.get(above));
    above.filter(|(_, cells)| cells.iter().filter(|cell| !cell.is_empty()).count() >= 2).map_or(0, |(line, _)| *line)
}

fn by_head(head: &str) -> Option<Field> {
    HEADS.iter().find(|(_, words)| words.contains(&head)).map(|(field, _)| *field)
}

fn is_moment(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) => {
            text.contains(['/', '-', '.', ':'])
                && moment(cell, None, Dates::Dmy).or(moment(cell, None, Dates::Mdy)).is_some()
        }
        Cell::Date(days) => *days >= 1.0,
        _ => false,
    }
}

fn columns(heads: &[String], samples: &[Vec<Cell>], mapping: &mut Mapping) {
    let plains: Vec<String> = heads.iter().map(|head| plain(head)).collect();
    let mut taken = BTreeSet::new();
    let share = |place: usize, is: &dyn Fn(&Cell) -> bool| {
        let cells = samples.get(place).map(Vec::as_slice).unwrap_or_default();
        let some = cells.iter().filter(|cell| is(cell)).count();
        if cells.is_empty() { 0.0 } else { some as f64 / cells.len() as f64 }
    };
    let is_time = |cell: &Cell| {
        matches!(cell, Cell::Date(days) if *days < 1.0)
            || matches!(cell, Cell::Text(text) if text.len() <= 12 && text.contains(':') && !text.contains('/'))
    };
    let is_lasted = |cell: &Cell| matches!(lasted(cell, &Mapping::default()), Lasted::For(_) | Lasted::Negative);
    // What a head says is believed unless what stands below says otherwise.
    let fits = |field: Field, place: usize| match field {
        _ if samples.get(place).is_none_or(Vec::is_empty) => true,
        Field::Entered => {
            share(place, &|cell| moment(cell, None, Dates::Dmy).or(moment(cell, None, Dates::Mdy)).is_some()) >= 0.5
        }
        Field::Answered | Field::Ended => share(place, &is_moment) >= 0.5,
        Field::EnteredTime => share(place, &is_time) >= 0.5,
        Field::Wait | Field::Talk => share(place, &is_lasted) >= 0.5,
        Field::Outcome => share(place, &|cell| matches!(cell, Cell::Text(_))) >= 0.5,
        _ => true,
    };
    for (field, words) in HEADS {
        let by_word = words.iter().find_map(|word| {
            plains
                .iter()
                .enumerate()
                .position(|(place, head)| head == word && !taken.contains(&place) && fits(*field, place))
        });
        // "Tempo de espera (s)", "Data da entrada na fila".
        let by_part = || {
            let parts = words.iter().filter(|word| word.len() >= 5);
            parts
                .filter_map(|word| {
                    plains.iter().enumerate().position(|(place, head)| {
                        head.starts_with(*word) && !taken.contains(&place) && fits(*field, place)
                    })
                })
                .next()
        };
        if let Some(place) = by_word.or_else(by_part) {
            taken.insert(place);
            mapping.columns.insert(*field, Mapping::name(heads, place));
            if matches!(field, Field::Wait | Field::Talk) {
                match &plains[place] {
                    head if head.ends_with("ms") && !head.ends_with("ems") => mapping.unit = Unit::Ms,
                    head if head.ends_with("min") || head.ends_with("minutos") => mapping.unit = Unit::Min,
                    _ => {}
                }
            }
        }
    }
    // No head for the moment, or none at all: the first column of moments.
    let free = |taken: &BTreeSet<usize>, is: &dyn Fn(usize) -> bool| {
        (0..heads.len()).find(|place| !taken.contains(place) && is(*place))
    };
    if !mapping.columns.contains_key(&Field::Entered)
        && let Some(place) = free(&taken, &|place| share(place, &is_moment) >= 0.8)
    {
        taken.insert(place);
        mapping.columns.insert(Field::Entered, Mapping::name(heads, place));
    }
    let is_told = mapping.columns.contains_key(&Field::Outcome);
    if !is_told {
        let is_word = |cell: &Cell| known(&cell.words()).is_some();
        if let Some(place) = free(&taken, &|place| share(place, &is_word) >= 0.5) {
            taken.insert(place);
            mapping.columns.insert(Field::Outcome, Mapping::name(heads, place));
        }
    }
    // A time of day is only of use beside a day without one.
    let has_time = |cell: &Cell| match cell {
        Cell::Text(text) => text.contains(':'),
        Cell::Date(days) | Cell::Number(days) => days.fract() != 0.0,
        _ => false,
    };
    let entered =
        mapping.columns.get(&Field::Entered).and_then(|_| mapping.places(heads).ok()?.get(&Field::Entered).copied());
    if entered.is_none_or(|place| share(place, &has_time) >= 0.5) {
        mapping.columns.remove(&Field::EnteredTime);
    }
}
