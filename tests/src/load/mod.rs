//! Seeded traffic for the rig's call centre, and the record of what it came to.

mod attempts;
mod drive;
mod journeys;
mod orders;
mod plan;
mod seeded;
mod truth;

pub use attempts::Attempt;
pub use drive::{Driver, Options};
pub use journeys::MARKS;
pub use plan::{Call, Change, Complete, Dial, Ending, Fate, HOSTILE_NAME, Mark, Outside, Plan, Size, Then};
pub use truth::{Outcome, Stay, Truth};
