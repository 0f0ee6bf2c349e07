//! Seeded chance and the shapes of durations.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Exp1, StandardNormal};

/// The only source of randomness: everything drawn depends on the seed and on the order of drawing.
#[derive(Debug, Clone)]
pub(super) struct Dice(ChaCha8Rng);

/// A log-normal duration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    mu: f64,
    sigma: f64,
    least_ms: f64,
}

impl Spread {
    /// Durations with a mean of `mean_s` seconds and a coefficient of variation of `cv`, never under `least_s` seconds.
    pub(super) fn new(mean_s: f64, cv: f64, least_s: f64) -> Self {
        let variance = (1.0 + cv * cv).ln();
        Spread { mu: (mean_s * 1000.0).ln() - variance / 2.0, sigma: variance.sqrt(), least_ms: least_s * 1000.0 }
    }
}

impl Dice {
    /// Dice of one seed; `stream` keeps uses apart, so that drawing more names never changes who calls.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Dice(rng)
    }

    /// Uniform in `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Uniform in `0..n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Uniform ms in `[from, to)`.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.unit() * (to - from) as f64) as i64
    }

    /// Exponential with mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        Exp1.sample(&mut self.0)
    }

    /// Exponential ms with this mean.
    pub(super) fn exponential_ms(&mut self, mean_ms: f64) -> i64 {
        (self.exponential() * mean_ms) as i64 + 1
    }

    /// A duration in ms, its mean scaled by `factor`.
    pub(super) fn spread(&mut self, spread: &Spread, factor: f64) -> i64 {
        let normal: f64 = StandardNormal.sample(&mut self.0);
        let ms = (spread.mu + spread.sigma * normal).exp() * factor;
        ms.clamp(spread.least_ms, 4.0 * 3_600_000.0) as i64
    }

    /// A factor around 1 with standard deviation `sigma`.
    pub(super) fn factor(&mut self, sigma: f64) -> f64 {
        let normal: f64 = StandardNormal.sample(&mut self.0);
        (sigma * normal - sigma * sigma / 2.0).exp()
    }
}
