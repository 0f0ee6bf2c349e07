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
    let queue = QueuePicture { queue: name("sac"), counters: PbxCounters::default(), levels: None };
    let waiting = |call: &str| WaitingPicture {
        queue: name("sac"),
        call: name(call),
        contact: None,
        caller: None,
        position: 1,
        waited_ms: 5_000,
    };
    let picture = Picture { queues: vec![queue], people: vec![], members: vec![], waiting: vec![waiting("c2")] };
    let kinds = reconcile(&floor, S, picture, MORNING + 58_000);
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

mod newcomers {
    use super::*;
    use proptest::prelude::*;

    fn touched(changes: &Changes) -> [Vec<(SourceId, Name)>; 2] {
        let sorted = |keys: &Touched<Name>| {
            let mut keys: Vec<_> = keys.iter().cloned().collect();
            keys.sort();
            keys
        };
        [sorted(&changes.queues), sorted(&changes.agents)]
    }

    fn any_kind() -> impl Strategy<Value = (Kind, bool, Origin)> {
        let device = prop_oneof![Just(Device::Idle), Just(Device::InUse), Just(Device::Unavailable)];
        let told = (0..4, 0..9, device, any::<bool>(), prop::option::of(-90_000_000_i64..90_000));
        let told = told.prop_map(|(queue, agent, device, paused, ago)| {
            let mut kind = member(&format!("q{queue}"), &format!("21{agent}"), device, paused);
            if let Kind::Member { paused_at, .. } = &mut kind {
                *paused_at = ago.map(|ago| MORNING - ago);
            }
            kind
        });
        let removed = (0..4, 0..9).prop_map(|(queue, agent)| Kind::MemberRemoved {
            queue: name(&format!("q{queue}")),
            agent: name(&format!("21{agent}")),
        });
        let other = prop_oneof![Just(Kind::Tick), Just(Kind::QueueGone { queue: name("q1") }), removed];
        let origin = prop_oneof![Just(Origin::Inferred), Just(Origin::Heard)];
        (prop_oneof![20 => told, 1 => other], prop::bool::weighted(0.05), origin)
    }

    proptest! {
        /// Together is the same as one after the other, whatever the list, also over the edge of a minute.
        #[test]
        fn together_are_what_each_is(kinds in prop::collection::vec(any_kind(), 1..60), up in any::<bool>()) {
            let mut seen = MORNING;
            let mut events = vec![event(1, 1, seen, Kind::LinkUp { platform: name("x") })];
            events.truncate(usize::from(up));
            for (seq, (kind, later, origin)) in (2..).zip(kinds) {
                seen += if later { 45_000 } else { 0 };
                events.push(Event { origin, ..event(1, seq, seen, kind) });
            }
            let (mut one, mut all) = (Floor::default(), Floor::default());
            let (mut of_one, mut of_all) = (Changes::default(), Changes::default());
            events.iter().for_each(|event| one.apply(event, &mut of_one));
            all.apply_all(&events, &mut of_all);
            prop_assert_eq!(one, all);
            prop_assert_eq!(&of_one.facts, &of_all.facts);
            prop_assert_eq!(touched(&of_one), touched(&of_all));
        }
    }
}
