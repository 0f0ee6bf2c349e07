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
    Roster::new(&members, Remote::default())
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
    let (events, verdicts) = backfill(&told(story), silence, &roster());
    let mut text = String::new();
    for event in events {
        let sure = if event.unsure { " unsure" } else { "" };
        text.push_str(&format!("{}{sure} {:?}\n", event.at - START * 1000, event.kind));
    }
    for verdict in verdicts {
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

#[test]
fn nothing_is_told_twice() {
    let entered = |call: &str| Kind::Entered {
        queue: "n1".into(),
        call: call.into(),
        contact: call.into(),
        caller: None,
        position: None,
        waited_ms: 0,
    };
    let heard = |kind| Report::Event { at: None, kind };
    let mut echoes = Echoes::default();
    let happened = |call, unsure| Happened { at: 1, kind: entered(call), unsure };
    let reports = echoes.reports(
        vec![happened("1", false), happened("2", true), happened("3", true), happened("1", true)],
        &[heard(entered("2")), heard(entered("1"))],
    );
    let backfill = |call| Report::Backfill { at: 1, kind: entered(call) };
    assert_eq!(reports, [backfill("1"), backfill("3")], "2 and the second 1 were heard");
    let mut more = vec![heard(entered("3")), heard(entered("3")), heard(entered("3"))];
    echoes.drop_from(&mut more, 1);
    assert_eq!(more.len(), 2, "one of those that came after");
    echoes.drop_from(&mut more, 0);
    assert_eq!(more.len(), 2);
}

/// An agent ends one call around the login and another soon after: each end is its own.
#[test]
fn the_end_of_another_call_is_no_echo() {
    let completed = |call: Option<&str>, leg: Option<&str>| Kind::Completed {
        queue: "n1".into(),
        call: call.map(Name::from),
        leg: leg.map(Name::from),
        agent: "2101".into(),
        transferred: false,
        talk_ms: None,
    };
    let told = Happened { at: 50_500, kind: completed(Some("1.1"), Some("1.2")), unsure: true };
    let mut echoes = Echoes::default();
    assert_eq!(echoes.reports(vec![told], &[]).len(), 1);
    let heard = |at: i64, kind| Report::Event { at: Some(at), kind };
    let mut reports = vec![
        heard(51_000, completed(None, Some("2.2"))),
        heard(51_000, completed(Some("2.1"), None)),
        heard(54_000, completed(Some("1.1"), None)),
        heard(51_000, completed(None, Some("1.2"))),
    ];
    echoes.drop_from(&mut reports, 0);
    assert_eq!(reports.len(), 3, "only the last is");
    assert!(matches!(&reports[2], Report::Event { at: Some(54_000), .. }));
}

/// Every visit that the log of a busy minute tells is told, once, by a silence of that length, and ends as the log says.
#[test]
fn a_real_log_makes_whole_visits() {
    let mut lines = Vec::new();
    Lines::default().feed(include_bytes!("../../../tests/traces/queue_log-16.txt"), |line| {
        lines.extend(line.stamp.at(None).and_then(|at| Told::of(at, line)));
    });
    let silence = Silence { from: 0, heard: 0, unsure: i64::MAX, over: i64::MAX, read: i64::MAX, shift: 0 };
    let (events, _) = backfill(&lines, silence, &roster());
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
        let (first, _) = backfill(&lines, Silence { over: cut, ..whole }, &roster);
        let (second, _) = backfill(&lines, Silence { from: cut, heard: cut, ..whole }, &roster);
        let (all, _) = backfill(&lines, whole, &roster);
        prop_assert_eq!([first, second].concat(), all);
    }
}
