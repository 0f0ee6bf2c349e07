//! `cargo xtask test`: everything that CI runs, in order. A step that fails does not hide the others.

use crate::need;
use crate::sh::{Program, cargo, program};
use crate::{bench, codegen, dist, documents, layers};
use anyhow::{Result, bail};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Install what is missing without asking.
    #[arg(long, short)]
    yes: bool,
    /// Only the steps whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Leave out the steps whose name contains this; may be given again.
    #[arg(long)]
    skip: Vec<String>,
}

type Step = (&'static str, fn() -> Result<()>);

/// In order of cost: what fails soon is told soon. The interface comes before what embeds it.
const STEPS: &[Step] = &[
    ("format", || cargo(["fmt", "--all", "--check"]).go()),
    ("documents", documents::check),
    ("layers", layers::check),
    ("interface types", || npm("check")),
    ("interface tests", || npm("test")),
    ("interface build", || npm("build")),
    ("build", build),
    ("unit tests", unit_tests),
    ("wire types", wire_types),
    ("lint", || cargo(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]).go()),
    ("rust documentation", || {
        cargo(["doc", "--quiet", "--locked", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings").go()
    }),
    ("static mirantectl", dist::tail_if_possible),
    ("channels", channels),
    ("command line", || black_box("cli")),
    ("real Asterisk", || black_box_with("asterisk", |test| test.args(["--skip", "zero::", "--skip", "long_"]))),
    ("browser", || black_box("browser")),
    ("desktop", || black_box("desktop")),
];

pub(crate) fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    let wanted = |name: &str| {
        options.only.as_ref().is_none_or(|part| name.contains(part.as_str()))
            && !options.skip.iter().any(|part| name.contains(part.as_str()))
    };
    let debian: Vec<&str> = need::BUILD.iter().chain(need::TEST).copied().collect();
    let mut results: Vec<(&str, Duration, Option<String>)> = Vec::new();
    let mut step = |name: &'static str, work: &dyn Fn() -> Result<()>| {
        println!("\n== {name}");
        let begun = Instant::now();
        let fault = work().err().map(|error| format!("{error:#}"));
        match &fault {
            None => println!("== {name}: ok in {:.1} s", begun.elapsed().as_secs_f64()),
            Some(words) => println!("== {name}: FAILED in {:.1} s: {words}", begun.elapsed().as_secs_f64()),
        }
        results.push((name, begun.elapsed(), fault));
    };
    step("what is needed", &|| need::ensure_all(&debian, &["ui", "tests/browser"], options.yes || in_ci()));
    for (name, work) in STEPS.iter().filter(|(name, _)| wanted(name)) {
        step(name, work);
    }

    println!("\n== summary, {:.0} s", started.elapsed().as_secs_f64());
    for (name, time, fault) in &results {
        let mark = if fault.is_none() { "ok    " } else { "FAILED" };
        println!(
            "{mark} {:>7.1} s  {name}{}",
            time.as_secs_f64(),
            fault.as_ref().map_or_else(String::new, |words| format!(": {words}"))
        );
    }
    let failed = results.iter().filter(|(_, _, fault)| fault.is_some()).count();
    println!("{} passed, {failed} failed", results.len() - failed);
    if failed > 0 {
        bail!("{failed} of {} steps failed", results.len());
    }
    Ok(())
}

/// True on a machine that nobody sits at and that is there for this: installing what tests need is consented to.
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

fn npm(script: &str) -> Result<()> {
    program("npm", ["run", "--silent", script]).within("ui").go()
}

/// Everything at once, so that each crate is built once with one set of features.
fn build() -> Result<()> {
    cargo(["build", "--locked", "--workspace", "--all-targets", "--exclude", "mirante-xtask"]).go()
}

/// True once the unit tests of this run exported the wire types.
static EXPORTED: AtomicBool = AtomicBool::new(false);

/// The unit tests export them; without those they are exported here.
fn wire_types() -> Result<()> {
    if EXPORTED.load(Ordering::Relaxed) { codegen::compare() } else { codegen::run(true) }
}

fn unit_tests() -> Result<()> {
    codegen::clear()?;
    EXPORTED.store(true, Ordering::Relaxed);
    let nextest = cargo(["nextest", "--version"]).works();
    let run = if nextest {
        cargo(["nextest", "run", "--locked", "--workspace", "--no-fail-fast", "--status-level", "fail"])
    } else {
        cargo(["test", "--quiet", "--locked", "--workspace", "--all-targets", "--no-fail-fast"])
    };
    quiet(run).go()?;
    if nextest {
        quiet(cargo(["test", "--quiet", "--locked", "--workspace", "--doc"])).go()?;
    }
    Ok(())
}

/// A test of `tests/` on the built programs: slow ones are marked ignored for a plain `cargo test`.
fn black_box(name: &str) -> Result<()> {
    black_box_with(name, |test| test)
}

fn black_box_with(name: &str, more: impl Fn(Program) -> Program) -> Result<()> {
    // One at a time: each measures time on a machine of its own, and the desktop has one screen.
    let test = cargo(["test", "--quiet", "--locked", "--workspace"]).args(["--test", name, "--"]);
    more(quiet(test.args(["--include-ignored", "--nocapture", "--test-threads", "1"]))).go()
}

/// Channels of alerts against the programs of Debian that stand at their other end.
fn channels() -> Result<()> {
    if !program("apt-get", ["--version"]).works() {
        println!("This is not Debian: mail and Alertmanager are not tried (not verified).");
        return Ok(());
    }
    let folder = bench::target().join("debian");
    need::unpack_debian(&folder, need::UNPACKED)?;
    let test = cargo(["test", "--quiet", "--locked", "--workspace", "--test", "debian", "--", "--ignored"]);
    quiet(test).env("MIRANTE_DEBIAN", folder).go()
}

/// Without traces of the test's own stack in each message, and never writing the interface's types.
fn quiet(run: Program) -> Program {
    run.env("RUST_LIB_BACKTRACE", "0").env("TS_RS_EXPORT_DIR", codegen::exports())
}
