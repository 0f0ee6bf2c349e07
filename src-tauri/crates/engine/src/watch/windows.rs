//! Visits that ended lately, by minute of arrival: what figures over rolling minutes are made of.

use super::names::Stretch;
use mirante_floor::{ClosedVisit, Cohort, Fact, Minute, Name, Outcome, Site, SourceId, Stage, Totals};
use mirante_metrics::Window;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

/// The longest rolling window, ms, and the minute that is not over.
pub(crate) const WINDOWS_MS: i64 = 61 * Minute::MS;

/// Visits of every queue.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    queues: HashMap<(SourceId, Name), Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    minutes: BTreeMap<i64, Vec<Ended>>,
    /// Sums of stretches by their first instant: what ends is added, what begins later is made anew.
    sums: RefCell<BTreeMap<Stretch, (i64, Totals)>>,
}

/// Of a visit, what figures need.
#[derive(Debug)]
struct Ended {
    call: Name,
    outcome: Outcome,
    wait_ms: i64,
}

impl Windows {
    /// A visit ended, or is known better.
    pub(crate) fn hear(&mut self, fact: &Fact) {
        match fact {
            Fact::VisitClosed(visit) => self.ended(visit),
            Fact::VisitAmended { source, queue, call, from, to, .. } => {
                if let Some(ring) = self.queues.get_mut(&(*source, queue.clone())) {
                    ring.amend(call, *from, *to);
                }
            }
            _ => {}
        }
    }

    /// A visit ended.
    pub(crate) fn ended(&mut self, visit: &ClosedVisit) {
        let ring = self.queues.entry((visit.source, visit.queue.clone())).or_default();
        let minute = Cohort::minute(visit);
        let ended = Ended { call: visit.call.clone(), outcome: visit.outcome, wait_ms: visit.wait_ms };
        for (_, sum) in ring.sums.get_mut().values_mut().filter(|(from, _)| minute >= *from) {
            ended.add_to(sum);
        }
        ring.minutes.entry(minute).or_default().push(ended);
    }

    /// Forgets what no window reaches any more.
    pub(crate) fn forget(&mut self, now: i64) {
        for ring in self.queues.values_mut() {
            ring.minutes = ring.minutes.split_off(&(now - WINDOWS_MS));
        }
        self.queues.retain(|_, ring| !ring.minutes.is_empty());
    }

    /// Visits that entered a queue within a stretch up to `now`; of the day, as the floor counts them.
    pub(crate) fn totals(&self, site: &Site, source: SourceId, queue: &Name, stretch: Stretch, now: i64) -> Totals {
        let day = site.day_from.unwrap_or(0);
        let window = match stretch {
            Stretch::Rolling(minutes) => Window::Rolling(minutes),
            Stretch::Interval => Window::Interval(30),
            Stretch::Day => return site.queues.get(queue).map_or_else(Totals::default, |queue| queue.totals.clone()),
        };
        let from = window.span(now, day).from;
        let ring = self.queues.get(&(source, queue.clone()));
        let mut sum = ring.map_or_else(Totals::default, |ring| ring.sum(stretch, from));
        for visit in site.visits.values().filter(|visit| visit.queue == *queue && visit.entered.seen >= from) {
            sum.offered = sum.offered.saturating_add(1);
            if let Stage::Talking { wait_ms, .. } = visit.stage {
                sum.waits.entry(Outcome::Answered).or_default().add(wait_ms);
            }
        }
        sum
    }
}

impl Ring {
    fn sum(&self, stretch: Stretch, from: i64) -> Totals {
        let mut sums = self.sums.borrow_mut();
        if let Some((_, sum)) = sums.get(&stretch).filter(|(of, _)| *of == from) {
            return sum.clone();
        }
        let mut sum = Totals::default();
        self.minutes.range(from..).flat_map(|(_, ended)| ended).for_each(|ended| ended.add_to(&mut sum));
        sums.insert(stretch, (from, sum.clone()));
        sum
    }

    /// The newest of a call's visits that ended as `from` ended as `to`.
    fn amend(&mut self, call: &Name, from: Outcome, to: Outcome) {
        let mut newest = self.minutes.values_mut().rev().flat_map(|ended| ended.iter_mut().rev());
        if let Some(ended) = newest.find(|ended| ended.call == *call && ended.outcome == from) {
            ended.outcome = to;
            self.sums.get_mut().clear();
        }
    }
}

impl Ended {
    fn add_to(&self, sum: &mut Totals) {
        sum.offered = sum.offered.saturating_add(1);
        sum.waits.entry(self.outcome).or_default().add(self.wait_ms);
    }
}
