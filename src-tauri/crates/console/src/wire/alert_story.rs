//! The story of one alert: what it was held against, what became of it, who was told, and what came of it.

use super::PastAlertRow;
use mirante_floor::alert::Shown;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The story of one alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertStory {
    /// The alert.
    pub alert: PastAlertRow,
    /// Every change of it, from when its condition began to hold.
    pub steps: Vec<AlertStepRow>,
    /// What was done about it, in order.
    pub actions: Vec<AlertActionRow>,
    /// Messages about it, in order.
    pub deliveries: Vec<AlertDeliveryRow>,
    /// The newest event that was known when it fired: the floor at that moment is the one after it.
    #[ts(type = "number")]
    pub seq: u64,
    /// The name in the rule's condition that its first figure has; `null` if the rule is gone or has none.
    pub figure: Option<String>,
    /// In what it is counted; a share is of 1.
    #[ts(type = "'count' | 'share' | 'seconds' | 'minutes' | 'flag' | 'text' | null")]
    pub unit: Option<String>,
    /// What to do about it, Markdown, as the rule says now; empty if the rule is gone.
    pub plan: String,
    /// What came of it.
    pub effect: AlertEffect,
}

/// One change of an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertStepRow {
    /// When.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// What it was.
    #[ts(
        type = "'normal' | 'pending' | 'firing' | 'acknowledged' | 'recovering' | 'inhibited' | 'silenced' | 'no_data'"
    )]
    pub from: Shown,
    /// What it came to; `normal` is "resolvido" after an alert.
    #[ts(
        type = "'normal' | 'pending' | 'firing' | 'acknowledged' | 'recovering' | 'inhibited' | 'silenced' | 'no_data'"
    )]
    pub to: Shown,
    /// The rule's first figure then; `null`: absent.
    pub value: Option<f64>,
    /// What it was held against.
    pub limit: Option<f64>,
    /// The user who looked after it.
    pub taken_by: Option<String>,
    /// It came and went too often to be told each time.
    pub flapping: bool,
}

/// What was done about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertActionRow {
    /// When.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// `nobody`: nobody of a step was on duty.
    #[ts(type = "'taken' | 'let_go' | 'note' | 'told' | 'nobody'")]
    pub what: String,
    /// The user who did it, or whom a step told.
    pub who: Option<String>,
    /// A note; of a step, its policy, number and channels.
    pub words: String,
}

/// A message about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertDeliveryRow {
    /// The channel.
    pub channel: String,
    /// Whom it was for.
    pub to: String,
    /// When it was decided.
    #[ts(type = "number")]
    pub made_ms: i64,
    /// How it stands.
    #[ts(type = "'waiting' | 'sent' | 'failed' | 'expired'")]
    pub state: String,
    /// When that ended.
    #[ts(type = "number | null")]
    pub ended_ms: Option<i64>,
    /// How often it was tried.
    pub attempts: u32,
    /// What the receiver or the system said last.
    pub words: Option<String>,
}

/// What came of an alert, in ms; `null`: not yet, or never.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertEffect {
    /// From firing to being taken.
    #[ts(type = "number | null")]
    pub to_take_ms: Option<i64>,
    /// From firing until the indicator was well again and stayed so until the end.
    #[ts(type = "number | null")]
    pub to_recover_ms: Option<i64>,
    /// The same from being taken; `null` also if it was well before anyone took it.
    #[ts(type = "number | null")]
    pub taken_to_recover_ms: Option<i64>,
    /// From firing until it was over.
    #[ts(type = "number | null")]
    pub to_resolve_ms: Option<i64>,
}
