//! The fold itself.

use crate::{Changes, Event, Floor};

impl Floor {
    /// Lets one event happen. Facts and touched keys are added to `changes`.
    pub fn apply(&mut self, event: &Event, changes: &mut Changes) {
        let _ = (event, changes);
    }
}
