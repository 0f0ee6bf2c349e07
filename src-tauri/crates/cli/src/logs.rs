//! Logs: everything to files that rotate daily under the data folder, warnings to standard error.

use anyhow::{Context, Result};
use mirante_console::private_folder;
use std::io::IsTerminal;
use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

/// Days of log kept.
const DAYS: usize = 14;

/// Logs to `data/logs` and to standard error, until the guard is dropped. `MIRANTE_LOG` sets the level of the files.
pub(crate) fn to_files(data: &Path) -> Result<WorkerGuard> {
    private_files();
    let private = |folder: &Path| {
        private_folder(folder).with_context(|| format!("cannot make a private folder {}", folder.display()))
    };
    let folder = data.join("logs");
    let is_shared = private(data)?;
    private(&folder)?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("mirante")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(&folder)
        .with_context(|| format!("cannot write logs in {}", folder.display()))?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let level = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .with_env_var("MIRANTE_LOG")
        .from_env_lossy();
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer).with_filter(level))
        .with(warnings())
        .init();
    if is_shared {
        let data = data.display();
        tracing::warn!(
            "other users of this computer can look into {data}, which holds data of people; run chmod -R go= {data}"
        );
    }
    Ok(guard)
}

/// Whatever this process makes from here on is for its owner's eyes only: the database and its companions too.
#[cfg(unix)]
fn private_files() {
    use rustix::fs::Mode;
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

#[cfg(not(unix))]
fn private_files() {}

fn warnings<S>() -> impl Layer<S>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(std::io::stderr).with_filter(LevelFilter::WARN)
}

/// Warnings to standard error only.
pub(crate) fn to_stderr() {
    tracing_subscriber::registry().with(warnings()).init();
}
