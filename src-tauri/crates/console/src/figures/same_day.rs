//! One day, told by every screen: who came before midnight and left after it is counted by none of them.

use super::tests::centre::{Centre, DAY, HOUR, answers, completes, enters, leaves, member};
use super::{FiguresOf, card, of, partial};
use crate::goals::{self, Asked, Clock};
use crate::rows::{SiteIndex, queue_row};
use crate::wire::{CardAsked, QueueRow, WindowRow};
use jiff::tz::TimeZone;
use mirante_floor::{Floor, Goal, Kind, Operation, Outcome, QueueSetup, Setting, SourceId};
use mirante_history::History;

const TODAY: i64 = DAY + 24 * HOUR;
const SECOND: i64 = 1000;

/// Three over midnight, and a day with one of each way to end, one who talks and one who waits.
fn story() -> Centre {
    let mut centre = Centre::new();
    let mut events = vec![(DAY, member("sac", "ana", None)), (DAY, member("sac", "bia", None))];
    let mut contact = |at: i64, wait: i64, talk: Option<i64>, outcome: Outcome| {
        let call = format!("c{at}");
        events.push((at, enters("sac", &call, &call, 1)));
        match outcome {
            Outcome::Answered => {
                events.push((at + wait, answers("sac", &call, "ana")));
                events.extend(talk.map(|talk| (at + wait + talk, completes("sac", &call, "ana", false))));
            }
            lost => events.push((at + wait, leaves("sac", &call, lost))),
        }
    };
    contact(TODAY - 50 * SECOND, 60 * SECOND, Some(30 * SECOND), Outcome::Answered);
    contact(TODAY - 40 * SECOND, 55 * SECOND, None, Outcome::Abandoned);
    contact(TODAY - 30 * SECOND, 50 * SECOND, None, Outcome::Timeout);
    contact(TODAY - 20 * SECOND, 5 * SECOND, Some(40 * SECOND), Outcome::Answered);
    for nth in 0..12 {
        contact(TODAY + HOUR + nth * 60 * SECOND, (nth + 1) * 4 * SECOND, Some(9 * SECOND), Outcome::Answered);
    }
    contact(TODAY + 2 * HOUR, 3 * SECOND, None, Outcome::Abandoned);
    contact(TODAY + 2 * HOUR + 60 * SECOND, 33 * SECOND, None, Outcome::Abandoned);
    contact(TODAY + 2 * HOUR + 120 * SECOND, 90 * SECOND, None, Outcome::Timeout);
    contact(TODAY + 3 * HOUR - 50 * SECOND, 7 * SECOND, None, Outcome::Answered);
    events.push((TODAY + 3 * HOUR - 10 * SECOND, enters("sac", "waits", "waits", 2)));
    events.push((TODAY, Kind::DayStarted { from: TODAY }));
    events.push((TODAY + 3 * HOUR, Kind::Tick));
    // News of the day comes before what happens in it.
    events.sort_by_key(|(at, kind)| (*at, !matches!(kind, Kind::DayStarted { .. })));
    centre.tell_all(events);
    centre
}

fn kept(folder: &std::path::Path, operation: Operation) -> (History, Floor) {
    let goal = Goal { percent: 80, seconds: 20 };
    let setup = QueueSetup { operation: Some(operation), goal, ..QueueSetup::default() };
    let setting = Setting::Queue { source: SourceId(1), queue: "sac".into(), setup };
    let history = super::tests::ruled(folder, &story(), [20; 3], vec![setting]);
    let floor = history.floor_at_seq(history.newest_seq().unwrap()).unwrap().floor;
    (history, floor)
}

fn live(floor: &Floor) -> QueueRow {
    let index = SiteIndex::of(&floor.sites[&SourceId(1)]);
    queue_row(floor, SourceId(1), &"sac".into(), &index).unwrap()
}

/// Ao vivo, its windows, Metas, Parcial, the card and `mirantectl metrics`.
#[test]
fn every_screen_tells_the_same_day() {
    let folder = tempfile::tempdir().unwrap();
    let (history, floor) = kept(folder.path(), Operation::Sac);
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    let now = TODAY + 3 * HOUR;
    let row = live(&floor);
    // Sixteen came and ended or talk, one waits: none of the four who came the day before is among them.
    assert_eq!((row.offered, row.answered, row.abandoned, row.other_lost, row.waiting), (17, 13, 2, 1, 1));
    // Waits of 4, 8 … 20 s and of 7 s are within 20 s; the abandon of 3 s is in nobody's share.
    let share = (6, 15);
    assert_eq!((row.service_level.numerator, row.service_level.denominator), share);
    let mean = Some((((1..=12).sum::<i64>() * 4 + 7) * SECOND / 13) as u64);
    assert_eq!((row.asa_ms, row.talk_ms), (mean, Some(9_000)));

    let clock = Clock::at(now, &zone).unwrap();
    let window = WindowRow::Day;
    let told = goals::levels(&history, &floor, &window, &clock).unwrap();
    let of_window = told.queues.iter().find(|queue| queue.id == "1/sac").unwrap();
    let live_figures = (row.offered, row.answered, row.abandoned, row.other_lost, row.unknown);
    let figures = (of_window.offered, of_window.answered, of_window.abandoned, of_window.other_lost, of_window.unknown);
    assert_eq!(figures, live_figures);
    assert_eq!((&of_window.service_level, &of_window.abandonment), (&row.service_level, &row.abandonment));
    assert_eq!((of_window.asa_ms, of_window.talk_ms), (row.asa_ms, row.talk_ms));

    let asked = Asked { window: &window, language: "pt-BR", clock: &clock };
    let now_goals = goals::now(&history, &floor, &asked).unwrap();
    let metas = now_goals.queues.iter().find(|queue| queue.queue == "1/sac").unwrap();
    let count = |tell: &crate::wire::TellRow| tell.numerator.unwrap() as u32;
    assert_eq!(
        (count(&metas.offered), count(&metas.answered), count(&metas.abandoned)),
        (row.offered, row.answered, row.abandoned)
    );
    assert_eq!((metas.level.numerator, metas.level.denominator), (Some(share.0 as i64), Some(share.1 as i64)));
    assert_eq!(metas.asa.value.map(|ms| ms as u64), row.asa_ms);
    let goal = now_goals.goals.iter().find(|goal| goal.label == "sac" && goal.window == WindowRow::Day).unwrap();
    assert_eq!((goal.figure.numerator, goal.figure.denominator), (Some(share.0 as i64), Some(share.1 as i64)));

    let sheet = partial::partial(&history, &zone, None, now).unwrap();
    let sac = sheet.received.iter().find(|one| one.operation == Some(Operation::Sac)).unwrap();
    assert_eq!(
        (sac.total.offered, sac.total.answered, sac.total.abandoned),
        (row.offered, row.answered, row.abandoned)
    );
    assert_eq!((sac.total.level, sac.total.asa_ms.map(|ms| ms as u64)), (row.service_level.value, row.asa_ms));
    assert_eq!(sac.hours.iter().map(|hour| hour.offered).sum::<u32>(), row.offered);

    let figures = of(&history, &FiguresOf::new(TODAY, now + 900 * SECOND, zone)).unwrap();
    let line = |id: &str| {
        let is = |line: &&super::FigureLine| {
            line.queue.as_ref().is_some_and(|(_, queue)| queue == "sac") && line.figure.definition == format!("{id}@1")
        };
        figures.lines.iter().find(is).unwrap().figure.clone()
    };
    for (id, numerator, denominator) in [
        ("offered", row.offered.into(), None),
        ("answered", row.answered.into(), None),
        ("abandoned", row.abandoned.into(), None),
        ("sl.f4", share.0 as i64, Some(share.1 as i64)),
        ("abandonment", row.abandonment.numerator as i64, Some(row.abandonment.denominator as i64)),
    ] {
        let asked = CardAsked {
            definition: id.into(),
            queues: vec!["1/sac".into()],
            campaigns: vec![],
            from_ms: None,
            to_ms: None,
            language: "pt-BR".into(),
        };
        let card = card::of(&history, &asked, (now, &TimeZone::UTC)).unwrap();
        assert_eq!((card.figure.numerator, card.figure.denominator), (Some(numerator), denominator), "card {id}");
        let told = line(id);
        assert_eq!((told.numerator, told.denominator), (Some(numerator), denominator), "metrics {id}");
    }
    assert_eq!(line("asa").value.ok().map(|ms| ms as u64), row.asa_ms);
    // Percentiles over the same thirteen answers: 4, 7, 8 … 48 s, and over abandons of 3 and 33 s.
    let ms = |id: &str| line(id).value.ok();
    assert_eq!(["wait.p50", "wait.p90", "wait.p95"].map(ms), [Some(24_000.0), Some(44_000.0), Some(48_000.0)]);
    let abandons = ["time_to_abandon.p50", "time_to_abandon.p90", "time_to_abandon.p95"].map(ms);
    assert_eq!(abandons, [Some(3_000.0), Some(33_000.0), Some(33_000.0)]);
}

/// Of the last minutes only those who came in them, wherever the day began.
#[test]
fn a_window_of_the_live_view_holds_who_came_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (history, floor) = kept(folder.path(), Operation::Sac);
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    let told = |window: WindowRow, now: i64| {
        let clock = Clock::at(now, &zone).unwrap();
        let levels = goals::levels(&history, &floor, &window, &clock).unwrap();
        let row = levels.queues.into_iter().find(|queue| queue.id == "1/sac").unwrap();
        (levels.span, row)
    };
    let now = TODAY + 3 * HOUR;
    let (span, row) = told(WindowRow::Rolling(5), now);
    assert_eq!(span, (now - 300 * SECOND, now));
    assert_eq!((row.offered, row.answered, row.abandoned, row.asa_ms, row.talk_ms), (2, 1, 0, Some(7_000), None));
    let (_, hour) = told(WindowRow::Rolling(60), now);
    assert_eq!((hour.offered, hour.answered, hour.abandoned, hour.other_lost), (5, 1, 2, 1));
    let (_, interval) = told(WindowRow::Interval(30), now);
    assert_eq!((interval.offered, interval.service_level.value), (0, None), "an interval that has just begun");
    assert_eq!(interval.service_level.definition, "sl.f4@1", "nothing to divide is not hidden");
    let clock = Clock::at(now, &zone).unwrap();
    assert!(goals::levels(&history, &floor, &WindowRow::Shift("none".into()), &clock).is_err());
}

/// What misleads an operation has no value in the row, in a window and in the partial; the card says why.
#[test]
fn a_profile_hides_on_every_screen_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let (history, floor) = kept(folder.path(), Operation::HelpDeskN2);
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    let (now, row) = (TODAY + 3 * HOUR, live(&floor));
    assert_eq!((row.hidden.as_slice(), &*row.service_level.definition), (&["sl".to_owned()][..], ""));
    let clock = Clock::at(now, &zone).unwrap();
    let levels = goals::levels(&history, &floor, &WindowRow::Day, &clock).unwrap();
    let of_window = levels.queues.iter().find(|queue| queue.id == "1/sac").unwrap();
    assert_eq!((&of_window.hidden, &of_window.service_level), (&row.hidden, &row.service_level));
    let sheet = partial::partial(&history, &zone, None, now).unwrap();
    let n2 = sheet.received.iter().find(|one| one.operation == Some(Operation::HelpDeskN2)).unwrap();
    assert!(!n2.has_level && n2.hidden == ["sl"] && n2.total.level.is_none() && n2.total.asa_ms.is_some());
    let told = |definition: &str, language: &str| {
        let asked = CardAsked {
            definition: definition.into(),
            queues: vec!["1/sac".into()],
            campaigns: vec![],
            from_ms: None,
            to_ms: None,
            language: language.into(),
        };
        card::of(&history, &asked, (now, &TimeZone::UTC)).unwrap()
    };
    assert!(told("sl.f4", "es").hidden.is_some_and(|why| why.contains("ticket")));
    assert_eq!(told("backlog_age", "pt-BR").hidden.as_deref(), Some("sem fonte de chamados"));
    assert_eq!(told("asa", "en").hidden, None);
    let figures = of(&history, &FiguresOf::new(TODAY, now, zone)).unwrap();
    let hidden: Vec<&str> =
        figures.lines.iter().filter(|line| line.hidden.is_some()).map(|line| &*line.figure.definition).collect();
    assert!(hidden.contains(&"sl.f1@1") && !hidden.contains(&"asa@1"), "{hidden:?}");
}
