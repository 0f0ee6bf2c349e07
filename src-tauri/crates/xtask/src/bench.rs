//! `cargo xtask bench NAME`: one figure, measured on the real programs.

use crate::sh::{cargo, program, root};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// The Python library that Mirante's connection is measured against.
const PYTHON_RIVAL: &str = "asterisk-ami==0.1.7";

/// A figure that can be measured now.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Figure {
    /// CPU, memory and latency of the hub at 200 events a second from a real Asterisk.
    Feed,
    /// The AMI decoder and connection against other libraries and against merely visiting every line.
    Decode,
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
}

pub(crate) fn run(figure: Figure, options: &Options) -> Result<()> {
    match figure {
        Figure::Feed => feed(options),
        Figure::Decode => decode(options),
    }
}

fn target() -> PathBuf {
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

/// Builds the bench, a workspace of its own because it knows rivals that Mirante must not depend on, and runs it. Its lock file is
/// brought up to date by cargo where Mirante's own dependencies have moved on.
fn decode(options: &Options) -> Result<()> {
    let target = target().join("bench-decode");
    let python = python(&target)?;
    cargo(["build", "--release", "--manifest-path", "benches/decode/Cargo.toml"])
        .env("CARGO_TARGET_DIR", &target)
        .go()?;
    let built = target.join("release").join(format!("mirante-bench-decode{}", std::env::consts::EXE_SUFFIX));
    program(&built.to_string_lossy(), [options.rounds.to_string().as_ref(), python.as_os_str()]).go()
}

/// A Python of the bench's own that has the rival library.
fn python(target: &std::path::Path) -> Result<PathBuf> {
    let home = target.join("python");
    let python = home.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let name = python.to_string_lossy().into_owned();
    if program(&name, ["-c", "import asterisk.ami"]).works() {
        return Ok(python);
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    program(system, ["-m", "venv"])
        .args([home.as_os_str()])
        .go()
        .context("the bench compares with a Python library and needs Python 3 with venv (Debian: python3-venv)")?;
    program(&name, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYTHON_RIVAL])
        .go()
        .with_context(|| format!("the bench compares with {PYTHON_RIVAL}, and the package index is not reached"))?;
    Ok(python)
}
