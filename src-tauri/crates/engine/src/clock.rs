//! The one place that reads the wall clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The system's clock may be this much, ms, ahead of where time passed took ours before it must have been set.
const SET_MS: i64 = 1_500;

/// A clock in Unix ms that never goes back: when the system's clock is set back, it goes on at its own pace until the
/// system's catches up; when the system's is set ahead, it follows and tells by how much.
#[derive(Debug)]
pub(crate) struct Clock {
    anchor: Mutex<(i64, Passed)>,
    /// By how much the system's clock was set ahead, ms, since last asked.
    step: AtomicI64,
    /// Ms of this clock in one ms of the wall's; 1 follows the wall.
    warp: f64,
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
        Clock {
            anchor: Mutex::new((now.max(newest.unwrap_or(now)), Passed::now())),
            step: AtomicI64::new(0),
            warp: 1.0,
        }
    }

    /// A clock that stands at `from` now and runs `warp` times as fast as the wall's.
    pub(crate) fn warped(from: i64, warp: f64) -> Self {
        Clock { anchor: Mutex::new((from, Passed::now())), step: AtomicI64::new(0), warp }
    }

    /// Now, Unix ms.
    pub(crate) fn now(&self) -> i64 {
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let (base, at) = *anchor;
        let run = at.elapsed().as_secs_f64() * 1000.0 * self.warp;
        let now = base.saturating_add(run as i64);
        if self.warp == 1.0 {
            let wall = wall_ms();
            if wall > now {
                if wall - now > SET_MS {
                    self.step.fetch_add(wall - now, Ordering::Relaxed);
                }
                *anchor = (wall, Passed::now());
                return wall;
            }
        }
        now
    }

    /// By how much the system's clock was set ahead, ms, since this was last asked; 0 if it was not.
    pub(crate) fn take_step(&self) -> i64 {
        self.step.swap(0, Ordering::Relaxed)
    }

    /// How long until this clock shows `instant`; zero if it is past.
    pub(crate) fn until(&self, instant: i64) -> Duration {
        let ms = (instant - self.now()).max(0) as f64 / self.warp;
        Duration::from_secs_f64(ms / 1000.0)
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
        std::thread::sleep(Duration::from_millis(20));
        assert!(clock.now() >= first + 15, "a clock ahead of the wall still runs");
        assert!((Clock::wall(Some(5)).now() - wall_ms()).abs() < 1000);
    }

    #[test]
    fn a_warped_clock_runs_faster() {
        let clock = Clock::warped(1_000_000, 100.0);
        std::thread::sleep(Duration::from_millis(20));
        assert!(clock.now() >= 1_000_000 + 1_900);
        assert!(clock.until(clock.now() + 60_000) <= Duration::from_millis(600));
    }
}
