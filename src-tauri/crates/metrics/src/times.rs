//! Mean times and abandonment. Averages are weighted by volume, since they come from sums.

use crate::Ratio;
use mirante_floor::{Outcome, Totals};

/// Mean wait of answered visits (ASA, TME), ms, ringing included; absent when none was answered.
pub fn asa_ms(totals: &Totals) -> Option<u64> {
    totals.waits.get(&Outcome::Answered)?.mean_ms()
}

/// Mean conversation, ms, without after-call work; absent when none ended.
pub fn mean_talk_ms(totals: &Totals) -> Option<u64> {
    totals.talks.mean_ms()
}

/// Abandoned over visits that ended or were answered: those still waiting may yet be answered.
pub fn abandonment(totals: &Totals) -> Ratio {
    let ended: u64 = Outcome::ALL.iter().map(|o| u64::from(totals.count(*o))).sum();
    Ratio { numerator: u64::from(totals.count(Outcome::Abandoned)), denominator: ended, definition: "abandonment@1" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_weighted_by_volume() {
        let mut a = Totals::default();
        a.waits.entry(Outcome::Answered).or_default().add(10_000);
        let mut b = Totals::default();
        for _ in 0..3 {
            b.waits.entry(Outcome::Answered).or_default().add(2_000);
        }
        a.merge(&b);
        assert_eq!(asa_ms(&a), Some(4_000));
        assert_eq!(asa_ms(&Totals::default()), None);
    }

    #[test]
    fn abandonment_of_the_published_day() {
        let mut totals = Totals::default();
        for _ in 0..1000 {
            totals.waits.entry(Outcome::Answered).or_default().add(1_000);
        }
        for _ in 0..60 {
            totals.waits.entry(Outcome::Abandoned).or_default().add(30_000);
        }
        let percent = abandonment(&totals).value().unwrap() * 100.0;
        assert!((percent - 5.66).abs() < 0.005, "{percent}");
    }
}
