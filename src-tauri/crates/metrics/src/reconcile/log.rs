//! Stays as a platform's own record tells them, held one by one against ours.

use mirante_floor::Outcome;
use std::collections::BTreeMap;

/// A stay as one side tells it. Times are Unix ms by the platform's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The call at entry.
    pub call: String,
    /// When it entered the queue.
    pub entered: i64,
    /// When it ended, conversation included.
    pub ended: i64,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it waited, ms.
    pub wait_ms: i64,
    /// Who answered, in every word that is known for them; empty where nobody did.
    pub agents: Vec<String>,
    /// How long they talked, ms, if that is known.
    pub talk_ms: Option<i64>,
}

/// In what two sides differ about a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Differs {
    /// How it ended.
    Outcome,
    /// The wait, by more than a second.
    Wait,
    /// Who answered.
    Agent,
    /// The conversation, by more than a second.
    Talk,
}

/// A stay of ours, of the record, or of both; places in what was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paired {
    /// Ours.
    pub ours: Option<usize>,
    /// The record's.
    pub theirs: Option<usize>,
    /// In what they differ; nothing where they are equal or one is missing.
    pub differs: Vec<Differs>,
}

/// A record tells whole seconds, and its own differences of them: a second either way is the same.
const SAME_MS: i64 = 1000;
/// And a little, for what lies between the two clocks.
const SPARE_MS: i64 = 250;

/// Pairs both sides' stays of one queue: those of one call in the order in which they entered.
pub fn pair(ours: &[Told], theirs: &[Told]) -> Vec<Paired> {
    let mut by_call: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, stay) in ours.iter().enumerate() {
        by_call.entry(&stay.call).or_default().0.push(at);
    }
    for (at, stay) in theirs.iter().enumerate() {
        by_call.entry(&stay.call).or_default().1.push(at);
    }
    let mut all = Vec::new();
    for (mut mine, mut told) in by_call.into_values() {
        mine.sort_by_key(|at| ours[*at].entered);
        told.sort_by_key(|at| theirs[*at].entered);
        for at in mine {
            // Which of several stays of one call it is, the entry says.
            let near = |other: &usize| theirs[*other].entered.abs_diff(ours[at].entered);
            let found = (0..told.len())
                .min_by_key(|nth| near(&told[*nth]))
                .filter(|nth| near(&told[*nth]) <= 2 * SAME_MS as u64);
            let found = found.map(|nth| told.remove(nth));
            let differs = found.map(|other| differs(&ours[at], &theirs[other])).unwrap_or_default();
            all.push(Paired { ours: Some(at), theirs: found, differs });
        }
        all.extend(told.into_iter().map(|at| Paired { ours: None, theirs: Some(at), differs: Vec::new() }));
    }
    all
}

fn differs(ours: &Told, theirs: &Told) -> Vec<Differs> {
    let is_far = |one: i64, other: i64| (one - other).abs() > SAME_MS + SPARE_MS;
    let mut all = Vec::new();
    // A record writes the same word for whoever was moved elsewhere and for whoever hung up.
    let is_moved = (ours.outcome, theirs.outcome) == (Outcome::Transferred, Outcome::Abandoned);
    if ours.outcome != theirs.outcome && !is_moved {
        all.push(Differs::Outcome);
    }
    if is_far(ours.wait_ms, theirs.wait_ms) {
        all.push(Differs::Wait);
    }
    if ours.agents.is_empty() != theirs.agents.is_empty()
        || !ours.agents.is_empty() && !ours.agents.iter().any(|agent| theirs.agents.contains(agent))
    {
        all.push(Differs::Agent);
    }
    if let (Some(one), Some(other)) = (ours.talk_ms, theirs.talk_ms)
        && is_far(one, other)
    {
        all.push(Differs::Talk);
    }
    all
}
