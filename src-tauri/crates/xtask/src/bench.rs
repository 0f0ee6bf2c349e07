//! `cargo xtask bench NAME`: one figure, measured on the real programs.

use crate::sh::{cargo, root};
use anyhow::Result;
use std::path::PathBuf;

/// A figure that can be measured now.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Figure {
    /// CPU, memory and latency of the hub at 200 events a second from a real Asterisk.
    Feed,
}

/// How to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Seconds to measure, after ten to warm up.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Calls to queues a second: 4 is a busy centre of this size, 26 gives the hub more than 200 events a second.
    #[arg(long, default_value_t = 26.0)]
    inbound: f64,
}

pub(crate) fn run(figure: Figure, options: &Options) -> Result<()> {
    let name = match figure {
        Figure::Feed => "feed",
    };
    // Figures of an unoptimised program would say little.
    cargo(["build", "--locked", "--release", "-p", "mirante-cli"]).go()?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let built = target.join("release").join(format!("mirantectl{}", std::env::consts::EXE_SUFFIX));
    cargo(["run", "--quiet", "--locked", "-p", "mirante-tests", "--bin", "rig", "--", "bench", name])
        .args(["--seconds", &options.seconds.to_string(), "--inbound", &options.inbound.to_string()])
        .env("MIRANTECTL", built)
        .go()
}
