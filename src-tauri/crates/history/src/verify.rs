//! Whether what is stored agrees with itself: the pages of the file, each segment with the next, and the rows that analysts query
//! with what the events give when folded again.

use crate::{Board, History, HistoryError, Result, facts, keyframe, replay, replay::Start, schema, segment};
use mirante_floor::{Changes, FOLD_VERSION, Fact, Floor, Minute};
use rusqlite::{Connection, OpenFlags, Transaction, types::ValueRef};

/// Facts written in one go.
const FACTS: usize = 10_000;
/// Sums by the minute of beginning change while a visit or attempt of that minute goes on, which is not for longer than this, ms.
const LONGEST_MS: i64 = 24 * 60 * 60_000;
/// Rows told of a table that differs.
const TOLD: usize = 5;

/// Tables made of facts, when a row of each was closed or began, Unix ms, and for how long it then counts. Gaps are left out: a full
/// disk adds some that no event tells.
const TABLES: &[(&str, &str, i64)] = &[
    ("visit", "ended_ms", 0),
    ("attempt", "ended_ms", 0),
    ("agent_span", "to_ms", 0),
    ("minute", "minute_ms", Minute::MS),
    ("rollup_visit", "minute_ms", LONGEST_MS),
    ("rollup_attempt", "minute_ms", LONGEST_MS),
    ("rollup_queue", "minute_ms", Minute::MS),
    ("rollup_agent", "quarter_ms", facts::QUARTER),
    ("rollup_agent_queue", "quarter_ms", facts::QUARTER),
];

/// What was looked at, and what is wrong.
#[derive(Debug, Default)]
pub struct Verified {
    /// Closed stretches replayed.
    pub segments: u64,
    /// Events folded again.
    pub events: u64,
    /// Rows computed again and compared.
    pub rows: u64,
    /// Closed stretches whose rows could not be computed again: damaged, lost, or folded by another version.
    pub left_out: u64,
    /// What is wrong, in words; nothing if all is well.
    pub findings: Vec<String>,
}

/// A stretch of closed history.
struct Stretch {
    seq_first: u64,
    seq_last: u64,
    seen_first: i64,
    seen_top: i64,
    fold_version: u32,
}

impl History {
    /// Reads all that is stored, up to the newest event kept when it begins, and computes the rows again in a file of its own.
    /// `progress` hears of segments done and of how many there are. May run beside the one that writes.
    ///
    /// # Errors
    /// When history cannot be read at all, or there is no room for the computed rows. What is damaged is a finding.
    pub fn verify(&self, mut progress: impl FnMut(u64, u64)) -> Result<Verified> {
        let mut found = Verified::default();
        let folder = tempfile::tempdir().map_err(HistoryError::io(std::env::temp_dir()))?;
        let mut copy = recomputed(&folder.path().join("recomputed.db"), &self.file())?;
        let tx = copy.transaction()?;
        // The first look fixes the moment: what is written from now on is not looked at.
        let newest: u64 = tx.query_row(
            "SELECT max(coalesce((SELECT max(seq_last) FROM old.journal), 0), coalesce((SELECT seq FROM old.head), 0))",
            [],
            |row| row.get(0),
        )?;
        let db = self.db.unchecked_transaction()?;
        let mut statement = db.prepare("PRAGMA integrity_check(20)")?;
        for line in statement.query_map([], |row| row.get::<_, String>(0))? {
            found.findings.extend(Some(line?).filter(|line| line != "ok").map(|line| format!("database: {line}")));
        }
        let mut book =
            Book { tx: &tx, floor: Floor::default(), at: 0, changes: Changes::default(), pending: Vec::new() };
        let stretches = stretches(&db)?;
        let all = stretches.len() as u64;
        // Rows of before the first event that is left are kept for longer than it, and cannot be computed again.
        if let Some(first) = stretches.first().filter(|first| first.seq_first > 1) {
            excuse(&tx, i64::MIN, first.seen_first)?;
        }
        for stretch in stretches {
            found.segments += 1;
            progress(found.segments, all);
            match book.replay(&db, &stretch) {
                Ok(events) => {
                    found.events += events;
                    if stretch.fold_version == FOLD_VERSION {
                        continue;
                    }
                }
                Err(error) => {
                    found.findings.push(format!("events {} to {}: {error}", stretch.seq_first, stretch.seq_last));
                }
            }
            // Another fold may make other rows of it, and another floor at its end.
            found.left_out += 1;
            excuse(&tx, stretch.seen_first, stretch.seen_top)?;
            book.at = 0;
        }
        let head = Start::head(&db)?;
        if let Some(words) = book.goes_on_with(head.seq, head.fold_version, head.floor)? {
            found.findings.push(words);
        }
        replay::each_event(&db, book.at + 1..=newest, &mut |event| {
            found.events += 1;
            book.fold(event).map(|()| true)
        })?;
        book.write()?;
        for (table, closed, counts) in TABLES {
            compare(&tx, table, &format!("{closed} + {counts} >= from_ms AND {closed} <= to_ms"), &mut found)?;
        }
        Ok(found)
    }
}

/// An empty database of the newest layout, with the stored one beside it as `old`, for reading.
fn recomputed(path: &std::path::Path, stored: &std::path::Path) -> Result<Connection> {
    schema::prepare_writer(&mut Connection::open(path)?, path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    // Thrown away in the end, whatever happens.
    db.execute_batch("PRAGMA synchronous = OFF; CREATE TEMP TABLE excused (from_ms INTEGER, to_ms INTEGER);")?;
    db.pragma_update(None, "journal_mode", "MEMORY")?;
    let stored: String = stored.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    db.execute("ATTACH ?1 AS old", [format!("file:{stored}?mode=ro")])?;
    Ok(db)
}

fn stretches(db: &Connection) -> Result<Vec<Stretch>> {
    let sql = "SELECT seq_first, seq_last, seen_first, seen_top, fold_version FROM segment ORDER BY seq_first";
    let mut statement = db.prepare(sql)?;
    let read = statement.query_map([], |row| {
        Ok(Stretch {
            seq_first: row.get(0)?,
            seq_last: row.get(1)?,
            seen_first: row.get(2)?,
            seen_top: row.get(3)?,
            fold_version: row.get(4)?,
        })
    })?;
    Ok(read.collect::<Result<_, _>>()?)
}

/// Rows closed in this time cannot be judged.
fn excuse(tx: &Transaction<'_>, from_ms: i64, to_ms: i64) -> Result<()> {
    tx.execute("INSERT INTO excused VALUES (?1, ?2)", (from_ms, to_ms))?;
    Ok(())
}

/// The fold, run again.
struct Book<'a> {
    tx: &'a Transaction<'a>,
    floor: Floor,
    /// Newest event in the floor.
    at: u64,
    changes: Changes,
    pending: Vec<Fact>,
}

impl Book<'_> {
    /// Folds a closed stretch again, from its own beginning where that is not what came before; gives how many events it held.
    fn replay(&mut self, db: &Connection, stretch: &Stretch) -> Result<u64> {
        let sql = "SELECT board, core, detail, keyframe, boards FROM segment WHERE seq_first = ?1";
        type Blobs = ([Vec<u8>; 3], Option<Vec<u8>>, bool);
        let ([board, core, detail], begun, boards): Blobs = db.query_row(sql, [stretch.seq_first], |row| {
            Ok(([row.get(0)?, row.get(1)?, row.get(2)?], row.get(3)?, row.get(4)?))
        })?;
        // Whole before any of it is folded: half a stretch would make rows that are not there.
        let mut events = Vec::new();
        segment::events(&board, &core, &detail, stretch.seq_first, |event| {
            events.push(event.clone());
            Ok(true)
        })?;
        let before = stretch.seq_first - 1;
        let begun = match begun {
            Some(begun) => keyframe::restore(&begun)?,
            None if self.at == before && stretch.fold_version == FOLD_VERSION => self.floor.clone(),
            None => replay::floor_before(db, stretch.seq_first)?,
        };
        let differs = self.goes_on_with(before, stretch.fold_version, begun)?;
        for event in &events {
            self.fold(event)?;
        }
        if let Some(words) = differs {
            return Err(HistoryError::damaged("keyframe", words));
        }
        if boards && stretch.fold_version == FOLD_VERSION {
            let (shown, ..) = segment::board_at(&board, &core, |_, _| true)?;
            if shown != Board::of(&self.floor) {
                return Err(HistoryError::damaged("board", "its cells are not those of the floor"));
            }
        }
        Ok(events.len() as u64)
    }

    /// The next stretch begins with this floor, as of event `seq`; says so if that is not what the one before came to.
    fn goes_on_with(&mut self, seq: u64, fold_version: u32, begun: Floor) -> Result<Option<String>> {
        let goes_on = seq == 0 || (self.at == seq && fold_version == FOLD_VERSION);
        let words = (goes_on && self.floor != begun)
            .then(|| format!("the floor after event {seq} is not the one that was kept"));
        if !goes_on || words.is_some() {
            self.floor = begun;
        }
        self.at = seq;
        Ok(words)
    }

    fn fold(&mut self, event: &mirante_floor::Event) -> Result<()> {
        self.floor.apply(event, &mut self.changes);
        self.pending.append(&mut self.changes.facts);
        self.changes.clear();
        self.at = event.stamp.seq;
        if self.pending.len() >= FACTS { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<()> {
        facts::write(self.tx, self.at, &self.pending)?;
        self.pending.clear();
        Ok(())
    }
}

/// Rows of a table that only one side has, and that are not `excused`.
fn compare(tx: &Transaction<'_>, table: &str, excused: &str, found: &mut Verified) -> Result<()> {
    let columns = columns(tx, table)?;
    let judged = format!("NOT EXISTS (SELECT 1 FROM excused WHERE {excused})");
    let rows: u64 = tx.query_row(&format!("SELECT count(*) FROM main.{table} WHERE {judged}"), [], |row| row.get(0))?;
    found.rows += rows;
    for (here, there, what) in
        [("main", "old", "is missing or differs"), ("old", "main", "is not what the events tell")]
    {
        let one = |base: &str| format!("SELECT {columns} FROM {base}.{table} WHERE {judged}");
        let sql = format!("{} EXCEPT {}", one(here), one(there));
        let mut statement = tx.prepare(&sql)?;
        let names: Vec<String> = statement.column_names().map(String::from).collect();
        let (mut rows, mut count) = (statement.query([])?, 0);
        while let Some(row) = rows.next()? {
            count += 1;
            if count <= TOLD {
                let cells: Vec<String> = (0..names.len())
                    .map(|nth| Ok(format!("{} {}", names[nth], words(row.get_ref(nth)?))))
                    .collect::<Result<_>>()?;
                found.findings.push(format!("{table}: a row {what}: {}", cells.join(", ")));
            }
        }
        if count > TOLD {
            found.findings.push(format!("{table}: {} more rows: {what}", count - TOLD));
        }
    }
    Ok(())
}

fn words(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "—".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// The columns of a table that say something: a row's own number does where facts name it.
fn columns(tx: &Transaction<'_>, table: &str) -> Result<String> {
    let mut statement = tx.prepare(&format!("SELECT name FROM pragma_table_info('{table}', 'main')"))?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let says = |name: &&String| *name != "id" || table != "agent_span";
    Ok(names.iter().filter(says).map(String::as_str).collect::<Vec<_>>().join(", "))
}
