//! Choices as fixed numbers. A number is never given another meaning.

use super::{
    bad,
    names::{Reader, Writer},
};
use crate::Result;
use mirante_floor::alert::{Scope, Severity, Shown};
use mirante_floor::{
    Activity, AgentState, AnsweredBy, CampaignKind, Device, Operation, Origin, Outcome, Place, StateKind,
};

/// A choice that has a fixed number.
pub(super) trait Code: Sized {
    fn code(self) -> u8;
    fn of(code: u8) -> Result<Self>;
}

macro_rules! codes {
    ($type:ident { $($variant:ident = $code:literal,)+ }) => {
        impl Code for $type {
            fn code(self) -> u8 {
                match self { $($type::$variant => $code,)+ }
            }

            fn of(code: u8) -> Result<Self> {
                match code {
                    $($code => Ok($type::$variant),)+
                    _ => Err(bad(format!(concat!("{} is no ", stringify!($type)), code))),
                }
            }
        }
    };
}

codes!(Device {
    Unknown = 0,
    Idle = 1,
    InUse = 2,
    Busy = 3,
    Invalid = 4,
    Unavailable = 5,
    Ringing = 6,
    RingingInUse = 7,
    OnHold = 8,
});

codes!(Outcome {
    Answered = 1,
    Abandoned = 2,
    Timeout = 3,
    ExitKey = 4,
    Transferred = 5,
    Overflow = 6,
    Withdrawn = 7,
    Unknown = 8,
});

codes!(Origin {
    Heard = 1,
    Backfilled = 2,
    Inferred = 3,
});

codes!(AnsweredBy {
    Human = 1,
    Machine = 2,
    Unknown = 3,
});

codes!(StateKind {
    Ready = 1,
    Ringing = 2,
    Talking = 3,
    Hold = 4,
    Wrapup = 5,
    Paused = 6,
    Offline = 7,
    Unknown = 8,
});

codes!(Scope {
    Queue = 1,
    Operation = 2,
    Client = 3,
    Campaign = 4,
    Agent = 5,
    Team = 6,
    Source = 7,
});

codes!(Severity {
    Notice = 1,
    Warning = 2,
    Critical = 3,
});

codes!(Shown {
    Normal = 1,
    Pending = 2,
    Firing = 3,
    Acknowledged = 4,
    Recovering = 5,
    Inhibited = 6,
    Silenced = 7,
    NoData = 8,
});

codes!(Operation {
    Sac = 1,
    Sales = 2,
    SupportN1 = 3,
    HelpDeskN2 = 4,
    ServiceDeskN3 = 5,
    Collections = 6,
    Retention = 7,
    Other = 8,
});

codes!(CampaignKind {
    Sales = 1,
    Prospecting = 2,
    Collections = 3,
    Survey = 4,
    Retention = 5,
    AfterSales = 6,
    Relationship = 7,
    Scheduling = 8,
    ActiveSupport = 9,
    Other = 10,
});

/// A choice with a name: number, and the name's place.
pub(super) type Named = (u8, Option<u32>);

/// 0 none, 1 queue, 2 campaign, 3 other.
pub(super) fn place<'a>(place: Option<&'a Place>, w: &mut Writer<'a>) -> Named {
    match place {
        None => (0, None),
        Some(Place::Queue(name)) => (1, Some(w.name(name))),
        Some(Place::Campaign(name)) => (2, Some(w.name(name))),
        Some(Place::Other) => (3, None),
    }
}

pub(super) fn place_of((code, name): Named, r: &Reader) -> Result<Option<Place>> {
    Ok(match (code, r.maybe(name)?) {
        (0, None) => None,
        (1, Some(name)) => Some(Place::Queue(name)),
        (2, Some(name)) => Some(Place::Campaign(name)),
        (3, None) => Some(Place::Other),
        _ => return Err(bad(format!("{code} is no place"))),
    })
}

/// A state: its kind, and the place or, if paused, the reason.
pub(super) fn state<'a>(state: &'a AgentState, w: &mut Writer<'a>) -> (u8, Named) {
    let with = match state {
        AgentState::Paused(reason) => (0, w.maybe(reason.as_ref())),
        _ => place(state.place(), w),
    };
    (state.kind().code(), with)
}

pub(super) fn state_of((kind, with): (u8, Named), r: &Reader) -> Result<AgentState> {
    let kind = StateKind::of(kind)?;
    if kind == StateKind::Paused {
        return Ok(AgentState::Paused(r.maybe(with.1)?));
    }
    Ok(match (kind, place_of(with, r)?) {
        (StateKind::Ready, None) => AgentState::Ready,
        (StateKind::Ringing, None) => AgentState::Ringing,
        (StateKind::Talking, Some(place)) => AgentState::Talking(place),
        (StateKind::Hold, Some(place)) => AgentState::Hold(place),
        (StateKind::Wrapup, Some(place)) => AgentState::Wrapup(place),
        (StateKind::Offline, None) => AgentState::Offline,
        (StateKind::Unknown, None) => AgentState::Unknown,
        _ => return Err(bad("a state and its place contradict each other")),
    })
}

/// 0 none, 1 talking, 2 hold, 3 after-call work.
pub(super) fn activity<'a>(activity: Option<&'a Activity>, w: &mut Writer<'a>) -> (u8, Named) {
    match activity {
        None => (0, (0, None)),
        Some(Activity::Talking(at)) => (1, place(Some(at), w)),
        Some(Activity::Hold) => (2, (0, None)),
        Some(Activity::Wrapup(at)) => (3, place(Some(at), w)),
    }
}

pub(super) fn activity_of((code, at): (u8, Named), r: &Reader) -> Result<Option<Activity>> {
    Ok(match (code, place_of(at, r)?) {
        (0, None) => None,
        (1, Some(place)) => Some(Activity::Talking(place)),
        (2, None) => Some(Activity::Hold),
        (3, Some(place)) => Some(Activity::Wrapup(place)),
        _ => return Err(bad("an activity and its place contradict each other")),
    })
}
