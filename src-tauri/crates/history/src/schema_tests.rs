//! The layout: what it is, how it grows, and what is refused.

use super::*;
use crate::{History, OpenOptions};
use expect_test::expect;
use std::fs;

fn writer(dir: &Path) -> History {
    History::open(dir, &OpenOptions::writer()).expect("open for writing")
}

fn file(dir: &Path) -> PathBuf {
    dir.join("mirante.db")
}

fn refusal(dir: &Path, options: &OpenOptions) -> String {
    let error = History::open(dir, options).err().expect("refused").to_string();
    error.replace(&dir.display().to_string(), "DIR")
}

/// Does something to the file of a new folder.
fn altered(sql: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("tempdir");
    drop(writer(dir.path()));
    Connection::open(file(dir.path())).and_then(|db| db.execute_batch(sql)).expect("altered");
    dir
}

#[test]
fn settings_are_in_the_file() {
    let dir = tempfile::tempdir().expect("tempdir");
    let history = writer(dir.path());
    let ask = |pragma: &str| -> String {
        let value = |r: &rusqlite::Row<'_>| r.get::<_, rusqlite::types::Value>(0);
        format!("{pragma} {:?}", history.db.query_row(&format!("PRAGMA {pragma}"), [], value).expect(pragma))
    };
    let asked = ["journal_mode", "synchronous", "auto_vacuum", "application_id", "user_version", "secure_delete"];
    expect![[r#"
        journal_mode Text("wal")
        synchronous Integer(2)
        auto_vacuum Integer(2)
        application_id Integer(1298756193)
        user_version Integer(1)
        secure_delete Integer(1)"#]]
    .assert_eq(&asked.map(ask).join("\n"));
}

#[test]
fn the_layout_and_every_root_stay_at_the_front_of_the_file() {
    let dir = tempfile::tempdir().expect("tempdir");
    // A close has statistics made, which once moved a page of the layout to the end of the file.
    for _ in 0..3 {
        let history = writer(dir.path());
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                    INSERT OR REPLACE INTO agent_span (id, source, agent, state, from_ms, to_ms) SELECT i, 1, hex(randomblob(40)), 'ready', i, i FROM n";
        history.db.execute(rows, ()).expect("rows");
        history.db.query_row("SELECT count(*) FROM agent_span WHERE agent > 'A'", (), |_| Ok(())).expect("a plan");
    }
    let history = writer(dir.path());
    let ask = |sql: &str| -> i64 { history.db.query_row(sql, (), |r| r.get(0)).expect(sql) };
    let front = (crate::history::FRONT / 4096) as i64;
    assert!(ask("PRAGMA page_count") > front);
    assert!(ask("SELECT max(pageno) FROM dbstat WHERE name = 'sqlite_schema'") <= front);
    assert!(ask("SELECT max(rootpage) FROM sqlite_schema") <= front);
}

#[test]
fn the_whole_layout() {
    let dir = tempfile::tempdir().expect("tempdir");
    let history = writer(dir.path());
    let mut statement = history
        .db
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name")
        .expect("sql");
    let all: Vec<String> =
        statement.query_map([], |r| r.get(0)).expect("rows").collect::<Result<_, _>>().expect("rows");
    assert!(all.iter().filter(|sql| sql.starts_with("CREATE TABLE")).all(|sql| sql.contains("STRICT")));
    expect![[r#"
        CREATE TABLE agent_span (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL,
            agent TEXT NOT NULL,
            state TEXT NOT NULL,
            place TEXT,
            place_name TEXT,
            reason TEXT,
            from_ms INTEGER NOT NULL,
            from_at INTEGER,
            to_ms INTEGER NOT NULL,
            to_at INTEGER
        ) STRICT;
        CREATE INDEX agent_span_agent ON agent_span (source, agent, to_ms);
        CREATE INDEX agent_span_time ON agent_span (to_ms);
        CREATE TABLE alert (
            id INTEGER PRIMARY KEY,
            rule TEXT NOT NULL,
            name TEXT NOT NULL,
            severity TEXT NOT NULL,
            scope TEXT NOT NULL,
            source INTEGER NOT NULL,
            subject TEXT NOT NULL,
            fired_ms INTEGER NOT NULL,
            taken_ms INTEGER,
            taken_by TEXT,
            resolved_ms INTEGER
        ) STRICT;
        CREATE TABLE alert_action (
            id INTEGER PRIMARY KEY,
            alert INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            what TEXT NOT NULL,
            who TEXT,
            words TEXT NOT NULL
        ) STRICT;
        CREATE INDEX alert_action_alert ON alert_action (alert);
        CREATE INDEX alert_action_time ON alert_action (at_ms);
        CREATE INDEX alert_fired ON alert (fired_ms);
        CREATE TABLE alert_memory (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            state TEXT NOT NULL,
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX alert_resolved ON alert (resolved_ms);
        CREATE TABLE alert_step (
            id INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            alert INTEGER,
            rule TEXT NOT NULL,
            scope TEXT NOT NULL,
            source INTEGER NOT NULL,
            subject TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            was TEXT NOT NULL,
            shown TEXT NOT NULL,
            flapping INTEGER NOT NULL,
            value REAL,
            limit_value REAL,
            taken_by TEXT,
            taken_until_ms INTEGER,
            cause_seq INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX alert_step_alert ON alert_step (alert);
        CREATE INDEX alert_step_seq ON alert_step (seq);
        CREATE INDEX alert_step_subject ON alert_step (rule, scope, source, subject, at_ms);
        CREATE INDEX alert_step_time ON alert_step (at_ms);
        CREATE TABLE attempt (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL,
            attempt TEXT NOT NULL,
            campaign TEXT,
            contact TEXT NOT NULL,
            callee INTEGER,
            agent TEXT,
            agent_name INTEGER,
            started_ms INTEGER NOT NULL,
            started_at INTEGER,
            ringing_ms INTEGER,
            ringing_at INTEGER,
            answered_ms INTEGER,
            answered_at INTEGER,
            answered_by TEXT,
            ended_ms INTEGER NOT NULL,
            ended_at INTEGER,
            ring_ms INTEGER NOT NULL,
            talk_ms INTEGER,
            dropped INTEGER NOT NULL,
            ended_by TEXT NOT NULL,
            cause INTEGER,
            status TEXT,
            result TEXT NOT NULL,
            inferred INTEGER NOT NULL,
            disposition TEXT,
            human INTEGER,
            right_party INTEGER,
            sale INTEGER,
            promise INTEGER,
            do_not_call INTEGER,
            completed INTEGER,
            unworkable INTEGER
        ) STRICT;
        CREATE INDEX attempt_campaign ON attempt (source, campaign, started_ms);
        CREATE INDEX attempt_contact ON attempt (source, contact);
        CREATE INDEX attempt_name ON attempt (source, attempt);
        CREATE INDEX attempt_started ON attempt (started_ms);
        CREATE TABLE decision (
            id INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            by TEXT NOT NULL,
            what TEXT NOT NULL
        ) STRICT;
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            channel TEXT NOT NULL,
            target TEXT NOT NULL,
            alerts TEXT NOT NULL,
            body TEXT NOT NULL,
            made_ms INTEGER NOT NULL,
            due_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            tried_ms INTEGER,
            ended_ms INTEGER,
            state TEXT NOT NULL,
            words TEXT
        ) STRICT;
        CREATE INDEX delivery_due ON delivery (due_ms) WHERE state = 'waiting';
        CREATE INDEX delivery_ended ON delivery (ended_ms);
        CREATE INDEX delivery_made ON delivery (made_ms);
        CREATE TABLE fault (
            id INTEGER PRIMARY KEY,
            seq INTEGER NOT NULL,
            what TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;
        CREATE TABLE gap (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL,
            from_ms INTEGER NOT NULL,
            to_ms INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX gap_time ON gap (to_ms);
        CREATE TABLE head (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            seq INTEGER NOT NULL,
            seen INTEGER,
            fold_version INTEGER NOT NULL,
            chained INTEGER NOT NULL,
            keyframe BLOB NOT NULL
        ) STRICT;
        CREATE TABLE import_undone (
            source INTEGER NOT NULL,
            begun_ms INTEGER NOT NULL,
            ended_ms INTEGER,
            visits INTEGER NOT NULL,
            from_ms INTEGER,
            to_ms INTEGER,
            PRIMARY KEY (source, begun_ms)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE imported (
            seq_first INTEGER PRIMARY KEY,
            seq_last INTEGER NOT NULL,
            source INTEGER NOT NULL,
            chain INTEGER NOT NULL,
            seen_first INTEGER NOT NULL,
            seen_top INTEGER NOT NULL,
            count INTEGER NOT NULL,
            fold_version INTEGER NOT NULL,
            keyframe BLOB NOT NULL,
            events BLOB NOT NULL
        ) STRICT;
        CREATE TABLE imported_file (
            source INTEGER NOT NULL,
            head BLOB NOT NULL,
            done INTEGER NOT NULL,
            lines INTEGER NOT NULL,
            from_ms INTEGER,
            to_ms INTEGER,
            edges BLOB NOT NULL,
            PRIMARY KEY (source, head)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE imported_head (
            source INTEGER PRIMARY KEY,
            chain INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            visits INTEGER NOT NULL,
            fold_version INTEGER NOT NULL,
            keyframe BLOB NOT NULL
        ) STRICT;
        CREATE TABLE journal (
            seq_first INTEGER PRIMARY KEY,
            seq_last INTEGER NOT NULL,
            seen_first INTEGER NOT NULL,
            seen_top INTEGER NOT NULL,
            count INTEGER NOT NULL,
            events BLOB NOT NULL
        ) STRICT;
        CREATE TABLE key_check (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            tag BLOB NOT NULL
        ) STRICT;
        CREATE TABLE lost (
            seq_first INTEGER PRIMARY KEY,
            seq_last INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE migration (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            sha256 BLOB NOT NULL
        ) STRICT;
        CREATE TABLE minute (
            source INTEGER NOT NULL,
            minute_ms INTEGER NOT NULL,
            covered_ms INTEGER NOT NULL,
            PRIMARY KEY (source, minute_ms)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE party (
            id INTEGER PRIMARY KEY,
            staff INTEGER NOT NULL,
            used_ms INTEGER NOT NULL,
            lookup BLOB UNIQUE,
            sealed BLOB
        ) STRICT;
        CREATE INDEX party_age ON party (staff, used_ms) WHERE sealed IS NOT NULL;
        CREATE TABLE pbx_asked (
            source INTEGER PRIMARY KEY,
            seen_ms INTEGER NOT NULL,
            at_ms INTEGER
        ) STRICT;
        CREATE TABLE pbx_counter (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL,
            queue TEXT NOT NULL,
            stretch_ms INTEGER NOT NULL,
            slot INTEGER NOT NULL,
            anew INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL,
            at_ms INTEGER,
            completed INTEGER NOT NULL,
            abandoned INTEGER NOT NULL,
            hold_s INTEGER NOT NULL,
            talk_s INTEGER NOT NULL,
            level_s INTEGER NOT NULL,
            of_completed INTEGER,
            of_all INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX pbx_counter_queue ON pbx_counter (source, queue, stretch_ms, slot);
        CREATE INDEX pbx_counter_seen ON pbx_counter (seen_ms);
        CREATE TABLE pbx_freed (
            visit INTEGER PRIMARY KEY,
            freed_ms INTEGER NOT NULL,
            freed_at INTEGER
        ) STRICT;
        CREATE INDEX pbx_freed_time ON pbx_freed (freed_ms);
        CREATE TABLE pbx_under_way (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL,
            queue TEXT NOT NULL,
            ended_ms INTEGER NOT NULL,
            ended_at INTEGER,
            talk_ms INTEGER
        ) STRICT;
        CREATE INDEX pbx_under_way_time ON pbx_under_way (ended_ms);
        CREATE TABLE removal (
            rule TEXT NOT NULL,
            before_ms INTEGER NOT NULL,
            removed_ms INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (rule, before_ms)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE rollup_agent (
            source INTEGER NOT NULL,
            agent TEXT NOT NULL,
            quarter_ms INTEGER NOT NULL,
            state TEXT NOT NULL,
            place TEXT NOT NULL,
            place_name TEXT NOT NULL,
            spent_ms INTEGER NOT NULL,
            PRIMARY KEY (source, agent, quarter_ms, state, place, place_name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE rollup_agent_queue (
            source INTEGER NOT NULL,
            agent TEXT NOT NULL,
            queue TEXT NOT NULL,
            quarter_ms INTEGER NOT NULL,
            answered INTEGER NOT NULL,
            ring_no_answer INTEGER NOT NULL,
            PRIMARY KEY (source, agent, queue, quarter_ms)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE rollup_attempt (
            source INTEGER NOT NULL,
            campaign TEXT NOT NULL,
            minute_ms INTEGER NOT NULL,
            result TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            inferred INTEGER NOT NULL,
            dropped INTEGER NOT NULL,
            answered_human INTEGER NOT NULL,
            coded INTEGER NOT NULL,
            human INTEGER NOT NULL,
            right_party INTEGER NOT NULL,
            sale INTEGER NOT NULL,
            promise INTEGER NOT NULL,
            do_not_call INTEGER NOT NULL,
            completed INTEGER NOT NULL,
            unworkable INTEGER NOT NULL,
            ring_ms INTEGER NOT NULL,
            rings BLOB NOT NULL,
            talked INTEGER NOT NULL,
            talk_ms INTEGER NOT NULL,
            talks BLOB NOT NULL,
            PRIMARY KEY (source, campaign, minute_ms, result)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE rollup_queue (
            source INTEGER NOT NULL,
            queue TEXT NOT NULL,
            minute_ms INTEGER NOT NULL,
            entered INTEGER NOT NULL,
            answered INTEGER NOT NULL,
            lost INTEGER NOT NULL,
            waiting_ms INTEGER NOT NULL,
            waiting_peak INTEGER NOT NULL,
            PRIMARY KEY (source, queue, minute_ms)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE rollup_visit (
            source INTEGER NOT NULL,
            queue TEXT NOT NULL,
            minute_ms INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            visits INTEGER NOT NULL,
            backfilled INTEGER NOT NULL,
            transferred INTEGER NOT NULL,
            wait_ms INTEGER NOT NULL,
            waits BLOB NOT NULL,
            talked INTEGER NOT NULL,
            talk_ms INTEGER NOT NULL,
            talks BLOB NOT NULL,
            PRIMARY KEY (source, queue, minute_ms, outcome)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE segment (
            seq_first INTEGER PRIMARY KEY,
            seq_last INTEGER NOT NULL,
            seen_before INTEGER,
            seen_first INTEGER NOT NULL,
            seen_top INTEGER NOT NULL,
            count INTEGER NOT NULL,
            fold_version INTEGER NOT NULL,
            boards INTEGER NOT NULL,
            board BLOB NOT NULL,
            core BLOB NOT NULL,
            detail BLOB NOT NULL,
            keyframe BLOB
        ) STRICT;
        CREATE INDEX segment_seen ON segment (seen_before);
        CREATE TABLE silence (
            id INTEGER PRIMARY KEY,
            of TEXT NOT NULL,
            from_ms INTEGER NOT NULL,
            until_ms INTEGER NOT NULL,
            by TEXT NOT NULL,
            why TEXT NOT NULL,
            admin INTEGER NOT NULL,
            ended_by TEXT
        ) STRICT;
        CREATE INDEX silence_until ON silence (until_ms);
        CREATE TABLE source (
            id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            completes INTEGER
        ) STRICT;
        CREATE TABLE visit (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL,
            queue TEXT NOT NULL,
            call TEXT NOT NULL,
            contact TEXT NOT NULL,
            caller INTEGER,
            entered_ms INTEGER NOT NULL,
            entered_at INTEGER,
            ended_ms INTEGER NOT NULL,
            ended_at INTEGER,
            outcome TEXT NOT NULL,
            wait_ms INTEGER NOT NULL,
            agent TEXT,
            agent_name INTEGER,
            interface TEXT,
            talk_ms INTEGER,
            transferred INTEGER NOT NULL,
            origin TEXT NOT NULL,
            amended_from TEXT,
            amended_by TEXT
        ) STRICT;
        CREATE INDEX visit_call ON visit (source, call);
        CREATE INDEX visit_contact ON visit (source, contact) WHERE contact <> call;
        CREATE INDEX visit_entered ON visit (entered_ms);
        CREATE INDEX visit_queue ON visit (source, queue, entered_ms, ended_ms, wait_ms, outcome)"#]]
    .assert_eq(&all.join(";\n"));
}

#[test]
fn foreign_files_are_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("tempdir");
    Connection::open(file(dir.path())).and_then(|db| db.execute_batch("CREATE TABLE mine (a)")).expect("foreign");
    let before = fs::read(file(dir.path())).expect("read");
    expect!["DIR/mirante.db is not a history of Mirante"].assert_eq(&refusal(dir.path(), &OpenOptions::writer()));
    expect!["DIR/mirante.db is not a history of Mirante"].assert_eq(&refusal(dir.path(), &OpenOptions::reader()));
    assert_eq!(fs::read(file(dir.path())).expect("read"), before);

    let dir = tempfile::tempdir().expect("tempdir");
    fs::write(file(dir.path()), "not a database at all, but long enough to be looked at as one".repeat(20))
        .expect("write");
    expect!["history database: file is not a database"].assert_eq(&refusal(dir.path(), &OpenOptions::writer()));
    expect!["DIR/mirante.db is not a history of Mirante"].assert_eq(&refusal(dir.path(), &OpenOptions::reader()));
}

#[test]
fn a_newer_layout_is_refused() {
    let dir = altered("PRAGMA user_version = 7");
    let words = "DIR/mirante.db was written by a newer Mirante (layout 7, this one knows up to 1); update this one";
    assert_eq!(refusal(dir.path(), &OpenOptions::writer()), words);
    assert_eq!(refusal(dir.path(), &OpenOptions::reader()), words);
}

#[test]
fn an_altered_past_is_refused() {
    let dir = altered("UPDATE migration SET sha256 = zeroblob(32)");
    let words =
        "step 1 (first) of DIR/mirante.db is not the one this Mirante knows; the file was made by an altered version";
    assert_eq!(refusal(dir.path(), &OpenOptions::writer()), words);
    assert_eq!(refusal(dir.path(), &OpenOptions::reader()), words);
    let dir = altered("DELETE FROM migration");
    assert!(refusal(dir.path(), &OpenOptions::writer()).starts_with("step 0 (version 1) of"));
}

#[test]
fn an_older_file_is_copied_and_brought_up_to_date() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = writer(dir.path());
    history.register("matriz", "asterisk").expect("register");
    drop(history);
    let path = file(dir.path());
    let mut steps = STEPS.to_vec();
    steps.push(Step { name: "next", sql: "ALTER TABLE source ADD COLUMN colour TEXT;" });
    let mut db = Connection::open(&path).expect("open");

    // A reader of the next version cannot read this one's file, and says what to do.
    expect!["DIR/mirante.db has an older layout (1 of 2); start this version's Mirante once to bring it up to date"]
        .assert_eq(
            &check(&db, &path, &steps)
                .expect_err("older")
                .to_string()
                .replace(&dir.path().display().to_string(), "DIR"),
        );

    // A step that fails leaves the file at the step before, and a copy that nobody needs.
    let mut broken = steps.clone();
    broken.push(Step { name: "broken", sql: "CREATE TABLE half (a INTEGER) STRICT; CREATE NONSENSE;" });
    migrate(&mut db, &path, &broken).expect_err("nonsense");
    assert_eq!(verify(&db, &path, &broken).expect("whole"), 2);
    let half: i64 =
        db.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", [], |r| r.get(0)).expect("count");
    assert_eq!(half, 0);

    migrate(&mut db, &path, &steps).expect("nothing left to do");
    let colour: Option<String> = db.query_row("SELECT colour FROM source", [], |r| r.get(0)).expect("new column");
    assert_eq!(colour, None);
    let copy = Connection::open(dir.path().join("mirante.db.layout-1")).expect("copy");
    assert_eq!(verify(&copy, &path, STEPS).expect("the old layout"), 1);
    let name: String = copy.query_row("SELECT name FROM source", [], |r| r.get(0)).expect("old content");
    assert_eq!(name, "matriz");
    // This version refuses what the next one made.
    drop((db, copy));
    assert!(refusal(dir.path(), &OpenOptions::writer()).contains("newer Mirante (layout 2"));
}
