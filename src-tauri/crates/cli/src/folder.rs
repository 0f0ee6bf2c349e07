//! The data folder that a reading command is about.

use anyhow::{Context, Result};
use mirante_history::{History, HistoryError, OpenOptions};
use std::path::Path;

/// Opens a data folder for reading, beside the hub or without one; where only example data were ever followed, those.
pub(crate) fn open(data: &Path) -> Result<History> {
    let sample = mirante_console::sample_folder(data);
    match History::open(data, &OpenOptions::reader()) {
        Err(HistoryError::Missing { .. }) if sample.is_dir() => History::open(&sample, &OpenOptions::reader()),
        opened => opened,
    }
    .with_context(|| format!("cannot read the data folder {}", data.display()))
}
