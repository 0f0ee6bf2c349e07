//! Commands about alerts.

use super::Console;
use crate::alerts;
use crate::wire::{AlertStory, AlertsAsked, AlertsPast, WireError};

impl Console {
    pub(super) async fn alerts_history(&self, asked: AlertsAsked) -> Result<AlertsPast, WireError> {
        let live = self.shown().engine.live().clone();
        self.on_history(move |history, _| {
            // Names are those of now: what a queue was called then is not what people look for.
            let config = live.read(|state| state.floor.clone());
            alerts::past(history, &config, &asked)
        })
        .await
    }

    pub(super) async fn alert_story(&self, alert: u64) -> Result<AlertStory, WireError> {
        let live = self.shown().engine.live().clone();
        self.on_history(move |history, _| {
            let (floor, watched) = live.read(|state| (state.floor.clone(), state.watched.clone()));
            alerts::story(history, &floor, alert, |key| watched.get(key).cloned())
        })
        .await
    }
}
