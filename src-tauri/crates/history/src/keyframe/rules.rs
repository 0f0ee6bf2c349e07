//! Tables of rules, goals, profiles and holidays.

use super::{
    bad,
    codes::Code,
    columns::columns,
    names::{Reader, Writer},
    parent, put,
};
use crate::Result;
use mirante_floor::{
    Aim, AimKey, AimWindow, Calendar, CampaignKind, Config, Direction, Name, Operation, ProfileOf, Ruling, Scope,
    Shown, SourceId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 1 operation, 2 client, 3 queue, 4 campaign, 5 team; then the operation or the source, and the name's place.
type ScopeRow = (u8, u16, Option<u32>);
/// 1 rolling, 2 interval, 3 shift, 4 day; then minutes, and the shift's name.
type WindowRow = (u8, u32, Option<u32>);

columns!(Rules of RuleRow {
    scope: ScopeRow,
    from: i64,
    percent: Option<u8>,
    seconds: Option<u32>,
    short_seconds: Option<u32>,
});
columns!(Formulas of FormulaRow { rule: u32, family: u32, definition: u32, });
columns!(Aims of AimRow {
    scope: ScopeRow,
    definition: u32,
    window: WindowRow,
    weekdays: u8,
    on_holidays: bool,
    on_others: bool,
    from: i64,
    aim: Option<(i64, bool)>,
});
columns!(Profiles of ProfileRow { of: (u8, u8), indicator: u32, shown: bool, why: u32, });

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct RulesV1 {
    rules: Rules,
    formulas: Formulas,
    aims: Aims,
    profiles: Profiles,
    holidays: Vec<i64>,
}

impl RulesV1 {
    pub(super) fn write<'a>(config: &'a Config, w: &mut Writer<'a>) -> Self {
        let mut t = RulesV1 { holidays: config.holidays.iter().copied().collect(), ..RulesV1::default() };
        for Ruling { scope: of, from, percent, seconds, short_seconds, formulas } in config.rulings.values() {
            let (percent, seconds, short_seconds) = (*percent, *seconds, *short_seconds);
            let scope = scope(of, w);
            let rule = t.rules.push(RuleRow { scope, from: *from, percent, seconds, short_seconds });
            for (family, definition) in formulas {
                t.formulas.push(FormulaRow { rule, family: w.name(family), definition: w.name(definition) });
            }
        }
        for ((AimKey { scope: of, definition, window: long, calendar }, from), aim) in &config.aims {
            let Calendar { weekdays, on_holidays, on_others } = *calendar;
            let aim = aim.map(|Aim { milli, direction }| (milli, direction == Direction::AtMost));
            let (scope, definition, window, from) = (scope(of, w), w.name(definition), window(long, w), *from);
            t.aims.push(AimRow { scope, definition, window, weekdays, on_holidays, on_others, from, aim });
        }
        for ((of, indicator), Shown { shown, why }) in &config.profiles {
            let of = match of {
                ProfileOf::Operation(operation) => (1, operation.code()),
                ProfileOf::Kind(kind) => (2, kind.code()),
            };
            t.profiles.push(ProfileRow { of, indicator: w.name(indicator), shown: *shown, why: w.name(why) });
        }
        t
    }

    pub(super) fn read(self, config: &mut Config, r: &Reader) -> Result<()> {
        let mut rules = Vec::new();
        for row in self.rules.rows()? {
            let RuleRow { scope, from, percent, seconds, short_seconds } = row;
            let (scope, formulas) = (scope_of(scope, r)?, BTreeMap::new());
            rules.push(Ruling { scope, from, percent, seconds, short_seconds, formulas });
        }
        for row in self.formulas.rows()? {
            put(&mut parent(&mut rules, row.rule)?.formulas, r.name(row.family)?, r.name(row.definition)?)?;
        }
        for rule in rules {
            put(&mut config.rulings, (rule.scope.clone(), rule.from), rule)?;
        }
        for row in self.aims.rows()? {
            let AimRow { scope, definition, window, weekdays, on_holidays, on_others, from, aim } = row;
            let (scope, definition, window) = (scope_of(scope, r)?, r.name(definition)?, window_of(window, r)?);
            let key = AimKey { scope, definition, window, calendar: Calendar { weekdays, on_holidays, on_others } };
            let way = |at_most| if at_most { Direction::AtMost } else { Direction::AtLeast };
            put(&mut config.aims, (key, from), aim.map(|(milli, at_most)| Aim { milli, direction: way(at_most) }))?;
        }
        for row in self.profiles.rows()? {
            let of = match row.of {
                (1, code) => ProfileOf::Operation(Operation::of(code)?),
                (2, code) => ProfileOf::Kind(CampaignKind::of(code)?),
                (code, _) => return Err(bad(format!("{code} is no profile"))),
            };
            let shown = Shown { shown: row.shown, why: r.name(row.why)? };
            put(&mut config.profiles, (of, r.name(row.indicator)?), shown)?;
        }
        config.holidays.extend(self.holidays);
        Ok(())
    }
}

fn scope<'a>(scope: &'a Scope, w: &mut Writer<'a>) -> ScopeRow {
    match scope {
        Scope::Operation(operation) => (1, operation.code().into(), None),
        Scope::Client(client) => (2, 0, Some(w.name(client))),
        Scope::Queue(source, queue) => (3, source.0, Some(w.name(queue))),
        Scope::Campaign(source, campaign) => (4, source.0, Some(w.name(campaign))),
        Scope::Team(team) => (5, 0, Some(w.name(team))),
    }
}

fn scope_of((kind, number, name): ScopeRow, r: &Reader) -> Result<Scope> {
    let name: Option<Name> = r.maybe(name)?;
    Ok(match (kind, name) {
        (1, None) => Scope::Operation(Operation::of(u8::try_from(number).map_err(bad)?)?),
        (2, Some(client)) => Scope::Client(client),
        (3, Some(queue)) => Scope::Queue(SourceId(number), queue),
        (4, Some(campaign)) => Scope::Campaign(SourceId(number), campaign),
        (5, Some(team)) => Scope::Team(team),
        _ => return Err(bad(format!("{kind} is no scope"))),
    })
}

fn window<'a>(window: &'a AimWindow, w: &mut Writer<'a>) -> WindowRow {
    match window {
        AimWindow::Rolling(minutes) => (1, *minutes, None),
        AimWindow::Interval(minutes) => (2, *minutes, None),
        AimWindow::Shift(shift) => (3, 0, Some(w.name(shift))),
        AimWindow::Day => (4, 0, None),
    }
}

fn window_of((kind, minutes, name): WindowRow, r: &Reader) -> Result<AimWindow> {
    Ok(match (kind, r.maybe(name)?) {
        (1, None) => AimWindow::Rolling(minutes),
        (2, None) => AimWindow::Interval(minutes),
        (3, Some(shift)) => AimWindow::Shift(shift),
        (4, None) => AimWindow::Day,
        _ => return Err(bad(format!("{kind} is no window"))),
    })
}
