//! Rules and goals hold from their day until the next decision about the same.

mod common;

use common::*;
use mirante_floor::*;

fn aim(from: i64, milli: Option<i64>) -> Kind {
    let scope = Scope::Team(name("t1"));
    let key = AimKey { scope, definition: name("aht"), window: AimWindow::Day, calendar: Calendar::ALWAYS };
    let aim = milli.map(|milli| Aim { milli, direction: Direction::AtMost });
    Kind::Configured(Setting::Aim { key, from, aim })
}

#[test]
fn a_goal_holds_from_its_very_day_until_another_or_none() {
    let mut floor = Floor::default();
    let told = [aim(i64::MIN, Some(1)), aim(100, Some(2)), aim(200, None)];
    let events: Vec<Event> = (1..).zip(told).map(|(seq, kind)| event(0, seq, MORNING, kind)).collect();
    fold(&mut floor, &events);
    let wanted = |day: i64| -> Vec<i64> { floor.config.aims(day).map(|(_, aim)| aim.milli).collect() };
    assert_eq!((wanted(99), wanted(100), wanted(199)), (vec![1], vec![2], vec![2]));
    assert!(wanted(200).is_empty() && wanted(300).is_empty());
    assert_eq!(wanted(i64::MIN), [1]);
}

fn day(from: i64) -> Kind {
    Kind::DayStarted { from }
}

fn queue(label: &str, operation: Operation, client: &str, percent: u8) -> Kind {
    let (goal, client) = (Goal { percent, seconds: 20 }, Some(name(client)));
    let setup = QueueSetup { label: Some(name(label)), operation: Some(operation), goal, client, hours: None };
    Kind::Configured(Setting::Queue { source: SourceId(1), queue: name("sac"), setup })
}

fn rule(scope: Scope, from: i64, seconds: u32) -> Kind {
    let (percent, short_seconds, formulas) = (None, None, Default::default());
    Kind::Configured(Setting::Ruling(Ruling { scope, from, percent, seconds: Some(seconds), short_seconds, formulas }))
}

#[test]
fn what_a_queue_was_judged_by_stays_so_for_days_past() {
    let told = [
        (1, day(100)),
        (0, queue("SAC", Operation::Sac, "Loja", 80)),
        (0, rule(Scope::Operation(Operation::Sac), i64::MIN, 30)),
        (0, rule(Scope::Client(name("Banco")), 150, 60)),
        (1, day(200)),
        // A name judges nothing; then the target, what it is for and whom it serves, twice in a day.
        (0, queue("Atendimento", Operation::Sac, "Loja", 80)),
        (1, day(300)),
        (0, queue("Atendimento", Operation::Sales, "Loja", 70)),
        (0, queue("Atendimento", Operation::Sales, "Banco", 90)),
        (1, day(400)),
        (0, Kind::Configured(Setting::Removed(Removed::Queue(SourceId(1), name("sac"))))),
    ];
    let mut floor = Floor::default();
    let events: Vec<Event> = (1..).zip(told).map(|(seq, (source, kind))| event(source, seq, MORNING, kind)).collect();
    let held = |floor: &Floor, day: i64| {
        let goal = floor.config.goal(SourceId(1), &name("sac"), day);
        (goal.percent, goal.seconds)
    };
    fold(&mut floor, &events[..6]);
    assert_eq!([i64::MIN, 0, 100, 200, i64::MAX].map(|day| held(&floor, day)), [(80, 30); 5]);
    assert!(floor.config.queues_were.is_empty(), "only the name changed");
    fold(&mut floor, &events[6..9]);
    assert_eq!([i64::MIN, 100, 299].map(|day| held(&floor, day)), [(80, 30); 3]);
    assert_eq!([300, 400].map(|day| held(&floor, day)), [(90, 60); 2], "of a client with a rule of its own");
    assert_eq!(floor.config.ruling_changes(SourceId(1), &name("sac"), 0, 500), [150, 300]);
    fold(&mut floor, &events[9..]);
    assert_eq!([100, 300, 399, 400].map(|day| held(&floor, day)), [(80, 30), (90, 60), (90, 60), (80, 20)]);
    assert_eq!(floor.config.ruling_changes(SourceId(1), &name("sac"), 0, 500), [150, 300, 400]);
}
