//! Streams of events for tests: short ones written by hand, and arbitrary ones that make no sense.
#![allow(dead_code, missing_docs, unreachable_pub)] // each test file uses its part

pub mod laws;

use mirante_floor::*;
use proptest::prelude::*;

pub const MORNING: i64 = 1_795_000_020_000;

pub const S: SourceId = SourceId(1);

/// Folds `(ms after the morning, kind)` and gives the floor and its facts.
pub fn tell(story: Vec<(i64, Kind)>) -> (Floor, Vec<Fact>) {
    let mut floor = Floor::default();
    let up = event(1, 1, MORNING, Kind::LinkUp { platform: name("Asterisk 22") });
    let mut events = vec![up];
    for (n, (ms, kind)) in story.into_iter().enumerate() {
        events.push(event(1, n as u64 + 2, MORNING + ms, kind));
    }
    let facts = fold(&mut floor, &events);
    (floor, facts)
}

pub fn left(queue: &str, call: &str, outcome: Outcome) -> Kind {
    Kind::Left { queue: name(queue), call: name(call), outcome, ago_ms: 0 }
}

pub fn closed(facts: &[Fact]) -> Vec<&ClosedVisit> {
    facts.iter().filter_map(|f| if let Fact::VisitClosed(v) = f { Some(v) } else { None }).collect()
}

pub fn state<'a>(floor: &'a Floor, agent: &str) -> &'a AgentState {
    &floor.sites[&S].agents[agent].state
}

pub fn name(text: &str) -> Name {
    Name::from(text)
}

pub fn event(source: u16, seq: u64, seen: i64, kind: Kind) -> Event {
    let stamp = Stamp { source: SourceId(source), epoch: 1, seq, seen, at: Some(seen - 7) };
    Event { stamp, origin: Origin::Heard, kind }
}

pub fn member(queue: &str, agent: &str, device: Device, paused: bool) -> Kind {
    Kind::Member {
        queue: name(queue),
        agent: name(agent),
        interface: name(&format!("Local/{agent}@from-queue/n")),
        name: Some(PartyId(agent.len() as u64)),
        device,
        paused,
        reason: paused.then(|| name("lanche")),
        penalty: 0,
        in_call: None,
        paused_at: None,
    }
}

pub fn entered(queue: &str, call: &str) -> Kind {
    let (queue, contact, call) = (name(queue), name(call), name(call));
    Kind::Entered { queue, call, contact, caller: None, position: None, waited_ms: 0 }
}

pub fn answered(queue: &str, call: &str, agent: &str) -> Kind {
    Kind::Answered { queue: name(queue), call: name(call), agent: name(agent), leg: Some(name(&format!("{call}-leg"))) }
}

pub fn completed(queue: &str, call: Option<&str>, leg: Option<&str>, agent: &str) -> Kind {
    let (call, leg) = (call.map(name), leg.map(name));
    Kind::Completed { queue: name(queue), call, leg, agent: name(agent), transferred: false, talk_ms: None }
}

fn any_of(names: &'static [&'static str]) -> impl Strategy<Value = Name> + Clone {
    proptest::sample::select(names).prop_map(Name::from)
}

/// Any event at all over a handful of names, so that they meet.
pub fn any_kind() -> impl Strategy<Value = Kind> {
    let queue = || any_of(&["sac", "n1", "n2"]);
    let call = || any_of(&["c1", "c2", "c3", "c4", "c5"]);
    let agent = || any_of(&["2101", "2102", "2103"]);
    let leg = || proptest::option::of(any_of(&["l1", "l2", "l3"]));
    let outcome = || proptest::sample::select(&Outcome::ALL[..]);
    let device = || {
        proptest::sample::select(vec![
            Device::Unknown,
            Device::Idle,
            Device::InUse,
            Device::Ringing,
            Device::RingingInUse,
            Device::OnHold,
            Device::Unavailable,
        ])
    };
    let position = || proptest::option::of(0u32..5);
    let place =
        prop_oneof![queue().prop_map(Place::Queue), any_of(&["vendas"]).prop_map(Place::Campaign), Just(Place::Other)];
    let activity =
        prop_oneof![place.clone().prop_map(Activity::Talking), Just(Activity::Hold), place.prop_map(Activity::Wrapup)];
    prop_oneof![
        3 => Just(Kind::Tick),
        1 => Just(Kind::LinkUp { platform: Name::from("Asterisk") }),
        1 => Just(Kind::LinkDown { reason: Name::from("cut") }),
        1 => (0i64..3).prop_map(|day| Kind::DayStarted { from: MORNING + day * 3_600_000 }),
        1 => queue().prop_map(|queue| Kind::QueueGone { queue }),
        6 => (queue(), agent(), device(), any::<bool>(), any::<i64>()).prop_map(|(queue, agent, device, paused, when)| {
            let mut kind = member(&queue, &agent, device, paused);
            if let Kind::Member { paused_at, .. } = &mut kind { *paused_at = Some(when); }
            kind
        }),
        1 => (queue(), agent()).prop_map(|(queue, agent)| Kind::MemberRemoved { queue, agent }),
        2 => (agent(), device()).prop_map(|(agent, device)| Kind::DeviceChanged { agent, device }),
        2 => (agent(), proptest::option::of(activity)).prop_map(|(agent, activity)| Kind::ActivityChanged { agent, activity }),
        8 => (queue(), call(), position(), prop_oneof![Just(0), any::<i64>()]).prop_map(|(queue, call, position, waited_ms)| {
            Kind::Entered { queue, contact: call.clone(), call, caller: Some(PartyId(1)), position, waited_ms }
        }),
        1 => (call(), 0u32..5).prop_map(|(call, position)| Kind::Moved { call, position }),
        5 => (queue(), call(), outcome(), prop_oneof![Just(0), any::<i64>()]).prop_map(
            |(queue, call, outcome, ago_ms)| Kind::Left { queue, call, outcome, ago_ms }),
        4 => (queue(), call(), agent()).prop_map(|(queue, call, agent)| Kind::Ringing { queue, call, agent }),
        2 => (queue(), agent()).prop_map(|(queue, agent)| Kind::RingEnded { queue, agent }),
        2 => (queue(), agent(), any::<i64>()).prop_map(|(queue, agent, ring_ms)| Kind::RingNoAnswer { queue, agent, ring_ms }),
        6 => (queue(), call(), agent(), leg()).prop_map(|(queue, call, agent, leg)| Kind::Answered { queue, call, agent, leg }),
        6 => (queue(), proptest::option::of(call()), leg(), agent(), any::<bool>(), any::<Option<i64>>()).prop_map(
            |(queue, call, leg, agent, transferred, talk_ms)| {
                Kind::Completed { queue, call, leg, agent, transferred, talk_ms }
            }),
        2 => call().prop_map(|call| Kind::CallEnded { call }),
        3 => (queue(), call(), outcome(), outcome()).prop_map(|(queue, call, from, to)| {
            Kind::VisitAmended { queue, call, from, to, witness: Witness::QueueLog }
        }),
        2 => (call(), agent()).prop_map(|(attempt, agent)| Kind::Dialled {
            contact: attempt.clone(), attempt, campaign: (&*agent != "2103").then(|| name("vendas")),
            agent: (&*agent != "2102").then_some(agent), callee: None }),
        1 => (0u32..5).prop_map(|count| Kind::Drifted { count }),
        2 => (call(), call()).prop_map(|(contact, root)| Kind::ContactJoined { contact, root }),
        1 => (-5_000i64..5_000_000).prop_map(|ms| Kind::StoodStill { ms }),
        1 => call().prop_map(|attempt| Kind::DialRinging { attempt }),
        3 => (call(), proptest::sample::select(&AnsweredBy::ALL[..]), proptest::option::of(agent())).prop_map(
            |(attempt, by, agent)| Kind::DialAnswered { attempt, by, agent }),
        1 => (call(), any::<i64>()).prop_map(|(attempt, ago_ms)| Kind::DialParted { attempt, ago_ms }),
        3 => (call(), any::<bool>(), proptest::sample::select(&EndedBy::ALL[..]), any::<i64>()).prop_map(
            |(attempt, dropped, by, ago_ms)| Kind::DialEnded { attempt, ago_ms,
                end: DialEnd { dropped, by, cause: Some(16), status: Some(name("ANSWER")) } }),
        1 => (-4_000_000i64..4_000_000, -100i64..400_000).prop_map(|(at_by, seen_by)| Kind::Clock { ahead_ms: at_by, at_by, seen_by }),
        1 => (call(), any::<bool>()).prop_map(|(attempt, sale)| Kind::Disposed {
            campaign: Some(name("vendas")), attempt, code: Name::from("V"),
            flags: DispositionFlags { sale, human: true, ..DispositionFlags::default() } }),
    ]
}

/// A stream of one source: sequence numbers grow, everything else is arbitrary, clocks included.
pub fn any_stream(source: u16) -> impl Strategy<Value = Vec<Event>> {
    let step = prop_oneof![8 => 0i64..30_000, 2 => 0i64..400_000, 1 => -100_000i64..0, 1 => any::<i64>()];
    let origin = prop_oneof![3 => Just(Origin::Heard), 1 => Just(Origin::Backfilled), 2 => Just(Origin::Inferred)];
    let at = prop_oneof![3 => Just(Some(0i64)), 1 => Just(None), 1 => any::<i64>().prop_map(Some)];
    proptest::collection::vec((step, at, origin, any_kind()), 1..120).prop_map(move |steps| {
        let mut seen = MORNING;
        let mut events = Vec::new();
        for (n, (step, at, origin, kind)) in steps.into_iter().enumerate() {
            let arrival = if step.unsigned_abs() > 1_000_000 { step } else { seen + step };
            if arrival > seen && step.unsigned_abs() <= 1_000_000 {
                seen = arrival;
            }
            let at = at.map(|at| if at == 0 { arrival.saturating_sub(7) } else { at });
            // Few wild clocks: a far future freezes all that comes after it.
            let arrival = if step.unsigned_abs() > 1_000_000 && n % 5 != 0 { seen } else { arrival };
            let stamp = Stamp { source: SourceId(source), epoch: 1, seq: n as u64 + 1, seen: arrival, at };
            events.push(Event { stamp, origin, kind });
        }
        events
    })
}

pub fn fold(floor: &mut Floor, events: &[Event]) -> Vec<Fact> {
    let mut changes = Changes::default();
    for event in events {
        floor.apply(event, &mut changes);
    }
    changes.facts
}
