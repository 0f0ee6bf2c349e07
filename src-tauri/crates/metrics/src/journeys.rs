//! Contacts over their journeys through queues, and callers over their contacts.
//!
//! Unlike sums, these hold a small row for each visit, since what comes later decides what a visit was: so they are asked for a
//! stretch of time that somebody looks at, with the time after it in which repeats are looked for, and are never kept running.

use mirante_floor::{AnsweredBy, ClosedAttempt, ClosedVisit, Name, Outcome, PartyId, SourceId, VisitId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Levels of support that a contact climbs, by the queue's operation.
pub type Level = u8;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stay {
    source: SourceId,
    contact: Name,
    caller: Option<PartyId>,
    entered: i64,
    ended: i64,
    outcome: Outcome,
    agent: Option<Name>,
    level: Option<Level>,
}

/// Visits by their journeys. Mergeable; a visit told twice counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journeys {
    /// Contacts that began from then up to, not including, then count; all others are what came before and after.
    from: i64,
    to: i64,
    /// Visits of one queue only: no journey is whole.
    is_partial: bool,
    stays: BTreeMap<VisitId, Stay>,
    /// Live answers of calls to people, Unix ms.
    reached: Arc<BTreeSet<(PartyId, i64)>>,
}

impl Default for Journeys {
    /// Of no stretch: merged with any other, it is the other.
    fn default() -> Self {
        let (stays, reached) = (BTreeMap::new(), Arc::default());
        Journeys { from: i64::MAX, to: i64::MIN, is_partial: false, stays, reached }
    }
}

/// A contact as far as it went.
struct Journey<'a> {
    caller: Option<PartyId>,
    began: i64,
    ended: i64,
    stays: Vec<&'a Stay>,
}

impl Journey<'_> {
    fn is_answered(&self) -> bool {
        self.stays.iter().any(|stay| stay.outcome == Outcome::Answered)
    }
}

impl Journeys {
    /// Of contacts that begin from `from` up to, not including, `to`, Unix ms by our clock. `is_partial` if only one queue's visits
    /// will be added.
    pub fn new(from: i64, to: i64, is_partial: bool) -> Self {
        Journeys { from, to, is_partial, ..Journeys::default() }
    }

    /// Adds a visit that ended, of a queue of this level of support.
    pub fn add(&mut self, visit: &ClosedVisit, level: Option<Level>) {
        let stay = Stay {
            source: visit.source,
            contact: visit.contact.clone(),
            caller: visit.caller,
            entered: visit.entered.seen,
            ended: visit.ended.seen,
            outcome: visit.outcome,
            agent: visit.agent.clone(),
            level,
        };
        self.stays.insert(visit.id, stay);
    }

    /// The same stretch and calls, with one queue's visits or none yet.
    #[must_use]
    pub fn partial(&self) -> Self {
        Journeys {
            from: self.from,
            to: self.to,
            is_partial: true,
            stays: BTreeMap::new(),
            reached: self.reached.clone(),
        }
    }

    /// Adds an attempt that is over: whom somebody spoke to need not be called back.
    pub fn add_attempt(&mut self, attempt: &ClosedAttempt) {
        if let (Some(callee), Some(answered)) = (attempt.callee, attempt.answered)
            && attempt.answered_by != Some(AnsweredBy::Machine)
            && !attempt.end.dropped
        {
            Arc::make_mut(&mut self.reached).insert((callee, answered.seen));
        }
    }

    /// Adds all of another, of the same stretch or of one beside it.
    pub fn merge(&mut self, other: &Journeys) {
        (self.from, self.to) = (self.from.min(other.from), self.to.max(other.to));
        self.is_partial |= other.is_partial;
        self.stays.extend(other.stays.iter().map(|(id, stay)| (*id, stay.clone())));
        if !Arc::ptr_eq(&self.reached, &other.reached) && !other.reached.is_empty() {
            Arc::make_mut(&mut self.reached).extend(other.reached.iter());
        }
    }

    /// These, if whole journeys are in them.
    pub(crate) fn whole(&self) -> Option<&Self> {
        (!self.is_partial).then_some(self)
    }

    fn all(&self) -> BTreeMap<(SourceId, &Name), Journey<'_>> {
        let mut journeys = BTreeMap::<_, Journey<'_>>::new();
        for stay in self.stays.values() {
            let journey = journeys.entry((stay.source, &stay.contact)).or_insert(Journey {
                caller: None,
                began: i64::MAX,
                ended: i64::MIN,
                stays: Vec::new(),
            });
            journey.caller = journey.caller.or(stay.caller);
            journey.began = journey.began.min(stay.entered);
            journey.ended = journey.ended.max(stay.ended);
            journey.stays.push(stay);
        }
        for journey in journeys.values_mut() {
            journey.stays.sort_by_key(|stay| stay.entered);
        }
        journeys
    }

    fn counted(&self, is: impl Fn(&Journey<'_>) -> bool) -> i64 {
        let counts = |journey: &&Journey<'_>| (self.from..self.to).contains(&journey.began) && is(journey);
        self.all().values().filter(counts).count() as i64
    }

    pub(crate) fn contacts(&self) -> i64 {
        self.counted(|journey| journey.is_answered())
    }

    pub(crate) fn resolvable(&self) -> i64 {
        self.counted(|journey| journey.is_answered() && journey.caller.is_some())
    }

    /// Answered contacts after which the same caller began another within so many hours.
    pub(crate) fn repeated(&self, hours: u32) -> i64 {
        let window = i64::from(hours) * 3_600_000;
        let mut began: BTreeMap<PartyId, BTreeSet<i64>> = BTreeMap::new();
        for journey in self.all().values() {
            if let Some(caller) = journey.caller {
                began.entry(caller).or_default().insert(journey.began);
            }
        }
        self.counted(|journey| {
            let later = journey.caller.and_then(|caller| began.get(&caller));
            let next = later.and_then(|later| later.range(journey.began + 1..).next());
            journey.is_answered() && next.is_some_and(|next| next - journey.ended <= window)
        })
    }

    /// Answers by another agent than the one before, within a contact.
    pub(crate) fn hand_offs(&self) -> i64 {
        let mut hand_offs = 0;
        for journey in self.all().values().filter(|journey| (self.from..self.to).contains(&journey.began)) {
            let answered = journey.stays.iter().filter(|stay| stay.outcome == Outcome::Answered);
            let agents: Vec<_> = answered.map(|stay| &stay.agent).collect();
            hand_offs += agents.windows(2).filter(|pair| pair[0] != pair[1]).count() as i64;
        }
        hand_offs
    }

    /// Contacts answered at a level.
    pub(crate) fn at_level(&self, level: Level) -> i64 {
        self.counted(|journey| journey.stays.iter().any(|stay| answers_at(stay, level)))
    }

    /// Of those, the ones that entered a higher level after it.
    pub(crate) fn beyond_level(&self, level: Level) -> i64 {
        self.counted(|journey| {
            let mut stays = journey.stays.iter().skip_while(|stay| !answers_at(stay, level));
            stays.any(|stay| stay.level.is_some_and(|reached| reached > level))
        })
    }

    /// Each known caller with an unanswered contact, and when the last of them ended.
    fn lost(&self) -> BTreeMap<PartyId, i64> {
        let mut lost = BTreeMap::new();
        for journey in self.all().values().filter(|journey| (self.from..self.to).contains(&journey.began)) {
            // Who left by a key or was moved is served elsewhere.
            let is_lost = journey.stays.last().is_some_and(|stay| {
                matches!(stay.outcome, Outcome::Abandoned | Outcome::Timeout | Outcome::Overflow | Outcome::Unknown)
            });
            if let Some(caller) = journey.caller.filter(|_| is_lost && !journey.is_answered()) {
                let last = lost.entry(caller).or_insert(journey.ended);
                *last = (*last).max(journey.ended);
            }
        }
        lost
    }

    pub(crate) fn callers_lost(&self) -> i64 {
        self.lost().len() as i64
    }

    /// Callers lost to whom nobody spoke within so many hours after it.
    pub(crate) fn callbacks_owed(&self, hours: u32) -> i64 {
        let window = i64::from(hours) * 3_600_000;
        let mut spoken: BTreeMap<PartyId, BTreeSet<i64>> = BTreeMap::new();
        for stay in self.stays.values().filter(|stay| stay.outcome == Outcome::Answered) {
            if let Some(caller) = stay.caller {
                spoken.entry(caller).or_default().insert(stay.ended);
            }
        }
        for (callee, ms) in self.reached.iter() {
            spoken.entry(*callee).or_default().insert(*ms);
        }
        let is_owed = |caller: &PartyId, lost: i64| {
            let after = spoken.get(caller).and_then(|spoken| spoken.range(lost..).next());
            after.is_none_or(|ms| ms - lost > window)
        };
        self.lost().into_iter().filter(|(caller, lost)| is_owed(caller, *lost)).count() as i64
    }
}

fn answers_at(stay: &Stay, level: Level) -> bool {
    stay.level == Some(level) && stay.outcome == Outcome::Answered
}
