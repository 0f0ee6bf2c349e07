//! What the fold is told.

use crate::rules::RuleSet;
use crate::settings::Decided;
use crate::watch::{Order, OrderError};
use mirante_floor::{Kind, Name, Setting, SourceId};
use mirante_sources::{Caller, Report};
use std::sync::Arc;
use tokio::sync::oneshot;

/// One message to the fold. Sending never waits.
pub(crate) enum Input {
    /// A session is ready.
    Up { source: SourceId, platform: Name, seen: i64 },
    /// What a session yielded, with its time of arrival.
    Reports { source: SourceId, seen: i64, reports: Vec<Report> },
    /// A session answered without news.
    Heard { seen: i64 },
    /// No session, for this reason.
    Down {
        source: SourceId,
        reason: Name,
        /// For how long up to now Mirante itself may have heard nothing, because it did not run.
        stood_still_ms: Option<i64>,
        seen: i64,
    },
    /// A platform's past, each event at its own time.
    Past { source: SourceId, events: Vec<(i64, Kind<Caller>)> },
    /// The past is complete: from here on the clock rules.
    PastDone,
    /// What a simulated centre says of itself; what people decided about its queues stands.
    Configure(Vec<Setting<Caller>>),
    /// Everything that is decided: whatever else is in force is not any more.
    Decide(Decided),
    /// A source that is followed from now on.
    Follow(SourceId),
    /// A source that is not followed any more; nothing of it comes after this.
    Leave { source: SourceId, seen: i64 },
    /// Other rules of alerts are in force.
    Rules(Arc<RuleSet>),
    /// What somebody wants of alerts.
    Alerts { order: Order, reply: oneshot::Sender<Result<(), OrderError>> },
    /// Answer when everything told so far was handed to the disk, if it takes it.
    Flush(oneshot::Sender<()>),
    /// Say that Mirante closes, hand everything to the disk, and end.
    Stop,
}
