//! Killed while it brings a file up to date: the file is the old one or the new one, and a copy that has its name is whole.
#![allow(clippy::print_stdout)] // figures for whoever runs it by hand

use super::*;
use crate::{History, OpenOptions};
use rand::RngExt;
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Instant,
};

const FILE: &str = "MIRANTE_MIGRATE_FILE";
const ROWS: i64 = 20_000;

/// The layout known and one that does not exist yet, which takes a while.
const NEXT: [Step; 2] = [
    STEPS[0],
    Step {
        name: "next",
        sql: "CREATE TABLE next (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;
              INSERT INTO next SELECT id, agent || '/' || state FROM agent_span;
              CREATE INDEX next_words ON next (words);",
    },
];

/// The one that is killed.
#[test]
fn victim() {
    let Some(file) = env::var_os(FILE).map(PathBuf::from) else { return };
    let mut db = Connection::open(&file).expect("open");
    db.pragma_update(None, "synchronous", "FULL").expect("synchronous");
    let mut out = std::io::stdout();
    let mut say = |word: &str| writeln!(out, "\n{word}").and_then(|()| out.flush()).expect("said");
    say("begins");
    migrate(&mut db, &file, &NEXT).expect("a newer layout");
    say("done");
}

/// Four kills, or as many as `MIRANTE_MIGRATION_KILLS` says.
#[test]
fn a_file_that_is_brought_up_to_date_is_the_old_one_or_the_new_one() {
    let kills: u32 = env::var("MIRANTE_MIGRATION_KILLS").map_or(4, |text| text.parse().expect("a count"));
    let old = tempfile::tempdir().expect("tempdir");
    let history = History::open(old.path(), &OpenOptions::writer()).expect("open");
    let rows = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
         INSERT INTO agent_span (id, source, agent, state, from_ms, to_ms)
         SELECT i, 1, hex(randomblob(20)), 'ready', i, i FROM n"
    );
    history.db.execute(&rows, ()).expect("rows");
    drop(history);

    let mut dice = rand::rng();
    let (mut takes, mut within, mut before, mut copies) = (Duration::ZERO, 0, 0, 0);
    for kill in 0..=kills {
        let dir = tempfile::tempdir().expect("tempdir");
        let file = dir.path().join("mirante.db");
        fs::copy(old.path().join("mirante.db"), &file).expect("a copy");
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args(["--exact", "schema::kill::victim", "--nocapture", "--test-threads=1"])
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .spawn()
            .expect("start");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        assert!(lines.any(|line| line == "begins"), "it begins");
        let begun = Instant::now();
        if kill == 0 {
            // The first is left alone, to know how long it takes.
            assert!(lines.any(|line| line == "done"), "it ends");
            takes = begun.elapsed();
        } else {
            std::thread::sleep(takes.mul_f64(dice.random_range(0.0..1.0)));
            child.kill().expect("kill -9");
            within += u32::from(!lines.any(|line| line == "done"));
        }
        child.wait().expect("gone");

        let db = Connection::open(&file).expect("open");
        let ask = |db: &Connection, sql: &str| -> i64 { db.query_row(sql, (), |r| r.get(0)).expect("an answer") };
        let whole = |db: &Connection| {
            let health: String = db.query_row("PRAGMA integrity_check", (), |r| r.get(0)).expect("check");
            assert_eq!((health.as_str(), ask(db, "SELECT count(*) FROM agent_span")), ("ok", ROWS), "kill {kill}");
        };
        whole(&db);
        let layout = ask(&db, "PRAGMA user_version");
        let tables = ask(&db, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'next%'");
        assert!([(1, 0), (2, 2)].contains(&(layout, tables)), "kill {kill}: layout {layout} with {tables} of it");
        before += u32::from(layout == 1);
        drop(db);
        for entry in fs::read_dir(dir.path()).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|kind| kind.to_string_lossy().starts_with("layout-1")) {
                let copy = Connection::open(&path).expect("open");
                whole(&copy);
                assert_eq!(ask(&copy, "PRAGMA user_version"), 1);
                copies += 1;
            }
        }
        // Whoever comes next finishes it, and leaves no half copy behind.
        let mut db = Connection::open(&file).expect("open");
        migrate(&mut db, &file, &NEXT).expect("a newer layout");
        whole(&db);
        assert_eq!(ask(&db, "SELECT count(*) FROM next"), ROWS);
        assert!(!dir.path().join("mirante.db.layout-making").exists() || layout == 2, "kill {kill}");
    }
    println!(
        "{kills} kills while bringing a file up to date (takes {takes:?}), {within} within it: {before} times still the old one; \
         {copies} copies, all whole"
    );
    assert!(within * 3 >= kills, "only {within} of {kills} kills hit it");
}
