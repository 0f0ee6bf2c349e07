//! A figure that can explain itself.

use crate::{Definition, Facts, Formula, Measure, Presence, Signed, Terms, Unit, measure::Parameters, measure::whole};
use mirante_floor::{Name, Outcome, Tally};

/// Why there is no value. None of these is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Absent {
    /// The denominator is 0.
    #[error("nothing to divide by")]
    NothingToDivide,
    /// Nobody waits.
    #[error("nobody waits")]
    Nobody,
    /// What is pooled has different time limits or formulas.
    #[error("queues with different limits or formulas")]
    UnequalTerms,
    /// Not told of such a scope: nobody is free for one queue alone.
    #[error("not told of this scope")]
    NotOfThis,
    /// The platform never tells what it is made of.
    #[error("the platform never tells it")]
    NeverTold,
    /// What it is made of is not kept any more.
    #[error("kept no longer")]
    Removed,
    /// No event tells it yet.
    #[error("no event tells it yet")]
    NoEvent,
}

impl Absent {
    /// The stable word in exports.
    pub fn word(self) -> &'static str {
        match self {
            Absent::NothingToDivide => "nothing_to_divide",
            Absent::Nobody => "nobody",
            Absent::UnequalTerms => "unequal_terms",
            Absent::NotOfThis => "not_of_this_scope",
            Absent::NeverTold => "never_told",
            Absent::Removed => "removed",
            Absent::NoEvent => "no_event",
        }
    }
}

/// What a reader should know before believing a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Fewer than [`Figure::FEW`] cases.
    pub few: bool,
    /// It may still change: its time, or the time in which repeats count, is not over, or something that counts goes on.
    pub provisional: bool,
    /// Not everything was heard, or how something ended is not known.
    pub incomplete: bool,
}

/// The circumstances of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// End of the stretch, Unix ms.
    pub to: i64,
    /// Up to when facts are known, Unix ms.
    pub now: i64,
    /// Visits of the stretch go on.
    pub open: bool,
    /// The source was heard all the time.
    pub heard: bool,
}

/// A value by a definition, with what it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Definition and version, such as `sl.f4@1`.
    pub definition: String,
    /// Numerator: a count or ms. Of a percentile: how many lasted at most so long.
    pub numerator: Option<i64>,
    /// Denominator: a count or ms; absent where nothing is divided.
    pub denominator: Option<i64>,
    /// In the definition's unit: a share as a fraction of 1, a time in ms; or why there is none.
    pub value: Result<f64, Absent>,
    /// Cases it rests on, where it rests on cases.
    pub n: Option<i64>,
    /// Its unit.
    pub unit: Unit,
    /// What to know of it.
    pub flags: Flags,
    /// Its parts, where it has some: ms paused by reason.
    pub parts: Vec<(Option<Name>, i64)>,
}

impl Figure {
    /// With fewer cases than this a figure is flagged.
    pub const FEW: i64 = 10;

    /// A figure without a value, and nothing that it would be made of.
    pub fn absent(definition: &Definition, why: Absent) -> Figure {
        Figure {
            definition: definition.key(),
            numerator: None,
            denominator: None,
            value: Err(why),
            n: None,
            unit: definition.unit,
            flags: Flags::default(),
            parts: Vec::new(),
        }
    }

    /// True where numerator and denominator are ranks, and the value a time of its own.
    pub(crate) fn is_percentile(&self) -> bool {
        let definition = crate::Catalogue::own().named(&self.definition);
        definition.is_some_and(|definition| matches!(definition.formula, Formula::Percentile { .. }))
    }

    /// The figure that a definition gives.
    pub fn of(definition: &Definition, facts: &Facts<'_>, terms: Terms, looked: Looked) -> Figure {
        let parameters = Parameters { hours: definition.hours, seconds: definition.seconds };
        let sum = |of: &[Signed]| sum(of, facts, terms, parameters);
        let mut figure = Figure::absent(definition, Absent::NoEvent);
        match &definition.formula {
            Formula::Ratio { top, bottom } => {
                let (top, below) = (sum(top), sum(bottom));
                (figure.numerator, figure.denominator) = (top.ok(), below.ok());
                figure.value = top.and_then(|top| quotient(top, below?, definition.unit));
                figure.n = match &definition.sample {
                    Some(sample) => sum(sample).ok(),
                    None if bottom.iter().all(|term| !term.measure.is_time()) => figure.denominator,
                    None => None,
                };
            }
            Formula::Total { of } => {
                let total = sum(of);
                figure.numerator = total.ok();
                figure.value = total.map(|total| total as f64);
            }
            Formula::Percentile { of, percent } => {
                let nearest = facts.totals.ok_or(Absent::NotOfThis).and_then(|totals| {
                    let tally = match of {
                        Lasting::AnsweredWait => totals.waits.get(&Outcome::Answered),
                        Lasting::AbandonedWait => totals.waits.get(&Outcome::Abandoned),
                        Lasting::Conversation => Some(&totals.talks),
                    };
                    tally.and_then(|tally| percentile(tally, *percent)).ok_or(Absent::NothingToDivide)
                });
                if let Ok(nearest) = nearest {
                    (figure.numerator, figure.denominator) = (Some(nearest.rank), Some(nearest.n));
                    figure.n = Some(nearest.n);
                }
                figure.value = nearest.map(|nearest| nearest.ms as f64);
            }
            Formula::LongestWaiting {} => {
                let waiting = facts.waiting.ok_or(Absent::NotOfThis);
                let longest = waiting.and_then(crate::Waiting::longest_ms);
                figure.numerator = longest.ok();
                figure.value = longest.map(|ms| ms as f64);
            }
            Formula::PausedByReason {} => {
                let pauses = facts.presence.ok_or(Absent::NotOfThis).and_then(Presence::pauses);
                if let Ok(pauses) = pauses {
                    figure.parts = pauses.iter().map(|(reason, ms)| (reason.clone(), *ms)).collect();
                    figure.numerator = Some(pauses.values().sum());
                }
                figure.value = pauses.map(|pauses| pauses.values().sum::<i64>() as f64);
            }
            Formula::QueuesOnTarget {} => figure.value = Err(Absent::NotOfThis),
            Formula::Absent { .. } => {}
        }
        let closes = looked.to.saturating_add(i64::from(definition.hours) * 3_600_000);
        let is_now = matches!(definition.formula, Formula::LongestWaiting {});
        figure.flags = Flags {
            few: figure.n.is_some_and(|n| n < Self::FEW),
            provisional: !is_now && (looked.now < closes || looked.open),
            incomplete: !looked.heard || definition.measures().any(|measure| measure.is_uncertain(facts)),
        };
        figure
    }
}

fn sum(of: &[Signed], facts: &Facts<'_>, terms: Terms, parameters: Parameters) -> Result<i64, Absent> {
    of.iter().try_fold(0i64, |sum, Signed { measure, minus }| {
        let size = measure.of(facts, terms, parameters)?;
        Ok(if *minus { sum.saturating_sub(size) } else { sum.saturating_add(size) })
    })
}

fn quotient(top: i64, bottom: i64, unit: Unit) -> Result<f64, Absent> {
    if bottom <= 0 {
        return Err(Absent::NothingToDivide);
    }
    let scale = if unit == Unit::PerHour { 3_600_000.0 } else { 1.0 };
    Ok(top as f64 / bottom as f64 * scale)
}

/// Durations of which percentiles are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lasting {
    /// Waits of answered visits.
    AnsweredWait,
    /// Waits of abandoned visits.
    AbandonedWait,
    /// Conversations.
    Conversation,
}

impl Lasting {
    pub(crate) fn measure(self) -> Measure {
        match self {
            Lasting::AnsweredWait => Measure::AnsweredWaitMs,
            Lasting::AbandonedWait => Measure::AbandonedWaitMs,
            Lasting::Conversation => Measure::ConversationMs,
        }
    }
}

/// A percentile by nearest rank, exact to a second: the true one is at most so long, and longer than a second less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    /// Upper edge of the second that holds it, ms.
    pub ms: i64,
    /// Which of them in order it is, from 1.
    pub rank: i64,
    /// How many there are.
    pub n: i64,
}

/// The percentile of durations, 1 to 100; absent when there are none.
pub fn percentile(tally: &Tally, percent: u8) -> Option<Nearest> {
    let n: u64 = tally.hist.0.values().map(|count| u64::from(*count)).sum();
    let rank = (n * u64::from(percent.clamp(1, 100))).div_ceil(100);
    let mut passed = 0;
    for (second, count) in &tally.hist.0 {
        passed += u64::from(*count);
        if passed >= rank && rank > 0 {
            return Some(Nearest { ms: i64::from(*second) * 1000, rank: whole(rank), n: whole(n) });
        }
    }
    None
}
