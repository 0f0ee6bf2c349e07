//! `mirantectl check`: what is wrong with a configuration, before it is used.

use crate::{logs, serve};
use anyhow::{Result, bail};
use mirante_console::wire::{ConnectionReport, LayerState};
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Configuration file (TOML).
    #[arg(long)]
    config: PathBuf,
    /// Also enter each PBX and look at each layer on the way; changes nothing there.
    #[arg(long)]
    connect: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let checks = serve::runtime()?.block_on(mirante_console::check_config(&arguments.config, arguments.connect))?;
    let mut out = std::io::stdout().lock();
    let mut failed = 0;
    for check in &checks {
        let words = match (&check.fault, &check.connection) {
            (Some(fault), _) => fault.as_str(),
            (None, Some(found)) if found.ok => "works",
            (None, Some(_)) => "does not work",
            (None, None) => "good",
        };
        writeln!(out, "{}: {}: {words}", check.name, check.what)?;
        if let Some(found) = &check.connection {
            layers(&mut out, found)?;
        }
        failed += usize::from(check.fault.is_some() || check.connection.as_ref().is_some_and(|found| !found.ok));
    }
    match failed {
        0 => Ok(writeln!(out, "{}: good, {} source(s)", arguments.config.display(), checks.len())?),
        _ => bail!("{failed} of {} source(s) cannot be used", checks.len()),
    }
}

fn layers(out: &mut impl Write, found: &ConnectionReport) -> Result<()> {
    for layer in &found.layers {
        let state = match layer.state {
            LayerState::Ok => "ok",
            LayerState::Failed => "FAILED",
            LayerState::NotReached => "not reached",
            LayerState::NotUsed => "not used",
        };
        writeln!(out, "  {:<9} {state:<12} {}", layer.layer, layer.detail)?;
    }
    if let Some(platform) = &found.platform {
        writeln!(out, "  {:<9} {platform}, {} queue(s), {} agent(s)", "platform", found.queues, found.members)?;
    }
    if found.vicidial {
        writeln!(
            out,
            "  {:<9} a VICIdial keeps queues and campaigns outside Asterisk: this connection cannot show them",
            ""
        )?;
    }
    Ok(())
}
