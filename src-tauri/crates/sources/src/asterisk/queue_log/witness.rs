//! The log as a witness: it tells a timeout, an exit by key, a withdrawal and an overflow from an abandonment.

use super::line::Line;
use super::verb::Verb;
use mirante_floor::{Name, Outcome};

/// How a wait ended, as a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) call: Name,
    pub(crate) queue: Name,
    pub(crate) outcome: Outcome,
    /// When it was written, Unix ms by the PBX's clock, if it tells a time of a known zone; of a whole second its middle.
    pub(crate) at: Option<i64>,
    /// It was told as an event of the past already, so that it can only explain an end that the session heard too.
    pub(crate) is_told: bool,
}

impl Verdict {
    /// What a line says about the end of a wait; `None` for every other line.
    pub(crate) fn of(line: &Line<'_>) -> Option<Verdict> {
        let outcome = left(&line.verb)?;
        let (call, queue) = ((&*line.call.said()?).into(), (&*line.queue.said()?).into());
        Some(Verdict { call, queue, outcome, at: line.stamp.at(None), is_told: false })
    }
}

/// How a caller left unanswered.
pub(super) fn left(verb: &Verb<'_>) -> Option<Outcome> {
    match verb {
        Verb::Abandon { .. } => Some(Outcome::Abandoned),
        Verb::ExitWithTimeout { .. } => Some(Outcome::Timeout),
        Verb::ExitWithKey { .. } => Some(Outcome::ExitKey),
        Verb::ExitEmpty { .. } => Some(Outcome::Overflow),
        Verb::Withdraw { .. } => Some(Outcome::Withdrawn),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_end_a_wait_are_verdicts() {
        let verdict = |text: &str| Line::parse(text.as_bytes()).and_then(|line| Verdict::of(&line)).map(|v| v.outcome);
        assert_eq!(verdict("1|1.1|sac|NONE|ABANDON|1|1|4"), Some(Outcome::Abandoned));
        assert_eq!(verdict("1|1.1|sac|NONE|EXITWITHTIMEOUT|1|1|4"), Some(Outcome::Timeout));
        assert_eq!(verdict("1|1.1|sac|NONE|EXITWITHKEY|9|1|1|3"), Some(Outcome::ExitKey));
        assert_eq!(verdict("1|1.1|sac|NONE|EXITEMPTY|1|1|3"), Some(Outcome::Overflow));
        assert_eq!(verdict("1|1.1|sac|NONE|WITHDRAW|1|1|1|sup"), Some(Outcome::Withdrawn));
        for other in ["1|1.1|sac|Ana|CONNECT|1|2|3", "1|NONE|sac|NONE|ABANDON|1|1|1", "1|1.1|NONE|NONE|ABANDON|1|1|1"] {
            assert_eq!(verdict(other), None, "{other}");
        }
    }
}
