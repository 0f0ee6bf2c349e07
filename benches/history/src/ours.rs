//! Mirante's own history: sizes, seeks, a day of one indicator.

use crate::cells::{self, Cells, Words};
use crate::figures::{Figures, busy, wall};
use crate::workload::{CELLS, Told};
use anyhow::{Context, Result, ensure};
use mirante_floor::SourceId;
use mirante_history::{History, Indicator, OpenOptions};
use rusqlite::Connection;
use std::path::Path;

/// What was measured.
pub struct Ours {
    pub bytes_per_sample: f64,
    /// Of the segments of the hours that the rivals hold.
    pub busy_bytes_per_sample: f64,
    pub seek: Figures,
    pub seek_wall: Figures,
    pub cold: Figures,
    /// Opening alone.
    pub opening: Figures,
    pub floor: Figures,
    pub series: Figures,
    pub exact: bool,
    pub checked: usize,
}

/// Bytes of each table and index, by SQLite's own account, beside the rows it has.
fn sizes(db: &Connection, seconds: f64) -> Result<f64> {
    let samples = seconds * CELLS as f64;
    let mut all = db.prepare(
        "SELECT d.name, sum(d.pgsize), s.type, s.tbl_name FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
         GROUP BY d.name ORDER BY 2 DESC",
    )?;
    let rows = all.query_map((), |r| {
        Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?, r.get::<_, String>(2)?, r.get::<_, String>(3)?))
    })?;
    println!("\n{:<28} {:>12} {:>10} {:>12} {:>12}", "table or index", "bytes", "rows", "bytes a row", "a sample");
    let mut segment = 0.0;
    for row in rows {
        let (name, bytes, kind, table) = row?;
        let count: i64 = db.query_row(&format!("SELECT count(*) FROM \"{table}\""), (), |r| r.get(0))?;
        if name == "segment" {
            segment = bytes as f64;
        }
        if bytes <= 8_192 && name != "segment" {
            continue;
        }
        let name = if kind == "index" { format!("  {name}") } else { name };
        let each = if count == 0 { 0.0 } else { bytes as f64 / count as f64 };
        println!("{name:<28} {bytes:>12} {count:>10} {each:>12.1} {:>12.5}", bytes as f64 / samples);
    }
    Ok(segment / samples)
}

/// A generator that gives the same seconds in every run.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most.max(1)
    }
}

/// Bytes of the segments that lie in a span of Unix ms, and its samples.
fn busy_size(db: &Connection, from: i64, to: i64) -> Result<f64> {
    let sql = "SELECT sum(length(board) + length(core) + length(detail) + coalesce(length(keyframe), 0)), min(seen_first), max(seen_top)
               FROM segment WHERE seen_first >= ?1 AND seen_top < ?2";
    let (bytes, first, last): (i64, i64, i64) =
        db.query_row(sql, (from, to), |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    // Pages hold a little more than what is in them: as in the whole table.
    let (all, pages): (i64, i64) = db.query_row(
        "SELECT sum(length(board) + length(core) + length(detail) + coalesce(length(keyframe), 0)),
             (SELECT sum(pgsize) FROM dbstat WHERE name = 'segment') FROM segment",
        (),
        |r| Ok((r.get(0)?, r.get(1)?)),
    )?;
    let seconds = (last - first) as f64 / 1000.0;
    Ok(bytes as f64 * (pages as f64 / all as f64) / (seconds * CELLS as f64))
}

/// Measures the folder that was told.
pub fn measure(
    folder: &Path,
    told: &Told,
    from: i64,
    busy_span: (i64, i64),
    sampled: &[(i64, Cells, Words)],
) -> Result<Ours> {
    let file = folder.join("mirante.db");
    let db = Connection::open(&file)?;
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    let seconds = told.sealed_ms as f64 / 1000.0;
    let bytes_per_sample = sizes(&db, seconds)?;
    let busy_bytes_per_sample = busy_size(&db, busy_span.0, busy_span.1).unwrap_or(f64::NAN);
    drop(db);

    let history = History::open(folder, &OpenOptions::reader())?;
    let mut exact = told.unfaithful == 0;
    for (at, expected, words) in sampled {
        let past = history.board_at(*at)?;
        let mut words = words.clone();
        let shown = cells::of_board(&past.board, &told.agents, from, &mut words);
        if shown != *expected {
            exact = false;
            let place = shown.0.iter().zip(&expected.0).position(|(a, b)| a != b);
            println!("at {at}: cell {place:?} of {} and {} differs", shown.0.len(), expected.0.len());
        }
    }
    // What is read without a fold is what the fold gives.
    for (at, ..) in sampled.iter().step_by(29) {
        let (past, floor) = (history.board_at(*at)?, history.floor_at(*at)?);
        if mirante_history::Board::of(&floor.floor) != past.board {
            exact = false;
            println!("at {at}: the board is not that of the fold");
        }
    }

    let (mut seek, mut seek_wall, mut floor, mut cold, mut opening) = Default::default();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut second = || from + chance.below(seconds as u64) as i64 * 1000;
    for _ in 0..200 {
        history.board_at(second())?;
    }
    for _ in 0..3_000 {
        let at = second();
        let (taken, (busy, past)) = wall(|| busy(|| history.board_at(at)));
        past?;
        Figures::push(&mut seek, busy);
        Figures::push(&mut seek_wall, taken);
    }
    for _ in 0..40 {
        let at = second();
        let (taken, past) = busy(|| history.floor_at(at));
        past?;
        Figures::push(&mut floor, taken);
    }
    drop(history);
    for _ in 0..200 {
        evict(&file)?;
        let at = second();
        let (open, history) = wall(|| History::open(folder, &OpenOptions::reader()));
        let history = history?;
        let (taken, past) = wall(|| history.board_at(at));
        past?;
        Figures::push(&mut opening, open);
        Figures::push(&mut cold, open + taken);
    }

    let history = History::open(folder, &OpenOptions::reader())?;
    let mut series = Figures::default();
    let board = history.board_at(from + told.sealed_ms / 2)?.board;
    for queue in board.queues.iter().step_by(2) {
        let day = seconds as usize;
        let (taken, points) = busy(|| history.series(SourceId(1), &queue.queue, Indicator::Waiting, from, day));
        ensure!(points?.len() == day, "a point a second");
        series.push(taken);
    }
    exact &= check_series(&history, told, from, sampled)?;
    let checked = sampled.len();
    Ok(Ours { bytes_per_sample, busy_bytes_per_sample, seek, seek_wall, cold, opening, floor, series, exact, checked })
}

/// The series of every tenth queue against the books, as far as everybody who entered has left.
fn check_series(history: &History, told: &Told, from: i64, sampled: &[(i64, Cells, Words)]) -> Result<bool> {
    let end = from + told.sealed_ms - 1_000;
    let last = history.board_at(end)?.board;
    let mut same = true;
    for (place, queue) in last.queues.iter().enumerate().step_by(10) {
        let day = (told.sealed_ms / 1000) as usize;
        let of = |indicator| history.series(SourceId(1), &queue.queue, indicator, from, day);
        let (waiting, answered, lost) = (of(Indicator::Waiting)?, of(Indicator::Answered)?, of(Indicator::Lost)?);
        for (at, cells, _) in sampled.iter().filter(|(at, ..)| *at < end - 3 * 3_600_000) {
            let second = ((at - from) / 1000) as usize;
            let books = [cells.0[place * 12], cells.0[place * 12 + 3], cells.0[place * 12 + 4]];
            let told = [waiting[second], answered[second], lost[second]].map(|point| point.map_or(-1, i64::from));
            if told != books {
                same = false;
                println!(
                    "at {at}: waiting, answered, lost of {} are {books:?}, and the series say {told:?}",
                    queue.queue
                );
                break;
            }
        }
    }
    Ok(same)
}

/// Has the system forget the file: what is read next comes from the disk.
#[cfg(target_os = "linux")]
pub fn evict(file: &Path) -> Result<()> {
    let file = std::fs::File::open(file).with_context(|| file.display().to_string())?;
    file.sync_all()?;
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    Ok(())
}

/// Elsewhere there is no such call: what is called cold is not.
#[cfg(not(target_os = "linux"))]
pub fn evict(_: &Path) -> Result<()> {
    Ok(())
}
