//! Conversations whose end was not heard, because the platform was out of reach.

mod common;

use common::*;
use mirante_floor::*;

/// Ana answers `c1` at 2 s and nothing is heard from 5 s to 15 s. At 20 s a conversation of hers of `talk_ms` ends, in `queue`,
/// of the call named if any. What became of `c1`: its conversation, or nothing if it still goes on.
fn after_silence(cut: bool, queue: &str, call: Option<&str>, talk_ms: Option<i64>) -> Option<Option<i64>> {
    let mut story = vec![
        (0, Kind::LinkUp { platform: name("Asterisk 22") }),
        (1, member("sac", "2101", Device::Idle, false)),
        (1_000, entered("sac", "c1")),
        (2_000, answered("sac", "c1", "2101")),
    ];
    if cut {
        story.push((5_000, Kind::LinkDown { reason: name("cut") }));
        story.push((15_000, Kind::LinkUp { platform: name("Asterisk 22") }));
    }
    let (call, leg) = (call.map(name), Some(name("another-leg")));
    let end = Kind::Completed { queue: name(queue), call, leg, agent: name("2101"), transferred: false, talk_ms };
    story.push((20_000, end));
    let (mut floor, events) = (Floor::default(), story.into_iter().enumerate());
    let events: Vec<_> = events.map(|(n, (ms, kind))| event(1, n as u64 + 1, MORNING + ms, kind)).collect();
    let facts = fold(&mut floor, &events);
    let ends =
        facts.into_iter().filter_map(|fact| if let Fact::VisitClosed(visit) = fact { Some(visit) } else { None });
    let talks: Vec<_> = ends.inspect(|visit| assert_eq!(visit.outcome, Outcome::Answered)).map(|v| v.talk_ms).collect();
    let in_hand = floor.sites[&SourceId(1)].agents["2101"].talking.is_some();
    assert_eq!(talks.len(), usize::from(!in_hand), "ended once and let go of, or neither");
    talks.first().copied()
}

#[test]
fn the_end_of_a_younger_conversation_tells_that_the_older_one_is_over() {
    assert_eq!(after_silence(true, "sac", Some("c2"), Some(4_000)), Some(None));
    assert_eq!(after_silence(true, "sac", None, Some(4_000)), Some(None), "its call is not named");
    assert_eq!(after_silence(true, "n1", Some("c2"), Some(4_000)), Some(None), "in whatever queue");
    assert_eq!(after_silence(true, "sac", Some("c2"), Some(16_000)), Some(None), "begun 2 s later");
}

#[test]
fn no_other_end_tells_anything_of_it() {
    assert_eq!(after_silence(true, "sac", Some("c2"), Some(30_000)), None, "a call parked before, given up just now");
    assert_eq!(after_silence(true, "sac", Some("c2"), Some(17_000)), None, "whole seconds are not that exact");
    assert_eq!(after_silence(true, "sac", Some("c2"), None), None, "nobody says how long");
    assert_eq!(after_silence(false, "sac", Some("c2"), Some(4_000)), None, "its own end would have been heard");
    assert_eq!(after_silence(true, "sac", Some("c1"), Some(4_000)), Some(Some(18_000)), "it is the one that ends");
}
