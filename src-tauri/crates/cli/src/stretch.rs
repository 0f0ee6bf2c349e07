//! What an export of a stretch of time is asked for.

use crate::{archive, logs, time};
use anyhow::Result;
use jiff::tz::TimeZone;
use mirante_console::{Archive, DEFAULT_ZONE};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder; a hub may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// What began at this time or later: 2026-11-21T14:00:00-03:00, 2026-11-21T14:00 or 2026-11-21.
    #[arg(long)]
    from: String,
    /// What began before this time.
    #[arg(long)]
    to: String,
    /// Write CSV, the only format so far.
    #[arg(long, required = true)]
    csv: bool,
    /// Zone of times without an offset, and of the times written.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
}

/// The history asked for and the stretch of it, Unix ms.
pub(crate) struct Stretch {
    pub(crate) archive: Archive,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) zone: TimeZone,
}

impl Arguments {
    /// Opens history; what went wrong there and here goes to standard error, since the export has the other.
    pub(crate) fn open(&self) -> Result<Stretch> {
        logs::to_stderr();
        let zone = time::zone(&self.zone)?;
        let (from, to) = (time::parse(&self.from, &zone)?, time::parse(&self.to, &zone)?);
        Ok(Stretch { archive: archive::open(&self.data)?, from, to, zone })
    }
}
