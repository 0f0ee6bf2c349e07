//! `mirantectl visits`: visits of a stretch of time as CSV, those that are still open included.

use crate::{data, logs, time};
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mirante_floor::{ClosedVisit, Floor, Name, PartyId, Site, SourceId, Stage, Visit};
use mirante_history::{History, Parties};
use std::io::Write;
use std::path::PathBuf;

/// Columns, stable: users' scripts read them.
const COLUMNS: [&str; 8] = ["contact", "queue", "entered", "outcome", "wait_ms", "agent", "talk_ms", "platform_id"];
/// A source that is followed is heard of at least once a minute; one that was not for longer has no "so far".
const FRESH_MS: i64 = 120_000;

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
    #[arg(long, default_value = mirante_engine::config::DEFAULT_ZONE)]
    zone: String,
}

/// One line.
struct Line {
    entered: i64,
    order: u64,
    fields: [String; 8],
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let zone = time::zone(&arguments.zone)?;
    let (from, to) = (time::parse(&arguments.from, &zone)?, time::parse(&arguments.to, &zone)?);
    let history = data::open(&arguments.data)?;
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(COLUMNS).map_err(io_error)?;
    for line in lines(&history, from, to, &zone)? {
        out.write_record(&line.fields).map_err(io_error)?;
    }
    out.flush()?;
    out.into_inner().map_err(|error| error.into_error())?.flush()?;
    Ok(())
}

fn lines(history: &History, from: i64, to: i64, zone: &TimeZone) -> Result<Vec<Line>> {
    // The floor first: a visit that ends between the two looks is then in both, and told once, as ended.
    let past = history.floor_at_seq(history.newest_seq()?)?;
    let mut closed = Vec::new();
    history.visits(from, to, |visit| {
        closed.push(visit);
        true
    })?;
    let names = Names { parties: history.parties(), floor: &past.floor };
    let mut lines = Vec::new();
    for visit in &closed {
        lines.push(ended(visit, &names, zone)?);
    }
    let is_closed = |source: SourceId, visit: &Visit| closed.iter().any(|c| c.source == source && c.id == visit.id);
    let now = Timestamp::now().as_millisecond();
    for (source, site) in &past.floor.sites {
        for visit in site.visits.values().filter(|v| (from..to).contains(&v.entered.seen)) {
            if !is_closed(*source, visit) {
                lines.push(open(*source, site, visit, now, &names, zone)?);
            }
        }
    }
    lines.sort_by_key(|line| (line.entered, line.order));
    Ok(lines)
}

fn ended(visit: &ClosedVisit, names: &Names<'_>, zone: &TimeZone) -> Result<Line> {
    let agent = names.then(visit)?;
    Ok(Line {
        entered: visit.entered.seen,
        order: visit.id.0,
        fields: [
            visit.contact.to_string(),
            visit.queue.to_string(),
            time::write(visit.entered.seen, zone),
            visit.outcome.word().to_owned(),
            visit.wait_ms.to_string(),
            agent,
            visit.talk_ms.map_or_else(String::new, |ms| ms.to_string()),
            visit.call.to_string(),
        ],
    })
}

fn open(source: SourceId, site: &Site, visit: &Visit, now: i64, names: &Names<'_>, zone: &TimeZone) -> Result<Line> {
    let (outcome, wait, agent) = match &visit.stage {
        Stage::Waiting => {
            let is_fresh = site.is_live() && (0..FRESH_MS).contains(&now.saturating_sub(site.seen));
            let until = if is_fresh { now } else { site.seen };
            ("waiting", until.saturating_sub(visit.entered.seen).max(0), String::new())
        }
        Stage::Talking { agent, wait_ms, .. } => ("answered", *wait_ms, names.now(source, agent, &visit.queue)?),
    };
    Ok(Line {
        entered: visit.entered.seen,
        order: visit.id.0,
        fields: [
            visit.contact.to_string(),
            visit.queue.to_string(),
            time::write(visit.entered.seen, zone),
            outcome.to_owned(),
            wait.to_string(),
            agent,
            String::new(),
            visit.call.to_string(),
        ],
    })
}

/// What is below a CSV error, so that a closed pipe is known as one.
fn io_error(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

/// What the platform calls agents: the member's name, else its interface, else the key.
struct Names<'a> {
    parties: Parties,
    floor: &'a Floor,
}

impl Names<'_> {
    /// Of a visit that has ended: as it was then.
    fn then(&self, visit: &ClosedVisit) -> Result<String> {
        let name = self.name(visit.agent_name)?;
        let address = || visit.interface.as_ref().or(visit.agent.as_ref()).map(ToString::to_string);
        Ok(name.or_else(address).unwrap_or_default())
    }

    /// Of a visit that goes on.
    fn now(&self, source: SourceId, agent: &Name, queue: &Name) -> Result<String> {
        let known = self.floor.sites.get(&source).and_then(|site| site.agents.get(agent));
        let name = self.name(known.and_then(|agent| agent.name))?;
        let address = || known.and_then(|a| a.memberships.get(queue)).map(|m| m.interface.to_string());
        Ok(name.or_else(address).unwrap_or_else(|| agent.to_string()))
    }

    fn name(&self, id: Option<PartyId>) -> Result<Option<String>> {
        let Some(id) = id else { return Ok(None) };
        Ok(self.parties.get(id)?.map(|party| party.name).filter(|name| !name.is_empty()))
    }
}

#[cfg(test)]
mod tests;
