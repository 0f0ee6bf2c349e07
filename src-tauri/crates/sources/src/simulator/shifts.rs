//! Days at work: logging in and out, breaks, calls outside the queues.

use super::agenda::Due;
use super::calendar::{Day, MINUTE};
use super::centre::SHIFTS;
use super::roster;
use super::simulation::Simulation;
use super::state::{Break, Work};
use mirante_floor::{Device, Kind};

/// Reasons of breaks, as the platform names them.
pub(super) const REASONS: [&str; 7] =
    ["NR-17", "Lanche", "Particular", "Feedback", "Treinamento", "Almoço", "Falha de sistema"];
/// Index of [`REASONS`]: personal.
pub(super) const PERSONAL: usize = 2;
const FEEDBACK: usize = 3;
const TRAINING: usize = 4;
/// Index of [`REASONS`]: systems down.
pub(super) const SYSTEMS: usize = 6;

impl Simulation {
    /// Puts everybody's shift of a day on the agenda, as far as it is not over.
    pub(super) fn plan_shifts(&mut self, day: &Day) {
        for agent in 0..self.centre.agents.len() {
            let spec = &self.centre.agents[agent];
            let shift = &SHIFTS[spec.shift];
            let absent = spec.crew > 5 && self.dice.chance(0.04);
            let begin = day.at(shift.from) + self.dice.between(-2 * MINUTE, 4 * MINUTE);
            let end = day.at(shift.to) + self.dice.between(0, 4 * MINUTE);
            let spec = &self.centre.agents[agent];
            if absent || !roster::works(spec, day) || end <= self.now {
                continue;
            }
            let mut breaks = roster::breaks(spec);
            let chances = [(PERSONAL, 0.55, 4), (FEEDBACK, 0.12, 15), (TRAINING, 0.03, 40)];
            for (reason, chance, minutes) in chances {
                if self.dice.chance(chance) {
                    let after = self.dice.between(60, shift.to - shift.from - 60);
                    breaks.push(roster::Planned { after, reason, minutes });
                }
            }
            self.agenda.add(begin.max(self.now), Due::Login { agent });
            self.agenda.add(end, Due::Logout { agent });
            for planned in breaks {
                let at = day.at(shift.from + planned.after) + self.dice.between(0, 5 * MINUTE);
                // Most keep to the time, some overrun it.
                let ms = (planned.minutes * MINUTE) as f64 * self.dice.factor(0.09);
                let due = Due::Pause { agent, reason: planned.reason, ms: ms as i64, planned: true };
                if at > self.now {
                    self.agenda.add(at, due);
                }
            }
        }
    }

    /// Work begins: the agent is there and free.
    pub(super) fn login(&mut self, agent: usize) {
        if self.desks[agent].logged() {
            return;
        }
        let now = self.now;
        let desk = &mut self.desks[agent];
        desk.login += 1;
        desk.leaving = false;
        desk.pause = None;
        desk.wanted = None;
        let login = desk.login;
        for (queue, _) in &self.centre.agents[agent].skills {
            self.lines[*queue].logged += 1;
            self.lines[*queue].present += 1;
        }
        if self.centre.agents[agent].fixed {
            self.set_device(agent, Device::Idle);
        } else {
            self.desks[agent].device = Device::Idle;
            self.tell_memberships(agent);
        }
        let at = now + self.dice.exponential_ms(150.0 * MINUTE as f64);
        self.agenda.add(at, Due::Outside { agent, login });
        self.become_free(agent);
    }

    /// The shift is over: the agent goes as soon as the present call is done.
    pub(super) fn logout(&mut self, agent: usize) {
        match self.desks[agent].work {
            Work::Off => {}
            Work::Free | Work::Paused { .. } => self.leave(agent),
            _ => self.desks[agent].leaving = true,
        }
    }

    /// Goes home.
    pub(super) fn leave(&mut self, agent: usize) {
        let paused = self.desks[agent].pause.take().is_some();
        self.desks[agent].wanted = None;
        self.set_work(agent, Work::Off);
        let queues: Vec<usize> = self.centre.agents[agent].skills.iter().map(|(queue, _)| *queue).collect();
        let fixed = self.centre.agents[agent].fixed;
        if fixed {
            self.set_device(agent, Device::Unavailable);
            if paused {
                self.tell_memberships(agent);
            }
        }
        self.desks[agent].device = Device::Unavailable;
        for queue in queues {
            let line = &mut self.lines[queue];
            line.logged -= 1;
            line.present -= usize::from(!paused);
            if !fixed {
                let (queue, agent) = (self.centre.queues[queue].name.clone(), self.centre.agents[agent].key.clone());
                self.emit(Kind::MemberRemoved { queue, agent });
            }
            self.empty(queue);
        }
    }

    /// A break is due. Planned ones wait while a quarter of the colleagues are away already.
    pub(super) fn pause_due(&mut self, agent: usize, reason: usize, ms: i64, planned: bool) {
        let desk = &self.desks[agent];
        if !desk.logged() || desk.leaving {
            return;
        }
        let taken = desk.pause.is_some() || desk.wanted.is_some();
        if taken && !planned {
            return;
        }
        if planned && (taken || self.crowded(agent)) {
            let at = self.now + self.dice.between(2 * MINUTE, 5 * MINUTE);
            self.agenda.add(at, Due::Pause { agent, reason, ms, planned });
            return;
        }
        match self.desks[agent].work {
            Work::Free => self.start_pause(agent, reason, ms),
            // Some press pause during the call, and a failing system does it for everyone: it begins when the call ends.
            Work::Talking { .. } if !planned || self.dice.chance(0.3) => self.tell_pause(agent, reason, ms),
            _ => self.desks[agent].wanted = Some((reason, ms)),
        }
    }

    fn crowded(&self, agent: usize) -> bool {
        let colleagues = &self.centre.cells[self.centre.agents[agent].cell].agents;
        let here = colleagues.iter().map(|other| &self.desks[*other]).filter(|desk| desk.logged());
        let (logged, away) = here.fold((0, 0), |(logged, away), desk| {
            (logged + 1, away + usize::from(desk.pause.is_some() || desk.wanted.is_some()))
        });
        away > 0 && away >= logged / 4
    }

    fn tell_pause(&mut self, agent: usize, reason: usize, ms: i64) {
        self.desks[agent].pause = Some(Break { reason, ms, told: self.now });
        for index in 0..self.centre.agents[agent].skills.len() {
            let queue = self.centre.agents[agent].skills[index].0;
            self.lines[queue].present -= 1;
        }
        self.tell_memberships(agent);
        for index in 0..self.centre.agents[agent].skills.len() {
            self.empty(self.centre.agents[agent].skills[index].0);
        }
    }

    /// The break begins: now for the platform too, unless it was told before.
    pub(super) fn start_pause(&mut self, agent: usize, reason: usize, ms: i64) {
        self.set_work(agent, Work::Paused { reason });
        if self.desks[agent].pause.is_none() {
            self.tell_pause(agent, reason, ms);
        }
        let turn = self.desks[agent].turn;
        self.agenda.add(self.now + ms.max(20_000), Due::PauseOver { agent, turn });
    }

    /// The break is over.
    pub(super) fn pause_over(&mut self, agent: usize, turn: u32) {
        if self.desks[agent].turn != turn {
            return;
        }
        self.desks[agent].pause = None;
        for index in 0..self.centre.agents[agent].skills.len() {
            let queue = self.centre.agents[agent].skills[index].0;
            self.lines[queue].present += 1;
        }
        self.tell_memberships(agent);
        self.release(agent);
    }

    /// A call outside the queues, if the agent is free and not alone.
    pub(super) fn outside(&mut self, agent: usize, login: u32) {
        let desk = &self.desks[agent];
        if !desk.logged() || desk.login != login || desk.leaving {
            return;
        }
        let again = self.now + self.dice.exponential_ms(150.0 * MINUTE as f64);
        self.agenda.add(again, Due::Outside { agent, login });
        if self.desks[agent].work == Work::Free && self.spare(agent) >= 2 {
            self.set_work(agent, Work::Outside);
            self.set_device(agent, Device::InUse);
            let ms = self.dice.between(15_000, 240_000);
            let turn = self.desks[agent].turn;
            self.agenda.add(self.now + ms, Due::OutsideOver { agent, turn });
        }
    }

    /// The call outside the queues is over.
    pub(super) fn outside_over(&mut self, agent: usize, turn: u32) {
        if self.desks[agent].turn == turn {
            self.set_device(agent, Device::Idle);
            self.release(agent);
        }
    }
}
