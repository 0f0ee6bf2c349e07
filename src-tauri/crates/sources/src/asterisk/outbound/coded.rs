//! What the centre decides about its calls to the outside: how campaigns are named and what result codes mean.

use super::super::message::Message;
use super::super::remote::masked;
use mirante_floor::{DispositionFlags, Name};
use std::collections::BTreeMap;

/// Name of the user event that codes a call.
pub(super) const DISPOSITION: &str = "MiranteDisposition";
/// Longest name of a campaign or code kept, characters.
const LONGEST: usize = 80;

/// How a PBX tells campaigns and results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbound {
    /// Channel variables that name the campaign of a call.
    pub campaign_variables: Vec<String>,
    /// Account codes that begin so name the campaign with what follows; the empty prefix takes every code.
    pub campaign_account: Option<String>,
    /// What result codes mean; a code that is not here means nothing more than itself.
    pub dispositions: BTreeMap<String, DispositionFlags>,
}

impl Default for Outbound {
    /// The variable `CAMPAIGN`, or `CAMPANHA`; account codes name no campaign.
    fn default() -> Self {
        let campaign_variables = ["CAMPAIGN", "CAMPANHA"].map(String::from).to_vec();
        Outbound { campaign_variables, campaign_account: None, dispositions: BTreeMap::new() }
    }
}

impl Outbound {
    /// The channel variables that matter to calls to the outside.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.campaign_variables.iter().map(String::as_str).chain(["AMDSTATUS"])
    }

    /// The campaign that setting a channel variable names.
    pub(super) fn of_variable(&self, message: &Message<'_>) -> Option<Name> {
        let variable = message.get("Variable")?.trim_start_matches('_');
        let is_it = self.campaign_variables.iter().any(|known| known == variable);
        message.said("Value").filter(|_| is_it).map(short)
    }

    /// The campaign that the account code of a dialling names: the callee's, else the caller's.
    pub(super) fn of_account(&self, message: &Message<'_>) -> Option<Name> {
        let prefix = self.campaign_account.as_deref()?;
        let codes = ["DestAccountCode", "AccountCode"].into_iter().filter_map(|key| message.said(key));
        codes.filter_map(|code| code.strip_prefix(prefix)).find(|rest| !rest.is_empty()).map(short)
    }

    /// Code and meaning of a user event that codes a call.
    pub(super) fn disposition(&self, message: &Message<'_>) -> Option<(Name, DispositionFlags)> {
        let is_it = message.get("UserEvent").is_some_and(|event| event.eq_ignore_ascii_case(DISPOSITION));
        let code = message.said("Code").filter(|_| is_it)?;
        Some((short(code), self.dispositions.get(code).copied().unwrap_or_default()))
    }
}

/// A name that somebody else gave, cut to a bearable length. One that holds a telephone number is kept without it.
pub(super) fn short(name: &str) -> Name {
    masked(&name.trim().chars().take(LONGEST).collect::<String>())
}
