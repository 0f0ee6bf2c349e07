//! What people decide about queues.

use crate::wire::{QueueChoice, WireError};
use mirante_engine::config::QueueConfig;
use mirante_floor::{Floor, Goal, Name, SourceId};
use std::collections::BTreeMap;

/// Choices as configuration; `names` are the sources in it.
pub(crate) fn chosen(
    choices: &[QueueChoice],
    floor: &Floor,
    names: &BTreeMap<String, SourceId>,
) -> Result<Vec<QueueConfig>, WireError> {
    choices.iter().map(|choice| one(choice, floor, names)).collect()
}

fn one(choice: &QueueChoice, floor: &Floor, names: &BTreeMap<String, SourceId>) -> Result<QueueConfig, WireError> {
    let missing = || WireError::not_found(format!("there is no queue {}", choice.id));
    let (source, name) = choice.id.split_once('/').ok_or_else(missing)?;
    let source = SourceId(source.parse().map_err(|_| missing())?);
    let name = Name::from(name);
    let exists = floor.sites.get(&source).is_some_and(|site| site.queues.contains_key(&name));
    let (named, _) = names.iter().find(|(_, id)| **id == source).filter(|_| exists).ok_or_else(missing)?;
    if choice.label.chars().any(char::is_control) || choice.label.chars().count() > 80 {
        return Err(WireError::invalid(format!(
            "the label of {} must be one line of at most 80 characters",
            choice.id
        )));
    }
    let label = choice.label.trim();
    let queue = QueueConfig {
        source: named.clone(),
        label: (!label.is_empty() && label != &*name).then(|| label.to_owned()),
        operation: choice.operation,
        goal: Goal { percent: choice.goal_percent, seconds: choice.goal_seconds },
        hours: choice.hours,
        client: floor.config.queue(source, &name).client.map(|client| client.to_string()),
        name: name.to_string(),
    };
    queue.check().map_err(|message| WireError::invalid(format!("{}: {message}", choice.id)))?;
    Ok(queue)
}
