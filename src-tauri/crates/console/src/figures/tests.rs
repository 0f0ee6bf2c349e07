//! Figures that history gives are those of the facts that the events gave, however they were kept.

use super::*;
use centre::story::{dials, live, ways};
use centre::{Centre, DAY, HOUR, levels};
use mirante_floor::{Changes, Event, Floor, Goal, Kind, Operation, Origin, Outcome, QueueSetup, Setting, Stamp};
use mirante_history::{Batch, OpenOptions};
use mirante_metrics::Span;
use proptest::prelude::*;

#[path = "../../../metrics/tests/common/mod.rs"]
mod centre;

const GOALS: [(&str, Operation); 3] =
    [("n1", Operation::SupportN1), ("n2", Operation::HelpDeskN2), ("n3", Operation::ServiceDeskN3)];

/// Keeps what happened as a hub does, after what people decided.
fn kept(folder: &std::path::Path, centre: &Centre, seconds: [u32; 3]) -> History {
    let mut history = History::open(folder, &OpenOptions::writer()).unwrap();
    history.recover().unwrap();
    assert_eq!(history.register("pabx", "asterisk").unwrap(), SourceId(1));
    let mut settings = vec![Setting::Source { source: SourceId(1), label: "PABX".into(), sample: false }];
    for ((queue, operation), seconds) in GOALS.into_iter().zip(seconds) {
        let goal = Goal { percent: 80, seconds };
        let setup = QueueSetup { operation: Some(operation), goal, ..QueueSetup::default() };
        settings.push(Setting::Queue { source: SourceId(1), queue: queue.into(), setup });
    }
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

fn asked() -> FiguresOf {
    FiguresOf { from: DAY, to: DAY + 24 * HOUR, ..FiguresOf::default() }
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
