//! The simulation itself: time, and who handles what is due.

use super::agenda::{Agenda, Due};
use super::arrivals::Demand;
use super::books::{AgentTruth, OpenTruth, Truth};
use super::calendar::Day;
use super::centre::Centre;
use super::chance::Dice;
use super::setup::{Setup, SetupError};
use super::state::{Attempt, Desk, Drive, Line, Stage, Visit};
use crate::Caller;
use mirante_floor::{Kind, Name, PbxCounters};
use std::collections::{HashMap, VecDeque};

/// A simulated centre in motion: pure, without a clock, the same for the same [`Setup`].
///
/// Times are Unix ms and never decrease. How the events are asked for (one by one, in one stretch or in many) changes
/// nothing about them.
#[derive(Debug)]
pub struct Simulation {
    pub(super) setup: Setup,
    pub(super) centre: Centre,
    pub(super) dice: Dice,
    pub(super) agenda: Agenda,
    pub(super) now: i64,
    pub(super) day: Day,
    pub(super) demand: Demand,
    pub(super) lines: Vec<Line>,
    pub(super) desks: Vec<Desk>,
    pub(super) drives: Vec<Drive>,
    pub(super) visits: HashMap<u64, Visit>,
    pub(super) attempts: HashMap<u64, Attempt>,
    pub(super) books: Truth,
    serial: u64,
    out: VecDeque<(i64, Kind<Caller>)>,
}

impl Simulation {
    /// A centre at its first instant: its queues, its fixed members, and whoever is on shift logging in.
    ///
    /// # Errors
    /// If the setup asks for more or fewer queues or people than can be simulated.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        setup.check()?;
        let centre = Centre::build(&setup);
        let day = Day::holding(setup.start_ms, &setup.zone);
        let mut simulation = Simulation {
            dice: Dice::new(setup.seed, 2),
            agenda: Agenda::default(),
            now: setup.start_ms,
            demand: Demand::new(&centre),
            lines: centre.queues.iter().map(|_| Line::default()).collect(),
            desks: centre.agents.iter().map(|_| Desk::new(setup.start_ms)).collect(),
            drives: centre.campaigns.iter().map(|_| Drive::default()).collect(),
            visits: HashMap::new(),
            attempts: HashMap::new(),
            books: Truth::default(),
            serial: 0,
            out: VecDeque::new(),
            day,
            centre,
            setup,
        };
        simulation.open();
        Ok(simulation)
    }

    /// What it was made from.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Up to when it has run, Unix ms.
    pub fn now_ms(&self) -> i64 {
        self.now
    }

    /// When the next thing happens, Unix ms. Not everything that happens is an event.
    pub fn next_ms(&self) -> Option<i64> {
        self.out.front().map(|(at, _)| *at).or_else(|| self.agenda.next_at())
    }

    /// Runs up to and including an instant, appending the events with their times. A time in the past does nothing.
    pub fn run_until(&mut self, until_ms: i64, out: &mut Vec<(i64, Kind<Caller>)>) {
        if until_ms < self.now {
            return;
        }
        out.extend(self.out.drain(..));
        while let Some((at, due)) = self.agenda.take(until_ms) {
            self.step(at, due);
            out.extend(self.out.drain(..));
        }
        self.now = until_ms;
    }

    /// Runs up to and including an instant whose events are in history already, and forgets them: how a data folder that was
    /// closed goes on with the same setup it began with, without a seam. Costs what running costs.
    pub fn skip_until(&mut self, until_ms: i64) {
        let mut told = Vec::new();
        while self.next_ms().is_some_and(|next| next <= until_ms) {
            let stretch = self.now.saturating_add(3_600_000).min(until_ms);
            self.run_until(stretch, &mut told);
            told.clear();
        }
        self.now = self.now.max(until_ms);
    }

    /// Takes what the books hold and leaves them empty. Always empty unless [`Setup::keep_truth`].
    pub fn take_truth(&mut self) -> Truth {
        std::mem::take(&mut self.books)
    }

    /// Visits that have not ended, oldest first.
    pub fn open_visits(&self) -> Vec<OpenTruth> {
        let mut open: Vec<_> = self.visits.iter().collect();
        open.sort_by_key(|(serial, _)| **serial);
        open.into_iter()
            .map(|(serial, visit)| OpenTruth {
                queue: self.centre.queues[visit.queue].name.clone(),
                contact: visit.contact.clone(),
                call: visit.call.clone(),
                entered_ms: visit.entered,
                position: self.lines[visit.queue]
                    .waiting
                    .iter()
                    .position(|other| other == serial)
                    .map(|p| p as u32 + 1),
                answered: match visit.stage {
                    Stage::Talking { agent, since } => Some((self.centre.agents[agent].key.clone(), since)),
                    Stage::Waiting { .. } => None,
                },
            })
            .collect()
    }

    /// What every agent is doing.
    pub fn agents(&self) -> Vec<AgentTruth> {
        (0..self.desks.len()).map(|agent| self.doing(agent)).collect()
    }

    pub(super) fn emit(&mut self, kind: Kind<Caller>) {
        self.out.push_back((self.now, kind));
    }

    /// A number never used before.
    pub(super) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// A channel's id, as Asterisk writes them.
    pub(super) fn channel(&mut self) -> Name {
        let serial = self.serial();
        format!("{}.{serial}", self.now / 1000).into()
    }

    fn open(&mut self) {
        for index in 0..self.centre.queues.len() {
            let spec = &self.centre.queues[index];
            let counters = PbxCounters { level_s: spec.nature.goal.seconds, ..PbxCounters::default() };
            self.lines[index].counters = counters;
            let queue = spec.name.clone();
            self.emit(Kind::QueueSeen { queue, counters });
        }
        for agent in 0..self.centre.agents.len() {
            if self.centre.agents[agent].fixed {
                self.tell_memberships(agent);
            }
        }
        let yesterday = self.day.before();
        self.plan_shifts(&yesterday);
        self.plan_day();
    }

    fn plan_day(&mut self) {
        let day = self.day.clone();
        self.agenda.add(day.to, Due::Midnight);
        self.plan_shifts(&day);
        self.plan_demand();
        self.plan_campaigns();
        self.plan_trouble();
    }

    fn step(&mut self, at: i64, due: Due) {
        self.now = self.now.max(at);
        match due {
            Due::Midnight => {
                self.day = self.day.next();
                self.plan_day();
            }
            Due::Arrival { queue } => self.arrival(queue),
            Due::Burst { queue, per_ms, until } => self.burst(queue, per_ms, until),
            Due::Again { queue, customer } => self.call_in(queue, customer),
            Due::GivesUp { visit } => self.gives_up(visit),
            Due::Limit { visit } => self.limit(visit),
            Due::Key { visit } => self.key(visit),
            Due::RingOver { visit, agent, turn, answered } => self.ring_over(visit, agent, turn, answered),
            Due::Hold { visit, ms } => self.hold(visit, ms),
            Due::Unhold { visit } => self.unhold(visit),
            Due::TalkOver { visit } => self.talk_over(visit),
            Due::WrapupOver { agent, turn } => self.wrapup_over(agent, turn),
            Due::Login { agent } => self.login(agent),
            Due::Logout { agent } => self.logout(agent),
            Due::Pause { agent, reason, ms, planned } => self.pause_due(agent, reason, ms, planned),
            Due::PauseOver { agent, turn } => self.pause_over(agent, turn),
            Due::Outside { agent, login } => self.outside(agent, login),
            Due::OutsideOver { agent, turn } => self.outside_over(agent, turn),
            Due::Round { campaign, until } => self.round(campaign, until),
            Due::Reached { attempt } => self.reached(attempt),
            Due::AttemptOver { attempt } => self.attempt_over(attempt),
            Due::Trouble { cell } => self.trouble(cell),
            Due::Look { queue } => self.empty(queue),
            Due::Closing { queue } => self.closing(queue),
        }
    }
}

/// One event at a time, for ever.
impl Iterator for Simulation {
    type Item = (i64, Kind<Caller>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(event) = self.out.pop_front() {
                return Some(event);
            }
            let (at, due) = self.agenda.take(i64::MAX)?;
            self.step(at, due);
        }
    }
}
