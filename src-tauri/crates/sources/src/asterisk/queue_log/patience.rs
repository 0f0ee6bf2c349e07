//! When to knock again at a place that did not let us in.

use std::io;
use std::time::{Duration, Instant};

/// First and longest pause between two attempts.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// Repeats the last failure until it is time to try again: the log is asked for twice a second, and whoever guards it must not
/// be asked as often.
#[derive(Debug, Default)]
pub(super) struct Patience {
    refused: Option<(Instant, Duration, io::ErrorKind, String)>,
}

impl Patience {
    /// Tries, unless the last failure is too young.
    pub(super) fn attempt<T>(&mut self, attempt: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let pause = match &self.refused {
            Some((until, _, kind, words)) if Instant::now() < *until => {
                return Err(io::Error::new(*kind, words.clone()));
            }
            Some((_, pause, ..)) => (*pause * 2).min(LONGEST),
            None => FIRST,
        };
        let result = attempt();
        self.refused =
            result.as_ref().err().map(|error| (Instant::now() + pause, pause, error.kind(), error.to_string()));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_repeated_without_a_new_attempt() {
        let (mut patience, mut attempts) = (Patience::default(), 0);
        for _ in 0..3 {
            let mut attempt = || -> io::Result<()> {
                attempts += 1;
                Err(io::Error::new(io::ErrorKind::PermissionDenied, "no"))
            };
            let error = patience.attempt(&mut attempt).expect_err("refused");
            assert_eq!((error.kind(), error.to_string().as_str()), (io::ErrorKind::PermissionDenied, "no"));
        }
        assert_eq!(attempts, 1);
        std::thread::sleep(FIRST);
        patience.attempt(|| Ok(())).expect("let in");
        patience.attempt(|| Ok(())).expect("at once");
    }
}
