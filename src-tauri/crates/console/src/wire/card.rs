//! A figure that explains itself: what it is, what it is made of, and the contacts behind it.

use super::Rows;
use mirante_engine::Reason;
use mirante_metrics::{Measure, Unit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which figure, of what and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardAsked {
    /// Id of the definition, such as `sl.f4`.
    pub definition: String,
    /// Row ids of queues; none: all of them.
    pub queues: Vec<String>,
    /// Row ids of campaigns; none: all of them.
    pub campaigns: Vec<String>,
    /// From then on, Unix ms on a whole minute; absent: the day that goes on.
    #[ts(type = "number | null")]
    pub from_ms: Option<i64>,
    /// Up to, not including; absent: now.
    #[ts(type = "number | null")]
    pub to_ms: Option<i64>,
    /// `pt-BR`, `en` or `es`.
    pub language: String,
}

/// A value with what it is made of. Absent is not zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardFigure {
    /// Id of the definition.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// In the unit: a share as a fraction of 1, a time in ms.
    pub value: Option<f64>,
    /// Why there is none.
    #[ts(
        type = "'nothing_to_divide' | 'nobody' | 'unequal_terms' | 'not_of_this_scope' | 'never_told' | 'removed' | 'no_event' | null"
    )]
    pub absent: Option<String>,
    /// A count or ms.
    #[ts(type = "number | null")]
    pub numerator: Option<i64>,
    /// A count or ms; absent where nothing is divided.
    #[ts(type = "number | null")]
    pub denominator: Option<i64>,
    /// Cases it rests on.
    #[ts(type = "number | null")]
    pub n: Option<i64>,
    /// What it counts.
    #[ts(type = "'share' | 'ms' | 'count' | 'per_hour' | 'each'")]
    pub unit: Unit,
    /// Fewer than ten cases.
    pub few: bool,
    /// It may still change.
    pub provisional: bool,
    /// Not everything was heard, or how something ended is not known.
    pub incomplete: bool,
}

/// A part of a formula.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardTerm {
    /// The measure's word, which faces have words for.
    #[ts(type = "string")]
    pub measure: Measure,
    /// Taken away.
    pub minus: bool,
    /// It is a time, ms.
    pub is_time: bool,
    /// Its size, if it is told.
    #[ts(type = "number | null")]
    pub size: Option<i64>,
}

/// The same figure of one queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardQueue {
    /// Row id.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Its own figure: of queues on target, its service level.
    pub figure: CardFigure,
    /// It reaches its target; absent where that is not asked, or cannot be said.
    pub on_target: Option<bool>,
}

/// A time in which a source was not heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardGap {
    /// The source's label.
    pub source: String,
    /// From, Unix ms.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// To; absent while it lasts.
    #[ts(type = "number | null")]
    pub to_ms: Option<i64>,
    /// Why, for faces to have words for.
    #[ts(
        type = "'name' | 'port' | 'tls' | 'permit' | 'password' | 'read' | 'protocol' | 'shutdown' | 'config' | 'secret' | 'overload' | 'disk' | 'closed' | 'stopped' | 'again' | 'removed' | null"
    )]
    pub reason: Option<Reason>,
}

/// Where facts come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardSource {
    /// The source's label.
    pub label: String,
    /// It is heard now.
    pub is_heard: bool,
    /// When it was last heard, Unix ms.
    #[ts(type = "number")]
    pub seen_ms: i64,
}

/// How many rows are behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardCount {
    /// What the rows are.
    pub is: RowOf,
    /// In the numerator.
    pub top: u32,
    /// In the denominator.
    pub bottom: u32,
    /// In the denominator alone.
    pub only_bottom: u32,
    /// In neither.
    pub out: u32,
    /// All rows that were counted are still kept.
    pub is_whole: bool,
}

/// Everything about one figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Card {
    /// Why the operations or kinds of campaign that it is of do not look at it, in the language asked, if none does.
    pub hidden: Option<String>,
    /// The figure.
    pub figure: CardFigure,
    /// What it says, and what it leaves out.
    pub help: String,
    /// First day on which this version holds, `2026-01-01`.
    pub valid_from: String,
    /// From, Unix ms.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// Up to, not including.
    #[ts(type = "number")]
    pub to_ms: i64,
    /// True if it goes on.
    pub is_now: bool,
    /// What the numerator, or the total, is made of.
    pub top: Vec<CardTerm>,
    /// What the denominator is made of; empty where nothing is divided.
    pub bottom: Vec<CardTerm>,
    /// Of a percentile, which.
    pub percent: Option<u8>,
    /// The service level's time limit, s.
    pub seconds: Option<u32>,
    /// Longest wait of a short abandon, s.
    pub short_seconds: Option<u32>,
    /// The other ways to make it, of the same facts.
    pub variants: Vec<CardFigure>,
    /// Of several queues, each.
    pub queues: Vec<CardQueue>,
    /// How much of the time the sources were heard, 0 to 1.
    pub heard: Option<f64>,
    /// When they were not.
    pub gaps: Vec<CardGap>,
    /// Where the facts come from.
    pub sources: Vec<CardSource>,
    /// The rows behind it; absent where it is not made of single contacts.
    pub count: Option<CardCount>,
}

/// Which rows of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CardPart {
    /// All of the stretch and the scope.
    All,
    /// In the numerator.
    Top,
    /// In the denominator.
    Bottom,
    /// In the denominator alone.
    OnlyBottom,
    /// In neither.
    Out,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RowOf {
    /// A visit to a queue.
    Visit,
    /// An attempt to reach someone.
    Attempt,
}

/// A visit or an attempt behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardRow {
    /// Number of the event that began it.
    pub id: String,
    /// Label of the queue or the campaign.
    pub place: String,
    /// When it began, Unix ms.
    #[ts(type = "number")]
    pub begun_ms: i64,
    /// An outcome's or a result's word, or `waiting`.
    pub outcome: String,
    /// How long it waited, or rang, ms.
    #[ts(type = "number")]
    pub wait_ms: i64,
    /// How long they talked, ms, if it is over and known.
    #[ts(type = "number | null")]
    pub talk_ms: Option<i64>,
    /// What the platform calls the agent; empty if none was there.
    pub agent: String,
    /// The number, masked.
    pub number: Option<String>,
    /// What it adds to the numerator.
    #[ts(type = "number")]
    pub top: i64,
    /// What it adds to the denominator.
    #[ts(type = "number")]
    pub bottom: i64,
}

/// Some of the rows behind a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CardRows {
    /// How many there are.
    pub total: u32,
    /// From the one that was asked for on.
    pub rows: Vec<CardRow>,
}

/// What happened to a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Timeline {
    /// The platform's name of the journey.
    pub contact: String,
    /// The number: whole for whoever may read it, else masked.
    pub number: Option<String>,
    /// True if what happened is still kept event by event; else the steps are what the rows tell.
    pub is_whole: bool,
    /// Oldest first.
    pub steps: Vec<TimelineStep>,
}

/// One thing that happened to a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TimelineStep {
    /// When, Unix ms.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// What.
    pub what: StepOf,
    /// Label of the queue or the campaign.
    pub place: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// A place in the queue, from 1.
    pub position: Option<u32>,
    /// A duration that belongs to it: waited, rang, talked, ms.
    #[ts(type = "number | null")]
    pub ms: Option<i64>,
    /// An outcome's or a result's word.
    pub outcome: Option<String>,
    /// Who says so.
    #[ts(type = "'queue_log' | 'stream' | null")]
    pub witness: Option<String>,
    /// How it is known.
    #[ts(type = "'heard' | 'backfilled' | 'inferred'")]
    pub origin: String,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepOf {
    /// Entered a queue.
    Entered,
    /// Took another place in it.
    Moved,
    /// An agent is rung.
    Ringing,
    /// The ringing ended without fault.
    RingEnded,
    /// The agent did not answer.
    RingNoAnswer,
    /// An agent answered.
    Answered,
    /// The agent put the contact on hold.
    Held,
    /// And took it up again.
    Resumed,
    /// The conversation ended.
    Completed,
    /// The agent passed the contact on.
    PassedOn,
    /// Left the queue unanswered.
    Left,
    /// A better witness says how it ended.
    Amended,
    /// The channel is gone.
    CallEnded,
    /// Another contact turned out to be part of this one.
    Joined,
    /// An attempt to call began.
    Dialled,
    /// The phone rings.
    DialRinging,
    /// Somebody or something answered the attempt.
    DialAnswered,
    /// The agent left the attempt's call.
    DialParted,
    /// The attempt is over.
    DialEnded,
    /// The result was coded.
    Disposed,
}

/// The floor of a past moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Moment {
    /// When, Unix ms.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Newest event in it.
    #[ts(type = "number")]
    pub seq: u64,
    /// What the screens showed.
    pub rows: Rows,
    /// Another version of the fold made the screens of then: they may have differed.
    pub is_refolded: bool,
}
