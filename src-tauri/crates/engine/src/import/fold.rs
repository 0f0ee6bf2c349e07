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
    /// Its facts wait to be kept.
    changes: Changes,
    /// The floor before `events`.
    before: Vec<u8>,
    events: Vec<Event>,
    /// Visits that ended.
    pub(super) visits: u64,
    /// Events that were folded.
    pub(super) folded: u64,
}

/// What is to be kept together, as it was folded: packing it is another thread's work where there is much.
pub(super) struct Folded {
    source: SourceId,
    chain: u32,
    before: Vec<u8>,
    events: Vec<Event>,
    facts: Vec<Fact>,
    after: Vec<u8>,
    file: ImportFile,
}

impl Folded {
    /// Packs the events.
    pub(super) fn pack(self) -> Result<Batch> {
        let Folded { source, chain, before, events, facts, after, file } = self;
        let stretch = ImportStretch::pack(&events, &facts)?;
        Ok(Batch { source, chain, before, stretch, facts, after, file })
    }
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
    /// Events in it.
    pub fn events(&self) -> u64 {
        self.stretch.as_ref().map_or(0, ImportStretch::count)
    }

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
        let mut folding = Folding {
            source,
            chain,
            floor,
            seq,
            zone,
            tomorrow: i64::MIN,
            changes,
            before,
            events: Vec::new(),
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

    /// How far the record's clock is ahead of ours, ms, as a [`Kind::Clock`] said.
    pub(super) fn ahead(&self) -> i64 {
        self.site().and_then(|site| site.clock_ahead).unwrap_or(0)
    }

    /// Begins the day of `at`, Unix ms by the record, unless it or a later one has begun.
    pub(super) fn reach(&mut self, at: i64) {
        let ahead = self.ahead();
        let at = at.saturating_sub(ahead);
        if at < self.tomorrow {
            return;
        }
        let (from, tomorrow) = self.day(at);
        self.tomorrow = tomorrow;
        self.apply(from.saturating_add(ahead), Origin::Backfilled, Kind::DayStarted { from });
        let over = self.site().map(|site| overdue(site, site.seen.saturating_add(ahead))).unwrap_or_default();
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

    /// Folds what happened at `at`, Unix ms by the record.
    pub(super) fn apply(&mut self, at: i64, origin: Origin, kind: Kind) {
        self.seq += 1;
        let ahead = if let Kind::Clock { ahead_ms, .. } = kind { ahead_ms } else { self.ahead() };
        let ours = at.saturating_sub(ahead);
        let seen = self.site().map_or(ours, |site| site.seen.max(ours));
        let stamp = Stamp { source: self.source, epoch: 1, seq: self.seq, seen, at: Some(at) };
        let known = self.changes.facts.len();
        // Kept first, since it is too large to be moved more often than needed.
        self.events.push(Event { stamp, origin, kind });
        self.events.last().iter().for_each(|event| self.floor.apply(event, &mut self.changes));
        let ended = self.changes.facts[known..].iter().filter(|fact| matches!(fact, Fact::VisitClosed(_)));
        self.visits += ended.count() as u64;
        self.folded += 1;
    }

    /// Events that wait to be kept.
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// True when there is enough to be kept.
    pub(super) fn is_full(&self) -> bool {
        self.events.len() >= BATCH
    }

    /// What is to be kept, with how far `file` was read.
    pub(super) fn folded(&mut self, file: ImportFile) -> Result<Folded> {
        let (events, facts) = (std::mem::take(&mut self.events), std::mem::take(&mut self.changes.facts));
        let after = keyframe(&self.floor)?;
        let before = std::mem::replace(&mut self.before, after.clone());
        // The next is about as long.
        self.events.reserve(events.len());
        self.changes.facts.reserve(facts.len());
        Ok(Folded { source: self.source, chain: self.chain, before, events, facts, after, file })
    }

    /// The same, packed.
    pub(super) fn batch(&mut self, file: ImportFile) -> Result<Batch> {
        self.folded(file)?.pack()
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
