//! A row as a call, or why it is none.

use super::mapping::{Field, Mapping};
use super::outcome::{Meaning, known};
use super::value::{Lasted, When, lasted, moment};
use crate::import::Why;
use crate::names::clean;
use crate::sheet::{Broken, Cell, Row, plain};
use jiff::tz::TimeZone;
use mirante_floor::Outcome;
use std::collections::BTreeMap;

/// Longest name of a queue, an agent or a call, characters.
const LONGEST_NAME: usize = 80;
/// Longest wait or conversation, ms: what is longer is no duration but something else.
const LONGEST_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// What lies further ahead than this is not the past, ms.
const AHEAD_MS: i64 = 24 * 60 * 60 * 1000;
/// The first of 1990, Unix ms: what lies before is no call.
const EARLIEST_MS: i64 = 631_152_000_000;

/// A call, as a row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Line of the file, 1 first.
    pub line: u64,
    /// When it entered the queue, Unix ms.
    pub entered: i64,
    /// Clocks showed that time twice that day; this is the first.
    pub is_twice: bool,
    /// The queue.
    pub queue: String,
    /// Who answered, as the report calls them; absent if it does not say.
    pub agent: Option<String>,
    /// How long the caller waited, ms.
    pub wait_ms: i64,
    /// How that ended.
    pub outcome: Outcome,
    /// The agent passed the call on.
    pub transferred: bool,
    /// How long they talked, ms; absent if the report does not say.
    pub talk_ms: Option<i64>,
    /// The platform's id of the call; absent if no column says.
    pub call: Option<String>,
    /// Who called; absent if no column says.
    pub phone: Option<String>,
}

/// Why a row is no call, and the column at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    /// Why.
    pub why: Why,
    /// Which column, if one is.
    pub field: Option<Field>,
}

/// What a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Read {
    Call(Box<Call>),
    /// The mapping says to pass it over.
    Skipped,
    /// The head itself, repeated as on printed pages.
    Head,
    Unfit(Fault),
}

/// Reads rows.
pub(super) struct Reading<'a> {
    mapping: &'a Mapping,
    places: BTreeMap<Field, usize>,
    heads: &'a [String],
    zone: &'a TimeZone,
    /// The present, Unix ms.
    now: i64,
    /// Words whose meaning the mapping says, without case and accents.
    words: BTreeMap<String, Meaning>,
}

fn unfit(why: Why, field: Field) -> Fault {
    Fault { why, field: Some(field) }
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        mapping: &'a Mapping,
        places: BTreeMap<Field, usize>,
        heads: &'a [String],
        zone: &'a TimeZone,
        now: i64,
    ) -> Reading<'a> {
        let words = mapping.outcomes.iter().map(|(word, meaning)| (plain(word), *meaning)).collect();
        Reading { mapping, places, heads, zone, now, words }
    }

    /// What the word for an outcome means, if that is known or said.
    pub(super) fn meaning(&self, word: &str) -> Option<Meaning> {
        self.words.get(&plain(word)).copied().or_else(|| known(word))
    }

    /// The word for the outcome in a row.
    pub(super) fn word(&self, cells: &[Cell]) -> Option<String> {
        let word = self.cell(cells, Field::Outcome)?.words();
        Some(clean(&word)).filter(|word| !word.is_empty())
    }

    /// True if a row tells when a call entered.
    pub(super) fn has_entry(&self, cells: &[Cell]) -> bool {
        matches!(self.moment(cells, Field::Entered), Ok(Some(_)))
    }

    /// The text of a row's entry, as it stands there.
    pub(super) fn entry_text(&self, cells: &[Cell]) -> Option<String> {
        let Some(Cell::Text(text)) = self.cell(cells, Field::Entered) else { return None };
        Some(text.trim().to_owned())
    }

    fn cell<'c>(&self, cells: &'c [Cell], field: Field) -> Option<&'c Cell> {
        const EMPTY: Cell = Cell::Empty;
        let place = self.places.get(&field)?;
        Some(cells.get(*place).unwrap_or(&EMPTY))
    }

    pub(super) fn read(&self, row: &Row) -> Read {
        let cells = match &row.cells {
            Ok(cells) => cells,
            Err(Broken::TooLong) => return Read::Unfit(Fault { why: Why::TooLong, field: None }),
            Err(Broken::TooWide) => return Read::Unfit(Fault { why: Why::TooWide, field: None }),
            Err(Broken::Unclosed) => return Read::Unfit(Fault { why: Why::Unclosed, field: None }),
        };
        let is_head = |(place, cell): (&usize, &Cell)| {
            self.heads.get(*place).is_some_and(|head| !head.is_empty() && *head == cell.words())
        };
        let mapped = self.places.values().filter_map(|place| Some((place, cells.get(*place)?)));
        if self.places.len() > 1 && mapped.clone().count() == self.places.len() && mapped.clone().all(is_head) {
            return Read::Head;
        }
        match self.call(row.line, cells) {
            Ok(Some(call)) => Read::Call(Box::new(call)),
            Ok(None) => Read::Skipped,
            Err(fault) => Read::Unfit(fault),
        }
    }

    fn call(&self, line: u64, cells: &[Cell]) -> Result<Option<Call>, Fault> {
        let word = self.word(cells);
        let said = word.as_deref().map(|word| self.meaning(word));
        if said == Some(Some(Meaning::Skip)) {
            return Ok(None);
        }
        // Lines of totals have no moment: that is what to say of them, whatever else they lack.
        let (entered, is_twice) = self.moment(cells, Field::Entered)?.ok_or(unfit(Why::Cell, Field::Entered))?;
        let meaning = match said {
            Some(meaning) => Some(meaning.ok_or(unfit(Why::Outcome, Field::Outcome))?),
            None if self.places.contains_key(&Field::Outcome) => return Err(unfit(Why::Cell, Field::Outcome)),
            None => None,
        };
        let queue = match self.cell(cells, Field::Queue) {
            Some(cell) => name(cell, Field::Queue)?.ok_or(unfit(Why::Cell, Field::Queue))?,
            None => clean(self.mapping.queue_name.as_deref().unwrap_or_default()),
        };
        let agent = self.name(cells, Field::Agent)?.filter(|agent| plain(agent) != "none");
        let answered_at = self.moment(cells, Field::Answered)?.map(|(at, _)| at);
        let ended_at = self.moment(cells, Field::Ended)?.map(|(at, _)| at);
        for (at, field) in [(answered_at, Field::Answered), (ended_at, Field::Ended)] {
            if at.is_some_and(|at| at < entered) {
                return Err(unfit(Why::Order, field));
            }
        }
        if let (Some(answered), Some(ended)) = (answered_at, ended_at)
            && ended < answered
        {
            return Err(unfit(Why::Order, Field::Ended));
        }
        let told_wait = self.lasted(cells, Field::Wait)?;
        let told_talk = self.lasted(cells, Field::Talk)?;
        let has_talked = told_talk.is_some_and(|talk| talk > 0);
        // Where no column says the outcome, a conversation does: there was one, or it is not known how the wait ended.
        let meaning =
            meaning.unwrap_or(if has_talked || answered_at.is_some() { Meaning::Answered } else { Meaning::Unknown });
        let is_passed_on = meaning == Meaning::Transferred && (has_talked || answered_at.is_some() || agent.is_some());
        let outcome = meaning.outcome().filter(|_| !is_passed_on).unwrap_or(Outcome::Answered);
        let is_answered = outcome == Outcome::Answered;
        if !is_answered && has_talked {
            return Err(unfit(Why::Contradiction, Field::Talk));
        }
        let until = if is_answered { answered_at } else { ended_at };
        // Who has an end and a conversation has an answer.
        let answered_by_end = || Some(ended_at? - told_talk.filter(|_| is_answered)?);
        let wait_ms = told_wait.or(until.map(|at| at - entered)).or_else(|| Some(answered_by_end()? - entered));
        let wait_ms = wait_ms.ok_or(unfit(Why::Cell, Field::Wait))?;
        if wait_ms < 0 {
            return Err(unfit(Why::Order, Field::Ended));
        }
        let answered = entered + wait_ms;
        let talk_ms = told_talk.or_else(|| Some((ended_at? - answered_at.unwrap_or(answered)).max(0)));
        let talk_ms = talk_ms.filter(|_| is_answered);
        if wait_ms > LONGEST_MS || talk_ms.is_some_and(|talk| talk > LONGEST_MS) {
            return Err(unfit(Why::Cell, if wait_ms > LONGEST_MS { Field::Wait } else { Field::Talk }));
        }
        Ok(Some(Call {
            line,
            entered,
            is_twice,
            queue,
            agent: agent.filter(|_| is_answered),
            wait_ms,
            outcome,
            transferred: is_passed_on,
            talk_ms,
            call: self.name(cells, Field::Call)?,
            phone: self.name(cells, Field::Phone)?,
        }))
    }

    /// A moment, Unix ms, and whether clocks showed it twice; none where nothing stands.
    fn moment(&self, cells: &[Cell], field: Field) -> Result<Option<(i64, bool)>, Fault> {
        let Some(cell) = self.cell(cells, field).filter(|cell| !cell.is_empty()) else { return Ok(None) };
        let time = if field == Field::Entered { self.cell(cells, Field::EnteredTime) } else { None };
        if time.is_some_and(Cell::is_empty) {
            return Err(unfit(Why::Cell, Field::EnteredTime));
        }
        let told = moment(cell, time, self.mapping.dates).ok_or(unfit(Why::NoTime, field))?;
        let (at, is_twice) = match told.when(self.zone).ok_or(unfit(Why::NoTime, field))? {
            When::Once(at) => (at, false),
            When::Twice(at) => (at, true),
            When::Never => return Err(unfit(Why::SkippedTime, field)),
        };
        if at < EARLIEST_MS {
            return Err(unfit(Why::NoTime, field));
        }
        if at > self.now + AHEAD_MS {
            return Err(unfit(Why::Future, field));
        }
        Ok(Some((at, is_twice)))
    }

    fn lasted(&self, cells: &[Cell], field: Field) -> Result<Option<i64>, Fault> {
        match self.cell(cells, field).map_or(Lasted::Untold, |cell| lasted(cell, self.mapping)) {
            Lasted::Untold => Ok(None),
            Lasted::For(ms) => Ok(Some(ms)),
            Lasted::Negative => Err(unfit(Why::Negative, field)),
            Lasted::Nonsense => Err(unfit(Why::Cell, field)),
        }
    }

    fn name(&self, cells: &[Cell], field: Field) -> Result<Option<String>, Fault> {
        self.cell(cells, field).map_or(Ok(None), |cell| name(cell, field))
    }
}

/// One line of text; none where nothing stands.
fn name(cell: &Cell, field: Field) -> Result<Option<String>, Fault> {
    let words = match cell {
        // Telephones and ids that a spreadsheet took for numbers.
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        cell => cell.words(),
    };
    let words = clean(&words);
    if words.chars().count() > LONGEST_NAME {
        return Err(unfit(Why::Cell, field));
    }
    Ok(Some(words).filter(|words| !words.is_empty() && words != "-"))
}
