//! Rules, goals and profiles written into the file: what else it says stays.

use super::{GoalConfig, Judging, ProfileConfig, RuleConfig, ScopeConfig, words};
use crate::config::edit::{ConfigProblem, change};
use crate::config::{Config, ConfigError, values};
use jiff::civil::Date;
use mirante_floor::{Direction, Goal, ProfileOf, Scope};
use mirante_metrics::Unit;
use std::collections::BTreeSet;
use std::path::Path;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};

/// One change of what figures are made and judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// A rule, new or in place of that of the same scope and day.
    Rule(RuleConfig),
    /// No rule of this scope from that day on.
    NoRule(ScopeConfig, Option<Date>),
    /// A goal, new or in place of the same from the same day on.
    Goal(GoalConfig),
    /// This goal's decision of that day never was; what is wanted counts for nothing.
    NoGoal(GoalConfig),
    /// What a profile shows.
    Profile(ProfileConfig),
    /// What a profile shows is Mirante's own again.
    NoProfile(ProfileOf, String),
    /// All holidays.
    Holidays(BTreeSet<Date>),
}

/// Writes changes, and gives the configuration that the file holds now and the changes that would undo them.
///
/// # Errors
/// When the file cannot be read, understood or written; it is then as it was.
pub fn set_judging(path: &Path, changes: &[Judged]) -> Result<(Config, Vec<Judged>), ConfigError> {
    let before = Config::read_or_empty(path)?.judging;
    let undo = changes.iter().rev().map(|judged| before.undo(judged)).collect();
    let config = change(path, |doc| changes.iter().try_for_each(|judged| put(doc, judged)))?;
    Ok((config, undo))
}

impl Judging {
    /// What stands where a change is about to be.
    pub fn undo(&self, judged: &Judged) -> Judged {
        match judged {
            Judged::Rule(RuleConfig { of, from, .. }) | Judged::NoRule(of, from) => {
                let known = self.rules.iter().find(|rule| rule.of == *of && rule.from == *from);
                known.map_or_else(|| Judged::NoRule(of.clone(), *from), |rule| Judged::Rule(rule.clone()))
            }
            Judged::Goal(goal) | Judged::NoGoal(goal) => {
                let known = self.goals.iter().find(|known| known.is_about(goal));
                known.map_or_else(|| Judged::NoGoal(goal.clone()), |goal| Judged::Goal(goal.clone()))
            }
            Judged::Profile(ProfileConfig { of, indicator, .. }) | Judged::NoProfile(of, indicator) => {
                let known = self.profiles.iter().find(|known| known.of == *of && known.indicator == *indicator);
                known.map_or_else(|| Judged::NoProfile(*of, indicator.clone()), |known| Judged::Profile(known.clone()))
            }
            Judged::Holidays(_) => Judged::Holidays(self.holidays.clone()),
        }
    }
}

pub(in crate::config) fn put(doc: &mut DocumentMut, judged: &Judged) -> Result<(), ConfigProblem> {
    // Tables are read in their order: the same place is the same thing.
    let now = Config::parse(&doc.to_string());
    let before =
        now.map_err(|problems| problems.into_iter().map(|p| p.message).collect::<Vec<_>>().join("; "))?.judging;
    let rule = |of: &ScopeConfig, from: &Option<Date>| {
        before.rules.iter().position(|rule| rule.of == *of && rule.from == *from)
    };
    let goal = |goal: &GoalConfig| before.goals.iter().position(|known| known.is_about(goal));
    let profile = |of: ProfileOf, indicator: &str| {
        before.profiles.iter().position(|known| known.of == of && known.indicator == indicator)
    };
    match judged {
        Judged::Rule(new) => write_rule(table(doc, "rule", rule(&new.of, &new.from))?, new),
        Judged::NoRule(of, from) => remove(doc, "rule", rule(of, from))?,
        Judged::Goal(new) => write_goal(table(doc, "goal", goal(new))?, new),
        Judged::NoGoal(old) => remove(doc, "goal", goal(old))?,
        Judged::Profile(new) => {
            let table = table(doc, "profile", profile(new.of, &new.indicator))?;
            match new.of {
                ProfileOf::Operation(operation) => table["operation"] = value(values::operation_word(operation)),
                ProfileOf::Kind(kind) => table["campaigns"] = value(words::campaign_kind_word(kind)),
            }
            table["indicator"] = value(&new.indicator);
            table["shown"] = value(new.shown);
            table["why"] = value(&new.why);
        }
        Judged::NoProfile(of, indicator) => remove(doc, "profile", profile(*of, indicator))?,
        Judged::Holidays(days) => {
            let days: Array = days.iter().map(|day| Value::from(date(*day))).collect();
            doc["holidays"] = value(days);
        }
    }
    Ok(())
}

fn write_rule(table: &mut Table, rule: &RuleConfig) {
    write_scope(table, &rule.of);
    write_day(table, rule.from);
    match (rule.percent, rule.seconds) {
        (Some(percent), Some(seconds)) => table["target"] = value(values::goal_text(Goal { percent, seconds })),
        _ => drop(table.remove("target")),
    }
    match rule.short_seconds {
        Some(seconds) => table["short_seconds"] = value(i64::from(seconds)),
        None => drop(table.remove("short_seconds")),
    }
    let formulas: Array = rule.formulas.values().map(String::as_str).collect();
    table["formulas"] = value(formulas);
}

fn write_goal(table: &mut Table, goal: &GoalConfig) {
    if table.is_empty() {
        write_scope(table, &goal.of);
        table["definition"] = value(&goal.definition);
        write_day(table, goal.from);
        table["window"] = value(words::window_text(&goal.window));
    }
    table.remove("at_least");
    table.remove("at_most");
    if let Some(aim) = goal.aim {
        let key = if aim.direction == Direction::AtMost { "at_most" } else { "at_least" };
        let unit = words::unit_of(&goal.definition).unwrap_or(Unit::Count);
        table[key] = value(words::milli_text(aim.milli, unit));
    }
    let mask = goal.calendar.weekdays & 0x7f;
    if mask == 0x7f {
        table.remove("weekdays");
    } else {
        let days = words::WEEKDAYS.iter().enumerate().filter(|(nth, _)| mask >> nth & 1 == 1);
        table["weekdays"] = value(days.map(|(_, word)| *word).collect::<Array>());
    }
    match (goal.calendar.on_holidays, goal.calendar.on_others) {
        (true, true) => drop(table.remove("holidays")),
        (false, _) => table["holidays"] = value("never"),
        (true, false) => table["holidays"] = value("only"),
    }
}

fn write_scope(table: &mut Table, of: &ScopeConfig) {
    if !table.is_empty() {
        // It is known by this: what stands there says the same, with a comment perhaps.
        return;
    }
    let (key, name) = match &of.scope {
        Scope::Operation(operation) => ("operation", values::operation_word(*operation).to_owned()),
        Scope::Client(client) => ("client", client.to_string()),
        Scope::Queue(_, queue) => ("queue", queue.to_string()),
        Scope::Campaign(_, campaign) => ("campaign", campaign.to_string()),
        Scope::Team(team) => ("team", team.to_string()),
    };
    if !of.source.is_empty() {
        table["source"] = value(&of.source);
    }
    table[key] = value(name);
}

fn write_day(table: &mut Table, from: Option<Date>) {
    match from {
        Some(day) => table["from"] = value(date(day)),
        None => drop(table.remove("from")),
    }
}

fn date(day: Date) -> toml_edit::Datetime {
    let (year, month, day) = (day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs());
    toml_edit::Datetime { date: Some(toml_edit::Date { year, month, day }), time: None, offset: None }
}

fn all<'a>(doc: &'a mut DocumentMut, key: &str) -> Result<&'a mut ArrayOfTables, ConfigProblem> {
    let item = doc.entry(key).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let inline =
        || format!("`{key}` is written as an inline list; write one [[{key}]] each, so that Mirante can change it");
    item.as_array_of_tables_mut().ok_or_else(inline)
}

fn table<'a>(doc: &'a mut DocumentMut, key: &str, at: Option<usize>) -> Result<&'a mut Table, ConfigProblem> {
    let tables = all(doc, key)?;
    let at = at.unwrap_or_else(|| {
        tables.push(Table::new());
        tables.len() - 1
    });
    tables.get_mut(at).ok_or_else(|| "the table just found is gone".to_owned())
}

fn remove(doc: &mut DocumentMut, key: &str, at: Option<usize>) -> Result<(), ConfigProblem> {
    if let Some(at) = at {
        all(doc, key)?.remove(at);
    }
    Ok(())
}
