//! Which rules read what changed about a thing.

use super::names::Asks;
use mirante_alerts::{Rule, Rules, Scope, Subject};
use mirante_floor::Name;
use std::collections::{BTreeMap, HashMap};

/// Rules by what they watch and read.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Those that watch all of their scope, with the parts that they read.
    all: BTreeMap<Scope, Vec<(usize, u8)>>,
    /// Those that watch some things, by each of these.
    only: HashMap<(Scope, Name), Vec<(usize, u8)>>,
    /// Those that read what changes while nothing happens.
    growing: Vec<usize>,
}

impl Index {
    pub(crate) fn of(rules: &Rules) -> Index {
        let mut index = Index::default();
        for (place, rule) in rules.all().iter().enumerate() {
            let asks = || rule.reads().filter_map(Asks::of);
            let parts = asks().fold(0, |parts, asks| parts | asks.reads());
            for id in &rule.only {
                index.only.entry((rule.scope, id.clone())).or_default().push((place, parts));
            }
            if rule.only.is_empty() {
                index.all.entry(rule.scope).or_default().push((place, parts));
            }
            if asks().any(Asks::grows) {
                index.growing.push(place);
            }
        }
        index
    }

    /// The rules that read one of these parts of a thing.
    pub(crate) fn touched<'a>(&self, rules: &'a Rules, subject: &Subject, parts: u8) -> Vec<&'a Rule> {
        let all = self.all.get(&subject.scope).into_iter().flatten();
        let only = self.only.get(&(subject.scope, subject.id.clone())).into_iter().flatten();
        all.chain(only).filter(|(_, reads)| reads & parts != 0).map(|(place, _)| &rules.all()[*place]).collect()
    }

    /// The rules that read what changes while nothing happens.
    pub(crate) fn growing<'a>(&self, rules: &'a Rules) -> impl Iterator<Item = &'a Rule> {
        self.growing.iter().map(|place| &rules.all()[*place])
    }
}
