//! What is due, in order of time and then of scheduling.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Something that will happen. `turn` and `serial` numbers tell what is still meant from what time overtook.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Due {
    /// A local midnight: plan the day.
    Midnight,
    /// The next caller of a queue's ordinary demand.
    Arrival { queue: usize },
    /// The next caller of a burst.
    Burst { queue: usize, per_ms: f64, until: i64 },
    /// Somebody calls again.
    Again { queue: usize, customer: u32 },
    /// A caller's patience ends.
    GivesUp { visit: u64 },
    /// The queue's limit is over.
    Limit { visit: u64 },
    /// The caller presses the key that leaves.
    Key { visit: u64 },
    /// A ring is over: answered or not.
    RingOver { visit: u64, agent: usize, turn: u32, answered: bool },
    /// The agent puts the caller on hold, for so long.
    Hold { visit: u64, ms: i64 },
    /// The caller is back from hold.
    Unhold { visit: u64 },
    /// The conversation is over.
    TalkOver { visit: u64 },
    /// After-call work is over.
    WrapupOver { agent: usize, turn: u32 },
    /// Work begins.
    Login { agent: usize },
    /// Work ends.
    Logout { agent: usize },
    /// A break is due.
    Pause { agent: usize, reason: usize, ms: i64, planned: bool },
    /// A break is over.
    PauseOver { agent: usize, turn: u32 },
    /// A call outside the queues.
    Outside { agent: usize, login: u32 },
    /// The call outside the queues is over.
    OutsideOver { agent: usize, turn: u32 },
    /// The dialler looks around.
    Round { campaign: usize, until: i64 },
    /// An attempt rang long enough.
    Reached { attempt: u64 },
    /// An attempt is over.
    AttemptOver { attempt: u64 },
    /// A bad quarter of an hour begins.
    Trouble { cell: usize },
    /// The platform looks whether anybody is there to answer.
    Look { queue: usize },
    /// A queue closes.
    Closing { queue: usize },
}

#[derive(Debug)]
struct Entry {
    at: i64,
    order: u64,
    due: Due,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        // Reversed: the heap gives the earliest first.
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

/// Everything that is due.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Entry>,
    order: u64,
}

impl Agenda {
    /// Notes something for an instant.
    pub(super) fn add(&mut self, at: i64, due: Due) {
        self.order += 1;
        self.heap.push(Entry { at, order: self.order, due });
    }

    /// When the next thing is due.
    pub(super) fn next_at(&self) -> Option<i64> {
        self.heap.peek().map(|entry| entry.at)
    }

    /// Takes the next thing if it is due by `until`.
    pub(super) fn take(&mut self, until: i64) -> Option<(i64, Due)> {
        if self.next_at()? > until {
            return None;
        }
        self.heap.pop().map(|entry| (entry.at, entry.due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_comes_first_and_equals_in_the_order_they_were_added() {
        let mut agenda = Agenda::default();
        agenda.add(5, Due::Logout { agent: 1 });
        agenda.add(3, Due::Midnight);
        agenda.add(5, Due::Logout { agent: 2 });
        assert_eq!(agenda.take(4), Some((3, Due::Midnight)));
        assert_eq!(agenda.take(4), None);
        assert_eq!(agenda.take(5), Some((5, Due::Logout { agent: 1 })));
        assert_eq!(agenda.take(5), Some((5, Due::Logout { agent: 2 })));
        assert_eq!(agenda.next_at(), None);
    }
}
