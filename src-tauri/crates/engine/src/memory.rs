//! Visits that ended lately: an account of the past begins before the silence did, and tells some of them again.

use mirante_floor::{ClosedVisit, Moment, Name, Site, SourceId};
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
    visits: BTreeMap<(SourceId, Name), Vec<(Name, Moment)>>,
    /// When each ended, oldest first.
    order: VecDeque<(i64, (SourceId, Name))>,
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
        self.visits.entry(key.clone()).or_default().push((visit.queue.clone(), visit.entered));
        self.order.push_back((ended, key));
    }

    /// True if the entry of `call` into `queue` at `at`, Unix ms by the platform's clock, is known: its visit is open in `site` or
    /// ended lately.
    pub(crate) fn knows(&self, site: Option<&Site>, source: SourceId, queue: &Name, call: &Name, at: i64) -> bool {
        let is_it = |entered: Moment| match entered.at {
            Some(told) => (told - at).abs() < SAME_MS,
            None => (entered.seen - at).abs() < SAME_ON_TWO_CLOCKS_MS,
        };
        let open = site.and_then(|site| Some((site, site.calls.get(call)?)));
        let mut open = open.into_iter().flat_map(|(site, ids)| ids.iter().filter_map(|id| site.visits.get(id)));
        let mut ended = self.visits.get(&(source, call.clone())).into_iter().flatten();
        open.any(|visit| visit.queue == *queue && is_it(visit.entered))
            || ended.any(|(name, entered)| name == queue && is_it(*entered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::{Origin, Outcome, VisitId};

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
}
