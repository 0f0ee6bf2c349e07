//! Goals over a history of weeks.

use super::*;
use crate::figures::tests::centre::{Centre, DAY, HOUR, answers, completes, enters, leaves, member};
use crate::wire::{GoalRow, OutlookRow, ScopeRow, WindowRow};
use jiff::tz::TimeZone;
use mirante_floor::*;
use mirante_history::{Batch, History, OpenOptions};

const WEEK: i64 = 7 * 24 * HOUR;
const MINUTE: i64 = 60_000;
/// Three weeks later, at ten.
const TODAY: i64 = DAY + 3 * WEEK;

fn zone() -> TimeZone {
    TimeZone::get("America/Sao_Paulo").unwrap()
}

fn aim(scope: Scope, definition: &str, window: AimWindow, milli: i64, direction: Direction) -> Setting {
    let key = AimKey { scope, definition: definition.into(), window, calendar: Calendar::ALWAYS };
    Setting::Aim { key, from: i64::MIN, aim: Some(Aim { milli, direction }) }
}

fn queue(name: &str, operation: Operation) -> Setting {
    let (client, goal) = (Some("Loja".into()), Goal { percent: 80, seconds: 20 });
    let setup = QueueSetup { operation: Some(operation), goal, client, ..QueueSetup::default() };
    Setting::Queue { source: SourceId(1), queue: name.into(), setup }
}

/// 20, 40 and 30 contacts between ten and eleven of each past week; today ten of which five wait too long, at nine.
fn story() -> Centre {
    let mut centre = Centre::new();
    let mut events = vec![(DAY, member("n1", "ana", None)), (DAY, member("n3", "bia", None))];
    let mut contact = |queue: &str, at: i64, wait: Option<i64>| {
        let call = format!("c{at}");
        events.push((at, enters(queue, &call, &call, 1)));
        match wait {
            Some(wait) => {
                events.push((at + wait, answers(queue, &call, "ana")));
                events.push((at + wait + 5_000, completes(queue, &call, "ana", false)));
            }
            None => events.push((at + 9_000, leaves(queue, &call, Outcome::Abandoned))),
        }
    };
    for (week, count) in [(0, 20), (1, 40), (2, 30)] {
        (0..count).for_each(|nth| contact("n1", DAY + week * WEEK + 10 * HOUR + nth * MINUTE, Some(5_000)));
    }
    for nth in 0..10 {
        let wait = if nth < 5 { 10_000 } else { 40_000 };
        contact("n1", TODAY + 9 * HOUR + nth * MINUTE, Some(wait));
    }
    contact("n1", TODAY + 9 * HOUR + 20 * MINUTE, None);
    contact("n3", TODAY + 9 * HOUR + 30 * MINUTE, Some(50_000));
    for week in 1..=3 {
        events.push((DAY + week * WEEK, Kind::DayStarted { from: DAY + week * WEEK }));
    }
    // Nobody is silent for long: every minute is heard.
    let minutes = (1..(3 * WEEK + 10 * HOUR) / (24 * HOUR)).map(|day| (DAY + day * 24 * HOUR, Kind::Tick));
    events.extend(minutes);
    centre.tell_all(events);
    centre
}

fn told(settings: Vec<Setting>, window: &WindowRow) -> crate::wire::GoalsNow {
    told_of(story(), settings, window)
}

/// At ten o'clock.
fn told_of(mut centre: Centre, settings: Vec<Setting>, window: &WindowRow) -> crate::wire::GoalsNow {
    centre.tell_all(vec![(TODAY + 10 * HOUR, Kind::Tick)]);
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::open(folder.path(), &OpenOptions::writer()).unwrap();
    history.recover().unwrap();
    history.register("pabx", "asterisk").unwrap();
    let mut settings = settings;
    settings.push(Setting::Source { source: SourceId(1), label: "PABX".into(), sample: false });
    let decided = settings.into_iter().map(|setting| {
        let stamp = Stamp { source: SourceId::MIRANTE, epoch: 1, seq: 0, seen: DAY, at: None };
        Event { stamp, origin: Origin::Heard, kind: Kind::Configured(setting) }
    });
    let mut events: Vec<Event> = decided.chain(centre.told.iter().cloned()).collect();
    let (mut floor, mut changes) = (Floor::default(), Changes::default());
    for (nth, event) in events.iter_mut().enumerate() {
        event.stamp.seq = nth as u64 + 1;
        floor.apply(event, &mut changes);
    }
    history.commit(Batch { events: &events, facts: &changes.facts }).unwrap();
    let clock = Clock::at(TODAY + 10 * HOUR, &zone()).unwrap();
    now(&history, &floor, &Asked { window, language: "pt-BR", clock: &clock }).unwrap()
}

fn row<'a>(goals: &'a [GoalRow], scope: &ScopeRow, definition: &str) -> &'a GoalRow {
    let is = |goal: &&GoalRow| goal.scope == *scope && goal.figure.definition.starts_with(definition);
    goals.iter().find(is).unwrap_or_else(|| panic!("no {definition} of {scope:?} in {goals:#?}"))
}

#[test]
fn a_day_says_what_brings_it_back_and_whether_there_is_room() {
    let n1 = || Scope::Queue(SourceId(1), "n1".into());
    let settings = vec![
        queue("n1", Operation::SupportN1),
        queue("n3", Operation::ServiceDeskN3),
        aim(n1(), "sl", AimWindow::Interval(60), 800, Direction::AtLeast),
        aim(n1(), "sl", AimWindow::Rolling(60), 900, Direction::AtLeast),
        aim(n1(), "answered", AimWindow::Day, 40_000, Direction::AtLeast),
        aim(Scope::Client("Loja".into()), "abandonment_rate", AimWindow::Day, 50, Direction::AtMost),
        aim(Scope::Operation(Operation::SupportN1), "asa", AimWindow::Day, 20_000, Direction::AtMost),
        aim(Scope::Campaign(SourceId(1), "nenhuma".into()), "hit", AimWindow::Day, 200, Direction::AtLeast),
    ];
    let now = told(settings, &WindowRow::Day);
    let queue = ScopeRow::Queue("1/n1".into());
    // (5 + k) / (10 + k) = 0.8: 15 in a row; after ten o'clock 20, 40 and 30 came on this weekday.
    let day = row(&now.goals, &queue, "sl.f4");
    assert_eq!((day.window.clone(), day.figure.numerator, day.figure.denominator), (WindowRow::Day, Some(5), Some(10)));
    assert_eq!((day.in_a_row, day.expected, day.outlook), (Some(15), Some(30), Some(OutlookRow::Possible)));
    assert_eq!((day.reached, day.seconds, day.closes_ms), (Some(false), Some(20), Some(TODAY + 24 * HOUR)));
    // The interval that began at ten has nothing to judge, which is not missed.
    let interval = now.goals.iter().find(|goal| goal.window == WindowRow::Interval(60)).unwrap();
    assert_eq!((interval.figure.value, interval.reached, interval.in_a_row), (None, None, None));
    // A rolling window forgets: nothing brings it back by itself.
    let rolling = now.goals.iter().find(|goal| goal.window == WindowRow::Rolling(60)).unwrap();
    assert_eq!((rolling.figure.value, rolling.reached), (Some(0.5), Some(false)));
    assert_eq!((rolling.in_a_row, rolling.outlook, rolling.closes_ms, rolling.expected), (None, None, None, None));
    // 10 answered of 11 that came; 30 more are expected: 10 + 10 × 30 / 11.
    let answered = row(&now.goals, &queue, "answered");
    assert_eq!((answered.projected, answered.outlook), (Some(37), Some(OutlookRow::OutOfReach)));
    // 1 lost of 12 of the client: 8 more make 1 of 20.
    let lost = row(&now.goals, &ScopeRow::Client("Loja".into()), "abandonment");
    assert_eq!((lost.figure.numerator, lost.figure.denominator, lost.in_a_row), (Some(1), Some(12), Some(8)));
    // A mean of 25 s over ten: 2.5, so 3 that do not wait make at most 20 s.
    let wait = row(&now.goals, &ScopeRow::Operation(Operation::SupportN1), "asa");
    assert_eq!((wait.in_a_row, wait.outlook), (Some(3), Some(OutlookRow::Possible)));
    // N3 has no goal in seconds, and whoever asks is told why; a campaign that nobody knows has none at all.
    assert!(!now.goals.iter().any(|goal| goal.scope == ScopeRow::Queue("1/n3".into())));
    assert!(!now.goals.iter().any(|goal| matches!(goal.scope, ScopeRow::Campaign(_))));
    let n3 = now.queues.iter().find(|queue| queue.queue == "1/n3").unwrap();
    let why = |column: &str| n3.hidden.iter().find(|hidden| hidden.column == column).map(|hidden| hidden.why.as_str());
    assert!(why("sl").is_some_and(|why| why.contains("N3")), "{n3:?}");
    assert_eq!(why("backlog_age"), Some("sem fonte de chamados"));
    assert_eq!(now.on_target, (0, 1), "N3 is not judged by seconds");
    let n1 = now.queues.iter().find(|queue| queue.queue == "1/n1").unwrap();
    assert_eq!((n1.level.value, n1.offered.value, n1.level.few), (Some(0.5), Some(11.0), false));
}

#[test]
fn what_goes_on_counts_as_on_the_live_screen() {
    let (mut centre, at) = (story(), TODAY + 10 * HOUR - 1_000);
    centre.tell_all(vec![
        (at, enters("n1", "talks", "talks", 1)),
        (at, answers("n1", "talks", "ana")),
        (at, enters("n1", "waits", "waits", 1)),
    ]);
    let now = told_of(centre, vec![queue("n1", Operation::SupportN1)], &WindowRow::Day);
    let n1 = now.queues.iter().find(|queue| queue.queue == "1/n1").unwrap();
    // Six of eleven in time: who talks is answered, who waits has come.
    assert_eq!((n1.offered.value, n1.answered.value), (Some(13.0), Some(11.0)));
    assert_eq!((n1.level.numerator, n1.level.denominator), (Some(6), Some(11)));
    let goal = row(&now.goals, &ScopeRow::Queue("1/n1".into()), "sl.f4");
    assert_eq!((goal.figure.numerator, goal.figure.denominator), (Some(6), Some(11)));
}

#[test]
fn windows_are_of_their_stretch() {
    let settings = || vec![queue("n1", Operation::SupportN1)];
    let of = |window: WindowRow| {
        let now = told(settings(), &window);
        let n1 = now.queues.iter().find(|queue| queue.queue == "1/n1").unwrap().clone();
        (now.span, n1.offered.value, n1.level.few)
    };
    let ten = TODAY + 10 * HOUR;
    assert_eq!(of(WindowRow::Rolling(60)), ((ten - HOUR, ten), Some(11.0), false));
    assert_eq!(of(WindowRow::Rolling(5)).1, Some(0.0));
    assert_eq!(of(WindowRow::Interval(30)), ((ten, ten), Some(0.0), true));
    let week = (TODAY - WEEK, TODAY - WEEK + 24 * HOUR);
    assert_eq!(of(WindowRow::Range(week)), (week, Some(30.0), false));
    let few = (TODAY + 9 * HOUR, TODAY + 9 * HOUR + 4 * MINUTE);
    assert_eq!(of(WindowRow::Range(few)), (few, Some(4.0), true));
}

#[test]
fn without_weeks_past_nobody_says_what_to_expect() {
    let holiday = Setting::Holidays([TODAY].into());
    let now = told(vec![queue("n1", Operation::SupportN1), holiday], &WindowRow::Day);
    let day = row(&now.goals, &ScopeRow::Queue("1/n1".into()), "sl.f4");
    assert_eq!((day.in_a_row, day.expected, day.outlook), (Some(15), None, Some(OutlookRow::Unknown)));
}

fn rule(from: i64, percent: u8, seconds: u32) -> Setting {
    let scope = Scope::Queue(SourceId(1), "n1".into());
    let (percent, seconds) = (Some(percent), Some(seconds));
    Setting::Ruling(Ruling { scope, from, percent, seconds, short_seconds: None, formulas: Default::default() })
}

#[test]
fn a_stretch_is_judged_by_its_own_days_and_by_nothing_where_they_differ() {
    let settings = || vec![queue("n1", Operation::SupportN1), rule(TODAY, 30, 5)];
    let of = |from: i64, to: i64| {
        let now = told(settings(), &WindowRow::Range((from, to)));
        let n1 = now.queues.iter().find(|queue| queue.queue == "1/n1").unwrap().clone();
        (n1.goal, n1.level.value, n1.reached, now.on_target)
    };
    // A week ago all were answered within 20 s; its end is today's first instant, of another rule.
    assert_eq!(of(TODAY - WEEK, TODAY), ((80, 20), Some(1.0), Some(true), (1, 1)));
    // Only the target changed: the level is one, and nobody says whether it is reached.
    let changed = || vec![queue("n1", Operation::SupportN1), rule(TODAY, 30, 20)];
    let now = told(changed(), &WindowRow::Range((TODAY - WEEK, TODAY + 24 * HOUR)));
    let n1 = now.queues.iter().find(|queue| queue.queue == "1/n1").unwrap();
    let of_the_other = (0, 1);
    assert_eq!((n1.level.value, n1.reached, now.on_target), (Some(35.0 / 40.0), None, of_the_other));
    let (_, level, reached, _) = of(TODAY - WEEK, TODAY + 24 * HOUR);
    assert_eq!((level, reached), (None, None), "the limit changed too");
}

#[test]
fn a_window_over_a_change_of_rules_says_so() {
    let goal = || aim(Scope::Queue(SourceId(1), "n1".into()), "sl", AimWindow::Rolling(60), 800, Direction::AtLeast);
    let told = |from| told(vec![queue("n1", Operation::SupportN1), goal(), rule(from, 90, 60)], &WindowRow::Day);
    let of = |now: &crate::wire::GoalsNow| {
        let rolling = now.goals.iter().find(|goal| goal.window == WindowRow::Rolling(60)).unwrap();
        (rolling.figure.value, rolling.figure.absent.clone(), rolling.reached)
    };
    assert_eq!(of(&told(TODAY)), (Some(1.0), None, Some(true)));
    // The rule begins within the hour.
    assert_eq!(of(&told(TODAY + 9 * HOUR + 30 * MINUTE)), (None, Some("unequal_terms".into()), None));
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_began() {
    let shift = |hours| Setting::Shift(Shift { id: "noite".into(), label: "Noite".into(), hours });
    let scope = || Scope::Queue(SourceId(1), "n1".into());
    let night = |weekdays: u8, from: i64| {
        let calendar = Calendar { weekdays, ..Calendar::ALWAYS };
        let key = AimKey {
            scope: scope(),
            definition: "answered".into(),
            window: AimWindow::Shift("noite".into()),
            calendar,
        };
        Setting::Aim { key, from, aim: Some(Aim { milli: 1_000, direction: Direction::AtLeast }) }
    };
    // Ten in the morning of a Saturday, in a shift from 22:00 to 11:00.
    let spans = |setting, hours| -> Vec<(i64, Option<i64>)> {
        let now = told(vec![queue("n1", Operation::SupportN1), shift(hours), setting], &WindowRow::Day);
        let is = |goal: &&GoalRow| goal.window == WindowRow::Shift("noite".into());
        now.goals.iter().filter(is).map(|goal| (goal.from_ms, goal.closes_ms)).collect()
    };
    let (friday, saturday) = (0b1_0000, 0b10_0000);
    let over_midnight = [(TODAY - 2 * HOUR, Some(TODAY + 11 * HOUR))];
    assert_eq!(spans(night(friday, i64::MIN), (22 * 60, 11 * 60)), over_midnight);
    assert_eq!(spans(night(saturday, i64::MIN), (22 * 60, 11 * 60)), [], "not of the day on which it ends");
    assert_eq!(spans(night(friday, TODAY), (22 * 60, 11 * 60)), [], "nor by what is wanted since");
    assert_eq!(spans(night(saturday, TODAY), (8 * 60, 11 * 60)), [(TODAY + 8 * HOUR, Some(TODAY + 11 * HOUR))]);
}

#[test]
fn shifts_go_by_the_clock_on_the_wall() {
    let new_york = TimeZone::get("America/New_York").unwrap();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let mut config = Config::default();
    config.shifts.insert("noite".into(), Shift { id: "noite".into(), label: "Noite".into(), hours: (22 * 60, 6 * 60) });
    config.shifts.insert("manha".into(), Shift { id: "manha".into(), label: "Manhã".into(), hours: (6 * 60, 14 * 60) });
    let of = |now: &str, id: &str| {
        let stands = Clock::at(at(now), &new_york).unwrap().of(&AimWindow::Shift(id.into()), &config).unwrap();
        (stands.span.from, stands.span.to, stands.closes)
    };
    // Clocks go back at two on the first of November: that night has nine hours, that day 25.
    let (from, to) = (at("2026-10-31T22:00:00-04:00"), at("2026-11-01T06:00:00-05:00"));
    assert_eq!(to - from, 9 * HOUR);
    assert_eq!(of("2026-11-01T05:00:00-05:00", "noite"), (from, at("2026-11-01T05:00:00-05:00"), Some(to)));
    assert_eq!(of("2026-11-01T09:00:00-05:00", "noite"), (from, to, None), "the last one, which is over");
    assert_eq!(of("2026-11-01T09:00:00-05:00", "manha").0, to);
    assert_eq!(of("2026-11-01T23:00:00-05:00", "noite").0, at("2026-11-01T22:00:00-05:00"));
    // Forwards on the eighth of March.
    assert_eq!(of("2026-03-08T09:00:00-04:00", "manha").0, at("2026-03-08T06:00:00-04:00"));
}

#[test]
fn time_of_agents_is_of_the_last_quarter_that_is_over() {
    let goal = |window| aim(Scope::Queue(SourceId(1), "n1".into()), "aht", window, 60_000, Direction::AtMost);
    let spans = |window: AimWindow| -> Vec<(i64, i64)> {
        let now = told(vec![queue("n1", Operation::SupportN1), goal(window)], &WindowRow::Day);
        now.goals
            .iter()
            .filter(|goal| goal.figure.definition.starts_with("aht"))
            .map(|g| (g.from_ms, g.until_ms))
            .collect()
    };
    let ten = TODAY + 10 * HOUR;
    assert_eq!(spans(AimWindow::Interval(15)), [(ten - 15 * MINUTE, ten)]);
    assert_eq!(spans(AimWindow::Rolling(60)), [(ten - HOUR, ten)]);
}

#[test]
fn a_stretch_that_no_clock_measures_is_no_window() {
    let clock = Clock::at(TODAY, &zone()).unwrap();
    let least = i64::MIN + (-i64::MIN.rem_euclid(MINUTE)).rem_euclid(MINUTE);
    let most = i64::MAX - i64::MAX.rem_euclid(MINUTE);
    for range in [(least, most), (0, most), (least, 0), (TODAY - 63 * 24 * HOUR, TODAY), (TODAY, TODAY), (1, MINUTE)] {
        assert_eq!(clock.asked(&WindowRow::Range(range), &Config::default()), None, "{range:?}");
    }
    let day = (TODAY, TODAY + 24 * HOUR);
    assert!(clock.asked(&WindowRow::Range(day), &Config::default()).is_some());
}

#[test]
fn what_could_never_be_judged_is_neither_offered_nor_taken() {
    let judging = judging(&Config::default(), &zone(), TODAY, "en", &[]);
    let offered: Vec<&str> = judging.figures.iter().map(|figure| figure.id.as_str()).collect();
    for id in ["waiting", "longest_wait", "queues_on_target"] {
        assert!(!offered.contains(&id), "{id} in {offered:?}");
    }
    for id in ["sl", "abandonment_rate", "asa", "occupancy", "hit", "answered"] {
        assert!(offered.contains(&id), "{id} not in {offered:?}");
    }
    let ids = [("pabx".to_owned(), SourceId(1))].into();
    let goal = |scope: ScopeRow, definition: &str| {
        let (window, weekdays, milli) = (WindowRow::Day, 0x7f, Some(100));
        let definition = definition.to_owned();
        let row = crate::wire::AimRow {
            scope,
            definition,
            window,
            weekdays,
            on_holidays: true,
            on_others: true,
            from: None,
            milli,
            at_most: false,
        };
        changes_of(&[crate::wire::JudgedRow::Goal(row)], &ids)
    };
    let queue = || ScopeRow::Queue("1/n1".into());
    assert!(goal(queue(), "sl").is_ok() && goal(ScopeRow::Team("t1".into()), "occupancy").is_ok());
    assert!(goal(ScopeRow::Campaign("1/c".into()), "hit").is_ok());
    for (scope, definition) in [
        (queue(), "waiting"),
        (queue(), "longest_wait"),
        (queue(), "occupancy"),
        (queue(), "hit"),
        (ScopeRow::Campaign("1/c".into()), "sl"),
        (ScopeRow::Team("t1".into()), "abandonment_rate"),
    ] {
        assert!(goal(scope.clone(), definition).is_err(), "{definition} of {scope:?}");
    }
}
