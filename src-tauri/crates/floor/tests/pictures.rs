//! What pictures mend.

mod common;

use common::*;
use mirante_floor::*;

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
