//! Definitions of figures, as data.

use crate::{Family, Lasting, Measure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One version of how a figure is made.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Which figure.
    pub id: String,
    /// Which version of it, from 1.
    pub version: u32,
    /// First day, in the operation's zone, on which it is how the figure is made.
    pub valid_from: Day,
    /// How it is made.
    pub formula: Formula,
    /// Hours in which another contact is a repeat, or in which somebody is called back; else 0.
    #[serde(default)]
    pub hours: u32,
    /// Seconds up to which a call is short; 0 where that does not count.
    #[serde(default)]
    pub seconds: u32,
    /// How many cases it rests on, where that is not the denominator.
    pub sample: Option<Vec<Signed>>,
    /// What the value counts.
    pub unit: Unit,
    /// Which way is good.
    pub good: Good,
    /// What people call it.
    pub name: Words,
    /// What it says, and what it leaves out.
    pub help: Words,
}

/// How a figure is made.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Formula {
    /// Sums divided: shares, means, rates.
    Ratio {
        /// Numerator.
        top: Vec<Signed>,
        /// Denominator.
        bottom: Vec<Signed>,
    },
    /// A sum.
    Total {
        /// Of these.
        of: Vec<Signed>,
    },
    /// A percentile by nearest rank, exact to a second.
    Percentile {
        /// Of these durations.
        of: Lasting,
        /// Which, 1 to 100.
        percent: u8,
    },
    /// How long the one who waits longest has waited.
    LongestWaiting {},
    /// Time paused, with a part for each reason.
    PausedByReason {},
    /// Of several queues, how many reach their own target: [`crate::on_target`].
    QueuesOnTarget {},
    /// Not made yet.
    Absent {
        /// What nobody tells.
        needs: String,
    },
}

/// A measure that is added, or with a minus before its name taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Signed {
    /// The measure.
    pub measure: Measure,
    /// Taken away.
    pub minus: bool,
}

impl TryFrom<String> for Signed {
    type Error = serde::de::value::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        use serde::de::IntoDeserializer;
        let name = text.strip_prefix('-').unwrap_or(&text);
        let measure = Measure::deserialize(name.into_deserializer())?;
        Ok(Signed { measure, minus: text.starts_with('-') })
    }
}

/// A day of the calendar: `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "toml::value::Datetime")]
pub struct Day {
    /// Year.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

impl TryFrom<toml::value::Datetime> for Day {
    type Error = &'static str;

    fn try_from(time: toml::value::Datetime) -> Result<Self, Self::Error> {
        match time {
            toml::value::Datetime { date: Some(date), time: None, offset: None } => {
                Ok(Day { year: date.year, month: date.month, day: date.day })
            }
            _ => Err("a day such as 2026-11-22"),
        }
    }
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share, as a fraction of 1: shown as percent with one decimal.
    Share,
    /// A time, ms.
    Ms,
    /// Things.
    Count,
    /// Things in an hour.
    PerHour,
    /// Things for each of others.
    Each,
}

impl Unit {
    /// The stable word in exports.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Share => "share",
            Unit::Ms => "ms",
            Unit::Count => "count",
            Unit::PerHour => "per_hour",
            Unit::Each => "each",
        }
    }
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Good {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither by itself.
    Neither,
}

/// Words in three languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Portuguese of Brazil.
    pub pt: String,
    /// English.
    pub en: String,
    /// Spanish.
    pub es: String,
}

impl Definition {
    /// Id and version, as figures carry it: `sl.f4@1`.
    pub fn key(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// What it is made of.
    pub fn measures(&self) -> impl Iterator<Item = Measure> {
        let (first, second): (&[Signed], &[Signed]) = match &self.formula {
            Formula::Ratio { top, bottom } => (top, bottom),
            Formula::Total { of } => (of, &[]),
            _ => (&[], &[]),
        };
        let lasting = match &self.formula {
            Formula::Percentile { of, .. } => Some(of.measure()),
            _ => None,
        };
        first.iter().chain(second).map(|term| term.measure).chain(lasting)
    }
}

/// Why a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It cannot be read.
    #[error("not a catalogue: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// A definition contradicts another or itself.
    #[error("{key}: {what}")]
    Wrong {
        /// Which.
        key: String,
        /// What is wrong.
        what: &'static str,
    },
}

/// Definitions by id, each with its versions, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    ids: BTreeMap<String, Vec<Definition>>,
    /// In the order of the file, which is the one in which people should see them.
    order: Vec<String>,
    families: Vec<Family>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    family: Vec<Family>,
    definition: Vec<Definition>,
}

impl Catalogue {
    /// Mirante's own.
    pub fn own() -> &'static Catalogue {
        static OWN: LazyLock<Catalogue> = LazyLock::new(|| {
            #[allow(clippy::expect_used)] // a constant, which a test reads
            Catalogue::parse(include_str!("catalogue.toml")).expect("the catalogue that is built in")
        });
        &OWN
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it says what makes no sense.
    pub fn parse(text: &str) -> Result<Catalogue, CatalogueError> {
        let file: File = toml::from_str(text)?;
        let mut catalogue = Catalogue { ids: BTreeMap::new(), order: Vec::new(), families: file.family };
        for definition in file.definition {
            let wrong = |what| CatalogueError::Wrong { key: definition.key(), what };
            definition.check().map_err(wrong)?;
            if !catalogue.ids.contains_key(&definition.id) {
                catalogue.order.push(definition.id.clone());
            }
            let versions = catalogue.ids.entry(definition.id.clone()).or_default();
            let (version, valid_from) = versions.last().map_or((0, None), |d| (d.version, Some(d.valid_from)));
            if definition.version != version + 1 {
                return Err(wrong("versions of an id are numbered from 1, without holes, oldest first"));
            }
            if valid_from.is_some_and(|before| definition.valid_from <= before) {
                return Err(wrong("a version is valid from a later day than the one before"));
            }
            versions.push(definition);
        }
        catalogue.check_families()?;
        Ok(catalogue)
    }

    /// The version in force on a day; absent before the first, or if nobody defined it.
    pub fn on(&self, id: &str, day: Day) -> Option<&Definition> {
        self.ids.get(id)?.iter().rev().find(|definition| definition.valid_from <= day)
    }

    /// The version in force on a day; on days before the first, that one.
    pub fn on_or_first(&self, id: &str, day: Day) -> Option<&Definition> {
        self.on(id, day).or_else(|| self.ids.get(id)?.first())
    }

    /// The newest version.
    pub fn newest(&self, id: &str) -> Option<&Definition> {
        self.ids.get(id)?.last()
    }

    /// The version that a figure names, such as `sl.f4@1`.
    pub fn named(&self, key: &str) -> Option<&Definition> {
        let (id, version) = key.split_once('@')?;
        self.ids.get(id)?.iter().find(|definition| definition.version.to_string() == version)
    }

    /// Ids in the order in which people should see them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    /// Figures that are made in several ways.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// Every version of every definition.
    pub fn all(&self) -> impl Iterator<Item = &Definition> {
        self.order.iter().filter_map(|id| self.ids.get(id)).flatten()
    }
}

impl Definition {
    fn check(&self) -> Result<(), &'static str> {
        let Words { pt, en, es } = &self.name;
        let words = [pt, en, es, &self.help.pt, &self.help.en, &self.help.es];
        if words.iter().any(|text| text.trim().is_empty()) {
            return Err("a name or help is empty");
        }
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_');
        if self.id.is_empty() || !self.id.chars().all(good) {
            return Err("an id is lower-case letters, digits, . and _");
        }
        if self.measures().any(Measure::is_by_hours) != (self.hours > 0) {
            return Err("hours belong to repeats and calls back, and those need them");
        }
        let is_short = self.measures().any(|measure| measure == Measure::ShortCalls);
        if is_short != (self.seconds > 0) {
            return Err("seconds belong to short calls, and those need them");
        }
        match &self.formula {
            Formula::Ratio { top, bottom } => {
                let kind = |terms: &[Signed]| {
                    let first = terms.first()?.measure.is_time();
                    terms.iter().all(|term| term.measure.is_time() == first).then_some(first)
                };
                let fits = match (kind(top), kind(bottom)) {
                    (Some(top), Some(bottom)) if top == bottom => matches!(self.unit, Unit::Share | Unit::Each),
                    (Some(true), Some(false)) => self.unit == Unit::Ms,
                    (Some(false), Some(true)) => self.unit == Unit::PerHour,
                    _ => false,
                };
                if fits { Ok(()) } else { Err("the unit is not that of the ratio") }
            }
            Formula::Total { of } => {
                let fits = of.iter().all(|term| term.measure.is_time() == (self.unit == Unit::Ms));
                let known = matches!(self.unit, Unit::Ms | Unit::Count) && !of.is_empty();
                if fits && known { Ok(()) } else { Err("the unit is not that of the sum") }
            }
            Formula::Percentile { percent, .. } if !(1..=100).contains(percent) => Err("a percentile is 1 to 100"),
            Formula::Percentile { .. } | Formula::LongestWaiting {} | Formula::PausedByReason {} => {
                if self.unit == Unit::Ms { Ok(()) } else { Err("a time is in ms") }
            }
            Formula::QueuesOnTarget {} if self.unit != Unit::Share => Err("queues on target are a share"),
            Formula::Absent { needs } if needs.trim().is_empty() => Err("nobody says what it needs"),
            Formula::QueuesOnTarget {} | Formula::Absent { .. } => Ok(()),
        }
    }
}
