//! What a wall shows of a floor: its queues and its agents, and nothing else.
//!
//! A past board costs a hundredth of a past [`Floor`]: segments keep what the fold did to it event by event, so no fold runs.

use mirante_floor::{AgentState, Floor, Link, Name, Outcome, Queue, Site, SourceId, StateKind};

/// The cells of every queue and agent at one instant. Queues and agents stand by source, then by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Board {
    /// Sources and how they are heard.
    pub sources: Vec<(SourceId, Link)>,
    /// Queues.
    pub queues: Vec<QueueCells>,
    /// Agents.
    pub agents: Vec<AgentCells>,
}

/// What is shown of a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueCells {
    /// The source that reports it.
    pub source: SourceId,
    /// Its name.
    pub queue: Name,
    /// Starts of the waits under way, Unix ms by our clock, in order of entry.
    pub waits: Vec<i64>,
    /// The day's totals.
    pub totals: QueueTotals,
    /// Members by what they do, in the order of [`StateKind`].
    pub members: [u32; 8],
}

/// Totals of a queue's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueTotals {
    /// Visits that entered.
    pub offered: u32,
    /// Visits that were answered or ended, in the order of [`Outcome::ALL`].
    pub ended: [u32; 8],
    /// Answers within the target's seconds.
    pub within: u32,
    /// The target's seconds.
    pub target_s: u32,
    /// Time waited by those answered, ms.
    pub waited_ms: u64,
    /// Conversations that ended.
    pub talks: u32,
    /// Their time, ms.
    pub talked_ms: u64,
    /// Rings that nobody answered.
    pub ring_no_answer: u32,
}

impl QueueCells {
    /// Start of the oldest wait, Unix ms; absent when nobody waits.
    pub fn oldest_wait(&self) -> Option<i64> {
        self.waits.iter().copied().min()
    }
}

/// What is shown of an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentCells {
    /// The source that reports them.
    pub source: SourceId,
    /// The agent's key.
    pub agent: Name,
    /// What they do.
    pub state: AgentState,
    /// Since when, Unix ms by our clock.
    pub since: i64,
}

impl Board {
    /// The board of a floor.
    pub fn of(floor: &Floor) -> Board {
        let mut board = Board::default();
        for (source, site) in &floor.sites {
            board.sources.push((*source, site.link.clone()));
            let first = board.queues.len();
            for (name, queue) in &site.queues {
                board.queues.push(QueueCells {
                    source: *source,
                    queue: name.clone(),
                    waits: waits(site, queue).collect(),
                    totals: totals(floor, *source, name, queue),
                    members: [0; 8],
                });
            }
            let queues: Vec<&Name> = site.queues.keys().collect();
            for (key, agent) in &site.agents {
                for served in agent.memberships.keys() {
                    if let Ok(place) = queues.binary_search(&served) {
                        board.queues[first + place].members[agent.state.kind() as usize] += 1;
                    }
                }
                let (state, since) = (agent.state.clone(), agent.since.seen);
                board.agents.push(AgentCells { source: *source, agent: key.clone(), state, since });
            }
        }
        board
    }
}

/// Starts of a queue's waits, in order of entry.
pub(crate) fn waits<'a>(site: &'a Site, queue: &'a Queue) -> impl Iterator<Item = i64> + 'a {
    queue.waiting.iter().filter_map(|id| site.visits.get(id)).map(|visit| visit.entered.seen)
}

/// A queue's totals, with the answers within the target in force.
pub(crate) fn totals(floor: &Floor, source: SourceId, name: &Name, queue: &Queue) -> QueueTotals {
    let day = floor.sites.get(&source).and_then(|site| site.day_from).unwrap_or(i64::MIN);
    let target_s = floor.config.goal(source, name, day).seconds;
    let totals = &queue.totals;
    let answered = totals.waits.get(&Outcome::Answered);
    QueueTotals {
        offered: totals.offered,
        ended: Outcome::ALL.map(|outcome| totals.count(outcome)),
        within: answered.map_or(0, |tally| tally.hist.within(target_s).try_into().unwrap_or(u32::MAX)),
        target_s,
        waited_ms: answered.map_or(0, |tally| tally.sum_ms),
        talks: totals.talks.count,
        talked_ms: totals.talks.sum_ms,
        ring_no_answer: totals.ring_no_answer,
    }
}

/// Every state, in order.
pub(crate) const STATES: [StateKind; 8] = [
    StateKind::Ready,
    StateKind::Ringing,
    StateKind::Talking,
    StateKind::Hold,
    StateKind::Wrapup,
    StateKind::Paused,
    StateKind::Offline,
    StateKind::Unknown,
];
