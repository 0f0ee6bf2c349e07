//! Stored rows are what the events give, and what is not is found.

mod common;

use common::{Live, MORNING, call, streams};
use mirante_floor::*;
use mirante_history::{History, OpenOptions, Verified};
use proptest::prelude::*;
use rusqlite::Connection;
use std::path::Path;

fn verified(dir: &Path) -> Verified {
    History::open(dir, &OpenOptions::reader()).expect("open for reading").verify(|_, _| {}).expect("read")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_computed_again_are_the_rows(events in streams::any_stream(1), commit in 1usize..20, seal in 1usize..60) {
        let dir = tempfile::tempdir().expect("tempdir");
        let mut live = Live::open(dir.path());
        for (n, event) in events.iter().enumerate() {
            live.relive(event.clone());
            if n % commit == 0 {
                live.keep();
            }
            if n % seal == seal - 1 {
                live.keep();
                live.seal();
            }
        }
        live.keep();
        let found = verified(dir.path());
        prop_assert_eq!(&found.findings, &Vec::<String>::new());
        prop_assert_eq!((found.events, found.left_out), (events.len() as u64, 0));
    }
}

/// Three closed stretches of ten minutes with ten calls each, and some calls after them.
fn three_stretches(dir: &Path) {
    let mut live = Live::open(dir);
    live.happen(1, MORNING, Kind::LinkUp { platform: "Asterisk 22".into() });
    for stretch in 0..4i64 {
        for n in 0..10 {
            call(&mut live, MORNING + stretch * 600_000 + n * 30_000, &format!("c{stretch}-{n}"), 5_000, 9_000);
        }
        live.happen(1, MORNING + (stretch + 1) * 600_000 - 1, Kind::Tick);
        live.keep();
        if stretch < 3 {
            live.seal();
        }
    }
}

fn change(dir: &Path, sql: &str) {
    let db = Connection::open(dir.join("mirante.db")).expect("a database");
    assert!(db.execute(sql, []).expect("changed") > 0, "{sql}");
}

#[test]
fn a_row_that_the_events_do_not_give_is_named() {
    let dir = tempfile::tempdir().expect("tempdir");
    three_stretches(dir.path());
    let whole = verified(dir.path());
    assert_eq!(whole.findings, Vec::<String>::new());
    assert_eq!(whole.segments, 3);
    assert!(whole.rows > 100, "{whole:?}");
    change(dir.path(), "UPDATE visit SET talk_ms = 1 WHERE call = 'c1-4'");
    change(dir.path(), "DELETE FROM visit WHERE call = 'c2-0'");
    change(
        dir.path(),
        "UPDATE rollup_queue SET entered = entered + 1 WHERE minute_ms = (SELECT min(minute_ms) FROM rollup_queue)",
    );
    let found = verified(dir.path()).findings;
    let of = |table: &str, call: &str| found.iter().filter(|f| f.starts_with(table) && f.contains(call)).count();
    assert_eq!((of("visit: ", "c1-4"), of("visit: ", "c2-0"), of("rollup_queue: ", "")), (2, 1, 2), "{found:#?}");
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn a_damaged_stretch_is_told_apart_from_the_rest() {
    let dir = tempfile::tempdir().expect("tempdir");
    three_stretches(dir.path());
    let before = verified(dir.path());
    let second = "(SELECT seq_first FROM segment ORDER BY seq_first LIMIT 1 OFFSET 1)";
    for (sql, of) in [
        (format!("UPDATE segment SET core = zeroblob(64) WHERE seq_first = {second}"), "events"),
        (format!("UPDATE segment SET keyframe = zeroblob(64) WHERE seq_first = {second}"), "keyframe"),
    ] {
        change(dir.path(), &sql);
        let found = verified(dir.path());
        assert_eq!((found.findings.len(), found.left_out), (1, 1), "{of}: {found:#?}");
        assert!(found.findings[0].contains("damaged"), "{found:#?}");
        // The visits of the other three, at least.
        assert!((30..before.rows).contains(&found.rows), "of {} rows: {found:?}", before.rows);
    }
    // A row in the rest is still found.
    change(dir.path(), "UPDATE visit SET wait_ms = 1 WHERE call = 'c3-1'");
    assert_eq!(verified(dir.path()).findings.len(), 3);
}

#[test]
fn rows_may_outlive_their_events() {
    let dir = tempfile::tempdir().expect("tempdir");
    three_stretches(dir.path());
    change(dir.path(), "DELETE FROM segment WHERE seq_first = 1");
    let found = verified(dir.path());
    assert_eq!(found.findings, Vec::<String>::new());
    assert_eq!(found.segments, 2);
}

#[test]
fn damaged_pages_are_found() {
    let dir = tempfile::tempdir().expect("tempdir");
    three_stretches(dir.path());
    let file = dir.path().join("mirante.db");
    let root: u64 = Connection::open(&file)
        .and_then(|db| db.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'gap_time'", [], |r| r.get(0)))
        .expect("an index");
    let mut bytes = std::fs::read(&file).expect("the file");
    // Not the page's own beginning: what is in it.
    let page = ((root - 1) * 4096) as usize;
    bytes[page..page + 8].fill(0xff);
    std::fs::write(&file, bytes).expect("written");
    let found = verified(dir.path());
    assert!(found.findings.iter().any(|f| f.starts_with("database: ")), "{found:#?}");
}

#[test]
fn what_another_version_folded_is_not_judged_by_this_one() {
    let dir = tempfile::tempdir().expect("tempdir");
    three_stretches(dir.path());
    let second = "(SELECT seq_first FROM segment ORDER BY seq_first LIMIT 1 OFFSET 1)";
    change(dir.path(), "UPDATE visit SET wait_ms = 1 WHERE call = 'c1-4'");
    assert_eq!(verified(dir.path()).findings.len(), 2);
    change(dir.path(), &format!("UPDATE segment SET fold_version = fold_version + 1 WHERE seq_first = {second}"));
    let found = verified(dir.path());
    assert_eq!((found.findings, found.left_out), (Vec::<String>::new(), 1));
    change(dir.path(), "UPDATE visit SET wait_ms = 1 WHERE call = 'c3-1'");
    assert_eq!(verified(dir.path()).findings.len(), 2, "the rest is");
}

/// Pages that no table uses: what is damaged there shows only when they are used again.
#[test]
fn damaged_unused_pages_are_found_too() {
    let dir = tempfile::tempdir().expect("tempdir");
    three_stretches(dir.path());
    let file = dir.path().join("mirante.db");
    let first_unused = {
        let db = Connection::open(&file).expect("open");
        let room = "CREATE TABLE room (x); INSERT INTO room VALUES (zeroblob(100000)); DROP TABLE room;";
        db.execute_batch(&format!("{room} PRAGMA wal_checkpoint(TRUNCATE);")).expect("room");
        let unused: u32 = db.query_row("PRAGMA freelist_count", [], |r| r.get(0)).expect("count");
        assert!(unused > 2, "{unused}");
        let header = std::fs::read(&file).expect("the file");
        u32::from_be_bytes([header[32], header[33], header[34], header[35]]) as usize
    };
    let about = |found: &Verified| found.findings.iter().filter(|f| f.starts_with("database: ")).count();
    assert_eq!(about(&verified(dir.path())), 0);
    let mut bytes = std::fs::read(&file).expect("the file");
    let page = (first_unused - 1) * 4096;
    // The list of unused pages names one that is not there.
    bytes[page + 8..page + 12].fill(0x7f);
    std::fs::write(&file, bytes).expect("written");
    let found = verified(dir.path());
    assert!(about(&found) > 0 && !found.unused_left_out, "{found:#?}");
}
