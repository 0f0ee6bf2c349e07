//! Days at random: contacts that climb queues, and calls to the outside.

use super::{Centre, DAY, HOUR, answers, completes, enters, leaves, member, seconds};
use mirante_floor::*;
use proptest::prelude::*;

/// A contact: when it comes (s), to which queues, from whom, how each stay ends, how long it waits and talks (ms).
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) at: i64,
    pub(crate) queues: Vec<usize>,
    pub(crate) caller: u64,
    pub(crate) outcome: Outcome,
    pub(crate) wait: i64,
    pub(crate) talk: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Dial {
    pub(crate) at: i64,
    pub(crate) callee: Option<u64>,
    pub(crate) by: Option<AnsweredBy>,
    pub(crate) length: i64,
    pub(crate) dropped: bool,
    pub(crate) promise: bool,
}

pub(crate) fn ways() -> impl Strategy<Value = Vec<Way>> {
    let queues = prop_oneof![Just(vec![0]), Just(vec![0, 1]), Just(vec![1, 2]), Just(vec![0, 1, 2])];
    let way = (0i64..80_000, queues, 1u64..12, 0usize..8, 0i64..90_000, 1i64..300_000);
    let way = way.prop_map(|(at, queues, caller, outcome, wait, talk)| {
        let outcome = Outcome::ALL[outcome];
        Way { at, queues, caller, outcome, wait, talk }
    });
    proptest::collection::vec(way, 1..40)
}

pub(crate) fn dials() -> impl Strategy<Value = Vec<Dial>> {
    let by = prop_oneof![
        Just(None),
        Just(Some(AnsweredBy::Human)),
        Just(Some(AnsweredBy::Machine)),
        Just(Some(AnsweredBy::Unknown))
    ];
    let dial =
        (0i64..80_000, proptest::option::weighted(0.95, 1u64..12), by, 0i64..20_000, any::<bool>(), any::<bool>());
    let dial =
        dial.prop_map(|(at, callee, by, length, dropped, promise)| Dial { at, callee, by, length, dropped, promise });
    proptest::collection::vec(dial, 0..20)
}

pub(crate) const QUEUES: [&str; 3] = ["n1", "n2", "n3"];
pub(crate) const AGENTS: [&str; 3] = ["ana", "bia", "caio"];

pub(crate) fn live(ways: &[Way], dials: &[Dial]) -> Centre {
    let mut centre = Centre::new();
    let mut events = Vec::new();
    for (queue, agent) in QUEUES.into_iter().zip(AGENTS) {
        events.push((DAY, member(queue, agent, None)));
    }
    for (nth, way) in ways.iter().enumerate() {
        let mut at = DAY + seconds(way.at);
        let contact = format!("c{nth}");
        let last = way.queues.len() - 1;
        for (step, queue) in way.queues.iter().enumerate() {
            let (name, agent, call) = (QUEUES[*queue], AGENTS[*queue], format!("{contact}.{step}"));
            events.push((at, enters(name, &call, &contact, way.caller)));
            at += way.wait;
            if step == last && way.outcome != Outcome::Answered {
                events.push((at, leaves(name, &call, way.outcome)));
            } else {
                events.push((at, answers(name, &call, agent)));
                at += way.talk;
                let work = Activity::Wrapup(Place::Queue(name.into()));
                let activity = |activity| Kind::ActivityChanged { agent: agent.into(), activity };
                events.push((at, completes(name, &call, agent, step < last)));
                events.push((at, activity(Some(work))));
                events.push((at + 5_000, activity(None)));
                if nth % 5 == 0 {
                    events.push((at + 5_000, member(name, agent, Some("lanche"))));
                    events.push((at + 65_000, member(name, agent, None)));
                }
            }
            at += 500;
        }
    }
    for (nth, dial) in dials.iter().enumerate() {
        let (at, name): (_, Name) = (DAY + seconds(dial.at), format!("d{nth}").into());
        let (callee, contact, attempt) = (dial.callee.map(PartyId), name.clone(), name.clone());
        events.push((at, Kind::Dialled { attempt, campaign: Some("ativo".into()), contact, agent: None, callee }));
        if let Some(by) = dial.by {
            events.push((at + 700, Kind::DialAnswered { attempt: name.clone(), by, agent: None }));
        }
        let end = DialEnd { dropped: dial.dropped, by: EndedBy::Callee, cause: None, status: None };
        events.push((at + 700 + dial.length, Kind::DialEnded { attempt: name.clone(), end, ago_ms: 0 }));
        let flags = DispositionFlags { promise: dial.promise, right_party: true, ..DispositionFlags::default() };
        events
            .push((at + 900 + dial.length, Kind::Disposed { campaign: None, attempt: name, code: "x".into(), flags }));
    }
    events.push((DAY + 26 * HOUR, Kind::Tick));
    centre.tell_all(events);
    centre
}
