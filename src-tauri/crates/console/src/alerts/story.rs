//! The story of one alert.

use crate::wire::{AlertActionRow, AlertDeliveryRow, AlertEffect, AlertStepRow, AlertStory, WireError};
use mirante_engine::watch::Watched;
use mirante_floor::Floor;
use mirante_floor::alert::{Key, Shown};
use mirante_history::{AlertRow, AlertStep, History};

/// What became of an alert. `watched` tells what its rule says now.
///
/// # Errors
/// When there is no such alert, or history cannot be read.
pub(crate) fn story(
    history: &History,
    floor: &Floor,
    alert: u64,
    watched: impl FnOnce(&Key) -> Option<Watched>,
) -> Result<AlertStory, WireError> {
    let (row, steps) =
        history.alert(alert)?.ok_or_else(|| WireError::not_found("that alert is not kept, or not any more"))?;
    let action = |action: mirante_history::AlertAction| AlertActionRow {
        at_ms: action.at_ms,
        what: action.what.word().to_owned(),
        who: action.who.map(|who| who.to_string()),
        words: action.words,
    };
    let delivery = |delivery: mirante_history::Delivery| AlertDeliveryRow {
        channel: delivery.message.channel.to_string(),
        to: delivery.message.target.to_string(),
        made_ms: delivery.message.made_ms,
        state: delivery.state.word().to_owned(),
        ended_ms: delivery.ended_ms,
        attempts: delivery.attempts,
        words: delivery.words,
    };
    let seq = steps.iter().find(|step| step.at_ms >= row.fired_ms).map_or(0, |step| step.cause);
    let watched = watched(&row.key).unwrap_or_default();
    Ok(AlertStory {
        seq,
        actions: history.alert_actions(alert)?.into_iter().map(action).collect(),
        deliveries: history.deliveries_of(alert, row.fired_ms)?.into_iter().map(delivery).collect(),
        figure: watched.figure,
        unit: watched.unit.map(str::to_owned),
        plan: watched.plan,
        effect: effect(&row, &steps),
        alert: super::row(&row, floor, &history.parties()),
        steps: steps.into_iter().map(step).collect(),
    })
}

fn step(step: AlertStep) -> AlertStepRow {
    AlertStepRow {
        at_ms: step.at_ms,
        from: step.from,
        to: step.to,
        value: step.value,
        limit: step.limit,
        taken_by: step.taken_by.map(|by| by.to_string()),
        flapping: step.flapping,
    }
}

/// Whether the indicator recovered, and after how long. What was well and broke again had not recovered.
fn effect(alert: &AlertRow, steps: &[AlertStep]) -> AlertEffect {
    let mut well = None;
    for step in steps.iter().filter(|step| step.at_ms >= alert.fired_ms) {
        match step.to {
            Shown::Recovering | Shown::Normal => well = well.or(Some(step.at_ms)),
            Shown::Firing | Shown::Acknowledged | Shown::Pending => well = None,
            // What lies over an alert says nothing of its indicator.
            Shown::Inhibited | Shown::Silenced | Shown::NoData => {}
        }
    }
    let taken = alert.taken.as_ref().map(|(at, _)| *at);
    AlertEffect {
        to_take_ms: taken.map(|at| at - alert.fired_ms),
        to_recover_ms: well.map(|at| at - alert.fired_ms),
        taken_to_recover_ms: well.zip(taken).map(|(well, taken)| well - taken).filter(|ms| *ms >= 0),
        to_resolve_ms: alert.resolved_ms.map(|at| at - alert.fired_ms),
    }
}
