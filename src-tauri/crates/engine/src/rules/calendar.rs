//! The operation's calendar: a zone and its holidays.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mirante_alerts::{Calendar, Local};
use std::collections::BTreeSet;

/// A zone and the days that are no working days.
#[derive(Debug, Clone)]
pub struct ZoneCalendar {
    /// Where the operation's clocks are.
    pub zone: TimeZone,
    /// Holidays, days since 1970-01-01.
    pub holidays: BTreeSet<i64>,
}

const FIRST: Date = jiff::civil::date(1970, 1, 1);

/// Days since 1970-01-01.
pub(super) fn day_number(date: Date) -> i64 {
    i64::from((date - FIRST).get_days())
}

impl Calendar for ZoneCalendar {
    /// What no calendar has a name for is told as its first day.
    fn local(&self, now: i64) -> Local {
        let Ok(moment) = Timestamp::from_millisecond(now) else { return Local { day: 0, time: 0 } };
        let local = self.zone.to_datetime(moment);
        let time = local.time().duration_since(Time::midnight()).as_millis();
        Local { day: day_number(local.date()), time: i64::try_from(time).unwrap_or(0) }
    }

    fn instant(&self, local: Local) -> i64 {
        let date = FIRST.checked_add(SignedDuration::from_hours(24 * local.day)).unwrap_or(Date::MAX);
        let moment = date.at(0, 0, 0, 0).saturating_add(SignedDuration::from_millis(local.time));
        let zoned = self.zone.to_ambiguous_zoned(moment).compatible();
        zoned.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
    }

    fn is_holiday(&self, day: i64) -> bool {
        self.holidays.contains(&day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use mirante_alerts::Hours;

    fn calendar(zone: &str) -> ZoneCalendar {
        let holidays = BTreeSet::from([day_number(date(2026, 11, 20))]);
        ZoneCalendar { zone: TimeZone::get(zone).expect("a zone"), holidays }
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a moment").as_millisecond()
    }

    fn hours(days: [bool; 7], from: u16, to: u16) -> Hours {
        Hours { days, from: from * 60, to: to * 60, holidays: false }
    }

    #[test]
    fn hours_hold_on_their_days_and_not_on_holidays() {
        let monday_and_friday = hours([true, false, false, false, true, false, false], 9, 18);
        let calendar = calendar("America/Sao_Paulo");
        let holds = |text: &str| monday_and_friday.contain(&calendar, at(text));
        assert!(holds("2026-11-23T09:00:00-03:00"), "a Monday");
        assert!(holds("2026-11-23T17:59:59.999-03:00"));
        assert!(!holds("2026-11-23T18:00:00-03:00"));
        assert!(!holds("2026-11-23T08:59:59-03:00"));
        assert!(!holds("2026-11-24T10:00:00-03:00"), "a Tuesday");
        assert!(!holds("2026-11-20T10:00:00-03:00"), "a holiday on a Friday");
        let always = Hours { holidays: true, ..monday_and_friday };
        assert!(always.contain(&calendar, at("2026-11-20T10:00:00-03:00")));
    }

    #[test]
    fn hours_over_midnight_belong_to_the_day_of_their_start() {
        let saturday_night = hours([false, false, false, false, false, true, false], 22, 6);
        let calendar = calendar("America/Sao_Paulo");
        let holds = |text: &str| saturday_night.contain(&calendar, at(text));
        assert!(holds("2026-11-21T23:00:00-03:00"), "Saturday night");
        assert!(holds("2026-11-22T05:59:00-03:00"), "Sunday before six");
        assert!(!holds("2026-11-22T06:00:00-03:00"));
        assert!(!holds("2026-11-22T22:30:00-03:00"), "Sunday night");
        assert!(!holds("2026-11-21T05:00:00-03:00"), "Friday's night has none");
    }

    #[test]
    fn between_two_edges_nothing_changes_also_when_clocks_are_set() {
        // Clocks are set ahead and back within these days in New York.
        for (zone, from, to) in [
            ("America/Sao_Paulo", "2026-11-21T12:00:00Z", "2026-11-28T12:00:00Z"),
            ("America/New_York", "2026-03-05T12:00:00Z", "2026-03-12T12:00:00Z"),
            ("America/New_York", "2026-10-29T12:00:00Z", "2026-11-05T12:00:00Z"),
        ] {
            let (calendar, night) = (calendar(zone), hours([true; 7], 22, 6));
            let (mut now, mut edges) = (at(from), 0);
            while now < at(to) {
                let edge = night.next_edge(&calendar, now);
                assert!(edge > now && edge - now <= 17 * 3_600_000, "{zone} {now}");
                assert_eq!(night.contain(&calendar, now), night.contain(&calendar, edge - 1), "{zone} {now}");
                assert_ne!(night.contain(&calendar, edge - 1), night.contain(&calendar, edge), "{zone} {now}");
                (now, edges) = (edge, edges + 1);
            }
            assert_eq!(edges, 15, "{zone}: fourteen within seven days, and the one after");
        }
    }

    #[test]
    fn local_and_instant_undo_each_other() {
        let calendar = calendar("America/Sao_Paulo");
        for hour in 0..24 * 400 {
            let now = at("2026-01-01T00:00:00Z") + hour * 3_600_000 + 1_234;
            assert_eq!(calendar.instant(calendar.local(now)), now);
        }
    }
}
