//! The live evaluator: beside the fold, on its thread, it looks at what changed and says which alerts moved and what is to be sent.

use super::crew::{Crew, Of};
use super::facts::{FloorFacts, gathering, sites};
use super::index::Index;
use super::keep::Known;
use super::names::part;
use super::telling::Climbing;
use super::windows::Windows;
use crate::live::State;
use crate::rules::RuleSet;
use mirante_alerts::{AlertState, Groups, Rule, Scope, Shown, Subject, Things, Touched, Transition};
use mirante_floor::alert::{Change, Key, Standing};
use mirante_floor::{ClosedVisit, Fact, Minute, Name, SourceId};
use mirante_history::AlertRows;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What changes while nothing happens is looked at so often, ms.
const GROWS_MS: i64 = 1_000;

/// Watches the live floor.
pub(crate) struct Watch {
    pub(super) set: Arc<RuleSet>,
    index: Index,
    pub(super) state: AlertState,
    crew: Crew,
    windows: Windows,
    /// Alerts that are not normal, and those that are over and must still be told so.
    pub(super) known: BTreeMap<Key, Known>,
    pub(super) climbs: BTreeMap<Key, Climbing>,
    pub(super) groups: Groups,
    /// The newest alert, delivery and silence.
    pub(super) newest: [u64; 3],
    /// Which sources are heard and have told everything.
    heard: BTreeMap<SourceId, bool>,
    /// Nobody has looked since the start.
    resumed: bool,
    /// Everything is to be looked at.
    pub(super) all: bool,
    /// The last look was at everything.
    pub(crate) was_full: bool,
    /// When [`AlertState::step`] asked to be called again, Unix ms.
    wake: Option<i64>,
    grows_at: i64,
    minute: i64,
    /// When the next step of a climb comes, Unix ms.
    pub(super) climb_at: Option<i64>,
    /// Alerts that are over and perhaps not told so yet.
    pub(super) ending: BTreeSet<Key>,
    /// Alerts in other hands than before, which shows no other state perhaps.
    pub(super) handed: BTreeSet<Key>,
    /// Alerts of which something is to be shown or kept anew.
    pub(super) dirty: BTreeSet<Key>,
    /// What is to be kept.
    pub(super) rows: AlertRows,
}

impl Watch {
    /// Watches by these rules from nothing; [`Watch::remember`] gives it what was.
    pub(crate) fn new(set: Arc<RuleSet>) -> Watch {
        Watch {
            index: Index::of(&set.rules),
            set,
            state: AlertState::default(),
            crew: Crew::default(),
            windows: Windows::default(),
            known: BTreeMap::new(),
            climbs: BTreeMap::new(),
            groups: Groups::default(),
            newest: [0; 3],
            heard: BTreeMap::new(),
            resumed: false,
            all: true,
            was_full: false,
            wake: None,
            grows_at: 0,
            minute: 0,
            climb_at: None,
            ending: BTreeSet::new(),
            handed: BTreeSet::new(),
            dirty: BTreeSet::new(),
            rows: AlertRows::default(),
        }
    }

    /// Goes by other rules from now on.
    pub(crate) fn go_by(&mut self, set: Arc<RuleSet>) {
        self.index = Index::of(&set.rules);
        self.set = set;
        self.all = true;
        self.dirty.extend(self.known.keys().cloned());
    }

    /// Something happened that figures are made of.
    pub(crate) fn hear(&mut self, fact: &Fact) {
        self.windows.hear(fact);
    }

    /// A visit that ended before the start.
    pub(crate) fn ended(&mut self, visit: &ClosedVisit) {
        self.windows.ended(visit);
    }

    /// What is to be kept with the events so far.
    pub(crate) fn take_rows(&mut self) -> AlertRows {
        std::mem::take(&mut self.rows)
    }

    /// True if there is anything to look at.
    pub(crate) fn is_due(&self, at: &State, now: i64) -> bool {
        self.all
            || !at.changes.is_empty()
            || heard(at) != self.heard
            || self.wake().is_some_and(|wake| wake <= now)
            || Minute::floor(now) != self.minute
    }

    /// When to look again if nothing happens, Unix ms.
    pub(crate) fn wake(&self) -> Option<i64> {
        let grows = self.index.growing(&self.set.rules).next().map(|_| self.grows_at);
        [self.wake, grows, self.climb_at, self.groups.wake(&self.set.pace)].into_iter().flatten().min()
    }

    /// Looks at what changed on the floor by `now`, Unix ms: what became of alerts. What is to be kept with it is in
    /// [`Watch::take_rows`].
    pub(crate) fn look(&mut self, at: &State, now: i64) -> Vec<Change> {
        let subjects = self.touched(at);
        let minute = Minute::floor(now);
        if minute != self.minute {
            // Windows begin later, queues open and close.
            self.minute = minute;
            self.all = true;
            self.windows.forget(now);
        }
        let facts = FloorFacts {
            floor: &at.floor,
            pictured: &at.pictured,
            crew: &self.crew,
            windows: &self.windows,
            calendar: &self.set.roster.calendar,
            now,
        };
        let rules = &self.set.rules;
        let mut moved: Vec<Transition> = Vec::new();
        let mut step = |touched: Touched<'_>| {
            let (told, wake) = self.state.step(rules, &facts, touched, now);
            moved.extend(told);
            wake
        };
        self.was_full = std::mem::take(&mut self.all);
        if self.was_full {
            let touched = if self.resumed { Touched::All } else { Touched::Resumed };
            self.wake = step(touched);
            self.grows_at = now + GROWS_MS;
        } else {
            if self.wake.is_some_and(|wake| wake <= now) {
                self.wake = step(Touched::Due);
            }
            if self.grows_at <= now {
                self.grows_at = now + GROWS_MS;
                let (mut things, mut grown) = (Things::default(), BTreeMap::<Subject, Vec<&Rule>>::new());
                for rule in self.index.growing(rules) {
                    for subject in things.watched_by(rule, &facts) {
                        grown.entry(subject.clone()).or_default().push(rule);
                    }
                }
                for (subject, of) in &grown {
                    self.wake = step(Touched::Of(subject, of));
                }
            }
            for (subject, parts) in &subjects {
                let touched = self.index.touched(rules, subject, *parts);
                if !touched.is_empty() {
                    self.wake = step(Touched::Of(subject, &touched));
                }
            }
        }
        let mut changes = Vec::new();
        for mut transition in moved {
            // That a source is not heard says enough of what had not fired: without data a queue is no alert.
            let has_fired = self.state.get(&transition.key).is_some_and(|alert| alert.fired().is_some());
            if transition.to == Shown::NoData && !has_fired {
                transition.to = Shown::Normal;
            }
            let is_known = self.known.get(&transition.key).is_some_and(|known| known.standing.shown != Shown::Normal);
            if transition.to == Shown::Normal && !is_known {
                continue;
            }
            self.handed.remove(&transition.key);
            let standing = self.standing(&facts_of(&self.crew, &self.windows, &self.set, at, now), &transition);
            changes.push(Change { key: transition.key.clone(), standing: standing.clone(), cause: at.seq });
            self.came_to(&at.floor, transition, standing, now);
        }
        for key in std::mem::take(&mut self.handed) {
            let Some(known) = self.known.get_mut(&key) else { continue };
            let taken = self.state.get(&key).and_then(|alert| alert.taken.as_ref());
            known.standing.taken = taken.map(|taken| (taken.by.clone(), taken.until));
            changes.push(Change { key: key.clone(), standing: known.standing.clone(), cause: at.seq });
            self.dirty.insert(key);
        }
        self.tell(&at.floor, now);
        if !std::mem::replace(&mut self.resumed, true) {
            // What is remembered and says nothing any more.
            self.dirty.extend(self.known.keys().cloned());
        }
        self.keep();
        changes
    }

    /// What an alert that moved comes to.
    fn standing(&self, facts: &FloorFacts<'_>, transition: &Transition) -> Standing {
        let key = &transition.key;
        // One that is over and waits to be told so is another.
        let before = self.known.get(key).map(|known| &known.standing).filter(|before| before.shown != Shown::Normal);
        let rule = self.set.rules.get(&key.rule);
        let alert = self.state.get(key);
        let fired = alert.and_then(mirante_alerts::Alert::fired).or(before.and_then(|before| before.fired));
        let number = before.map_or(0, |before| before.alert);
        let (value, limit) = rule.map_or((None, None), |rule| super::figure::of(rule, facts, &key.subject));
        let severity = rule.map(|rule| rule.severity).or(before.map(|before| before.severity));
        Standing {
            alert: if fired.is_some() && number == 0 { self.newest[0] + 1 } else { number },
            name: rule
                .map(|rule| Name::from(rule.name.as_str()))
                .or(before.map(|b| b.name.clone()))
                .unwrap_or_default(),
            severity: severity.unwrap_or(mirante_alerts::Severity::Notice),
            shown: transition.to,
            since: transition.at,
            fired,
            flapping: transition.flapping,
            taken: alert.and_then(|alert| alert.taken.as_ref()).map(|taken| (taken.by.clone(), taken.until)),
            value,
            limit,
        }
    }

    /// What an event may have changed for rules. Keeps the counts of agents.
    fn touched(&mut self, at: &State) -> BTreeMap<Subject, u8> {
        let floor = &at.floor;
        let mut subjects: BTreeMap<Subject, u8> = BTreeMap::new();
        let mut mark = |scope, source, id: &Name, parts: u8| {
            *subjects.entry(Subject { scope, source, id: id.clone() }).or_default() |= parts;
        };
        let heard = heard(at);
        if heard != self.heard {
            self.heard = heard;
            self.all = true;
        }
        if at.changes.all || (self.all && !self.resumed) {
            self.all = true;
            self.crew.recount(sites(floor), &floor.config);
            return subjects;
        }
        let mut queue = |source: SourceId, id: &Name, parts: u8| {
            mark(Scope::Queue, source, id, parts);
            gathering(floor, source, id).for_each(|all| mark(all.scope, all.source, &all.id, parts));
        };
        at.changes.queues.iter().for_each(|(source, id)| queue(*source, id, part::LINE));
        for (source, id) in at.changes.visits.iter() {
            // Whoever is answered leaves the line: the queue itself is drawn again for it, its gatherers are not.
            if let Some(visit) = floor.sites.get(source).and_then(|site| site.visits.get(id)) {
                queue(*source, &visit.queue, part::LINE);
            }
        }
        let mut teams = Vec::new();
        for (source, key) in at.changes.agents.iter() {
            let agent = floor.sites.get(source).and_then(|site| site.agents.get(key));
            for of in self.crew.count(*source, key, agent.map(|agent| &**agent), &floor.config) {
                match of {
                    Of::Queue(source, id) => queue(source, &id, part::CREW),
                    Of::Team(id) => teams.push(id),
                }
            }
        }
        at.changes.agents.iter().for_each(|(source, key)| mark(Scope::Agent, *source, key, part::PERSON));
        at.changes.campaigns.iter().for_each(|(source, id)| mark(Scope::Campaign, *source, id, part::LINE));
        at.changes.sources.iter().for_each(|source| mark(Scope::Source, *source, &Name::default(), part::SOURCE));
        teams.iter().for_each(|id| mark(Scope::Team, SourceId::MIRANTE, id, part::CREW));
        subjects
    }
}

/// Which sources are heard and have told everything.
fn heard(at: &State) -> BTreeMap<SourceId, bool> {
    sites(&at.floor).map(|(source, site)| (source, site.is_live() && at.pictured.contains(&source))).collect()
}

fn facts_of<'a>(crew: &'a Crew, windows: &'a Windows, set: &'a RuleSet, at: &'a State, now: i64) -> FloorFacts<'a> {
    FloorFacts { floor: &at.floor, pictured: &at.pictured, crew, windows, calendar: &set.roster.calendar, now }
}
