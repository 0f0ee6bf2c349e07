//! How fast a PBX's past is imported, what it takes of memory, and whether what is kept is what the log tells.

use super::{cpu_s, memory_mb};
use crate::hub::{Hub, mirantectl};
use crate::year::{self, Written};
use anyhow::{Context, Result, ensure};
use rusqlite::Connection;
use serde_json::json;
use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Midnight of 1 January 2025 in São Paulo, Unix s.
const FROM: i64 = 1_735_700_400;
/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(50);

/// Writes the log of so many days, imports it into an empty folder, counts what was kept against what was written, and lets history
/// verify itself. Everything lies in `folder`, which must have room: some 170 bytes a line.
///
/// Gives a table for people and, as its last line, the same figures as one JSON object.
pub fn import(days: u32, folder: &Path) -> Result<String> {
    let (log, data) = (folder.join("queue_log"), folder.join("data"));
    let written = year::write(1, FROM, days, &mut BufWriter::new(File::create(&log)?))?;
    let log_mb = megabytes(&log)?;
    let began = Instant::now();
    let mut child = Command::new(mirantectl()?)
        .args(["import", "queue-log", "--zone", "America/Sao_Paulo", "--source", "pabx", "--data"])
        .args([&data, &log])
        .stdout(Stdio::null())
        .spawn()?;
    let (mut looks, mut cpu) = (Vec::new(), 0.0);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // It may end at any moment.
        if let (Ok(memory), Ok(used)) = (memory_mb(child.id()), cpu_s(child.id())) {
            looks.push(memory);
            cpu = used;
        }
        std::thread::sleep(LOOK);
    };
    let seconds = began.elapsed().as_secs_f64();
    ensure!(status.success(), "the import failed");
    let most = |looks: &[f64]| looks.iter().copied().fold(0.0, f64::max);
    let (half, whole) = (most(&looks[..looks.len() / 2]), most(&looks));
    let kept = kept(&data)?;
    let exact = kept.outcomes == written.outcomes;
    let base_mb = megabytes(&data.join("mirante.db"))?;
    let began = Instant::now();
    let verify = Hub::ctl(&["verify", "--data", &data.display().to_string()])?;
    let (verified, verify_s) = (verify.status.success(), began.elapsed().as_secs_f64());
    let visits: u64 = written.outcomes.values().map(|sum| sum.visits).sum();
    let (lines, rate) = (written.lines, written.lines as f64 / seconds);
    let mut text = String::new();
    for (what, value, goal) in [
        ("days, lines, visits", format!("{days}, {lines}, {visits}"), ""),
        ("the log", format!("{log_mb:.0} MB"), ""),
        ("lines a second", format!("{rate:.0}"), "at least 500000"),
        ("took, of a processor", format!("{seconds:.1} s, {cpu:.1} s"), ""),
        ("memory, first half and whole", format!("{half:.0} MB, {whole:.0} MB"), "the same"),
        ("the history, a line of the log", format!("{base_mb:.0} MB, {:.0} bytes", base_mb * 1e6 / lines as f64), ""),
        ("counts, waits and talks by outcome", if exact { "exactly those written" } else { "differ" }.into(), "exact"),
        (
            "mirantectl verify",
            format!("{} in {verify_s:.0} s", if verified { "all well" } else { "differs" }),
            "all well",
        ),
    ] {
        writeln!(text, "{what:<36}  {value:<36}  {goal}")?;
    }
    if !exact {
        writeln!(text, "written {:?}\nkept {:?}", written.outcomes, kept.outcomes)?;
    }
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let figures = json!({
        "lines": lines, "lines_per_s": rate.round(), "seconds": tenth(seconds), "cpu_s": tenth(cpu), "rss_half_mb": tenth(half),
        "rss_mb": tenth(whole), "db_mb": tenth(base_mb), "visits": visits, "exact": exact, "verified": verified,
        "verify_s": tenth(verify_s),
    });
    write!(text, "{figures}")?;
    Ok(text)
}

/// The sums of the visits that were kept.
fn kept(data: &Path) -> Result<Written> {
    let base = Connection::open(data.join("mirante.db"))?;
    let sql = "SELECT outcome, count(*), sum(wait_ms), coalesce(sum(talk_ms), 0) FROM visit GROUP BY outcome";
    let mut statement = base.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut kept = Written::default();
    while let Some(row) = rows.next()? {
        let (word, visits): (String, u64) = (row.get(0)?, row.get(1)?);
        let (wait_ms, talk_ms): (i64, i64) = (row.get(2)?, row.get(3)?);
        ensure!(wait_ms % 1000 == 0 && talk_ms % 1000 == 0, "the log tells whole seconds");
        let sum = year::Sum { visits, wait_s: wait_ms / 1000, talk_s: talk_ms / 1000 };
        kept.outcomes.insert(word, sum);
    }
    Ok(kept)
}

fn megabytes(path: &Path) -> Result<f64> {
    let size = std::fs::metadata(path).with_context(|| format!("no {}", path.display()))?.len();
    Ok(size as f64 / 1e6)
}
