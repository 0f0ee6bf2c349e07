//! `mirantectl floor`: the floor of a past moment, as the live view drew it.

use crate::{data, logs, time};
use anyhow::{Result, bail};
use mirante_console::rows;
use mirante_console::wire::Rows;
use mirante_floor::FOLD_VERSION;
use mirante_history::{History, HistoryError, Past};
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A hub that runs commits at most a second after an event: a number it has just sent is on its way.
const PATIENCE: Duration = Duration::from_secs(3);

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
    #[arg(long, default_value = mirante_engine::config::DEFAULT_ZONE)]
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
    let history = data::open(&arguments.data)?;
    let past = match (&arguments.moment.at, arguments.moment.seq) {
        (Some(at), _) => history.floor_at(time::parse(at, &zone)?)?,
        (None, Some(seq)) => at_seq(&history, seq)?,
        (None, None) => bail!("say which moment: --at TIME or --seq N"),
    };
    if past.fold_version != FOLD_VERSION {
        let version = past.fold_version;
        tracing::warn!(
            "the screens of then were made by fold {version}, this is {FOLD_VERSION}: they may have differed"
        );
    }
    let shown = Shown { seq: past.seq, rows: rows::all(&past.floor, &history.parties()) };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &shown)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

fn at_seq(history: &History, seq: u64) -> Result<Past> {
    let began = Instant::now();
    loop {
        match history.floor_at_seq(seq) {
            Err(HistoryError::NotYet { .. }) if began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(100));
            }
            result => return Ok(result?),
        }
    }
}
