//! Bringing callers and agents together.

use super::agenda::Due;
use super::books::RingTruth;
use super::calendar::MINUTE;
use super::chance::Spread;
use super::shifts::PERSONAL;
use super::simulation::Simulation;
use super::state::{Stage, Work};
use mirante_floor::{Device, Kind};

/// How long an unanswered ring lasts, ms.
const RING_OUT: i64 = 15_000;
/// Part of the rings that an agent lets pass.
const MISSED: f64 = 0.04;

impl Simulation {
    /// Offers a waiting call to the free agent with the lowest penalty who has been free for longest.
    pub(super) fn offer(&mut self, visit: u64) {
        let Some(waiting) = self.visits.get(&visit) else { return };
        let queue = waiting.queue;
        if waiting.stage != (Stage::Waiting { offered: None }) || self.lines[queue].free == 0 {
            return;
        }
        let penalty = |agent: usize| {
            let skills = &self.centre.agents[agent].skills;
            skills.iter().find(|(served, _)| *served == queue).map_or(i32::MAX, |(_, penalty)| *penalty)
        };
        let free = self.centre.queues[queue].members.iter().copied().filter(|m| self.desks[*m].work == Work::Free);
        if let Some(agent) = free.min_by_key(|agent| (penalty(*agent), self.desks[*agent].since)) {
            self.ring(visit, agent);
        }
    }

    /// Gives a free agent the caller who should come next: the longest wait, home queues half a minute ahead.
    pub(super) fn serve(&mut self, agent: usize) {
        if self.desks[agent].work != Work::Free {
            return;
        }
        let first = |queue: usize| {
            let unoffered =
                |visit: &&u64| self.visits.get(visit).is_some_and(|v| v.stage == Stage::Waiting { offered: None });
            self.lines[queue].waiting.iter().find(unoffered).copied()
        };
        let next = self.centre.agents[agent]
            .skills
            .iter()
            .filter_map(|(queue, penalty)| {
                let visit = first(*queue)?;
                Some((self.visits.get(&visit)?.entered + i64::from(*penalty) * MINUTE / 2, visit))
            })
            .min();
        if let Some((_, visit)) = next {
            self.ring(visit, agent);
        }
    }

    /// Whether anybody waits, unoffered, for a queue that the agent serves.
    pub(super) fn needed(&self, agent: usize) -> bool {
        self.centre.agents[agent].skills.iter().any(|(queue, _)| !self.lines[*queue].waiting.is_empty())
    }

    fn ring(&mut self, visit: u64, agent: usize) {
        let Some(waiting) = self.visits.get_mut(&visit) else { return };
        waiting.stage = Stage::Waiting { offered: Some(agent) };
        let (queue, call) = (waiting.queue, waiting.call.clone());
        self.set_work(agent, Work::Ringing);
        self.emit(Kind::Ringing {
            queue: self.centre.queues[queue].name.clone(),
            call,
            agent: self.centre.agents[agent].key.clone(),
        });
        self.set_device(agent, Device::Ringing);
        let answered = !self.dice.chance(MISSED);
        let ms = if answered { self.dice.spread(&Spread::new(4.2, 0.5, 1.2), 1.0).min(13_000) } else { RING_OUT };
        let turn = self.desks[agent].turn;
        self.agenda.add(self.now + ms, Due::RingOver { visit, agent, turn, answered });
    }

    /// The agent answers, or does not.
    pub(super) fn ring_over(&mut self, visit: u64, agent: usize, turn: u32, answered: bool) {
        if self.desks[agent].turn != turn {
            return;
        }
        if answered {
            self.answer(visit, agent);
            return;
        }
        let Some(waiting) = self.visits.get_mut(&visit) else { return };
        waiting.stage = Stage::Waiting { offered: None };
        let queue = self.centre.queues[waiting.queue].name.clone();
        let key = self.centre.agents[agent].key.clone();
        self.emit(Kind::RingNoAnswer { queue: queue.clone(), agent: key.clone(), ring_ms: RING_OUT });
        self.set_device(agent, Device::Idle);
        if self.setup.keep_truth {
            self.books.rings.push(RingTruth { at_ms: self.now, queue, agent: key, ring_ms: RING_OUT });
        }
        // The agent becomes free only after the call was offered to the others, and sometimes had left the desk.
        self.offer(visit);
        if self.desks[agent].wanted.is_none() && self.dice.chance(0.12) {
            let ms = self.dice.between(2 * MINUTE, 5 * MINUTE);
            self.desks[agent].wanted = Some((PERSONAL, ms));
        }
        self.release(agent);
    }
}
