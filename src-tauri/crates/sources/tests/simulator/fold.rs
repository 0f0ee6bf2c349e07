//! The fold of a simulated day against the simulation's own books: every figure, to the millisecond.

use crate::common::*;
use mirante_floor::{
    AgentState, Changes, Event, Fact, Floor, Hist, Kind, Name, Origin, Outcome, PartyId, Place, SourceId, Stage, Stamp,
    Tally, Totals, reconcile,
};
use mirante_sources::Caller;
use mirante_sources::simulator::{Doing, Simulation, Truth};
use std::collections::{BTreeMap, HashMap};

const SOURCE: SourceId = SourceId(3);
const MINUTE: i64 = 60_000;

/// An engine in small: stamps, minutes' edges, a day that starts at midnight, keys for people.
struct Reader {
    simulation: Simulation,
    floor: Floor,
    changes: Changes,
    seq: u64,
    people: HashMap<Caller, PartyId>,
    facts: Vec<Fact>,
    truth: Truth,
}

impl Reader {
    fn new(simulation: Simulation) -> Self {
        let now = simulation.now_ms();
        let mut reader = Reader {
            simulation,
            floor: Floor::default(),
            changes: Changes::default(),
            seq: 0,
            people: HashMap::new(),
            facts: Vec::new(),
            truth: Truth::default(),
        };
        for setting in reader.simulation.settings(SOURCE) {
            reader.apply(SourceId::MIRANTE, now, Kind::Configured(setting));
        }
        reader.apply(SOURCE, now, Kind::LinkUp { platform: "a simulation".into() });
        reader
    }

    fn apply(&mut self, source: SourceId, at: i64, kind: Kind<Caller>) {
        self.seq += 1;
        let people = &mut self.people;
        let kind = kind.map_party(|caller| {
            let next = PartyId(people.len() as u64 + 1);
            *people.entry(caller).or_insert(next)
        });
        let stamp = Stamp { source, epoch: 1, seq: self.seq, seen: at, at: Some(at) };
        self.floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut self.changes);
        self.facts.append(&mut self.changes.facts);
        self.changes.clear();
    }

    fn run_until(&mut self, until: i64) {
        let from = self.simulation.now_ms();
        let mut edge = from - from.rem_euclid(MINUTE) + MINUTE;
        for (at, kind) in run(&mut self.simulation, until) {
            while edge <= at {
                self.apply(SOURCE, edge, Kind::Tick);
                edge += MINUTE;
            }
            self.apply(SOURCE, at, kind);
        }
        self.apply(SOURCE, until, Kind::Tick);
        let more = self.simulation.take_truth();
        self.truth.visits.extend(more.visits);
        self.truth.rings.extend(more.rings);
        self.truth.spans.extend(more.spans);
        self.truth.attempts.extend(more.attempts);
    }

    /// Totals of those who came to a queue since `from`, from the books alone.
    fn expected(&self, queue: &Name, from: i64) -> Totals {
        let mut totals = Totals::default();
        let closed = self.truth.visits.iter().filter(|visit| visit.queue == *queue);
        for visit in closed {
            if visit.entered_ms < from {
                continue;
            }
            totals.offered += 1;
            add(totals.waits.entry(visit.outcome).or_default(), visit.wait_ms);
            if let Some(talk) = visit.talk_ms {
                add(&mut totals.talks, talk);
            }
        }
        for visit in self.simulation.open_visits().iter().filter(|visit| visit.queue == *queue) {
            if visit.entered_ms < from {
                continue;
            }
            totals.offered += 1;
            if let Some((_, since)) = &visit.answered {
                add(totals.waits.entry(Outcome::Answered).or_default(), since - visit.entered_ms);
            }
        }
        let rings = self.truth.rings.iter().filter(|ring| ring.queue == *queue && ring.at_ms >= from);
        totals.ring_no_answer = rings.count() as u32;
        totals
    }
}

/// A duration into a tally, written again here so that the fold's own arithmetic is not its judge.
fn add(tally: &mut Tally, ms: i64) {
    let mut bin = ms / 1000;
    if ms % 1000 > 0 {
        bin += 1;
    }
    let Hist(bins) = &mut tally.hist;
    *bins.entry(bin as u32).or_insert(0) += 1;
    tally.count += 1;
    tally.sum_ms += ms as u64;
}

fn state(doing: &Doing) -> AgentState {
    match doing.clone() {
        Doing::Offline => AgentState::Offline,
        Doing::Ready => AgentState::Ready,
        Doing::Ringing => AgentState::Ringing,
        Doing::Talking(place) => AgentState::Talking(place),
        Doing::Hold(place) => AgentState::Hold(place),
        Doing::Wrapup(place) => AgentState::Wrapup(place),
        Doing::Paused(reason) => AgentState::Paused(Some(reason)),
    }
}

fn compare(reader: &Reader, day: i64) {
    let site = &reader.floor.sites[&SOURCE];
    let open = reader.simulation.open_visits();
    for (name, queue) in &site.queues {
        assert_eq!(queue.totals, reader.expected(name, day), "{name}");
        let waiting = open.iter().filter(|visit| visit.queue == *name && visit.answered.is_none()).count();
        assert_eq!(queue.waiting.len(), waiting, "{name}");
    }
    assert_eq!(site.visits.len(), open.len());
    for truth in &open {
        let visit =
            site.visits.values().find(|v| v.queue == truth.queue && v.call == truth.call).expect("open in both");
        assert_eq!(visit.entered.seen, truth.entered_ms);
        assert_eq!(visit.contact, truth.contact);
        assert_eq!(visit.position, truth.position);
        let answered = match &visit.stage {
            Stage::Talking { agent, since, .. } => Some((agent.clone(), since.seen)),
            Stage::Waiting => None,
        };
        assert_eq!(answered, truth.answered);
    }
    for truth in reader.simulation.agents() {
        match site.agents.get(&truth.agent) {
            Some(agent) => {
                assert_eq!(agent.state, state(&truth.doing), "{}", truth.agent);
                assert_eq!(agent.since.seen, truth.since_ms, "{} {:?}", truth.agent, truth.doing);
            }
            None => assert_eq!(truth.doing, Doing::Offline),
        }
    }
    let mut people = reader.people.clone();
    let picture = reader.simulation.picture().map_party(|caller| {
        let next = PartyId(people.len() as u64 + 1);
        *people.entry(caller).or_insert(next)
    });
    let mut differences = reconcile(&reader.floor, SOURCE, picture, i64::MAX);
    differences.retain(|kind| !matches!(kind, Kind::QueueSeen { .. }));
    assert_eq!(differences, [], "the platform's picture of itself agrees with its events");
}

#[test]
fn a_folded_day_equals_the_books() {
    for seed in [1, 20_261_121] {
        let mut reader = Reader::new(centre(seed, MONDAY - 5 * HOUR));
        reader.run_until(MONDAY);
        reader.apply(SOURCE, MONDAY, Kind::DayStarted { from: MONDAY });
        for quarter in 1..=96 {
            reader.run_until(MONDAY + quarter * HOUR / 4);
            compare(&reader, MONDAY);
        }
        visits_agree(&reader);
        spans_agree(&reader);
        minutes_agree(&reader);
        campaigns_agree(&reader, MONDAY);
    }
}

fn visits_agree(reader: &Reader) {
    let closed: Vec<_> = reader
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::VisitClosed(visit) => Some(visit),
            _ => None,
        })
        .collect();
    assert!(closed.len() > 1_000);
    assert_eq!(closed.len(), reader.truth.visits.len());
    for (visit, truth) in closed.iter().zip(&reader.truth.visits) {
        assert_eq!((&visit.queue, &visit.call, &visit.contact), (&truth.queue, &truth.call, &truth.contact));
        assert_eq!((visit.entered.seen, visit.ended.seen), (truth.entered_ms, truth.ended_ms));
        assert_eq!((visit.outcome, visit.wait_ms), (truth.outcome, truth.wait_ms));
        assert_eq!((&visit.agent, visit.talk_ms), (&truth.agent, truth.talk_ms));
        assert_eq!(visit.transferred, truth.transferred);
        assert_eq!(visit.origin, Origin::Heard);
    }
}

fn spans_agree(reader: &Reader) {
    let mut spans: Vec<_> = reader
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::SpanClosed(span) => Some((span.from.seen, span.agent.clone(), span.to.seen, span.state.clone())),
            _ => None,
        })
        .collect();
    let mut truth: Vec<_> = reader
        .truth
        .spans
        .iter()
        .map(|span| (span.from_ms, span.agent.clone(), span.to_ms, state(&span.doing)))
        .collect();
    // A floor forgets at midnight who is a member of nothing, so stretches of absence are not compared.
    spans.retain(|(.., state)| *state != AgentState::Offline);
    truth.retain(|(.., state)| *state != AgentState::Offline);
    spans.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    truth.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    assert!(spans.len() > 5_000);
    for (span, truth) in spans.iter().zip(&truth) {
        assert_eq!(span, truth);
    }
    assert_eq!(spans.len(), truth.len());
}

/// Seconds of states in closed minutes, against the books' spans cut at the same edges.
fn minutes_agree(reader: &Reader) {
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    let mut states: BTreeMap<(Name, String), i64> = BTreeMap::new();
    for fact in &reader.facts {
        let Fact::MinuteClosed(minute) = fact else { continue };
        assert_eq!(minute.covered_ms, MINUTE);
        first = first.min(minute.from);
        last = last.max(minute.from + MINUTE);
        for (agent, activity) in &minute.agents {
            for ((kind, place), ms) in &activity.states {
                *states.entry((agent.clone(), format!("{kind:?} {place:?}"))).or_default() += ms;
            }
        }
    }
    let mut truth: BTreeMap<(Name, String), i64> = BTreeMap::new();
    let mut add = |agent: &Name, doing: &Doing, from: i64, to: i64| {
        let state = state(doing);
        let ms = to.min(last) - from.max(first);
        if ms > 0 && state != AgentState::Offline {
            let place: Option<Place> = state.place().cloned();
            *truth.entry((agent.clone(), format!("{:?} {place:?}", state.kind()))).or_default() += ms;
        }
    };
    for span in &reader.truth.spans {
        add(&span.agent, &span.doing, span.from_ms, span.to_ms);
    }
    for agent in reader.simulation.agents() {
        add(&agent.agent, &agent.doing, agent.since_ms, i64::MAX);
    }
    states.retain(|(_, state), _| !state.starts_with("Offline"));
    assert!(states.len() > 100);
    assert_eq!(states, truth);
}

fn campaigns_agree(reader: &Reader, day: i64) {
    let site = &reader.floor.sites[&SOURCE];
    assert_eq!(site.attempts.len(), 0, "no campaign calls at midnight");
    assert_eq!(site.campaigns.len(), 3);
    for (name, campaign) in &site.campaigns {
        let attempts: Vec<_> =
            reader.truth.attempts.iter().filter(|a| a.campaign == *name && a.started_ms >= day).collect();
        assert!(attempts.len() > 100, "{name}");
        let count = |f: &dyn Fn(&&&mirante_sources::simulator::AttemptTruth) -> bool| {
            attempts.iter().filter(|attempt| f(attempt)).count() as u32
        };
        assert_eq!(campaign.attempts, attempts.len() as u32);
        assert_eq!(campaign.ended, attempts.len() as u32);
        assert_eq!(campaign.humans, count(&|a| a.human == Some(true)));
        assert_eq!(campaign.machines, count(&|a| a.human == Some(false)));
        assert_eq!(campaign.dropped, count(&|a| a.dropped));
        assert_eq!(campaign.right_party, count(&|a| a.flags.right_party));
        assert_eq!(campaign.sales, count(&|a| a.flags.sale));
        assert_eq!(campaign.promises, count(&|a| a.flags.promise));
        assert_eq!(campaign.completed, count(&|a| a.flags.completed));
        for (code, n) in &campaign.dispositions {
            assert_eq!(*n, count(&|a| a.code == *code), "{code}");
        }
    }
}
