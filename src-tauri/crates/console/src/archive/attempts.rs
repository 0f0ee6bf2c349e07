//! Attempts as exports tell them.

use super::merge::merge;
use super::visits::Names;
use mirante_floor::{AnsweredBy, Attempt, AttemptResult, ClosedAttempt, Name, SourceId};
use mirante_history::HistoryError;

/// One attempt to reach someone. Numbers are not in it: who was called is in the contact's story, for those who may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptLine {
    /// Number of the event that began it.
    pub id: u64,
    /// The campaign; empty for a call outside any.
    pub campaign: String,
    /// The contact over its whole journey (Asterisk: root Linkedid).
    pub contact: String,
    /// The member's name, else the key; empty if no agent was on it.
    pub agent: String,
    /// When dialling began, Unix ms by our clock.
    pub started_ms: i64,
    /// When somebody or something answered.
    pub answered_ms: Option<i64>,
    /// `human`, `machine` or `unknown`; empty if nobody answered.
    pub answered_by: &'static str,
    /// When it ended; absent while under way.
    pub ended_ms: Option<i64>,
    /// From the dialling to the answer or the end, ms; absent while it rings.
    pub ring_ms: Option<i64>,
    /// How long an agent spoke, ms, once it is over.
    pub talk_ms: Option<i64>,
    /// What came of it so far; `dialling` before an answer.
    pub result: &'static str,
    /// Hang-up cause, Q.850.
    pub cause: Option<u16>,
    /// The platform's word for how the dialling went.
    pub status: String,
    /// `agent`, `callee`, `system` or `unknown`; empty while under way.
    pub ended_by: &'static str,
    /// A live answer was dropped because no agent was free.
    pub dropped: bool,
    /// The coded result.
    pub disposition: String,
    /// The platform's id of the callee's leg (Asterisk: Uniqueid).
    pub platform_id: String,
}

pub(super) fn each(
    history: &mirante_history::History,
    (from, to): (i64, i64),
    each: impl FnMut(AttemptLine) -> bool,
) -> Result<(), HistoryError> {
    // The floor first: an attempt that ends between the two looks is then in both.
    let past = history.floor_at_seq(history.newest_seq()?)?;
    let names = Names { parties: history.parties(), floor: &past.floor };
    let place = |line: AttemptLine| ((line.started_ms, line.id), line);
    let mut going_on = Vec::new();
    for (source, site) in &past.floor.sites {
        for (name, attempt) in site.attempts.iter().filter(|(_, a)| (from..to).contains(&a.started.seen)) {
            going_on.push(place(under_way(*source, name, attempt, &names)?));
        }
    }
    let line = |attempt| Ok(place(over(&attempt, &names)?));
    merge(going_on, |each| history.attempts(from, to, each), line, each)
}

fn text(name: Option<&Name>) -> String {
    name.map(ToString::to_string).unwrap_or_default()
}

fn over(a: &ClosedAttempt, names: &Names<'_>) -> Result<AttemptLine, HistoryError> {
    Ok(AttemptLine {
        id: a.id,
        campaign: text(a.campaign.as_ref()),
        contact: a.contact.to_string(),
        agent: names.name(a.agent_name)?.unwrap_or_else(|| text(a.agent.as_ref())),
        started_ms: a.started.seen,
        answered_ms: a.answered.map(|at| at.seen),
        answered_by: a.answered_by.map_or("", AnsweredBy::word),
        ended_ms: Some(a.ended.seen),
        ring_ms: Some(a.ring_ms),
        talk_ms: a.talk_ms,
        result: a.result().word(),
        cause: a.end.cause,
        status: text(a.end.status.as_ref()),
        ended_by: a.end.by.word(),
        dropped: a.end.dropped,
        disposition: text(a.disposition.as_ref().map(|(code, _)| code)),
        platform_id: a.attempt.to_string(),
    })
}

fn under_way(source: SourceId, name: &Name, a: &Attempt, names: &Names<'_>) -> Result<AttemptLine, HistoryError> {
    let agent = a.agent.as_ref().map(|key| names.agent_now(source, key)).transpose()?;
    Ok(AttemptLine {
        id: a.id,
        campaign: text(a.campaign.as_ref()),
        contact: a.contact.to_string(),
        agent: agent.unwrap_or_default(),
        started_ms: a.started.seen,
        answered_ms: a.answered.map(|(at, _)| at.seen),
        answered_by: a.answered.map_or("", |(_, by)| by.word()),
        ended_ms: None,
        ring_ms: a.answered.map(|(at, _)| at.since(a.started)),
        talk_ms: None,
        result: match a.answered {
            None => "dialling",
            Some((_, AnsweredBy::Machine)) => AttemptResult::Machine.word(),
            Some(_) => AttemptResult::Answered.word(),
        },
        cause: None,
        status: String::new(),
        ended_by: "",
        dropped: false,
        disposition: text(a.disposition.as_ref().map(|(code, _)| code)),
        platform_id: name.to_string(),
    })
}
