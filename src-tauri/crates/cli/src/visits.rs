//! `mirantectl visits`: visits of a stretch of time as CSV, those that are still open included.

use crate::{archive, logs, time};
use anyhow::Result;
use mirante_console::DEFAULT_ZONE;
use std::path::PathBuf;

/// Columns, stable: users' scripts read them.
const COLUMNS: [&str; 8] = ["contact", "queue", "entered", "outcome", "wait_ms", "agent", "talk_ms", "platform_id"];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder.
    #[arg(long)]
    data: PathBuf,
    /// Visits that entered at this time or later: 2026-11-21T14:00:00-03:00, 2026-11-21T14:00 or 2026-11-21.
    #[arg(long)]
    from: String,
    /// Visits that entered before this time.
    #[arg(long)]
    to: String,
    /// Write CSV, the only format so far.
    #[arg(long, required = true)]
    csv: bool,
    /// Zone of times without an offset, and of the times written.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let zone = time::zone(&arguments.zone)?;
    let (from, to) = (time::parse(&arguments.from, &zone)?, time::parse(&arguments.to, &zone)?);
    let archive = archive::open(&arguments.data)?;
    let visits = archive.visits(from, to, time::now())?;
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(COLUMNS).map_err(archive::io_error)?;
    for visit in visits {
        out.write_record([
            &visit.contact,
            &visit.queue,
            &time::write(visit.entered_ms, &zone),
            visit.outcome,
            &visit.wait_ms.to_string(),
            &visit.agent,
            &visit.talk_ms.map_or_else(String::new, |ms| ms.to_string()),
            &visit.platform_id,
        ])
        .map_err(archive::io_error)?;
    }
    Ok(out.flush()?)
}
