//! A simulated day at speed: what the live floor was at a second of it is what history says it was at that second.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on must end, and says what it judged"
)]

use mirante_engine::config::Config;
use mirante_engine::{Engine, KeyStore, Options};
use mirante_floor::Floor;
use mirante_history::{History, OpenOptions};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Simulated seconds to judge.
const SECONDS: usize = 200;
/// Ms in a day.
const DAY_MS: i64 = 24 * 60 * 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_floor_at_two_hundred_seconds_of_a_day_is_what_was_live_then() {
    let data = tempfile::tempdir().unwrap();
    // A day passes in less than half a minute: every hour of it, a midnight, and a sealed segment each quarter of a second.
    let text = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 0\nseed = 8\nwarp = 3600\n";
    let config = Config::parse(text).unwrap();
    let options = Options { data: data.path().into(), key: KeyStore::File, follow: Vec::new(), config };
    let engine = Engine::start(options).unwrap();
    let from = engine.now();
    let limit = Instant::now() + Duration::from_secs(90);
    let mut live: BTreeMap<u64, (i64, Floor)> = BTreeMap::new();
    while engine.now() - from <= DAY_MS {
        assert!(Instant::now() < limit, "the day never ended");
        let (seq, floor) = engine.live().read(|state| (state.seq, state.floor.clone()));
        let now = engine.now();
        live.entry(seq).or_insert((now, floor));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    engine.shutdown().await;

    let history = History::open(data.path(), &OpenOptions::reader()).unwrap();
    assert_eq!(history.faults().unwrap(), [], "every segment replays to the floor that was live");
    let mut seen: BTreeMap<u64, i64> = BTreeMap::new();
    history
        .events(1..=u64::MAX >> 1, |event| {
            seen.insert(event.stamp.seq, event.stamp.seen);
            true
        })
        .unwrap();

    // The floor after an event was live from that event's arrival until the next one's: a whole second between the two is a
    // second at which this floor was on screen.
    let moments: Vec<(i64, u64, &Floor)> = live
        .iter()
        .filter_map(|(seq, (now, floor))| {
            let (arrived, next) = (*seen.get(seq)?, *seen.get(&(seq + 1))?);
            assert!(*now >= arrived, "event {seq} was live before it arrived");
            let second = (arrived + 999) / 1000 * 1000;
            (second < next).then_some((second, *seq, floor))
        })
        .collect();
    assert!(moments.len() >= SECONDS, "only {} of {} captures hold a whole second", moments.len(), live.len());
    let span = moments.last().unwrap().0 - moments[0].0;
    assert!(span > DAY_MS * 9 / 10, "only {span} ms of the day");

    let mut judged = 0;
    // Spread over the whole day.
    for (second, seq, floor) in (0..SECONDS).map(|n| moments[n * (moments.len() - 1) / (SECONDS - 1)]) {
        let past = history.floor_at(second).unwrap();
        assert_eq!(past.seq, seq, "at {second}");
        assert!(past.floor == *floor, "the floor at {second} (event {seq}) is not what was live");
        judged += 1;
    }
    println!("{judged} seconds over {} simulated minutes, of {} events", span / 60_000, seen.len());
}
