//! Why counts differ.

use mirante_floor::{Outcome, VisitId};

/// A reason for which a platform counts a call otherwise than Mirante.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The queue's time limit sent the caller on: counted as abandoned.
    Timeout,
    /// No agent was left and the caller was sent on: counted as abandoned.
    Overflow,
    /// A supervisor took the caller out: counted as abandoned.
    Withdrawn,
    /// The caller was moved elsewhere while waiting: counted as abandoned.
    Moved,
    /// Nobody saw how the wait ended: abandoned to the platform unless a key ended it.
    Unknown,
    /// The agent's device was told to be free before the conversation ended (the caller was parked, a colleague took the call): counted
    /// as completed then and not at the end.
    FreedEarly,
    /// It was under way when Mirante began to listen: counted when it ended, and no visit of ours.
    UnderWay,
    /// The agent was given another call of the queue before this one was over: the platform forgot this one and never counted it.
    Overtaken,
    /// The word of a free device and the hang-up came at once, and the platform counted the conversation for each: releases that take no
    /// lock there do. Believed only where the platform's record knows no conversation that we missed, and one more such count fits every one
    /// of its counters.
    Twice,
    /// The counters were begun again during the conversation: it is never counted.
    BegunAgain,
    /// It ended at the very moment at which the counters were read.
    Moment,
    /// Calls that the platform counted while Mirante did not hear it, or the other way round.
    Unheard,
    /// What was counted before a reload with reset, a reset or a restart is in no counter any more.
    Reset,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 13] = [
        Cause::Timeout,
        Cause::Overflow,
        Cause::Withdrawn,
        Cause::Moved,
        Cause::Unknown,
        Cause::FreedEarly,
        Cause::UnderWay,
        Cause::Overtaken,
        Cause::Twice,
        Cause::BegunAgain,
        Cause::Moment,
        Cause::Unheard,
        Cause::Reset,
    ];

    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Timeout => "timeout",
            Cause::Overflow => "overflow",
            Cause::Withdrawn => "withdrawn",
            Cause::Moved => "moved",
            Cause::Unknown => "unknown",
            Cause::FreedEarly => "freed_early",
            Cause::UnderWay => "under_way",
            Cause::Overtaken => "overtaken",
            Cause::Twice => "twice",
            Cause::BegunAgain => "begun_again",
            Cause::Moment => "moment",
            Cause::Unheard => "unheard",
            Cause::Reset => "reset",
        }
    }

    /// Why a wait that ended so is abandoned to the platform and not to Mirante.
    pub(super) fn of(outcome: Outcome) -> Option<Cause> {
        match outcome {
            Outcome::Timeout => Some(Cause::Timeout),
            Outcome::Overflow => Some(Cause::Overflow),
            Outcome::Withdrawn => Some(Cause::Withdrawn),
            Outcome::Transferred => Some(Cause::Moved),
            Outcome::Unknown => Some(Cause::Unknown),
            Outcome::Answered | Outcome::Abandoned | Outcome::ExitKey => None,
        }
    }
}

/// How much of a difference a cause makes, and by which visits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// Why.
    pub cause: Cause,
    /// So many more in the platform's counter than in ours; negative for fewer.
    pub count: i64,
    /// The visits, if it is theirs.
    pub visits: Vec<VisitId>,
}

/// Adds to what a cause makes.
pub(super) fn add(all: &mut Vec<Because>, cause: Cause, count: i64, visit: Option<VisitId>) {
    let found = match all.iter_mut().position(|because| because.cause == cause) {
        Some(at) => &mut all[at],
        None => {
            all.push(Because { cause, count: 0, visits: Vec::new() });
            let last = all.len() - 1;
            &mut all[last]
        }
    };
    found.count += count;
    found.visits.extend(visit);
}
