//! Calls to the outside: as a dialler and agents made them on real platforms, and as other dial plans make them.

use super::*;
use crate::asterisk::outbound::Outbound;
use crate::asterisk::remote::Remote;
use expect_test::expect;
use mirante_floor::DispositionFlags;

#[test]
fn a_sale_by_a_call_that_the_platform_made() {
    check(
        trace!("campaign-agent-SALE-22"),
        &expect![[r#"
        496357 Dialled { attempt: "1795290496.46", campaign: Some("vendas-novembro"), contact: "1795290496.46", agent: None, callee: Some(Caller { number: "55474395755", name: "" }) }
        496360 DialRinging { attempt: "1795290496.46" }
        501363 DialAnswered { attempt: "1795290496.46", by: Unknown, agent: None }
        510373 Disposed { campaign: Some("vendas-novembro"), attempt: "1795290496.46", code: "SALE", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
        510373 DialEnded { attempt: "1795290496.46", end: DialEnd { dropped: false, by: Callee, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
    "#]],
    );
}

#[test]
fn every_way_not_to_reach_somebody() {
    let traces = [
        trace!("campaign-agent-BUSY-16"),
        trace!("campaign-agent-CONGESTION-22"),
        trace!("campaign-agent-CHANUNAVAIL-22"),
        trace!("campaign-agent-NOANSWER-16"),
    ];
    check(
        &traces.concat(),
        &expect![[r#"
        519252 Dialled { attempt: "1795290519.194", campaign: Some("pesquisa-nps"), contact: "1795290519.194", agent: None, callee: Some(Caller { number: "55374071881", name: "" }) }
        520255 Disposed { campaign: Some("pesquisa-nps"), attempt: "1795290519.194", code: "BUSY", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
        520257 DialEnded { attempt: "1795290519.194", end: DialEnd { dropped: false, by: Callee, cause: Some(17), status: Some("BUSY") }, ago_ms: 0 }
        561229 Dialled { attempt: "1795290561.454", campaign: Some("pesquisa-nps"), contact: "1795290561.454", agent: None, callee: Some(Caller { number: "55869284140", name: "" }) }
        562234 Disposed { campaign: Some("pesquisa-nps"), attempt: "1795290561.454", code: "CONGESTION", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
        562237 DialEnded { attempt: "1795290561.454", end: DialEnd { dropped: false, by: System, cause: Some(34), status: Some("CONGESTION") }, ago_ms: 0 }
        649147 Dialled { attempt: "1795290649.1138", campaign: Some("pesquisa-nps"), contact: "1795290649.1138", agent: None, callee: Some(Caller { number: "55910594996", name: "" }) }
        649148 DialRinging { attempt: "1795290649.1138" }
        651152 Disposed { campaign: Some("pesquisa-nps"), attempt: "1795290649.1138", code: "CHANUNAVAIL", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
        651154 DialEnded { attempt: "1795290649.1138", end: DialEnd { dropped: false, by: Callee, cause: Some(21), status: Some("NOANSWER") }, ago_ms: 0 }
        494009 Dialled { attempt: "1795290494.4", campaign: Some("pesquisa-nps"), contact: "1795290494.4", agent: None, callee: Some(Caller { number: "55351819093", name: "" }) }
        494012 DialRinging { attempt: "1795290494.4" }
        514032 Disposed { campaign: Some("pesquisa-nps"), attempt: "1795290494.4", code: "NOANSWER", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
        514033 DialEnded { attempt: "1795290494.4", end: DialEnd { dropped: false, by: System, cause: Some(16), status: Some("NOANSWER") }, ago_ms: 0 }
    "#]],
    );
}

#[test]
fn a_dialler_gives_its_answers_to_a_queue() {
    check(
        trace!("campaign-predictive-22"),
        &expect![[r#"
            974900 Dialled { attempt: "1795291974.26", campaign: Some("cobranca-30d"), contact: "1795291974.26", agent: None, callee: Some(Caller { number: "55475771046", name: "" }) }
            974900 DialRinging { attempt: "1795291974.26" }
            975903 DialAnswered { attempt: "1795291974.26", by: Unknown, agent: None }
            975905 Entered { queue: "cobranca", call: "1795291974.26", contact: "1795291974.26", caller: Some(Caller { number: "1140004000", name: "cobranca-30d" }), position: Some(4), waited_ms: 0 }
            984915 Ringing { queue: "cobranca", call: "1795291974.26", agent: "1003" }
            985917 Answered { queue: "cobranca", call: "1795291974.26", agent: "1003", leg: Some("1795291984.126") }
            988423 Completed { queue: "cobranca", call: Some("1795291974.26"), leg: Some("1795291984.126"), agent: "1003", transferred: false, talk_ms: Some(3000) }
            988425 Disposed { campaign: Some("cobranca-30d"), attempt: "1795291974.26", code: "WRONG_NUMBER", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
            988428 DialEnded { attempt: "1795291974.26", end: DialEnd { dropped: false, by: Agent, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
        "#]],
    );
    check(
        trace!("campaign-predictive-16"),
        &expect![[r#"
            45492 Dialled { attempt: "1795292045.28", campaign: Some("cobranca-30d"), contact: "1795292045.28", agent: None, callee: Some(Caller { number: "55475771046", name: "" }) }
            45492 DialRinging { attempt: "1795292045.28" }
            47500 DialAnswered { attempt: "1795292045.28", by: Unknown, agent: None }
            47503 Entered { queue: "cobranca", call: "1795292045.28", contact: "1795292045.28", caller: Some(Caller { number: "1140004000", name: "cobranca-30d" }), position: Some(2), waited_ms: 0 }
            54510 Ringing { queue: "cobranca", call: "1795292045.28", agent: "1019" }
            55523 Answered { queue: "cobranca", call: "1795292045.28", agent: "1019", leg: Some("1795292054.127") }
            58022 Completed { queue: "cobranca", call: Some("1795292045.28"), leg: Some("1795292054.127"), agent: "1019", transferred: false, talk_ms: Some(3000) }
            58024 Disposed { campaign: Some("cobranca-30d"), attempt: "1795292045.28", code: "WRONG_NUMBER", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
            58025 DialEnded { attempt: "1795292045.28", end: DialEnd { dropped: false, by: Agent, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
        "#]],
    );
}

/// Agent 2101, at her telephone.
const ANA: &str = "Event: QueueMemberStatus\nQueue: sac\nMemberName: Ana\nInterface: Local/2101@from-queue/n\n\
    StateInterface: PJSIP/2101\nStatus: 1\nPaused: 0\n\n";

fn begin(caller: &str, leg: &str, channel: &str, dialled: &str) -> String {
    let caller = match caller.split_once(' ') {
        Some((id, channel)) => format!("Uniqueid: {id}\nChannel: {channel}\nLinkedid: {id}\n"),
        None => String::new(),
    };
    format!(
        "Event: DialBegin\nTimestamp: 1.0\n{caller}DestChannel: {channel}\nDestUniqueid: {leg}\nDestLinkedid: 1.1\n\
         DestAccountCode: camp-norte\nDialString: {dialled}\n\n"
    )
}

fn end(leg: &str, status: &str) -> String {
    format!("Event: DialEnd\nTimestamp: 5.0\nDestUniqueid: {leg}\nDialStatus: {status}\n\n")
}

fn hangup(channel: &str, cause: u16) -> String {
    format!("Event: Hangup\nTimestamp: 9.0\nUniqueid: {channel}\nCause: {cause}\n\n")
}

fn request(channel: &str) -> String {
    format!("Event: HangupRequest\nTimestamp: 9.0\nUniqueid: {channel}\n\n")
}

/// What a translator that is told `config` says of `trace`, agent 2101 known.
fn told(config: Outbound, trace: &str) -> String {
    let mut translator = Translator::new(Remote::default(), config);
    run(&mut translator, ANA, 0);
    let mut out = run(&mut translator, trace, 0);
    translator.tick(60_000, &mut out);
    text(&out)
}

const AGENT: &str = "1.1 PJSIP/2101-0000000a";
const TRUNK: &str = "PJSIP/trunk-0000000b";
const NUMBER: &str = "5511999990000@trunk";

#[test]
fn an_agent_dials() {
    let answered = [
        begin(AGENT, "1.2", TRUNK, NUMBER),
        "Event: DialState\nTimestamp: 2.0\nDestUniqueid: 1.2\nDialStatus: RINGING\n\n".into(),
        end("1.2", "ANSWER"),
        request("1.1"),
        hangup("1.2", 16),
        hangup("1.1", 16),
    ];
    expect![[r#"
        1000 Dialled { attempt: "1.2", campaign: None, contact: "1.1", agent: Some("2101"), callee: Some(Caller { number: "5511999990000", name: "" }) }
        2000 DialRinging { attempt: "1.2" }
        5000 DialAnswered { attempt: "1.2", by: Unknown, agent: None }
        9000 DialEnded { attempt: "1.2", end: DialEnd { dropped: false, by: Agent, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
    "#]].assert_eq(&told(Outbound::default(), &answered.concat()));
    // Account codes may name campaigns, and a colleague, a queue's ring or a visitor's call are no attempts.
    let config = Outbound { campaign_account: Some("camp-".into()), ..Outbound::default() };
    let gave_up = [begin(AGENT, "1.2", TRUNK, NUMBER), request("1.1"), end("1.2", "CANCEL"), hangup("1.2", 0)];
    expect![[r#"
        1000 Dialled { attempt: "1.2", campaign: Some("norte"), contact: "1.1", agent: Some("2101"), callee: Some(Caller { number: "5511999990000", name: "" }) }
        9000 DialEnded { attempt: "1.2", end: DialEnd { dropped: false, by: Agent, cause: None, status: Some("CANCEL") }, ago_ms: 0 }
    "#]].assert_eq(&told(config, &gave_up.concat()));
    let others = [
        begin(AGENT, "1.3", "PJSIP/2102-01", "2102/sip:2102@10.0.0.1:5060"),
        begin("3.1 PJSIP/trunk-02", "3.2", TRUNK, NUMBER),
        begin("3.1 PJSIP/trunk-02", "3.3", "PJSIP/2101-03", "2101"),
        begin("", "3.4", "PJSIP/2101-04", "2101"),
        begin("", "3.5", "Local/4000@inbound-05;1", "4000@inbound/n"),
        end("3.2", "ANSWER"),
        hangup("3.2", 16),
    ];
    assert_eq!(told(Outbound::default(), &others.concat()), "");
}

#[test]
fn a_remote_member_of_a_queue_is_no_attempt() {
    let member = "Event: QueueMemberStatus\nQueue: sac\nMemberName: Bia\nInterface: Local/5511988887777@out/n\n\
        StateInterface: Local/5511988887777@out/n\nStatus: 1\nPaused: 0\n\n";
    let mut translator = Translator::default();
    run(&mut translator, member, 0);
    let ring = [
        begin("1.1 PJSIP/trunk-01", "1.2", "Local/5511988887777@out-07;1", "5511988887777@out/n"),
        begin("1.3 Local/5511988887777@out-07;2", "1.4", TRUNK, "5511988887777@trunk"),
        end("1.4", "ANSWER"),
        end("1.2", "ANSWER"),
        hangup("1.4", 16),
        hangup("1.2", 16),
    ];
    assert_eq!(text(&run(&mut translator, &ring.concat(), 0)), "");
}

#[test]
fn a_route_that_fails_is_tried_again_within_the_same_attempt() {
    let routes = [
        begin(AGENT, "1.2", TRUNK, NUMBER),
        end("1.2", "CONGESTION"),
        hangup("1.2", 34),
        begin(AGENT, "1.3", "PJSIP/other-0000000c", "5511999990000@other"),
        end("1.3", "BUSY"),
        hangup("1.3", 17),
        hangup("1.1", 17),
    ];
    expect![[r#"
        1000 Dialled { attempt: "1.2", campaign: None, contact: "1.1", agent: Some("2101"), callee: Some(Caller { number: "5511999990000", name: "" }) }
        9000 DialEnded { attempt: "1.2", end: DialEnd { dropped: false, by: Callee, cause: Some(17), status: Some("BUSY") }, ago_ms: 0 }
    "#]].assert_eq(&told(Outbound::default(), &routes.concat()));
    let none_left = [begin(AGENT, "1.2", TRUNK, NUMBER), end("1.2", "CHANUNAVAIL"), hangup("1.2", 20)];
    let gone = [&none_left[..], &[hangup("1.1", 0)]].concat();
    assert_eq!(told(Outbound::default(), &none_left.concat()), told(Outbound::default(), &gone.concat()));
}

#[test]
fn a_pair_may_be_taken_out_of_the_path() {
    let optimised = [
        begin(AGENT, "1.2", "Local/5511999990000@out-07;1", "5511999990000@out"),
        begin("1.3 Local/5511999990000@out-07;2", "1.4", TRUNK, NUMBER),
        // The dial plan behind the pair answers at once; the callee does not.
        end("1.2", "ANSWER"),
        end("1.4", "ANSWER"),
        hangup("1.2", 16),
        hangup("1.3", 16),
    ];
    let mut translator = Translator::default();
    run(&mut translator, ANA, 0);
    let mut out = run(&mut translator, &optimised.concat(), 0);
    translator.tick(3_000, &mut out);
    out.extend(run(&mut translator, &[request("1.4"), hangup("1.4", 16)].concat(), 9_000));
    expect![[r#"
        1000 Dialled { attempt: "1.2", campaign: None, contact: "1.1", agent: Some("2101"), callee: Some(Caller { number: "5511999990000", name: "" }) }
        5000 DialAnswered { attempt: "1.2", by: Unknown, agent: None }
        9000 DialEnded { attempt: "1.2", end: DialEnd { dropped: false, by: Callee, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
    "#]].assert_eq(&text(&out));
}

#[test]
fn an_agent_may_pass_the_callee_on() {
    let passed = [begin(AGENT, "1.2", TRUNK, NUMBER), end("1.2", "ANSWER"), hangup("1.1", 16)].concat();
    let mut translator = Translator::default();
    run(&mut translator, ANA, 0);
    let mut out = run(&mut translator, &passed, 0);
    translator.tick(1_900, &mut out);
    assert_eq!(out.len(), 2, "it may still end with the agent");
    translator.tick(2_000, &mut out);
    out.extend(run(&mut translator, &hangup("1.2", 16), 9_000));
    expect![[r#"
        1000 Dialled { attempt: "1.2", campaign: None, contact: "1.1", agent: Some("2101"), callee: Some(Caller { number: "5511999990000", name: "" }) }
        5000 DialAnswered { attempt: "1.2", by: Unknown, agent: None }
        9000 DialParted { attempt: "1.2", ago_ms: 0 }
        9000 DialEnded { attempt: "1.2", end: DialEnd { dropped: false, by: Unknown, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
    "#]].assert_eq(&text(&out));
}

#[test]
fn a_dialler_finds_an_agent_a_machine_or_nobody() {
    let amd = |status: &str| {
        format!("Event: VarSet\nTimestamp: 6.0\nUniqueid: 1.1\nVariable: AMDSTATUS\nValue: {status}\n\n")
    };
    let answered = [begin("", "1.1", TRUNK, NUMBER), end("1.1", "ANSWER")].concat();
    let agent = [
        &*answered,
        &amd("HUMAN"),
        &begin("1.1 PJSIP/trunk-0000000b", "1.2", "PJSIP/2101-0c", "2101"),
        &end("1.2", "ANSWER"),
    ];
    let agent = [&*agent.concat(), &request("1.2"), &hangup("1.2", 16), &hangup("1.1", 16)].concat();
    expect![[r#"
        1000 Dialled { attempt: "1.1", campaign: None, contact: "1.1", agent: None, callee: Some(Caller { number: "5511999990000", name: "" }) }
        5000 DialAnswered { attempt: "1.1", by: Unknown, agent: None }
        6000 DialAnswered { attempt: "1.1", by: Human, agent: None }
        5000 DialAnswered { attempt: "1.1", by: Human, agent: Some("2101") }
        9000 DialParted { attempt: "1.1", ago_ms: 0 }
        9000 DialEnded { attempt: "1.1", end: DialEnd { dropped: false, by: Agent, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
    "#]].assert_eq(&told(Outbound::default(), &agent));
    let machine = [&*answered, &amd("MACHINE"), &hangup("1.1", 16)].concat();
    expect![[r#"
        1000 Dialled { attempt: "1.1", campaign: None, contact: "1.1", agent: None, callee: Some(Caller { number: "5511999990000", name: "" }) }
        5000 DialAnswered { attempt: "1.1", by: Unknown, agent: None }
        6000 DialAnswered { attempt: "1.1", by: Machine, agent: None }
        9000 DialEnded { attempt: "1.1", end: DialEnd { dropped: false, by: Unknown, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
    "#]].assert_eq(&told(Outbound::default(), &machine));
    let nobody = [
        &*answered,
        &JOIN.replace("Linkedid: 1.0", "Linkedid: 1.1"),
        &request("1.1"),
        ABANDON,
        LEAVE,
        &hangup("1.1", 16),
    ]
    .concat();
    expect![[r#"
        1000 Dialled { attempt: "1.1", campaign: None, contact: "1.1", agent: None, callee: Some(Caller { number: "5511999990000", name: "" }) }
        5000 DialAnswered { attempt: "1.1", by: Unknown, agent: None }
        1000 Entered { queue: "sac", call: "1.1", contact: "1.1", caller: None, position: Some(1), waited_ms: 0 }
        5000 Left { queue: "sac", call: "1.1", outcome: Abandoned, ago_ms: 0 }
        9000 DialEnded { attempt: "1.1", end: DialEnd { dropped: true, by: Callee, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
    "#]].assert_eq(&told(Outbound::default(), &nobody));
}

#[test]
fn campaigns_and_results_are_named_by_the_centre() {
    let sale = DispositionFlags { human: true, sale: true, ..DispositionFlags::default() };
    let config = Outbound {
        campaign_variables: vec!["CAMPANHA_ID".into()],
        dispositions: [("V".to_owned(), sale)].into(),
        ..Outbound::default()
    };
    let set = |channel: &str, name: &str, value: &str| {
        format!("Event: VarSet\nTimestamp: 0.5\nUniqueid: {channel}\nVariable: {name}\nValue: {value}\n\n")
    };
    let code = |more: &str| format!("Event: UserEvent\nTimestamp: 9.5\nUserEvent: MiranteDisposition\n{more}\n\n");
    let call = [
        set("1.1", "CAMPAIGN", "not this"),
        set("1.1", "__CAMPANHA_ID", "norte 5511999990000"),
        begin(AGENT, "1.2", TRUNK, NUMBER),
        end("1.2", "ANSWER"),
        code("Uniqueid: 1.1\nLinkedid: 1.1\nCode: V"),
        hangup("1.2", 16),
        hangup("1.1", 16),
        code("Uniqueid: 1.1\nLinkedid: 1.1\nCode: RETORNAR"),
        code("Attempt: 1.2\nCampaign: sul\nCode: V"),
        code("Uniqueid: 7.7\nCode: V"),
        code("Uniqueid: 7.7\nCampaign: sul\nCode: X").replace("Mirante", "MIRANTE"),
        code("Uniqueid: 1.1\nCode: "),
    ];
    expect![[r#"
        1000 Dialled { attempt: "1.2", campaign: Some("norte ***00"), contact: "1.1", agent: Some("2101"), callee: Some(Caller { number: "5511999990000", name: "" }) }
        5000 DialAnswered { attempt: "1.2", by: Unknown, agent: None }
        9500 Disposed { campaign: Some("norte ***00"), attempt: "1.2", code: "V", flags: DispositionFlags { human: true, right_party: false, sale: true, promise: false, do_not_call: false, completed: false, unworkable: false } }
        9000 DialEnded { attempt: "1.2", end: DialEnd { dropped: false, by: Unknown, cause: Some(16), status: Some("ANSWER") }, ago_ms: 0 }
        9500 Disposed { campaign: Some("norte ***00"), attempt: "1.2", code: "RETORNAR", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
        9500 Disposed { campaign: Some("sul"), attempt: "1.2", code: "V", flags: DispositionFlags { human: true, right_party: false, sale: true, promise: false, do_not_call: false, completed: false, unworkable: false } }
        9500 Disposed { campaign: Some("sul"), attempt: "7.7", code: "X", flags: DispositionFlags { human: false, right_party: false, sale: false, promise: false, do_not_call: false, completed: false, unworkable: false } }
    "#]].assert_eq(&told(config, &call.concat()));
}

#[test]
fn a_call_that_the_platform_gave_up_without_a_word_was_not_answered() {
    let ringing = begin("", "1.1", TRUNK, NUMBER).replace("DialString", "DestChannelState: 5\nDialString");
    expect![[r#"
        1000 Dialled { attempt: "1.1", campaign: None, contact: "1.1", agent: None, callee: Some(Caller { number: "5511999990000", name: "" }) }
        1000 DialRinging { attempt: "1.1" }
        9000 DialEnded { attempt: "1.1", end: DialEnd { dropped: false, by: System, cause: None, status: Some("NOANSWER") }, ago_ms: 0 }
    "#]]
    .assert_eq(&told(Outbound::default(), &[&*ringing, &hangup("1.1", 0)].concat()));
    let refused = told(Outbound::default(), &[&*ringing, &request("1.1"), &hangup("1.1", 0)].concat());
    assert!(refused.contains("by: Unknown, cause: None, status: None"), "{refused}");
}
