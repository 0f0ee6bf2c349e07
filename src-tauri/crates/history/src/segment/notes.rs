//! Noting at sealing what each event did to the board: cells of the fold's floor against cells noted so far.

use super::Map;
mod numbers;

use super::core::{Core, Row, Tables};
use super::effects::{self, ANSWERED, Effects, OTHER, Steps};
use super::lean::{Lean, LeanAgent, LeanQueue, Spot};
use super::refs::NONE;
use crate::board::{self, QueueTotals, STATES};
use mirante_floor::{Agent, AgentState, Changes, Floor, Link, Name, Place, Queue, Site, SourceId};
pub(crate) use numbers::{Numbers, named};
use numbers::{find, put};
use std::collections::BTreeSet;

/// The floor's cells by number, and the tables of their names.
pub(crate) fn lean(floor: &Floor) -> (Tables, Lean) {
    let (mut tables, mut lean) = (Tables::default(), Lean::default());
    for (source, site) in &floor.sites {
        lean.sources.push((*source, site.link.clone()));
        let mut numbers: Map<&Name, u32> = Map::default();
        for (name, queue) in &site.queues {
            numbers.insert(name, tables.queues.len() as u32);
            tables.queues.push((*source, name.clone()));
            lean.queues.push(LeanQueue {
                here: true,
                waits: board::waits(site, queue).collect(),
                totals: board::totals(floor, *source, name, queue),
                ended: 0,
            });
        }
        for (key, agent) in &site.agents {
            let number = tables.agents.len() as u32;
            tables.agents.push((*source, key.clone()));
            let served = agent.memberships.keys().filter_map(|name| numbers.get(name));
            lean.members.extend(served.map(|queue| (number, *queue)));
            let (state, spot, reason) = cells(&mut lean, &agent.state, |name| numbers.get(name).copied());
            let campaign = if let Spot::Campaign(word) = spot { word } else { 0 };
            let since = agent.since.seen;
            // Where a conversation was held, it began at least as early.
            lean.agents.push(LeanAgent { here: true, state, spot, reason, since, answered: since, campaign });
        }
    }
    (tables, lean)
}

/// A state as numbers.
fn cells(lean: &mut Lean, state: &AgentState, queue: impl Fn(&Name) -> Option<u32>) -> (u8, Spot, u32) {
    let kind = STATES.iter().position(|kind| *kind == state.kind()).unwrap_or(7) as u8;
    let spot = match state.place() {
        None => Spot::None,
        Some(Place::Other) => Spot::Other,
        Some(Place::Queue(name)) => queue(name).map_or_else(|| Spot::Named(lean.word(name)), Spot::Queue),
        Some(Place::Campaign(name)) => Spot::Campaign(lean.word(name)),
    };
    let reason = match state {
        AgentState::Paused(Some(reason)) => lean.word(reason) + 1,
        _ => 0,
    };
    (kind, spot, reason)
}

/// Notes effects, event by event.
#[derive(Debug)]
pub(crate) struct Notes {
    /// Queues that each agent serves.
    members: Vec<BTreeSet<u32>>,
    steps: Steps,
}

impl Notes {
    pub(crate) fn new(lean: &Lean) -> Self {
        let mut members = vec![BTreeSet::new(); lean.agents.len()];
        for (agent, queue) in &lean.members {
            members[*agent as usize].insert(*queue);
        }
        Notes { members, steps: Steps::default() }
    }

    /// What an event did that made `floor` of the floor before, with these changes.
    pub(crate) fn of(
        &mut self,
        numbers: &mut Numbers,
        core: &Core,
        effects: &Effects,
        row: &Row,
        floor: &Floor,
        changes: &Changes,
    ) -> &Steps {
        self.steps.clear();
        let mut all = (Vec::new(), Vec::new());
        if changes.all {
            all = everything(core, floor);
        }
        // A source is there from its first event on, whatever that is.
        self.source(effects, row, floor, row.source);
        for source in changes.sources.iter().filter(|source| **source != row.source) {
            self.source(effects, row, floor, *source);
        }
        let steps = &mut self.steps;
        let mut noted = Noted { numbers, core, effects, row, floor, steps, queues: 0, agents: 0, words: Vec::new() };
        // In one order whatever the set's: equal effects have one shape.
        let mut queues: Vec<_> = changes.queues.iter().chain(&all.0).collect();
        queues.sort_unstable();
        queues.dedup();
        for (source, name) in queues {
            noted.queue(*source, name);
        }
        let mut agents: Vec<_> = changes.agents.iter().chain(&all.1).collect();
        agents.sort_unstable();
        agents.dedup();
        for (source, key) in agents {
            noted.agent(&mut self.members, *source, key);
        }
        &self.steps
    }

    fn source(&mut self, effects: &Effects, row: &Row, floor: &Floor, source: SourceId) {
        let Some(site) = floor.sites.get(&source) else { return };
        let known = effects.lean.sources.iter().find(|(known, _)| *known == source).map(|(_, link)| link);
        if known == Some(&site.link) {
            return;
        }
        let steps = &mut self.steps;
        let other = if source == row.source { 0 } else { OTHER };
        steps.shape.push(effects::LINK | other);
        if other != 0 {
            steps.figures.push(i64::from(source.0));
        }
        let (what, told) = match &site.link {
            Link::Never => (0, None),
            Link::Up { since, platform } => (1, Some((since, platform))),
            Link::Down { since, reason } => (2, Some((since, reason))),
        };
        steps.shape.push(what);
        if let Some((since, words)) = told {
            steps.figures.push(since.wrapping_sub(row.seen));
            steps.names.push(words.clone());
        }
    }
}

/// Every queue and agent that is or was on the floor, of any source.
#[allow(clippy::type_complexity, reason = "as in `Changes`")]
fn everything(core: &Core, floor: &Floor) -> (Vec<(SourceId, Name)>, Vec<(SourceId, Name)>) {
    let mut queues: BTreeSet<_> = core.tables.queues.iter().cloned().collect();
    let mut agents: BTreeSet<_> = core.tables.agents.iter().cloned().collect();
    for (source, site) in &floor.sites {
        queues.extend(site.queues.keys().map(|name| (*source, name.clone())));
        agents.extend(site.agents.keys().map(|name| (*source, name.clone())));
    }
    (queues.into_iter().collect(), agents.into_iter().collect())
}

/// The notes of one event.
struct Noted<'a> {
    numbers: &'a mut Numbers,
    core: &'a Core,
    effects: &'a Effects,
    row: &'a Row,
    floor: &'a Floor,
    steps: &'a mut Steps,
    /// Queues and agents that no event named, so far.
    queues: u32,
    agents: u32,
    /// Words that the event is the first to say, so far.
    words: Vec<Name>,
}

impl Noted<'_> {
    /// The number of a queue, and the name to tell if it has none yet.
    fn queue_number(&mut self, source: SourceId, name: &Name) -> (u32, Option<Name>) {
        match find(&self.numbers.queues, source, name) {
            Some(number) => (number, None),
            None => {
                let number = self.core.tables.queues.len() as u32 + self.queues;
                self.queues += 1;
                put(&mut self.numbers.queues, source, name.clone(), number);
                (number, Some(name.clone()))
            }
        }
    }

    fn agent_number(&mut self, source: SourceId, key: &Name) -> (u32, Option<Name>) {
        match find(&self.numbers.agents, source, key) {
            Some(number) => (number, None),
            None => {
                let number = self.core.tables.agents.len() as u32 + self.agents;
                self.agents += 1;
                put(&mut self.numbers.agents, source, key.clone(), number);
                (number, Some(key.clone()))
            }
        }
    }

    fn queue(&mut self, source: SourceId, name: &Name) {
        let site = self.floor.sites.get(&source);
        let queue = site.and_then(|site| Some((site, site.queues.get(name)?)));
        let none = LeanQueue::default();
        let known = find(&self.numbers.queues, source, name);
        let before = known.and_then(|number| self.effects.lean.queues.get(number as usize)).unwrap_or(&none);
        let Some((site, queue)) = queue else {
            if before.here {
                let (number, _) = self.queue_number(source, name);
                self.step(effects::QUEUE_GONE, None, number, None);
            }
            return;
        };
        let totals = board::totals(self.floor, source, name, queue);
        if before.here && before.totals == totals && board::waits(site, queue).eq(before.waits.iter().copied()) {
            return;
        }
        let before = before.clone();
        let (number, new) = self.queue_number(source, name);
        if new.is_none() && before.here && self.usual(number, &before, totals, site, queue) {
            return;
        }
        self.whole(number, new, totals, site, queue);
    }

    /// Notes what happened to a queue as waits that began and ended and counts that grew; false if it cannot be said so.
    fn usual(&mut self, number: u32, before: &LeanQueue, after: QueueTotals, site: &Site, queue: &Queue) -> bool {
        let (shape, figures) = (self.steps.shape.len(), self.steps.figures.len());
        let seen = self.row.seen;
        let mut waits = before.waits.clone();
        let mut ended = before.ended;
        let now: Vec<i64> = board::waits(site, queue).collect();
        // Who waits still stands in the same order; the rest came after.
        let mut place = 0;
        while place < waits.len() {
            if now.get(place) == Some(&waits[place]) {
                place += 1;
                continue;
            }
            ended = waits.remove(place);
            self.step(effects::WAIT_ENDED, None, number, None);
            self.steps.figures.push(place as i64);
        }
        for wait in &now[place.min(now.len())..] {
            self.step(effects::WAIT_BEGAN, None, number, None);
            self.steps.figures.push(wait.wrapping_sub(seen));
        }
        let mut totals = before.totals;
        if after.offered == totals.offered.wrapping_add(1) {
            totals.offered = after.offered;
            self.step(effects::OFFERED, None, number, None);
        }
        let grown: Vec<usize> = (0..8).filter(|o| after.ended[*o] != totals.ended[*o]).collect();
        if let [outcome] = grown[..] {
            totals.ended[outcome] = totals.ended[outcome].wrapping_add(1);
            let predicted = seen.wrapping_sub(ended);
            let wait =
                if outcome == ANSWERED { (after.waited_ms.wrapping_sub(totals.waited_ms)) as i64 } else { predicted };
            if outcome == ANSWERED {
                totals.waited_ms = after.waited_ms;
                let seconds = wait.max(0).saturating_add(999) / 1000;
                totals.within += u32::from(seconds <= i64::from(totals.target_s));
            }
            self.step(effects::ENDED, Some(outcome as u8), number, None);
            self.steps.figures.push(wait.wrapping_sub(predicted));
        }
        if after.talks == totals.talks.wrapping_add(1) {
            let answered = self.effects.lean.agents.get(self.row.agent as usize).map_or(seen, |agent| agent.answered);
            let talk = after.talked_ms.wrapping_sub(totals.talked_ms) as i64;
            (totals.talks, totals.talked_ms) = (after.talks, after.talked_ms);
            self.step(effects::TALKED, None, number, None);
            self.steps.figures.push(talk.wrapping_sub(seen.wrapping_sub(answered)));
        }
        if after.ring_no_answer == totals.ring_no_answer.wrapping_add(1) {
            totals.ring_no_answer = after.ring_no_answer;
            self.step(effects::RING_NO_ANSWER, None, number, None);
        }
        if totals != after {
            let zero = QueueTotals { target_s: before.totals.target_s, ..QueueTotals::default() };
            self.steps.shape.truncate(shape);
            self.steps.figures.truncate(figures);
            if after == zero && now == before.waits {
                self.step(effects::QUEUE_ZERO, None, number, None);
                return true;
            }
            return false;
        }
        true
    }

    fn whole(&mut self, number: u32, new: Option<Name>, totals: QueueTotals, site: &Site, queue: &Queue) {
        self.step(effects::QUEUE, None, number, new);
        let QueueTotals { offered, ended, within, target_s, waited_ms, talks, talked_ms, ring_no_answer } = totals;
        let seen = self.row.seen;
        let figures = &mut self.steps.figures;
        figures.push(i64::from(offered));
        figures.extend(ended.map(i64::from));
        figures.extend([within, target_s].map(i64::from));
        figures.push(waited_ms as i64);
        figures.push(i64::from(talks));
        figures.push(talked_ms as i64);
        figures.push(i64::from(ring_no_answer));
        figures.push(queue.waiting.len() as i64);
        let from = figures.len();
        figures.extend(board::waits(site, queue).map(|wait| wait.wrapping_sub(seen)));
        let count = figures.len() - from;
        figures[from - 1] = count as i64;
    }

    /// One step about a queue: the event's own, or another.
    fn step(&mut self, step: u8, then: Option<u8>, number: u32, new: Option<Name>) {
        let other = if number == self.row.queue { 0 } else { OTHER };
        self.steps.shape.push(step | other);
        self.steps.shape.extend(then);
        if other != 0 {
            self.steps.figures.push(i64::from(number));
        }
        self.steps.names.extend(new);
    }

    fn agent(&mut self, members: &mut Vec<BTreeSet<u32>>, source: SourceId, key: &Name) {
        let agent = self.floor.sites.get(&source).and_then(|site| site.agents.get(key));
        let known = find(&self.numbers.agents, source, key);
        let before =
            known.and_then(|number| self.effects.lean.agents.get(number as usize)).copied().unwrap_or_default();
        let Some(agent) = agent else {
            if before.here {
                let (number, _) = self.agent_number(source, key);
                let other = self.who(number);
                self.steps.shape.push(effects::AGENT_GONE | other);
                if other != 0 {
                    self.steps.figures.push(i64::from(number));
                }
                if let Some(members) = members.get_mut(number as usize) {
                    members.clear();
                }
            }
            return;
        };
        if !before.here || !self.is_same(&before, agent) {
            self.set_agent(source, key, &before, agent);
        }
        let number = match find(&self.numbers.agents, source, key) {
            Some(number) => number,
            None => return,
        };
        if members.len() <= number as usize {
            members.resize(number as usize + 1, BTreeSet::new());
        }
        self.members(&mut members[number as usize], source, number, agent);
    }

    fn who(&self, agent: u32) -> u8 {
        if agent == self.row.agent { 0 } else { OTHER }
    }

    fn is_same(&self, before: &LeanAgent, agent: &Agent) -> bool {
        let lean = &self.effects.lean;
        let word = |word: u32| lean.words.get(word as usize);
        before.since == agent.since.seen
            && STATES[usize::from(before.state)] == agent.state.kind()
            && match agent.state.place() {
                None => before.spot == Spot::None,
                Some(Place::Other) => before.spot == Spot::Other,
                Some(Place::Queue(name)) => match before.spot {
                    Spot::Queue(queue) => self.core.tables.queues.get(queue as usize).is_some_and(|q| q.1 == *name),
                    Spot::Named(queue) => word(queue) == Some(name),
                    _ => false,
                },
                Some(Place::Campaign(name)) => match before.spot {
                    Spot::Campaign(campaign) => word(campaign) == Some(name),
                    _ => false,
                },
            }
            && match &agent.state {
                AgentState::Paused(reason) => before.reason.checked_sub(1).and_then(word) == reason.as_ref(),
                _ => before.reason == 0,
            }
    }

    fn set_agent(&mut self, source: SourceId, key: &Name, before: &LeanAgent, agent: &Agent) {
        let (number, new) = self.agent_number(source, key);
        let other = self.who(number);
        let lean = &self.effects.lean;
        let kind = STATES.iter().position(|kind| *kind == agent.state.kind()).unwrap_or(7) as u8;
        let place = agent.state.place();
        // What the reader will look up, in its order: agent, time, reason, spot.
        let mut flags = 0;
        let (mut figures, mut names) = (Vec::new(), Vec::new());
        if other != 0 {
            figures.push(i64::from(number));
            names.extend(new);
        }
        if agent.since.seen != self.row.seen {
            flags |= effects::SINCE;
            figures.push(agent.since.seen.wrapping_sub(self.row.seen));
        }
        let new_words = &mut self.words;
        let mut word = |name: &Name, figures: &mut Vec<i64>, names: &mut Vec<Name>| {
            let known = lean.words.iter().chain(&*new_words).position(|word| word == name);
            figures.push(known.unwrap_or(lean.words.len() + new_words.len()) as i64);
            if known.is_none() {
                new_words.push(name.clone());
                names.push(name.clone());
            }
        };
        if let AgentState::Paused(Some(reason)) = &agent.state {
            flags |= effects::REASON;
            word(reason, &mut figures, &mut names);
        }
        let latest = self.core.agent_queue.get(number as usize).copied().unwrap_or(NONE);
        let queue_name = |queue: u32| self.core.tables.queues.get(queue as usize).map(|queue| &queue.1);
        let spot = match place {
            None => effects::SPOT_NONE,
            Some(Place::Other) => effects::SPOT_OTHER,
            Some(Place::Queue(name)) if queue_name(latest) == Some(name) => effects::SPOT_LATEST,
            Some(Place::Queue(name)) => match find(&self.numbers.queues, source, name) {
                Some(queue) => {
                    figures.push(i64::from(queue));
                    effects::SPOT_QUEUE
                }
                None => {
                    word(name, &mut figures, &mut names);
                    effects::SPOT_NAMED
                }
            },
            Some(Place::Campaign(name)) if before.here && lean.words.get(before.campaign as usize) == Some(name) => {
                effects::SPOT_CAMPAIGN
            }
            Some(Place::Campaign(name)) => {
                word(name, &mut figures, &mut names);
                effects::SPOT_WORD
            }
        };
        self.steps.shape.extend([effects::AGENT | other, flags, kind | spot << 3]);
        self.steps.figures.append(&mut figures);
        self.steps.names.append(&mut names);
    }

    fn members(&mut self, known: &mut BTreeSet<u32>, source: SourceId, agent: u32, now: &Agent) {
        let served: BTreeSet<u32> =
            now.memberships.keys().filter_map(|name| find(&self.numbers.queues, source, name)).collect();
        if served == *known {
            return;
        }
        let gone = known.difference(&served).map(|queue| (effects::MEMBER_GONE, *queue));
        let come = served.difference(known).map(|queue| (effects::MEMBER, *queue));
        let who = self.who(agent);
        for (step, queue) in gone.chain(come) {
            let other = if queue == self.row.queue { 0 } else { OTHER };
            self.steps.shape.extend([step | other, who]);
            if who != 0 {
                self.steps.figures.push(i64::from(agent));
            }
            if other != 0 {
                self.steps.figures.push(i64::from(queue));
            }
        }
        *known = served;
    }
}
