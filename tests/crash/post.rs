//! Killed in a storm of alerts: every message that was intended arrives at a real webhook receiver, and none again that was kept as sent.

use crate::count;
use mirante_engine::config::Config;
use mirante_engine::send::{Outbox, Outlets, Sender};
use mirante_history::{AlertRows, Attempt, Batch, DeliveryState, History, NewDelivery, OpenOptions};
use rand::RngExt;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const FOLDER: &str = "MIRANTE_POST_FOLDER";
const TO: &str = "MIRANTE_POST_TO";
const STORM: &str = "MIRANTE_POST_STORM";

/// Every so many requests the receiver says that it is overloaded.
const OVERLOADED: usize = 17;

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis()).expect("a time")
}

/// What was taken: the key, and in which life of the sender.
pub(crate) type Taken = Arc<Mutex<Vec<(String, usize)>>>;

/// A receiver that speaks HTTP, takes a little time, and is overloaded now and then.
pub(crate) fn receiver(life: Arc<Mutex<usize>>) -> (String, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let taken = Taken::default();
    let (list, requests) = (taken.clone(), Arc::new(Mutex::new(0usize)));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (list, life, requests) = (list.clone(), life.clone(), requests.clone());
            std::thread::spawn(move || while answer(&stream, &list, &life, &requests).is_some() {});
        }
    });
    (url, taken)
}

/// A receiver that says yes at once: where it is, and when each body came.
pub(crate) fn web() -> (String, std::sync::mpsc::Receiver<(Instant, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let (tell, bodies) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tell = tell.clone();
            std::thread::spawn(move || while take(&stream, &tell).is_some() {});
        }
    });
    (url, bodies)
}

fn take(stream: &TcpStream, tell: &std::sync::mpsc::Sender<(Instant, String)>) -> Option<()> {
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
    tell.send((Instant::now(), String::from_utf8_lossy(&body).into_owned())).ok()?;
    let mut stream = stream;
    write!(stream, "HTTP/1.1 204 taken\r\ncontent-length: 0\r\n\r\n").ok()
}

/// One request of a connection; none when it is over.
fn answer(stream: &TcpStream, list: &Taken, life: &Mutex<usize>, requests: &Mutex<usize>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut key) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or(("", ""));
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "idempotency-key" => key = value.trim().to_owned(),
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    let place = {
        let mut requests = requests.lock().expect("not poisoned");
        *requests += 1;
        *requests
    };
    let status = if place.is_multiple_of(OVERLOADED) { "503 overloaded\r\nretry-after: 0" } else { "204 taken" };
    if status.starts_with("204") {
        // Taken before it is answered: a kill in between is the one that cannot be told.
        list.lock().expect("not poisoned").push((key, *life.lock().expect("not poisoned")));
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").ok()
}

/// Its life, as another process: messages come to the outbox as alerts would bring them, and the hub's own sender sends them.
#[test]
fn post_victim() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let (to, storm) = (env::var(TO).expect("where to"), env::var_os(STORM).is_some());
    let folder = Path::new(&folder);
    let mut history = History::open(folder, &OpenOptions::writer()).expect("open for writing");
    history.recover().expect("recover");
    let mut newest = history.alerts_kept(now()).expect("what was kept").newest[1];
    let reader = history.reader().expect("a reader");
    let writer = Arc::new(Mutex::new(history));
    let keeper = writer.clone();
    let keep = move |attempts: Vec<Attempt>| {
        let (tell, kept) = tokio::sync::oneshot::channel();
        let _ = tell.send(keeper.lock().expect("not poisoned").note_attempts(&attempts).is_ok());
        kept
    };
    let config = Config::parse(&format!("[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{to}\"\n"))
        .expect("a config");
    let outbox = Outbox { reader, keep: Arc::new(keep) };
    let zone = config.zone.clone();
    let sender = Sender::new(outbox, Outlets::of(&config, folder), zone, Box::new(now), Box::new(|| 0.5));
    let (wake, woken) = tokio::sync::watch::channel(newest);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(sender.run(woken));
    });
    println!("\nopened");
    let mut batch = 0usize;
    loop {
        // Without a storm what was left of one is sent.
        if !storm {
            std::thread::sleep(Duration::from_secs(60));
            continue;
        }
        let deliveries: Vec<NewDelivery> = (0..[1, 7, 2, 3][batch % 4]).map(|_| intend(&mut newest)).collect();
        let rows = AlertRows { deliveries, ..AlertRows::default() };
        writer.lock().expect("not poisoned").commit_with(Batch { events: &[], facts: &[] }, &rows).expect("commit");
        wake.send_replace(newest);
        println!("kept {newest}");
        batch += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn intend(newest: &mut u64) -> NewDelivery {
    *newest += 1;
    NewDelivery {
        id: *newest,
        key: format!("storm-{newest}"),
        channel: "hook".into(),
        target: "bia".into(),
        alerts: vec![*newest],
        body: r#"{"reason":"first","about":"sac","alerts":[]}"#.to_owned(),
        made_ms: now(),
        due_ms: now(),
        expires_ms: now() + 3_600_000,
    }
}

/// Killed when the test ends, however it ends.
pub(crate) struct Victim(pub(crate) Child);

impl Victim {
    pub(crate) fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        self.kill();
    }
}

fn start(folder: &Path, to: &str, storm: bool) -> Victim {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.args(["--exact", "post::post_victim", "--nocapture", "--test-threads=1"]).env(FOLDER, folder).env(TO, to);
    if storm {
        command.env(STORM, "1");
    }
    Victim(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("start"))
}

/// Ten kills, or as many as `MIRANTE_KILLS` says.
#[test]
fn no_alert_is_lost_and_none_is_sent_again_once_that_was_kept() {
    let kills = count("MIRANTE_KILLS", 10);
    let dir = tempfile::tempdir().expect("tempdir");
    let life = Arc::new(Mutex::new(0));
    let (url, taken) = receiver(life.clone());
    let mut dice = rand::rng();
    // Messages that were kept as sent before a life began: none of them may come in it.
    let mut sent_before: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    let mut said = 0u64;
    for _ in 0..kills {
        let mut child = start(dir.path(), &url, true);
        let mut lines = BufReader::new(child.0.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let hear = |line: &str, said: &mut u64| {
            if let Some(kept) = line.strip_prefix("kept ").and_then(|kept| kept.parse().ok()) {
                *said = kept;
            }
        };
        for line in lines.by_ref() {
            hear(&line, &mut said);
            if line.starts_with("kept ") {
                break;
            }
        }
        std::thread::sleep(Duration::from_micros(dice.random_range(0..150_000)));
        child.kill();
        lines.for_each(|line| hear(&line, &mut said));
        // What is still being answered belongs to the life that ended.
        std::thread::sleep(Duration::from_millis(20));
        sent_before.push(
            outbox(dir.path())
                .into_iter()
                .filter(|(_, state)| *state == DeliveryState::Sent)
                .map(|(key, _)| key)
                .collect(),
        );
        *life.lock().expect("not poisoned") += 1;
    }
    // A last life in quiet: everything that is left goes out.
    let child = start(dir.path(), &url, false);
    let begun = Instant::now();
    let intended = loop {
        let outbox = outbox(dir.path());
        if outbox.iter().all(|(_, state)| *state == DeliveryState::Sent) {
            break outbox;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "the outbox is never empty: {outbox:?}");
        std::thread::sleep(Duration::from_millis(50));
    };
    std::thread::sleep(Duration::from_secs(1));
    drop(child);

    let taken = taken.lock().expect("not poisoned");
    let mut times: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (key, life) in taken.iter() {
        times.entry(key).or_default().push(*life);
    }
    assert!(intended.len() as u64 >= said, "what was said to be kept is there: {} of {said}", intended.len());
    let lost = intended.iter().filter(|(key, _)| !times.contains_key(key.as_str())).count();
    let after_kept = taken.iter().filter(|(key, life)| sent_before[*life].contains(key)).count();
    // Twice in one life is a repeat of what that life knew to be taken.
    let in_one_life = times.values().filter(|lives| lives.windows(2).any(|two| two[0] == two[1])).count();
    let repeated = taken.len() - times.len();
    println!(
        "{kills} kills, {} messages: lost {lost}, doubled {}, repeated {repeated}",
        intended.len(),
        after_kept + in_one_life
    );
    assert_eq!((lost, after_kept, in_one_life), (0, 0, 0));
    assert!(repeated <= kills, "{repeated} repeats at {kills} kills");
    assert!(intended.len() > kills * 5, "a storm: {} messages", intended.len());
}

pub(crate) fn outbox(folder: &Path) -> Vec<(String, DeliveryState)> {
    let reader = History::open(folder, &OpenOptions::reader()).expect("open for reading");
    let all = reader.newest_deliveries(u32::MAX).expect("the outbox");
    all.into_iter().map(|one| (one.message.key, one.state)).collect()
}
