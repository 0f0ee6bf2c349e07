//! What a session hears against what its pictures show. A user who may not read the class `agent`, or whose filters hide it, is let in
//! and lists queues like any other; only nothing is ever told. A screen fed like that would look live and be a minute old.

use crate::{Phase, Report, SourceError};
use mirante_floor::{Kind, Name, Picture};
use std::collections::BTreeSet;

/// Judges one session until the first event of a queue is heard.
#[derive(Debug, Default)]
pub(crate) struct Hearing {
    told: bool,
    last: Option<Shown>,
    /// A picture showed that queues moved, and no event had told of it.
    suspects: bool,
}

/// What cannot change without an event.
#[derive(Debug, PartialEq)]
struct Shown {
    /// Calls that ended so far, by the platform's counters.
    ended: u64,
    waiting: BTreeSet<Name>,
}

impl Hearing {
    /// Takes in what the session yields. Gives why it must end if queues move and nothing is told.
    pub(crate) fn hear(&mut self, reports: &[Report]) -> Option<SourceError> {
        for report in reports {
            if self.told {
                return None;
            }
            match report {
                Report::Event { kind, .. } => self.told = is_of_a_queue(kind),
                Report::Picture(picture) => {
                    // Not at the first sight: the event may be on its way.
                    if self.suspects {
                        return Some(deaf());
                    }
                    let shown = Shown::of(picture);
                    self.suspects = self.last.as_ref().is_some_and(|last| last.moved_to(&shown));
                    self.last = Some(shown);
                }
                _ => {}
            }
        }
        None
    }
}

impl Shown {
    fn of<P>(picture: &Picture<P>) -> Shown {
        let ended =
            |counters: &mirante_floor::PbxCounters| u64::from(counters.completed) + u64::from(counters.abandoned);
        Shown {
            ended: picture.queues.iter().map(|queue| ended(&queue.counters)).sum(),
            waiting: picture.waiting.iter().map(|waiting| waiting.call.clone()).collect(),
        }
    }

    /// Counters that fall were reset, which no event tells.
    fn moved_to(&self, later: &Shown) -> bool {
        later.ended > self.ended || later.waiting != self.waiting
    }
}

fn is_of_a_queue<P>(kind: &Kind<P>) -> bool {
    matches!(
        kind,
        Kind::Entered { .. }
            | Kind::Ringing { .. }
            | Kind::Answered { .. }
            | Kind::Member { .. }
            | Kind::MemberRemoved { .. }
    )
}

/// Passing: rights are changed on the PBX, and the login itself is accepted.
fn deaf() -> SourceError {
    let words = "queues move and no event tells of it: the user's `read` lacks the class agent, or an eventfilter line hides its events; \
                 compare the user with the documented block";
    SourceError::passing(Phase::Rights, words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Caller;
    use mirante_floor::{PbxCounters, QueuePicture, WaitingPicture};

    fn picture(completed: u32, waiting: &[&str]) -> Report {
        let counters = PbxCounters { completed, ..PbxCounters::default() };
        let waiting = waiting.iter().map(|call| WaitingPicture::<Caller> {
            queue: "sac".into(),
            call: (*call).into(),
            contact: None,
            caller: None,
            position: 1,
            waited_ms: 0,
        });
        Report::Picture(Picture {
            queues: vec![QueuePicture { queue: "sac".into(), counters, levels: None }],
            people: Vec::new(),
            members: Vec::new(),
            waiting: waiting.collect(),
        })
    }

    fn ends(reports: &[Report]) -> bool {
        Hearing::default().hear(reports).is_some()
    }

    #[test]
    fn queues_that_move_in_silence_end_the_session() {
        assert!(ends(&[picture(0, &[]), picture(0, &["1.1"]), picture(0, &["1.1"])]));
        assert!(ends(&[picture(0, &["1.1"]), picture(1, &[]), picture(1, &[])]));
    }

    #[test]
    fn a_quiet_queue_a_reset_and_a_late_event_do_not() {
        assert!(!ends(&[picture(7, &[]), picture(7, &[]), picture(7, &[])]));
        assert!(!ends(&[picture(7, &[]), picture(0, &[]), picture(0, &[])]), "counters were reset");
        let kind = Kind::Ringing { queue: "sac".into(), call: "1.1".into(), agent: "2101".into() };
        let event = Report::Event { at: None, kind };
        assert!(!ends(&[picture(0, &[]), picture(0, &["1.1"]), event, picture(1, &[]), picture(2, &[])]));
    }
}
