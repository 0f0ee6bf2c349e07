//! `mirantectl serve`: the hub.

use crate::{WrongUse, hub, logs};
use anyhow::{Context, Result};
use mirante_console::{Console, Options};
use mirante_server::{ServeError, Server, Token, TokenPlace};
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Configuration file (TOML). Without it, mirante.toml in the data folder.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Data folder, on a local disk.
    #[arg(long)]
    data: PathBuf,
    #[command(flatten)]
    listen: Listen,
}

/// Where and for whom to listen.
#[derive(clap::Args, Clone)]
pub(crate) struct Listen {
    /// Address and port; port 0 is any free one. Beyond this computer a token is needed.
    #[arg(long, default_value = "127.0.0.1:8123")]
    listen: SocketAddr,
    /// Where the token is that faces must show: file:PATH or env:NAME.
    #[arg(long)]
    token: Option<String>,
    /// A name under which this host is reached, such as mirante.example.com. May be repeated.
    #[arg(long = "host")]
    hosts: Vec<String>,
}

impl Listen {
    /// Refuses what cannot be, before anything is opened.
    pub(crate) fn check(&self) -> Result<(), WrongUse> {
        match self.place()? {
            None if !self.listen.ip().is_loopback() => Err(WrongUse(ServeError::TokenNeeded(self.listen).to_string())),
            _ => Ok(()),
        }
    }

    fn place(&self) -> Result<Option<TokenPlace>, WrongUse> {
        let place = self.token.as_deref().map(str::parse::<TokenPlace>).transpose();
        place.map_err(|error| WrongUse(format!("--token: {error}")))
    }
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { config, data, listen } = arguments;
    listen.check()?;
    let _logs = logs::to_files(&data)?;
    let folder = data.clone();
    let start = || Ok(Console::start(Options { config, data, alone: false })?);
    runtime()?.block_on(until_stopped(start, &folder, listen))
}

/// A runtime as small as the hub: two threads follow and serve, the fold and the disk have their own.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

/// Serves until SIGINT or SIGTERM, then stops in order.
pub(crate) async fn until_stopped(start: impl FnOnce() -> Result<Console>, data: &Path, listen: Listen) -> Result<()> {
    // Before anything is opened: a signal during the start must stop it in order too.
    let stop = stop_signal()?;
    let token = listen.place()?.as_ref().map(Token::fetch).transpose()?;
    let console = start()?;
    let options = mirante_server::Options { listen: listen.listen, token, hosts: listen.hosts };
    let server = match Server::start(console.clone(), options).await {
        Ok(server) => server,
        Err(error) => {
            console.shutdown().await;
            return Err(error.into());
        }
    };
    // Best effort: without it, only commands that need the hub itself do not find it.
    let sign = hub::Sign::put_up(data, server.address());
    let sign = sign.inspect_err(|error| tracing::warn!("cannot say in the data folder where this hub is: {error}"));
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{}", server.address())?;
    out.flush()?;
    stop.await;
    drop(sign);
    tracing::info!("stopping");
    server.shutdown().await;
    console.shutdown().await;
    tracing::info!("stopped");
    Ok(())
}

#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
