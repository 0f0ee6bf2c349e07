//! A team's goals count the hours of the day that were completed afterwards from the platform's own record.

use super::{Asked, Clock, now};
use crate::figures::tests::centre::{Centre, DAY, HOUR, answers, completes, enters, member};
use crate::figures::tests::ruled;
use crate::wire::{ScopeRow, TellRow, WindowRow};
use jiff::tz::TimeZone;
use mirante_floor::{
    Aim, AimKey, AimWindow, Calendar, Changes, Direction, Kind, PartyId, Person, Scope, Setting, SourceId, Team,
};
use mirante_history::{History, ImportBatch, ImportFile, ImportStretch, keyframe};

const MINUTE: i64 = 60_000;

/// So many contacts of a queue from an instant on, one each minute: half of them Ana's, half of whoever is in no team.
fn contacts(from: i64, count: i64, wait: i64) -> Vec<(i64, Kind)> {
    let mut events = Vec::new();
    for nth in 0..count {
        let (at, agent) = (from + nth * MINUTE, if nth % 2 == 0 { "ana" } else { "caio" });
        let call = format!("c{at}");
        events.push((at, enters("n1", &call, &call, 1)));
        events.push((at + wait, answers("n1", &call, agent)));
        events.push((at + wait + 30_000, completes("n1", &call, agent, false)));
    }
    events
}

fn members(at: i64) -> Vec<(i64, Kind)> {
    vec![(at, member("n1", "ana", None)), (at, member("n1", "caio", None))]
}

/// Takes what the record tells into the source of the day's hours.
fn complete(history: &mut History, mut told: Vec<(i64, Kind)>) {
    let source = history.register_hours(SourceId(1), "2026-11-21").unwrap();
    let mut record = Centre::default();
    told.insert(0, (DAY, Kind::DayStarted { from: DAY }));
    record.tell_all(told);
    let head = history.import_head(source).unwrap();
    let before = keyframe(&head.floor).unwrap();
    let (mut floor, mut changes) = (head.floor, Changes::facts_only());
    let mut events = record.told;
    for (nth, event) in (1u64..).zip(&mut events) {
        (event.stamp.source, event.stamp.seq) = (source, head.seq + nth);
        floor.apply(event, &mut changes);
    }
    let stretch = ImportStretch::pack(&events, &changes.facts).unwrap();
    let file = ImportFile { head: vec![1], done: 1, lines: 1, span: None, edges: Vec::new() };
    let (facts, after) = (changes.facts.as_slice(), &*keyframe(&floor).unwrap());
    let batch = ImportBatch {
        source,
        chain: head.chain,
        before: &before,
        stretch: stretch.as_ref(),
        facts,
        after,
        file: &file,
    };
    history.import(&batch).unwrap();
}

#[test]
fn a_team_has_its_hours_that_were_completed() {
    let team = |definition: &str| AimKey {
        scope: Scope::Team("azul".into()),
        definition: definition.into(),
        window: AimWindow::Day,
        calendar: Calendar::ALWAYS,
    };
    let aim = |definition: &str, direction| {
        let aim = Some(Aim { milli: 1_000, direction });
        Setting::Aim { key: team(definition), from: i64::MIN, aim }
    };
    let decided = vec![
        Setting::Team(Team { id: "azul".into(), label: "Equipe Azul".into(), supervisor: None }),
        Setting::Person(Person {
            id: "ana".into(),
            name: PartyId(1),
            team: Some("azul".into()),
            shift: None,
            day_minutes: None,
            logins: vec![(SourceId(1), "ana".into())],
        }),
        aim("answered", Direction::AtLeast),
        aim("asa", Direction::AtMost),
        aim("aht.no_wrapup", Direction::AtMost),
    ];
    // Mirante began at ten: six answers with 4 s of waiting. The record tells eight more from eight to ten, with 16 s.
    let mut centre = Centre::default();
    centre.tell(DAY + 10 * HOUR, Kind::LinkUp { platform: "test".into() });
    centre.tell(DAY + 10 * HOUR, Kind::DayStarted { from: DAY });
    let heard = [members(DAY + 10 * HOUR), contacts(DAY + 10 * HOUR + MINUTE, 6, 4_000)].concat();
    centre.tell_all([heard, vec![(DAY + 11 * HOUR, Kind::Tick)]].concat());
    let folder = tempfile::tempdir().unwrap();
    let mut history = ruled(folder.path(), &centre, [20; 3], decided);
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    let figures = |history: &History| -> Vec<TellRow> {
        let floor = history.floor_at_seq(history.newest_seq().unwrap()).unwrap().floor;
        let clock = Clock::at(DAY + 11 * HOUR, &zone).unwrap();
        let asked = Asked { window: &WindowRow::Day, language: "pt-BR", clock: &clock };
        let goals = now(history, &floor, &asked).unwrap().goals;
        let of_team = goals.into_iter().filter(|goal| goal.scope == ScopeRow::Team("azul".into()));
        of_team.map(|goal| goal.figure).collect()
    };
    let told = |history: &History, definition: &str| {
        let figures = figures(history);
        let one = figures.iter().find(|figure| figure.definition.starts_with(definition)).unwrap();
        (one.numerator, one.value)
    };
    assert_eq!(told(&history, "answered"), (Some(3), Some(3.0)));
    assert_eq!(told(&history, "asa"), (Some(12_000), Some(4_000.0)));

    complete(&mut history, [members(DAY + 8 * HOUR), contacts(DAY + 8 * HOUR + MINUTE, 8, 16_000)].concat());
    assert_eq!(told(&history, "answered"), (Some(7), Some(7.0)), "three heard, four told");
    assert_eq!(told(&history, "asa"), (Some(3 * 4_000 + 4 * 16_000), Some(76_000.0 / 7.0)));
    assert_eq!(told(&history, "aht.no_wrapup"), (Some(7 * 30_000), Some(30_000.0)));
}
