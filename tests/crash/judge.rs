//! What must be there after a bad end.

use crate::story::{self, ONE, Starts};
use crate::victim::KEPT;
use mirante_floor::*;
use mirante_history::{History, OpenOptions};
use std::collections::BTreeMap;
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
/// acknowledged. `whole`: also computes all rows again, as `mirantectl verify` does. `may_prune`: what was too old may be gone.
pub(crate) fn judge(data: &Path, said: u64, starts: &Starts, whole: bool, may_prune: bool, what: &str) -> Judged {
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

    // What happened, from the first event on, and the floor and the visits that it gives.
    let parties = history.parties();
    let (mut floor, mut changes, mut events) = (Floor::default(), Changes::default(), Vec::new());
    for seq in 1..=stored {
        let epoch = 1 + starts.iter().filter(|start| (1..seq).contains(*start)).count() as u32;
        let event = story::event(seq, epoch, starts, &parties);
        floor.apply(&event, &mut changes);
        events.push(event);
    }
    assert!(floor == recovered.floor, "{what}: the floor is not what the events give");
    // Each that is stored is that; the oldest may have been removed, but none that is not too old.
    let mut next = None;
    let each = |event: &Event| {
        let seq = *next.get_or_insert(event.stamp.seq);
        assert_eq!(event.stamp.seq, seq, "{what}: no holes");
        assert_eq!(*event, events[seq as usize - 1], "{what}: event {seq}");
        next = Some(seq + 1);
        true
    };
    let oldest = stored.saturating_sub(KEPT).max(1);
    history.events(1..=u64::MAX >> 1, each).unwrap_or_else(|e| panic!("{what}: events: {e}"));
    assert_eq!(next.unwrap_or(1), stored + 1, "{what}");
    let mut first = None;
    history.events(1..=u64::MAX >> 1, |event| first.replace(event.stamp.seq).is_some()).expect("the first");
    let first = first.unwrap_or(1);
    assert!(
        first == 1 || (may_prune && first <= oldest),
        "{what}: {first} is the oldest event, {oldest} is not too old"
    );
    let closed = changes.facts.iter().filter_map(|f| if let Fact::VisitClosed(v) = f { Some(v) } else { None });
    let is_kept = |visit: &ClosedVisit| !may_prune || visit.entered.seen >= story::seen(oldest);
    let mut visits: BTreeMap<VisitId, ClosedVisit> = closed.map(|visit| (visit.id, visit.clone())).collect();
    let each = |visit: ClosedVisit| {
        assert_eq!(visits.remove(&visit.id), Some(visit), "{what}: a visit is not what the events give");
        true
    };
    history.visits(i64::MIN, i64::MAX, each).expect("visits");
    assert_eq!(visits.into_values().find(is_kept), None, "{what}: a visit is missing");

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
        assert_eq!(verified.events, stored + 1 - first, "{what}");
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
