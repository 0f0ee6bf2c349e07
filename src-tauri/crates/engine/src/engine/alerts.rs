//! Alerts: what people do about them, and the rules.

use super::{Engine, EngineError};
use crate::input::Input;
use crate::rules::RuleSet;
use crate::watch::{Order, OrderError};
use std::path::Path;
use std::sync::Arc;

impl Engine {
    /// Does what somebody wants of alerts. The inner error says why not.
    ///
    /// # Errors
    /// [`EngineError::Ended`].
    pub async fn alerts(&self, order: Order) -> Result<Result<(), OrderError>, EngineError> {
        let (reply, done) = tokio::sync::oneshot::channel();
        self.tell(Input::Alerts { order, reply })?;
        done.await.map_err(|_| EngineError::Ended)
    }

    /// The rules in force, and what is wrong with their file.
    pub fn rules(&self) -> (Arc<RuleSet>, Option<String>) {
        self.rules.told()
    }

    /// The file of rules.
    pub fn rules_file(&self) -> &Path {
        self.rules.path()
    }

    /// Lets a rule watch, or not; false if there is none of that id. Waits for the disk.
    ///
    /// # Errors
    /// When the file is broken or cannot be written, in words.
    pub fn switch_rule(&self, id: &str, on: bool) -> Result<bool, String> {
        self.rules.switch(id, on, &self.inputs)
    }
}
