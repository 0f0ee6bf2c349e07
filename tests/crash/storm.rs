//! Killed in a storm of alerts: an engine whose queues fill and empty, its rules, its escalation and its sender in one. Every alert that
//! history has was told to a real webhook receiver, and nothing that was kept as sent was told again.

use crate::count;
use crate::post::{Taken, Victim, outbox, receiver};
use mirante_engine::config::Config;
use mirante_engine::send::Outlets;
use mirante_engine::watch::{Body, BodyState};
use mirante_engine::{Engine, Follow, KeyStore, Options};
use mirante_floor::{Kind, Outcome, Picture};
use mirante_history::{Asked, DeliveryState, History, OpenOptions};
use mirante_sources::{Report, Session, Source, SourceError, Wait};
use rand::RngExt;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const FOLDER: &str = "MIRANTE_STORM_FOLDER";
const TO: &str = "MIRANTE_STORM_TO";
const QUIET: &str = "MIRANTE_STORM_QUIET";
const QUEUES: u64 = 24;

const RULES: &str = r#"
off = ["pronta-ninguem-conectado", "pronta-ninguem-livre", "pronta-espera", "pronta-fonte", "pronta-fonte-atrasada"]
messages = { wait = "0s", interval = "0s" }
[[rule]]
id = "fila"
severity = "critical"
scope = "queue"
when = "waiting > 0"
flapping = { most = 100, within = "0s" }
policy = "matriz"
[[policy]]
id = "matriz"
steps = [{ to = ["person:bia"], by = ["hook"] }]
"#;

/// A platform whose queues fill and empty, one after another, for ever; or in which nothing happens.
struct Storm {
    quiet: bool,
}

struct Line {
    quiet: bool,
    place: u64,
}

impl Source for Storm {
    fn connect(&self, _last: Option<mirante_floor::Moment>) -> Wait<'_, Result<Box<dyn Session>, SourceError>> {
        let place = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |at| at.as_micros());
        let line = Line { quiet: self.quiet, place: u64::try_from(place).unwrap_or(0) * QUEUES };
        Box::pin(async move { Ok(Box::new(line) as Box<dyn Session>) })
    }
}

impl Session for Line {
    fn platform(&self) -> &str {
        "Storm"
    }

    fn next<'a>(&'a mut self, out: &'a mut Vec<Report>) -> Wait<'a, Result<(), SourceError>> {
        Box::pin(async move {
            if self.place.is_multiple_of(QUEUES) {
                // Nobody waits: whoever did before the kill is gone.
                let none = Picture { people: vec![], queues: vec![], members: vec![], waiting: vec![] };
                out.push(Report::Picture(none));
            } else if self.quiet {
                std::future::pending::<()>().await;
            } else {
                tokio::time::sleep(Duration::from_millis(4)).await;
                out.push(entered(self.place));
                out.extend(self.place.checked_sub(QUEUES / 2).map(left));
            }
            self.place += 1;
            Ok(())
        })
    }
}

fn queue(place: u64) -> String {
    format!("q{}", place % QUEUES)
}

fn entered(place: u64) -> Report {
    let call = format!("c{place}");
    let kind = Kind::Entered {
        queue: queue(place).into(),
        call: call.as_str().into(),
        contact: call.as_str().into(),
        caller: None,
        position: None,
        waited_ms: 0,
    };
    Report::Event { at: None, kind }
}

fn left(place: u64) -> Report {
    let kind = Kind::Left {
        queue: queue(place).into(),
        call: format!("c{place}").into(),
        outcome: Outcome::Abandoned,
        ago_ms: 0,
    };
    Report::Event { at: None, kind }
}

/// Its life, as another process.
#[test]
fn storm_victim() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let (to, quiet) = (env::var(TO).expect("where to"), env::var_os(QUIET).is_some());
    let folder = Path::new(&folder);
    std::fs::write(folder.join("rules.toml"), RULES).expect("rules");
    let text = format!("[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{to}\"\n");
    let config = Config::parse(&text).expect("a config");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let source = Arc::new(Storm { quiet });
        let follow = Follow { name: "um".into(), label: "Um".into(), kind: "asterisk", source };
        let outlets = Outlets::of(&config, folder);
        let options = Options { data: folder.into(), key: KeyStore::File, follow: vec![follow], config };
        let engine = Engine::start(options).expect("an engine");
        engine.send_through(outlets).expect("a sender");
        println!("\nopened");
        std::future::pending::<()>().await;
    });
}

fn start(folder: &Path, to: &str, quiet: bool) -> Victim {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.args(["--exact", "storm::storm_victim", "--nocapture", "--test-threads=1"]).env(FOLDER, folder).env(TO, to);
    if quiet {
        command.env(QUIET, "1");
    }
    Victim(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("start"))
}

/// Five kills, or as many as `MIRANTE_KILLS` says.
#[test]
fn every_alert_that_fired_is_told_once_however_often_mirante_is_killed() {
    let kills = count("MIRANTE_KILLS", 5);
    let dir = tempfile::tempdir().expect("tempdir");
    let life = Arc::new(Mutex::new(0));
    let (url, taken) = receiver(life.clone());
    let mut dice = rand::rng();
    let mut sent_before: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    for _ in 0..kills {
        let had = taken.lock().expect("not poisoned").len();
        let mut child = start(dir.path(), &url, false);
        // It is killed while alerts come and go: not before this life has told of one.
        until("a message of this life", || taken.lock().expect("not poisoned").len() > had);
        std::thread::sleep(Duration::from_micros(dice.random_range(0..250_000)));
        child.kill();
        std::thread::sleep(Duration::from_millis(20));
        let sent = outbox(dir.path()).into_iter().filter(|(_, state)| *state == DeliveryState::Sent);
        sent_before.push(sent.map(|(key, _)| key).collect());
        *life.lock().expect("not poisoned") += 1;
    }
    // A last life in quiet: what stood is over, and everything that is left goes out.
    let child = start(dir.path(), &url, true);
    until("everything is over and told", || {
        let alerts = alerts(dir.path());
        alerts.iter().all(|(_, over)| *over) && outbox(dir.path()).iter().all(|(_, s)| *s == DeliveryState::Sent)
    });
    std::thread::sleep(Duration::from_secs(1));
    drop(child);
    judge(kills, dir.path(), &taken, &sent_before);
}

fn judge(kills: usize, folder: &Path, taken: &Taken, sent_before: &[BTreeSet<String>]) {
    let taken = taken.lock().expect("not poisoned");
    let mut times: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (key, life) in taken.iter() {
        times.entry(key).or_default().push(*life);
    }
    // What receivers have of each alert: how often it was told that it fired, and that it is over.
    let mut told: BTreeMap<u64, [usize; 2]> = BTreeMap::new();
    let reader = History::open(folder, &OpenOptions::reader()).expect("open for reading");
    for delivery in reader.newest_deliveries(u32::MAX).expect("the outbox") {
        if !times.contains_key(delivery.message.key.as_str()) {
            continue;
        }
        let body: Body = serde_json::from_str(&delivery.message.body).expect("a body");
        for alert in body.alerts {
            match alert.state {
                BodyState::Fired => told.entry(alert.id).or_default()[0] += 1,
                BodyState::Over => told.entry(alert.id).or_default()[1] += 1,
                BodyState::Still => {}
            }
        }
    }
    let alerts = alerts(folder);
    let intended = outbox(folder);
    let lost = alerts.iter().filter(|(id, _)| told.get(id).is_none_or(|told| told[0] == 0)).count()
        + intended.iter().filter(|(key, _)| !times.contains_key(key.as_str())).count();
    let unended = alerts.iter().filter(|(id, _)| told.get(id).is_some_and(|told| told[1] == 0)).count();
    let again = told.values().filter(|told| told[0] > 1 || told[1] > 1).count();
    let after_kept = taken.iter().filter(|(key, life)| sent_before[*life].contains(key)).count();
    let in_one_life = times.values().filter(|lives| lives.windows(2).any(|two| two[0] == two[1])).count();
    let repeated = taken.len() - times.len();
    println!(
        "{{\"kills\": {kills}, \"alerts\": {}, \"messages\": {}, \"lost\": {lost}, \"not_told_over\": {unended}, \
         \"doubled\": {}, \"repeated\": {repeated}}}",
        alerts.len(),
        intended.len(),
        again + after_kept + in_one_life
    );
    assert_eq!((lost, unended, again, after_kept, in_one_life), (0, 0, 0, 0, 0));
    assert!(repeated <= kills, "{repeated} repeats at {kills} kills");
    assert!(alerts.len() > kills * 5, "a storm: {} alerts", alerts.len());
}

/// Every alert that history has, and whether it is over.
fn alerts(folder: &Path) -> Vec<(u64, bool)> {
    let reader = History::open(folder, &OpenOptions::reader()).expect("open for reading");
    let asked = Asked { to_ms: i64::MAX, most: u32::MAX, ..Asked::default() };
    let rows = reader.alerts(&asked).expect("alerts");
    rows.into_iter().map(|row| (row.id, row.resolved_ms.is_some())).collect()
}

fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
