//! Members of queues, in lists and in events.

use super::*;
use expect_test::expect;
use mirante_floor::Device;

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
        Picture { queues: [QueuePicture { queue: "sac", counters: PbxCounters { calls: 1, completed: 7, abandoned: 2, hold_s: 11, talk_s: 90, level_s: 20 }, levels: None }], people: [Caller { number: "2101", name: "Ana" }], members: [MemberPicture { queue: "sac", agent: "2101", interface: "Local/ana@x/n", name: Some(0), device: Idle, paused: true, reason: Some("almoço"), penalty: 1, in_call: Some(false), paused_at: Some(1795290000000) }], waiting: [WaitingPicture { queue: "sac", call: "1.1", contact: None, caller: Some(Caller { number: "", name: "<script>" }), position: 1, waited_ms: 4000 }] }
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
            Member sac 2101 "Ana" Unknown paused=false None penalty=3 Some(false)
            Member sac 2101 "Ana" Unknown paused=true Some("banheiro") penalty=3 Some(false)
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

/// Agent 2101 serves through an address whose device nobody watches.
const UNWATCHED: &str = "Event: QueueMemberStatus\nQueue: sac\nMemberName: Ana\nInterface: Local/2101@from-queue/n\n\
    StateInterface: Local/2101@from-queue/n\nStatus: 1\nPaused: 0\n\n";

#[test]
fn a_phone_that_nobody_watches_is_not_called_free() {
    let busy = UNWATCHED.replace("Status: 1", "Status: 2");
    let phone = |state: &str| format!("Event: DeviceStateChange\nDevice: PJSIP/2101\nState: {state}\n\n");
    let softphone = "Event: DeviceStateChange\nDevice: IAX2/2101\nState: UNAVAILABLE\n\n";
    check(
        &[UNWATCHED, &busy, UNWATCHED, &phone("NOT_INUSE"), UNWATCHED, &phone("INUSE"), UNWATCHED, softphone].concat(),
        &expect![[r#"
            Member sac 2101 "Ana" Unknown paused=false None penalty=0 None
            Member sac 2101 "Ana" InUse paused=false None penalty=0 None
            Member sac 2101 "Ana" Unknown paused=false None penalty=0 None
            0 DeviceChanged { agent: "2101", device: Idle }
            Member sac 2101 "Ana" Idle paused=false None penalty=0 None
            0 DeviceChanged { agent: "2101", device: InUse }
            Member sac 2101 "Ana" InUse paused=false None penalty=0 None
        "#]],
    );
    // A phone heard before its owner was known is remembered.
    check(
        &[&phone("ONHOLD"), UNWATCHED].concat(),
        &expect![[r#"
            Member sac 2101 "Ana" OnHold paused=false None penalty=0 None
        "#]],
    );
}

#[test]
fn devices_are_asked_for_until_that_is_refused() {
    let mut translator = Translator::default();
    let take = |translator: &mut Translator, text: &str| {
        let (mut needs, mut out) = (Vec::new(), Vec::new());
        Decoder::new(translate::takes)
            .push(text.as_bytes(), |message| needs.push(translator.take(&message, 0, &mut out)));
        needs
    };
    assert_eq!(translator.devices_id(), None, "nobody to ask about");
    assert_eq!(take(&mut translator, UNWATCHED), [Need::Devices]);
    assert_eq!(take(&mut translator, UNWATCHED), [Need::Nothing], "asked once");
    let id = translator.devices_id().expect("an unwatched agent");
    assert_eq!(take(&mut translator, &format!("Response: Success\nActionID: {id}\n\n")), [Need::Nothing]);
    assert!(translator.devices_id().is_some(), "with each picture");
    take(&mut translator, &format!("Response: Error\nActionID: {id}\nMessage: Permission denied\n\n"));
    assert_eq!(translator.devices_id(), None);
    assert_eq!(take(&mut translator, &UNWATCHED.replace("2101", "2102")), [Need::Nothing]);
}

#[test]
fn what_one_queue_watches_counts_in_all() {
    let watched = "Event: QueueMemberStatus\nQueue: n2\nMemberName: Ana\nInterface: Local/2101@from-queue/n\n\
        StateInterface: hint:2101@ext-local\nStatus: 2\nPaused: 0\n\n";
    let phone = "Event: DeviceStateChange\nDevice: PJSIP/2101\nState: NOT_INUSE\n\n";
    let gone = "Event: QueueMemberRemoved\nQueue: n2\nInterface: Local/2101@from-queue/n\n\n";
    check(
        &[UNWATCHED, watched, UNWATCHED, phone, UNWATCHED, gone, UNWATCHED].concat(),
        &expect![[r#"
            Member sac 2101 "Ana" Unknown paused=false None penalty=0 None
            Member n2 2101 "Ana" InUse paused=false None penalty=0 None
            Member sac 2101 "Ana" InUse paused=false None penalty=0 None
            Member sac 2101 "Ana" InUse paused=false None penalty=0 None
            0 MemberRemoved { queue: "n2", agent: "2101" }
            Member sac 2101 "Ana" Idle paused=false None penalty=0 None
        "#]],
    );
    // In a list too, whatever the order of its lines; and it is one person in all of them.
    let mut translator = Translator::default();
    translator.asked("q1".into());
    let list = |queue: &str, watches: &str, status: u8| {
        format!(
            "Event: QueueMember\nQueue: {queue}\nName: Ana\nLocation: Local/100@vendas/n\nStateInterface: {watches}\n\
             Status: {status}\nPaused: 0\nActionID: q1\n\n"
        )
    };
    let own = "Local/100@vendas/n";
    let lines = [list("a", own, 1), list("b", "PJSIP/100", 6), list("c", own, 1)].concat();
    let out = run(&mut translator, &[&*lines, "Event: QueueStatusComplete\nActionID: q1\n\n"].concat(), 0);
    let Some(Report::Picture(picture)) = out.last() else { panic!("{out:?}") };
    let told: Vec<_> = picture.members.iter().map(|m| (&*m.queue, &*m.agent, m.device)).collect();
    assert_eq!(told, [("a", "100", Device::Ringing), ("b", "100", Device::Ringing), ("c", "100", Device::Ringing)]);
    assert_eq!(translator.devices_id(), None, "watched");
}

#[test]
fn a_record_made_anew_by_a_reload_does_not_deny_a_call() {
    let list = |id: &str, since: &str, in_call: &str| {
        format!(
            "Event: QueueMember\nQueue: sac\nName: Ana\nLocation: PJSIP/2101\nStatus: 2\nPaused: 0\nLoginTime: {since}\n\
             InCall: {in_call}\nActionID: {id}\n\nEvent: QueueStatusComplete\nActionID: {id}\n\n"
        )
    };
    let mut translator = Translator::default();
    let mut tell = |id: &str, since: &str, in_call: &str| {
        translator.asked(id.into());
        let Some(Report::Picture(picture)) = run(&mut translator, &list(id, since, in_call), 0).pop() else {
            panic!("no picture")
        };
        picture.members[0].in_call
    };
    assert_eq!(tell("1", "100", "1"), Some(true));
    assert_eq!(tell("2", "100", "0"), Some(false), "the same record knows");
    assert_eq!(tell("3", "100", "1"), Some(true));
    assert_eq!(tell("4", "160", "0"), None, "a reload forgot the call");
    assert_eq!(tell("5", "160", "0"), None);
    assert_eq!(tell("6", "160", "1"), Some(true), "and the next call is known again");
    assert_eq!(tell("7", "160", "0"), Some(false));
}
