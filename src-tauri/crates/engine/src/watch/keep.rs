//! What watching goes on from after a restart: kept with the events that it is about, read at the start.

use super::body::BodyAlert;
use super::telling::Climbing;
use super::watcher::Watch;
use mirante_alerts::{Alert, Group, Matcher, Shown, Silence, Way};
use mirante_floor::Floor;
use mirante_floor::alert::{Key, Standing};
use mirante_history::{AlertsKept, Memory, SilenceRow};
use serde::{Deserialize, Serialize};

/// An alert that is not normal, or that is over and must still be told so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    /// How it stands, or stood.
    pub(crate) standing: Standing,
    /// It was told that it comes and goes.
    pub(crate) flapped: bool,
    /// What a message says of it now that it is over.
    pub(crate) ended: Option<BodyAlert>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    alert: Option<Alert>,
    flapped: bool,
    ended: Option<BodyAlert>,
}

impl Watch {
    /// Takes up what was kept; `floor` is that of the newest event.
    pub(crate) fn remember(&mut self, kept: &AlertsKept, floor: &Floor) {
        self.newest = kept.newest;
        for (key, standing) in &floor.alerts {
            let known = Known { standing: standing.clone(), flapped: false, ended: None };
            self.known.insert(key.clone(), known);
        }
        for row in &kept.silences {
            let Ok(of) = serde_json::from_str::<Matcher>(&row.of) else { continue };
            let (by, why) = (row.by.clone(), row.why.clone());
            let silence = Silence { of, from: row.from_ms, until: row.until_ms, by, why, admin: row.admin };
            if let Err(error) = self.state.silence(row.id, Some(silence)) {
                tracing::warn!("silence {} is not in force any more: {error}", row.id);
            }
        }
        let mut told = Vec::new();
        for (of, name, text) in &kept.memory {
            let taken_up = match of {
                Memory::Alert => self.take_up(floor, name, text),
                Memory::Climb => {
                    serde_json::from_str::<Climbing>(text).ok().zip(Key::read(name)).map(|(climb, key)| {
                        told.push(key.clone());
                        self.climbs.insert(key, climb);
                    })
                }
                Memory::Group => serde_json::from_str::<(Way, Group)>(text).ok().map(|(way, group)| {
                    self.groups.remember(way, group);
                }),
            };
            if taken_up.is_none() {
                tracing::warn!("what was kept of {name} cannot be read, and is begun anew");
            }
        }
        for key in floor.alerts.keys().filter(|key| self.state.get(key).is_none()).cloned().collect::<Vec<_>>() {
            let shown = floor.alerts[&key].shown;
            self.state.remember(key, Alert::default(), shown);
        }
        self.gather_again(&told);
        self.dirty.extend(floor.alerts.keys().cloned());
    }

    fn take_up(&mut self, floor: &Floor, name: &str, text: &str) -> Option<()> {
        let (key, kept) = (Key::read(name)?, serde_json::from_str::<Kept>(text).ok()?);
        let standing = floor.alerts.get(&key);
        if let Some(known) = self.known.get_mut(&key) {
            (known.flapped, known.ended) = (kept.flapped, kept.ended);
        } else if let Some(ended) = kept.ended {
            let standing = Standing {
                alert: ended.id,
                name: ended.name.as_str().into(),
                severity: ended.severity,
                shown: Shown::Normal,
                since: ended.over_ms.unwrap_or(ended.fired_ms),
                fired: Some(ended.fired_ms),
                flapping: ended.flapping,
                taken: None,
                value: ended.value,
                limit: ended.limit,
            };
            let known = Known { standing, flapped: kept.flapped, ended: Some(ended) };
            self.known.insert(key.clone(), known);
            self.ending.insert(key.clone());
        }
        if let Some(alert) = kept.alert {
            self.state.remember(key, alert, standing.map_or(Shown::Normal, |standing| standing.shown));
        }
        Some(())
    }

    /// Groups are kept as they were last sent: what was gathered since follows from what was told and from what is over.
    fn gather_again(&mut self, climbing: &[Key]) {
        let ended: Vec<Key> =
            self.known.iter().filter(|(_, known)| known.ended.is_some()).map(|(k, _)| k.clone()).collect();
        ended.iter().for_each(|key| self.groups.resolve(key));
        for key in climbing {
            let Some(known) = self.known.get(key).filter(|known| known.standing.shown == Shown::Firing) else {
                continue;
            };
            let (at, about) = (known.standing.fired.unwrap_or(0), self.climbs[key].about.clone());
            for told in &self.climbs[key].told {
                for to in &told.people {
                    let ways = told.by.iter().map(|by| Way { to: to.clone(), by: by.clone(), about: about.clone() });
                    ways.for_each(|way| self.groups.fire(way, key.clone(), at));
                }
            }
        }
    }

    /// Writes down what of it changed.
    pub(super) fn keep(&mut self) {
        // Whoever was told that it is over is done with it.
        let is_done = |key: &Key| {
            self.known.get(key).is_none_or(|known| known.standing.shown != Shown::Normal)
                || self.groups.ways(key).next().is_none()
        };
        let done: Vec<Key> = self.ending.iter().filter(|key| is_done(key)).cloned().collect();
        for key in done {
            self.ending.remove(&key);
            if self.known.get(&key).is_some_and(|known| known.standing.shown == Shown::Normal) {
                self.known.remove(&key);
            }
            self.dirty.insert(key);
        }
        for key in &self.dirty {
            let (known, alert) = (self.known.get(key), self.state.get(key));
            let kept = Kept {
                alert: alert.cloned(),
                flapped: known.is_some_and(|known| known.flapped),
                ended: known.and_then(|known| known.ended.clone()),
            };
            let text =
                (kept.alert.is_some() || kept.ended.is_some()).then(|| serde_json::to_string(&kept).ok()).flatten();
            self.rows.memory.push((Memory::Alert, key.to_string(), text));
            let climb = self.climbs.get(key).and_then(|climbing| serde_json::to_string(climbing).ok());
            self.rows.memory.push((Memory::Climb, key.to_string(), climb));
        }
    }

    /// A silence as history keeps it.
    pub(super) fn keep_silence(&mut self, id: u64, silence: &Silence, ended_by: Option<mirante_floor::Name>) {
        self.rows.silences.push(SilenceRow {
            id,
            of: serde_json::to_string(&silence.of).unwrap_or_default(),
            from_ms: silence.from,
            until_ms: silence.until,
            by: silence.by.clone(),
            why: silence.why.clone(),
            admin: silence.admin,
            ended_by,
        });
    }
}
