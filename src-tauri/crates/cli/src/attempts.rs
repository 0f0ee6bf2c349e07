//! `mirantectl attempts`: attempts to reach someone, of a stretch of time, as CSV, those that are under way included.

use crate::{archive, logs, time};
use anyhow::Result;
use mirante_console::DEFAULT_ZONE;
use std::path::PathBuf;

/// Columns, stable: users' scripts read them by name.
const COLUMNS: [&str; 17] = [
    "attempt",
    "campaign",
    "contact",
    "agent",
    "started",
    "answered",
    "answered_by",
    "ended",
    "ring_ms",
    "talk_ms",
    "result",
    "cause",
    "status",
    "ended_by",
    "dropped",
    "disposition",
    "platform_id",
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder.
    #[arg(long)]
    data: PathBuf,
    /// Attempts that began at this time or later: 2026-11-21T14:00:00-03:00, 2026-11-21T14:00 or 2026-11-21.
    #[arg(long)]
    from: String,
    /// Attempts that began before this time.
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
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(COLUMNS).map_err(archive::io_error)?;
    let at = |ms: Option<i64>| ms.map_or_else(String::new, |ms| time::write(ms, &zone));
    for attempt in archive.attempts(from, to)? {
        out.write_record([
            &attempt.id.to_string(),
            &attempt.campaign,
            &attempt.contact,
            &attempt.agent,
            &at(Some(attempt.started_ms)),
            &at(attempt.answered_ms),
            attempt.answered_by,
            &at(attempt.ended_ms),
            &number(attempt.ring_ms),
            &number(attempt.talk_ms),
            attempt.result,
            &number(attempt.cause),
            &attempt.status,
            attempt.ended_by,
            &attempt.dropped.to_string(),
            &attempt.disposition,
            &attempt.platform_id,
        ])
        .map_err(archive::io_error)?;
    }
    Ok(out.flush()?)
}

fn number(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
