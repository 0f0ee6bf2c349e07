//! A past moment is what it was: the floor that the engine held is the one that history gives for that moment, through stretches
//! that are closed, at their seams, in the journal, and after ends good and bad.

use crate::count;
use mirante_engine::config::Config;
use mirante_engine::{Engine, EngineError, Follow, KeyStore, Options, State};
use mirante_floor::Floor;
use mirante_history::{Board, History, HistoryError, OpenOptions};
use mirante_tests::load::{Driver, Plan, Size};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Major, Pbx, install};
use rand::RngExt;
use rand::seq::SliceRandom;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Floors kept of a stretch that is watched, at most: they are drawn evenly from all that were seen.
const MOST: usize = 3_000;

/// A simulated week that is told, then a day or so that is lived, with a clean stop and with an end without a word.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "watches a simulated week: cargo xtask prove rewind"]
async fn a_simulated_week_is_what_it_was() {
    let data = tempfile::tempdir().expect("tempdir");
    let start = |warp: u32| {
        let text = format!("[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 7\nseed = 4\nwarp = {warp}\n");
        begin(data.path(), &Config::parse(&text).expect("a configuration"), Vec::new())
    };
    let mut held = Held::default();

    let engine = start(900);
    let told = |engine: &Engine| engine.health().past_percent.is_none();
    held.watch(&engine, "told", Duration::from_secs(300), told).await;
    held.watch(&engine, "lived", Duration::from_secs(25), |_| false).await;
    engine.shutdown().await;
    held.over(data.path());

    let engine = start(900);
    held.watch(&engine, "after a stop", Duration::from_secs(20), |_| false).await;
    // No word to history: what the writer had not taken is gone.
    drop(engine);
    wait_for_the_writer(data.path()).await;
    held.over(data.path());

    // Too slow for a stretch to be closed: all of it stays in the journal.
    let engine = start(30);
    held.watch(&engine, "after a crash", Duration::from_secs(15), |_| false).await;
    engine.shutdown().await;
    held.over(data.path());
    held.judge(data.path(), "simulated week");
}

/// Traffic on a real Asterisk; part of it is closed into stretches on the way, so that there are seams.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs a real PBX for two minutes: cargo xtask prove rewind"]
async fn a_run_on_a_real_asterisk_is_what_it_was() {
    let tree = install(Major::V22, false, &|words| println!("{words}")).expect("an Asterisk from Debian");
    let pbx = Pbx::start(&tree).expect("a running PBX");
    println!("{} on {}", pbx.version(), pbx.address());
    let folder = tempfile::tempdir().expect("tempdir");
    std::fs::write(folder.path().join("secret"), mirante_tests::pbx::config::MIRANTE.1).expect("a secret");
    let text = mirante_tests::hub::following(pbx.address(), Some(&pbx.queue_log()));
    let secret = format!("file:{}", folder.path().join("secret").display());
    let config = Config::parse(&text.replace("env:MIRANTE_RIG_SECRET", &secret)).expect("a configuration");
    let data = folder.path().join("data");
    let ami = pbx.driver().expect("a session");
    let calls = std::thread::spawn(move || {
        let size = Size { seconds: 80, inbound: 4.0, ..Size::default() };
        Driver::new(ami, &Plan::of_every_kind(21, size, &CENTRE), &CENTRE)
            .run(mirante_tests::load::Options { drain: Duration::from_secs(5) }, |_| {})
    });
    let mut held = Held::default();
    for (nth, name) in ["first", "second", "third", "fourth"].into_iter().enumerate() {
        let engine = begin(&data, &config, mirante_engine::follow(&config, folder.path()));
        held.watch(&engine, name, Duration::from_secs(20), |_| false).await;
        if nth % 2 == 0 {
            engine.shutdown().await;
        } else {
            drop(engine);
        }
        wait_for_the_writer(&data).await;
        held.over(&data);
        if nth < 3 {
            // What ten minutes would do: the run is short.
            let mut history = History::open(&data, &OpenOptions::writer()).expect("open");
            let recovered = history.recover().expect("recover");
            let sealed = history.seal(&recovered.floor, recovered.next_seq - 1).expect("seal").expect("a journal");
            assert!(sealed.faithful);
        }
    }
    calls.join().expect("a driver that does not panic").expect("a whole run");
    held.judge(&data, "run on a real Asterisk");
}

fn begin(data: &Path, config: &Config, follow: Vec<Follow>) -> Engine {
    let options = Options { data: data.into(), key: KeyStore::File, follow, config: config.clone() };
    Engine::start(options).unwrap_or_else(|error: EngineError| panic!("the engine starts: {error}"))
}

/// Until whoever wrote has ended.
async fn wait_for_the_writer(data: &Path) {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        match History::open(data, &OpenOptions::writer()) {
            Ok(_) => return,
            Err(HistoryError::Busy { .. }) if Instant::now() < limit => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// What the engine held, as seen from outside.
#[derive(Default)]
struct Held {
    /// By the newest event in it.
    floors: BTreeMap<u64, Capture>,
}

struct Capture {
    floor: Floor,
    during: &'static str,
}

impl Held {
    /// Looks at the live floor again and again, until `is_over` or for so long.
    async fn watch(&mut self, engine: &Engine, during: &'static str, most: Duration, is_over: fn(&Engine) -> bool) {
        let (live, stop) = (engine.live().clone(), AtomicBool::new(false));
        let (seen, taken) = std::thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut dice = rand::rng();
                let (mut seen, mut taken): (usize, Vec<(u64, Floor)>) = Default::default();
                let mut newest = 0;
                while !stop.load(Ordering::Relaxed) {
                    let look = |state: &State| (state.seq > newest).then(|| (state.seq, state.floor.clone()));
                    let Some((seq, floor)) = live.read(look) else {
                        std::thread::sleep(Duration::from_micros(100));
                        continue;
                    };
                    (newest, seen) = (seq, seen + 1);
                    // Any of all that are seen is kept with the same chance.
                    if taken.len() < MOST {
                        taken.push((seq, floor));
                    } else if let Some(place) = taken.get_mut(dice.random_range(0..seen)) {
                        *place = (seq, floor);
                    }
                }
                (seen, taken)
            });
            let until = Instant::now() + most;
            while Instant::now() < until && !is_over(engine) {
                std::thread::sleep(Duration::from_millis(20));
            }
            stop.store(true, Ordering::Relaxed);
            watcher.join().expect("a watcher that does not panic")
        });
        assert!(most < Duration::from_secs(100) || is_over(engine), "not over after {most:?}");
        println!("{during}: {seen} floors seen, {} kept", taken.len());
        self.floors.extend(taken.into_iter().map(|(seq, floor)| (seq, Capture { floor, during })));
    }

    /// A life is over: what was not stored never was, and its numbers are given again.
    fn over(&mut self, data: &Path) {
        let history = History::open(data, &OpenOptions::reader()).expect("open for reading");
        let stored = history.newest_seq().expect("newest");
        drop(self.floors.split_off(&(stored + 1)));
    }

    /// A thousand moments at random.
    fn judge(self, data: &Path, name: &str) {
        let wanted = count("MIRANTE_MOMENTS", 1_000);
        let history = History::open(data, &OpenOptions::reader()).expect("open for reading");
        assert_eq!(history.faults().expect("faults"), [], "every stretch replays to the floor that was live");
        // A floor was live from the arrival of its newest event until the next one arrived; both by the newest arrival so far.
        let mut arrivals: Vec<i64> = vec![i64::MIN];
        let each = |event: &mirante_floor::Event| {
            assert_eq!(event.stamp.seq, arrivals.len() as u64, "no holes");
            arrivals.push(event.stamp.seen.max(arrivals[arrivals.len() - 1]));
            true
        };
        history.events(1..=u64::MAX >> 1, each).expect("events");
        let stretches = stretches(data);
        let mut dice = rand::rng();
        let mut moments: Vec<(i64, u64, Capture)> = Vec::new();
        for (seq, capture) in self.floors {
            let from = arrivals[seq as usize];
            let Some(next) = arrivals.get(seq as usize + 1).filter(|next| **next > from) else { continue };
            moments.push((dice.random_range(from..*next), seq, capture));
        }
        let all = moments.len();
        assert!(all >= wanted, "only {all} moments to judge");
        // What is rare among them, seams and the journal, as far as it was seen; and others at random.
        let is_seam = |seq: u64| stretches.iter().any(|(first, last)| *last == seq || *first == seq);
        let is_closed = |seq: u64| stretches.last().is_some_and(|(_, last)| seq <= *last);
        moments.shuffle(&mut dice);
        moments.sort_by_key(|(_, seq, _)| is_closed(*seq) && !is_seam(*seq));
        moments.truncate(wanted);

        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        let mut seeks: Vec<Duration> = Vec::new();
        for (nth, (time, seq, Capture { floor, during })) in moments.iter().enumerate() {
            let past = history.floor_at(*time).expect("a past floor");
            assert_eq!(past.seq, *seq, "{during}: at {time}");
            assert!(past.floor == *floor, "{during}: the floor at {time} (event {seq}) is not the one that was live");
            // The same way through the same bytes: some are enough.
            if nth.is_multiple_of(20) {
                let by_event = history.floor_at_seq(*seq).expect("a past floor");
                assert!(by_event.floor == *floor, "{during}: the floor after event {seq} is not the one that was live");
            }
            let begun = Instant::now();
            let board = history.board_at(*time).expect("a past board");
            seeks.push(begun.elapsed());
            assert_eq!(board.seq, *seq, "{during}: the board at {time}");
            assert!(
                board.board == Board::of(floor),
                "{during}: the board at {time} (event {seq}) is not the one that was live"
            );
            let place = match (is_seam(*seq), is_closed(*seq)) {
                (true, _) => "at a seam",
                (false, true) => "within a closed stretch",
                (false, false) => "in the journal",
            };
            *places.entry(place).or_default() += 1;
            *times.entry(during).or_default() += 1;
        }
        println!(
            "{} random moments of {all} of a {name} ({} events, {} closed stretches) are what the engine held: {places:?}, {times:?}",
            moments.len(),
            arrivals.len() - 1,
            stretches.len()
        );
        seeks.sort();
        println!("a past board of them in p50 {:?}, p99 {:?}", seeks[seeks.len() / 2], seeks[seeks.len() * 99 / 100]);
        assert_eq!(places.len(), 3, "each kind of place is among them: {places:?}");
    }
}

/// First and last event of each closed stretch, in order.
fn stretches(data: &Path) -> Vec<(u64, u64)> {
    let db = rusqlite::Connection::open(data.join("mirante.db")).expect("open");
    let mut all = db.prepare("SELECT seq_first, seq_last FROM segment ORDER BY seq_first").expect("a query");
    all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).and_then(Iterator::collect).expect("stretches")
}
