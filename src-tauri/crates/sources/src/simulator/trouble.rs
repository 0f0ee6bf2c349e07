//! A bad quarter of an hour now and then.

use super::agenda::Due;
use super::calendar::{DayKind, MINUTE};
use super::shifts::SYSTEMS;
use super::simulation::Simulation;

const QUARTER: i64 = 15 * MINUTE;

impl Simulation {
    /// Decides which cells have a bad quarter of an hour today: in the default centre, one on most days.
    pub(super) fn plan_trouble(&mut self) {
        let day = self.day.clone();
        let chance = if day.kind() == DayKind::Weekday { 0.42 } else { 0.2 };
        for cell in 0..self.centre.cells.len() {
            if self.dice.chance(chance) {
                let at = day.at(8 * 60 + 30) + self.dice.between(0, 10 * 60 * MINUTE);
                if at > self.now {
                    self.agenda.add(at, Due::Trouble { cell });
                }
            }
        }
    }

    /// It begins: callers arrive more than twice as often, or people lose their systems.
    pub(super) fn trouble(&mut self, cell: usize) {
        // The technical cell's trouble is its own system: everyone is away, and callers are sent on.
        let technical = self.centre.cells[cell].kind == 2;
        if !technical && self.dice.chance(0.6) {
            let queues = &self.centre.cells[cell].queues;
            let queue = queues[self.dice.below(queues.len())];
            let per_ms = self.present_rate(queue) * 1.4;
            if per_ms > 0.0 {
                self.next_of_burst(queue, per_ms, self.now + QUARTER);
            }
            return;
        }
        for agent in self.centre.cells[cell].agents.clone() {
            if self.desks[agent].logged() && (technical || self.dice.chance(0.35)) {
                let at = self.now + self.dice.between(0, MINUTE);
                let ms = self.dice.between(9 * MINUTE, QUARTER);
                self.agenda.add(at, Due::Pause { agent, reason: SYSTEMS, ms, planned: false });
            }
        }
    }
}
