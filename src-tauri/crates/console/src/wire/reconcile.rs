//! A platform's own counters beside ours.

use mirante_metrics::reconcile::{Cause, log::Differs};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// To [`Command::Reconcile`](super::Command::Reconcile).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Reconciliation {
    /// Queues, by source and name.
    pub queues: Vec<ReconcileQueue>,
    /// Sources whose queue_log was not held against ours, and why.
    pub logs: Vec<ReconcileLog>,
}

/// Why a source's queue_log says nothing here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReconcileLog {
    /// The source.
    pub source: u16,
    /// What the system said; absent where none is configured.
    pub error: Option<String>,
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReconcileQueue {
    /// Row id, `source/name`.
    pub id: String,
    /// The source.
    pub source: u16,
    /// The platform's name for it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Why there is nothing to compare; absent where there is.
    pub why: Option<ReconcileWhy>,
    /// The comparison begins with the counters as they were then, Unix ms by our clock.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// And ends with those of then.
    #[ts(type = "number")]
    pub to_ms: i64,
    /// The counters began again after this, if that is known.
    #[ts(type = "number | null")]
    pub counting_from_ms: Option<i64>,
    /// Calls completed by the platform's counter as it stands.
    pub total_completed: u32,
    /// Abandoned, likewise.
    pub total_abandoned: u32,
    /// The platform's own service-level limit, s; 0: none is configured.
    pub level_s: u32,
    /// The figures.
    pub figures: Vec<ReconcileFigure>,
    /// Between these moments something is left that nothing explains.
    #[ts(type = "Array<[number, number]>")]
    pub left_between: Vec<(i64, i64)>,
    /// When the platform was not heard, Unix ms.
    #[ts(type = "Array<[number, number]>")]
    pub gaps: Vec<(i64, i64)>,
    /// The queue_log's stays against ours, if it was read.
    pub log: Option<ReconcileLogCount>,
    /// Visits behind causes and differences, newest first; at most 200.
    pub visits: Vec<ReconcileVisit>,
    /// Such visits in all.
    pub visits_count: u32,
}

/// Why a queue cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReconcileWhy {
    /// The platform never told counters of it.
    NeverTold,
    /// They were told once so far: the comparison begins with the next.
    OnlyOnce,
}

/// What is compared. Levels are tenths of a percent, averages seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReconcileOf {
    /// Calls completed (`Completed`).
    Completed,
    /// Calls abandoned (`Abandoned`).
    Abandoned,
    /// `ServicelevelPerf`.
    OfCompleted,
    /// `ServicelevelPerf2`.
    OfAll,
    /// `Holdtime`, a moving average.
    Hold,
    /// `TalkTime`, a moving average.
    Talk,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReconcileFigure {
    /// Which.
    pub of: ReconcileOf,
    /// Ours.
    #[ts(type = "number | null")]
    pub ours: Option<i64>,
    /// The platform's: of counts what they grew by, else as it stands.
    #[ts(type = "number")]
    pub pbx: i64,
    /// The queue_log's, if it was read.
    #[ts(type = "number | null")]
    pub log: Option<i64>,
    /// Why counts differ.
    pub because: Vec<ReconcileBecause>,
    /// By our visits the platform must show no less than this.
    #[ts(type = "number | null")]
    pub low: Option<i64>,
    /// And no more than this.
    #[ts(type = "number | null")]
    pub high: Option<i64>,
    /// What nothing explains.
    #[ts(type = "number")]
    pub left: i64,
}

/// One cause of a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReconcileBecause {
    /// Which.
    pub cause: ReconcileCause,
    /// So many more at the platform; negative for fewer.
    #[ts(type = "number")]
    pub count: i64,
}

/// Twin of [`Cause`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReconcileCause {
    /// A time limit sent the caller on.
    Timeout,
    /// No agent was left.
    Overflow,
    /// A supervisor took the caller out.
    Withdrawn,
    /// Moved while waiting.
    Moved,
    /// Nobody saw how the wait ended.
    Unknown,
    /// Counted when the agent's device was free, before the end.
    FreedEarly,
    /// Under way when Mirante began to listen.
    UnderWay,
    /// The agent was given another call before: never counted.
    Overtaken,
    /// The platform counted a conversation twice.
    Twice,
    /// The counters began again in the conversation: never counted.
    BegunAgain,
    /// At the very moment at which the counters were read.
    Moment,
    /// While Mirante did not hear the platform.
    Unheard,
    /// Lost when the counters began again.
    Reset,
}

impl From<Cause> for ReconcileCause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Timeout => ReconcileCause::Timeout,
            Cause::Overflow => ReconcileCause::Overflow,
            Cause::Withdrawn => ReconcileCause::Withdrawn,
            Cause::Moved => ReconcileCause::Moved,
            Cause::Unknown => ReconcileCause::Unknown,
            Cause::FreedEarly => ReconcileCause::FreedEarly,
            Cause::UnderWay => ReconcileCause::UnderWay,
            Cause::Overtaken => ReconcileCause::Overtaken,
            Cause::Twice => ReconcileCause::Twice,
            Cause::BegunAgain => ReconcileCause::BegunAgain,
            Cause::Moment => ReconcileCause::Moment,
            Cause::Unheard => ReconcileCause::Unheard,
            Cause::Reset => ReconcileCause::Reset,
        }
    }
}

/// How many stays the queue_log tells as we do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReconcileLogCount {
    /// Compared from then on, Unix ms by our clock: the log may begin later than the counters, and of a long one the newest is read.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// Equal in queue, outcome, agent, wait and conversation.
    pub equal: u32,
    /// In both, and different.
    pub differ: u32,
    /// Only in ours.
    pub only_ours: u32,
    /// Only in the queue_log.
    pub only_log: u32,
}

/// In what a stay differs between the queue_log and ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReconcileDiffers {
    /// How it ended.
    Outcome,
    /// The wait.
    Wait,
    /// Who answered.
    Agent,
    /// The conversation.
    Talk,
    /// It is in ours alone.
    OnlyOurs,
    /// It is in the queue_log alone.
    OnlyLog,
}

impl From<Differs> for ReconcileDiffers {
    fn from(differs: Differs) -> Self {
        match differs {
            Differs::Outcome => ReconcileDiffers::Outcome,
            Differs::Wait => ReconcileDiffers::Wait,
            Differs::Agent => ReconcileDiffers::Agent,
            Differs::Talk => ReconcileDiffers::Talk,
        }
    }
}

/// A stay as one side tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReconcileSide {
    /// When it entered, Unix ms.
    #[ts(type = "number")]
    pub entered_ms: i64,
    /// How it ended: an outcome's word.
    pub outcome: String,
    /// How long it waited, ms.
    #[ts(type = "number")]
    pub wait_ms: i64,
    /// Who answered; empty if nobody did.
    pub agent: String,
    /// How long they talked, ms.
    #[ts(type = "number | null")]
    pub talk_ms: Option<i64>,
}

/// A visit behind a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReconcileVisit {
    /// The platform's id of the call.
    pub call: String,
    /// As we tell it.
    pub ours: Option<ReconcileSide>,
    /// As the queue_log tells it, where that differs.
    pub log: Option<ReconcileSide>,
    /// Why the platform counts it otherwise, if it does.
    pub cause: Option<ReconcileCause>,
    /// In what the queue_log differs.
    pub differs: Vec<ReconcileDiffers>,
}

/// A call that entered a queue, to be followed through everything that counts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Arrival {
    /// The platform's id of the call.
    pub call: String,
    /// Who called, as far as a screen may show it.
    pub number: Option<String>,
    /// When it entered, Unix ms.
    #[ts(type = "number")]
    pub entered_ms: i64,
    /// When an agent answered.
    #[ts(type = "number | null")]
    pub answered_ms: Option<i64>,
    /// When it ended.
    #[ts(type = "number | null")]
    pub ended_ms: Option<i64>,
    /// How it ended: an outcome's word.
    pub outcome: Option<String>,
    /// How long it waited, ms; so far, if it waits.
    #[ts(type = "number")]
    pub wait_ms: i64,
    /// How often the platform's own counter of such ends counted it: what that grew by beyond our other calls. Absent until it was asked
    /// after the end, or where it began again.
    #[ts(type = "number | null")]
    pub pbx: Option<i64>,
    /// Our other calls of that kind between the readings.
    pub others: u32,
    /// As the queue_log tells it; absent until it does, or where none is read.
    pub log: Option<ReconcileSide>,
}
