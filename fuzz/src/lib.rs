//! Fuzz targets of every reader of what strangers send. Each takes any bytes at all and panics if a promise is broken.
//!
//! They are plain functions, so that the kept corpus is replayed by an ordinary test on the stable compiler; `cargo xtask prove
//! fuzz` links them with libFuzzer and lets it search for hours. What it finds is kept in `corpus/NAME/`.

mod ami;
mod config;
mod history;
#[path = "../../src-tauri/crates/floor/tests/common/laws.rs"]
mod laws;
mod names;
mod queue_log;
mod report;
mod site;

/// A target: its name, which is the folder of its corpus, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("ami", ami::run),
    ("ami_large", ami::run_large),
    ("queue_log", queue_log::run),
    ("config", config::run),
    ("history", history::run),
    ("names", names::run),
    ("report", report::run),
];

/// The target of this name.
pub fn target(name: &str) -> Option<fn(&[u8])> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, run)| *run)
}

/// Lengths of reads, arbitrary but the same for the same bytes: a crash is found again.
fn pieces(bytes: &[u8]) -> impl FnMut() -> usize {
    // FNV-1a for a start, then a linear congruence: no more is asked of it than to differ.
    let mut state =
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3));
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = usize::try_from(state >> 40).unwrap_or(0);
        // Mostly a few bytes, sometimes a whole read.
        if random.is_multiple_of(7) { 1 + random % 5000 } else { 1 + random % 23 }
    }
}
