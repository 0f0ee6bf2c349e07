//! Who is there for each queue and team, counted as agents change, so that an event costs what it touches.

use mirante_floor::{Agent, Config, Name, Site, SourceId, StateKind};
use std::collections::{BTreeMap, HashMap};

/// Agents by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Logged in.
    pub(crate) logged: u32,
    /// Free, and not paused here.
    pub(crate) free: u32,
    /// On a call or holding.
    pub(crate) talking: u32,
    /// In after-call work.
    pub(crate) wrapup: u32,
    /// Paused here.
    pub(crate) paused: u32,
}

/// Whose agents are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Of {
    /// A queue's.
    Queue(SourceId, Name),
    /// A team's.
    Team(Name),
}

/// Everyone who is there.
#[derive(Debug, Default)]
pub(crate) struct Crew {
    counts: HashMap<Of, Counts>,
    /// What each agent was counted as, by source and key.
    agents: BTreeMap<(SourceId, Name), Vec<(Of, Counts)>>,
}

impl Counts {
    /// One agent in a queue in which they are paused or not.
    pub(crate) fn of(kind: StateKind, paused: bool) -> Counts {
        let mut one = Counts { logged: 1, ..Counts::default() };
        match kind {
            StateKind::Offline | StateKind::Unknown => one.logged = 0,
            StateKind::Talking | StateKind::Hold => one.talking = 1,
            StateKind::Wrapup => one.wrapup = 1,
            StateKind::Paused => one.paused = 1,
            StateKind::Ready if paused => one.paused = 1,
            StateKind::Ready => one.free = 1,
            StateKind::Ringing => {}
        }
        one
    }

    /// Adds others.
    pub(crate) fn add(&mut self, other: Counts) {
        self.logged += other.logged;
        self.free += other.free;
        self.talking += other.talking;
        self.wrapup += other.wrapup;
        self.paused += other.paused;
    }

    fn take(&mut self, other: Counts) {
        self.logged -= other.logged;
        self.free -= other.free;
        self.talking -= other.talking;
        self.wrapup -= other.wrapup;
        self.paused -= other.paused;
    }
}

impl Crew {
    /// Those of a queue or team.
    pub(crate) fn get(&self, of: &Of) -> Counts {
        self.counts.get(of).copied().unwrap_or_default()
    }

    /// Counts everyone anew.
    pub(crate) fn recount<'a>(&mut self, sites: impl Iterator<Item = (SourceId, &'a Site)>, config: &Config) {
        *self = Crew::default();
        for (source, site) in sites {
            for (key, agent) in &site.agents {
                self.count(source, key, Some(agent), config);
            }
        }
    }

    /// Counts an agent anew; whose counts are otherwise now.
    pub(crate) fn count(&mut self, source: SourceId, key: &Name, agent: Option<&Agent>, config: &Config) -> Vec<Of> {
        let now = agent.map_or_else(Vec::new, |agent| counted(source, key, agent, config));
        let before = match now.is_empty() {
            true => self.agents.remove(&(source, key.clone())),
            false => self.agents.insert((source, key.clone()), now.clone()),
        };
        let before = before.unwrap_or_default();
        if before == now {
            return Vec::new();
        }
        for (of, counts) in &before {
            if let Some(all) = self.counts.get_mut(of) {
                all.take(*counts);
            }
        }
        for (of, counts) in &now {
            self.counts.entry(of.clone()).or_default().add(*counts);
        }
        let mut touched: Vec<Of> = before.into_iter().chain(now).map(|(of, _)| of).collect();
        touched.sort_unstable();
        touched.dedup();
        touched
    }
}

fn counted(source: SourceId, key: &Name, agent: &Agent, config: &Config) -> Vec<(Of, Counts)> {
    let kind = agent.state.kind();
    let queues = agent.memberships.iter();
    let mut all: Vec<(Of, Counts)> = queues
        .map(|(queue, membership)| (Of::Queue(source, queue.clone()), Counts::of(kind, membership.paused)))
        .collect();
    if let Some(team) = config.person(source, key).and_then(|person| person.team.clone()) {
        all.push((Of::Team(team), Counts::of(kind, agent.pause().is_some())));
    }
    all
}
