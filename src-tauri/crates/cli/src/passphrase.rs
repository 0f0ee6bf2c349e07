//! Where a passphrase comes from: never the command line, which every user of the computer can read.

use crate::WrongUse;
use anyhow::{Context, Result, bail};
use std::io::IsTerminal;
use std::path::PathBuf;

/// The variable that may hold it.
const VARIABLE: &str = "MIRANTE_BACKUP_PASSPHRASE";

#[derive(clap::Args)]
pub(crate) struct Place {
    /// File whose first line is the passphrase. Without it: the variable MIRANTE_BACKUP_PASSPHRASE, else it is asked for.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Place {
    /// The passphrase; `twice` when it is a new one, which nobody could correct later.
    pub(crate) fn fetch(&self, twice: bool) -> Result<String> {
        if let Some(path) = &self.passphrase_file {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            let line = text.lines().next().unwrap_or_default();
            if line.is_empty() {
                bail!("the first line of {} is empty; it must hold the passphrase", path.display());
            }
            return Ok(line.to_owned());
        }
        if let Ok(text) = std::env::var(VARIABLE)
            && !text.is_empty()
        {
            return Ok(text);
        }
        if !std::io::stdin().is_terminal() {
            let words = format!("no passphrase: give --passphrase-file, set {VARIABLE}, or run this at a terminal");
            return Err(WrongUse(words).into());
        }
        let ask = |words: &str| rpassword::prompt_password(words).context("cannot ask for the passphrase");
        let first = ask("Passphrase: ")?;
        if twice && ask("The same again: ")? != first {
            bail!("the two are not the same");
        }
        Ok(first)
    }
}
