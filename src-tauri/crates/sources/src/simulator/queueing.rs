//! Waiting in line, and leaving it unanswered.

use super::agenda::Due;
use super::books::VisitTruth;
use super::calendar::MINUTE;
use super::names;
use super::simulation::Simulation;
use super::state::{Stage, Visit};
use mirante_floor::{Device, Kind, Name, Outcome};

impl Simulation {
    /// Whether a queue lets callers in: open, and somebody is logged in.
    pub(super) fn admits(&self, queue: usize) -> bool {
        self.is_open(queue) && self.lines[queue].logged > 0
    }

    /// A call enters a queue, unless it is closed or empty: then nothing is heard of it, as on a real platform.
    pub(super) fn enter(&mut self, queue: usize, call: Name, contact: Name, customer: u32) -> bool {
        if !self.admits(queue) {
            return false;
        }
        let visit = self.serial();
        let waiting = Visit {
            queue,
            call: call.clone(),
            contact: contact.clone(),
            customer,
            entered: self.now,
            stage: Stage::Waiting { offered: None },
        };
        self.visits.insert(visit, waiting);
        self.lines[queue].waiting.push(visit);
        self.emit(Kind::Entered {
            queue: self.centre.queues[queue].name.clone(),
            call,
            contact,
            caller: names::customer(customer),
            position: Some(self.lines[queue].waiting.len() as u32),
            waited_ms: 0,
        });
        let spec = &self.centre.queues[queue];
        let (nature, spread) = (spec.nature, spec.patience);
        let patience = match self.dice.unit() {
            // Wrong number, or a second thought.
            x if x < 0.03 => self.dice.exponential_ms(4_000.0),
            _ if nature.restless => self.dice.exponential_ms(nature.patience * 1000.0),
            _ => self.dice.spread(&spread, 1.0),
        };
        self.agenda.add(self.now + patience.max(600), Due::GivesUp { visit });
        self.agenda.add(self.now + nature.limit * 1000, Due::Limit { visit });
        if self.dice.chance(0.06) {
            let at = self.now + self.dice.between(25_000, 75_000);
            self.agenda.add(at, Due::Key { visit });
        }
        if nature.strict && self.lines[queue].present == 0 {
            let at = self.now + self.dice.between(6_000, 15_000);
            self.agenda.add(at, Due::Look { queue });
        }
        self.offer(visit);
        true
    }

    fn waits(&self, visit: u64) -> bool {
        self.visits.get(&visit).is_some_and(|visit| matches!(visit.stage, Stage::Waiting { .. }))
    }

    /// The caller hangs up. A third try again soon.
    pub(super) fn gives_up(&mut self, visit: u64) {
        if !self.waits(visit) {
            return;
        }
        if let Some(gone) = self.leave_line(visit, Outcome::Abandoned) {
            self.emit(Kind::CallEnded { call: gone.call });
            if self.dice.chance(0.35) {
                let at = self.now + MINUTE / 2 + self.dice.exponential_ms(12.0 * MINUTE as f64);
                self.agenda.add(at, Due::Again { queue: gone.queue, customer: gone.customer });
            }
        }
    }

    /// The queue's limit sends the caller on: to its relief if there is one.
    pub(super) fn limit(&mut self, visit: u64) {
        if !self.waits(visit) {
            return;
        }
        if let Some(gone) = self.leave_line(visit, Outcome::Timeout) {
            let relief = self.centre.queues[gone.queue].relief;
            let taken = relief.is_some_and(|queue| self.enter(queue, gone.call.clone(), gone.contact, gone.customer));
            if !taken {
                self.emit(Kind::CallEnded { call: gone.call });
            }
        }
    }

    /// The caller presses the key that leaves, to be called back.
    pub(super) fn key(&mut self, visit: u64) {
        if !self.waits(visit) {
            return;
        }
        if let Some(gone) = self.leave_line(visit, Outcome::ExitKey) {
            self.emit(Kind::CallEnded { call: gone.call });
        }
    }

    /// Sends everybody on if nobody is there any more to answer.
    pub(super) fn empty(&mut self, queue: usize) {
        let line = &self.lines[queue];
        let nobody = line.logged == 0 || (self.centre.queues[queue].nature.strict && line.present == 0);
        if nobody {
            self.send_away(queue);
        }
    }

    /// The queue closes. Those in line are still served, unless everybody who could has gone.
    pub(super) fn closing(&mut self, queue: usize) {
        if self.lines[queue].present == 0 {
            self.send_away(queue);
        }
    }

    fn send_away(&mut self, queue: usize) {
        for visit in self.lines[queue].waiting.clone() {
            if let Some(gone) = self.leave_line(visit, Outcome::Overflow) {
                self.emit(Kind::CallEnded { call: gone.call });
            }
        }
    }

    /// Takes a waiting visit out of its line, unanswered.
    fn leave_line(&mut self, visit: u64, outcome: Outcome) -> Option<Visit> {
        let gone = self.visits.remove(&visit)?;
        self.step_out(gone.queue, visit);
        let queue = self.centre.queues[gone.queue].name.clone();
        self.emit(Kind::Left { queue: queue.clone(), call: gone.call.clone(), outcome, ago_ms: 0 });
        self.lines[gone.queue].counters.abandoned += 1;
        let rung = match gone.stage {
            Stage::Waiting { offered } => offered,
            Stage::Talking { .. } => None,
        };
        if let Some(agent) = rung {
            self.emit(Kind::RingEnded { queue: queue.clone(), agent: self.centre.agents[agent].key.clone() });
            self.set_device(agent, Device::Idle);
        }
        if self.setup.keep_truth {
            self.books.visits.push(VisitTruth {
                queue,
                contact: gone.contact.clone(),
                call: gone.call.clone(),
                entered_ms: gone.entered,
                ended_ms: self.now,
                outcome,
                wait_ms: self.now - gone.entered,
                agent: None,
                talk_ms: None,
                transferred: false,
            });
        }
        if let Some(agent) = rung {
            self.release(agent);
        }
        Some(gone)
    }

    /// Takes a visit from the line. Nobody is told of moving up: it follows.
    pub(super) fn step_out(&mut self, queue: usize, visit: u64) {
        self.lines[queue].waiting.retain(|other| *other != visit);
    }
}
