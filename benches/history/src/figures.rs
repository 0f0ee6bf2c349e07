//! Medians, and the clock they are taken with.

/// What was measured, in no order.
#[derive(Debug, Default, Clone)]
pub struct Figures(Vec<f64>);

impl Figures {
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The value that a share of all do not exceed.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
    }
}

/// Ms that `work` keeps this thread's processor busy: what others on the machine do does not count.
pub fn busy<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = on_cpu();
    let result = work();
    ((on_cpu() - begun) * 1e3, result)
}

/// Ms that `work` takes on the wall.
pub fn wall<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = std::time::Instant::now();
    let result = work();
    (begun.elapsed().as_secs_f64() * 1e3, result)
}

#[cfg(unix)]
fn on_cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Where the system does not tell: time on the wall.
#[cfg(not(unix))]
fn on_cpu() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()
}
