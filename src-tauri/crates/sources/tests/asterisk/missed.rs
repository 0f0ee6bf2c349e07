//! What was missed: told from the queue_log before the first picture, once, and joined to what the session hears.

use crate::fake::{Answer, BANNER, config, manager, polite};
use mirante_floor::{Kind, Moment, Outcome, Witness};
use mirante_sources::asterisk::queue_log::LogAt;
use mirante_sources::asterisk::{Asterisk, AsteriskConfig};
use mirante_sources::{Report, Source};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// The PBX's clock at the login, Unix s.
const CLOCK: i64 = 1_795_290_100;

/// A member, a caller who waits, and one who left this very moment: the log knows of it, and how.
const LIST: &str = "Event: QueueParams\r\nQueue: sac\r\nCalls: 1\r\nActionID: {id}\r\n\r\n\
    Event: QueueMember\r\nQueue: sac\r\nName: Ana\r\nLocation: Local/ana@x/n\r\nStateInterface: hint:2101@ext-local\r\nStatus: 1\r\nPaused: 0\r\nActionID: {id}\r\n\r\n\
    Event: QueueCallerAbandon\r\nTimestamp: 1795290100.25\r\nQueue: sac\r\nUniqueid: 8.1\r\n\r\n\
    Event: QueueEntry\r\nQueue: sac\r\nPosition: 1\r\nUniqueid: 9.1\r\nWait: 7\r\nActionID: {id}\r\n\r\n";

const LATE: &str =
    "Event: QueueCallerJoin\r\nTimestamp: 1795290099.9\r\nQueue: sac\r\nUniqueid: 7.1\r\nPosition: 3\r\n\r\n";

const LOG: [&str; 9] = [
    "50|1.1|sac|NONE|ENTERQUEUE||5511|1",
    "59|1.1|sac|Ana|CONNECT|9|1.2|2",
    "71|1.1|sac|Ana|COMPLETEAGENT|9|12|1",
    "80|2.1|sac|NONE|ENTERQUEUE||5512|1",
    "88|2.1|sac|NONE|EXITWITHKEY|9|1|1|8",
    "93|9.1|sac|NONE|ENTERQUEUE||5519|1",
    "95|8.1|sac|NONE|ENTERQUEUE||5518|2",
    "99|7.1|sac|NONE|ENTERQUEUE||5517|3",
    "100|8.1|sac|NONE|WITHDRAW|2|2|5",
];

fn log(lines: &[&str]) -> String {
    let line = |line: &&str| {
        let (second, rest) = line.split_once('|').expect("a line");
        format!("{}|{rest}\n", CLOCK - 100 + second.parse::<i64>().expect("a second"))
    };
    lines.iter().map(line).collect()
}

/// What a session that was last heard at second 60 tells first, up to its picture and `more` reports behind it.
async fn told(log: Option<String>, last: Option<Moment>, more: usize) -> Vec<Report> {
    told_later(log, last, more, "").await
}

/// The same where the log grows by `later` after the picture.
async fn told_later(log: Option<String>, last: Option<Moment>, more: usize, later: &str) -> Vec<Report> {
    let dir = tempfile::tempdir().expect("tempdir");
    let path = dir.path().join("queue_log");
    if let Some(log) = log {
        std::fs::write(&path, log).expect("write");
    }
    let grows = path.clone();
    let (polite, said) = (polite(LIST), AtomicBool::new(false));
    let (port, _) = manager(BANNER, 4096, move |action, count| match action.get("ActionID") {
        "clock" => Answer::Say(format!("Response: Success\r\nActionID: clock\r\nTimestamp: {CLOCK}.100000\r\n\r\n")),
        // Heard late: the log told it.
        "ping" if !said.swap(true, Ordering::SeqCst) => Answer::Say(LATE.into()),
        _ => polite(action, count),
    })
    .await;
    let config = AsteriskConfig { queue_log: Some(LogAt::Local(path)), ..config(port) };
    let mut session = Asterisk::new(config).connect(last).await.expect("session");
    let mut out = Vec::new();
    while !out.iter().any(|report| matches!(report, Report::Picture(_))) {
        session.next(&mut out).await.expect("the session lives");
    }
    if !later.is_empty() {
        let mut file = std::fs::OpenOptions::new().append(true).open(grows).expect("the log");
        file.write_all(later.as_bytes()).expect("write");
    }
    let wanted = words(&out).len() + more;
    // Long enough for what must not come, and for what must.
    let patience = Duration::from_millis(if later.is_empty() { 2500 } else { 30_000 });
    let _ = timeout(patience, async {
        while words(&out).len() < wanted {
            session.next(&mut out).await.expect("the session lives");
        }
    })
    .await;
    out
}

fn words(reports: &[Report]) -> Vec<String> {
    let word = |report: &Report| match report {
        Report::Backfill { at, kind, .. } => format!("then {} {}", at - (CLOCK - 100) * 1000, brief(kind)),
        Report::Event { kind, .. } => format!("now {}", brief(kind)),
        Report::Picture(_) => "picture".to_owned(),
        Report::Clock { .. } => "clock".to_owned(),
    };
    // How far the clocks are apart is no part of these stories.
    reports.iter().map(word).filter(|word| word != "clock").collect()
}

fn brief(kind: &Kind<mirante_sources::Caller>) -> String {
    match kind {
        Kind::Entered { call, .. } => format!("{call} entered"),
        Kind::Answered { call, agent, .. } => format!("{agent} answered {call}"),
        Kind::Completed { call, .. } => format!("{} completed", call.as_deref().unwrap_or("-")),
        Kind::Left { call, outcome, .. } => format!("{call} left {}", outcome.word()),
        Kind::VisitAmended { call, from, to, witness: Witness::QueueLog, .. } => {
            format!("{call} {} is {}", from.word(), to.word())
        }
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn the_log_tells_what_was_missed_and_the_session_the_rest() {
    let last = Moment { seen: 5, at: Some((CLOCK - 40) * 1000) };
    let reports = told(Some(log(&LOG)), Some(last), 1).await;
    assert_eq!(
        words(&reports),
        [
            // From a little before the silence; the fold knows what is repeated.
            "then 59500 2101 answered 1.1",
            "then 71500 1.1 completed",
            "then 80500 2.1 entered",
            "then 88500 2.1 left exit_key",
            "then 93500 9.1 entered",
            "then 95500 8.1 entered",
            "then 99500 7.1 entered",
            // Heard by the session too: its own word counts, and the log amends it.
            "now 8.1 left unknown",
            "now 8.1 unknown is withdrawn",
            "picture",
        ]
    );
}

/// An agent answered in the silence and talks on; of the conversations that the session hears begin, it hears the end.
#[tokio::test]
async fn the_log_ends_conversations_of_the_silence_later() {
    let last = Moment { seen: 5, at: Some((CLOCK - 40) * 1000) };
    let before = ["80|2.1|sac|NONE|ENTERQUEUE||5512|1", "88|2.1|sac|Ana|CONNECT|8|2.2|1"];
    let later = ["104|7.1|sac|Ana|COMPLETEAGENT|1|2|1", "105|2.1|sac|Ana|COMPLETECALLER|8|17|1"];
    let reports = told_later(Some(log(&before)), Some(last), 2, &log(&later)).await;
    let mut told = words(&reports);
    // Log and session are read side by side: which of the two speaks first is nobody's business.
    let late = told.iter().position(|word| word == "picture").expect("a picture") + 1;
    told[late..].sort();
    let wanted = [
        "then 80500 2.1 entered",
        "then 88500 2101 answered 2.1",
        "now 8.1 left unknown",
        "picture",
        "now 7.1 entered",
        "then 105500 2.1 completed",
    ];
    assert_eq!(told, wanted);
    let ended = reports.iter().rev().find_map(|report| match report {
        Report::Backfill { entered, .. } => Some(*entered),
        _ => None,
    });
    assert_eq!(ended.expect("an end"), Some((CLOCK - 100 + 80) * 1000 + 500));
}

#[tokio::test]
async fn an_untold_clock_is_asked_for() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis();
    let ahead = CLOCK * 1000 + 100 - now as i64;
    let last = Moment { seen: (CLOCK - 15) * 1000 - ahead, at: None };
    let reports = told(Some(log(&LOG)), Some(last), 0).await;
    let first = reports.iter().find_map(|report| match report {
        Report::Backfill { at, kind: Kind::Entered { call, .. }, .. } => Some((*at, call.to_string())),
        _ => None,
    });
    // Told by our clock, as the events beside it are; a second is allowed to the test's own reading of clocks.
    let (at, call) = first.expect("an entry");
    assert_eq!(call, "2.1", "from second 80 on");
    assert!((at - ((CLOCK - 20) * 1000 + 500 - ahead)).abs() < 1_000, "{at}");
}

#[tokio::test]
async fn without_a_last_moment_or_a_log_nothing_is_told() {
    let last = Moment { seen: 5, at: Some((CLOCK - 40) * 1000) };
    for (log, last) in [(Some(log(&LOG)), None), (None, Some(last))] {
        let reports = told(log, last, 0).await;
        assert_eq!(words(&reports), ["now 8.1 left unknown", "picture"]);
        let Report::Event { kind: Kind::Left { outcome, .. }, .. } = &reports[0] else { panic!() };
        assert_eq!(*outcome, Outcome::Unknown);
    }
}
