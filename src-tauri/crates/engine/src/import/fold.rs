//! The fold of one imported source.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mirante_floor::{Changes, Event, Fact, Floor, Kind, Origin, Site, SourceId, Stamp};
use mirante_history::{ImportBatch, ImportFile, ImportHead, ImportStretch, Result, keyframe};
use mirante_sources::asterisk::queue_log::overdue;

/// Events kept in one transaction.
const BATCH: usize = 64 * 1024;

/// Folds events of one source, in the order of a record, and gathers what is to be kept.
pub(super) struct Folding {
    source: SourceId,
    chain: u32,
    floor: Floor,
    seq: u64,
    zone: TimeZone,
    /// First instant of the day after the one under way, Unix ms.
    tomorrow: i64,
    changes: Changes,
    /// The floor before `events`.
    before: Vec<u8>,
    events: Vec<Event>,
    facts: Vec<Fact>,
    /// Visits that ended.
    pub(super) visits: u64,
    /// Events that were folded.
    pub(super) folded: u64,
}

/// What is to be kept together.
pub struct Batch {
    source: SourceId,
    chain: u32,
    before: Vec<u8>,
    stretch: Option<ImportStretch>,
    facts: Vec<Fact>,
    after: Vec<u8>,
    file: ImportFile,
}

impl Batch {
    pub(crate) fn as_import(&self) -> ImportBatch<'_> {
        let Batch { source, chain, before, stretch, facts, after, file } = self;
        ImportBatch { source: *source, chain: *chain, before, stretch: stretch.as_ref(), facts, after, file }
    }
}

impl Folding {
    pub(super) fn new(head: ImportHead, zone: TimeZone) -> Result<Folding> {
        let ImportHead { source, chain, seq, floor } = head;
        let before = keyframe(&floor)?;
        let changes = Changes::facts_only();
        let (events, facts) = Default::default();
        let mut folding = Folding {
            source,
            chain,
            floor,
            seq,
            zone,
            tomorrow: i64::MIN,
            changes,
            before,
            events,
            facts,
            visits: 0,
            folded: 0,
        };
        if let Some(from) = folding.site().and_then(|site| site.day_from) {
            folding.tomorrow = folding.day(from).1;
        }
        Ok(folding)
    }

    /// What the record came to so far.
    pub(super) fn site(&self) -> Option<&Site> {
        self.floor.sites.get(&self.source)
    }

    /// Begins the day of `at`, Unix ms, unless it or a later one has begun.
    pub(super) fn reach(&mut self, at: i64) {
        if at < self.tomorrow {
            return;
        }
        let (from, tomorrow) = self.day(at);
        self.tomorrow = tomorrow;
        self.apply(from, Origin::Backfilled, Kind::DayStarted { from });
        let over = self.site().map(|site| overdue(site, site.seen)).unwrap_or_default();
        for event in over {
            self.apply(event.at, event.origin, event.kind);
        }
    }

    /// First instant of the day of `at`, and of the next.
    fn day(&self, at: i64) -> (i64, i64) {
        let local = |at: i64| Some(Timestamp::from_millisecond(at).ok()?.to_zoned(self.zone.clone()));
        let day = local(at).and_then(|local| {
            let from = local.start_of_day().ok()?;
            let next = from.tomorrow().ok()?.start_of_day().ok()?;
            Some((from.timestamp().as_millisecond(), next.timestamp().as_millisecond()))
        });
        // At the end of time there is no tomorrow.
        day.unwrap_or((at, i64::MAX))
    }

    /// Folds what happened at `at`, Unix ms.
    pub(super) fn apply(&mut self, at: i64, origin: Origin, kind: Kind) {
        self.seq += 1;
        let seen = self.site().map_or(at, |site| site.seen.max(at));
        let stamp = Stamp { source: self.source, epoch: 1, seq: self.seq, seen, at: Some(at) };
        let event = Event { stamp, origin, kind };
        self.floor.apply(&event, &mut self.changes);
        for fact in self.changes.facts.drain(..) {
            self.visits += u64::from(matches!(fact, Fact::VisitClosed(_)));
            self.facts.push(fact);
        }
        self.events.push(event);
        self.folded += 1;
    }

    /// True when there is enough to be kept.
    pub(super) fn is_full(&self) -> bool {
        self.events.len() >= BATCH
    }

    /// What is to be kept, with how far `file` was read.
    pub(super) fn batch(&mut self, file: ImportFile) -> Result<Batch> {
        let stretch = ImportStretch::pack(&self.events)?;
        self.events.clear();
        let after = keyframe(&self.floor)?;
        let before = std::mem::replace(&mut self.before, after.clone());
        let facts = std::mem::take(&mut self.facts);
        Ok(Batch { source: self.source, chain: self.chain, before, stretch, facts, after, file })
    }

    /// Begins anew, after everything was kept: what comes lies before what was told so far.
    pub(super) fn begin_anew(&mut self) -> Result<()> {
        self.chain += 1;
        self.floor = Floor::default();
        self.before = keyframe(&self.floor)?;
        self.tomorrow = i64::MIN;
        Ok(())
    }
}
