//! Pictures against the floor: what must have happened unheard.

use crate::{Floor, Kind, MemberPicture, Name, Outcome, Picture, QueuePicture, Site, SourceId, Stage, WaitingPicture};
use std::collections::{BTreeMap, BTreeSet};

/// A conversation whose agent is in no picture any more is believed over after this long.
const LONGEST_TALK_MS: i64 = 4 * 60 * 60 * 1000;

/// What must have happened for `picture` to be true: events that the stream did not bring. Pure.
///
/// What a live event touched at or after `asked` (our clock, Unix ms) is left alone: a picture is not atomic. Each call and
/// each agent is judged by itself, so that a busy queue is healed as well as a quiet one.
pub fn reconcile(floor: &Floor, source: SourceId, picture: &Picture, asked: i64) -> Vec<Kind> {
    let nothing = Site::default();
    let site = floor.sites.get(&source).unwrap_or(&nothing);
    let mut kinds = Vec::new();
    counters(site, &picture.queues, &mut kinds);
    members(site, &picture.members, asked, &mut kinds);
    conversations(site, &picture.members, asked, &mut kinds);
    waits(site, &picture.waiting, asked, &mut kinds);
    gone(site, &picture.queues, &mut kinds);
    kinds
}

fn counters(site: &Site, seen: &[QueuePicture], kinds: &mut Vec<Kind>) {
    for QueuePicture { queue, counters } in seen {
        if site.queues.get(queue).and_then(|q| q.pbx) != Some(*counters) {
            kinds.push(Kind::QueueSeen { queue: queue.clone(), counters: *counters });
        }
    }
}

/// Last, since a queue goes only when nobody talks in it any more.
fn gone(site: &Site, seen: &[QueuePicture], kinds: &mut Vec<Kind>) {
    let names: BTreeSet<&Name> = seen.iter().map(|q| &q.queue).collect();
    // An empty picture says nothing: a platform that is still loading lists no queue.
    if !names.is_empty() {
        let gone = site.queues.keys().filter(|queue| !names.contains(queue));
        kinds.extend(gone.map(|queue| Kind::QueueGone { queue: queue.clone() }));
    }
}

fn members(site: &Site, seen: &[MemberPicture], asked: i64, kinds: &mut Vec<Kind>) {
    for m in seen {
        let agent = site.agents.get(&m.agent);
        let known = agent.is_some_and(|a| a.memberships.contains_key(&m.queue));
        if known && agent.is_some_and(|a| a.touched >= asked) {
            continue;
        }
        let same = agent.is_some_and(|a| {
            a.memberships.get(&m.queue).is_some_and(|known| {
                known.interface == m.interface
                    && known.paused == m.paused
                    && known.penalty == m.penalty
                    && known.reason == m.reason.clone().filter(|_| m.paused)
            }) && a.device == m.device
                && (m.name.is_none() || a.name == m.name)
        });
        if !same {
            kinds.push(Kind::Member {
                queue: m.queue.clone(),
                agent: m.agent.clone(),
                interface: m.interface.clone(),
                name: m.name,
                device: m.device,
                paused: m.paused,
                reason: m.reason.clone(),
                penalty: m.penalty,
                in_call: m.in_call,
                paused_at: m.paused_at,
            });
        }
    }
    // The first picture of all is the longest to take in, and nobody can be gone yet.
    if site.agents.is_empty() {
        return;
    }
    let pairs: BTreeSet<(&Name, &Name)> = seen.iter().map(|m| (&m.queue, &m.agent)).collect();
    for (key, agent) in site.agents.iter().filter(|(_, a)| a.touched < asked) {
        let gone = agent.memberships.keys().filter(|queue| !pairs.contains(&(*queue, key)));
        kinds.extend(gone.map(|queue| Kind::MemberRemoved { queue: queue.clone(), agent: key.clone() }));
    }
}

/// Conversations that a member's row denies.
fn conversations(site: &Site, seen: &[MemberPicture], asked: i64, kinds: &mut Vec<Kind>) {
    if site.visits.values().all(|visit| !matches!(visit.stage, Stage::Talking { .. })) {
        return;
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
}

fn waits(site: &Site, seen: &[WaitingPicture], asked: i64, kinds: &mut Vec<Kind>) {
    let calls: BTreeSet<(&Name, &Name)> = seen.iter().map(|w| (&w.queue, &w.call)).collect();
    for visit in site.visits.values().filter(|v| v.stage == Stage::Waiting && v.entered.seen < asked) {
        if !calls.contains(&(&visit.queue, &visit.call)) {
            let (queue, call) = (visit.queue.clone(), visit.call.clone());
            kinds.push(Kind::Left { queue, call, outcome: Outcome::Unknown, ago_ms: 0 });
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
        kinds.push(Kind::Entered {
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
    /// Those of `differences` that may be applied now. `connected`: this is the first picture of a session.
    ///
    /// A platform's own counters are its word and not a difference: they always pass.
    pub fn admit(&mut self, differences: Vec<Kind>, connected: bool) -> Vec<Kind> {
        let last = std::mem::take(&mut self.last);
        if connected {
            return differences;
        }
        let (now, later): (Vec<Kind>, Vec<Kind>) = differences
            .into_iter()
            .partition(|kind| matches!(kind, Kind::QueueSeen { .. }) || last.iter().any(|before| same(before, kind)));
        self.last = later;
        now
    }
}

/// The same difference, however long the caller has waited by now.
fn same(before: &Kind, now: &Kind) -> bool {
    match (before, now) {
        (Kind::Entered { queue: q1, call: c1, .. }, Kind::Entered { queue: q2, call: c2, .. }) => q1 == q2 && c1 == c2,
        _ => before == now,
    }
}
