//! Alerts that were, and their stories.

mod rules;
mod story;
#[cfg(test)]
mod tests;

pub(crate) use rules::rules;
pub(crate) use story::story;

use crate::rows::{alert_label, source_label};
use crate::wire::{AlertsAsked, AlertsPast, PastAlertRow, WireError};
use mirante_floor::Floor;
use mirante_history::{AlertRow, Asked, History};

/// Most alerts in one answer.
const MOST: u32 = 200;

/// Alerts that fired, newest first; what they are about is called as `floor` calls it.
pub(crate) fn past(history: &History, floor: &Floor, asked: &AlertsAsked) -> Result<AlertsPast, WireError> {
    let AlertsAsked { from_ms, to_ms, words, rule, severity, skip } = asked;
    let (rule, words) = (rule.as_deref().map(Into::into), words.trim().to_owned());
    let asked =
        Asked { from_ms: *from_ms, to_ms: *to_ms, rule, severity: *severity, words, most: MOST + 1, skip: *skip };
    let mut found = history.alerts(&asked)?;
    let more = found.len() > MOST as usize;
    found.truncate(MOST as usize);
    let people = history.parties();
    Ok(AlertsPast { rows: found.iter().map(|alert| row(alert, floor, &people)).collect(), more })
}

fn row(alert: &AlertRow, floor: &Floor, people: &mirante_history::Parties) -> PastAlertRow {
    let AlertRow { id, key, name, severity, fired_ms, taken, resolved_ms } = alert;
    PastAlertRow {
        alert: *id,
        id: key.to_string(),
        rule: key.rule.to_string(),
        name: name.to_string(),
        severity: *severity,
        scope: key.subject.scope,
        source: key.subject.source.0,
        source_label: source_label(floor, key.subject.source),
        label: alert_label(floor, &key.subject, people),
        fired_ms: *fired_ms,
        taken_ms: taken.as_ref().map(|(at, _)| *at),
        taken_by: taken.as_ref().map(|(_, by)| by.to_string()),
        resolved_ms: *resolved_ms,
    }
}
