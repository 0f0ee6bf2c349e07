//! What single visits and attempts add to a figure, so that whoever doubts it sees which ones they are.

use crate::{Definition, Facts, Formula, Lasting, Measure, Signed, Terms, measure::Parameters};
use mirante_floor::{AnsweredBy, AttemptResult, ClosedAttempt, ClosedVisit, Outcome, Stage, Visit};

/// A visit as formulas see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// How it ended, or that it was answered; absent while it waits.
    pub outcome: Option<Outcome>,
    /// It is over, conversation and all.
    pub is_over: bool,
    /// How long the caller waited, so far if it still waits, ms.
    pub wait_ms: i64,
    /// How long they talked, ms, if that is known.
    pub talk_ms: Option<i64>,
    /// The agent passed it on.
    pub passed_on: bool,
}

impl Stay {
    /// A visit that has ended.
    pub fn over(visit: &ClosedVisit) -> Stay {
        Stay {
            outcome: Some(visit.outcome),
            is_over: true,
            wait_ms: visit.wait_ms,
            talk_ms: visit.talk_ms,
            passed_on: visit.transferred,
        }
    }

    /// A visit that goes on; `now` by the clock of its source, Unix ms.
    pub fn open(visit: &Visit, now: i64) -> Stay {
        let (outcome, wait_ms) = match &visit.stage {
            Stage::Waiting => (None, now.saturating_sub(visit.entered.seen).max(0)),
            Stage::Talking { wait_ms, .. } => (Some(Outcome::Answered), *wait_ms),
        };
        Stay { outcome, is_over: false, wait_ms, talk_ms: None, passed_on: false }
    }

    /// The duration that a percentile is of, where the visit has one.
    pub fn lasting(&self, of: Lasting) -> Option<i64> {
        match of {
            Lasting::AnsweredWait => (self.outcome == Some(Outcome::Answered)).then_some(self.wait_ms),
            Lasting::AbandonedWait => (self.outcome == Some(Outcome::Abandoned)).then_some(self.wait_ms),
            Lasting::Conversation => self.talk_ms,
        }
    }

    fn adds(&self, measure: Measure, terms: Terms) -> Option<i64> {
        use Measure::*;
        let is = |outcome: Outcome| self.outcome == Some(outcome);
        // A bin of the histograms holds durations up to and including its second.
        let within = |seconds: u32| self.wait_ms <= i64::from(seconds) * 1000;
        let yes = |is: bool| Some(i64::from(is));
        match measure {
            Offered => yes(true),
            Ended => yes(self.outcome.is_some()),
            Answered => yes(is(Outcome::Answered)),
            AnsweredInTime => yes(is(Outcome::Answered) && within(terms.seconds?)),
            Abandoned => yes(is(Outcome::Abandoned)),
            AbandonedInTime => yes(is(Outcome::Abandoned) && within(terms.seconds?)),
            ShortAbandoned => yes(is(Outcome::Abandoned) && within(terms.short_seconds?)),
            TimedOut => yes(is(Outcome::Timeout)),
            ExitKey => yes(is(Outcome::ExitKey)),
            Transferred => yes(is(Outcome::Transferred)),
            Overflowed => yes(is(Outcome::Overflow)),
            Withdrawn => yes(is(Outcome::Withdrawn)),
            Unknown => yes(is(Outcome::Unknown)),
            AnsweredWaitMs => Some(if is(Outcome::Answered) { self.wait_ms } else { 0 }),
            AbandonedWaitMs => Some(if is(Outcome::Abandoned) { self.wait_ms } else { 0 }),
            Conversations => yes(self.talk_ms.is_some()),
            ConversationMs => Some(self.talk_ms.unwrap_or(0)),
            Handled => yes(self.is_over && is(Outcome::Answered)),
            PassedOn => yes(self.is_over && is(Outcome::Answered) && self.passed_on),
            Waiting => yes(self.outcome.is_none()),
            WaitingOverdue => yes(self.outcome.is_none() && !within(terms.seconds?)),
            _ => None,
        }
    }
}

fn of_attempt(attempt: &ClosedAttempt, measure: Measure, seconds: u32) -> Option<i64> {
    use Measure::*;
    let by = attempt.answered_by;
    let coded = attempt.disposition.as_ref().map(|(_, flags)| flags);
    let is = match measure {
        Attempts => true,
        Judged => by != Some(AnsweredBy::Unknown),
        Humans => by == Some(AnsweredBy::Human),
        Machines => by == Some(AnsweredBy::Machine),
        Live => matches!(by, Some(AnsweredBy::Human | AnsweredBy::Unknown)),
        CallsAnswered => by.is_some(),
        Dropped => attempt.end.dropped,
        ShortCalls => {
            let live = attempt.answered.filter(|_| attempt.result() != AttemptResult::Machine);
            live.is_none_or(|answered| attempt.ended.since(answered) <= i64::from(seconds) * 1000)
        }
        Coded => coded.is_some(),
        RightParty => coded.is_some_and(|flags| flags.right_party),
        Sales => coded.is_some_and(|flags| flags.sale),
        Promises => coded.is_some_and(|flags| flags.promise),
        DoNotCall => coded.is_some_and(|flags| flags.do_not_call),
        Completed => coded.is_some_and(|flags| flags.completed),
        Unworkable => coded.is_some_and(|flags| flags.unworkable),
        _ => return None,
    };
    Some(i64::from(is))
}

/// A measure of a formula with its size in some facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sized {
    /// The measure, and whether it is taken away.
    pub term: Signed,
    /// A count or ms; absent where the facts do not tell it.
    pub size: Option<i64>,
}

impl Definition {
    /// What one visit adds to numerator and denominator; absent if single visits do not make the figure.
    pub fn of_stay(&self, stay: &Stay, terms: Terms) -> Option<(i64, i64)> {
        self.weigh(|measure| stay.adds(measure, terms))
    }

    /// What one attempt that is over adds, likewise.
    pub fn of_attempt(&self, attempt: &ClosedAttempt) -> Option<(i64, i64)> {
        self.weigh(|measure| of_attempt(attempt, measure, self.seconds))
    }

    /// What its numerator and its denominator are made of.
    pub fn made_of(&self, facts: &Facts<'_>, terms: Terms) -> (Vec<Sized>, Vec<Sized>) {
        let parameters = Parameters { hours: self.hours, seconds: self.seconds };
        let sized = |of: &[Signed]| {
            of.iter().map(|term| Sized { term: *term, size: term.measure.of(facts, terms, parameters).ok() }).collect()
        };
        let (top, bottom) = self.sides();
        (sized(top), sized(bottom))
    }

    fn sides(&self) -> (&[Signed], &[Signed]) {
        match &self.formula {
            Formula::Ratio { top, bottom } => (top, bottom),
            Formula::Total { of } => (of, &[]),
            _ => (&[], &[]),
        }
    }

    /// A side of the formula that nothing of the kind adds to leaves the figure without such rows; a single term of several that
    /// they do not tell (after-call work) is only not in them.
    fn weigh(&self, of: impl Fn(Measure) -> Option<i64>) -> Option<(i64, i64)> {
        let side = |terms: &[Signed]| {
            let told =
                terms.iter().filter_map(|term| of(term.measure).map(|size| if term.minus { -size } else { size }));
            told.reduce(|sum, size| sum.saturating_add(size))
        };
        let (top, bottom) = self.sides();
        let weight = side(top)?;
        if bottom.is_empty() { Some((weight, 0)) } else { Some((weight, side(bottom)?)) }
    }
}
