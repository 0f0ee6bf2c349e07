//! Goals against vectors worked out by hand, and against trying one contact after the other.
#![allow(clippy::unwrap_used)]

use mirante_floor::{Aim, CampaignKind, Direction, Name, Operation, Outcome, ProfileOf, Shown, Totals};
use mirante_metrics::goals::*;
use mirante_metrics::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const LOOKED: Looked = Looked { to: 0, now: 0, open: false, heard: true };

fn sums(answered: &[(i64, u32)], abandoned: &[(i64, u32)], timed_out: u32) -> Sums {
    let mut totals = Totals::default();
    let outcomes = [(Outcome::Answered, answered), (Outcome::Abandoned, abandoned)];
    for (outcome, waits) in outcomes {
        for (ms, count) in waits {
            for _ in 0..*count {
                totals.waits.entry(outcome).or_default().add(*ms);
                totals.offered += 1;
            }
        }
    }
    for _ in 0..timed_out {
        totals.waits.entry(Outcome::Timeout).or_default().add(90_000);
        totals.offered += 1;
    }
    Sums { totals, ..Sums::default() }
}

fn figure(id: &str, sums: &Sums) -> (&'static Definition, Figure) {
    let definition = Catalogue::own().newest(id).unwrap();
    (definition, sums.figure(definition, Terms::new(20, 5), LOOKED))
}

fn at_least(milli: i64) -> Aim {
    Aim { milli, direction: Direction::AtLeast }
}

fn at_most(milli: i64) -> Aim {
    Aim { milli, direction: Direction::AtMost }
}

#[test]
fn vectors_of_recovery() {
    // 72 of 100 in time, 80 % wanted: (72 + k) / (100 + k) = 0.8 gives k = 40 exactly, and 40 is enough.
    let day = sums(&[(10_000, 72), (30_000, 28)], &[], 0);
    let (definition, level) = figure("sl.f4", &day);
    assert_eq!(recovery(definition, &level, at_least(800)), Some(Recovery::InARow(40)));
    assert_eq!(recovery(definition, &level, at_least(720)), Some(Recovery::Reached), "at exactly its target");
    assert_eq!(reached(&level, at_least(720)), Some(true));
    assert_eq!(reached(&level, at_least(721)), Some(false));
    assert_eq!(recovery(definition, &level, at_least(1000)), Some(Recovery::Never), "one late contact spoils 100 %");
    // 5 lost of 60: at most 5 % needs 100 contacts in all.
    let (definition, lost) = figure("abandonment", &sums(&[(1_000, 55)], &[(40_000, 5)], 0));
    assert_eq!(recovery(definition, &lost, at_most(50)), Some(Recovery::InARow(40)));
    assert_eq!(recovery(definition, &lost, at_most(0)), Some(Recovery::Never));
    // 10 answers after 60 s: a mean of 30 s needs 10 more that do not wait.
    let (definition, wait) = figure("asa", &sums(&[(60_000, 10)], &[], 0));
    assert_eq!(recovery(definition, &wait, at_most(30_000)), Some(Recovery::InARow(10)));
    // What contacts to come do not make, they do not bring back.
    let (definition, none) = figure("sl.f4", &sums(&[], &[], 0));
    assert_eq!((recovery(definition, &none, at_least(800)), reached(&none, at_least(800))), (None, None));
    let (definition, p90) = figure("wait.p90", &day);
    assert_eq!(recovery(definition, &p90, at_most(20_000)), None);
    assert_eq!((reached(&p90, at_most(30_000)), reached(&p90, at_most(29_999))), (Some(true), Some(false)));
}

#[test]
fn room_is_what_is_expected() {
    assert_eq!(outlook(Recovery::InARow(14), Some(14)), Outlook::Possible);
    assert_eq!(outlook(Recovery::InARow(14), Some(13)), Outlook::OutOfReach);
    assert_eq!(outlook(Recovery::InARow(14), None), Outlook::Unknown);
    assert_eq!(outlook(Recovery::Never, Some(1_000)), Outlook::OutOfReach);
    assert_eq!(outlook(Recovery::Reached, None), Outlook::Reached);
    assert_eq!(median(vec![]), None, "absent is not zero");
    assert_eq!(median(vec![0]), Some(0));
    assert_eq!(median(vec![90, 10, 50]), Some(50));
    assert_eq!(median(vec![10, 21]), Some(15));
}

#[test]
fn vectors_of_pace() {
    let of = |count, aim, done, left| pace(count, aim, done, left).map(|p| (p.projected, p.missing, p.outlook));
    assert_eq!(of(90, at_least(180_000), 60, 60), Some((180, 90, Outlook::Possible)));
    assert_eq!(of(89, at_least(180_000), 60, 60), Some((178, 91, Outlook::OutOfReach)));
    assert_eq!(of(180, at_least(180_000), 60, 0), Some((180, 0, Outlook::Reached)));
    assert_eq!(of(10, at_most(40_000), 50, 50), Some((20, 30, Outlook::Possible)));
    assert_eq!(of(41, at_most(40_000), 50, 50), Some((82, -1, Outlook::OutOfReach)));
    assert_eq!(of(40, at_most(40_000), 50, 0), Some((40, 0, Outlook::Reached)));
    assert_eq!(of(5, at_least(10_000), 0, 50), None, "nothing is over yet");
}

proptest! {
    #[test]
    fn recovery_is_the_first_number_that_reaches(
        soon in 0u32..60, late in 0u32..60, left in 0u32..20, gone in 0u32..20, out in 0u32..10,
        milli in 1i64..=1000, id in prop::sample::select(vec![
            "sl.f1", "sl.f2", "sl.f3", "sl.f4", "sl.f5", "sl.f6", "sl.genesys", "abandonment", "abandonment.no_short", "asa",
        ]),
    ) {
        let all = |more: u32| {
            sums(&[(0, more), (10_000, soon), (33_000, late)], &[(3_000, gone), (25_000, left)], out)
        };
        let aim = match id {
            "asa" => at_most(milli * 30),
            id if id.starts_with("sl") => at_least(milli),
            _ => at_most(milli),
        };
        let (definition, now) = figure(id, &all(0));
        let is_reached = |more: u32| reached(&figure(id, &all(more)).1, aim) == Some(true);
        match recovery(definition, &now, aim) {
            None => prop_assert!(now.value.is_err()),
            Some(Recovery::Reached) => prop_assert!(is_reached(0)),
            Some(Recovery::InARow(needed)) => {
                let needed = u32::try_from(needed).unwrap();
                if needed < 3_000 {
                    prop_assert!(is_reached(needed), "{needed} are not enough");
                    prop_assert!(!is_reached(needed - 1), "{needed} are too many");
                }
            }
            Some(Recovery::Never) => prop_assert!(!is_reached(0) && !is_reached(500)),
        }
    }

    #[test]
    fn a_median_has_as_many_on_either_side(counts in prop::collection::vec(0u64..500, 1..20)) {
        let middle = median(counts.clone()).unwrap();
        let below = counts.iter().filter(|count| **count < middle).count();
        let above = counts.iter().filter(|count| **count > middle).count();
        prop_assert!(below * 2 <= counts.len() && above * 2 <= counts.len() + 1);
    }
}

#[test]
fn profiles_name_what_the_catalogue_has_and_say_why() {
    let none = BTreeMap::new();
    let own = Profiles::own();
    let mut seen = std::collections::BTreeSet::new();
    for profile in own.all() {
        let of = profile.of().expect("whose it is");
        assert!(seen.insert(of), "{of:?} stands twice");
        let hidden = profile.hidden.iter().flat_map(|hidden| &hidden.ids);
        for id in profile.lead.iter().chain(&profile.more).chain(&profile.tickets).chain(hidden) {
            let known = Catalogue::own().newest(id).is_some() || Catalogue::own().family(id).is_some();
            assert!(known, "{of:?} names {id}");
        }
        for Hidden { why: Words { pt, en, es }, ids } in &profile.hidden {
            assert!(!pt.is_empty() && !en.is_empty() && !es.is_empty() && !ids.is_empty());
            assert!(ids.iter().all(|id| !profile.lead.contains(id) && !profile.more.contains(id)), "{of:?}");
        }
    }
    let hidden = |of, id| matches!(own.stands(of, id, &none), Stands::Hidden(_));
    let operation = ProfileOf::Operation;
    assert!(hidden(operation(Operation::Sac), "average_ticket"));
    assert!(hidden(operation(Operation::Sales), "repeat.24h") && hidden(operation(Operation::Sales), "fcr.7d"));
    assert!(hidden(operation(Operation::ServiceDeskN3), "sl.f4") && !hidden(operation(Operation::SupportN1), "sl.f4"));
    assert!(hidden(ProfileOf::Kind(CampaignKind::Collections), "sales_per_hour"));
    assert!(!hidden(operation(Operation::Other), "sl.f4"), "where nobody knows, everything is shown");
    assert_eq!(own.stands(operation(Operation::Sac), "asa", &none), Stands::Lead);
    for n in [Operation::HelpDeskN2, Operation::ServiceDeskN3] {
        let why = own.stands(operation(n), "backlog_age", &none);
        assert_eq!(why, Stands::Hidden(Why::NoTickets(own.no_tickets())));
    }
    // People decide otherwise, and their reason stands; a source of tickets they cannot decide.
    let decided = |id: &str, shown| {
        let shown = Shown { shown, why: Name::from("contrato") };
        [((operation(Operation::Sac), Name::from(id)), shown)].into()
    };
    assert_eq!(
        own.stands(operation(Operation::Sac), "average_ticket", &decided("average_ticket", true)),
        Stands::Shown
    );
    let off = decided("asa", false);
    assert_eq!(own.stands(operation(Operation::Sac), "asa", &off), Stands::Hidden(Why::Decided("contrato")));
}
