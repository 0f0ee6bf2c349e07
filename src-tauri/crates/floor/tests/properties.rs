//! What holds whatever a platform sends.

mod common;

use common::laws::check;
use common::{any_stream, fold};
use mirante_floor::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn closed(facts: &[Fact]) -> impl Iterator<Item = &ClosedVisit> {
    facts.iter().filter_map(|fact| if let Fact::VisitClosed(visit) = fact { Some(visit) } else { None })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_breaks_the_floor(events in any_stream(1)) {
        let mut floor = Floor::default();
        let mut changes = Changes::default();
        for event in &events {
            floor.apply(event, &mut changes);
            check(&floor.sites[&SourceId(1)]);
        }
        let mut ended = BTreeSet::new();
        for visit in closed(&changes.facts) {
            prop_assert!(ended.insert(visit.id), "a visit ends at most once");
            prop_assert!(visit.wait_ms >= 0 && visit.talk_ms.unwrap_or(0) >= 0);
            prop_assert_eq!(visit.agent.is_some(), visit.outcome == Outcome::Answered);
        }
        let mut over = BTreeSet::new();
        for attempt in changes.facts.iter().filter_map(|f| if let Fact::AttemptClosed(a) = f { Some(a) } else { None }) {
            prop_assert!(over.insert(attempt.id), "an attempt ends at most once");
            prop_assert!(attempt.ring_ms >= 0 && attempt.talk_ms.unwrap_or(0) >= 0);
            prop_assert!(!attempt.end.dropped || attempt.answered_by.is_some_and(|by| by != AnsweredBy::Machine));
            prop_assert!(attempt.talk_ms.is_none() || attempt.agent.is_some());
        }
        prop_assert!(floor.sites[&SourceId(1)].attempts.values().all(|open| !over.contains(&open.id)));
        let open: BTreeSet<VisitId> = floor.sites[&SourceId(1)].visits.keys().copied().collect();
        prop_assert!(open.is_disjoint(&ended));
    }

    /// Offered, ended and waiting add up; and the totals are what an independent count of the facts gives.
    #[test]
    fn totals_are_what_the_facts_say(events in any_stream(1)) {
        let (mut floor, mut facts, mut day) = (Floor::default(), Vec::new(), i64::MIN);
        // A clock that is set may take somebody over midnight; queues that are gone take their totals with them.
        for event in events.iter().filter(|e| !matches!(e.kind, Kind::Clock { .. } | Kind::QueueGone { .. })) {
            let mut changes = Changes::default();
            floor.apply(event, &mut changes);
            let from = floor.sites.get(&SourceId(1)).and_then(|site| site.day_from).unwrap_or(i64::MIN);
            if from != day {
                // What ended before the news of the day came is in no totals any more.
                facts.clear();
                day = from;
            }
            facts.extend(changes.facts);
        }
        let Some(site) = floor.sites.get(&SourceId(1)) else { return Ok(()) };
        let is_of_day = |entered: Moment| entered.seen >= day;
        let mut ends: BTreeMap<(Name, Outcome), (u32, i64)> = BTreeMap::new();
        for visit in closed(&facts).filter(|visit| is_of_day(visit.entered)) {
            let end = ends.entry((visit.queue.clone(), visit.outcome)).or_default();
            end.0 += 1;
            end.1 += visit.wait_ms;
        }
        for fact in &facts {
            if let Fact::VisitAmended { id: Some(id), queue, from, to, .. } = fact {
                let amended = closed(&facts).find(|v| v.id == *id).expect("an amended visit had ended");
                let wait = amended.wait_ms;
                if !is_of_day(amended.entered) {
                    continue;
                }
                for (outcome, sign) in [(from, -1i64), (to, 1)] {
                    let end = ends.entry((queue.clone(), *outcome)).or_default();
                    end.0 = end.0.checked_add_signed(sign as i32).expect("never below zero");
                    end.1 += sign * wait;
                }
            }
        }
        for visit in site.visits.values().filter(|visit| is_of_day(visit.entered)) {
            if let Stage::Talking { wait_ms, .. } = visit.stage {
                let end = ends.entry((visit.queue.clone(), Outcome::Answered)).or_default();
                end.0 += 1;
                end.1 += wait_ms;
            }
        }
        for (name, queue) in &site.queues {
            let mut ended = 0;
            for outcome in Outcome::ALL {
                let (count, sum) = ends.get(&(name.clone(), outcome)).copied().unwrap_or_default();
                prop_assert_eq!(queue.totals.count(outcome), count, "{} {:?}", name, outcome);
                prop_assert_eq!(queue.totals.waits.get(&outcome).map_or(0, |t| t.sum_ms), sum as u64);
                ended += count;
            }
            let waiting = queue.waiting.iter().filter(|id| is_of_day(site.visits[id].entered)).count();
            prop_assert_eq!(queue.totals.offered, ended + waiting as u32);
        }
    }

    /// Cohorts by minute of arrival, amended as witnesses speak, add up to what all visits together give.
    #[test]
    fn cohorts_add_up_whatever_the_minute(events in any_stream(1)) {
        let facts = fold(&mut Floor::default(), &events);
        let mut cohorts: BTreeMap<(Name, i64), Cohort> = BTreeMap::new();
        let mut whole: BTreeMap<Name, Totals> = BTreeMap::new();
        for visit in closed(&facts) {
            prop_assert_eq!(Cohort::minute(visit) % Minute::MS, 0);
            prop_assert!((0..Minute::MS).contains(&(visit.entered.seen - Cohort::minute(visit))));
            cohorts.entry((visit.queue.clone(), Cohort::minute(visit))).or_default().add(visit);
            let mut one = Cohort::default();
            one.add(visit);
            whole.entry(visit.queue.clone()).or_default().merge(&one.0);
        }
        for fact in &facts {
            if let Fact::VisitAmended { id: Some(id), queue, from, to, .. } = fact {
                let visit = closed(&facts).find(|v| v.id == *id).expect("it had ended");
                let cohort = cohorts.get_mut(&(queue.clone(), Cohort::minute(visit))).expect("its cohort");
                prop_assert!(cohort.0.amend(*from, *to, visit.wait_ms));
                prop_assert!(whole.get_mut(queue).expect("its queue").amend(*from, *to, visit.wait_ms));
            }
        }
        let mut sums: BTreeMap<Name, Totals> = BTreeMap::new();
        for ((queue, _), cohort) in &cohorts {
            sums.entry(queue.clone()).or_default().merge(&cohort.0);
        }
        prop_assert_eq!(sums, whole);
    }

    #[test]
    fn a_stream_in_two_halves_gives_the_same_floor(events in any_stream(1), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(events.len());
        let mut whole = Floor::default();
        let facts = fold(&mut whole, &events);
        let mut first = Floor::default();
        let mut halves = fold(&mut first, &events[..cut]);
        let stored = postcard::to_stdvec(&first).unwrap();
        let mut second: Floor = postcard::from_bytes(&stored).unwrap();
        second.reindex();
        prop_assert_eq!(&second, &first, "reindexing changes nothing");
        halves.extend(fold(&mut second, &events[cut..]));
        prop_assert_eq!(second, whole);
        prop_assert_eq!(halves, facts);
    }

    #[test]
    fn events_of_two_sources_commute(a in any_stream(1), b in any_stream(2), order in any::<u64>()) {
        let mut sides = Floor::default();
        fold(&mut sides, &a);
        fold(&mut sides, &b);
        let (mut left, mut right) = (a.iter(), b.iter());
        let mut mixed = Floor::default();
        let mut changes = Changes::default();
        for turn in 0.. {
            let first = order.rotate_left(turn % 64) & 1 == 0;
            let next = if first { left.next().or_else(|| right.next()) } else { right.next().or_else(|| left.next()) };
            let Some(event) = next else { break };
            mixed.apply(event, &mut changes);
        }
        prop_assert_eq!(mixed, sides);
    }

    #[test]
    fn applying_again_changes_nothing(events in any_stream(1)) {
        let mut floor = Floor::default();
        fold(&mut floor, &events);
        let before = floor.clone();
        let facts = fold(&mut floor, &events);
        prop_assert_eq!(floor, before);
        prop_assert!(facts.is_empty());
    }

    /// State seconds are split at the minute's edge: nobody spends more of a minute than it was heard.
    #[test]
    fn a_minute_holds_no_more_than_itself(events in any_stream(1)) {
        for fact in fold(&mut Floor::default(), &events) {
            let Fact::MinuteClosed(minute) = fact else { continue };
            prop_assert!((0..=Minute::MS).contains(&minute.covered_ms));
            for agent in minute.agents.values() {
                prop_assert!(agent.states.values().all(|ms| *ms >= 0));
                prop_assert!(agent.states.values().sum::<i64>() <= minute.covered_ms);
            }
            for queue in minute.queues.values() {
                prop_assert!(queue.waiting_ms <= minute.covered_ms * i64::from(queue.waiting_peak));
            }
        }
    }

    /// A picture that says what the floor holds finds nothing; whatever it finds, once applied, it finds no more.
    #[test]
    fn healing_is_done_after_one_pass(events in any_stream(1), other in any_stream(1)) {
        let mut floor = Floor::default();
        fold(&mut floor, &events);
        let mut truth = Floor::default();
        fold(&mut truth, &other);
        let source = SourceId(1);
        let picture = common_picture(&truth.sites[&source]);
        let seen = floor.sites[&source].seen;
        let next = floor.sites[&source].seq + 1;
        let differences = reconcile(&floor, source, picture.clone(), i64::MAX);
        for (seq, kind) in (next..).zip(differences) {
            let stamp = Stamp { source, epoch: 2, seq, seen, at: None };
            floor.apply(&Event { stamp, origin: Origin::Inferred, kind }, &mut Changes::default());
            check(&floor.sites[&source]);
        }
        let left = reconcile(&floor, source, picture, i64::MAX);
        // A device belongs to a person: rows of one person that disagree about it cannot all hold.
        prop_assert!(left.iter().all(|k| matches!(k, Kind::Member { .. })), "{left:?}");
    }
}

/// What a platform in this state would say of itself.
fn common_picture(site: &Site) -> Picture {
    let queues: Vec<_> = site
        .queues
        .keys()
        .map(|queue| QueuePicture { queue: queue.clone(), counters: PbxCounters::default(), levels: None })
        .collect();
    let members = site.agents.iter().flat_map(|(key, agent)| {
        agent.memberships.iter().map(|(queue, m)| MemberPicture {
            queue: queue.clone(),
            agent: key.clone(),
            interface: m.interface.clone(),
            name: agent.name,
            device: agent.device,
            paused: m.paused,
            reason: m.reason.clone(),
            penalty: m.penalty,
            in_call: Some(agent.talking.as_ref().is_some_and(|(_, q)| q == queue)),
            paused_at: None,
        })
    });
    let waiting = site.visits.values().filter(|v| v.stage == Stage::Waiting).map(|v| WaitingPicture {
        queue: v.queue.clone(),
        call: v.call.clone(),
        contact: Some(v.contact.clone()),
        caller: v.caller,
        position: v.position.unwrap_or(1),
        waited_ms: 1_000,
    });
    let mut picture = Picture { queues, people: vec![], members: vec![], waiting: waiting.collect() };
    members.for_each(|member| picture.add(member));
    picture
}
