//! Figures that are made in several ways, of which people choose one.

use crate::{Catalogue, CatalogueError, Words};
use mirante_floor::Name;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Definitions of which one stands for all: what "the service level" is, decides whoever made the contract.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Which: `sl`.
    pub id: String,
    /// The definition where nobody chose another.
    pub usual: String,
    /// Definitions to choose from.
    pub variants: Vec<String>,
    /// What people call it.
    pub name: Words,
}

impl Family {
    /// The definition that people chose, or the usual one. A choice that is none of the family's is passed over.
    pub fn chosen<'a>(&'a self, formulas: &'a BTreeMap<Name, Name>) -> &'a str {
        let chosen = formulas.iter().find(|(family, _)| ***family == *self.id).map(|(_, id)| &**id);
        chosen.filter(|id| self.variants.iter().any(|variant| variant == id)).unwrap_or(&self.usual)
    }
}

impl Catalogue {
    /// The family of an id.
    pub fn family(&self, id: &str) -> Option<&Family> {
        self.families().iter().find(|family| family.id == id)
    }

    /// The family in which a definition is a variant.
    pub fn family_of(&self, definition: &str) -> Option<&Family> {
        self.families().iter().find(|family| family.variants.iter().any(|variant| variant == definition))
    }

    pub(crate) fn check_families(&self) -> Result<(), CatalogueError> {
        let mut seen = std::collections::BTreeSet::new();
        for family in self.families() {
            let wrong = |what| CatalogueError::Wrong { key: family.id.clone(), what };
            let Words { pt, en, es } = &family.name;
            if [pt, en, es].iter().any(|text| text.trim().is_empty()) {
                return Err(wrong("a name is empty"));
            }
            if !family.variants.contains(&family.usual) {
                return Err(wrong("what is usual is one of the variants"));
            }
            let unit = self.newest(&family.usual).map(|definition| definition.unit);
            for variant in &family.variants {
                if self.newest(variant).is_none_or(|definition| Some(definition.unit) != unit) {
                    return Err(wrong("variants are definitions of one unit"));
                }
                if !seen.insert(variant) {
                    return Err(wrong("a definition is of one family"));
                }
            }
            if self.newest(&family.id).is_some() {
                return Err(wrong("a family has an id of its own"));
            }
        }
        Ok(())
    }
}
