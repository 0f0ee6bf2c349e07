//! The floor as rows: pure functions of the floor and of who people are. The live feed, the rewind and `mirantectl floor`
//! all make their rows here, so the same floor always gives the same rows.

mod agent;
mod alert;
mod caller;
mod campaign;
mod index;
mod mask;
mod queue;
mod source;

pub use agent::{agent_id, agent_row};
pub use alert::{alert_label, alert_row, source_label};
pub use caller::{caller_row, visit_id};
pub use campaign::campaign_row;
pub use index::{Counts, SiteIndex};
pub use mask::mask;
pub use queue::queue_row;
pub(crate) use queue::{QueueMade, queue_figures};
pub(crate) use source::{site, sites};
pub use source::{source_ids, source_row};

use crate::wire::{Figure, Rows};
use mirante_floor::{Floor, PartyId, SourceId};
use mirante_history::{Parties, Party};
use mirante_metrics::{Catalogue, Facts, Looked, Terms};

/// Who people are.
pub trait People {
    /// The person of a key; absent if unknown or forgotten.
    fn person(&self, id: PartyId) -> Option<Party>;
}

impl People for Parties {
    fn person(&self, id: PartyId) -> Option<Party> {
        self.get(id).unwrap_or_else(|error| {
            tracing::warn!("a person's name cannot be read: {error}");
            None
        })
    }
}

/// Row id of something that a platform names: `source/name`.
pub fn row_id(source: SourceId, name: &str) -> String {
    format!("{}/{name}", source.0)
}

/// Every row of a floor. Of alerts, what no event tells (their plan, how far they climbed) is only known now, not here.
pub fn all(floor: &Floor, people: &dyn People) -> Rows {
    let mut rows = Rows::default();
    for source in source_ids(floor) {
        rows.sources.insert(source.0.to_string(), source_row(floor, source));
    }
    for (source, site) in sites(floor) {
        let index = SiteIndex::of(site);
        for name in site.queues.keys() {
            rows.queues.insert(row_id(source, name), queue_row(floor, source, name, &index));
        }
        for key in site.agents.keys() {
            let id = agent_id(floor, source, key);
            rows.agents.entry(id).or_insert_with(|| agent_row(floor, source, key, people));
        }
        for id in site.visits.keys() {
            if let Some(row) = caller_row(floor, source, *id, &index, people) {
                rows.callers.insert(visit_id(*id), Some(row));
            }
        }
        for name in site.campaigns.keys() {
            rows.campaigns.insert(row_id(source, name), campaign_row(floor, source, name, &index));
        }
    }
    for key in floor.alerts.keys() {
        rows.alerts.insert(key.to_string(), alert_row(floor, key, None, people));
    }
    rows
}

/// The figure that running totals give, by the newest version of a definition.
fn now(id: &str, facts: &Facts<'_>, terms: Terms) -> Option<mirante_metrics::Figure> {
    let looked = Looked { to: 0, now: 0, open: true, heard: true };
    Some(mirante_metrics::Figure::of(Catalogue::own().newest(id)?, facts, terms, looked))
}

/// A share as faces hold it.
fn figure(told: Option<mirante_metrics::Figure>) -> Figure {
    let count = |side: Option<i64>| side.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    told.map_or_else(Figure::default, |told| Figure {
        value: told.value.ok(),
        numerator: count(told.numerator),
        denominator: count(told.denominator),
        definition: told.definition,
    })
}

#[cfg(test)]
mod tests;
