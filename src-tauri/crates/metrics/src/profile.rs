//! What each kind of operation looks at, and what would mislead it.

use crate::{Catalogue, Words};
use mirante_floor::{CampaignKind, Name, Operation, ProfileOf, Shown};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What one operation, or one kind of campaign, looks at.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    operation: Option<Operation>,
    campaigns: Option<CampaignKind>,
    /// What leads its board: definitions and families, in order.
    pub lead: Vec<String>,
    /// What stands beside it.
    #[serde(default)]
    pub more: Vec<String>,
    /// What it would look at if there were a source of tickets.
    #[serde(default)]
    pub tickets: Vec<String>,
    /// What it does not look at, and why.
    #[serde(default)]
    pub hidden: Vec<Hidden>,
}

/// What is not shown, and why.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// Definitions and families.
    pub ids: Vec<String>,
    /// Why.
    pub why: Words,
}

/// Where an indicator stands in a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands<'a> {
    /// It leads.
    Lead,
    /// Beside what leads, or nobody said anything of it.
    Shown,
    /// It is not shown.
    Hidden(Why<'a>),
}

/// Why an indicator is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why<'a> {
    /// It misleads here, as Mirante's own profile says.
    Misleads(&'a Words),
    /// There is no source of tickets.
    NoTickets(&'a Words),
    /// People decided so, in their words.
    Decided(&'a str),
}

/// All profiles.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// "No source of tickets".
    no_tickets: Words,
    profile: Vec<Profile>,
}

impl Profiles {
    /// Mirante's own.
    pub fn own() -> &'static Profiles {
        static OWN: LazyLock<Profiles> = LazyLock::new(|| {
            #[allow(clippy::expect_used)] // a constant, which a test reads
            toml::from_str(include_str!("profiles.toml")).expect("the profiles that are built in")
        });
        &OWN
    }

    /// The profile of an operation or a kind of campaign; absent where Mirante has none, and everything is shown.
    pub fn of(&self, of: ProfileOf) -> Option<&Profile> {
        self.profile.iter().find(|profile| profile.of() == Some(of))
    }

    /// Every profile.
    pub fn all(&self) -> &[Profile] {
        &self.profile
    }

    /// Why indicators of tickets are not shown.
    pub fn no_tickets(&self) -> &Words {
        &self.no_tickets
    }

    /// Where an indicator stands, after what people decided. No source tells tickets yet, so what needs one is not shown.
    pub fn stands<'a>(
        &'a self,
        of: ProfileOf,
        indicator: &str,
        decided: &'a BTreeMap<(ProfileOf, Name), Shown>,
    ) -> Stands<'a> {
        let profile = self.of(of);
        let family = Catalogue::own().family_of(indicator).map(|family| family.id.as_str());
        let is = |id: &String| id == indicator || Some(id.as_str()) == family;
        if profile.is_some_and(|profile| profile.tickets.iter().any(is)) {
            return Stands::Hidden(Why::NoTickets(&self.no_tickets));
        }
        let shown = || match profile {
            Some(profile) if profile.lead.iter().any(is) => Stands::Lead,
            _ => Stands::Shown,
        };
        if let Some(decided) = decided.get(&(of, Name::from(indicator))) {
            return if decided.shown { shown() } else { Stands::Hidden(Why::Decided(&decided.why)) };
        }
        let hidden = profile.and_then(|profile| profile.hidden.iter().find(|hidden| hidden.ids.iter().any(is)));
        hidden.map_or_else(shown, |hidden| Stands::Hidden(Why::Misleads(&hidden.why)))
    }
}

impl Profile {
    /// Whose it is.
    pub fn of(&self) -> Option<ProfileOf> {
        self.operation.map(ProfileOf::Operation).or(self.campaigns.map(ProfileOf::Kind))
    }
}
