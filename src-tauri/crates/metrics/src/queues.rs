//! Several queues in one figure.

use crate::{Absent, Definition, Figure, Good, Looked, Sums, Terms};

/// A queue with what people decided about it.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// What happened in it.
    pub sums: &'a Sums,
    /// Its limits.
    pub terms: Terms,
    /// How its service level is made.
    pub level: &'a Definition,
    /// Its target, whole percent.
    pub percent: u8,
}

/// The limits that all have in common: one that differs is not there, and no figure that needs it.
pub fn common(terms: impl IntoIterator<Item = Terms>) -> Terms {
    terms.into_iter().reduce(Terms::common).unwrap_or(Terms { seconds: None, short_seconds: None })
}

/// "Filas na meta: 3 de 5": of the queues whose service level has a value, how many reach their target.
/// `definition` is the one of this figure.
pub fn on_target(definition: &Definition, queues: &[Judged<'_>], looked: Looked) -> Figure {
    let mut figure = Figure::absent(definition, Absent::NothingToDivide);
    let (mut reached, mut judged) = (0i64, 0i64);
    for queue in queues {
        let level = queue.sums.figure(queue.level, queue.terms, looked);
        figure.flags.provisional |= level.flags.provisional;
        figure.flags.incomplete |= level.flags.incomplete;
        let (Ok(_), Some(top), Some(bottom)) = (level.value, level.numerator, level.denominator) else { continue };
        judged += 1;
        // In whole numbers: a queue at exactly its target reaches it.
        let (mine, target) = (i128::from(top) * 100, i128::from(bottom) * i128::from(queue.percent));
        reached += i64::from(if queue.level.good == Good::Down { mine <= target } else { mine >= target });
    }
    (figure.numerator, figure.denominator) = (Some(reached), Some(judged));
    if judged > 0 {
        figure.value = Ok(reached as f64 / judged as f64);
    }
    figure
}

/// The service level of several queues together: only where all have one limit and one formula.
pub fn pooled(queues: &[Judged<'_>], looked: Looked) -> Result<Figure, Absent> {
    let first = queues.first().ok_or(Absent::NothingToDivide)?;
    if queues.iter().any(|queue| queue.level != first.level || queue.terms != first.terms) {
        return Err(Absent::UnequalTerms);
    }
    let mut all = Sums::default();
    queues.iter().for_each(|queue| all.merge(queue.sums));
    Ok(all.figure(first.level, first.terms, looked))
}
