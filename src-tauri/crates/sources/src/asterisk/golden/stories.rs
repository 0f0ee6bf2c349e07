//! Whole calls as a real PBX told them.

use super::check;
use expect_test::expect;

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
            510320 Completed { queue: "helpdesk-n2", call: Some("1795290494.11"), leg: Some("1795290494.24"), agent: "1014", transferred: false, talk_ms: Some(14000) }
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
            512798 Completed { queue: "suporte-n1", call: Some("1795290494.19"), leg: Some("1795290495.30"), agent: "1010", transferred: false, talk_ms: Some(16000) }
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
            577877 Completed { queue: "televendas", call: Some("1795290540.390"), leg: Some("1795290561.594"), agent: "1007", transferred: false, talk_ms: Some(14000) }
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
            549223 Completed { queue: "suporte-n1", call: Some("1795290542.330"), leg: Some("1795290546.349"), agent: "1010", transferred: true, talk_ms: Some(1000) }
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
            531728 Completed { queue: "suporte-n1", call: Some("1795290507.118"), leg: Some("1795290515.168"), agent: "1012", transferred: true, talk_ms: Some(13000) }
            568190 Ringing { queue: "helpdesk-n2", call: "1795290521.218", agent: "1015" }
            583190 RingNoAnswer { queue: "helpdesk-n2", agent: "1015", ring_ms: 15000 }
            586195 Ringing { queue: "helpdesk-n2", call: "1795290521.218", agent: "1015" }
            590200 Answered { queue: "helpdesk-n2", call: "1795290521.218", agent: "1015", leg: Some("1795290586.634") }
            603213 Completed { queue: "helpdesk-n2", call: Some("1795290521.218"), leg: Some("1795290586.634"), agent: "1015", transferred: false, talk_ms: Some(13000) }
        "#]],
    );
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
