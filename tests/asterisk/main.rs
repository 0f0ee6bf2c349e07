//! Mirante on a real Asterisk 22 and 16. Slow, so ignored by a plain `cargo test`; `cargo xtask test` runs it.

#![allow(clippy::print_stdout)]

mod alerts;
mod backfill;
mod bad;
mod compare;
mod devices;
mod faults;
mod judge;
mod other_line;
mod outbound;
mod present;
mod reconcile;
mod visits;
mod watch;
mod zero;

use mirante_tests::pbx::{Major, Pbx, Tree, install};

/// A running Asterisk 22, its exact version printed.
fn pbx() -> Pbx {
    pbx_of(Major::V22)
}

/// The same of another major version.
fn pbx_of(major: Major) -> Pbx {
    started(major, Pbx::start)
}

/// The same with events that carry no time of their own, as Asterisk sends them unless told otherwise.
fn unstamped_pbx(major: Major) -> Pbx {
    started(major, Pbx::start_unstamped)
}

/// Something on both versions at once, each on a port and in a folder of its own.
fn both(start: fn(Major) -> Pbx, test: impl Fn(&mut Pbx) -> Result<(), String> + Sync) {
    let results = std::thread::scope(|scope| {
        let test = &test;
        let threads = Major::ALL.map(|major| scope.spawn(move || test(&mut start(major))));
        threads.map(|thread| thread.join().expect("a whole run"))
    });
    let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// One that is configured and does not run yet.
fn configured_pbx(major: Major) -> Pbx {
    Pbx::configured(&tree(major)).expect("a configured PBX")
}

fn tree(major: Major) -> Tree {
    install(major, false, &|words| println!("{words}")).expect("an Asterisk from Debian")
}

fn started(major: Major, start: fn(&Tree) -> anyhow::Result<Pbx>) -> Pbx {
    let pbx = start(&tree(major)).expect("a running PBX");
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

/// How often the traffic is run, each time with another seed: once, or `$MIRANTE_RIG_RUNS`.
fn runs() -> u64 {
    std::env::var("MIRANTE_RIG_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}
