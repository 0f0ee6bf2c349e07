//! `mirantectl` as it goes to a PBX: static, and with the one command that is needed there.

use clap::{Parser, Subcommand};
use mirante_tail::command;
use std::io::Write;
use std::process::ExitCode;

/// Mirante's small end on a PBX.
#[derive(Parser)]
#[command(name = "mirantectl", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the PBX's queue_log to Mirante, read-only, over TLS.
    Tail(command::Arguments),
}

fn main() -> ExitCode {
    let Command::Tail(arguments) = Arguments::parse().command;
    match command::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "mirantectl tail: {error}");
            ExitCode::FAILURE
        }
    }
}
