//! The partial of the day (Parcial), hour by hour: aggregates alone, so that it may be sent to anybody.

use mirante_floor::{CampaignKind, Operation};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The day that goes on, or that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Partial {
    /// First instant of the day, Unix ms.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// Facts are known up to then, Unix ms.
    #[ts(type = "number")]
    pub until_ms: i64,
    /// The day is over: nothing more comes of it.
    pub is_over: bool,
    /// How much of the time since the day began the sources were heard, 0 to 1.
    pub heard: Option<f64>,
    /// What is received, by what queues are for.
    pub received: Vec<PartialReceived>,
    /// What is called, by what campaigns are for.
    pub called: Vec<PartialCalled>,
}

/// The queues of one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PartialReceived {
    /// What they are for; absent where nobody said.
    #[ts(type = "string | null")]
    pub operation: Option<Operation>,
    /// Their labels.
    pub queues: Vec<String>,
    /// Target, whole percent, where all have one.
    pub percent: Option<u8>,
    /// The service level's time limit, s, where all have one.
    pub seconds: Option<u32>,
    /// Whether a service level in seconds says anything of such an operation.
    pub has_level: bool,
    /// Columns that its profile leaves out, such as `asa`: they have no value here.
    pub hidden: Vec<String>,
    /// Hours from the first with a contact on.
    pub hours: Vec<ReceivedRow>,
    /// The day so far.
    pub total: ReceivedRow,
}

/// What was received in an hour, or in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReceivedRow {
    /// When it begins, Unix ms.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// Contacts that came.
    pub offered: u32,
    /// Of those, answered.
    pub answered: u32,
    /// Of those, whose caller hung up.
    pub abandoned: u32,
    /// Abandonment.
    pub abandonment: Option<f64>,
    /// Service level; absent also where queues have different limits.
    pub level: Option<f64>,
    /// Mean wait of the answered, ms.
    pub asa_ms: Option<f64>,
    /// A share rests on fewer than ten cases.
    pub few: bool,
    /// Mean length of a conversation, without after-call work, ms: as on the live screen.
    pub aht_ms: Option<f64>,
    /// It may still change.
    pub provisional: bool,
    /// Not everything was heard.
    pub incomplete: bool,
}

/// The campaigns of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PartialCalled {
    /// What they are for.
    #[ts(
        type = "'sales' | 'prospecting' | 'collections' | 'survey' | 'retention' | 'after_sales' | 'relationship' | 'scheduling' | 'active_support' | 'other'"
    )]
    pub kind: CampaignKind,
    /// Their labels.
    pub campaigns: Vec<String>,
    /// Results wanted in the day; absent unless every campaign has a target.
    pub goal: Option<u32>,
    /// What the results come to at the day's end at the pace so far; absent where nobody can say.
    pub projected: Option<u32>,
    /// Columns that its profile leaves out, such as `right_party`.
    pub hidden: Vec<String>,
    /// Hours from the first with an attempt on.
    pub hours: Vec<CalledRow>,
    /// The day so far.
    pub total: CalledRow,
}

/// What was called in an hour, or in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CalledRow {
    /// When it begins, Unix ms.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// Attempts that are over.
    pub attempts: u32,
    /// Answered by a person (alô).
    pub humans: u32,
    /// The right person spoke (CPC).
    pub right_party: u32,
    /// What the kind counts as a result: sales, promises, finished contacts.
    pub results: u32,
}
