//! What a platform's own record tells after a silence: told once, though the record begins before the silence did.
#![allow(clippy::unwrap_used)]

use mirante_engine::config::Config;
use mirante_engine::{Engine, Follow, KeyStore, Options};
use mirante_floor::{Kind, Moment, Origin, Outcome};
use mirante_history::{History, OpenOptions};
use mirante_sources::{Phase, Report, Session, Source, SourceError, Wait};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Unix ms by the platform's clock.
const AT: i64 = 1_700_000_000_000;

/// Sessions written beforehand, and what each was told of when the platform was last heard.
struct Sessions {
    waiting: Mutex<Vec<Vec<Report>>>,
    asked: Mutex<Vec<Option<i64>>>,
}

impl Source for Sessions {
    fn connect(&self, last: Option<Moment>) -> Wait<'_, Result<Box<dyn Session>, SourceError>> {
        self.asked.lock().unwrap().push(last.and_then(|heard| heard.at));
        let mut waiting = self.waiting.lock().unwrap();
        let next = if waiting.is_empty() { None } else { Some(waiting.remove(0)) };
        Box::pin(async move {
            let session = next.ok_or_else(|| SourceError::lasting(Phase::Port, "no more of it"))?;
            Ok(Box::new(Once(Some(session))) as Box<dyn Session>)
        })
    }
}

/// Says everything at once, then breaks.
struct Once(Option<Vec<Report>>);

impl Session for Once {
    fn platform(&self) -> &str {
        "Scripted 1"
    }

    fn next<'a>(&'a mut self, out: &'a mut Vec<Report>) -> Wait<'a, Result<(), SourceError>> {
        Box::pin(async move {
            let reports = self.0.take().ok_or_else(|| SourceError::passing(Phase::Protocol, "broken"))?;
            out.extend(reports);
            Ok(())
        })
    }
}

fn entered(call: &str) -> Kind<mirante_sources::Caller> {
    let (queue, contact, call) = ("sac".into(), call.into(), call.into());
    Kind::Entered { queue, call, contact, caller: None, position: None, waited_ms: 0 }
}

fn left(call: &str, outcome: Outcome) -> Kind<mirante_sources::Caller> {
    Kind::Left { queue: "sac".into(), call: call.into(), outcome, ago_ms: 0 }
}

fn heard(seconds: i64, kind: Kind<mirante_sources::Caller>) -> Report {
    Report::Event { at: Some(AT + seconds * 1000 + 700), kind }
}

/// A record tells whole seconds.
fn told(seconds: i64, kind: Kind<mirante_sources::Caller>) -> Report {
    Report::Backfill { at: AT + seconds * 1000, entered: None, kind }
}

async fn run(data: &Path, sessions: Vec<Vec<Report>>) -> Vec<Option<i64>> {
    let count = sessions.len();
    let source = Arc::new(Sessions { waiting: Mutex::new(sessions), asked: Mutex::default() });
    let follow = Follow { name: "um".into(), label: "Um".into(), kind: "asterisk", source: source.clone() };
    let config = Config::parse("").unwrap();
    let engine =
        Engine::start(Options { data: data.into(), key: KeyStore::File, follow: vec![follow], config }).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while source.asked.lock().unwrap().len() <= count {
        assert!(Instant::now() < deadline, "the sessions were never used up");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    engine.shutdown().await;
    source.asked.lock().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_a_silence_is_taken_once_over_cuts_and_restarts() {
    let data = tempfile::tempdir().unwrap();
    let first =
        vec![heard(0, entered("ended")), heard(9, left("ended", Outcome::Abandoned)), heard(10, entered("open"))];
    let second = vec![
        told(0, entered("ended")),
        told(9, left("ended", Outcome::Abandoned)),
        told(10, entered("open")),
        told(12, entered("missed")),
        told(15, left("open", Outcome::Timeout)),
        told(19, left("missed", Outcome::ExitKey)),
        heard(30, entered("later")),
        heard(31, left("later", Outcome::Abandoned)),
    ];
    let asked = run(data.path(), vec![first, second]).await;
    assert_eq!(asked[..2], [None, Some(AT + 10_700)], "each session learns when the platform was last heard");

    // Another run remembers what the last one heard.
    let third = vec![
        told(19, left("missed", Outcome::ExitKey)),
        told(30, entered("later")),
        told(31, left("later", Outcome::Abandoned)),
        told(33, entered("again")),
        told(35, left("again", Outcome::Overflow)),
    ];
    let asked = run(data.path(), vec![third]).await;
    assert_eq!(asked[0], Some(AT + 31_700));

    let history = History::open(data.path(), &OpenOptions::reader()).unwrap();
    let mut visits = Vec::new();
    history
        .visits(0, i64::MAX, |visit| {
            visits.push((visit.call.to_string(), visit.outcome, visit.wait_ms, visit.origin));
            true
        })
        .unwrap();
    visits.sort();
    let expected = [
        ("again", Outcome::Overflow, 2000, Origin::Backfilled),
        ("ended", Outcome::Abandoned, 9000, Origin::Heard),
        ("later", Outcome::Abandoned, 1000, Origin::Heard),
        ("missed", Outcome::ExitKey, 7000, Origin::Backfilled),
        ("open", Outcome::Timeout, 4300, Origin::Backfilled),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(c, o, w, k)| (c.to_owned(), o, w, k)).collect();
    assert_eq!(visits, expected);
}

fn answered(call: &str) -> Kind<mirante_sources::Caller> {
    Kind::Answered { queue: "sac".into(), call: call.into(), agent: "2101".into(), leg: None }
}

fn completed(call: &str) -> Kind<mirante_sources::Caller> {
    let (queue, call, agent) = ("sac".into(), Some(call.into()), "2101".into());
    Kind::Completed { queue, call, leg: None, agent, transferred: false, talk_ms: None }
}

/// What the record tells of the stay that began at `entered`.
fn told_of(entered: i64, seconds: i64, kind: Kind<mirante_sources::Caller>) -> Report {
    Report::Backfill { at: AT + seconds * 1000, entered: Some(AT + entered * 1000), kind }
}

/// A call that comes back to its queue at once, and an agent who answers the next before the record has ended the last.
#[tokio::test(flavor = "multi_thread")]
async fn each_stay_in_a_record_is_one_visit_with_its_own_conversation() {
    let data = tempfile::tempdir().unwrap();
    let first = vec![
        heard(0, entered("back")),
        heard(1, answered("back")),
        heard(5, completed("back")),
        heard(5, entered("back")),
        heard(6, answered("back")),
    ];
    let second = vec![
        told_of(0, 0, entered("back")),
        told_of(0, 1, answered("back")),
        told_of(5, 5, entered("back")),
        told_of(0, 5, completed("back")),
        told_of(5, 6, answered("back")),
        told_of(9, 9, entered("next")),
        told_of(9, 10, answered("next")),
        told_of(5, 12, completed("back")),
        heard(20, entered("later")),
        told_of(9, 21, completed("next")),
    ];
    run(data.path(), vec![first, second]).await;
    let history = History::open(data.path(), &OpenOptions::reader()).unwrap();
    let mut visits = Vec::new();
    history
        .visits(0, i64::MAX, |visit| {
            visits.push((visit.call.to_string(), visit.wait_ms, visit.talk_ms));
            true
        })
        .unwrap();
    visits.sort();
    let expected = [("back", 1000, Some(4000)), ("back", 1000, Some(5300)), ("next", 1000, Some(11_000))];
    assert_eq!(visits, expected.map(|(call, wait, talk)| (call.to_owned(), wait, talk)));
}
