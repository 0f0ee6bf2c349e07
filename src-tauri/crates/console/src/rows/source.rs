//! A source's row.

use crate::wire::{LinkState, SourceRow};
use mirante_floor::{Floor, Link, SourceId};
use std::collections::BTreeSet;

/// Every source that the floor knows, heard or not.
pub fn source_ids(floor: &Floor) -> BTreeSet<SourceId> {
    floor.config.sources.keys().chain(floor.sites.keys()).copied().filter(|id| *id != SourceId::MIRANTE).collect()
}

/// The row of a source; absent if nobody knows it.
pub fn source_row(floor: &Floor, source: SourceId) -> Option<SourceRow> {
    let site = floor.sites.get(&source);
    let named = floor.config.sources.get(&source);
    if site.is_none() && named.is_none() {
        return None;
    }
    let (link, link_since_ms, words) = match site.map(|site| &site.link) {
        None | Some(Link::Never) => (LinkState::Never, None, String::new()),
        Some(Link::Up { since, platform }) => (LinkState::Up, Some(*since), platform.to_string()),
        Some(Link::Down { since, reason }) => (LinkState::Down, Some(*since), reason.to_string()),
    };
    Some(SourceRow {
        id: source.0,
        label: named.map_or_else(|| source.0.to_string(), |(label, _)| label.to_string()),
        sample: named.is_some_and(|(_, sample)| *sample),
        link,
        link_since_ms,
        words,
        counting_since_ms: site.and_then(|site| site.counting_since),
        day_from_ms: site.and_then(|site| site.day_from),
        covered_ms: site.map_or(0, |site| site.covered_ms),
    })
}
