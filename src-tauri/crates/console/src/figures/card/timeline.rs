//! What happened to one contact, event by event while those are kept.

use super::super::gather::at_once;
use crate::archive::Names;
use crate::rows::mask;
use crate::wire::{RowOf, StepOf, Timeline, TimelineStep};
use mirante_floor::{
    Activity, ClosedAttempt, ClosedVisit, Event, Floor, Kind, Name, Origin, Outcome, SourceId, Stage, Visit, VisitId,
    Witness,
};
use mirante_history::{History, HistoryError, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// A witness may still speak so long after the end, ms.
const AFTERWARDS: i64 = 30_000;
/// Steps that are told.
const MOST: usize = 2_000;
/// Events that are read for them: some hours of a large centre. Who waits for days is told of as far as that.
const MOST_EVENTS: u64 = 1_000_000;

/// What happened to a visit or an attempt, and to the contact that it is of; absent if it is not kept.
pub(crate) fn timeline(
    history: &History,
    (of, id): (RowOf, u64),
    is_whole_number: bool,
) -> Result<Option<Timeline>, HistoryError> {
    at_once(history, |history, past| up_to(history, &past.floor, (of, id), (is_whole_number, MOST_EVENTS)))
}

/// The same of so many events at most, with the whole number or not.
pub(super) fn up_to(
    history: &History,
    floor: &Floor,
    (of, id): (RowOf, u64),
    (is_whole_number, most_events): (bool, u64),
) -> Result<Option<Timeline>, HistoryError> {
    let open = |id| floor.sites.iter().find_map(|(source, site)| Some((*source, site.visits.get(&VisitId(id))?)));
    let found = match of {
        RowOf::Visit => match history.visit(id)? {
            Some(visit) => Some((visit.source, visit.contact, visit.caller)),
            None => open(id).map(|(source, visit)| (source, visit.contact.clone(), visit.caller)),
        },
        RowOf::Attempt => history.attempt(id)?.map(|attempt| (attempt.source, attempt.contact, attempt.callee)),
    };
    let Some((source, contact, party)) = found else { return Ok(None) };
    let trace = history.of_contact(source, &contact)?;
    let site = floor.sites.get(&source);
    let going: Vec<&Visit> =
        site.into_iter().flat_map(|site| site.visits.values()).filter(|visit| visit.contact == contact).collect();
    let names = Names { parties: history.parties(), floor };
    let number = party.map(|party| names.parties.get(party)).transpose()?.flatten();
    let number = number.and_then(|party| if is_whole_number { Some(party.number) } else { mask(&party.number) });
    let journey =
        Journey { source, contact: &contact, trace: &trace, going: &going, names: &names, floor, most_events };
    let (is_whole, mut steps) = match journey.told(history)? {
        Some(told) => told,
        None => (false, journey.by_rows()?),
    };
    steps.truncate(MOST);
    Ok(Some(Timeline {
        contact: contact.to_string(),
        number: number.filter(|number| !number.is_empty()),
        is_whole,
        steps,
    }))
}

struct Journey<'a> {
    source: SourceId,
    contact: &'a Name,
    trace: &'a Trace,
    going: &'a [&'a Visit],
    names: &'a Names<'a>,
    floor: &'a Floor,
    most_events: u64,
}

/// Who is with the contact while its events are read.
#[derive(Default)]
struct With {
    calls: BTreeSet<Name>,
    attempts: BTreeSet<Name>,
    /// Agents being rung for it, with the queue.
    ringing: BTreeSet<(Name, Name)>,
    /// Who speaks with it: the queue and the leg, by agent.
    talking: BTreeMap<Name, (Name, Option<Name>)>,
    held: BTreeSet<Name>,
}

impl Journey<'_> {
    /// Its events in order, and whether these are all of them; absent where some are not kept.
    fn told(&self, history: &History) -> Result<Option<(bool, Vec<TimelineStep>)>, HistoryError> {
        let closed = self.trace.visits.iter().map(|visit| visit.id.0).chain(self.trace.attempts.iter().map(|a| a.id));
        let Some(first) = closed.chain(self.going.iter().map(|visit| visit.id.0)).min() else { return Ok(None) };
        // What was imported lies outside the one order of events: its rows tell it.
        if first > history.newest_seq()? {
            return Ok(None);
        }
        let ends = self.trace.visits.iter().map(|visit| visit.ended.seen);
        let last = ends.chain(self.trace.attempts.iter().map(|attempt| attempt.ended.seen)).max();
        let until = if self.going.is_empty() { last.unwrap_or(i64::MAX).saturating_add(AFTERWARDS) } else { i64::MAX };
        let mut with = With::default();
        with.calls.extend(self.trace.visits.iter().map(|visit| visit.call.clone()));
        with.calls.extend(self.going.iter().map(|visit| visit.call.clone()));
        with.attempts.extend(self.trace.attempts.iter().map(|attempt| attempt.attempt.clone()));
        let (mut steps, mut began, mut failed) = (Vec::new(), None, None);
        let mut read = 0u64;
        history.events(first..=u64::MAX, |event| {
            began.get_or_insert(event.stamp.seq);
            read += 1;
            if event.stamp.source == self.source {
                match self.step(event, &mut with) {
                    Ok(step) => steps.extend(step),
                    Err(error) => failed = Some(error),
                }
            }
            failed.is_none() && event.stamp.seen <= until && steps.len() < MOST && read < self.most_events
        })?;
        match failed {
            Some(error) => Err(error),
            None => Ok((began == Some(first)).then_some((read < self.most_events, steps))),
        }
    }

    fn queue(&self, queue: &Name) -> Option<String> {
        let setup = self.floor.config.queue(self.source, queue);
        Some(setup.label.as_ref().unwrap_or(queue).to_string())
    }

    fn agent(&self, agent: &Name) -> Result<Option<String>, HistoryError> {
        if agent.is_empty() { Ok(None) } else { self.names.agent_now(self.source, agent).map(Some) }
    }

    #[allow(clippy::too_many_lines)] // one arm a kind of event
    fn step(&self, event: &Event, with: &mut With) -> Result<Option<TimelineStep>, HistoryError> {
        let step = |what| TimelineStep {
            at_ms: event.stamp.seen,
            what,
            place: None,
            agent: None,
            position: None,
            ms: None,
            outcome: None,
            witness: None,
            origin: event.origin.word().to_owned(),
        };
        let of = |with: &With, call: &Name| with.calls.contains(call);
        let told = match &event.kind {
            Kind::Entered { queue, call, position, waited_ms, .. } if of(with, call) => TimelineStep {
                at_ms: event.stamp.seen - waited_ms,
                place: self.queue(queue),
                position: *position,
                ..step(StepOf::Entered)
            },
            Kind::Moved { call, position } if of(with, call) => {
                TimelineStep { position: Some(*position), ..step(StepOf::Moved) }
            }
            Kind::Ringing { queue, call, agent } => {
                let who = (queue.clone(), agent.clone());
                if !of(with, call) {
                    with.ringing.remove(&who);
                    return Ok(None);
                }
                // Told again while it goes on, it is no other ring.
                if !with.ringing.insert(who) {
                    return Ok(None);
                }
                TimelineStep { place: self.queue(queue), agent: self.agent(agent)?, ..step(StepOf::Ringing) }
            }
            Kind::RingEnded { queue, agent } if with.ringing.remove(&(queue.clone(), agent.clone())) => {
                TimelineStep { agent: self.agent(agent)?, ..step(StepOf::RingEnded) }
            }
            Kind::RingNoAnswer { queue, agent, ring_ms } if with.ringing.remove(&(queue.clone(), agent.clone())) => {
                TimelineStep { agent: self.agent(agent)?, ms: Some(*ring_ms), ..step(StepOf::RingNoAnswer) }
            }
            Kind::Answered { queue, call, agent, leg } if of(with, call) => {
                with.ringing.remove(&(queue.clone(), agent.clone()));
                with.talking.insert(agent.clone(), (queue.clone(), leg.clone()));
                let ms = self.wait(queue, call, event.stamp.seen);
                TimelineStep { place: self.queue(queue), agent: self.agent(agent)?, ms, ..step(StepOf::Answered) }
            }
            Kind::Completed { queue, call, leg, agent, transferred, talk_ms } => {
                let is_mine = match (call, leg) {
                    (Some(call), _) => of(with, call),
                    (None, Some(leg)) => with.talking.values().any(|(_, mine)| mine.as_ref() == Some(leg)),
                    (None, None) => with.talking.get(agent).is_some_and(|(mine, _)| mine == queue),
                };
                if !is_mine {
                    return Ok(None);
                }
                with.talking.remove(agent);
                with.held.remove(agent);
                let what = if *transferred { StepOf::PassedOn } else { StepOf::Completed };
                TimelineStep { place: self.queue(queue), agent: self.agent(agent)?, ms: *talk_ms, ..step(what) }
            }
            Kind::ActivityChanged { agent, activity } if with.talking.contains_key(agent) => {
                let is_held = matches!(activity, Some(Activity::Hold));
                let changes = if is_held { with.held.insert(agent.clone()) } else { with.held.remove(agent) };
                if !changes {
                    return Ok(None);
                }
                let what = if is_held { StepOf::Held } else { StepOf::Resumed };
                TimelineStep { agent: self.agent(agent)?, ..step(what) }
            }
            Kind::Left { queue, call, outcome, ago_ms } if of(with, call) => TimelineStep {
                at_ms: event.stamp.seen - ago_ms,
                place: self.queue(queue),
                outcome: Some(outcome.word().to_owned()),
                ms: self.wait(queue, call, event.stamp.seen - ago_ms),
                ..step(StepOf::Left)
            },
            Kind::VisitAmended { queue, call, to, witness, .. } if of(with, call) => TimelineStep {
                place: self.queue(queue),
                outcome: Some(to.word().to_owned()),
                witness: Some(word(*witness).to_owned()),
                ..step(StepOf::Amended)
            },
            Kind::CallEnded { call } if of(with, call) => step(StepOf::CallEnded),
            Kind::ContactJoined { root, .. } if root == self.contact => step(StepOf::Joined),
            Kind::Dialled { attempt, campaign, agent, .. } if with.attempts.contains(attempt) => TimelineStep {
                place: campaign.as_ref().map(|campaign| self.campaign(campaign)),
                agent: agent.as_ref().map(|agent| self.agent(agent)).transpose()?.flatten(),
                ..step(StepOf::Dialled)
            },
            Kind::DialRinging { attempt } if with.attempts.contains(attempt) => step(StepOf::DialRinging),
            Kind::DialAnswered { attempt, by, agent } if with.attempts.contains(attempt) => TimelineStep {
                outcome: Some(by.word().to_owned()),
                agent: agent.as_ref().map(|agent| self.agent(agent)).transpose()?.flatten(),
                ..step(StepOf::DialAnswered)
            },
            Kind::DialParted { attempt, .. } if with.attempts.contains(attempt) => step(StepOf::DialParted),
            Kind::DialEnded { attempt, ago_ms, .. } if with.attempts.contains(attempt) => TimelineStep {
                at_ms: event.stamp.seen - ago_ms,
                outcome: self.attempt(attempt).map(|attempt| attempt.result().word().to_owned()),
                ..step(StepOf::DialEnded)
            },
            Kind::Disposed { attempt, code, .. } if with.attempts.contains(attempt) => {
                TimelineStep { outcome: Some(code.to_string()), ..step(StepOf::Disposed) }
            }
            _ => return Ok(None),
        };
        Ok(Some(told))
    }

    /// How long the stay of a call in a queue, that was under way at a time, had waited.
    fn wait(&self, queue: &Name, call: &Name, at: i64) -> Option<i64> {
        let is =
            |q: &Name, c: &Name, entered: i64, ended: i64| q == queue && c == call && (entered..=ended).contains(&at);
        let closed = self.trace.visits.iter().find(|v| is(&v.queue, &v.call, v.entered.seen, v.ended.seen));
        let open = || self.going.iter().find(|v| is(&v.queue, &v.call, v.entered.seen, i64::MAX));
        closed.map(|visit| visit.wait_ms).or_else(|| match &open()?.stage {
            Stage::Talking { wait_ms, .. } => Some(*wait_ms),
            Stage::Waiting => None,
        })
    }

    fn attempt(&self, name: &Name) -> Option<&ClosedAttempt> {
        self.trace.attempts.iter().find(|attempt| attempt.attempt == *name)
    }

    fn campaign(&self, campaign: &Name) -> String {
        let setup = self.floor.config.campaigns.get(&(self.source, campaign.clone()));
        setup.map_or(campaign, |setup| &setup.label).to_string()
    }

    /// What the rows alone tell: when it came, when it was answered, how it ended.
    fn by_rows(&self) -> Result<Vec<TimelineStep>, HistoryError> {
        let mut steps = Vec::new();
        for visit in &self.trace.visits {
            self.visit(visit, &mut steps)?;
        }
        for attempt in &self.trace.attempts {
            let origin = if attempt.inferred { Origin::Inferred } else { Origin::Heard };
            let step = |at_ms, what| TimelineStep { at_ms, what, ..plain(origin) };
            let place = attempt.campaign.as_ref().map(|campaign| self.campaign(campaign));
            steps.push(TimelineStep { place, ..step(attempt.started.seen, StepOf::Dialled) });
            if let (Some(at), Some(by)) = (attempt.answered, attempt.answered_by) {
                let outcome = Some(by.word().to_owned());
                steps.push(TimelineStep { outcome, ..step(at.seen, StepOf::DialAnswered) });
            }
            let outcome = Some(attempt.result().word().to_owned());
            steps.push(TimelineStep { outcome, ms: attempt.talk_ms, ..step(attempt.ended.seen, StepOf::DialEnded) });
        }
        steps.sort_by_key(|step| step.at_ms);
        Ok(steps)
    }

    fn visit(&self, visit: &ClosedVisit, steps: &mut Vec<TimelineStep>) -> Result<(), HistoryError> {
        let place = self.queue(&visit.queue);
        let step = |at_ms, what| TimelineStep { at_ms, what, place: place.clone(), ..plain(visit.origin) };
        steps.push(step(visit.entered.seen, StepOf::Entered));
        if visit.outcome == Outcome::Answered {
            let agent = Some(self.names.then(visit)?).filter(|agent| !agent.is_empty());
            let answered = visit.entered.seen.saturating_add(visit.wait_ms).min(visit.ended.seen);
            let with = |step| TimelineStep { agent: agent.clone(), ..step };
            steps.push(TimelineStep { ms: Some(visit.wait_ms), ..with(step(answered, StepOf::Answered)) });
            let what = if visit.transferred { StepOf::PassedOn } else { StepOf::Completed };
            steps.push(TimelineStep { ms: visit.talk_ms, ..with(step(visit.ended.seen, what)) });
        } else {
            let outcome = Some(visit.outcome.word().to_owned());
            steps.push(TimelineStep { outcome, ms: Some(visit.wait_ms), ..step(visit.ended.seen, StepOf::Left) });
        }
        Ok(())
    }
}

fn plain(origin: Origin) -> TimelineStep {
    TimelineStep {
        at_ms: 0,
        what: StepOf::Entered,
        place: None,
        agent: None,
        position: None,
        ms: None,
        outcome: None,
        witness: None,
        origin: origin.word().to_owned(),
    }
}

fn word(witness: Witness) -> &'static str {
    match witness {
        Witness::QueueLog => "queue_log",
        Witness::Stream => "stream",
    }
}
