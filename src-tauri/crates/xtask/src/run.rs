//! `cargo xtask run`: from a bare machine to Mirante on screen.

use crate::need;
use crate::sh::{cargo, program, root};
use anyhow::Result;
use std::process::Command;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Install what is missing without asking.
    #[arg(long, short)]
    yes: bool,
    /// Start a real Asterisk with a small busy call centre on loopback, and follow that.
    #[arg(long)]
    asterisk: bool,
    /// Serve the interface to a browser even if there is a display.
    #[arg(long)]
    browser: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let window = !options.browser && has_display();
    if !cfg!(target_os = "linux") {
        println!("On {} these commands are the same but not verified.", std::env::consts::OS);
    }
    let debian = if window { need::BUILD } else { &need::BUILD[..2] };
    need::ensure_all(debian, &["ui"], options.yes)?;
    println!("[1/3] building the interface");
    program("npm", ["run", "--silent", "build"]).within("ui").go()?;
    println!("[2/3] building Mirante (the first time takes minutes)");
    let package = if window { "mirante" } else { "mirante-cli" };
    cargo(["build", "--locked", "-p"]).args([package]).go()?;
    if options.asterisk {
        cargo(["build", "--locked", "-p", "mirante-tests", "--bin", "rig"]).go()?;
        println!("[3/3] starting a real Asterisk and Mirante");
        let face = if window { "window" } else { "browser" };
        return cargo(["run", "--quiet", "--locked", "-p", "mirante-tests", "--bin", "rig", "--", "show"])
            .args([face])
            .go();
    }
    let data = root().join("target/sample");
    if window {
        println!("[3/3] opening the window on the simulated centre");
        return cargo(["run", "--quiet", "--locked", "-p", "mirante", "--", "--sample", "--data"]).args([data]).go();
    }
    let why = if options.browser { "" } else { "no display here: " };
    println!("[3/3] {why}serving the same interface to a browser; stop with Ctrl-C");
    cargo(["run", "--quiet", "--locked", "-p", "mirante-cli", "--", "simulate", "--serve", "--data"])
        .args([data])
        .args(["--listen", &listen()])
        .go()
}

/// The usual address, so that a bookmark works again; any free port while something else is there.
fn listen() -> String {
    let usual = "127.0.0.1:8123";
    if std::net::TcpListener::bind(usual).is_ok() { usual } else { "127.0.0.1:0" }.to_owned()
}

/// True if a window can open here.
fn has_display() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    if std::env::var_os("WAYLAND_DISPLAY").is_some_and(|value| !value.is_empty()) {
        return true;
    }
    // A DISPLAY left over from a closed session would stop the window before it can say so.
    let Some(display) = std::env::var("DISPLAY").ok().filter(|value| !value.is_empty()) else { return false };
    let socket = display.strip_prefix(':').and_then(|rest| rest.split('.').next());
    socket.is_none_or(|number| std::path::Path::new(&format!("/tmp/.X11-unix/X{number}")).exists())
        || Command::new("xset").arg("q").output().is_ok_and(|output| output.status.success())
}
