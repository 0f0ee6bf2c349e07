//! A queue_log's own account of a stretch of time: stays as its lines alone tell them, to be held against what was heard.

use mirante_floor::{Changes, ClosedVisit, Event, Fact, Floor, Kind, Origin, PartyId, SourceId, Stamp};
use mirante_sources::Caller;
use mirante_sources::asterisk::queue_log::{Account, AccountEvent, Bounds, LogAt, Past};
use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Most bytes of a log that are read to compare.
const MOST_BYTES: u64 = 64 << 20;
/// How long that may take.
const LONGEST: Duration = Duration::from_secs(10);
/// Stands for the one source of the fold; the numbers of visits are of no other use.
const SOURCE: SourceId = SourceId(1);

/// What a log tells.
#[derive(Debug, Default)]
pub struct LogStays {
    /// Stays that ended, in order of their end. Keys of people are of [`LogStays::people`].
    pub stays: Vec<ClosedVisit>,
    /// Whom the log names.
    pub people: HashMap<PartyId, Caller>,
    /// It tells all from then on, Unix ms by the PBX's clock: a log may begin later than asked, and of a long one the newest is read.
    pub from: i64,
    /// What the reading found.
    pub past: Past,
}

impl LogStays {
    /// Reads what the log at that place holds from `from` (Unix ms by the PBX's clock) on. Blocks, for some seconds at most.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub fn read(at: &LogAt, from: i64) -> io::Result<LogStays> {
        let bounds = Bounds { bytes: MOST_BYTES, until: Instant::now() + LONGEST };
        let (mut told, mut floor, mut account) = (LogStays::default(), Floor::default(), Account::default());
        let (mut changes, mut numbers, mut events) = (Changes::facts_only(), HashMap::new(), Vec::new());
        let mut seq = 0;
        let mut first = None;
        let (_, past) = Past::read(at.open(), from, bounds, |at, line| {
            first.get_or_insert(at);
            let mut person = |caller: &Caller| {
                let next = PartyId(numbers.len() as u64 + 1);
                let id = *numbers.entry(caller.clone()).or_insert(next);
                told.people.entry(id).or_insert_with(|| caller.clone());
                Ok::<_, Infallible>(id)
            };
            if seq == 0 {
                let kind = Kind::DayStarted { from: at };
                events.push(AccountEvent { at, origin: Origin::Backfilled, kind });
            }
            // What a line without its beginning tells is of a stay that began before: not compared.
            let _ = account.take(floor.sites.get(&SOURCE), line, at, &mut person, &mut events);
            for AccountEvent { at, origin, kind } in events.drain(..) {
                seq += 1;
                let seen = floor.sites.get(&SOURCE).map_or(at, |site| site.seen.max(at));
                let stamp = Stamp { source: SOURCE, epoch: 1, seq, seen, at: Some(at) };
                floor.apply(&Event { stamp, origin, kind }, &mut changes);
                for fact in changes.facts.drain(..) {
                    keep(&mut told.stays, fact);
                }
            }
            ControlFlow::Continue(())
        });
        told.past = past?;
        let begins = if told.past.cut { first } else { told.past.begins };
        told.from = begins.unwrap_or(from).max(from);
        Ok(told)
    }
}

fn keep(stays: &mut Vec<ClosedVisit>, fact: Fact) {
    match fact {
        Fact::VisitClosed(visit) => stays.push(visit),
        Fact::VisitAmended { queue, call, from, to, .. } => {
            let is_it = |stay: &&mut ClosedVisit| stay.queue == queue && stay.call == call && stay.outcome == from;
            if let Some(stay) = stays.iter_mut().rev().find(is_it) {
                stay.outcome = to;
            }
        }
        Fact::TalkTold { id, ended, talk_ms, transferred } => {
            if let Some(stay) = stays.iter_mut().rev().find(|stay| stay.id == id) {
                (stay.ended, stay.talk_ms, stay.transferred) = (ended, Some(talk_ms), transferred);
            }
        }
        _ => {}
    }
}
