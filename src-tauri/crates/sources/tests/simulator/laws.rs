//! What holds for every seed.

use crate::common::*;
use mirante_floor::{AnsweredBy, Kind, Name, Outcome};
use mirante_sources::simulator::{Setup, SetupError, Simulation};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

#[test]
fn the_same_seed_gives_the_same_events_and_another_seed_others() {
    let day = |seed| run(&mut centre(seed, MONDAY), MONDAY + 24 * HOUR);
    let (first, again, other) = (day(7), day(7), day(8));
    assert!(first.len() > 10_000);
    assert!(first == again);
    assert!(first != other);
}

#[test]
fn keeping_books_changes_nothing() {
    let mut without = Simulation::new(Setup::new(7, MONDAY)).unwrap();
    let events = run(&mut without, MONDAY + 12 * HOUR);
    assert!(events == run(&mut centre(7, MONDAY), MONDAY + 12 * HOUR));
    assert_eq!(without.take_truth(), Default::default());
}

#[test]
fn a_history_and_what_follows_it_live_are_one_stream() {
    let whole = run(&mut centre(5, MONDAY), MONDAY + 30 * HOUR);
    let mut split = centre(5, MONDAY);
    let mut pieces = run(&mut split, MONDAY + 26 * HOUR);
    // Live: a little at a time, at odd moments, sometimes asked twice and sometimes for the past.
    let mut until = MONDAY + 26 * HOUR;
    while until < MONDAY + 30 * HOUR {
        until = (until + 7_919).min(MONDAY + 30 * HOUR);
        split.run_until(until, &mut pieces);
        split.run_until(until, &mut pieces);
        split.run_until(until - 500, &mut pieces);
        assert_eq!(split.now_ms(), until);
    }
    assert!(whole == pieces);
    let mut resumed = centre(5, MONDAY);
    resumed.skip_until(MONDAY + 26 * HOUR);
    assert_eq!(resumed.now_ms(), MONDAY + 26 * HOUR);
    assert!(whole.ends_with(&run(&mut resumed, MONDAY + 30 * HOUR)));
    let one_by_one: Events = centre(5, MONDAY).take_while(|(at, _)| *at <= MONDAY + 30 * HOUR).collect();
    assert!(whole == one_by_one);
}

#[test]
fn what_cannot_be_simulated_is_refused_in_words() {
    let refused = |setup: Setup| Simulation::new(setup).err().map(|error| error.to_string());
    assert_eq!(
        refused(Setup { queues: 201, ..Setup::new(1, MONDAY) }).as_deref(),
        Some("a simulated centre has 1 to 200 queues, not 201")
    );
    assert!(matches!(
        Simulation::new(Setup { agents: 5, ..Setup::new(1, MONDAY) }),
        Err(SetupError::Agents { agents: 5, queues: 6 })
    ));
    assert!(refused(Setup::new(1, -1)).is_some());
    assert!(refused(Setup::new(1, i64::MAX)).is_some());
}

/// A reader of the stream that knows nothing of the simulation and accepts no nonsense.
#[derive(Default)]
struct Reader {
    queues: HashSet<Name>,
    members: HashMap<Name, HashSet<Name>>,
    waiting: HashMap<(Name, Name), Option<Name>>,
    line: HashMap<Name, Vec<Name>>,
    ringing: HashMap<Name, (Name, Name)>,
    talking: HashMap<Name, (Name, Name)>,
    attempts: HashMap<Name, bool>,
    coded: HashSet<Name>,
}

impl Reader {
    fn read(&mut self, kind: &Kind<mirante_sources::Caller>) {
        match kind {
            Kind::QueueSeen { queue, .. } => assert!(self.queues.insert(queue.clone())),
            Kind::Member { queue, agent, paused, reason, paused_at, .. } => {
                assert!(self.queues.contains(queue));
                assert_eq!(*paused, reason.is_some());
                assert_eq!(*paused, paused_at.is_some());
                self.members.entry(agent.clone()).or_default().insert(queue.clone());
            }
            Kind::MemberRemoved { queue, agent } => {
                assert!(self.members.get_mut(agent).expect("known").remove(queue));
                assert!(!self.talking.contains_key(agent), "nobody leaves in the middle of a call");
            }
            Kind::DeviceChanged { agent, .. } | Kind::ActivityChanged { agent, .. } => {
                assert!(!self.members[agent].is_empty(), "{agent} is nowhere");
            }
            Kind::Entered { queue, call, position, waited_ms, .. } => {
                let line = self.line.entry(queue.clone()).or_default();
                line.push(call.clone());
                assert_eq!(*position, Some(line.len() as u32));
                assert_eq!(*waited_ms, 0);
                assert!(self.waiting.insert((queue.clone(), call.clone()), None).is_none());
            }
            Kind::Left { queue, call, outcome, .. } => {
                assert_ne!(*outcome, Outcome::Answered);
                self.out(queue, call);
            }
            Kind::Ringing { queue, call, agent } => {
                assert!(self.members[agent].contains(queue));
                let offered = self.waiting.get_mut(&(queue.clone(), call.clone())).expect("known");
                assert_eq!(*offered, None, "one agent at a time");
                *offered = Some(agent.clone());
                assert!(!self.talking.contains_key(agent));
                assert!(self.ringing.insert(agent.clone(), (queue.clone(), call.clone())).is_none());
            }
            Kind::RingEnded { queue, agent } | Kind::RingNoAnswer { queue, agent, .. } => {
                let rung = self.ringing.remove(agent).expect("known");
                assert_eq!(rung.0, *queue);
                if let Some(offered) = self.waiting.get_mut(&rung) {
                    *offered = None;
                }
            }
            Kind::Answered { queue, call, agent, .. } => {
                let rung = self.ringing.remove(agent).expect("answered without a ring");
                assert_eq!(rung, (queue.clone(), call.clone()));
                self.out(queue, call);
                assert!(self.talking.insert(agent.clone(), rung).is_none(), "two calls at once");
            }
            Kind::Completed { queue, call, agent, .. } => {
                let call = call.clone().expect("known");
                assert_eq!(self.talking.remove(agent), Some((queue.clone(), call)));
            }
            Kind::CallEnded { call } => {
                assert!(!self.waiting.keys().any(|(_, waiting)| waiting == call));
                assert!(!self.talking.values().any(|(_, talking)| talking == call));
            }
            Kind::Dialled { attempt, .. } => assert!(self.attempts.insert(attempt.clone(), false).is_none()),
            Kind::DialRinging { attempt } => assert_eq!(self.attempts.get(attempt), Some(&false)),
            Kind::DialAnswered { attempt, by, agent } => {
                let answered = self.attempts.get_mut(attempt).expect("known");
                assert!(!*answered);
                *answered = true;
                assert!(
                    *by == AnsweredBy::Human
                        || agent.is_none()
                        || self.members.contains_key(agent.as_ref().expect("known"))
                );
            }
            Kind::DialEnded { attempt, end, .. } => {
                let answered = self.attempts.remove(attempt).expect("known");
                assert!(answered || !end.dropped, "only a live answer can be dropped");
                assert_eq!(answered, end.status.as_deref() == Some("ANSWER"));
            }
            Kind::Disposed { attempt, .. } => {
                assert!(!self.attempts.contains_key(attempt));
                assert!(self.coded.insert(attempt.clone()), "coded once");
            }
            other => panic!("a simulated centre does not say {other:?}"),
        }
    }

    fn out(&mut self, queue: &Name, call: &Name) {
        assert!(self.waiting.remove(&(queue.clone(), call.clone())).is_some(), "a visit ends at most once");
        let line = self.line.get_mut(queue).expect("known");
        line.retain(|other| other != call);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_stream_makes_sense(
        seed: u64,
        start in 0..7 * 24 * 60_i64,
        (queues, agents) in (1..14_u16).prop_flat_map(|queues| (Just(queues), queues..90)),
    ) {
        let start_ms = MONDAY + start * 60_000;
        let mut simulation = Simulation::new(Setup { queues, agents, ..Setup::new(seed, start_ms) }).unwrap();
        let mut reader = Reader::default();
        let mut last = start_ms;
        for (at, kind) in run(&mut simulation, start_ms + 20 * HOUR) {
            prop_assert!(at >= last, "time goes back");
            last = at;
            reader.read(&kind);
        }
        prop_assert!(last <= start_ms + 20 * HOUR);
        // What is still open is what the simulation says is open.
        let open = simulation.open_visits();
        prop_assert_eq!(open.len(), reader.waiting.len() + reader.talking.len());
        for visit in open {
            let found = match visit.answered {
                None => reader.waiting.contains_key(&(visit.queue, visit.call)),
                Some((agent, _)) => reader.talking.get(&agent) == Some(&(visit.queue, visit.call)),
            };
            prop_assert!(found);
        }
    }
}
