//! Grouping: many alerts become few messages.
//!
//! Alerts that go the same way are gathered: the first waits for others a little, later ones for longer, and what goes on is said again
//! now and then. What is over before anyone was told is never told.

use crate::Key;
use mirante_floor::Name;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long messages wait, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// From the first alert of a group to its first message.
    pub wait: i64,
    /// Between two messages of a group in which something changed.
    pub interval: i64,
    /// After which what goes on is said again.
    pub repeat: i64,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { wait: 30_000, interval: 5 * 60_000, repeat: 4 * 3_600_000 }
    }
}

/// Which way a message goes: to one person by one channel about one kind of thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Way {
    /// Who is told.
    pub to: Name,
    /// By which channel.
    pub by: Name,
    /// What they have in common: an operation, a source, a rule.
    pub about: Name,
}

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The first of its group.
    First,
    /// Something changed.
    Changed,
    /// Nothing changed, and it goes on.
    Repeated,
    /// All of it is over.
    Over,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Which way it goes.
    pub way: Way,
    /// Why.
    pub reason: Reason,
    /// What is new since the last message.
    pub fired: BTreeSet<Key>,
    /// What was told before and goes on.
    pub still: BTreeSet<Key>,
    /// What was told before and is over.
    pub over: BTreeSet<Key>,
}

/// Everything that is gathered now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Groups {
    groups: BTreeMap<Way, Group>,
}

/// What is gathered for one way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Group {
    told: BTreeSet<Key>,
    fired: BTreeSet<Key>,
    over: BTreeSet<Key>,
    /// When something was first gathered, Unix ms.
    began: i64,
    /// When the last message was made, Unix ms.
    sent: Option<i64>,
}

impl Groups {
    /// What is gathered, by way: to be kept.
    pub fn each(&self) -> impl Iterator<Item = (&Way, &Group)> {
        self.groups.iter()
    }

    /// What is gathered for one way.
    pub fn get(&self, way: &Way) -> Option<&Group> {
        self.groups.get(way)
    }

    /// What was gathered for one way when it was last kept.
    pub fn remember(&mut self, way: Way, group: Group) {
        self.groups.insert(way, group);
    }

    /// The ways by which an alert is to be told, or was.
    pub fn ways<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a Way> {
        let has = |group: &Group| group.told.contains(key) || group.fired.contains(key);
        self.groups.iter().filter(move |(_, group)| has(group)).map(|(way, _)| way)
    }

    /// An alert is to be told this way.
    pub fn fire(&mut self, way: Way, key: Key, now: i64) {
        let group = self.groups.entry(way).or_insert_with(|| Group { began: now, ..Group::default() });
        // Over and there again before anyone was told: as if nothing had been.
        if !group.over.remove(&key) && !group.told.contains(&key) {
            group.fired.insert(key);
        }
    }

    /// An alert is to be told this way as a new one, also if it was before.
    pub fn fire_again(&mut self, way: Way, key: Key, now: i64) {
        let group = self.groups.entry(way).or_insert_with(|| Group { began: now, ..Group::default() });
        group.told.remove(&key);
        group.over.remove(&key);
        group.fired.insert(key);
    }

    /// An alert is not to be told for now: what was not sent yet is not.
    pub fn withdraw(&mut self, key: &Key) {
        for group in self.groups.values_mut() {
            group.fired.remove(key);
        }
        self.groups.retain(|_, group| !group.is_empty());
    }

    /// An alert is over, whichever ways it was told.
    pub fn resolve(&mut self, key: &Key) {
        for group in self.groups.values_mut() {
            if !group.fired.remove(key) && group.told.contains(key) {
                group.over.insert(key.clone());
            }
        }
        self.groups.retain(|_, group| !group.is_empty());
    }

    /// When the next message is due if nothing else happens, Unix ms.
    pub fn wake(&self, pace: &Pace) -> Option<i64> {
        self.groups.values().map(|group| group.due(pace)).min()
    }

    /// Every message that is due by `now`, Unix ms.
    pub fn flush(&mut self, pace: &Pace, now: i64) -> Vec<Message> {
        let mut messages = Vec::new();
        for (way, group) in self.groups.iter_mut().filter(|(_, group)| group.due(pace) <= now) {
            let (fired, over) = (std::mem::take(&mut group.fired), std::mem::take(&mut group.over));
            let still: BTreeSet<Key> = group.told.difference(&over).cloned().collect();
            let reason = match group.sent {
                None => Reason::First,
                Some(_) if fired.is_empty() && still.is_empty() => Reason::Over,
                Some(_) if fired.is_empty() && over.is_empty() => Reason::Repeated,
                Some(_) => Reason::Changed,
            };
            group.told = still.union(&fired).cloned().collect();
            group.sent = Some(now);
            messages.push(Message { way: way.clone(), reason, fired, still, over });
        }
        self.groups.retain(|_, group| !group.is_empty());
        messages
    }
}

impl Group {
    fn is_empty(&self) -> bool {
        self.told.is_empty() && self.fired.is_empty()
    }

    fn due(&self, pace: &Pace) -> i64 {
        match self.sent {
            None => self.began + pace.wait,
            Some(sent) if self.fired.is_empty() && self.over.is_empty() => sent + pace.repeat.max(pace.interval),
            Some(sent) => sent + pace.interval,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scope, Subject};
    use mirante_floor::SourceId;

    const SECOND: i64 = 1_000;
    const MINUTE: i64 = 60 * SECOND;

    fn key(id: &str) -> Key {
        let subject = Subject { scope: Scope::Queue, source: SourceId(1), id: Name::from(id) };
        Key { rule: Name::from("cheia"), subject }
    }

    fn way(to: &str) -> Way {
        Way { to: Name::from(to), by: Name::from("email"), about: Name::from("sac") }
    }

    /// Every message up to a moment, as (second, reason, new, going on, over).
    fn until(groups: &mut Groups, to: i64) -> Vec<(i64, Reason, usize, usize, usize)> {
        let pace = Pace::default();
        let mut sent = Vec::new();
        while let Some(due) = groups.wake(&pace).filter(|due| *due <= to) {
            let made = groups.flush(&pace, due);
            assert!(!made.is_empty(), "it asked for nothing");
            sent.extend(made.into_iter().map(|message| {
                let Message { reason, fired, still, over, .. } = message;
                (due / SECOND, reason, fired.len(), still.len(), over.len())
            }));
        }
        sent
    }

    #[test]
    fn what_comes_together_is_told_together() {
        let mut groups = Groups::default();
        for place in 0..200 {
            groups.fire(way("bia"), key(&place.to_string()), place * 100);
        }
        assert_eq!(until(&mut groups, MINUTE), [(30, Reason::First, 200, 0, 0)]);
        groups.fire(way("bia"), key("new"), MINUTE);
        groups.resolve(&key("0"));
        assert_eq!(until(&mut groups, 10 * MINUTE), [(330, Reason::Changed, 1, 199, 1)]);
        let repeated = until(&mut groups, 9 * 60 * MINUTE);
        assert_eq!(
            repeated,
            [(330 + 14_400, Reason::Repeated, 0, 200, 0), (330 + 28_800, Reason::Repeated, 0, 200, 0)]
        );
        for place in 1..200 {
            groups.resolve(&key(&place.to_string()));
        }
        groups.resolve(&key("new"));
        let over = until(&mut groups, 24 * 60 * MINUTE);
        assert_eq!(over, [(330 + 28_800 + 300, Reason::Over, 0, 0, 200)], "and then nothing is left");
    }

    #[test]
    fn what_is_over_before_it_was_told_is_never_told() {
        let mut groups = Groups::default();
        groups.fire(way("bia"), key("a"), 0);
        groups.resolve(&key("a"));
        assert_eq!(until(&mut groups, 60 * MINUTE), []);
        // Told, over and there again within the interval: nothing to say until it is said again.
        groups.fire(way("bia"), key("a"), 0);
        assert_eq!(until(&mut groups, MINUTE).len(), 1);
        groups.resolve(&key("a"));
        groups.fire(way("bia"), key("a"), 2 * MINUTE);
        assert_eq!(until(&mut groups, 60 * MINUTE), []);
    }

    #[test]
    fn every_way_has_its_own_messages() {
        let mut groups = Groups::default();
        groups.fire(way("bia"), key("a"), 0);
        groups.fire(way("caio"), key("a"), 10 * SECOND);
        assert_eq!(until(&mut groups, MINUTE), [(30, Reason::First, 1, 0, 0), (40, Reason::First, 1, 0, 0)]);
        groups.resolve(&key("a"));
        assert_eq!(until(&mut groups, 10 * MINUTE).len(), 2);
        assert_eq!(groups, Groups::default());
    }
}
