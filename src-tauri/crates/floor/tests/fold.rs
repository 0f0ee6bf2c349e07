//! Stories of calls with known ends.

mod common;

use common::*;
use mirante_floor::*;

#[test]
fn a_call_answered_and_ended_by_the_leg_alone() {
    let (floor, facts) = tell(vec![
        (0, member("sac", "2101", Device::Idle, false)),
        (1_000, entered("sac", "c1")),
        (2_000, Kind::Ringing { queue: name("sac"), call: name("c1"), agent: name("2101") }),
        (6_000, answered("sac", "c1", "2101")),
        (66_000, completed("sac", None, Some("c1-leg"), "2101")),
        (70_000, Kind::CallEnded { call: name("c1") }),
    ]);
    let visits = closed(&facts);
    assert_eq!(visits.len(), 1);
    assert_eq!((visits[0].outcome, visits[0].wait_ms, visits[0].talk_ms), (Outcome::Answered, 5_000, Some(60_000)));
    let totals = &floor.sites[&S].queues["sac"].totals;
    assert_eq!((totals.offered, totals.count(Outcome::Answered), totals.talks.sum_ms), (1, 1, 60_000));
    assert_eq!(*state(&floor, "2101"), AgentState::Ready);
}

/// Unheard, a caller was passed on, answered by the next and hung up there: of the first conversation only the beginning is known.
#[test]
fn a_channel_that_goes_does_not_tell_how_long_an_unheard_conversation_was() {
    let story = |cut: Vec<(i64, Kind)>| {
        let mut story = vec![(0, entered("n1", "c1")), (4_000, answered("n1", "c1", "2101"))];
        story.extend(cut);
        story.push((40_000, Kind::CallEnded { call: name("c1") }));
        closed(&tell(story).1).into_iter().map(|visit| visit.talk_ms).collect::<Vec<_>>()
    };
    assert_eq!(story(vec![]), [Some(36_000)]);
    let cut = Kind::LinkDown { reason: name("cut") };
    assert_eq!(story(vec![(6_000, cut), (30_000, Kind::LinkUp { platform: name("pbx") })]), [None]);
}

/// The same call answered twice in one queue, the first conversation not over yet: an end is of the agent it names.
#[test]
fn an_end_is_of_the_agent_it_names() {
    let story = |agent: &str| {
        let (floor, facts) = tell(vec![
            (0, entered("sac", "c1")),
            (1_000, answered("sac", "c1", "2101")),
            (5_000, entered("sac", "c1")),
            (6_000, answered("sac", "c1", "2102")),
            (9_000, completed("sac", Some("c1"), None, agent)),
        ]);
        let visits = closed(&facts);
        assert_eq!((visits.len(), floor.sites[&S].visits.len()), (1, 1));
        (visits[0].agent.clone(), visits[0].talk_ms)
    };
    assert_eq!(story("2102"), (Some(name("2102")), Some(3_000)));
    assert_eq!(story("2101"), (Some(name("2101")), Some(8_000)));
    assert_eq!(story("2199"), (Some(name("2101")), Some(8_000)), "nobody known: the older");
}

#[test]
fn an_answered_call_passed_on_stays_answered_and_waits_in_the_next_queue() {
    let (floor, facts) = tell(vec![
        (0, entered("n1", "c1")),
        (4_000, answered("n1", "c1", "2101")),
        (9_000, entered("n2", "c1")),
        (
            9_010,
            Kind::Completed {
                queue: name("n1"),
                call: Some(name("c1")),
                leg: None,
                agent: name("2101"),
                transferred: true,
                talk_ms: None,
            },
        ),
    ]);
    let visits = closed(&facts);
    assert_eq!(visits.len(), 1);
    assert!(visits[0].transferred);
    assert_eq!(visits[0].outcome, Outcome::Answered);
    let site = &floor.sites[&S];
    assert_eq!(site.queues["n2"].waiting.len(), 1);
    assert_eq!(site.contacts["c1"].visits, 2);
}

#[test]
fn a_better_witness_moves_the_totals() {
    let amend = Kind::VisitAmended {
        queue: name("sac"),
        call: name("c1"),
        from: Outcome::Unknown,
        to: Outcome::Timeout,
        witness: Witness::QueueLog,
    };
    let (floor, facts) =
        tell(vec![(0, entered("sac", "c1")), (30_000, left("sac", "c1", Outcome::Unknown)), (30_200, amend)]);
    let totals = &floor.sites[&S].queues["sac"].totals;
    assert_eq!((totals.count(Outcome::Unknown), totals.count(Outcome::Timeout)), (0, 1));
    assert!(matches!(facts.last(), Some(Fact::VisitAmended { id: Some(_), to: Outcome::Timeout, .. })));
}

#[test]
fn a_contact_that_is_part_of_another_is_one_with_it() {
    let joined = |contact: &str, root: &str| Kind::ContactJoined { contact: name(contact), root: name(root) };
    let (floor, facts) = tell(vec![
        (0, entered("n1", "c1")),
        (10_000, entered("n2", "c2")),
        (20_000, left("n2", "c2", Outcome::Unknown)),
        (21_000, entered("n3", "c2")),
        (30_000, joined("c2", "c1")),
        (31_000, joined("c1", "c1")),
        (32_000, joined("never", "c1")),
    ]);
    let site = &floor.sites[&S];
    assert!(site.visits.values().all(|visit| &*visit.contact == "c1"), "{:?}", site.visits);
    assert_eq!((site.recent[0].contact.as_ref(), site.contacts.len()), ("c1", 1));
    let whole = &site.contacts["c1"];
    assert_eq!((whole.visits, whole.open, whole.since), (3, 2, MORNING));
    let told = facts.iter().filter(|fact| matches!(fact, Fact::ContactJoined { .. })).count();
    assert_eq!(told, 2, "history may know what the floor has forgotten");
}

#[test]
fn a_call_picked_up_goes_on_when_its_agent_takes_another() {
    let answered = |queue: &str, call: &str| Kind::Answered {
        queue: name(queue),
        call: name(call),
        agent: name("2101"),
        leg: Some(name(&format!("leg-{call}"))),
    };
    let done = |queue: &str, call: &str| Kind::Completed {
        queue: name(queue),
        call: Some(name(call)),
        leg: None,
        agent: name("2101"),
        transferred: false,
        talk_ms: None,
    };
    let calls = |cut: bool| {
        let mut story = vec![
            (1_000, entered("sac", "c1")),
            (2_000, answered("sac", "c1")),
            (3_000, entered("sac", "c2")),
            (4_000, answered("sac", "c2")),
            (5_000, done("sac", "c2")),
            (9_000, done("sac", "c1")),
        ];
        if cut {
            story.insert(2, (2_500, Kind::LinkDown { reason: name("cut") }));
            story.insert(3, (2_600, Kind::LinkUp { platform: name("Asterisk 22") }));
        }
        let (_, facts) = tell(story);
        let visits = closed(&facts);
        let mut talks: Vec<_> = visits.iter().map(|visit| (visit.call.to_string(), visit.talk_ms)).collect();
        talks.sort();
        talks
    };
    assert_eq!(calls(false), [("c1".into(), Some(7_000)), ("c2".into(), Some(1_000))]);
    // Where no session heard both, the end of the first may have been missed.
    assert_eq!(calls(true), [("c1".into(), None), ("c2".into(), Some(1_000))]);
}

#[test]
fn a_source_that_stays_down_says_why_it_is_still_down() {
    let down = |reason: &str| Kind::LinkDown { reason: name(reason) };
    let (floor, _) = tell(vec![(1_000, down("Mirante closed")), (5_000, down("connection refused"))]);
    let expected = Link::Down { since: MORNING + 1_000, reason: name("connection refused") };
    assert_eq!(floor.sites[&S].link, expected);
}

#[test]
fn positions_move_up_when_someone_leaves() {
    let join = |call: &str, position: u32| {
        let (queue, contact, call) = (name("sac"), name(call), name(call));
        Kind::Entered { queue, call, contact, caller: None, position: Some(position), waited_ms: 0 }
    };
    let (floor, _) = tell(vec![
        (0, join("c1", 1)),
        (1, join("c2", 2)),
        (2, join("c3", 2)),
        (3, left("sac", "c1", Outcome::Abandoned)),
    ]);
    let positions: Vec<_> = floor.sites[&S].visits.values().map(|v| (v.call.to_string(), v.position)).collect();
    assert_eq!(positions, [("c2".into(), Some(2)), ("c3".into(), Some(1))], "a caller with priority went ahead of c2");
}

#[test]
fn an_end_that_became_clear_later_counts_where_it_was() {
    let late = Kind::Left { queue: name("sac"), call: name("c1"), outcome: Outcome::Unknown, ago_ms: 2_500 };
    let mut floor = Floor::default();
    let mut events = vec![event(1, 1, MORNING, entered("sac", "c1")), event(1, 2, MORNING + 12_500, late)];
    events.iter_mut().for_each(|event| event.stamp.at = None);
    assert_eq!(closed(&fold(&mut floor, &events))[0].wait_ms, 10_000);
}

#[test]
fn what_was_decided_can_be_taken_back() {
    let mut floor = Floor::default();
    let decide = |seq, setting| event(0, seq, MORNING, Kind::Configured(setting));
    let person = Person {
        id: name("p1"),
        name: PartyId(1),
        team: None,
        shift: None,
        day_minutes: None,
        logins: vec![(S, name("2101"))],
    };
    let label = name("Matriz");
    fold(
        &mut floor,
        &[decide(1, Setting::Source { source: S, label, sample: false }), decide(2, Setting::Person(person))],
    );
    assert!(floor.config.person(S, &name("2101")).is_some());
    fold(
        &mut floor,
        &[decide(3, Setting::Removed(Removed::Person(name("p1")))), decide(4, Setting::Removed(Removed::Source(S)))],
    );
    assert_eq!(floor.config, Config::default());
}
