//! Whatever is lost, repeated or comes in another order: nothing breaks, and nothing ends twice.

use super::*;
use mirante_floor::Name;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Messages of real calls of every kind, one each.
fn messages() -> Vec<&'static str> {
    let traces = [
        trace!("parked-22"),
        trace!("pickup-16"),
        trace!("three-levels-blind-22"),
        trace!("joined-by-bridge-16"),
        trace!("exit-key-16"),
        trace!("exit-key-ringing-22"),
        trace!("timeout-16"),
        trace!("withdrawn-22"),
        trace!("redirected-to-queue-16"),
        trace!("redirected-away-22"),
        trace!("hung-up-by-command-h-16"),
        trace!("left-empty-22"),
    ];
    traces.into_iter().flat_map(|trace| trace.split_inclusive("\r\n\r\n")).collect()
}

/// What happened may be told only once: two ends of one thing have a beginning between them.
fn check(out: &[Report]) {
    let (mut left, mut done) = (BTreeSet::<(&Name, &Name)>::new(), BTreeSet::<(&Name, &Name, &Name)>::new());
    for report in out {
        let Report::Event { kind, .. } = report else { continue };
        match kind {
            Kind::Entered { queue, call, .. } => _ = left.remove(&(queue, call)),
            Kind::Left { queue, call, .. } => assert!(left.insert((queue, call)), "{call} left {queue} twice"),
            Kind::Answered { queue, call, agent, .. } => _ = done.remove(&(queue, call, agent)),
            Kind::Completed { queue, call: Some(call), agent, .. } => {
                assert!(done.insert((queue, call, agent)), "{agent} ended {call} twice");
            }
            Kind::ContactJoined { contact, root } => assert_ne!(contact, root),
            Kind::VisitAmended { from, to, .. } => assert_ne!(from, to),
            _ => {}
        }
    }
}

fn tell(order: &[&str], ticks: &[u8], verbs: &[u8]) {
    let mut translator = Translator::default();
    let (mut out, mut now) = (Vec::new(), 0);
    for (at, message) in order.iter().enumerate() {
        out.extend(run(&mut translator, message, now));
        now += i64::from(ticks[at % ticks.len()]) * 20;
        translator.tick(now, &mut out);
        let verb = ["ABANDON", "EXITWITHTIMEOUT", "EXITWITHKEY", ""][usize::from(verbs[at % verbs.len()] % 4)];
        let call = message.lines().find_map(|line| line.strip_prefix("Uniqueid: "));
        let queue = message.lines().find_map(|line| line.strip_prefix("Queue: "));
        if let (Some(call), Some(queue)) = (call, queue) {
            let line = format!("1|{call}|{queue}|NONE|{verb}|1|1|1");
            let verdict = Line::parse(line.as_bytes()).as_ref().and_then(Verdict::of);
            verdict.iter().for_each(|verdict| translator.logged(verdict, now, &mut out));
        }
    }
    translator.flush(now, &mut out);
    check(&out);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn in_any_order(
        order in Just(messages()).prop_shuffle(),
        ticks in proptest::collection::vec(any::<u8>(), 1..20),
        verbs in proptest::collection::vec(any::<u8>(), 1..20),
    ) {
        tell(&order, &ticks, &verbs);
    }

    #[test]
    fn with_any_of_them_lost(
        kept in proptest::collection::vec(any::<bool>(), 400),
        ticks in proptest::collection::vec(any::<u8>(), 1..20),
        verbs in proptest::collection::vec(any::<u8>(), 1..20),
    ) {
        let order: Vec<&str> = messages().into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(m, _)| m).collect();
        tell(&order, &ticks, &verbs);
    }
}
