//! `mirantectl reconcile`: a platform's own figures beside Mirante's.

use crate::{WrongUse, archive, logs, time};
use anyhow::{Context, Result};
use mirante_console::wire::{ReconcileFigure, ReconcileQueue, Reconciliation};
use mirante_console::{Configured, DEFAULT_ZONE, ReconcileOf};
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder; a hub may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// Configuration file, which says where queue_logs lie; `mirante.toml` in the data folder without it, if there is one.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Only this queue: its name, or source/name.
    #[arg(long)]
    queue: Option<String>,
    /// From this time on: 2026-11-21T14:00:00-03:00, 2026-11-21T14:00 or 2026-11-21. A day back from what was kept last without it.
    #[arg(long)]
    from: Option<String>,
    /// Write JSON: times are Unix ms, levels tenths of a percent, averages seconds.
    #[arg(long)]
    json: bool,
    /// Zone of times without an offset, and of the times written.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
}

/// Ms in a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let zone = time::zone(&arguments.zone)?;
    let archive = archive::open(&arguments.data)?;
    let from = match &arguments.from {
        Some(text) => time::parse(text, &zone)?,
        None => archive.newest()?.unwrap_or(0) - DAY_MS,
    };
    let path =
        arguments.config.clone().or_else(|| Some(arguments.data.join("mirante.toml")).filter(|path| path.exists()));
    let config = path.map(|path| Configured::read(&path).with_context(|| format!("cannot use {}", path.display())));
    let config = config.transpose()?;
    let found = archive.reconcile(config.as_ref(), &ReconcileOf { from, queue: arguments.queue.clone() })?;
    if let Some(queue) = arguments.queue.as_ref().filter(|_| found.queues.is_empty()) {
        return Err(WrongUse(format!("no queue is called {queue:?}")).into());
    }
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &found)?;
        return Ok(writeln!(out)?);
    }
    Ok(write(&mut out, &found, |ms| time::write(ms, &zone))?)
}

fn write(out: &mut impl Write, found: &Reconciliation, at: impl Fn(i64) -> String) -> std::io::Result<()> {
    for queue in &found.queues {
        let ReconcileQueue { id, name, why, from_ms, to_ms, figures, log, .. } = queue;
        if let Some(why) = why {
            writeln!(out, "{name} ({id}): {why:?}")?;
            continue;
        }
        writeln!(out, "{name} ({id}), {} to {}", at(*from_ms), at(*to_ms))?;
        for figure in figures {
            let ReconcileFigure { of, ours, pbx, log, because, low, high, left } = figure;
            let number = |value: &Option<i64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
            let causes: Vec<String> = because.iter().map(|b| format!("{:?} {:+}", b.cause, b.count)).collect();
            writeln!(
                out,
                "  {of:?}: ours {}, PBX {pbx}, queue_log {}, must be {}..{}, because [{}], left {left}",
                number(ours),
                number(log),
                number(low),
                number(high),
                causes.join(", ")
            )?;
        }
        if let Some(log) = log {
            writeln!(
                out,
                "  queue_log: {} equal, {} differ, {} only ours, {} only its",
                log.equal, log.differ, log.only_ours, log.only_log
            )?;
        }
    }
    for log in &found.logs {
        let words = log.error.as_deref().unwrap_or("none is configured");
        writeln!(out, "queue_log of source {}: {words}", log.source)?;
    }
    Ok(())
}
