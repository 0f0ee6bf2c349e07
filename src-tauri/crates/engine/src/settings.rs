//! Decisions from the configuration, as events when they differ from those in force.

use crate::config::Config;
use mirante_floor::{Config as InForce, Name, Person, QueueSetup, Removed, Setting, SourceId, Team};
use mirante_sources::Caller;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is decided.
pub(crate) struct Decided {
    /// The decisions.
    pub(crate) settings: Vec<Setting<Caller>>,
    /// The sources that are followed.
    pub(crate) sources: BTreeSet<SourceId>,
    /// The source is a simulated centre, which decides for itself what it has: only sources can be gone.
    pub(crate) sample: bool,
}

impl Decided {
    /// What is in force and not decided any more. Shifts and campaigns are a platform's, never the file's: they stay.
    pub(crate) fn gone(&self, in_force: &InForce) -> Vec<Removed> {
        let sources = in_force.sources.keys().filter(|id| !self.sources.contains(id)).map(|id| Removed::Source(*id));
        let mut gone: Vec<Removed> = sources.collect();
        if self.sample {
            return gone;
        }
        let (mut queues, mut persons, mut teams) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for setting in &self.settings {
            match setting {
                Setting::Queue { source, queue, .. } => drop(queues.insert((*source, queue))),
                Setting::Person(person) => drop(persons.insert(&person.id)),
                Setting::Team(team) => drop(teams.insert(&team.id)),
                _ => {}
            }
        }
        let is_gone = |(source, queue): &&(SourceId, Name)| !queues.contains(&(*source, queue));
        gone.extend(
            in_force.queues.keys().filter(is_gone).map(|(source, queue)| Removed::Queue(*source, queue.clone())),
        );
        gone.extend(in_force.persons.keys().filter(|id| !persons.contains(id)).cloned().map(Removed::Person));
        gone.extend(in_force.teams.keys().filter(|id| !teams.contains(id)).cloned().map(Removed::Team));
        gone.extend(self.unjudged(in_force));
        gone
    }
}

impl Decided {
    /// Rules, goals and profiles in force and not decided any more.
    fn unjudged(&self, in_force: &InForce) -> Vec<Removed> {
        let (mut rules, mut aims, mut profiles) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for setting in &self.settings {
            match setting {
                Setting::Ruling(rule) => drop(rules.insert((rule.scope.clone(), rule.from))),
                Setting::Aim { key, from, .. } => drop(aims.insert((key.clone(), *from))),
                Setting::Profile { of, indicator, .. } => drop(profiles.insert((*of, indicator.clone()))),
                _ => {}
            }
        }
        let gone_rules = in_force.rulings.keys().filter(|key| !rules.contains(key)).cloned();
        let gone_aims = in_force.aims.keys().filter(|key| !aims.contains(key)).cloned();
        let gone_profiles = in_force.profiles.keys().filter(|key| !profiles.contains(key)).cloned();
        let rules = gone_rules.map(|(scope, from)| Removed::Ruling(scope, from));
        let aims = gone_aims.map(|(key, from)| Removed::Aim(key, from));
        rules.chain(aims).chain(gone_profiles.map(|(of, indicator)| Removed::Profile(of, indicator))).collect()
    }
}

/// What the file decides about queues, teams and people of the sources that are followed.
pub(crate) fn of_config(config: &Config, ids: &BTreeMap<String, SourceId>) -> Vec<Setting<Caller>> {
    let mut settings = Vec::new();
    for queue in &config.queues {
        let Some(source) = ids.get(&queue.source) else { continue };
        let setup = QueueSetup {
            label: queue.label.as_deref().filter(|l| !l.trim().is_empty()).map(Name::from),
            operation: queue.operation,
            goal: queue.goal,
            hours: queue.hours,
            client: queue.client.as_deref().map(Name::from),
        };
        settings.push(Setting::Queue { source: *source, queue: queue.name.as_str().into(), setup });
    }
    for team in &config.teams {
        let (id, label) = (team.id.as_str().into(), team.label.as_str().into());
        settings.push(Setting::Team(Team { id, label, supervisor: team.supervisor.as_deref().map(Name::from) }));
    }
    for person in &config.persons {
        let login = |(source, agent): &(String, String)| Some((*ids.get(source)?, Name::from(agent.as_str())));
        settings.push(Setting::Person(Person {
            id: person.id.as_str().into(),
            name: Caller { number: Name::default(), name: person.name.as_str().into() },
            team: person.team.as_deref().map(Name::from),
            shift: None,
            day_minutes: person.day_minutes,
            logins: person.logins.iter().filter_map(login).collect(),
        }));
    }
    settings.extend(config.judging.settings(&config.zone, ids));
    settings
}

/// True if the decision differs from the one in force.
pub(crate) fn is_news(in_force: &InForce, setting: &Setting) -> bool {
    match setting {
        Setting::Source { source, label, sample } => {
            in_force.sources.get(source).is_none_or(|(l, s)| l != label || s != sample)
        }
        Setting::Queue { source, queue, setup } => in_force.queues.get(&(*source, queue.clone())) != Some(setup),
        Setting::Person(person) => in_force.persons.get(&person.id) != Some(person),
        Setting::Team(team) => in_force.teams.get(&team.id) != Some(team),
        Setting::Shift(shift) => in_force.shifts.get(&shift.id) != Some(shift),
        Setting::Campaign { source, campaign, setup } => {
            in_force.campaigns.get(&(*source, campaign.clone())) != Some(setup)
        }
        Setting::Ruling(rule) => in_force.rulings.get(&(rule.scope.clone(), rule.from)) != Some(rule),
        Setting::Aim { key, from, aim } => in_force.aims.get(&(key.clone(), *from)) != Some(aim),
        Setting::Profile { of, indicator, shown } => in_force.profiles.get(&(*of, indicator.clone())) != Some(shown),
        Setting::Holidays(days) => in_force.holidays != *days,
        Setting::Removed(removed) => match removed {
            Removed::Ruling(scope, from) => in_force.rulings.contains_key(&(scope.clone(), *from)),
            Removed::Aim(key, from) => in_force.aims.contains_key(&(key.clone(), *from)),
            Removed::Profile(of, indicator) => in_force.profiles.contains_key(&(*of, indicator.clone())),
            Removed::Source(source) => in_force.sources.contains_key(source),
            Removed::Queue(source, queue) => in_force.queues.contains_key(&(*source, queue.clone())),
            Removed::Person(id) => in_force.persons.contains_key(id),
            Removed::Team(id) => in_force.teams.contains_key(id),
            Removed::Shift(id) => in_force.shifts.contains_key(id),
            Removed::Campaign(source, campaign) => in_force.campaigns.contains_key(&(*source, campaign.clone())),
        },
    }
}
