//! By what figures are made and judged, and on which days that changed.

use super::{Basis, Key};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mirante_floor::{Config, InForce};
use mirante_metrics::{Catalogue, Day, Definition, Terms};

/// Where decisions and definitions are looked up.
#[derive(Clone, Copy)]
pub(crate) struct Book<'a> {
    pub(crate) config: &'a Config,
    pub(crate) zone: &'a TimeZone,
    pub(crate) basis: Basis,
    /// Of recalculated figures: the instant whose decisions count, Unix ms.
    pub(crate) now: i64,
}

/// What holds for a queue over a stretch: the same all the time, or of each kind only what never changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) terms: Terms,
    /// The service level's target, whole percent.
    pub(crate) percent: Option<u8>,
    /// What held on each part of the stretch.
    parts: Vec<InForce>,
}

impl Held {
    /// The definition that stands for a family, if it is one all the time.
    pub(crate) fn chosen(&self, family: &str) -> Option<&'static str> {
        let family = Catalogue::own().family(family)?;
        let mut chosen = self.parts.iter().map(|part| {
            let id = family.chosen(&part.formulas);
            family.variants.iter().map(String::as_str).find(|variant| *variant == id).unwrap_or(&family.usual)
        });
        let first = chosen.next()?;
        chosen.all(|id| id == first).then_some(first)
    }
}

impl Book<'_> {
    fn instant(&self, part: i64) -> i64 {
        if self.basis == Basis::Recalculated { self.now } else { part }
    }

    /// What holds for a queue over the stretches that begin then, each of which is one in which nothing changes.
    pub(crate) fn held(&self, (source, queue): &Key, parts: &[i64]) -> Held {
        let parts: Vec<InForce> =
            parts.iter().map(|part| self.config.in_force(*source, queue, self.instant(*part))).collect();
        let terms = parts.iter().map(|part| Terms::new(part.goal.seconds, part.short_seconds));
        let percent = parts.first().map(|part| part.goal.percent);
        let percent = percent.filter(|percent| parts.iter().all(|part| part.goal.percent == *percent));
        Held { terms: mirante_metrics::common(terms), percent, parts }
    }

    /// The version of a definition that holds over the stretches that begin then; absent where it changed.
    pub(crate) fn definition(&self, id: &str, parts: &[i64]) -> Option<&'static Definition> {
        let on = |part: &i64| match self.basis {
            Basis::Recalculated => Catalogue::own().newest(id),
            Basis::AsWas => Catalogue::own().on_or_first(id, day(*part, self.zone)),
        };
        let mut versions = parts.iter().map(on);
        let first = versions.next()??;
        versions.all(|version| version == Some(first)).then_some(first)
    }

    /// Instants within a stretch at which something that these queues are judged by changed, Unix ms.
    pub(crate) fn changes<'k>(&self, queues: impl Iterator<Item = &'k Key>, from: i64, to: i64) -> Vec<i64> {
        if self.basis == Basis::Recalculated {
            return Vec::new();
        }
        let mut days: Vec<i64> =
            queues.flat_map(|(source, queue)| self.config.ruling_changes(*source, queue, from, to)).collect();
        let versions = Catalogue::own().all().filter(|definition| definition.version > 1);
        days.extend(versions.filter_map(|definition| first_instant(definition.valid_from, self.zone)));
        days.retain(|day| *day > from && *day < to);
        days.sort_unstable();
        days.dedup();
        days
    }
}

/// The day of an instant.
pub(crate) fn day(ms: i64, zone: &TimeZone) -> Day {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let (year, month, day) = (at.year().unsigned_abs(), at.month().unsigned_abs(), at.day().unsigned_abs());
    Day { year, month, day }
}

fn first_instant(day: Day, zone: &TimeZone) -> Option<i64> {
    let date = Date::new(day.year.try_into().ok()?, day.month.try_into().ok()?, day.day.try_into().ok()?).ok()?;
    Some(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}
