//! The fold: events in, the state of a contact centre out.
//!
//! [`Floor::apply`] is the only code in Mirante that changes live state. The live screen, the rewind, recovery after a crash
//! and the tests all run it, so within one [`FOLD_VERSION`] the past equals what the screen showed.
//!
//! This crate is pure: no clock, no I/O, no threads, no randomness. Time enters in the [`Stamp`] of each event, in Unix
//! milliseconds. Every input is treated as hostile: no order of events makes it panic or count below zero.

mod agent;
pub mod alert;
mod amend;
mod apply;
mod attempt;
mod campaign;
mod changes;
mod clock;
mod config;
mod contacts;
mod event;
mod floor;
mod hist;
mod people;
mod picture;
mod reconcile;
mod rollup;
mod rules;
mod visit;

pub use agent::{Activity, Agent, AgentState, Device, Membership, Place, StateKind};
pub use attempt::{AnsweredBy, Attempt, AttemptResult, ClosedAttempt, DialEnd, EndedBy};
pub use campaign::{Campaign, DispositionFlags};
pub use changes::{AgentSpan, Changes, Fact, Gap, Marked, Touched};
pub use config::{
    CampaignKind, CampaignSetup, Config, Goal, Operation, Person, QueueSetup, QueueWas, Removed, Setting, Shift, Team,
};
pub use event::{Event, Kind, Name, Origin, PartyId, SourceId, Stamp, UNTOLD_MS};
pub use floor::{Contact, Floor, Link, PbxCounters, PbxLevels, Queue, Site};
pub use hist::{Hist, Tally};
pub use picture::{MemberPicture, Picture, QueuePicture, WaitingPicture};
pub use reconcile::{Healer, reconcile};
pub use rollup::{AgentActivity, Cohort, Minute, OpenMinute, QueueActivity, Totals};
pub use rules::{Aim, AimKey, AimWindow, Calendar, Direction, InForce, ProfileOf, Ruling, Scope, Shown};
pub use visit::{ClosedVisit, Moment, Outcome, Stage, Visit, VisitId, Witness};

/// Version of the rules in [`Floor::apply`]. A stored stretch of history names the version that folded it.
pub const FOLD_VERSION: u32 = 1;
