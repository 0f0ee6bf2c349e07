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

/// What a step that is older by one counts for beside it: some ten steps are remembered.
const FADES: f64 = 0.9;
/// Sizes that are spread by less than this share of their mean say nothing of what a step costs besides its size.
const SPREAD: f64 = 0.1;

/// How large the next step of one kind is. Whatever a step costs however small it is (a commit waits for the disk, a slice of an import
/// stores the floor twice) is found out from the last steps by a line through them and subtracted: making steps smaller does not make
/// that less.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    size: u32,
    bounds: (u32, u32),
    /// Of the last steps, each fading: how many, sizes, times (s), squares of sizes, sizes by times.
    sums: [f64; 5],
    /// What one more of whatever a step holds costs, s; absent until steps of different sizes were taken.
    each: Option<f64>,
}

impl Pace {
    /// Begins with steps of that size; none is ever smaller or larger than the bounds.
    pub(crate) fn new(size: u32, bounds: (u32, u32)) -> Pace {
        Pace { size, bounds, sums: [0.0; 5], each: None }
    }

    /// Size of the next step.
    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    /// A step of `size` took so long: the next is as much smaller as that was too long, or up to twice as large.
    pub(crate) fn took(&mut self, size: u32, took: Duration) {
        let (size, took) = (f64::from(size.max(1)), took.as_secs_f64());
        for (sum, new) in self.sums.iter_mut().zip([1.0, size, took, size * size, size * took]) {
            *sum = *sum * FADES + new;
        }
        let [count, sizes, times, squares, both] = self.sums;
        let (mean, time) = (sizes / count, times / count);
        let (spread, along) = (squares / count - mean * mean, both / count - mean * time);
        if spread > (SPREAD * mean).powi(2) {
            self.each = Some((along / spread).clamp(0.0, time / mean));
        }
        let each = self.each.unwrap_or(time / mean);
        let fixed = (time - each * mean).max(0.0);
        let aim = AIM.as_secs_f64();
        let fits = (size * aim / (took - fixed).max(1e-6)).min(aim / each.max(1e-9)).min(f64::from(self.size) * 2.0);
        self.size = (fits as u32).clamp(self.bounds.0, self.bounds.1);
    }
}

/// Pages of the next step, by what steps do: rows that lie apart cost more than a log that is folded in.
#[derive(Debug, Default)]
pub(crate) struct Paces(BTreeMap<StepKind, Pace>);

impl Paces {
    /// Pages of the next step of a kind.
    pub(crate) fn pages(&self, kind: StepKind) -> u32 {
        self.0.get(&kind).map_or(FIRST, Pace::size)
    }

    /// A step of that kind took so long.
    pub(crate) fn took(&mut self, kind: StepKind, took: Duration) {
        let pace = self.0.entry(kind).or_insert_with(|| Pace::new(FIRST, BOUNDS));
        pace.took(pace.size(), took);
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

    fn steps(pace: &mut Paces, disk: &mut Disk, kind: StepKind, count: usize) -> Vec<Duration> {
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
            let took = steps(&mut Paces::default(), &mut disk(step, page), StepKind::Remove, 200);
            assert!(took.iter().all(|took| *took <= LIMIT), "{step} and {page}: {:?}", took.iter().max());
        }
    }

    #[test]
    fn a_fast_disk_is_used_and_one_that_gets_slow_is_spared() {
        let (mut pace, mut disk) = (Paces::default(), disk(300, 5));
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
        let mut pace = Paces::default();
        steps(&mut pace, &mut disk(10, 1), StepKind::Prune, 20);
        assert!(pace.pages(StepKind::Prune) > FIRST);
        assert_eq!(pace.pages(StepKind::Remove), FIRST);
    }
    /// A disk on which a step costs something, and each of what it holds, with what it does now and then on its own.
    fn sizes(step_us: f64, each_us: f64, noise: f64, bounds: (u32, u32)) -> Vec<(u32, f64)> {
        let mut pace = Pace::new(64, bounds);
        let mut chance = 1_u32;
        let one = |_| {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let part = f64::from(chance >> 8) / f64::from(1 << 24);
            let (size, us) = (pace.size(), step_us * (1.0 + noise * part) + each_us * f64::from(pace.size()));
            pace.took(size, Duration::from_secs_f64(us / 1e6));
            (size, us / 1000.0)
        };
        (0..400).map(one).collect()
    }

    #[test]
    fn what_a_commit_costs_by_itself_does_not_make_steps_small() {
        for (step_us, each_us) in [(5_000.0, 15.0), (20_000.0, 15.0), (35_000.0, 15.0), (60_000.0, 15.0)] {
            let found = sizes(step_us, each_us, 0.0, (16, 8192));
            let (size, ms) = found[399];
            assert!((512..=1_024).contains(&size) && ms < step_us / 1000.0 + 16.0, "{step_us}: {size} in {ms} ms");
            let longest = found.iter().map(|(_, ms)| *ms).fold(0.0, f64::max);
            assert!(longest < step_us / 1000.0 + 26.0, "{step_us}: {longest} ms");
        }
    }

    #[test]
    fn a_disk_whose_commits_differ_is_still_used() {
        for noise in [0.5, 1.0, 2.0] {
            let found = sizes(12_000.0, 15.0, noise, (16, 8192));
            let mean = found[100..].iter().map(|(size, _)| f64::from(*size)).sum::<f64>() / 300.0;
            assert!(mean >= 256.0, "{noise}: {mean}");
        }
    }
}
