//! What people decide about the floor: names, operations, targets, people, teams, shifts.

use crate::{Name, PartyId, SourceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a receptive line is for. Decides which indicators make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Customer care.
    Sac,
    /// Inbound sales.
    Sales,
    /// First-level support.
    SupportN1,
    /// Second-level help desk.
    HelpDeskN2,
    /// Third-level service desk.
    ServiceDeskN3,
    /// Inbound collections.
    Collections,
    /// Customers who want to leave.
    Retention,
    /// Anything else.
    Other,
}

/// What an active effort is for. Decides what counts as its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignKind {
    /// Sales.
    Sales,
    /// Finding people who may buy.
    Prospecting,
    /// Collections.
    Collections,
    /// Surveys.
    Survey,
    /// Customers who want to leave.
    Retention,
    /// After the sale.
    AfterSales,
    /// Keeping in touch.
    Relationship,
    /// Appointments.
    Scheduling,
    /// Support that calls first.
    ActiveSupport,
    /// Anything else, or not told.
    #[default]
    Other,
}

/// What people decided about one campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignSetup {
    /// Name people use.
    pub label: Name,
    /// What it is for.
    pub kind: CampaignKind,
    /// Results wanted a day.
    pub goal: Option<u32>,
    /// The client (contratante) it serves.
    pub client: Option<Name>,
}

/// A service-level target: `percent` of contacts answered within `seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// Whole percent, 1 to 100.
    pub percent: u8,
    /// Whole seconds.
    pub seconds: u32,
}

impl Default for Goal {
    /// 80 % in 20 s, the trade's usual convention.
    fn default() -> Self {
        Goal { percent: 80, seconds: 20 }
    }
}

/// What people decided about one queue.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QueueSetup {
    /// Name people use; absent: the platform's own.
    pub label: Option<Name>,
    /// What it is for.
    pub operation: Option<Operation>,
    /// Its target.
    pub goal: Goal,
    /// Opening and closing, minutes after local midnight; closing before opening crosses midnight. Absent: always open.
    pub hours: Option<(u16, u16)>,
    /// The client (contratante) it serves.
    pub client: Option<Name>,
}

/// Someone who works here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person<P = PartyId> {
    /// Stable id.
    pub id: Name,
    /// Name, in the party table.
    pub name: P,
    /// Team id.
    pub team: Option<Name>,
    /// Shift id.
    pub shift: Option<Name>,
    /// Contracted minutes of work a day.
    pub day_minutes: Option<u16>,
    /// The agents this person is: source and agent key.
    pub logins: Vec<(SourceId, Name)>,
}

/// People who answer to one supervisor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Team {
    /// Stable id.
    pub id: Name,
    /// What people call it.
    pub label: Name,
    /// The supervisor's user name.
    pub supervisor: Option<Name>,
}

/// A stretch of working hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Stable id.
    pub id: Name,
    /// What people call it.
    pub label: Name,
    /// Start and end, minutes after local midnight; an end before the start crosses midnight.
    pub hours: (u16, u16),
}

/// One decision. Replaces the earlier one about the same thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Setting<P = PartyId> {
    /// What people call a source, and whether its data are examples.
    Source {
        /// The source.
        source: SourceId,
        /// Its name.
        label: Name,
        /// True for the simulator: "dados de exemplo" shows wherever its figures do.
        sample: bool,
    },
    /// About a queue.
    Queue {
        /// The source the queue belongs to.
        source: SourceId,
        /// The queue.
        queue: Name,
        /// What was decided.
        setup: QueueSetup,
    },
    /// About a person.
    Person(Person<P>),
    /// About a team.
    Team(Team),
    /// About a shift.
    Shift(Shift),
    /// About a campaign.
    Campaign {
        /// The source the campaign belongs to.
        source: SourceId,
        /// The campaign.
        campaign: Name,
        /// What was decided.
        setup: CampaignSetup,
    },
    /// Nothing is decided about this any more.
    Removed(Removed),
}

/// What a decision was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Removed {
    /// A source: it is not followed any more, and what it reported is not shown.
    Source(SourceId),
    /// A queue.
    Queue(SourceId, Name),
    /// A person.
    Person(Name),
    /// A team.
    Team(Name),
    /// A shift.
    Shift(Name),
    /// A campaign.
    Campaign(SourceId, Name),
}

impl<P> Setting<P> {
    /// The same decision with every person named another way.
    pub fn map_party<Q>(self, f: impl FnOnce(P) -> Q) -> Setting<Q> {
        match self {
            Setting::Source { source, label, sample } => Setting::Source { source, label, sample },
            Setting::Queue { source, queue, setup } => Setting::Queue { source, queue, setup },
            Setting::Person(Person { id, name, team, shift, day_minutes, logins }) => {
                Setting::Person(Person { id, name: f(name), team, shift, day_minutes, logins })
            }
            Setting::Team(team) => Setting::Team(team),
            Setting::Shift(shift) => Setting::Shift(shift),
            Setting::Campaign { source, campaign, setup } => Setting::Campaign { source, campaign, setup },
            Setting::Removed(removed) => Setting::Removed(removed),
        }
    }
}

/// All decisions in force.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Config {
    /// Label and sample mark of each source.
    pub sources: BTreeMap<SourceId, (Name, bool)>,
    /// Queues by source and name.
    pub queues: BTreeMap<(SourceId, Name), QueueSetup>,
    /// People by id.
    pub persons: BTreeMap<Name, Person>,
    /// Which person an agent is.
    pub logins: BTreeMap<(SourceId, Name), Name>,
    /// Teams by id.
    pub teams: BTreeMap<Name, Team>,
    /// Shifts by id.
    pub shifts: BTreeMap<Name, Shift>,
    /// Campaigns by source and name.
    pub campaigns: BTreeMap<(SourceId, Name), CampaignSetup>,
}

impl Config {
    /// Puts one decision in force.
    pub(crate) fn set(&mut self, setting: &Setting) {
        match setting {
            Setting::Source { source, label, sample } => {
                self.sources.insert(*source, (label.clone(), *sample));
            }
            Setting::Queue { source, queue, setup } => {
                self.queues.insert((*source, queue.clone()), setup.clone());
            }
            Setting::Person(person) => {
                self.free_logins(&person.id);
                for login in &person.logins {
                    self.logins.insert(login.clone(), person.id.clone());
                }
                self.persons.insert(person.id.clone(), person.clone());
            }
            Setting::Team(team) => {
                self.teams.insert(team.id.clone(), team.clone());
            }
            Setting::Shift(shift) => {
                self.shifts.insert(shift.id.clone(), shift.clone());
            }
            Setting::Campaign { source, campaign, setup } => {
                self.campaigns.insert((*source, campaign.clone()), setup.clone());
            }
            Setting::Removed(removed) => self.remove(removed),
        }
    }

    fn remove(&mut self, removed: &Removed) {
        match removed {
            Removed::Source(source) => {
                self.sources.remove(source);
            }
            Removed::Queue(source, queue) => {
                self.queues.remove(&(*source, queue.clone()));
            }
            Removed::Person(id) => {
                self.free_logins(id);
                self.persons.remove(id);
            }
            Removed::Team(id) => {
                self.teams.remove(id);
            }
            Removed::Shift(id) => {
                self.shifts.remove(id);
            }
            Removed::Campaign(source, campaign) => {
                self.campaigns.remove(&(*source, campaign.clone()));
            }
        }
    }

    /// Nobody is this person any more. Only the person's own logins are looked at: people come by the thousand.
    fn free_logins(&mut self, id: &Name) {
        for login in self.persons.get(id).into_iter().flat_map(|person| &person.logins) {
            if self.logins.get(login) == Some(id) {
                self.logins.remove(login);
            }
        }
    }

    /// What was decided about a queue, or the defaults.
    pub fn queue(&self, source: SourceId, queue: &Name) -> QueueSetup {
        self.queues.get(&(source, queue.clone())).cloned().unwrap_or_default()
    }

    /// The person an agent is, if anyone said so.
    pub fn person(&self, source: SourceId, agent: &Name) -> Option<&Person> {
        self.persons.get(self.logins.get(&(source, agent.clone()))?)
    }
}
