//! What people decide about the floor: names, operations, targets, people, teams, shifts.

use crate::{Aim, AimKey, Name, PartyId, ProfileOf, Ruling, Scope, Shown, SourceId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a receptive line is for. Decides which indicators make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
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
    /// Its target where no [`Ruling`] says another.
    pub goal: Goal,
    /// Opening and closing, minutes after local midnight; closing before opening crosses midnight. Absent: always open.
    pub hours: Option<(u16, u16)>,
    /// The client (contratante) it serves.
    pub client: Option<Name>,
}

/// What a queue was judged by before a day on which that was decided anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QueueWas {
    /// What it was for.
    pub operation: Option<Operation>,
    /// Its target where no [`Ruling`] said another.
    pub goal: Goal,
    /// The client that it served.
    pub client: Option<Name>,
}

impl QueueWas {
    fn of(QueueSetup { operation, goal, client, .. }: &QueueSetup) -> QueueWas {
        QueueWas { operation: *operation, goal: *goal, client: client.clone() }
    }
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
    /// How figures of a scope are made and judged, from a day on.
    Ruling(Ruling),
    /// What is wanted, from a day on.
    Aim {
        /// Of what.
        key: AimKey,
        /// First instant of the first day, Unix ms; `i64::MIN` is always.
        from: i64,
        /// What; absent: nothing any more.
        aim: Option<Aim>,
    },
    /// Whether an operation looks at an indicator.
    Profile {
        /// Whose profile.
        of: ProfileOf,
        /// The definition.
        indicator: Name,
        /// What was decided.
        shown: Shown,
    },
    /// All holidays that goals know, each by its first instant, Unix ms.
    Holidays(BTreeSet<i64>),
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
    /// The rule of a scope that holds from a day on.
    Ruling(Scope, i64),
    /// What was wanted from a day on.
    Aim(AimKey, i64),
    /// An indicator of a profile: as Mirante's own says.
    Profile(ProfileOf, Name),
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
            Setting::Ruling(rule) => Setting::Ruling(rule),
            Setting::Aim { key, from, aim } => Setting::Aim { key, from, aim },
            Setting::Profile { of, indicator, shown } => Setting::Profile { of, indicator, shown },
            Setting::Holidays(days) => Setting::Holidays(days),
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
    /// What queues were judged by before the day that begins then (Unix ms), and since the one before.
    pub queues_were: BTreeMap<(SourceId, Name, i64), QueueWas>,
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
    /// Rules by scope and first day.
    pub rulings: BTreeMap<(Scope, i64), Ruling>,
    /// Goals by what they are about and first day; absent ones ended on it.
    pub aims: BTreeMap<(AimKey, i64), Option<Aim>>,
    /// What profiles show other than Mirante's own, by indicator.
    pub profiles: BTreeMap<(ProfileOf, Name), Shown>,
    /// Holidays, each by its first instant, Unix ms.
    pub holidays: BTreeSet<i64>,
}

impl Config {
    /// Puts one decision in force, on the day that begins at `today`, Unix ms: where a queue was judged by something else before,
    /// days past still are. What is decided of a queue for the first time always held, and so does what no day had begun for.
    pub(crate) fn set(&mut self, setting: &Setting, today: Option<i64>) {
        match setting {
            Setting::Queue { source, queue, setup } => self.remember(*source, queue, Some(setup), today),
            Setting::Removed(Removed::Queue(source, queue)) => self.remember(*source, queue, None, today),
            _ => {}
        }
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
            Setting::Ruling(rule) => {
                self.rulings.insert((rule.scope.clone(), rule.from), rule.clone());
            }
            Setting::Aim { key, from, aim } => {
                self.aims.insert((key.clone(), *from), *aim);
            }
            Setting::Profile { of, indicator, shown } => {
                self.profiles.insert((*of, indicator.clone()), shown.clone());
            }
            Setting::Holidays(days) => self.holidays.clone_from(days),
        }
    }

    fn remember(&mut self, source: SourceId, queue: &Name, new: Option<&QueueSetup>, today: Option<i64>) {
        let Some(today) = today else { return };
        let Some(old) = self.queues.get(&(source, queue.clone())).map(QueueWas::of) else { return };
        if new.is_none_or(|new| QueueWas::of(new) != old) {
            // Of two decisions of one day the second stands for all of it.
            self.queues_were.entry((source, queue.clone(), today)).or_insert(old);
        }
    }

    /// What a queue is judged by on the day that begins at `day`, or that an instant is in, Unix ms, without the rules.
    pub fn queue_on(&self, source: SourceId, queue: &Name, day: i64) -> QueueWas {
        let was = (!self.queues_were.is_empty()).then(|| self.were(source, queue).find(|(until, _)| *until > day));
        match was.flatten() {
            Some((_, was)) => was.clone(),
            None => self.queues.get(&(source, queue.clone())).map(QueueWas::of).unwrap_or_default(),
        }
    }

    /// What a queue was judged by, each until a day, the oldest first.
    pub(crate) fn were(&self, source: SourceId, queue: &Name) -> impl Iterator<Item = (i64, &QueueWas)> {
        let of = |until| (source, queue.clone(), until);
        self.queues_were.range(of(i64::MIN)..=of(i64::MAX)).map(|((_, _, until), was)| (*until, was))
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
            Removed::Ruling(scope, from) => {
                self.rulings.remove(&(scope.clone(), *from));
            }
            Removed::Aim(key, from) => {
                self.aims.remove(&(key.clone(), *from));
            }
            Removed::Profile(of, indicator) => {
                self.profiles.remove(&(*of, indicator.clone()));
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
