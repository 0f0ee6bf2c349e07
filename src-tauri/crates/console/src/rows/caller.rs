//! A waiting caller's row.

use super::{People, SiteIndex, mask, row_id, site};
use crate::wire::CallerRow;
use mirante_floor::{Floor, Origin, SourceId, Stage, VisitId};

/// Row id of a visit.
pub fn visit_id(id: VisitId) -> String {
    id.0.to_string()
}

/// The row of a waiting caller; absent if the visit is over or answered.
pub fn caller_row(
    floor: &Floor,
    source: SourceId,
    id: VisitId,
    index: &SiteIndex,
    people: &dyn People,
) -> Option<CallerRow> {
    let site = site(floor, source)?;
    let visit = site.visits.get(&id).filter(|visit| visit.stage == Stage::Waiting)?;
    let number = visit.caller.and_then(|id| people.person(id)).and_then(|party| mask(&party.number));
    Some(CallerRow {
        id: visit_id(id),
        queue: row_id(source, &visit.queue),
        number,
        position: visit.position,
        entered_ms: visit.entered.seen,
        ringing: index.ringing.contains(&visit.call),
        visits: site.contacts.get(&visit.contact).map_or(1, |contact| contact.visits),
        inferred: visit.origin == Origin::Inferred,
    })
}
