//! The engine from outside: a scripted platform in, history and the live floor out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must end")]

mod common;

use common::{ONE, Scripted, entered, events, rig, waiting};
use mirante_engine::config::Config;
use mirante_engine::{Engine, EngineError, Follow, KeyStore, Options};
use mirante_floor::SourceId;
use mirante_floor::{Kind, Link};
use mirante_history::{History, HistoryError, OpenOptions};
use mirante_sources::{Phase, SourceError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc};

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_stop_says_so_and_the_next_start_goes_on() {
    let data = tempfile::tempdir().unwrap();
    for run in 1..=3u32 {
        let rig = rig(data.path(), "", None);
        rig.enter(run * 2);
        rig.enter(run * 2 + 1);
        rig.wait("two calls enter", |state| waiting(state) == 2 * run as usize).await;
        rig.engine.shutdown().await;
    }
    let events = events(data.path());
    for (n, pair) in events.windows(2).enumerate() {
        assert_eq!(pair[1].stamp.seq, pair[0].stamp.seq + 1, "no hole after event {}", n + 1);
        assert!(pair[1].stamp.seen >= pair[0].stamp.seen);
    }
    let count = |wanted: fn(&Kind) -> bool| events.iter().filter(|e| wanted(&e.kind)).count();
    assert_eq!(count(|k| matches!(k, Kind::LinkUp { .. })), 3);
    assert_eq!(count(|k| matches!(k, Kind::LinkDown { reason } if &**reason == "closed: Mirante closed")), 3);
    assert_eq!(count(|k| matches!(k, Kind::Configured(_))), 1, "a decision that is in force is not told again");
    assert_eq!(count(|k| matches!(k, Kind::DayStarted { .. })), 1);
    let epochs: Vec<u32> =
        events.iter().filter(|e| matches!(e.kind, Kind::LinkUp { .. })).map(|e| e.stamp.epoch).collect();
    assert_eq!(epochs, [1, 2, 3]);
    let history = History::open(data.path(), &OpenOptions::reader()).unwrap();
    assert_eq!(history.gaps(0, i64::MAX).unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_the_gap_begins_when_the_last_word_was_heard() {
    let data = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let rig1 = rig(data.path(), "", None);
    rig1.enter(1);
    rig1.wait("a call enters", |state| waiting(state) == 1).await;
    rig1.engine.flush().await.unwrap();
    // The files as the power would leave them.
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    let last = rig1.engine.live().read(|state| state.floor.sites[&ONE].seen);
    rig1.engine.shutdown().await;
    tokio::time::sleep(Duration::from_millis(30)).await;

    let rig2 = rig(copy.path(), "", None);
    rig2.wait("the source is heard again", |s| s.floor.sites.get(&ONE).is_some_and(|site| site.is_live())).await;
    assert_eq!(rig2.engine.live().read(waiting), 1, "who waited is still there until a picture says otherwise");
    rig2.engine.shutdown().await;
    let gaps = History::open(copy.path(), &OpenOptions::reader()).unwrap().gaps(0, i64::MAX).unwrap();
    assert_eq!((gaps.len(), gaps[0].from, &*gaps[0].reason), (1, last, "stopped: Mirante stopped"));
    assert!(gaps[0].to >= last + 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_password_is_not_tried_again_until_asked() {
    let data = tempfile::tempdir().unwrap();
    let refusal = SourceError::lasting(Phase::Login, "user or password refused");
    let rig = rig(data.path(), "", Some(refusal));
    let down = |state: &mirante_engine::State| {
        let link = state.floor.sites.get(&ONE).map(|site| &site.link);
        matches!(link, Some(Link::Down { reason, .. }) if &**reason == "password: user or password refused")
    };
    rig.wait("the refusal is said", down).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(rig.attempts.load(Ordering::Relaxed), 1);
    assert!(rig.engine.reconnect(ONE) && !rig.engine.reconnect(SourceId(9)));
    let deadline = Instant::now() + Duration::from_secs(5);
    while rig.attempts.load(Ordering::Relaxed) < 2 {
        assert!(Instant::now() < deadline, "never tried again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    rig.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_session_is_begun_again() {
    let data = tempfile::tempdir().unwrap();
    let rig = rig(data.path(), "", None);
    rig.enter(1);
    rig.script.send(Err(SourceError::passing(Phase::Port, "reset by peer"))).unwrap();
    rig.wait("the break is said", |s| {
        s.floor.sites.get(&ONE).is_some_and(|site| matches!(&site.link, Link::Down { .. }))
    })
    .await;
    assert_eq!(rig.engine.live().read(waiting), 1, "nothing turns to zero");
    rig.enter(2);
    rig.wait("the second call enters", |state| waiting(state) == 2).await;
    assert_eq!(rig.engine.live().read(|s| s.floor.sites[&ONE].epoch), 2);
    rig.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_writer_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let rig = rig(data.path(), "", None);
    let options =
        Options { data: data.path().into(), key: KeyStore::File, follow: Vec::new(), config: Config::default() };
    let second = Engine::start(options);
    assert!(matches!(second, Err(EngineError::History(HistoryError::Busy { .. }))));
    rig.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_is_read_without_waiting_for_the_fold() {
    let data = tempfile::tempdir().unwrap();
    let rig = rig(data.path(), "", None);
    rig.wait("connected", |s| s.floor.sites.get(&ONE).is_some_and(|site| site.is_live())).await;
    // The fold stands still; the session is read all the same.
    let live = rig.engine.live().clone();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let holder = std::thread::spawn(move || live.read(|_| held.recv().unwrap()));
    for call in 0..20_000 {
        rig.script.send(Ok(vec![entered(call)])).unwrap();
    }
    let deadline = Instant::now() + Duration::from_secs(10);
    while !rig.script.is_closed() && rig.engine.backlog() < 20_000 - 64 * 2 {
        assert!(Instant::now() < deadline, "the reader waited: {} read", rig.engine.backlog());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    hold.send(()).unwrap();
    holder.join().unwrap();
    rig.wait("the storm is folded", |state| waiting(state) == 20_000).await;
    rig.engine.shutdown().await;
    assert_eq!(events(data.path()).iter().filter(|e| matches!(e.kind, Kind::Entered { .. })).count(), 20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_finds_the_past_of_the_simulated_centre() {
    let data = tempfile::tempdir().unwrap();
    let text = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 2\nseed = 3\n";
    let config = Config::parse(text).unwrap();
    let start = || {
        Engine::start(Options {
            data: data.path().into(),
            key: KeyStore::File,
            follow: Vec::new(),
            config: config.clone(),
        })
        .unwrap()
    };
    let engine = start();
    let deadline = Instant::now() + Duration::from_secs(120);
    while engine.health().past_percent.is_some() {
        assert!(Instant::now() < deadline, "the past never ended: {:?}", engine.health());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    engine.live().read(|state| {
        assert!(state.floor.sites[&ONE].is_live());
        assert!(state.floor.config.sources[&ONE].1, "marked as a sample");
    });
    engine.shutdown().await;
    let history = History::open(data.path(), &OpenOptions::reader()).unwrap();
    assert_eq!(history.faults().unwrap(), [], "every segment replays to the floor that was live");
    let mut visits = 0;
    history
        .visits(0, i64::MAX, |_| {
            visits += 1;
            true
        })
        .unwrap();
    assert!(visits > 100, "{visits}");
    let days = events(data.path()).iter().filter(|e| matches!(e.kind, Kind::DayStarted { .. })).count();
    assert_eq!(days, 3);
    let newest = history.newest_seq().unwrap();
    assert_eq!(history.floor_at_seq(newest).unwrap().floor, engine.live().read(|state| state.floor.clone()));

    // The second start goes on in the present: no second past.
    let again = start();
    assert_eq!(again.health().past_percent, None);
    again.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_refusal_is_said_once() {
    let data = tempfile::tempdir().unwrap();
    let refusal = SourceError::passing(Phase::Port, "connection refused");
    let rig = rig(data.path(), "", Some(refusal));
    let deadline = Instant::now() + Duration::from_secs(20);
    while rig.attempts.load(Ordering::Relaxed) < 4 {
        assert!(Instant::now() < deadline, "never tried again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    rig.engine.shutdown().await;
    let downs = events(data.path()).iter().filter(|e| matches!(e.kind, Kind::LinkDown { .. })).count();
    assert_eq!(downs, 1);
}

/// Everything in force, in a few words.
fn in_force(config: &mirante_floor::Config) -> (usize, Vec<&str>, Vec<&str>, Vec<&str>) {
    (
        config.sources.len(),
        config.queues.keys().map(|(_, queue)| &**queue).collect(),
        config.persons.keys().map(|id| &**id).collect(),
        config.teams.keys().map(|id| &**id).collect(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_file_names_no_more_is_not_in_force() {
    const TWO: &str = "[[source]]\nname = \"um\"\nkind = \"asterisk\"\nhost = \"h\"\nusername = \"u\"\nsecret = \"env:S\"\n\
        [[queue]]\nname = \"sac\"\n[[queue]]\nname = \"vendas\"\n[[team]]\nid = \"n1\"\nlabel = \"N1\"\n\
        [[person]]\nid = \"ana\"\nname = \"Ana\"\nlogins = [{ agent = \"1\" }]\n";
    let data = tempfile::tempdir().unwrap();
    let config = |text: &str| Config::parse(text).unwrap();
    let first = rig(data.path(), TWO, None);
    let all = |state: &mirante_engine::State| {
        in_force(&state.floor.config) == (1, vec!["sac", "vendas"], vec!["ana"], vec!["n1"])
    };
    first.wait("all is in force", all).await;
    // While it runs, and at the next start.
    let less = TWO.replace("[[queue]]\nname = \"vendas\"\n", "");
    first.engine.configure(&config(&less)).unwrap();
    first.wait("a queue is gone", |s| in_force(&s.floor.config).1 == ["sac"]).await;
    first.engine.shutdown().await;

    let less = less.split("[[queue]]").next().unwrap().to_owned();
    let second = rig(data.path(), &less, None);
    second.wait("all but the source is gone", |s| in_force(&s.floor.config) == (1, vec![], vec![], vec![])).await;
    assert!(second.engine.live().read(|s| s.floor.config.logins.is_empty()));
    second.engine.shutdown().await;

    let options =
        Options { data: data.path().into(), key: KeyStore::File, follow: Vec::new(), config: Config::default() };
    let third = Engine::start(options).unwrap();
    third.flush().await.unwrap();
    third.live().read(|state| {
        assert_eq!(state.floor.config.sources.len(), 0);
        assert!(state.floor.sites.contains_key(&ONE), "its past stays");
    });
    third.shutdown().await;
    let history = History::open(data.path(), &OpenOptions::reader()).unwrap();
    assert_eq!(history.faults().unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_left_and_followed_again() {
    let data = tempfile::tempdir().unwrap();
    let rig = rig(data.path(), "", None);
    let is_up = |s: &mirante_engine::State| s.floor.sites.get(&ONE).is_some_and(|site| site.is_live());
    rig.wait("connected", is_up).await;
    assert!(!rig.engine.leave(SourceId(9), &Config::default()).await.unwrap());
    assert!(rig.engine.leave(ONE, &Config::default()).await.unwrap());
    rig.wait("it is gone", |s| s.floor.config.sources.is_empty()).await;
    let is_removed = |s: &mirante_engine::State| matches!(&s.floor.sites[&ONE].link, Link::Down { reason, .. } if reason.starts_with("removed: "));
    assert!(rig.engine.live().read(is_removed));
    assert!(!rig.engine.reconnect(ONE) && rig.engine.sources().is_empty());

    let follow = || {
        let (script, lines) = mpsc::unbounded_channel();
        let attempts = Arc::new(AtomicUsize::new(0));
        let source = Scripted { lines: Arc::new(Mutex::new(lines)), refusal: None, attempts };
        (script, Follow { name: "um".into(), label: "Um".into(), kind: "asterisk", source: Arc::new(source) })
    };
    let (_first, again) = follow();
    assert_eq!(rig.engine.follow(again, &Config::default()).await.unwrap(), ONE, "the same number for ever");
    rig.wait("it is followed again", |s| s.floor.config.sources.contains_key(&ONE) && is_up(s)).await;

    // At another place, the running session ends, and says so.
    let (_second, elsewhere) = follow();
    rig.engine.follow(elsewhere, &Config::default()).await.unwrap();
    rig.wait("the new session is up", |s| s.floor.sites[&ONE].epoch == 3 && is_up(s)).await;
    rig.engine.shutdown().await;
    let reasons: Vec<String> = events(data.path())
        .into_iter()
        .filter_map(|e| match e.kind {
            Kind::LinkDown { reason } => Some(reason.split(':').next().unwrap_or_default().to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, ["removed", "again", "closed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_decide_about_a_simulated_queue_stands() {
    let data = tempfile::tempdir().unwrap();
    let text = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 0\n";
    let start = || {
        let (key, config) = (KeyStore::File, Config::parse(text).unwrap());
        Engine::start(Options { data: data.path().into(), key, follow: Vec::new(), config }).unwrap()
    };
    let engine = start();
    engine.flush().await.unwrap();
    let queues = engine.live().read(|state| state.floor.config.queues.clone());
    let ((_, name), said) = queues.first_key_value().expect("the centre names its queues");
    let queue = format!("[[queue]]\nname = \"{name}\"\nlabel = \"Nossa\"\ntarget = \"95/7\"\n");
    engine.configure(&Config::parse(&format!("{text}{queue}")).unwrap()).unwrap();
    engine.flush().await.unwrap();
    engine.shutdown().await;

    let engine = start();
    engine.flush().await.unwrap();
    let after = engine.live().read(|state| state.floor.config.clone());
    let setup = after.queue(ONE, name);
    assert_eq!((setup.label.as_deref(), setup.goal.percent), (Some("Nossa"), 95), "was {said:?}");
    assert_eq!(after.queues.len(), queues.len(), "nothing that the centre said of itself is gone");
    assert!(!after.persons.is_empty());
    engine.shutdown().await;
}
