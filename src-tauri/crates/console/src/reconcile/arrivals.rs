//! Calls that entered a queue lately, as far as each came in everything that counts it.

use super::Configured;
use super::gather::Ahead;
use super::logs::Log;
use crate::rows::mask;
use crate::wire::{Arrival, ReconcileSide};
use mirante_floor::{ClosedVisit, Name, Outcome, PartyId, Stage};
use mirante_history::{CounterRow, CountersAsked, History, HistoryError};

/// Calls told: the newest.
const MOST: usize = 8;
/// So long ago it is nobody's call of just now any more, ms.
const LONGEST_MS: i64 = 2 * 60 * 60 * 1000;
/// Before that a line of the record may be stamped, ms: it tells whole seconds, and clocks differ.
const EARLIER_MS: i64 = 60_000;
/// What ended so close to a reading of the counters may be in it or not, ms.
const NEAR_MS: i64 = 2_500;

/// Calls that entered `queue` (`source/name`) at `since` or later, oldest first; all Unix ms by our clock.
pub(crate) fn arrivals(
    history: &History,
    config: Option<&Configured>,
    queue: &str,
    since: i64,
    now: i64,
) -> Result<Vec<Arrival>, HistoryError> {
    let since = since.max(now.saturating_sub(LONGEST_MS));
    let past = history.floor_at_seq(history.newest_seq()?)?;
    let sources = history.sources()?;
    let found = sources.iter().find_map(|source| {
        let name = queue.strip_prefix(&source.name)?.strip_prefix('/')?;
        Some((source, Name::from(name)))
    });
    let Some((source, name)) = found else { return Ok(Vec::new()) };
    let number = |caller: Option<PartyId>| -> Result<Option<String>, HistoryError> {
        let person = caller.map(|id| history.parties().get(id)).transpose()?.flatten();
        Ok(person.and_then(|person| mask(&person.number)))
    };
    let rows: Vec<CounterRow> =
        history.counters(source.id, since)?.into_iter().filter(|row| row.queue == name).collect();
    let oldest = rows.first().map_or(since, |row| row.seen_ms.min(since));
    let ended = history.visits_ended(source.id, &name, oldest, i64::MAX)?;
    let mut all = Vec::new();
    for visit in ended.iter().filter(|visit| visit.entered.seen >= since) {
        let answered = visit.outcome == Outcome::Answered;
        all.push(Arrival {
            call: visit.call.to_string(),
            number: number(visit.caller)?,
            entered_ms: visit.entered.seen,
            answered_ms: answered.then(|| visit.entered.seen.saturating_add(visit.wait_ms)),
            ended_ms: Some(visit.ended.seen),
            outcome: Some(visit.outcome.word().to_owned()),
            wait_ms: visit.wait_ms,
            pbx: None,
            others: 0,
            log: None,
        });
    }
    let open = past.floor.sites.get(&source.id).into_iter().flat_map(|site| site.visits.values());
    for visit in open.filter(|visit| visit.queue == name && visit.entered.seen >= since) {
        let (answered_ms, wait_ms) = match &visit.stage {
            Stage::Waiting => (None, now.saturating_sub(visit.entered.seen).max(0)),
            Stage::Talking { since, wait_ms, .. } => (Some(since.seen), *wait_ms),
        };
        all.push(Arrival {
            call: visit.call.to_string(),
            number: number(visit.caller)?,
            entered_ms: visit.entered.seen,
            answered_ms,
            ended_ms: None,
            outcome: None,
            wait_ms,
            pbx: None,
            others: 0,
            log: None,
        });
    }
    all.sort_by_key(|arrival| arrival.entered_ms);
    all.drain(..all.len().saturating_sub(MOST));
    if all.is_empty() {
        return Ok(all);
    }
    let asked = history.counters_asked(source.id)?;
    let ahead = Ahead::of(rows.last());
    // Who reads it says elsewhere why it cannot be read.
    let log = Log::of(config, &source.name, ahead.theirs(since) - EARLIER_MS).ok().flatten();
    let stays = log.map(|log| log.stays(&name, i64::MIN, i64::MAX)).unwrap_or_default();
    for arrival in &mut all {
        let Some(over) = arrival.ended_ms else { continue };
        if let Some(asked) = asked.filter(|asked| asked.seen_ms > over) {
            count(arrival, &rows, &ended, asked);
        }
        let entered = ahead.theirs(arrival.entered_ms);
        let is_it = |stay: &&mirante_metrics::reconcile::log::Told| stay.call == arrival.call;
        arrival.log =
            stays.iter().filter(is_it).min_by_key(|stay| stay.entered.abs_diff(entered)).map(|stay| ReconcileSide {
                entered_ms: ahead.ours(stay.entered),
                outcome: stay.outcome.word().to_owned(),
                wait_ms: stay.wait_ms,
                agent: stay.agents.first().cloned().unwrap_or_default(),
                talk_ms: stay.talk_ms,
            });
    }
    Ok(all)
}

/// What the platform's counter grew by beyond our other calls that ended between the reading before this one entered and the last.
fn count(arrival: &mut Arrival, rows: &[CounterRow], ended: &[ClosedVisit], asked: CountersAsked) {
    let answered = arrival.answered_ms.is_some();
    let counts = |row: &CounterRow| i64::from(if answered { row.counters.completed } else { row.counters.abandoned });
    let before = rows.iter().rfind(|row| row.seen_ms <= arrival.entered_ms);
    // Counters that began again since say nothing of then.
    let (Some(before), Some(last)) = (before, rows.last()) else { return };
    if before.stretch_ms != last.stretch_ms {
        return;
    }
    let is_counted = |visit: &&ClosedVisit| match visit.outcome {
        Outcome::Answered => answered,
        Outcome::ExitKey => false,
        _ => !answered,
    };
    let is_other = |visit: &&ClosedVisit| {
        (visit.entered.seen, visit.ended.seen) != (arrival.entered_ms, arrival.ended_ms.unwrap_or_default())
            || *visit.call != *arrival.call
    };
    let ends = || ended.iter().filter(is_counted).filter(is_other).map(|visit| visit.ended.seen);
    let between = |from: i64, to: i64| ends().filter(|end| *end > from && *end <= to).count() as i64;
    let (from, to) = (before.seen_ms, asked.seen_ms);
    let surely = between(from + NEAR_MS, to - NEAR_MS);
    let perhaps = between(from - NEAR_MS, to + NEAR_MS);
    let grown = counts(last) - counts(before);
    arrival.others = u32::try_from(perhaps).unwrap_or(u32::MAX);
    // One more than the others, wherever those near a reading are counted; a key takes the caller into no counter.
    let due = i64::from(arrival.outcome.as_deref() != Some(Outcome::ExitKey.word()));
    arrival.pbx = Some(if (surely + due..=perhaps + due).contains(&grown) { due } else { grown - perhaps.min(grown) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::{Moment, Origin, PbxCounters, SourceId, VisitId};

    const ASKED: CountersAsked = CountersAsked { seen_ms: 240_000, at_ms: None };

    fn row(seen_ms: i64, abandoned: u32) -> CounterRow {
        CounterRow {
            source: SourceId(1),
            queue: "sac".into(),
            stretch_ms: 0,
            slot: u32::try_from(seen_ms / 60_000).expect("a minute"),
            anew: false,
            seen_ms,
            at_ms: None,
            counters: PbxCounters { calls: 0, completed: 9, abandoned, hold_s: 0, talk_s: 0, level_s: 0 },
            levels: None,
        }
    }

    fn visit(call: &str, ended: i64, outcome: Outcome) -> ClosedVisit {
        let moment = |seen| Moment { seen, at: None };
        ClosedVisit {
            id: VisitId(1),
            source: SourceId(1),
            queue: "sac".into(),
            call: call.into(),
            contact: call.into(),
            caller: None,
            entered: moment(ended - 10_000),
            ended: moment(ended),
            outcome,
            wait_ms: 10_000,
            agent: None,
            agent_name: None,
            interface: None,
            talk_ms: None,
            transferred: false,
            origin: Origin::Heard,
        }
    }

    /// What is told of the first of these, the counter having grown by so much.
    fn told(ended: &[ClosedVisit], grown: u32) -> (Option<i64>, u32) {
        let mine = &ended[0];
        let mut arrival = Arrival {
            call: mine.call.to_string(),
            number: None,
            entered_ms: mine.entered.seen,
            answered_ms: None,
            ended_ms: Some(mine.ended.seen),
            outcome: Some(mine.outcome.word().to_owned()),
            wait_ms: 10_000,
            pbx: None,
            others: 0,
            log: None,
        };
        count(&mut arrival, &[row(60_000, 5), row(180_000, 5 + grown)], ended, ASKED);
        (arrival.pbx, arrival.others)
    }

    #[test]
    fn a_counter_counts_a_call_only_beyond_the_others() {
        let mine = visit("mine", 120_000, Outcome::Abandoned);
        assert_eq!(told(std::slice::from_ref(&mine), 1), (Some(1), 0));
        assert_eq!(told(std::slice::from_ref(&mine), 0), (Some(0), 0));
        let others = [visit("a", 100_000, Outcome::Timeout), visit("b", 110_000, Outcome::Answered)];
        let all = [&[mine.clone()][..], &others].concat();
        assert_eq!(told(&all, 1), (Some(0), 1), "that was the other's");
        assert_eq!(told(&all, 2), (Some(1), 1));
        assert_eq!(told(&all, 4), (Some(3), 1), "more than anybody knows");
        let key = [&[visit("mine", 120_000, Outcome::ExitKey)][..], &others].concat();
        assert_eq!(told(&key, 1), (Some(0), 1), "a key leads into no counter");
        // The other ended as the counters were read.
        let near = [mine, visit("a", 61_000, Outcome::Abandoned)];
        assert_eq!((told(&near, 1), told(&near, 2)), ((Some(1), 1), (Some(1), 1)));
    }
}
