//! `mirantectl visits`: visits of a stretch of time as CSV, those that are still open included.

use crate::{data, logs, time};
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mirante_floor::{ClosedVisit, Floor, Name, Site, SourceId, Stage, Visit};
use mirante_history::{History, Parties};
use std::collections::HashMap;
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
    out.write_record(COLUMNS)?;
    for line in lines(&history, from, to, &zone)? {
        out.write_record(&line.fields)?;
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
    let mut names = Names { history, parties: history.parties(), floor: &past.floor, known: HashMap::new() };
    let mut lines = Vec::new();
    for visit in &closed {
        lines.push(ended(visit, &mut names, zone)?);
    }
    let is_closed = |source: SourceId, visit: &Visit| closed.iter().any(|c| c.source == source && c.id == visit.id);
    let now = Timestamp::now().as_millisecond();
    for (source, site) in &past.floor.sites {
        for visit in site.visits.values().filter(|v| (from..to).contains(&v.entered.seen)) {
            if !is_closed(*source, visit) {
                lines.push(open(*source, site, visit, now, &mut names, zone)?);
            }
        }
    }
    lines.sort_by_key(|line| (line.entered, line.order));
    Ok(lines)
}

fn ended(visit: &ClosedVisit, names: &mut Names<'_>, zone: &TimeZone) -> Result<Line> {
    let agent = match &visit.agent {
        Some(agent) => names.of(visit.source, agent, &visit.queue, visit.ended.seen)?,
        None => String::new(),
    };
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

fn open(
    source: SourceId,
    site: &Site,
    visit: &Visit,
    now: i64,
    names: &mut Names<'_>,
    zone: &TimeZone,
) -> Result<Line> {
    let (outcome, wait, agent) = match &visit.stage {
        Stage::Waiting => {
            let is_fresh = site.is_live() && (0..FRESH_MS).contains(&now.saturating_sub(site.seen));
            let until = if is_fresh { now } else { site.seen };
            ("waiting", until.saturating_sub(visit.entered.seen).max(0), String::new())
        }
        Stage::Talking { agent, wait_ms, since, .. } => {
            ("answered", *wait_ms, names.of(source, agent, &visit.queue, since.seen)?)
        }
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

/// What the platform calls agents: the member's name, else its interface, else the key.
struct Names<'a> {
    history: &'a History,
    parties: Parties,
    floor: &'a Floor,
    known: HashMap<(SourceId, Name, Name), String>,
}

impl Names<'_> {
    fn of(&mut self, source: SourceId, agent: &Name, queue: &Name, when: i64) -> Result<String> {
        let key = (source, agent.clone(), queue.clone());
        if let Some(name) = self.known.get(&key) {
            return Ok(name.clone());
        }
        let mut name = self.on(self.floor, &key)?;
        if name.is_none() {
            // Gone since: ask the floor of then.
            name = self.on(&self.history.floor_at(when)?.floor, &key)?;
        }
        let name = name.unwrap_or_else(|| agent.to_string());
        self.known.insert(key, name.clone());
        Ok(name)
    }

    fn on(&self, floor: &Floor, (source, agent, queue): &(SourceId, Name, Name)) -> Result<Option<String>> {
        let Some(agent) = floor.sites.get(source).and_then(|site| site.agents.get(agent)) else { return Ok(None) };
        if let Some(id) = agent.name
            && let Some(party) = self.parties.get(id)?.filter(|party| !party.name.is_empty())
        {
            return Ok(Some(party.name));
        }
        Ok(agent.memberships.get(queue).map(|membership| membership.interface.to_string()))
    }
}
