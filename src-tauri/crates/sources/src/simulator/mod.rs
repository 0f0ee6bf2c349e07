//! A seeded centre that exists only here: "dados de exemplo".
//!
//! [`Simulation`] is a discrete-event model of a blended contact centre: callers arrive, wait, give up, are answered and
//! transferred; agents log in, pause, talk, and work campaigns between calls. It yields the events a platform would, has no
//! clock and is the same for the same [`Setup`]. Beside its events it keeps its own books ([`Truth`]), which nothing else
//! reads, so that every figure on a screen can be compared with what really happened here.
//!
//! [`SimulatorSource`] plays a simulation behind the [`crate::Source`] trait, in real time or faster. A week of history comes
//! from running the same simulation up to now before handing it over: there is no seam.

mod agenda;
mod arrivals;
mod books;
mod calendar;
mod centre;
mod chance;
mod desks;
mod dialler;
mod dispositions;
mod names;
mod offering;
mod operations;
mod picture;
mod queueing;
mod roster;
mod settings;
mod setup;
mod shifts;
mod simulation;
mod source;
mod staffing;
mod state;
mod talks;
mod trouble;

pub use books::{AgentTruth, AttemptTruth, Doing, OpenTruth, RingTruth, SpanTruth, Truth, VisitTruth};
pub use settings::shifts;
pub use setup::{Setup, SetupError};
pub use simulation::Simulation;
pub use source::SimulatorSource;
