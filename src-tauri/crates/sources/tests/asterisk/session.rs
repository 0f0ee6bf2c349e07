//! An open session: what it yields, in which order, and how it ends.

use crate::fake::{Answer, BANNER, END, config, manager, polite};
use mirante_floor::{Kind, Outcome, Witness};
use mirante_sources::asterisk::queue_log::LogAt;
use mirante_sources::asterisk::{Asterisk, AsteriskConfig};
use mirante_sources::{Phase, Report, Session, Source, SourceError};
use std::io::Write;
use std::time::{Duration, Instant};
use tokio::time::timeout;

const LIST: &str = "Event: QueueParams\r\nQueue: sac\r\nCalls: 1\r\nActionID: {id}\r\n\r\n\
    Event: QueueCallerJoin\r\nTimestamp: 10.5\r\nQueue: sac\r\nUniqueid: 1.3\r\nCallerIDName: <script>alert(1)</script>\r\n\r\n\
    Event: QueueMember\r\nQueue: sac\r\nName: Ana\r\nLocation: Local/ana@x/n\r\nStateInterface: hint:2101@ext-local\r\nStatus: 1\r\nPaused: 0\r\nActionID: {id}\r\n\r\n\
    Event: AgentCalled\r\nQueue: sac\r\nUniqueid: 1.1\r\nInterface: Local/ana@x/n\r\nDestUniqueid: 1.2\r\n\r\n\
    Event: QueueEntry\r\nQueue: sac\r\nPosition: 1\r\nUniqueid: 1.1\r\nWait: 7\r\nActionID: {id}\r\n\r\n";

async fn take(session: &mut Box<dyn Session>, count: usize) -> Vec<Report> {
    let mut out = Vec::new();
    while out.len() < count {
        session.next(&mut out).await.expect("the session lives");
    }
    out
}

async fn end(session: &mut Box<dyn Session>) -> (SourceError, Vec<Report>) {
    let mut out = Vec::new();
    loop {
        if let Err(error) = session.next(&mut out).await {
            return (error, out);
        }
    }
}

#[tokio::test]
async fn events_between_the_lines_of_a_list_come_in_order_whatever_the_chunks() {
    let mut seen = Vec::new();
    for chunk in [1, 7, 4096] {
        let (port, _) = manager(BANNER, chunk, polite(LIST)).await;
        let mut session = Asterisk::new(config(port)).connect(None).await.expect("session");
        let reports = take(&mut session, 3).await;
        let Report::Event { at: Some(10_500), kind: Kind::Entered { caller: Some(caller), .. } } = &reports[0] else {
            panic!("{:?}", reports[0])
        };
        assert_eq!(&*caller.name, "<script>alert(1)</script>");
        // The list told who the interface is, although the event came before its end.
        let Report::Event { kind: Kind::Ringing { agent, .. }, .. } = &reports[1] else { panic!("{:?}", reports[1]) };
        assert_eq!(&**agent, "2101");
        let Report::Picture(picture) = &reports[2] else { panic!("{:?}", reports[2]) };
        assert_eq!((picture.queues.len(), picture.members.len(), picture.waiting[0].waited_ms), (1, 1, 7000));
        seen.push(reports);
    }
    assert!(seen.iter().all(|reports| *reports == seen[0]));
}

#[tokio::test]
async fn a_dropped_wait_loses_nothing() {
    const COUNT: usize = 200;
    let polite = polite("");
    let (port, _) = manager(BANNER, 3, move |action, count| match action.get("Action") {
        "Ping" => {
            let join = |n| format!("Event: QueueCallerJoin\r\nQueue: sac\r\nUniqueid: {n}\r\n\r\n");
            Answer::Say((0..COUNT).map(join).collect())
        }
        _ => polite(action, count),
    })
    .await;
    let mut session = Asterisk::new(config(port)).connect(None).await.expect("session");
    let (mut out, start) = (Vec::new(), Instant::now());
    while out.len() < COUNT + 1 && start.elapsed() < Duration::from_secs(60) {
        _ = timeout(Duration::from_micros(300), session.next(&mut out)).await;
    }
    let calls: Vec<_> = out
        .iter()
        .filter_map(|report| match report {
            Report::Event { kind: Kind::Entered { call, .. }, .. } => Some(call.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(calls[..COUNT], (0..COUNT).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_frozen_platform_is_said_within_three_seconds() {
    let polite = polite("");
    let (port, _) = manager(BANNER, 4096, move |action, count| match action.get("Action") {
        "QueueStatus" => Answer::SayAndFreeze(format!("Response: Success\r\nActionID: {{id}}\r\n\r\n{END}")),
        _ => polite(action, count),
    })
    .await;
    let mut session = Asterisk::new(config(port)).connect(None).await.expect("session");
    let start = Instant::now();
    let (error, _) = end(&mut session).await;
    assert_eq!((error.phase, &*error.message), (Phase::Protocol, "the PBX stopped answering"));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_quiet_platform_that_answers_pings_is_alive() {
    let (port, heard) = manager(BANNER, 4096, polite("")).await;
    let mut session = Asterisk::new(config(port)).connect(None).await.expect("session");
    let mut out = Vec::new();
    let until = async { while session.next(&mut out).await.is_ok() {} };
    assert!(timeout(Duration::from_secs(4), until).await.is_err(), "the session ended");
    let heard = String::from_utf8(heard.lock().expect("heard").clone()).expect("utf-8");
    let pings = heard.matches("Action: Ping").count();
    assert!((2..=5).contains(&pings), "{pings} pings in 4 s");
}

#[tokio::test]
async fn a_reload_asks_for_a_picture_and_a_stop_ends_the_session() {
    let polite = polite("");
    let (port, _) = manager(BANNER, 4096, move |action, count| match (action.get("Action"), action.get("ActionID")) {
        ("Ping", _) => Answer::Say("Event: Reload\r\nModule: All\r\n\r\n".into()),
        ("QueueStatus", "mirante-2") => Answer::Say(format!("{END}Event: Shutdown\r\nShutdown: Cleanly\r\n\r\n")),
        _ => polite(action, count),
    })
    .await;
    let mut session = Asterisk::new(config(port)).connect(None).await.expect("session");
    let done = timeout(Duration::from_secs(5), async {
        let reports = take(&mut session, 2).await;
        assert!(reports.iter().all(|report| matches!(report, Report::Picture(_))), "{reports:?}");
        end(&mut session).await.0
    });
    // The picture that came with the stop is handed over first.
    assert_eq!(done.await.expect("within 5 s").message, "the PBX said that it is stopping");
}

#[tokio::test]
async fn the_queue_log_amends_what_the_stream_could_not_tell() {
    let dir = tempfile::tempdir().expect("tempdir");
    let path = dir.path().join("queue_log");
    std::fs::write(&path, "1|1.1|sac|NONE|WITHDRAW|1|1|7\n").expect("old line");
    let (polite, log) = (polite(LIST), path.clone());
    let (port, _) = manager(BANNER, 4096, move |action, count| match action.get("Action") {
        "Ping" => {
            let mut file = std::fs::OpenOptions::new().append(true).open(&log).expect("open");
            file.write_all(b"2|1.1|sac|NONE|EXITWITHTIMEOUT|1|1|9\n").expect("write");
            Answer::Say("Event: QueueCallerAbandon\r\nQueue: sac\r\nUniqueid: 1.1\r\n\r\n".into())
        }
        _ => polite(action, count),
    })
    .await;
    let config = AsteriskConfig { queue_log: Some(LogAt::Local(path)), ..config(port) };
    let mut session = Asterisk::new(config).connect(None).await.expect("session");
    take(&mut session, 3).await;
    let mut outcome = None;
    let told = timeout(Duration::from_secs(4), async {
        // The line may be read before or after the event: either way the visit ends as a timeout.
        while outcome != Some(Outcome::Timeout) {
            for report in take(&mut session, 1).await {
                match report {
                    Report::Event { kind: Kind::Left { outcome: told, .. }, .. } if outcome.is_none() => {
                        outcome = Some(told)
                    }
                    Report::Event { kind: Kind::VisitAmended { from, to, witness: Witness::QueueLog, .. }, .. } => {
                        assert_eq!(Some(from), outcome);
                        outcome = Some(to);
                    }
                    _ => {}
                }
            }
        }
    });
    told.await.expect("amended within 4 s");
}

#[tokio::test]
async fn a_list_refused_later_ends_the_session_in_words() {
    let polite = polite(LIST);
    let lists = std::sync::atomic::AtomicUsize::new(0);
    let (port, _) = manager(BANNER, 4096, move |action, count| match action.get("Action") {
        "QueueStatus" if lists.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 => {
            Answer::Say(format!("{}ActionID: {{id}}\r\n\r\n", crate::fake::UNKNOWN))
        }
        "Ping" => Answer::Say("Event: Reload\r\nModule: All\r\n\r\n".into()),
        _ => polite(action, count),
    })
    .await;
    let mut session = Asterisk::new(config(port)).connect(None).await.expect("session");
    let (error, out) = end(&mut session).await;
    assert_eq!(error.phase, Phase::Protocol);
    assert!(error.message.contains("queue module is not loaded"), "{error}");
    assert!(!out.is_empty(), "what came before is handed over");
}

/// What the first picture shows may be over a moment later, and its end may name a call of which nobody heard the beginning: two
/// more pictures follow soon, so that what stands in both is believed.
#[tokio::test]
async fn a_pair_of_pictures_follows_the_first_one() {
    let (port, _) = manager(BANNER, 4096, polite(LIST)).await;
    let mut session = Asterisk::new(config(port)).connect(None).await.expect("session");
    let began = std::time::Instant::now();
    let mut pictures = 0;
    let third = tokio::time::timeout(Duration::from_secs(30), async {
        while pictures < 3 {
            let mut out = Vec::new();
            session.next(&mut out).await.expect("a live session");
            pictures += out.iter().filter(|report| matches!(report, Report::Picture(_))).count();
        }
    });
    third.await.unwrap_or_else(|_| panic!("{pictures} pictures in {:?}", began.elapsed()));
}
