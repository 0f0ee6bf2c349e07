//! What one event did: facts for history, and what the screens must draw again.

use crate::{
    AgentState, ClosedAttempt, ClosedVisit, DispositionFlags, Minute, Moment, Name, Outcome, SourceId, VisitId,
    Witness, alert,
};
use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;

/// A stretch that an agent spent in one state.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentSpan {
    /// Who reported it.
    pub source: SourceId,
    /// The agent's key.
    pub agent: Name,
    /// What the agent did.
    pub state: AgentState,
    /// From when.
    pub from: Moment,
    /// To when.
    pub to: Moment,
}

/// A stretch in which a source was not heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The source.
    pub source: SourceId,
    /// From, Unix ms by our clock.
    pub from: i64,
    /// To, Unix ms by our clock.
    pub to: i64,
    /// Why, in words.
    pub reason: Name,
}

/// Something to keep.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A visit ended.
    VisitClosed(ClosedVisit),
    /// A visit that had ended is known better. History applies it to the row of `call` in `queue` with outcome `from`.
    VisitAmended {
        /// Who reported it.
        source: SourceId,
        /// The visit, if it is still known to the floor.
        id: Option<VisitId>,
        /// The queue.
        queue: Name,
        /// The call.
        call: Name,
        /// What was recorded.
        from: Outcome,
        /// What is true.
        to: Outcome,
        /// Who says so.
        witness: Witness,
    },
    /// How long a conversation lasted of which only that it was over was known, as a record of the platform's own tells. History
    /// applies it to the visit's row.
    TalkTold {
        /// The visit.
        id: VisitId,
        /// When the conversation ended.
        ended: Moment,
        /// How long it lasted, ms.
        talk_ms: i64,
        /// The agent passed the call on.
        transferred: bool,
    },
    /// A contact is part of another's journey. History writes the other's name to its visits and attempts.
    ContactJoined {
        /// Who reported it.
        source: SourceId,
        /// The contact that was thought its own.
        contact: Name,
        /// The contact that it is part of.
        root: Name,
    },
    /// An attempt ended.
    AttemptClosed(ClosedAttempt),
    /// An attempt that had ended got its coded result. History applies it to the newest row of that attempt.
    AttemptDisposed {
        /// Who reported it.
        source: SourceId,
        /// The attempt.
        attempt: Name,
        /// The code.
        code: Name,
        /// What it means.
        flags: DispositionFlags,
    },
    /// An agent left a state.
    SpanClosed(AgentSpan),
    /// A source is heard again.
    GapClosed(Gap),
    /// A minute of a source is over.
    MinuteClosed(Minute),
    /// An alert came to another state, or into other hands.
    AlertMoved(Box<alert::Moved>),
}

/// Keys touched, in no order of meaning. One event may touch many again, and an ordered set would compare each with a dozen others. The
/// hash differs at each start, so that no platform can choose names that fall together; nothing that is kept depends on it.
#[derive(Debug)]
pub struct Touched<K> {
    is_off: bool,
    keys: HashSet<(SourceId, K), foldhash::fast::RandomState>,
    /// The key last inserted: what comes in a row, as lists do, is not looked for again.
    last: Option<(SourceId, K)>,
}

impl<K> Default for Touched<K> {
    fn default() -> Self {
        Touched { is_off: false, keys: HashSet::default(), last: None }
    }
}

impl<K: Clone + Eq + Hash> Touched<K> {
    /// Takes a key in.
    pub(crate) fn insert(&mut self, source: SourceId, key: &K) {
        if !self.is_off && !self.is_last(source, key) {
            self.keys.insert((source, key.clone()));
            self.last = Some((source, key.clone()));
        }
    }

    /// Makes room for so many more keys.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.keys.reserve(count);
    }

    /// Takes in keys that the next event is not likely to touch again.
    pub(crate) fn extend<'k>(&mut self, source: SourceId, keys: impl Iterator<Item = &'k K>)
    where
        K: 'k,
    {
        if self.is_off {
            return;
        }
        for key in keys {
            if !self.is_last(source, key) {
                self.keys.insert((source, key.clone()));
            }
        }
    }

    fn is_last(&self, source: SourceId, key: &K) -> bool {
        self.last.as_ref().is_some_and(|(of, last)| *of == source && last == key)
    }

    /// Takes all of another in.
    fn absorb(&mut self, other: &Touched<K>) {
        if !self.is_off {
            self.keys.extend(other.keys.iter().cloned());
        }
    }

    /// The keys, in no order of meaning.
    pub fn iter(&self) -> impl Iterator<Item = &(SourceId, K)> {
        self.keys.iter()
    }
}

/// Few keys touched, in order.
#[derive(Debug)]
pub struct Marked<K> {
    is_off: bool,
    keys: BTreeSet<K>,
}

impl<K> Default for Marked<K> {
    fn default() -> Self {
        Marked { is_off: false, keys: BTreeSet::new() }
    }
}

impl<K: Ord> Marked<K> {
    /// Takes a key in.
    pub fn insert(&mut self, key: K) {
        if !self.is_off {
            self.keys.insert(key);
        }
    }

    /// The keys, in order.
    pub fn iter(&self) -> impl Iterator<Item = &K> {
        self.keys.iter()
    }
}

/// Collects what events did. Touched keys only grow until [`Changes::clear`], so many events can share one.
#[derive(Debug, Default)]
pub struct Changes {
    /// Facts, in order.
    pub facts: Vec<Fact>,
    /// Queues to draw again.
    pub queues: Touched<Name>,
    /// Agents to draw again.
    pub agents: Touched<Name>,
    /// Visits to draw again or remove.
    pub visits: Marked<(SourceId, VisitId)>,
    /// Campaigns to draw again.
    pub campaigns: Marked<(SourceId, Name)>,
    /// Sources to draw again.
    pub sources: Marked<SourceId>,
    /// Alerts to draw again.
    pub alerts: Marked<alert::Key>,
    /// Configuration changed: draw everything again.
    pub all: bool,
}

impl Changes {
    /// Collects facts only, where nobody draws: to note what is touched takes as long as the rest of the fold.
    pub fn facts_only() -> Changes {
        let mut changes = Changes::default();
        (changes.queues.is_off, changes.agents.is_off) = (true, true);
        (changes.visits.is_off, changes.campaigns.is_off, changes.sources.is_off) = (true, true, true);
        changes.alerts.is_off = true;
        changes
    }

    /// Takes in what another touched. Its facts stay its own.
    pub fn absorb(&mut self, other: &Changes) {
        self.queues.absorb(&other.queues);
        self.agents.absorb(&other.agents);
        other.visits.iter().for_each(|key| self.visits.insert(*key));
        other.campaigns.iter().for_each(|key| self.campaigns.insert(key.clone()));
        other.sources.iter().for_each(|key| self.sources.insert(*key));
        other.alerts.iter().for_each(|key| self.alerts.insert(key.clone()));
        self.all |= other.all;
    }

    /// True if nothing was touched.
    pub fn is_empty(&self) -> bool {
        !self.all
            && self.queues.iter().next().is_none()
            && self.agents.iter().next().is_none()
            && self.visits.iter().next().is_none()
            && self.campaigns.iter().next().is_none()
            && self.sources.iter().next().is_none()
            && self.alerts.iter().next().is_none()
    }

    /// Forgets everything collected.
    pub fn clear(&mut self) {
        *self = Changes::default();
    }
}
