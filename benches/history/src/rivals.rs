//! Stores that exist, with every cell at every second. Each is given the layout that suits it best.

use crate::figures::{Figures, wall};
use crate::ours::Chance;
use crate::trace::Trace;
use anyhow::{Context, Result, ensure};
use rusqlite::Connection;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a rival needs and does.
pub struct Rival {
    pub name: &'static str,
    pub bytes_per_sample: f64,
    pub load_s: f64,
    /// Rebuilding one whole second; empty if not measured.
    pub seek: Figures,
}

/// How many seconds each rival rebuilds.
const SEEKS: usize = 15;

fn folder_size(path: &Path) -> Result<u64> {
    let mut all = 0;
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let data = entry.metadata()?;
        all += if data.is_dir() { folder_size(&entry.path())? } else { data.len() };
    }
    Ok(all)
}

/// Plain rows: second, who, and their cells.
pub fn sqlite(trace: &Trace, folder: &Path) -> Result<Rival> {
    let file = folder.join("rows.db");
    let mut db = Connection::open(&file)?;
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         CREATE TABLE queue (ts INTEGER, id INTEGER, a, b, c, d, e, f, g, h, i, j, k, l, PRIMARY KEY (ts, id)) WITHOUT ROWID;
         CREATE TABLE agent (ts INTEGER, id INTEGER, a, b, c, d, PRIMARY KEY (ts, id)) WITHOUT ROWID;",
    )?;
    let queues = 12 * usize::from(crate::workload::QUEUES);
    let mut changes: Vec<_> = trace.stretches.iter().collect();
    changes.sort_by_key(|s| s.from);
    let (mut cells, mut changes) = (vec![-1i64; trace.cells().count()], changes.into_iter().peekable());
    let begun = Instant::now();
    let tx = db.transaction()?;
    {
        let mut queue = tx.prepare("INSERT INTO queue VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")?;
        let mut agent = tx.prepare("INSERT INTO agent VALUES (?1,?2,?3,?4,?5,?6)")?;
        for second in 0..trace.seconds {
            while let Some(change) = changes.next_if(|s| s.from <= second) {
                cells[change.cell as usize] = change.value;
            }
            let ts = trace.from_ms / 1000 + i64::from(second);
            let (of_queues, of_agents) = cells.split_at(queues);
            for (id, row) in (0i64..).zip(of_queues.chunks(12)) {
                queue.execute(rusqlite::params_from_iter([ts, id].iter().chain(row)))?;
            }
            for (id, row) in (0i64..).zip(of_agents.chunks(4)) {
                agent.execute(rusqlite::params_from_iter([ts, id].iter().chain(row)))?;
            }
        }
    }
    tx.commit()?;
    let load_s = begun.elapsed().as_secs_f64();
    let (mut seek, mut chance) = (Figures::default(), Chance(7));
    for _ in 0..SEEKS {
        let second = chance.below(u64::from(trace.seconds)) as u32;
        let ts = trace.from_ms / 1000 + i64::from(second);
        let (taken, cells) = wall(|| -> Result<Vec<i64>> {
            let mut cells = Vec::new();
            for (table, width) in [("queue", 12), ("agent", 4)] {
                let mut rows = db.prepare_cached(&format!("SELECT * FROM {table} WHERE ts = ?1 ORDER BY id"))?;
                let mut rows = rows.query([ts])?;
                while let Some(row) = rows.next()? {
                    for column in 0..width {
                        cells.push(row.get(2 + column)?);
                    }
                }
            }
            Ok(cells)
        });
        ensure!(cells? == trace.at(second), "plain rows give another second back");
        seek.push(taken);
    }
    drop(db);
    let bytes_per_sample = std::fs::metadata(&file)?.len() as f64 / trace.samples();
    std::fs::remove_file(&file)?;
    Ok(Rival { name: "SQLite, plain rows (ts, id)", bytes_per_sample, load_s, seek })
}

/// ClickHouse inside Python.
pub fn clickhouse(trace: &Trace, folder: &Path, python: &Path) -> Result<Rival> {
    let (input, home) = (folder.join("stretches.bin"), folder.join("clickhouse"));
    trace.write(&input)?;
    let seconds: Vec<String> = {
        let mut chance = Chance(7);
        (0..SEEKS).map(|_| chance.below(u64::from(trace.seconds)).to_string()).collect()
    };
    let script = include_str!("clickhouse.py");
    let from = (trace.from_ms / 1000).to_string();
    let output = Command::new(python)
        .args(["-c", script])
        .args([input.as_os_str(), home.as_os_str()])
        .args([from, seconds.join(",")])
        .output()
        .context("Python does not start")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "ClickHouse failed: {}", String::from_utf8_lossy(&output.stderr));
    let (mut bytes, mut load_s, mut seek) = (0.0, 0.0, Figures::default());
    for line in text.lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["bytes", value] => bytes = value.parse()?,
            ["load", value] => load_s = value.parse()?,
            ["seek", second, sum, value] => {
                let expected: i64 = trace.at(second.parse()?).iter().sum();
                ensure!(sum.parse::<i64>()? == expected, "ClickHouse gives another second back");
                seek.push(value.parse()?);
            }
            _ => {}
        }
    }
    ensure!(bytes > 0.0, "ClickHouse told no size: {text}");
    std::fs::remove_dir_all(&home)?;
    Ok(Rival { name: "ClickHouse, (id, ts), Delta + ZSTD", bytes_per_sample: bytes / trace.samples(), load_s, seek })
}

/// A server of ours that ends with us.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn http(port: u16, method: &str, path: &str, body: &[u8]) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(600)))?;
    let head = format!("{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    ensure!(status.starts_with('2'), "{path}: {}", head.lines().next().unwrap_or_default());
    Ok(body.to_owned())
}

/// VictoriaMetrics, after its own merge.
pub fn victoria(trace: &Trace, folder: &Path, program: &Path) -> Result<Rival> {
    let home = folder.join("victoria");
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let server = Command::new(program)
        .arg(format!("-storageDataPath={}", home.display()))
        .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
        .args(["-retentionPeriod=100y", "-search.latencyOffset=0s", "-search.maxUniqueTimeseries=1000000"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| program.display().to_string())?;
    let server = Server(server);
    let begun = Instant::now();
    while http(port, "GET", "/health", &[]).is_err() {
        ensure!(begun.elapsed() < Duration::from_secs(30), "VictoriaMetrics does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
    let begun = Instant::now();
    let stamps: Vec<String> = (0..trace.seconds).map(|s| (trace.from_ms + i64::from(s) * 1000).to_string()).collect();
    let stamps = stamps.join(",");
    let mut body = String::new();
    for cell in trace.cells() {
        let _ = write!(body, "{{\"metric\":{{\"__name__\":\"cell\",\"id\":\"{}\"}},\"values\":[", cell[0].cell);
        for stretch in cell {
            let value = stretch.value.to_string();
            for _ in stretch.from..stretch.to {
                body.push_str(&value);
                body.push(',');
            }
        }
        body.pop();
        let _ = writeln!(body, "],\"timestamps\":[{stamps}]}}");
        if body.len() > 16 << 20 {
            http(port, "POST", "/api/v1/import", body.as_bytes())?;
            body.clear();
        }
    }
    http(port, "POST", "/api/v1/import", body.as_bytes())?;
    http(port, "GET", "/internal/force_flush", &[])?;
    let load_s = begun.elapsed().as_secs_f64();
    http(port, "GET", "/internal/force_merge", &[])?;
    let (mut seek, mut chance) = (Figures::default(), Chance(7));
    for _ in 0..SEEKS {
        let second = chance.below(u64::from(trace.seconds)) as u32;
        let time = trace.from_ms / 1000 + i64::from(second);
        let (taken, answer) = wall(|| http(port, "GET", &format!("/api/v1/query?query=cell&time={time}&step=1s"), &[]));
        let answer: serde_json::Value = serde_json::from_str(&answer?)?;
        let found = answer["data"]["result"].as_array().context("no result")?;
        let value = |row: &serde_json::Value| row["value"][1].as_str().and_then(|v| v.parse::<f64>().ok());
        let sum: f64 = found.iter().filter_map(value).sum();
        let expected = trace.at(second);
        ensure!(found.len() == expected.len(), "VictoriaMetrics gives {} cells back", found.len());
        let right = expected.iter().map(|v| *v as f64).sum::<f64>();
        ensure!((sum - right).abs() <= right.abs() * 1e-9, "VictoriaMetrics gives another second back");
        seek.push(taken);
    }
    let bytes_per_sample = settled(&home)? as f64 / trace.samples();
    drop(server);
    std::fs::remove_dir_all(&home)?;
    Ok(Rival { name: "VictoriaMetrics, merged", bytes_per_sample, load_s, seek })
}

/// A folder's size once it has not changed for three seconds.
fn settled(home: &Path) -> Result<u64> {
    let begun = Instant::now();
    let (mut size, mut since) = (0, Instant::now());
    while since.elapsed() < Duration::from_secs(3) && begun.elapsed() < Duration::from_secs(120) {
        // Files come and go while it merges.
        let now = folder_size(home).unwrap_or(0);
        if now != size {
            (size, since) = (now, Instant::now());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    ensure!(size > 0, "{} is empty", home.display());
    Ok(size)
}

/// Prometheus' own blocks, of one hour.
pub fn prometheus(trace: &Trace, folder: &Path, promtool: &Path) -> Result<Rival> {
    let (input, home): (PathBuf, PathBuf) = (folder.join("metrics.txt"), folder.join("prometheus"));
    let mut out = std::io::BufWriter::new(std::fs::File::create(&input)?);
    writeln!(out, "# TYPE cell gauge")?;
    for cell in trace.cells() {
        for stretch in cell {
            for second in stretch.from..stretch.to {
                let at = trace.from_ms / 1000 + i64::from(second);
                writeln!(out, "cell{{id=\"{}\"}} {} {at}", stretch.cell, stretch.value)?;
            }
        }
    }
    writeln!(out, "# EOF")?;
    out.flush()?;
    let begun = Instant::now();
    let status = Command::new(promtool)
        .args(["tsdb", "create-blocks-from", "openmetrics", "--quiet"])
        .args([input.as_os_str(), home.as_os_str()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| promtool.display().to_string())?;
    ensure!(status.success(), "promtool failed");
    let load_s = begun.elapsed().as_secs_f64();
    let bytes_per_sample = folder_size(&home)? as f64 / trace.samples();
    std::fs::remove_file(&input)?;
    std::fs::remove_dir_all(&home)?;
    Ok(Rival { name: "Prometheus, blocks of one hour", bytes_per_sample, load_s, seek: Figures::default() })
}
