//! Visits that ended lately: an account of the past begins before the silence did, and tells some of them again.

use mirante_floor::{ClosedVisit, Kind, Moment, Name, Outcome, Site, SourceId, Stage, VisitId, Witness};
use std::collections::{BTreeMap, VecDeque};

/// How far before the end of a run its visits are remembered, ms.
pub(crate) const LATELY_MS: i64 = 15 * 60 * 1000;
/// Most visits remembered.
const MOST: usize = 20_000;
/// Two words for one entry differ by less than this, ms, when both are by the platform's clock: a log may tell whole seconds.
const SAME_MS: i64 = 2_000;
/// And by less than this when they are by two clocks.
const SAME_ON_TWO_CLOCKS_MS: i64 = 30_000;

/// The memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    visits: BTreeMap<(SourceId, Name), Vec<Known>>,
    /// When each ended, oldest first.
    order: VecDeque<(i64, (SourceId, Name))>,
}

/// What is remembered of a visit.
#[derive(Debug)]
struct Known {
    queue: Name,
    entered: Moment,
    contact: Name,
}

impl Memory {
    /// Remembers a visit that ended.
    pub(crate) fn keep(&mut self, visit: &ClosedVisit) {
        let ended = visit.ended.seen;
        while let Some((old, _)) = self.order.front()
            && (self.order.len() >= MOST || *old < ended - LATELY_MS)
            && let Some((_, key)) = self.order.pop_front()
        {
            self.visits.remove(&key);
        }
        let key = (visit.source, visit.call.clone());
        self.visits.entry(key.clone()).or_default().push(Known {
            queue: visit.queue.clone(),
            entered: visit.entered,
            contact: visit.contact.clone(),
        });
        self.order.push_back((ended, key));
    }

    /// What an account of the past adds: `kind` as it happened at `at`, Unix ms by the platform's clock, unless it is known.
    pub(crate) fn news(&self, site: Option<&Site>, source: SourceId, at: i64, mut kind: Kind) -> Option<Kind> {
        match &mut kind {
            Kind::Entered { queue, call, .. } if self.knows(site, source, queue, call, at) => return None,
            // A record of queues tells calls, not journeys: one that was here before is still the same contact.
            Kind::Entered { call, contact, .. } if call == contact => {
                *contact = self.contact(site, source, call).unwrap_or_else(|| call.clone());
            }
            // Heard to leave, and not how: the session ended before the record could be asked.
            Kind::Left { queue, call, outcome, .. } if site.is_some_and(|site| left_unknown(site, queue, call, at)) => {
                let (queue, call, to) = (queue.clone(), call.clone(), *outcome);
                let (from, witness) = (Outcome::Unknown, Witness::QueueLog);
                return Some(Kind::VisitAmended { queue, call, from, to, witness });
            }
            _ => {}
        }
        Some(kind)
    }

    /// True if the entry of `call` into `queue` at `at`, Unix ms by the platform's clock, is known: its visit is open in `site` or
    /// ended lately.
    fn knows(&self, site: Option<&Site>, source: SourceId, queue: &Name, call: &Name, at: i64) -> bool {
        let is_it = |entered: Moment| match entered.at {
            Some(told) => (told - at).abs() < SAME_MS,
            None => (entered.seen - at).abs() < SAME_ON_TWO_CLOCKS_MS,
        };
        let open = site.and_then(|site| Some((site, site.calls.get(call)?)));
        let mut open = open.into_iter().flat_map(|(site, ids)| ids.iter().filter_map(|id| site.visits.get(id)));
        let mut ended = self.visits.get(&(source, call.clone())).into_iter().flatten();
        open.any(|visit| visit.queue == *queue && is_it(visit.entered))
            || ended.any(|known| known.queue == *queue && is_it(known.entered))
    }

    /// The contact that `call` belongs to, if one of its visits is open in `site` or ended lately.
    fn contact(&self, site: Option<&Site>, source: SourceId, call: &Name) -> Option<Name> {
        let open = site.and_then(|site| site.visits.get(site.calls.get(call)?.last()?));
        let ended = || self.visits.get(&(source, call.clone()))?.last();
        open.map(|visit| &visit.contact).or_else(|| ended().map(|known| &known.contact)).cloned()
    }
}

/// True if the newest visit of `call` in `queue` ended around `at`, Unix ms, and nobody saw how.
fn left_unknown(site: &Site, queue: &Name, call: &Name, at: i64) -> bool {
    let waits = |id: &VisitId| site.visits.get(id).is_some_and(|v| v.queue == *queue && v.stage == Stage::Waiting);
    if site.calls.get(call).into_iter().flatten().any(waits) {
        return false;
    }
    let ended = site.recent.iter().rev().find(|visit| visit.call == *call && visit.queue == *queue);
    ended.is_some_and(|visit| {
        let then = visit.ended.at.unwrap_or(visit.ended.seen);
        visit.outcome == Outcome::Unknown && (then - at).abs() <= SAME_ON_TWO_CLOCKS_MS
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::Origin;

    fn visit(call: &str, entered: Moment) -> ClosedVisit {
        ClosedVisit {
            id: VisitId(1),
            source: SourceId(1),
            queue: "sac".into(),
            call: call.into(),
            contact: call.into(),
            caller: None,
            entered,
            ended: Moment { seen: entered.seen + 9_000, at: None },
            outcome: Outcome::Abandoned,
            wait_ms: 9_000,
            agent: None,
            agent_name: None,
            interface: None,
            talk_ms: None,
            transferred: false,
            origin: Origin::Heard,
        }
    }

    #[test]
    fn an_entry_is_known_by_call_queue_and_time() {
        let mut memory = Memory::default();
        memory.keep(&visit("a", Moment { seen: 1_000_000, at: Some(900_400) }));
        memory.keep(&visit("b", Moment { seen: 1_000_000, at: None }));
        let knows =
            |source, queue: &str, call: &str, at| memory.knows(None, SourceId(source), &queue.into(), &call.into(), at);
        assert!(knows(1, "sac", "a", 900_000), "a log of whole seconds");
        assert!(!knows(1, "sac", "a", 960_000), "the same call entered again later");
        assert!(
            !knows(1, "televendas", "a", 900_000) && !knows(2, "sac", "a", 900_000) && !knows(1, "sac", "c", 900_000)
        );
        assert_eq!(memory.contact(None, SourceId(1), &"a".into()).as_deref(), Some("a"));
        assert_eq!(memory.contact(None, SourceId(1), &"c".into()), None);
        assert!(knows(1, "sac", "b", 985_000), "two clocks");
        assert!(!knows(1, "sac", "b", 900_000));
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let mut memory = Memory::default();
        memory.keep(&visit("a", Moment { seen: 0, at: Some(0) }));
        memory.keep(&visit("b", Moment { seen: LATELY_MS + 1, at: Some(0) }));
        assert!(!memory.knows(None, SourceId(1), &"sac".into(), &"a".into(), 0));
        assert!(memory.knows(None, SourceId(1), &"sac".into(), &"b".into(), 0));
        assert_eq!((memory.visits.len(), memory.order.len()), (1, 1));
    }

    #[test]
    fn what_is_known_is_no_news_and_what_was_not_seen_is_amended() {
        let mut memory = Memory::default();
        let mut closed = visit("a", Moment { seen: 1_000_000, at: Some(900_400) });
        (closed.contact, closed.outcome) = ("root".into(), Outcome::Unknown);
        memory.keep(&closed);
        let mut site = Site::default();
        closed.ended = Moment { seen: 1_009_000, at: Some(909_400) };
        site.recent.push_back(closed);
        let news = |at: i64, kind: Kind| memory.news(Some(&site), SourceId(1), at, kind);
        let (queue, call): (Name, Name) = ("sac".into(), "a".into());
        let entered = |queue: &str| Kind::Entered {
            queue: queue.into(),
            call: call.clone(),
            contact: call.clone(),
            caller: None,
            position: None,
            waited_ms: 0,
        };
        assert_eq!(news(900_500, entered("sac")), None);
        let Some(Kind::Entered { contact, .. }) = news(912_500, entered("n2")) else { panic!("an entry") };
        assert_eq!(&*contact, "root", "passed on within the silence");
        let left = |outcome| Kind::Left { queue: queue.clone(), call: call.clone(), outcome, ago_ms: 0 };
        let amended = Kind::VisitAmended {
            queue: queue.clone(),
            call: call.clone(),
            from: Outcome::Unknown,
            to: Outcome::Timeout,
            witness: Witness::QueueLog,
        };
        assert_eq!(news(909_500, left(Outcome::Timeout)), Some(amended));
        assert_eq!(news(990_000, left(Outcome::Timeout)), Some(left(Outcome::Timeout)), "another stay");
    }
}
