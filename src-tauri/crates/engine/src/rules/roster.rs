//! Who has which role, and when they are on duty.

use super::ZoneCalendar;
use mirante_alerts::{Duty, Hours};
use mirante_floor::Name;

/// Who has which role, and when.
#[derive(Debug, Clone)]
pub struct Roster {
    /// Each stretch of duty.
    pub entries: Vec<OnDuty>,
    /// The operation's calendar.
    pub calendar: ZoneCalendar,
}

/// People who have a role at certain hours: a shift, or a plantão.
#[derive(Debug, Clone, PartialEq)]
pub struct OnDuty {
    /// The role.
    pub role: Name,
    /// Who.
    pub people: Vec<Name>,
    /// When; always if none.
    pub hours: Option<Hours>,
}

impl Duty for Roster {
    fn people(&self, role: &str) -> Vec<Name> {
        let entries = self.entries.iter().filter(|entry| *entry.role == *role);
        entries.flat_map(|entry| entry.people.iter().cloned()).collect()
    }

    /// Whoever has no hours written down is told whenever a step names them.
    fn on_duty(&self, person: &str, at: i64) -> bool {
        let mut entries =
            self.entries.iter().filter(|entry| entry.people.iter().any(|one| **one == *person)).peekable();
        entries.peek().is_none()
            || entries.any(|entry| entry.hours.as_ref().is_none_or(|hours| hours.contain(&self.calendar, at)))
    }
}
