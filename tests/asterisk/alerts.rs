//! A queue is starved: its alert fires, climbs to the second step, is taken, the agents return, and the story says that it helped.

use crate::{Major, pbx_of};
use anyhow::{Context, Result, ensure};
use mirante_tests::hub::{Hub, State, following};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::config::MIRANTE;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const RULES: &str = r#"
off = ["pronta-ninguem-conectado", "pronta-ninguem-livre", "pronta-espera"]
messages = { wait = "0s", interval = "0s" }

[[rule]]
id = "sem-gente"
name = "Gente esperando e ninguém livre"
severity = "critical"
scope = "queue"
only = ["sac"]
when = "waiting > 0 && free == 0"
over = "waiting == 0"
for = "1s"
keep_firing_for = "2s"
policy = "matriz"
plan = "Traga alguém de volta da pausa."

[[policy]]
id = "matriz"
steps = [
    { to = ["role:supervisor"], by = ["gancho"] },
    { after = "2s", to = ["role:coordenador"], by = ["gancho"] },
    { after = "10m", to = ["role:gerente"], by = ["gancho"] },
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

#[test]
#[ignore = "runs a real PBX for half a minute: cargo xtask test"]
fn a_starved_queue_is_told_of_taken_and_the_story_shows_that_it_helped() {
    for major in [Major::V22, Major::V16] {
        starved(major).expect("a whole story");
    }
}

fn starved(major: Major) -> Result<()> {
    let pbx = pbx_of(major);
    let mut ami = pbx.driver()?;
    let (url, heard) = receiver()?;
    let channel = format!("\n[[channel]]\nname = \"gancho\"\nkind = \"webhook\"\nurl = \"{url}\"\n");
    let config = following(pbx.address(), None) + &channel;
    let hub = Hub::start(&config, &[("MIRANTE_RIG_SECRET", MIRANTE.1)])?;
    std::fs::write(hub.data().join("rules.toml"), RULES)?;
    hub.wait_up(Duration::from_secs(10))?;
    let rules = hub.client().command(&json!({ "do": "rules" }))?;
    let began = Instant::now();
    while !hub.client().command(&json!({ "do": "rules" }))?["rules"].to_string().contains("sem-gente") {
        ensure!(began.elapsed() < Duration::from_secs(10), "the rules are not read: {rules}");
        std::thread::sleep(Duration::from_millis(100));
    }

    // Everyone of the queue goes on a break, and somebody calls.
    let members: Vec<String> = CENTRE
        .agents
        .iter()
        .filter(|agent| agent.queues.iter().any(|(queue, _)| *queue == "sac"))
        .map(|agent| agent.interface())
        .collect();
    for interface in &members {
        ami.ask("QueuePause", &[("Queue", "sac"), ("Interface", interface), ("Paused", "true"), ("Reason", "treino")])?;
    }
    let number = CENTRE.queue("sac").context("the queue")?.number;
    let inbound = format!("Local/{number}@inbound/n");
    let call = [
        ("Channel", inbound.as_str()),
        ("Context", "caller"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("Async", "true"),
        ("CallerID", "<5511988887777>"),
        ("Variable", "__RIG_CALL=starved"),
        ("Variable", "__RIG_RING=0.5"),
    ];
    ami.send("Originate", &call)?;
    let called = Instant::now();
    let row = until(&hub, "it fires", |row| row["state"] == "firing")?;
    println!("{major:?}: it fires {:?} after the call was ordered", called.elapsed());
    ensure!(row["subject"] == "sac" && row["value"] == 1.0, "{row}");
    let row =
        until(&hub, "the second step", |row| row["climb"]["told"].as_array().is_some_and(|told| told.len() == 2))?;
    let id = row["id"].clone();
    let now = hub.client().snapshot()?.now;
    let take = json!({ "do": "alert_take", "ids": [id], "note": "chamei da pausa", "until_ms": now + 600_000 });
    hub.client().command(&take)?;
    let row = until(&hub, "it is taken", |row| row["state"] == "acknowledged")?;
    ensure!(row["climb"]["next_ms"].is_null(), "nobody else is told: {row}");

    for interface in &members {
        ami.ask("QueuePause", &[("Queue", "sac"), ("Interface", interface), ("Paused", "false")])?;
    }
    let began = Instant::now();
    while alert(&hub.client().snapshot()?).is_some() {
        ensure!(began.elapsed() < Duration::from_secs(30), "it is never over");
        std::thread::sleep(Duration::from_millis(100));
    }
    let number = row["alert"].as_u64().context("a number")?;
    let story = hub.client().command(&json!({ "do": "alert_story", "alert": number }))?;
    println!("{major:?}: {}", story["effect"]);
    let list = |name: &str, field: &str| -> Vec<String> {
        let all = story[name].as_array().into_iter().flatten();
        all.map(|one| one[field].as_str().unwrap_or_default().to_owned()).collect()
    };
    ensure!(list("actions", "who") == ["bia", "dora", row["taken"]["by"].as_str().unwrap_or_default()], "{story}");
    ensure!(list("actions", "what") == ["told", "told", "taken"], "{story}");
    ensure!(list("steps", "to") == ["pending", "firing", "acknowledged", "recovering", "normal"], "{story}");
    for effect in ["to_take_ms", "to_recover_ms", "taken_to_recover_ms", "to_resolve_ms"] {
        ensure!(story["effect"][effect].as_i64().is_some_and(|ms| ms > 0), "{effect}: {}", story["effect"]);
    }
    // Two were told that it fired, and two that it is over.
    let began = Instant::now();
    while heard.lock().map_or(0, |heard| heard.len()) < 4 {
        ensure!(began.elapsed() < Duration::from_secs(10), "{heard:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let story = hub.client().command(&json!({ "do": "alert_story", "alert": number }))?;
    let sent = story["deliveries"].as_array().into_iter().flatten().filter(|one| one["state"] == "sent").count();
    ensure!(sent == 4, "{story}");
    Ok(())
}

fn alert(state: &State) -> Option<Value> {
    state.table("alerts").into_iter().find(|row| row["rule"] == "sem-gente").cloned()
}

fn until(hub: &Hub, what: &str, is: impl Fn(&Value) -> bool) -> Result<Value> {
    let began = Instant::now();
    loop {
        let row = alert(&hub.client().snapshot()?);
        if let Some(row) = row.as_ref().filter(|row| is(row)) {
            return Ok(row.clone());
        }
        ensure!(began.elapsed() < Duration::from_secs(30), "never {what}: {row:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Where webhooks go, and the bodies that came.
fn receiver() -> Result<(String, Arc<Mutex<Vec<String>>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = heard.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let keep = keep.clone();
            std::thread::spawn(move || while take(&stream, &keep).is_some() {});
        }
    });
    Ok((url, heard))
}

/// One request of a connection; none when it is over.
fn take(stream: &std::net::TcpStream, keep: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    keep.lock().ok()?.push(String::from_utf8_lossy(&body).into_owned());
    let mut stream = stream;
    write!(stream, "HTTP/1.1 204 taken\r\ncontent-length: 0\r\n\r\n").ok()
}
