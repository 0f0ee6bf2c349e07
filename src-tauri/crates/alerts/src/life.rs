//! The life of one alert: how the same rule about the same thing moves from state to state.
//!
//! What holds and for how long decides the [`Phase`]; being taken, silenced, held back or without data lies over it and is never
//! confused with it, so that each can end by itself.

use crate::{Absence, Rule};
use mirante_floor::Name;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How far an alert has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Phase {
    /// Nothing is wrong.
    #[default]
    Normal,
    /// The condition holds, not yet long enough. Unix ms.
    Pending {
        /// Since when it holds.
        since: i64,
    },
    /// It is an alert. Unix ms.
    Firing {
        /// Since when.
        since: i64,
    },
    /// It is over, not yet long enough. Unix ms.
    Recovering {
        /// Since when it is an alert.
        fired: i64,
        /// Since when it is over.
        since: i64,
    },
}

/// Who looks after an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Who.
    pub by: Name,
    /// What they say.
    pub note: String,
    /// When, Unix ms.
    pub at: i64,
    /// Until when it counts, Unix ms: nobody looks after something for ever.
    pub until: i64,
}

/// What one look at the facts found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The source is not heard.
    Dark,
    /// The rule does not watch now, or the thing is gone.
    Off,
    /// Whether the condition holds, and whether that for its end does; none if that depends on what is absent.
    Seen {
        /// Of `when`.
        holds: Option<bool>,
        /// Of `over`; the opposite of `holds` if the rule has none.
        over: Option<bool>,
    },
}

/// One rule about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Alert {
    /// How far it has come.
    pub phase: Phase,
    /// True while its source is not heard. The phase waits.
    pub dark: bool,
    /// Who looks after it.
    pub taken: Option<Taken>,
    /// When it fired, newest last, Unix ms: as many as the rule's flapping needs.
    pub starts: VecDeque<i64>,
    /// True while it comes and goes too often to be told each time.
    pub flapping: bool,
    /// When it asked to be looked at again, Unix ms.
    pub(crate) asked: Option<i64>,
}

impl Alert {
    /// Moves on by what was found at `now`, Unix ms.
    pub fn step(&mut self, rule: &Rule, found: Found, now: i64) {
        self.dark = matches!(found, Found::Dark);
        if let Some((holds, over)) = judged(rule, found) {
            self.phase = self.next(rule, holds, over, now);
        } else if let Found::Dark = found {
            // What held before the silence may have ended in it, and what was over may have begun again.
            self.phase = match self.phase {
                Phase::Pending { .. } => Phase::Normal,
                Phase::Recovering { fired, .. } => Phase::Firing { since: fired },
                phase => phase,
            };
        }
        if self.phase == Phase::Normal || self.taken.as_ref().is_some_and(|taken| taken.until <= now) {
            self.taken = None;
        }
        while self.starts.front().is_some_and(|start| start + rule.flapping.within <= now) {
            self.starts.pop_front();
        }
        let most = rule.flapping.most as usize;
        // It ends when it has been quiet for the whole stretch, not when the first start is forgotten.
        self.flapping = self.starts.len() > most || (self.flapping && !self.starts.is_empty());
    }

    /// Nobody looked for a while, up to `now`, Unix ms: what must hold for a time begins to do so again.
    pub fn resume(&mut self, now: i64) {
        if let Phase::Pending { since } | Phase::Recovering { since, .. } = &mut self.phase {
            *since = now;
        }
    }

    /// When it must be looked at again after `now` if nothing else happens, Unix ms.
    pub fn wake(&self, rule: &Rule, now: i64) -> Option<i64> {
        let phase = match self.phase {
            _ if self.dark => None,
            Phase::Pending { since } => Some(since + rule.hold),
            Phase::Recovering { since, .. } => Some(since + rule.keep),
            Phase::Normal | Phase::Firing { .. } => None,
        };
        // A phase that its time did not move on waits for facts that are absent: they come with an event.
        let phase = phase.filter(|at| *at > now);
        let taken = self.taken.as_ref().map(|taken| taken.until);
        let starts = self.starts.front().map(|start| start + rule.flapping.within);
        [phase, taken, starts].into_iter().flatten().min()
    }

    /// Since when it is an alert, Unix ms.
    pub fn fired(&self) -> Option<i64> {
        match self.phase {
            Phase::Firing { since } => Some(since),
            Phase::Recovering { fired, .. } => Some(fired),
            Phase::Normal | Phase::Pending { .. } => None,
        }
    }

    /// True if there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        *self == Alert::default()
    }

    fn next(&mut self, rule: &Rule, holds: bool, over: bool, now: i64) -> Phase {
        match self.phase {
            Phase::Normal | Phase::Pending { .. } if !holds => Phase::Normal,
            Phase::Normal | Phase::Pending { .. } => {
                let since = if let Phase::Pending { since } = self.phase { since } else { now };
                if now - since < rule.hold {
                    return Phase::Pending { since };
                }
                self.starts.push_back(now);
                if self.starts.len() > rule.flapping.most as usize + 1 {
                    self.starts.pop_front();
                }
                Phase::Firing { since: now }
            }
            Phase::Firing { since } | Phase::Recovering { fired: since, .. } if !over => Phase::Firing { since },
            Phase::Firing { since: fired } | Phase::Recovering { fired, .. } => {
                let since = if let Phase::Recovering { since, .. } = self.phase { since } else { now };
                if now - since < rule.keep { Phase::Recovering { fired, since } } else { Phase::Normal }
            }
        }
    }
}

/// Whether the condition holds and whether it is over; none if everything stays as it is.
fn judged(rule: &Rule, found: Found) -> Option<(bool, bool)> {
    match found {
        Found::Dark => None,
        Found::Off => Some((false, true)),
        Found::Seen { holds, over } => {
            let absent = match rule.absent {
                _ if holds.is_some() && over.is_some() => false,
                Absence::Clear => false,
                Absence::Fire => true,
                Absence::Keep => return None,
            };
            // Held and over at once, by badly chosen thresholds: it holds.
            let holds = holds.unwrap_or(absent);
            Some((holds, !holds && over.unwrap_or(!absent)))
        }
    }
}
