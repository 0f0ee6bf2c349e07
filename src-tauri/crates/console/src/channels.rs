//! Channels of a configuration file: which there are, and trying one.

use mirante_engine::config::{Config, ConfigError};
use mirante_engine::send::Outlets;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// One channel of a configuration file.
#[derive(Debug)]
pub struct ChannelCheck {
    /// Its name.
    pub name: String,
    /// Which service.
    pub kind: &'static str,
    /// Why it cannot be used, if it cannot: a secret that is not there.
    pub fault: Option<String>,
}

/// Reads a configuration file and finds the secrets of its channels.
///
/// # Errors
/// [`ConfigError`] with the lines that are wrong.
pub fn channels_in(path: &Path) -> Result<Vec<ChannelCheck>, ConfigError> {
    let checked = outlets(path)?.check().into_iter();
    Ok(checked.map(|(name, kind, fault)| ChannelCheck { name, kind, fault }).collect())
}

/// Sends a notice that is marked as a test by a channel of a configuration file, to a person's own address if they have one there. The
/// inner error says in words what went wrong.
///
/// # Errors
/// [`ConfigError`] with the lines that are wrong.
pub async fn try_channel(path: &Path, channel: &str, person: &str) -> Result<Result<(), String>, ConfigError> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Ok(outlets(path)?.test(channel, person, now).await)
}

fn outlets(path: &Path) -> Result<Outlets, ConfigError> {
    let config = Config::read(path)?;
    Ok(Outlets::of(&config, path.parent().unwrap_or(Path::new(""))))
}
