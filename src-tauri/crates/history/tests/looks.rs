//! Whoever reads a lot does so in short looks: the log of the one that writes is folded into the file meanwhile.

mod common;

use common::{Live, MORNING, streams, visits};
use mirante_floor::*;
use mirante_history::{Batch, History, OpenOptions};
use rusqlite::Connection;
use std::path::Path;

const VISITS: u64 = 12_000;

fn large(dir: &Path) -> Live {
    let mut live = Live::open(dir);
    common::call(&mut live, MORNING, "first", 1_000, 1_000);
    live.keep();
    let one = visits(&live.history, 0, i64::MAX).remove(0);
    // Several at one instant, across the ends of looks too.
    let visit = |n: u64| {
        let at = MORNING + 10_000 + (n as i64 / 7) * 1_000;
        let moment = |seen| Moment { seen, at: None };
        let (call, entered, ended) = (format!("c{n}").into(), moment(at), moment(at + 5_000));
        Fact::VisitClosed(ClosedVisit { id: VisitId(1_000 + n), call, entered, ended, ..one.clone() })
    };
    let facts: Vec<Fact> = (1..VISITS).map(visit).collect();
    live.history.commit(Batch { events: &[], facts: &facts }).expect("commit");
    live
}

/// Folds the whole log into the file and empties it; false where a reader holds on to it.
fn checkpoint(dir: &Path) -> bool {
    let db = Connection::open(dir.join("mirante.db")).expect("open");
    db.busy_timeout(std::time::Duration::ZERO).expect("no patience");
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get::<_, i64>(0)).expect("asked") == 0
}

#[test]
fn the_log_is_folded_in_while_an_export_runs() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = large(dir.path());
    let reader = History::open(dir.path(), &OpenOptions::reader()).expect("reader");
    let (mut told, mut folded, mut looked) = (Vec::new(), 0, 0);
    reader
        .visits(0, i64::MAX, |visit| {
            told.push(visit.id.0);
            if told.len() % 1_000 == 0 {
                // Life goes on, and its log can be emptied at every moment of the export.
                looked += 1;
                live.happen(1, MORNING + 90_000_000 + looked, streams::entered("sac", &format!("later{looked}")));
                live.keep();
                folded += i32::from(checkpoint(dir.path()));
            }
            true
        })
        .expect("visits");
    assert_eq!((folded, looked), (12, 12));
    let mut expected: Vec<u64> = visits(&live.history, 0, i64::MAX).iter().map(|visit| visit.id.0).collect();
    assert_eq!(told, expected, "each once, in order");
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(expected.len() as u64, VISITS);
    let mut folded = false;
    reader
        .events(1..=u64::MAX, |_| {
            folded = checkpoint(dir.path());
            false
        })
        .expect("events");
    assert!(folded, "between looks at events");
}

#[test]
fn the_log_is_folded_in_while_everything_is_verified() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    live.happen(1, MORNING, Kind::LinkUp { platform: "Asterisk 22".into() });
    for n in 0..6 {
        common::call(&mut live, MORNING + n * 600_000, &format!("c{n}"), 1_000, 1_000);
        live.keep();
        live.seal();
    }
    let reader = History::open(dir.path(), &OpenOptions::reader()).expect("reader");
    let mut folded = Vec::new();
    let mut n = 0;
    let found = reader
        .verify(|_, _| {
            // What happens now is verified too, once it is looked at.
            n += 1;
            common::call(&mut live, MORNING + 10_000_000 + n * 60_000, &format!("later{n}"), 1_000, 1_000);
            live.keep();
            if n == 3 {
                live.seal();
            }
            folded.push(checkpoint(dir.path()));
        })
        .expect("read");
    assert_eq!(folded, [true; 6]);
    assert_eq!(found.findings, Vec::<String>::new());
    assert_eq!(found.events, live.seq, "up to the newest");
}
