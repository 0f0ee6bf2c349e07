//! The state behind a [`Board`], by number: what a reader of a segment goes through time with.

use super::core::Tables;
use crate::board::{AgentCells, Board, QueueCells, QueueTotals, STATES};
use mirante_floor::{AgentState, Link, Name, Place, SourceId};

/// Where an agent's work comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Spot {
    #[default]
    None,
    Other,
    Queue(u32),
    /// A word.
    Campaign(u32),
    /// A word: a queue that is not on the floor.
    Named(u32),
}

/// An agent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct LeanAgent {
    /// On the floor.
    pub(crate) here: bool,
    /// The state's place in [`STATES`].
    pub(crate) state: u8,
    pub(crate) spot: Spot,
    /// Why paused: a word, 1 for the first; 0 for none.
    pub(crate) reason: u32,
    pub(crate) since: i64,
    /// When the newest conversation began, Unix ms.
    pub(crate) answered: i64,
    /// The newest campaign worked: a word.
    pub(crate) campaign: u32,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LeanQueue {
    pub(crate) here: bool,
    pub(crate) waits: Vec<i64>,
    pub(crate) totals: QueueTotals,
    /// Start of the wait that ended last.
    pub(crate) ended: i64,
}

/// All of it. Agents and queues stand as in [`Tables`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Lean {
    pub(crate) sources: Vec<(SourceId, Link)>,
    pub(crate) agents: Vec<LeanAgent>,
    pub(crate) queues: Vec<LeanQueue>,
    /// Agents and the queues they serve, in any order.
    pub(crate) members: Vec<(u32, u32)>,
    /// Reasons and campaigns.
    pub(crate) words: Vec<Name>,
}

impl Lean {
    /// As many agents and queues as there are names for.
    pub(crate) fn grow(&mut self, tables: &Tables) {
        if self.agents.len() < tables.agents.len() {
            self.agents.resize(tables.agents.len(), LeanAgent::default());
        }
        if self.queues.len() < tables.queues.len() {
            self.queues.resize(tables.queues.len(), LeanQueue::default());
        }
    }

    /// What a wall shows of it.
    pub(crate) fn board(&self, tables: &Tables) -> Board {
        let mut counts = vec![[0u32; 8]; self.queues.len()];
        for (agent, queue) in &self.members {
            let (agent, counts) = (self.agents.get(*agent as usize), counts.get_mut(*queue as usize));
            if let (Some(agent), Some(counts)) = (agent, counts) {
                counts[usize::from(agent.state & 7)] += 1;
            }
        }
        let queues = tables.queues.iter().zip(&self.queues).zip(counts).filter(|((_, queue), _)| queue.here);
        let queues = queues.map(|(((source, name), queue), members)| QueueCells {
            source: *source,
            queue: name.clone(),
            waits: queue.waits.clone(),
            totals: queue.totals,
            members,
        });
        let agents = tables.agents.iter().zip(&self.agents).filter(|(_, agent)| agent.here);
        let agents = agents.map(|((source, name), agent)| AgentCells {
            source: *source,
            agent: name.clone(),
            state: self.state(agent, tables),
            since: agent.since,
        });
        let mut board = Board { sources: self.sources.clone(), queues: queues.collect(), agents: agents.collect() };
        if !board.queues.is_sorted_by(|a, b| (a.source, &a.queue) < (b.source, &b.queue)) {
            board.queues.sort_by(|a, b| (a.source, &a.queue).cmp(&(b.source, &b.queue)));
        }
        if !board.agents.is_sorted_by(|a, b| (a.source, &a.agent) < (b.source, &b.agent)) {
            board.agents.sort_by(|a, b| (a.source, &a.agent).cmp(&(b.source, &b.agent)));
        }
        board.sources.sort_by_key(|(source, _)| *source);
        board
    }

    fn state(&self, agent: &LeanAgent, tables: &Tables) -> AgentState {
        let word = |word: u32| self.words.get(word as usize).cloned();
        let place = || match agent.spot {
            Spot::Queue(queue) => tables.queues.get(queue as usize).map_or(Place::Other, |q| Place::Queue(q.1.clone())),
            Spot::Campaign(campaign) => word(campaign).map_or(Place::Other, Place::Campaign),
            Spot::Named(queue) => word(queue).map_or(Place::Other, Place::Queue),
            Spot::None | Spot::Other => Place::Other,
        };
        match agent.state {
            0 => AgentState::Ready,
            1 => AgentState::Ringing,
            2 => AgentState::Talking(place()),
            3 => AgentState::Hold(place()),
            4 => AgentState::Wrapup(place()),
            5 => AgentState::Paused(agent.reason.checked_sub(1).and_then(word)),
            6 => AgentState::Offline,
            _ => AgentState::Unknown,
        }
    }

    /// The word's number, made if there is none.
    pub(crate) fn word(&mut self, text: &Name) -> u32 {
        // A few dozen at most: reasons and campaigns.
        let known = self.words.iter().position(|word| word == text);
        known.unwrap_or_else(|| {
            self.words.push(text.clone());
            self.words.len() - 1
        }) as u32
    }
}

const _: () = assert!(STATES.len() == 8);
