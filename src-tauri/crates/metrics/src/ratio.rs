//! A figure that can explain itself.

/// Numerator over denominator, by a named definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator.
    pub numerator: u64,
    /// Denominator.
    pub denominator: u64,
    /// Definition and version, such as `sl.f4@1`.
    pub definition: &'static str,
}

impl Ratio {
    /// The quotient; absent when the denominator is 0, which is neither 0 % nor 100 %.
    pub fn value(self) -> Option<f64> {
        (self.denominator > 0).then(|| self.numerator as f64 / self.denominator as f64)
    }
}
