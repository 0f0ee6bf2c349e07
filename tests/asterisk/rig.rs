//! The rig itself: the driver's record and the PBX's queue_log, two witnesses, must tell the same story before either may
//! judge Mirante.

use mirante_tests::load::{Outcome, Truth};
use mirante_tests::queue_log::{Line, is_time};

/// Every way a stay can end.
pub(crate) const OUTCOMES: [Outcome; 7] = [
    Outcome::Answered,
    Outcome::Abandoned,
    Outcome::Timeout,
    Outcome::ExitKey,
    Outcome::Overflow,
    Outcome::Withdrawn,
    Outcome::Refused,
];

/// What the driver's record and the queue_log tell differently.
pub(crate) fn differences(truth: &Truth, log: &[Line]) -> Vec<String> {
    let mut differences = Vec::new();
    let mut rest = log.to_vec();
    for stay in truth.visits() {
        let Some(at) = rest.iter().position(|line| line.call == stay.call && line.queue == stay.queue) else {
            differences.push(format!("not in the queue_log: {stay}"));
            continue;
        };
        let line = rest.remove(at);
        let talk = match (line.talk, stay.talk_ms) {
            (Some(log), Some(own)) => is_time(log, own),
            (log, own) => log.is_none() && own.is_none(),
        };
        if line.outcome != stay.outcome || line.agent != stay.agent || !is_time(line.wait, stay.wait_ms) || !talk {
            differences.push(format!("{stay}\n    but the queue_log says {line:?}"));
        }
    }
    differences.extend(rest.iter().map(|line| format!("only in the queue_log: {line:?}")));
    differences
}
