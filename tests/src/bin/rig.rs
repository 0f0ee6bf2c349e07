//! `rig`: a real Asterisk with a small busy call centre, for a person who wants to look.
#![allow(clippy::print_stdout)]

use anyhow::Result;
use clap::{Parser, Subcommand};
use mirante_tests::load::{Driver, Options, Plan, Size};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Pbx, config, install};
use std::time::{Duration, Instant};

#[derive(Parser)]
#[command(about = "A real Asterisk with a small busy call centre on loopback")]
struct Arguments {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Fetch Asterisk 22 from Debian, if it is not there yet, and print its version.
    Install {
        /// Fetch the newest even if one is there.
        #[arg(long)]
        refresh: bool,
    },
    /// Start it with traffic and leave it running until interrupted.
    Serve {
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
}

fn main() -> Result<()> {
    let say = |words: &str| println!("{words}");
    match Arguments::parse().command {
        What::Install { refresh } => {
            let tree = install(refresh, &say)?;
            println!("{} in {}", tree.version, tree.root.display());
        }
        What::Serve { seed, inbound, talk, seconds } => {
            let pbx = Pbx::start(&install(false, &say)?)?;
            println!("{} ready on {}", pbx.version(), pbx.address());
            println!("user {} secret {}", config::MIRANTE.0, config::MIRANTE.1);
            let started = Instant::now();
            let size = Size { seconds: 600, inbound, outside: inbound / 8.0, talk_s: talk };
            for round in 0.. {
                let plan = Plan::new(seed + round, size, &CENTRE);
                let truth =
                    Driver::new(pbx.driver()?, &plan, &CENTRE).run(Options { drain: Duration::ZERO }, |_| {})?;
                println!("{} stays in queues so far", truth.stays.len());
                if seconds.is_some_and(|seconds| started.elapsed().as_secs() >= seconds) {
                    break;
                }
            }
        }
    }
    Ok(())
}
