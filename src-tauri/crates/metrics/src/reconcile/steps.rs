//! What a platform counted of each stay, in the order in which it did.

use super::span::{Reach, seconds};
use super::{Begin, Clocks, Stay};
use mirante_floor::{Outcome, VisitId};

/// One thing that moved a counter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// When, Unix ms.
    pub(super) at: i64,
    /// Whose.
    pub(super) visit: VisitId,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What {
    /// An agent answered.
    Connect { wait: Reach },
    /// A conversation is over, to the platform; not surely counted where the counters may have begun again in it.
    Complete { wait: Reach, talk: Reach, is_sure: bool },
    /// A wait ended without an answer; not surely counted where a key may have ended it.
    Abandon { wait: Reach, is_sure: bool },
}

/// The steps of all stays in order, and the stays that the platform forgot because their agent was given another call.
pub(super) fn steps(stays: &[Stay], begun: Option<Reach>, clocks: Clocks) -> (Vec<Step>, Vec<(VisitId, i64)>) {
    let (mut steps, mut overtaken) = (Vec::new(), Vec::new());
    let next = next_answers(stays);
    for (stay, next) in stays.iter().zip(next) {
        let waited = |to: i64| {
            let told = seconds(stay.entered, to, clocks.late_ms);
            match stay.begin {
                Begin::Heard => told,
                Begin::Listed => Reach { low: (told.low - 1).max(0), high: told.high + 1 },
                Begin::Unheard => Reach { low: 0, high: i64::from(u32::MAX) },
            }
        };
        let Some((_, answered)) = &stay.answered else {
            let (Some(at), Some(outcome)) = (stay.ended, stay.outcome) else { continue };
            if !matches!(outcome, Outcome::ExitKey | Outcome::Answered) {
                let what = What::Abandon { wait: waited(at), is_sure: outcome != Outcome::Unknown };
                steps.push(Step { at, visit: stay.id, what });
            }
            continue;
        };
        let wait = waited(*answered);
        if stay.begin != Begin::Unheard {
            steps.push(Step { at: *answered, visit: stay.id, what: What::Connect { wait } });
        }
        // Conversations that go on when the counters begin again are never counted.
        if begun.is_some_and(|begun| *answered < begun.low) {
            continue;
        }
        let is_sure = begun.is_none_or(|begun| *answered > begun.high);
        let over = match (stay.freed, stay.ended) {
            (Some(freed), Some(ended)) => Some(freed.min(ended)),
            (freed, ended) => freed.or(ended),
        };
        let Some(at) = over else { continue };
        // Whole seconds name a conversation to the platform: two that began in the same one are one to it.
        if next.is_some_and(|next| next < at - clocks.late_ms && next.div_euclid(1000) != answered.div_euclid(1000)) {
            overtaken.push((stay.id, at));
            continue;
        }
        let talk = match (stay.begin, stay.ended) {
            // The platform's own whole seconds.
            (Begin::Unheard, Some(ended)) => Reach::exactly((ended - answered) / 1000),
            _ => seconds(*answered, at, clocks.late_ms),
        };
        steps.push(Step { at, visit: stay.id, what: What::Complete { wait, talk, is_sure } });
    }
    steps.sort_by_key(|step| (step.at, step.visit));
    (steps, overtaken)
}

/// Of each stay, when its agent answered the next one of this queue.
fn next_answers(stays: &[Stay]) -> Vec<Option<i64>> {
    let mut order: Vec<usize> =
        (0..stays.len()).filter(|at| stays[*at].answered.is_some() && stays[*at].begin != Begin::Unheard).collect();
    order.sort_by_key(|at| stays[*at].answered.as_ref().map(|(agent, when)| (agent.clone(), *when)));
    let mut next = vec![None; stays.len()];
    for pair in order.windows(2) {
        if let (Some((one, _)), Some((other, when))) = (&stays[pair[0]].answered, &stays[pair[1]].answered)
            && one == other
        {
            next[pair[0]] = Some(*when);
        }
    }
    next
}
