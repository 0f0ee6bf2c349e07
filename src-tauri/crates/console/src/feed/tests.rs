//! The feed of a running engine against history: what a face holds after a batch is the floor at that batch's number.

use super::*;
use crate::rows;
use mirante_engine::config::Config;
use mirante_engine::{Follow, KeyStore, Options};
use mirante_floor::{Device, Kind, MemberPicture, Name, Outcome, Picture, QueuePicture, WaitingPicture};
use mirante_history::{History, OpenOptions};
use mirante_sources::{Caller, Phase, Report, Session, Source, SourceError, Wait};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::sync::mpsc;

type Lines = Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Result<Vec<Report>, SourceError>>>>;

/// A platform whose words a test writes. An error in the script breaks the session; the next goes on from there.
struct Scripted(Lines);

struct Line(Lines);

impl Source for Scripted {
    fn connect(&self, _last: Option<mirante_floor::Moment>) -> Wait<'_, Result<Box<dyn Session>, SourceError>> {
        Box::pin(async { Ok(Box::new(Line(self.0.clone())) as Box<dyn Session>) })
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

type Script = mpsc::UnboundedSender<Result<Vec<Report>, SourceError>>;

fn scripted(name: &str) -> (Script, Follow) {
    let (script, lines) = mpsc::unbounded_channel();
    let source = Arc::new(Scripted(Arc::new(tokio::sync::Mutex::new(lines))));
    (script, Follow { name: name.into(), label: name.to_uppercase(), kind: "asterisk", source })
}

/// Chance over a small world, so that calls, agents and queues meet in every order, sensible or not.
struct Chaos(SmallRng);

impl Chaos {
    fn pick(&mut self, prefix: &str, n: u32) -> Name {
        format!("{prefix}{}", self.0.random_range(0..n)).into()
    }

    fn caller(&mut self) -> Option<Caller> {
        let number = format!("1198765{:04}", self.0.random_range(0..50));
        self.0.random_bool(0.8).then(|| Caller { number: number.into(), name: "Fulano".into() })
    }

    fn device(&mut self) -> Device {
        [Device::Idle, Device::InUse, Device::Ringing, Device::Unavailable, Device::Unknown, Device::OnHold]
            [self.0.random_range(0..6)]
    }

    fn event(&mut self) -> Report {
        let (queue, call, agent) = (self.pick("fila-", 4), self.pick("c", 12), self.pick("21", 6));
        let kind = match self.0.random_range(0..12) {
            0..=2 => Kind::Entered {
                contact: self.pick("j", 8),
                caller: self.caller(),
                position: self.0.random_bool(0.7).then(|| self.0.random_range(1..5)),
                waited_ms: 0,
                queue,
                call,
            },
            3 => Kind::Left { queue, call, outcome: Outcome::ALL[self.0.random_range(0..8)], ago_ms: 0 },
            4 | 5 => Kind::Ringing { queue, call, agent },
            6 => Kind::Answered { queue, call, agent, leg: None },
            7 => {
                let transferred = self.0.random_bool(0.2);
                Kind::Completed { queue, call: Some(call), leg: None, agent, transferred, talk_ms: None }
            }
            8 => self.member(queue, agent),
            9 => Kind::MemberRemoved { queue, agent },
            10 => Kind::DeviceChanged { agent, device: self.device() },
            _ => Kind::CallEnded { call },
        };
        Report::Event { at: None, kind }
    }

    fn member(&mut self, queue: Name, agent: Name) -> Kind<Caller> {
        let paused = self.0.random_bool(0.3);
        Kind::Member {
            interface: format!("PJSIP/{agent}").into(),
            name: Some(Caller { number: agent.to_string().into(), name: format!("Operador {agent}").into() }),
            device: self.device(),
            paused,
            reason: paused.then(|| "almoço".into()),
            penalty: 0,
            in_call: None,
            paused_at: None,
            queue,
            agent,
        }
    }

    fn picture(&mut self) -> Report {
        let queues = (0..4).map(|n| QueuePicture {
            queue: format!("fila-{n}").into(),
            counters: Default::default(),
            levels: None,
        });
        let members = (0..6).map(|n| MemberPicture {
            queue: self.pick("fila-", 4),
            agent: format!("21{n}").into(),
            interface: format!("PJSIP/21{n}").into(),
            name: None,
            device: Device::Idle,
            paused: false,
            reason: None,
            penalty: 0,
            in_call: None,
            paused_at: None,
        });
        let members: Vec<_> = members.collect();
        let waiting = vec![WaitingPicture {
            queue: self.pick("fila-", 4),
            call: self.pick("c", 12),
            contact: None,
            caller: self.caller(),
            position: 1,
            waited_ms: 5_000,
        }];
        let mut picture = Picture { queues: queues.collect(), people: vec![], members: vec![], waiting };
        members.into_iter().for_each(|member| picture.add(member));
        Report::Picture(picture)
    }
}

/// What a face does with a batch.
fn take(held: &mut Rows, batch: Batch) {
    fn merge<T>(held: &mut BTreeMap<String, Option<T>>, news: BTreeMap<String, Option<T>>) {
        for (id, row) in news {
            match row {
                Some(row) => held.insert(id, Some(row)),
                None => held.remove(&id),
            };
        }
    }
    if batch.kind == BatchKind::Snapshot {
        *held = Rows::default();
    }
    let Rows { sources, queues, agents, callers, campaigns, alerts } = batch.rows;
    merge(&mut held.sources, sources);
    merge(&mut held.queues, queues);
    merge(&mut held.agents, agents);
    merge(&mut held.callers, callers);
    merge(&mut held.campaigns, campaigns);
    merge(&mut held.alerts, alerts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_face_holds_is_the_floor_of_history() {
    let data = tempfile::tempdir().unwrap();
    let (one, follow_one) = scripted("um");
    let (two, follow_two) = scripted("dois");
    let config = Config::parse("[[team]]\nid = \"n1\"\nlabel = \"N1\"\n").unwrap();
    let options =
        Options { data: data.path().into(), key: KeyStore::File, follow: vec![follow_one, follow_two], config };
    let engine = Arc::new(Engine::start(options).unwrap());
    let (stop, stopped) = watch::channel(false);
    let feed = Feed::start(engine.clone(), "run".into(), stopped);

    let (end_script, mut script_ended) = tokio::sync::oneshot::channel();
    let writing = tokio::spawn(async move {
        let mut chaos = Chaos(SmallRng::seed_from_u64(7));
        for step in 0.. {
            if script_ended.try_recv().is_ok() {
                break;
            }
            let script = if chaos.0.random_bool(0.5) { &one } else { &two };
            let line = match step % 300 {
                17 => Err(SourceError::passing(Phase::Port, "cut")),
                18 | 100 | 200 => Ok(vec![chaos.picture()]),
                _ => Ok((0..chaos.0.random_range(1..30)).map(|_| chaos.event()).collect()),
            };
            script.send(line).unwrap();
            tokio::time::sleep(Duration::from_millis(chaos.0.random_range(0..30))).await;
        }
        (one, two)
    });

    let reader = History::open(data.path(), &OpenOptions::reader()).unwrap();
    let people = reader.parties();
    let (mut held, mut known): (Rows, Option<(String, u64)>) = (Rows::default(), None);
    let (mut deltas, mut compared) = (0, 0);
    let mut chaos = Chaos(SmallRng::seed_from_u64(8));
    while deltas < 80 {
        let stream = known.as_ref().map(|(stream, _)| stream.as_str());
        let batch = feed.next(stream, known.as_ref().map(|(_, number)| *number)).await;
        deltas += usize::from(batch.kind == BatchKind::Delta);
        let seq = batch.seq;
        known = Some((batch.stream.clone(), batch.number));
        take(&mut held, batch);
        // A slow face: newer changes merge behind the batch.
        tokio::time::sleep(Duration::from_millis(chaos.0.random_range(0..120))).await;
        if chaos.0.random_bool(0.4) {
            engine.flush().await.unwrap();
            let past = reader.floor_at_seq(seq).unwrap();
            assert_eq!(past.seq, seq);
            // What no event tells of an alert is known only now: its plan, how far it climbed.
            let mut shown = held.clone();
            for row in shown.alerts.values_mut().flatten() {
                (row.figure, row.unit, row.silent, row.held_by, row.climb) = (None, None, None, None, None);
                (row.plan, row.group, row.legal) = (String::new(), String::new(), false);
            }
            assert_eq!(shown, rows::all(&past.floor, &people), "at event {seq}");
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared} compared");
    end_script.send(()).unwrap();
    let scripts = writing.await.unwrap();
    engine.shutdown().await;
    stop.send(true).unwrap();
    drop(scripts);

    // Closed in order, and nothing is missing.
    let past = reader.floor_at_seq(reader.newest_seq().unwrap()).unwrap();
    assert_eq!(past.floor, engine.live().read(|state| state.floor.clone()));
    for site in past.floor.sites.values() {
        // One that was between two sessions keeps its own reason.
        assert!(matches!(&site.link, mirante_floor::Link::Down { .. }));
    }
    assert_eq!(reader.faults().unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_event_goes_out_soon_and_a_busy_feed_is_paced() {
    let data = tempfile::tempdir().unwrap();
    let (script, follow) = scripted("um");
    let config = Config::default();
    let options = Options { data: data.path().into(), key: KeyStore::File, follow: vec![follow], config };
    let engine = Arc::new(Engine::start(options).unwrap());
    let (stop, stopped) = watch::channel(false);
    let feed = Feed::start(engine.clone(), "run".into(), stopped);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut number = feed.next(None, None).await.number;

    let mut chaos = Chaos(SmallRng::seed_from_u64(1));
    let began = Instant::now();
    let entered = |n: u32| Kind::Entered {
        queue: "q".into(),
        call: format!("c{n}").into(),
        contact: format!("c{n}").into(),
        caller: None,
        position: None,
        waited_ms: 0,
    };
    script.send(Ok(vec![Report::Event { at: None, kind: entered(0) }])).unwrap();
    let batch = feed.next(Some("run"), Some(number)).await;
    let took = began.elapsed();
    assert_eq!((batch.kind, batch.rows.callers.len()), (BatchKind::Delta, 1));
    assert!(took >= GATHER && took < Duration::from_millis(400), "{took:?}");

    number = batch.number;
    let began = Instant::now();
    let mut batches = 0;
    for n in 1..200 {
        script.send(Ok(vec![Report::Event { at: None, kind: entered(n) }, chaos.event()])).unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        let newest = feed.store().number;
        batches += newest - number;
        number = newest;
    }
    let most = began.elapsed().as_millis() as u64 / 100 + 2;
    assert!((3..=most).contains(&batches), "{batches} batches, at most {most}");
    engine.shutdown().await;
    stop.send(true).unwrap();
}
