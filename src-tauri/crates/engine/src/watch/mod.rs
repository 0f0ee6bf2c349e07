//! Alerts on the live floor.

mod body;
mod watched;

pub use body::{Body, BodyAlert, BodyState};
pub use watched::{Climbed, ToldStep, Watched};
