//! Waits that ended with no word of how, and what their channel's next sign tells about it.

use super::place::Place;
use mirante_floor::{Name, Outcome};

/// What a channel shows of itself after it left a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It goes on in the dial plan.
    Lives,
    /// It is asked to hang up.
    Ends,
    /// It is gone.
    Gone,
}

/// A wait that ended, nobody said how.
#[derive(Debug)]
pub(crate) struct Loose {
    pub(crate) queue: Name,
    /// Where in the dial plan it waited.
    pub(crate) place: Option<Place>,
    /// `QueueCallerAbandon` came. It does for all but answers and exits by key.
    pub(crate) given_up: bool,
}

impl Loose {
    /// How the wait ended, if a sign of its channel at this place tells. `hears_status`: had the queue sent the caller on, a
    /// QUEUESTATUS would have come before, and this would not be asked.
    ///
    /// * Left without giving up, and found elsewhere: by key.
    /// * Gone from the very step in which it waited: the queue never let it go on, so it was hung up there. Where QUEUESTATUS is
    ///   heard, being asked to hang up there tells that already.
    /// * Where QUEUESTATUS is heard and none came, a channel found anywhere else was moved there while it waited.
    pub(crate) fn explained(&self, now: Option<&Place>, sign: Sign, hears_status: bool) -> Option<Outcome> {
        let places = self.place.as_ref().zip(now);
        if !self.given_up {
            return places.filter(|(then, now)| then.was_left_for(now)).map(|_| Outcome::ExitKey);
        }
        match (sign, places) {
            (Sign::Lives, _) if hears_status => Some(Outcome::Transferred),
            (Sign::Ends, Some((then, now))) if hears_status && then == now => Some(Outcome::Abandoned),
            (Sign::Gone, Some((then, now))) if then == now => Some(Outcome::Abandoned),
            (Sign::Ends | Sign::Gone, Some((_, now))) if hears_status && !now.is_gone() => Some(Outcome::Transferred),
            _ => None,
        }
    }
}
