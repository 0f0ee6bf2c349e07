//! `mirantectl attempts`: attempts to reach someone, of a stretch of time, as CSV, those that are under way included.

use crate::stretch::{Arguments, Stretch};
use crate::{archive, time};
use anyhow::Result;

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

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Stretch { archive, from, to, zone } = arguments.open()?;
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(COLUMNS).map_err(archive::io_error)?;
    let at = |ms: Option<i64>| ms.map_or_else(String::new, |ms| time::write(ms, &zone));
    let mut written = Ok(());
    archive.attempts(from, to, |attempt| {
        written = out.write_record([
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
        ]);
        written.is_ok()
    })?;
    written.map_err(archive::io_error)?;
    Ok(out.flush()?)
}

fn number(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
