//! The console behind the window: the one place of the shell that knows it.

use crate::{arguments::Arguments, places::Places, problem::Problem};
use mirante_console::wire::{Code, Command, Reply, WireError};
use mirante_console::{Actor, Console, Options, StartError};
use std::time::Duration;
use tauri::{State, async_runtime};

/// How long an orderly end may take before the process leaves all the same: history survives that too.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running console and who uses it: on a lone desk, whoever is logged in.
pub(crate) struct Host {
    console: Console,
    actor: Actor,
}

impl Host {
    /// Opens history and starts to follow what the configuration says, or the simulated centre if asked for.
    ///
    /// # Errors
    /// What to tell people when it cannot.
    pub(crate) fn start(places: &Places, arguments: &Arguments) -> Result<Self, Problem> {
        places
            .prepare()
            .map_err(|error| Problem::Other { folder: places.config.clone(), detail: error.to_string() })?;
        let options = Options { config: places.chosen_config(), data: places.data.clone(), alone: true };
        async_runtime::block_on(async {
            let console = Console::start(options).map_err(|error| told(error, places))?;
            let host = Self { console, actor: Actor::system_user() };
            if arguments.sample
                && let Err(error) = host.console.command(&host.actor, Command::UseSample).await
            {
                host.console.shutdown().await;
                return Err(failed(error, places));
            }
            Ok(host)
        })
    }

    /// Commits everything and ends.
    pub(crate) fn stop(&self) {
        let ended = async_runtime::block_on(async { tokio::time::timeout(PATIENCE, self.console.shutdown()).await });
        if ended.is_err() {
            tracing::error!("the console did not end in time");
        }
    }
}

/// The shell's one command. Everything the interface asks comes through here.
#[tauri::command]
pub(crate) async fn command(host: State<'_, Host>, command: Command) -> Result<Reply, WireError> {
    host.console.command(&host.actor, command).await
}

fn told(error: StartError, places: &Places) -> Problem {
    if error.is_newer() {
        return Problem::Newer { folder: places.data.clone(), detail: error.to_string() };
    }
    match error {
        StartError::Config(error) => Problem::Config { file: places.config.clone(), detail: error.to_string() },
        StartError::Engine(error) => failed(error.into(), places),
    }
}

fn failed(error: WireError, places: &Places) -> Problem {
    let (folder, detail) = (places.data.clone(), error.message);
    match error.code {
        Code::Conflict => Problem::Held { folder, detail },
        _ => Problem::Other { folder, detail },
    }
}
