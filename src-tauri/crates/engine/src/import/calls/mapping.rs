//! Which column of a report says what, kept as a small TOML file.

use super::outcome::Meaning;
use crate::sheet::plain;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a column may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// When the call entered the queue; or only the day, if another column says the time of day.
    Entered,
    /// The time of day of the entry.
    EnteredTime,
    /// The queue.
    Queue,
    /// Who answered.
    Agent,
    /// How long the caller waited.
    Wait,
    /// How the wait ended.
    Outcome,
    /// How long they talked.
    Talk,
    /// When an agent answered.
    Answered,
    /// When the call ended.
    Ended,
    /// The platform's id of the call.
    Call,
    /// Who called.
    Phone,
}

impl Field {
    /// Every field, as they are shown.
    pub const ALL: [Field; 11] = [
        Field::Entered,
        Field::EnteredTime,
        Field::Queue,
        Field::Agent,
        Field::Wait,
        Field::Outcome,
        Field::Talk,
        Field::Answered,
        Field::Ended,
        Field::Call,
        Field::Phone,
    ];

    /// The stable word, in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Field::Entered => "entered",
            Field::EnteredTime => "entered_time",
            Field::Queue => "queue",
            Field::Agent => "agent",
            Field::Wait => "wait",
            Field::Outcome => "outcome",
            Field::Talk => "talk",
            Field::Answered => "answered",
            Field::Ended => "ended",
            Field::Call => "call",
            Field::Phone => "phone",
        }
    }
}

/// Which of the numbers of `03/04/2026` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dates {
    /// The first: day, month, year.
    #[default]
    Dmy,
    /// The second: month, day, year.
    Mdy,
}

/// What a duration of a bare number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Seconds.
    #[default]
    S,
    /// Milliseconds.
    Ms,
    /// Minutes.
    Min,
}

/// What a duration of two numbers, `02:10`, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Short {
    /// Minutes and seconds.
    #[default]
    Ms,
    /// Hours and minutes.
    Hm,
}

/// How a report is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Line that names the columns, 1 first; 0 for none. Absent: it is looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<u64>,
    /// Sheet of a workbook; the first, if none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// How dates are written.
    pub dates: Dates,
    /// What bare numbers of durations count.
    pub unit: Unit,
    /// What durations of two numbers say.
    pub short: Short,
    /// The queue of every row, where no column names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_name: Option<String>,
    /// Columns by what they say: a column's head, or its place as `#3`.
    pub columns: BTreeMap<Field, String>,
    /// What the words for outcomes mean.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outcomes: BTreeMap<String, Meaning>,
}

/// A mapping that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// It is not a mapping.
    #[error("the mapping cannot be read: {0}")]
    Text(String),
    /// The report has no such column.
    #[error("the report has no column {column:?}, which the mapping takes for {field}", field = .field.word())]
    NoColumn {
        /// What it was to say.
        field: Field,
        /// The column.
        column: String,
    },
    /// Something that every call needs is said by no column.
    #[error("no column says {}; name it in the mapping", list(.0))]
    Missing(Vec<Field>),
}

fn list(fields: &[Field]) -> String {
    fields.iter().map(|field| field.word()).collect::<Vec<_>>().join(", ")
}

impl Mapping {
    /// Reads one from TOML.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Mapping, MappingError> {
        toml::from_str(text).map_err(|error| MappingError::Text(error.message().to_owned()))
    }

    /// Writes it as TOML.
    pub fn write(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    /// What every call needs and nothing says: its entry, its queue, how long it waited and how that ended.
    pub fn missing(&self) -> Vec<Field> {
        let has = |field: Field| self.columns.contains_key(&field);
        let mut missing = Vec::new();
        let is_named = self.queue_name.as_ref().is_some_and(|name| !name.trim().is_empty());
        let needs = [
            (Field::Entered, has(Field::Entered)),
            (Field::Queue, has(Field::Queue) || is_named),
            (Field::Wait, has(Field::Wait) || has(Field::Ended) && (has(Field::Answered) || has(Field::Talk))),
            (Field::Outcome, has(Field::Outcome) || has(Field::Talk) || has(Field::Answered)),
        ];
        missing.extend(needs.iter().filter(|(_, is_said)| !is_said).map(|(field, _)| *field));
        missing
    }

    /// Which column each field is, 0 first.
    ///
    /// # Errors
    /// When the report has no such column.
    pub(super) fn places(&self, heads: &[String]) -> Result<BTreeMap<Field, usize>, MappingError> {
        let place = |(field, column): (&Field, &String)| {
            let by_number = || column.strip_prefix('#')?.parse::<usize>().ok()?.checked_sub(1);
            let by_name = |same: &dyn Fn(&String) -> bool| heads.iter().position(same);
            let wanted = plain(column);
            let found = by_name(&|head| head == column)
                .or_else(|| by_name(&|head| !wanted.is_empty() && plain(head) == wanted))
                .or_else(|| by_number().filter(|place| *place < heads.len()));
            found.map(|place| (*field, place)).ok_or(MappingError::NoColumn { field: *field, column: column.clone() })
        };
        self.columns.iter().map(place).collect()
    }

    /// The name of the column at a place, by which it is found again.
    pub(super) fn name(heads: &[String], place: usize) -> String {
        let head = heads.get(place).map(String::as_str).unwrap_or_default();
        let is_alone = heads.iter().filter(|other| plain(other) == plain(head)).count() == 1;
        if is_alone && !plain(head).is_empty() { head.to_owned() } else { format!("#{}", place + 1) }
    }
}
