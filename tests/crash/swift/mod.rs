//! How soon an alert leaves: from a manager's event to the webhook received, with 2,000 rules in force, beside Prometheus and Alertmanager
//! on the same signal. `cargo xtask bench alerts`.

mod rivals;

use crate::post::web;
use mirante_engine::config::Config;
use mirante_engine::send::Outlets;
use mirante_engine::watch::Body;
use mirante_engine::{Engine, KeyStore, Options, follow};
use mirante_history::{Asked, DeliveryState, History, OpenOptions};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const QUEUES: usize = 200;
/// Rules about each queue; one of them is the one that fires.
const RULES: usize = 10;

/// 2,000 rules, each about one queue.
fn rules() -> String {
    let mut text = "off = [\"pronta-ninguem-conectado\", \"pronta-ninguem-livre\", \"pronta-espera\"]\n\
        messages = { wait = \"0s\", interval = \"0s\" }\n\
        [[policy]]\nid = \"matriz\"\nsteps = [{ to = [\"person:bia\"], by = [\"hook\"] }]\n"
        .to_owned();
    for queue in 0..QUEUES {
        for rule in 0..RULES {
            let (when, policy) = match rule {
                0 => ("waiting > 0".to_owned(), "policy = \"matriz\"\nflapping = { most = 100, within = \"0s\" }\n"),
                1..4 => (format!("sl_30m < 0.{} && offered_30m > 100", rule + 4), ""),
                4..7 => (format!("abandonment_15m > 0.{rule} && offered_15m > 50"), ""),
                _ => (format!("longest_wait > {} && free == 0", rule * 60), ""),
            };
            let _ = write!(
                text,
                "[[rule]]\nid = \"r{queue}-{rule}\"\nseverity = \"warning\"\nscope = \"queue\"\nonly = [\"q{queue}\"]\n\
                 when = \"{when}\"\n{policy}"
            );
        }
    }
    text
}

/// A manager that lets anyone in and tells of its queues; what is written to the answer it says at once.
fn manager() -> (u16, std::sync::mpsc::Sender<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (say, words) = channel::<String>();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let mut writer = stream.try_clone().expect("another handle");
        writer.write_all(b"Asterisk Call Manager/11.0.0\r\n").expect("a greeting");
        let mut answers = stream.try_clone().expect("another handle");
        std::thread::spawn(move || words.iter().try_for_each(|words| writer.write_all(words.as_bytes())));
        let mut action: BTreeMap<String, String> = BTreeMap::new();
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Some((name, value)) = line.split_once(": ") {
                action.insert(name.to_owned(), value.to_owned());
            } else if line.is_empty() && !action.is_empty() {
                let answer = answer(&std::mem::take(&mut action));
                if answers.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        }
    });
    (port, say)
}

fn answer(action: &BTreeMap<String, String>) -> String {
    let id = action.get("ActionID").map_or("", String::as_str);
    match action.get("Action").map_or("", String::as_str) {
        "Challenge" => format!("Response: Success\r\nActionID: {id}\r\nChallenge: 1\r\n\r\n"),
        "Login" => format!("Response: Success\r\nActionID: {id}\r\nMessage: Authentication accepted\r\n\r\n"),
        "Ping" => format!("Response: Success\r\nActionID: {id}\r\nPing: Pong\r\n\r\n"),
        "QueueStatus" => {
            let mut list = format!("Response: Success\r\nActionID: {id}\r\nEventList: start\r\n\r\n");
            for queue in 0..QUEUES {
                let _ = write!(list, "Event: QueueParams\r\nQueue: q{queue}\r\nCalls: 0\r\nActionID: {id}\r\n\r\n");
            }
            list + &format!("Event: QueueStatusComplete\r\nActionID: {id}\r\nEventList: Complete\r\n\r\n")
        }
        _ => format!("Response: Error\r\nMessage: Permission denied\r\nActionID: {id}\r\n\r\n"),
    }
}

/// Percentiles of what was measured, ms.
fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    times[(times.len() * percent).div_ceil(100).clamp(1, times.len()) - 1].as_secs_f64() * 1000.0
}

#[test]
#[ignore = "measures for a minute: cargo xtask bench alerts"]
fn an_alert_leaves_within_milliseconds() {
    let folder = tempfile::tempdir().expect("tempdir");
    let (url, bodies) = web();
    let (port, say) = manager();
    std::fs::write(folder.path().join("rules.toml"), rules()).expect("rules");
    std::fs::write(folder.path().join("secret"), "x").expect("a secret");
    let config = format!(
        "[[source]]\nname = \"ami\"\nlabel = \"AMI\"\nkind = \"asterisk\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = false\n\
         username = \"mirante\"\nsecret = \"file:secret\"\n[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{url}\"\n"
    );
    let config = Config::parse(&config).expect("a config");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (mut times, looks) = runtime.block_on(async {
        let outlets = Outlets::of(&config, folder.path());
        let follow = follow(&config, folder.path());
        let options = Options { data: folder.path().into(), key: KeyStore::File, follow, config };
        let engine = Engine::start(options).expect("an engine");
        engine.send_through(outlets).expect("a sender");
        let begun = Instant::now();
        while !engine.live().read(|state| !state.pictured.is_empty()) {
            assert!(begun.elapsed() < Duration::from_secs(20), "the manager is heard");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let times = tokio::task::block_in_place(|| signals(&say, &bodies));
        let looks = engine.live().read(|state| state.looks.clone());
        engine.flush().await.expect("kept");
        engine.shutdown().await;
        (times, looks)
    });
    let (lost, doubled) = counted(folder.path(), times.len());
    let (p50, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
    let rival = rivals::measure().map(|mut times| percentile(&mut times, 99));
    let rival = rival.map_or_else(|| "null".to_owned(), |ms| format!("{ms:.0}"));
    let (full_ms, event_us) = (looks.full.as_secs_f64() * 1e3, looks.event().as_secs_f64() * 1e6);
    println!(
        "{{\"signals\": {}, \"rules\": {}, \"p50_ms\": {p50:.2}, \"p99_ms\": {p99:.2}, \"prometheus_p99_ms\": {rival}, \
         \"full_pass_ms\": {full_ms:.2}, \"event_us\": {event_us:.1}, \"lost\": {lost}, \"doubled\": {doubled}}}",
        times.len(),
        QUEUES * RULES
    );
    assert_eq!((lost, doubled), (0, 0));
}

/// Somebody enters a queue, the webhook comes, they leave: how long the webhook took, each time.
fn signals(say: &std::sync::mpsc::Sender<String>, bodies: &Receiver<(Instant, String)>) -> Vec<Duration> {
    let mut times = Vec::new();
    for place in 0..400 {
        let queue = format!("q{}", place * 7 % QUEUES);
        let event = format!("Event: QueueCallerJoin\r\nQueue: {queue}\r\nUniqueid: 1.{place}\r\nPosition: 1\r\n\r\n");
        let told = Instant::now();
        say.send(event).expect("a manager");
        let (at, body) = bodies.recv_timeout(Duration::from_secs(10)).expect("a webhook");
        assert!(body.contains(&format!("{queue}-0").replace('q', "r")), "{body}");
        times.push(at - told);
        let left = format!(
            "Event: QueueCallerAbandon\r\nQueue: {queue}\r\nUniqueid: 1.{place}\r\n\r\n\
            Event: QueueCallerLeave\r\nQueue: {queue}\r\nUniqueid: 1.{place}\r\nCount: 0\r\n\r\n"
        );
        say.send(left).expect("a manager");
        bodies.recv_timeout(Duration::from_secs(10)).expect("that it is over");
    }
    times
}

/// Alerts that no message told that arrived, and alerts that more than one told as new.
fn counted(folder: &std::path::Path, wanted: usize) -> (usize, usize) {
    let reader = History::open(folder, &OpenOptions::reader()).expect("open for reading");
    let mut told: BTreeMap<u64, usize> = BTreeMap::new();
    for delivery in reader.newest_deliveries(u32::MAX).expect("the outbox") {
        let body: Body = serde_json::from_str(&delivery.message.body).expect("a body");
        let is_new = |state| state == mirante_engine::watch::BodyState::Fired;
        for alert in body.alerts.iter().filter(|alert| is_new(alert.state)) {
            *told.entry(alert.id).or_default() += usize::from(delivery.state == DeliveryState::Sent);
        }
    }
    let asked = Asked { to_ms: i64::MAX, most: u32::MAX, ..Asked::default() };
    let fired = reader.alerts(&asked).expect("alerts").len();
    let lost = wanted.saturating_sub(fired) + told.values().filter(|count| **count == 0).count();
    (lost, told.values().filter(|count| **count > 1).count())
}
