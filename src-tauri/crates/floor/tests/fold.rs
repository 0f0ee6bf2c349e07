//! Stories with known ends.

mod common;

use common::*;
use mirante_floor::*;

const S: SourceId = SourceId(1);

/// Folds `(ms after the morning, kind)` and gives the floor and its facts.
fn tell(story: Vec<(i64, Kind)>) -> (Floor, Vec<Fact>) {
    let mut floor = Floor::default();
    let up = event(1, 1, MORNING, Kind::LinkUp { platform: name("Asterisk 22") });
    let mut events = vec![up];
    for (n, (ms, kind)) in story.into_iter().enumerate() {
        events.push(event(1, n as u64 + 2, MORNING + ms, kind));
    }
    let facts = fold(&mut floor, &events);
    (floor, facts)
}

fn left(queue: &str, call: &str, outcome: Outcome) -> Kind {
    Kind::Left { queue: name(queue), call: name(call), outcome, ago_ms: 0 }
}

fn closed(facts: &[Fact]) -> Vec<&ClosedVisit> {
    facts.iter().filter_map(|f| if let Fact::VisitClosed(v) = f { Some(v) } else { None }).collect()
}

fn state<'a>(floor: &'a Floor, agent: &str) -> &'a AgentState {
    &floor.sites[&S].agents[agent].state
}

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

#[test]
fn durations_are_the_platforms_when_it_tells_the_time() {
    let mut floor = Floor::default();
    let mut events = vec![event(1, 1, MORNING, entered("sac", "c1"))];
    // The news came 900 ms late; the platform's own clock says 10 s.
    let mut late = event(1, 2, MORNING + 10_900, left("sac", "c1", Outcome::Abandoned));
    late.stamp.at = Some(MORNING - 7 + 10_000);
    events.push(late);
    let facts = fold(&mut floor, &events);
    assert_eq!(closed(&facts)[0].wait_ms, 10_000);
}

#[test]
fn a_person_in_two_queues_is_one_agent_and_a_pause_in_one_is_no_pause() {
    let (floor, _) =
        tell(vec![(0, member("sac", "2101", Device::Idle, false)), (0, member("n1", "2101", Device::Idle, true))]);
    assert_eq!(floor.sites[&S].agents.len(), 1);
    assert_eq!(*state(&floor, "2101"), AgentState::Ready);
    let (floor, _) =
        tell(vec![(0, member("sac", "2101", Device::Idle, true)), (0, member("n1", "2101", Device::Idle, true))]);
    assert_eq!(*state(&floor, "2101"), AgentState::Paused(Some(name("lanche"))));
}

#[test]
fn a_busy_device_with_no_queue_call_is_a_call_outside_the_queue() {
    let story = vec![
        (0, member("sac", "2101", Device::Idle, false)),
        (1_000, Kind::DeviceChanged { agent: name("2101"), device: Device::InUse }),
    ];
    let (floor, _) = tell(story);
    assert_eq!(*state(&floor, "2101"), AgentState::Talking(Place::Other));
}

#[test]
fn the_device_that_is_still_busy_when_a_queue_call_ends_is_not_outside_the_queue() {
    let (floor, facts) = tell(vec![
        (0, member("sac", "2101", Device::Idle, false)),
        (1_000, entered("sac", "c1")),
        (2_000, answered("sac", "c1", "2101")),
        (2_001, Kind::DeviceChanged { agent: name("2101"), device: Device::InUse }),
        (9_000, completed("sac", Some("c1"), None, "2101")),
        (9_003, Kind::DeviceChanged { agent: name("2101"), device: Device::Idle }),
    ]);
    assert_eq!(*state(&floor, "2101"), AgentState::Ready);
    let spans = facts.iter().filter_map(|f| if let Fact::SpanClosed(s) = f { Some(s.state.clone()) } else { None });
    assert_eq!(
        spans.collect::<Vec<_>>(),
        [AgentState::Ready, AgentState::Talking(Place::Queue(name("sac")))],
        "no moment on a call outside the queue"
    );
}

/// A queue call ends on a phone that goes on being busy: with another line, which sends no word of its own.
#[test]
fn a_device_that_stays_busy_after_a_queue_call_is_outside_the_queue() {
    let story = |after: Vec<(i64, Kind)>| {
        let mut story = vec![
            (0, member("sac", "2101", Device::Idle, false)),
            (1_000, entered("sac", "c1")),
            (2_000, answered("sac", "c1", "2101")),
            (2_001, Kind::DeviceChanged { agent: name("2101"), device: Device::InUse }),
            (9_000, completed("sac", Some("c1"), None, "2101")),
        ];
        story.extend(after);
        tell(story).0
    };
    let soon = story(vec![(10_900, Kind::Tick)]);
    assert_eq!(*state(&soon, "2101"), AgentState::Ready, "it may still say that it is free");
    assert_eq!(soon.due(), Some((S, MORNING + 11_000)));
    let later = story(vec![(11_000, Kind::Tick)]);
    assert_eq!(*state(&later, "2101"), AgentState::Talking(Place::Other));
    assert_eq!(later.due(), None);
    let again = story(vec![(9_500, member("sac", "2101", Device::InUse, false)), (12_000, Kind::Tick)]);
    assert_eq!(
        *state(&again, "2101"),
        AgentState::Talking(Place::Other),
        "a report within the delay may be an old one"
    );
    let free = story(vec![(9_500, member("sac", "2101", Device::Idle, false)), (12_000, Kind::Tick)]);
    assert_eq!((state(&free, "2101"), free.due()), (&AgentState::Ready, None));
    let next = story(vec![
        (9_500, entered("sac", "c2")),
        (9_600, answered("sac", "c2", "2101")),
        (12_000, Kind::Tick),
        (13_000, completed("sac", Some("c2"), None, "2101")),
        (13_500, Kind::Tick),
    ]);
    assert_eq!(*state(&next, "2101"), AgentState::Ready, "each conversation has its own delay");
}

/// What is told after the fact belongs where it happened: waits and talks by the platform's clock, nothing in the open minute,
/// nothing of yesterday in today's totals, and no claim that an agent was heard of.
#[test]
fn an_account_of_the_past_is_no_present() {
    let mut floor = Floor::default();
    let mut changes = Changes::default();
    let mut seq = 0;
    let mut tell = |origin: Origin, seen: i64, at: i64, kind: Kind| {
        seq += 1;
        let stamp = Stamp { source: S, epoch: 1, seq, seen: MORNING + seen, at: Some(MORNING + at) };
        floor.apply(&Event { stamp, origin, kind }, &mut changes);
    };
    tell(Origin::Heard, 0, 0, Kind::DayStarted { from: MORNING });
    tell(Origin::Heard, 0, 0, Kind::LinkUp { platform: name("pbx") });
    tell(Origin::Heard, 0, 0, member("sac", "2101", Device::Idle, false));
    tell(Origin::Heard, 1_000, 1_000, entered("sac", "open"));
    tell(Origin::Heard, 2_000, 2_000, Kind::LinkDown { reason: name("cut") });
    let now = 600_000;
    tell(Origin::Heard, now, now, Kind::LinkUp { platform: name("pbx") });
    tell(Origin::Backfilled, now, -60_000, entered("sac", "yesterday"));
    let left = |call: &str| Kind::Left { queue: name("sac"), call: name(call), outcome: Outcome::Timeout, ago_ms: 0 };
    tell(Origin::Backfilled, now, -50_000, left("yesterday"));
    tell(Origin::Backfilled, now, 5_000, answered("sac", "open", "2101"));
    tell(Origin::Backfilled, now, 20_000, entered("sac", "missed"));
    tell(Origin::Backfilled, now, 31_000, completed("sac", Some("open"), None, "2101"));
    tell(Origin::Backfilled, now, 44_000, left("missed"));
    let visits = closed(&changes.facts);
    let of = |call: &str| visits.iter().find(|v| &*v.call == call).expect(call);
    assert_eq!(
        (of("yesterday").wait_ms, of("yesterday").outcome, of("yesterday").origin),
        (10_000, Outcome::Timeout, Origin::Backfilled)
    );
    assert_eq!((of("open").wait_ms, of("open").talk_ms, of("open").origin), (4_000, Some(26_000), Origin::Backfilled));
    assert_eq!((of("missed").wait_ms, of("missed").entered.seen), (24_000, MORNING + 20_000));
    let site = &floor.sites[&S];
    let totals = &site.queues["sac"].totals;
    assert_eq!(
        (totals.offered, totals.waits[&Outcome::Answered].count, totals.waits[&Outcome::Timeout].count),
        (2, 1, 1)
    );
    assert!(site.minute.queues.get("sac").is_none_or(|m| m.entered + m.answered + m.lost == 0));
    assert!(site.agents["2101"].touched <= MORNING, "the next picture may correct the agent");
    assert_eq!(site.heard, Some(Moment { seen: MORNING + 1_000, at: Some(MORNING + 1_000) }));
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
fn minutes_split_states_and_waits_at_their_edge() {
    assert_eq!(MORNING % Minute::MS, 0);
    let (_, facts) = tell(vec![
        (0, member("sac", "2101", Device::Idle, false)),
        (30_000, entered("sac", "c1")),
        (45_000, answered("sac", "c1", "2101")),
        (90_000, completed("sac", Some("c1"), None, "2101")),
        (120_000, Kind::Tick),
    ]);
    let minutes: Vec<&Minute> =
        facts.iter().filter_map(|f| if let Fact::MinuteClosed(m) = f { Some(m) } else { None }).collect();
    assert_eq!(minutes.len(), 2);
    let talking = (StateKind::Talking, Some(Place::Queue(name("sac"))));
    let ready = (StateKind::Ready, None);
    let spent = |m: &Minute| {
        let states = &m.agents["2101"].states;
        (states.get(&ready).copied().unwrap_or(0), states.get(&talking).copied().unwrap_or(0))
    };
    assert_eq!(spent(minutes[0]), (45_000, 15_000));
    assert_eq!(spent(minutes[1]), (30_000, 30_000));
    let sac = &minutes[0].queues["sac"];
    assert_eq!((sac.entered, sac.answered, sac.waiting_ms, sac.waiting_peak), (1, 1, 15_000, 1));
    assert!(minutes.iter().all(|m| m.covered_ms == Minute::MS));
}

#[test]
fn a_gap_is_recorded_and_nothing_is_credited_in_it() {
    let (floor, facts) = tell(vec![
        (0, member("sac", "2101", Device::Idle, false)),
        (10_000, Kind::LinkDown { reason: name("cut") }),
        (40_000, Kind::LinkUp { platform: name("Asterisk 22") }),
        (60_000, Kind::Tick),
    ]);
    let gap = facts.iter().find_map(|f| if let Fact::GapClosed(g) = f { Some(g) } else { None }).expect("a gap");
    assert_eq!((gap.from, gap.to), (MORNING + 10_000, MORNING + 40_000));
    let minute =
        facts.iter().find_map(|f| if let Fact::MinuteClosed(m) = f { Some(m) } else { None }).expect("a minute");
    assert_eq!(minute.covered_ms, 30_000);
    assert_eq!(minute.agents["2101"].states.values().sum::<i64>(), 30_000);
    assert_eq!(floor.sites[&S].covered_ms, 30_000);
}

#[test]
fn a_source_that_stays_down_says_why_it_is_still_down() {
    let down = |reason: &str| Kind::LinkDown { reason: name(reason) };
    let (floor, _) = tell(vec![(1_000, down("Mirante closed")), (5_000, down("connection refused"))]);
    let expected = Link::Down { since: MORNING + 1_000, reason: name("connection refused") };
    assert_eq!(floor.sites[&S].link, expected);
}

#[test]
fn the_day_starts_anew_and_what_is_open_goes_on() {
    let (floor, _) = tell(vec![
        (0, entered("sac", "c1")),
        (5_000, left("sac", "c1", Outcome::Abandoned)),
        (6_000, entered("sac", "c2")),
        (60_000, Kind::DayStarted { from: MORNING + 60_000 }),
        (61_000, left("sac", "c2", Outcome::Abandoned)),
    ]);
    let site = &floor.sites[&S];
    let totals = &site.queues["sac"].totals;
    assert_eq!((totals.offered, totals.count(Outcome::Abandoned)), (0, 1), "it ended today, though it came yesterday");
    assert_eq!(site.counting_since, Some(MORNING + 60_000));
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

#[test]
fn a_picture_heals_a_busy_queue_too() {
    // Someone's state in the queue was heard of just before; the caller still went unheard, and another came unheard.
    let (floor, _) = tell(vec![
        (0, member("sac", "2101", Device::Idle, false)),
        (1_000, entered("sac", "c1")),
        (60_000, entered("sac", "c3")),
        (60_500, member("sac", "2101", Device::InUse, false)),
    ]);
    let queue = QueuePicture { queue: name("sac"), counters: PbxCounters::default() };
    let waiting = |call: &str| WaitingPicture {
        queue: name("sac"),
        call: name(call),
        contact: None,
        caller: None,
        position: 1,
        waited_ms: 5_000,
    };
    let picture = Picture { queues: vec![queue], members: vec![], waiting: vec![waiting("c2")] };
    let kinds = reconcile(&floor, S, &picture, MORNING + 58_000);
    let calls: Vec<String> = kinds
        .iter()
        .filter_map(|kind| match kind {
            Kind::Left { call, .. } => Some(format!("-{call}")),
            Kind::Entered { call, .. } => Some(format!("+{call}")),
            _ => None,
        })
        .collect();
    assert_eq!(calls, ["-c1", "+c2"], "c3 entered after the picture was asked for");
}

#[test]
fn a_difference_must_stand_in_two_pictures_running() {
    let seen = |waited_ms| {
        let (queue, call, contact) = (name("sac"), name("c1"), name("c1"));
        vec![Kind::Entered { queue, call, contact, caller: None, position: Some(1), waited_ms }]
    };
    let mut healer = Healer::default();
    assert!(healer.admit(seen(1_000), false).is_empty());
    assert_eq!(healer.admit(seen(61_000), false), seen(61_000), "with the wait of now");
    assert!(healer.admit(seen(1_000), false).is_empty(), "once admitted it is forgotten");
    assert_eq!(healer.admit(seen(1_000), true).len(), 1, "right after a connection there is no second look");
}

/// Either clock is set an hour ahead while somebody waits and somebody talks: nothing becomes longer, and the hour never was.
#[test]
fn a_clock_that_is_set_changes_no_length() {
    const HOUR: i64 = 3_600_000;
    for (at_by, seen_by) in [(HOUR, 0), (-HOUR, 0), (0, HOUR)] {
        let mut floor = Floor::default();
        let mut changes = Changes::default();
        let mut seq = 0;
        let mut tell = |seen: i64, at: i64, kind: Kind| {
            seq += 1;
            let stamp = Stamp { source: S, epoch: 1, seq, seen: MORNING + seen, at: Some(MORNING + at) };
            floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut changes);
        };
        tell(0, 0, Kind::DayStarted { from: MORNING });
        tell(0, 0, Kind::LinkUp { platform: name("pbx") });
        tell(0, 0, member("sac", "2101", Device::Idle, false));
        tell(1_000, 1_000, entered("sac", "c1"));
        tell(2_000, 2_000, answered("sac", "c1", "2101"));
        tell(3_000, 3_000, entered("sac", "c2"));
        let s = seen_by;
        tell(5_000 + s, 5_000 + at_by, Kind::Clock { ahead_ms: at_by - seen_by, at_by, seen_by });
        let at = |ms: i64| ms + at_by;
        tell(9_000 + s, at(9_000), completed("sac", Some("c1"), None, "2101"));
        let left = Kind::Left { queue: name("sac"), call: name("c2"), outcome: Outcome::Abandoned, ago_ms: 0 };
        tell(10_000 + s, at(10_000), left);
        tell(300_000 + s, at(300_000), Kind::Tick);
        let visits = closed(&changes.facts);
        let of = |call: &str| visits.iter().find(|v| &*v.call == call).expect(call);
        assert_eq!(
            (of("c1").wait_ms, of("c1").talk_ms, of("c2").wait_ms),
            (1_000, Some(7_000), 7_000),
            "{at_by} {seen_by}"
        );
        let minutes = changes.facts.iter().filter_map(|f| if let Fact::MinuteClosed(m) = f { Some(m) } else { None });
        let covered: i64 = minutes.clone().map(|m| m.covered_ms).sum();
        let worked: i64 = minutes.flat_map(|m| m.agents.values()).flat_map(|a| a.states.values()).sum();
        let open = &floor.sites[&S].minute;
        assert!((295_000..=300_000).contains(&(covered + open.covered_ms)), "{covered} {at_by} {seen_by}");
        assert!(worked <= 300_000, "{worked}");
        assert_eq!(floor.sites[&S].clock_ahead, Some(at_by - seen_by));
    }
}

#[test]
fn every_time_that_shows_is_drawn_again_when_our_clock_is_set() {
    for (at_by, seen_by) in [(3_600_000, 0), (0, 3_600_000)] {
        let (mut floor, mut changes) = (Floor::default(), Changes::default());
        let stamp = Stamp { source: S, epoch: 1, seq: 1, seen: MORNING + seen_by, at: None };
        let kind = Kind::Clock { ahead_ms: at_by - seen_by, at_by, seen_by };
        floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut changes);
        assert_eq!(changes.all, seen_by > 0);
    }
}

#[test]
fn a_gap_begins_when_mirante_stood_still() {
    let mut floor = Floor::default();
    let mut changes = Changes::default();
    let mut tell = |seq: u64, seen: i64, kind: Kind| {
        let stamp = Stamp { source: S, epoch: 1, seq, seen: MORNING + seen, at: None };
        floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut changes);
        floor.sites[&S].covered_ms
    };
    tell(1, 0, Kind::DayStarted { from: MORNING });
    tell(2, 0, Kind::LinkUp { platform: name("pbx") });
    assert_eq!(tell(3, 30_000, Kind::StoodStill { ms: 20_000 }), 30_000);
    let down = Kind::LinkDown { reason: name("overload: Mirante stood still") };
    assert_eq!(tell(4, 30_000, down), 10_000, "what was not heard is not covered");
    tell(5, 31_000, Kind::LinkUp { platform: name("pbx") });
    // It is forgotten with the session that it ended.
    tell(6, 40_000, Kind::LinkDown { reason: name("protocol: cut") });
    tell(7, 42_000, Kind::LinkUp { platform: name("pbx") });
    let gaps = changes.facts.iter().filter_map(|f| if let Fact::GapClosed(g) = f { Some(g) } else { None });
    let gaps: Vec<(i64, i64)> = gaps.map(|gap| (gap.from - MORNING, gap.to - MORNING)).collect();
    assert_eq!(gaps, [(10_000, 31_000), (40_000, 42_000)]);
}
