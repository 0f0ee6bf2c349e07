//! A centre whose events are told to the fold, and a book of the facts that come of them, as history keeps them.
#![allow(dead_code, unused_imports, clippy::unwrap_used)] // each test file uses its part

pub(crate) mod story;

use mirante_floor::*;
use mirante_metrics::*;
use std::collections::BTreeMap;

/// 2026-11-21T03:00Z, midnight in São Paulo.
pub(crate) const DAY: i64 = 1_795_230_000_000;
pub(crate) const SECOND: i64 = 1000;
pub(crate) const HOUR: i64 = 3_600 * SECOND;

pub(crate) fn seconds(seconds: i64) -> i64 {
    seconds * SECOND
}

#[derive(Clone, Default)]
pub(crate) struct Centre {
    pub(crate) floor: Floor,
    pub(crate) told: Vec<Event>,
    seq: u64,
    now: i64,
    pub(crate) visits: BTreeMap<VisitId, ClosedVisit>,
    pub(crate) attempts: BTreeMap<u64, ClosedAttempt>,
    pub(crate) minutes: Vec<Minute>,
    pub(crate) spans: Vec<AgentSpan>,
}

impl Centre {
    /// The link is up and the day began.
    pub(crate) fn new() -> Self {
        let mut centre = Centre::default();
        centre.tell(DAY, Kind::LinkUp { platform: "test".into() });
        centre.tell(DAY, Kind::DayStarted { from: DAY });
        centre
    }

    /// An event at an instant, Unix ms; never before the last.
    pub(crate) fn tell(&mut self, at: i64, kind: Kind) -> VisitId {
        assert!(at >= self.now, "events come in order");
        self.now = at;
        self.seq += 1;
        let stamp = Stamp { source: SourceId(1), epoch: 1, seq: self.seq, seen: at, at: None };
        let mut changes = Changes::default();
        let event = Event { stamp, origin: Origin::Heard, kind };
        self.floor.apply(&event, &mut changes);
        self.told.push(event);
        for fact in changes.facts {
            self.keep(fact);
        }
        VisitId(self.seq)
    }

    /// Tells many, in order of time; those of one instant in the order given.
    pub(crate) fn tell_all(&mut self, mut events: Vec<(i64, Kind)>) {
        events.sort_by_key(|(at, _)| *at);
        for (at, kind) in events {
            self.tell(at, kind);
        }
    }

    fn keep(&mut self, fact: Fact) {
        match fact {
            Fact::VisitClosed(visit) => {
                self.visits.insert(visit.id, visit);
            }
            Fact::VisitAmended { id, to, .. } => self.visits.get_mut(&id.unwrap()).unwrap().outcome = to,
            Fact::TalkTold { id, ended, talk_ms, transferred } => {
                let visit = self.visits.get_mut(&id).unwrap();
                (visit.ended, visit.talk_ms, visit.transferred) = (ended, Some(talk_ms), transferred);
            }
            Fact::ContactJoined { contact, root, .. } => {
                self.visits.values_mut().filter(|v| v.contact == contact).for_each(|v| v.contact = root.clone());
            }
            Fact::AttemptClosed(attempt) => {
                self.attempts.insert(attempt.id, attempt);
            }
            Fact::AttemptDisposed { attempt, code, flags, .. } => {
                let row = self.attempts.values_mut().rev().find(|a| a.attempt == attempt).unwrap();
                row.disposition = Some((code, flags));
                if flags.human && row.answered_by == Some(AnsweredBy::Unknown) {
                    row.answered_by = Some(AnsweredBy::Human);
                }
            }
            Fact::MinuteClosed(minute) => self.minutes.push(minute),
            Fact::SpanClosed(span) => self.spans.push(span),
            Fact::GapClosed(_) | Fact::AlertMoved(_) => {}
        }
    }

    /// Everything of a stretch, of the whole centre.
    pub(crate) fn sums(&self, span: Span, level: impl Fn(&str) -> Option<Level>) -> Sums {
        let mut sums = Sums::default();
        let mut journeys = Journeys::new(span.from, span.to, false);
        for visit in self.visits.values() {
            journeys.add(visit, level(&visit.queue));
            if (span.from..span.to).contains(&visit.entered.seen) {
                sums.add(visit);
            }
        }
        let mut calls = Calls::default();
        for attempt in self.attempts.values() {
            journeys.add_attempt(attempt);
            if (span.from..span.to).contains(&attempt.started.seen) {
                calls.add(attempt);
            }
        }
        let (mut works, mut presence) = (BTreeMap::new(), Presence::default());
        for minute in self.minutes.iter().filter(|minute| (span.from..span.to).contains(&minute.from)) {
            for activity in minute.agents.values() {
                add_minute(activity, &mut works, &mut presence);
            }
        }
        let mut work = Work::default();
        works.values().for_each(|one| work.merge(one));
        for span_closed in &self.spans {
            if let AgentState::Paused(reason) = &span_closed.state {
                let from = span_closed.from.seen.max(span.from);
                presence.pause(reason.as_ref(), (span_closed.to.seen.min(span.to) - from).max(0));
            }
        }
        sums.waiting = Some(Waiting::default());
        sums.work = Some(work);
        sums.presence = Some(presence);
        sums.calls = Some(calls);
        sums.journeys = Some(journeys);
        sums
    }

    /// The day's figure by a definition.
    pub(crate) fn figure(&self, id: &str) -> Figure {
        self.figure_of(id, Terms::new(20, 5))
    }

    pub(crate) fn figure_of(&self, id: &str, terms: Terms) -> Figure {
        let to = DAY + 24 * HOUR;
        let looked = Looked { to, now: to + 30 * 24 * HOUR, open: false, heard: true };
        let definition = Catalogue::own().newest(id).unwrap_or_else(|| panic!("no {id}"));
        self.sums(Span { from: DAY, to }, levels).figure(definition, terms, looked)
    }
}

pub(crate) fn levels(queue: &str) -> Option<Level> {
    match queue {
        "n1" => Some(1),
        "n2" => Some(2),
        "n3" => Some(3),
        _ => None,
    }
}

/// A caller enters.
pub(crate) fn enters(queue: &str, call: &str, contact: &str, caller: u64) -> Kind {
    let (queue, call, contact) = (queue.into(), call.into(), contact.into());
    Kind::Entered { queue, call, contact, caller: Some(PartyId(caller)), position: None, waited_ms: 0 }
}

pub(crate) fn leaves(queue: &str, call: &str, outcome: Outcome) -> Kind {
    Kind::Left { queue: queue.into(), call: call.into(), outcome, ago_ms: 0 }
}

pub(crate) fn answers(queue: &str, call: &str, agent: &str) -> Kind {
    Kind::Answered { queue: queue.into(), call: call.into(), agent: agent.into(), leg: None }
}

pub(crate) fn completes(queue: &str, call: &str, agent: &str, transferred: bool) -> Kind {
    let (queue, agent) = (queue.into(), agent.into());
    Kind::Completed { queue, call: Some(call.into()), leg: None, agent, transferred, talk_ms: None }
}

pub(crate) fn member(queue: &str, agent: &str, paused: Option<&str>) -> Kind {
    Kind::Member {
        queue: queue.into(),
        agent: agent.into(),
        interface: agent.into(),
        name: None,
        device: Device::Idle,
        paused: paused.is_some(),
        reason: paused.map(Into::into),
        penalty: 0,
        in_call: None,
        paused_at: None,
    }
}

/// A figure's value with so many decimals.
pub(crate) fn rounded(figure: &Figure, decimals: i32) -> f64 {
    let value = figure.value.unwrap_or_else(|absent| panic!("{}: {absent}", figure.definition));
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}
