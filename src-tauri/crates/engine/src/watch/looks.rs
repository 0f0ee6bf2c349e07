//! How long the rules take.

use std::time::Duration;

/// How long looks took: of the rules that an event touched, and of all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looks {
    /// The last pass over all rules.
    pub full: Duration,
    /// How many looks at what events touched there were.
    pub events: u32,
    /// How long all of those took.
    pub spent: Duration,
}

impl Looks {
    /// The mean of looks at what events touched; zero before the first.
    pub fn event(&self) -> Duration {
        self.spent.checked_div(self.events).unwrap_or_default()
    }

    pub(crate) fn took(&mut self, full: bool, time: Duration) {
        if full {
            self.full = time;
        } else {
            self.events = self.events.saturating_add(1);
            self.spent = self.spent.saturating_add(time);
        }
    }
}
