//! What people do about alerts: take them, let them go, silence them.

use super::watcher::Watch;
use mirante_alerts::{Matcher, Silence, SilenceError, Taken};
use mirante_floor::Name;
use mirante_floor::alert::Key;
use mirante_history::{AlertAction, Deed};
use thiserror::Error;

/// How long somebody may look after an alert at once, ms: a day.
const LONGEST_TAKEN: i64 = 86_400_000;

/// What somebody wants of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Which.
    pub keys: Vec<Key>,
    /// Who wants it.
    pub by: Name,
    /// What.
    pub what: Want,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// To look after them until then, Unix ms.
    Take {
        /// What is being done.
        note: String,
        /// Until when.
        until: i64,
    },
    /// Not to look after them any more.
    Release,
    /// Not to be told of them until then, Unix ms.
    Silence {
        /// Why.
        why: String,
        /// Until when.
        until: i64,
    },
    /// To be told again.
    Unsilence,
}

/// Why an order is refused. Nothing of it was done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrderError {
    /// It is no alert, or not any more.
    #[error("{0} is no alert, or not any more")]
    Gone(Key),
    /// Nobody looks after something for ever, or in the past.
    #[error("an alert is taken for a day at most, from now on")]
    Until,
    /// Law asks for it.
    #[error("rule {0} is asked for by law and cannot be silenced")]
    Legal(Name),
    /// As silences are.
    #[error(transparent)]
    Silence(#[from] SilenceError),
}

impl Watch {
    /// Does what somebody wants at `now`, Unix ms; the look after it tells of it.
    ///
    /// # Errors
    /// [`OrderError`].
    pub(crate) fn order(&mut self, order: &Order, now: i64) -> Result<(), OrderError> {
        let Order { keys, by, what } = order;
        match what {
            Want::Take { note, until } => {
                if !(1..=LONGEST_TAKEN).contains(&(until - now)) {
                    return Err(OrderError::Until);
                }
                self.each_fired(keys)?;
                for key in keys {
                    let taken = Taken { by: by.clone(), note: note.clone(), at: now, until: *until };
                    self.state.take(key, taken);
                    self.did(key, Deed::Taken, by, note, now);
                }
            }
            Want::Release => {
                self.each_fired(keys)?;
                for key in keys {
                    if self.state.let_go(key) {
                        self.did(key, Deed::LetGo, by, "", now);
                    }
                }
            }
            Want::Silence { why, until } => self.silence(keys, by, (why, *until), now)?,
            Want::Unsilence => {
                let matchers: Vec<Matcher> = keys.iter().map(matcher).collect();
                let of = |silence: &Silence| matchers.contains(&silence.of);
                let ended: Vec<(u64, Silence)> = self.state.silences().iter().map(|(id, s)| (*id, s.clone())).collect();
                for (id, silence) in ended.into_iter().filter(|(_, silence)| of(silence)) {
                    self.state.silence(id, None)?;
                    self.keep_silence(id, &Silence { until: now.max(silence.from + 1), ..silence }, Some(by.clone()));
                }
            }
        }
        self.handed.extend(keys.iter().cloned());
        self.all = true;
        Ok(())
    }

    fn silence(&mut self, keys: &[Key], by: &Name, (why, until): (&String, i64), now: i64) -> Result<(), OrderError> {
        let silence =
            |key| Silence { of: matcher(key), from: now, until, by: by.clone(), why: why.clone(), admin: false };
        for key in keys {
            let rule = self.set.rules.get(&key.rule).ok_or_else(|| OrderError::Gone(key.clone()))?;
            if rule.legal {
                return Err(OrderError::Legal(rule.id.clone()));
            }
            silence(key).check()?;
        }
        for key in keys {
            self.newest[2] += 1;
            let (id, silence) = (self.newest[2], silence(key));
            self.keep_silence(id, &silence, None);
            self.state.silence(id, Some(silence))?;
        }
        Ok(())
    }

    fn each_fired(&self, keys: &[Key]) -> Result<(), OrderError> {
        let has_fired = |key: &&Key| self.state.get(key).is_some_and(|alert| alert.fired().is_some());
        keys.iter().find(|key| !has_fired(key)).map_or(Ok(()), |key| Err(OrderError::Gone(key.clone())))
    }

    fn did(&mut self, key: &Key, what: Deed, by: &Name, words: &str, now: i64) {
        let alert = self.known.get(key).map_or(0, |known| known.standing.alert);
        if alert != 0 {
            let words = words.to_owned();
            self.rows.actions.push(AlertAction { alert, at_ms: now, what, who: Some(by.clone()), words });
        }
    }
}

/// What a silence of one alert names.
fn matcher(key: &Key) -> Matcher {
    Matcher {
        rule: Some(key.rule.clone()),
        scope: Some(key.subject.scope),
        source: Some(key.subject.source),
        id: Some(key.subject.id.clone()),
        severity: None,
    }
}
