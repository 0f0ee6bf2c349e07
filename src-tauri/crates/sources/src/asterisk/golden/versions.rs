//! What other versions call the same things.

use super::*;
use expect_test::expect;

#[test]
fn older_names() {
    check(
        trace!("older-names"),
        &expect![[r#"
            0 Entered { queue: "sac", call: "1400000000.10", contact: "1400000000.10", caller: Some(Caller { number: "11999990000", name: "unknown" }), position: Some(1), waited_ms: 0 }
            0 Ringing { queue: "sac", call: "1400000000.10", agent: "2101" }
            Member sac 2101 "Ana Souza" Ringing paused=false None penalty=0 None
            0 Answered { queue: "sac", call: "1400000000.10", agent: "2101", leg: Some("1400000004.11") }
            Member sac 2101 "Ana Souza" Ringing paused=true Some("almoco") penalty=0 None
            0 Completed { queue: "sac", call: Some("1400000000.10"), leg: None, agent: "2101", transferred: true, talk_ms: Some(60000) }
        "#]],
    );
}

#[test]
fn the_oldest_words_for_waiting_and_leaving() {
    // Before version 12: no times, no places, no Linkedid, a member by its address alone.
    let join = "Event: Join\r\nQueue: sac\r\nUniqueid: 7.1\r\nCallerIDNum: 11\r\nPosition: 1\r\nCount: 1\r\n\r\n";
    let gone = "Event: HangupRequest\r\nUniqueid: 7.1\r\n\r\n";
    let abandon = "Event: QueueCallerAbandon\r\nQueue: sac\r\nUniqueid: 7.1\r\nHoldTime: 3\r\n\r\n";
    let leave = "Event: Leave\r\nQueue: sac\r\nUniqueid: 7.1\r\nCount: 0\r\n\r\n";
    let paused =
        "Event: QueueMemberPaused\r\nQueue: sac\r\nLocation: SIP/2101\r\nMemberName: SIP/2101\r\nPaused: 1\r\n\r\n";
    check(
        &[join, gone, abandon, leave, join, abandon, leave, paused].concat(),
        &expect![[r#"
        0 Entered { queue: "sac", call: "7.1", contact: "7.1", caller: Some(Caller { number: "11", name: "" }), position: Some(1), waited_ms: 0 }
        0 Left { queue: "sac", call: "7.1", outcome: Abandoned, ago_ms: 0 }
        0 Entered { queue: "sac", call: "7.1", contact: "7.1", caller: Some(Caller { number: "11", name: "" }), position: Some(1), waited_ms: 0 }
        0 Left { queue: "sac", call: "7.1", outcome: Abandoned, ago_ms: 0 }
        Member sac 2101 "-" Unknown paused=true None penalty=0 None
    "#]],
    );
}

#[test]
fn what_is_missing_unknown_or_huge_changes_nothing_else() {
    let long = "x".repeat(64 * 1024);
    let bare = trace!("exit-key-22");
    let lines = |keep: &dyn Fn(&str) -> bool, more: &str| -> String {
        let messages = bare.split("\r\n\r\n").filter(|message| !message.is_empty());
        let mended = messages.map(|message| {
            let kept: Vec<&str> = message.split("\r\n").filter(|line| keep(line)).collect();
            kept.join("\r\n") + more + "\r\n\r\n"
        });
        mended.collect()
    };
    let told = |trace: &str| {
        let mut translator = Translator::default();
        let mut out = run(&mut translator, trace, 0);
        translator.tick(60_000, &mut out);
        let kinds = out.into_iter().filter_map(|report| match report {
            Report::Event { kind: Kind::Entered { queue, .. }, .. } => Some(format!("enters {queue}")),
            Report::Event { kind: Kind::Left { outcome, .. }, .. } => Some(format!("{outcome:?}")),
            _ => None,
        });
        kinds.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(told(bare), "enters qk, ExitKey");
    assert_eq!(told(&lines(&|line| !line.starts_with("Timestamp"), "")), "enters qk, ExitKey");
    assert_eq!(told(&lines(&|_| true, &format!("\r\nX-Vendor: {long}{long}\r\nNovidade: sim"))), "enters qk, ExitKey");
    // Without places nobody can tell a key; without ids there is nothing to tell.
    assert_eq!(told(&lines(&|line| !line.starts_with("Context"), "")), "enters qk, Unknown");
    assert_eq!(told(&lines(&|line| !line.starts_with("Uniqueid"), "")), "");
}

#[test]
fn names_in_latin_1_are_read() {
    let mut translator = Translator::default();
    let mut out = Vec::new();
    let join = b"Event: QueueCallerJoin\r\nQueue: cobran\xe7a\r\nUniqueid: 1.1\r\nCallerIDName: Jo\xe3o\r\n\r\n";
    Decoder::new(translate::takes).push(join, |message| _ = translator.take(&message, 0, &mut out));
    let Some(Report::Event { kind: Kind::Entered { queue, caller: Some(caller), .. }, .. }) = out.first() else {
        panic!("{out:?}")
    };
    assert_eq!((&**queue, &*caller.name), ("cobran\u{e7}a", "Jo\u{e3}o"));
}
