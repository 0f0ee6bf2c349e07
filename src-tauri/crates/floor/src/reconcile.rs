//! Pictures against the floor: what must have happened unheard.

use crate::{
    Floor, Kind, MemberPicture, Name, Outcome, PartyId, Picture, QueuePicture, Site, SourceId, Stage, WaitingPicture,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::mem::Discriminant;

/// A conversation whose agent is in no picture any more is believed over after this long.
const LONGEST_TALK_MS: i64 = 4 * 60 * 60 * 1000;

/// What must have happened for `picture` to be true: events that the stream did not bring. Pure.
///
/// What a live event touched at or after `asked` (our clock, Unix ms) is left alone: a picture is not atomic. Each call and
/// each agent is judged by itself, so that a busy queue is healed as well as a quiet one.
///
/// The picture is taken whole, so that the first one of a large site, thousands of members none of whom is known, becomes events
/// without a copy.
pub fn reconcile(floor: &Floor, source: SourceId, picture: Picture, asked: i64) -> Vec<Kind> {
    let mut kinds = Vec::new();
    tell(floor, source, picture, asked, &mut |kind| kinds.push(kind));
    kinds
}

/// Tells the events one after the other: the first of a large site are thousands, and a list of them would be as long again.
fn tell(floor: &Floor, source: SourceId, picture: Picture, asked: i64, out: &mut impl FnMut(Kind)) {
    let nothing = Site::default();
    let site = floor.sites.get(&source).unwrap_or(&nothing);
    let Picture { queues, people, members: seen, waiting } = picture;
    counters(site, &queues, out);
    let removed = removed(site, &seen, asked);
    let over = conversations(site, &seen, asked);
    members(site, &people, seen, asked, out);
    removed.into_iter().chain(over).for_each(&mut *out);
    waits(site, &waiting, asked, out);
    gone(site, &queues, out);
}

fn counters(site: &Site, seen: &[QueuePicture], out: &mut impl FnMut(Kind)) {
    for QueuePicture { queue, counters, .. } in seen {
        if site.queues.get(queue).and_then(|q| q.pbx) != Some(*counters) {
            out(Kind::QueueSeen { queue: queue.clone(), counters: *counters });
        }
    }
}

/// Last, since a queue goes only when nobody talks in it any more.
fn gone(site: &Site, seen: &[QueuePicture], out: &mut impl FnMut(Kind)) {
    let names: BTreeSet<&Name> = seen.iter().map(|q| &q.queue).collect();
    // An empty picture says nothing: a platform that is still loading lists no queue.
    if !names.is_empty() {
        let gone = site.queues.keys().filter(|queue| !names.contains(queue));
        gone.for_each(|queue| out(Kind::QueueGone { queue: queue.clone() }));
    }
}

fn members(site: &Site, people: &[PartyId], seen: Vec<MemberPicture<u32>>, asked: i64, out: &mut impl FnMut(Kind)) {
    for m in seen {
        let agent = site.agents.get(&m.agent);
        let known = agent.and_then(|a| a.memberships.get(&m.queue));
        if known.is_some() && agent.is_some_and(|a| a.touched >= asked) {
            continue;
        }
        let name = m.name.and_then(|at| people.get(at as usize).copied());
        let same = known.is_some_and(|known| {
            known.interface == m.interface
                && known.paused == m.paused
                && known.penalty == m.penalty
                && known.reason.as_ref() == m.reason.as_ref().filter(|_| m.paused)
        }) && agent.is_some_and(|a| a.device == m.device && (name.is_none() || a.name == name));
        if !same {
            let MemberPicture { queue, agent, interface, device, paused, reason, penalty, in_call, paused_at, .. } = m;
            out(Kind::Member { queue, agent, interface, name, device, paused, reason, penalty, in_call, paused_at });
        }
    }
}

/// Members whom the picture does not show any more.
fn removed(site: &Site, seen: &[MemberPicture<u32>], asked: i64) -> Vec<Kind> {
    // The first picture of all is the longest to take in, and nobody can be gone yet.
    if site.agents.is_empty() {
        return Vec::new();
    }
    // Asked whether it holds a pair and nothing else, so that its order, another at each start, decides nothing.
    let pairs: HashSet<(&Name, &Name), foldhash::fast::RandomState> =
        seen.iter().map(|m| (&m.queue, &m.agent)).collect();
    let mut kinds = Vec::new();
    for (key, agent) in site.agents.iter().filter(|(_, a)| a.touched < asked) {
        let gone = agent.memberships.keys().filter(|queue| !pairs.contains(&(*queue, key)));
        kinds.extend(gone.map(|queue| Kind::MemberRemoved { queue: queue.clone(), agent: key.clone() }));
    }
    kinds
}

/// Conversations that a member's row denies.
fn conversations(site: &Site, seen: &[MemberPicture<u32>], asked: i64) -> Vec<Kind> {
    let mut kinds = Vec::new();
    if site.visits.values().all(|visit| !matches!(visit.stage, Stage::Talking { .. })) {
        return kinds;
    }
    let in_call: BTreeMap<(&Name, &Name), Option<bool>> =
        seen.iter().map(|m| ((&m.queue, &m.agent), m.in_call)).collect();
    for visit in site.visits.values() {
        let Stage::Talking { agent, leg, since, .. } = &visit.stage else { continue };
        if since.seen >= asked {
            continue;
        }
        let over = match in_call.get(&(&visit.queue, agent)) {
            Some(Some(in_call)) => !in_call,
            // Someone who logs out while talking is in no list, and goes on talking.
            Some(None) | None => asked - since.seen > LONGEST_TALK_MS,
        };
        if over {
            kinds.push(Kind::Completed {
                queue: visit.queue.clone(),
                call: Some(visit.call.clone()),
                leg: leg.clone(),
                agent: agent.clone(),
                transferred: false,
                talk_ms: None,
            });
        }
    }
    kinds
}

fn waits(site: &Site, seen: &[WaitingPicture], asked: i64, out: &mut impl FnMut(Kind)) {
    let calls: BTreeSet<(&Name, &Name)> = seen.iter().map(|w| (&w.queue, &w.call)).collect();
    for visit in site.visits.values().filter(|v| v.stage == Stage::Waiting && v.entered.seen < asked) {
        if !calls.contains(&(&visit.queue, &visit.call)) {
            let (queue, call) = (visit.queue.clone(), visit.call.clone());
            out(Kind::Left { queue, call, outcome: Outcome::Unknown, ago_ms: 0 });
        }
    }
    let left = site.recent.iter().filter(|v| v.ended.seen >= asked && v.outcome != Outcome::Answered);
    let ended: BTreeSet<(&Name, &Name)> = left.map(|v| (&v.queue, &v.call)).collect();
    for w in seen {
        let mut open = site.calls.get(&w.call).into_iter().flatten().filter_map(|id| site.visits.get(id));
        let known = open.any(|v| {
            let answered_since = matches!(&v.stage, Stage::Talking { since, .. } if since.seen >= asked);
            v.queue == w.queue && (v.stage == Stage::Waiting || answered_since)
        });
        if known || ended.contains(&(&w.queue, &w.call)) {
            continue;
        }
        out(Kind::Entered {
            queue: w.queue.clone(),
            call: w.call.clone(),
            contact: w.contact.clone().unwrap_or_else(|| w.call.clone()),
            caller: w.caller,
            position: Some(w.position),
            waited_ms: w.waited_ms,
        });
    }
}

/// Lets a difference through only when it stood in two pictures running, except right after a connection.
#[derive(Debug, Default)]
pub struct Healer {
    last: Vec<Kind>,
}

impl Healer {
    /// Those of the differences of a picture that may be applied now, in their order: what [`reconcile`] gives, and this admits.
    pub fn heal<T>(
        &mut self,
        floor: &Floor,
        source: SourceId,
        picture: Picture,
        asked: i64,
        connected: bool,
        mut happened: impl FnMut(Kind) -> T,
    ) -> Vec<T> {
        if !connected {
            let admitted = self.admit(reconcile(floor, source, picture, asked), connected);
            return admitted.into_iter().map(happened).collect();
        }
        self.last.clear();
        let mut all = Vec::with_capacity(picture.queues.len() + picture.members.len() + picture.waiting.len());
        tell(floor, source, picture, asked, &mut |kind| all.push(happened(kind)));
        all
    }

    /// Those of `differences` that may be applied now. `connected`: this is the first picture of a session.
    ///
    /// A platform's own counters are its word and not a difference: they always pass.
    pub fn admit(&mut self, differences: Vec<Kind>, connected: bool) -> Vec<Kind> {
        let last = std::mem::take(&mut self.last);
        if connected {
            return differences;
        }
        let mut before = Before::of(&last);
        let (now, later): (Vec<Kind>, Vec<Kind>) =
            differences.into_iter().partition(|kind| matches!(kind, Kind::QueueSeen { .. }) || before.holds(kind));
        self.last = later;
        now
    }
}

/// The differences of the picture before, by what they are about: a site may show thousands at once.
struct Before<'a> {
    kinds: HashMap<About<'a>, Vec<&'a Kind>, foldhash::fast::RandomState>,
    /// How many were compared with another.
    compared: usize,
}

/// Which kind of event, and the names of what it happened to.
type About<'a> = (Discriminant<Kind>, [Option<&'a Name>; 2]);

impl<'a> Before<'a> {
    fn of(last: &'a [Kind]) -> Before<'a> {
        let mut kinds: HashMap<About<'a>, Vec<&'a Kind>, foldhash::fast::RandomState> = HashMap::default();
        for kind in last {
            kinds.entry(about(kind)).or_default().push(kind);
        }
        Before { kinds, compared: 0 }
    }

    fn holds(&mut self, kind: &Kind) -> bool {
        let Some(alike) = self.kinds.get(&about(kind)) else { return false };
        let found = alike.iter().position(|before| same(before, kind));
        self.compared += found.map_or(alike.len(), |at| at + 1);
        found.is_some()
    }
}

fn about(kind: &Kind) -> About<'_> {
    let names = match kind {
        Kind::Member { queue, agent, .. } | Kind::MemberRemoved { queue, agent } => [Some(queue), Some(agent)],
        Kind::Completed { queue, call, .. } => [Some(queue), call.as_ref()],
        Kind::Entered { queue, call, .. } | Kind::Left { queue, call, .. } => [Some(queue), Some(call)],
        Kind::QueueGone { queue } => [Some(queue), None],
        _ => [None, None],
    };
    (std::mem::discriminant(kind), names)
}

/// The same difference, however long the caller has waited by now.
fn same(before: &Kind, now: &Kind) -> bool {
    match (before, now) {
        (Kind::Entered { queue: q1, call: c1, .. }, Kind::Entered { queue: q2, call: c2, .. }) => q1 == q2 && c1 == c2,
        _ => before == now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_differences_are_each_compared_once() {
        let removed = |nth: usize| Kind::MemberRemoved { queue: "sac".into(), agent: format!("{nth}").into() };
        let last: Vec<Kind> = (0..5_000).map(removed).collect();
        let mut before = Before::of(&last);
        assert!((1_000..5_000).all(|nth| before.holds(&removed(nth))));
        assert!(!(5_000..6_000).any(|nth| before.holds(&removed(nth))));
        assert_eq!(before.compared, 4_000);
    }
}
