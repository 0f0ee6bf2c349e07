//! When a rule watches: days of the week and hours of the operation's zone.

use serde::{Deserialize, Serialize};

/// A moment by the operation's clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Ms since its midnight, as a clock on the wall tells it.
    pub time: i64,
}

/// The operation's zone and the days that are no working days. A heart without clocks asks it.
pub trait Calendar {
    /// A moment, Unix ms, by the operation's clocks.
    fn local(&self, now: i64) -> Local;
    /// When a clock of the operation shows that time, Unix ms; where it never does, the first moment after.
    fn instant(&self, local: Local) -> i64;
    /// True if that day, counted since 1970-01-01, is no working day.
    fn is_holiday(&self, day: i64) -> bool;
}

const MINUTE: i64 = 60_000;

/// The hours in which a rule watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// On which days they begin, Monday first.
    pub days: [bool; 7],
    /// First minute of the day.
    pub from: u16,
    /// First minute after them; not after `from`: of the next day.
    pub to: u16,
    /// Whether they begin on holidays too.
    pub holidays: bool,
}

impl Hours {
    /// True if the moment, Unix ms, lies within. Hours that cross midnight belong to the day on which they begin.
    pub fn contain(&self, calendar: &impl Calendar, now: i64) -> bool {
        let Local { day, time } = calendar.local(now);
        let minute = time / MINUTE;
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        if from < to {
            return self.begin_on(calendar, day) && (from..to).contains(&minute);
        }
        (self.begin_on(calendar, day) && from <= minute) || (minute < to && self.begin_on(calendar, day - 1))
    }

    /// The next moment, Unix ms, at which they may begin or end: never later than they do.
    pub fn next_edge(&self, calendar: &impl Calendar, now: i64) -> i64 {
        let today = calendar.local(now).day;
        let edges = [0, 1].into_iter().flat_map(|days| {
            [self.from, self.to].map(|minute| Local { day: today + days, time: i64::from(minute) * MINUTE })
        });
        // Tomorrow's are later than now whatever the clocks do; the hour is for a reader who does not believe it.
        edges.map(|edge| calendar.instant(edge)).filter(|edge| *edge > now).min().unwrap_or(now + 60 * MINUTE)
    }

    fn begin_on(&self, calendar: &impl Calendar, day: i64) -> bool {
        // 1970-01-01 was a Thursday.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
        self.days[weekday] && (self.holidays || !calendar.is_holiday(day))
    }
}
