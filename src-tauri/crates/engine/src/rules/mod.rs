//! Rules of alerts as people write them and try them: a TOML file, its scenarios, the operation's calendar.

mod calendar;
mod file;
mod raw;
mod scenario;
#[cfg(test)]
mod stories;

pub use calendar::ZoneCalendar;
pub use file::{FileError, RuleFile, read_rules};
pub use scenario::Scenario;
