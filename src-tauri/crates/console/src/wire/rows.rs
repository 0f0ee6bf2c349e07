//! The rows of the live view. Each is a pure function of the floor and the party table.

use mirante_engine::Reason;
use mirante_floor::{CampaignKind, Operation};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A ratio that can explain itself. `value` is `null` when the denominator is 0.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Figure {
    /// Numerator over denominator, 0 to 1.
    pub value: Option<f64>,
    /// Numerator.
    #[ts(type = "number")]
    pub numerator: u64,
    /// Denominator.
    #[ts(type = "number")]
    pub denominator: u64,
    /// Definition and version, such as `sl.f4@1`.
    pub definition: String,
}

/// Whether a source is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LinkState {
    /// Not heard yet.
    Never,
    /// Heard.
    Up,
    /// Not heard: what shows is the last reading.
    Down,
}

/// A source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SourceRow {
    /// Its number.
    pub id: u16,
    /// Its label.
    pub label: String,
    /// True for the simulator: show "dados de exemplo".
    pub sample: bool,
    /// Whether it is heard.
    pub link: LinkState,
    /// Since when, if ever.
    #[ts(type = "number | null")]
    pub link_since_ms: Option<i64>,
    /// Why it is not heard (down), for faces to have words for; `null` when it is, or when nobody knows.
    #[ts(
        type = "'name' | 'port' | 'tls' | 'permit' | 'password' | 'read' | 'protocol' | 'shutdown' | 'config' | 'secret' | 'overload' | 'disk' | 'closed' | 'stopped' | 'again' | 'removed' | null"
    )]
    pub reason: Option<Reason>,
    /// The platform's words for what it is (up), or in detail and in English why it is not heard (down).
    pub words: String,
    /// From when the day's totals count.
    #[ts(type = "number | null")]
    pub counting_since_ms: Option<i64>,
    /// First instant of the operation's day, if known: when it equals `counting_since_ms` the day is complete.
    #[ts(type = "number | null")]
    pub day_from_ms: Option<i64>,
    /// Ms of the day in which the source was heard, as of the batch's `seen`.
    #[ts(type = "number")]
    pub covered_ms: i64,
    /// How far the platform's clock is ahead of the hub's, ms, once read; negative for behind.
    #[ts(type = "number | null")]
    pub clock_ahead_ms: Option<i64>,
    /// Differences between what was heard and the platform's pictures that were mended today.
    pub drift: u32,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QueueRow {
    /// `source/name`.
    pub id: String,
    /// Its source.
    pub source: u16,
    /// The platform's name.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it is for, if anyone said.
    #[ts(type = "string | null")]
    pub operation: Option<Operation>,
    /// Target percent.
    pub goal_percent: u8,
    /// Target seconds.
    pub goal_seconds: u32,
    /// Opening and closing, minutes after local midnight; `null` is always open.
    pub hours: Option<(u16, u16)>,
    /// Callers waiting.
    pub waiting: u32,
    /// Start of the longest wait; tick it on screen. `null`: nobody waits.
    #[ts(type = "number | null")]
    pub oldest_ms: Option<i64>,
    /// Agents of the queue that are free.
    pub free: u32,
    /// Being rung.
    pub ringing: u32,
    /// On a call or holding, wherever the call came from.
    pub talking: u32,
    /// In after-call work.
    pub wrapup: u32,
    /// Paused in this queue.
    pub paused: u32,
    /// Of the queue but logged out or not known.
    pub offline: u32,
    /// Visits entered since `counting_since_ms`.
    pub offered: u32,
    /// Answered.
    pub answered: u32,
    /// Abandoned.
    pub abandoned: u32,
    /// Timed out, overflowed, withdrawn, left by key, transferred while waiting.
    pub other_lost: u32,
    /// Ended in a way nobody saw: "abandono ou tempo esgotado".
    pub unknown: u32,
    /// Rings not answered by agents.
    pub ring_no_answer: u32,
    /// Service level by the queue's goal.
    pub service_level: Figure,
    /// Abandoned over visits that were answered or ended.
    pub abandonment: Figure,
    /// Mean wait of answered visits.
    #[ts(type = "number | null")]
    pub asa_ms: Option<u64>,
    /// Mean conversation.
    #[ts(type = "number | null")]
    pub talk_ms: Option<u64>,
    /// The PBX's own counters since its own start, if it has any: completed and abandoned.
    pub pbx: Option<(u32, u32)>,
    /// Columns that its operation does not look at, such as `sl`: they have no value here.
    pub hidden: Vec<String>,
}

/// What an agent does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum State {
    /// Livre.
    Ready,
    /// Chamando.
    Ringing,
    /// Em atendimento; with `PlaceRow::Other`: em ligação fora da fila.
    Talking,
    /// Em espera.
    Hold,
    /// Pós.
    Wrapup,
    /// Em pausa.
    Paused,
    /// Desconectado.
    Offline,
    /// Sem informação.
    Unknown,
}

/// Where work comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
#[ts(export)]
pub enum PlaceRow {
    /// A queue, by row id.
    Queue(String),
    /// A campaign, by row id.
    Campaign(String),
    /// Neither.
    Other,
}

/// A person on the floor; one row however many queues or sources they serve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AgentRow {
    /// `source/key`, or `person/id` if configuration says who it is.
    pub id: String,
    /// Source of the login that decides the state.
    pub source: u16,
    /// Name, else the login.
    pub name: String,
    /// Login or extension.
    pub login: String,
    /// Team's label, if any.
    pub team: Option<String>,
    /// What they do.
    pub state: State,
    /// Where the work comes from.
    pub place: Option<PlaceRow>,
    /// Since when; tick it on screen.
    #[ts(type = "number")]
    pub since_ms: i64,
    /// True when paused in every queue, whatever the state.
    pub paused: bool,
    /// Reason of the pause, if told.
    pub reason: Option<String>,
    /// Row ids of queues served.
    pub queues: Vec<String>,
    /// Row ids of queues in which they are paused while free in others.
    pub paused_in: Vec<String>,
    /// Rings not answered today.
    pub ring_no_answer: u32,
}

/// A caller waiting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CallerRow {
    /// Visit.
    pub id: String,
    /// Row id of the queue.
    pub queue: String,
    /// Number, masked like `(11) 9****-1234`; `null` if withheld.
    pub number: Option<String>,
    /// Place in the queue, if known.
    pub position: Option<u32>,
    /// When the wait began; tick it on screen.
    #[ts(type = "number")]
    pub entered_ms: i64,
    /// Being offered to an agent now.
    pub ringing: bool,
    /// How many queues this contact visited, this one included.
    pub visits: u32,
    /// Concluded from a picture: the wait is the platform's word.
    pub inferred: bool,
}

/// A campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CampaignRow {
    /// `source/name`.
    pub id: String,
    /// Its source.
    pub source: u16,
    /// What people call it.
    pub label: String,
    /// What it is for.
    #[ts(
        type = "'sales' | 'prospecting' | 'collections' | 'survey' | 'retention' | 'after_sales' | 'relationship' | 'scheduling' | 'active_support' | 'other'"
    )]
    pub kind: CampaignKind,
    /// Results wanted a day.
    pub goal: Option<u32>,
    /// Results of the day, by what the campaign is for: sales, promises, or contacts finished.
    pub results: u32,
    /// Attempts under way.
    pub dialling: u32,
    /// Attempts begun.
    pub attempts: u32,
    /// Live answers (alô) over attempts ended.
    pub hit: Figure,
    /// Right party (CPC) over live answers.
    pub right_party: Figure,
    /// Live answers dropped over all live answers.
    pub drop: Figure,
    /// Sales.
    pub sales: u32,
    /// Promises.
    pub promises: u32,
    /// Contacts finished.
    pub completed: u32,
    /// Agents on its calls or their after-call work.
    pub agents: u32,
    /// Columns that campaigns of its kind do not look at, such as `right_party`: they have no value here.
    pub hidden: Vec<String>,
}
