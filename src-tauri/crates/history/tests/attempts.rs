//! Attempts come back as they were given, and with the results that people code later.

mod common;

use common::{Live, MORNING, streams};
use mirante_floor::*;
use mirante_history::{Batch, History};

fn attempts(history: &History, from: i64, to: i64) -> Vec<ClosedAttempt> {
    let mut all = Vec::new();
    let kept = |attempt| {
        all.push(attempt);
        true
    };
    history.attempts(from, to, kept).expect("attempts");
    all
}

fn dial(live: &mut Live, at: i64, attempt: &str, campaign: Option<&str>, by: AnsweredBy, end: DialEnd) {
    let name = |text: &str| Name::from(text);
    live.happen(
        1,
        at,
        Kind::Dialled {
            attempt: name(attempt),
            campaign: campaign.map(name),
            contact: name("root"),
            agent: Some(name("2101")),
            callee: Some(PartyId(3)),
        },
    );
    live.happen(1, at + 10, Kind::DialRinging { attempt: name(attempt) });
    live.happen(1, at + 20, Kind::DialAnswered { attempt: name(attempt), by, agent: None });
    live.happen(1, at + 30, Kind::DialEnded { attempt: name(attempt), end, ago_ms: 0 });
}

#[test]
fn every_field_comes_back_in_order_of_beginning() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    live.happen(1, MORNING - 10, streams::member("sac", "2101", Device::Idle, false));
    let ends = [
        DialEnd { dropped: true, by: EndedBy::System, cause: Some(16), status: Some("ANSWER".into()) },
        DialEnd { dropped: false, by: EndedBy::Callee, cause: None, status: None },
        DialEnd { dropped: false, by: EndedBy::Agent, cause: Some(127), status: Some("<b>".into()) },
        DialEnd::UNHEARD,
    ];
    for ((n, end), by) in (0..).zip(ends).zip(AnsweredBy::ALL.into_iter().cycle()) {
        let campaign = (n % 2 == 0).then_some("vendas");
        dial(&mut live, MORNING + n * 1_000, &format!("a{n}"), campaign, by, end);
    }
    let told: Vec<ClosedAttempt> = live
        .changes
        .facts
        .iter()
        .filter_map(|f| if let Fact::AttemptClosed(a) = f { Some(a.clone()) } else { None })
        .collect();
    live.keep();
    assert_eq!(told.len(), 4);
    assert!(told.iter().all(|a| a.agent_name.is_some() && a.ringing.is_some() && a.talk_ms == Some(10)), "{told:?}");
    assert_eq!(attempts(&live.history, 0, i64::MAX), told, "every field as the fold gave it");
    let some = attempts(&live.history, MORNING + 1_000, MORNING + 3_000);
    assert_eq!(some.iter().map(|a| &*a.attempt).collect::<Vec<_>>(), ["a1", "a2"], "the end is not included");
}

#[test]
fn a_result_coded_later_is_of_the_newest_attempt_of_that_name() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    for n in 0..2 {
        dial(&mut live, MORNING + n * 1_000, "a", Some("vendas"), AnsweredBy::Unknown, DialEnd::UNHEARD);
    }
    live.keep();
    let flags = DispositionFlags { human: true, right_party: true, do_not_call: true, ..DispositionFlags::default() };
    let coded = |attempt: &str, code: &str, flags| Fact::AttemptDisposed {
        source: SourceId(1),
        attempt: attempt.into(),
        code: code.into(),
        flags,
    };
    let facts =
        [coded("a", "RECUSA", DispositionFlags::default()), coded("nobody", "X", flags), coded("a", "PARE", flags)];
    live.history.commit(Batch { events: &[], facts: &facts }).expect("commit");
    let all = attempts(&live.history, 0, i64::MAX);
    assert_eq!((all[0].disposition.clone(), all[0].answered_by), (None, Some(AnsweredBy::Unknown)));
    assert_eq!(
        (all[1].disposition.clone(), all[1].answered_by),
        (Some(("PARE".into(), flags)), Some(AnsweredBy::Human))
    );
    assert!(live.history.faults().expect("faults").is_empty(), "a result of a call that was no attempt is no fault");
}
