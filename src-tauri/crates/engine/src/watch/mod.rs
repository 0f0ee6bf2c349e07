//! Alerts on the live floor: rules are evaluated beside the fold, by whoever holds the connection to the platforms.
//!
//! `Watch` lives on the fold's thread. What an event changed is looked at by the rules that read it (`Index`); time
//! that passes, at the moment that a rule asked for and once a second where a wait grows. What came of it is told as events, and what is
//! to be sent is kept with them, in one transaction.

mod body;
mod crew;
mod facts;
mod figure;
mod index;
mod keep;
mod looks;
mod names;
mod order;
mod publish;
mod telling;
mod watched;
mod watcher;
mod windows;

pub use body::{Body, BodyAlert, BodyState};
pub use figure::unit;
pub use looks::Looks;
pub(crate) use names::untold;
pub use order::{Order, OrderError, Want};
pub use watched::{Climbed, ToldStep, Watched};
pub(crate) use watcher::Watch;
pub(crate) use windows::WINDOWS_MS;
