//! Whether the centre is plausible: bounds that a supervisor would accept, over a week and by hour.

use crate::common::*;
use mirante_floor::{CampaignSetup, Device, Kind, Outcome, Setting, SourceId};
use mirante_sources::simulator::{Doing, Setup, Simulation, Truth, VisitTruth};
use std::collections::{BTreeMap, HashMap, HashSet};

const DAY: i64 = 24 * HOUR;

fn week(seed: u64) -> (Simulation, Events, Truth) {
    let mut simulation = centre(seed, MONDAY);
    let events = run(&mut simulation, MONDAY + 7 * DAY);
    let truth = simulation.take_truth();
    (simulation, events, truth)
}

fn share<T>(of: impl IntoIterator<Item = T>, is: impl Fn(&T) -> bool) -> f64 {
    let (mut yes, mut all) = (0.0, 0.0);
    for item in of {
        yes += f64::from(u8::from(is(&item)));
        all += 1.0;
    }
    assert!(all > 0.0);
    yes / all
}

fn weekday(visit: &&VisitTruth) -> bool {
    (MONDAY..MONDAY + 5 * DAY).contains(&visit.entered_ms)
}

#[test]
fn service_is_good_but_not_perfect_in_every_queue() {
    let mut worst_and_best = (1.0_f64, 0.0_f64);
    for seed in 1..=4 {
        let (simulation, _, truth) = week(seed);
        for setting in simulation.settings(SourceId(1)) {
            let Setting::Queue { queue, setup, .. } = setting else { continue };
            let limit = i64::from(setup.goal.seconds) * 1000;
            let of_queue = || truth.visits.iter().filter(weekday).filter(|visit| visit.queue == queue);
            let counted = of_queue().filter(|visit| match visit.outcome {
                Outcome::Answered => true,
                Outcome::Abandoned => visit.wait_ms > limit,
                _ => false,
            });
            let level = share(counted, |visit| visit.outcome == Outcome::Answered && visit.wait_ms <= limit);
            let lost = share(of_queue(), |visit| visit.outcome == Outcome::Abandoned);
            assert!((0.55..=0.97).contains(&level), "seed {seed} {queue}: service level {level}");
            assert!((0.015..=0.18).contains(&lost), "seed {seed} {queue}: abandonment {lost}");
            assert!(of_queue().count() >= 150, "seed {seed} {queue}");
            worst_and_best = (worst_and_best.0.min(level), worst_and_best.1.max(level));
        }
    }
    assert!(worst_and_best.0 < 0.80 && worst_and_best.1 > 0.85, "{worst_and_best:?}: too even to be true");
}

#[test]
fn people_are_busy_but_not_exhausted() {
    let (_, _, truth) = week(2);
    let (mut busy, mut free) = (0.0, 0.0);
    for span in truth.spans.iter().filter(|span| span.to_ms < MONDAY + 5 * DAY) {
        let ms = (span.to_ms - span.from_ms) as f64;
        match span.doing {
            Doing::Talking(_) | Doing::Hold(_) | Doing::Wrapup(_) => busy += ms,
            Doing::Ready | Doing::Ringing => free += ms,
            Doing::Paused(_) | Doing::Offline => {}
        }
    }
    let occupancy = busy / (busy + free);
    assert!((0.55..=0.88).contains(&occupancy), "{occupancy}");
}

#[test]
fn everything_happens_within_two_weeks() {
    let (_, events, mut truth) = week(3);
    let (_, _, more) = week(5);
    truth.visits.extend(more.visits);
    truth.rings.extend(more.rings);
    truth.spans.extend(more.spans);
    let of = |outcome| share(&truth.visits, |visit| visit.outcome == outcome);
    assert!(of(Outcome::Answered) > 0.80);
    for outcome in [Outcome::Timeout, Outcome::ExitKey, Outcome::Overflow] {
        assert!((0.0001..0.05).contains(&of(outcome)), "{outcome:?} {}", of(outcome));
    }
    let rings = truth.rings.len() as f64;
    let answered = truth.visits.iter().filter(|visit| visit.agent.is_some()).count() as f64;
    assert!((0.03..0.055).contains(&(rings / (rings + answered))));
    let reasons: HashSet<String> = truth
        .spans
        .iter()
        .filter_map(|span| match &span.doing {
            Doing::Paused(reason) => Some(reason.to_string()),
            _ => None,
        })
        .collect();
    for reason in ["NR-17", "Lanche", "Particular", "Feedback", "Treinamento", "Almoço", "Falha de sistema"] {
        assert!(reasons.contains(reason), "{reason} not in {reasons:?}");
    }
    assert!(truth.spans.iter().any(|span| matches!(span.doing, Doing::Hold(_))));
    assert!(truth.spans.iter().any(|span| span.doing == Doing::Talking(mirante_floor::Place::Other)));
    assert!(events.iter().any(|(_, kind)| matches!(kind, Kind::MemberRemoved { .. })));
    assert!(events.iter().any(|(_, kind)| { matches!(kind, Kind::DeviceChanged { device: Device::Unavailable, .. }) }));
    // From the first level to the third, as one contact.
    let mut ways: HashMap<_, Vec<_>> = HashMap::new();
    for visit in &truth.visits {
        ways.entry(&visit.contact).or_default().push(&*visit.queue);
    }
    assert!(ways.values().any(|way| way[..] == ["suporte-n1", "helpdesk-n2", "servicedesk-n3"]));
    // The same person again, as another contact, within hours.
    let mut last: HashMap<String, i64> = HashMap::new();
    let mut again = 0;
    for (at, kind) in &events {
        if let Kind::Entered { caller: Some(caller), call, contact, .. } = kind
            && call == contact
            && let Some(before) = last.insert(caller.number.to_string(), *at)
        {
            again += usize::from(at - before < 8 * HOUR);
        }
    }
    assert!(again > 200, "{again}");
}

#[test]
fn breaks_are_those_of_the_law() {
    let (_, _, truth) = week(4);
    let mut rests: BTreeMap<(String, i64), usize> = BTreeMap::new();
    let mut lengths = Vec::new();
    for span in truth.spans.iter().filter(|span| span.doing == Doing::Paused("NR-17".into())) {
        *rests.entry((span.agent.to_string(), (span.from_ms - MONDAY) / DAY)).or_default() += 1;
        lengths.push((span.to_ms - span.from_ms) as f64 / 60_000.0);
    }
    assert!(share(rests.values(), |n| **n == 2) > 0.8, "two rests a day");
    assert!(share(&lengths, |minutes| (8.0..=12.5).contains(*minutes)) > 0.9);
}

#[test]
fn whoever_looks_sees_somebody_at_work_at_any_hour() {
    let mut simulation = centre(6, MONDAY);
    let mut quiet = 0;
    for quarter in 1..=7 * 96 {
        let events = run(&mut simulation, MONDAY + quarter * HOUR / 4);
        let here = simulation.agents().iter().filter(|agent| agent.doing != Doing::Offline).count();
        assert!(here >= 1, "nobody at quarter {quarter}");
        let local = quarter % 96;
        if (34..72).contains(&local) && quarter / 96 < 5 {
            assert!(here >= 12, "{here} at quarter {quarter}");
        }
        quiet += usize::from(!events.iter().any(|(_, kind)| matches!(kind, Kind::Entered { .. })));
    }
    assert!(quiet < 60, "{quiet} of 672 quarters of an hour without a call");
}

#[test]
fn campaigns_reach_some_people_and_drop_few() {
    let (_, _, truth) = week(5);
    let mut campaigns: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for attempt in &truth.attempts {
        campaigns.entry(attempt.campaign.clone()).or_default().push(attempt);
    }
    assert_eq!(campaigns.len(), 3);
    let (mut humans, mut dropped) = (0, 0);
    for (campaign, attempts) in campaigns {
        let alo = share(&attempts, |attempt| attempt.human == Some(true));
        let range = if &*campaign == "pesquisa" { 0.25..0.5 } else { 0.12..0.28 };
        assert!(range.contains(&alo), "{campaign}: {alo}");
        assert!(attempts.len() > 400, "{campaign}: {}", attempts.len());
        humans += attempts.iter().filter(|attempt| attempt.human == Some(true)).count();
        dropped += attempts.iter().filter(|attempt| attempt.dropped).count();
        for attempt in attempts {
            assert!(attempt.ended_ms >= attempt.started_ms && attempt.coded_ms >= attempt.ended_ms);
            assert!(!(attempt.dropped && attempt.agent.is_some()));
        }
    }
    let rate = f64::from(dropped as u32) / f64::from(humans as u32);
    assert!((0.002..0.05).contains(&rate), "{rate}");
}

#[test]
fn a_large_centre_runs_far_faster_than_time() {
    let setup = Setup { queues: 200, agents: 2_000, ..Setup::new(9, MONDAY + 9 * HOUR) };
    let mut simulation = Simulation::new(setup).unwrap();
    let began = std::time::Instant::now();
    let events = run(&mut simulation, MONDAY + 10 * HOUR);
    let speed = 3_600.0 / began.elapsed().as_secs_f64();
    println!("{} events in a busy hour, {speed:.0} times as fast as time", events.len());
    assert!(events.len() > 50_000);
    assert!(speed > 200.0, "{speed}");
    let talking = simulation.agents().iter().filter(|agent| matches!(agent.doing, Doing::Talking(_))).count();
    assert!(talking > 300, "{talking}");
}

#[test]
fn a_week_of_history_takes_no_time() {
    let began = std::time::Instant::now();
    let (_, events, _) = week(1);
    println!("{} events of a week in {:?}", events.len(), began.elapsed());
    assert!(began.elapsed().as_secs() < 20);
}

#[test]
fn settings_name_everything_and_mark_it_as_examples() {
    let simulation = Simulation::new(Setup::new(1, MONDAY)).unwrap();
    let settings = simulation.settings(SourceId(4));
    let count = |is: &dyn Fn(&Setting<mirante_sources::Caller>) -> bool| settings.iter().filter(|s| is(s)).count();
    assert_eq!(count(&|s| matches!(s, Setting::Source { source: SourceId(4), sample: true, .. })), 1);
    assert_eq!(count(&|s| matches!(s, Setting::Queue { .. })), 6);
    assert_eq!(count(&|s| matches!(s, Setting::Campaign { setup: CampaignSetup { goal: Some(_), .. }, .. })), 3);
    assert_eq!(count(&|s| matches!(s, Setting::Person(_))), 40);
    let teams: HashSet<_> = settings
        .iter()
        .filter_map(|s| match s {
            Setting::Team(team) => Some(team.id.clone()),
            _ => None,
        })
        .collect();
    for setting in &settings {
        if let Setting::Person(person) = setting {
            assert!(teams.contains(person.team.as_ref().unwrap()));
            assert!(matches!(person.day_minutes, Some(360 | 528)));
            assert_eq!(person.logins[0].1, person.name.number);
        }
    }
}
