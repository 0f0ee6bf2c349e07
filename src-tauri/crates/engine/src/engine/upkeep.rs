//! What keeps a data folder in order: removing what is too old, and backups.

use super::{Engine, EngineError, spawn};
use crate::backups::{Backups, Keeper};
use crate::config::{BackupConfig, RetentionConfig};
use crate::retention::{Order, Removing, RemovingNow};
use std::path::Path;
use std::sync::PoisonError;

impl Engine {
    /// From the next removal on, things are kept for so long.
    pub fn keep_for(&self, rules: RetentionConfig) {
        self.order(Order::Rules(rules));
    }

    /// Begins to remove what is too old now, whatever the hour; nothing happens if that goes on already.
    pub fn remove_now(&self) {
        if self.removing().now.is_none() {
            // Whoever looks right after asking sees it begin.
            self.removing.now(RemovingNow { since_ms: self.clock.now(), rows: 0, bytes: 0 });
            self.order(Order::Now);
        }
    }

    /// How removing what is too old goes on, and how it ended the last time.
    pub fn removing(&self) -> Removing {
        self.removing.read()
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &*self.orders.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = orders.send(order);
        }
    }

    /// Makes backups from now on; `beside` is where relative paths begin.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn back_up(&self, config: BackupConfig, beside: &Path) -> Result<(), EngineError> {
        let (keeper, told) = Keeper::new(&self.data, config, beside, self.zone.clone());
        let (stop, stopped) = std::sync::mpsc::channel();
        // Nobody waits for its end: what a backup leaves that was cut off goes with the next.
        spawn("backup", move || keeper.run(&stopped))?;
        *self.backups.lock().unwrap_or_else(PoisonError::into_inner) = Some((told, stop));
        Ok(())
    }

    /// How backups stand; absent if none are made.
    pub fn backups(&self) -> Option<Backups> {
        self.backups.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(told, _)| told.read())
    }
}
