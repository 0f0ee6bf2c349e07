//! The floor as everyone else sees it: read under a lock for a moment, with what changed since it was last looked at.

use crate::watch::{Looks, Watched};
use mirante_floor::alert::Key;
use mirante_floor::{Changes, Floor, SourceId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The live floor. The fold writes to it, the console reads.
#[derive(Debug)]
pub struct Live {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

/// What [`Live`] holds.
#[derive(Debug, Default)]
pub struct State {
    /// The floor.
    pub floor: Floor,
    /// Newest event in it.
    pub seq: u64,
    /// Newest word from any platform, Unix ms: an event, or an answer that brought none.
    pub heard: i64,
    /// By how much our clock was set ahead since the start, ms, as the floor knows it.
    pub clock_set: i64,
    /// Sources that have told everything at their present or last connection: what they missed, then their first picture.
    pub pictured: BTreeSet<SourceId>,
    /// How long the rules of alerts take.
    pub looks: Looks,
    /// What is known of alerts besides the floor.
    pub watched: BTreeMap<Key, Watched>,
    /// What changed since the rules of alerts were last looked at; its facts are always empty.
    pub changes: Changes,
    /// What changed before that and since [`Live::take_changes`].
    pub(crate) looked_at: Changes,
}

impl State {
    /// The rules of alerts have seen what changed; whoever draws has not.
    pub(crate) fn looked(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        self.looked_at.absorb(&changes);
    }
}

impl Live {
    pub(crate) fn new(floor: Floor, seq: u64, heard: i64) -> Self {
        let changes = Changes { all: true, ..Changes::default() };
        let state = State { floor, seq, heard, changes, ..State::default() };
        Live { state: Mutex::new(state), changed: watch::Sender::new(seq) }
    }

    /// Looks at the floor. Keep it short: the fold waits meanwhile (sources never do).
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Looks at the floor together with what changed since the last time, which is then forgotten. For one caller only.
    pub fn take_changes<T>(&self, look: impl FnOnce(&State, Changes) -> T) -> T {
        let mut state = self.lock();
        let mut changes = std::mem::take(&mut state.looked_at);
        changes.absorb(&state.changes);
        look(&state, changes)
    }

    /// Tells when something changed; the value is the newest `seq`.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // The fold is pure and does not panic; if it ever did, the last whole state is better than none.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn announce(&self, seq: u64) {
        self.changed.send_replace(seq);
    }
}
