//! `mirantectl channels`: where alerts are sent, and trying it.

use crate::{logs, serve};
use anyhow::{Result, bail};
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Configuration file (TOML).
    #[arg(long)]
    config: PathBuf,
    /// Send a notice that says that it is a test by this channel.
    #[arg(long, value_name = "CHANNEL")]
    test: Option<String>,
    /// To this person's own address there, if they have one.
    #[arg(long, requires = "test", default_value = "")]
    person: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let mut out = std::io::stdout().lock();
    if let Some(channel) = &arguments.test {
        let tried = mirante_console::try_channel(&arguments.config, channel, &arguments.person);
        return match serve::runtime()?.block_on(tried)? {
            Ok(()) => Ok(writeln!(out, "{channel}: the test was taken")?),
            Err(words) => bail!("{channel}: {words}"),
        };
    }
    let channels = mirante_console::channels_in(&arguments.config)?;
    for channel in &channels {
        writeln!(out, "{}: {}: {}", channel.name, channel.kind, channel.fault.as_deref().unwrap_or("good"))?;
    }
    match channels.iter().filter(|channel| channel.fault.is_some()).count() {
        0 => Ok(writeln!(out, "{} channel(s)", channels.len())?),
        failed => bail!("{failed} of {} channel(s) cannot be used", channels.len()),
    }
}
