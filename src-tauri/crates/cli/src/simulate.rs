//! `mirantectl simulate`: history of a simulated centre.

use crate::{WrongUse, logs, serve};
use anyhow::{Result, bail};
use mirante_console::{Archive, Console, SimulatorConfig, sample_folder};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder; the example data go into `amostra` in it, never beside real ones.
    #[arg(long)]
    data: PathBuf,
    /// The same seed gives the same centre.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Queues, 1 to 200.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=200))]
    queues: u16,
    /// Agents, at least one a queue, up to 2000.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..=2000))]
    agents: u16,
    /// Days of history, up to 60.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(0..=60))]
    days: u16,
    /// Simulated seconds in each real one, once it is live; 1 to 3600.
    #[arg(long, default_value_t = 1.0, value_parser = warp)]
    warp: f64,
    /// Go on live and serve the interface.
    #[arg(long)]
    serve: bool,
    #[command(flatten)]
    listen: serve::Listen,
}

fn warp(text: &str) -> Result<f64, String> {
    let warp: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    (1.0..=3600.0).contains(&warp).then_some(warp).ok_or_else(|| "must be from 1 to 3600".into())
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { data, seed, queues, agents, days, warp, serve, .. } = arguments;
    if queues > agents {
        bail!(WrongUse("a simulated centre has at least as many agents as queues".into()));
    }
    arguments.listen.check()?;
    let _logs = logs::to_files(data)?;
    let folder = sample_folder(data);
    if !serve && Archive::open(&folder).is_ok_and(|archive| !archive.is_empty()) {
        bail!("{} already holds history; remove it or choose another folder", folder.display());
    }
    let simulator = SimulatorConfig { seed: *seed, queues: *queues, agents: *agents, days: *days, warp: *warp };
    let start = || Ok(Console::start_sample(data.clone(), simulator)?);
    if *serve {
        return serve::runtime()?.block_on(serve::until_stopped(start, data, arguments.listen.clone()));
    }
    serve::runtime()?.block_on(async {
        let console = start()?;
        let began = Instant::now();
        let mut shown = None;
        let mut err = std::io::stderr();
        while let Some(percent) = console.sample_percent() {
            if shown != Some(percent) {
                shown = Some(percent);
                write!(err, "\r{percent:3} % of {days} day(s)")?;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        console.shutdown().await;
        writeln!(err, "\r100 % of {days} day(s) in {:.1} s: {}", began.elapsed().as_secs_f64(), folder.display())?;
        Ok(())
    })
}
