//! What people decide about queues.

use crate::wire::{QueueChoice, WireError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mirante_engine::config::QueueConfig;
use mirante_engine::config::judging::{Judged, RuleConfig, ScopeConfig, first_instant};
use mirante_floor::{Floor, Goal, Name, Scope, SourceId};
use std::collections::BTreeMap;

/// What choices come to: configuration, and what queues are judged by from today on where that is chosen otherwise.
pub(crate) struct Chosen {
    pub(crate) queues: Vec<QueueConfig>,
    pub(crate) judged: Vec<Judged>,
}

/// Choices as configuration; `names` are the sources in it, `today` is the day that goes on.
pub(crate) fn chosen(
    choices: &[QueueChoice],
    floor: &Floor,
    names: &BTreeMap<String, SourceId>,
    (today, zone): (Option<Date>, &TimeZone),
) -> Result<Chosen, WireError> {
    let mut chosen = Chosen { queues: Vec::new(), judged: Vec::new() };
    for choice in choices {
        let (source, name, queue) = one(choice, floor, names)?;
        let goal = Goal { percent: choice.goal_percent, seconds: choice.goal_seconds };
        let day = floor.sites.get(&source).and_then(|site| site.day_from);
        // As the form was filled in: what nobody changed is decided by whatever decided it.
        if goal != floor.config.goal(source, &name, day.unwrap_or(i64::MIN)) {
            let scope = Scope::Queue(source, name);
            let known = floor.config.ruling(&scope, first_instant(today, zone));
            chosen.judged.push(Judged::Rule(RuleConfig {
                of: ScopeConfig::of(&scope, names).ok_or_else(|| missing(choice))?,
                from: today,
                percent: Some(goal.percent),
                seconds: Some(goal.seconds),
                short_seconds: known.and_then(|rule| rule.short_seconds),
                formulas: known.map_or_else(BTreeMap::new, |rule| {
                    rule.formulas.iter().map(|(family, id)| (family.to_string(), id.to_string())).collect()
                }),
            }));
        }
        chosen.queues.push(queue);
    }
    Ok(chosen)
}

fn missing(choice: &QueueChoice) -> WireError {
    WireError::not_found(format!("there is no queue {}", choice.id))
}

fn one(
    choice: &QueueChoice,
    floor: &Floor,
    names: &BTreeMap<String, SourceId>,
) -> Result<(SourceId, Name, QueueConfig), WireError> {
    let missing = || missing(choice);
    let (source, name) = choice.id.split_once('/').ok_or_else(missing)?;
    let source = SourceId(source.parse().map_err(|_| missing())?);
    let name = Name::from(name);
    let exists = floor.sites.get(&source).is_some_and(|site| site.queues.contains_key(&name));
    let (named, _) = names.iter().find(|(_, id)| **id == source).filter(|_| exists).ok_or_else(missing)?;
    if choice.label.chars().any(char::is_control) || choice.label.chars().count() > 80 {
        return Err(WireError::invalid(format!(
            "the label of {} must be one line of at most 80 characters",
            choice.id
        )));
    }
    let refused = |message| WireError::invalid(format!("{}: {message}", choice.id));
    let label = choice.label.trim();
    let known = floor.config.queue(source, &name);
    let chosen = QueueConfig {
        source: named.clone(),
        label: (!label.is_empty() && label != &*name).then(|| label.to_owned()),
        operation: choice.operation,
        goal: Goal { percent: choice.goal_percent, seconds: choice.goal_seconds },
        hours: choice.hours,
        client: known.client.map(|client| client.to_string()),
        name: name.to_string(),
    };
    chosen.check().map_err(refused)?;
    Ok((source, name, QueueConfig { goal: known.goal, ..chosen }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::{Changes, Event, Kind, Operation, Origin, PbxCounters, QueueSetup, Ruling, Setting, Stamp};

    const DAY: i64 = 1_796_439_600_000; // 2026-12-05T03:00Z, midnight in São Paulo

    fn zone() -> TimeZone {
        TimeZone::get("America/Sao_Paulo").unwrap()
    }

    /// A queue of 80/20, of which a rule says 90/10 since the first of the month.
    fn floor() -> Floor {
        let (source, queue) = (SourceId(1), Name::from("sac"));
        let scope = Scope::Queue(source, queue.clone());
        let from = DAY - 4 * 86_400_000;
        let formulas = [("sl".into(), "sl.f6".into())].into();
        let rule = Ruling { scope, from, percent: Some(90), seconds: Some(10), short_seconds: Some(7), formulas };
        let setup =
            QueueSetup { operation: Some(Operation::Sac), client: Some("Loja".into()), ..QueueSetup::default() };
        let counters = PbxCounters { calls: 0, completed: 0, abandoned: 0, hold_s: 0, talk_s: 0, level_s: 0 };
        let kinds = [
            (1, Kind::QueueSeen { queue: queue.clone(), counters }),
            (1, Kind::DayStarted { from: DAY }),
            (0, Kind::Configured(Setting::Queue { source, queue, setup })),
            (0, Kind::Configured(Setting::Ruling(rule))),
        ];
        let mut floor = Floor::default();
        for (seq, (source, kind)) in (1..).zip(kinds) {
            let stamp = Stamp { source: SourceId(source), epoch: 1, seq, seen: DAY, at: None };
            floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut Changes::default());
        }
        floor
    }

    fn choice(goal_percent: u8, goal_seconds: u32) -> QueueChoice {
        let (id, label, operation) = ("1/sac".into(), "Atendimento".into(), Some(Operation::Sac));
        QueueChoice { id, label, operation, goal_percent, goal_seconds, hours: None }
    }

    fn told(choice: QueueChoice) -> Chosen {
        let names = [("matriz".to_owned(), SourceId(1))].into();
        chosen(&[choice], &floor(), &names, (Some(jiff::civil::date(2026, 12, 5)), &zone())).unwrap()
    }

    #[test]
    fn a_target_that_nobody_changed_changes_nothing() {
        let Chosen { queues, judged } = told(choice(90, 10));
        assert_eq!(judged, []);
        assert_eq!(queues[0].goal, Goal::default(), "what the file says of all days");
        assert_eq!((queues[0].label.as_deref(), queues[0].client.as_deref()), (Some("Atendimento"), Some("Loja")));
    }

    #[test]
    fn another_target_holds_from_today_on_with_what_else_was_decided() {
        let Chosen { queues, judged } = told(choice(95, 15));
        assert_eq!(queues[0].goal, Goal::default());
        let [Judged::Rule(rule)] = &judged[..] else { panic!("{judged:?}") };
        assert_eq!((rule.from, rule.percent, rule.seconds), (Some(jiff::civil::date(2026, 12, 5)), Some(95), Some(15)));
        assert_eq!((rule.short_seconds, rule.formulas.get("sl").map(String::as_str)), (Some(7), Some("sl.f6")));
        let names = [("matriz".to_owned(), SourceId(1))].into();
        let day = (Some(jiff::civil::date(2026, 12, 5)), &zone());
        assert!(chosen(&[choice(0, 15)], &floor(), &names, day).is_err(), "no target at all");
    }
}
