//! Why a platform's own counters differ from what Mirante counted, to the last call. Pure.
//!
//! Asterisk's `app_queue` counts a call as completed when the conversation ends *or* when the member's device is told to be free, if
//! that comes first (the caller was parked, a colleague took the call); only if the member has not been given another call of the
//! same queue meanwhile; and never if the counters were begun again during the conversation. It counts every wait that ends without
//! an answer as abandoned, but one ended by a key, which it counts nowhere. Given what it told at two moments and the stays between
//! them, [`follow`] does the same sums and says what is left: nothing, where everything was heard.
//!
//! * [`Stay`]: a visit as far as the platform counts it. [`Told`]: counters at a moment.
//! * `steps` puts what was counted in order, `span` is a figure known to lie between two bounds, `average` the moving averages.

mod average;
mod cause;
mod follow;
pub mod log;
mod piece;
mod span;
mod steps;

pub use cause::{Because, Cause};
pub use follow::{Followed, Line, follow};
pub use span::Reach;

use mirante_floor::{Name, Outcome, PbxCounters, PbxLevels, VisitId};

/// What a platform told of its own counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// When, Unix ms by the platform's clock as far as it is known.
    pub at: i64,
    /// The counters.
    pub counters: PbxCounters,
    /// Its service levels.
    pub levels: Option<PbxLevels>,
}

/// A stretch in which a platform's counters were followed without a break.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// The counters had begun again before the first was told, and after this, Unix ms.
    pub begun_after: Option<i64>,
    /// True if the platform was not heard for some time between the stretch before and this one.
    pub unheard: bool,
    /// What was told, oldest first.
    pub told: Vec<Told>,
}

/// One stay in the queue, its times Unix ms by the clock that [`Told::at`] is by.
#[derive(Debug, Clone, PartialEq)]
pub struct Stay {
    /// The visit.
    pub id: VisitId,
    /// When it entered the queue.
    pub entered: i64,
    /// Who answered, and when.
    pub answered: Option<(Name, i64)>,
    /// When the wait or the conversation ended; absent while it goes on.
    pub ended: Option<i64>,
    /// When the platform said, during the conversation, that the agent's device was free.
    pub freed: Option<i64>,
    /// How it ended; absent while it goes on.
    pub outcome: Option<Outcome>,
    /// What of its beginning is known.
    pub begin: Begin,
}

/// What of a stay's beginning is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Begin {
    /// It was heard.
    #[default]
    Heard,
    /// A list told how long it had waited, in whole seconds.
    Listed,
    /// It was a conversation already when Mirante began to listen: nobody knows how long it had waited, and no visit tells of it. That its
    /// agent answered is in the counters.
    Unheard,
}

/// What is known besides counters and stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// How exact times are.
    pub clocks: Clocks,
    /// The platform is of a release that may count one conversation twice.
    pub counts_twice: bool,
    /// What its own record tells, where that was read.
    pub record: Option<Record>,
}

/// A platform's record beside ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// It tells all from then on, Unix ms.
    pub from: i64,
    /// And until then.
    pub to: i64,
    /// Ends of conversations that it alone tells, Unix ms.
    pub missed: Vec<i64>,
}

impl Known {
    /// True if one conversation may have been counted twice between these moments, and was not simply missed by us: the averages forget
    /// fast, so counters alone cannot tell the two apart, but the record names whoever talked.
    fn is_complete(&self, from: i64, to: i64) -> bool {
        let near = self.clocks.near_ms;
        let is_in = |at: &i64| (from - near..=to + near).contains(at);
        let whole = |record: &Record| record.from <= from && to <= record.to && !record.missed.iter().any(is_in);
        self.counts_twice && self.record.as_ref().is_some_and(whole)
    }
}

/// How exact times are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// A time may be told so much after the fact, ms.
    pub late_ms: i64,
    /// What was told within so much of a list may be in it or not, ms.
    pub near_ms: i64,
}

impl Clocks {
    /// Where the platform stamps its events.
    pub const STAMPED: Clocks = Clocks { late_ms: 60, near_ms: 2_500 };
    /// Where only our own clock tells.
    pub const UNSTAMPED: Clocks = Clocks { late_ms: 600, near_ms: 3_500 };
}

#[cfg(test)]
mod tests;
