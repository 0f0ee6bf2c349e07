//! Time of agents: work on what queues bring, and everything they do.

use crate::Absent;
use mirante_floor::{AgentActivity, Name, Place, StateKind};
use std::collections::BTreeMap;

/// What states a source ever tells. A state that is never told is not a state that nobody was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Holding.
    pub hold: bool,
    /// After-call work.
    pub wrapup: bool,
}

impl Told {
    /// Takes note of a state that was told.
    pub fn note(&mut self, state: StateKind) {
        self.hold |= state == StateKind::Hold;
        self.wrapup |= state == StateKind::Wrapup;
    }
}

/// Agents' work on what a queue, or all queues, bring. Mergeable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Work {
    /// Holding its calls, ms.
    held_ms: i64,
    /// Finishing its calls' work, ms.
    wrapped_ms: i64,
    /// Rings not answered.
    pub rings_missed: u64,
    /// Rings answered.
    pub rings_answered: u64,
    /// What is ever told.
    pub told: Told,
}

impl Work {
    /// Adds time in a state of a queue's call.
    pub fn add(&mut self, state: StateKind, ms: i64) {
        self.told.note(state);
        match state {
            StateKind::Hold => self.held_ms = self.held_ms.saturating_add(ms),
            StateKind::Wrapup => self.wrapped_ms = self.wrapped_ms.saturating_add(ms),
            _ => {}
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Work) {
        self.held_ms = self.held_ms.saturating_add(other.held_ms);
        self.wrapped_ms = self.wrapped_ms.saturating_add(other.wrapped_ms);
        self.rings_missed += other.rings_missed;
        self.rings_answered += other.rings_answered;
        self.told.hold |= other.told.hold;
        self.told.wrapup |= other.told.wrapup;
    }

    pub(crate) fn hold_ms(&self) -> Result<i64, Absent> {
        if self.told.hold { Ok(self.held_ms) } else { Err(Absent::NeverTold) }
    }

    pub(crate) fn wrapup_ms(&self) -> Result<i64, Absent> {
        if self.told.wrapup { Ok(self.wrapped_ms) } else { Err(Absent::NeverTold) }
    }
}

/// Everything that people do. Mergeable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Presence {
    /// Ms by state and where the work came from.
    states: BTreeMap<(StateKind, Where), i64>,
    /// Ms paused, by the reason that was told.
    pauses: BTreeMap<Option<Name>, i64>,
}

/// Where work comes from, without its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// The state is not work.
    Nowhere,
    /// A queue.
    Queue,
    /// A campaign.
    Campaign,
    /// Neither.
    Other,
}

impl Where {
    /// Of a place, if the state has one.
    pub fn of(place: Option<&Place>) -> Where {
        match place {
            None => Where::Nowhere,
            Some(Place::Queue(_)) => Where::Queue,
            Some(Place::Campaign(_)) => Where::Campaign,
            Some(Place::Other) => Where::Other,
        }
    }
}

impl Presence {
    /// Adds time in a state.
    pub fn add(&mut self, state: StateKind, place: Where, ms: i64) {
        let sum = self.states.entry((state, place)).or_default();
        *sum = sum.saturating_add(ms);
    }

    /// Adds a pause, or a part of one, of this reason, ms.
    pub fn pause(&mut self, reason: Option<&Name>, ms: i64) {
        let sum = self.pauses.entry(reason.cloned()).or_default();
        *sum = sum.saturating_add(ms);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Presence) {
        for ((state, place), ms) in &other.states {
            self.add(*state, *place, *ms);
        }
        for (reason, ms) in &other.pauses {
            self.pause(reason.as_ref(), *ms);
        }
    }

    /// Ms paused by reason; where each agent's stretches have gone, only the sum of all is known.
    pub(crate) fn pauses(&self) -> Result<&BTreeMap<Option<Name>, i64>, Absent> {
        if self.pauses.is_empty() && self.paused_ms() > 0 { Err(Absent::Removed) } else { Ok(&self.pauses) }
    }

    fn sum(&self, is: impl Fn(StateKind, Where) -> bool) -> i64 {
        self.states.iter().filter(|((state, place), _)| is(*state, *place)).map(|(_, ms)| *ms).sum()
    }

    fn of(&self, kind: StateKind) -> i64 {
        self.sum(|state, _| state == kind)
    }

    pub(crate) fn ready_ms(&self) -> i64 {
        self.of(StateKind::Ready)
    }

    pub(crate) fn ringing_ms(&self) -> i64 {
        self.of(StateKind::Ringing)
    }

    /// Time in a state of a queue's or a campaign's call.
    fn of_work(&self, kind: StateKind) -> i64 {
        self.sum(|state, place| state == kind && matches!(place, Where::Queue | Where::Campaign))
    }

    pub(crate) fn hold_ms(&self) -> i64 {
        self.of_work(StateKind::Hold)
    }

    pub(crate) fn wrapup_ms(&self) -> i64 {
        self.of_work(StateKind::Wrapup)
    }

    pub(crate) fn paused_ms(&self) -> i64 {
        self.of(StateKind::Paused)
    }

    pub(crate) fn unknown_ms(&self) -> i64 {
        self.of(StateKind::Unknown)
    }

    pub(crate) fn queue_talk_ms(&self) -> i64 {
        self.sum(|state, place| state == StateKind::Talking && place == Where::Queue)
    }

    pub(crate) fn campaign_talk_ms(&self) -> i64 {
        self.sum(|state, place| state == StateKind::Talking && place == Where::Campaign)
    }

    /// Calls outside queues and campaigns, held or not.
    pub(crate) fn other_call_ms(&self) -> i64 {
        self.sum(|_, place| place == Where::Other)
    }

    pub(crate) fn handling_ms(&self) -> i64 {
        self.queue_talk_ms()
            .saturating_add(self.campaign_talk_ms())
            .saturating_add(self.hold_ms())
            .saturating_add(self.wrapup_ms())
    }

    pub(crate) fn logged_ms(&self) -> i64 {
        self.sum(|state, _| !matches!(state, StateKind::Offline | StateKind::Unknown))
    }
}

/// Adds what an agent did in a minute: to each queue's work, and to everything that people do.
pub fn add_minute(activity: &AgentActivity, works: &mut BTreeMap<Name, Work>, presence: &mut Presence) {
    for ((state, place), ms) in &activity.states {
        presence.add(*state, Where::of(place.as_ref()), *ms);
        if let Some(Place::Queue(queue)) = place {
            works.entry(queue.clone()).or_default().add(*state, *ms);
        }
    }
    for (queue, count) in &activity.ring_no_answer {
        works.entry(queue.clone()).or_default().rings_missed += u64::from(*count);
    }
    for (queue, count) in &activity.answered {
        works.entry(queue.clone()).or_default().rings_answered += u64::from(*count);
    }
}
