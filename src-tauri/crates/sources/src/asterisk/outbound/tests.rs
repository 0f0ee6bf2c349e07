//! What holds whatever a platform says about its channels.

use super::super::decoder::Decoder;
use super::super::members::Members;
use super::super::row::Row;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Feeds the text of events; gives what comes of it.
fn feed(decoder: &mut Decoder, attempts: &mut Attempts, members: &Members, text: &str, now: i64) -> Vec<Report> {
    let mut out = Vec::new();
    decoder.push(text.as_bytes(), |message| {
        let when = When { at: message.at(), now };
        attempts.take(message.event().unwrap_or_default(), &message, members, when, &mut out);
    });
    out
}

/// One agent. Made once: the key of telephones takes a moment.
static MEMBERS: LazyLock<Members> = LazyLock::new(|| {
    let mut members = Members::default();
    let text = "Event: QueueMemberStatus\nQueue: sac\nInterface: PJSIP/2101\nStateInterface: PJSIP/2101\nStatus: 1\n\n";
    Decoder::default().push(text.as_bytes(), |message| _ = members.read(&Row::of(&message)));
    members
});

/// Any event at all about a few channels, so that they meet.
fn any_event() -> impl Strategy<Value = String> {
    let names = [
        "DialBegin",
        "DialState",
        "DialEnd",
        "HangupRequest",
        "SoftHangupRequest",
        "Hangup",
        "QueueCallerJoin",
        "AgentConnect",
        "AgentComplete",
        "VarSet",
        "UserEvent",
        "Unheard",
    ];
    let id = || proptest::sample::select(vec!["", "1", "2", "3", "4", "<unknown>"]);
    let channel = || {
        let all = [
            "PJSIP/2101-01",
            "PJSIP/trunk-02",
            "Local/5511999990000@out-03;1",
            "Local/5511999990000@out-03;2",
            "Local/2101@from-internal-04;1",
            "Local/2101@from-internal-04;2",
            "x;2",
            "",
        ];
        proptest::sample::select(all.to_vec())
    };
    let status = proptest::sample::select(vec!["ANSWER", "BUSY", "CHANUNAVAIL", "CANCEL", "RINGING", "?\u{1f}", ""]);
    let dialled = proptest::sample::select(vec!["5511999990000@trunk", "2101", "trunk/190", ""]);
    let variable = proptest::sample::select(vec![("AMDSTATUS", "MACHINE"), ("__CAMPAIGN", "norte"), ("AMDSTATUS", "")]);
    let name = proptest::sample::select(names.to_vec());
    (name, (id(), channel()), (id(), channel()), id(), status, dialled, variable, 0u16..40).prop_map(
        |(name, (from, from_channel), (to, to_channel), root, status, dialled, (variable, value), cause)| {
            format!(
                "Event: {name}\nUniqueid: {from}\nChannel: {from_channel}\nDestUniqueid: {to}\nDestChannel: {to_channel}\n\
                 Linkedid: {root}\nDialStatus: {status}\nDialString: {dialled}\nVariable: {variable}\nValue: {value}\n\
                 Cause: {cause}\nUserEvent: MiranteDisposition\nCode: V\nReason: agent\n\n"
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_attempt_begins_once_and_ends_at_most_once(events in prop::collection::vec((any_event(), 0i64..3000), 1..80)) {
        let (mut decoder, mut attempts) = (Decoder::default(), Attempts::default());
        let (mut now, mut all) = (0, Vec::new());
        for (event, pause) in &events {
            now += pause;
            all.extend(feed(&mut decoder, &mut attempts, &MEMBERS, event, now));
            attempts.tick(now, &mut all);
        }
        // The same leg may be dialled again only once its attempt is over.
        let mut open = BTreeMap::new();
        for report in &all {
            let Report::Event { kind, .. } = report else { panic!("{report:?}") };
            match kind {
                Kind::Dialled { attempt, .. } => prop_assert!(open.insert(attempt.clone(), false).is_none(), "begun twice"),
                Kind::DialAnswered { attempt, .. } => {
                    prop_assert!(open.contains_key(attempt), "answered while under way");
                    open.insert(attempt.clone(), true);
                }
                Kind::DialRinging { attempt } => prop_assert_eq!(open.get(attempt), Some(&false)),
                Kind::DialParted { attempt, .. } => prop_assert!(open.contains_key(attempt)),
                Kind::DialEnded { attempt, end, ago_ms } => {
                    let answered = open.remove(attempt);
                    prop_assert!(answered.is_some(), "ended at most once");
                    prop_assert!(*ago_ms >= 0 && (!end.dropped || answered == Some(true)));
                }
                Kind::Disposed { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        prop_assert_eq!(open.len(), attempts.table.open.len(), "whatever began and did not end is under way");
        for number in attempts.table.open.keys().copied().collect::<Vec<_>>() {
            attempts.table.end(number);
        }
        prop_assert!(attempts.table.is_bare(), "ended attempts leave no channel behind");
    }
}

#[test]
fn memory_is_bounded() {
    let (mut decoder, mut attempts) = (Decoder::default(), Attempts::default());
    let mut text = String::new();
    let most = table::MOST as u64 + 500;
    for n in 0..most {
        text.push_str(&format!(
            "Event: VarSet\nUniqueid: v{n}\nVariable: CAMPAIGN\nValue: c\n\n\
             Event: DialBegin\nDestUniqueid: c{n}\nDestChannel: Local/5511999990000@out-{n};1\nDialString: 5511999990000@out\n\n"
        ));
    }
    let out = feed(&mut decoder, &mut attempts, &MEMBERS, &text, 0);
    assert_eq!(
        out.iter().filter(|r| matches!(r, Report::Event { kind: Kind::Dialled { .. }, .. })).count() as u64,
        most
    );
    assert_eq!(attempts.table.open.len(), table::MOST);
    assert!(attempts.campaigns.len() <= MOST);
    // One attempt with channels without end.
    let mut text = String::from("Event: DialBegin\nDestUniqueid: a\nDestChannel: Local/5511999990000@x-1;1\n\n");
    for n in 0..100 {
        text.push_str(&format!("Event: DialBegin\nUniqueid: z\nChannel: Local/5511999990000@x-1;2\nDestUniqueid: i{n}\nDestChannel: PJSIP/t-{n}\n\n"));
    }
    feed(&mut decoder, &mut attempts, &MEMBERS, &text, 0);
    assert!(attempts.table.of("i3").is_some() && attempts.table.of("i99").is_none());
}
