//! Minute edges and the day's start.

use jiff::{Timestamp, tz::TimeZone};
use mirante_floor::Minute;

/// First instant of the local day that holds `ms`, Unix ms. The day starts at midnight, or where midnight does not exist at
/// the first instant after it.
pub(crate) fn day_start(zone: &TimeZone, ms: i64) -> i64 {
    let Ok(instant) = Timestamp::from_millisecond(ms) else { return ms };
    instant.to_zoned(zone.clone()).start_of_day().map_or(ms, |day| day.timestamp().as_millisecond())
}

/// First instant of the local day after the one that holds `ms`, Unix ms.
pub(crate) fn next_day(zone: &TimeZone, ms: i64) -> i64 {
    let next = Timestamp::from_millisecond(ms)
        .and_then(|instant| instant.to_zoned(zone.clone()).tomorrow())
        .and_then(|tomorrow| tomorrow.start_of_day());
    next.map_or(i64::MAX, |day| day.timestamp().as_millisecond())
}

/// First minute edge after `ms`.
pub(crate) fn next_minute(ms: i64) -> i64 {
    Minute::floor(ms).saturating_add(Minute::MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn days_of_sao_paulo() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let start = ms("2026-11-21T00:00:00-03:00");
        assert_eq!(day_start(&zone, start), start);
        assert_eq!(day_start(&zone, start - 1), ms("2026-11-20T00:00:00-03:00"));
        assert_eq!(next_day(&zone, start), ms("2026-11-22T00:00:00-03:00"));
        // Daylight saving began at midnight there: 4 November 2018 starts at 01h.
        assert_eq!(day_start(&zone, ms("2018-11-04T12:00:00-02:00")), ms("2018-11-04T01:00:00-02:00"));
        assert_eq!(next_minute(start), start + 60_000);
        assert_eq!(next_minute(start - 1), start);
    }
}
