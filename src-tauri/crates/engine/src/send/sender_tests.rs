use super::*;
use crate::config::Config;
use crate::watch::{BodyAlert, BodyState};
use mirante_alerts::{Reason, Scope, Severity};
use mirante_history::{AlertRows, Batch, KeyStore, NewDelivery, OpenOptions};
use mirante_notify::{Draft, Event};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

/// A receiver whose answers are a list of statuses, the last again and again; gives the key of each request.
struct Receiver {
    url: String,
    keys: Arc<Mutex<Vec<String>>>,
}

fn receiver(statuses: &'static [u16]) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let keys = Arc::new(Mutex::new(Vec::new()));
    let heard = keys.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut length, mut key) = (0, String::new());
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
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
                continue;
            }
            let mut heard = heard.lock().unwrap();
            let status = statuses[heard.len().min(statuses.len() - 1)];
            heard.push(key);
            let mut stream = stream;
            let _ = write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    Receiver { url, keys }
}

impl Receiver {
    fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }
}

/// History with an outbox, a clock that is moved by hand, and a sender over it.
struct Post {
    folder: TempDir,
    writer: Arc<Mutex<History>>,
    clock: Arc<AtomicI64>,
}

const START: i64 = 1_795_377_421_250;

fn post() -> Post {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions::writer().key(KeyStore::File);
    let mut history = History::open(folder.path(), &options).unwrap();
    history.recover().unwrap();
    Post { folder, writer: Arc::new(Mutex::new(history)), clock: Arc::new(AtomicI64::new(START)) }
}

impl Post {
    fn sender(&self, toml: &str) -> (Sender, Standings) {
        let writer = self.writer.clone();
        let keep = move |attempts: Vec<Attempt>| {
            let (answer, kept) = oneshot::channel();
            let _ = answer.send(writer.lock().unwrap().note_attempts(&attempts).is_ok());
            kept
        };
        let reader = self.writer.lock().unwrap().reader().unwrap();
        let outbox = Outbox { reader, keep: Arc::new(keep) };
        let outlets = Outlets::of(&Config::parse(toml).unwrap(), self.folder.path());
        let clock = self.clock.clone();
        let now = Box::new(move || clock.load(Ordering::Relaxed));
        let sender = Sender::new(outbox, outlets, TimeZone::UTC, now, Box::new(|| 0.0));
        let standings = sender.standings();
        (sender, standings)
    }

    fn intend(&self, ids: std::ops::Range<u64>, channel: &str, expires: i64) {
        let alert = BodyAlert {
            id: 1,
            key: "espera/queue/1/sac".into(),
            rule: "espera".into(),
            name: "Espera".into(),
            severity: Severity::Warning,
            state: BodyState::Fired,
            scope: Scope::Queue,
            label: "SAC".into(),
            source: String::new(),
            fired_ms: START,
            over_ms: None,
            figure: None,
            value: None,
            limit: None,
            flapping: false,
            plan: String::new(),
        };
        let body = Body { reason: Reason::First, about: "sac".into(), test: false, alerts: vec![alert] };
        let one = |id| NewDelivery {
            id,
            key: format!("k{id}"),
            channel: channel.into(),
            target: "bia".into(),
            alerts: vec![1],
            body: serde_json::to_string(&body).unwrap(),
            made_ms: START,
            due_ms: START,
            expires_ms: START + expires,
        };
        let rows = AlertRows { deliveries: ids.map(one).collect(), ..AlertRows::default() };
        let mut writer = self.writer.lock().unwrap();
        writer.commit_with(Batch { events: &[], facts: &[] }, &rows).unwrap();
    }

    fn state(&self, id: u64) -> (DeliveryState, u32, Option<String>) {
        let all = self.writer.lock().unwrap().newest_deliveries(1_000).unwrap();
        let one = all.into_iter().find(|one| one.message.id == id).unwrap();
        (one.state, one.attempts, one.words)
    }

    fn due(&self, id: u64) -> i64 {
        let all = self.writer.lock().unwrap().newest_deliveries(1_000).unwrap();
        all.into_iter().find(|one| one.message.id == id).unwrap().message.due_ms
    }
}

fn hook(receiver: &Receiver) -> String {
    format!("[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{}\"\n", receiver.url)
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

#[tokio::test]
async fn what_waits_goes_in_order_and_never_again() {
    let (post, receiver) = (post(), receiver(&[200]));
    post.intend(1..21, "hook", 3_600_000);
    let running = tokio::spawn(post.sender(&hook(&receiver)).0.run(watch::channel(0).1));
    until("all are sent", || post.state(20).0 == DeliveryState::Sent).await;
    running.abort();
    let _ = running.await;
    // Another start finds nothing to do.
    let again = tokio::spawn(post.sender(&hook(&receiver)).0.run(watch::channel(0).1));
    post.intend(21..22, "hook", 3_600_000);
    until("the new one is sent", || post.state(21).0 == DeliveryState::Sent).await;
    again.abort();
    assert_eq!(receiver.keys(), (1..22).map(|id| format!("k{id}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_failure_that_passes_is_tried_again_with_the_same_key_also_after_a_restart() {
    let (post, receiver) = (post(), receiver(&[503, 503, 200]));
    post.intend(1..3, "hook", 3_600_000);
    let running = tokio::spawn(post.sender(&hook(&receiver)).0.run(watch::channel(0).1));
    until("it failed once", || post.state(1).1 == 1).await;
    assert_eq!(post.due(1), START + 500, "half a second: the pause is kept");
    running.abort();
    let _ = running.await;
    let running = tokio::spawn(post.sender(&hook(&receiver)).0.run(watch::channel(0).1));
    // A new start tries the other message, which is due.
    until("the second failed too", || post.state(2).1 == 1).await;
    post.clock.store(START + 60_000, Ordering::Relaxed);
    until("both are sent", || post.state(1).0 == DeliveryState::Sent && post.state(2).0 == DeliveryState::Sent).await;
    running.abort();
    assert_eq!(receiver.keys(), ["k1", "k2", "k1", "k2"]);
    assert_eq!(post.state(1), (DeliveryState::Sent, 2, None));
}

#[tokio::test]
async fn a_refused_key_stops_the_channel_with_words_and_loses_nothing() {
    let (post, receiver) = (post(), receiver(&[401, 200]));
    post.intend(1..4, "hook", 3_600_000);
    let (sender, standings) = post.sender(&hook(&receiver));
    let (requests, list) = mpsc::unbounded_channel();
    let running = tokio::spawn(sender.serve(watch::channel(0).1, list));
    until("all wait", || (1..4).all(|id| post.due(id) > START)).await;
    let standing = standings.lock().unwrap()["hook"].clone();
    assert!(standing.off && standing.words.unwrap().contains("401"));
    assert_eq!(receiver.keys(), ["k1"], "nothing else is tried");
    assert_eq!(post.state(3).0, DeliveryState::Waiting);
    // A test that arrives mends it.
    let (reply, tried) = oneshot::channel();
    requests.send(Request::Test { channel: "hook".into(), person: "bia".into(), reply }).ok().unwrap();
    assert_eq!(tried.await.unwrap(), Ok(()));
    post.clock.store(START + MENDED_BY, Ordering::Relaxed);
    until("all are sent", || (1..4).all(|id| post.state(id).0 == DeliveryState::Sent)).await;
    assert!(!standings.lock().unwrap()["hook"].off);
    drop(requests);
    running.await.unwrap();
}

#[tokio::test]
async fn messages_end_that_were_refused_are_too_late_or_have_no_channel() {
    let (post, receiver) = (post(), receiver(&[422, 200]));
    post.intend(1..3, "hook", 3_600_000);
    post.intend(3..4, "hook", 0);
    post.intend(4..5, "fax", 3_600_000);
    let running = tokio::spawn(post.sender(&hook(&receiver)).0.run(watch::channel(0).1));
    until("all have ended", || (1..5).all(|id| post.state(id).0 != DeliveryState::Waiting)).await;
    running.abort();
    let states: Vec<_> = (1..5).map(|id| post.state(id).0).collect();
    assert_eq!(states, [DeliveryState::Failed, DeliveryState::Sent, DeliveryState::Expired, DeliveryState::Failed]);
    assert_eq!(receiver.keys(), ["k1", "k2"]);
    assert!(post.state(1).2.unwrap().contains("422") && post.state(4).2.unwrap().contains("fax"));
}

#[tokio::test]
async fn a_channel_without_its_secret_waits_and_does_not_hold_up_another() {
    let (post, receiver) = (post(), receiver(&[200]));
    let toml =
        format!("{}[[channel]]\nname = \"pager\"\nkind = \"pagerduty\"\nkey = \"file:nowhere\"\n", hook(&receiver));
    post.intend(1..3, "pager", 3_600_000);
    post.intend(3..4, "hook", 3_600_000);
    let running = tokio::spawn(post.sender(&toml).0.run(watch::channel(0).1));
    until("the other is sent", || post.state(3).0 == DeliveryState::Sent && post.due(2) > START).await;
    running.abort();
    assert!(post.state(1).2.unwrap().contains("nowhere"));
}

fn report(hour: u32, expires: i64) -> Report {
    let draft = Draft { key: format!("sac-{hour}"), event: Event::Report, ..Draft::test(Language::Portuguese, START) };
    Report { topic: "sac".into(), draft, expires_ms: START + expires }
}

fn tell(requests: &mpsc::UnboundedSender<Request>, report: Report) {
    requests.send(Request::Report { channel: "hook".into(), report: Box::new(report) }).ok().unwrap();
}

#[tokio::test]
async fn a_report_goes_behind_alerts_and_again_with_the_same_key_until_a_newer_one_comes() {
    let (post, receiver) = (post(), receiver(&[200, 503, 503, 200]));
    post.intend(1..2, "hook", 3_600_000);
    let (sender, standings) = post.sender(&hook(&receiver));
    let (requests, list) = mpsc::unbounded_channel();
    tell(&requests, report(14, 3_600_000));
    let running = tokio::spawn(sender.serve(watch::channel(0).1, list));
    until("the alert went, the report failed", || receiver.keys() == ["k1", "sac-14"]).await;
    until("that is said", || standings.lock().unwrap()["hook"].words.is_some()).await;
    post.clock.store(START + 60_000, Ordering::Relaxed);
    until("it is tried again", || receiver.keys() == ["k1", "sac-14", "sac-14"]).await;
    tell(&requests, report(15, 3_600_000));
    post.clock.store(START + 120_000, Ordering::Relaxed);
    until("the newer one arrives in its place", || receiver.keys().len() == 4).await;
    assert_eq!(receiver.keys(), ["k1", "sac-14", "sac-14", "sac-15"]);
    until("all is well", || standings.lock().unwrap()["hook"].failures == 0).await;
    drop(requests);
    running.await.unwrap();
    assert_eq!(receiver.keys().len(), 4);
}

#[tokio::test]
async fn a_report_waits_for_a_channel_to_be_mended_but_not_beyond_its_time() {
    let (post, receiver) = (post(), receiver(&[401, 200]));
    let (sender, standings) = post.sender(&hook(&receiver));
    let (requests, list) = mpsc::unbounded_channel();
    tell(&requests, report(14, 600_000));
    let running = tokio::spawn(sender.serve(watch::channel(0).1, list));
    until("the channel is out of order", || standings.lock().unwrap().get("hook").is_some_and(|one| one.off)).await;
    post.clock.store(START + MENDED_BY, Ordering::Relaxed);
    // Somebody corrects the file.
    let outlets = Outlets::of(&Config::parse(&hook(&receiver)).unwrap(), post.folder.path());
    requests.send(Request::Outlets(outlets)).ok().unwrap();
    until("it arrives", || receiver.keys() == ["sac-14", "sac-14"]).await;
    until("all is well", || !standings.lock().unwrap()["hook"].off).await;
    // Too late from the start; the next is not held up by it.
    tell(&requests, report(15, 0));
    tell(&requests, Report { topic: "n1".into(), ..report(16, 3_600_000) });
    until("only what is in time arrives", || receiver.keys().len() == 3).await;
    assert_eq!(receiver.keys(), ["sac-14", "sac-14", "sac-16"]);
    drop(requests);
    running.await.unwrap();
}
