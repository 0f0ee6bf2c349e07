//! The visits and attempts behind a figure, one by one: as many of them count as the figure says.

use super::super::gather::at_once;
use super::super::{FiguresError, Key};
use super::definition;
use super::scope::Look;
use crate::archive::Names;
use crate::rows::mask;
use crate::wire::{CardAsked, CardCount, CardPart, CardRow, CardRows, RowOf};
use jiff::tz::TimeZone;
use mirante_floor::{ClosedAttempt, ClosedVisit, Outcome, Site, SourceId, Stage, Visit, VisitId};
use mirante_history::{History, HistoryError};
use mirante_metrics::{Definition, Figure, Formula, Lasting, Measure, Stay};

/// Rows told at a time.
const PAGE: usize = 500;
/// Rows that are counted; a figure of more tells that its list is not whole.
const MOST: usize = 1_000_000;

/// A row by its number, with what it adds.
#[derive(Clone, Copy)]
struct Entry {
    id: u64,
    is_open: bool,
    top: i64,
    bottom: i64,
}

impl Entry {
    fn is_in(&self, part: CardPart) -> bool {
        let (top, bottom) = (self.top != 0, self.bottom != 0);
        match part {
            CardPart::All => true,
            CardPart::Top => top,
            CardPart::Bottom => bottom,
            CardPart::OnlyBottom => bottom && !top,
            CardPart::Out => !top && !bottom,
        }
    }
}

struct Entries {
    is: RowOf,
    list: Vec<Entry>,
    is_whole: bool,
}

/// How many rows are behind a figure; absent where it is not made of single ones.
pub(super) fn count(
    history: &History,
    look: &Look,
    definition: &Definition,
) -> Result<Option<CardCount>, FiguresError> {
    let Some(Entries { is, list, is_whole }) = entries(history, look, definition)? else { return Ok(None) };
    let of = |part| u32::try_from(list.iter().filter(|entry| entry.is_in(part)).count()).unwrap_or(u32::MAX);
    Ok(Some(CardCount {
        is,
        top: of(CardPart::Top),
        bottom: of(CardPart::Bottom),
        only_bottom: of(CardPart::OnlyBottom),
        out: of(CardPart::Out),
        is_whole,
    }))
}

/// Some of them, newest first. Now: Unix ms, and the zone of the operation.
pub(crate) fn rows(
    history: &History,
    asked: &CardAsked,
    (part, skip): (CardPart, u32),
    now: (i64, &TimeZone),
) -> Result<CardRows, FiguresError> {
    let definition = definition(&asked.definition)?;
    at_once(history, |history, past| {
        let look = Look::of(history, past.floor, asked, &[definition], now)?;
        page(history, &look, definition, (part, skip))
    })
}

fn page(
    history: &History,
    look: &Look,
    definition: &Definition,
    (part, skip): (CardPart, u32),
) -> Result<CardRows, FiguresError> {
    let Some(Entries { is, list, .. }) = entries(history, look, definition)? else {
        return Ok(CardRows { total: 0, rows: Vec::new() });
    };
    let wanted: Vec<Entry> = list.into_iter().rev().filter(|entry| entry.is_in(part)).collect();
    let names = Names { parties: history.parties(), floor: &look.floor };
    let teller = Teller { history, look, names };
    let mut rows = Vec::new();
    for entry in wanted.iter().skip(skip as usize).take(PAGE) {
        rows.extend(teller.row(is, entry)?);
    }
    Ok(CardRows { total: u32::try_from(wanted.len()).unwrap_or(u32::MAX), rows })
}

/// In order of their beginning.
fn entries(history: &History, look: &Look, definition: &Definition) -> Result<Option<Entries>, HistoryError> {
    let measures: Vec<Measure> = definition.measures().collect();
    if measures.iter().any(|measure| measure.is_of_calls()) {
        return attempts(history, look, definition).map(Some);
    }
    let is_of_visits = match &definition.formula {
        Formula::Percentile { .. } | Formula::LongestWaiting {} => true,
        _ => definition.of_stay(&WAITING, look.terms).is_some(),
    };
    if look.is_of_campaigns || !is_of_visits { Ok(None) } else { visits(history, look, definition).map(Some) }
}

/// A visit of which everything can be asked.
const WAITING: Stay = Stay { outcome: None, is_over: false, wait_ms: 0, talk_ms: None, passed_on: false };

fn attempts(history: &History, look: &Look, definition: &Definition) -> Result<Entries, HistoryError> {
    let mut list = Vec::new();
    let is_wanted = |attempt: &ClosedAttempt| {
        let key = attempt.campaign.clone().map(|campaign| (attempt.source, campaign));
        look.campaigns.is_empty() || key.is_some_and(|key| look.campaigns.contains(&key))
    };
    let mut is_whole = true;
    history.attempts(look.stretch.from, look.stretch.to, |attempt| {
        if is_wanted(&attempt) {
            // People called are counted each once, which no single attempt tells.
            let (top, bottom) = definition.of_attempt(&attempt).unwrap_or((1, 0));
            list.push(Entry { id: attempt.id, is_open: false, top, bottom });
        }
        is_whole = list.len() < MOST;
        is_whole
    })?;
    let counted = look.sums.calls.as_ref().map_or(0, |calls| calls.attempts);
    let is_whole = is_whole && look.sums.calls.is_some() && list.len() as u64 == counted;
    Ok(Entries { is: RowOf::Attempt, list, is_whole })
}

fn visits(history: &History, look: &Look, definition: &Definition) -> Result<Entries, HistoryError> {
    let mut rank = Rank::of(definition, look);
    let is_waiting = matches!(definition.formula, Formula::LongestWaiting {});
    let mut weigh = |stay: &Stay| match &mut rank {
        Some(rank) => rank.weigh(stay),
        None if is_waiting => (i64::from(stay.outcome.is_none()), 0),
        None => definition.of_stay(stay, look.terms).unwrap_or((0, 0)),
    };
    // Whoever waits now is asked for, whenever they came.
    let is_now = is_waiting || definition.measures().any(|measure| measure == Measure::Waiting);
    let mut open: Vec<(&Visit, i64)> = Vec::new();
    for (source, site) in crate::rows::sites(&look.floor) {
        let of_scope = |visit: &&Visit| look.queues.contains_key(&(source, visit.queue.clone()));
        let waits_now = |visit: &Visit| is_now && visit.stage == Stage::Waiting && look.stretch.to > look.stretch.now;
        let counts = |visit: &&Visit| look.stretch.holds(visit.entered.seen) || waits_now(visit);
        open.extend(site.visits.values().filter(of_scope).filter(counts).map(|visit| (visit, site.seen)));
    }
    open.sort_by_key(|(visit, _)| (visit.entered.seen, visit.id));
    let going_on = open.iter().filter(|(visit, _)| look.stretch.holds(visit.entered.seen)).count() as u64;
    let mut open = open.into_iter().peekable();
    let mut list = Vec::new();
    let (mut is_whole, mut ended) = (true, 0u64);
    let goes_on = |(visit, now): (&Visit, i64), list: &mut Vec<Entry>, weigh: &mut dyn FnMut(&Stay) -> (i64, i64)| {
        let (top, bottom) = weigh(&Stay::open(visit, now));
        list.push(Entry { id: visit.id.0, is_open: true, top, bottom });
    };
    history.visits(look.stretch.from, look.stretch.to, |visit| {
        let key: Key = (look.gathered.whose(visit.source), visit.queue.clone());
        if look.queues.contains_key(&key) {
            let place = (visit.entered.seen, visit.id);
            while let Some(one) = open.next_if(|(open, _)| (open.entered.seen, open.id) < place) {
                goes_on(one, &mut list, &mut weigh);
            }
            let (top, bottom) = weigh(&Stay::over(&visit));
            list.push(Entry { id: visit.id.0, is_open: false, top, bottom });
            ended += 1;
        }
        is_whole = list.len() < MOST;
        is_whole
    })?;
    for one in open {
        goes_on(one, &mut list, &mut weigh);
    }
    // Sums stay when rows have gone.
    let counted: u64 = look
        .queues
        .keys()
        .filter_map(|key| look.gathered.queues.get(key))
        .map(|sums| u64::from(sums.totals.offered))
        .sum();
    Ok(Entries { is: RowOf::Visit, list, is_whole: is_whole && ended + going_on == counted })
}

/// Which durations are within a percentile: all below its second, and of those within it as many as its rank wants.
struct Rank {
    of: Lasting,
    second: i64,
    left: i64,
}

impl Rank {
    fn of(definition: &Definition, look: &Look) -> Option<Rank> {
        let Formula::Percentile { of, .. } = definition.formula else { return None };
        let figure: Figure = look.figure(definition);
        let second = figure.value.map_or(-1, |ms| ms as i64 / 1000);
        let totals = &look.sums.totals;
        let tally = match of {
            Lasting::AnsweredWait => totals.waits.get(&Outcome::Answered),
            Lasting::AbandonedWait => totals.waits.get(&Outcome::Abandoned),
            Lasting::Conversation => Some(&totals.talks),
        };
        let below = |tally: &mirante_floor::Tally| -> i64 {
            tally.hist.0.iter().filter(|(bin, _)| i64::from(**bin) < second).map(|(_, count)| i64::from(*count)).sum()
        };
        Some(Rank { of, second, left: figure.numerator.unwrap_or(0) - tally.map_or(0, below) })
    }

    fn weigh(&mut self, stay: &Stay) -> (i64, i64) {
        let Some(ms) = stay.lasting(self.of) else { return (0, 0) };
        let second = ms.max(0).saturating_add(999) / 1000;
        let is_within = second < self.second || (second == self.second && self.left > 0);
        self.left -= i64::from(second == self.second && is_within);
        (i64::from(is_within), 1)
    }
}

struct Teller<'a> {
    history: &'a History,
    look: &'a Look,
    names: Names<'a>,
}

impl Teller<'_> {
    fn row(&self, is: RowOf, entry: &Entry) -> Result<Option<CardRow>, HistoryError> {
        Ok(match is {
            RowOf::Attempt => {
                self.history.attempt(entry.id)?.map(|attempt| self.attempt(&attempt, entry)).transpose()?
            }
            RowOf::Visit if entry.is_open => {
                self.open(entry).map(|(s, site, v)| self.going(s, site, v, entry)).transpose()?
            }
            RowOf::Visit => self.history.visit(entry.id)?.map(|visit| self.visit(&visit, entry)).transpose()?,
        })
    }

    fn open(&self, entry: &Entry) -> Option<(SourceId, &Site, &Visit)> {
        let id = VisitId(entry.id);
        crate::rows::sites(&self.look.floor).find_map(|(source, site)| Some((source, site, site.visits.get(&id)?)))
    }

    fn number(&self, party: Option<mirante_floor::PartyId>) -> Result<Option<String>, HistoryError> {
        let Some(party) = party else { return Ok(None) };
        Ok(self.names.parties.get(party)?.and_then(|party| mask(&party.number)))
    }

    fn visit(&self, visit: &ClosedVisit, entry: &Entry) -> Result<CardRow, HistoryError> {
        Ok(CardRow {
            id: visit.id.0.to_string(),
            place: self.look.queue_label(&(self.look.gathered.whose(visit.source), visit.queue.clone())),
            begun_ms: visit.entered.seen,
            outcome: visit.outcome.word().to_owned(),
            wait_ms: visit.wait_ms,
            talk_ms: visit.talk_ms,
            agent: self.names.then(visit)?,
            number: self.number(visit.caller)?,
            top: entry.top,
            bottom: entry.bottom,
        })
    }

    fn going(&self, source: SourceId, site: &Site, visit: &Visit, entry: &Entry) -> Result<CardRow, HistoryError> {
        let stay = Stay::open(visit, site.seen);
        let agent = match &visit.stage {
            Stage::Waiting => String::new(),
            Stage::Talking { agent, .. } => self.names.now(source, agent, &visit.queue)?,
        };
        Ok(CardRow {
            id: visit.id.0.to_string(),
            place: self.look.queue_label(&(source, visit.queue.clone())),
            begun_ms: visit.entered.seen,
            outcome: stay.outcome.map_or("waiting", Outcome::word).to_owned(),
            wait_ms: stay.wait_ms,
            talk_ms: None,
            agent,
            number: self.number(visit.caller)?,
            top: entry.top,
            bottom: entry.bottom,
        })
    }

    fn attempt(&self, attempt: &ClosedAttempt, entry: &Entry) -> Result<CardRow, HistoryError> {
        let key = || attempt.agent.as_ref().map(ToString::to_string);
        Ok(CardRow {
            id: attempt.id.to_string(),
            place: self.look.campaign_label(attempt.source, attempt.campaign.as_ref()),
            begun_ms: attempt.started.seen,
            outcome: attempt.result().word().to_owned(),
            wait_ms: attempt.ring_ms,
            talk_ms: attempt.talk_ms,
            agent: self.names.name(attempt.agent_name)?.or_else(key).unwrap_or_default(),
            number: self.number(attempt.callee)?,
            top: entry.top,
            bottom: entry.bottom,
        })
    }
}
