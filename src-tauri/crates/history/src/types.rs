//! What goes in and comes out.

use crate::Board;
use mirante_floor::{AgentSpan, Event, Fact, Floor, SourceId};
use std::collections::BTreeMap;

/// What [`crate::History::commit`] keeps, all or nothing: events in order and the facts that applying them gave.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Events; the first follows the newest stored one, without holes. May be empty.
    pub events: &'a [Event],
    /// Facts of those events, in order.
    pub facts: &'a [Fact],
}

/// What is safe on the disk now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// Newest stored event; 0 when there is none.
    pub seq: u64,
    /// True when it is time to call [`crate::History::seal`] with the floor as of `seq`.
    pub seal_due: bool,
}

/// Where things stood when the last writer stopped, however it stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovered {
    /// The floor as of event `next_seq - 1`.
    pub floor: Floor,
    /// Number of the next event; 1 in a new folder.
    pub next_seq: u64,
    /// Newest session number of each source: the next session is one more.
    pub epochs: BTreeMap<SourceId, u32>,
    /// Newest arrival time of any event, Unix ms; absent in a new folder.
    pub last_seen: Option<i64>,
    /// Sources that were up, each with its newest arrival time, Unix ms. The engine makes a `LinkDown` stamped with that
    /// time for each, so that the gap until the source is heard again is recorded.
    pub were_up: Vec<(SourceId, i64)>,
    /// Set when another version of the fold wrote what was stored: the floor was folded again by this one.
    pub refolded_from: Option<u32>,
}

/// The floor at a past moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// The floor.
    pub floor: Floor,
    /// Newest event in it; 0 before the first.
    pub seq: u64,
    /// Arrival time of the newest event in it, Unix ms; absent before the first.
    pub seen: Option<i64>,
    /// Version of the fold that made the screens of then. Unless it is [`mirante_floor::FOLD_VERSION`], this floor may
    /// differ from what was shown.
    pub fold_version: u32,
}

/// The board at a past moment.
#[derive(Debug, Clone, PartialEq)]
pub struct PastBoard {
    /// The board.
    pub board: Board,
    /// Newest event in it; 0 before the first.
    pub seq: u64,
    /// Arrival time of the newest event in it, Unix ms; absent before the first.
    pub seen: Option<i64>,
    /// Version of the fold that made it. In a segment the cells are those of then, whatever the fold is now.
    pub fold_version: u32,
}

/// What closing a stretch of journal gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// First event of the segment.
    pub seq_first: u64,
    /// Last event of the segment.
    pub seq_last: u64,
    /// Bytes of its keyframe and events, as stored.
    pub bytes: u64,
    /// False if replaying the segment did not give the live floor: a fault was recorded, and all data were kept.
    pub faithful: bool,
}

/// A source that history knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Its number, the same for ever in this folder.
    pub id: SourceId,
    /// Its name in the configuration.
    pub name: String,
    /// Its kind, such as `asterisk`.
    pub kind: String,
    /// The followed source of which it tells hours that were not heard.
    pub completes: Option<SourceId>,
}

/// A stretch of an agent's day, with its row number.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanRow {
    /// Row number, in order of recording.
    pub id: i64,
    /// The stretch.
    pub span: AgentSpan,
}

/// Something that should not have happened and was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Newest stored event when it was noticed.
    pub seq: u64,
    /// What is wrong, a fixed word.
    pub what: String,
    /// Details, in words.
    pub detail: String,
}

/// A person outside or inside: what the encrypted table holds.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Party {
    /// Number; empty if unknown.
    pub number: String,
    /// Name; empty if unknown.
    pub name: String,
}

impl std::fmt::Debug for Party {
    /// Never shows the person: these end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Party(…)")
    }
}
