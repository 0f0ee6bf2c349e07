//! A person's row, however many logins they have.

use super::{People, row_id, site};
use crate::wire::{AgentRow, PlaceRow, State};
use mirante_floor::{Agent, AgentState, Floor, Name, Place, SourceId, StateKind};
use std::collections::BTreeSet;

/// Row id of an agent: of the person if the configuration says who it is, else of the login.
pub fn agent_id(floor: &Floor, source: SourceId, key: &Name) -> String {
    floor.config.person(source, key).map_or_else(|| row_id(source, key), |person| format!("person/{}", person.id))
}

/// The row that shows the agent `key`; absent if nobody of that row is on the floor.
pub fn agent_row(floor: &Floor, source: SourceId, key: &Name, people: &dyn People) -> Option<AgentRow> {
    let person = floor.config.person(source, key);
    let own = [(source, key.clone())];
    let logins: Vec<(SourceId, &Name, &Agent, bool)> = person
        .map_or(&own[..], |person| &person.logins)
        .iter()
        .filter_map(|(source, key)| {
            let site = site(floor, *source)?;
            site.agents.get(key).map(|agent| (*source, key, &**agent, site.is_live()))
        })
        .collect();
    // The busiest login that is heard decides; among equals, the first.
    let (from, login, agent, _) =
        logins.iter().rev().max_by_key(|(_, _, agent, live)| (*live, busy(agent.state.kind()))).copied()?;
    let named = person.map(|p| p.name).or(agent.name);
    let name = named.and_then(|id| people.person(id)).map(|party| party.name).filter(|name| !name.is_empty());
    let team = person.and_then(|p| p.team.as_ref());
    let team = team.map(|id| floor.config.teams.get(id).map_or(id, |team| &team.label).to_string());
    let paused = logins.iter().all(|(_, _, agent, _)| agent.pause().is_some() || agent.memberships.is_empty())
        && agent.pause().is_some();
    let reason = match &agent.state {
        AgentState::Paused(reason) => reason.as_ref(),
        _ => agent.pause().flatten(),
    };
    let memberships = || logins.iter().flat_map(|(source, _, agent, _)| agent.memberships.iter().map(|m| (*source, m)));
    let queues: BTreeSet<String> = memberships().map(|(source, (queue, _))| row_id(source, queue)).collect();
    let paused_in: BTreeSet<String> = memberships()
        .filter(|(_, (_, membership))| membership.paused && !paused)
        .map(|(source, (queue, _))| row_id(source, queue))
        .collect();
    let ring_no_answer = logins.iter().flat_map(|(_, _, agent, _)| agent.ring_no_answer.values());
    Some(AgentRow {
        id: agent_id(floor, source, key),
        source: from.0,
        name: name.unwrap_or_else(|| login.to_string()),
        login: login.to_string(),
        team,
        state: state(agent.state.kind()),
        place: agent.state.place().map(|place| match place {
            Place::Queue(queue) => PlaceRow::Queue(row_id(from, queue)),
            Place::Campaign(campaign) => PlaceRow::Campaign(row_id(from, campaign)),
            Place::Other => PlaceRow::Other,
        }),
        since_ms: agent.since.seen,
        paused,
        reason: reason.map(ToString::to_string),
        queues: queues.into_iter().collect(),
        paused_in: paused_in.into_iter().collect(),
        ring_no_answer: ring_no_answer.fold(0, |sum, n| sum.saturating_add(*n)),
    })
}

/// How busy a state is, busiest highest. Whoever is free on one login can take a call, though paused on another.
fn busy(kind: StateKind) -> u8 {
    match kind {
        StateKind::Talking => 7,
        StateKind::Hold => 6,
        StateKind::Ringing => 5,
        StateKind::Wrapup => 4,
        StateKind::Ready => 3,
        StateKind::Paused => 2,
        StateKind::Unknown => 1,
        StateKind::Offline => 0,
    }
}

fn state(kind: StateKind) -> State {
    match kind {
        StateKind::Ready => State::Ready,
        StateKind::Ringing => State::Ringing,
        StateKind::Talking => State::Talking,
        StateKind::Hold => State::Hold,
        StateKind::Wrapup => State::Wrapup,
        StateKind::Paused => State::Paused,
        StateKind::Offline => State::Offline,
        StateKind::Unknown => State::Unknown,
    }
}
