//! What was imported is kept for as long as what was heard.

use mirante_engine::import::{QueueLog, queue_log};
use mirante_engine::remove_too_old;
use mirante_history::{Going, History, Limits, OpenOptions, Rule, Verified};
use rusqlite::Connection;
use std::fmt::Write as _;
use std::path::Path;

const DAY: i64 = 24 * 60 * 60;
/// Midnight of 1 June 2026 in UTC, s.
const JUNE: i64 = 1_780_272_000;

/// A day of forty calls, each answered but every fourth.
fn log_of(day: i64) -> String {
    let mut text = String::new();
    for n in 0..40 {
        let (at, call) = (JUNE + day * DAY + 9 * 3_600 + n * 60, format!("{day}.{n}"));
        let _ = writeln!(text, "{at}|{call}|sac|NONE|ENTERQUEUE||5511987{day:02}{n:04}|1");
        let _ = if n % 4 == 0 {
            writeln!(text, "{}|{call}|sac|NONE|ABANDON|1|1|20", at + 20)
        } else {
            writeln!(
                text,
                "{}|{call}|sac|PJSIP/2101|CONNECT|5|x{call}|3\n{}|{call}|sac|PJSIP/2101|COMPLETECALLER|5|30|1",
                at + 5,
                at + 35
            )
        };
    }
    text
}

fn import(folder: &Path, days: &[i64]) -> u64 {
    let one = |day: &i64| {
        let file = folder.join(format!("queue_log-{day}"));
        std::fs::write(&file, log_of(*day)).expect("a log");
        let job = QueueLog {
            data: folder.join("data"),
            files: vec![file],
            zone: "UTC".into(),
            source: "queue_log".into(),
            beside: false,
            report: folder.join("report"),
        };
        queue_log(&job, |_| ()).expect("imported").visits
    };
    days.iter().map(one).sum()
}

fn verified(data: &Path) -> Verified {
    History::open(data, &OpenOptions::reader()).expect("open").verify(|_, _| {}).expect("read")
}

fn count(data: &Path, sql: &str) -> i64 {
    Connection::open(data.join("mirante.db")).and_then(|db| db.query_row(sql, [], |r| r.get(0))).expect("a count")
}

fn of<'a>(going: &'a [Going], table: &str) -> &'a Going {
    going.iter().find(|line| line.table == table).expect("a line of each table")
}

#[test]
fn imported_stretches_go_by_the_same_rules_and_the_rest_stays_true() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    // Older lines after newer ones: the fold begins anew, and what is oldest is not first.
    assert_eq!(import(folder.path(), &[10, 11, 12, 2, 3]), 200);
    assert_eq!(verified(&data).findings, Vec::<String>::new());
    assert_eq!(count(&data, "SELECT count(*) FROM imported"), 5);

    let limits: Limits = [
        (Rule::Rewind, (JUNE + 11 * DAY) * 1_000),
        (Rule::Contacts, (JUNE + 3 * DAY) * 1_000),
        (Rule::Numbers, (JUNE + 11 * DAY) * 1_000),
    ]
    .into();
    let mut history = History::open(&data, &OpenOptions::writer()).expect("open");
    let before = history.going(&limits, &[]).expect("a preview");
    let line = of(&before, "imported");
    assert_eq!((line.rows, line.oldest_ms), (3, Some((JUNE + 2 * DAY) * 1_000)), "its first day begins at midnight");
    assert_eq!((of(&before, "visit").rows, of(&before, "party").rows), (40, 120));
    let now = (JUNE + 30 * DAY) * 1_000;
    remove_too_old(&mut history, limits.clone(), now, |_| ()).expect("removed");
    let removed = history.removals().expect("receipts");
    let rewind = removed.iter().find(|removal| removal.rule == Rule::Rewind).expect("a receipt");
    assert_eq!((rewind.rows, rewind.bytes), (3, line.bytes), "what was shown is what went");
    assert!(history.going(&limits, &[]).expect("a preview").iter().all(|line| line.rows == 0));
    drop(history);

    // The visits of days 3 and 10 outlive their events; those of 11 and 12 are computed again.
    assert_eq!(count(&data, "SELECT count(*) FROM imported"), 2);
    assert_eq!(count(&data, "SELECT count(*) FROM visit"), 160);
    let found = verified(&data);
    assert_eq!((found.findings, found.segments), (Vec::new(), 2));
    let change = |sql: &str| {
        let db = Connection::open(data.join("mirante.db")).expect("open");
        assert_eq!(db.execute(sql, []).expect("changed"), 1, "{sql}");
    };
    change("UPDATE visit SET wait_ms = wait_ms + 1 WHERE call = '12.7'");
    assert!(!verified(&data).findings.is_empty(), "what can be computed again still is");
    change("UPDATE visit SET wait_ms = wait_ms - 1 WHERE call = '12.7'");

    // Nothing comes back, and the next day goes on.
    assert_eq!(import(folder.path(), &[10, 2, 12]), 0, "these files are known");
    assert_eq!(import(folder.path(), &[13]), 40);
    assert_eq!(verified(&data).findings, Vec::<String>::new());
    assert_eq!(count(&data, "SELECT count(*) FROM visit"), 200);

    // All of it may go: rows without any event stand as they were kept.
    let mut history = History::open(&data, &OpenOptions::writer()).expect("open");
    remove_too_old(&mut history, [(Rule::Rewind, now)].into(), now, |_| ()).expect("removed");
    drop(history);
    assert_eq!(count(&data, "SELECT count(*) FROM imported"), 0);
    assert_eq!(verified(&data).findings, Vec::<String>::new());
    assert_eq!(import(folder.path(), &[14]), 40);
    assert_eq!(verified(&data).findings, Vec::<String>::new());
}
