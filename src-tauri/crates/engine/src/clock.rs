//! The one place that reads the wall clock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The system's clock may be this much, ms, ahead of where time passed took ours before it must have been set.
const SET_MS: i64 = 1_500;
/// Pace while the system's clock is behind: a wait of three minutes is a second short, and two seconds are made up in seven
/// minutes.
const SLOWER: f64 = 0.995;

/// A clock in Unix ms that never goes back and never jumps by itself: when the system's clock is set back, it goes on, a little
/// slower, until the system's catches up; when the system's is set ahead, [`Clock::follow`] follows and tells by how much.
#[derive(Debug)]
pub(crate) struct Clock {
    anchor: Mutex<Anchor>,
    /// Ms of this clock in one ms of the wall's; 1 follows the wall.
    warp: f64,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    base: i64,
    at: Passed,
    pace: f64,
    /// By how much this clock was set ahead so far, ms.
    set: i64,
}

impl Clock {
    /// The wall's, but not before `newest`, the newest arrival that history holds.
    pub(crate) fn wall(newest: Option<i64>) -> Self {
        let now = wall_ms();
        if let Some(newest) = newest
            && newest > now + 1000
        {
            tracing::warn!(
                ahead_ms = newest - now,
                "history holds later times than this computer's clock; check the clock"
            );
        }
        Clock::at(now.max(newest.unwrap_or(now)), 1.0)
    }

    /// A clock that stands at `from` now and runs `warp` times as fast as the wall's.
    pub(crate) fn warped(from: i64, warp: f64) -> Self {
        Clock::at(from, warp)
    }

    fn at(base: i64, warp: f64) -> Self {
        Clock { anchor: Mutex::new(Anchor { base, at: Passed::now(), pace: 1.0, set: 0 }), warp }
    }

    /// Now, Unix ms.
    pub(crate) fn now(&self) -> i64 {
        self.read(&self.anchor())
    }

    /// What this clock would show now had it been set ahead by only `set` so far, the sum of what [`Clock::follow`] told: what is
    /// drawn from an older floor is read by that floor's clock.
    pub(crate) fn now_by(&self, set: i64) -> i64 {
        let anchor = self.anchor();
        self.read(&anchor) - (anchor.set - set)
    }

    /// Looks at the system's clock and follows it. Gives by how much it was set ahead, ms; 0 if it was not. For the fold alone,
    /// which moves the floor along.
    pub(crate) fn follow(&self) -> i64 {
        if self.warp != 1.0 {
            return 0;
        }
        let mut anchor = self.anchor();
        let (now, wall) = (self.read(&anchor), wall_ms());
        let step = if wall - now > SET_MS { wall - now } else { 0 };
        let pace = if wall < now { SLOWER } else { 1.0 };
        *anchor = Anchor { base: now.max(wall), at: Passed::now(), pace, set: anchor.set + step };
        step
    }

    /// How long until this clock shows `instant`; zero if it is past.
    pub(crate) fn until(&self, instant: i64) -> Duration {
        let ms = (instant - self.now()).max(0) as f64 / self.warp;
        Duration::from_secs_f64(ms / 1000.0)
    }

    fn read(&self, anchor: &Anchor) -> i64 {
        let run = anchor.at.elapsed().as_secs_f64() * 1000.0 * self.warp * anchor.pace;
        anchor.base.saturating_add(run as i64)
    }

    fn anchor(&self) -> MutexGuard<'_, Anchor> {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An instant by a clock that nobody sets and that goes on while the computer sleeps: time that really passed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed(#[cfg(target_os = "linux")] Duration, #[cfg(not(target_os = "linux"))] std::time::Instant);

impl Passed {
    #[cfg(target_os = "linux")]
    pub(crate) fn now() -> Passed {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Passed(Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0)))
    }

    /// Elsewhere the standard library's, which may stand still in sleep: a sleep then looks like a clock that was set.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn now() -> Passed {
        Passed(std::time::Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        #[cfg(target_os = "linux")]
        return Passed::now().0.saturating_sub(self.0);
        #[cfg(not(target_os = "linux"))]
        return self.0.elapsed();
    }
}

/// The system's clock, Unix ms.
pub(crate) fn wall_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_behind_history_and_never_back() {
        let ahead = wall_ms() + 60_000;
        let clock = Clock::wall(Some(ahead));
        let first = clock.now();
        assert!(first >= ahead);
        assert_eq!(clock.follow(), 0, "it was not set ahead");
        std::thread::sleep(Duration::from_millis(20));
        assert!(clock.now() >= first + 15, "a clock ahead of the wall still runs");
        assert!((Clock::wall(Some(5)).now() - wall_ms()).abs() < 1000);
    }

    #[test]
    fn a_system_clock_set_ahead_is_followed_once_and_only_when_asked() {
        let clock = Clock::at(wall_ms() - 3_600_000, 1.0);
        assert!(wall_ms() - clock.now() > 3_599_000, "not before");
        let step = clock.follow();
        assert!((3_600_000..3_601_000).contains(&step), "{step}");
        assert_eq!(clock.follow(), 0);
        assert!((clock.now() - wall_ms()).abs() < 1000);
        assert!((clock.now() - clock.now_by(0) - step).abs() < 1000, "an older floor is read by the older clock");
        assert!((clock.now() - clock.now_by(step)).abs() < 1000);
    }

    #[test]
    fn a_warped_clock_runs_faster() {
        let clock = Clock::warped(1_000_000, 100.0);
        std::thread::sleep(Duration::from_millis(20));
        assert!(clock.now() >= 1_000_000 + 1_900);
        assert!(clock.until(clock.now() + 60_000) <= Duration::from_millis(600));
    }
}
