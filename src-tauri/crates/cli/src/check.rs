//! `mirantectl check`: what is wrong with a configuration, before it is used.

use crate::{logs, serve};
use anyhow::{Result, bail};
use mirante_engine::config::{Config, SourceKind};
use mirante_sources::asterisk::{self, LayerState};
use std::io::Write;
use std::path::{Path, PathBuf};

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
    let config = Config::read(&arguments.config)?;
    let folder = arguments.config.parent().unwrap_or(Path::new(""));
    let mut out = std::io::stdout().lock();
    let mut failed = 0;
    for source in &config.sources {
        match &source.kind {
            SourceKind::Simulator(s) => {
                writeln!(out, "{}: simulated centre, {} queues and {} agents", source.name, s.queues, s.agents)?;
            }
            SourceKind::Asterisk(a) => match mirante_engine::asterisk(a, folder) {
                Err(error) => {
                    failed += 1;
                    writeln!(out, "{}: {error}", source.name)?;
                }
                Ok(_) if !arguments.connect => {
                    let tls = if a.tls { ", TLS" } else { "" };
                    writeln!(out, "{}: Asterisk at {}:{}{tls}, secret found", source.name, a.host, a.port)?;
                }
                Ok(a) => {
                    let found = serve::runtime()?.block_on(asterisk::check(&a));
                    failed += usize::from(!found.ok);
                    writeln!(out, "{}: {}", source.name, if found.ok { "works" } else { "does not work" })?;
                    for layer in &found.layers {
                        let state = match layer.state {
                            LayerState::Ok => "ok",
                            LayerState::Failed => "FAILED",
                            LayerState::NotReached => "not reached",
                            LayerState::NotUsed => "not used",
                        };
                        writeln!(out, "  {:<9} {state:<12} {}", layer.layer.word(), layer.detail)?;
                    }
                }
            },
        }
    }
    match failed {
        0 => Ok(writeln!(out, "{}: good, {} source(s)", arguments.config.display(), config.sources.len())?),
        _ => bail!("{failed} of {} source(s) cannot be used", config.sources.len()),
    }
}
