//! Reports as the fold takes them: every person named by a key.

use mirante_floor::{Kind, PartyId, Picture};
use mirante_history::{Parties, Party};
use mirante_sources::{Caller, Report};

/// What a record of the platform's own tells.
pub(crate) struct Told {
    /// Unix ms by the record.
    pub(crate) at: i64,
    /// When the call entered the queue for the stay that this is about, Unix ms by the record, if it tells.
    pub(crate) entered: Option<i64>,
    pub(crate) kind: Kind,
}

/// A report whose people have keys.
pub(crate) enum Folded {
    Event(Option<i64>, Kind),
    Backfill(Told),
    Clock(i64, i64),
    Picture(Picture),
}

/// The key of a person. When the table cannot be read, nobody's: an event without a name beats a lost event.
pub(crate) fn party(parties: &Parties, caller: &Caller) -> PartyId {
    let person = Party { number: caller.number.to_string(), name: caller.name.to_string() };
    parties.id_of(&person).unwrap_or_else(|error| {
        tracing::error!("a person has no key: {error}");
        PartyId(0)
    })
}

impl Folded {
    /// The same, every person in it with a key.
    pub(crate) fn of(report: Report, parties: &Parties) -> Folded {
        match report {
            Report::Event { at, kind } => Folded::Event(at, kind.map_party(|c| party(parties, &c))),
            Report::Backfill { at, entered, kind } => {
                Folded::Backfill(Told { at, entered, kind: kind.map_party(|c| party(parties, &c)) })
            }
            Report::Clock { at, by } => Folded::Clock(at, by),
            Report::Picture(picture) => Folded::Picture(picture.map_party(|c| party(parties, &c))),
        }
    }
}
