//! `rig`: a real Asterisk with a small busy call centre, for a person who wants to look and for measurements.
#![allow(clippy::print_stdout)]

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand, ValueEnum};
use mirante_tests::ami::Ami;
use mirante_tests::bench;
use mirante_tests::load::{Driver, Options, Plan, Size};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Major, Pbx, config, install};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

#[derive(Parser)]
#[command(about = "A real Asterisk with a small busy call centre on loopback")]
struct Arguments {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Fetch Asterisk from Debian, if it is not there yet, and print its version.
    Install {
        /// Major version; both without it.
        #[arg(long)]
        major: Option<Major>,
        /// Fetch the newest even if one is there.
        #[arg(long)]
        refresh: bool,
    },
    /// Start it with traffic and leave it running until interrupted.
    Serve {
        /// Major version: 16 or 22.
        #[arg(long, default_value = "22")]
        major: Major,
        /// Seed of the traffic.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Calls to queues a second.
        #[arg(long, default_value_t = 0.9)]
        inbound: f64,
        /// Mean conversation, seconds.
        #[arg(long, default_value_t = 12.0)]
        talk: f64,
        /// End after so many seconds.
        #[arg(long)]
        seconds: Option<u64>,
    },
    /// Start it with traffic and open Mirante on it.
    Show {
        /// How.
        #[arg(value_enum)]
        face: Face,
    },
    /// Measure the hub on it.
    Bench {
        /// What.
        #[arg(value_enum)]
        figure: Figure,
        /// Seconds to measure, after ten to warm up.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Calls to queues a second.
        #[arg(long, default_value_t = 2.0)]
        inbound: f64,
    },
    /// Measure the import of a queue_log, without any PBX.
    BenchImport {
        /// Days of a centre of 200 queues, each some 80,000 lines.
        #[arg(long, default_value_t = 36)]
        days: u32,
        /// Where log and history lie meanwhile; some 170 bytes a line.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Face {
    /// The desktop window.
    Window,
    /// A server for a browser.
    Browser,
}

#[derive(Clone, Copy, ValueEnum)]
enum Figure {
    /// CPU, memory and latency of the hub.
    Feed,
}

fn main() -> Result<()> {
    let say = |words: &str| println!("{words}");
    match Arguments::parse().command {
        What::Install { major, refresh } => {
            for major in major.map_or(Major::ALL.to_vec(), |major| vec![major]) {
                let tree = install(major, refresh, &say)?;
                println!("{} in {}", tree.version, tree.root.display());
            }
        }
        What::Serve { major, seed, inbound, talk, seconds } => {
            let pbx = Pbx::start(&install(major, false, &say)?)?;
            println!("{} ready on {}", pbx.version(), pbx.address());
            println!("user {} secret {}", config::MIRANTE.0, config::MIRANTE.1);
            let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
            traffic(pbx.address(), seed, Size { inbound, outside: inbound / 8.0, talk_s: talk, seconds: 0 }, until)?;
        }
        What::Show { face } => show(face)?,
        What::Bench { figure: Figure::Feed, seconds, inbound } => {
            let pbx = Pbx::start(&install(Major::V22, false, &say)?)?;
            println!("{}", bench::feed(&pbx, seconds, inbound)?);
        }
        What::BenchImport { days, folder } => {
            let folder = tempfile::tempdir_in(folder.unwrap_or_else(std::env::temp_dir))?;
            println!("{}", bench::import(days, folder.path())?);
        }
    }
    Ok(())
}

/// Plan after plan until the time is over, or for ever.
fn traffic(pbx: SocketAddr, seed: u64, size: Size, until: Option<Instant>) -> Result<()> {
    for round in 0.. {
        let left = until.map_or(600, |until| until.saturating_duration_since(Instant::now()).as_secs());
        if left == 0 {
            break;
        }
        let plan = Plan::new(seed + round, Size { seconds: left.min(600) as u32, ..size }, &CENTRE);
        let truth = Driver::new(Ami::login(pbx, config::DRIVER.0, config::DRIVER.1)?, &plan, &CENTRE)
            .run(Options { drain: Duration::ZERO }, |_| {})?;
        println!("{} stays in queues", truth.stays.len());
    }
    Ok(())
}

/// The PBX, its traffic and a face of Mirante, until the face ends.
fn show(face: Face) -> Result<()> {
    let pbx = Pbx::start(&install(Major::V22, false, &|words| println!("{words}"))?)?;
    println!("{} ready on {}", pbx.version(), pbx.address());
    let folder = std::env::temp_dir().join(format!("mirante-show-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("mirante.toml");
    std::fs::write(&file, mirante_tests::hub::following(pbx.address(), None))?;
    let mut command = match face {
        Face::Window => Command::new(beside("mirante")?),
        Face::Browser => {
            let mut command = Command::new(beside("mirantectl")?);
            command.args(["serve", "--listen", "127.0.0.1:0"]);
            command
        }
    };
    command.arg("--config").arg(&file).arg("--data").arg(folder.join("data"));
    command.env("MIRANTE_RIG_SECRET", config::MIRANTE.1);
    let mut child = command.spawn().context("Mirante does not start")?;
    let size = Size { inbound: 0.9, outside: 0.12, talk_s: 12.0, seconds: 0 };
    let (address, until) = (pbx.address(), Instant::now() + Duration::from_secs(8 * 3600));
    // Ends with this process: the face is what a person closes.
    std::thread::spawn(move || traffic(address, 1, size, Some(until)));
    let status = child.wait()?;
    std::fs::remove_dir_all(&folder)?;
    if status.success() {
        return Ok(());
    }
    bail!("Mirante ended: {status}")
}

/// A program built beside this one.
fn beside(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let path = here.parent().unwrap_or(Path::new(".")).join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        bail!("{name} is not built: cargo xtask run --asterisk builds it");
    }
    Ok(path)
}
