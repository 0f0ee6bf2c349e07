//! `mirantectl restore`: a backup put in place of a data folder.

use crate::{WrongUse, backup, logs, passphrase, progress};
use anyhow::Result;
use mirante_console::{BackupError, Restore};
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The backup.
    backup: PathBuf,
    /// Data folder that it becomes; nobody may be using it. What is there now is kept beside it.
    #[arg(long, required_unless_present = "check")]
    data: Option<PathBuf>,
    /// Only read all of it and compare it with what it says of itself.
    #[arg(long, conflicts_with = "data")]
    check: bool,
    /// Receipt of an erasure made after the backup, which DATA does not know of, as on a new computer. May be repeated.
    #[arg(long = "receipt", value_name = "FILE")]
    receipts: Vec<PathBuf>,
    #[command(flatten)]
    passphrase: passphrase::Place,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let Arguments { backup: file, data, receipts, passphrase, .. } = arguments;
    let passphrase = passphrase.fetch(false)?;
    let mut line = progress::Line::new();
    let mut tell = |stage, done, all| line.tell(stage, done, all);
    let mut out = std::io::stdout().lock();
    let Some(data) = data else {
        let manifest = mirante_console::check_backup(file, &passphrase, &mut tell)?;
        drop(line);
        writeln!(out, "{}\nall of it is as it was written", backup::told(&manifest))?;
        return Ok(());
    };
    if data.file_name().is_none() {
        return Err(WrongUse(format!("{} has no name of its own", data.display())).into());
    }
    let tag = backup::stamp_now();
    let asked = Restore { file, data, passphrase: &passphrase, receipts, tag: &tag };
    let restored = mirante_console::restore_backup(asked, &mut tell).map_err(unchanged)?;
    drop(line);
    writeln!(out, "{}", backup::told(&restored.manifest))?;
    writeln!(out, "{} is restored", data.display())?;
    if let Some(aside) = &restored.aside {
        writeln!(out, "what was there is kept in {}; remove it when nobody needs it", aside.display())?;
    }
    if restored.forgotten_since > 0 {
        writeln!(out, "{} erasures newer than the backup were made again", restored.forgotten_since)?;
    }
    if restored.list_of_backup_only {
        tracing::warn!(
            "this folder had no list of forgotten people: whoever was erased after the backup was made is back; \
             restore again with --receipt for each erasure since then"
        );
    }
    Ok(())
}

fn unchanged(error: BackupError) -> anyhow::Error {
    anyhow::Error::new(error).context("nothing was changed")
}
