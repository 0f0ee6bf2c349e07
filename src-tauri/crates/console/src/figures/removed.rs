//! Rows of calls that were removed are missing, not few: no screen makes a figure of those that are left.

use super::tests::centre::story::{Dial, Way, live};
use super::tests::centre::{DAY, HOUR};
use super::tests::ruled;
use super::{Figure, FiguresOf, of, partial};
use crate::goals::{self, Asked, Clock};
use crate::wire::{ScopeRow, WindowRow};
use jiff::tz::TimeZone;
use mirante_floor::{
    Aim, AimKey, AimWindow, AnsweredBy, Calendar, CampaignKind, CampaignSetup, Direction, Outcome, Scope, Setting,
    SourceId,
};
use mirante_history::{History, Limits, Rule};

/// Ten attempts in the morning and ten in the afternoon of a day with one visit.
fn kept(folder: &std::path::Path) -> History {
    let dial = |nth: i64| {
        let at = if nth < 10 { 9 * 3_600 + nth * 60 } else { 15 * 3_600 + nth * 60 };
        Dial { at, callee: Some(1), by: Some(AnsweredBy::Human), length: 9_000, dropped: false, promise: true }
    };
    let dials: Vec<Dial> = (0..20).map(dial).collect();
    let visit = Way { at: 36_000, queues: vec![0], caller: 3, outcome: Outcome::Answered, wait: 5_000, talk: 60_000 };
    let centre = live(&[visit], &dials);
    let key = AimKey {
        scope: Scope::Campaign(SourceId(1), "ativo".into()),
        definition: "attempts".into(),
        window: AimWindow::Day,
        calendar: Calendar::ALWAYS,
    };
    let aim = Some(Aim { milli: 30_000, direction: Direction::AtLeast });
    let setup = CampaignSetup { label: "Ativo".into(), kind: CampaignKind::Collections, goal: None, client: None };
    let decided = vec![
        Setting::Campaign { source: SourceId(1), campaign: "ativo".into(), setup },
        Setting::Aim { key, from: i64::MIN, aim },
    ];
    ruled(folder, &centre, [20; 3], decided)
}

fn zone() -> TimeZone {
    TimeZone::get("America/Sao_Paulo").unwrap()
}

fn figure(history: &History, id: &str) -> Figure {
    let figures = of(history, &FiguresOf::new(DAY, DAY + 24 * HOUR, zone())).unwrap();
    let is = |line: &&super::FigureLine| line.queue.is_none() && line.figure.definition == format!("{id}@1");
    figures.lines.iter().find(is).unwrap().figure.clone()
}

/// What the goal of the campaign says in the evening.
fn goal(history: &History) -> (Option<f64>, Option<bool>, Option<i64>) {
    let floor = history.floor_at_seq(history.newest_seq().unwrap()).unwrap().floor;
    let clock = Clock::at(DAY + 23 * HOUR, &zone()).unwrap();
    let asked = Asked { window: &WindowRow::Day, language: "pt-BR", clock: &clock };
    let goals = goals::now(history, &floor, &asked).unwrap().goals;
    let goal = goals.iter().find(|goal| goal.scope == ScopeRow::Campaign("1/ativo".into())).unwrap();
    (goal.figure.value, goal.reached, goal.projected)
}

#[test]
fn attempts_of_which_rows_have_gone_have_no_figure() {
    // Noon of the day, and after it.
    for gone_before in [DAY + 12 * HOUR, DAY + 30 * HOUR] {
        let folder = tempfile::tempdir().unwrap();
        let mut history = kept(folder.path());
        assert_eq!(figure(&history, "attempts").numerator, Some(20));
        assert_eq!(figure(&history, "hit").value.ok(), Some(1.0));
        assert_eq!((goal(&history).0, goal(&history).1), (Some(20.0), Some(false)));
        let told = partial::partial(&history, &zone(), Some(DAY), DAY + 26 * HOUR).unwrap();
        assert_eq!(told.called[0].total.attempts, 20);

        let limits = Limits::from([(Rule::Contacts, gone_before)]);
        mirante_engine::remove_too_old(&mut history, limits, DAY + 40 * HOUR, |_| {}).unwrap();
        let mut left = 0;
        history
            .attempts(DAY, DAY + 24 * HOUR, |_| {
                left += 1;
                true
            })
            .unwrap();
        assert_eq!(left, if gone_before == DAY + 12 * HOUR { 10 } else { 0 });
        for id in ["attempts", "hit", "right_party", "promises", "promise", "drop", "spin", "coded"] {
            let told = figure(&history, id);
            assert!(told.value.is_err() && told.numerator.is_none(), "{id}: {told:?}");
        }
        // What visits came to stays in sums, and their journeys go with their rows.
        assert_eq!(figure(&history, "offered").numerator, Some(1));
        assert!(figure(&history, "repeat.24h").value.is_err());
        let told = partial::partial(&history, &zone(), Some(DAY), DAY + 26 * HOUR).unwrap();
        assert!(told.called.is_empty(), "{:?}", told.called);
        assert_eq!(goal(&history), (None, None, None));
    }
}
