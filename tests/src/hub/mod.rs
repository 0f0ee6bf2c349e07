//! The built `mirantectl`, run and asked as users do: its configuration file, its command line, its HTTP door, its feed.

mod client;
mod process;

pub use client::{Client, Feed, State};
pub use process::{AttemptRow, Hub, Visit, attempts, following, mirantectl, visits, visits_between};
