//! The sums that stay are those of the rows, however the rows came to be what they are.

mod common;

use common::{Live, MORNING, streams, visits};
use mirante_floor::*;
use mirante_history::{Batch, History};
use proptest::prelude::*;
use rusqlite::{Connection, Row};
use std::{collections::BTreeMap, path::Path};

/// Durations count up to here, ms: a platform may tell nonsense.
const LONGEST: i64 = 1 << 39;

fn database(dir: &Path) -> Connection {
    Connection::open(dir.join("mirante.db")).expect("a database")
}

fn hist(row: &Row<'_>, column: usize) -> Hist {
    postcard::from_bytes(&row.get::<_, Vec<u8>>(column).expect("bytes")).expect("a histogram")
}

/// Source, queue, minute and outcome; visits, backfilled, transferred, waits, talks.
type Visits = BTreeMap<(u16, String, i64, String), (u32, u32, u32, Tally, Tally)>;

fn stored_visits(dir: &Path) -> Visits {
    let db = database(dir);
    let sql = "SELECT source, queue, minute_ms, outcome, visits, backfilled, transferred, wait_ms, waits, talked, talk_ms, talks
               FROM rollup_visit";
    let mut statement = db.prepare(sql).expect("sql");
    let row = |r: &Row<'_>| {
        let waits = Tally { count: r.get(4)?, sum_ms: r.get(7)?, hist: hist(r, 8) };
        let talks = Tally { count: r.get(9)?, sum_ms: r.get(10)?, hist: hist(r, 11) };
        Ok(((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?), (r.get(4)?, r.get(5)?, r.get(6)?, waits, talks)))
    };
    statement.query_map([], row).expect("rows").collect::<Result<_, _>>().expect("rows")
}

/// The same from the rows of visits.
fn counted_visits(history: &History) -> Visits {
    let mut all = Visits::new();
    for visit in visits(history, i64::MIN, i64::MAX) {
        let minute = visit.entered.seen.div_euclid(60_000) * 60_000;
        let key = (visit.source.0, visit.queue.to_string(), minute, visit.outcome.word().into());
        let (count, backfilled, transferred, waits, talks) = all.entry(key).or_default();
        *count += 1;
        *backfilled += u32::from(visit.origin == Origin::Backfilled);
        *transferred += u32::from(visit.transferred);
        waits.add(visit.wait_ms.min(LONGEST));
        visit.talk_ms.into_iter().for_each(|ms| talks.add(ms.min(LONGEST)));
    }
    all
}

/// Source, campaign, minute, result; as many columns as there are; rings, talks.
type Attempts = BTreeMap<(u16, String, i64, String), (Vec<u32>, Tally, Tally)>;

fn stored_attempts(dir: &Path) -> Attempts {
    let db = database(dir);
    let sql = "SELECT source, campaign, minute_ms, result, attempts, inferred, dropped, answered_human, coded, human,
                   right_party, sale, promise, do_not_call, completed, unworkable, ring_ms, rings, talked, talk_ms, talks
               FROM rollup_attempt";
    let mut statement = db.prepare(sql).expect("sql");
    let row = |r: &Row<'_>| {
        let counts = (4..16).map(|nth| r.get(nth)).collect::<Result<Vec<u32>, _>>()?;
        let rings = Tally { count: counts[0], sum_ms: r.get(16)?, hist: hist(r, 17) };
        let talks = Tally { count: r.get(18)?, sum_ms: r.get(19)?, hist: hist(r, 20) };
        Ok(((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?), (counts, rings, talks)))
    };
    statement.query_map([], row).expect("rows").collect::<Result<_, _>>().expect("rows")
}

fn counted_attempts(history: &History) -> Attempts {
    let mut all = Attempts::new();
    let each = |a: ClosedAttempt| {
        let minute = a.started.seen.div_euclid(60_000) * 60_000;
        let campaign = a.campaign.as_deref().unwrap_or_default().to_owned();
        let (code, flags) = a.disposition.clone().unzip();
        let f = flags.unwrap_or_default();
        let told = [
            true,
            a.inferred,
            a.end.dropped,
            a.answered_by == Some(AnsweredBy::Human),
            code.is_some(),
            f.human,
            f.right_party,
            f.sale,
            f.promise,
            f.do_not_call,
            f.completed,
            f.unworkable,
        ];
        let (counts, rings, talks) = all.entry((a.source.0, campaign, minute, a.result().word().into())).or_default();
        counts.resize(told.len(), 0);
        counts.iter_mut().zip(told).for_each(|(count, told)| *count += u32::from(told));
        rings.add(a.ring_ms.min(LONGEST));
        a.talk_ms.into_iter().for_each(|ms| talks.add(ms.min(LONGEST)));
        true
    };
    history.attempts(i64::MIN, i64::MAX, each).expect("attempts");
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_are_those_of_the_rows(events in streams::any_stream(1), commit in 1usize..20) {
        let dir = tempfile::tempdir().expect("tempdir");
        let mut live = Live::open(dir.path());
        for (n, event) in events.iter().enumerate() {
            live.relive(event.clone());
            if n % commit == 0 {
                live.keep();
            }
        }
        live.keep();
        prop_assert_eq!(stored_visits(dir.path()), counted_visits(&live.history));
        prop_assert_eq!(stored_attempts(dir.path()), counted_attempts(&live.history));
        let faults = live.history.faults().expect("faults");
        prop_assert!(faults.iter().all(|fault| fault.what != "sums_differ"), "{faults:?}");
    }
}

fn visit(id: u64, entered: i64, outcome: Outcome, wait_ms: i64, talk_ms: Option<i64>, origin: Origin) -> Fact {
    let moment = |ms: i64| Moment { seen: MORNING + ms, at: None };
    Fact::VisitClosed(ClosedVisit {
        id: VisitId(id),
        source: SourceId(1),
        queue: "sac".into(),
        call: format!("c{id}").into(),
        contact: format!("c{id}").into(),
        caller: None,
        entered: moment(entered),
        ended: moment(entered + wait_ms + talk_ms.unwrap_or(0)),
        outcome,
        wait_ms,
        agent: None,
        agent_name: None,
        interface: None,
        talk_ms,
        transferred: false,
        origin,
    })
}

#[test]
fn a_visit_known_better_moves_from_one_sum_to_another() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let mut keep = |facts: &[Fact]| live.history.commit(Batch { events: &[], facts }).expect("commit");
    keep(&[
        visit(1, 1_000, Outcome::Unknown, 20_000, None, Origin::Heard),
        visit(2, 59_999, Outcome::Unknown, 20_001, None, Origin::Backfilled),
        visit(3, 60_000, Outcome::Unknown, 5_000, None, Origin::Heard),
        visit(4, 2_000, Outcome::Answered, 7_000, None, Origin::Inferred),
    ]);
    let told = |id: u64, talk_ms| {
        let ended = Moment { seen: MORNING + 90_000, at: None };
        Fact::TalkTold { id: VisitId(id), ended, talk_ms, transferred: true }
    };
    let amended = |id: u64, to| Fact::VisitAmended {
        source: SourceId(1),
        id: Some(VisitId(id)),
        queue: "sac".into(),
        call: format!("c{id}").into(),
        from: Outcome::Unknown,
        to,
        witness: Witness::QueueLog,
    };
    keep(&[amended(1, Outcome::Timeout), amended(3, Outcome::Abandoned), told(4, 83_000), told(4, 84_000)]);
    // One in the batch in which it ended.
    keep(&[visit(5, 61_000, Outcome::Unknown, 9_000, None, Origin::Heard), amended(5, Outcome::Abandoned)]);
    let bins = |bins: &[(u32, u32)]| Hist(bins.iter().copied().collect());
    let tally = |count, sum_ms, known: &[(u32, u32)]| Tally { count, sum_ms, hist: bins(known) };
    let key =
        |minute: i64, outcome: Outcome| (1, "sac".to_owned(), MORNING + minute * 60_000, outcome.word().to_owned());
    let none = Tally::default;
    let expected = Visits::from([
        (key(0, Outcome::Timeout), (1, 0, 0, tally(1, 20_000, &[(20, 1)]), none())),
        (key(0, Outcome::Unknown), (1, 1, 0, tally(1, 20_001, &[(21, 1)]), none())),
        (key(0, Outcome::Answered), (1, 0, 1, tally(1, 7_000, &[(7, 1)]), tally(1, 83_000, &[(83, 1)]))),
        (key(1, Outcome::Abandoned), (2, 0, 0, tally(2, 14_000, &[(5, 1), (9, 1)]), none())),
    ]);
    assert_eq!(stored_visits(dir.path()), expected);
    assert_eq!(MORNING % 60_000, 0, "these are minutes");
}

#[test]
fn a_damaged_sum_is_a_fault_and_holds_up_nothing() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let first = [visit(1, 1_000, Outcome::Abandoned, 20_000, None, Origin::Heard)];
    live.history.commit(Batch { events: &[], facts: &first }).expect("commit");
    database(dir.path()).execute("UPDATE rollup_visit SET waits = x'ff'", []).expect("damaged");
    let second = [visit(2, 2_000, Outcome::Abandoned, 20_000, None, Origin::Heard)];
    live.history.commit(Batch { events: &[], facts: &second }).expect("kept all the same");
    let faults: Vec<_> = live.history.faults().expect("faults").into_iter().map(|fault| fault.what).collect();
    assert_eq!(faults, ["sums_differ"]);
    assert_eq!(visits(&live.history, 0, i64::MAX).len(), 2);
}
