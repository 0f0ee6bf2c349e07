//! Figures that history gives are those of the facts that the events gave, however they were kept.

use super::*;
use centre::story::{dials, live, ways};
use centre::{Centre, DAY, HOUR, levels};
use mirante_floor::{
    Changes, Event, Floor, Goal, Kind, Operation, Origin, Outcome, QueueSetup, Ruling, Scope, Setting, Stamp,
};
use mirante_history::{Batch, OpenOptions};
use mirante_metrics::Span;
use proptest::prelude::*;

#[path = "../../../metrics/tests/common/mod.rs"]
pub(crate) mod centre;

const GOALS: [(&str, Operation); 3] =
    [("n1", Operation::SupportN1), ("n2", Operation::HelpDeskN2), ("n3", Operation::ServiceDeskN3)];

/// Keeps what happened as a hub does, after what people decided.
fn kept(folder: &std::path::Path, centre: &Centre, seconds: [u32; 3]) -> History {
    ruled(folder, centre, seconds, Vec::new())
}

/// The same, with more decisions.
pub(crate) fn ruled(folder: &std::path::Path, centre: &Centre, seconds: [u32; 3], more: Vec<Setting>) -> History {
    let mut history = History::open(folder, &OpenOptions::writer()).unwrap();
    history.recover().unwrap();
    assert_eq!(history.register("pabx", "asterisk").unwrap(), SourceId(1));
    let mut settings = vec![Setting::Source { source: SourceId(1), label: "PABX".into(), sample: false }];
    for ((queue, operation), seconds) in GOALS.into_iter().zip(seconds) {
        let goal = Goal { percent: 80, seconds };
        let client = Some("Loja".into());
        let setup = QueueSetup { operation: Some(operation), goal, client, ..QueueSetup::default() };
        settings.push(Setting::Queue { source: SourceId(1), queue: queue.into(), setup });
    }
    settings.extend(more);
    let stamp = |source, seen| Stamp { source: SourceId(source), epoch: 1, seq: 0, seen, at: None };
    let decided = settings.into_iter().map(|setting| {
        let kind = Kind::Configured(setting);
        Event { stamp: stamp(0, DAY), origin: Origin::Heard, kind }
    });
    let (mut floor, mut changes) = (Floor::default(), Changes::default());
    let mut events: Vec<Event> = decided.chain(centre.told.iter().cloned()).collect();
    for (nth, event) in events.iter_mut().enumerate() {
        event.stamp.seq = nth as u64 + 1;
        floor.apply(event, &mut changes);
    }
    history.commit(Batch { events: &events, facts: &changes.facts }).unwrap();
    history
}

fn zone() -> TimeZone {
    TimeZone::get("America/Sao_Paulo").unwrap()
}

fn asked() -> FiguresOf {
    FiguresOf::new(DAY, DAY + 24 * HOUR, zone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn recomputing_from_events_equals_what_is_kept(ways in ways(), dials in dials()) {
        let centre = live(&ways, &dials);
        let folder = tempfile::tempdir().unwrap();
        let history = kept(folder.path(), &centre, [20; 3]);
        let figures = of(&history, &asked()).unwrap();
        prop_assert_eq!(figures.heard, Some(1.0));
        let span = Span { from: DAY, to: DAY + 24 * HOUR };
        let sums = centre.sums(span, levels);
        let looked = Looked { to: span.to, now: DAY + 26 * HOUR, open: false, heard: true };
        let mut compared = 0;
        for line in figures.lines.iter().filter(|line| line.queue.is_none()) {
            let definition = Catalogue::own().named(&line.figure.definition).unwrap();
            if definition.id != "queues_on_target" {
                prop_assert_eq!(&line.figure, &sums.figure(definition, Terms::new(20, 5), looked));
                compared += 1;
            }
        }
        prop_assert_eq!(compared + 1, Catalogue::own().ids().count());
    }
}

#[test]
fn queues_stand_for_themselves_and_are_pooled_only_where_they_are_equal() {
    let way = |at, queue, wait, outcome| centre::story::Way {
        at,
        queues: vec![queue],
        caller: 1,
        outcome,
        wait,
        talk: 60_000,
    };
    let ways = [
        way(0, 0, 10_000, Outcome::Answered),
        way(900, 1, 10_000, Outcome::Answered),
        way(1800, 1, 25_000, Outcome::Answered),
        way(2700, 2, 1_000, Outcome::ExitKey),
    ];
    let centre = live(&ways, &[]);
    let folder = tempfile::tempdir().unwrap();
    let history = kept(folder.path(), &centre, [20, 30, 20]);
    let one = |queue: Option<&str>, id: &str| {
        let queue = queue.map(str::to_owned);
        of(&history, &FiguresOf { queue, definition: Some(id.to_owned()), ..asked() })
    };
    let all = one(None, "sl.f4").unwrap().lines;
    let shown: Vec<_> =
        all.iter().map(|line| (line.queue.as_ref().map(|q| q.1.as_str()), line.figure.value, line.seconds)).collect();
    let expected = [
        (None, Err(Absent::UnequalTerms), None),
        (Some("n1"), Ok(1.0), Some(20)),
        (Some("n2"), Ok(1.0), Some(30)),
        (Some("n3"), Err(Absent::NothingToDivide), Some(20)),
    ];
    assert_eq!(shown, expected);
    let target = &one(None, "queues_on_target").unwrap().lines[0].figure;
    assert_eq!((target.numerator, target.denominator), (Some(2), Some(2)));
    let n2 = one(Some("pabx/n2"), "asa").unwrap().lines;
    assert_eq!((n2.len(), n2[0].figure.value), (1, Ok(17_500.0)));
    assert_eq!(one(Some("n2"), "occupancy").unwrap().lines[0].figure.value, Err(Absent::NotOfThis));
    assert!(matches!(one(Some("vendas"), "asa"), Err(FiguresError::NoQueue(_))));
    assert!(matches!(one(None, "sl.f9"), Err(FiguresError::NoDefinition(_))));
    assert!(matches!(of(&history, &FiguresOf { from: DAY + 1, ..asked() }), Err(FiguresError::NotMinutes)));
    // Agents' time is kept by quarters of an hour: of other stretches it is not known, which is not zero.
    let ten = FiguresOf { to: DAY + HOUR + 600_000, definition: Some("occupancy".into()), ..asked() };
    assert_eq!(of(&history, &ten).unwrap().lines[0].figure.value, Err(Absent::NotOfThis));
}

#[test]
fn a_visit_that_ends_between_two_looks_counts_once() {
    let mut centre = Centre::new();
    centre.tell_all(vec![
        (DAY, centre::member("n1", "ana", None)),
        (DAY + HOUR, centre::enters("n1", "a", "a", 1)),
        (DAY + HOUR + 5_000, centre::answers("n1", "a", "ana")),
        (DAY + HOUR, centre::enters("n1", "b", "b", 2)),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let mut history = kept(folder.path(), &centre, [20; 3]);
    let reader = history.reader().unwrap();
    let stretch = Stretch { from: DAY, to: DAY + 2 * HOUR, now: DAY + HOUR };
    let offered = |history: &History, past: &Past| {
        let gathered = Gathered::of(history, &past.floor, stretch, &[]).unwrap();
        let totals = &gathered.queues[&(SourceId(1), "n1".into())].totals;
        (totals.offered, totals.count(Outcome::Answered), gathered.is_open())
    };
    gather::at_once::<_, HistoryError>(&reader, |looked, past| {
        assert_eq!(offered(looked, &past), (2, 1, true));
        let (mut floor, mut changes) = (past.floor.clone(), Changes::default());
        let kinds = [centre::completes("n1", "a", "ana", false), centre::leaves("n1", "b", Outcome::Abandoned)];
        let events: Vec<Event> = (past.seq + 1..)
            .zip(kinds)
            .map(|(seq, kind)| {
                let stamp = Stamp { source: SourceId(1), epoch: 1, seq, seen: DAY + HOUR + 9_000, at: None };
                Event { stamp, origin: Origin::Heard, kind }
            })
            .collect();
        events.iter().for_each(|event| floor.apply(event, &mut changes));
        history.commit(Batch { events: &events, facts: &changes.facts })?;
        assert_eq!(offered(looked, &past), (2, 1, true), "as it stood");
        Ok(())
    })
    .unwrap();
    gather::at_once::<_, HistoryError>(&reader, |looked, past| {
        assert_eq!(offered(looked, &past), (2, 1, false), "over, and told once");
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_partial_counts_by_the_formulas_in_force_and_refuses_days_of_no_calendar() {
    let way = |at, wait, outcome| centre::story::Way { at, queues: vec![1], caller: 1, outcome, wait, talk: 60_000 };
    let ways =
        [way(0, 10_000, Outcome::Answered), way(900, 2_000, Outcome::Abandoned), way(1800, 30_000, Outcome::Abandoned)];
    let centre = live(&ways, &[]);
    let folder = tempfile::tempdir().unwrap();
    let rule = |formulas: &[(&str, &str)]| {
        let formulas = formulas.iter().map(|(family, id)| ((*family).into(), (*id).into())).collect();
        let scope = Scope::Queue(SourceId(1), "n2".into());
        Setting::Ruling(Ruling { scope, from: i64::MIN, percent: None, seconds: None, short_seconds: None, formulas })
    };
    let decided = rule(&[("abandonment_rate", "abandonment.no_short")]);
    let history = ruled(folder.path(), &centre, [20; 3], vec![decided]);
    let told = partial::partial(&history, &zone(), Some(DAY), DAY + 26 * HOUR).unwrap();
    let n2 = told.received.iter().find(|one| one.operation == Some(Operation::HelpDeskN2)).unwrap();
    // Two of three hung up, of whom one at once.
    assert_eq!(n2.total.offered, 3);
    assert_eq!((n2.total.abandonment, n2.total.few), (Some(0.5), true), "{n2:?}");
    for day in [900_000 * 1_000_000_000_000, -900_000 * 1_000_000_000_000] {
        assert!(matches!(partial::partial(&history, &zone(), Some(day), DAY), Err(FiguresError::NoDay)));
    }
}

/// A rule as the test draws it: scope (0 the operation of N1, 1 the client of all, 2 the queue n1), hour of the day from which it
/// holds, and what it says.
type Drawn = (u8, i64, Option<(u8, u32)>, Option<u32>, Option<u8>);

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let target = proptest::option::of((1u8..=100, prop::sample::select(vec![5u32, 10, 20, 30])));
    let short = proptest::option::of(prop::sample::select(vec![2u32, 5, 8]));
    prop::collection::vec((0..3u8, -1..26i64, target, short, proptest::option::of(1..=6u8)), 0..5)
}

fn setting(&(scope, hour, target, short_seconds, formula): &Drawn) -> Setting {
    let scope = match scope {
        0 => Scope::Operation(Operation::SupportN1),
        1 => Scope::Client("Loja".into()),
        _ => Scope::Queue(SourceId(1), "n1".into()),
    };
    let from = if hour < 0 { i64::MIN } else { DAY + hour * HOUR };
    let formulas = formula.map(|n| ("sl".into(), format!("sl.f{n}").as_str().into())).into_iter().collect();
    let (percent, seconds) = target.unzip();
    Setting::Ruling(Ruling { scope, from, percent, seconds, short_seconds, formulas })
}

/// Formula, limit and limit of short abandons at an instant, by looking at each rule.
fn naive(rules: &[Drawn], queue: &str, at: i64) -> (u8, u32, u32) {
    let mut all = (4, 20, 5);
    for scope in 0..3 {
        let is_of = queue == "n1" || scope == 1;
        let mut newest: Option<(i64, &Drawn)> = None;
        for rule in rules.iter().filter(|rule| rule.0 == scope && is_of) {
            let from = if rule.1 < 0 { i64::MIN } else { DAY + rule.1 * HOUR };
            // Of two from the same day the later decision stands.
            if from <= at && newest.is_none_or(|(known, _)| from >= known) {
                newest = Some((from, rule));
            }
        }
        if let Some((_, rule)) = newest {
            all.0 = rule.4.unwrap_or(all.0);
            all.1 = rule.2.map_or(all.1, |(_, seconds)| seconds);
            all.2 = rule.3.unwrap_or(all.2);
        }
    }
    all
}

/// F1 to F6 of the field over visits, each by its own count.
fn level(visits: &[mirante_floor::ClosedVisit], (formula, seconds, short): (u8, u32, u32)) -> Option<f64> {
    let count = |outcomes: &[Outcome], most: Option<u32>| {
        let within = |visit: &&mirante_floor::ClosedVisit| most.is_none_or(|s| visit.wait_ms <= i64::from(s) * 1000);
        visits.iter().filter(|visit| outcomes.contains(&visit.outcome)).filter(within).count() as f64
    };
    let lost = [Outcome::Abandoned, Outcome::Timeout, Outcome::Overflow, Outcome::Unknown];
    let (a, l) = (count(&[Outcome::Answered], None), count(&lost, None));
    let (soon, gone) = (count(&[Outcome::Answered], Some(seconds)), count(&[Outcome::Abandoned], Some(seconds)));
    let short = count(&[Outcome::Abandoned], Some(short));
    let (top, bottom) = match formula {
        1 => (soon + gone, a + l),
        2 => (soon, a),
        3 => (soon, a + l),
        4 => (soon, a + l - gone),
        5 => (soon + short, a + l),
        _ => (soon, a + l - short),
    };
    (bottom > 0.0).then(|| top / bottom)
}

/// What a queue is told anew on the second day, and whether that changes what it is judged by.
fn anew() -> impl Strategy<Value = Vec<(usize, QueueSetup)>> {
    let operation = prop::sample::select(vec![None, Some(Operation::SupportN1), Some(Operation::Sac)]);
    let goal = (1u8..=100, prop::sample::select(vec![5u32, 20, 60]));
    let (label, client) = (prop::sample::select(vec!["a", "b"]), prop::sample::select(vec!["Loja", "Banco"]));
    let setup =
        (operation, goal, label, client).prop_map(|(operation, (percent, seconds), label, client)| QueueSetup {
            label: Some(label.into()),
            operation,
            goal: Goal { percent, seconds },
            hours: None,
            client: Some(client.into()),
        });
    prop::collection::vec((0..3usize, setup), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn what_is_decided_of_a_queue_later_does_not_change_the_past(ways in ways(), rules in drawn(), anew in anew()) {
        let mut centre = live(&ways, &[]);
        let told = |centre: &Centre, later: Vec<Setting>| {
            let folder = tempfile::tempdir().unwrap();
            let mut centre = centre.clone();
            let settings = later.into_iter().map(|setting| {
                let seen = DAY + 26 * HOUR;
                let stamp = Stamp { source: SourceId(0), epoch: 1, seq: 0, seen, at: None };
                Event { stamp, origin: Origin::Heard, kind: Kind::Configured(setting) }
            });
            centre.told.extend(settings);
            let history = ruled(folder.path(), &centre, [20; 3], rules.iter().map(setting).collect());
            let lines = of(&history, &asked()).unwrap().lines;
            lines.into_iter().map(|line| (line.queue, line.span, line.seconds, line.figure)).collect::<Vec<_>>()
        };
        centre.tell_all(vec![(DAY + 26 * HOUR, Kind::DayStarted { from: DAY + 24 * HOUR })]);
        let before = told(&centre, Vec::new());
        let later = anew.into_iter().map(|(nth, setup)| {
            Setting::Queue { source: SourceId(1), queue: GOALS[nth].0.into(), setup }
        });
        let after = told(&centre, later.collect());
        prop_assert_eq!(before, after);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn as_was_is_by_the_rules_of_then_and_recalculated_by_those_of_now(ways in ways(), rules in drawn()) {
        let centre = live(&ways, &[]);
        let folder = tempfile::tempdir().unwrap();
        let history = ruled(folder.path(), &centre, [20; 3], rules.iter().map(setting).collect());
        let mut visits = Vec::new();
        history.visits(DAY, DAY + 24 * HOUR, |visit| { visits.push(visit); true }).unwrap();
        let told = |basis| {
            let asked = FiguresOf { definition: Some("sl".into()), basis, ..asked() };
            let figures = of(&history, &asked).unwrap();
            (figures.basis, figures.lines)
        };
        let (basis, lines) = told(Basis::AsWas);
        prop_assert_eq!(basis, Basis::AsWas);
        let of_queue = |visits: &[mirante_floor::ClosedVisit], queue: &str, span: Span| -> Vec<_> {
            let is_in = |visit: &&mirante_floor::ClosedVisit| {
                &*visit.queue == queue && (span.from..span.to).contains(&visit.entered.seen)
            };
            visits.iter().filter(is_in).cloned().collect()
        };
        for queue in ["n1", "n2", "n3"] {
            let hours: Vec<_> = (0..24).map(|hour| naive(&rules, queue, DAY + hour * HOUR)).collect();
            let lines: Vec<_> = lines.iter().filter(|line| line.queue.as_ref().is_some_and(|q| q.1 == queue)).collect();
            let (whole, parts) = lines.split_first().unwrap();
            prop_assert_eq!((whole.span.from, whole.span.to), (DAY, DAY + 24 * HOUR));
            // By the same formula, and equal in the limits which that one uses.
            let uses_short = |(f, _, _): &(u8, u32, u32)| *f >= 5;
            let matter = |held: &(u8, u32, u32)| (held.0, held.1, uses_short(held).then_some(held.2));
            if hours.iter().all(|held| matter(held) == matter(&hours[0])) {
                prop_assert_eq!(whole.figure.value.ok(), level(&of_queue(&visits, queue, whole.span), hours[0]));
            } else {
                prop_assert_eq!(whole.figure.value, Err(Absent::UnequalTerms));
                prop_assert_eq!(parts.first().map(|p| p.span.from), Some(DAY), "the parts cover the stretch");
                prop_assert_eq!(parts.last().map(|p| p.span.to), Some(DAY + 24 * HOUR));
                prop_assert!(parts.windows(2).all(|two| two[0].span.to == two[1].span.from));
            }
            for part in parts {
                let held = naive(&rules, queue, part.span.from);
                let mine = level(&of_queue(&visits, queue, part.span), held);
                prop_assert_eq!(part.figure.value.ok(), mine, "{} by {:?}", &part.figure.definition, held);
                prop_assert_eq!(&part.figure.definition, &format!("sl.f{}@1", held.0));
            }
        }
        let (basis, lines) = told(Basis::Recalculated);
        prop_assert_eq!(basis, Basis::Recalculated);
        for line in lines.iter().filter(|line| line.queue.is_some()) {
            let queue = &line.queue.as_ref().unwrap().1;
            let held = naive(&rules, queue, DAY + 26 * HOUR);
            prop_assert_eq!(line.figure.value.ok(), level(&of_queue(&visits, queue, line.span), held));
        }
        prop_assert_eq!(lines.len(), 4, "the centre and each queue, of one stretch");
    }
}

#[test]
fn figures_say_which_formula_was_chosen_and_pool_only_what_is_equal() {
    let way = |at, queue, wait| centre::story::Way {
        at,
        queues: vec![queue],
        caller: 1,
        outcome: Outcome::Answered,
        wait,
        talk: 60_000,
    };
    let centre = live(&[way(0, 0, 10_000), way(900, 1, 30_000), way(1800, 2, 30_000)], &[]);
    let folder = tempfile::tempdir().unwrap();
    let rule = (2, -1, None, None, Some(6));
    let history = ruled(folder.path(), &centre, [20; 3], vec![setting(&rule)]);
    let lines = of(&history, &asked()).unwrap().lines;
    let chosen = |queue: Option<&str>| -> Vec<&str> {
        let is_of = |line: &&FigureLine| line.queue.as_ref().map(|q| q.1.as_str()) == queue && line.chosen;
        lines
            .iter()
            .filter(is_of)
            .map(|line| line.figure.definition.as_str())
            .filter(|d| d.starts_with("sl."))
            .collect()
    };
    assert_eq!(chosen(Some("n1")), ["sl.f6@1"]);
    assert_eq!(chosen(Some("n2")), ["sl.f4@1"]);
    assert!(chosen(None).is_empty(), "the queues do not agree");
    let sl = of(&history, &FiguresOf { definition: Some("sl".into()), ..asked() }).unwrap().lines;
    assert_eq!(sl[0].figure.value, Err(Absent::UnequalTerms));
    assert_eq!((sl[1].figure.definition.as_str(), sl[1].figure.value), ("sl.f6@1", Ok(1.0)));
}
