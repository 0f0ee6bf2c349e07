//! `mirantectl floor`: the floor of a past moment, as the live view drew it.

use crate::{WrongUse, archive, logs, time};
use anyhow::{Result, bail};
use mirante_console::DEFAULT_ZONE;
use mirante_console::wire::Rows;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder.
    #[arg(long)]
    data: PathBuf,
    #[command(flatten)]
    moment: Moment,
    /// Write JSON, the only format so far.
    #[arg(long, required = true)]
    json: bool,
    /// Zone of a time without an offset.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Moment {
    /// The floor as the screens showed it at this time.
    #[arg(long)]
    at: Option<String>,
    /// The floor right after this event.
    #[arg(long)]
    seq: Option<u64>,
}

#[derive(Serialize)]
struct Shown {
    seq: u64,
    rows: Rows,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let zone = time::zone(&arguments.zone)?;
    let at = arguments.moment.at.as_deref().map(|at| time::parse(at, &zone)).transpose()?;
    let archive = archive::open(&arguments.data)?;
    let past = match (at, arguments.moment.seq) {
        (Some(at), _) => archive.floor_at(at)?,
        (None, Some(seq)) => archive.floor_at_seq(seq)?,
        (None, None) => bail!(WrongUse("say which moment: --at TIME or --seq N".into())),
    };
    if let Some(version) = past.folded_by {
        tracing::warn!("the screens of then were made by version {version} of the fold: they may have differed");
    }
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &Shown { seq: past.seq, rows: past.rows }).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(out.flush()?)
}
