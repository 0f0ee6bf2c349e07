//! Starting other programs from the root of the repository.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    // Three folders above this crate: src-tauri/crates/xtask.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).map_or_else(|| here.to_owned(), Path::to_owned)
}

/// A command to be, with the words to say when it fails.
#[derive(Debug)]
pub(crate) struct Program {
    command: Command,
    words: String,
}

/// Any program, run from the root of the repository.
pub(crate) fn program<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(name: &str, arguments: I) -> Program {
    // npm is a script that Windows starts only by its full name.
    let name = if cfg!(windows) && name == "npm" { "npm.cmd" } else { name };
    let mut command = Command::new(name);
    command.current_dir(root());
    Program { command, words: name.to_owned() }.args(arguments)
}

/// The cargo that runs this.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Program {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut program = program(&cargo, arguments);
    program.words = format!("cargo {}", arguments.join(" "));
    // Left by `cargo run`, they would mark every build script as changed.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        program.command.env_remove(name);
    }
    program
}

impl Program {
    /// More arguments.
    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, arguments: I) -> Program {
        for argument in arguments {
            self.words.push_str(&format!(" {}", argument.as_ref().display()));
            self.command.arg(argument);
        }
        self
    }

    /// Another folder, from the root of the repository.
    pub(crate) fn within(mut self, folder: &str) -> Program {
        self.command.current_dir(root().join(folder));
        self
    }

    /// A variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Program {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end, its output on this screen.
    pub(crate) fn go(mut self) -> Result<()> {
        let status = self.command.status().with_context(|| format!("cannot start {}", self.words))?;
        if !status.success() {
            bail!("{} failed ({status})", self.words);
        }
        Ok(())
    }

    /// Runs it to its end and gives what it printed.
    pub(crate) fn text(mut self) -> Result<String> {
        self.command.stdin(Stdio::null()).stderr(Stdio::piped());
        let output = self.command.output().with_context(|| format!("cannot start {}", self.words))?;
        if !output.status.success() {
            bail!("{} failed ({}): {}", self.words, output.status, String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs it to its end and gives what it said on its error output, and how it ended.
    pub(crate) fn errors(mut self) -> Result<(String, ExitStatus)> {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let output = self.command.output().with_context(|| format!("cannot start {}", self.words))?;
        Ok((String::from_utf8_lossy(&output.stderr).into_owned(), output.status))
    }

    /// True if it runs and ends well; says nothing.
    pub(crate) fn works(mut self) -> bool {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }
}
