//! Stories of a silence, with what the log tells of them.

use super::super::content::Lines;
use super::*;
use crate::asterisk::remote::Remote;
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// Unix s of second 0 of every story.
const START: i64 = 1_795_290_000;

/// From second 10, heard until second 12, unsure from second 50, over in second 55, read in second 60.
const SILENCE: Silence = Silence {
    from: (START + 10) * 1000,
    heard: (START + 12) * 1000,
    unsure: (START + 50) * 1000,
    over: (START + 55) * 1000,
    read: (START + 60) * 1000,
    shift: 0,
};

fn roster() -> Roster {
    let member = |queue: &str, agent: &str, name: &str| MemberPicture {
        queue: queue.into(),
        agent: agent.into(),
        interface: format!("PJSIP/{agent}").into(),
        name: Some(Caller { number: agent.into(), name: name.into() }),
        device: Device::InUse,
        paused: false,
        reason: None,
        penalty: 1,
        in_call: Some(true),
        paused_at: None,
    };
    let members = [member("n1", "2101", "Ana"), member("n2", "2102", "Bia")];
    Roster::new(members.to_vec(), Remote::default())
}

/// Lines of a story: its seconds stand for stamps.
fn told(story: &str) -> Vec<Told> {
    let mut text = String::new();
    for line in story.lines() {
        let (second, rest) = line.trim().split_once('|').expect("a line");
        text.push_str(&format!("{}|{rest}\n", START + second.parse::<i64>().expect("a second")));
    }
    let mut told = Vec::new();
    Lines::default().feed(text.as_bytes(), |line| {
        told.extend(line.stamp.at(None).and_then(|at| Told::of(at, line)));
    });
    told
}

fn check(silence: Silence, story: &str, expected: Expect) {
    let missed = backfill(&told(story), silence, &roster());
    let mut text = String::new();
    for event in missed.events {
        let sure = if event.unsure { " unsure" } else { "" };
        text.push_str(&format!("{}{sure} {:?}\n", event.at - START * 1000, event.kind));
    }
    for verdict in missed.heard {
        text.push_str(&format!("verdict {} {} {:?}\n", verdict.queue, verdict.call, verdict.outcome));
    }
    expected.assert_eq(&text);
}

#[test]
fn calls_that_began_before_within_and_not_at_all() {
    check(
        SILENCE,
        "3|1.1|n1|NONE|ENTERQUEUE||5511|1
         14|1.1|n1|Ana|CONNECT|11|1.2|2
         15|2.1|n1|NONE|ENTERQUEUE||5512|1|Maria
         20|1.1|n1|Ana|COMPLETECALLER|11|6|1
         21|2.1|n1|PJSIP/2101|CONNECT|6|2.2|1
         22|3.1|n2|NONE|ENTERQUEUE|||1
         30|3.1|n2|NONE|EXITWITHTIMEOUT|1|1|8",
        expect![[r#"
            14500 Answered { queue: "n1", call: "1.1", agent: "2101", leg: Some("1.2") }
            15500 Entered { queue: "n1", call: "2.1", contact: "2.1", caller: Some(Caller { number: "5512", name: "Maria" }), position: Some(1), waited_ms: 0 }
            20500 Completed { queue: "n1", call: Some("1.1"), leg: Some("1.2"), agent: "2101", transferred: false, talk_ms: None }
            21500 Answered { queue: "n1", call: "2.1", agent: "2101", leg: Some("2.2") }
            22500 Entered { queue: "n2", call: "3.1", contact: "3.1", caller: None, position: Some(1), waited_ms: 0 }
            30500 Left { queue: "n2", call: "3.1", outcome: Timeout, ago_ms: 0 }
        "#]],
    );
}

#[test]
fn a_call_passed_on_and_one_that_was_moved() {
    check(
        SILENCE,
        "15|1.1|n1|NONE|ENTERQUEUE||5511|1
         16|1.1|n1|Ana|CONNECT|1|1.2|1
         20|1.1|n1|Ana|BLINDTRANSFER|4002|xfer|1|4|1
         20|1.1|n2|NONE|ENTERQUEUE||5511|1
         25|1.1|n2|NONE|ABANDON|1|1|5
         26|1.1|n1|NONE|ENTERQUEUE||5511|1
         28|1.1|n1|NONE|ABANDON|1|1|2",
        expect![[r#"
            15500 Entered { queue: "n1", call: "1.1", contact: "1.1", caller: Some(Caller { number: "5511", name: "" }), position: Some(1), waited_ms: 0 }
            16500 Answered { queue: "n1", call: "1.1", agent: "2101", leg: Some("1.2") }
            20500 Completed { queue: "n1", call: Some("1.1"), leg: Some("1.2"), agent: "2101", transferred: true, talk_ms: None }
            20500 Entered { queue: "n2", call: "1.1", contact: "1.1", caller: Some(Caller { number: "5511", name: "" }), position: Some(1), waited_ms: 0 }
            25500 Left { queue: "n2", call: "1.1", outcome: Transferred, ago_ms: 0 }
            26500 Entered { queue: "n1", call: "1.1", contact: "1.1", caller: Some(Caller { number: "5511", name: "" }), position: Some(1), waited_ms: 0 }
            28500 Left { queue: "n1", call: "1.1", outcome: Abandoned, ago_ms: 0 }
        "#]],
    );
}

#[test]
fn a_restart_ends_waits_in_a_way_that_nobody_saw() {
    check(
        SILENCE,
        "3|1.1|n1|NONE|ENTERQUEUE||5511|1
         4|2.1|n1|NONE|ENTERQUEUE||5512|1
         5|2.1|n1|Ana|CONNECT|1|2.2|1
         15|3.1|n2|NONE|ENTERQUEUE||5513|1
         30|NONE|NONE|NONE|QUEUESTART|
         31|4.1|n2|NONE|ENTERQUEUE||5514|1",
        expect![[r#"
            15500 Entered { queue: "n2", call: "3.1", contact: "3.1", caller: Some(Caller { number: "5513", name: "" }), position: Some(1), waited_ms: 0 }
            15500 Left { queue: "n1", call: "1.1", outcome: Unknown, ago_ms: 0 }
            15500 Left { queue: "n2", call: "3.1", outcome: Unknown, ago_ms: 0 }
            31500 Entered { queue: "n2", call: "4.1", contact: "4.1", caller: Some(Caller { number: "5514", name: "" }), position: Some(1), waited_ms: 0 }
        "#]],
    );
    // Nothing was written after the last moment heard: they were there then.
    check(
        SILENCE,
        "3|1.1|n1|NONE|ENTERQUEUE||5511|1
         30|NONE|NONE|NONE|QUEUESTART|",
        expect![[r#"
            12000 Left { queue: "n1", call: "1.1", outcome: Unknown, ago_ms: 0 }
        "#]],
    );
}

#[test]
fn what_counts_and_what_lasts_is_told_once() {
    check(
        SILENCE,
        "11|1.1|n1|Ana|RINGNOANSWER|10000
         11|NONE|n1|Ana|PAUSE|lanche
         20|1.1|n1|Ana|RINGNOANSWER|10000
         20|1.1|n1|Ana|RINGNOANSWER|400
         21|NONE|NONE|Ana|PAUSEALL|lanche
         21|NONE|n1|Ana|PAUSE|lanche
         22|NONE|n1|Who|PAUSE|lanche
         25|NONE|n1|Ana|UNPAUSE|",
        expect![[r#"
            20500 RingNoAnswer { queue: "n1", agent: "2101", ring_ms: 10000 }
            21500 Member { queue: "n1", agent: "2101", interface: "PJSIP/2101", name: Some(Caller { number: "2101", name: "Ana" }), device: Idle, paused: true, reason: Some("lanche"), penalty: 1, in_call: None, paused_at: Some(1795290021500) }
            25500 Member { queue: "n1", agent: "2101", interface: "PJSIP/2101", name: Some(Caller { number: "2101", name: "Ana" }), device: Idle, paused: false, reason: None, penalty: 1, in_call: None, paused_at: None }
        "#]],
    );
}

#[test]
fn where_silence_and_session_meet() {
    let silence = Silence { shift: 1_000, ..SILENCE };
    check(
        silence,
        "49|1.1|n1|NONE|ENTERQUEUE||5511|1
         51|1.1|n1|NONE|WITHDRAW|1|1|2
         56|2.1|n1|NONE|ENTERQUEUE||5512|1
         57|2.1|n1|NONE|EXITWITHKEY|9|1|1|1
         3600|3.1|n1|NONE|ENTERQUEUE||5513|1",
        expect![[r#"
            50500 Entered { queue: "n1", call: "1.1", contact: "1.1", caller: Some(Caller { number: "5511", name: "" }), position: Some(1), waited_ms: 0 }
            52500 unsure Left { queue: "n1", call: "1.1", outcome: Withdrawn, ago_ms: 0 }
            3601500 unsure Entered { queue: "n1", call: "3.1", contact: "3.1", caller: Some(Caller { number: "5513", name: "" }), position: Some(1), waited_ms: 0 }
            verdict n1 1.1 Withdrawn
            verdict n1 2.1 ExitKey
        "#]],
    );
}

/// The PBX writes the end of a conversation when the call is in the queue again already.
#[test]
fn an_end_is_of_the_earliest_conversation_and_the_rest_of_the_wait() {
    let story = "15|1.1|n1|NONE|ENTERQUEUE||5511|1
         16|1.1|n1|Ana|CONNECT|1|1.2|1
         20|1.1|n1|NONE|ENTERQUEUE||5511|1
         20|1.1|n1|Ana|COMPLETEAGENT|1|4|1
         21|1.1|n1|Ana|CONNECT|1|1.4|1
         24|1.1|n1|NONE|ENTERQUEUE||5511|1
         24|1.1|n1|Ana|CONNECT|0|1.6|1
         24|1.1|n1|Ana|COMPLETEAGENT|1|3|1
         26|1.1|n1|NONE|ENTERQUEUE||5511|1
         27|1.1|n1|NONE|EXITWITHKEY|9|1|1|1
         28|1.1|n1|Ana|COMPLETECALLER|2|6|1";
    for shift in [0, 700] {
        let missed = backfill(&told(story), Silence { shift, ..SILENCE }, &roster());
        let second = |ms: i64| ms - START * 1000 - shift;
        let stays: Vec<_> = missed.events.iter().map(|e| (second(e.at), e.entered.map(second))).collect();
        let expected = [
            (15_500, 15_500),
            (16_500, 15_500),
            (20_500, 20_500),
            (20_500, 15_500),
            (21_500, 20_500),
            (24_500, 24_500),
            (24_500, 24_500),
            (24_500, 20_500),
            (26_500, 26_500),
            (27_500, 26_500),
            (28_500, 24_500),
        ];
        assert_eq!(stays, expected.map(|(at, entered)| (at, Some(entered))));
        let legs = missed.events.iter().filter_map(|event| match &event.kind {
            Kind::Completed { leg, .. } => leg.as_deref(),
            _ => None,
        });
        assert_eq!(legs.collect::<Vec<_>>(), ["1.2", "1.4", "1.6"]);
        assert!(missed.talking.is_empty());
    }
}

/// A dial plan that tries a queue without agents again and again: each stay has an entry of its own.
#[test]
fn stays_of_one_second_are_told_apart() {
    let story = "15|1.1|n1|NONE|ENTERQUEUE||5511|1
         15|1.1|n1|NONE|EXITEMPTY|1|1|0
         15|1.1|n1|NONE|ENTERQUEUE||5511|1
         15|1.1|n1|NONE|EXITEMPTY|1|1|0
         15|1.1|n1|NONE|ENTERQUEUE||5511|1
         16|1.1|n1|NONE|EXITEMPTY|1|1|1
         16|1.1|n1|NONE|ENTERQUEUE||5511|1";
    let missed = backfill(&told(story), SILENCE, &roster());
    let stays: Vec<_> = missed.events.iter().map(|event| event.entered.expect("a stay") - START * 1000).collect();
    assert_eq!(stays, [15_500, 15_500, 15_501, 15_501, 15_502, 15_502, 16_500]);
}

/// A conversation of the silence that went on is ended by what is written later: once, and not by the PBX's own end.
#[test]
fn conversations_that_went_on_are_ended_by_later_lines() {
    let story = "15|1.1|n1|NONE|ENTERQUEUE||5511|1
         16|1.1|n1|Ana|CONNECT|1|1.2|1
         17|2.1|n2|NONE|ENTERQUEUE||5512|1
         18|2.1|n2|Bia|CONNECT|1|2.2|1
         57|2.1|n2|Bia|COMPLETECALLER|1|39|1
         58|3.1|n2|Bia|COMPLETECALLER|1|9|1";
    let missed = backfill(&told(story), SILENCE, &roster());
    assert_eq!(missed.events.len(), 4, "what the session hears is told after it");
    let end = |queue: &str, call: &str, leg: &str, agent: &str, at: i64, entered: i64| Happened {
        at: START * 1000 + at,
        entered: Some(START * 1000 + entered),
        kind: Kind::Completed {
            queue: queue.into(),
            call: Some(call.into()),
            leg: Some(leg.into()),
            agent: agent.into(),
            transferred: false,
            talk_ms: None,
        },
        unsure: false,
    };
    assert_eq!(missed.late, [end("n2", "2.1", "2.2", "2102", 57_500, 17_500)]);
    let mut talking = missed.talking;
    let later = told("60|1.1|n1|Ana|COMPLETEAGENT|1|44|1\n61|1.1|n1|Ana|COMPLETEAGENT|1|44|1");
    let ended: Vec<_> = later.iter().filter_map(|told| talking.hear(told)).collect();
    assert_eq!(ended, [end("n1", "1.1", "1.2", "2101", 60_500, 15_500)]);
    let mut talking = backfill(&told(story), SILENCE, &roster()).talking;
    let dead = told("59|NONE|NONE|NONE|QUEUESTART|\n60|1.1|n1|Ana|COMPLETEAGENT|1|44|1");
    assert!(dead.iter().all(|told| talking.hear(told).is_none()));
}

/// Every visit that the log of a busy minute tells is told, once, by a silence of that length, and ends as the log says.
#[test]
fn a_real_log_makes_whole_visits() {
    let mut lines = Vec::new();
    Lines::default().feed(include_bytes!("../../../tests/traces/queue_log-16.txt"), |line| {
        lines.extend(line.stamp.at(None).and_then(|at| Told::of(at, line)));
    });
    let silence = Silence { from: 0, heard: 0, unsure: i64::MAX, over: i64::MAX, read: i64::MAX, shift: 0 };
    let events = backfill(&lines, silence, &roster()).events;
    let count = |is: fn(&Kind<Caller>) -> bool| events.iter().filter(|event| is(&event.kind)).count();
    assert_eq!(count(|kind| matches!(kind, Kind::Entered { .. })), 151);
    assert_eq!(count(|kind| matches!(kind, Kind::Answered { .. })), 118);
    assert_eq!(count(|kind| matches!(kind, Kind::Completed { .. })), 59 + 43 + 9 + 7);
    assert_eq!(count(|kind| matches!(kind, Kind::Completed { transferred: true, .. })), 9 + 7);
    assert_eq!(count(|kind| matches!(kind, Kind::Left { outcome: Outcome::Abandoned, .. })), 32);
    assert_eq!(count(|kind| matches!(kind, Kind::Left { outcome: Outcome::Timeout, .. })), 1);
    assert_eq!(count(|kind| matches!(kind, Kind::RingNoAnswer { .. })), 6);
}

proptest! {
    /// Cut anywhere, a log tells of each half what it tells of the whole, as long as nobody's start is missing from the books.
    #[test]
    fn a_silence_cut_in_two_tells_the_same(at in 0_i64..120) {
        let mut lines = Vec::new();
        Lines::default().feed(include_bytes!("../../../tests/traces/queue_log-16.txt"), |line| {
            lines.extend(line.stamp.at(None).and_then(|at| Told::of(at, line)));
        });
        // The one restart is at its start, before every call.
        lines.retain(|told| !matches!(told.what, What::Paused { .. }));
        let cut = (1_795_290_492 + at) * 1000;
        let whole = Silence { from: 0, heard: 0, unsure: i64::MAX, over: i64::MAX, read: i64::MAX, shift: 0 };
        let roster = roster();
        let first = backfill(&lines, Silence { over: cut, ..whole }, &roster).events;
        let second = backfill(&lines, Silence { from: cut, heard: cut, ..whole }, &roster).events;
        let all = backfill(&lines, whole, &roster).events;
        prop_assert_eq!([first, second].concat(), all);
    }
}
