//! Moments as other programs write them.

use jiff::Timestamp;

/// A moment, Unix ms, by RFC 3339 in UTC. What is beyond the calendar is its edge.
pub(crate) fn rfc3339(at: i64) -> String {
    let edge = if at < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at).unwrap_or(edge).to_string()
}

/// How long `Retry-After` asks to wait from `now` on (Unix ms), in ms: seconds or a date. At most a day, so that a strange answer does
/// not silence a channel for ever.
pub(crate) fn retry_after(value: &str, now: i64) -> Option<i64> {
    const LONGEST: i64 = 24 * 3_600_000;
    let value = value.trim();
    let wait = match value.parse::<f64>() {
        // A float, for some send 1.5; `as` stops at the largest number there is.
        Ok(seconds) if seconds.is_finite() => (seconds * 1_000.0).ceil() as i64,
        Ok(_) => return None,
        Err(_) => jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_millisecond().saturating_sub(now),
    };
    Some(wait.clamp(0, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_waits_are_read_in_every_form() {
        assert_eq!(rfc3339(1_763_841_421_250), "2025-11-22T19:57:01.25Z");
        assert!(rfc3339(i64::MAX).starts_with("9999-"));
        let now = 784_111_777_000;
        for (value, wait) in [
            ("30", Some(30_000)),
            (" 1.5 ", Some(1_500)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10_000)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("-5", Some(0)),
            ("1e300", Some(86_400_000)),
            ("soon", None),
            ("NaN", None),
        ] {
            assert_eq!(retry_after(value, now), wait, "{value}");
        }
    }
}
