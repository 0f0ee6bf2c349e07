//! Tables of rules, goals and profiles, understood or refused with their line.

use super::{GoalConfig, ProfileConfig, RuleConfig, ScopeConfig, words};
use crate::config::raw::{Reader, Text};
use crate::config::values;
use jiff::civil::Date;
use mirante_floor::{Aim, AimWindow, Calendar, Direction, Name, ProfileOf, Scope, SourceId};
use mirante_metrics::goals::{can_be_judged, named};
use mirante_metrics::{Catalogue, Unit};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;
use toml::value::Datetime;

type Day = Spanned<Datetime>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RuleTable {
    source: Option<Text>,
    queue: Option<Text>,
    operation: Option<Text>,
    client: Option<Text>,
    from: Option<Day>,
    target: Option<Text>,
    short_seconds: Option<Spanned<u32>>,
    #[serde(default)]
    formulas: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct GoalTable {
    source: Option<Text>,
    queue: Option<Text>,
    operation: Option<Text>,
    client: Option<Text>,
    campaign: Option<Text>,
    team: Option<Text>,
    definition: Text,
    at_least: Option<Text>,
    at_most: Option<Text>,
    window: Option<Text>,
    weekdays: Option<Vec<Text>>,
    holidays: Option<Text>,
    from: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct ProfileTable {
    operation: Option<Text>,
    campaigns: Option<Text>,
    indicator: Text,
    shown: bool,
    #[serde(default)]
    why: String,
}

/// What says whom something holds for.
struct Of<'a> {
    source: Option<&'a Text>,
    queue: Option<&'a Text>,
    operation: Option<&'a Text>,
    client: Option<&'a Text>,
    campaign: Option<&'a Text>,
    team: Option<&'a Text>,
}

impl Reader<'_> {
    pub(in crate::config) fn rules(
        &mut self,
        tables: Vec<Spanned<RuleTable>>,
        names: &BTreeSet<String>,
    ) -> Vec<RuleConfig> {
        let mut rules: Vec<RuleConfig> = Vec::new();
        for table in tables {
            let at = table.span().start;
            let Some(rule) = self.rule(at, &table.into_inner(), names) else { continue };
            if rules.iter().any(|known| known.of == rule.of && known.from == rule.from) {
                self.wrong(at, "another [[rule]] speaks of this from the same day; leave one of them");
            }
            rules.push(rule);
        }
        rules
    }

    fn rule(&mut self, at: usize, table: &RuleTable, names: &BTreeSet<String>) -> Option<RuleConfig> {
        let RuleTable { source, queue, operation, client, .. } = table;
        let (source, queue, operation, client) = (source.as_ref(), queue.as_ref(), operation.as_ref(), client.as_ref());
        let of = Of { source, queue, operation, client, campaign: None, team: None };
        let target = table.target.as_ref().and_then(|text| {
            let goal = values::goal(text.get_ref());
            if goal.is_none() {
                let message = "a target is percent/seconds, such as \"80/20\": 80 % answered within 20 s";
                self.wrong(text.span().start, message);
            }
            goal
        });
        let mut formulas = BTreeMap::new();
        for formula in &table.formulas {
            let Some(family) = Catalogue::own().family_of(formula.get_ref()) else {
                self.wrong(
                    formula.span().start,
                    "no formula that can be chosen has this id; write one such as \"sl.f6\"",
                );
                continue;
            };
            if formulas.insert(family.id.clone(), formula.get_ref().clone()).is_some() {
                self.wrong(formula.span().start, "two formulas of one figure; leave one of them");
            }
        }
        let short_seconds = table.short_seconds.as_ref().map(|seconds| *seconds.get_ref());
        if short_seconds.is_some_and(|seconds| seconds > 86_400) {
            self.wrong(at, "a short abandon is one of at most 86400 seconds");
        }
        let of = self.scope(at, &of, names)?;
        let from = self.day(table.from.as_ref());
        let (percent, seconds) = (target.map(|goal| goal.percent), target.map(|goal| goal.seconds));
        Some(RuleConfig { of, from, percent, seconds, short_seconds, formulas })
    }

    pub(in crate::config) fn goals(
        &mut self,
        tables: Vec<Spanned<GoalTable>>,
        names: &BTreeSet<String>,
        shifts: &BTreeSet<&str>,
    ) -> Vec<GoalConfig> {
        let mut goals: Vec<GoalConfig> = Vec::new();
        for table in tables {
            let at = table.span().start;
            let Some(goal) = self.goal(at, &table.into_inner(), names, shifts) else { continue };
            if goals.iter().any(|known| known.is_about(&goal)) {
                self.wrong(at, "another [[goal]] speaks of this from the same day; leave one of them");
            }
            goals.push(goal);
        }
        goals
    }

    fn goal(
        &mut self,
        at: usize,
        table: &GoalTable,
        names: &BTreeSet<String>,
        shifts: &BTreeSet<&str>,
    ) -> Option<GoalConfig> {
        let GoalTable { source, queue, operation, client, campaign, team, .. } = table;
        let (source, queue, operation) = (source.as_ref(), queue.as_ref(), operation.as_ref());
        let (client, campaign, team) = (client.as_ref(), campaign.as_ref(), team.as_ref());
        let of = self.scope(at, &Of { source, queue, operation, client, campaign, team }, names);
        let definition = table.definition.get_ref().clone();
        let Some(unit) = words::unit_of(&definition) else {
            self.wrong(table.definition.span().start, "no figure has this id; write one such as \"abandonment\"");
            return None;
        };
        let aim = match (&table.at_least, &table.at_most) {
            (None, None) => None,
            (Some(_), Some(text)) => {
                self.wrong(text.span().start, "a goal is `at_least` or `at_most` something, not both");
                None
            }
            (Some(text), None) => self.aim(text, unit, Direction::AtLeast),
            (None, Some(text)) => self.aim(text, unit, Direction::AtMost),
        };
        let window = table.window.as_ref().map_or(Some(AimWindow::Day), |text| {
            let window = words::window(text.get_ref());
            if window.is_none() {
                let message = "a window is \"day\", \"rolling 30\", \"interval 30\" or \"shift\" and its id";
                self.wrong(text.span().start, message);
            }
            window
        });
        let calendar = self.calendar(table);
        let from = self.day(table.from.as_ref());
        // A goal that ends may be of anything: it takes back what was written before.
        if aim.is_some() {
            if let (Some(AimWindow::Shift(id)), Some(text)) = (&window, &table.window)
                && !shifts.contains(&**id)
            {
                let message = if shifts.is_empty() {
                    "no source here tells shifts, so a goal of one would never be judged; choose another window"
                        .to_owned()
                } else {
                    format!(
                        "no shift has this id; write one of {}",
                        shifts.iter().copied().collect::<Vec<_>>().join(", ")
                    )
                };
                self.wrong(text.span().start, message);
            }
            let is_told = |of: &ScopeConfig| named(&definition).is_some_and(|made| can_be_judged(made, &of.scope));
            if of.as_ref().is_some_and(|of| !is_told(of)) {
                let message = "nothing is told of this figure there, so such a goal would never be judged";
                self.wrong(table.definition.span().start, message);
            }
        }
        Some(GoalConfig { of: of?, definition, window: window?, calendar, from, aim })
    }

    fn aim(&mut self, text: &Text, unit: Unit, direction: Direction) -> Option<Aim> {
        let milli = words::milli(text.get_ref(), unit);
        if milli.is_none() {
            let message = match unit {
                Unit::Share => "of this figure so many percent are wanted, such as \"80%\"",
                Unit::Ms => "of this figure so many seconds are wanted, such as \"30s\"",
                _ => "of this figure a number is wanted, such as \"180\"",
            };
            self.wrong(text.span().start, message);
        }
        milli.map(|milli| Aim { milli, direction })
    }

    fn calendar(&mut self, table: &GoalTable) -> Calendar {
        let mut calendar = Calendar::ALWAYS;
        if let Some(days) = &table.weekdays {
            calendar.weekdays = 0;
            if days.is_empty() {
                self.wrong(table.definition.span().start, "a goal holds on some day; name weekdays or leave them out");
            }
            for day in days {
                match words::WEEKDAYS.iter().position(|known| known == day.get_ref()) {
                    Some(nth) => calendar.weekdays |= 1 << nth,
                    None => self.wrong(day.span().start, "a weekday is mon, tue, wed, thu, fri, sat or sun"),
                }
            }
        }
        match table.holidays.as_ref().map(|text| (text.get_ref().as_str(), text.span().start)) {
            None | Some(("also", _)) => {}
            Some(("never", _)) => calendar.on_holidays = false,
            Some(("only", _)) => calendar.on_others = false,
            Some((_, at)) => self.wrong(at, "a goal holds on holidays \"also\", \"never\" or \"only\""),
        }
        calendar
    }

    pub(in crate::config) fn profiles(&mut self, tables: Vec<Spanned<ProfileTable>>) -> Vec<ProfileConfig> {
        let mut profiles: Vec<ProfileConfig> = Vec::new();
        for table in tables {
            let at = table.span().start;
            let ProfileTable { operation, campaigns, indicator, shown, why } = table.into_inner();
            let of = match (&operation, &campaigns) {
                (Some(word), None) => values::operation(word.get_ref()).map(ProfileOf::Operation),
                (None, Some(word)) => words::campaign_kind(word.get_ref()).map(ProfileOf::Kind),
                _ => None,
            };
            let Some(of) = of else {
                self.wrong(at, "say of which known `operation` or `campaigns` this profile is, and of one alone");
                continue;
            };
            let indicator_at = indicator.span().start;
            let indicator = indicator.into_inner();
            if Catalogue::own().newest(&indicator).is_none() {
                self.wrong(indicator_at, "no figure has this id; write one such as \"abandonment\"");
            }
            if profiles.iter().any(|known| known.of == of && known.indicator == indicator) {
                self.wrong(at, "another [[profile]] speaks of this indicator; leave one of them");
            }
            profiles.push(ProfileConfig { of, indicator, shown, why });
        }
        profiles
    }

    pub(in crate::config) fn day(&mut self, day: Option<&Day>) -> Option<Date> {
        let told = day?;
        let Datetime { date, time, offset } = *told.get_ref();
        let date = date.filter(|_| time.is_none() && offset.is_none());
        let date = date.and_then(|d| Date::new(d.year.try_into().ok()?, d.month as i8, d.day as i8).ok());
        let date = date.filter(|date| super::is_day(*date));
        if date.is_none() {
            self.wrong(told.span().start, "a day is year-month-day, such as 2026-12-01");
        }
        date
    }

    fn scope(&mut self, at: usize, of: &Of<'_>, names: &BTreeSet<String>) -> Option<ScopeConfig> {
        let said = [of.queue, of.operation, of.client, of.campaign, of.team];
        if said.iter().flatten().count() != 1 {
            self.wrong(at, "say for which one queue, operation or client (a goal: or campaign or team) this holds");
            return None;
        }
        let name = |text: &Text| Name::from(text.get_ref().as_str());
        let source = match of.queue.or(of.campaign) {
            Some(_) => self.source_of(of.source.cloned(), at, names)?,
            None => String::new(),
        };
        let scope = if let Some(word) = of.operation {
            let Some(operation) = values::operation(word.get_ref()) else {
                let message = format!("this operation is not known; write one of {}", values::operation_words());
                self.wrong(word.span().start, message);
                return None;
            };
            Scope::Operation(operation)
        } else if let Some(queue) = of.queue {
            Scope::Queue(SourceId(0), name(queue))
        } else if let Some(campaign) = of.campaign {
            Scope::Campaign(SourceId(0), name(campaign))
        } else if let Some(team) = of.team {
            Scope::Team(name(team))
        } else {
            Scope::Client(name(of.client?))
        };
        Some(ScopeConfig { source, scope })
    }
}

impl GoalConfig {
    /// The same goal from the same day on, whatever is wanted.
    pub(super) fn is_about(&self, other: &GoalConfig) -> bool {
        self.of == other.of
            && self.definition == other.definition
            && self.window == other.window
            && self.calendar == other.calendar
            && self.from == other.from
    }
}
