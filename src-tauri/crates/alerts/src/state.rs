//! All alerts at one moment, and how they come to the next.

use crate::{
    Alert, Calendar, Facts, Found, Key, Phase, Rule, Rules, Scope, Shown, Silence, SilenceError, Subject, Taken, Things,
};
use mirante_floor::{Name, SourceId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A change that people see and that history keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Which alert.
    pub key: Key,
    /// When, Unix ms.
    pub at: i64,
    /// What it was.
    pub from: Shown,
    /// What it is; [`Shown::Normal`] after an alert means that it is resolved.
    pub to: Shown,
    /// True if it comes and goes too often to be told each time.
    pub flapping: bool,
}

/// All alerts. What is normal and has nothing to remember is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AlertState {
    alerts: BTreeMap<Key, Alert>,
    silences: BTreeMap<u64, Silence>,
    shown: BTreeMap<Key, Shown>,
    /// Which rules are held back, and by what: made from `alerts`, kept so that an event costs what it touches.
    held: BTreeSet<(Name, Subject)>,
    /// When which alert must be looked at again, Unix ms: made from `alerts`, likewise.
    wakes: BTreeSet<(i64, Key)>,
    /// When silences or the hours of rules next begin or end, Unix ms.
    edge: Option<i64>,
}

/// Which rules to look at.
#[derive(Debug, Clone, Copy)]
pub enum Touched<'a> {
    /// All of them, the first time since nobody looked for a while: what held before that may have ended in it, so nothing that must
    /// hold for a time has done so yet.
    Resumed,
    /// All of them: at the start, and after a change of rules, silences, sources or of what there is.
    All,
    /// Those that asked to be looked at by now.
    Due,
    /// Only these about this thing: what an event touched.
    Of(&'a Subject, &'a [&'a Rule]),
}

impl AlertState {
    /// Looks at the facts at `now`, Unix ms: what changed, and when to look again if nothing happens before.
    pub fn step(
        &mut self,
        rules: &Rules,
        facts: &impl Facts,
        touched: Touched<'_>,
        now: i64,
    ) -> (Vec<Transition>, Option<i64>) {
        let mut touched: BTreeSet<Key> = match touched {
            Touched::Of(subject, of) => {
                let of = of.iter().filter(|rule| rule.watches(&subject.id));
                of.map(|rule| self.look(rule, subject.clone(), facts, now)).collect()
            }
            Touched::Due if self.edge.is_none_or(|edge| edge > now) => {
                let due: Vec<Key> =
                    self.wakes.iter().take_while(|(at, _)| *at <= now).map(|(_, key)| key.clone()).collect();
                let look = |key: Key| match rules.get(&key.rule) {
                    Some(rule) => self.look(rule, key.subject, facts, now),
                    None => self.forget(key),
                };
                due.into_iter().map(look).collect()
            }
            Touched::All | Touched::Due | Touched::Resumed => {
                if matches!(touched, Touched::Resumed) {
                    self.alerts.values_mut().for_each(|alert| alert.resume(now));
                }
                self.silences.retain(|_, silence| silence.until > now);
                self.edge = self.next_edge(rules, facts, now);
                self.look_at_all(rules, facts, now)
            }
        };
        if self.holds_back_otherwise(rules, &touched) {
            touched.extend(self.alerts.keys().cloned());
        }
        let told = touched.into_iter().filter_map(|key| self.tell(rules, facts, key, now)).collect();
        let due = self.wakes.first().map(|(at, _)| *at);
        (told, [due, self.edge].into_iter().flatten().min())
    }

    /// An alert as it was when it was last kept, and how it was shown then: what a restart goes on from, before the first step, which
    /// is over [`Touched::Resumed`].
    pub fn remember(&mut self, key: Key, alert: Alert, shown: Shown) {
        if let Some(at) = alert.asked {
            self.wakes.insert((at, key.clone()));
        }
        if shown != Shown::Normal {
            self.shown.insert(key.clone(), shown);
        }
        self.alerts.insert(key, alert);
    }

    /// The rule that holds an alert back, if one does.
    pub fn held_by<'a>(&self, rules: &'a Rules, key: &Key) -> Option<&'a Rule> {
        let firing = |rule: &&Rule| {
            let is_its = |(of, alert): (&Key, &Alert)| of.rule == rule.id && alert.fired().is_some() && !alert.dark;
            rule.holds_back.contains(&key.rule) && self.alerts.iter().any(is_its)
        };
        rules.all().iter().find(firing)
    }

    /// An alert.
    pub fn get(&self, key: &Key) -> Option<&Alert> {
        self.alerts.get(key)
    }

    /// Every alert that is not normal, and how it is shown.
    pub fn all(&self) -> impl Iterator<Item = (&Key, &Alert, Shown)> {
        self.shown.iter().filter_map(|(key, shown)| Some((key, self.alerts.get(key)?, *shown)))
    }

    /// How an alert is shown.
    pub fn shown(&self, key: &Key) -> Shown {
        self.shown.get(key).copied().unwrap_or(Shown::Normal)
    }

    /// Somebody looks after an alert; false if it is none. The step after it, over [`Touched::All`], tells of it.
    pub fn take(&mut self, key: &Key, taken: Taken) -> bool {
        match self.alerts.get_mut(key) {
            Some(alert) if alert.fired().is_some() => {
                alert.taken = Some(taken);
                true
            }
            _ => false,
        }
    }

    /// Nobody looks after it any more; likewise.
    pub fn let_go(&mut self, key: &Key) -> bool {
        self.alerts.get_mut(key).is_some_and(|alert| alert.taken.take().is_some())
    }

    /// Puts a silence in force, or takes it back; likewise.
    ///
    /// # Errors
    /// [`SilenceError`].
    pub fn silence(&mut self, id: u64, silence: Option<Silence>) -> Result<(), SilenceError> {
        match silence {
            Some(silence) => {
                silence.check()?;
                self.silences.insert(id, silence);
            }
            None => {
                self.silences.remove(&id);
            }
        }
        Ok(())
    }

    /// Silences that are not over.
    pub fn silences(&self) -> &BTreeMap<u64, Silence> {
        &self.silences
    }

    fn look_at_all(&mut self, rules: &Rules, facts: &impl Facts, now: i64) -> BTreeSet<Key> {
        let (mut things, mut looked) = (Things::default(), BTreeSet::new());
        for rule in rules.all() {
            for subject in things.watched_by(rule, facts) {
                looked.insert(self.look(rule, subject.clone(), facts, now));
            }
        }
        // The thing is gone, or the rule.
        let gone: Vec<Key> = self.alerts.keys().filter(|key| !looked.contains(key)).cloned().collect();
        for key in gone {
            match rules.get(&key.rule) {
                Some(rule) => self.move_on(rule, key.clone(), Found::Off, now),
                None => drop(self.forget(key.clone())),
            }
            looked.insert(key);
        }
        looked.extend(self.shown.keys().cloned());
        looked
    }

    /// The rule is gone, and what it said with it.
    fn forget(&mut self, key: Key) -> Key {
        self.alerts.remove(&key);
        self.wakes.retain(|(_, waking)| *waking != key);
        key
    }

    fn look(&mut self, rule: &Rule, subject: Subject, facts: &impl Facts, now: i64) -> Key {
        let found = if rule.hours.as_ref().is_some_and(|hours| !hours.contain(facts, now)) {
            Found::Off
        } else if !facts.heard(&subject) {
            Found::Dark
        } else {
            let holds = rule.when.holds(facts, &subject);
            let over = rule.over.as_ref().map_or(holds.map(|holds| !holds), |over| over.holds(facts, &subject));
            Found::Seen { holds, over }
        };
        let key = Key { rule: rule.id.clone(), subject };
        self.move_on(rule, key.clone(), found, now);
        key
    }

    fn move_on(&mut self, rule: &Rule, key: Key, found: Found, now: i64) {
        let alert = self.alerts.entry(key.clone()).or_default();
        let before = alert.asked;
        alert.step(rule, found, now);
        alert.asked = alert.wake(rule, now);
        if before == alert.asked {
            return;
        }
        let after = alert.asked;
        if let Some(at) = before {
            self.wakes.remove(&(at, key.clone()));
        }
        if let Some(at) = after {
            self.wakes.insert((at, key));
        }
    }

    /// What an alert is shown as now, if that is not what it was shown as. Forgets what has nothing to remember.
    fn tell(&mut self, rules: &Rules, facts: &impl Facts, key: Key, now: i64) -> Option<Transition> {
        let alert = self.alerts.get(&key);
        let flapping = alert.is_some_and(|alert| alert.flapping);
        let to = match (alert, rules.get(&key.rule)) {
            (Some(alert), Some(rule)) => {
                let silent = self.silences.values().any(|silence| silence.hides(rule, &key, now));
                seen_as(alert, self.is_held_back(facts, &key), silent)
            }
            _ => Shown::Normal,
        };
        if alert.is_some_and(Alert::is_empty) {
            self.alerts.remove(&key);
        }
        let from = match to {
            Shown::Normal => self.shown.remove(&key),
            _ => self.shown.insert(key.clone(), to),
        };
        let from = from.unwrap_or(Shown::Normal);
        (from != to).then_some(Transition { key, at: now, from, to, flapping })
    }

    fn is_held_back(&self, facts: &impl Facts, key: &Key) -> bool {
        if !self.held.iter().any(|(rule, _)| *rule == key.rule) {
            return false;
        }
        let by = |holder: Subject| self.held.contains(&(key.rule.clone(), holder));
        let source = |subject: &Subject| Subject { scope: Scope::Source, source: subject.source, id: Name::default() };
        let explained =
            |subject: &Subject| by(subject.clone()) || by(source(subject)) || self.is_within(facts, key, subject);
        // What gathers several things is explained where all of them are: the rest of them would say something else.
        let members = facts.members(&key.subject);
        explained(&key.subject) || (!members.is_empty() && members.iter().all(explained))
    }

    /// Whether what holds a rule back gathers a thing.
    fn is_within(&self, facts: &impl Facts, key: &Key, subject: &Subject) -> bool {
        let holders = self.held.iter().filter(|(rule, _)| *rule == key.rule).map(|(_, holder)| holder);
        holders.filter(|holder| holder.source == SourceId(0)).any(|holder| facts.members(holder).contains(subject))
    }

    /// Looks again at what holds others back, if one of these rules does: true if that changed.
    fn holds_back_otherwise(&mut self, rules: &Rules, touched: &BTreeSet<Key>) -> bool {
        let holds_back = |key: &Key| rules.get(&key.rule).is_none_or(|rule| !rule.holds_back.is_empty());
        if !touched.iter().any(holds_back) {
            return false;
        }
        let held: BTreeSet<_> = self
            .alerts
            .iter()
            .filter(|(_, alert)| alert.fired().is_some() && !alert.dark)
            .filter_map(|(key, _)| Some((rules.get(&key.rule)?, &key.subject)))
            .flat_map(|(rule, subject)| rule.holds_back.iter().map(move |held| (held.clone(), subject.clone())))
            .collect();
        let changed = held != self.held;
        self.held = held;
        changed
    }

    fn next_edge(&self, rules: &Rules, calendar: &impl Calendar, now: i64) -> Option<i64> {
        let silences = self.silences.values().flat_map(|silence| [silence.from, silence.until]);
        let hours = rules.all().iter().filter_map(|rule| Some(rule.hours.as_ref()?.next_edge(calendar, now)));
        silences.chain(hours).filter(|at| *at > now).min()
    }
}

fn seen_as(alert: &Alert, held_back: bool, silent: bool) -> Shown {
    let phase = match alert.phase {
        Phase::Normal => return if alert.dark { Shown::NoData } else { Shown::Normal },
        Phase::Pending { .. } => return Shown::Pending,
        Phase::Firing { .. } if alert.taken.is_some() => Shown::Acknowledged,
        Phase::Firing { .. } => Shown::Firing,
        Phase::Recovering { .. } => Shown::Recovering,
    };
    match () {
        () if alert.dark => Shown::NoData,
        () if silent => Shown::Silenced,
        () if held_back => Shown::Inhibited,
        () => phase,
    }
}
