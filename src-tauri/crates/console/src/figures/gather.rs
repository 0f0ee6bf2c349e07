//! Facts of a stretch of history, summed.

use super::{Key, Queues};
use crate::rows;
use mirante_floor::{AgentState, Floor, Gap, Minute, Name, Operation, Outcome, Place, SourceId, Stage};
use mirante_history::{History, HistoryError, Past};
use mirante_metrics::{Calls, Definition, Formula, Journeys, Level, Measure, Presence, Sums, Waiting, Where, Work};
use std::collections::{BTreeMap, BTreeSet};

/// A contact that began longer before the stretch than this is not part of it, ms.
const LONGEST_CONTACT: i64 = 24 * 60 * Minute::MS;

/// A stretch of time, and up to when facts are known. Unix ms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) now: i64,
}

impl Stretch {
    pub(crate) fn holds(&self, ms: i64) -> bool {
        (self.from..self.to).contains(&ms)
    }
}

/// Looks at history and at the floor of its newest event as both stood at one moment, whatever is committed meanwhile: what goes on is
/// on the floor and what is over is in history, so a visit is in one of them. Unlike that of a hub, this floor is never ahead of it.
pub(crate) fn at_once<T, E: From<HistoryError>>(
    history: &History,
    look: impl FnOnce(&History, Past) -> Result<T, E>,
) -> Result<T, E> {
    history.at_once(|history| {
        let past = history.floor_at_seq(history.newest_seq()?)?;
        look(history, past)
    })
}

/// Sums of the centre, what only the centre has, and of each queue.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) centre: Sums,
    pub(crate) queues: Queues,
    /// Queues with visits of the stretch that go on.
    pub(crate) open: BTreeSet<Key>,
    heard_ms: i64,
    followed_ms: i64,
    /// Sources that tell hours of a followed one, by which they do: what they tell is that one's.
    hours: BTreeMap<SourceId, SourceId>,
}

impl Gathered {
    /// The followed source whose hours `source` tells, or the source itself.
    pub(crate) fn whose(&self, source: SourceId) -> SourceId {
        whose(&self.hours, source)
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub(crate) fn is_heard(&self) -> bool {
        self.followed_ms > 0 && self.heard_ms >= self.followed_ms
    }

    pub(crate) fn heard(&self) -> Option<f64> {
        (self.followed_ms > 0).then(|| (self.heard_ms as f64 / self.followed_ms as f64).min(1.0))
    }

    pub(crate) fn of(
        history: &History,
        floor: &Floor,
        stretch: Stretch,
        definitions: &[&Definition],
    ) -> Result<Gathered, HistoryError> {
        // A queue in which nothing happened has figures too: they say so.
        let queues = rows::sites(floor).flat_map(|(source, site)| site.queues.keys().map(move |name| (source, name)));
        let queues = queues.map(|(source, name)| ((source, name.clone()), Sums::default())).collect();
        let hours = history.sources()?.into_iter().filter_map(|row| Some((row.id, row.completes?))).collect();
        let mut all = Gathered { queues, hours, ..Gathered::default() };
        all.visits(history, stretch)?;
        all.waiting(floor, stretch);
        let needs = |is: fn(Measure) -> bool| definitions.iter().any(|d| d.measures().any(is));
        let is_quarters = [stretch.from, stretch.to].iter().all(|ms| ms.rem_euclid(History::QUARTER) == 0);
        if is_quarters {
            all.agents(history, stretch)?;
            if definitions.iter().any(|d| matches!(d.formula, Formula::PausedByReason {})) {
                all.pauses(history, floor, stretch)?;
            }
        }
        let is_journeys = needs(Measure::is_of_journeys);
        if is_journeys || needs(Measure::is_of_calls) {
            let hours = definitions.iter().map(|d| i64::from(d.hours)).max().unwrap_or(0);
            let until = stretch.to.saturating_add(LONGEST_CONTACT + hours * 60 * Minute::MS);
            all.attempts(history, stretch, if is_journeys { until } else { stretch.to })?;
            if is_journeys {
                all.journeys(history, floor, stretch, until)?;
            }
        }
        all.coverage(history, floor, stretch)?;
        all.add_going_on(floor, stretch);
        Ok(all)
    }

    /// What goes on counts as soon as it is known: an answer, before the conversation is over. So it is on the live screen.
    fn add_going_on(&mut self, floor: &Floor, stretch: Stretch) {
        for (source, site) in rows::sites(floor) {
            for visit in site.visits.values().filter(|visit| stretch.holds(visit.entered.seen)) {
                let Some(sums) = self.queues.get_mut(&(source, visit.queue.clone())) else { continue };
                sums.totals.offered = sums.totals.offered.saturating_add(1);
                if let Stage::Talking { wait_ms, .. } = visit.stage {
                    sums.totals.waits.entry(Outcome::Answered).or_default().add(wait_ms);
                }
            }
        }
    }

    fn visits(&mut self, history: &History, stretch: Stretch) -> Result<(), HistoryError> {
        history.visit_sums(stretch.from, stretch.to, |sum| {
            let sums = self.queues.entry((whose(&self.hours, sum.source), sum.queue)).or_default();
            sums.totals.offered = sums.totals.offered.saturating_add(sum.waits.count);
            sums.totals.waits.entry(sum.outcome).or_default().merge(&sum.waits);
            sums.totals.talks.merge(&sum.talks);
            sums.ends.backfilled += u64::from(sum.backfilled);
            if sum.outcome == Outcome::Answered {
                sums.ends.handled += u64::from(sum.waits.count);
                sums.ends.passed_on += u64::from(sum.transferred);
                sums.ends.untold += u64::from(sum.waits.count.saturating_sub(sum.talks.count));
            }
            true
        })
    }

    /// Who waits, if the stretch reaches to the newest fact; and what of it goes on.
    fn waiting(&mut self, floor: &Floor, stretch: Stretch) {
        let is_now = stretch.to > stretch.now;
        let new = || if is_now { Waiting::now() } else { Waiting::default() };
        self.centre.waiting = Some(new());
        for sums in self.queues.values_mut() {
            sums.waiting = Some(new());
        }
        for (source, site) in rows::sites(floor) {
            for visit in site.visits.values() {
                let key = (source, visit.queue.clone());
                let is_of_stretch = stretch.holds(visit.entered.seen);
                if !is_of_stretch && !is_now {
                    continue;
                }
                let sums = self.queues.entry(key.clone()).or_default();
                let waiting = sums.waiting.get_or_insert_with(new);
                if visit.stage == Stage::Waiting {
                    waiting.add(site.seen.saturating_sub(visit.entered.seen), is_of_stretch);
                }
                if is_of_stretch {
                    // It counts as soon as it ends.
                    self.open.insert(key);
                }
            }
        }
    }

    fn agents(&mut self, history: &History, stretch: Stretch) -> Result<(), HistoryError> {
        let mut presence = Presence::default();
        let mut works: BTreeMap<Key, Work> = self.queues.keys().map(|key| (key.clone(), Work::default())).collect();
        history.agent_sums(stretch.from, stretch.to, |sum| {
            presence.add(sum.state, Where::of(sum.place.as_ref()), sum.ms);
            if let Some(Place::Queue(queue)) = sum.place {
                works.entry((whose(&self.hours, sum.source), queue)).or_default().add(sum.state, sum.ms);
            }
        })?;
        history.ring_sums(stretch.from, stretch.to, |sum| {
            let work = works.entry((whose(&self.hours, sum.source), sum.queue)).or_default();
            work.rings_answered += u64::from(sum.answered);
            work.rings_missed += u64::from(sum.missed);
        })?;
        for (key, work) in works {
            self.queues.entry(key).or_default().work = Some(work);
        }
        self.centre.presence = Some(presence);
        Ok(())
    }

    /// Pauses by reason: stretches that ended, and those that went on at the end; less what was not heard, and what no minute that
    /// is over holds yet.
    fn pauses(&mut self, history: &History, floor: &Floor, stretch: Stretch) -> Result<(), HistoryError> {
        let then = match history.floor_at(stretch.to.saturating_sub(1)) {
            Err(HistoryError::Lost { .. } | HistoryError::NoLonger { .. }) => return Ok(()),
            then => then?,
        };
        let gaps = history.gaps(stretch.from, stretch.to)?;
        let presence = self.centre.presence.get_or_insert_default();
        let mut add = |source: SourceId, reason: Option<&Name>, from: i64, to: i64| {
            let known = floor.sites.get(&source).map_or(stretch.to, |site| site.minute.from);
            let (from, to) = (from.max(stretch.from), to.min(stretch.to).min(known));
            let ms = (to - from).max(0) - unheard(&gaps, source, from, to);
            if ms > 0 {
                presence.pause(reason, ms);
            }
        };
        history.spans(stretch.from, stretch.to, |row| {
            if let AgentState::Paused(reason) = &row.span.state {
                add(row.span.source, reason.as_ref(), row.span.from.seen, row.span.to.seen);
            }
            true
        })?;
        for (source, site) in &then.floor.sites {
            for agent in site.agents.values() {
                if let AgentState::Paused(reason) = &agent.state {
                    add(*source, reason.as_ref(), agent.since.seen, stretch.to);
                }
            }
        }
        Ok(())
    }

    /// Attempts of the stretch, and who was reached up to `until`.
    fn attempts(&mut self, history: &History, stretch: Stretch, until: i64) -> Result<(), HistoryError> {
        let mut calls = Calls::default();
        let mut journeys = Journeys::new(stretch.from, stretch.to, false);
        history.attempts(stretch.from, until, |attempt| {
            if stretch.holds(attempt.started.seen) {
                calls.add(&attempt);
            }
            journeys.add_attempt(&attempt);
            true
        })?;
        // Rows go before the sums do: what is left of them would be too few.
        if whole(calls.attempts, history.attempts_counted(stretch.from, stretch.to)?) {
            self.centre.calls = Some(calls);
        }
        self.centre.journeys = Some(journeys);
        Ok(())
    }

    /// Visits as rows, with those before and after that belong to the same contacts, callers and calls back.
    fn journeys(&mut self, history: &History, floor: &Floor, stretch: Stretch, until: i64) -> Result<(), HistoryError> {
        let Some(centre) = &mut self.centre.journeys else { return Ok(()) };
        let mut kept: BTreeMap<Key, u64> = BTreeMap::new();
        for sums in self.queues.values_mut() {
            sums.journeys = Some(centre.partial());
        }
        history.visits(stretch.from.saturating_sub(LONGEST_CONTACT), until, |visit| {
            let key = (whose(&self.hours, visit.source), visit.queue.clone());
            let level = level(floor, &key, visit.entered.seen);
            centre.add(&visit, level);
            if let Some(journeys) = self.queues.get_mut(&key).and_then(|sums| sums.journeys.as_mut()) {
                journeys.add(&visit, level);
            }
            if stretch.holds(visit.entered.seen) {
                *kept.entry(key).or_default() += 1;
            }
            true
        })?;
        let rows = |key: &Key| kept.get(key).copied().unwrap_or(0);
        if !self.queues.iter().all(|(key, sums)| whole(rows(key), u64::from(sums.totals.offered))) {
            self.centre.journeys = None;
            self.queues.values_mut().for_each(|sums| sums.journeys = None);
        }
        Ok(())
    }

    /// How long each source was followed in the stretch, and how long it was heard of that.
    fn coverage(&mut self, history: &History, floor: &Floor, stretch: Stretch) -> Result<(), HistoryError> {
        let sources: BTreeSet<SourceId> =
            rows::sites(floor).map(|(source, _)| source).chain(self.queues.keys().map(|(source, _)| *source)).collect();
        for source in sources {
            let site = floor.sites.get(&source);
            let open = site.map(|site| &site.minute).filter(|minute| stretch.holds(minute.from));
            let to = stretch.to.min(site.map_or(stretch.to, |site| site.seen));
            self.heard_ms += history.heard_ms(source, stretch.from, stretch.to)?;
            for told in self.hours.iter().filter_map(|(told, of)| (*of == source).then_some(*told)) {
                self.heard_ms += history.heard_ms(told, stretch.from, stretch.to)?;
            }
            self.heard_ms += open.map_or(0, |minute| minute.covered_ms);
            self.followed_ms += (to - stretch.from).max(0);
        }
        Ok(())
    }
}

/// The source that is followed of which another tells hours, or the source itself.
fn whose(hours: &BTreeMap<SourceId, SourceId>, source: SourceId) -> SourceId {
    hours.get(&source).copied().unwrap_or(source)
}

/// As many rows as the sums say, or more since they were read.
fn whole(rows: u64, counted: u64) -> bool {
    rows >= counted
}

fn unheard(gaps: &[Gap], source: SourceId, from: i64, to: i64) -> i64 {
    let overlap = |gap: &Gap| (gap.to.min(to) - gap.from.max(from)).max(0);
    gaps.iter().filter(|gap| gap.source == source).map(overlap).sum()
}

/// The level of support that a queue was at an instant, Unix ms, by its operation.
fn level(floor: &Floor, (source, queue): &Key, at: i64) -> Option<Level> {
    match floor.config.queue_on(*source, queue, at).operation? {
        Operation::SupportN1 => Some(1),
        Operation::HelpDeskN2 => Some(2),
        Operation::ServiceDeskN3 => Some(3),
        _ => None,
    }
}
