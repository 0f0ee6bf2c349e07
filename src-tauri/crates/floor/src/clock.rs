//! Time passing in a site: coverage, the seconds of states and waits, and minutes that close.

use crate::apply::Step;
use crate::{Agent, AgentActivity, Fact, Link, Minute, Moment, Name, OpenMinute, Queue, QueueActivity, Site, Stage};
use std::collections::BTreeMap;

/// A silence longer than this is not cut into minutes one by one: nobody sent the minute's edge, so nobody was there.
const LONGEST_RUN_MS: i64 = 48 * 60 * Minute::MS;
/// A contact with no open visit may still enter another queue for this long.
const CONTACT_LINGERS_MS: i64 = 10 * Minute::MS;
/// An attempt that nobody ended is given up after this long.
const ATTEMPT_LASTS_MS: i64 = 12 * 60 * Minute::MS;

impl Site {
    /// Moves the site's clock to `to`, closing every minute that ends on the way.
    pub(crate) fn advance(&mut self, to: i64, step: &mut Step<'_>) {
        if self.minute.from == 0 {
            self.open_minute(Minute::floor(to), to);
        }
        if !self.is_live() || to - self.minute.from > LONGEST_RUN_MS {
            if self.minute.from + Minute::MS <= to {
                self.close_minute(self.minute.from + Minute::MS, step);
                self.open_minute(Minute::floor(to), to);
            }
        } else {
            while self.minute.from + Minute::MS <= to {
                let edge = self.minute.from + Minute::MS;
                // Already further where our clock was set ahead: that stretch never was.
                let credited = self.minute.credited.max(edge);
                self.close_minute(edge, step);
                self.open_minute(edge, credited);
            }
        }
        self.cover(to);
        self.seen = to;
        self.settle(to, step);
    }

    /// One of the two clocks was set anew, by so many ms, and ours shows `to` now: everything open goes with it, and what was
    /// skipped never was.
    pub(crate) fn move_clocks(&mut self, at_by: i64, seen_by: i64, to: i64) {
        let seen_by = seen_by.clamp(0, (to - self.seen).max(0));
        let move_ms = |ms: &mut i64| *ms = ms.saturating_add(seen_by);
        let move_moment = |moment: &mut Moment| {
            moment.seen = moment.seen.saturating_add(seen_by);
            moment.at = moment.at.map(|at| at.saturating_add(at_by));
        };
        for visit in self.visits.values_mut() {
            move_moment(&mut visit.entered);
            if let Stage::Talking { since, .. } = &mut visit.stage {
                move_moment(since);
            }
        }
        // Of these the end may still be told, by the new clock.
        for visit in self.recent.iter_mut().filter(|visit| visit.is_untold()) {
            move_moment(&mut visit.entered);
        }
        for attempt in self.attempts.values_mut() {
            move_moment(&mut attempt.started);
            attempt.ringing.iter_mut().for_each(move_moment);
            attempt.answered.iter_mut().for_each(|(moment, _)| move_moment(moment));
            attempt.talking.iter_mut().for_each(move_moment);
        }
        for agent in self.agents.values_mut() {
            move_moment(&mut agent.since);
            move_ms(&mut agent.credited);
            move_ms(&mut agent.touched);
        }
        self.queues.values_mut().for_each(|queue| move_ms(&mut queue.credited));
        self.settling.values_mut().for_each(move_ms);
        for contact in self.contacts.values_mut() {
            move_ms(&mut contact.since);
            move_ms(&mut contact.last);
        }
        move_ms(&mut self.minute.credited);
        self.heard.iter_mut().for_each(move_moment);
        self.deaf_since.iter_mut().for_each(move_ms);
        if let Link::Up { since, .. } | Link::Down { since, .. } = &mut self.link {
            move_ms(since);
        }
    }

    fn open_minute(&mut self, from: i64, credited: i64) {
        self.minute = OpenMinute { from, credited, ..OpenMinute::default() };
        // Nothing is credited while nobody listens; whoever listens again begins with that.
        if self.is_live() {
            self.queues.values_mut().for_each(|queue| queue.credited = credited);
            self.agents.values_mut().for_each(|agent| agent.credited = credited);
        }
        for (name, queue) in self.queues.iter().filter(|(_, q)| !q.waiting.is_empty()) {
            self.minute.queues.entry(name.clone()).or_default().waiting_peak = queue.waiting.len() as u32;
        }
    }

    fn close_minute(&mut self, edge: i64, step: &mut Step<'_>) {
        if self.is_live() {
            self.credit_all(edge);
        }
        let OpenMinute { from, covered_ms, mut queues, agents, .. } = std::mem::take(&mut self.minute);
        // How many waited is told of a minute that was heard, if only in part.
        let happened = |q: &QueueActivity| q.entered > 0 || q.answered > 0 || q.lost > 0 || q.waiting_ms > 0;
        queues.retain(|_, queue| covered_ms > 0 || happened(queue));
        if covered_ms > 0 || !queues.is_empty() || !agents.is_empty() {
            let minute = Minute { source: step.source, from, covered_ms, queues, agents };
            step.changes.facts.push(Fact::MinuteClosed(minute));
        }
        self.contacts.retain(|_, c| c.open > 0 || edge - c.last <= CONTACT_LINGERS_MS);
        self.give_up_attempts(|a| edge - a.started.seen > ATTEMPT_LASTS_MS, step);
    }

    fn cover(&mut self, to: i64) {
        if self.is_live() {
            let ms = (to - self.minute.credited).max(0);
            self.minute.covered_ms += ms;
            self.covered_ms += ms;
        }
        self.minute.credited = self.minute.credited.max(to);
    }

    /// Credits everything up to `to`.
    pub(crate) fn credit_all(&mut self, to: i64) {
        self.cover(to);
        let live = self.is_live();
        for (name, queue) in &mut self.queues {
            credit_queue(&mut self.minute.queues, name, queue, to, live);
        }
        for (key, agent) in &mut self.agents {
            credit_agent(&mut self.minute.agents, key, agent, to, live);
        }
    }
}

/// Credits a queue's waits up to `to`. Call before the number of waiting callers changes.
pub(crate) fn credit_queue(
    minute: &mut BTreeMap<Name, QueueActivity>,
    name: &Name,
    queue: &mut Queue,
    to: i64,
    live: bool,
) {
    let ms = (to - queue.credited).max(0);
    if live && ms > 0 && !queue.waiting.is_empty() {
        minute.entry(name.clone()).or_default().waiting_ms += ms * queue.waiting.len() as i64;
    }
    queue.credited = queue.credited.max(to);
}

/// Credits an agent's state up to `to`. Call before the state changes.
pub(crate) fn credit_agent(
    minute: &mut BTreeMap<Name, AgentActivity>,
    key: &Name,
    agent: &mut Agent,
    to: i64,
    live: bool,
) {
    let ms = (to - agent.credited).max(0);
    if live && ms > 0 {
        let states = &mut minute.entry(key.clone()).or_default().states;
        *states.entry((agent.state.kind(), agent.state.place().cloned())).or_default() += ms;
    }
    agent.credited = agent.credited.max(to);
}
