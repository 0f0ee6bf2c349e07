//! The partial of the day, hour by hour.

use super::gather::{Gathered, Stretch, at_once};
use super::judge::{Book, Held};
use super::{Basis, FiguresError, Key};
use crate::goals::{Clock, Weeks, hidden};
use crate::wire::{CalledRow, Partial, PartialCalled, PartialReceived, ReceivedRow};
use jiff::tz::TimeZone;
use mirante_floor::{Aim, CampaignKind, Direction, Floor, Operation, ProfileOf};
use mirante_history::{History, Past};
use mirante_metrics::goals::pace;
use mirante_metrics::{Calls, Catalogue, Definition, Figure, Looked, Sums, Terms, campaign_results, common};
use std::collections::{BTreeMap, BTreeSet};

const HOUR: i64 = 3_600_000;
/// Longer than any day, of which each hour costs a look.
const MOST: usize = 48;

/// The day in which `now` is (Unix ms), or which began at `day`.
pub(crate) fn partial(history: &History, zone: &TimeZone, day: Option<i64>, now: i64) -> Result<Partial, FiguresError> {
    at_once(history, |history, Past { floor, .. }| {
        let until = floor.sites.values().map(|site| site.seen).max().unwrap_or(now);
        up_to(history, &floor, zone, day, until)
    })
}

/// The same up to an instant, Unix ms, which is not before what is known.
pub(crate) fn partial_until(
    history: &History,
    zone: &TimeZone,
    day: Option<i64>,
    until: i64,
) -> Result<Partial, FiguresError> {
    at_once(history, |history, Past { floor, .. }| up_to(history, &floor, zone, day, until))
}

fn up_to(
    history: &History,
    floor: &Floor,
    zone: &TimeZone,
    day: Option<i64>,
    until: i64,
) -> Result<Partial, FiguresError> {
    let begun = floor.sites.values().filter_map(|site| site.day_from).max();
    let from = day.or(begun).unwrap_or_else(|| until.div_euclid(24 * HOUR) * 24 * HOUR);
    // Agents' time is kept by quarters of an hour.
    if from.rem_euclid(History::QUARTER) != 0 {
        return Err(FiguresError::NotMinutes);
    }
    jiff::Timestamp::from_millisecond(from).map_err(|_| FiguresError::NoDay)?;
    let until = until.clamp(from, day_after(from, zone));
    let hours =
        std::iter::successors(Some(from), |hour| Some(hour + HOUR)).take_while(|hour| *hour < until.max(from + 1));
    let hours: Vec<i64> = hours.take(MOST).collect();
    // What is still to come is only asked of the day that goes on.
    let clock = Clock::at(until, zone).filter(|clock| clock.day == from);
    let coming = clock.map(|clock| Weeks::dialled(history, floor, &clock, clock.next)).transpose()?;
    let heard = Gathered::of(history, floor, Stretch { from, to: until, now: until }, &[])?.heard();
    Ok(Partial {
        from_ms: from,
        until_ms: until,
        is_over: until >= day_after(from, zone),
        heard,
        received: received(history, floor, zone, &hours, until)?,
        called: called(history, floor, &hours, coming.as_ref())?,
    })
}

/// When the day after the one that holds an instant begins.
fn day_after(ms: i64, zone: &TimeZone) -> i64 {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let next = at.tomorrow().and_then(|tomorrow| tomorrow.start_of_day());
    next.map_or(ms.saturating_add(24 * HOUR), |next| next.timestamp().as_millisecond())
}

fn definition(id: &str) -> &'static Definition {
    #[allow(clippy::expect_used)] // constants, which a test reads
    Catalogue::own().newest(id).expect("a definition of the catalogue")
}

/// The queues of one operation, and what came to them in each hour.
#[derive(Default)]
struct Group {
    operation: Option<Operation>,
    queues: BTreeSet<Key>,
    hours: Vec<(i64, Sums, Looked)>,
}

fn received(
    history: &History,
    floor: &Floor,
    zone: &TimeZone,
    hours: &[i64],
    until: i64,
) -> Result<Vec<PartialReceived>, FiguresError> {
    let operation = |(source, queue): &Key| floor.config.queue(*source, queue).operation;
    let mut groups: BTreeMap<u8, Group> = BTreeMap::new();
    for hour in hours {
        let stretch = Stretch { from: *hour, to: hour + HOUR, now: until };
        let gathered = Gathered::of(history, floor, stretch, &[])?;
        let mut sums: BTreeMap<u8, (Sums, bool)> = BTreeMap::new();
        for (key, queue) in &gathered.queues {
            let operation = operation(key);
            let place = operation.map_or(u8::MAX, |operation| operation as u8);
            let group = groups.entry(place).or_default();
            group.operation = operation;
            group.queues.insert(key.clone());
            let (sum, is_open) = sums.entry(place).or_default();
            sum.merge(queue);
            *is_open |= gathered.open.contains(key);
        }
        for (place, (sum, open)) in sums {
            let looked = Looked { to: stretch.to, now: until, open, heard: gathered.is_heard() };
            if let Some(group) = groups.get_mut(&place) {
                group.hours.push((*hour, sum, looked));
            }
        }
    }
    Ok(groups.into_values().map(|group| of_operation(floor, zone, &group)).collect())
}

fn of_operation(floor: &Floor, zone: &TimeZone, Group { operation, queues, hours }: &Group) -> PartialReceived {
    let first = hours.first().map_or(0, |(hour, _, _)| *hour);
    let book = Book { config: &floor.config, zone, basis: Basis::AsWas, now: first };
    let held: Vec<Held> = queues.iter().map(|key| book.held(key, &[first])).collect();
    // Queues that count in different ways have no figure together.
    let chosen = |family: &str| {
        let id = held.first()?.chosen(family)?;
        held.iter().all(|held| held.chosen(family) == Some(id)).then(|| definition(id))
    };
    let made = Made {
        terms: common(held.iter().map(|held| held.terms)),
        level: chosen("sl"),
        abandonment: chosen("abandonment_rate"),
    };
    let percent = held.first().and_then(|held| held.percent);
    let mut all = Sums::default();
    let mut last: Option<Looked> = None;
    for (_, sums, looked) in hours {
        all.merge(sums);
        let heard = last.is_none_or(|last| last.heard) && looked.heard;
        last = Some(Looked { heard, ..*looked });
    }
    let none = Looked { to: 0, now: 0, open: false, heard: false };
    // What misleads an operation is not in what is pasted in a chat either.
    let formulas = queues.first().map(|key| floor.config.in_force(key.0, &key.1, first).formulas).unwrap_or_default();
    let hidden = hidden::columns(&floor.config, *operation, &formulas);
    let is_hidden = |column: &str| hidden.iter().any(|hidden| hidden == column);
    let mut rows: Vec<ReceivedRow> =
        hours.iter().map(|(hour, sums, looked)| received_row(*hour, sums, &made, *looked, &is_hidden)).collect();
    let quiet = rows.iter().take_while(|row| row.offered == 0).count();
    rows.drain(..quiet);
    let label = |(source, queue): &Key| floor.config.queue(*source, queue).label.as_ref().unwrap_or(queue).to_string();
    PartialReceived {
        operation: *operation,
        queues: queues.iter().map(label).collect(),
        percent: percent.filter(|first| held.iter().all(|held| held.percent == Some(*first))),
        seconds: made.terms.seconds,
        has_level: !is_hidden("sl"),
        hours: rows,
        total: received_row(first, &all, &made, last.unwrap_or(none), &is_hidden),
        hidden,
    }
}

/// By what figures of an operation are made: nothing where its queues differ.
struct Made {
    terms: Terms,
    level: Option<&'static Definition>,
    abandonment: Option<&'static Definition>,
}

fn received_row(
    from_ms: i64,
    sums: &Sums,
    made: &Made,
    looked: Looked,
    is_hidden: &dyn Fn(&str) -> bool,
) -> ReceivedRow {
    let shown = |column: &str, value: Option<f64>| value.filter(|_| !is_hidden(column));
    let figure = |id: &str| sums.figure(definition(id), made.terms, looked);
    let count = |figure: &Figure| figure.numerator.and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
    let chosen = |definition: Option<&Definition>| Some(sums.figure(definition?, made.terms, looked));
    let (offered, level) = (figure("offered"), chosen(made.level));
    let abandonment = chosen(made.abandonment);
    let few = |column: &str, figure: &Option<Figure>| {
        !is_hidden(column) && figure.as_ref().is_some_and(|figure| figure.value.is_ok() && figure.flags.few)
    };
    let few = few("sl", &level) || few("abandonment_rate", &abandonment);
    let flags = level.as_ref().map_or(offered.flags, |level| level.flags);
    ReceivedRow {
        from_ms,
        offered: count(&offered),
        answered: count(&figure("answered")),
        abandoned: count(&figure("abandoned")),
        abandonment: shown("abandonment_rate", abandonment.and_then(|figure| figure.value.ok())),
        level: shown("sl", level.and_then(|level| level.value.ok())),
        asa_ms: shown("asa", figure("asa").value.ok()),
        // As the live screen has it: after-call work happens in its own hour, and no queue of its own tells it.
        aht_ms: shown("aht.no_wrapup", figure("aht.no_wrapup").value.ok()),
        few,
        provisional: flags.provisional,
        incomplete: flags.incomplete,
    }
}

fn called(
    history: &History,
    floor: &Floor,
    hours: &[i64],
    coming: Option<&Weeks>,
) -> Result<Vec<PartialCalled>, FiguresError> {
    let (Some(first), Some(last)) = (hours.first(), hours.last()) else { return Ok(Vec::new()) };
    let mut kinds: BTreeMap<u8, (CampaignKind, Vec<Key>)> = BTreeMap::new();
    for (source, site) in crate::rows::sites(floor) {
        for campaign in site.campaigns.keys() {
            let key = (source, campaign.clone());
            let kind = floor.config.campaigns.get(&key).map(|setup| setup.kind).unwrap_or_default();
            kinds.entry(kind as u8).or_insert_with(|| (kind, Vec::new())).1.push(key);
        }
    }
    let place: BTreeMap<&Key, u8> =
        kinds.iter().flat_map(|(place, (_, keys))| keys.iter().map(move |key| (key, *place))).collect();
    let mut calls: BTreeMap<(u8, i64), Calls> = BTreeMap::new();
    let mut rows = 0u64;
    history.attempts(*first, last + HOUR, |attempt| {
        rows += 1;
        let key = attempt.campaign.clone().map(|campaign| (attempt.source, campaign));
        if let Some(place) = key.and_then(|key| place.get(&key)) {
            let hour = first + (attempt.started.seen - first).div_euclid(HOUR) * HOUR;
            calls.entry((*place, hour)).or_default().add(&attempt);
        }
        true
    })?;
    // Rows go before the sums do: what is left of them would be too few, and none is not nothing.
    if rows < history.attempts_counted(*first, last + HOUR)? {
        return Ok(Vec::new());
    }
    let one = |(place, (kind, keys)): (&u8, &(CampaignKind, Vec<Key>))| {
        let row = |hour: &i64| called_row(*hour, *kind, calls.get(&(*place, *hour)));
        let mut rows: Vec<CalledRow> = hours.iter().map(row).collect();
        let mut total = CalledRow { from_ms: *first, ..CalledRow::default() };
        for row in &rows {
            total.attempts += row.attempts;
            total.humans += row.humans;
            total.right_party += row.right_party;
            total.results += row.results;
        }
        let quiet = rows.iter().take_while(|row| row.attempts == 0).count();
        rows.drain(..quiet);
        let setup = |key: &Key| floor.config.campaigns.get(key);
        PartialCalled {
            kind: *kind,
            campaigns: keys.iter().map(|key| setup(key).map_or(&key.1, |setup| &setup.label).to_string()).collect(),
            goal: keys.iter().map(|key| setup(key)?.goal).sum(),
            projected: coming.and_then(|weeks| projected(&total, weeks.expected(keys)?)),
            hidden: hidden_of(floor, *kind),
            hours: rows,
            total,
        }
    };
    Ok(kinds.iter().map(one).collect())
}

/// What the results come to at the pace so far, when as many attempts follow as on this weekday of weeks past.
fn projected(total: &CalledRow, attempts_to_come: u64) -> Option<u32> {
    let aim = Aim { milli: 0, direction: Direction::AtLeast };
    let pace = pace(total.results.into(), aim, total.attempts.into(), attempts_to_come)?;
    u32::try_from(pace.projected).ok()
}

fn hidden_of(floor: &Floor, kind: CampaignKind) -> Vec<String> {
    let is_hidden = |id: &&str| hidden::why(&floor.config, ProfileOf::Kind(kind), id).is_some();
    hidden::OF_CAMPAIGNS.into_iter().filter(is_hidden).map(str::to_owned).collect()
}

fn called_row(from_ms: i64, kind: CampaignKind, calls: Option<&Calls>) -> CalledRow {
    let Some(calls) = calls else { return CalledRow { from_ms, ..CalledRow::default() } };
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    CalledRow {
        from_ms,
        attempts: count(calls.attempts),
        humans: count(calls.humans),
        right_party: count(calls.right_party),
        results: count(campaign_results(kind, calls)),
    }
}

#[cfg(test)]
#[path = "partial_tests.rs"]
mod tests;
