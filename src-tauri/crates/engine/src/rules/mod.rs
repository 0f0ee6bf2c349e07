//! Rules of alerts as people write them and try them: a TOML file, its scenarios, the operation's calendar.

mod calendar;
mod file;
mod in_force;
mod keeper;
mod raw;
mod roster;
mod scenario;
#[cfg(test)]
mod stories;

pub use calendar::ZoneCalendar;
pub use file::{FileError, RuleFile, read_rules};
pub use in_force::{Listed, RuleSet};
pub(crate) use keeper::Keeper;
pub use keeper::RULES_FILE;
pub use roster::{OnDuty, Roster};
pub use scenario::Scenario;
