//! Logs: one file a day, two weeks of them, never a secret (the types that hold one do not print it).

use std::{io, io::IsTerminal, path::Path};
use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// Days kept.
const KEPT: usize = 14;

/// Starts logging into `folder`, and to the terminal if there is one. `MIRANTE_LOG` chooses what, as in `RUST_LOG`.
///
/// What waits to be written is written when the guard is dropped.
///
/// # Errors
/// When the folder cannot be made or written.
pub(crate) fn start(folder: &Path) -> io::Result<WorkerGuard> {
    // With it the data folder that may hold it.
    mirante_console::private_folder(folder)?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("mirante")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)
        .map_err(io::Error::other)?;
    let (file, guard) = tracing_appender::non_blocking(file);
    let terminal = io::stderr().is_terminal().then(|| tracing_subscriber::fmt::layer().with_writer(io::stderr));
    let filter = EnvFilter::try_from_env("MIRANTE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::registry()
        .with(filter)
        .with(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file))
        .with(terminal)
        .try_init()
        .map_err(io::Error::other)?;
    Ok(guard)
}
