//! Times on the command line and in exports.

use crate::WrongUse;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A zone by name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, WrongUse> {
    TimeZone::get(name).map_err(|_| WrongUse(format!("zone {name} is not known; try America/Sao_Paulo")))
}

/// Unix ms of `2026-11-21T14:00:00-03:00`, of `2026-11-21T14:00` in the zone, or of the first instant of `2026-11-21`.
pub(crate) fn parse(text: &str, zone: &TimeZone) -> Result<i64, WrongUse> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    let local = match text.parse::<Date>() {
        // A date alone parses as its midnight, which may not exist.
        Ok(date) if !text.contains(['T', ' ']) => date.to_zoned(zone.clone()).and_then(|day| day.start_of_day()),
        _ => text.parse::<DateTime>().and_then(|local| local.to_zoned(zone.clone())),
    };
    let local: Zoned = local.map_err(|_| {
        WrongUse(format!("{text} is not a time; write 2026-11-21T14:00:00-03:00, 2026-11-21T14:00 or 2026-11-21"))
    })?;
    Ok(local.timestamp().as_millisecond())
}

/// Now, Unix ms.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// RFC 3339 with the zone's offset and ms.
pub(crate) fn write(ms: i64, zone: &TimeZone) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(instant) => instant.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_people() {
        let zone = zone("America/Sao_Paulo").unwrap();
        let noon = 1_795_273_200_000;
        for text in ["2026-11-21T15:00:00Z", "2026-11-21T12:00:00-03:00", "2026-11-21T12:00", "2026-11-21 12:00:00"] {
            assert_eq!(parse(text, &zone).unwrap(), noon, "{text}");
        }
        assert_eq!(parse("2026-11-21", &zone).unwrap(), noon - 12 * 3_600_000);
        assert!(parse("yesterday", &zone).is_err());
        assert_eq!(write(noon + 7, &zone), "2026-11-21T12:00:00.007-03:00");
    }
}
