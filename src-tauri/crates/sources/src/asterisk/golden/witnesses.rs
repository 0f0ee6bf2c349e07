//! How a wait ended: which witness is believed, and when.

use super::*;
use expect_test::expect;

#[test]
fn without_a_hangup_request_the_outcome_waits_for_a_witness() {
    let mut translator = Translator::default();
    let mut out = run(&mut translator, &[JOIN, ABANDON, LEAVE].concat(), 0);
    out.extend(run(&mut translator, "Event: VarSet\nUniqueid: 1.1\nVariable: QUEUESTATUS\nValue: TIMEOUT\n\n", 1));
    translator.logged(&log("EXITWITHTIMEOUT"), 2, &mut out);
    translator.logged(&log("WITHDRAW"), 3, &mut out);
    out.extend(run(&mut translator, HANGUP, 4));
    expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 0 }
        0 VisitAmended { queue: "sac", call: "1.1", from: Unknown, to: Timeout, witness: Stream }
    "#]]
    .assert_eq(&text(&out));
}

#[test]
fn a_redirection_is_no_hangup() {
    let soft = "Event: SoftHangupRequest\nUniqueid: 1.1\nCause: 2\n\n";
    check(
        &[JOIN, soft, ABANDON, LEAVE].concat(),
        &expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 0 }
    "#]],
    );
}

#[test]
fn a_caller_moved_while_waiting_is_transferred_whatever_the_log_says() {
    let mut translator = Translator::default();
    let mut out = run(&mut translator, trace!("redirected-22"), 0);
    let line = |queue: &str, verb: &str| {
        let line = format!("1|rig-1795304293.21|{queue}|NONE|{verb}|1|1|1");
        Line::parse(line.as_bytes()).and_then(|line| Verdict::of(&line)).expect("an outcome")
    };
    translator.logged(&line("sac", "ABANDON"), 1, &mut out);
    translator.logged(&line("cobranca", "EXITWITHTIMEOUT"), 1, &mut out);
    expect![[r#"
        294398 Entered { queue: "sac", call: "rig-1795304293.21", contact: "rig-1795304293.20", caller: Some(Caller { number: "55909960001", name: "Cliente 0001" }), position: Some(1), waited_ms: 0 }
        295891 Left { queue: "sac", call: "rig-1795304293.21", outcome: Transferred, ago_ms: 0 }
        295891 Entered { queue: "cobranca", call: "rig-1795304293.21", contact: "rig-1795304293.20", caller: Some(Caller { number: "55909960001", name: "Cliente 0001" }), position: Some(1), waited_ms: 0 }
    "#]].assert_eq(&text(&out));
    // The log was faster, and the place became known by the ringing of a call that only a list had told of.
    let mut translator = Translator::default();
    translator.asked("q1".into());
    let list = "Event: QueueEntry\nQueue: sac\nPosition: 1\nUniqueid: 1.1\nActionID: q1\n\nEvent: QueueStatusComplete\nActionID: q1\n\n";
    let ring = "Event: AgentCalled\nQueue: sac\nUniqueid: 1.1\nInterface: PJSIP/2101\nContext: stay\nExten: s\nPriority: 4\n\n";
    let moved = ABANDON.replace("Queue:", "Context: stay\nExten: s\nPriority: 1\nQueue:");
    let mut out = run(&mut translator, &[list, ring].concat(), 0);
    translator.logged(&log("ABANDON"), 0, &mut out);
    out.extend(run(&mut translator, &moved, 0));
    translator.logged(&log("ABANDON"), 1, &mut out);
    expect![[r#"
        0 Ringing { queue: "sac", call: "1.1", agent: "2101" }
        5000 Left { queue: "sac", call: "1.1", outcome: Transferred, ago_ms: 0 }
    "#]]
    .assert_eq(&text(&out[1..]));
    // One who hangs up stays where the wait was.
    let here = |event: &str| event.replace("Queue:", "Context: stay\nExten: s\nPriority: 4\nQueue:");
    let hangup = "Event: HangupRequest\nUniqueid: 1.1\nContext: stay\nExten: s\n\n";
    check(
        &[&here(JOIN), hangup, &here(ABANDON), &here(LEAVE)].concat(),
        &expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: Abandoned, ago_ms: 0 }
    "#]],
    );
}

#[test]
fn without_times_a_held_leave_tells_how_long_ago_it_was() {
    let untimed = |event: &str| event.replace("Timestamp", "X");
    let (join, leave) = (untimed(JOIN), untimed(LEAVE));
    let mut translator = Translator::default();
    let mut out = run(&mut translator, &[&*join, &leave].concat(), 1000);
    translator.tick(13_400, &mut out);
    expect![[r#"
        0 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        0 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 12400 }
    "#]]
    .assert_eq(&text(&out));
    let other = join.replace("sac", "n2");
    let ends =
        [other, untimed(HANGUP), "Event: VarSet\nUniqueid: 1.1\nVariable: QUEUESTATUS\nValue: LEAVEEMPTY\n\n".into()];
    for (end, outcome) in ends.iter().zip(["Unknown", "Unknown", "Overflow"]) {
        let mut translator = Translator::default();
        run(&mut translator, &[&*join, &leave].concat(), 1000);
        let out = run(&mut translator, end, 1300);
        let left = format!("0 Left {{ queue: \"sac\", call: \"1.1\", outcome: {outcome}, ago_ms: 300 }}");
        assert_eq!(brief(&out[0]), left);
    }
    let mut out = run(&mut Translator::default(), &[&*join, &untimed(ABANDON)].concat(), 1000);
    out.remove(0);
    expect![[r#"
        0 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 0 }
    "#]]
    .assert_eq(&text(&out));
}

#[test]
fn without_times_the_end_of_a_conversation_is_said_at_once() {
    let mut translator = Translator::default();
    let untimed = [JOIN, LEAVE, CONNECT, HANGUP].concat().replace("Timestamp", "X");
    let mut out = run(&mut translator, &untimed, 1000);
    assert!(matches!(out.pop(), Some(Report::Event { at: None, kind: Kind::CallEnded { .. } })), "{out:?}");
    translator.tick(60_000, &mut out);
    assert_eq!(out.len(), 2, "said once");
}

#[test]
fn the_log_may_speak_first() {
    let mut translator = Translator::default();
    let mut out = run(&mut translator, JOIN, 0);
    translator.logged(&log("EXITWITHKEY"), 0, &mut out);
    out.extend(run(&mut translator, LEAVE, 0));
    out.extend(run(&mut translator, JOIN, 0));
    translator.logged(&log("EXITWITHTIMEOUT"), 0, &mut out);
    out.extend(run(&mut translator, ABANDON, 0));
    translator.tick(60_000, &mut out);
    expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: ExitKey, ago_ms: 0 }
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: Timeout, ago_ms: 0 }
    "#]]
    .assert_eq(&text(&out));
}

#[test]
fn a_leave_alone_is_held_for_a_moment_and_keeps_its_own_time() {
    let mut translator = Translator::default();
    let mut out = run(&mut translator, &[JOIN, LEAVE].concat(), 1000);
    translator.tick(10_999, &mut out);
    assert_eq!(out.len(), 1, "still held");
    translator.tick(11_000, &mut out);
    translator.logged(&log("EXITWITHKEY"), 11_100, &mut out);
    expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 0 }
        0 VisitAmended { queue: "sac", call: "1.1", from: Unknown, to: ExitKey, witness: QueueLog }
    "#]]
    .assert_eq(&text(&out));
    check(
        &[JOIN, LEAVE, HANGUP].concat(),
        &expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 0 }
    "#]],
    );
    check(
        &[JOIN, LEAVE, JOIN].concat(),
        &expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 0 }
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
    "#]],
    );
    check(
        &[JOIN, LEAVE, CONNECT].concat(),
        &expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5100 Answered { queue: "sac", call: "1.1", agent: "2101", leg: Some("1.2") }
    "#]],
    );
}

#[test]
fn an_end_that_names_only_the_leg_finds_its_call() {
    let complete = "Event: AgentComplete\nTimestamp: 9.1\nQueue: sac\nInterface: PJSIP/2101\nDestUniqueid: 1.2\nReason: caller\n\n";
    check(
        &[JOIN, LEAVE, CONNECT, HANGUP, complete].concat(),
        &expect![[r#"
            1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
            5100 Answered { queue: "sac", call: "1.1", agent: "2101", leg: Some("1.2") }
            9100 Completed { queue: "sac", call: Some("1.1"), leg: Some("1.2"), agent: "2101", transferred: false, talk_ms: None }
        "#]],
    );
    check(
        &[JOIN, LEAVE, CONNECT, HANGUP].concat(),
        &expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5100 Answered { queue: "sac", call: "1.1", agent: "2101", leg: Some("1.2") }
        9000 CallEnded { call: "1.1" }
    "#]],
    );
}

#[test]
fn what_names_nothing_is_nothing() {
    let names = [
        "QueueCallerJoin",
        "QueueCallerLeave",
        "QueueCallerAbandon",
        "AgentCalled",
        "AgentConnect",
        "AgentComplete",
        "Hangup",
    ];
    let more =
        ["QueueMemberStatus", "QueueMemberRemoved", "DeviceStateChange", "DialEnd", "VarSet", "QueueEntry", "Unheard"];
    for name in names.into_iter().chain(more) {
        check(&format!("Event: {name}\nVariable: QUEUESTATUS\nValue: TIMEOUT\n\n"), &expect![[""]]);
    }
}

/// A caller whom the queue sent on enters it again at once, and the log speaks of the first stay only then.
#[test]
fn a_late_line_tells_of_the_stay_that_is_over() {
    let again = JOIN.replace("1.0\nQueue", "5.4\nQueue");
    let leave = LEAVE.replace("5.0", "7.0");
    for held in [false, true] {
        let mut translator = Translator::default();
        let mut out = run(&mut translator, &[JOIN, ABANDON, LEAVE, &again].concat(), 0);
        if held {
            out.extend(run(&mut translator, &leave, 0));
        }
        translator.logged(&log("EXITWITHTIMEOUT"), 1, &mut out);
        out.extend(run(&mut translator, &leave, 2));
        translator.logged(&log("EXITWITHKEY"), 3, &mut out);
        expect![[r#"
            1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
            5000 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 0 }
            5400 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
            0 VisitAmended { queue: "sac", call: "1.1", from: Unknown, to: Timeout, witness: QueueLog }
            7000 Left { queue: "sac", call: "1.1", outcome: ExitKey, ago_ms: 0 }
        "#]]
        .assert_eq(&text(&out));
    }
    // The first stay was another session's: what was written before the second began is not about it.
    let mut translator = Translator::default();
    let mut out = run(&mut translator, &JOIN.replace("1.0\nQueue", "6.0\nQueue"), 0);
    translator.logged(&log("EXITWITHTIMEOUT"), 0, &mut out);
    out.extend(run(&mut translator, &ABANDON.replace("5.0", "8.0"), 0));
    expect![[r#"
        6000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        8000 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 0 }
    "#]]
    .assert_eq(&text(&out));
}

/// The call left and came back around the login: its first stay is of the past, and the second is in the list.
#[test]
fn a_line_that_was_told_already_is_about_no_wait_that_goes_on() {
    let list = "Event: QueueEntry\nQueue: sac\nPosition: 1\nUniqueid: 1.1\nActionID: q1\n\nEvent: QueueStatusComplete\nActionID: q1\n\n";
    for is_told in [true, false] {
        let mut translator = Translator::default();
        translator.asked("q1".into());
        let mut out = run(&mut translator, list, 0);
        translator.logged(&Verdict { is_told, ..log("EXITWITHTIMEOUT") }, 0, &mut out);
        out.clear();
        out.extend(run(&mut translator, &[LEAVE, CONNECT].concat(), 0));
        assert_eq!(text(&out).contains("Timeout"), !is_told, "{}", text(&out));
    }
}

/// A leave was held so long that it seemed an end, and then somebody answered: no line of the log is about that end.
#[test]
fn an_end_that_was_none_takes_no_line() {
    let mut translator = Translator::default();
    let mut out = run(&mut translator, &[JOIN, LEAVE].concat(), 0);
    translator.tick(20_000, &mut out);
    let (again, end) = (JOIN.replace("1.0\nQueue", "30.0\nQueue"), ABANDON.replace("5.0", "40.0"));
    let line = Line::parse(b"40|1.1|sac|NONE|EXITWITHTIMEOUT|1|1|4").as_ref().and_then(Verdict::of).expect("a verdict");
    out.extend(run(&mut translator, &[CONNECT, &again, &end].concat(), 20_000));
    out.clear();
    translator.logged(&line, 20_000, &mut out);
    assert_eq!(out.len(), 1);
    out.clear();
    translator.logged(&line, 20_000, &mut out);
    assert_eq!(text(&out), "", "it was about the second stay");
}

/// Nothing tells a caller who was moved from one whom the queue sent on until the session shows that it hears QUEUESTATUS: then
/// it would have heard of the second.
#[test]
fn what_was_not_told_is_understood_once_the_session_shows_what_it_hears() {
    let here = |event: &str| event.replace("Queue:", "Context: stay\nExten: s\nPriority: 4\nQueue:");
    let elsewhere =
        "Event: QueueCallerJoin\nTimestamp: 5.1\nQueue: n2\nUniqueid: 1.1\nContext: stay\nExten: s\nPriority: 9\n\n";
    let mut translator = Translator::default();
    let mut out = run(&mut translator, &[&*here(JOIN), &here(ABANDON), &here(LEAVE), elsewhere].concat(), 0);
    assert!(matches!(&out[1], Report::Event { kind: Kind::Left { outcome: mirante_floor::Outcome::Unknown, .. }, .. }));
    out.clear();
    out.extend(run(&mut translator, "Event: VarSet\nUniqueid: 7.1\nVariable: QUEUESTATUS\nValue: CONTINUE\n\n", 1));
    expect![[r#"
        0 VisitAmended { queue: "sac", call: "1.1", from: Unknown, to: Transferred, witness: Stream }
    "#]]
    .assert_eq(&text(&out));
}

/// The agent parked the caller and was gone; the caller hung up so soon that the PBX's own word still came in time.
#[test]
fn a_conversation_ends_when_its_agent_is_gone() {
    let leg = "Event: Hangup\nTimestamp: 8.0\nUniqueid: 1.2\n\n";
    let end = "Event: AgentComplete\nTimestamp: 9.9\nQueue: sac\nUniqueid: 1.1\nInterface: PJSIP/2101\nTalkTime: 5\nReason: caller\n\n";
    check(
        &[JOIN, LEAVE, CONNECT, leg, end].concat(),
        &expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5100 Answered { queue: "sac", call: "1.1", agent: "2101", leg: Some("1.2") }
        8000 Completed { queue: "sac", call: Some("1.1"), leg: None, agent: "2101", transferred: false, talk_ms: Some(5000) }
    "#]],
    );
}

/// The agent had parked an earlier caller before the session began, and that one hangs up now: both channels are gone, so the
/// platform names neither.
#[test]
fn an_end_that_names_nobody_is_not_that_of_a_conversation_that_lost_nobody() {
    let end = "Event: AgentComplete\nTimestamp: 7.0\nQueue: sac\nInterface: PJSIP/2101\nReason: caller\n\n";
    let other = HANGUP.replace("1.1", "0.1");
    check(
        &[JOIN, LEAVE, CONNECT, &other, end].concat(),
        &expect![[r#"
        1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        5100 Answered { queue: "sac", call: "1.1", agent: "2101", leg: Some("1.2") }
    "#]],
    );
    check(
        &[JOIN, LEAVE, CONNECT, HANGUP, end].concat(),
        &expect![[r#"
            1000 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
            5100 Answered { queue: "sac", call: "1.1", agent: "2101", leg: Some("1.2") }
            7000 Completed { queue: "sac", call: Some("1.1"), leg: None, agent: "2101", transferred: false, talk_ms: None }
        "#]],
    );
}
