//! Local days: where midnight is, and which half-hour a moment belongs to.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Half-hours in a day.
pub(super) const SLOTS: usize = 48;
/// Ms in a half-hour.
pub(super) const SLOT_MS: i64 = 1_800_000;
/// Ms in a minute.
pub(super) const MINUTE: i64 = 60_000;

/// What staffing and arrivals distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayKind {
    Weekday,
    Saturday,
    Sunday,
}

/// One local day.
#[derive(Debug, Clone)]
pub(super) struct Day {
    date: Date,
    zone: TimeZone,
    /// First instant, Unix ms.
    pub(super) from: i64,
    /// First instant of the next day.
    pub(super) to: i64,
}

impl Day {
    /// The day that holds an instant.
    pub(super) fn holding(ms: i64, zone: &TimeZone) -> Self {
        let instant = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        Day::of(instant.to_zoned(zone.clone()).date(), zone)
    }

    fn of(date: Date, zone: &TimeZone) -> Self {
        let from = midnight(date, zone);
        let to = midnight(date.saturating_add(1.day()), zone);
        // At the end of the calendar the next midnight does not exist.
        Day { date, zone: zone.clone(), from, to: to.max(from + 1) }
    }

    /// The day after.
    pub(super) fn next(&self) -> Self {
        Day::of(self.date.saturating_add(1.day()), &self.zone)
    }

    /// The day before.
    pub(super) fn before(&self) -> Self {
        Day::of(self.date.saturating_sub(1.day()), &self.zone)
    }

    /// The instant `minutes` after local midnight on the clock on the wall, Unix ms; over 24 h is the next day.
    pub(super) fn at(&self, minutes: i64) -> i64 {
        let date = self.date.saturating_add((minutes.div_euclid(1440)).days());
        let minutes = minutes.rem_euclid(1440);
        let time = date.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0);
        self.zone.to_ambiguous_zoned(time).compatible().map_or(self.from, |z| z.timestamp().as_millisecond())
    }

    /// The half-hour of an instant of this day.
    pub(super) fn slot(&self, ms: i64) -> usize {
        ((ms - self.from).max(0) / SLOT_MS).min(SLOTS as i64 - 1) as usize
    }

    /// Weekday, Saturday or Sunday.
    pub(super) fn kind(&self) -> DayKind {
        match self.date.weekday() {
            Weekday::Saturday => DayKind::Saturday,
            Weekday::Sunday => DayKind::Sunday,
            _ => DayKind::Weekday,
        }
    }

    /// How busy the weekday is, against a Wednesday.
    pub(super) fn weight(&self) -> f64 {
        match self.date.weekday() {
            Weekday::Monday => 1.08,
            Weekday::Tuesday => 1.03,
            Weekday::Wednesday => 1.0,
            Weekday::Thursday => 0.98,
            Weekday::Friday => 0.95,
            Weekday::Saturday => 0.84,
            Weekday::Sunday => 0.66,
        }
    }

    /// A number that grows by one each week: whose turn it is to work on a weekend.
    pub(super) fn week(&self) -> i64 {
        let days = self.date.duration_since(Date::constant(2024, 1, 1)).as_hours() / 24;
        days.div_euclid(7)
    }
}

fn midnight(date: Date, zone: &TimeZone) -> i64 {
    date.to_zoned(zone.clone()).map_or(0, |z| z.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_knows_its_edges_its_halves_and_its_kind() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        // Saturday 2026-11-21 22:10:30 UTC is 19:10:30 in São Paulo.
        let ms = "2026-11-21T22:10:30Z".parse::<Timestamp>().unwrap().as_millisecond();
        let day = Day::holding(ms, &zone);
        assert_eq!(Timestamp::from_millisecond(day.from).unwrap().to_string(), "2026-11-21T03:00:00Z");
        assert_eq!(day.to - day.from, 86_400_000);
        assert_eq!(day.kind(), DayKind::Saturday);
        assert_eq!(day.slot(ms), 38);
        assert_eq!(day.at(19 * 60), day.from + 19 * 3_600_000);
        assert_eq!(day.at(24 * 60 + 20), day.to + 20 * MINUTE);
        assert_eq!(day.next().kind(), DayKind::Sunday);
        assert_eq!(day.next().week(), day.week(), "a week ends on Sunday");
        assert_eq!(day.next().next().week(), day.week() + 1);
        assert_eq!(day.before().to, day.from);
    }

    #[test]
    fn a_clock_that_jumps_keeps_its_wall_hours() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let ms = "2026-11-01T15:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        let day = Day::holding(ms, &zone);
        assert_eq!(day.to - day.from, 25 * 3_600_000);
        assert_eq!(day.at(8 * 60), day.from + 9 * 3_600_000, "eight on the wall is nine hours after midnight");
        assert_eq!(day.slot(day.to - 1), 47);
    }
}
