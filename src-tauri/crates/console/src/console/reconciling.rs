//! Commands that hold a platform's own figures against ours.

use super::{Console, folder_of};
use crate::reconcile::{self, Configured, ReconcileOf};
use crate::wire::{Arrival, Reconciliation, WireError};
use mirante_floor::SourceId;

/// A month.
const MOST_HOURS: u32 = 31 * 24;
/// Ms in an hour.
const HOUR_MS: i64 = 60 * 60 * 1000;

impl Console {
    pub(super) async fn reconcile(&self, queue: Option<String>, hours: u32) -> Result<Reconciliation, WireError> {
        if !(1..=MOST_HOURS).contains(&hours) {
            return Err(WireError::invalid("between an hour and a month are compared"));
        }
        let centre = self.shown();
        let config = if self.view().sample.is_some() { None } else { Some(self.0.config.lock().await.clone()) };
        let folder = folder_of(&self.0.path).to_owned();
        centre.engine.flush().await?;
        let queue = queue.map(|id| named(&id, &centre.engine.sources())).transpose()?;
        let from = centre.engine.now() - i64::from(hours) * HOUR_MS;
        let done = tokio::task::spawn_blocking(move || {
            let history = centre.engine.reader()?;
            let config = config.map(|config| Configured { config, folder });
            Ok::<_, WireError>(reconcile::of(&history, config.as_ref(), &ReconcileOf { from, queue })?)
        });
        done.await.map_err(|error| WireError::internal(error.to_string()))?
    }
}

impl Console {
    pub(super) async fn arrivals(&self, queue: String, since: i64) -> Result<Vec<Arrival>, WireError> {
        let centre = self.shown();
        let config = if self.view().sample.is_some() { None } else { Some(self.0.config.lock().await.clone()) };
        let folder = folder_of(&self.0.path).to_owned();
        centre.engine.flush().await?;
        let name = named(&queue, &centre.engine.sources())?;
        let done = tokio::task::spawn_blocking(move || {
            let history = centre.engine.reader()?;
            let config = config.map(|config| Configured { config, folder });
            Ok::<_, WireError>(reconcile::arrivals(&history, config.as_ref(), &name, since, centre.engine.now())?)
        });
        done.await.map_err(|error| WireError::internal(error.to_string()))?
    }
}

/// A row id, by the source's name.
fn named(id: &str, sources: &std::collections::BTreeMap<String, SourceId>) -> Result<String, WireError> {
    let (source, queue) = id.split_once('/').ok_or_else(|| WireError::invalid("a row id is source/name"))?;
    let found = sources.iter().find(|(_, number)| number.0.to_string() == source);
    let (name, _) = found.ok_or_else(|| WireError::not_found(format!("no source {source} is followed")))?;
    Ok(format!("{name}/{queue}"))
}
