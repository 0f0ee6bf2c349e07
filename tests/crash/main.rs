//! History under bad ends: killed at any moment, without power, without room, on a disk that stalls.
//!
//! `cargo xtask prove kill`, `prove power`, `prove disk`, `prove keep`, `prove rewind` and `prove alerts`. Unlike the other tests of this
//! package these also know history's own interface: what was acknowledged is said by the one that writes, not by a screen.
#![allow(clippy::print_stdout)] // figures for whoever runs it by hand

#[cfg(target_os = "linux")]
mod disk;
mod judge;
mod keep;
mod kill;
mod post;
#[cfg(target_os = "linux")]
mod power;
mod rewind;
mod storm;
mod story;
mod swift;
mod victim;

/// A count from the environment.
fn count(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().expect("a count"))
}
