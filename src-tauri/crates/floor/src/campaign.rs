//! Active efforts: what their attempts add up to.

use crate::apply::Step;
use crate::{AnsweredBy, Fact, Name, Site};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a disposition code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DispositionFlags {
    /// A human spoke.
    pub human: bool,
    /// The person looked for spoke.
    pub right_party: bool,
    /// A sale.
    pub sale: bool,
    /// A promise to pay.
    pub promise: bool,
    /// Asked never to be called.
    pub do_not_call: bool,
    /// The contact is finished for this campaign.
    pub completed: bool,
    /// The number cannot be worked.
    pub unworkable: bool,
}

/// Totals of a campaign's day. Attempts under way are in [`crate::Site::attempts`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Campaign {
    /// Attempts begun.
    pub attempts: u32,
    /// Live answers by humans (alô).
    pub humans: u32,
    /// Answers by machines.
    pub machines: u32,
    /// Answers of which nobody said yet whether a human or a machine gave them.
    pub undecided: u32,
    /// Live answers dropped because no agent was free.
    pub dropped: u32,
    /// Attempts over.
    pub ended: u32,
    /// The right person spoke (CPC).
    pub right_party: u32,
    /// Sales.
    pub sales: u32,
    /// Promises.
    pub promises: u32,
    /// Contacts finished.
    pub completed: u32,
    /// Results by code.
    pub dispositions: BTreeMap<Name, u32>,
}

impl Campaign {
    /// Counts an answer by `by` that was counted as `before` so far.
    pub(crate) fn answered(&mut self, before: Option<AnsweredBy>, by: AnsweredBy) {
        if before == Some(by) {
            return;
        }
        if let Some(before) = before {
            let count = self.answers(before);
            *count = count.saturating_sub(1);
        }
        let count = self.answers(by);
        *count = count.saturating_add(1);
    }

    fn answers(&mut self, by: AnsweredBy) -> &mut u32 {
        match by {
            AnsweredBy::Human => &mut self.humans,
            AnsweredBy::Machine => &mut self.machines,
            AnsweredBy::Unknown => &mut self.undecided,
        }
    }
}

impl Site {
    /// The coded result of an attempt, under way or over. A code that says that a human spoke decides who answered.
    pub(crate) fn disposed(
        &mut self,
        campaign: Option<&Name>,
        attempt: &Name,
        code: &Name,
        flags: DispositionFlags,
        step: &mut Step<'_>,
    ) {
        let started = self.attempts.get(attempt).map(|open| open.started);
        let is_of_day = started.is_none_or(|started| self.is_of_day(started));
        let open = self.attempts.get_mut(attempt);
        let campaign = campaign.cloned().or_else(|| open.as_ref().and_then(|open| open.campaign.clone()));
        let mut undecided = None;
        match open {
            Some(open) => {
                open.disposition = Some((code.clone(), flags));
                if let Some((at, AnsweredBy::Unknown)) = open.answered
                    && flags.human
                {
                    open.answered = Some((at, AnsweredBy::Human));
                    undecided = open.campaign.clone().filter(|_| is_of_day);
                }
            }
            None => {
                let (source, attempt, code) = (step.source, attempt.clone(), code.clone());
                let place = self.undecided.iter().position(|(known, _)| *known == attempt).filter(|_| flags.human);
                undecided = place.and_then(|place| self.undecided.remove(place)).map(|(_, campaign)| campaign);
                step.changes.facts.push(Fact::AttemptDisposed { source, attempt, code, flags });
            }
        }
        if let Some(campaign) = undecided {
            let totals = self.campaigns.entry(campaign.clone()).or_default();
            // A day that began since then holds nothing of it.
            if totals.undecided > 0 {
                totals.answered(Some(AnsweredBy::Unknown), AnsweredBy::Human);
            }
            step.changes.campaigns.insert((step.source, campaign));
        }
        let Some(campaign) = campaign else { return };
        let totals = self.campaigns.entry(campaign.clone()).or_default();
        if !is_of_day {
            return;
        }
        let add = |count: &mut u32, yes: bool| *count = count.saturating_add(u32::from(yes));
        add(&mut totals.right_party, flags.right_party);
        add(&mut totals.sales, flags.sale);
        add(&mut totals.promises, flags.promise);
        add(&mut totals.completed, flags.completed);
        let count = totals.dispositions.entry(code.clone()).or_default();
        *count = count.saturating_add(1);
        step.changes.campaigns.insert((step.source, campaign));
    }
}
