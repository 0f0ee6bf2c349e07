//! Whole calls, as real platforms told them and as they come out.

use super::decoder::Decoder;
use super::queue_log::Line;
use super::translate::{self, Need, Translator};
use crate::{Caller, Report};
use expect_test::{Expect, expect};
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
    }
}

fn run(translator: &mut Translator, trace: &str, now: i64) -> Vec<Report> {
    let mut out = Vec::new();
    Decoder::new(translate::takes).push(trace.as_bytes(), |message| {
        assert_eq!(translator.take(&message, now, &mut out), Need::Nothing);
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

macro_rules! trace {
    ($name:literal) => {
        include_str!(concat!("../../tests/traces/", $name, ".txt"))
    };
}

#[test]
fn caller_hangs_up_while_waiting() {
    check(
        trace!("abandoned-22"),
        &expect![[r#"
        494441 Entered { queue: "sac", call: "1795290493.3", contact: "1795290493.2", caller: Some(Caller { number: "55909960308", name: "Cliente 0308" }), position: Some(2), waited_ms: 0 }
        494441 Ringing { queue: "sac", call: "1795290493.3", agent: "1005" }
        496442 RingEnded { queue: "sac", agent: "1005" }
        496444 Left { queue: "sac", call: "1795290493.3", outcome: Abandoned, ago_ms: 0 }
    "#]],
    );
}

#[test]
fn ringall_answered_then_the_caller_hangs_up() {
    check(
        trace!("ringall-caller-hangs-22"),
        &expect![[r#"
        494602 Entered { queue: "helpdesk-n2", call: "1795290494.11", contact: "1795290494.10", caller: Some(Caller { number: "55319487574", name: "Cliente 7574" }), position: Some(1), waited_ms: 0 }
        494603 Ringing { queue: "helpdesk-n2", call: "1795290494.11", agent: "1013" }
        494604 Ringing { queue: "helpdesk-n2", call: "1795290494.11", agent: "1015" }
        494604 Ringing { queue: "helpdesk-n2", call: "1795290494.11", agent: "1014" }
        496607 RingEnded { queue: "helpdesk-n2", agent: "1013" }
        496607 RingEnded { queue: "helpdesk-n2", agent: "1015" }
        496610 Answered { queue: "helpdesk-n2", call: "1795290494.11", agent: "1014", leg: Some("1795290494.24") }
        510320 Completed { queue: "helpdesk-n2", call: Some("1795290494.11"), leg: Some("1795290494.24"), agent: "1014", transferred: false }
    "#]],
    );
}

#[test]
fn answered_then_the_agent_hangs_up() {
    check(
        trace!("agent-hangs-16"),
        &expect![[r#"
        495176 Entered { queue: "suporte-n1", call: "1795290494.19", contact: "1795290494.18", caller: Some(Caller { number: "55746507529", name: "Cliente 7529" }), position: Some(1), waited_ms: 0 }
        495177 Ringing { queue: "suporte-n1", call: "1795290494.19", agent: "1010" }
        496180 Answered { queue: "suporte-n1", call: "1795290494.19", agent: "1010", leg: Some("1795290495.30") }
        512798 Completed { queue: "suporte-n1", call: Some("1795290494.19"), leg: Some("1795290495.30"), agent: "1010", transferred: false }
    "#]],
    );
}

#[test]
fn ring_no_answer_then_answered() {
    check(
        trace!("ring-no-answer-16"),
        &expect![[r#"
        545041 Entered { queue: "televendas", call: "1795290540.390", contact: "1795290540.390", caller: Some(Caller { number: "1140004000", name: "vendas-novembro" }), position: Some(3), waited_ms: 0 }
        550047 Ringing { queue: "televendas", call: "1795290540.390", agent: "1007" }
        560047 RingNoAnswer { queue: "televendas", agent: "1007", ring_ms: 10000 }
        561050 Ringing { queue: "televendas", call: "1795290540.390", agent: "1007" }
        563056 Answered { queue: "televendas", call: "1795290540.390", agent: "1007", leg: Some("1795290561.594") }
        577877 Completed { queue: "televendas", call: Some("1795290540.390"), leg: Some("1795290561.594"), agent: "1007", transferred: false }
    "#]],
    );
}

#[test]
fn blind_transfer_to_another_queue() {
    check(
        trace!("blind-transfer-22"),
        &expect![[r#"
        543113 Entered { queue: "suporte-n1", call: "1795290542.330", contact: "1795290542.329", caller: Some(Caller { number: "55910317764", name: "Cliente 7764" }), position: Some(1), waited_ms: 0 }
        546116 Ringing { queue: "suporte-n1", call: "1795290542.330", agent: "1010" }
        548120 Answered { queue: "suporte-n1", call: "1795290542.330", agent: "1010", leg: Some("1795290546.349") }
        549223 Completed { queue: "suporte-n1", call: Some("1795290542.330"), leg: Some("1795290546.349"), agent: "1010", transferred: true }
        549225 Entered { queue: "helpdesk-n2", call: "1795290542.330", contact: "1795290542.329", caller: Some(Caller { number: "55910317764", name: "Cliente 7764" }), position: Some(3), waited_ms: 0 }
        575715 Left { queue: "helpdesk-n2", call: "1795290542.330", outcome: Abandoned, ago_ms: 0 }
    "#]],
    );
}

#[test]
fn attended_transfer_to_another_queue() {
    check(
        trace!("attended-transfer-22"),
        &expect![[r#"
        507711 Entered { queue: "suporte-n1", call: "1795290507.118", contact: "1795290507.117", caller: Some(Caller { number: "55245040008", name: "Cliente 0008" }), position: Some(2), waited_ms: 0 }
        515720 Ringing { queue: "suporte-n1", call: "1795290507.118", agent: "1012" }
        518724 Answered { queue: "suporte-n1", call: "1795290507.118", agent: "1012", leg: Some("1795290515.168") }
        522143 Entered { queue: "helpdesk-n2", call: "1795290521.218", contact: "1795290507.117", caller: Some(Caller { number: "55245040008", name: "Cliente 0008" }), position: Some(1), waited_ms: 0 }
        531728 Completed { queue: "suporte-n1", call: Some("1795290507.118"), leg: Some("1795290515.168"), agent: "1012", transferred: true }
        568190 Ringing { queue: "helpdesk-n2", call: "1795290521.218", agent: "1015" }
        583190 RingNoAnswer { queue: "helpdesk-n2", agent: "1015", ring_ms: 15000 }
        586195 Ringing { queue: "helpdesk-n2", call: "1795290521.218", agent: "1015" }
        590200 Answered { queue: "helpdesk-n2", call: "1795290521.218", agent: "1015", leg: Some("1795290586.634") }
        603213 Completed { queue: "helpdesk-n2", call: Some("1795290521.218"), leg: Some("1795290586.634"), agent: "1015", transferred: false }
    "#]],
    );
}

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
        0 Completed { queue: "sac", call: Some("1400000000.10"), leg: None, agent: "2101", transferred: true }
    "#]],
    );
}

const JOIN: &str = "Event: QueueCallerJoin\nTimestamp: 1.0\nQueue: sac\nUniqueid: 1.1\nLinkedid: 1.0\nPosition: 1\n\n";
const ABANDON: &str = "Event: QueueCallerAbandon\nTimestamp: 5.0\nQueue: sac\nUniqueid: 1.1\n\n";
const LEAVE: &str = "Event: QueueCallerLeave\nTimestamp: 5.0\nQueue: sac\nUniqueid: 1.1\n\n";
const CONNECT: &str =
    "Event: AgentConnect\nTimestamp: 5.1\nQueue: sac\nUniqueid: 1.1\nInterface: PJSIP/2101\nDestUniqueid: 1.2\n\n";
const HANGUP: &str = "Event: Hangup\nTimestamp: 9.0\nUniqueid: 1.1\n\n";

fn log(verb: &str) -> Line {
    Line::parse(format!("5|1.1|sac|NONE|{verb}|1|1|4").as_bytes()).expect("an outcome")
}

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
        Line::parse(format!("1|rig-1795304293.21|{queue}|NONE|{verb}|1|1|1").as_bytes()).expect("an outcome")
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
    translator.tick(3400, &mut out);
    expect![[r#"
        0 Entered { queue: "sac", call: "1.1", contact: "1.0", caller: None, position: Some(1), waited_ms: 0 }
        0 Left { queue: "sac", call: "1.1", outcome: Unknown, ago_ms: 2400 }
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
    translator.tick(2999, &mut out);
    assert_eq!(out.len(), 1, "still held");
    translator.tick(3000, &mut out);
    translator.logged(&log("EXITWITHKEY"), 3100, &mut out);
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
        9100 Completed { queue: "sac", call: Some("1.1"), leg: Some("1.2"), agent: "2101", transferred: false }
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
fn a_list_is_a_picture_and_events_between_its_lines_pass() {
    let mut translator = Translator::default();
    translator.asked("q1".into());
    let list = "Response: Success\nActionID: q1\nEventList: start\n\n\
        Event: QueueParams\nQueue: sac\nCalls: 1\nCompleted: 7\nAbandoned: 2\nHoldtime: 11\nTalkTime: 90\nServiceLevel: 20\nActionID: q1\n\n\
        Event: QueueMember\nQueue: sac\nName: Ana\nLocation: Local/ana@x/n\nStateInterface: hint:2101@ext-local\nPenalty: 1\nStatus: 1\n\
        Paused: 1\nPausedReason: almo\u{e7}o\nLastPause: 1795290000\nInCall: 0\nActionID: q1\n\n\
        Event: AgentCalled\nQueue: sac\nUniqueid: 1.1\nInterface: Local/ana@x/n\nDestUniqueid: 1.2\n\n\
        Event: QueueMember\nQueue: other\nName: X\nLocation: SIP/1\nActionID: somebody-else\n\n\
        Event: QueueEntry\nQueue: sac\nPosition: 1\nUniqueid: 1.1\nCallerIDNum: <unknown>\nCallerIDName: <script>\nWait: 4\nActionID: q1\n\n\
        Event: QueueStatusComplete\nActionID: q1\nListItems: 3\n\n";
    let mut out = run(&mut translator, list, 0);
    assert!(!translator.is_listing());
    out.extend(run(&mut translator, &["Event: HangupRequest\nUniqueid: 1.1\n\n", ABANDON].concat(), 0));
    expect![[r#"
        0 Ringing { queue: "sac", call: "1.1", agent: "2101" }
        Picture { queues: [QueuePicture { queue: "sac", counters: PbxCounters { calls: 1, completed: 7, abandoned: 2, hold_s: 11, talk_s: 90, level_s: 20 } }], members: [MemberPicture { queue: "sac", agent: "2101", interface: "Local/ana@x/n", name: Some(Caller { number: "2101", name: "Ana" }), device: Idle, paused: true, reason: Some("almoço"), penalty: 1, in_call: Some(false), paused_at: Some(1795290000000) }], waiting: [WaitingPicture { queue: "sac", call: "1.1", contact: None, caller: Some(Caller { number: "", name: "<script>" }), position: 1, waited_ms: 4000 }] }
        5000 Left { queue: "sac", call: "1.1", outcome: Abandoned, ago_ms: 0 }
    "#]].assert_eq(&text(&out));
}

#[test]
fn a_member_event_may_tell_only_a_part() {
    let full = "Event: QueueMemberStatus\nQueue: sac\nMemberName: Ana\nInterface: Local/2101@from-queue/n\n\
        StateInterface: Local/2101@from-queue/n\nPenalty: 3\nInCall: 0\nStatus: 1\nPaused: 0\n\n";
    let paused = "Event: QueueMemberPaused\nQueue: sac\nLocation: Local/2101@from-queue/n\nMemberName: Ana\nPaused: 1\nReason: banheiro\n\n";
    let busy = "Event: DeviceStateChange\nDevice: PJSIP/2101\nState: INUSE\n\n";
    let other = "Event: DeviceStateChange\nDevice: PJSIP/trunk\nState: INUSE\n\nEvent: DeviceStateChange\nDevice: PJSIP/2999\nState: INUSE\n\n";
    let removed = "Event: QueueMemberRemoved\nQueue: sac\nMemberName: Ana\nInterface: Local/2101@from-queue/n\n\n";
    check(
        &[full, paused, busy, busy, other, full, removed].concat(),
        &expect![[r#"
        Member sac 2101 "Ana" Idle paused=false None penalty=3 Some(false)
        Member sac 2101 "Ana" Idle paused=true Some("banheiro") penalty=3 Some(false)
        0 DeviceChanged { agent: "2101", device: InUse }
        Member sac 2101 "Ana" InUse paused=false None penalty=3 Some(false)
        0 MemberRemoved { queue: "sac", agent: "2101" }
    "#]],
    );
}

#[test]
fn the_number_of_a_remote_agent_is_told_as_a_person_only() {
    let told = "Event: QueueMemberStatus\nQueue: sac\nMemberName: Ana\nInterface: Local/5511999990000@out/n\n\
        StateInterface: Local/5511999990000@out/n\nStatus: 1\nPaused: 0\n\n";
    let ring =
        "Event: AgentCalled\nQueue: sac\nUniqueid: 1.1\nInterface: Local/5511999990000@out/n\nDestUniqueid: 1.2\n\n";
    let removed = "Event: QueueMemberRemoved\nQueue: sac\nInterface: Local/5511999990000@out/n\n\n";
    let mut out = run(&mut Translator::default(), &[ring, told, ring, removed].concat(), 0);
    let Report::Event { kind: Kind::Member { agent, interface, name, .. }, .. } = &mut out[1] else {
        panic!("{out:?}")
    };
    assert_eq!(name.take().map(|name| name.number).as_deref(), Some("5511999990000"));
    assert_eq!(&**interface, "Local/***00@out/n");
    let agent = agent.to_string();
    assert_eq!(format!("{out:?}").matches(&agent).count(), 4, "one person throughout: {out:?}");
    assert!(!format!("{out:?}").contains("99999"), "{out:?}");
}

#[test]
fn a_phone_that_turns_a_call_down_at_once_did_not_ring() {
    check(
        trace!("busy-at-once-22"),
        &expect![[r#"
        369975 Entered { queue: "cobranca", call: "rig-1795304369.29", contact: "rig-1795304369.28", caller: Some(Caller { number: "55909960001", name: "Cliente 0001" }), position: Some(1), waited_ms: 0 }
        369975 Ringing { queue: "cobranca", call: "rig-1795304369.29", agent: "7701" }
        369976 RingEnded { queue: "cobranca", agent: "7701" }
        412591 Entered { queue: "cobranca", call: "rig-1795304412.65", contact: "rig-1795304412.64", caller: Some(Caller { number: "55909960001", name: "Cliente 0001" }), position: Some(1), waited_ms: 0 }
        412591 Ringing { queue: "cobranca", call: "rig-1795304412.65", agent: "7705" }
        414593 RingNoAnswer { queue: "cobranca", agent: "7705", ring_ms: 2000 }
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
