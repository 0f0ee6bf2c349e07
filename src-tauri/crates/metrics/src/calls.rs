//! Attempts to reach someone, summed.

use crate::{Absent, measure::whole};
use mirante_floor::{AnsweredBy, AttemptResult, Campaign, ClosedAttempt, PartyId, Tally};
use std::collections::BTreeSet;

/// Attempts that are over. Mergeable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calls {
    /// Attempts.
    pub attempts: u64,
    /// Ends that nobody heard.
    pub unheard: u64,
    /// Answered by a person.
    pub humans: u64,
    /// Answered by a machine.
    pub machines: u64,
    /// Answered, and nobody said by whom.
    pub undecided: u64,
    /// Live answers dropped because no agent was free.
    pub dropped: u64,
    /// With a coded result.
    pub coded: u64,
    /// The right person spoke.
    pub right_party: u64,
    /// Sales.
    pub sales: u64,
    /// Promises to pay.
    pub promises: u64,
    /// Refusals of any further call.
    pub do_not_call: u64,
    /// Contacts finished.
    pub completed: u64,
    /// Numbers that cannot be worked.
    pub unworkable: u64,
    /// From the answer to the end, where it was not a machine that answered.
    lengths: Tally,
    /// People called; one who is not known is one more each time.
    callees: BTreeSet<PartyId>,
    nameless: u64,
}

impl Calls {
    /// What a campaign's running totals tell of its day: neither whom it called nor for how long.
    pub fn of_day(campaign: &Campaign) -> Self {
        Calls {
            attempts: campaign.ended.into(),
            humans: campaign.humans.into(),
            machines: campaign.machines.into(),
            undecided: campaign.undecided.into(),
            dropped: campaign.dropped.into(),
            right_party: campaign.right_party.into(),
            sales: campaign.sales.into(),
            promises: campaign.promises.into(),
            completed: campaign.completed.into(),
            nameless: campaign.ended.into(),
            ..Calls::default()
        }
    }

    /// Adds an attempt that is over.
    pub fn add(&mut self, attempt: &ClosedAttempt) {
        self.attempts += 1;
        self.unheard += u64::from(attempt.inferred);
        match attempt.answered_by {
            Some(AnsweredBy::Human) => self.humans += 1,
            Some(AnsweredBy::Machine) => self.machines += 1,
            Some(AnsweredBy::Unknown) => self.undecided += 1,
            None => {}
        }
        if let Some(answered) = attempt.answered
            && attempt.result() != AttemptResult::Machine
        {
            self.lengths.add(attempt.ended.since(answered));
        }
        self.dropped += u64::from(attempt.end.dropped);
        if let Some((_, flags)) = &attempt.disposition {
            self.coded += 1;
            self.right_party += u64::from(flags.right_party);
            self.sales += u64::from(flags.sale);
            self.promises += u64::from(flags.promise);
            self.do_not_call += u64::from(flags.do_not_call);
            self.completed += u64::from(flags.completed);
            self.unworkable += u64::from(flags.unworkable);
        }
        match attempt.callee {
            Some(callee) => {
                self.callees.insert(callee);
            }
            None => self.nameless += 1,
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Calls) {
        let Calls { attempts, unheard, humans, machines, undecided, dropped, coded, .. } = other;
        self.attempts += attempts;
        self.unheard += unheard;
        self.humans += humans;
        self.machines += machines;
        self.undecided += undecided;
        self.dropped += dropped;
        self.coded += coded;
        self.right_party += other.right_party;
        self.sales += other.sales;
        self.promises += other.promises;
        self.do_not_call += other.do_not_call;
        self.completed += other.completed;
        self.unworkable += other.unworkable;
        self.lengths.merge(&other.lengths);
        self.callees.extend(&other.callees);
        self.nameless += other.nameless;
    }

    pub(crate) fn answered(&self) -> u64 {
        self.humans + self.machines + self.undecided
    }

    /// Who answered may become known only when the result is coded, or never. An attempt is judged once it is known; where nothing
    /// is known there is no rate, which is not a rate of nothing.
    pub(crate) fn judged(&self) -> Result<i64, Absent> {
        if self.humans == 0 && self.machines == 0 && self.undecided > 0 {
            return Err(Absent::NeverTold);
        }
        Ok(whole(self.attempts.saturating_sub(self.undecided)))
    }

    /// Calls that were not answered by a person, or were over within so many seconds.
    pub(crate) fn short(&self, seconds: u32) -> u64 {
        self.attempts.saturating_sub(u64::from(self.lengths.count)) + self.lengths.hist.within(seconds)
    }

    /// How many people were called; not told where somebody called is not known.
    pub(crate) fn callees(&self) -> Result<i64, Absent> {
        if self.nameless > 0 { Err(Absent::NeverTold) } else { Ok(self.callees.len() as i64) }
    }
}
