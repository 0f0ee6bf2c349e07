//! All rules in force, and which of them an event touches.

use crate::{Rule, Scope};
use mirante_floor::Name;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Rules that agree with each other.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    by_id: BTreeMap<Name, usize>,
    by_name_read: BTreeMap<(Scope, String), Vec<usize>>,
}

/// Why rules cannot stand together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RulesError {
    /// Two have one id.
    #[error("two rules are called {0}")]
    Twice(Name),
    /// One holds back a rule that does not exist.
    #[error("rule {rule} holds back {missing}, which does not exist")]
    Missing {
        /// The rule.
        rule: Name,
        /// What is not there.
        missing: Name,
    },
    /// Rules hold each other back in a circle, so all of them would be silent.
    #[error("rule {0} holds itself back")]
    Circle(Name),
}

impl Rules {
    /// Takes rules together.
    ///
    /// # Errors
    /// [`RulesError`].
    pub fn new(rules: Vec<Rule>) -> Result<Rules, RulesError> {
        let mut by_id = BTreeMap::new();
        let mut by_name_read: BTreeMap<(Scope, String), Vec<usize>> = BTreeMap::new();
        for (place, rule) in rules.iter().enumerate() {
            if by_id.insert(rule.id.clone(), place).is_some() {
                return Err(RulesError::Twice(rule.id.clone()));
            }
            for name in rule.reads().collect::<BTreeSet<_>>() {
                by_name_read.entry((rule.scope, name.to_owned())).or_default().push(place);
            }
        }
        let rules = Rules { rules, by_id, by_name_read };
        rules.held_back_in_order()?;
        Ok(rules)
    }

    /// Every rule.
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of that id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.by_id.get(id).map(|place| &self.rules[*place])
    }

    /// The rules about things of `scope` that read one of these names.
    pub fn that_read<'a>(&'a self, scope: Scope, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a Rule> {
        let mut places: Vec<usize> = names
            .into_iter()
            .filter_map(|name| self.by_name_read.get(&(scope, name.to_owned())))
            .flatten()
            .copied()
            .collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| &self.rules[place]).collect()
    }

    /// Every rule that is held back exists, and no way leads from a rule back to itself.
    fn held_back_in_order(&self) -> Result<(), RulesError> {
        for rule in &self.rules {
            let mut look: Vec<&Name> = rule.holds_back.iter().collect();
            let mut seen = BTreeSet::new();
            while let Some(id) = look.pop() {
                let Some(held) = self.get(id) else {
                    return Err(RulesError::Missing { rule: rule.id.clone(), missing: id.clone() });
                };
                if held.id == rule.id {
                    return Err(RulesError::Circle(rule.id.clone()));
                }
                if seen.insert(id) {
                    look.extend(&held.holds_back);
                }
            }
        }
        Ok(())
    }
}
