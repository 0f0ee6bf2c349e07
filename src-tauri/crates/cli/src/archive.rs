//! The data folder that an export reads.

use anyhow::{Context, Result};
use mirante_console::{Archive, sample_folder};
use std::path::Path;

/// Opens it, and says so when example data stand in for history that it has not.
pub(crate) fn open(data: &Path) -> Result<Archive> {
    let archive = Archive::open(data).with_context(|| format!("cannot read {}", data.display()))?;
    if archive.is_example() {
        let (data, example) = (data.display(), sample_folder(data));
        tracing::warn!(
            "example data (dados de exemplo): {data} holds no history of its own; read {}",
            example.display()
        );
    }
    Ok(archive)
}

/// What is below a CSV error, so that a closed pipe is known as one.
pub(crate) fn io_error(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}
