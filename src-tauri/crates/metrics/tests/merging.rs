//! However a day is cut, its parts give the figures of the whole; and what is pooled has one limit and one formula.
#![allow(clippy::unwrap_used)]

mod common;

use common::story::{dials, live, ways};
use common::{Centre, DAY, HOUR, levels, seconds};
use mirante_floor::*;
use mirante_metrics::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Facts of one part: those visits, attempts and minutes that `mine` picks, by their numbers.
fn part(centre: &Centre, span: Span, mine: impl Fn(u64) -> bool) -> Sums {
    let mut sums = Sums::default();
    let mut journeys = Journeys::new(span.from, span.to, false);
    for visit in centre.visits.values().filter(|visit| mine(visit.id.0)) {
        sums.add(visit);
        journeys.add(visit, levels(&visit.queue));
    }
    let mut calls = Calls::default();
    for attempt in centre.attempts.values().filter(|attempt| mine(attempt.id)) {
        calls.add(attempt);
        journeys.add_attempt(attempt);
    }
    let (mut works, mut presence, mut work) = (BTreeMap::new(), Presence::default(), Work::default());
    for minute in centre.minutes.iter().filter(|minute| mine((minute.from / Minute::MS) as u64)) {
        minute.agents.values().for_each(|activity| add_minute(activity, &mut works, &mut presence));
    }
    works.values().for_each(|one| work.merge(one));
    (sums.calls, sums.journeys, sums.work, sums.presence) = (Some(calls), Some(journeys), Some(work), Some(presence));
    sums
}

fn figures(sums: &Sums) -> Vec<Figure> {
    let looked = Looked { to: DAY + 24 * HOUR, now: DAY + 900 * HOUR, open: false, heard: true };
    Catalogue::own().all().map(|definition| sums.figure(definition, Terms::new(20, 5), looked)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_a_day_gives_the_figures_of_the_day(
        ways in ways(), dials in dials(), salt in any::<u64>(), cut in 0i64..86_400, turn in 0usize..6,
    ) {
        let centre = live(&ways, &dials);
        let whole = Span { from: DAY, to: DAY + 24 * HOUR };
        let day = part(&centre, whole, |_| true);
        prop_assert!(day.totals.offered as usize == centre.visits.len());
        // Shares of facts at random, and stretches that meet at a cut.
        let edge = DAY + seconds(cut);
        let spans = [Span { to: edge, ..whole }, Span { from: edge, ..whole }, whole];
        let share = |number: u64| (number.wrapping_add(salt).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % 3;
        let parts: Vec<Sums> = (0..3).map(|nth| part(&centre, spans[nth as usize], |number| share(number) == nth)).collect();
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let [a, b, c] = orders[turn].map(|nth| &parts[nth]);
        let mut left = Sums::default();
        [a, b, c].into_iter().for_each(|part| left.merge(part));
        let (mut right, mut tail) = (a.clone(), b.clone());
        tail.merge(c);
        right.merge(&tail);
        prop_assert_eq!(figures(&left), figures(&day));
        prop_assert_eq!(figures(&right), figures(&day));
        prop_assert_eq!(left, day);
    }

    /// What the fold counts as it goes is what its facts add up to.
    #[test]
    fn running_totals_are_those_of_the_facts(ways in ways()) {
        let centre = live(&ways, &[]);
        let mut sums = Sums::default();
        centre.visits.values().for_each(|visit| sums.add(visit));
        let mut totals = Totals::default();
        centre.floor.sites[&SourceId(1)].queues.values().for_each(|queue| totals.merge(&queue.totals));
        prop_assert_eq!(&totals.waits, &sums.totals.waits);
        prop_assert_eq!(&totals.talks, &sums.totals.talks);
        prop_assert_eq!(totals.offered, sums.totals.offered);
    }
}

fn queue(answered: [u32; 2]) -> Sums {
    let mut sums = Sums::default();
    for (ms, count) in [(10_000, answered[0]), (30_000, answered[1])] {
        for _ in 0..count {
            sums.totals.waits.entry(Outcome::Answered).or_default().add(ms);
        }
    }
    sums
}

#[test]
fn only_equal_queues_are_pooled_and_all_are_counted() {
    let catalogue = Catalogue::own();
    let (f4, f6) = (catalogue.newest("sl.f4").unwrap(), catalogue.newest("sl.f6").unwrap());
    let looked = Looked { to: DAY, now: DAY, open: false, heard: true };
    let sums = [queue([8, 2]), queue([80, 20]), queue([7, 3]), queue([0, 0]), queue([5, 5])];
    let judged =
        |nth: usize, seconds, level| Judged { sums: &sums[nth], terms: Terms::new(seconds, 5), level, percent: 80 };
    let equal = [judged(0, 20, f4), judged(1, 20, f4)];
    let figure = pooled(&equal, looked).unwrap();
    assert_eq!((figure.numerator, figure.denominator), (Some(88), Some(110)));
    assert_eq!(pooled(&[judged(0, 20, f4), judged(1, 30, f4)], looked), Err(Absent::UnequalTerms));
    assert_eq!(pooled(&[judged(0, 20, f4), judged(1, 20, f6)], looked), Err(Absent::UnequalTerms));
    assert_eq!(pooled(&[], looked), Err(Absent::NothingToDivide));
    // In no sum either: the limit that two do not share is not there.
    let terms = common([Terms::new(20, 5), Terms::new(30, 5)]);
    let mut both = sums[0].clone();
    both.merge(&sums[1]);
    assert_eq!(both.figure(f4, terms, looked).value, Err(Absent::UnequalTerms));
    assert!(both.figure(catalogue.newest("asa").unwrap(), terms, looked).value.is_ok());

    let definition = catalogue.newest("queues_on_target").unwrap();
    let all: Vec<_> = (0..5).map(|nth| judged(nth, 20, f4)).collect();
    let figure = on_target(definition, &all, looked);
    assert_eq!((figure.numerator, figure.denominator), (Some(2), Some(4)), "2 of 4, and one has nothing to show");
    assert_eq!(on_target(definition, &[], looked).value, Err(Absent::NothingToDivide));
}
