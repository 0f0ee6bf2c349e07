//! A source's row.

use crate::wire::{LinkState, SourceRow};
use mirante_engine::Reason;
use mirante_floor::{Floor, Link, Site, SourceId};

/// Every source that is configured, heard or not. One that was removed keeps its site in the floor, and shows nowhere.
pub fn source_ids(floor: &Floor) -> impl Iterator<Item = SourceId> {
    floor.config.sources.keys().copied()
}

/// What a source reports; absent if it is not configured, or never said anything.
pub(crate) fn site(floor: &Floor, source: SourceId) -> Option<&Site> {
    floor.sites.get(&source).filter(|_| floor.config.sources.contains_key(&source))
}

/// What each configured source reports.
pub(crate) fn sites(floor: &Floor) -> impl Iterator<Item = (SourceId, &Site)> {
    source_ids(floor).filter_map(|source| Some((source, floor.sites.get(&source)?)))
}

/// The row of a source; absent if it is not configured.
pub fn source_row(floor: &Floor, source: SourceId) -> Option<SourceRow> {
    let (label, sample) = floor.config.sources.get(&source)?;
    let site = floor.sites.get(&source);
    let (link, link_since_ms, (reason, words)) = match site.map(|site| &site.link) {
        None | Some(Link::Never) => (LinkState::Never, None, (None, "")),
        Some(Link::Up { since, platform }) => (LinkState::Up, Some(*since), (None, &**platform)),
        Some(Link::Down { since, reason }) => (LinkState::Down, Some(*since), Reason::read(reason)),
    };
    Some(SourceRow {
        id: source.0,
        label: label.to_string(),
        sample: *sample,
        link,
        link_since_ms,
        reason,
        words: words.to_owned(),
        counting_since_ms: site.and_then(|site| site.counting_since),
        day_from_ms: site.and_then(|site| site.day_from),
        covered_ms: site.map_or(0, |site| site.covered_ms),
        clock_ahead_ms: site.and_then(|site| site.clock_ahead),
        drift: site.map_or(0, |site| site.drift),
    })
}
