//! What is known of alerts beside the floor, for those who look on.

use super::figure;
use super::telling::about;
use super::watched::{Climbed, Watched};
use super::watcher::Watch;
use crate::live::State;
use mirante_alerts::Shown;
use mirante_floor::alert::Key;

impl Watch {
    /// Puts what changed where faces look, and marks it as changed.
    pub(crate) fn publish(&mut self, at: &mut State, now: i64) {
        for key in std::mem::take(&mut self.dirty) {
            if at.floor.alerts.contains_key(&key) {
                let watched = self.watched(at, &key, now);
                at.watched.insert(key.clone(), watched);
            } else {
                at.watched.remove(&key);
            }
            at.changes.alerts.insert(key);
        }
    }

    fn watched(&self, at: &State, key: &Key, now: i64) -> Watched {
        let rule = self.set.rules.get(&key.rule);
        let hides = |rule| self.state.silences().values().find(|silence| silence.hides(rule, key, now));
        let silent = rule.and_then(hides);
        let held_by = (self.state.shown(key) == Shown::Inhibited).then(|| self.state.held_by(&self.set.rules, key));
        let taken = self.state.get(key).and_then(|alert| alert.taken.as_ref());
        let climb = self.climbs.get(key).map(|climbing| Climbed {
            policy: climbing.policy.clone(),
            steps: self.set.policies.get(&climbing.policy).map_or(0, |policy| policy.steps.len()),
            next_ms: climbing.climb.next(),
            told: climbing.told.clone(),
        });
        Watched {
            figure: rule.and_then(|rule| rule.when.figure()).map(|(name, _)| name.to_owned()),
            unit: rule.and_then(figure::unit),
            legal: rule.is_some_and(|rule| rule.legal),
            plan: rule.map_or_else(String::new, |rule| rule.plan.clone()),
            taken: taken.map(|taken| (taken.note.clone(), taken.at)),
            silent: silent.map(|silence| (silence.until, silence.by.clone(), silence.why.clone())),
            held_by: held_by.flatten().map(|rule| rule.name.clone()),
            climb,
            about: about(&at.floor, key).to_string(),
        }
    }
}
