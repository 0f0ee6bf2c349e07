//! Alerts on the live floor.

mod body;

pub use body::{Body, BodyAlert, BodyState};
