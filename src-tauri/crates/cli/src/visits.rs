//! `mirantectl visits`: visits of a stretch of time as CSV, those that are still open included.

use crate::stretch::{Arguments, Stretch};
use crate::{archive, time};
use anyhow::Result;

/// Columns, stable: users' scripts read them.
const COLUMNS: [&str; 8] = ["contact", "queue", "entered", "outcome", "wait_ms", "agent", "talk_ms", "platform_id"];

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Stretch { archive, from, to, zone } = arguments.open()?;
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(COLUMNS).map_err(archive::io_error)?;
    let mut written = Ok(());
    archive.visits(from, to, time::now(), |visit| {
        written = out.write_record([
            &visit.contact,
            &visit.queue,
            &time::write(visit.entered_ms, &zone),
            visit.outcome,
            &visit.wait_ms.to_string(),
            &visit.agent,
            &visit.talk_ms.map_or_else(String::new, |ms| ms.to_string()),
            &visit.platform_id,
        ]);
        written.is_ok()
    })?;
    written.map_err(archive::io_error)?;
    Ok(out.flush()?)
}
