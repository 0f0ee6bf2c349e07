//! Active efforts: the least that the first stored keyframe must already carry.

use crate::{Moment, Name, PartyId};
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
