//! Whether a channel may send now: its rate, its pause after a failure, and whether it is out of order.

use crate::{Backoff, Bucket, Rate, SendError, Weight};
use serde::{Deserialize, Serialize};

/// What a channel may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Send one message.
    Send,
    /// Nothing before this moment, Unix ms.
    Wait(i64),
    /// Nothing until somebody mends it.
    Off(SendError),
}

/// What is remembered of a channel between two messages, and over a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gate {
    bucket: Bucket,
    /// Failures that pass, in a row.
    failures: u32,
    /// Until when it rests, Unix ms.
    rests: i64,
    /// Why it is out of order.
    off: Option<SendError>,
}

impl Gate {
    /// Whether it is its turn at `now`, Unix ms. [`Turn::Send`] takes a message out of its rate.
    pub fn turn(&mut self, rate: Rate, now: i64) -> Turn {
        if let Some(error) = self.off {
            return Turn::Off(error);
        }
        if self.rests > now {
            return Turn::Wait(self.rests);
        }
        match self.bucket.take(rate, now) {
            Ok(()) => Turn::Send,
            Err(at) => Turn::Wait(at),
        }
    }

    /// What became of a message at `now`, Unix ms; `chance` is 0 to 1. Gives when this message is tried again, if it is.
    pub fn sent(&mut self, result: Result<(), SendError>, backoff: Backoff, now: i64, chance: f64) -> Option<i64> {
        match result {
            Ok(()) => {
                *self = Gate { bucket: self.bucket, ..Gate::default() };
                None
            }
            Err(error) if error.weight == Weight::Transient => {
                self.failures = self.failures.saturating_add(1);
                self.rests = now.saturating_add(backoff.pause(self.failures, error.retry_after, chance));
                Some(self.rests)
            }
            Err(error) => {
                (self.failures, self.rests) = (0, 0);
                self.off = (error.weight == Weight::Channel).then_some(error);
                None
            }
        }
    }

    /// Why it is out of order, if it is.
    pub fn off(&self) -> Option<SendError> {
        self.off
    }

    /// How many failures that pass it has had in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Somebody mended it, or its test arrived.
    pub fn mend(&mut self) {
        *self = Gate { bucket: self.bucket, ..Gate::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Why;

    const RATE: Rate = Rate::new(1_000, 2);
    const BACKOFF: Backoff = Backoff { first: 1_000, most: 60_000 };

    #[test]
    fn a_channel_rests_longer_after_each_failure_and_is_well_after_one_success() {
        let mut gate = Gate::default();
        let down = Err(SendError::transient(Why::Unreachable));
        assert_eq!(gate.turn(RATE, 0), Turn::Send);
        assert_eq!(gate.sent(down, BACKOFF, 0, 1.0), Some(1_000));
        assert_eq!(gate.turn(RATE, 999), Turn::Wait(1_000));
        assert_eq!(gate.turn(RATE, 1_000), Turn::Send);
        assert_eq!(gate.sent(down, BACKOFF, 1_000, 1.0), Some(3_000));
        let kept: Gate = serde_json::from_str(&serde_json::to_string(&gate).unwrap()).unwrap();
        assert_eq!(kept, gate, "a restart forgets nothing");
        let asked = SendError { retry_after: Some(40_000), ..SendError::transient(Why::TooFast) };
        assert_eq!(gate.sent(Err(asked), BACKOFF, 3_000, 0.0), Some(43_000));
        assert_eq!(gate.sent(Ok(()), BACKOFF, 43_000, 0.0), None);
        assert_eq!((gate.turn(RATE, 43_000), gate.failures()), (Turn::Send, 0));
    }

    #[test]
    fn a_refused_message_goes_and_a_refused_key_closes_the_channel_until_it_is_mended() {
        let mut gate = Gate::default();
        assert_eq!(gate.sent(Err(SendError::message(Why::Refused)), BACKOFF, 0, 0.0), None);
        assert_eq!(gate.turn(RATE, 0), Turn::Send);
        let key = SendError::channel(Why::Credentials).code(401u32);
        assert_eq!(gate.sent(Err(key), BACKOFF, 0, 0.0), None);
        assert_eq!(gate.turn(RATE, i64::MAX / 2), Turn::Off(key));
        gate.mend();
        assert_eq!(gate.turn(RATE, 10_000), Turn::Send);
    }
}
