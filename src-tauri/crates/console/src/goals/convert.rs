//! Rules, goals and profiles between the wire and the configuration.

use crate::wire::{AimRow, JudgedRow, ProfileOfRow, RuleRow, ScopeRow, WindowRow, WireError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mirante_engine::config::judging::{GoalConfig, Judged, ProfileConfig, RuleConfig, ScopeConfig, day_of, is_day};
use mirante_floor::{Aim, AimKey, AimWindow, Calendar, Direction, Name, ProfileOf, Ruling, Scope, SourceId};
use mirante_metrics::Catalogue;
use mirante_metrics::goals::{can_be_judged, named};
use std::collections::BTreeMap;

type Sources = BTreeMap<String, SourceId>;

/// Changes as configuration; refused where they make no sense.
pub(crate) fn changes_of(rows: &[JudgedRow], ids: &Sources) -> Result<Vec<Judged>, WireError> {
    rows.iter().map(|row| change(row, ids)).collect()
}

fn change(row: &JudgedRow, ids: &Sources) -> Result<Judged, WireError> {
    Ok(match row {
        JudgedRow::Rule(row) => Judged::Rule(rule(row, ids)?),
        JudgedRow::NoRule(row) => {
            let RuleConfig { of, from, .. } = rule(row, ids)?;
            Judged::NoRule(of, from)
        }
        JudgedRow::Goal(row) => Judged::Goal(goal(row, ids)?),
        JudgedRow::NoGoal(row) => Judged::NoGoal(goal(row, ids)?),
        JudgedRow::Profile { of, indicator, shown, why } => {
            let why = line(why, "a reason")?;
            Judged::Profile(ProfileConfig { of: profile_of(*of), indicator: known(indicator)?, shown: *shown, why })
        }
        JudgedRow::NoProfile { of, indicator } => Judged::NoProfile(profile_of(*of), known(indicator)?),
        JudgedRow::Holidays(days) => Judged::Holidays(days.iter().map(|day| date(day)).collect::<Result<_, _>>()?),
    })
}

fn rule(row: &RuleRow, ids: &Sources) -> Result<RuleConfig, WireError> {
    let of = scope(&row.scope, ids)?;
    if matches!(of.scope, Scope::Campaign(..) | Scope::Team(_)) {
        return Err(WireError::invalid("a rule holds for a queue, an operation or a client"));
    }
    if row.percent.is_some() != row.seconds.is_some() {
        return Err(WireError::invalid("a target is so many percent within so many seconds"));
    }
    let limits = [row.seconds, row.short_seconds];
    if row.percent.is_some_and(|percent| !(1..=100).contains(&percent)) || limits.iter().flatten().any(|s| *s > 86_400)
    {
        return Err(WireError::invalid("a target is 1 to 100 percent, and a limit at most 86400 seconds"));
    }
    let mut formulas = BTreeMap::new();
    for id in &row.formulas {
        let family = Catalogue::own().family_of(id);
        let family = family.ok_or_else(|| WireError::invalid(format!("{id} is no formula to choose")))?;
        if formulas.insert(family.id.clone(), id.clone()).is_some() {
            return Err(WireError::invalid("two formulas of one figure"));
        }
    }
    let from = row.from.as_deref().map(date).transpose()?;
    let (percent, seconds, short_seconds) = (row.percent, row.seconds, row.short_seconds);
    Ok(RuleConfig { of, from, percent, seconds, short_seconds, formulas })
}

fn goal(row: &AimRow, ids: &Sources) -> Result<GoalConfig, WireError> {
    let definition = row.definition.clone();
    let family = Catalogue::own().family(&definition);
    let usual = family.map_or(definition.as_str(), |family| &family.usual);
    let made = Catalogue::own().newest(usual);
    let unit = made.ok_or_else(|| WireError::invalid(format!("no figure is called {definition}")))?.unit;
    let most = if unit == mirante_metrics::Unit::Share { 1000 } else { 1_000_000_000_000 };
    if row.milli.is_some_and(|milli| !(0..=most).contains(&milli)) {
        return Err(WireError::invalid("what is wanted is out of bounds"));
    }
    let window = match &row.window {
        WindowRow::Rolling(minutes) | WindowRow::Interval(minutes) if !(1..=1440).contains(minutes) => None,
        WindowRow::Rolling(minutes) => Some(AimWindow::Rolling(*minutes)),
        WindowRow::Interval(minutes) => Some(AimWindow::Interval(*minutes)),
        WindowRow::Shift(id) => Some(AimWindow::Shift(line(id, "a shift")?.as_str().into())),
        WindowRow::Day => Some(AimWindow::Day),
        WindowRow::Range(_) => None,
    };
    let window =
        window.ok_or_else(|| WireError::invalid("a goal is of a day, a shift, an interval or a rolling window"))?;
    let calendar = Calendar { weekdays: row.weekdays & 0x7f, on_holidays: row.on_holidays, on_others: row.on_others };
    if calendar.weekdays == 0 || !(calendar.on_holidays || calendar.on_others) {
        return Err(WireError::invalid("a goal holds on some day"));
    }
    let direction = if row.at_most { Direction::AtMost } else { Direction::AtLeast };
    let aim = row.milli.map(|milli| Aim { milli, direction });
    let from = row.from.as_deref().map(date).transpose()?;
    let of = scope(&row.scope, ids)?;
    // What was written by hand can still be taken away.
    if aim.is_some() && !named(&definition).is_some_and(|made| can_be_judged(made, &of.scope)) {
        return Err(WireError::invalid(format!(
            "nothing is told of {definition} there: such a goal would never be judged"
        )));
    }
    Ok(GoalConfig { of, definition, window, calendar, from, aim })
}

fn scope(row: &ScopeRow, ids: &Sources) -> Result<ScopeConfig, WireError> {
    let part = |id: &str| {
        let missing = || WireError::not_found(format!("there is no {id}"));
        let (source, name) = id.split_once('/').ok_or_else(missing)?;
        let source = SourceId(source.parse().map_err(|_| missing())?);
        Ok::<_, WireError>((source, Name::from(line(name, "a name")?.as_str())))
    };
    let scope = match row {
        ScopeRow::Operation(operation) => Scope::Operation(*operation),
        ScopeRow::Client(client) => Scope::Client(line(client, "a client")?.as_str().into()),
        ScopeRow::Queue(id) => part(id).map(|(source, name)| Scope::Queue(source, name))?,
        ScopeRow::Campaign(id) => part(id).map(|(source, name)| Scope::Campaign(source, name))?,
        ScopeRow::Team(id) => Scope::Team(line(id, "a team")?.as_str().into()),
    };
    ScopeConfig::of(&scope, ids).ok_or_else(|| WireError::not_found("no such source is followed"))
}

fn profile_of(row: ProfileOfRow) -> ProfileOf {
    match row {
        ProfileOfRow::Operation(operation) => ProfileOf::Operation(operation),
        ProfileOfRow::Campaigns(kind) => ProfileOf::Kind(kind),
    }
}

fn known(indicator: &str) -> Result<String, WireError> {
    let known = Catalogue::own().newest(indicator).is_some();
    known.then(|| indicator.to_owned()).ok_or_else(|| WireError::invalid(format!("no figure is called {indicator}")))
}

fn line(text: &str, what: &str) -> Result<String, WireError> {
    if text.trim().is_empty() || text.chars().any(char::is_control) || text.chars().count() > 200 {
        return Err(WireError::invalid(format!("{what} is one line of at most 200 characters, and not empty")));
    }
    Ok(text.trim().to_owned())
}

pub(crate) fn date(text: &str) -> Result<Date, WireError> {
    let day = text.parse().ok().filter(|day| is_day(*day));
    day.ok_or_else(|| WireError::invalid("a day is year-month-day, such as 2026-12-01"))
}

/// A change as it crosses; absent where its source is not followed.
pub(crate) fn row_of(judged: &Judged, zone: &TimeZone, ids: &Sources) -> Option<JudgedRow> {
    let text = |day: &Option<Date>| day.map(|day| day.to_string());
    let goal = |goal: &GoalConfig| {
        let scope = goal.of.scope(ids)?;
        let key = AimKey {
            scope,
            definition: goal.definition.as_str().into(),
            window: goal.window.clone(),
            calendar: goal.calendar,
        };
        Some(AimRow { from: text(&goal.from), ..aim_row(&key, i64::MIN, goal.aim, zone) })
    };
    let empty = |of: &ScopeConfig, from| {
        let scope = scope_row(&of.scope(ids)?);
        Some(RuleRow { scope, from, percent: None, seconds: None, short_seconds: None, formulas: Vec::new() })
    };
    Some(match judged {
        Judged::Rule(rule) => JudgedRow::Rule(RuleRow {
            percent: rule.percent,
            seconds: rule.seconds,
            short_seconds: rule.short_seconds,
            formulas: rule.formulas.values().cloned().collect(),
            ..empty(&rule.of, text(&rule.from))?
        }),
        Judged::NoRule(of, from) => JudgedRow::NoRule(empty(of, text(from))?),
        Judged::Goal(old) => JudgedRow::Goal(goal(old)?),
        Judged::NoGoal(old) => JudgedRow::NoGoal(goal(old)?),
        Judged::Profile(ProfileConfig { of, indicator, shown, why }) => {
            let (of, indicator, why) = (profile_row(*of), indicator.clone(), why.clone());
            JudgedRow::Profile { of, indicator, shown: *shown, why }
        }
        Judged::NoProfile(of, indicator) => JudgedRow::NoProfile { of: profile_row(*of), indicator: indicator.clone() },
        Judged::Holidays(days) => JudgedRow::Holidays(days.iter().map(Date::to_string).collect()),
    })
}

/// A rule in force as it crosses.
pub(super) fn rule_row(rule: &Ruling, zone: &TimeZone) -> RuleRow {
    RuleRow {
        scope: scope_row(&rule.scope),
        from: day_of(rule.from, zone).map(|day| day.to_string()),
        percent: rule.percent,
        seconds: rule.seconds,
        short_seconds: rule.short_seconds,
        formulas: rule.formulas.values().map(Name::to_string).collect(),
    }
}

/// A goal in force as it crosses.
pub(super) fn aim_row(key: &AimKey, from: i64, aim: Option<Aim>, zone: &TimeZone) -> AimRow {
    AimRow {
        scope: scope_row(&key.scope),
        definition: key.definition.to_string(),
        window: window_row(&key.window),
        weekdays: key.calendar.weekdays,
        on_holidays: key.calendar.on_holidays,
        on_others: key.calendar.on_others,
        from: day_of(from, zone).map(|day| day.to_string()),
        milli: aim.map(|aim| aim.milli),
        at_most: aim.is_some_and(|aim| aim.direction == Direction::AtMost),
    }
}

pub(super) fn window_row(window: &AimWindow) -> WindowRow {
    match window {
        AimWindow::Rolling(minutes) => WindowRow::Rolling(*minutes),
        AimWindow::Interval(minutes) => WindowRow::Interval(*minutes),
        AimWindow::Shift(id) => WindowRow::Shift(id.to_string()),
        AimWindow::Day => WindowRow::Day,
    }
}

pub(super) fn scope_row(scope: &Scope) -> ScopeRow {
    match scope {
        Scope::Operation(operation) => ScopeRow::Operation(*operation),
        Scope::Client(client) => ScopeRow::Client(client.to_string()),
        Scope::Queue(source, queue) => ScopeRow::Queue(format!("{}/{queue}", source.0)),
        Scope::Campaign(source, campaign) => ScopeRow::Campaign(format!("{}/{campaign}", source.0)),
        Scope::Team(team) => ScopeRow::Team(team.to_string()),
    }
}

pub(super) fn profile_row(of: ProfileOf) -> ProfileOfRow {
    match of {
        ProfileOf::Operation(operation) => ProfileOfRow::Operation(operation),
        ProfileOf::Kind(kind) => ProfileOfRow::Campaigns(kind),
    }
}
