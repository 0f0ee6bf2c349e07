//! `cargo xtask`: everything a person or CI does with this repository, one command each.
//!
//! Only light dependencies, so that it starts quickly on a bare machine; what needs Mirante's crates runs as a program of its
//! own (`rig`, `mirantectl`, the tests).
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod codegen;
mod dist;
mod documents;
mod fuzz;
mod layers;
mod need;
mod prove;
mod run;
mod sh;
mod suite;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs and tests Mirante", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and open Mirante on the simulated centre, installing what is missing.
    Run(run::Options),
    /// Run everything that CI runs.
    Test(suite::Options),
    /// Write the TypeScript twins of the wire types.
    Codegen {
        /// Write nothing; fail if they are not current.
        #[arg(long)]
        check: bool,
    },
    /// Start the rig: a real Asterisk with a small busy call centre on loopback.
    Rig {
        /// Arguments of the program `rig`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Make what is copied to other machines.
    Dist {
        /// What.
        #[arg(value_enum)]
        parcel: dist::Parcel,
    },
    /// Prove one promise on the real programs.
    Prove {
        /// Which.
        #[arg(value_enum)]
        name: prove::Promise,
        #[command(flatten)]
        fuzz: fuzz::Options,
    },
    /// Measure one figure on the real programs.
    Bench {
        /// Which.
        #[arg(value_enum)]
        name: bench::Figure,
        #[command(flatten)]
        options: bench::Options,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Task::Run(options) => run::run(&options),
        Task::Test(options) => suite::run(&options),
        Task::Codegen { check } => codegen::run(check),
        Task::Rig { arguments } => {
            sh::cargo(["run", "--quiet", "--locked", "-p", "mirante-tests", "--bin", "rig", "--"]).args(arguments).go()
        }
        Task::Dist { parcel } => dist::run(parcel),
        Task::Prove { name, fuzz } => prove::run(name, &fuzz),
        Task::Bench { name, options } => bench::run(name, &options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
