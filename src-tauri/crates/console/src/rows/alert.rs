//! An alert's row.

use super::{People, agent_row};
use crate::wire::{AlertClimbRow, AlertRow, AlertSilentRow, AlertTakenRow, AlertToldRow};
use mirante_engine::watch::{Climbed, Watched};
use mirante_floor::alert::{Key, Scope, Subject};
use mirante_floor::{Floor, SourceId};

/// What people call a source; empty for none.
pub fn source_label(floor: &Floor, source: SourceId) -> String {
    floor.config.sources.get(&source).map_or_else(String::new, |(label, _)| label.to_string())
}

/// What people call the thing that an alert is about; its id where nobody gave it a name. An operation is its word.
pub fn alert_label(floor: &Floor, of: &Subject, people: &dyn People) -> String {
    let Subject { scope, source, id } = of;
    let config = &floor.config;
    let label = match scope {
        Scope::Queue => config.queues.get(&(*source, id.clone())).and_then(|setup| setup.label.clone()),
        Scope::Campaign => config.campaigns.get(&(*source, id.clone())).map(|setup| setup.label.clone()),
        Scope::Team => config.teams.get(id).map(|team| team.label.clone()),
        Scope::Agent => agent_row(floor, *source, id, people).map(|row| row.name.as_str().into()),
        Scope::Source => config.sources.get(source).map(|(label, _)| label.clone()),
        Scope::Operation | Scope::Client => None,
    };
    label.filter(|label| !label.is_empty()).unwrap_or_else(|| id.clone()).to_string()
}

/// The row of an alert; absent if it is normal. Without `watched` it tells what the floor knows.
pub fn alert_row(floor: &Floor, key: &Key, watched: Option<&Watched>, people: &dyn People) -> Option<AlertRow> {
    let standing = floor.alerts.get(key)?;
    let none = Watched::default();
    let watched = watched.unwrap_or(&none);
    let said = watched.taken.as_ref();
    let taken = standing.taken.as_ref().map(|(by, until)| AlertTakenRow {
        by: by.to_string(),
        note: said.map_or_else(String::new, |(note, _)| note.clone()),
        at_ms: said.map(|(_, at)| *at),
        until_ms: *until,
    });
    let silent = watched.silent.as_ref().map(|(until, by, why)| AlertSilentRow {
        until_ms: *until,
        by: by.to_string(),
        why: why.clone(),
    });
    Some(AlertRow {
        id: key.to_string(),
        alert: Some(standing.alert).filter(|alert| *alert != 0),
        rule: key.rule.to_string(),
        name: standing.name.to_string(),
        severity: standing.severity,
        state: standing.shown,
        scope: key.subject.scope,
        source: key.subject.source.0,
        source_label: source_label(floor, key.subject.source),
        subject: key.subject.id.to_string(),
        label: alert_label(floor, &key.subject, people),
        since_ms: standing.since,
        fired_ms: standing.fired,
        figure: watched.figure.clone(),
        value: standing.value,
        limit: standing.limit,
        unit: watched.unit.map(str::to_owned),
        flapping: standing.flapping,
        taken,
        silent,
        held_by: watched.held_by.clone(),
        legal: watched.legal,
        plan: watched.plan.clone(),
        climb: watched.climb.as_ref().map(climb),
        group: watched.about.clone(),
    })
}

fn climb(climb: &Climbed) -> AlertClimbRow {
    let words = |names: &[mirante_floor::Name]| names.iter().map(ToString::to_string).collect();
    let told = climb.told.iter().map(|told| AlertToldRow {
        at_ms: told.at_ms,
        step: u32::try_from(told.step + 1).unwrap_or(u32::MAX),
        people: words(&told.people),
        by: words(&told.by),
    });
    AlertClimbRow {
        policy: climb.policy.to_string(),
        steps: u32::try_from(climb.steps).unwrap_or(u32::MAX),
        next_ms: climb.next_ms,
        told: told.collect(),
    }
}
