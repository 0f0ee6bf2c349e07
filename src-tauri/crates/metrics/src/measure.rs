//! What formulas are made of: counts and times that facts give.

use crate::{Absent, Calls, Ends, Journeys, Presence, Waiting, Work};
use mirante_floor::{Outcome, Totals};
use serde::{Deserialize, Serialize};

/// Facts of one scope and stretch of time. What is not there was not asked, or is not told of such a scope.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    /// Visits by how they ended.
    pub totals: Option<&'a Totals>,
    /// What only visits that ended tell.
    pub ends: Option<&'a Ends>,
    /// Who waits now.
    pub waiting: Option<&'a Waiting>,
    /// Work on what the queue brings.
    pub work: Option<&'a Work>,
    /// Everything that people do: of a centre, never of one queue, since nobody is free for one queue alone.
    pub presence: Option<&'a Presence>,
    /// Attempts to reach someone.
    pub calls: Option<&'a Calls>,
    /// Contacts over their journeys.
    pub journeys: Option<&'a Journeys>,
}

/// What people decided and formulas need. A time limit is absent where what is pooled has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The service level's time limit, whole seconds.
    pub seconds: Option<u32>,
    /// Longest wait of a short abandon, whole seconds.
    pub short_seconds: Option<u32>,
}

impl Terms {
    /// Longest wait of a short abandon, unless told otherwise, whole seconds.
    pub const SHORT: u32 = 5;

    /// The terms of one queue.
    pub fn new(seconds: u32, short_seconds: u32) -> Self {
        Terms { seconds: Some(seconds), short_seconds: Some(short_seconds) }
    }

    /// What both have in common.
    #[must_use]
    pub fn common(self, other: Terms) -> Terms {
        let same = |a: Option<u32>, b: Option<u32>| a.filter(|a| Some(*a) == b);
        Terms {
            seconds: same(self.seconds, other.seconds),
            short_seconds: same(self.short_seconds, other.short_seconds),
        }
    }
}

/// A count of things or a sum of ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Visits that entered.
    Offered,
    /// Visits that were answered or ended.
    Ended,
    /// Visits answered.
    Answered,
    /// Of those, within the time limit.
    AnsweredInTime,
    /// Visits whose caller hung up.
    Abandoned,
    /// Of those, within the time limit.
    AbandonedInTime,
    /// Of those, within the limit of short abandons.
    ShortAbandoned,
    /// Visits that the queue's time limit ended.
    TimedOut,
    /// Visits that the caller ended with a key.
    ExitKey,
    /// Visits transferred while waiting.
    Transferred,
    /// Visits that the system sent on because no agent was left.
    Overflowed,
    /// Visits that a supervisor ended.
    Withdrawn,
    /// Visits of which nobody saw how they ended.
    Unknown,
    /// Waits of answered visits, ms.
    AnsweredWaitMs,
    /// Waits of abandoned visits, ms.
    AbandonedWaitMs,
    /// Conversations that ended and whose length is known.
    Conversations,
    /// Their length, time on hold included, ms.
    ConversationMs,
    /// Conversations that ended, whether or not their length is known.
    Handled,
    /// Of those, passed on by the agent.
    PassedOn,
    /// Callers waiting now.
    Waiting,
    /// Of those, for longer than the time limit.
    WaitingOverdue,
    /// Agents holding a queue's call, ms.
    HoldMs,
    /// Agents finishing the work of a queue's call, ms.
    WrapupMs,
    /// Agents free, ms.
    ReadyMs,
    /// Agents being rung, ms.
    RingingMs,
    /// Agents at work on contacts: talking in queues and campaigns, holding, finishing, ms.
    HandlingMs,
    /// Agents talking in queues, ms.
    QueueTalkMs,
    /// Agents talking in campaigns, ms.
    CampaignTalkMs,
    /// Agents on calls outside queues and campaigns, ms.
    OtherCallMs,
    /// Agents holding any call, ms.
    AnyHoldMs,
    /// Agents finishing the work of any call, ms.
    AnyWrapupMs,
    /// Agents paused, ms.
    PausedMs,
    /// Agents logged in, whatever they do, ms.
    LoggedMs,
    /// Rings that the agent did not answer.
    RingsMissed,
    /// Rings that the agent answered.
    RingsAnswered,
    /// Attempts to reach someone that are over.
    Attempts,
    /// Of those, the ones of which it is known what came of them.
    Judged,
    /// Answered by a person (alô).
    Humans,
    /// Answered by a machine.
    Machines,
    /// Answered by a person, or nobody said by whom.
    Live,
    /// Answered by whoever or whatever.
    CallsAnswered,
    /// Live answers dropped because no agent was free.
    Dropped,
    /// Not answered, answered by a machine, or over within the definition's seconds.
    ShortCalls,
    /// People called, each once.
    Callees,
    /// Attempts with a coded result.
    Coded,
    /// The right person spoke (CPC).
    RightParty,
    /// Sales.
    Sales,
    /// Promises to pay.
    Promises,
    /// Refusals of any further call.
    DoNotCall,
    /// Contacts finished.
    Completed,
    /// Numbers that cannot be worked.
    Unworkable,
    /// Contacts that an agent answered.
    Contacts,
    /// Of those, the ones of known callers.
    Resolvable,
    /// Of those, followed by another contact of the same caller within the definition's hours.
    Repeated,
    /// Answers by a further agent within a contact.
    HandOffs,
    /// Contacts answered in a first-level queue.
    LevelOne,
    /// Of those, that went on to a second- or third-level queue.
    ToLevelTwo,
    /// Contacts answered in a second-level queue.
    LevelTwo,
    /// Of those, that went on to a third-level queue.
    ToLevelThree,
    /// Known callers whom nobody answered at least once.
    CallersLost,
    /// Of those, whom nobody spoke to within the definition's hours after it.
    CallbacksOwed,
}

/// What a definition's own parameters say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Parameters {
    /// Hours in which another contact is a repeat, or in which somebody is called back.
    pub(crate) hours: u32,
    /// Seconds up to which a call is short.
    pub(crate) seconds: u32,
}

impl Measure {
    /// True of a sum of ms, false of a count.
    pub fn is_time(self) -> bool {
        use Measure::*;
        matches!(
            self,
            AnsweredWaitMs
                | AbandonedWaitMs
                | ConversationMs
                | HoldMs
                | WrapupMs
                | ReadyMs
                | RingingMs
                | HandlingMs
                | QueueTalkMs
                | CampaignTalkMs
                | OtherCallMs
                | AnyHoldMs
                | AnyWrapupMs
                | PausedMs
                | LoggedMs
        )
    }

    /// True of what agents' time gives, which is kept by quarters of an hour.
    pub fn is_time_of_agents(self) -> bool {
        use Measure::*;
        let of_visits = matches!(self, AnsweredWaitMs | AbandonedWaitMs | ConversationMs);
        (self.is_time() && !of_visits) || matches!(self, RingsMissed | RingsAnswered)
    }

    /// True of what journeys of contacts give.
    pub fn is_of_journeys(self) -> bool {
        use Measure::*;
        matches!(
            self,
            Contacts
                | Resolvable
                | Repeated
                | HandOffs
                | LevelOne
                | ToLevelTwo
                | LevelTwo
                | ToLevelThree
                | CallersLost
                | CallbacksOwed
        )
    }

    /// True of what attempts to reach someone give.
    pub fn is_of_calls(self) -> bool {
        use Measure::*;
        matches!(
            self,
            Attempts
                | Judged
                | Humans
                | Machines
                | Live
                | CallsAnswered
                | Dropped
                | ShortCalls
                | Callees
                | Coded
                | RightParty
                | Sales
                | Promises
                | DoNotCall
                | Completed
                | Unworkable
        )
    }

    /// True of what the service level's time limit decides.
    pub fn is_by_limit(self) -> bool {
        matches!(self, Measure::AnsweredInTime | Measure::AbandonedInTime | Measure::WaitingOverdue)
    }

    /// True if it depends on time that is to come: another contact, a call back.
    pub(crate) fn is_by_hours(self) -> bool {
        matches!(self, Measure::Repeated | Measure::CallbacksOwed)
    }

    /// True if the figure may change once it becomes known how some visits, conversations or attempts ended.
    pub(crate) fn is_uncertain(self, facts: &Facts<'_>) -> bool {
        use Measure::*;
        match self {
            AnsweredInTime | Ended => false,
            Abandoned | AbandonedInTime | ShortAbandoned | TimedOut | ExitKey | Transferred | Overflowed
            | Withdrawn | Unknown | AbandonedWaitMs => facts.totals.is_some_and(|t| t.count(Outcome::Unknown) > 0),
            Conversations | ConversationMs => facts.ends.is_some_and(|ends| ends.untold > 0),
            ReadyMs | RingingMs | HandlingMs | QueueTalkMs | CampaignTalkMs | OtherCallMs | AnyHoldMs | AnyWrapupMs
            | PausedMs | LoggedMs => facts.presence.is_some_and(|presence| presence.unknown_ms() > 0),
            Judged | Humans | Machines | Live | Dropped => {
                facts.calls.is_some_and(|calls| calls.unheard > 0 || calls.undecided > 0)
            }
            _ => false,
        }
    }

    /// Its size, or why there is none.
    pub(crate) fn of(self, facts: &Facts<'_>, terms: Terms, parameters: Parameters) -> Result<i64, Absent> {
        use Measure::*;
        let totals = || facts.totals.ok_or(Absent::NotOfThis);
        let count = |outcome| totals().map(|totals| i64::from(totals.count(outcome)));
        let within = |outcome, seconds: Option<u32>| {
            let seconds = seconds.ok_or(Absent::UnequalTerms)?;
            Ok(totals()?.waits.get(&outcome).map_or(0, |tally| whole(tally.hist.within(seconds))))
        };
        let waits = |outcome| Ok(totals()?.waits.get(&outcome).map_or(0, |tally| whole(tally.sum_ms)));
        let ends = || facts.ends.ok_or(Absent::NotOfThis);
        let waiting = || facts.waiting.ok_or(Absent::NotOfThis);
        let work = || facts.work.ok_or(Absent::NotOfThis);
        let presence = || facts.presence.ok_or(Absent::NotOfThis);
        let calls = || facts.calls.ok_or(Absent::NotOfThis);
        let journeys = || facts.journeys.ok_or(Absent::NotOfThis);
        let whole_journeys = || journeys()?.whole().ok_or(Absent::NotOfThis);
        match self {
            Offered => Ok(i64::from(totals()?.offered)),
            Ended => Outcome::ALL.into_iter().map(count).sum(),
            Answered => count(Outcome::Answered),
            AnsweredInTime => within(Outcome::Answered, terms.seconds),
            Abandoned => count(Outcome::Abandoned),
            AbandonedInTime => within(Outcome::Abandoned, terms.seconds),
            ShortAbandoned => within(Outcome::Abandoned, terms.short_seconds),
            TimedOut => count(Outcome::Timeout),
            ExitKey => count(Outcome::ExitKey),
            Transferred => count(Outcome::Transferred),
            Overflowed => count(Outcome::Overflow),
            Withdrawn => count(Outcome::Withdrawn),
            Unknown => count(Outcome::Unknown),
            AnsweredWaitMs => waits(Outcome::Answered),
            AbandonedWaitMs => waits(Outcome::Abandoned),
            Conversations => Ok(i64::from(totals()?.talks.count)),
            ConversationMs => Ok(whole(totals()?.talks.sum_ms)),
            Handled => Ok(whole(ends()?.handled)),
            PassedOn => Ok(whole(ends()?.passed_on)),
            Waiting => waiting()?.count(),
            WaitingOverdue => Ok(waiting()?.longer_than(terms.seconds.ok_or(Absent::UnequalTerms)?)),
            HoldMs => work()?.hold_ms(),
            WrapupMs => work()?.wrapup_ms(),
            ReadyMs => Ok(presence()?.ready_ms()),
            RingingMs => Ok(presence()?.ringing_ms()),
            HandlingMs => Ok(presence()?.handling_ms()),
            QueueTalkMs => Ok(presence()?.queue_talk_ms()),
            CampaignTalkMs => Ok(presence()?.campaign_talk_ms()),
            OtherCallMs => Ok(presence()?.other_call_ms()),
            AnyHoldMs => Ok(presence()?.hold_ms()),
            AnyWrapupMs => Ok(presence()?.wrapup_ms()),
            PausedMs => Ok(presence()?.paused_ms()),
            LoggedMs => Ok(presence()?.logged_ms()),
            RingsMissed => Ok(whole(work()?.rings_missed)),
            RingsAnswered => Ok(whole(work()?.rings_answered)),
            Attempts => Ok(whole(calls()?.attempts)),
            Judged => calls()?.judged(),
            Humans => Ok(whole(calls()?.humans)),
            Machines => Ok(whole(calls()?.machines)),
            Live => Ok(whole(calls()?.humans.saturating_add(calls()?.undecided))),
            CallsAnswered => Ok(whole(calls()?.answered())),
            Dropped => Ok(whole(calls()?.dropped)),
            ShortCalls => Ok(whole(calls()?.short(parameters.seconds))),
            Callees => calls()?.callees(),
            Coded => Ok(whole(calls()?.coded)),
            RightParty => Ok(whole(calls()?.right_party)),
            Sales => Ok(whole(calls()?.sales)),
            Promises => Ok(whole(calls()?.promises)),
            DoNotCall => Ok(whole(calls()?.do_not_call)),
            Completed => Ok(whole(calls()?.completed)),
            Unworkable => Ok(whole(calls()?.unworkable)),
            Contacts => Ok(whole_journeys()?.contacts()),
            Resolvable => Ok(journeys()?.resolvable()),
            Repeated => Ok(journeys()?.repeated(parameters.hours)),
            HandOffs => Ok(whole_journeys()?.hand_offs()),
            LevelOne => Ok(whole_journeys()?.at_level(1)),
            ToLevelTwo => Ok(whole_journeys()?.beyond_level(1)),
            LevelTwo => Ok(whole_journeys()?.at_level(2)),
            ToLevelThree => Ok(whole_journeys()?.beyond_level(2)),
            CallersLost => Ok(journeys()?.callers_lost()),
            CallbacksOwed => Ok(journeys()?.callbacks_owed(parameters.hours)),
        }
    }
}

pub(crate) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
