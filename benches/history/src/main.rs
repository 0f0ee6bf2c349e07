//! Mirante's history against stores that exist, on one workload. Run by `cargo xtask bench history`.

mod cells;
mod figures;
mod ours;
mod rivals;
mod trace;
mod workload;

use anyhow::{Context, Result};
use figures::Figures;
use rivals::Rival;
use std::path::{Path, PathBuf};
use trace::Trace;

/// Hour of the day at which the rivals begin: the busiest.
const RIVALS_FROM: i64 = 9;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().with_context(|| format!("{what}?"));
    let hours: u32 = next("how many hours")?.parse().context("hours are a number")?;
    let rival_hours: u32 = next("how many of them for the rivals")?.parse().context("hours are a number")?;
    let python = PathBuf::from(next("which Python has chdb")?);
    let programs = PathBuf::from(next("where are the other programs")?);
    let home = tempfile::Builder::new().prefix("bench-history").tempdir_in(next("where is room")?)?;
    println!("load before: {}", load());

    let from = workload::from_ms()?;
    let span = |hours: u32| (from + RIVALS_FROM * 3_600_000, from + (RIVALS_FROM + i64::from(hours)) * 3_600_000);
    let (busy, rival) = (span(if rival_hours == 0 { 8 } else { rival_hours }), span(rival_hours));
    let folder = home.path().join("mirante");
    std::fs::create_dir(&folder)?;
    let (mut sampled, mut trace) = (Vec::new(), Trace::default());
    let told = workload::tell(&folder, hours, |at, cells, words| {
        // A prime, so that every second of a minute comes.
        if (at / 1000) % 347 == 0 {
            sampled.push((at, cells.clone(), words.clone()));
        }
        if (rival.0..rival.1).contains(&at) {
            trace.push(at, cells);
        }
    })?;
    trace.close();
    let seconds = told.sealed_ms as f64 / 1000.0;
    println!(
        "{} queues, {} agents, {hours} h: {} events, {} cells a second, {} segments sealed",
        workload::QUEUES,
        workload::AGENTS,
        told.events,
        workload::CELLS,
        told.segments
    );
    let ours = ours::measure(&folder, &told, from, busy, &sampled)?;
    let rivals = compare(&trace, home.path(), &python, &programs);

    println!("\nload after: {}", load());
    println!("\n{:<36} {:>10} {:>8} {:>10} {:>10}", "store", "B/sample", "x ours", "seek ms", "load s");
    let mirante = ours.busy_bytes_per_sample;
    println!("{:<36} {:>10.5} {:>8} {:>10.3} {:>10}", "Mirante, same hours", mirante, 1, ours.seek.quantile(0.5), "");
    for rival in &rivals {
        let Rival { name, bytes_per_sample, load_s, seek } = rival;
        let ratio = bytes_per_sample / mirante;
        println!("{name:<36} {bytes_per_sample:>10.5} {ratio:>8.1} {:>10.1} {load_s:>10.0}", seek.quantile(0.5));
    }
    let best = rivals.iter().map(|rival| rival.bytes_per_sample).fold(f64::INFINITY, f64::min) / mirante;
    let samples = seconds * workload::CELLS as f64;
    let sealing = samples / told.seal_busy.as_secs_f64() / 1e6;

    println!("\n{:<66} {:>10}  {:>10}", "goal", "measured", "goal");
    let goal = |name: &str, value: f64, limit: &str, met: bool| {
        println!("{name:<66} {value:>10.5}  {limit:>10}  {}", if met { "met" } else { "MISSED" });
    };
    let at_most = |name: &str, value: f64, most: f64| goal(name, value, &format!("<= {most}"), value <= most);
    at_most("table segment, bytes a sample, whole day", ours.bytes_per_sample, 0.0132);
    at_most("  the busy hours that the rivals hold", mirante, 0.0132);
    let quantiles = |figures: &Figures| (figures.quantile(0.5), figures.quantile(0.99));
    let (p50, p99) = quantiles(&ours.seek);
    at_most("any second of the day, warm, p50, ms of one processor", p50, 1.0);
    at_most("  p99", p99, 5.0);
    let (wall50, wall99) = quantiles(&ours.seek_wall);
    println!("{:<66} {wall50:>10.5}", "  p50 by the clock on the wall (no goal)");
    println!("{:<66} {wall99:>10.5}", "  p99 by the clock on the wall (no goal)");
    at_most("  cold (file evicted, opened anew), p50, ms on the wall", ours.cold.quantile(0.5), 2.0);
    println!("{:<66} {:>10.5}", "  of that opening, p50 (no goal)", ours.opening.quantile(0.5));
    println!("{:<66} {:>10.5}", "  the whole floor, folded, p50, ms (no goal)", ours.floor.quantile(0.5));
    at_most("a day of one indicator at 1 s, ms", ours.series.quantile(0.5), 5.0);
    goal("sealing, million samples a second of one processor", sealing, ">= 100", sealing >= 100.0);
    goal("seconds that are the books' own", ours.checked as f64, "all", ours.exact);
    let round = |value: f64| (value * 1e5).round() / 1e5;
    let line = serde_json::json!({
        "bytes_per_sample": round(ours.bytes_per_sample),
        "best_store_ratio": if best.is_finite() { Some(round(best)) } else { None },
        "seek_p50_ms": round(p50),
        "seek_p99_ms": round(p99),
        "seek_cold_p50_ms": round(ours.cold.quantile(0.5)),
        "series_ms": round(ours.series.quantile(0.5)),
        "exact": ours.exact,
        "busy_bytes_per_sample": round(mirante),
        "seal_msamples_s": round(sealing),
        "floor_p50_ms": round(ours.floor.quantile(0.5)),
        "rivals": rivals.iter().map(|rival| rival.name).collect::<Vec<_>>(),
    });
    println!("{line}");
    Ok(())
}

/// Every rival that can be had; what is missing is said.
fn compare(trace: &Trace, home: &Path, python: &Path, programs: &Path) -> Vec<Rival> {
    let mut rivals = Vec::new();
    let mut keep = |name: &str, rival: Result<Rival>| match rival {
        Ok(rival) => rivals.push(rival),
        Err(error) => println!("{name} is not in the table: {error:#}"),
    };
    if trace.seconds == 0 {
        println!("no rival: none of its hours were told");
        return rivals;
    }
    keep("ClickHouse", rivals::clickhouse(trace, home, python));
    keep("VictoriaMetrics", rivals::victoria(trace, home, &programs.join("victoria-metrics")));
    keep("SQLite", rivals::sqlite(trace, home));
    keep("Prometheus", rivals::prometheus(&trace.first(3_600), home, &programs.join("promtool")));
    rivals
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{} (1, 5, 15 min) on {cores} cores", load.split(' ').take(3).collect::<Vec<_>>().join(" "))
}
