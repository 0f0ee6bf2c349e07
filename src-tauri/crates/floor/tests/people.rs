//! What agents do, as devices, queues and pauses tell.

mod common;

use common::*;
use mirante_floor::*;

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
