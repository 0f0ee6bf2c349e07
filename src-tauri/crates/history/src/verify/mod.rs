//! Whether what is stored agrees with itself: the pages of the file, each segment with the next, and the rows that analysts query
//! with what the events give when folded again.
//!
//! Reads in short looks, so that the log of whoever writes meanwhile does not grow. Each look at a table begins by folding what was
//! kept since the last one, so that it compares rows and events of one moment. Rows of an imported source that is not as it was at the
//! start are passed over.

mod book;
mod compare;

use crate::{History, HistoryError, Result, Rule, imported, replay::Start, schema};
use book::Book;
use mirante_floor::{FOLD_VERSION, SourceId};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};

/// What was looked at, and what is wrong.
#[derive(Debug, Default)]
pub struct Verified {
    /// Closed stretches replayed.
    pub segments: u64,
    /// Events folded again.
    pub events: u64,
    /// Rows computed again and compared.
    pub rows: u64,
    /// Closed stretches whose rows could not be computed again: damaged, lost, or folded by another version; and imported sources that
    /// changed meanwhile.
    pub left_out: u64,
    /// The file was too large to look at the pages that no table uses.
    pub unused_left_out: bool,
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

/// Imported sources, each with its newest event and whether it is being taken back, as they stand at one moment.
struct Standing(BTreeMap<SourceId, (u64, bool)>);

impl Standing {
    /// As they stand in a database.
    fn of(db: &Connection, base: &str) -> Result<Standing> {
        let sql = format!(
            "SELECT source, seq, EXISTS (SELECT 1 FROM {base}.import_undone AS undone
                 WHERE undone.source = head.source AND ended_ms IS NULL)
             FROM {base}.imported_head AS head"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map([], |r| Ok((SourceId(r.get(0)?), (r.get(1)?, r.get(2)?))))?;
        Ok(Standing(rows.collect::<Result<_, _>>()?))
    }

    /// Those that came, went, or changed since.
    fn changed_since(&self, known: &Standing) -> BTreeSet<SourceId> {
        let differs = |source: &&SourceId| self.0.get(source) != known.0.get(source);
        self.0.keys().chain(known.0.keys()).filter(differs).copied().collect()
    }
}

impl History {
    /// Reads all that is stored and computes the rows again in a file of its own. `progress` hears of segments done and of how many
    /// there are. May run beside the one that writes, and while what is too old is removed.
    ///
    /// # Errors
    /// When history cannot be read at all, or there is no room for the computed rows. What is damaged is a finding.
    pub fn verify(&self, mut progress: impl FnMut(u64, u64)) -> Result<Verified> {
        let mut found = Verified::default();
        let folder = tempfile::tempdir().map_err(HistoryError::io(std::env::temp_dir()))?;
        let copy = recomputed(&folder.path().join("recomputed.db"), &self.file())?;
        pages(&self.db, &mut found)?;
        let mut book = Book::default();
        let (stretches, head) = {
            let look = self.db.unchecked_transaction()?;
            (stretches(&look)?, Start::head(&look)?)
        };
        let (imports, known) = {
            let look = self.db.unchecked_transaction()?;
            (imported::stretches(&look)?, Standing::of(&look, "main")?)
        };
        let all = (stretches.len() + imports.len()) as u64;
        // Rows of before the first event that is left are kept for longer than it, and cannot be computed again.
        let first =
            stretches.first().map_or((head.seq + 1, head.seen), |first| (first.seq_first, Some(first.seen_first)));
        if let (2.., Some(seen)) = first {
            excuse(&copy, None, i64::MIN, seen)?;
        }
        for stretch in stretches {
            found.segments += 1;
            progress(found.segments, all);
            let tx = copy.unchecked_transaction()?;
            let replayed = book.replay(&self.db, &tx, &stretch);
            tx.commit()?;
            match replayed {
                Ok(Some(events)) => {
                    found.events += events;
                    if stretch.fold_version == FOLD_VERSION {
                        continue;
                    }
                    found.left_out += 1;
                    excuse(&copy, None, stretch.seen_first, stretch.seen_top)?;
                }
                // Removed meanwhile, and all that was before it.
                Ok(None) => excuse(&copy, None, i64::MIN, stretch.seen_top)?,
                Err(error) => {
                    found.findings.push(format!("events {} to {}: {error}", stretch.seq_first, stretch.seq_last));
                    found.left_out += 1;
                    excuse(&copy, None, stretch.seen_first, stretch.seen_top)?;
                }
            }
            // Another fold may make other rows of it, and another floor at its end.
            book.at = 0;
        }
        if let Some(words) = book.goes_on_with(head.seq, head.fold_version, head.floor) {
            found.findings.push(words);
        }
        self.verify_imports(&copy, &imports, &known, &mut found, |done| progress(done, all))?;
        for table in &compare::TABLES {
            compare::table(self, &copy, table, &known, &mut book, &mut found)?;
        }
        found.left_out += Standing::of(&self.db, "main")?.changed_since(&known).len() as u64;
        Ok(found)
    }

    /// Folds imported sources again, each by itself, as they stood at the start: a hub may import and take back meanwhile.
    fn verify_imports(
        &self,
        copy: &Connection,
        imports: &[imported::Stretch],
        known: &Standing,
        found: &mut Verified,
        mut progress: impl FnMut(u64),
    ) -> Result<()> {
        // Events go before the rows that they gave.
        let removed = "SELECT max(before_ms) FROM removal WHERE rule = ?1";
        let removed = self.db.query_row(removed, [Rule::Rewind.word()], |r| r.get::<_, Option<i64>>(0))?;
        for source in known.0.keys().copied() {
            if let Some(before_ms) = removed {
                excuse(copy, Some(source), i64::MIN, before_ms)?;
            }
        }
        // Of one that is being taken back some rows have gone and some have not.
        let undoing: Vec<SourceId> =
            known.0.iter().filter(|(_, (_, undoing))| *undoing).map(|(source, _)| *source).collect();
        for source in &undoing {
            excuse(copy, Some(*source), i64::MIN, i64::MAX)?;
        }
        let mut book = Book::default();
        for (nth, stretch) in imports.iter().enumerate().filter(|(_, stretch)| !undoing.contains(&stretch.source)) {
            found.segments += 1;
            progress(found.segments);
            let is_same = |other: &&imported::Stretch| other.source == stretch.source;
            let before = nth.checked_sub(1).and_then(|before| imports.get(before)).filter(is_same);
            let is_last = imports.get(nth + 1).filter(is_same).is_none();
            let source = Some(stretch.source);
            if before.map_or(imported::first_seq(stretch.source), |before| before.seq_last) + 1 != stretch.seq_first {
                let from = before.map_or(i64::MIN, |before| before.seen_first);
                excuse(copy, source, from, stretch.seen_first)?;
            }
            let tx = copy.unchecked_transaction()?;
            let refolded = book.refold(&self.db, &tx, stretch, before, is_last);
            tx.commit()?;
            match refolded {
                Ok(events) => found.events += events,
                Err(_) if Standing::of(&self.db, "main")?.changed_since(known).contains(&stretch.source) => book.at = 0,
                Err(error) => {
                    let (first, last, source) = (stretch.seq_first, stretch.seq_last, stretch.source.0);
                    found.findings.push(format!("imported events {first} to {last} of source {source}: {error}"));
                    book.at = 0;
                }
            }
            if book.at == 0 || stretch.fold_version != FOLD_VERSION {
                found.left_out += 1;
                excuse(copy, source, stretch.seen_first, stretch.seen_top)?;
                book.at = 0;
            }
        }
        Ok(())
    }
}

/// A file of up to so many bytes is looked at whole: that takes about a second.
const SMALL: u64 = 256 << 20;

/// The pages of the file in one look, with those that no table uses; of a large one those of each table, one after the other.
fn pages(db: &Connection, found: &mut Verified) -> Result<()> {
    let bytes = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    if db.query_row(bytes, [], |row| row.get::<_, u64>(0))? <= SMALL {
        return sound(db, "PRAGMA integrity_check", found);
    }
    found.unused_left_out = true;
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0";
    let tables = db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    for table in tables.iter().map(String::as_str).chain(["sqlite_schema"]) {
        sound(db, &format!("PRAGMA integrity_check('{table}')"), found)?;
    }
    Ok(())
}

fn sound(db: &Connection, check: &str, found: &mut Verified) -> Result<()> {
    let mut statement = db.prepare(check)?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        found.findings.extend(Some(line?).filter(|line| line != "ok").map(|line| format!("database: {line}")));
    }
    Ok(())
}

/// An empty database of the newest layout, with the stored one beside it as `old`, for reading.
fn recomputed(path: &std::path::Path, stored: &std::path::Path) -> Result<Connection> {
    schema::prepare_writer(&mut Connection::open(path)?, path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    // Thrown away in the end, whatever happens.
    db.execute_batch(
        "PRAGMA synchronous = OFF; CREATE TEMP TABLE excused (of INTEGER, from_ms INTEGER, to_ms INTEGER);",
    )?;
    db.pragma_update(None, "journal_mode", "MEMORY")?;
    schema::attach(&db, stored)?;
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

/// Rows closed in this time, of one source or of all that are followed, cannot be judged.
fn excuse(db: &Connection, source: Option<SourceId>, from_ms: i64, to_ms: i64) -> Result<()> {
    db.execute("INSERT INTO excused VALUES (?1, ?2, ?3)", (source.map(|source| source.0), from_ms, to_ms))?;
    Ok(())
}
