//! Alerts from outside: a scripted platform in; alerts on the floor, stories in history and messages at a real receiver out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must end")]

mod common;

use common::{ONE, Rig, entered, events, rig};
use mirante_engine::State;
use mirante_engine::config::Config;
use mirante_engine::send::Outlets;
use mirante_engine::watch::{Body, Order, OrderError, Want};
use mirante_floor::alert::{Key, Shown};
use mirante_floor::{Kind, Outcome};
use mirante_history::{Deed, History, OpenOptions};
use mirante_sources::Report;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A queue with a caller and nobody in it, told to three people one after another, without waiting for others.
const RULES: &str = r#"
off = ["pronta-ninguem-conectado", "pronta-ninguem-livre", "pronta-espera", "pronta-fonte", "pronta-fonte-atrasada"]
messages = { wait = "0s", interval = "0s" }

[[rule]]
id = "fila"
name = "Gente na fila"
severity = "critical"
scope = "queue"
when = "waiting > 0"
policy = "matriz"
plan = "Chame alguém."

[[policy]]
id = "matriz"
steps = [
    { to = ["role:supervisor"], by = ["gancho"] },
    { after = "1s", to = ["role:coordenador"], by = ["gancho"] },
    { after = "1s", to = ["role:gerente"], by = ["gancho"] },
]

[[duty]]
role = "supervisor"
people = ["bia"]
[[duty]]
role = "coordenador"
people = ["dora"]
[[duty]]
role = "gerente"
people = ["enio"]
"#;

/// A receiver that says yes, and keeps the key and body of each request.
struct Receiver {
    url: String,
    heard: Arc<Mutex<Vec<(String, String)>>>,
}

fn receiver() -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let keep = heard.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), keep) = (stream.unwrap().try_clone(), keep.clone()) else { return };
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let (mut length, mut key) = (0, String::new());
                    loop {
                        let mut line = String::new();
                        if reader.read_line(&mut line).unwrap_or(0) == 0 {
                            return;
                        }
                        if line == "\r\n" {
                            break;
                        }
                        let (name, value) = line.split_once(':').unwrap_or(("", ""));
                        match name.to_lowercase().as_str() {
                            "content-length" => length = value.trim().parse().unwrap(),
                            "idempotency-key" => key = value.trim().to_owned(),
                            _ => {}
                        }
                    }
                    let mut body = vec![0; length];
                    if reader.read_exact(&mut body).is_err() {
                        return;
                    }
                    keep.lock().unwrap().push((key, String::from_utf8_lossy(&body).into_owned()));
                    let _ = write!(stream, "HTTP/1.1 200 ok\r\ncontent-length: 0\r\n\r\n");
                }
            });
        }
    });
    Receiver { url, heard }
}

impl Receiver {
    async fn hears(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.heard.lock().unwrap().len() < count {
            assert!(Instant::now() < deadline, "{} of {count} came", self.heard.lock().unwrap().len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn key() -> Key {
    Key::read("fila/queue/1/sac").unwrap()
}

fn shown(state: &State) -> Shown {
    state.floor.alerts.get(&key()).map_or(Shown::Normal, |standing| standing.shown)
}

fn config(url: &str) -> String {
    format!("[[channel]]\nname = \"gancho\"\nkind = \"webhook\"\nurl = \"{url}\"\nbody = \"own\"\n")
}

async fn start(data: &Path, url: &str) -> Rig {
    std::fs::write(data.join("rules.toml"), RULES).unwrap();
    let config = config(url);
    let rig = rig(data, &config, None);
    rig.engine.send_through(Outlets::of(&Config::parse(&config).unwrap(), data)).unwrap();
    rig.wait("the source is heard", |s| s.floor.sites.get(&ONE).is_some_and(|site| site.is_live())).await;
    rig.pictured().await;
    rig
}

fn left(call: u32) -> Report {
    let kind =
        Kind::Left { queue: "sac".into(), call: format!("c{call}").into(), outcome: Outcome::Abandoned, ago_ms: 0 };
    Report::Event { at: None, kind }
}

fn order(what: Want) -> Order {
    Order { keys: vec![key()], by: "bia".into(), what }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_fires_climbs_is_taken_and_is_over_across_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let hook = receiver();
    let first = start(data.path(), &hook.url).await;
    first.script.send(Ok(vec![entered(1)])).unwrap();
    first.wait("it fires", |state| shown(state) == Shown::Firing).await;
    hook.hears(1).await;
    first
        .wait("the second step", |state| {
            let climb = state.watched.get(&key()).and_then(|watched| watched.climb.as_ref());
            climb.is_some_and(|climb| climb.told.len() == 2)
        })
        .await;
    hook.hears(2).await;
    first.engine.flush().await.unwrap();
    let fired = first.engine.live().read(|state| state.floor.alerts[&key()].clone());
    assert_eq!((fired.alert, fired.value, fired.limit), (1, Some(1.0), Some(0.0)));
    first.engine.shutdown().await;

    // What it was told before is not told again, and it goes on climbing where it stood.
    let second = start(data.path(), &hook.url).await;
    second.wait("it fires still", |state| shown(state) == Shown::Firing).await;
    hook.hears(3).await;
    let until = second.engine.now() + 60_000;
    let too_long = Want::Take { note: String::new(), until: until + 86_400_000 };
    assert_eq!(second.engine.alerts(order(too_long)).await.unwrap(), Err(OrderError::Until));
    second.engine.alerts(order(Want::Take { note: "vejo já".into(), until })).await.unwrap().unwrap();
    second.wait("it is taken", |state| shown(state) == Shown::Acknowledged).await;
    let watched = second.engine.live().read(|state| state.watched[&key()].clone());
    assert_eq!(watched.taken.map(|(note, _)| note).as_deref(), Some("vejo já"));
    assert_eq!(watched.climb.and_then(|climb| climb.next_ms), None);
    second.script.send(Ok(vec![left(1)])).unwrap();
    second.wait("it is over", |state| shown(state) == Shown::Normal).await;
    hook.hears(6).await;
    second.engine.flush().await.unwrap();
    second.engine.shutdown().await;

    let heard = hook.heard.lock().unwrap().clone();
    let keys: std::collections::BTreeSet<&String> = heard.iter().map(|(key, _)| key).collect();
    assert_eq!((heard.len(), keys.len()), (6, 6), "three were told, each once, and that it was over");
    let history = History::open(data.path(), &OpenOptions::reader()).unwrap();
    let (row, steps) = history.alert(1).unwrap().unwrap();
    assert_eq!((row.taken.map(|(_, by)| by), row.resolved_ms.is_some()), (Some("bia".into()), true));
    let shown: Vec<Shown> = steps.iter().map(|step| step.to).collect();
    assert!(shown.starts_with(&[Shown::Firing]) && shown.ends_with(&[Shown::Acknowledged, Shown::Normal]), "{shown:?}");
    let told: Vec<(Deed, Option<String>)> =
        history.alert_actions(1).unwrap().into_iter().map(|a| (a.what, a.who.map(|who| who.to_string()))).collect();
    let by = |deed: Deed, who: &str| (deed, Some(who.to_owned()));
    assert_eq!(
        told,
        [by(Deed::Told, "bia"), by(Deed::Told, "dora"), by(Deed::Told, "enio"), by(Deed::Taken, "bia")],
        "each step once, over the restart too"
    );
    let deliveries = history.deliveries_of(1, row.fired_ms).unwrap();
    assert_eq!(deliveries.len(), 6);
    let body: Body = serde_json::from_str(&deliveries[0].message.body).unwrap();
    assert_eq!(body.alerts[0].plan, "Chame alguém.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_leaves_is_gone_on_from() {
    let data = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let (hook, other) = (receiver(), receiver());
    let first = start(data.path(), &hook.url).await;
    first.script.send(Ok(vec![entered(1)])).unwrap();
    hook.hears(1).await;
    first.engine.flush().await.unwrap();
    // The files as a kill would leave them.
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    first.engine.shutdown().await;
    let second = start(copy.path(), &other.url).await;
    second.wait("it fires still", |state| shown(state) == Shown::Firing).await;
    other.hears(2).await;
    let number = second.engine.live().read(|state| state.floor.alerts[&key()].alert);
    assert_eq!(number, 1, "it is the same alert");
    second.engine.shutdown().await;
    let history = History::open(copy.path(), &OpenOptions::reader()).unwrap();
    let steps: Vec<String> = history.alert_actions(1).unwrap().into_iter().map(|action| action.words).collect();
    assert_eq!(steps, ["matriz 1: gancho", "matriz 2: gancho", "matriz 3: gancho"], "no step twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_hides_until_it_ends_and_the_file_is_read_again() {
    let data = tempfile::tempdir().unwrap();
    let hook = receiver();
    let rig = start(data.path(), &hook.url).await;
    rig.script.send(Ok(vec![entered(1)])).unwrap();
    rig.wait("it fires", |state| shown(state) == Shown::Firing).await;
    let until = rig.engine.now() + 3_600_000;
    let without_a_reason = Want::Silence { why: " ".into(), until };
    assert!(matches!(rig.engine.alerts(order(without_a_reason)).await.unwrap(), Err(OrderError::Silence(_))));
    rig.engine.alerts(order(Want::Silence { why: "obra".into(), until })).await.unwrap().unwrap();
    rig.wait("it is silent", |state| shown(state) == Shown::Silenced).await;
    assert_eq!(
        rig.engine.live().read(|s| s.watched[&key()].silent.clone()).map(|(_, _, why)| why),
        Some("obra".into())
    );
    rig.engine.alerts(order(Want::Unsilence)).await.unwrap().unwrap();
    rig.wait("it is told again", |state| shown(state) == Shown::Firing).await;

    std::fs::write(data.path().join("rules.toml"), "[[rule]]").unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while rig.engine.rules().1.is_none() {
        assert!(Instant::now() < deadline, "the fault is said");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(rig.engine.live().read(shown), Shown::Firing, "the rules before stay in force");
    std::fs::write(data.path().join("rules.toml"), RULES.replace("waiting > 0", "waiting > 5")).unwrap();
    rig.wait("another threshold", |state| shown(state) == Shown::Normal).await;
    assert_eq!(rig.engine.rules().1, None);
    rig.engine.shutdown().await;
    let moved = events(data.path()).into_iter().filter(|event| matches!(event.kind, Kind::Alert(_))).count();
    assert_eq!(moved, 4, "it fired, was silent, was not, and is over");
}
