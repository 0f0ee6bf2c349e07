//! Opening a data folder to read, beside a running hub or without one.

use anyhow::{Context, Result};
use mirante_console::sample_folder;
use mirante_history::{History, HistoryError, OpenOptions};
use std::path::Path;

/// History in `data`; in the folder of its simulated centre when only that has any.
pub(crate) fn open(data: &Path) -> Result<History> {
    let sample = sample_folder(data);
    let own = History::open(data, &OpenOptions::reader());
    let is_empty = match &own {
        Ok(history) => history.newest_seq()? == 0,
        Err(HistoryError::Missing { .. }) => true,
        Err(_) => false,
    };
    if is_empty && let Ok(history) = History::open(&sample, &OpenOptions::reader()) {
        return Ok(history);
    }
    own.with_context(|| format!("cannot read {}", data.display()))
}
