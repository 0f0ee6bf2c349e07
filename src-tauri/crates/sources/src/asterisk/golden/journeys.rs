//! Contacts over transfers: one journey, several visits, as real PBXs told them and as versions and phones may.

use super::*;
use expect_test::expect;

/// What happens to visits and contacts in a trace, in short, without the times.
fn journey(trace: &str) -> String {
    let mut translator = Translator::default();
    let mut out = run(&mut translator, trace, 0);
    translator.tick(60_000, &mut out);
    let mut names: Vec<String> = Vec::new();
    // Ids differ from run to run: the first contact is A, the second B.
    let mut short = |id: &str| {
        let at = names.iter().position(|known| known == id).unwrap_or_else(|| {
            names.push(id.to_owned());
            names.len() - 1
        });
        char::from(b'A' + at as u8)
    };
    let mut text = String::new();
    for report in &out {
        let Report::Event { kind, .. } = report else { panic!("{report:?}") };
        text += &match kind {
            Kind::Entered { queue, contact, .. } => format!("{} enters {queue}\n", short(contact)),
            Kind::Answered { queue, agent, .. } => format!("  {queue} answered by {agent}\n"),
            Kind::Completed { queue, agent, transferred, .. } => {
                format!("  {queue} {agent} done{}\n", if *transferred { ", passed on" } else { "" })
            }
            Kind::CallEnded { .. } => "  ended\n".to_owned(),
            Kind::Left { queue, outcome, .. } => format!("  {queue} left: {outcome:?}\n"),
            Kind::ContactJoined { contact, root } => format!("{} is part of {}\n", short(contact), short(root)),
            _ => String::new(),
        };
    }
    text
}

#[test]
fn passed_on_twice_without_a_word() {
    let on_22 = journey(trace!("three-levels-blind-22"));
    expect![[r#"
        A enters n1
          n1 answered by 9001
          n1 9001 done, passed on
        A enters n2
          n2 answered by 9002
          n2 9002 done, passed on
        A enters n3
          n3 answered by 9003
          n3 9003 done
    "#]]
    .assert_eq(&on_22);
    assert_eq!(journey(trace!("three-levels-blind-16")), on_22);
}

#[test]
fn two_calls_of_an_agent_that_the_pbx_joins_are_one_contact() {
    let on_22 = journey(trace!("joined-by-bridge-22"));
    expect![[r#"
        A enters n1
          n1 answered by 9001
        B enters n2
          n2 answered by 9002
          n2 9002 done
          n1 9001 done
        B is part of A
    "#]]
    .assert_eq(&on_22);
    assert_eq!(journey(trace!("joined-by-bridge-16")), on_22);
}

#[test]
fn a_colleague_joins_a_conference() {
    let on_22 = journey(trace!("conference-22"));
    expect![[r#"
        A enters n1
          n1 answered by 9001
          n1 9001 done
    "#]]
    .assert_eq(&on_22);
    assert_eq!(journey(trace!("conference-16")), on_22);
}

#[test]
fn picked_up_by_a_colleague() {
    let on_22 = journey(trace!("pickup-22"));
    expect![[r#"
        A enters slow
          slow answered by 9005
          slow 9005 done
    "#]]
    .assert_eq(&on_22);
    assert_eq!(journey(trace!("pickup-16")), on_22);
}

#[test]
fn parked_and_back_in_the_queue() {
    let on_22 = journey(trace!("parked-22"));
    expect![[r#"
        A enters n2
          n2 answered by 9002
          n2 9002 done
        A enters n1
          n1 answered by 9001
          n1 9001 done
    "#]]
    .assert_eq(&on_22);
    assert_eq!(journey(trace!("parked-16")), on_22);
}

/// A phone's own attended transfer: the agent's second call has a journey of its own until the two become one.
const CONSULT: &str = "Event: QueueCallerJoin\nQueue: n1\nUniqueid: 1.1\nLinkedid: 1.1\n\n\
    Event: AgentConnect\nQueue: n1\nUniqueid: 1.1\nLinkedid: 1.1\nInterface: PJSIP/2101\nDestUniqueid: 1.2\n\n\
    Event: QueueCallerJoin\nQueue: n2\nUniqueid: 2.1\nLinkedid: 2.1\nCallerIDNum: 2101\n\n\
    Event: AgentConnect\nQueue: n2\nUniqueid: 2.1\nLinkedid: 2.1\nInterface: PJSIP/2201\nDestUniqueid: 2.2\n\n";
const TRANSFER: &str = "Event: AttendedTransfer\nResult: Success\nOrigTransfererUniqueid: 1.2\nOrigTransfererLinkedid: 1.1\n\
    SecondTransfererUniqueid: 2.1\nSecondTransfererLinkedid: 2.1\nTransfereeUniqueid: 1.1\nTransfereeLinkedid: 1.1\n\
    TransferTargetUniqueid: 2.2\nTransferTargetLinkedid: 2.1\nDestType: Bridge\n\n";

#[test]
fn a_consultation_of_its_own_becomes_part_of_the_customers_contact() {
    let on = |after: &str| journey(&[CONSULT, TRANSFER, after].concat());
    let again = "Event: QueueCallerJoin\nQueue: n3\nUniqueid: 2.1\nLinkedid: 1.1\n\n";
    expect![[r#"
        A enters n1
          n1 answered by 2101
        B enters n2
          n2 answered by 2201
        B is part of A
        A enters n3
    "#]]
    .assert_eq(&on(again));
    // Said once, however often it shows; and not at all if it failed.
    let hangup = "Event: Hangup\nUniqueid: 2.2\nLinkedid: 1.1\n\n";
    assert_eq!(on(&[TRANSFER, hangup].concat()).matches("is part of").count(), 1);
    let failed = TRANSFER.replace("Success", "Fail");
    assert!(!journey(&[CONSULT, &failed].concat()).contains("is part of"));
    // The customer came to the first agent by no queue: the platform's own name of the journey is taken.
    let (_, second) = CONSULT.split_at(CONSULT.find("Event: QueueCallerJoin\nQueue: n2").expect("a second call"));
    expect![[r#"
        A enters n2
          n2 answered by 2201
        A is part of B
    "#]]
    .assert_eq(&journey(&[second, TRANSFER].concat()));
}

#[test]
fn an_agent_who_stays_on_one_channel_makes_no_contact_of_all_customers() {
    // Their leg is older than any customer's, and names every call that it is joined with.
    let call = |queue: &str, id: &str| {
        format!(
            "Event: QueueCallerJoin\nQueue: {queue}\nUniqueid: {id}\nLinkedid: {id}\n\n\
             Event: AgentConnect\nQueue: {queue}\nUniqueid: {id}\nLinkedid: {id}\nInterface: Agent/9001\nDestUniqueid: 0.1\n\n\
             Event: AgentComplete\nQueue: {queue}\nUniqueid: {id}\nLinkedid: 0.1\nInterface: Agent/9001\nDestUniqueid: 0.1\n\n"
        )
    };
    let on = "Event: QueueCallerJoin\nQueue: n2\nUniqueid: 2.1\nLinkedid: 0.1\n\n";
    expect![[r#"
        A enters n1
          n1 answered by Agent/9001
          n1 Agent/9001 done
        B enters n1
          n1 answered by Agent/9001
          n1 Agent/9001 done
        B enters n2
    "#]]
    .assert_eq(&journey(&[&*call("n1", "1.1"), &call("n1", "2.1"), on].concat()));
}
