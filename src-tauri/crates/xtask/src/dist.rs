//! `cargo xtask dist`: what is copied to other machines.

use crate::sh::{cargo, program, root};
use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;

/// What can be made.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Parcel {
    /// The static `mirantectl` for a PBX, which knows `tail` alone: target/dist/mirantectl.
    Tail,
}

pub(crate) fn run(parcel: Parcel) -> Result<()> {
    match parcel {
        Parcel::Tail => {
            obtain()?;
            tail()
        }
    }
}

/// For CI: makes it where the target can be had.
pub(crate) fn tail_if_possible() -> Result<()> {
    match obtain() {
        Ok(()) => tail(),
        Err(error) => {
            println!("The static mirantectl is not verified here: {error:#}");
            Ok(())
        }
    }
}

/// No glibc, so that it runs whatever the PBX has.
const TARGET: &str = "x86_64-unknown-linux-musl";

/// Makes sure that the target's standard library and C compiler are there.
fn obtain() -> Result<()> {
    ensure!(cfg!(all(target_os = "linux", target_arch = "x86_64")), "it is built on Linux, x86_64");
    let installed = || {
        let listed = program("rustup", ["target", "list", "--installed"]).text();
        listed.is_ok_and(|listed| listed.lines().any(|line| line == TARGET))
    };
    if !installed() {
        // Tells by itself what it fetches; whether it worked is seen after.
        let _ = program("rustup", ["target", "add", TARGET]).go();
    }
    ensure!(
        installed(),
        "the standard library for {TARGET} is not here and cannot be fetched (rustup target add {TARGET})"
    );
    ensure!(program("musl-gcc", ["--version"]).works(), "musl-gcc is missing: Debian's package musl-tools has it");
    Ok(())
}

fn tail() -> Result<()> {
    let build = ["build", "--locked", "-p", "mirante-tail", "--features", "server", "--bin", "mirantectl-tail"];
    cargo(build).args(["--profile", "small", "--target", TARGET]).go()?;
    let built = target().join(TARGET).join("small/mirantectl-tail");
    let bytes = std::fs::read(&built).with_context(|| built.display().to_string())?;
    if needs_others(&bytes)? {
        bail!("{} is not static: it asks for a loader or a library", built.display());
    }
    let made = target().join("dist/mirantectl");
    std::fs::create_dir_all(made.parent().unwrap_or(&made))?;
    std::fs::copy(&built, &made)?;
    println!(
        "{}: static, {:.1} MB; copy it to the PBX and run ./mirantectl tail",
        made.display(),
        bytes.len() as f64 / 1e6
    );
    Ok(())
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// True if a 64-bit ELF program asks for a loader (`PT_INTERP`) or a shared library (`DT_NEEDED`).
fn needs_others(elf: &[u8]) -> Result<bool> {
    let word = |at: usize, size: usize| -> Result<usize> {
        let bytes = elf.get(at..at + size).context("the program ends too early")?;
        Ok(bytes.iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte)))
    };
    ensure!(elf.starts_with(b"\x7fELF\x02\x01"), "this is no 64-bit ELF program");
    let (first, size, count) = (word(32, 8)?, word(54, 2)?, word(56, 2)?);
    for header in (0..count).map(|n| first + n * size) {
        match word(header, 4)? {
            3 => return Ok(true),
            2 => {
                let (from, length) = (word(header + 8, 8)?, word(header + 32, 8)?);
                for entry in (from..from + length).step_by(16) {
                    if word(entry, 8)? == 1 {
                        return Ok(true);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(false)
}

#[cfg(all(test, target_os = "linux", target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_a_loader_is_told() {
        let own = std::fs::read("/proc/self/exe").unwrap();
        assert!(needs_others(&own).unwrap(), "this test is an ordinary program");
        assert!(needs_others(b"#!/bin/sh").is_err());
        assert!(needs_others(&own[..100]).is_err());
    }
}
