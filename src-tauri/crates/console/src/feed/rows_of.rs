//! Brings the store up to date with the floor, making again only the rows that an event may have touched.

use super::store::Store;
use crate::rows::{self, People, SiteIndex, row_id, visit_id};
use mirante_engine::State;
use mirante_floor::{Changes, Floor, Site, SourceId, Stage};
use std::collections::BTreeMap;

/// What was last seen of each site.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    sites: BTreeMap<SourceId, (u64, SiteIndex)>,
}

impl Tracker {
    /// Makes rows again under batch `number`; true if any differs.
    pub(crate) fn update(
        &mut self,
        store: &mut Store,
        number: u64,
        state: &State,
        changes: &Changes,
        people: &dyn People,
    ) -> bool {
        let (floor, watched) = (&state.floor, &state.watched);
        if changes.all {
            self.sites = rows::sites(floor).map(|(id, site)| (id, (site.seq, SiteIndex::of(site)))).collect();
            let mut rows = rows::all(floor, people);
            for key in floor.alerts.keys() {
                rows.alerts.insert(key.to_string(), rows::alert_row(floor, key, watched.get(key), people));
            }
            return store.replace(number, rows);
        }
        let mut changed = false;
        for source in rows::source_ids(floor) {
            changed |= store.sources.put(number, source.0.to_string(), rows::source_row(floor, source));
        }
        for (source, site) in rows::sites(floor) {
            let known = self.sites.get(&source);
            if known.is_some_and(|(seq, _)| *seq == site.seq) {
                continue;
            }
            let index = SiteIndex::of(site);
            let before = known.map(|(_, index)| index);
            changed |= queues(store, number, floor, (source, site), changes, (before, &index));
            changed |= callers(store, number, floor, (source, site), changes, &index, people);
            for name in site.campaigns.keys() {
                let row = rows::campaign_row(floor, source, name, &index);
                changed |= store.campaigns.put(number, row_id(source, name), row);
            }
            self.sites.insert(source, (site.seq, index));
        }
        for (source, key) in changes.agents.iter() {
            let id = rows::agent_id(floor, *source, key);
            changed |= store.agents.put(number, id, rows::agent_row(floor, *source, key, people));
        }
        for key in changes.alerts.iter() {
            let row = rows::alert_row(floor, key, watched.get(key), people);
            changed |= store.alerts.put(number, key.to_string(), row);
        }
        changed
    }
}

/// Queues that were touched, and those whose agents are counted otherwise than before.
fn queues(
    store: &mut Store,
    number: u64,
    floor: &Floor,
    (source, site): (SourceId, &Site),
    changes: &Changes,
    (before, now): (Option<&SiteIndex>, &SiteIndex),
) -> bool {
    let touched = changes.queues.iter().filter(|(of, _)| *of == source).map(|(_, name)| name);
    let counted = site.queues.keys().filter(|name| before.and_then(|b| b.counts.get(*name)) != now.counts.get(*name));
    let mut changed = false;
    for name in touched.chain(counted) {
        changed |= store.queues.put(number, row_id(source, name), rows::queue_row(floor, source, name, now));
    }
    changed
}

/// Visits that were touched, and waiting ones that an event of another visit or agent shows otherwise.
fn callers(
    store: &mut Store,
    number: u64,
    floor: &Floor,
    (source, site): (SourceId, &Site),
    changes: &Changes,
    index: &SiteIndex,
    people: &dyn People,
) -> bool {
    let mut changed = false;
    for (_, id) in changes.visits.iter().filter(|(of, _)| *of == source) {
        changed |= store.callers.put(number, visit_id(*id), rows::caller_row(floor, source, *id, index, people));
    }
    for (id, visit) in site.visits.iter().filter(|(_, visit)| visit.stage == Stage::Waiting) {
        let row_id = visit_id(*id);
        let visits = site.contacts.get(&visit.contact).map_or(1, |contact| contact.visits);
        let ringing = index.ringing.contains(&visit.call);
        if store.callers.get(&row_id).is_none_or(|row| row.visits != visits || row.ringing != ringing) {
            changed |= store.callers.put(number, row_id, rows::caller_row(floor, source, *id, index, people));
        }
    }
    changed
}
