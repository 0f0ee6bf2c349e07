//! What the window can be told when it starts.

use clap::Parser;
use std::path::PathBuf;

/// The lookout of a contact centre, in a window.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "mirante", version)]
pub(crate) struct Arguments {
    /// Keep history, configuration and logs in this folder instead of the user's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    /// Read this configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Open on the simulated centre ("dados de exemplo").
    #[arg(long)]
    pub(crate) sample: bool,
}
