//! What would come of a report, before anything does.

use super::CallsError;
use super::guess::{Guess, guess};
use super::mapping::{Dates, Field, Mapping};
use super::outcome::Meaning;
use super::row::{Call, Fault, Read, Reading};
use super::value::written;
use crate::sheet::{Cell, Format, Row, Sheet, SheetError};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

/// Rows by which columns are guessed.
const GUESSED_BY: usize = 200;
/// Rows that are shown as they would be understood.
const SHOWN: usize = 50;
/// Places of unusable rows that are kept; neighbours with one reason are one.
const UNFIT: usize = 1000;
/// Words for outcomes, queues and agents that are told apart.
const WORDS: usize = 500;
/// Values of a column that are shown.
const SAMPLES: usize = 3;

/// A column of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// By what the mapping names it.
    pub name: String,
    /// Its head; empty if it has none.
    pub head: String,
    /// The first few things that stand in it.
    pub samples: Vec<String>,
}

/// A row as it would be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Line, 1 first.
    pub line: u64,
    /// The call, or why it is none; neither for a row that is passed over.
    pub read: Result<Option<Call>, Fault>,
}

/// Rows that cannot be used for one reason, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// First line.
    pub first: u64,
    /// Last line.
    pub last: u64,
    /// Why.
    pub fault: Fault,
}

/// A word for an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordFound {
    /// The word.
    pub word: String,
    /// Rows with it.
    pub rows: u64,
    /// What it means, if that is known.
    pub meaning: Option<Meaning>,
}

/// A look at a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// How the file is written.
    pub format: Format,
    /// Line that names the columns; 0 for none.
    pub header: u64,
    /// Its columns.
    pub columns: Vec<Column>,
    /// How it is read.
    pub mapping: Mapping,
    /// What every call needs and no column says: nothing is read then.
    pub missing: Vec<Field>,
    /// Dates can be read in two ways, and nothing tells which.
    pub dates_doubtful: bool,
    /// Rows below the head.
    pub rows: u64,
    /// Rows that are calls.
    pub calls: u64,
    /// Rows that the mapping passes over.
    pub skipped: u64,
    /// Calls by outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// When the first and the last call entered, Unix ms.
    pub span: Option<(i64, i64)>,
    /// Queues, up to some hundred.
    pub queues: BTreeSet<String>,
    /// How many people answered, up to some hundred.
    pub agents: usize,
    /// Calls whose time clocks showed twice.
    pub twice: u64,
    /// Words for outcomes, most frequent first.
    pub words: Vec<WordFound>,
    /// The first rows, as they would be understood.
    pub shown: Vec<Shown>,
    /// How many rows cannot be used for each reason.
    pub unfit: BTreeMap<Fault, u64>,
    /// Where the first of them are.
    pub places: Vec<Unfit>,
}

/// Looks at a whole report, with a mapping or by what its columns seem to say. `zone` is where its times are told, `now` the present,
/// Unix ms. `each` hears of every row that cannot be used, and how far the file was read; it ends the look by breaking off.
///
/// # Errors
/// When the file holds no table, or the mapping names a column that there is not.
pub fn look(
    path: &Path,
    wished: Option<&Mapping>,
    zone: &TimeZone,
    now: i64,
    mut each: impl FnMut(Progressed) -> ControlFlow<()>,
) -> Result<Look, CallsError> {
    let sheet = Sheet::open(path, wished.and_then(|wished| wished.sheet.as_deref()))?;
    let guessed = first_rows(&sheet, wished)?;
    let Guess { header, heads, samples, mapping, dates_doubtful } = guessed;
    let places = mapping.places(&heads)?;
    let missing = mapping.missing();
    let samples = |place: usize| -> Vec<String> {
        let words = samples.get(place).into_iter().flatten().take(SAMPLES).map(shown_words);
        words.collect()
    };
    let column = |place: usize| Column {
        name: Mapping::name(&heads, place),
        head: heads[place].clone(),
        samples: samples(place),
    };
    let columns = (0..heads.len()).map(column).collect();
    let mut found = Look {
        format: sheet.format.clone(),
        header,
        columns,
        missing,
        dates_doubtful,
        mapping: mapping.clone(),
        rows: 0,
        calls: 0,
        skipped: 0,
        outcomes: BTreeMap::new(),
        span: None,
        queues: BTreeSet::new(),
        agents: 0,
        twice: 0,
        words: Vec::new(),
        shown: Vec::new(),
        unfit: BTreeMap::new(),
        places: Vec::new(),
    };
    let reading = Reading::new(&mapping, places, &heads, zone, now);
    let (mut words, mut agents) = (BTreeMap::<String, u64>::new(), BTreeSet::new());
    // What dates further down tell, where the first tell nothing.
    let mut dates_told = BTreeSet::new();
    sheet.rows(|row: Row| -> Result<_, SheetError> {
        if row.line <= header {
            return Ok(ControlFlow::Continue(()));
        }
        found.rows += 1;
        if let Ok(cells) = &row.cells {
            if let Some(word) = reading.word(cells).filter(|_| reading.has_entry(cells))
                && (words.len() < WORDS || words.contains_key(&word))
            {
                *words.entry(word).or_default() += 1;
            }
            if dates_doubtful && let Some(dates) = written(reading.entry_text(cells).into_iter()) {
                dates_told.insert(dates);
            }
        }
        let mut fault = None;
        if found.missing.is_empty() {
            match reading.read(&row) {
                Read::Head => found.rows -= 1,
                Read::Skipped => found.skipped += 1,
                Read::Call(call) => {
                    if let Some(agent) = call.agent.as_ref().filter(|_| agents.len() < WORDS) {
                        agents.insert(agent.clone());
                    }
                    found.take(&call);
                    found.show(row.line, Ok(Some(*call)));
                }
                Read::Unfit(why) => {
                    fault = Some(why);
                    found.refuse(row.line, why);
                    found.show(row.line, Err(why));
                }
            }
        }
        Ok(each(Progressed { line: row.line, fault, done: row.done, of: sheet.size }))
    })?;
    if dates_told.len() == 1 && dates_told.contains(&Dates::Mdy) {
        let mapping = Mapping { dates: Dates::Mdy, ..mapping.clone() };
        return look(path, Some(&mapping), zone, now, each);
    }
    found.dates_doubtful &= dates_told.is_empty();
    found.agents = agents.len();
    let meaning = |word: &str| reading.meaning(word);
    found.words = words.into_iter().map(|(word, rows)| WordFound { meaning: meaning(&word), word, rows }).collect();
    found.words.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.word.cmp(&b.word)));
    Ok(found)
}

/// A row was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progressed {
    /// Its line.
    pub line: u64,
    /// Why it cannot be used, if it cannot.
    pub fault: Option<Fault>,
    /// Bytes read of the file.
    pub done: u64,
    /// Size of the file, bytes.
    pub of: u64,
}

/// The first rows of a sheet, and what they seem to say.
pub(super) fn first_rows(sheet: &Sheet, wished: Option<&Mapping>) -> Result<Guess, CallsError> {
    let mut rows = Vec::new();
    let header = wished.and_then(|wished| wished.header).unwrap_or(0);
    sheet.rows(|row: Row| -> Result<_, SheetError> {
        let is_enough = rows.len() >= GUESSED_BY && row.line > header;
        rows.push(row);
        // A head may be wished far below.
        if rows.len() > 2 * GUESSED_BY {
            rows.remove(0);
        }
        Ok(if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    if rows.is_empty() {
        return Err(SheetError::Empty.into());
    }
    Ok(guess(&rows, wished))
}

/// What a cell says, for looking at.
fn shown_words(cell: &Cell) -> String {
    let words = match cell {
        Cell::Date(days) if *days >= 1.0 => format!("{}", DaysShown(*days)),
        Cell::Date(days) | Cell::Span(days) => {
            let seconds = (days * 86_400.0).round() as i64;
            format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
        cell => cell.words(),
    };
    crate::names::clean(&words).chars().take(60).collect()
}

struct DaysShown(f64);

impl std::fmt::Display for DaysShown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match super::value::moment(&Cell::Date(self.0), None, Dates::Dmy) {
            Some(super::value::Moment::Civil(at)) => write!(f, "{}", at.strftime("%Y-%m-%d %H:%M:%S")),
            _ => write!(f, "{}", self.0),
        }
    }
}

impl Look {
    fn take(&mut self, call: &Call) {
        self.calls += 1;
        *self.outcomes.entry(call.outcome.word()).or_default() += 1;
        let (from, to) = self.span.unwrap_or((call.entered, call.entered));
        self.span = Some((from.min(call.entered), to.max(call.entered)));
        if self.queues.len() < WORDS {
            self.queues.insert(call.queue.clone());
        }
        self.twice += u64::from(call.is_twice);
    }

    fn refuse(&mut self, line: u64, fault: Fault) {
        *self.unfit.entry(fault).or_default() += 1;
        if let Some(last) = self.places.last_mut()
            && last.last + 1 == line
            && last.fault == fault
        {
            last.last = line;
        } else if self.places.len() < UNFIT {
            self.places.push(Unfit { first: line, last: line, fault });
        }
    }

    fn show(&mut self, line: u64, read: Result<Option<Call>, Fault>) {
        if self.shown.len() < SHOWN {
            self.shown.push(Shown { line, read });
        }
    }

    /// Rows that cannot be used.
    pub fn unusable(&self) -> u64 {
        self.unfit.values().sum()
    }
}

impl Fault {
    /// The column's stable word, or nothing.
    pub fn column(self) -> &'static str {
        self.field.map_or("", Field::word)
    }
}
