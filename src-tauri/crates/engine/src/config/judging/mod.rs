//! What figures are made and judged by, as the file says it: rules, goals, profiles, holidays.

mod edit;
mod read;
mod words;

pub(super) use edit::put;
pub use edit::{Judged, set_judging};
pub(super) use read::{GoalTable, ProfileTable, RuleTable};
pub use words::{campaign_kind, campaign_kind_word, operation_of, operation_word};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use mirante_floor::{
    Aim, AimKey, AimWindow, Calendar, Name, ProfileOf, Removed, Ruling, Scope, Setting, Shown, SourceId,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a rule or a goal holds for: a [`Scope`] whose source has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopeConfig {
    /// Name of the source of a queue or a campaign; else empty.
    pub source: String,
    /// The scope; its source counts for nothing.
    pub scope: Scope,
}

/// How figures are made and judged, from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleConfig {
    /// What it holds for.
    pub of: ScopeConfig,
    /// First day; absent: always.
    pub from: Option<Date>,
    /// The service level's target, whole percent.
    pub percent: Option<u8>,
    /// The service level's time limit, whole seconds.
    pub seconds: Option<u32>,
    /// Longest wait of a short abandon, whole seconds.
    pub short_seconds: Option<u32>,
    /// Which definition stands for its family.
    pub formulas: BTreeMap<String, String>,
}

/// What is wanted, from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalConfig {
    /// Whose goal.
    pub of: ScopeConfig,
    /// The definition or the family.
    pub definition: String,
    /// Of what stretch of time.
    pub window: AimWindow,
    /// On which days.
    pub calendar: Calendar,
    /// First day; absent: always.
    pub from: Option<Date>,
    /// What; absent: nothing any more.
    pub aim: Option<Aim>,
}

/// Whether a profile shows an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileConfig {
    /// Whose profile.
    pub of: ProfileOf,
    /// The definition.
    pub indicator: String,
    /// Shown.
    pub shown: bool,
    /// Why.
    pub why: String,
}

/// Everything that figures are made and judged by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judging {
    /// Rules.
    pub rules: Vec<RuleConfig>,
    /// Goals.
    pub goals: Vec<GoalConfig>,
    /// What profiles show other than Mirante's own.
    pub profiles: Vec<ProfileConfig>,
    /// Holidays that goals know.
    pub holidays: BTreeSet<Date>,
}

/// First instant of a day, Unix ms; `i64::MIN` of none. A day that no clock comes to never begins.
pub fn first_instant(day: Option<Date>, zone: &TimeZone) -> i64 {
    let Some(day) = day else { return i64::MIN };
    day.to_zoned(zone.clone()).map_or(i64::MAX, |start| start.timestamp().as_millisecond())
}

/// Whether clocks of every zone come to a day: at the ends of the calendar some do not.
pub fn is_day(day: Date) -> bool {
    (1..=9998).contains(&day.year())
}

/// The day that an instant is in; absent of `i64::MIN`, which is always.
pub fn day_of(instant: i64, zone: &TimeZone) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(instant).ok().filter(|_| instant != i64::MIN);
    at.map(|at| at.to_zoned(zone.clone()).date())
}

type Sources = BTreeMap<String, SourceId>;

impl ScopeConfig {
    /// The scope with its source's number; absent where no such source is followed.
    pub fn scope(&self, ids: &Sources) -> Option<Scope> {
        let id = || ids.get(&self.source).copied();
        Some(match &self.scope {
            Scope::Queue(_, queue) => Scope::Queue(id()?, queue.clone()),
            Scope::Campaign(_, campaign) => Scope::Campaign(id()?, campaign.clone()),
            scope => scope.clone(),
        })
    }

    /// A scope with its source's name; absent where no source has that number.
    pub fn of(scope: &Scope, ids: &Sources) -> Option<ScopeConfig> {
        let source = match scope {
            Scope::Queue(id, _) | Scope::Campaign(id, _) => ids.iter().find(|(_, known)| *known == id)?.0.clone(),
            _ => String::new(),
        };
        let scope = match scope {
            Scope::Queue(_, queue) => Scope::Queue(SourceId(0), queue.clone()),
            Scope::Campaign(_, campaign) => Scope::Campaign(SourceId(0), campaign.clone()),
            scope => scope.clone(),
        };
        Some(ScopeConfig { source, scope })
    }
}

impl GoalConfig {
    fn key(&self, scope: Scope) -> AimKey {
        let definition = Name::from(self.definition.as_str());
        AimKey { scope, definition, window: self.window.clone(), calendar: self.calendar }
    }
}

impl Judged {
    /// The same as a decision on the floor; absent where its source is not followed.
    pub fn setting<P>(&self, zone: &TimeZone, ids: &Sources) -> Option<Setting<P>> {
        Some(match self {
            Judged::Rule(rule) => Setting::Ruling(Ruling {
                scope: rule.of.scope(ids)?,
                from: first_instant(rule.from, zone),
                percent: rule.percent,
                seconds: rule.seconds,
                short_seconds: rule.short_seconds,
                formulas: rule.formulas.iter().map(|(f, id)| (f.as_str().into(), id.as_str().into())).collect(),
            }),
            Judged::NoRule(of, from) => Setting::Removed(Removed::Ruling(of.scope(ids)?, first_instant(*from, zone))),
            Judged::Goal(goal) => {
                let (key, from) = (goal.key(goal.of.scope(ids)?), first_instant(goal.from, zone));
                Setting::Aim { key, from, aim: goal.aim }
            }
            Judged::NoGoal(goal) => {
                let (key, from) = (goal.key(goal.of.scope(ids)?), first_instant(goal.from, zone));
                Setting::Removed(Removed::Aim(key, from))
            }
            Judged::Profile(profile) => Setting::Profile {
                of: profile.of,
                indicator: profile.indicator.as_str().into(),
                shown: Shown { shown: profile.shown, why: profile.why.as_str().into() },
            },
            Judged::NoProfile(of, indicator) => Setting::Removed(Removed::Profile(*of, indicator.as_str().into())),
            Judged::Holidays(days) => {
                Setting::Holidays(days.iter().map(|day| first_instant(Some(*day), zone)).collect())
            }
        })
    }
}

impl Judging {
    /// What is in force on a floor.
    pub fn of(config: &mirante_floor::Config, zone: &TimeZone, ids: &Sources) -> Judging {
        let rule = |rule: &Ruling| {
            Some(RuleConfig {
                of: ScopeConfig::of(&rule.scope, ids)?,
                from: day_of(rule.from, zone),
                percent: rule.percent,
                seconds: rule.seconds,
                short_seconds: rule.short_seconds,
                formulas: rule.formulas.iter().map(|(f, id)| (f.to_string(), id.to_string())).collect(),
            })
        };
        let goal = |((key, from), aim): (&(AimKey, i64), &Option<Aim>)| {
            let (of, definition) = (ScopeConfig::of(&key.scope, ids)?, key.definition.to_string());
            let (window, calendar, from) = (key.window.clone(), key.calendar, day_of(*from, zone));
            Some(GoalConfig { of, definition, window, calendar, from, aim: *aim })
        };
        let profile = |((of, indicator), shown): (&(ProfileOf, Name), &Shown)| ProfileConfig {
            of: *of,
            indicator: indicator.to_string(),
            shown: shown.shown,
            why: shown.why.to_string(),
        };
        Judging {
            rules: config.rulings.values().filter_map(rule).collect(),
            goals: config.aims.iter().filter_map(goal).collect(),
            profiles: config.profiles.iter().map(profile).collect(),
            holidays: config.holidays.iter().filter_map(|day| day_of(*day, zone)).collect(),
        }
    }

    /// Everything as decisions on the floor.
    pub(crate) fn settings<P>(&self, zone: &TimeZone, ids: &Sources) -> Vec<Setting<P>> {
        let rules = self.rules.iter().cloned().map(Judged::Rule);
        let goals = self.goals.iter().cloned().map(Judged::Goal);
        let profiles = self.profiles.iter().cloned().map(Judged::Profile);
        let all = rules.chain(goals).chain(profiles).chain([Judged::Holidays(self.holidays.clone())]);
        all.filter_map(|judged| judged.setting(zone, ids)).collect()
    }
}

#[cfg(test)]
mod tests;
