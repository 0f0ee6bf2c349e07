//! Conversations and the work after them.

use super::agenda::Due;
use super::books::VisitTruth;
use super::calendar::MINUTE;
use super::chance::Spread;
use super::simulation::Simulation;
use super::state::{Stage, Visit, Work};
use mirante_floor::{Activity, Device, Kind, Outcome, Place};

/// Part of the conversations with a hold.
const HOLDS: f64 = 0.14;
/// Part of the callers who were answered and call again the same day.
const REPEATS: f64 = 0.07;

impl Simulation {
    /// The agent takes the call.
    pub(super) fn answer(&mut self, visit: u64, agent: usize) {
        let leg = self.channel();
        let now = self.now;
        let Some(answered) = self.visits.get_mut(&visit) else { return };
        answered.stage = Stage::Talking { agent, since: now };
        let (queue, call, wait) = (answered.queue, answered.call.clone(), now - answered.entered);
        self.step_out(queue, visit);
        self.set_work(agent, Work::Talking { queue, held: false });
        self.set_device(agent, Device::InUse);
        self.emit(Kind::Answered {
            queue: self.centre.queues[queue].name.clone(),
            call,
            agent: self.centre.agents[agent].key.clone(),
            leg: Some(leg),
        });
        let counters = &mut self.lines[queue].counters;
        counters.hold_s = moving(counters.hold_s, wait);
        let talk = self.dice.spread(&self.centre.queues[queue].talk, self.centre.agents[agent].pace);
        if talk > 60_000 && self.dice.chance(HOLDS) {
            let ms = self.dice.spread(&Spread::new(38.0, 0.7, 5.0), 1.0).min(talk / 2);
            let at = now + self.dice.between(talk / 8, talk - ms);
            self.agenda.add(at, Due::Hold { visit, ms });
        }
        self.agenda.add(now + talk, Due::TalkOver { visit });
    }

    /// The caller is put on hold.
    pub(super) fn hold(&mut self, visit: u64, ms: i64) {
        if self.turn_hold(visit, true) {
            self.agenda.add(self.now + ms, Due::Unhold { visit });
        }
    }

    /// The conversation goes on.
    pub(super) fn unhold(&mut self, visit: u64) {
        self.turn_hold(visit, false);
    }

    fn turn_hold(&mut self, visit: u64, held: bool) -> bool {
        let Some(Visit { queue, stage: Stage::Talking { agent, .. }, .. }) = self.visits.get(&visit) else {
            return false;
        };
        let (queue, agent) = (*queue, *agent);
        self.set_work(agent, Work::Talking { queue, held });
        self.set_device(agent, if held { Device::OnHold } else { Device::InUse });
        true
    }

    /// The conversation ends: the caller hangs up, or is passed on to the next level.
    pub(super) fn talk_over(&mut self, visit: u64) {
        let Some(over) = self.visits.remove(&visit) else { return };
        let Stage::Talking { agent, since } = over.stage else { return };
        let passed = match self.centre.queues[over.queue].passes {
            Some((to, chance)) if self.dice.chance(chance) && self.admits(to) => Some(to),
            _ => None,
        };
        let spec = &self.centre.queues[over.queue];
        let (queue, wrapup) = (spec.name.clone(), spec.wrapup);
        let key = self.centre.agents[agent].key.clone();
        // Told before the end, so that no platform and no reader sees the agent free for an instant.
        let codes = self.dice.chance(0.92);
        if codes {
            self.set_work(agent, Work::Wrapup { queue: over.queue });
            self.tell_activity(agent, Some(Activity::Wrapup(Place::Queue(queue.clone()))));
        }
        let (call, transferred) = (Some(over.call.clone()), passed.is_some());
        let talk_ms = Some(self.now - since);
        let (queue_of, agent_of) = (queue.clone(), key.clone());
        self.emit(Kind::Completed { queue: queue_of, call, leg: None, agent: agent_of, transferred, talk_ms });
        self.set_device(agent, Device::Idle);
        let counters = &mut self.lines[over.queue].counters;
        counters.completed += 1;
        counters.talk_s = moving(counters.talk_s, self.now - since);
        if self.setup.keep_truth {
            self.books.visits.push(VisitTruth {
                queue,
                contact: over.contact.clone(),
                call: over.call.clone(),
                entered_ms: over.entered,
                ended_ms: self.now,
                outcome: Outcome::Answered,
                wait_ms: since - over.entered,
                agent: Some(key),
                talk_ms: Some(self.now - since),
                transferred,
            });
        }
        match passed {
            // One in four is announced first, on a new channel.
            Some(to) if self.dice.chance(0.25) => {
                self.emit(Kind::CallEnded { call: over.call });
                let call = self.channel();
                self.enter(to, call, over.contact, over.customer);
            }
            Some(to) => {
                self.enter(to, over.call, over.contact, over.customer);
            }
            None => {
                self.emit(Kind::CallEnded { call: over.call });
                if self.dice.chance(REPEATS) {
                    let at = self.now + self.dice.between(40 * MINUTE, 7 * 60 * MINUTE);
                    self.agenda.add(at, Due::Again { queue: over.queue, customer: over.customer });
                }
            }
        }
        if codes {
            let ms = self.dice.spread(&wrapup, self.centre.agents[agent].pace);
            let turn = self.desks[agent].turn;
            self.agenda.add(self.now + ms, Due::WrapupOver { agent, turn });
        } else {
            self.release(agent);
        }
    }

    /// The work after a call is done.
    pub(super) fn wrapup_over(&mut self, agent: usize, turn: u32) {
        if self.desks[agent].turn != turn {
            return;
        }
        if let Work::CampaignWrapup { attempt, .. } = self.desks[agent].work {
            self.code(attempt);
        }
        self.tell_activity(agent, None);
        self.release(agent);
    }
}

/// Asterisk's moving average: a quarter of the newest.
fn moving(old_s: u32, new_ms: i64) -> u32 {
    ((u64::from(old_s) * 3 + (new_ms / 1000) as u64) / 4) as u32
}
