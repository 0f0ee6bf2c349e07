//! What is stored about someone, for programs and for people.

use super::Subject;
use super::words::Language;
use crate::wire::{SubjectFile, WireError};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mirante_floor::{AgentState, ClosedAttempt, ClosedVisit, Place};
use mirante_history::{History, SpanRow, SubjectKind};
use serde::Serialize;

/// A person in full.
#[derive(Serialize)]
struct Record<'a> {
    /// `customer` or `operator`.
    subject: SubjectKind,
    /// Source and code of an operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    known_as: Vec<Known<'a>>,
    records: Vec<Line>,
}

#[derive(Serialize)]
struct Known<'a> {
    number: &'a str,
    name: &'a str,
}

/// One thing that happened. Absent is not zero.
#[derive(Serialize)]
struct Line {
    /// `visit`, `attempt` or `span`.
    is: &'static str,
    begun: String,
    ended: String,
    #[serde(rename = "where")]
    place: String,
    result: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    talk_ms: Option<i64>,
    agent: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    contact: String,
    /// The same for people.
    #[serde(skip)]
    words: (&'static str, String),
    #[serde(skip)]
    at: i64,
}

/// Writes out what is stored about someone. An operator's record leaves out who the customers were, and a customer's names
/// operators by code alone: they are people of their own.
///
/// # Errors
/// When history cannot be read.
pub fn write_out(
    history: &History,
    subject: &Subject,
    zone: &TimeZone,
    language: &str,
) -> Result<SubjectFile, WireError> {
    let language = Language::of(language);
    let writer = Writer { history, subject, zone, language };
    let mut records = Vec::new();
    for visit in &subject.trace.visits {
        records.push(writer.visit(visit)?);
    }
    for attempt in &subject.trace.attempts {
        records.push(writer.attempt(attempt)?);
    }
    records.extend(subject.spans.iter().map(|span| writer.span(span)));
    records.sort_by_key(|line| line.at);
    let forms = subject.found.forms.iter().filter(|form| form.sure);
    let known_as = forms.map(|form| Known { number: &form.number, name: &form.name }).collect();
    let csv = table(&records, language);
    let record = Record { subject: subject.kind, agent: subject.found.agent.as_deref(), known_as, records };
    let json = serde_json::to_string_pretty(&record).map_err(|error| WireError::internal(error.to_string()))?;
    Ok(SubjectFile { json: json + "\n", csv })
}

struct Writer<'a> {
    history: &'a History,
    subject: &'a Subject,
    zone: &'a TimeZone,
    language: Language,
}

impl Writer<'_> {
    fn visit(&self, v: &ClosedVisit) -> Result<Line, WireError> {
        let (number, name) = self.person(v.caller)?;
        Ok(Line {
            is: "visit",
            begun: self.time(v.entered.seen),
            ended: self.time(v.ended.seen),
            place: v.queue.to_string(),
            result: v.outcome.word().to_owned(),
            wait_ms: Some(v.wait_ms),
            talk_ms: v.talk_ms,
            agent: v.agent.as_deref().unwrap_or_default().to_owned(),
            number,
            name,
            contact: v.contact.to_string(),
            words: (self.language.visit(), self.language.outcome(v.outcome).to_owned()),
            at: v.entered.seen,
        })
    }

    fn attempt(&self, a: &ClosedAttempt) -> Result<Line, WireError> {
        let (number, name) = self.person(a.callee)?;
        let coded = a.disposition.as_ref().map(|(code, _)| format!(" ({code})")).unwrap_or_default();
        Ok(Line {
            is: "attempt",
            begun: self.time(a.started.seen),
            ended: self.time(a.ended.seen),
            place: a.campaign.as_deref().unwrap_or_default().to_owned(),
            result: format!("{}{coded}", a.result().word()),
            wait_ms: None,
            talk_ms: a.talk_ms,
            agent: a.agent.as_deref().unwrap_or_default().to_owned(),
            number,
            name,
            contact: a.contact.to_string(),
            words: (self.language.attempt(), format!("{}{coded}", self.language.result(a.result()))),
            at: a.started.seen,
        })
    }

    fn span(&self, row: &SpanRow) -> Line {
        let span = &row.span;
        let reason = match &span.state {
            AgentState::Paused(Some(reason)) => format!(" ({reason})"),
            _ => String::new(),
        };
        let place = match span.state.place() {
            Some(Place::Queue(name) | Place::Campaign(name)) => name.to_string(),
            Some(Place::Other) | None => String::new(),
        };
        let kind = span.state.kind();
        Line {
            is: "span",
            begun: self.time(span.from.seen),
            ended: self.time(span.to.seen),
            place,
            result: format!("{}{reason}", mirante_history::state_word(kind)),
            wait_ms: None,
            talk_ms: None,
            agent: span.agent.to_string(),
            number: None,
            name: None,
            contact: String::new(),
            words: (self.language.span(), format!("{}{reason}", self.language.state(kind))),
            at: span.from.seen,
        }
    }

    /// Number and name of the person whose record it is, where a line is about one of theirs.
    fn person(&self, id: Option<mirante_floor::PartyId>) -> Result<(Option<String>, Option<String>), WireError> {
        let own = id.filter(|id| self.subject.kind == SubjectKind::Customer && self.subject.people.contains(id));
        let party = own.map(|id| self.history.parties().get(id)).transpose()?.flatten();
        Ok(party.map(|party| (Some(party.number), Some(party.name))).unwrap_or_default())
    }

    fn time(&self, ms: i64) -> String {
        let instant = Timestamp::from_millisecond(ms).map(|at| at.to_zoned(self.zone.clone()));
        instant.map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }
}

/// A table that spreadsheets open: a byte order mark so that they read UTF-8, and nothing that they take for a formula.
fn table(records: &[Line], language: Language) -> String {
    let mut text = String::from("\u{feff}");
    let mut row = |cells: &[&str]| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    row(&language.headings());
    for line in records {
        let person = [line.number.as_deref().unwrap_or_default(), line.name.as_deref().unwrap_or_default()];
        let person = person.join(" ");
        row(&[
            line.words.0,
            &line.begun,
            &line.ended,
            &line.place,
            &line.words.1,
            &clock(line.wait_ms),
            &clock(line.talk_ms),
            &line.agent,
            person.trim(),
            &line.contact,
        ]);
    }
    text
}

fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\r', '\n', ';']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// `hh:mm:ss`; empty where absent.
fn clock(ms: Option<i64>) -> String {
    let Some(seconds) = ms.map(|ms| ms / 1000) else { return String::new() };
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_text_to_a_spreadsheet() {
        assert_eq!(quoted("+5511987654321"), "'+5511987654321");
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quoted("Ana"), "Ana");
        assert_eq!(clock(Some(3_723_000)), "01:02:03");
        assert_eq!(clock(None), "");
    }
}
