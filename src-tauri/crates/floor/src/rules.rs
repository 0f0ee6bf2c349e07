//! What people decide figures are made and judged by, each from a day on: rules, goals, what an operation looks at.
//!
//! A day is named by its first instant in the operation's zone, Unix ms, so that the fold needs no calendar.

use crate::{CampaignKind, Config, Goal, Name, Operation, QueueWas, SourceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a rule or a goal holds for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Every queue of an operation.
    Operation(Operation),
    /// Everything that serves a client (contratante).
    Client(Name),
    /// One queue.
    Queue(SourceId, Name),
    /// One campaign.
    Campaign(SourceId, Name),
    /// What the people of one team do.
    Team(Name),
}

/// How figures are made and judged, from a day on. What it does not say is as a wider scope says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// What it holds for: an operation, a client or a queue.
    pub scope: Scope,
    /// First instant of the first day on which it holds, Unix ms; `i64::MIN` is always.
    pub from: i64,
    /// The service level's target, whole percent.
    pub percent: Option<u8>,
    /// The service level's time limit, whole seconds.
    pub seconds: Option<u32>,
    /// Longest wait of a short abandon, whole seconds.
    pub short_seconds: Option<u32>,
    /// Which definition stands for its family: `sl` is `sl.f6`.
    pub formulas: BTreeMap<Name, Name>,
}

/// What a goal is about. There is one value of it at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AimKey {
    /// Whose goal.
    pub scope: Scope,
    /// The definition, or the family of which the rules say which one is meant.
    pub definition: Name,
    /// Of what stretch of time.
    pub window: AimWindow,
    /// On which days.
    pub calendar: Calendar,
}

/// What stretch of time a goal is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AimWindow {
    /// The last so many minutes.
    Rolling(u32),
    /// Each interval of so many minutes.
    Interval(u32),
    /// A shift, by id.
    Shift(Name),
    /// The day.
    Day,
}

/// On which days a goal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Calendar {
    /// A bit a weekday, Monday is the lowest.
    pub weekdays: u8,
    /// On holidays.
    pub on_holidays: bool,
    /// On days that are no holiday.
    pub on_others: bool,
}

impl Calendar {
    /// Every day.
    pub const ALWAYS: Calendar = Calendar { weekdays: 0x7f, on_holidays: true, on_others: true };

    /// True of a day: its weekday counted from Monday, 0 to 6, and whether it is a holiday.
    pub fn holds(self, weekday: u8, is_holiday: bool) -> bool {
        self.weekdays >> weekday.min(7) & 1 == 1 && if is_holiday { self.on_holidays } else { self.on_others }
    }
}

/// Which way a goal is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// At the target or above it.
    AtLeast,
    /// At the target or below it.
    AtMost,
}

/// What is wanted: of a share per mille, of a time ms, of anything else thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// How much.
    pub milli: i64,
    /// Which way.
    pub direction: Direction,
}

/// Whose profile: what it looks at and what it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProfileOf {
    /// Queues of an operation.
    Operation(Operation),
    /// Campaigns of a kind.
    Kind(CampaignKind),
}

/// Whether an indicator is shown where the profile that comes with Mirante says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Shown.
    pub shown: bool,
    /// Why, in the words of whoever decided it.
    pub why: Name,
}

/// What a queue's figures are made and judged by on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// The service level's target and time limit.
    pub goal: Goal,
    /// Longest wait of a short abandon, whole seconds.
    pub short_seconds: u32,
    /// Which definition stands for its family, where people chose one.
    pub formulas: BTreeMap<Name, Name>,
}

impl Config {
    /// Longest wait of a short abandon, unless told otherwise, whole seconds.
    pub const SHORT_SECONDS: u32 = 5;

    /// What holds for a queue on the day that begins at `day`, Unix ms. What a queue itself says weighs more than what its client's
    /// contract says, and that more than what the operation says; each by its newest rule of that day or before.
    pub fn in_force(&self, source: SourceId, queue: &Name, day: i64) -> InForce {
        let goal = self.goal(source, queue, day);
        let mut all = InForce { goal, short_seconds: Self::SHORT_SECONDS, formulas: BTreeMap::new() };
        for rule in self.rulings_of(source, queue, day) {
            all.short_seconds = rule.short_seconds.unwrap_or(all.short_seconds);
            all.formulas.extend(rule.formulas.clone());
        }
        all
    }

    /// The service level's target of a queue on the day that begins at `day`, Unix ms.
    pub fn goal(&self, source: SourceId, queue: &Name, day: i64) -> Goal {
        let mut goal = self.queue_on(source, queue, day).goal;
        for rule in self.rulings_of(source, queue, day) {
            goal.percent = rule.percent.unwrap_or(goal.percent);
            goal.seconds = rule.seconds.unwrap_or(goal.seconds);
        }
        goal
    }

    /// The rules that hold for a queue on a day, the widest first.
    fn rulings_of(&self, source: SourceId, queue: &Name, day: i64) -> impl Iterator<Item = &Ruling> {
        // Most centres have none, and this is asked at each event.
        let scopes = if self.rulings.is_empty() {
            Vec::new()
        } else {
            scopes(source, queue, &self.queue_on(source, queue, day))
        };
        scopes.into_iter().filter_map(move |scope| self.ruling(&scope, day))
    }

    /// The newest rule of a scope on a day.
    pub fn ruling(&self, scope: &Scope, day: i64) -> Option<&Ruling> {
        self.rulings.range((scope.clone(), i64::MIN)..=(scope.clone(), day)).next_back().map(|(_, rule)| rule)
    }

    /// Days after `from` and before `to` on which another rule begins to hold for a queue, or it is judged as another, Unix ms.
    pub fn ruling_changes(&self, source: SourceId, queue: &Name, from: i64, to: i64) -> Vec<i64> {
        let mut all: Vec<Scope> = scopes(source, queue, &self.queue_on(source, queue, i64::MAX));
        all.extend(self.were(source, queue).flat_map(|(_, was)| scopes(source, queue, was)));
        let rules = self.rulings.keys().filter(|(scope, _)| all.contains(scope)).map(|(_, day)| *day);
        let mut days: Vec<i64> = rules.chain(self.were(source, queue).map(|(until, _)| until)).collect();
        days.retain(|day| *day > from && *day < to);
        days.sort_unstable();
        days.dedup();
        days
    }

    /// What is wanted on a day, by the newest decision about each goal; whoever wants nothing any more is not there.
    pub fn aims(&self, day: i64) -> impl Iterator<Item = (&AimKey, Aim)> {
        let newest = move |((key, from), aim): (&(AimKey, i64), &Option<Aim>)| {
            let later = |(known, since): &&(AimKey, i64)| *known == *key && *since > *from && *since <= day;
            (*from <= day && !self.aims.keys().any(|known| later(&known))).then_some(()).and(*aim)
        };
        self.aims.iter().filter_map(move |(at, aim)| newest((at, aim)).map(|aim| (&at.0, aim)))
    }
}

/// Scopes of rules that a queue is in, the widest first.
fn scopes(source: SourceId, queue: &Name, was: &QueueWas) -> Vec<Scope> {
    let (operation, client) = (was.operation.map(Scope::Operation), was.client.clone().map(Scope::Client));
    operation.into_iter().chain(client).chain([Scope::Queue(source, queue.clone())]).collect()
}
