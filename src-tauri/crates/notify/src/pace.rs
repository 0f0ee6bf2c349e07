//! How fast a channel may send: a token bucket on time that is told.

use serde::{Deserialize, Serialize};

/// How fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// One message each so many ms…
    pub every: i64,
    /// …and so many at once after a quiet time.
    pub burst: u32,
}

impl Rate {
    pub(crate) const fn new(every: i64, burst: u32) -> Rate {
        Rate { every, burst }
    }
}

/// What is left of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bucket {
    /// When it is full again, Unix ms.
    full: i64,
}

impl Bucket {
    /// Takes one message out, or says when there will be one, Unix ms.
    pub fn take(&mut self, rate: Rate, now: i64) -> Result<(), i64> {
        let every = rate.every.max(0);
        // A clock that was set back would close it for as long as it was set.
        let whole = every.saturating_mul(i64::from(rate.burst.max(1)));
        let full = self.full.clamp(now, now.saturating_add(whole));
        let next = full.saturating_add(every);
        if next - now > whole {
            return Err(next - whole);
        }
        self.full = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_burst_goes_and_then_one_each_interval() {
        let (rate, mut bucket) = (Rate::new(1_000, 3), Bucket::default());
        let took: Vec<_> = (0..5).map(|_| bucket.take(rate, 10_000)).collect();
        assert_eq!(took, [Ok(()), Ok(()), Ok(()), Err(11_000), Err(11_000)]);
        assert_eq!(bucket.take(rate, 11_000), Ok(()));
        assert_eq!(bucket.take(rate, 11_999), Err(12_000));
        // The clock was set back by an hour: it does not wait for an hour.
        assert_eq!(bucket.take(rate, 11_999 - 3_600_000), Err(12_999 - 3_600_000));
    }

    proptest! {
        #[test]
        fn never_more_than_the_rate_and_never_later_than_told(
            every in 1i64..5_000, burst in 1u32..20, steps in prop::collection::vec(0i64..3_000, 1..200),
        ) {
            let rate = Rate::new(every, burst);
            let (mut bucket, mut now, mut sent) = (Bucket::default(), 1_000_000, Vec::new());
            for step in steps {
                now += step;
                match bucket.take(rate, now) {
                    Ok(()) => sent.push(now),
                    Err(next) => {
                        prop_assert!(next > now);
                        prop_assert!(bucket.clone().take(rate, next - 1).is_err() && bucket.clone().take(rate, next).is_ok());
                    }
                }
            }
            // In any stretch at most the burst and one each interval.
            for (place, first) in sent.iter().enumerate() {
                for (count, last) in sent[place..].iter().enumerate() {
                    prop_assert!((count as i64) < i64::from(burst) + (last - first) / every + 1);
                }
            }
        }
    }
}
