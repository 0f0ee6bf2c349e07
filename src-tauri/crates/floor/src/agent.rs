//! A person on the floor, as one platform sees them.

use crate::{Moment, Name, PartyId, VisitId};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// State of a device, as the platform reports it (Asterisk device states 0 to 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Device {
    /// Not known.
    #[default]
    Unknown,
    /// Not in use.
    Idle,
    /// In use.
    InUse,
    /// Busy.
    Busy,
    /// Not a valid device.
    Invalid,
    /// Not reachable.
    Unavailable,
    /// Ringing.
    Ringing,
    /// Ringing while in use.
    RingingInUse,
    /// On hold.
    OnHold,
}

impl Device {
    /// True if a call is on the device.
    pub fn is_busy(self) -> bool {
        matches!(self, Device::InUse | Device::Busy | Device::RingingInUse | Device::OnHold)
    }
}

/// Where work comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Place {
    /// A queue.
    Queue(Name),
    /// A campaign.
    Campaign(Name),
    /// Neither: a call outside queues and campaigns.
    Other,
}

/// What a platform that knows more than device states says an agent does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activity {
    /// On a call that is no queue's, such as a campaign's.
    Talking(Place),
    /// Holding the call.
    Hold,
    /// Finishing the work of a call.
    Wrapup(Place),
}

/// What an agent does now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentState {
    /// Free to take a call.
    Ready,
    /// Being rung.
    Ringing,
    /// On a call. `Place::Other` is "em ligação fora da fila".
    Talking(Place),
    /// Holding a call.
    Hold(Place),
    /// Finishing the work of a call.
    Wrapup(Place),
    /// Paused in every queue, with the reason if told.
    Paused(Option<Name>),
    /// Logged out or unreachable.
    Offline,
    /// The platform does not say.
    Unknown,
}

/// The states without what they carry: keys of time totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StateKind {
    /// Free.
    Ready,
    /// Being rung.
    Ringing,
    /// On a call.
    Talking,
    /// Holding.
    Hold,
    /// After-call work.
    Wrapup,
    /// Paused.
    Paused,
    /// Logged out.
    Offline,
    /// Not known.
    Unknown,
}

impl AgentState {
    /// The state without what it carries.
    pub fn kind(&self) -> StateKind {
        match self {
            AgentState::Ready => StateKind::Ready,
            AgentState::Ringing => StateKind::Ringing,
            AgentState::Talking(_) => StateKind::Talking,
            AgentState::Hold(_) => StateKind::Hold,
            AgentState::Wrapup(_) => StateKind::Wrapup,
            AgentState::Paused(_) => StateKind::Paused,
            AgentState::Offline => StateKind::Offline,
            AgentState::Unknown => StateKind::Unknown,
        }
    }

    /// Where the work comes from, if the state is work.
    pub fn place(&self) -> Option<&Place> {
        match self {
            AgentState::Talking(place) | AgentState::Hold(place) | AgentState::Wrapup(place) => Some(place),
            _ => None,
        }
    }
}

/// An agent's place in one queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// The platform's address of the member in this queue.
    pub interface: Name,
    /// Paused here.
    pub paused: bool,
    /// Why, if told.
    pub reason: Option<Name>,
    /// Penalty, lower is asked first.
    pub penalty: i32,
}

/// One login on one platform. Which person it is, configuration says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// Name, in the party table.
    pub name: Option<PartyId>,
    /// Queues served: few, so that they stand in one row instead of in a tree whose smallest node has room for eleven.
    pub memberships: LiteMap<Name, Membership>,
    /// Last report of the device.
    pub device: Device,
    /// Queues that ring this agent now, with the call offered.
    pub ringing: BTreeMap<Name, Name>,
    /// The queue call in hand: visit and queue.
    pub talking: Option<(VisitId, Name)>,
    /// The attempt this agent is on, and its campaign.
    pub attempt: Option<(Name, Option<Name>)>,
    /// What a richer platform says.
    pub activity: Option<Activity>,
    /// What the agent does now.
    pub state: AgentState,
    /// Since when.
    pub since: Moment,
    /// Calls answered today, by queue.
    pub answered: BTreeMap<Name, u32>,
    /// Rings not answered today, by queue.
    pub ring_no_answer: BTreeMap<Name, u32>,
    /// Up to when state time was credited to the open minute, Unix ms by our clock.
    pub credited: i64,
    /// Last time a live event touched the agent, Unix ms by our clock.
    pub touched: i64,
}

impl Agent {
    pub(crate) fn new(now: Moment) -> Self {
        Agent {
            name: None,
            // Most serve one queue or two.
            memberships: LiteMap::with_capacity(2),
            device: Device::Unknown,
            ringing: BTreeMap::new(),
            talking: None,
            attempt: None,
            activity: None,
            state: AgentState::Offline,
            since: now,
            answered: BTreeMap::new(),
            ring_no_answer: BTreeMap::new(),
            credited: now.seen,
            touched: 0,
        }
    }

    /// The state that the facts add up to. A conversation beats a pause, since the pause only begins after it.
    /// `settling`: a conversation just ended, and the device may be busy with it still.
    pub(crate) fn derive(&self, settling: bool) -> AgentState {
        if let Some((_, queue)) = &self.talking {
            let place = Place::Queue(queue.clone());
            let held = self.device == Device::OnHold || self.activity == Some(Activity::Hold);
            return if held { AgentState::Hold(place) } else { AgentState::Talking(place) };
        }
        match &self.activity {
            Some(Activity::Talking(place)) => return AgentState::Talking(place.clone()),
            Some(Activity::Wrapup(place)) => return AgentState::Wrapup(place.clone()),
            Some(Activity::Hold) | None => {}
        }
        if let Some((_, campaign)) = &self.attempt {
            let place = campaign.clone().map_or(Place::Other, Place::Campaign);
            let held = self.device == Device::OnHold || self.activity == Some(Activity::Hold);
            return if held { AgentState::Hold(place) } else { AgentState::Talking(place) };
        }
        if !self.ringing.is_empty() {
            return AgentState::Ringing;
        }
        if self.memberships.is_empty() || matches!(self.device, Device::Unavailable | Device::Invalid) {
            return AgentState::Offline;
        }
        if self.device.is_busy() && !settling {
            return AgentState::Talking(Place::Other);
        }
        if self.memberships.values().all(|m| m.paused) {
            return AgentState::Paused(self.memberships.values().find_map(|m| m.reason.clone()));
        }
        match self.device {
            Device::Ringing => AgentState::Ringing,
            Device::Unknown => AgentState::Unknown,
            _ => AgentState::Ready,
        }
    }

    /// Why the agent is paused in every queue, whatever else is going on.
    pub fn pause(&self) -> Option<Option<&Name>> {
        let all = !self.memberships.is_empty() && self.memberships.values().all(|m| m.paused);
        all.then(|| self.memberships.values().find_map(|m| m.reason.as_ref()))
    }
}
