//! A queue_log on another computer: what is followed must not depend on where the log lies.

use flate2::write::GzEncoder;
use mirante_sources::asterisk::queue_log::{LogAt, LogPlace, Tail, TailAt};
use mirante_sources::asterisk::{AsteriskConfig, Diagnosis, Fingerprint, Layer, LayerState, Secret, check};
use mirante_tail::Log;
use mirante_tail::identity::Identity;
use mirante_tail::server::Server;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A wire that can be cut: every connection through it ends at once.
pub(crate) struct Wire {
    pub(crate) port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    pub(crate) fn to(port: u16) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let wire = Wire { port: listener.local_addr().expect("address").port(), open: Arc::default() };
        let open = wire.open.clone();
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().expect("clone"), to.try_clone().expect("clone"));
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                open.lock().expect("open").extend([near, far]);
            }
        });
        wire
    }

    pub(crate) fn cut(&self) {
        for stream in self.open.lock().expect("open").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// A log as a PBX writes it.
pub(crate) struct Written(pub(crate) tempfile::TempDir);

impl Written {
    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("queue_log")
    }

    pub(crate) fn old(&self, end: &str) -> PathBuf {
        self.0.path().join(format!("queue_log{end}"))
    }

    pub(crate) fn line(&self, call: &str) {
        append(&self.path(), &format!("1795290492|{call}|sac|NONE|ABANDON|1|1|3\n"));
    }
}

fn append(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path).expect("open");
    file.write_all(text.as_bytes()).expect("write");
}

fn poll(tail: &mut Tail) -> Vec<String> {
    let mut calls = Vec::new();
    tail.poll(|line| calls.push(line.call.text().into_owned()));
    calls
}

/// What comes within a while, as long as `wanted` are not there yet.
fn wait(tail: &mut Tail, wanted: usize) -> Vec<String> {
    let (mut calls, until) = (Vec::new(), Instant::now() + Duration::from_secs(30));
    while calls.len() < wanted && Instant::now() < until {
        calls.extend(poll(tail));
        thread::sleep(Duration::from_millis(20));
    }
    calls
}

/// Growth, rotation by renaming, packing, copying and cutting, and a cut wire.
pub(crate) fn is_followed(at: &LogAt, log: &Written, wire: &Wire) {
    log.line("1.1");
    let mut tail = Tail::at_end(at.open());
    assert_eq!(poll(&mut tail), [""; 0]);
    log.line("1.2");
    assert_eq!(poll(&mut tail), ["1.2"]);
    log.line("1.3");
    fs::rename(log.path(), log.old(".1")).expect("rename");
    assert_eq!(poll(&mut tail), ["1.3"], "written before the rotation");
    log.line("2.1");
    assert_eq!(poll(&mut tail), ["2.1"]);
    log.line("2.2");
    let packed = fs::File::create(log.old("-20261121.gz")).expect("create");
    let mut packed = GzEncoder::new(packed, Default::default());
    packed.write_all(&fs::read(log.path()).expect("read")).expect("write");
    packed.finish().expect("packed");
    fs::remove_file(log.path()).expect("remove");
    assert_eq!(poll(&mut tail), ["2.2"], "from the packed file");
    log.line("3.1");
    assert_eq!(poll(&mut tail), ["3.1"]);
    fs::copy(log.path(), log.old(".2")).expect("copy");
    fs::write(log.path(), "").expect("cut");
    log.line("4.1");
    log.line("4.2");
    assert_eq!(poll(&mut tail), ["4.1", "4.2"]);
    wire.cut();
    log.line("4.3");
    assert_eq!(wait(&mut tail, 1), ["4.3"], "after the connection was lost");
    // Rotated while nobody could look.
    wire.cut();
    log.line("4.4");
    fs::rename(log.path(), log.old(".3")).expect("rename");
    log.line("5.1");
    assert_eq!(wait(&mut tail, 2), ["4.4", "5.1"]);
    // More than one answer holds.
    let calls: Vec<String> = (0..20_000).map(|n| format!("6.{n}")).collect();
    let lines: String = calls.iter().map(|call| format!("1795290493|{call}|sac|NONE|ABANDON|1|1|3\n")).collect();
    append(&log.path(), &lines);
    assert!(wait(&mut tail, calls.len()) == calls);
}

/// A place that keeps failing is asked seldom, and says why each time.
pub(crate) fn is_refused(place: &mut dyn LogPlace) -> io::Error {
    let first = place.size().expect_err("refused");
    let second = place.size().expect_err("refused");
    assert_eq!((first.kind(), first.to_string()), (second.kind(), second.to_string()));
    first
}

/// A `mirantectl tail`: its identity and its port.
fn tail() -> (Written, Identity, u16) {
    let log = Written(tempfile::tempdir().expect("tempdir"));
    let (identity, _) = Identity::of(&log.0.path().join("state")).expect("identity");
    let server = Server::bind("127.0.0.1:0", Log::new(log.path()), &identity, |_| {}).expect("bound");
    let port = server.address().expect("address").port();
    thread::spawn(move || server.run());
    (log, identity, port)
}

fn at(identity: &Identity, port: u16) -> TailAt {
    TailAt { host: "127.0.0.1".into(), port, fingerprint: identity.fingerprint(), token: Secret::new(identity.token()) }
}

#[test]
fn a_log_behind_a_tail_is_followed() {
    let (log, identity, port) = tail();
    let wire = Wire::to(port);
    is_followed(&LogAt::Tail(at(&identity, wire.port)), &log, &wire);
}

#[tokio::test]
async fn a_connection_test_looks_at_the_log_too() {
    let (log, identity, port) = tail();
    let nobody = TcpListener::bind("127.0.0.1:0").expect("bind").local_addr().expect("address").port();
    let config = AsteriskConfig { queue_log: Some(LogAt::Tail(at(&identity, port))), ..crate::fake::config(nobody) };
    let last = |found: Diagnosis| found.layers.last().map(|check| (check.layer, check.state, check.detail.clone()));
    let (layer, state, detail) = last(check(&config).await).expect("a layer");
    assert!((layer, state) == (Layer::QueueLog, LayerState::Failed) && detail.contains("no such file"), "{detail}");
    log.line("1.1");
    let (layer, state, detail) = last(check(&config).await).expect("a layer");
    assert_eq!((layer, state), (Layer::QueueLog, LayerState::Ok), "although AMI does not answer");
    assert_eq!(detail, format!("tail://127.0.0.1:{port}: 38 bytes"));
}

#[test]
fn a_tail_that_is_not_the_right_one_says_what_to_do() {
    let (_log, identity, port) = tail();
    let right = at(&identity, port);
    let other = Fingerprint::of(b"another");
    let error = is_refused(&mut *LogAt::Tail(TailAt { fingerprint: other, ..right.clone() }).open()).to_string();
    for part in ["not the pinned one", &other.to_string(), &identity.fingerprint().to_string()] {
        assert!(error.contains(part), "{error}");
    }
    let wrong = TailAt { token: Secret::new("00".repeat(32)), ..right.clone() };
    let error = is_refused(&mut *LogAt::Tail(wrong).open());
    assert!(error.kind() == ErrorKind::PermissionDenied && error.to_string().contains("token"), "{error}");
    let short = TailAt { token: Secret::new("abc"), ..right };
    let error = is_refused(&mut *LogAt::Tail(short).open()).to_string();
    assert!(error.contains("64 hexadecimal digits") && !error.contains("abc"), "{error}");
}
