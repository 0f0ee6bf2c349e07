//! A floor to apply what was read to, as the engine does.

use mirante_floor::{Changes, Event, Floor, Healer, Kind, Origin, PartyId, Picture, SourceId, Stamp};
use mirante_sources::{Caller, Report};
use std::collections::HashMap;

const SOURCE: SourceId = SourceId(1);
/// Any time will do, Unix ms.
const NOW: i64 = 1_795_290_600_000;

/// The fold of one source. People get their keys from a table in memory; in the product, from one that is also on disk.
pub struct Hall {
    pub floor: Floor,
    changes: Changes,
    healer: Healer,
    people: HashMap<Caller, PartyId>,
    seq: u64,
    /// The first picture has come.
    pictured: bool,
    /// Visits that began.
    pub entered: u64,
}

impl Hall {
    /// A floor whose only source has just been reached.
    pub fn new() -> Hall {
        let mut hall = Hall {
            floor: Floor::default(),
            changes: Changes::default(),
            healer: Healer::default(),
            people: HashMap::new(),
            seq: 0,
            pictured: false,
            entered: 0,
        };
        hall.apply(None, Origin::Heard, Kind::LinkUp { platform: "Asterisk".into() });
        hall
    }

    /// Lets reports happen. What they did is forgotten, as after a batch to the screens.
    pub fn take(&mut self, reports: impl Iterator<Item = Report>) {
        for report in reports {
            match report {
                Report::Event { at, kind } => {
                    let kind = kind.map_party(|caller| key(&mut self.people, caller));
                    self.entered += u64::from(matches!(kind, Kind::Entered { .. }));
                    self.apply(at, Origin::Heard, kind);
                }
                Report::Backfill { at, kind, .. } => {
                    let kind = kind.map_party(|caller| key(&mut self.people, caller));
                    self.apply(Some(at), Origin::Backfilled, kind);
                }
                // The stamps here do not move.
                Report::Clock { .. } => {}
                Report::Picture(picture) => {
                    let picture = picture.map_party(|caller| key(&mut self.people, caller));
                    self.picture(picture);
                }
            }
        }
        self.changes.clear();
    }

    fn picture(&mut self, picture: Picture) {
        let first = !std::mem::replace(&mut self.pictured, true);
        let seq = &mut self.seq;
        let event = |kind| {
            *seq += 1;
            Event { stamp: stamp(*seq, None), origin: Origin::Inferred, kind }
        };
        let events = self.healer.heal(&self.floor, SOURCE, picture, NOW, first, event);
        self.floor.apply_all(&events, &mut self.changes);
    }

    fn apply(&mut self, at: Option<i64>, origin: Origin, kind: Kind) {
        self.seq += 1;
        self.floor.apply(&Event { stamp: stamp(self.seq, at), origin, kind }, &mut self.changes);
    }

    /// Memberships on the floor.
    pub fn memberships(&self) -> usize {
        self.floor.sites.values().flat_map(|site| site.agents.values()).map(|agent| agent.memberships.len()).sum()
    }
}

fn stamp(seq: u64, at: Option<i64>) -> Stamp {
    Stamp { source: SOURCE, epoch: 1, seq, seen: NOW, at }
}

fn key(people: &mut HashMap<Caller, PartyId>, caller: Caller) -> PartyId {
    let next = PartyId(people.len() as u64 + 1);
    *people.entry(caller).or_insert(next)
}
