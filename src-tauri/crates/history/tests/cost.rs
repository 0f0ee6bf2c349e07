//! What keeping a large centre costs. Run by hand:
//! `cargo test --release -p mirante-history --test cost -- --ignored --nocapture`

mod common;

use common::{Live, MORNING, streams};
use mirante_floor::*;
use std::time::{Duration, Instant};

const QUEUES: u64 = 200;
const AGENTS: u64 = 2_000;
const EVENTS_A_SECOND: u64 = 200;
const SECONDS: u64 = 900;

/// Something that happens in a centre, by a fixed recurrence.
fn kind(n: u64) -> Kind {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let (queue, agent) = (format!("q{}", mixed % QUEUES), format!("{}", 2_000 + mixed % AGENTS));
    let call = format!("1795000020.{}", n / 5);
    match n % 5 {
        0 => streams::entered(&format!("q{}", (n / 5) % QUEUES), &call),
        1 => streams::member(&queue, &agent, Device::Idle, mixed.is_multiple_of(9)),
        2 => streams::answered(&format!("q{}", (n / 5) % QUEUES), &call, &agent),
        3 => Kind::DeviceChanged { agent: agent.into(), device: Device::InUse },
        _ => Kind::CallEnded { call: call.into() },
    }
}

#[test]
#[ignore = "a measurement, not a check"]
fn a_quarter_of_an_hour_of_a_large_centre() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    for n in 0..AGENTS {
        let member = streams::member(&format!("q{}", n % QUEUES), &format!("{}", 2_000 + n), Device::Idle, false);
        live.happen(1, MORNING, member);
    }
    live.keep();
    live.seal();
    let (mut slowest, mut all) = (Duration::ZERO, Duration::ZERO);
    let first = live.seq;
    for second in 0..SECONDS {
        for n in 0..EVENTS_A_SECOND {
            let n = second * EVENTS_A_SECOND + n;
            live.happen(1, MORNING + (n * 1_000 / EVENTS_A_SECOND) as i64, kind(n));
        }
        let begun = Instant::now();
        live.keep();
        slowest = slowest.max(begun.elapsed());
        all += begun.elapsed();
    }
    println!("commit of {EVENTS_A_SECOND} events: mean {:?}, slowest {slowest:?}", all / SECONDS as u32);
    let begun = Instant::now();
    live.history.recover().expect("recover");
    println!("recovery from a full journal: {:?}", begun.elapsed());
    let begun = Instant::now();
    let sealed = live.seal();
    let (events, took) = (live.seq - first, begun.elapsed());
    assert!(sealed.faithful);
    println!(
        "seal of {events} events: {took:?}, {} bytes, {:.1} an event",
        sealed.bytes,
        sealed.bytes as f64 / events as f64
    );
    let size = mirante_history::keyframe(&live.floor).expect("keyframe").len();
    for part in [0, 1, 2, 4] {
        let begun = Instant::now();
        live.history.floor_at(MORNING + SECONDS as i64 * 250 * part).expect("past");
        println!("seek to {part}/4 of it: {:?} (keyframe {size} bytes)", begun.elapsed());
    }
}

/// What a commit takes while nothing else happens, while a backup is made, and while SQLite's own `VACUUM INTO` copies instead.
#[test]
#[ignore = "a measurement, not a check"]
fn commits_while_a_backup_is_made() {
    use mirante_history::{Backup, backup};
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    let dir = tempfile::tempdir().expect("tempdir");
    let data = dir.path().join("data");
    let mut live = Live::open(&data);
    live.happen(1, MORNING, kind(0));
    live.keep();
    // As large as a year of a middling centre, of bytes that do not compress.
    rusqlite::Connection::open(data.join("mirante.db"))
        .and_then(|db| {
            db.execute_batch(
                "CREATE TABLE ballast (id INTEGER PRIMARY KEY, bytes BLOB) STRICT;
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
                 INSERT INTO ballast SELECT i, randomblob(1 << 20) FROM n;
                 PRAGMA wal_checkpoint(TRUNCATE)",
            )
        })
        .expect("ballast");
    let measured = |live: &mut Live, name: &str, job: &(dyn Fn() + Sync)| {
        let over = AtomicBool::new(false);
        let mut took = Vec::new();
        let begun = Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                job();
                over.store(true, Relaxed);
            });
            while !over.load(Relaxed) {
                for _ in 0..EVENTS_A_SECOND / 100 {
                    live.happen(1, MORNING + live.seq as i64, kind(live.seq));
                }
                let begun = Instant::now();
                live.keep();
                took.push(begun.elapsed());
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let all = begun.elapsed();
        took.sort();
        let at = |percent: usize| took[(took.len() - 1) * percent / 100];
        println!(
            "{name}: {} commits in {all:?}: p50 {:?}, p99 {:?}, slowest {:?}",
            took.len(),
            at(50),
            at(99),
            at(100)
        );
    };
    measured(&mut live, "quiet", &|| std::thread::sleep(Duration::from_secs(10)));
    measured(&mut live, "backup", &|| {
        let to = dir.path().join("one.age");
        let asked = Backup { data: &data, to: &to, passphrase: "correct horse battery", host: "", now_ms: 0 };
        backup(asked, &mut |_, _, _| {}).expect("a backup");
    });
    measured(&mut live, "vacuum into", &|| {
        let db = rusqlite::Connection::open(data.join("mirante.db")).expect("open");
        db.execute("VACUUM INTO ?1", [dir.path().join("copy.db").to_string_lossy()]).expect("a copy");
    });
}
