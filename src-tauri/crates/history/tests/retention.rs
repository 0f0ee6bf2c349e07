//! What is too old goes, in steps, and nothing else does.

mod common;

use common::{Live, MORNING, streams, visits};
use mirante_floor::*;
use mirante_history::*;
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const DAY: i64 = 24 * 60 * 60_000;
const DAYS: i64 = 6;

fn midnight(day: i64) -> i64 {
    MORNING.div_euclid(DAY) * DAY + day * DAY
}

fn party(live: &Live, number: &str) -> PartyId {
    live.history.parties().id_of(&Party { number: number.into(), name: String::new() }).expect("id")
}

/// Six days with forty callers each, ten of them every day, two agents who pause, twenty dialled, closed into twelve stretches a day.
/// Who called on which day, in order.
fn six_days(dir: &Path) -> (Live, Vec<Vec<PartyId>>) {
    let mut live = Live::open(dir);
    live.happen(1, MORNING, Kind::LinkUp { platform: "Asterisk 22".into() });
    for agent in ["2101", "2102"] {
        let mut member = streams::member("sac", agent, Device::Idle, false);
        let who = party(&live, agent);
        if let Kind::Member { name, .. } = &mut member {
            *name = Some(who);
        }
        live.happen(1, MORNING + 1, member);
    }
    let mut callers = Vec::new();
    for day in 0..DAYS {
        let begun = MORNING + day * DAY;
        let mut of_day = Vec::new();
        for n in 0..40i64 {
            let number = if n < 10 { format!("55119{n:08}") } else { format!("5511{day}{n:07}") };
            let who = party(&live, &number);
            of_day.push(who);
            let (call, at) = (format!("{day}.{n}"), begun + n * 60_000);
            let mut enters = streams::entered("sac", &call);
            if let Kind::Entered { caller, .. } = &mut enters {
                *caller = Some(who);
            }
            live.happen(1, at, enters);
            if n % 4 == 0 {
                live.happen(1, at + 9_000, streams::left("sac", &call, Outcome::Abandoned));
            } else {
                live.happen(1, at + 5_000 + n * 100, streams::answered("sac", &call, "2101"));
                live.happen(1, at + 30_000, streams::completed("sac", Some(&call), None, "2101"));
            }
            live.happen(1, at + 31_000, streams::member("sac", "2102", Device::Idle, n % 2 == 0));
            if n % 2 == 0 {
                let attempt = Name::from(format!("a{day}.{n}"));
                let callee = Some(who);
                let contact = attempt.clone();
                let (campaign, agent) = (Some("vendas".into()), Some("2102".into()));
                live.happen(
                    1,
                    at + 32_000,
                    Kind::Dialled { attempt: attempt.clone(), campaign, contact, agent, callee },
                );
                let end = DialEnd { dropped: false, by: EndedBy::Callee, cause: Some(17), status: None };
                live.happen(1, at + 40_000, Kind::DialEnded { attempt, end, ago_ms: 0 });
            }
            live.happen(1, at + 59_999, Kind::Tick);
            live.keep();
            if n % 10 == 9 {
                live.seal();
            }
        }
        callers.push(of_day);
    }
    // Three chains of stretches, so that where they are cut a floor must be made.
    assert_eq!(one(dir, "SELECT count(keyframe) * 100 + count(*) FROM segment"), 324);
    (live, callers)
}

fn limits(rules: &[(Rule, i64)]) -> Limits {
    rules.iter().map(|(rule, day)| (*rule, midnight(*day))).collect()
}

/// Takes all steps of a sweep, or the first `most`; gives what they did and how many there were.
fn sweep(live: &mut Live, limits: &Limits, pages: u32, most: usize) -> (Swept, usize) {
    let mut sweep = Sweep::new(live.history.reader().expect("reader"), limits.clone(), vec![]);
    let (mut all, mut steps) = (Swept::default(), 0);
    while steps < most
        && let Some(step) = sweep.next_step(|_| pages).expect("a step")
    {
        let done = live.history.sweep(&step, midnight(DAYS)).expect("taken");
        all = Swept { rows: all.rows + done.rows, bytes: all.bytes + done.bytes };
        steps += 1;
    }
    (all, steps)
}

fn table(dir: &Path, sql: &str) -> Vec<Vec<rusqlite::types::Value>> {
    let db = Connection::open(dir.join("mirante.db")).expect("open");
    let mut statement = db.prepare(sql).expect("sql");
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|nth| row.get(nth)).collect()).expect("rows");
    rows.collect::<Result<_, _>>().expect("rows")
}

fn one(dir: &Path, sql: &str) -> i64 {
    Connection::open(dir.join("mirante.db")).and_then(|db| db.query_row(sql, [], |r| r.get(0))).expect("one")
}

fn verified(live: &Live) -> Verified {
    live.history.reader().expect("reader").verify(|_, _| {}).expect("read")
}

#[test]
fn each_rule_takes_its_own_and_the_sums_stay() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (mut live, callers) = six_days(dir.path());
    let before = visits(&live.history, i64::MIN, i64::MAX);
    let sums = ["rollup_visit", "rollup_attempt", "rollup_queue", "minute"]
        .map(|t| table(dir.path(), &format!("SELECT * FROM {t}")));
    let limits = limits(&[(Rule::Numbers, 4), (Rule::Contacts, 2), (Rule::WorkingTime, 1), (Rule::Rewind, 3)]);
    let preview = live.history.going(&limits, &[]).expect("preview");
    let kept_at = [midnight(3) + DAY / 2, midnight(4), midnight(5) + DAY * 3 / 4];
    let floors = kept_at.map(|at| live.history.floor_at(at).expect("a floor"));
    let (all, _) = sweep(&mut live, &limits, 64, usize::MAX);

    // Independently: by hand from what was there.
    let left = visits(&live.history, i64::MIN, i64::MAX);
    let expected: Vec<_> = before.iter().filter(|v| v.entered.seen >= midnight(2)).cloned().collect();
    assert_eq!((left.len(), before.len()), (160, 240), "four days of six");
    assert_eq!(left, expected);
    assert_eq!(one(dir.path(), "SELECT count(*) FROM attempt"), 80);
    let after = ["rollup_visit", "rollup_attempt", "rollup_queue", "minute"]
        .map(|t| table(dir.path(), &format!("SELECT * FROM {t}")));
    assert!(sums == after, "sums stay");
    assert_eq!(one(dir.path(), "SELECT sum(visits) FROM rollup_visit"), 240);
    let sql = format!("SELECT count(*) FROM agent_span WHERE to_ms < {}", midnight(1));
    assert_eq!(one(dir.path(), &sql), 0);

    // Whoever called on the last two days is known, agents are, others are not.
    let parties = live.history.parties();
    let known: BTreeSet<PartyId> = callers[4..].iter().flatten().copied().collect();
    for who in callers.iter().flatten() {
        assert_eq!(parties.get(*who).expect("read").is_some(), known.contains(who), "{who:?}");
    }
    let fresh = History::open(dir.path(), &OpenOptions::reader()).expect("reader").parties();
    assert_eq!(
        callers
            .iter()
            .flatten()
            .collect::<BTreeSet<_>>()
            .iter()
            .filter(|who| fresh.get(***who).expect("read").is_some())
            .count(),
        known.len()
    );
    assert!(party(&live, "2101").0 <= 2, "an agent keeps the number");
    assert!(party(&live, "55110000000").0 > callers[5][39].0, "a customer who was forgotten is somebody new");

    // What is left of the past is as it was, and begins as it must.
    for (at, floor) in kept_at.into_iter().zip(floors) {
        assert_eq!(live.history.floor_at(at).expect("a floor"), floor);
    }
    assert_eq!(one(dir.path(), "SELECT keyframe IS NOT NULL FROM segment ORDER BY seq_first LIMIT 1"), 1);
    let error = live.history.floor_at(midnight(2)).expect_err("gone");
    assert!(matches!(error, HistoryError::NoLonger { .. }), "{error}");
    assert!(matches!(live.history.floor_at_seq(7), Err(HistoryError::NoLonger { .. })));
    let found = verified(&live);
    assert_eq!(found.findings, Vec::<String>::new());

    // What was shown before is what went, by the receipts.
    let mut by_rule: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for line in &preview {
        let (rows, bytes) = by_rule.entry(line.rule.word()).or_default();
        *rows += line.rows;
        *bytes += line.bytes;
    }
    for (rule, (rows, bytes)) in &by_rule {
        let sql = |what: &str| {
            format!("SELECT {what} FROM removal WHERE rule = '{rule}' AND removed_ms = {}", midnight(DAYS))
        };
        assert_eq!(one(dir.path(), &sql("rows")) as u64, *rows, "{rule}");
        let removed = one(dir.path(), &sql("bytes")) as u64;
        assert!(removed.abs_diff(*bytes) * 20 <= *bytes + 20_000, "{rule}: {removed} of {bytes}");
    }
    assert_eq!(by_rule["contacts"].0, 80 + 40);
    assert_eq!(by_rule["numbers"].0 as usize, 4 * 30, "of four days, those who did not come again");
    assert!(all.rows >= 240 && by_rule["rewind"].0 >= 11, "{by_rule:?}");
    let after = live.history.going(&limits, &[]).expect("preview");
    assert!(after.iter().all(|line| (line.rows, line.bytes) == (0, 0)), "{after:#?}");
    let oldest = |table: &str| after.iter().find(|line| line.table == table).and_then(|line| line.oldest_kept_ms);
    assert_eq!(oldest("visit"), expected.first().map(|v| v.entered.seen));
    assert_eq!(sweep(&mut live, &limits, 64, usize::MAX).0.rows, 0, "nothing is left to do");
}

#[test]
fn a_sweep_may_stop_at_any_step() {
    let limits = limits(&[(Rule::Numbers, 4), (Rule::Contacts, 3), (Rule::WorkingTime, 3), (Rule::Rewind, 3)]);
    let whole = tempfile::tempdir().expect("tempdir");
    let (mut live, _) = six_days(whole.path());
    let late = midnight(4) + DAY / 2;
    let floor = live.history.floor_at(late).expect("a floor");
    drop(live);
    let all = {
        let dir = tempfile::tempdir().expect("tempdir");
        copy(whole.path(), dir.path());
        sweep(&mut Live::open(dir.path()), &limits, 40, usize::MAX).1
    };
    assert!(all > 30, "{all} steps");
    for most in (0..all).step_by(all / 6).chain([all - 2, all - 1]) {
        let dir = tempfile::tempdir().expect("tempdir");
        copy(whole.path(), dir.path());
        live = Live::open(dir.path());
        sweep(&mut live, &limits, 40, most);
        let found = verified(&live);
        assert_eq!(found.findings, Vec::<String>::new(), "after {most} of {all} steps");
        assert_eq!(live.history.floor_at(late).expect("a floor"), floor);
        let first = "SELECT keyframe IS NOT NULL FROM segment ORDER BY seq_first LIMIT 1";
        assert_eq!(one(dir.path(), first), 1, "after {most} of {all} steps");
        // It goes on, and life does.
        common::call(&mut live, MORNING + DAYS * DAY, "later", 1_000, 1_000);
        live.keep();
        live.seal();
        sweep(&mut live, &limits, 40, usize::MAX);
        assert_eq!(verified(&live).findings, Vec::<String>::new());
        assert_eq!(one(dir.path(), "SELECT count(*) FROM visit"), 3 * 40 + 1);
    }
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).expect("folder") {
        let file = file.expect("entry");
        fs::copy(file.path(), to.join(file.file_name())).expect("copied");
    }
}

/// Pages that a step writes to the log are those that whoever writes waits for.
#[test]
fn a_step_writes_few_pages() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (mut live, _) = six_days(dir.path());
    let one_visit = visits(&live.history, i64::MIN, i64::MAX).remove(0);
    let more =
        |n: u64| ClosedVisit { id: VisitId(1_000_000 + n), call: format!("more{n}").into(), ..one_visit.clone() };
    let facts: Vec<Fact> = (0..4_000).map(|n| Fact::VisitClosed(more(n))).collect();
    live.history.commit(Batch { events: &[], facts: &facts }).expect("commit");
    let limits = limits(&[(Rule::Numbers, 6), (Rule::Contacts, 6), (Rule::WorkingTime, 6), (Rule::Rewind, 6)]);
    let log = dir.path().join("mirante.db-wal");
    let size = || fs::metadata(&log).map_or(0, |data| data.len());
    let outside = Connection::open(dir.path().join("mirante.db")).expect("open");
    let empty = || outside.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("checkpoint");
    let before = one(dir.path(), "PRAGMA page_count");
    const PAGES: u32 = 48;
    let mut sweep = Sweep::new(live.history.reader().expect("reader"), limits, vec![]);
    let mut most = 0;
    let (mut steps, mut given_back) = (0, 0);
    while let Some(step) = sweep.next_step(|_| PAGES).expect("a step") {
        empty();
        assert_eq!(size(), 0);
        let done = live.history.sweep(&step, midnight(DAYS)).expect("taken");
        most = most.max(size() / (4096 + 24));
        steps += 1;
        if done.rows == 0 && done.bytes > 0 {
            given_back += 1;
            assert!(done.bytes <= u64::from(PAGES / 4) * 4096, "{done:?}");
        }
    }
    assert!((4..=200).contains(&given_back), "{given_back} steps gave pages back");
    assert!(steps > 50 && most > 8, "{steps} steps of at most {most} pages");
    // Beside what is asked for: the receipt, the lists of free pages, and neighbours that rows move to.
    assert!(most <= u64::from(PAGES) + 24, "{most} pages");
    empty();
    let after = one(dir.path(), "PRAGMA page_count");
    let free = one(dir.path(), "PRAGMA freelist_count");
    assert!(after < before * 3 / 4 && free <= 64, "{before} pages, then {after}, {free} of them free");
}

/// Days of the operation do not begin with those of UTC, by which people's newest day is known.
#[test]
fn a_number_is_kept_for_its_whole_time() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (mut live, callers) = six_days(dir.path());
    // Three hours after midnight, as in São Paulo: calls of the day before may still be of after that.
    let limits: Limits = [(Rule::Numbers, midnight(3) + 3 * 60 * 60_000)].into();
    sweep(&mut live, &limits, 64, usize::MAX);
    let known = |who: PartyId| live.history.parties().get(who).expect("read").is_some();
    let unknown: Vec<usize> = (0..6).filter(|day| !known(callers[*day][20])).collect();
    assert_eq!(unknown, [0, 1, 2]);
    sweep(&mut live, &[(Rule::Numbers, midnight(4) - 1)].into(), 64, usize::MAX);
    let known = |who: PartyId| live.history.parties().get(who).expect("read").is_some();
    assert!(known(callers[3][20]), "perhaps heard of in that day's last instant");
}

#[test]
fn whoever_is_on_the_floor_stays_known() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (mut live, callers) = six_days(dir.path());
    let (talking, gone) = (callers[0][20], callers[0][21]);
    let limits = limits(&[(Rule::Numbers, 6)]);
    let shown = |in_use: &[PartyId]| live.history.going(&limits, in_use).expect("a preview")[0].rows;
    assert_eq!(shown(&[talking]) + 1, shown(&[]), "and is not shown as going");
    let shown = shown(&[talking]);
    let mut sweep = Sweep::new(live.history.reader().expect("reader"), limits, vec![talking]);
    let mut rows = 0;
    while let Some(step) = sweep.next_step(|_| 64).expect("a step") {
        rows += live.history.sweep(&step, midnight(DAYS)).expect("taken").rows;
    }
    assert_eq!(rows, shown);
    let parties = live.history.parties();
    assert!(parties.get(talking).expect("read").is_some());
    assert!(parties.get(gone).expect("read").is_none());
}

/// A Mirante that was not started for long: everything closed is too old, and the head is all there is.
#[test]
fn nothing_may_be_left_but_the_head() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (mut live, _) = six_days(dir.path());
    sweep(&mut live, &limits(&[(Rule::Rewind, 9)]), 10_000, usize::MAX);
    assert_eq!(one(dir.path(), "SELECT count(*) FROM segment"), 0);
    assert_eq!(verified(&live).findings, Vec::<String>::new());
    for n in 0..3 {
        common::call(&mut live, MORNING + (DAYS + 10) * DAY + n * 600_000, &format!("new{n}"), 1_000, 1_000);
        live.keep();
        live.seal();
    }
    assert_eq!(one(dir.path(), "SELECT keyframe IS NOT NULL FROM segment ORDER BY seq_first LIMIT 1"), 1);
    assert_eq!(verified(&live).findings, Vec::<String>::new());
    let live_floor = live.floor.clone();
    assert_eq!(live.history.floor_at(i64::MAX).expect("a floor").floor, live_floor);
    drop(live);
    assert_eq!(Live::open(dir.path()).floor, live_floor);
}

/// After five years what agents did is nobody's, and as much as before.
#[test]
fn sums_of_agents_become_nobodys() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (mut live, _) = six_days(dir.path());
    let spent = "SELECT quarter_ms, state, place, place_name, sum(spent_ms) FROM rollup_agent GROUP BY 1, 2, 3, 4";
    let calls = || {
        table(
            dir.path(),
            "SELECT queue, quarter_ms, sum(answered), sum(ring_no_answer) FROM rollup_agent_queue GROUP BY 1, 2",
        )
    };
    let before = (table(dir.path(), spent), calls());
    sweep(&mut live, &limits(&[(Rule::WorkingTime, 2)]), 64, usize::MAX);
    assert!(before == (table(dir.path(), spent), calls()), "all together they are what they were");
    for table in ["rollup_agent", "rollup_agent_queue"] {
        let named = |old: &str| {
            one(
                dir.path(),
                &format!("SELECT count(*) FROM {table} WHERE agent != '' AND quarter_ms {old} {}", midnight(2)),
            )
        };
        assert_eq!(named("<"), 0);
        assert!(named(">=") > 0);
    }
    assert_eq!(verified(&live).findings, Vec::<String>::new());
}
