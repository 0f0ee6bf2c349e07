//! Active efforts: the least that the first stored keyframe must already carry.

use crate::apply::Step;
use crate::{Moment, Name, PartyId, Site};
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

/// An attempt under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The campaign.
    pub campaign: Name,
    /// The contact.
    pub contact: Name,
    /// Who is called.
    pub callee: Option<PartyId>,
    /// The agent on it, if any.
    pub agent: Option<Name>,
    /// When dialling began.
    pub started: Moment,
    /// When somebody answered.
    pub answered: Option<Moment>,
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

impl Site {
    pub(crate) fn dialled(
        &mut self,
        attempt: &Name,
        campaign: &Name,
        contact: &Name,
        agent: Option<Name>,
        callee: Option<PartyId>,
        step: &mut Step<'_>,
    ) {
        if self.attempts.contains_key(attempt) {
            return;
        }
        let totals = self.campaigns.entry(campaign.clone()).or_default();
        totals.attempts = totals.attempts.saturating_add(1);
        let started = Attempt {
            campaign: campaign.clone(),
            contact: contact.clone(),
            callee,
            agent,
            started: step.now,
            answered: None,
        };
        self.attempts.insert(attempt.clone(), started);
        step.changes.campaigns.insert((step.source, campaign.clone()));
    }

    pub(crate) fn dial_answered(&mut self, attempt: &Name, human: bool, agent: Option<Name>, step: &mut Step<'_>) {
        let Some(open) = self.attempts.get_mut(attempt) else { return };
        if agent.is_some() {
            open.agent = agent;
        }
        if open.answered.replace(step.now).is_none() {
            let totals = self.campaigns.entry(open.campaign.clone()).or_default();
            let count = if human { &mut totals.humans } else { &mut totals.machines };
            *count = count.saturating_add(1);
        }
        step.changes.campaigns.insert((step.source, open.campaign.clone()));
    }

    pub(crate) fn dial_ended(&mut self, attempt: &Name, dropped: bool, step: &mut Step<'_>) {
        let Some(over) = self.attempts.remove(attempt) else { return };
        let totals = self.campaigns.entry(over.campaign.clone()).or_default();
        totals.ended = totals.ended.saturating_add(1);
        // Only a live answer can be dropped.
        if dropped && over.answered.is_some() {
            totals.dropped = totals.dropped.saturating_add(1);
        }
        step.changes.campaigns.insert((step.source, over.campaign));
    }

    pub(crate) fn disposed(&mut self, campaign: &Name, code: &Name, flags: DispositionFlags, step: &mut Step<'_>) {
        let totals = self.campaigns.entry(campaign.clone()).or_default();
        let add = |count: &mut u32, yes: bool| *count = count.saturating_add(u32::from(yes));
        add(&mut totals.right_party, flags.right_party);
        add(&mut totals.sales, flags.sale);
        add(&mut totals.promises, flags.promise);
        add(&mut totals.completed, flags.completed);
        let count = totals.dispositions.entry(code.clone()).or_default();
        *count = count.saturating_add(1);
        step.changes.campaigns.insert((step.source, campaign.clone()));
    }
}
