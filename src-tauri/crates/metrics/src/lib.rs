//! Metric definitions and the figures they give over floors and rollups. Pure.
//!
//! A definition has an id and a version, so that a figure on screen can name what it is: `sl.f4@1`.

mod campaign;
mod ratio;
mod service_level;
mod times;

pub use campaign::campaign_results;
pub use ratio::Ratio;
pub use service_level::{Counts, ServiceLevel, service_level};
pub use times::{abandonment, asa_ms, mean_talk_ms};
