//! A floor of one source, fed with a session's reports as the engine feeds its own, and its laws checked on the way.

use crate::laws;
use mirante_floor::{
    Changes, Event, Fact, Floor, Healer, Kind, Origin, Outcome, PartyId, SourceId, Stage, Stamp, VisitId,
};
use mirante_sources::{Caller, Report};
use std::collections::{BTreeMap, BTreeSet};

const SOURCE: SourceId = SourceId(1);
/// When a run begins, Unix ms: any time will do.
const MORNING: i64 = 1_795_000_020_000;
/// A floor is checked after this many events: checking each would make a run slower than what it checks.
const EVERY: u64 = 16;

/// The floor, and who is who on it.
#[derive(Default)]
pub(crate) struct Bench {
    floor: Floor,
    healer: Healer,
    pictured: bool,
    past: bool,
    changes: Changes,
    people: BTreeMap<Caller, PartyId>,
    ended: BTreeSet<VisitId>,
    seq: u64,
    /// Totals began again, a queue went, or somebody came on an earlier day: what is open may have been offered before.
    begun_again: bool,
}

impl Bench {
    /// From now on, or no longer, what is reported is a record's account of the past.
    pub(crate) fn past(&mut self) {
        self.past = !self.past;
    }

    /// Takes what a session reports at `now`, ms since it began.
    pub(crate) fn reports(&mut self, now: i64, reports: Vec<Report>) {
        let seen = MORNING.saturating_add(now);
        if self.seq == 0 {
            self.apply(seen, None, Origin::Heard, Kind::LinkUp { platform: "fuzz".into() });
            self.apply(seen, None, Origin::Heard, Kind::DayStarted { from: MORNING - 3_600_000 });
        }
        for report in reports {
            match report {
                Report::Event { at, kind } if self.past => {
                    let kind = kind.map_party(|caller| self.key(caller));
                    self.apply(seen, Some(at.unwrap_or(seen - 60_000)), Origin::Backfilled, kind);
                }
                Report::Event { at, kind } => {
                    let kind = kind.map_party(|caller| self.key(caller));
                    assert!(names(&kind).iter().all(|name| !name.contains(['\r', '\n'])), "a line end in {kind:?}");
                    self.apply(seen, at, Origin::Heard, kind);
                }
                Report::Backfill { at, kind, .. } => {
                    let kind = kind.map_party(|caller| self.key(caller));
                    self.apply(seen, Some(at), Origin::Backfilled, kind);
                }
                Report::Clock { at, by } => {
                    let kind = Kind::Clock { ahead_ms: at.saturating_sub(seen), at_by: by, seen_by: 0 };
                    self.apply(seen, Some(at), Origin::Heard, kind);
                }
                Report::Picture(picture) => {
                    let picture = picture.map_party(|caller| self.key(caller));
                    let first = !std::mem::replace(&mut self.pictured, true);
                    for kind in self.healer.heal(&self.floor, SOURCE, picture, seen, first, |kind| kind) {
                        self.apply(seen, None, Origin::Inferred, kind);
                    }
                }
            }
        }
    }

    /// Time goes on to the next day, and the floor survives its bytes.
    pub(crate) fn finish(&mut self) {
        self.check();
        let bytes = mirante_history::keyframe(&self.floor).expect("a floor has bytes");
        let read = mirante_history::restore(&bytes).expect("a floor's own bytes are read");
        assert_eq!(read, self.floor, "a floor survives its bytes");
        let seen = self.floor.sites.get(&SOURCE).map_or(MORNING, |site| site.seen);
        self.apply(seen.saturating_add(61_000), None, Origin::Heard, Kind::Tick);
        self.apply(
            seen.saturating_add(90_000),
            None,
            Origin::Heard,
            Kind::DayStarted { from: seen.saturating_add(90_000) },
        );
        self.apply(seen.saturating_add(91_000), None, Origin::Heard, Kind::LinkDown { reason: "fuzz".into() });
        self.check();
    }

    fn key(&mut self, caller: Caller) -> PartyId {
        let next = PartyId(self.people.len() as u64 + 1);
        *self.people.entry(caller).or_insert(next)
    }

    fn apply(&mut self, seen: i64, at: Option<i64>, origin: Origin, kind: Kind) {
        self.seq += 1;
        self.begun_again |= self.seq > 2 && matches!(kind, Kind::DayStarted { .. } | Kind::QueueGone { .. });
        let stamp = Stamp { source: SOURCE, epoch: 1, seq: self.seq, seen, at };
        self.floor.apply(&Event { stamp, origin, kind }, &mut self.changes);
        self.begun_again |= self.floor.sites.get(&SOURCE).is_some_and(|site| {
            let told = site.visits.get(&VisitId(self.seq)).filter(|visit| visit.origin == Origin::Backfilled);
            told.zip(site.day_from).is_some_and(|(visit, day)| visit.entered.seen < day)
        });
        for fact in std::mem::take(&mut self.changes.facts) {
            let Fact::VisitClosed(visit) = fact else { continue };
            assert!(self.ended.insert(visit.id), "a visit ends at most once: {visit:?}");
            assert!(visit.wait_ms >= 0 && visit.talk_ms.unwrap_or(0) >= 0, "time runs backwards: {visit:?}");
            assert_eq!(visit.agent.is_some(), visit.outcome == Outcome::Answered, "{visit:?}");
        }
        self.changes.clear();
        if self.seq.is_multiple_of(EVERY) {
            self.check();
        }
    }

    /// Everything that must hold, and that what was offered ended, waits or talks.
    fn check(&self) {
        let Some(site) = self.floor.sites.get(&SOURCE) else { return };
        laws::check(site);
        assert!(site.visits.keys().all(|id| !self.ended.contains(id)), "an ended visit is open");
        for (name, queue) in site.queues.iter().filter(|_| !self.begun_again) {
            let ended: u32 = Outcome::ALL.iter().map(|outcome| queue.totals.count(*outcome)).sum();
            let waiting = site.visits.values().filter(|v| v.queue == *name && v.stage == Stage::Waiting).count();
            assert_eq!(u64::from(queue.totals.offered), u64::from(ended) + waiting as u64, "{name}: offered");
        }
    }
}

/// Names that a platform gave and that every screen and export repeats.
fn names(kind: &Kind) -> Vec<&str> {
    match kind {
        Kind::Entered { queue, call, contact, .. } => vec![queue, call, contact],
        Kind::Left { queue, call, .. } | Kind::VisitAmended { queue, call, .. } => vec![queue, call],
        Kind::Answered { queue, call, agent, .. } => vec![queue, call, agent],
        Kind::Member { queue, agent, interface, reason, .. } => {
            let mut names: Vec<&str> = vec![queue, agent, interface];
            names.extend(reason.as_deref());
            names
        }
        _ => Vec::new(),
    }
}
