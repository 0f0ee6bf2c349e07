//! What there is for rules to watch.

use crate::{Facts, Rule, Scope, Subject};
use mirante_floor::Name;
use std::collections::BTreeMap;

/// The things of one moment by scope and id, asked for once: most rules watch few of many.
#[derive(Debug, Default)]
pub struct Things(BTreeMap<Scope, BTreeMap<Name, Vec<Subject>>>);

impl Things {
    /// The things that a rule watches.
    pub fn watched_by<'a>(&'a mut self, rule: &'a Rule, facts: &impl Facts) -> impl Iterator<Item = &'a Subject> {
        let of = self.0.entry(rule.scope).or_insert_with(|| {
            let mut by_id: BTreeMap<Name, Vec<Subject>> = BTreeMap::new();
            for subject in facts.subjects(rule.scope) {
                by_id.entry(subject.id.clone()).or_default().push(subject);
            }
            by_id
        });
        let all = rule.only.is_empty().then(|| of.values().flatten());
        let some = rule.only.iter().filter_map(|id| of.get(id)).flatten();
        all.into_iter().flatten().chain(some)
    }
}
