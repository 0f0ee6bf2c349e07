//! Stable words of the stored tables, and rows back into facts.

use crate::{HistoryError, Result};
use mirante_floor::{
    AgentSpan, AgentState, ClosedVisit, Gap, Moment, Name, Origin, Outcome, PartyId, Place, SourceId, StateKind,
    VisitId, Witness,
};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};

/// An agent's state, spread over columns.
pub(crate) struct StateColumns<'a> {
    pub(crate) state: &'static str,
    pub(crate) place: Option<&'static str>,
    pub(crate) place_name: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
}

impl<'a> StateColumns<'a> {
    pub(crate) fn of(state: &'a AgentState) -> Self {
        let (place, place_name) = place_words(state.place());
        let reason = match state {
            AgentState::Paused(reason) => reason.as_deref(),
            _ => None,
        };
        StateColumns { state: state_word(state.kind()), place, place_name, reason }
    }
}

/// The word of a kind of state.
pub fn state_word(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Ready => "ready",
        StateKind::Ringing => "ringing",
        StateKind::Talking => "talking",
        StateKind::Hold => "hold",
        StateKind::Wrapup => "wrapup",
        StateKind::Paused => "paused",
        StateKind::Offline => "offline",
        StateKind::Unknown => "unknown",
    }
}

/// Where work comes from: the word and the name.
pub(crate) fn place_words(place: Option<&Place>) -> (Option<&'static str>, Option<&str>) {
    match place {
        Some(Place::Queue(name)) => (Some("queue"), Some(name)),
        Some(Place::Campaign(name)) => (Some("campaign"), Some(name)),
        Some(Place::Other) => (Some("other"), None),
        None => (None, None),
    }
}

/// The word of a witness.
pub(crate) fn witness_word(witness: Witness) -> &'static str {
    match witness {
        Witness::QueueLog => "queue_log",
        Witness::Stream => "stream",
    }
}

/// A name as a column holds it.
struct Text(Name);

impl FromSql for Text {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(|text| Text(text.into()))
    }
}

/// The name in a column.
pub(crate) fn name(r: &Row<'_>, column: usize) -> Result<Name> {
    Ok(r.get::<_, Text>(column)?.0)
}

/// The name in a column that may be empty.
pub(crate) fn maybe(r: &Row<'_>, column: usize) -> Result<Option<Name>> {
    Ok(r.get::<_, Option<Text>>(column)?.map(|text| text.0))
}

/// Columns of a visit, in the order [`visit`] reads them.
pub(crate) const VISIT: &str = "id, source, queue, call, contact, caller, entered_ms, entered_at, ended_ms, ended_at, \
     outcome, wait_ms, agent, talk_ms, transferred, origin, agent_name, interface";

/// A row of [`VISIT`].
pub(crate) fn visit(r: &Row<'_>) -> Result<ClosedVisit> {
    let word: String = r.get(10)?;
    let outcome = Outcome::ALL.into_iter().find(|o| o.word() == word);
    let told: String = r.get(15)?;
    let origin = Origin::ALL.into_iter().find(|o| o.word() == told);
    Ok(ClosedVisit {
        id: VisitId(r.get(0)?),
        source: SourceId(r.get(1)?),
        queue: name(r, 2)?,
        call: name(r, 3)?,
        contact: name(r, 4)?,
        caller: r.get::<_, Option<u64>>(5)?.map(PartyId),
        entered: Moment { seen: r.get(6)?, at: r.get(7)? },
        ended: Moment { seen: r.get(8)?, at: r.get(9)? },
        outcome: outcome.ok_or_else(|| HistoryError::damaged("visit", format!("unknown outcome {word:?}")))?,
        wait_ms: r.get(11)?,
        agent: maybe(r, 12)?,
        agent_name: r.get::<_, Option<u64>>(16)?.map(PartyId),
        interface: maybe(r, 17)?,
        talk_ms: r.get(13)?,
        transferred: r.get(14)?,
        origin: origin.ok_or_else(|| HistoryError::damaged("visit", format!("unknown origin {told:?}")))?,
    })
}

/// Columns of a span, in the order [`span`] reads them.
pub(crate) const SPAN: &str = "id, source, agent, state, place, place_name, reason, from_ms, from_at, to_ms, to_at";

/// A row of [`SPAN`], with its number.
pub(crate) fn span(r: &Row<'_>) -> Result<crate::SpanRow> {
    let place = || -> Result<Place> {
        let name = maybe(r, 5)?;
        match (r.get::<_, Option<String>>(4)?.as_deref(), name) {
            (Some("queue"), Some(name)) => Ok(Place::Queue(name)),
            (Some("campaign"), Some(name)) => Ok(Place::Campaign(name)),
            (Some("other"), None) => Ok(Place::Other),
            (word, _) => Err(HistoryError::damaged("span", format!("unknown place {word:?}"))),
        }
    };
    let word: String = r.get(3)?;
    let state = match word.as_str() {
        "ready" => AgentState::Ready,
        "ringing" => AgentState::Ringing,
        "talking" => AgentState::Talking(place()?),
        "hold" => AgentState::Hold(place()?),
        "wrapup" => AgentState::Wrapup(place()?),
        "paused" => AgentState::Paused(maybe(r, 6)?),
        "offline" => AgentState::Offline,
        "unknown" => AgentState::Unknown,
        _ => return Err(HistoryError::damaged("span", format!("unknown state {word:?}"))),
    };
    let from = Moment { seen: r.get(7)?, at: r.get(8)? };
    let to = Moment { seen: r.get(9)?, at: r.get(10)? };
    let span = AgentSpan { source: SourceId(r.get(1)?), agent: name(r, 2)?, state, from, to };
    Ok(crate::SpanRow { id: r.get(0)?, span })
}

/// A row of `source, from_ms, to_ms, reason`.
pub(crate) fn gap(r: &Row<'_>) -> Result<Gap> {
    Ok(Gap { source: SourceId(r.get(0)?), from: r.get(1)?, to: r.get(2)?, reason: name(r, 3)? })
}
