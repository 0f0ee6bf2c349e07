//! Watches the PBX's clock by the times of its events, and tells when it was set.
//!
//! Events reach us a moment after their time, later under load, so the least delay seen lately is taken for the distance of the two
//! clocks. An event far ahead of that can only mean that the PBX's clock was set ahead. One far behind means that it was set back,
//! unless we ourselves had stopped reading: whoever holds a silent connection for longer than the session's patience is cut off, so
//! nothing else delays for so long.

/// A clock that was set ahead by less than this, ms, is left to drift.
const AHEAD_MS: i64 = 1_500;
/// And one that was set back by less than this, ms: longer than a connection may be silent.
const BACK_MS: i64 = 3_000;
/// Distances are learnt for so long, ms, before any is believed to have jumped.
const LEARN_MS: i64 = 3_000;
/// The least delay is taken from a stretch of this length, ms, so that slow drift is followed.
const WINDOW_MS: i64 = 60_000;
/// Drift that is told, ms.
const TOLD_MS: i64 = 1_000;
/// A reader that turns up later than this, ms, was stopped, and what it then reads is late.
const LATE_MS: i64 = 1_000;
/// For so long, ms, after a late turn what is read may be late.
const CATCHES_UP_MS: i64 = 10_000;

/// What was learnt of the PBX's clock: it shows `now + distance`.
#[derive(Debug, Default)]
pub(crate) struct ClockWatch {
    distance: Option<i64>,
    /// The distance as last told.
    told: Option<i64>,
    /// Greatest distance in the present stretch, and when that began.
    window: Option<(i64, i64)>,
    began: Option<i64>,
    late_until: i64,
}

impl ClockWatch {
    /// The session's loop turned `late` ms after it wanted to.
    pub(crate) fn turned(&mut self, late: i64, now: i64) {
        if late > LATE_MS {
            self.late_until = now + CATCHES_UP_MS;
        }
    }

    /// An event of time `at`, Unix ms, was read at `now`, a monotone clock in ms. Gives by how much the PBX's clock was set ahead,
    /// if it was, or 0 when its distance is newly known.
    pub(crate) fn hear(&mut self, at: i64, now: i64) -> Option<i64> {
        let distance = at - now;
        let began = *self.began.get_or_insert(now);
        let Some(known) = self.distance else {
            return self.know(distance, now).then_some(0);
        };
        let by = distance - known;
        if now - began < LEARN_MS {
            if by > 0 {
                self.know(distance, now);
            }
            return None;
        }
        if by > AHEAD_MS || (by < -BACK_MS && now >= self.late_until) {
            self.know(distance, now);
            return Some(by);
        }
        match &mut self.window {
            Some((since, best)) if now - *since < WINDOW_MS => *best = (*best).max(distance),
            window => {
                if let Some((_, best)) = window.replace((now, distance)) {
                    self.distance = Some(best);
                }
                let drifted = self.told.zip(self.distance).is_some_and(|(told, known)| (told - known).abs() >= TOLD_MS);
                if drifted {
                    self.told = self.distance;
                    return Some(0);
                }
            }
        }
        None
    }

    /// Takes a distance for true; true if it is the first.
    fn know(&mut self, distance: i64, now: i64) -> bool {
        self.window = Some((now, distance));
        self.told = Some(distance);
        self.distance.replace(distance).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_000_000_000;

    /// Hears an event a second, each a little late; gives what was told.
    fn hear(watch: &mut ClockWatch, from: i64, seconds: i64, ahead: i64) -> Vec<i64> {
        (0..seconds).filter_map(|s| watch.hear(AT + from + s * 1000 - (s * 37) % 90 + ahead, from + s * 1000)).collect()
    }

    #[test]
    fn a_clock_that_goes_on_is_told_once() {
        let mut watch = ClockWatch::default();
        assert_eq!(hear(&mut watch, 0, 3600, 0), [0]);
    }

    #[test]
    fn a_clock_that_is_set_is_told_at_once() {
        let mut watch = ClockWatch::default();
        hear(&mut watch, 0, 100, 0);
        let ahead = hear(&mut watch, 100_000, 100, 3_600_000);
        assert!(matches!(ahead[..], [by] if (by - 3_600_000).abs() < 100), "{ahead:?}");
        let back = hear(&mut watch, 200_000, 100, -7_200_000);
        assert!(matches!(back[..], [by] if (by + 10_800_000).abs() < 100), "{back:?}");
    }

    #[test]
    fn what_is_read_late_is_no_clock_set_back() {
        let mut watch = ClockWatch::default();
        hear(&mut watch, 0, 100, 0);
        watch.turned(30_000, 130_000);
        assert_eq!(watch.hear(AT + 101_000, 130_001), None);
        assert_eq!(watch.hear(AT + 130_000, 130_010), None);
        assert_eq!(hear(&mut watch, 131_000, 200, 0), [] as [i64; 0]);
        let by = watch.hear(AT + 331_000 - 4_000, 331_000);
        assert!(by.is_some_and(|by| (by + 4_000).abs() < 100), "long after, it was set: {by:?}");
    }

    #[test]
    fn a_first_event_that_was_late_is_forgiven() {
        let mut watch = ClockWatch::default();
        assert_eq!(watch.hear(AT - 2_400, 0), Some(0));
        assert_eq!(hear(&mut watch, 100, 100, 0), [] as [i64; 0]);
    }

    #[test]
    fn slow_drift_is_followed() {
        let mut watch = ClockWatch::default();
        let told: Vec<i64> = (0..36_000i64).filter_map(|s| watch.hear(AT + s * 1000 - s * 2, s * 1000)).collect();
        assert!(told.iter().all(|by| *by == 0), "never a jump: {told:?}");
    }
}
