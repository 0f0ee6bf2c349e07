//! Which of a platform's own counters are worth a row: the first of each stretch in which they are followed without a break, and
//! then whenever they changed, the last of an hour standing for it. A stretch ends with the session, and where a counter falls.

use mirante_floor::{
    ClosedVisit, Device, Kind, Link, Moment, Name, PbxLevels, QueuePicture, Site, SourceId, Stage, Visit, VisitId,
};
use mirante_history::{CounterRow, CountersAsked, UnderWay};
use std::collections::BTreeMap;

/// One row an hour, ms.
const SLOT_MS: i64 = 60 * 60 * 1000;

/// The newest row of each queue.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<(SourceId, Name), CounterRow>);

impl Ledger {
    /// Goes on from what earlier runs kept.
    pub(crate) fn of(rows: impl IntoIterator<Item = CounterRow>) -> Ledger {
        let mut ledger = Ledger::default();
        for row in rows {
            let newest = ledger.0.entry((row.source, row.queue.clone())).or_insert_with(|| row.clone());
            if (newest.stretch_ms, newest.slot) < (row.stretch_ms, row.slot) {
                *newest = row;
            }
        }
        ledger
    }

    /// Takes in what a picture tells and gives the rows to keep. `first`: a session began with it.
    pub(crate) fn take(
        &mut self,
        source: SourceId,
        first: bool,
        asked: CountersAsked,
        queues: &[QueuePicture],
    ) -> Vec<CounterRow> {
        let CountersAsked { seen_ms, at_ms } = asked;
        let known = |queue: &QueuePicture| self.0.get(&(source, queue.queue.clone()));
        // Whoever starts a PBX again starts all its counters.
        let fell = first && queues.iter().any(|queue| known(queue).is_some_and(|row| has_fallen(row, queue)));
        let mut rows = Vec::new();
        for told in queues {
            let QueuePicture { queue, mut counters, levels } = told.clone();
            counters.calls = 0;
            let last = known(told);
            let row = |stretch_ms, slot, anew| CounterRow {
                source,
                queue: queue.clone(),
                stretch_ms,
                slot,
                anew,
                seen_ms,
                at_ms,
                counters,
                levels,
            };
            let row = match last {
                None => row(seen_ms, 0, fell),
                Some(last) if first || has_fallen(last, told) => row(seen_ms, 0, fell || has_fallen(last, told)),
                Some(last) if last.counters == counters && last.levels == levels => continue,
                Some(last) => {
                    let hours = seen_ms.saturating_sub(last.stretch_ms).max(0) / SLOT_MS;
                    let slot = u32::try_from(hours).unwrap_or(u32::MAX).saturating_add(1);
                    row(last.stretch_ms, slot.max(last.slot), last.anew)
                }
            };
            rows.push(row);
        }
        for row in &rows {
            self.0.insert((source, row.queue.clone()), row.clone());
        }
        rows
    }
}

fn has_fallen(last: &CounterRow, told: &QueuePicture) -> bool {
    let (then, now) = (&last.counters, &told.counters);
    let level = |levels: Option<PbxLevels>| levels.map(|levels| levels.of_completed);
    now.completed < then.completed
        || now.abandoned < then.abandoned
        // Nothing ended and yet an average or a level went: they began again where nothing had been counted.
        || (now.completed, now.abandoned) == (0, 0)
            && (now.talk_s < then.talk_s || level(told.levels) < level(last.levels))
}

/// Devices told to be free before that long before the end of a conversation are remembered, ms: at an ordinary end both come at once.
const EARLY_MS: i64 = 500;

/// Conversations that go on although the agent's device was told to be free.
#[derive(Debug, Default)]
pub(crate) struct Freed(BTreeMap<VisitId, (Moment, bool)>);

impl Freed {
    /// Takes in, before it happens, what may tell of a device that becomes free.
    pub(crate) fn hear(&mut self, site: Option<&Site>, kind: &Kind, now: Moment) {
        let (Some(site), Kind::Member { agent, device: Device::Idle, .. }) = (site, kind) else { return };
        if site.agents.get(agent).is_none_or(|known| known.device == Device::Idle) {
            return;
        }
        let is_theirs =
            |visit: &&Visit| matches!(&visit.stage, Stage::Talking { agent: theirs, .. } if theirs == agent);
        for visit in site.visits.values().filter(is_theirs) {
            self.0.entry(visit.id).or_insert((now, false));
        }
    }

    /// A conversation ended: when its agent was free, if that is worth a row and has none.
    pub(crate) fn ended(&mut self, visit: &ClosedVisit) -> Option<(VisitId, Moment)> {
        let (freed, is_kept) = self.0.remove(&visit.id)?;
        (!is_kept && visit.ended.since(freed) > EARLY_MS).then_some((visit.id, freed))
    }

    /// Those that still go on `now`, Unix ms by our clock.
    pub(crate) fn going_on(&mut self, now: i64) -> Vec<(VisitId, Moment)> {
        let due = self.0.iter_mut().filter(|(_, (freed, is_kept))| !is_kept && now - freed.seen > EARLY_MS);
        due.map(|(visit, (freed, is_kept))| {
            *is_kept = true;
            (*visit, *freed)
        })
        .collect()
    }
}

/// After that long a platform may still tell once more that a conversation is over, ms: of an attended transfer it says so twice.
const AGAIN_MS: i64 = 5_000;

/// The end, about to happen, of a conversation that was under way when the session began: nobody heard it begin.
pub(crate) fn under_way(source: SourceId, site: Option<&Site>, kind: &Kind, now: Moment) -> Option<UnderWay> {
    let (Some(site), Kind::Completed { queue, call, agent, talk_ms, .. }) = (site, kind) else { return None };
    let Link::Up { since, .. } = site.link else { return None };
    let talk_ms = talk_ms.filter(|ms| *ms >= 0);
    // A second's edge: the platform tells whole seconds.
    if talk_ms.is_none_or(|talk| now.seen - talk > since + 1_000) {
        return None;
    }
    let is_it = |theirs: &Name, queue_of: &Name, whose: &Name| {
        theirs == agent && queue_of == queue && call.as_ref().is_none_or(|call| call == whose)
    };
    let goes_on = |visit: &Visit| match &visit.stage {
        Stage::Talking { agent: theirs, .. } => is_it(theirs, &visit.queue, &visit.call),
        Stage::Waiting => false,
    };
    let was_told = |visit: &ClosedVisit| {
        visit.agent.as_ref().is_some_and(|theirs| is_it(theirs, &visit.queue, &visit.call))
            && now.since(visit.ended) < AGAIN_MS
    };
    if site.visits.values().any(goes_on) || site.recent.iter().any(was_told) {
        return None;
    }
    Some(UnderWay { source, queue: queue.clone(), ended: now, talk_ms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::PbxCounters;

    const SOURCE: SourceId = SourceId(1);

    fn told(queue: &str, completed: u32, abandoned: u32) -> QueuePicture {
        let counters = PbxCounters { calls: 3, completed, abandoned, ..PbxCounters::default() };
        QueuePicture { queue: queue.into(), counters, levels: None }
    }

    fn take(ledger: &mut Ledger, first: bool, seen_ms: i64, queues: &[QueuePicture]) -> Vec<String> {
        let asked = CountersAsked { seen_ms, at_ms: None };
        let word = |row: &CounterRow| {
            let anew = if row.anew { " anew" } else { "" };
            format!("{} {}/{}{anew} {}", row.queue, row.stretch_ms, row.slot, row.counters.completed)
        };
        ledger.take(SOURCE, first, asked, queues).iter().map(word).collect()
    }

    #[test]
    fn a_row_is_kept_when_something_changed_and_one_stands_for_an_hour() {
        let mut ledger = Ledger::default();
        assert_eq!(take(&mut ledger, true, 10, &[told("a", 1, 0), told("b", 0, 0)]), ["a 10/0 1", "b 10/0 0"]);
        assert_eq!(take(&mut ledger, false, 20, &[told("a", 1, 0), told("b", 0, 0)]), [""; 0]);
        assert_eq!(take(&mut ledger, false, 30, &[told("a", 2, 0), told("b", 0, 0)]), ["a 10/1 2"]);
        assert_eq!(take(&mut ledger, false, SLOT_MS + 9, &[told("a", 3, 0), told("b", 0, 0)]), ["a 10/1 3"]);
        assert_eq!(take(&mut ledger, false, SLOT_MS + 10, &[told("a", 4, 0), told("b", 0, 0)]), ["a 10/2 4"]);
    }

    #[test]
    fn a_counter_that_falls_begins_a_stretch_and_a_restart_begins_all() {
        let mut ledger = Ledger::default();
        take(&mut ledger, true, 10, &[told("a", 5, 1), told("b", 2, 0)]);
        assert_eq!(take(&mut ledger, false, 20, &[told("a", 0, 0), told("b", 2, 0)]), ["a 20/0 anew 0"]);
        assert_eq!(take(&mut ledger, true, 30, &[told("a", 1, 0), told("b", 2, 0)]), ["a 30/0 1", "b 30/0 2"]);
        assert_eq!(
            take(&mut ledger, true, 40, &[told("a", 0, 0), told("b", 9, 0)]),
            ["a 40/0 anew 0", "b 40/0 anew 9"]
        );
    }

    #[test]
    fn an_earlier_run_is_gone_on_from() {
        let mut ledger = Ledger::default();
        let asked = CountersAsked { seen_ms: 10, at_ms: None };
        let rows = ledger.take(SOURCE, true, asked, &[told("a", 5, 1)]);
        let mut later = Ledger::of(rows);
        assert_eq!(take(&mut later, true, 50, &[told("a", 6, 1)]), ["a 50/0 6"]);
    }
}
