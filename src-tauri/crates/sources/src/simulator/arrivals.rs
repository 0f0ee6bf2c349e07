//! Callers: how many a half-hour brings, and who they are.

use super::agenda::Due;
use super::calendar::{Day, DayKind, SLOT_MS, SLOTS};
use super::centre::{Cell, Centre, SHIFTS};
use super::roster;
use super::simulation::Simulation;
use super::staffing;

/// Part of the people on shift who are at hand: the rest are on breaks or absent.
const AT_HAND: f64 = 0.86;
/// Part of a blended agent that campaigns take, for planning.
const LENT: f64 = 0.22;
/// Mean ring before an answer, s.
const RING_S: f64 = 6.0;
/// Service level that the planner aims at over a weekday, by kind of cell. The technical one also gets calls passed on.
const AIM: [f64; 3] = [0.76, 0.72, 0.88];
/// The worst half-hour that the planner lets happen.
const WORST: f64 = 0.52;
/// The least part of their time that people are busy: whoever looks at three in the morning sees calls.
const LEAST: f64 = 0.52;

/// What is expected: calls a ms, by queue and half-hour of the day.
#[derive(Debug)]
pub(super) struct Demand {
    scale: Vec<f64>,
    rates: Vec<[f64; SLOTS]>,
}

impl Demand {
    /// Sizes the demand of every cell to its people.
    pub(super) fn new(centre: &Centre) -> Self {
        let scale = centre.cells.iter().map(|cell| scale(centre, cell)).collect();
        Demand { scale, rates: vec![[0.0; SLOTS]; centre.queues.len()] }
    }

    /// Calls a ms in a half-hour.
    pub(super) fn rate(&self, queue: usize, slot: usize) -> f64 {
        self.rates[queue][slot]
    }
}

/// Whether a queue is open in a half-hour.
fn open(centre: &Centre, queue: usize, kind: DayKind, slot: usize) -> bool {
    let nature = centre.queues[queue].nature;
    let minute = slot as u16 * 30;
    let today = match kind {
        DayKind::Weekday => true,
        DayKind::Saturday => nature.weekend.0,
        DayKind::Sunday => nature.weekend.1,
    };
    today && nature.hours.is_none_or(|(from, to)| (from..to).contains(&minute))
}

/// Mean handling time of a queue, s.
fn handling(centre: &Centre, queue: usize) -> f64 {
    let nature = centre.queues[queue].nature;
    nature.talk.0 + nature.wrapup * 0.9 + RING_S
}

/// Work of one queue in a half-hour, in parts of its cell's.
fn work(centre: &Centre, queue: usize, kind: DayKind, slot: usize) -> f64 {
    let nature = centre.queues[queue].nature;
    if open(centre, queue, kind, slot) { nature.share * nature.demand(slot as f64 / 2.0 + 0.25) } else { 0.0 }
}

/// The cell's target seconds over its handling time.
fn patience(centre: &Centre, cell: &Cell) -> f64 {
    let sum =
        |f: &dyn Fn(usize) -> f64| -> f64 { cell.queues.iter().map(|q| centre.queues[*q].nature.share * f(*q)).sum() };
    sum(&|q| f64::from(centre.queues[q].nature.goal.seconds)) / sum(&|q| handling(centre, q))
}

/// People at hand for the queues of a cell in each half-hour, on average over absences. `works` says who comes.
fn at_hand(centre: &Centre, cell: &Cell, works: impl Fn(usize) -> bool) -> [f64; SLOTS] {
    let mut people = [0.0; SLOTS];
    for agent in cell.agents.iter().filter(|agent| works(**agent)) {
        let spec = &centre.agents[*agent];
        let shift = &SHIFTS[spec.shift];
        let worth = AT_HAND - if spec.campaign.is_some() { LENT } else { 0.0 };
        for (slot, sum) in people.iter_mut().enumerate() {
            let minute = slot as i64 * 30;
            let covered = (shift.to.min(minute + 30) - shift.from.max(minute)).clamp(0, 30);
            *sum += worth * covered as f64 / 30.0;
        }
    }
    people
}

/// How much demand makes a cell's weekday reach the aim.
fn scale(centre: &Centre, cell: &Cell) -> f64 {
    let people = at_hand(centre, cell, |_| true);
    let target = patience(centre, cell);
    let parts: Vec<f64> =
        (0..SLOTS).map(|slot| cell.queues.iter().map(|q| work(centre, *q, DayKind::Weekday, slot)).sum()).collect();
    let level = |scale: f64| {
        let (mut good, mut all) = (0.0, 0.0);
        for (slot, part) in parts.iter().enumerate().filter(|(slot, _)| people[*slot] > 0.0) {
            good += part * staffing::service_level(people[slot], part * scale, target);
            all += part;
        }
        if all > 0.0 { good / all } else { 1.0 }
    };
    let (mut low, mut high) = (0.0, 10.0 * (1.0 + cell.agents.len() as f64));
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if level(middle) >= AIM[cell.kind] { low = middle } else { high = middle }
    }
    low
}

impl Simulation {
    /// Expects the day's calls, and lets the first of each queue come.
    pub(super) fn plan_demand(&mut self) {
        let day = self.day.clone();
        let kind = day.kind();
        for index in 0..self.centre.cells.len() {
            let noise = self.dice.factor(0.05);
            let cell = &self.centre.cells[index];
            let target = patience(&self.centre, cell);
            let people = at_hand(&self.centre, cell, |agent| roster::works(&self.centre.agents[agent], &day));
            let mut most = (-1.0, 0.0);
            for (slot, people) in people.into_iter().enumerate() {
                let ripple = self.dice.factor(0.06);
                let cell = &self.centre.cells[index];
                let parts: f64 = cell.queues.iter().map(|q| work(&self.centre, *q, kind, slot)).sum();
                if most.0 != people {
                    most = (people, staffing::carried(people, target, WORST));
                }
                let least = if parts > 0.0 { (LEAST * people).min(most.1) } else { 0.0 };
                let wanted = self.demand.scale[index] * parts * day.weight() * noise * ripple;
                let load = if people < 0.3 { 0.0 } else { wanted.clamp(least, most.1) };
                for queue in cell.queues.clone() {
                    let part = work(&self.centre, queue, kind, slot) / parts.max(1e-9);
                    self.demand.rates[queue][slot] = load * part / (handling(&self.centre, queue) * 1000.0);
                }
            }
        }
        for queue in 0..self.centre.queues.len() {
            self.plan_closing(queue, &day);
            self.next_arrival(queue);
        }
    }

    /// Whether a queue takes calls now.
    pub(super) fn is_open(&self, queue: usize) -> bool {
        open(&self.centre, queue, self.day.kind(), self.day.slot(self.now))
    }

    /// The calls a ms that a queue expects now.
    pub(super) fn present_rate(&self, queue: usize) -> f64 {
        self.demand.rate(queue, self.day.slot(self.now))
    }

    /// Somebody of the ordinary demand calls.
    pub(super) fn arrival(&mut self, queue: usize) {
        self.next_arrival(queue);
        let customer = self.customer();
        self.call_in(queue, customer);
    }

    /// Somebody of a burst calls.
    pub(super) fn burst(&mut self, queue: usize, per_ms: f64, until: i64) {
        self.next_of_burst(queue, per_ms, until);
        let customer = self.customer();
        self.call_in(queue, customer);
    }

    /// Lets the next caller of a burst come, if it is not over by then.
    pub(super) fn next_of_burst(&mut self, queue: usize, per_ms: f64, until: i64) {
        let at = self.now + self.dice.exponential_ms(1.0 / per_ms.max(1e-12));
        if at < until {
            self.agenda.add(at, Due::Burst { queue, per_ms, until });
        }
    }

    /// Somebody dials the number of a queue.
    pub(super) fn call_in(&mut self, queue: usize, customer: u32) {
        let call = self.channel();
        self.enter(queue, call.clone(), call, customer);
    }

    fn customer(&mut self) -> u32 {
        self.dice.below(5_000 * self.centre.queues.len()) as u32
    }

    /// The next arrival of a Poisson process whose rate changes each half-hour, if it comes today.
    fn next_arrival(&mut self, queue: usize) {
        let mut left = self.dice.exponential();
        let mut at = self.now as f64;
        let day = &self.day;
        for slot in day.slot(self.now)..SLOTS {
            let end = if slot == SLOTS - 1 { day.to } else { day.from + (slot as i64 + 1) * SLOT_MS } as f64;
            let capacity = self.demand.rate(queue, slot) * (end - at).max(0.0);
            if left < capacity {
                let due = (at + left / self.demand.rate(queue, slot)) as i64 + 1;
                self.agenda.add(due, Due::Arrival { queue });
                return;
            }
            left -= capacity;
            at = at.max(end);
        }
    }

    fn plan_closing(&mut self, queue: usize, day: &Day) {
        if let Some((_, close)) = self.centre.queues[queue].nature.hours {
            let at = day.at(i64::from(close));
            if at > self.now {
                self.agenda.add(at, Due::Closing { queue });
            }
        }
    }
}
