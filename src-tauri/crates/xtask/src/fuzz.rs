//! `cargo xtask prove fuzz`: libFuzzer on every reader of what strangers send, for as long as one likes.
//!
//! The compiler is the project's own: coverage needs only an LLVM pass that the stable one has too. What grows stays in
//! `target/fuzz`; `--keep` carries what reaches new code, made small, to `fuzz/corpus`, which CI replays.

use crate::sh::{Program, cargo, program, root};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};

/// How to fuzz.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Minutes for each target.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    /// Only this target.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Afterwards keep what reaches new code in fuzz/corpus, as few and as small inputs as do.
    #[arg(long)]
    keep: bool,
}

/// The targets; a corpus each.
const TARGETS: [&str; 7] = ["ami", "ami_large", "queue_log", "config", "history", "names", "report"];
/// Longest input, bytes: longer ones only repeat what shorter ones do, and slowly.
const LONGEST: &str = "-max_len=16384";
/// Memory of a run, MiB. What a stranger sends must never cost more.
const MEMORY: &str = "-rss_limit_mb=1024";
/// Bytes of memory given back that the process keeps for its next run.
const KEPT_FREE: &str = "33554432";
/// Seconds after which an input counts as one that hangs.
const HANGS: &str = "-timeout=20";

/// What a run on one target gave.
#[derive(Debug, Default)]
struct Outcome {
    executions: u64,
    /// Edges of the program that were reached.
    coverage: u64,
    corpus: usize,
    seconds: f64,
    /// Inputs that broke a promise.
    crashes: Vec<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(name) = &options.target {
        ensure!(TARGETS.contains(&name.as_str()), "no target is called {name}; there are {}", TARGETS.join(", "));
    }
    let wanted = TARGETS.iter().filter(|name| options.target.as_deref().is_none_or(|only| only == **name));
    let fuzzer = build()?;
    let mut outcomes = Vec::new();
    for name in wanted {
        println!("\n== {name}: {} min", options.minutes);
        outcomes.push((*name, fuzz(&fuzzer, name, options.minutes)?));
        if options.keep {
            keep(&fuzzer, name)?;
        }
    }
    report(&outcomes);
    let crashes: Vec<String> =
        outcomes.iter().flat_map(|(_, outcome)| &outcome.crashes).map(|path| path.display().to_string()).collect();
    if !crashes.is_empty() {
        bail!("a promise was broken by: {}", crashes.join(" "));
    }
    Ok(())
}

fn report(outcomes: &[(&str, Outcome)]) {
    println!(
        "\n{:<10} {:>12} {:>10} {:>9} {:>7} {:>8} {:>8}",
        "target", "executions", "a second", "coverage", "corpus", "seconds", "crashes"
    );
    for (name, o) in outcomes {
        println!(
            "{name:<10} {:>12} {:>10.0} {:>9} {:>7} {:>8.0} {:>8}",
            o.executions,
            o.executions as f64 / o.seconds.max(1.0),
            o.coverage,
            o.corpus,
            o.seconds,
            o.crashes.len()
        );
    }
    let each: serde_json::Map<String, serde_json::Value> = outcomes
        .iter()
        .map(|(name, o)| {
            let figures = serde_json::json!({"executions": o.executions, "coverage": o.coverage, "corpus": o.corpus,
                "seconds": o.seconds.round(), "crashes": o.crashes.len()});
            ((*name).to_owned(), figures)
        })
        .collect();
    let sum = |of: fn(&Outcome) -> f64| outcomes.iter().map(|(_, o)| of(o)).sum::<f64>();
    println!(
        "{}",
        serde_json::json!({"executions": sum(|o| o.executions as f64), "hours": (sum(|o| o.seconds) / 36.0).round() / 100.0,
            "crashes": sum(|o| o.crashes.len() as f64), "targets": each})
    );
}

/// The targets with counters on every edge and comparison. Build scripts and macros run without: that is what naming the
/// machine is for.
fn build() -> Result<PathBuf> {
    let version = program("rustc", ["-vV"]).text()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let flags = [
        "-Cpasses=sancov-module",
        "-Cllvm-args=-sanitizer-coverage-level=4",
        "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
        "-Cllvm-args=-sanitizer-coverage-pc-table",
        "-Cllvm-args=-sanitizer-coverage-trace-compares",
    ];
    let folder = root().join("target/fuzz/build");
    cargo(["build", "--locked", "--profile", "fuzz", "-p", "mirante-fuzz", "--features", "libfuzzer"])
        .args(["--target", host, "--target-dir"])
        .args([&folder])
        .env("RUSTFLAGS", flags.join(" "))
        .go()?;
    Ok(folder.join(host).join("fuzz").join(format!("fuzz{}", std::env::consts::EXE_SUFFIX)))
}

fn kept(name: &str) -> PathBuf {
    root().join("fuzz/corpus").join(name)
}

/// Folders of inputs that the project keeps: the target's own, and recorded talks of real PBXs.
fn given(name: &str) -> Vec<PathBuf> {
    let mut folders = vec![kept(name)];
    if name == "ami" {
        folders.push(root().join("src-tauri/crates/sources/tests/traces"));
    }
    folders
}

fn grown(name: &str) -> PathBuf {
    root().join("target/fuzz/corpus").join(name)
}

/// The fuzzer on one target, out of everybody's way.
fn fuzzer(binary: &Path, name: &str) -> Program {
    let run = if cfg!(unix) {
        program("nice", ["-n", "19"]).args([binary])
    } else {
        program(&binary.to_string_lossy(), [] as [&str; 0])
    };
    // Each run takes and gives back the same buffers: the C library is to keep them, not to ask the system for pages each time.
    let run = run.env("MALLOC_TRIM_THRESHOLD_", KEPT_FREE).env("MALLOC_MMAP_THRESHOLD_", KEPT_FREE);
    run.env("MIRANTE_FUZZ_TARGET", name).args([LONGEST, MEMORY, HANGS])
}

fn fuzz(binary: &Path, name: &str, minutes: u64) -> Result<Outcome> {
    let crashes = root().join("target/fuzz/crashes").join(name);
    for folder in [&crashes, &grown(name), &kept(name)] {
        std::fs::create_dir_all(folder)?;
    }
    let before = files(&crashes)?;
    // A target of the same talk at another size speaks the same language.
    let language = name.trim_end_matches("_large");
    let dictionary = root().join("fuzz").join(format!("{language}.dict"));
    let mut run = fuzzer(binary, name)
        .args([format!("-max_total_time={}", minutes * 60), format!("-artifact_prefix={}/", crashes.display())])
        .args(["-print_final_stats=1", "-use_value_profile=1"]);
    if dictionary.exists() {
        run = run.args([format!("-dict={}", dictionary.display())]);
    }
    let begun = std::time::Instant::now();
    let (said, status) = run.args([grown(name)]).args(given(name)).errors()?;
    let mut outcome = read(&said);
    outcome.seconds = begun.elapsed().as_secs_f64();
    outcome.corpus = files(&grown(name))?.len() + files(&kept(name))?.len();
    outcome.crashes = files(&crashes)?.into_iter().filter(|path| !before.contains(path)).collect();
    if !status.success() {
        // The words of the panic, and how to see it again.
        let tail: Vec<&str> = said.lines().filter(|line| !line.starts_with('#')).collect();
        println!("{}", tail[tail.len().saturating_sub(30)..].join("\n"));
        ensure!(!outcome.crashes.is_empty(), "the fuzzer stopped ({status}) and left no input");
    }
    println!("{name}: {} executions, coverage {}, {} inputs", outcome.executions, outcome.coverage, outcome.corpus);
    Ok(outcome)
}

/// The figures in what libFuzzer said.
fn read(said: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for line in said.lines() {
        let mut words = line.split_whitespace();
        if let Some(number) = words.next().and_then(|first| first.strip_prefix('#')) {
            outcome.executions = number.parse().unwrap_or(outcome.executions);
            let after = |key| line.split_whitespace().skip_while(|word| *word != key).nth(1)?.parse().ok();
            outcome.coverage = after("cov:").unwrap_or(outcome.coverage);
        } else if let Some(number) = line.strip_prefix("stat::number_of_executed_units:") {
            outcome.executions = number.trim().parse().unwrap_or(outcome.executions);
        }
    }
    outcome
}

/// Most bytes and files kept for a target: a repository is cloned more often than it is fuzzed.
const KEPT: (u64, usize) = (192 * 1024, 200);

/// Carries what reaches new code to the corpus that is kept, the smallest first.
fn keep(binary: &Path, name: &str) -> Result<()> {
    let fresh = root().join("target/fuzz/merged").join(name);
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh)?;
    }
    std::fs::create_dir_all(&fresh)?;
    let (said, status) =
        fuzzer(binary, name).args(["-set_cover_merge=1"]).args([&fresh, &grown(name)]).args(given(name)).errors()?;
    ensure!(status.success(), "the corpus of {name} could not be made small:\n{said}");
    // What once broke a promise stays under its own name.
    let (old, new) = (files(&kept(name))?, files(&fresh)?);
    for path in old.iter().filter(|path| !is_regression(path)) {
        std::fs::remove_file(path)?;
    }
    let mut sized: Vec<(u64, &PathBuf)> = Vec::new();
    for path in &new {
        sized.push((path.metadata()?.len(), path));
    }
    sized.sort();
    let (mut room, most) = KEPT;
    for (size, path) in sized.into_iter().take(most) {
        let Some(left) = room.checked_sub(size) else { break };
        room = left;
        std::fs::copy(path, kept(name).join(path.file_name().unwrap_or_default()))?;
    }
    let bytes: u64 = files(&kept(name))?.iter().filter_map(|path| path.metadata().ok()).map(|data| data.len()).sum();
    println!("{name}: {} inputs kept, {} KiB", files(&kept(name))?.len(), bytes / 1024);
    Ok(())
}

/// Inputs with a name people gave them.
fn is_regression(path: &Path) -> bool {
    path.extension().is_some()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_one_of_the_crate() {
        let source = std::fs::read_to_string(root().join("fuzz/src/lib.rs")).expect("the fuzz crate");
        for name in TARGETS {
            assert!(source.contains(&format!("(\"{name}\", ")), "{name}");
        }
        assert_eq!(source.matches("::run").count(), TARGETS.len(), "a target is missing here");
    }

    #[test]
    fn figures_are_read_from_what_the_fuzzer_says() {
        let said = "INFO: Seed: 7\n#2\tINITED cov: 7 ft: 9 corp: 1/1b exec/s: 0 rss: 27Mb\n\
                    #4096\tpulse  cov: 812 ft: 9 corp: 2/9b lim: 4096 exec/s: 2 rss: 27Mb\nDone 5000 runs in 9 second(s)\n\
                    stat::number_of_executed_units: 5000\n";
        let outcome = read(said);
        assert_eq!((outcome.executions, outcome.coverage), (5000, 812));
    }
}
