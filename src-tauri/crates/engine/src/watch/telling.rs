//! Who is told of what moved: alerts climb their policies, and what goes the same way is gathered into few messages.

use super::body::{Body, BodyAlert, BodyState};
use super::facts::gathering;
use super::keep::Known;
use super::watched::ToldStep;
use super::watcher::Watch;
use mirante_alerts::{Climb, Message, Scope, Shown, Told, Transition, Way};
use mirante_floor::alert::{Key, Standing};
use mirante_floor::{Floor, Name, SourceId};
use mirante_history::{AlertAction, Deed, Memory, NewDelivery};
use serde::{Deserialize, Serialize};

/// A message that could not be sent for so long says nothing any more, ms.
const EXPIRES_MS: i64 = 6 * 3_600_000;

/// How far an alert has climbed, and whom that told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Climbing {
    pub(crate) policy: Name,
    pub(crate) climb: Climb,
    /// What it is gathered with.
    pub(crate) about: Name,
    pub(crate) told: Vec<ToldStep>,
}

impl Watch {
    /// An alert came to another state: it begins to climb, waits, goes on, or is over.
    pub(super) fn came_to(&mut self, floor: &Floor, moved: Transition, standing: Standing, now: i64) {
        let Transition { key, from, to, flapping, .. } = moved;
        self.newest[0] = self.newest[0].max(standing.alert);
        let flapped = self.known.get(&key).is_some_and(|known| known.flapped);
        let (fired, alert) = (standing.fired, standing.alert);
        let mut known = Known { standing, flapped: flapped && flapping, ended: None };
        match to {
            Shown::Firing => {
                // Of what comes and goes too often, one message says so.
                let is_told = flapping && flapped;
                known.flapped = flapping;
                match self.climbs.get_mut(&key) {
                    Some(climbing) if matches!(from, Shown::Acknowledged | Shown::Silenced | Shown::Inhibited) => {
                        if let Some(policy) = self.set.policies.get(&climbing.policy) {
                            climbing.climb.resume(policy, now);
                        }
                    }
                    Some(_) => {}
                    None if is_told => {}
                    None => self.begin(floor, &key, fired.unwrap_or(now).max(now)),
                }
            }
            Shown::Acknowledged | Shown::Silenced | Shown::Inhibited => {
                if let Some(climbing) = self.climbs.get_mut(&key) {
                    climbing.climb.stop();
                }
                self.groups.withdraw(&key);
            }
            Shown::Normal => {
                self.climbs.remove(&key);
                self.groups.resolve(&key);
                known.ended = Some(self.said(floor, &key, &known.standing, BodyState::Over, Some(now)));
                known.standing.shown = Shown::Normal;
                self.ending.insert(key.clone());
            }
            Shown::Pending | Shown::Recovering | Shown::NoData => {}
        }
        if to == Shown::Normal && alert == 0 {
            known.ended = None;
        }
        self.known.insert(key.clone(), known);
        self.dirty.insert(key);
    }

    fn begin(&mut self, floor: &Floor, key: &Key, now: i64) {
        let policy = self.set.rules.get(&key.rule).and_then(|rule| rule.policy.as_ref());
        let Some(policy) = policy.and_then(|id| self.set.policies.get(id)) else { return };
        let climb = Climb::new(policy, now);
        let climbing = Climbing { policy: policy.id.clone(), climb, about: about(floor, key), told: Vec::new() };
        self.climbs.insert(key.clone(), climbing);
    }

    /// Takes the steps that have come, and makes the messages that are due.
    pub(super) fn tell(&mut self, floor: &Floor, now: i64) {
        if self.climb_at.is_some_and(|at| at <= now) || !self.dirty.is_empty() {
            self.climb(now);
        }
        let pace = self.set.pace;
        if self.groups.wake(&pace).is_some_and(|due| due <= now) {
            for message in self.groups.flush(&pace, now) {
                let way = message.way.clone();
                self.send(floor, message, now);
                let (name, group) = (way_name(&way), self.groups.get(&way));
                let text = group.and_then(|group| serde_json::to_string(&(&way, group)).ok());
                self.rows.memory.push((Memory::Group, name, text));
            }
        }
    }

    fn climb(&mut self, now: i64) {
        let firing = |key: &Key| self.state.shown(key) == Shown::Firing;
        let due: Vec<Key> = self
            .climbs
            .iter()
            .filter(|(key, climbing)| climbing.climb.next().is_some_and(|next| next <= now) && firing(key))
            .map(|(key, _)| key.clone())
            .collect();
        for key in due {
            let Some(mut climbing) = self.climbs.remove(&key) else { continue };
            let Some(policy) = self.set.policies.get(&climbing.policy) else { continue };
            for Told { step, round: _, people, by } in climbing.climb.due(policy, &self.set.roster, now) {
                self.note(&key, &climbing.policy, step, &people.iter().cloned().collect::<Vec<_>>(), &by, now);
                for to in &people {
                    let ways =
                        by.iter().map(|by| Way { to: to.clone(), by: by.clone(), about: climbing.about.clone() });
                    ways.for_each(|way| self.groups.fire_again(way, key.clone(), now));
                }
                climbing.told.push(ToldStep { at_ms: now, step, people: people.into_iter().collect(), by });
            }
            self.climbs.insert(key.clone(), climbing);
            self.dirty.insert(key);
        }
        let next = self.climbs.iter().filter(|(key, _)| self.state.shown(key) == Shown::Firing);
        self.climb_at = next.filter_map(|(_, climbing)| climbing.climb.next()).min();
    }

    /// Says in history whom a step told.
    fn note(&mut self, key: &Key, policy: &Name, step: usize, people: &[Name], by: &[Name], now: i64) {
        let Some(alert) = self.known.get(key).map(|known| known.standing.alert).filter(|alert| *alert != 0) else {
            return;
        };
        let by = by.iter().map(|by| &**by).collect::<Vec<_>>().join(", ");
        let words = format!("{policy} {}: {by}", step + 1);
        let action = |what, who| AlertAction { alert, at_ms: now, what, who, words: words.clone() };
        if people.is_empty() {
            self.rows.actions.push(action(Deed::Nobody, None));
        }
        self.rows.actions.extend(people.iter().map(|who| action(Deed::Told, Some(who.clone()))));
    }

    fn send(&mut self, floor: &Floor, message: Message, now: i64) {
        let Message { way, reason, fired, still, over } = message;
        let mut alerts: Vec<BodyAlert> = Vec::new();
        for (keys, state) in [(&fired, BodyState::Fired), (&still, BodyState::Still)] {
            let known = keys.iter().filter_map(|key| Some((key, self.known.get(key)?)));
            alerts.extend(known.map(|(key, known)| self.said(floor, key, &known.standing, state, None)));
        }
        alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.severity), alert.fired_ms));
        alerts.extend(over.iter().filter_map(|key| self.known.get(key)?.ended.clone()));
        if alerts.is_empty() {
            return;
        }
        self.newest[1] += 1;
        let id = self.newest[1];
        let about = way.about.to_string();
        let ids = alerts.iter().map(|alert| alert.id).collect();
        let body = Body { reason, about, test: false, alerts };
        self.rows.deliveries.push(NewDelivery {
            id,
            key: format!("{now:x}-{id}"),
            channel: way.by,
            target: way.to,
            alerts: ids,
            body: serde_json::to_string(&body).unwrap_or_default(),
            made_ms: now,
            due_ms: now,
            expires_ms: now + EXPIRES_MS,
        });
    }

    /// An alert as a message says it.
    fn said(&self, floor: &Floor, key: &Key, at: &Standing, state: BodyState, over: Option<i64>) -> BodyAlert {
        let rule = self.set.rules.get(&key.rule);
        BodyAlert {
            id: at.alert,
            key: key.to_string(),
            rule: key.rule.to_string(),
            name: at.name.to_string(),
            severity: at.severity,
            state,
            scope: key.subject.scope,
            label: label(floor, key),
            source: source_label(floor, key.subject.source).to_string(),
            fired_ms: at.fired.unwrap_or(at.since),
            over_ms: over,
            figure: rule.and_then(|rule| rule.when.figure()).map(|(name, _)| name.to_owned()),
            value: at.value,
            limit: at.limit,
            flapping: at.flapping,
            plan: rule.map_or_else(String::new, |rule| rule.plan.clone()),
        }
    }
}

/// As memory knows a way.
fn way_name(way: &Way) -> String {
    format!("{}\u{1f}{}\u{1f}{}", way.to, way.by, way.about)
}

fn source_label(floor: &Floor, source: SourceId) -> Name {
    floor.config.sources.get(&source).map(|(label, _)| label.clone()).unwrap_or_default()
}

/// What people call the thing; of an agent, the login, since no name of a person leaves.
fn label(floor: &Floor, key: &Key) -> String {
    let (config, of) = (&floor.config, &key.subject);
    let label = match of.scope {
        Scope::Queue => config.queues.get(&(of.source, of.id.clone())).and_then(|setup| setup.label.clone()),
        Scope::Campaign => config.campaigns.get(&(of.source, of.id.clone())).map(|setup| setup.label.clone()),
        Scope::Team => config.teams.get(&of.id).map(|team| team.label.clone()),
        Scope::Source => Some(source_label(floor, of.source)),
        Scope::Agent | Scope::Operation | Scope::Client => None,
    };
    label.filter(|label| !label.is_empty()).unwrap_or_else(|| of.id.clone()).to_string()
}

/// With what an alert is told: the operation of its queue, else what it gathers, else its source.
pub(super) fn about(floor: &Floor, key: &Key) -> Name {
    let of = &key.subject;
    match of.scope {
        Scope::Queue => {
            let mut all = gathering(floor, of.source, &of.id);
            let operation = all.find(|all| all.scope == Scope::Operation).map(|all| all.id);
            operation.unwrap_or_else(|| source_label(floor, of.source))
        }
        Scope::Operation | Scope::Client | Scope::Team => of.id.clone(),
        Scope::Campaign | Scope::Agent | Scope::Source => source_label(floor, of.source),
    }
}
