//! `mirantectl verify`: whether stored history agrees with itself.

use crate::archive;
use anyhow::{Result, bail};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder; a hub may be running on it.
    #[arg(long)]
    data: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let archive = archive::open(&arguments.data)?;
    let (began, mut err) = (Instant::now(), std::io::stderr());
    let shows = err.is_terminal();
    let found = archive.verify(|done, all| {
        if shows {
            let _ = write!(err, "\r{done} of {all} stretches");
        }
    })?;
    if shows {
        let _ = write!(err, "\r\x1b[K");
    }
    let mut out = std::io::stdout().lock();
    for finding in &found.findings {
        writeln!(out, "{finding}")?;
    }
    let (rows, events, segments) = (found.rows, found.events, found.segments);
    let seconds = began.elapsed().as_secs_f64();
    writeln!(
        out,
        "{rows} rows computed again from {events} events in {segments} stretches and the journal, in {seconds:.1} s"
    )?;
    if found.left_out > 0 {
        writeln!(out, "{} stretches cannot be computed again; their rows stand as they were kept", found.left_out)?;
    }
    if found.unused_left_out {
        writeln!(
            out,
            "pages that no table uses were not looked at: the file is large, and a hub may be writing to it"
        )?;
    }
    if !found.findings.is_empty() {
        bail!("{} findings; history that was not found fault with stays good", found.findings.len());
    }
    writeln!(out, "all as it should be")?;
    Ok(())
}
