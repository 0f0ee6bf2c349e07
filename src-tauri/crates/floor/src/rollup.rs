//! Totals that merge: of a day, of a cohort of visits, of a minute's activity.

use crate::{ClosedVisit, Name, Outcome, SourceId, StateKind, Tally};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Running totals of a queue. Every service-level variant, average and percentile comes from them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Visits that entered.
    pub offered: u32,
    /// Waits of visits that ended or were answered, by outcome.
    pub waits: BTreeMap<Outcome, Tally>,
    /// Talks that ended.
    pub talks: Tally,
    /// Times an agent did not answer the ring.
    pub ring_no_answer: u32,
}

impl Totals {
    /// Visits with an outcome.
    pub fn count(&self, outcome: Outcome) -> u32 {
        self.waits.get(&outcome).map_or(0, |t| t.count)
    }

    /// Moves one wait from an outcome to another; false if it was not there.
    pub fn amend(&mut self, from: Outcome, to: Outcome, wait_ms: i64) -> bool {
        let taken = self.waits.get_mut(&from).is_some_and(|t| t.remove(wait_ms));
        if taken {
            if self.waits.get(&from).is_some_and(|t| t.count == 0) {
                self.waits.remove(&from);
            }
            self.waits.entry(to).or_default().add(wait_ms);
        }
        taken
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Totals) {
        self.offered = self.offered.saturating_add(other.offered);
        for (outcome, tally) in &other.waits {
            self.waits.entry(*outcome).or_default().merge(tally);
        }
        self.talks.merge(&other.talks);
        self.ring_no_answer = self.ring_no_answer.saturating_add(other.ring_no_answer);
    }
}

/// Facts of the visits that entered a queue in one minute, whenever they ended. Amended as they end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cohort(pub Totals);

impl Cohort {
    /// Minute of arrival of a visit: Unix ms of its first instant.
    pub fn minute(visit: &ClosedVisit) -> i64 {
        Minute::floor(visit.entered.seen)
    }

    /// Adds a visit that ended.
    pub fn add(&mut self, visit: &ClosedVisit) {
        self.0.offered = self.0.offered.saturating_add(1);
        self.0.waits.entry(visit.outcome).or_default().add(visit.wait_ms);
        if let Some(talk) = visit.talk_ms {
            self.0.talks.add(talk);
        }
    }
}

/// What happened in a queue during one minute.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QueueActivity {
    /// Visits that entered.
    pub entered: u32,
    /// Visits answered.
    pub answered: u32,
    /// Visits that left unanswered.
    pub lost: u32,
    /// Time waited by all callers in this minute, ms.
    pub waiting_ms: i64,
    /// Most callers waiting at once.
    pub waiting_peak: u32,
}

/// What an agent did during one minute.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AgentActivity {
    /// Time in each state, ms, by where the work came from.
    pub states: BTreeMap<(StateKind, Option<crate::Place>), i64>,
    /// Rings not answered, by queue.
    pub ring_no_answer: BTreeMap<Name, u32>,
    /// Calls answered, by queue.
    pub answered: BTreeMap<Name, u32>,
}

/// The minute that is not over.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OpenMinute {
    /// First instant, Unix ms; 0 before the first event.
    pub from: i64,
    /// Up to when the source's being heard was credited, Unix ms.
    pub credited: i64,
    /// Ms in which the source was heard.
    pub covered_ms: i64,
    /// Queues.
    pub queues: BTreeMap<Name, QueueActivity>,
    /// Agents.
    pub agents: BTreeMap<Name, AgentActivity>,
}

/// A minute that is over: immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct Minute {
    /// Who reported it.
    pub source: SourceId,
    /// First instant, Unix ms.
    pub from: i64,
    /// Ms in which the source was heard: 60,000 is complete.
    pub covered_ms: i64,
    /// Queues with any activity.
    pub queues: BTreeMap<Name, QueueActivity>,
    /// Agents with any activity.
    pub agents: BTreeMap<Name, AgentActivity>,
}

impl Minute {
    /// Length, ms.
    pub const MS: i64 = 60_000;

    /// First instant of the minute that holds `ms`.
    pub fn floor(ms: i64) -> i64 {
        ms.div_euclid(Self::MS).saturating_mul(Self::MS)
    }
}
