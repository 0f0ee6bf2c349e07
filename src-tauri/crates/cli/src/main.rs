//! `mirantectl`: the hub, exports and checks from a terminal.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong use.

mod archive;
mod attempts;
mod backup;
mod channels;
mod check;
mod floor;
mod hub;
mod import;
mod import_report;
mod imported;
mod logs;
mod metrics;
mod names;
mod passphrase;
mod progress;
mod reconcile;
mod restore;
mod retention;
mod rules;
mod serve;
mod simulate;
mod stretch;
mod time;
mod titular;
mod verify;
mod visits;

use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// What was asked makes no sense, whatever the state of things: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongUse(pub(crate) String);

/// Mirante from a terminal.
#[derive(Parser)]
#[command(name = "mirantectl", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the hub: follow the platforms, keep history, serve the interface.
    Serve(serve::Arguments),
    /// Write the visits of a stretch of time as CSV.
    Visits(stretch::Arguments),
    /// Write attempts to reach someone, of a stretch of time, as CSV.
    Attempts(stretch::Arguments),
    /// Write the figures of a stretch of time: service level, times, occupancy, repeat calls and the rest.
    Metrics(metrics::Arguments),
    /// Hold the platforms' own counters and queue_logs against what was kept, to the last call.
    Reconcile(reconcile::Arguments),
    /// Write the floor of a past moment as JSON.
    Floor(floor::Arguments),
    /// Serve a PBX's queue_log to Mirante, read-only, over TLS: for the PBX, where the small static mirantectl does the same.
    Tail(mirante_tail::command::Arguments),
    /// Check a configuration file.
    Check(check::Arguments),
    /// Lay the names in a file (an export, a table, a configuration of Asterisk) beside those in force, and write them.
    Names(names::Arguments),
    /// Read all of history and compute its rows again: is it whole, and do the rows say what the events tell?
    Verify(verify::Arguments),
    /// Copy a data folder, also while a hub writes to it, into one encrypted file.
    Backup(backup::Arguments),
    /// Put a backup in place of a data folder that nobody uses, or only check it.
    Restore(restore::Arguments),
    /// Serve a person who asks what is stored about them, or to be forgotten (LGPD).
    Titular(titular::Arguments),
    /// Show how long what is kept is kept, why and what would go; or remove it.
    Retention(retention::Arguments),
    /// Take in the past out of files: a PBX's queue_log, or any report of calls.
    Import(import::Arguments),
    /// Check a file of alert rules, or let them live through its scenarios on virtual time.
    Rules(rules::Arguments),
    /// Show where alerts are sent, or try one way with a notice that says that it is a test.
    Channels(channels::Arguments),
    /// Make history of a simulated centre: example data, in a folder of their own.
    Simulate(simulate::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Visits(arguments) => visits::run(&arguments),
        Command::Attempts(arguments) => attempts::run(&arguments),
        Command::Metrics(arguments) => metrics::run(&arguments),
        Command::Reconcile(arguments) => reconcile::run(&arguments),
        Command::Floor(arguments) => floor::run(&arguments),
        Command::Tail(arguments) => mirante_tail::command::run(&arguments).map_err(Into::into),
        Command::Check(arguments) => check::run(&arguments),
        Command::Names(arguments) => names::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Titular(arguments) => titular::run(&arguments),
        Command::Retention(arguments) => retention::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Channels(arguments) => channels::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "mirantectl: {error:#}");
            if error.is::<WrongUse>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
