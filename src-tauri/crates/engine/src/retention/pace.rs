//! How large the next step is, so that none holds up the writer for long.

use mirante_history::StepKind;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a step is to take. None may take 50 ms: what a disk does now and then on its own has room beside it.
const AIM: Duration = Duration::from_millis(12);
/// Pages of the first step of a kind: a disk that takes a millisecond for each has done them in time.
const FIRST: u32 = 16;
/// Least and most pages of a step.
const BOUNDS: (u32, u32) = (4, 512);

/// Pages of the next step, by what steps do: rows that lie apart cost more than a log that is folded in.
#[derive(Debug, Default)]
pub(crate) struct Pace(BTreeMap<StepKind, u32>);

impl Pace {
    /// Pages of the next step of a kind.
    pub(crate) fn pages(&self, kind: StepKind) -> u32 {
        self.0.get(&kind).copied().unwrap_or(FIRST)
    }

    /// A step of that kind took so long: the next is as much smaller as this one was too long, or up to twice as large.
    pub(crate) fn took(&mut self, kind: StepKind, took: Duration) {
        let pages = f64::from(self.pages(kind));
        let fits = pages * AIM.as_secs_f64() / took.as_secs_f64().max(1e-6);
        self.0.insert(kind, (fits.min(pages * 2.0) as u32).clamp(BOUNDS.0, BOUNDS.1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No step may take longer.
    const LIMIT: Duration = Duration::from_millis(50);

    /// A disk with a clock of its own: each step costs something, and each page.
    struct Disk {
        now: Duration,
        step: Duration,
        page: Duration,
    }

    impl Disk {
        fn take(&mut self, pages: u32) -> Duration {
            let began = self.now;
            self.now += self.step + self.page * pages;
            self.now - began
        }
    }

    fn steps(pace: &mut Pace, disk: &mut Disk, kind: StepKind, count: usize) -> Vec<Duration> {
        let one = |_| {
            let took = disk.take(pace.pages(kind));
            pace.took(kind, took);
            took
        };
        (0..count).map(one).collect()
    }

    fn disk(step_us: u64, page_us: u64) -> Disk {
        Disk { now: Duration::ZERO, step: Duration::from_micros(step_us), page: Duration::from_micros(page_us) }
    }

    #[test]
    fn no_step_is_long_on_any_disk_that_does_the_least_in_time() {
        // Memory, a good SSD, a bad one, a disk that turns.
        for (step, page) in [(50, 2), (300, 20), (3_000, 300), (9_000, 2_000)] {
            let took = steps(&mut Pace::default(), &mut disk(step, page), StepKind::Remove, 200);
            assert!(took.iter().all(|took| *took <= LIMIT), "{step} and {page}: {:?}", took.iter().max());
        }
    }

    #[test]
    fn a_fast_disk_is_used_and_one_that_gets_slow_is_spared() {
        let (mut pace, mut disk) = (Pace::default(), disk(300, 5));
        steps(&mut pace, &mut disk, StepKind::Vacuum, 20);
        assert_eq!(pace.pages(StepKind::Vacuum), BOUNDS.1);
        // Twenty times as slow: what was under way is long, and only that.
        disk.page *= 20;
        let took = steps(&mut pace, &mut disk, StepKind::Vacuum, 20);
        assert!(took[0] > LIMIT && took[1..].iter().all(|took| *took <= LIMIT), "{took:?}");
        disk.page /= 20;
        steps(&mut pace, &mut disk, StepKind::Vacuum, 20);
        assert_eq!(pace.pages(StepKind::Vacuum), BOUNDS.1, "it grows again");
    }

    #[test]
    fn what_one_kind_learned_is_not_believed_of_another() {
        let mut pace = Pace::default();
        steps(&mut pace, &mut disk(10, 1), StepKind::Prune, 20);
        assert!(pace.pages(StepKind::Prune) > FIRST);
        assert_eq!(pace.pages(StepKind::Remove), FIRST);
    }
}
