//! Visits that ended lately: an account of the past begins before the silence did, and tells some of them again.

use mirante_floor::{ClosedVisit, Kind, Moment, Name, Outcome, Site, SourceId, Stage, VisitId, Witness};
use std::collections::{BTreeMap, VecDeque};

/// How far before the end of a run its visits are remembered, ms.
pub(crate) const LATELY_MS: i64 = 15 * 60 * 1000;
/// Most visits remembered.
const MOST: usize = 20_000;
/// Two words for one entry differ by less than this, ms, when both are by the platform's clock: a log may tell whole seconds.
const SAME_MS: u64 = 2_000;
/// And by less than this when they are by two clocks.
const SAME_ON_TWO_CLOCKS_MS: u64 = 30_000;

/// A stay of a call in a queue, as a record tells it: the queue, the call, and when that entered, Unix ms by the record.
type Stay = (Name, Name, i64);

/// The memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Which visit each stay is that the account of a source's present session tells.
    stays: BTreeMap<SourceId, BTreeMap<Stay, VisitId>>,
    visits: BTreeMap<(SourceId, Name), Vec<Known>>,
    /// When each ended, oldest first.
    order: VecDeque<(i64, (SourceId, Name))>,
}

/// What is remembered of a visit.
#[derive(Debug)]
struct Known {
    id: VisitId,
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
            id: visit.id,
            queue: visit.queue.clone(),
            entered: visit.entered,
            contact: visit.contact.clone(),
        });
        self.order.push_back((ended, key));
    }

    /// A session of `source` begins: another account of the past.
    pub(crate) fn begin(&mut self, source: SourceId) {
        self.stays.remove(&source);
    }

    /// The account was told but for what is open yet: the rest is forgotten.
    pub(crate) fn told(&mut self, site: &Site, source: SourceId) {
        let may_end =
            |id: &VisitId| site.visits.contains_key(id) || site.recent.iter().any(|v| v.id == *id && v.is_untold());
        self.stays.entry(source).or_default().retain(|_, id| may_end(id));
    }

    /// A stay that the account tells is this visit.
    pub(crate) fn is(&mut self, source: SourceId, stay: Stay, visit: VisitId) {
        self.stays.entry(source).or_default().insert(stay, visit);
    }

    /// What an account of the past adds: `kind` as it happened at `at`, in the stay of the call that began at `entered` if told, both
    /// Unix ms by the platform's clock, unless it is known.
    pub(crate) fn news(
        &mut self,
        site: Option<&Site>,
        source: SourceId,
        at: i64,
        entered: Option<i64>,
        mut kind: Kind,
    ) -> Option<Kind> {
        let place = match &kind {
            Kind::Entered { queue, call, .. } | Kind::Answered { queue, call, .. } | Kind::Left { queue, call, .. } => {
                Some((queue.clone(), call.clone()))
            }
            Kind::Completed { queue, call: Some(call), .. } => Some((queue.clone(), call.clone())),
            _ => None,
        };
        let since = if matches!(kind, Kind::Entered { .. }) { Some(at) } else { entered };
        let stay = place.zip(since).map(|((queue, call), since)| (queue, call, since));
        let stage = stay.and_then(|stay| self.visit(site, source, stay)).map(|id| now(site, id));
        match (&mut kind, stage) {
            (Kind::Entered { .. }, Some(_)) => return None,
            // A record of queues tells calls, not journeys: one that was here before is still the same contact.
            (Kind::Entered { call, contact, .. }, None) if call == contact => {
                *contact = self.contact(site, source, call).unwrap_or_else(|| call.clone());
            }
            (Kind::Answered { .. }, Some(stage)) if stage != Now::Waits => return None,
            (Kind::Left { .. }, Some(Now::Unseen)) => return amended(&kind),
            (Kind::Left { .. }, Some(stage)) if stage != Now::Waits => return None,
            (Kind::Completed { .. }, Some(Now::Over | Now::Unseen)) => return None,
            // Heard to leave, and not how: the session ended before the record could be asked.
            (Kind::Left { queue, call, .. }, None) if site.is_some_and(|site| left_unknown(site, queue, call, at)) => {
                return amended(&kind);
            }
            _ => {}
        }
        Some(kind)
    }

    /// The visit that a stay is: as was said, else the nearest in time of those of this call in this queue that are open in `site`
    /// or ended lately, and that is no other stay's.
    fn visit(&mut self, site: Option<&Site>, source: SourceId, stay: Stay) -> Option<VisitId> {
        let taken = self.stays.entry(source).or_default();
        if let Some(id) = taken.get(&stay) {
            return Some(*id);
        }
        let (queue, call, at) = &stay;
        let apart = |entered: Moment| {
            let (ms, most) = match entered.at {
                Some(told) => (told.abs_diff(*at), SAME_MS),
                None => (entered.seen.abs_diff(*at), SAME_ON_TWO_CLOCKS_MS),
            };
            (ms < most).then_some(ms)
        };
        let open = site.and_then(|site| Some((site, site.calls.get(call)?)));
        let open = open.into_iter().flat_map(|(site, ids)| ids.iter().filter_map(|id| site.visits.get(id)));
        let open = open.filter(|visit| visit.queue == *queue).map(|visit| (visit.id, visit.entered));
        let ended = self.visits.get(&(source, call.clone())).into_iter().flatten();
        let ended = ended.filter(|known| known.queue == *queue).map(|known| (known.id, known.entered));
        let near = open.chain(ended).filter_map(|(id, entered)| Some((apart(entered)?, id)));
        let is_free = |id: &VisitId| {
            let mut others =
                taken.range((queue.clone(), call.clone(), i64::MIN)..=(queue.clone(), call.clone(), i64::MAX));
            others.all(|(_, other)| other != id)
        };
        let (_, id) = near.filter(|(_, id)| is_free(id)).min()?;
        taken.insert(stay, id);
        Some(id)
    }

    /// The contact that `call` belongs to, if one of its visits is open in `site` or ended lately.
    fn contact(&self, site: Option<&Site>, source: SourceId, call: &Name) -> Option<Name> {
        let open = site.and_then(|site| site.visits.get(site.calls.get(call)?.last()?));
        let ended = || self.visits.get(&(source, call.clone()))?.last();
        open.map(|visit| &visit.contact).or_else(|| ended().map(|known| &known.contact)).cloned()
    }
}

/// What may still be told of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Now {
    /// It waits.
    Waits,
    /// It talks, or talked until nobody knows when.
    Talks,
    /// It left in a way that nobody saw.
    Unseen,
    /// It is over.
    Over,
}

fn now(site: Option<&Site>, id: VisitId) -> Now {
    let ended = || site?.recent.iter().find(|visit| visit.id == id);
    match site.and_then(|site| site.visits.get(&id)).map(|visit| &visit.stage) {
        Some(Stage::Waiting) => Now::Waits,
        Some(Stage::Talking { .. }) => Now::Talks,
        None => match ended() {
            Some(visit) if visit.is_untold() => Now::Talks,
            Some(visit) if visit.outcome == Outcome::Unknown => Now::Unseen,
            _ => Now::Over,
        },
    }
}

/// The end of a wait, told of one that had ended in a way that nobody saw.
fn amended(kind: &Kind) -> Option<Kind> {
    let Kind::Left { queue, call, outcome, .. } = kind else { return None };
    let (queue, call, from, witness) = (queue.clone(), call.clone(), Outcome::Unknown, Witness::QueueLog);
    (*outcome != from).then_some(Kind::VisitAmended { queue, call, from, to: *outcome, witness })
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
        visit.outcome == Outcome::Unknown && then.abs_diff(at) <= SAME_ON_TWO_CLOCKS_MS
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::{Origin, Visit};

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

    impl Memory {
        fn knows(&mut self, source: u16, queue: &str, call: &str, at: i64) -> bool {
            self.stays.clear();
            self.visit(None, SourceId(source), (queue.into(), call.into(), at)).is_some()
        }
    }

    #[test]
    fn an_entry_is_known_by_call_queue_and_time() {
        let mut memory = Memory::default();
        memory.keep(&visit("a", Moment { seen: 1_000_000, at: Some(900_400) }));
        memory.keep(&visit("b", Moment { seen: 1_000_000, at: None }));
        assert!(memory.knows(1, "sac", "a", 900_000), "a log of whole seconds");
        assert!(!memory.knows(1, "sac", "a", 960_000), "the same call entered again later");
        assert!(!memory.knows(1, "televendas", "a", 900_000));
        assert!(!memory.knows(2, "sac", "a", 900_000) && !memory.knows(1, "sac", "c", 900_000));
        assert_eq!(memory.contact(None, SourceId(1), &"a".into()).as_deref(), Some("a"));
        assert_eq!(memory.contact(None, SourceId(1), &"c".into()), None);
        assert!(memory.knows(1, "sac", "b", 985_000), "two clocks");
        assert!(!memory.knows(1, "sac", "b", 900_000));
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let mut memory = Memory::default();
        memory.keep(&visit("a", Moment { seen: 0, at: Some(0) }));
        memory.keep(&visit("b", Moment { seen: LATELY_MS + 1, at: Some(0) }));
        assert!(!memory.knows(1, "sac", "a", 0) && memory.knows(1, "sac", "b", 0));
        assert_eq!((memory.visits.len(), memory.order.len()), (1, 1));
    }

    fn entered(queue: &str, call: &str) -> Kind {
        Kind::Entered {
            queue: queue.into(),
            call: call.into(),
            contact: call.into(),
            caller: None,
            position: None,
            waited_ms: 0,
        }
    }

    fn left(outcome: Outcome) -> Kind {
        Kind::Left { queue: "sac".into(), call: "a".into(), outcome, ago_ms: 0 }
    }

    fn amended(to: Outcome) -> Kind {
        let (from, witness) = (Outcome::Unknown, Witness::QueueLog);
        Kind::VisitAmended { queue: "sac".into(), call: "a".into(), from, to, witness }
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
        let mut news = |at: i64, since, kind: Kind| memory.news(Some(&site), SourceId(1), at, since, kind);
        assert_eq!(news(900_500, None, entered("sac", "a")), None);
        let Some(Kind::Entered { contact, .. }) = news(912_500, None, entered("n2", "a")) else { panic!("an entry") };
        assert_eq!(&*contact, "root", "passed on within the silence");
        assert_eq!(news(909_500, None, left(Outcome::Timeout)), Some(amended(Outcome::Timeout)));
        assert_eq!(news(909_500, Some(900_500), left(Outcome::Timeout)), Some(amended(Outcome::Timeout)));
        assert_eq!(news(990_000, None, left(Outcome::Timeout)), Some(left(Outcome::Timeout)), "another stay");
    }

    /// A call came back to its queue at once, and the platform wrote the end of its first conversation only then.
    #[test]
    fn each_stay_of_a_call_in_one_queue_is_a_visit_of_its_own() {
        let mut memory = Memory::default();
        let mut first = visit("a", Moment { seen: 1_000_000, at: Some(900_400) });
        (first.outcome, first.talk_ms) = (Outcome::Answered, Some(2_000));
        memory.keep(&first);
        let mut site = Site::default();
        let mut second = Visit {
            id: VisitId(2),
            queue: "sac".into(),
            call: "a".into(),
            contact: "a".into(),
            caller: None,
            entered: Moment { seen: 1_001_900, at: Some(901_900) },
            position: None,
            origin: Origin::Heard,
            ringing: Default::default(),
            stage: Stage::Waiting,
        };
        site.calls.entry("a".into()).or_default().insert(second.id);
        site.visits.insert(second.id, second.clone());
        let agent: Name = "2101".into();
        let answered = || Kind::Answered { queue: "sac".into(), call: "a".into(), agent: agent.clone(), leg: None };
        let completed = || {
            let (queue, call, leg, agent) = ("sac".into(), Some("a".into()), None, agent.clone());
            Kind::Completed { queue, call, leg, agent, transferred: false, talk_ms: None }
        };
        let mut news = |site: &Site, at: i64, since, kind| memory.news(Some(site), SourceId(1), at, since, kind);
        assert_eq!(news(&site, 900_500, None, entered("sac", "a")), None);
        assert_eq!(news(&site, 900_500, Some(900_500), answered()), None, "the second waits");
        assert_eq!(news(&site, 901_500, None, entered("sac", "a")), None);
        assert_eq!(news(&site, 901_500, Some(900_500), left(Outcome::Timeout)), None);
        assert_eq!(news(&site, 902_500, Some(901_500), answered()), Some(answered()));
        let since = Moment { seen: 1_002_500, at: Some(902_500) };
        second.stage = Stage::Talking { agent: agent.clone(), leg: None, since, wait_ms: 600 };
        site.visits.insert(second.id, second);
        assert_eq!(news(&site, 902_500, Some(900_500), completed()), None, "the first had ended");
        assert_eq!(news(&site, 905_500, Some(901_500), completed()), Some(completed()));
        // A third within the reach of both is news.
        assert_eq!(news(&site, 901_600, None, entered("sac", "a")), Some(entered("sac", "a")));
        // Of a conversation that is over, and nobody knows since when, the end is still news: of another it is not.
        let mut over = Site::default();
        first.talk_ms = None;
        over.recent.push_back(first.clone());
        memory.begin(SourceId(1));
        memory.told(&over, SourceId(1));
        let mut news = |site: &Site, since| memory.news(Some(site), SourceId(1), 902_500, Some(since), completed());
        assert_eq!(news(&over, 900_500), Some(completed()));
        over.recent[0].talk_ms = Some(1);
        assert_eq!(news(&over, 900_500), None);
    }
}
