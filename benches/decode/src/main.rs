//! Mirante's AMI decoder, translator and session against those that exist. Run by `cargo xtask bench decode`.

mod burst;
mod codec;
mod figures;
mod hall;
mod rivals;
mod server;
mod tcp;
mod trace;

use anyhow::{Context, Result};
use figures::Figures;
use std::path::PathBuf;
use trace::Trace;

/// The decoder: at least this many times the fastest crate's codec.
const CODEC: f64 = 8.0;
/// And at least this share of what visiting every line takes.
const MEMCHR: f64 = 0.85;
/// End to end: at least this many times the fastest library.
const TCP: f64 = 20.0;
/// Longest that a large site's list may take, ms.
const BURST_MS: f64 = 2.0;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let rounds: usize = arguments.next().context("how many rounds?")?.parse().context("rounds are a number")?;
    let python = PathBuf::from(arguments.next().context("which Python has asterisk-ami?")?);
    println!("load before: {}", load());

    let all = Trace::all()?;
    let codec = codec::measure(&all, rounds)?;
    let filtered = codec::measure(&Trace::filtered()?, rounds)?;
    let burst = burst::measure(rounds * 10)?;
    let tcp = tcp::measure(&all, rounds, &python)?;

    println!("\nload after: {}", load());
    let codec_ratio = codec.dispatch.median() / codec.rival.median();
    let memchr_fraction = codec.dispatch.median() / codec.visit.median();
    let tcp_ratio = tcp.ours.median() / tcp.fastest_rival();
    let burst_ms = burst.median();
    println!("\n{:<66} {:>9}  {:>8}", "goal", "measured", "goal");
    let goal = |name: &str, value: f64, goal: String, met: bool| {
        println!("{name:<66} {value:>9.2}  {goal:>8}  {}", if met { "met" } else { "MISSED" });
    };
    goal("decode and dispatch / fastest crate's codec", codec_ratio, format!(">= {CODEC}"), codec_ratio >= CODEC);
    let words = "decode and dispatch / visiting every line";
    goal(words, memchr_fraction, format!(">= {MEMCHR}"), memchr_fraction >= MEMCHR);
    let words = "  the same where nothing can be skipped (no goal)";
    println!("{words:<66} {:>9.2}", filtered.dispatch.median() / filtered.visit.median());
    goal("end to end over TCP / fastest library", tcp_ratio, format!(">= {TCP}"), tcp_ratio >= TCP);
    goal("messages and entries lost over TCP", tcp.lost as f64, "0".to_owned(), tcp.lost == 0);
    goal("list of 3,465 events until on the floor, ms", burst_ms, format!("<= {BURST_MS}"), burst_ms <= BURST_MS);
    let round = |value: f64| (value * 1000.0).round() / 1000.0;
    let line = serde_json::json!({
        "codec_ratio": round(codec_ratio),
        "memchr_fraction": round(memchr_fraction),
        "tcp_ratio": round(tcp_ratio),
        "lost": tcp.lost,
        "burst_ms": round(burst_ms),
    });
    println!("{line}");
    Ok(())
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{} (1, 5, 15 min) on {cores} cores", load.split(' ').take(3).collect::<Vec<_>>().join(" "))
}

/// One row of a table.
fn row(name: &str, figures: &Figures, unit: &str, rest: &str) {
    let decimals = if figures.median() < 100.0 { 2 } else { 0 };
    let (median, least, most) = (figures.median(), figures.least(), figures.most());
    println!("{name:<66} {median:>9.decimals$} {unit}  ({least:.decimals$}-{most:.decimals$}){rest}");
}
