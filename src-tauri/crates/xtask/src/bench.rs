//! `cargo xtask bench NAME`: one figure, measured on the real programs.

use crate::need;
use crate::sh::{cargo, program, root};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// The Python library that Mirante's connection is measured against.
const PYTHON_RIVAL: &str = "asterisk-ami==0.1.7";
/// ClickHouse inside Python, which history is measured against.
const CLICKHOUSE: &str = "chdb==4.4.0";

/// A figure that can be measured now.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Figure {
    /// CPU, memory and latency of the hub at 200 events a second from a real Asterisk.
    Feed,
    /// The AMI decoder and connection against other libraries and against merely visiting every line.
    Decode,
    /// Bytes, seeks and sealing of a day of 200 queues and 2,000 agents, beside ClickHouse, VictoriaMetrics, Prometheus and rows.
    History,
    /// Lines a second and memory of importing a queue_log of 200 queues, counted against what was written and verified.
    Import,
    /// From a manager's event to the webhook received, with 2,000 rules in force, beside Debian's Prometheus and Alertmanager.
    Alerts,
}

/// How to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Seconds to measure, after ten to warm up (feed).
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Calls to queues a second: 4 is a busy centre of this size, 26 gives the hub more than 200 events a second (feed).
    #[arg(long, default_value_t = 26.0)]
    inbound: f64,
    /// Interleaved rounds of which medians are taken (decode).
    #[arg(long, default_value_t = 7)]
    rounds: u32,
    /// Hours of the day that are told (history).
    #[arg(long, default_value_t = 24)]
    hours: u32,
    /// Busy hours of it, from 9 h on, that the other stores are given too; 0 for none (history).
    #[arg(long, default_value_t = 8)]
    rival_hours: u32,
    /// Days of the log, each some 80,000 lines: 36 are 3 million, 365 a year (import).
    #[arg(long, default_value_t = 36)]
    days: u32,
}

pub(crate) fn run(figure: Figure, options: &Options) -> Result<()> {
    match figure {
        Figure::Feed => feed(options),
        Figure::Decode => decode(options),
        Figure::History => history(options),
        Figure::Import => import(options),
        Figure::Alerts => alerts(),
    }
}

/// On programs as fast as those that are shipped: what takes part is optimised.
fn alerts() -> Result<()> {
    let rivals = target().join("debian");
    if let Err(error) = need::unpack_debian(&rivals, &["prometheus", "prometheus-alertmanager"]) {
        println!("Prometheus and Alertmanager are not measured: {error:#}");
    }
    let fast = |name: &str| ["--config".to_owned(), format!("profile.dev.package.{name}.opt-level=3")];
    let crates = ["floor", "history", "alerts", "metrics", "engine", "sources", "notify"];
    let fast = crates.into_iter().flat_map(|name| fast(&format!("mirante-{name}")));
    cargo(["test", "--locked", "-p", "mirante-tests", "--test", "crash"])
        .args(fast)
        .args(["--", "swift::", "--include-ignored", "--nocapture", "--test-threads", "1"])
        .env("MIRANTE_DEBIAN", rivals)
        .go()
}

pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn feed(options: &Options) -> Result<()> {
    // Figures of an unoptimised program would say little.
    cargo(["build", "--locked", "--release", "-p", "mirante-cli"]).go()?;
    let built = target().join("release").join(format!("mirantectl{}", std::env::consts::EXE_SUFFIX));
    cargo(["run", "--quiet", "--locked", "-p", "mirante-tests", "--bin", "rig", "--", "bench", "feed"])
        .args(["--seconds", &options.seconds.to_string(), "--inbound", &options.inbound.to_string()])
        .env("MIRANTECTL", built)
        .go()
}

/// The log and what becomes of it lie beside what was built, since a small disk of the system may have no room for a year.
fn import(options: &Options) -> Result<()> {
    cargo(["build", "--locked", "--release", "-p", "mirante-cli"]).go()?;
    let release = target().join("release");
    let built = release.join(format!("mirantectl{}", std::env::consts::EXE_SUFFIX));
    cargo(["run", "--quiet", "--locked", "--release", "-p", "mirante-tests", "--bin", "rig", "--", "bench-import"])
        .args(["--days".as_ref(), options.days.to_string().as_ref(), "--folder".as_ref(), release.as_os_str()])
        .env("MIRANTECTL", built)
        .go()
}

/// Builds the bench, a workspace of its own because it knows rivals that Mirante must not depend on, and runs it. Its lock file is
/// brought up to date by cargo where Mirante's own dependencies have moved on.
fn decode(options: &Options) -> Result<()> {
    let target = target().join("bench-decode");
    let python = python(&target, "asterisk.ami", PYTHON_RIVAL)?;
    cargo(["build", "--release", "--manifest-path", "benches/decode/Cargo.toml"])
        .env("CARGO_TARGET_DIR", &target)
        .go()?;
    let built = target.join("release").join(format!("mirante-bench-decode{}", std::env::consts::EXE_SUFFIX));
    program(&built.to_string_lossy(), [options.rounds.to_string().as_ref(), python.as_os_str()]).go()
}

/// Builds the bench, a workspace of its own, fetches what it compares with into its own folder, and runs it. A rival that cannot be
/// had is said and left out: the others are measured all the same.
fn history(options: &Options) -> Result<()> {
    let target = target().join("bench-history");
    cargo(["build", "--release", "--manifest-path", "benches/history/Cargo.toml"])
        .env("CARGO_TARGET_DIR", &target)
        .go()?;
    let rivals = target.join("rivals");
    let python = if options.rival_hours > 0 {
        if let Err(error) = need::unpack_debian(&rivals, &["victoria-metrics", "prometheus"]) {
            println!("VictoriaMetrics and Prometheus are not measured: {error:#}");
        }
        python(&target, "chdb", CLICKHOUSE).unwrap_or_else(|error| {
            println!("ClickHouse is not measured: {error:#}");
            PathBuf::from("python3")
        })
    } else {
        PathBuf::from("python3")
    };
    let built = target.join("release").join(format!("mirante-bench-history{}", std::env::consts::EXE_SUFFIX));
    let hours = [options.hours.to_string(), options.rival_hours.to_string()];
    program(&built.to_string_lossy(), hours)
        .args([python.as_os_str(), rivals.join("usr/bin").as_os_str(), target.as_os_str()])
        .go()
}

/// A Python of the bench's own that has the rival library.
fn python(target: &std::path::Path, module: &str, library: &str) -> Result<PathBuf> {
    let home = target.join("python");
    let python = home.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let name = python.to_string_lossy().into_owned();
    if program(&name, ["-c".to_owned(), format!("import {module}")]).works() {
        return Ok(python);
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    program(system, ["-m", "venv"])
        .args([home.as_os_str()])
        .go()
        .context("the bench compares with a Python library and needs Python 3 with venv (Debian: python3-venv)")?;
    program(&name, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", library])
        .go()
        .with_context(|| format!("the bench compares with {library}, and the package index is not reached"))?;
    Ok(python)
}
