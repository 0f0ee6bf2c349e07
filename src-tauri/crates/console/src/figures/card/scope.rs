//! The facts of one scope and stretch.

use super::super::gather::{Gathered, Stretch};
use super::super::judge::{Book, Held};
use super::super::{Basis, FiguresError, Key, LONGEST};
use crate::goals::{hidden, why_words};
use crate::wire::CardAsked;
use jiff::tz::TimeZone;
use mirante_floor::{Floor, Minute, Name, ProfileOf, SourceId};
use mirante_history::History;
use mirante_metrics::{Calls, Catalogue, Definition, Judged, Looked, Measure, Sums, Terms, common};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a card tells of.
pub(super) struct Look {
    pub(super) floor: Floor,
    pub(super) stretch: Stretch,
    pub(super) gathered: Gathered,
    /// Queues of the scope with what happened in each, conversations that go on included.
    pub(super) queues: BTreeMap<Key, Sums>,
    /// Campaigns that were asked for; none: all.
    pub(super) campaigns: BTreeSet<Key>,
    pub(super) is_of_campaigns: bool,
    /// All of it together.
    pub(super) sums: Sums,
    pub(super) terms: Terms,
    /// By what each queue is judged over the stretch.
    pub(super) held: BTreeMap<Key, Held>,
    pub(super) sources: BTreeSet<SourceId>,
    names: BTreeMap<SourceId, String>,
}

impl Look {
    /// The facts of a look at history in which it does not change.
    pub(super) fn of(
        history: &History,
        floor: Floor,
        asked: &CardAsked,
        definitions: &[&Definition],
        (now, zone): (i64, &TimeZone),
    ) -> Result<Look, FiguresError> {
        let stretch = stretch(&floor, asked, now)?;
        let names = history.sources()?.into_iter().map(|row| (row.id, row.name)).collect();
        let gathered = Gathered::of(history, &floor, stretch, definitions)?;
        let is_of_campaigns =
            !asked.campaigns.is_empty() || definitions.iter().any(|d| d.measures().any(Measure::is_of_calls));
        let campaigns = asked.campaigns.iter().map(|id| key(id)).collect::<Result<BTreeSet<Key>, _>>()?;
        let wanted = asked.queues.iter().map(|id| key(id)).collect::<Result<BTreeSet<Key>, _>>()?;
        if let Some(unknown) = wanted.iter().find(|key| !gathered.queues.contains_key(*key)) {
            return Err(FiguresError::NoQueue(crate::rows::row_id(unknown.0, &unknown.1)));
        }
        let is_wanted = |key: &Key| wanted.is_empty() || wanted.contains(key);
        let queues: BTreeMap<Key, Sums> =
            gathered.queues.iter().filter(|(key, _)| is_wanted(key)).map(|(k, s)| (k.clone(), s.clone())).collect();
        let mut sums = if wanted.is_empty() { gathered.centre.clone() } else { Sums::default() };
        queues.values().for_each(|queue| sums.merge(queue));
        if wanted.is_empty() {
            sums.journeys.clone_from(&gathered.centre.journeys);
        }
        if !campaigns.is_empty() {
            sums = Sums { calls: Some(calls(history, stretch, &campaigns)?), ..Sums::default() };
        }
        let book = Book { config: &floor.config, zone, basis: Basis::AsWas, now: stretch.now };
        let mut parts = vec![stretch.from];
        parts.extend(book.changes(queues.keys(), stretch.from, stretch.to));
        let held: BTreeMap<Key, Held> = queues.keys().map(|key| (key.clone(), book.held(key, &parts))).collect();
        let terms = common(held.values().map(|held| held.terms));
        let sources = if campaigns.is_empty() {
            queues.keys().map(|(source, _)| *source).collect()
        } else {
            campaigns.iter().map(|(source, _)| *source).collect()
        };
        Ok(Look { floor, stretch, gathered, queues, campaigns, is_of_campaigns, sums, terms, held, sources, names })
    }

    pub(super) fn looked(&self) -> Looked {
        let open = self.queues.keys().any(|key| self.gathered.open.contains(key));
        Looked { to: self.stretch.to, now: self.stretch.now, open, heard: self.gathered.is_heard() }
    }

    /// Each queue with its own limits and target, in the order of the queues; nothing of one for which they changed within the stretch.
    pub(super) fn judged(&self) -> impl Iterator<Item = (&Key, Option<Judged<'_>>)> {
        self.queues.iter().map(|(key, sums)| {
            let held = self.held.get(key);
            let judged = held.and_then(|held| {
                let level = Catalogue::own().newest(held.chosen("sl")?)?;
                // A limit that changed is none.
                held.terms.seconds?;
                Some(Judged { sums, terms: held.terms, level, percent: held.percent? })
            });
            (key, judged)
        })
    }

    /// The limits of a queue.
    pub(super) fn terms_of(&self, key: &Key) -> Terms {
        self.held.get(key).map_or(Terms { seconds: None, short_seconds: None }, |held| held.terms)
    }

    /// Why nobody in this scope looks at an indicator, if nobody does: the reason of the first.
    pub(super) fn hidden(&self, id: &str, language: &str) -> Option<String> {
        let config = &self.floor.config;
        let of_queues = self.queues.keys().filter(|_| !self.is_of_campaigns);
        let operations = of_queues.map(|key| config.queue(key.0, &key.1).operation.map(ProfileOf::Operation));
        let kind = |key: &Key| ProfileOf::Kind(config.campaigns.get(key).map(|setup| setup.kind).unwrap_or_default());
        let all: Vec<Option<ProfileOf>> = operations.chain(self.campaigns.iter().map(|key| Some(kind(key)))).collect();
        let mut whys = all.iter().map(|of| hidden::why(config, (*of)?, id));
        let first = whys.next()??;
        whys.all(|why| why.is_some()).then(|| why_words(first, language))
    }

    pub(super) fn queue_label(&self, (source, queue): &Key) -> String {
        self.floor.config.queue(*source, queue).label.as_ref().unwrap_or(queue).to_string()
    }

    pub(super) fn campaign_label(&self, source: SourceId, campaign: Option<&Name>) -> String {
        let Some(campaign) = campaign else { return String::new() };
        let setup = self.floor.config.campaigns.get(&(source, campaign.clone()));
        setup.map_or(campaign, |setup| &setup.label).to_string()
    }

    pub(super) fn source_label(&self, source: SourceId) -> String {
        let configured = self.floor.config.sources.get(&source).map(|(label, _)| label.to_string());
        configured.or_else(|| self.names.get(&source).cloned()).unwrap_or_default()
    }
}

fn key(id: &str) -> Result<Key, FiguresError> {
    let parsed = id.split_once('/').and_then(|(source, name)| Some((SourceId(source.parse().ok()?), Name::from(name))));
    parsed.ok_or_else(|| FiguresError::NoQueue(id.to_owned()))
}

/// The stretch that was asked for; else the day that goes on, up to the end of the quarter of an hour, by which agents' time is kept.
fn stretch(floor: &Floor, asked: &CardAsked, now: i64) -> Result<Stretch, FiguresError> {
    let seen = floor.sites.values().map(|site| site.seen).max().unwrap_or(now);
    let now = now.max(seen);
    let day = || floor.sites.values().filter_map(|site| site.day_from).max();
    let from = asked.from_ms.or_else(day).unwrap_or_else(|| now.div_euclid(86_400_000) * 86_400_000);
    let upcoming = (now.div_euclid(History::QUARTER) + 1) * History::QUARTER;
    let to = asked.to_ms.unwrap_or_else(|| match asked.from_ms {
        // Where nothing was heard for months the last day still goes on, and is what screens show: its card opens.
        None => upcoming.min(from.saturating_add(LONGEST)),
        Some(_) => upcoming,
    });
    if from.rem_euclid(Minute::MS) != 0 || to.rem_euclid(Minute::MS) != 0 || to < from {
        return Err(FiguresError::NotMinutes);
    }
    if to.checked_sub(from).is_none_or(|ms| ms > LONGEST) {
        return Err(FiguresError::Long);
    }
    Ok(Stretch { from, to, now: seen })
}

fn calls(history: &History, stretch: Stretch, campaigns: &BTreeSet<Key>) -> Result<Calls, FiguresError> {
    let mut calls = Calls::default();
    history.attempts(stretch.from, stretch.to, |attempt| {
        let key = attempt.campaign.clone().map(|campaign| (attempt.source, campaign));
        if key.is_some_and(|key| campaigns.contains(&key)) {
            calls.add(&attempt);
        }
        true
    })?;
    Ok(calls)
}
