//! Starts, orders, restarts and stops the parts; the only place with a wall clock.
//!
//! ```text
//! supervisor (a task a source) ──▶ fold (one thread) ──▶ writer (one thread) ──▶ history
//!            never waits            │ numbers, folds       keeps what the disk refuses, and says so
//!                                   └▶ Live: the floor and what changed, for the console
//! ```
//!
//! The channels between them are unbounded so that nobody waits; what may pile up in them is counted and bounded by giving
//! up: a session whose events pile up ends with words, and history that the disk refuses for too long becomes a gap.

mod backups;
mod clock;
pub mod config;
mod counters;
mod edges;
mod engine;
mod fold;
mod folded;
pub mod import;
mod importing;
mod input;
mod live;
mod log_stays;
mod memory;
pub mod names;
mod past;
mod platforms;
mod reason;
mod retention;
pub mod rules;
pub mod send;
mod settings;
pub mod sheet;
mod stamp;
mod supervisor;
pub mod watch;
mod writer;

pub use backups::{Backups, backups_in, host, keep_newest, named, stamp};
pub use engine::{Engine, EngineError, Health, Options};
pub use live::{Live, State};
pub use log_stays::LogStays;
pub use mirante_history::KeyStore;
pub use platforms::{Follow, asterisk, follow, queue_log};
pub use reason::Reason;
pub use retention::{Removed, Removing, RemovingNow, StepTimes, in_use, nightly_minute, remove_too_old};
pub use writer::{Obstacle, Trouble};
