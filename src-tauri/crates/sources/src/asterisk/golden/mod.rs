//! Whole calls, as real platforms told them and as they come out.

macro_rules! trace {
    ($name:expr) => {
        include_str!(concat!("../../../tests/traces/", $name, ".txt"))
    };
}

mod journeys;
mod laws;
mod members;
mod outbound;
mod outcomes;
mod stories;
mod versions;
mod witnesses;

use super::decoder::Decoder;
use super::queue_log::{Line, Verdict};
use super::translate::{self, Need, Translator};
use crate::{Caller, Report};
use expect_test::Expect;
use mirante_floor::Kind;

fn brief(report: &Report) -> String {
    match report {
        Report::Picture(picture) => format!("{picture:?}"),
        Report::Event {
            kind: Kind::Member { queue, agent, name, device, paused, reason, penalty, in_call, .. },
            ..
        } => {
            let name = name.as_ref().map_or("-", |Caller { name, .. }| name);
            format!(
                "Member {queue} {agent} {name:?} {device:?} paused={paused} {reason:?} penalty={penalty} {in_call:?}"
            )
        }
        Report::Event { at, kind } => format!("{} {kind:?}", at.map_or(0, |at| at % 1_000_000)),
        Report::Clock { by, .. } => format!("Clock {by}"),
        Report::Backfill { at, kind, .. } => format!("then {} {kind:?}", at % 1_000_000),
    }
}

fn run(translator: &mut Translator, trace: &str, now: i64) -> Vec<Report> {
    let mut out = Vec::new();
    Decoder::new(translate::takes_of(translator.outbound())).push(trace.as_bytes(), |message| {
        let need = translator.take(&message, now, &mut out);
        assert!(matches!(need, Need::Nothing | Need::Devices), "{need:?}");
    });
    out
}

fn text(reports: &[Report]) -> String {
    reports.iter().map(|report| brief(report) + "\n").collect()
}

fn check(trace: &str, expected: &Expect) {
    let mut translator = Translator::default();
    let mut out = run(&mut translator, trace, 0);
    translator.tick(60_000, &mut out);
    expected.assert_eq(&text(&out));
}

const JOIN: &str = "Event: QueueCallerJoin\nTimestamp: 1.0\nQueue: sac\nUniqueid: 1.1\nLinkedid: 1.0\nPosition: 1\n\n";
const ABANDON: &str = "Event: QueueCallerAbandon\nTimestamp: 5.0\nQueue: sac\nUniqueid: 1.1\n\n";
const LEAVE: &str = "Event: QueueCallerLeave\nTimestamp: 5.0\nQueue: sac\nUniqueid: 1.1\n\n";
const CONNECT: &str =
    "Event: AgentConnect\nTimestamp: 5.1\nQueue: sac\nUniqueid: 1.1\nInterface: PJSIP/2101\nDestUniqueid: 1.2\n\n";
const HANGUP: &str = "Event: Hangup\nTimestamp: 9.0\nUniqueid: 1.1\n\n";

fn log(verb: &str) -> Verdict {
    let line = format!("5|1.1|sac|NONE|{verb}|1|1|4");
    Line::parse(line.as_bytes()).and_then(|line| Verdict::of(&line)).expect("an outcome")
}
