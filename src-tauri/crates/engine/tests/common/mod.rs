//! A scripted platform, and an engine that follows it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses its part

use mirante_engine::config::Config;
use mirante_engine::{Engine, Follow, KeyStore, Options};
use mirante_floor::{Event, Kind, Picture, SourceId, WaitingPicture};
use mirante_history::{History, OpenOptions};
use mirante_sources::{Caller, Report, Session, Source, SourceError, Wait};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc};

pub type Lines = mpsc::UnboundedReceiver<Result<Vec<Report>, SourceError>>;

/// A platform whose words a test writes.
pub struct Scripted {
    pub lines: Arc<Mutex<Lines>>,
    pub refusal: Option<SourceError>,
    pub attempts: Arc<AtomicUsize>,
}

struct Line(Arc<Mutex<Lines>>);

impl Source for Scripted {
    fn connect(&self, _last: Option<mirante_floor::Moment>) -> Wait<'_, Result<Box<dyn Session>, SourceError>> {
        Box::pin(async {
            self.attempts.fetch_add(1, Ordering::Relaxed);
            match &self.refusal {
                Some(refusal) => Err(refusal.clone()),
                None => Ok(Box::new(Line(self.lines.clone())) as Box<dyn Session>),
            }
        })
    }
}

impl Session for Line {
    fn platform(&self) -> &str {
        "Scripted 1"
    }

    fn next<'a>(&'a mut self, out: &'a mut Vec<Report>) -> Wait<'a, Result<(), SourceError>> {
        Box::pin(async move {
            match self.0.lock().await.recv().await {
                Some(Ok(reports)) => out.extend(reports),
                Some(Err(error)) => return Err(error),
                None => std::future::pending().await,
            }
            Ok(())
        })
    }
}

pub struct Rig {
    pub script: mpsc::UnboundedSender<Result<Vec<Report>, SourceError>>,
    pub attempts: Arc<AtomicUsize>,
    pub engine: Engine,
}

pub fn rig(data: &Path, config: &str, refusal: Option<SourceError>) -> Rig {
    let (script, lines) = mpsc::unbounded_channel();
    let attempts = Arc::new(AtomicUsize::new(0));
    let source = Scripted { lines: Arc::new(Mutex::new(lines)), refusal, attempts: attempts.clone() };
    let follow = Follow { name: "um".into(), label: "Um".into(), kind: "asterisk", source: Arc::new(source) };
    let config = Config::parse(config).unwrap();
    let options = Options { data: data.into(), key: KeyStore::File, follow: vec![follow], config };
    Rig { script, attempts, engine: Engine::start(options).unwrap() }
}

impl Rig {
    pub fn enter(&self, call: u32) {
        self.script.send(Ok(vec![entered(call)])).unwrap();
    }

    /// The platform describes itself as it is on the floor: everything that was missed has been told before.
    pub async fn pictured(&self) {
        let waiting = self.engine.live().read(|state| {
            let site = &state.floor.sites[&ONE];
            let one = |visit: &mirante_floor::Visit| WaitingPicture {
                queue: visit.queue.clone(),
                call: visit.call.clone(),
                contact: None,
                caller: None,
                position: 1,
                waited_ms: 0,
            };
            site.visits.values().map(one).collect()
        });
        self.script
            .send(Ok(vec![Report::Picture(Picture {
                people: Vec::new(),
                queues: Vec::new(),
                members: Vec::new(),
                waiting,
            })]))
            .unwrap();
        self.wait("a picture", |state| state.pictured.contains(&ONE)).await;
    }

    pub async fn wait(&self, what: &str, mut until: impl FnMut(&mirante_engine::State) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.engine.live().read(&mut until) {
            assert!(Instant::now() < deadline, "never happened: {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

pub fn entered(call: u32) -> Report {
    let kind = Kind::Entered {
        queue: "sac".into(),
        call: format!("c{call}").into(),
        contact: format!("c{call}").into(),
        caller: Some(Caller { number: format!("119876512{call:02}").into(), name: "".into() }),
        position: None,
        waited_ms: 0,
    };
    Report::Event { at: Some(1_700_000_000_000 + i64::from(call)), kind }
}

pub fn events(data: &Path) -> Vec<Event> {
    let history = History::open(data, &OpenOptions::reader()).unwrap();
    let mut events = Vec::new();
    history
        .events(1..=u64::MAX >> 1, |event| {
            events.push(event.clone());
            true
        })
        .unwrap();
    events
}

pub const ONE: SourceId = SourceId(1);

pub fn waiting(state: &mirante_engine::State) -> usize {
    state.floor.sites.get(&ONE).map_or(0, |site| site.visits.len())
}
