//! Mirante on a real Asterisk 22. Slow, so ignored by a plain `cargo test`; `cargo xtask test` runs it.

#![allow(clippy::print_stdout)]

mod faults;
mod present;
mod rig;
mod visits;

use mirante_tests::pbx::{Pbx, Tree, install};

/// A running PBX, its exact version printed.
fn pbx() -> Pbx {
    started(Pbx::start)
}

/// The same with events that carry no time of their own, as Asterisk sends them unless told otherwise.
fn unstamped_pbx() -> Pbx {
    started(Pbx::start_unstamped)
}

fn started(start: fn(&Tree) -> anyhow::Result<Pbx>) -> Pbx {
    let tree = install(false, &|words| println!("{words}")).expect("Asterisk 22");
    let pbx = start(&tree).expect("a running PBX");
    println!("{} on {}", pbx.version(), pbx.address());
    pbx
}

/// Seconds of traffic: a minute, or `$MIRANTE_RIG_SECONDS`.
fn seconds() -> u32 {
    std::env::var("MIRANTE_RIG_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// Seed of the traffic: 11, or `$MIRANTE_RIG_SEED`.
fn seed() -> u64 {
    std::env::var("MIRANTE_RIG_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(11)
}
