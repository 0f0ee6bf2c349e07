//! One queue's counters, visits and record, put side by side.

use super::logs::Log;
use super::row_id;
use crate::wire::{
    ReconcileBecause, ReconcileDiffers, ReconcileFigure, ReconcileLogCount, ReconcileOf, ReconcileQueue, ReconcileSide,
    ReconcileVisit, ReconcileWhy,
};
use mirante_floor::{ClosedVisit, Link, Moment, Name, Origin, Outcome, SourceId, Stage, VisitId};
use mirante_history::{CounterRow, CountersAsked, History, HistoryError, Past, UnderWay};
use mirante_metrics::reconcile::{
    Begin, Cause, Clocks, Followed, Known, Line, Record, Stay, Stretch, Told, follow, log,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A record writes whole seconds, ms.
const SECOND_MS: i64 = 1_000;
/// The same end, heard and recorded, lies at most that far apart, ms: a record tells whole seconds, and a little later.
const NEAR_MS: i64 = 2_000;
/// Visits told with a queue.
const MOST_VISITS: usize = 200;

/// What all queues of a source share.
pub(super) struct Held<'a> {
    pub(super) history: &'a History,
    pub(super) past: &'a Past,
    pub(super) source: SourceId,
    pub(super) asked: Option<CountersAsked>,
}

/// What lies between our clock and the platform's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead(i64);

impl Ahead {
    /// As the newest counters told it.
    pub(super) fn of(newest: Option<&CounterRow>) -> Ahead {
        Ahead(newest.and_then(|row| Some(row.at_ms? - row.seen_ms)).unwrap_or(0))
    }

    pub(super) fn theirs(self, seen: i64) -> i64 {
        seen.saturating_add(self.0)
    }

    fn at(self, moment: Moment) -> i64 {
        moment.at.unwrap_or(self.theirs(moment.seen))
    }

    pub(super) fn ours(self, at: i64) -> i64 {
        at.saturating_sub(self.0)
    }
}

pub(super) fn queue(
    held: &Held<'_>,
    name: Name,
    rows: Vec<CounterRow>,
    log: Option<&Log>,
) -> Result<ReconcileQueue, HistoryError> {
    let setup = held.past.floor.config.queue(held.source, &name);
    let last = rows.last();
    let mut all = ReconcileQueue {
        id: row_id(held.source, &name),
        source: held.source.0,
        name: name.to_string(),
        label: setup.label.as_ref().unwrap_or(&name).to_string(),
        why: None,
        from_ms: 0,
        to_ms: 0,
        counting_from_ms: None,
        total_completed: last.map_or(0, |row| row.counters.completed),
        total_abandoned: last.map_or(0, |row| row.counters.abandoned),
        level_s: last.map_or(0, |row| row.counters.level_s),
        figures: Vec::new(),
        left_between: Vec::new(),
        gaps: Vec::new(),
        log: None,
        visits: Vec::new(),
        visits_count: 0,
    };
    let Some(last) = last else {
        all.why = Some(ReconcileWhy::NeverTold);
        return Ok(all);
    };
    let ahead = Ahead::of(Some(last));
    let oldest = rows.iter().map(|row| row.seen_ms).min().unwrap_or(last.seen_ms);
    let gaps = held.history.gaps(oldest, i64::MAX)?;
    let gaps: Vec<(i64, i64)> =
        gaps.iter().filter(|gap| gap.source == held.source).map(|gap| (gap.from, gap.to)).collect();
    let stretches = stretches(&rows, held.asked, ahead, &gaps);
    let told = || stretches.iter().flat_map(|stretch| &stretch.told);
    let (Some(first), Some(newest)) = (told().next(), told().next_back()) else { return Ok(all) };
    all.from_ms = ahead.ours(first.at);
    all.to_ms = ahead.ours(newest.at);
    all.counting_from_ms = stretches.iter().rev().find_map(|stretch| stretch.begun_after).map(|at| ahead.ours(at));
    if told().count() < 2 {
        all.why = Some(ReconcileWhy::OnlyOnce);
        return Ok(all);
    }
    // What ended at the edge may be counted on either side of it.
    let edge = all.from_ms - 60_000;
    let visits = held.history.visits_ended(held.source, &name, edge, i64::MAX)?;
    let freed = held.history.freed(all.from_ms - 24 * 60 * 60 * 1000)?;
    let mut stays = stays(held, &name, &visits, &freed, ahead);
    let under_way = held.history.under_way(held.source, &name, edge)?;
    stays.extend(
        under_way.iter().zip((0..u64::MAX).rev()).map(|(ended, number)| unheard(ended, VisitId(number), ahead)),
    );
    let is_stamped = visits.iter().any(|visit| visit.ended.at.is_some());
    let clocks = if is_stamped { Clocks::STAMPED } else { Clocks::UNSTAMPED };
    let span = (first.at, newest.at);
    let compared = log.map(|log| compared(held, &name, span, &under_way, &visits, ahead, log)).transpose()?;
    let record = compared.as_ref().map(|compared| compared.record.clone());
    let known = Known { clocks, counts_twice: counts_twice(held), record };
    let Some(followed) = follow(&stretches, &stays, &known) else { return Ok(all) };
    all.left_between = followed.left_between.iter().map(|(from, to)| (ahead.ours(*from), ahead.ours(*to))).collect();
    all.gaps = gaps.into_iter().filter(|(from, to)| *to >= all.from_ms && *from < all.to_ms).collect();
    all.log = compared.as_ref().map(|compared| compared.count);
    let log_counts = compared.as_ref().map(|compared| compared.figures);
    all.figures = figures(&followed, log_counts);
    let mut told = compared.map(|compared| compared.visits).unwrap_or_default();
    name_causes(held, &followed, &visits, &mut told)?;
    told.sort_by_key(|visit| Reverse(visit.ours.as_ref().or(visit.log.as_ref()).map(|side| side.entered_ms)));
    all.visits_count = u32::try_from(told.len()).unwrap_or(u32::MAX);
    told.truncate(MOST_VISITS);
    all.visits = told;
    Ok(all)
}

fn counts_twice(held: &Held<'_>) -> bool {
    match held.past.floor.sites.get(&held.source).map(|site| &site.link) {
        Some(Link::Up { platform, .. }) => mirante_sources::asterisk::counts_twice(platform),
        _ => false,
    }
}

/// What was told, cut where it was not followed; the newest counters stood until they were last asked for.
/// `gaps`: when the platform was not heard, Unix ms by our clock.
fn stretches(rows: &[CounterRow], asked: Option<CountersAsked>, ahead: Ahead, gaps: &[(i64, i64)]) -> Vec<Stretch> {
    let at = |seen: i64, at: Option<i64>| at.unwrap_or(ahead.theirs(seen));
    let mut all: Vec<Stretch> = Vec::new();
    let mut before: Option<&CounterRow> = None;
    for row in rows {
        let told = Told { at: at(row.seen_ms, row.at_ms), counters: row.counters, levels: row.levels };
        let goes_on = before.is_some_and(|before| before.stretch_ms == row.stretch_ms);
        match all.last_mut().filter(|_| goes_on) {
            Some(stretch) => stretch.told.push(told),
            None => {
                let begun_after = before.filter(|_| row.anew).map(|before| at(before.seen_ms, before.at_ms));
                let lies_between =
                    |(from, to): &(i64, i64)| before.is_some_and(|one| *to >= one.seen_ms) && *from <= row.seen_ms;
                all.push(Stretch { begun_after, unheard: gaps.iter().any(lies_between), told: vec![told] });
            }
        }
        before = Some(row);
    }
    if let (Some(asked), Some(last), Some(stretch)) = (asked, before, all.last_mut())
        && asked.seen_ms > last.seen_ms
    {
        let told = Told { at: at(asked.seen_ms, asked.at_ms), counters: last.counters, levels: last.levels };
        stretch.told.push(told);
    }
    all
}

/// All stays of the time: those that ended, and those that still go on.
fn stays(
    held: &Held<'_>,
    queue: &Name,
    visits: &[ClosedVisit],
    freed: &BTreeMap<VisitId, Moment>,
    ahead: Ahead,
) -> Vec<Stay> {
    let freed = |id: &VisitId| freed.get(id).map(|moment| ahead.at(*moment));
    let ended = visits.iter().map(|visit| {
        let entered = ahead.at(visit.entered);
        let answered = (visit.outcome == Outcome::Answered)
            .then(|| (visit.agent.clone().unwrap_or_default(), entered.saturating_add(visit.wait_ms)));
        Stay {
            id: visit.id,
            entered,
            answered,
            ended: Some(ahead.at(visit.ended)),
            freed: freed(&visit.id),
            outcome: Some(visit.outcome),
            begin: begin(visit.origin),
        }
    });
    let site = held.past.floor.sites.get(&held.source);
    let open = site.into_iter().flat_map(|site| site.visits.values()).filter(|visit| visit.queue == *queue);
    let known = |id: VisitId| visits.iter().any(|visit| visit.id == id);
    let open = open.filter(|visit| !known(visit.id)).filter_map(|visit| match &visit.stage {
        Stage::Waiting => None,
        Stage::Talking { agent, since, .. } => Some(Stay {
            id: visit.id,
            entered: ahead.at(visit.entered),
            answered: Some((agent.clone(), ahead.at(*since))),
            ended: None,
            freed: freed(&visit.id),
            outcome: None,
            begin: begin(visit.origin),
        }),
    });
    ended.chain(open).collect()
}

/// A list tells the wait of whom it finds in whole seconds.
fn begin(origin: Origin) -> Begin {
    if origin == Origin::Heard { Begin::Heard } else { Begin::Listed }
}

/// A conversation of which only the end was heard.
fn unheard(under_way: &UnderWay, id: VisitId, ahead: Ahead) -> Stay {
    let ended = ahead.at(under_way.ended);
    let began = ended - under_way.talk_ms.unwrap_or(0);
    Stay {
        id,
        entered: began,
        answered: Some((Name::default(), began)),
        ended: Some(ended),
        freed: None,
        outcome: Some(Outcome::Answered),
        begin: Begin::Unheard,
    }
}

fn figures(followed: &Followed, log: Option<[Option<i64>; 2]>) -> Vec<ReconcileFigure> {
    let figure = |of: ReconcileOf, line: &Line, log: Option<i64>| ReconcileFigure {
        of,
        ours: line.ours,
        pbx: line.theirs,
        log,
        because: line
            .because
            .iter()
            .filter(|because| because.count != 0)
            .map(|because| ReconcileBecause { cause: because.cause.into(), count: because.count })
            .collect(),
        low: line.must.map(|must| must.low),
        high: line.must.map(|must| must.high),
        left: line.left,
    };
    let [completed, abandoned] = log.unwrap_or_default();
    let mut all = vec![
        figure(ReconcileOf::Completed, &followed.completed, completed),
        figure(ReconcileOf::Abandoned, &followed.abandoned, abandoned),
    ];
    all.extend(followed.of_completed.as_ref().map(|line| figure(ReconcileOf::OfCompleted, line, None)));
    all.extend(followed.of_all.as_ref().map(|line| figure(ReconcileOf::OfAll, line, None)));
    all.push(figure(ReconcileOf::Hold, &followed.hold, None));
    all.push(figure(ReconcileOf::Talk, &followed.talk, None));
    all
}

/// What the record says beside ours.
struct Compared {
    count: ReconcileLogCount,
    /// Completed and abandoned by the record.
    figures: [Option<i64>; 2],
    visits: Vec<ReconcileVisit>,
    record: Record,
}

fn compared(
    held: &Held<'_>,
    queue: &Name,
    (from, to): (i64, i64),
    under_way: &[UnderWay],
    visits: &[ClosedVisit],
    ahead: Ahead,
    log: &Log,
) -> Result<Compared, HistoryError> {
    let from = from.max(log.from());
    let mut ours = Vec::new();
    // Of who entered before it begins, the record tells nothing.
    let is_told = |visit: &&ClosedVisit| {
        (from..=to).contains(&ahead.at(visit.ended)) && ahead.at(visit.entered) >= log.from() - SECOND_MS
    };
    for visit in visits.iter().filter(is_told) {
        ours.push(told(held, visit, ahead)?);
    }
    // A little more of the record: what ended at the edge may be a second away in it.
    let theirs = log.stays(queue, from - NEAR_MS, to + NEAR_MS);
    let at_edge = |stay: &log::Told| {
        stay.ended < from + NEAR_MS || stay.ended > to - NEAR_MS || stay.entered < log.from() + SECOND_MS
    };
    let mut count = ReconcileLogCount { from_ms: ahead.ours(from), ..ReconcileLogCount::default() };
    let (mut visits, mut completed, mut abandoned) = (Vec::new(), 0, 0);
    let mut record = Record { from, to, missed: Vec::new() };
    let pairs = log::pair(&ours, &theirs);
    let is_told_alone = |pair: &&log::Paired| pair.ours.is_none();
    let mut alone: Vec<usize> = pairs.iter().filter(is_told_alone).filter_map(|pair| pair.theirs).collect();
    alone.retain(|at| theirs[*at].outcome == Outcome::Answered);
    let ends: Vec<i64> = under_way.iter().map(|ended| ahead.at(ended.ended)).collect();
    let of_under_way = were_under_way(&theirs, alone, ends);
    for pair in pairs {
        let (one, other) = (pair.ours.map(|at| &ours[at]), pair.theirs.map(|at| &theirs[at]));
        let mut differs: Vec<ReconcileDiffers> = pair.differs.iter().map(|differs| (*differs).into()).collect();
        if pair.theirs.is_some_and(|at| of_under_way.contains(&at)) {
            continue;
        }
        if let (None, Some(stay)) = (one, other)
            && stay.outcome == Outcome::Answered
            // Nobody listened before the platform was first asked for its counters, and in these it was counted already.
            && stay.ended > from + SECOND_MS
        {
            record.missed.push(stay.ended);
        }
        match (one, other) {
            (Some(_), Some(_)) if differs.is_empty() => count.equal += 1,
            (Some(_), Some(_)) => count.differ += 1,
            (None, Some(stay)) | (Some(stay), None) if at_edge(stay) => continue,
            (Some(_), None) => {
                count.only_ours += 1;
                differs.push(ReconcileDiffers::OnlyOurs);
            }
            (None, Some(_)) => {
                count.only_log += 1;
                differs.push(ReconcileDiffers::OnlyLog);
            }
            (None, None) => continue,
        }
        match other.map(|stay| stay.outcome) {
            Some(Outcome::Answered) => completed += 1,
            Some(Outcome::Abandoned) => abandoned += 1,
            _ => {}
        }
        if !differs.is_empty() {
            let side = |stay: Option<&log::Told>| stay.map(|stay| side(stay, ahead));
            let call = one.or(other).map_or_else(String::new, |stay| stay.call.clone());
            visits.push(ReconcileVisit { call, ours: side(one), log: side(other), cause: None, differs });
        }
    }
    Ok(Compared { count, figures: [Some(completed), Some(abandoned)], visits, record })
}

/// Which of the stays `alone` in the record are conversations over which Mirante began to listen: no visit tells of them, their ends
/// were heard, and they are named with the counters. The last first, each by the end next to it: those that were over before anybody
/// listened are the first, and must not take a neighbour's.
fn were_under_way(theirs: &[log::Told], mut alone: Vec<usize>, mut ends: Vec<i64>) -> BTreeSet<usize> {
    alone.sort_unstable_by_key(|at| Reverse(theirs[*at].ended));
    ends.sort_unstable_by_key(|end| Reverse(*end));
    let mut ends = ends.into_iter().peekable();
    let is_one = |at: &usize| {
        let told = theirs[*at].ended;
        while ends.next_if(|heard| *heard > told + NEAR_MS).is_some() {}
        ends.next_if(|heard| *heard >= told - NEAR_MS).is_some()
    };
    alone.into_iter().filter(is_one).collect()
}

fn told(held: &Held<'_>, visit: &ClosedVisit, ahead: Ahead) -> Result<log::Told, HistoryError> {
    let person = visit.agent_name.map(|id| held.history.parties().get(id)).transpose()?.flatten();
    let person = person.map(|person| [person.name, person.number]).into_iter().flatten();
    let keys = [&visit.agent, &visit.interface].into_iter().flatten().map(ToString::to_string);
    Ok(log::Told {
        call: visit.call.to_string(),
        entered: ahead.at(visit.entered),
        ended: ahead.at(visit.ended),
        outcome: visit.outcome,
        wait_ms: visit.wait_ms,
        agents: person.chain(keys).filter(|word| !word.is_empty()).collect(),
        talk_ms: visit.talk_ms,
    })
}

fn side(stay: &log::Told, ahead: Ahead) -> ReconcileSide {
    ReconcileSide {
        entered_ms: ahead.ours(stay.entered),
        outcome: stay.outcome.word().to_owned(),
        wait_ms: stay.wait_ms,
        agent: stay.agents.first().cloned().unwrap_or_default(),
        talk_ms: stay.talk_ms,
    }
}

/// Adds the visits behind causes, or the causes to visits that the record tells otherwise too.
fn name_causes(
    held: &Held<'_>,
    followed: &Followed,
    visits: &[ClosedVisit],
    told_of: &mut Vec<ReconcileVisit>,
) -> Result<(), HistoryError> {
    let by_id: BTreeMap<VisitId, &ClosedVisit> = visits.iter().map(|visit| (visit.id, visit)).collect();
    let causes = followed.completed.because.iter().chain(&followed.abandoned.because);
    let behind: Vec<(Cause, VisitId)> =
        causes.flat_map(|because| because.visits.iter().map(|visit| (because.cause, *visit))).collect();
    for (cause, id) in behind {
        let Some(visit) = by_id.get(&id) else { continue };
        let ours = told(held, visit, Ahead(0))?;
        let entered_ms = visit.entered.seen;
        let known = told_of.iter_mut().find(|known| {
            known.call == ours.call
                && known.ours.as_ref().is_some_and(|side| side.entered_ms.abs_diff(entered_ms) < 2_000)
        });
        match known {
            Some(known) => known.cause = Some(cause.into()),
            None => told_of.push(ReconcileVisit {
                call: ours.call.clone(),
                ours: Some(ReconcileSide { entered_ms, ..side(&ours, Ahead(0)) }),
                log: None,
                cause: Some(cause.into()),
                differs: Vec::new(),
            }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_do_not_take_each_others_ends() {
        let stay = |ended: i64| log::Told {
            call: ended.to_string(),
            entered: ended - 6_000,
            ended,
            outcome: Outcome::Answered,
            wait_ms: 0,
            agents: Vec::new(),
            talk_ms: Some(6_000),
        };
        // One was over before anybody listened; another ended, and nobody heard it.
        let theirs = [stay(21_300), stay(18_500), stay(19_500), stay(30_000)];
        let found = were_under_way(&theirs, vec![0, 1, 2, 3], vec![19_400, 21_000]);
        assert_eq!(found, BTreeSet::from([0, 2]));
        // An end serves once.
        assert_eq!(were_under_way(&theirs, vec![0, 2], vec![20_400]), BTreeSet::from([0]));
    }
}
