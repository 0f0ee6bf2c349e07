//! Visits as exports tell them.

use super::merge::merge;
use mirante_floor::{ClosedVisit, Floor, Name, Outcome, PartyId, Site, SourceId, Stage, Visit, VisitId};
use mirante_history::{HistoryError, Parties};

/// A source that is followed is heard of at least once a minute; one that was not for longer has no "so far".
const FRESH_MS: i64 = 120_000;

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitLine {
    /// The contact over its whole journey (Asterisk: root Linkedid).
    pub contact: String,
    /// The queue.
    pub queue: String,
    /// When it entered, Unix ms by our clock.
    pub entered_ms: i64,
    /// How it ended: an outcome's word, or `waiting`.
    pub outcome: &'static str,
    /// How long it waited, ms; so far, if it waits.
    pub wait_ms: i64,
    /// The member's name, else its interface; empty if nobody answered.
    pub agent: String,
    /// How long they talked, ms, once the call has ended.
    pub talk_ms: Option<i64>,
    /// The platform's id of the call at entry (Asterisk: Uniqueid).
    pub platform_id: String,
    /// Number of the event that began it.
    pub id: VisitId,
}

pub(super) fn each(
    history: &mirante_history::History,
    (from, to): (i64, i64),
    now: i64,
    each: impl FnMut(VisitLine) -> bool,
) -> Result<(), HistoryError> {
    // The floor first: a visit that ends between the two looks is then in both.
    let past = history.floor_at_seq(history.newest_seq()?)?;
    let names = Names { parties: history.parties(), floor: &past.floor };
    let place = |line: VisitLine| ((line.entered_ms, line.id.0), line);
    let mut going_on = Vec::new();
    for (source, site) in &past.floor.sites {
        for visit in site.visits.values().filter(|v| (from..to).contains(&v.entered.seen)) {
            going_on.push(place(open(*source, site, visit, now, &names)?));
        }
    }
    let line = |visit| Ok(place(ended(&visit, &names)?));
    merge(going_on, |each| history.visits(from, to, each), line, each)
}

fn ended(visit: &ClosedVisit, names: &Names<'_>) -> Result<VisitLine, HistoryError> {
    Ok(VisitLine {
        contact: visit.contact.to_string(),
        queue: visit.queue.to_string(),
        entered_ms: visit.entered.seen,
        outcome: visit.outcome.word(),
        wait_ms: visit.wait_ms,
        agent: names.then(visit)?,
        talk_ms: visit.talk_ms,
        platform_id: visit.call.to_string(),
        id: visit.id,
    })
}

fn open(source: SourceId, site: &Site, visit: &Visit, now: i64, names: &Names<'_>) -> Result<VisitLine, HistoryError> {
    let (outcome, wait_ms, agent) = match &visit.stage {
        Stage::Waiting => {
            let is_fresh = site.is_live() && (0..FRESH_MS).contains(&now.saturating_sub(site.seen));
            let until = if is_fresh { now } else { site.seen };
            ("waiting", until.saturating_sub(visit.entered.seen).max(0), String::new())
        }
        Stage::Talking { agent, wait_ms, .. } => {
            (Outcome::Answered.word(), *wait_ms, names.now(source, agent, &visit.queue)?)
        }
    };
    Ok(VisitLine {
        contact: visit.contact.to_string(),
        queue: visit.queue.to_string(),
        entered_ms: visit.entered.seen,
        outcome,
        wait_ms,
        agent,
        talk_ms: None,
        platform_id: visit.call.to_string(),
        id: visit.id,
    })
}

/// What the platform calls agents: the member's name, else its interface, else the key.
pub(crate) struct Names<'a> {
    pub(crate) parties: Parties,
    pub(crate) floor: &'a Floor,
}

impl Names<'_> {
    /// Of a visit that has ended: as it was then.
    pub(crate) fn then(&self, visit: &ClosedVisit) -> Result<String, HistoryError> {
        let name = self.name(visit.agent_name)?;
        let address = || visit.interface.as_ref().or(visit.agent.as_ref()).map(ToString::to_string);
        Ok(name.or_else(address).unwrap_or_default())
    }

    /// Of a visit that goes on.
    pub(crate) fn now(&self, source: SourceId, agent: &Name, queue: &Name) -> Result<String, HistoryError> {
        let known = self.floor.sites.get(&source).and_then(|site| site.agents.get(agent));
        let name = self.name(known.and_then(|agent| agent.name))?;
        let address = || known.and_then(|a| a.memberships.get(queue)).map(|m| m.interface.to_string());
        Ok(name.or_else(address).unwrap_or_else(|| agent.to_string()))
    }

    /// Of whoever works now, whatever the queue.
    pub(crate) fn agent_now(&self, source: SourceId, agent: &Name) -> Result<String, HistoryError> {
        let known = self.floor.sites.get(&source).and_then(|site| site.agents.get(agent));
        Ok(self.name(known.and_then(|agent| agent.name))?.unwrap_or_else(|| agent.to_string()))
    }

    pub(crate) fn name(&self, id: Option<PartyId>) -> Result<Option<String>, HistoryError> {
        let Some(id) = id else { return Ok(None) };
        Ok(self.parties.get(id)?.map(|party| party.name).filter(|name| !name.is_empty()))
    }
}
