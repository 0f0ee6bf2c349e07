//! The live feed: a snapshot, then numbered deltas merged since the one a face last took.

use super::{AgentRow, AlertRow, CallerRow, CampaignRow, QueueRow, SourceRow};
use mirante_engine::Obstacle;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum BatchKind {
    /// Everything: forget what you had.
    Snapshot,
    /// Rows to put and to remove.
    Delta,
    /// Nothing changed; the hub is alive.
    Heartbeat,
}

/// Rows by id: `null` removes one (only in a delta).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Rows {
    /// Sources.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, Option<SourceRow>>,
    /// Queues.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub queues: BTreeMap<String, Option<QueueRow>>,
    /// Agents.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub agents: BTreeMap<String, Option<AgentRow>>,
    /// Callers waiting.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub callers: BTreeMap<String, Option<CallerRow>>,
    /// Campaigns.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub campaigns: BTreeMap<String, Option<CampaignRow>>,
    /// Alerts that are not normal.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub alerts: BTreeMap<String, Option<AlertRow>>,
}

/// How the hub itself is: what the screen says beside the data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Health {
    /// Since when history cannot be written (disk full or failing), Unix ms; `null`: it is kept. The live screen goes on.
    #[ts(type = "number | null")]
    pub not_saving_since_ms: Option<i64>,
    /// What is in the way; `null` while it is kept.
    #[ts(type = "'full' | 'read_only' | 'stalls' | 'locked' | 'failing' | null")]
    pub not_saving: Option<Obstacle>,
    /// The same in the system's words; empty while it is kept.
    pub not_saving_words: String,
    /// Percent of the simulated centre's past already made; `null` when nothing is being made.
    pub sample_percent: Option<u8>,
    /// Backups that the hub makes itself fail, or the newest is older than it should be.
    pub backup_troubled: bool,
}

/// One answer of the feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Batch {
    /// What it is.
    pub kind: BatchKind,
    /// Number of this batch: ask next for what came after it. Numbers restart with the hub; `stream` tells.
    #[ts(type = "number")]
    pub number: u64,
    /// Identity of the hub's run: if it differs from the last batch's, forget what you had.
    pub stream: String,
    /// The hub's clock when the batch was made, Unix ms: the zero of every tick.
    #[ts(type = "number")]
    pub now: i64,
    /// Sequence number of the newest event in it.
    #[ts(type = "number")]
    pub seq: u64,
    /// Newest arrival from any source, Unix ms: the age of the data is `now - seen`.
    #[ts(type = "number")]
    pub seen: i64,
    /// How the hub itself is.
    pub health: Health,
    /// What changed.
    pub rows: Rows,
}
