//! The console behind the window.

use crate::{arguments::Arguments, places::Places, problem::Problem};
use mirante_console::wire::{Code, Command, Reply, WireError};
use tauri::State;

/// A running console and who uses it.
pub(crate) struct Host {}

impl Host {
    /// Starts.
    pub(crate) fn start(places: &Places, _arguments: &Arguments) -> Result<Self, Problem> {
        if places.data.join("held").exists() {
            return Err(Problem::Held { folder: places.data.clone() });
        }
        Ok(Self {})
    }
    /// Stops.
    pub(crate) fn stop(&self) {}
}

/// The one command.
#[tauri::command]
pub(crate) async fn command(_host: State<'_, Host>, command: Command) -> Result<Reply, WireError> {
    Err(WireError { code: Code::Unavailable, message: format!("no console yet: {command:?}"), retryable: true })
}
