//! What must be there after a bad end.

use crate::story::{self, ONE, Starts};
use mirante_floor::*;
use mirante_history::{History, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

/// What was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    /// Newest event that is stored.
    pub(crate) stored: u64,
    /// Time to open and to have the floor again.
    pub(crate) reopened: Duration,
}

/// Opens `data` as the next start does and compares all that it holds with the story. `said`: the newest event that was
/// acknowledged. `whole`: also computes all rows again, as `mirantectl verify` does.
pub(crate) fn judge(data: &Path, said: u64, starts: &Starts, whole: bool, what: &str) -> Judged {
    let begun = Instant::now();
    let mut history = History::open(data, &OpenOptions::writer()).unwrap_or_else(|e| panic!("{what}: open: {e}"));
    let recovered = history.recover().unwrap_or_else(|e| panic!("{what}: recover: {e}"));
    let reopened = begun.elapsed();
    let stored = recovered.next_seq - 1;
    assert!(stored >= said, "{what}: event {said} was acknowledged, {stored} is stored");

    let db = rusqlite::Connection::open(data.join("mirante.db")).expect("open");
    let health: String = db.query_row("PRAGMA integrity_check", [], |r| r.get(0)).expect("check");
    assert_eq!(health, "ok", "{what}");
    drop(db);

    // Every event is the one that happened, and the floor, the visits and the gaps are what they give.
    let parties = history.parties();
    let (mut floor, mut changes, mut count) = (Floor::default(), Changes::default(), 0);
    let each = |event: &Event| {
        count += 1;
        assert_eq!(event.stamp.seq, count, "{what}: no holes");
        let number = |id| parties.get(id).expect("a party").expect("a caller is known").number;
        let (seen, kind) = story::told(count, starts);
        assert_eq!(event.kind.clone().map_party(number), kind, "{what}: event {count}");
        assert_eq!((event.stamp.seen, event.stamp.source), (seen, ONE), "{what}: event {count}");
        floor.apply(event, &mut changes);
        true
    };
    history.events(1..=u64::MAX >> 1, each).unwrap_or_else(|e| panic!("{what}: events: {e}"));
    assert_eq!(count, stored, "{what}");
    assert!(floor == recovered.floor, "{what}: the floor is not what the events give");
    let closed = changes.facts.iter().filter_map(|f| if let Fact::VisitClosed(v) = f { Some(v) } else { None });
    let mut closed: Vec<ClosedVisit> = closed.cloned().collect();
    closed.sort_by_key(|visit| (visit.entered.seen, visit.id));
    let mut visits = Vec::new();
    let each = |visit| {
        visits.push(visit);
        true
    };
    history.visits(i64::MIN, i64::MAX, each).expect("visits");
    assert!(visits == closed, "{what}: the visits are not what the events give");

    // As long as nobody wrote, nothing was heard; that is on record since the next start said so.
    let ends = starts.iter().filter(|start| (1..stored).contains(*start));
    let gaps: Vec<(i64, i64)> = ends.map(|start| (story::seen(*start), story::seen(start + 2))).collect();
    let found = history.gaps(0, i64::MAX).expect("gaps");
    assert_eq!(found.iter().map(|gap| (gap.from, gap.to)).collect::<Vec<_>>(), gaps, "{what}: gaps");
    if stored > 0 {
        assert_eq!(recovered.were_up, [(ONE, story::seen(stored))], "{what}: whence the gap of this end counts");
    }
    assert_eq!(history.faults().expect("faults"), [], "{what}");
    if whole {
        let verified = history.verify(|_, _| {}).expect("verify");
        assert_eq!((verified.findings, verified.left_out), (Vec::new(), 0), "{what}");
        assert_eq!(verified.events, stored, "{what}");
    }
    Judged { stored, reopened }
}

/// Times of many starts, in words; none may be longer than `MIRANTE_REOPEN_MS`, where the programs are as fast as those that are
/// shipped.
pub(crate) fn reopened(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
    let words = format!("reopened in p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms", at(0.5), at(0.99), at(1.0));
    let limit = crate::count("MIRANTE_REOPEN_MS", usize::MAX);
    assert!(at(1.0) <= limit as f64, "{words}");
    words
}
