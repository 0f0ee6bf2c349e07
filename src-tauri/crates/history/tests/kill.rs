//! Killed without warning, again and again: what was acknowledged is there.
#![allow(clippy::print_stdout)] // figures for whoever runs it by hand

mod common;

use common::{Live, MORNING, call, streams, visits};
use mirante_floor::*;
use mirante_history::{History, OpenOptions, Party};
use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const FOLDER: &str = "MIRANTE_KILL_TEST_FOLDER";

/// The one that is killed: writes at speed, says what it was told is kept, and seals now and then.
#[test]
fn victim() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let mut live = Live::open(Path::new(&folder));
    let mut out = std::io::stdout();
    let mut batch = 0u64;
    loop {
        let from = MORNING + live.seq as i64 * 50;
        for n in 0..5 {
            let id = format!("c{}", live.seq);
            call(&mut live, from + n * 10, &id, 1_000 + n, 2_000);
            let caller = Party { number: id.clone(), name: String::new() };
            let caller = Some(live.history.parties().id_of(&caller).expect("id"));
            live.happen(
                1,
                from,
                Kind::Entered {
                    queue: "sac".into(),
                    contact: format!("{id}-b").into(),
                    call: format!("{id}-b").into(),
                    caller,
                    position: None,
                    waited_ms: 0,
                },
            );
            live.happen(
                1,
                from,
                Kind::Left {
                    queue: "sac".into(),
                    call: format!("{id}-b").into(),
                    outcome: Outcome::Abandoned,
                    ago_ms: 0,
                },
            );
        }
        let ack = live.keep();
        writeln!(out, "kept {}", ack.seq).and_then(|()| out.flush()).expect("say");
        batch += 1;
        if batch.is_multiple_of(7) {
            live.seal();
        }
    }
}

/// Starts the victim, kills it after a while, and gives the last number that it said was kept.
fn run_and_kill(dir: &Path, after: Duration) -> u64 {
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "victim", "--nocapture", "--test-threads=1"])
        .env(FOLDER, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("start");
    let out = BufReader::new(child.stdout.take().expect("its output"));
    let mut said = 0;
    let mut deadline = None;
    // Reading ends when the victim is gone: the killer waits on a thread of its own.
    let (first, started) = std::sync::mpsc::channel();
    let killer = std::thread::spawn(move || {
        let _ = started.recv();
        std::thread::sleep(after);
        child.kill().expect("kill -9");
        child.wait().expect("gone");
    });
    for line in out.lines().map_while(Result::ok) {
        if let Some(seq) = line.strip_prefix("kept ").and_then(|n| n.parse().ok()) {
            said = seq;
            if deadline.is_none() {
                deadline = Some(());
                let _ = first.send(());
            }
        }
    }
    drop(first);
    killer.join().expect("killer");
    said
}

/// Ten kills, or as many as `MIRANTE_KILLS` says: `cargo xtask prove kill`. Ten to a folder, because each round reads all of it.
#[test]
fn nothing_acknowledged_is_lost() {
    let kills: usize = env::var("MIRANTE_KILLS").map_or(10, |text| text.parse().expect("a count of kills"));
    for _ in 0..kills.div_ceil(10) {
        ten_kills();
    }
    println!("{} kills, nothing acknowledged was lost", kills.div_ceil(10) * 10);
}

fn ten_kills() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut random = [0u8; 10];
    getrandom::fill(&mut random).expect("random");
    let mut before = 0;
    for (round, byte) in random.into_iter().enumerate() {
        let said = run_and_kill(dir.path(), Duration::from_millis(u64::from(byte)));
        assert!(said > before, "round {round}: it wrote");

        // A reader first, on what the killed one left behind.
        let reader = History::open(dir.path(), &OpenOptions::reader()).expect("open for reading");
        let stored = reader.newest_seq().expect("newest");
        assert!(stored >= said, "round {round}: said {said}, stored {stored}");
        drop(reader);

        let mut live = Live::open(dir.path());
        assert_eq!(live.seq, stored);
        let db = rusqlite::Connection::open(dir.path().join("mirante.db")).expect("open");
        let health: String = db.query_row("PRAGMA integrity_check", [], |r| r.get(0)).expect("check");
        assert_eq!(health, "ok", "round {round}");

        // The floor is the fold of all stored events from the first; so are the visits.
        let (mut floor, mut changes, mut count) = (Floor::default(), Changes::default(), 0);
        let fold = |event: &Event| {
            count += 1;
            assert_eq!(event.stamp.seq, count, "no holes");
            floor.apply(event, &mut changes);
            true
        };
        live.history.events(1..=stored, fold).expect("events");
        assert_eq!(count, stored);
        assert_eq!(floor, live.floor, "round {round}");
        let closed = changes.facts.iter().filter_map(|f| if let Fact::VisitClosed(v) = f { Some(v) } else { None });
        let mut closed: Vec<_> = closed.cloned().collect();
        closed.sort_by_key(|v| (v.entered.seen, v.id));
        assert_eq!(visits(&live.history, i64::MIN, i64::MAX), closed, "round {round}");
        for visit in closed.iter().filter(|v| v.caller.is_some()) {
            let caller = visit.caller.expect("filtered");
            let party = live.history.parties().get(caller).expect("get").expect("a caller is known");
            assert_eq!(format!("{}-b", party.number), &*visit.call);
        }
        assert!(live.history.faults().expect("faults").is_empty());
        // The next round goes on from here.
        live.happen(1, MORNING + stored as i64 * 50, streams::entered("sac", "after"));
        live.keep();
        before = live.seq;
        println!("round {round}: killed {byte} ms after its first word, said {said}, stored {stored}");
    }
}
