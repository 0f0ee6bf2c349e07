//! Figures of queues over a window, and every goal in force, now.

use super::convert::{scope_row, window_row};
use super::expected::Weeks;
use super::hidden;
use super::scopes::{Facts, Scoped};
use super::settings::say;
use super::windows::{Clock, Stands as Standing};
use crate::figures::{Basis, judge::Book};
use crate::wire::{GoalRow, GoalsNow, OutlookRow, QueueLevels, TellRow, WindowRow, WireError};
use mirante_floor::{Aim, AimKey, AimWindow, Calendar, Config, Direction, Floor, ProfileOf, Scope};
use mirante_history::{History, HistoryError};
use mirante_metrics::goals::{Outlook, Recovery, is_closed, outlook, pace, reached, recovery};
use mirante_metrics::{
    Absent, Catalogue, Definition, Figure, Formula, Judged, Looked, Measure, Span, Unit, on_target, pooled,
};
use std::collections::BTreeMap;

/// What is asked.
pub(crate) struct Asked<'a> {
    pub(crate) window: &'a WindowRow,
    pub(crate) language: &'a str,
    pub(crate) clock: &'a Clock,
}

/// Figures that screens show of queues over a window.
const SHOWN: [&str; 6] = ["offered", "answered", "abandoned", "asa", "aht.no_wrapup", "wait.p90"];

/// One goal, and its window.
struct Wanted<'a> {
    key: AimKey,
    aim: Aim,
    standing: Standing,
    /// The facts end here: agents' time is kept by quarters of an hour.
    span: Span,
    definition: Made<'a>,
}

enum Made<'a> {
    One(&'a Definition),
    Family(&'static mirante_metrics::Family),
}

/// Everything, from history and the floor that goes with it.
pub(crate) fn now(history: &History, floor: &Floor, asked: &Asked<'_>) -> Result<GoalsNow, WireError> {
    let (clock, config) = (asked.clock, &floor.config);
    let span = clock.asked(asked.window, config);
    let span = span.ok_or_else(|| WireError::invalid("there is no such window"))?;
    let book = Book { config, zone: &clock.zone, basis: Basis::AsWas, now: clock.now };
    let shown: Vec<&Definition> = SHOWN.iter().filter_map(|id| Catalogue::own().newest(id)).collect();
    let levels = Facts::read(history, floor, span, clock.now, &shown, &[])?;
    let (queues, judged_on_target, pooled) = queue_levels(&levels, floor, &book, asked);
    let wanted = wanted(floor, clock);
    let mut spans: BTreeMap<(i64, i64), Vec<&Wanted<'_>>> = BTreeMap::new();
    for goal in &wanted {
        spans.entry((goal.span.from, goal.span.to)).or_default().push(goal);
    }
    let mut weeks: BTreeMap<i64, Weeks> = BTreeMap::new();
    let mut goals = Vec::new();
    for ((from, to), goals_of) in spans {
        let definitions: Vec<&Definition> = goals_of.iter().flat_map(|goal| goal.definition.all()).collect();
        let scopes: Vec<&Scope> = goals_of.iter().map(|goal| &goal.key.scope).collect();
        let facts = Facts::read(history, floor, Span { from, to }, clock.now, &definitions, &scopes)?;
        for goal in goals_of {
            let Some(scoped) = facts.of(&goal.key.scope, floor, &book) else { continue };
            let expected = match goal.standing.closes {
                Some(closes) if is_closed(&goal.key.window) && !scoped.queues.is_empty() => {
                    known(&mut weeks, history, floor, clock, closes)?.expected(&scoped.queues)
                }
                _ => None,
            };
            goals.extend(goal.row(&facts, &scoped, expected, config, asked));
        }
    }
    Ok(GoalsNow { span: (span.from, span.to), queues, on_target: judged_on_target, pooled, goals })
}

fn known<'w>(
    weeks: &'w mut BTreeMap<i64, Weeks>,
    history: &History,
    floor: &Floor,
    clock: &Clock,
    closes: i64,
) -> Result<&'w Weeks, HistoryError> {
    use std::collections::btree_map::Entry;
    Ok(match weeks.entry(closes) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(Weeks::read(history, floor, clock, closes)?),
    })
}

/// Goals in force today, and each queue's service level of the day, whose target is a rule.
fn wanted<'a>(floor: &'a Floor, clock: &Clock) -> Vec<Wanted<'a>> {
    let config = &floor.config;
    // A shift is of the day on which it began, and what was wanted of it then.
    let begun = |(key, _): &(&AimKey, Aim)| match key.window {
        AimWindow::Shift(_) => {
            clock.of(&key.window, config).and_then(|stands| Clock::at(stands.span.from, &clock.zone))
        }
        _ => Some(clock.clone()),
    };
    let yesterday = Clock::at(clock.day.saturating_sub(1), &clock.zone);
    let days = [Some(clock), yesterday.as_ref()].into_iter().flatten();
    let mut aims: Vec<(AimKey, Aim)> = days
        .flat_map(|day| config.aims(day.day).map(move |aim| (day, aim)))
        .filter(|(day, aim)| begun(aim).is_some_and(|begun| begun.day == day.day))
        .filter(|(day, (key, _))| key.calendar.holds(day.weekday, config.holidays.contains(&day.day)))
        .map(|(_, (key, aim))| (key.clone(), aim))
        .collect();
    for (source, site) in crate::rows::sites(floor) {
        for queue in site.queues.keys() {
            let scope = Scope::Queue(source, queue.clone());
            let own = |(key, _): &(AimKey, Aim)| {
                key.scope == scope && key.window == AimWindow::Day && &*key.definition == "sl"
            };
            if !aims.iter().any(own) {
                let milli = i64::from(config.goal(source, queue, clock.day).percent) * 10;
                let key = AimKey { scope, definition: "sl".into(), window: AimWindow::Day, calendar: Calendar::ALWAYS };
                aims.push((key, Aim { milli, direction: Direction::AtLeast }));
            }
        }
    }
    let catalogue = Catalogue::own();
    let made = |key: &AimKey| match catalogue.family(&key.definition) {
        Some(family) => Some(Made::Family(family)),
        None => catalogue.newest(&key.definition).map(Made::One),
    };
    aims.into_iter()
        .filter_map(|(key, aim)| {
            let (definition, standing) = (made(&key)?, clock.of(&key.window, config)?);
            let mut span = standing.span;
            if definition.all().any(|definition| definition.measures().any(Measure::is_time_of_agents)) {
                span.to -= span.to.rem_euclid(History::QUARTER);
                span.from -= span.from.rem_euclid(History::QUARTER);
                span.to = span.to.max(span.from);
                // Of a quarter that goes on nothing is known: the one before it is.
                if span.from == span.to && matches!(key.window, AimWindow::Rolling(_) | AimWindow::Interval(_)) {
                    span.from -= History::QUARTER;
                }
            }
            Some(Wanted { key, aim, standing, span, definition })
        })
        .collect()
}

impl Made<'_> {
    fn all(&self) -> Box<dyn Iterator<Item = &Definition> + '_> {
        match self {
            Made::One(definition) => Box::new(std::iter::once(*definition)),
            Made::Family(family) => Box::new(family.variants.iter().filter_map(|id| Catalogue::own().newest(id))),
        }
    }
}

impl Wanted<'_> {
    fn row(
        &self,
        facts: &Facts,
        scoped: &Scoped,
        expected: Option<u64>,
        config: &Config,
        asked: &Asked<'_>,
    ) -> Option<GoalRow> {
        let catalogue = Catalogue::own();
        let (definition, is_one) = match &self.definition {
            Made::One(definition) => (*definition, true),
            Made::Family(family) => match scoped.chosen(family) {
                Some(id) => (catalogue.newest(id)?, true),
                None => (catalogue.newest(&family.usual)?, false),
            },
        };
        if is_hidden(&self.key.scope, &definition.id, config) {
            return None;
        }
        let open = scoped.queues.iter().any(|key| facts.gathered.open.contains(key));
        let looked = Looked { to: self.span.to, now: asked.clock.now, open, heard: facts.gathered.is_heard() };
        let figure = match (is_one, scoped.knows(definition)) {
            (false, _) => Figure::absent(definition, Absent::UnequalTerms),
            (true, false) => Figure::absent(definition, Absent::NotOfThis),
            (true, true) => scoped.sums.figure(definition, scoped.terms, looked),
        };
        let closes = self.standing.closes;
        let back = closes.and_then(|_| recovery(definition, &figure, self.aim)).filter(|_| is_closed(&self.key.window));
        let is_count = matches!(definition.formula, Formula::Total { .. }) && definition.unit == Unit::Count;
        let paced = closes.filter(|_| is_count && is_closed(&self.key.window)).and_then(|closes| {
            let offered = u64::from(scoped.sums.totals.offered);
            let left_ms = u64::try_from(closes - asked.clock.now).ok()?;
            let done_ms = u64::try_from(asked.clock.now - self.span.from).ok()?;
            let (done, left) = expected.filter(|_| offered > 0).map_or((done_ms, left_ms), |left| (offered, left));
            pace(figure.numerator?, self.aim, done, left)
        });
        let seen = back.map(|back| outlook(back, expected)).or(paced.map(|pace| pace.outlook));
        Some(GoalRow {
            scope: scope_row(&self.key.scope),
            label: label(&self.key.scope, config),
            name: say(&definition.name, asked.language).to_owned(),
            window: window_row(&self.key.window),
            from_ms: self.span.from,
            until_ms: self.span.to,
            closes_ms: closes,
            seconds: scoped.terms.seconds.filter(|_| definition.measures().any(Measure::is_by_limit)),
            reached: reached(&figure, self.aim),
            figure: tell(&figure),
            milli: self.aim.milli,
            at_most: self.aim.direction == Direction::AtMost,
            in_a_row: match back {
                Some(Recovery::Reached) => Some(0),
                Some(Recovery::InARow(count)) => Some(count),
                Some(Recovery::Never) | None => None,
            },
            expected,
            outlook: seen.map(outlook_row),
            projected: paced.map(|pace| pace.projected),
        })
    }
}

/// Whether a scope's profile hides an indicator.
fn is_hidden(scope: &Scope, id: &str, config: &Config) -> bool {
    let of = match scope {
        Scope::Operation(operation) => Some(ProfileOf::Operation(*operation)),
        Scope::Queue(source, queue) => config.queue(*source, queue).operation.map(ProfileOf::Operation),
        Scope::Campaign(source, campaign) => {
            config.campaigns.get(&(*source, campaign.clone())).map(|setup| ProfileOf::Kind(setup.kind))
        }
        Scope::Client(_) | Scope::Team(_) => None,
    };
    of.is_some_and(|of| hidden::why(config, of, id).is_some())
}

fn label(scope: &Scope, config: &Config) -> String {
    let text = match scope {
        // Faces have words for operations.
        Scope::Operation(_) => return String::new(),
        Scope::Client(client) => client.clone(),
        Scope::Queue(source, queue) => config.queue(*source, queue).label.unwrap_or_else(|| queue.clone()),
        Scope::Campaign(source, campaign) => {
            let setup = config.campaigns.get(&(*source, campaign.clone()));
            setup.map_or_else(|| campaign.clone(), |setup| setup.label.clone())
        }
        Scope::Team(team) => config.teams.get(team).map_or_else(|| team.clone(), |team| team.label.clone()),
    };
    text.to_string()
}

fn outlook_row(outlook: Outlook) -> OutlookRow {
    match outlook {
        Outlook::Reached => OutlookRow::Reached,
        Outlook::Possible => OutlookRow::Possible,
        Outlook::OutOfReach => OutlookRow::OutOfReach,
        Outlook::Unknown => OutlookRow::Unknown,
    }
}

fn tell(figure: &Figure) -> TellRow {
    TellRow {
        definition: figure.definition.clone(),
        value: figure.value.ok(),
        unit: figure.unit.word().to_owned(),
        numerator: figure.numerator,
        denominator: figure.denominator,
        n: figure.n,
        few: figure.flags.few,
        incomplete: figure.flags.incomplete,
        absent: figure.value.err().map(|absent| absent.word().to_owned()),
    }
}

/// Each queue's figures over a window; how many are at their target, and of how many; their service level together.
fn queue_levels(
    facts: &Facts,
    floor: &Floor,
    book: &Book<'_>,
    asked: &Asked<'_>,
) -> (Vec<QueueLevels>, (u32, u32), TellRow) {
    let catalogue = Catalogue::own();
    // Rules hold on days: of a stretch over several, those of the day on which it began and every change since.
    let mut parts = vec![facts.span.from];
    parts.extend(book.changes(facts.gathered.queues.keys(), facts.span.from, facts.span.to));
    let (mut rows, mut judged, mut unequal) = (Vec::new(), Vec::new(), false);
    for (key, sums) in &facts.gathered.queues {
        let held = book.held(key, &parts);
        let looked = Looked {
            to: facts.span.to,
            now: asked.clock.now,
            open: facts.gathered.open.contains(key),
            heard: facts.gathered.is_heard(),
        };
        let made = |id: &str| catalogue.newest(id).map(|definition| sums.figure(definition, held.terms, looked));
        let told = |id: &str| made(id).map(|figure| tell(&figure));
        let chosen = |family: &str| match held.chosen(family) {
            Some(id) => made(id),
            None => {
                let usual = catalogue.family(family).and_then(|family| catalogue.newest(&family.usual));
                usual.map(|definition| Figure::absent(definition, Absent::UnequalTerms))
            }
        };
        // What held at the end; the end itself is of the next day.
        let last = book.config.in_force(key.0, &key.1, facts.span.to.saturating_sub(1));
        let aim = |percent| Aim { milli: i64::from(percent) * 10, direction: Direction::AtLeast };
        let Some(level) = chosen("sl") else { continue };
        let (operation, formulas) = (floor.config.queue(key.0, &key.1).operation, &last.formulas);
        let hidden = hidden::reasons(&floor.config, operation, formulas, asked.language);
        if !hidden.iter().any(|hidden| hidden.column == "sl") {
            match (held.chosen("sl").and_then(|id| catalogue.newest(id)), held.percent) {
                (Some(level), Some(percent)) => judged.push(Judged { sums, terms: held.terms, level, percent }),
                _ => unequal = true,
            }
        }
        let row = || {
            Some(QueueLevels {
                queue: format!("{}/{}", key.0.0, key.1),
                goal: (last.goal.percent, last.goal.seconds),
                reached: held.percent.and_then(|percent| reached(&level, aim(percent))),
                level: tell(&level),
                abandonment: tell(&chosen("abandonment_rate")?),
                offered: told("offered")?,
                answered: told("answered")?,
                abandoned: told("abandoned")?,
                asa: told("asa")?,
                talk: told("aht.no_wrapup")?,
                wait_p90: told("wait.p90")?,
                hidden: hidden.clone(),
            })
        };
        rows.extend(row());
    }
    let looked = Looked {
        to: facts.span.to,
        now: asked.clock.now,
        open: facts.gathered.is_open(),
        heard: facts.gathered.is_heard(),
    };
    let target = catalogue.newest("queues_on_target").map(|definition| on_target(definition, &judged, looked));
    let count = |part: Option<i64>| u32::try_from(part.unwrap_or(0)).unwrap_or(0);
    let target = target.map_or((0, 0), |figure| (count(figure.numerator), count(figure.denominator)));
    let all = if unequal { Err(Absent::UnequalTerms) } else { pooled(&judged, looked) };
    let absent = |why: Absent| TellRow {
        definition: String::new(),
        value: None,
        unit: Unit::Share.word().to_owned(),
        numerator: None,
        denominator: None,
        n: None,
        few: false,
        incomplete: false,
        absent: Some(why.word().to_owned()),
    };
    (rows, target, all.map_or_else(absent, |figure| tell(&figure)))
}
