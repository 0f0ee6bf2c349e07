//! Pictures against the floor.

use crate::{Floor, Kind, Picture, SourceId};

/// What must have happened for `picture` to be true: events that the stream did not bring. Pure.
///
/// What a live event touched at or after `asked` (our clock, Unix ms) is left alone: a picture is not atomic.
pub fn reconcile(floor: &Floor, source: SourceId, picture: &Picture, asked: i64) -> Vec<Kind> {
    let _ = (floor, source, picture, asked);
    Vec::new()
}

/// Lets a difference through only when it stood in two pictures running, except right after a connection.
#[derive(Debug, Default)]
pub struct Healer {
    last: Vec<Kind>,
}

impl Healer {
    /// Those of `differences` that may be applied now. `connected`: this is the first picture of a session.
    pub fn admit(&mut self, differences: Vec<Kind>, connected: bool) -> Vec<Kind> {
        let _ = connected;
        self.last = differences.clone();
        differences
    }
}
