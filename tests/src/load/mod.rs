//! Seeded traffic for the rig's call centre, and the record of what it came to.

mod drive;
mod plan;
mod truth;

pub use drive::{Driver, Options};
pub use plan::{Call, Change, Ending, HOSTILE_NAME, Outside, Plan, Size, Transfer};
pub use truth::{Outcome, Stay, Truth};
