//! `mirantectl names`: what a file of names would change, and changing it.

use crate::logs;
use anyhow::{Context, Result, bail};
use mirante_console::NamesFile;
use mirante_console::wire::{NameOf, NameRow, NameStatus, NameWhy, NamesKind};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Configuration file (TOML) whose names they are.
    #[arg(long)]
    config: PathBuf,
    /// Data folder: which queues and agents the PBX has shown. Without it only those of the configuration are known.
    #[arg(long)]
    data: Option<PathBuf>,
    /// File of names: an export of FreePBX or Issabel, a table, or a configuration file of Asterisk.
    #[arg(long, value_name = "FILE")]
    import: PathBuf,
    /// Source, by its name in the configuration; needed where there are several.
    #[arg(long)]
    source: Option<String>,
    /// Write the names that are new or other, keeping the configuration as it was beside it (.before-names).
    #[arg(long)]
    apply: bool,
    /// With --apply: also name those of whom the PBX has shown nothing.
    #[arg(long, requires = "apply")]
    unknown: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let Arguments { config, data, import, source, apply, unknown } = arguments;
    let file = NamesFile::read(config, data.as_deref(), source.as_deref(), import)?;
    let mut out = std::io::stdout().lock();
    let kind = match file.preview.kind {
        Some(NamesKind::FreepbxExtensions) => "extensions of FreePBX (Bulk Handler)",
        Some(NamesKind::IssabelExtensions) => "extensions of Issabel (Batch of Extensions)",
        Some(NamesKind::FreepbxQueues) => "queues of FreePBX or Issabel (queues_config)",
        Some(NamesKind::AsteriskConf) => "configuration of Asterisk",
        Some(NamesKind::Table) | None => "table",
    };
    writeln!(out, "{}: {kind}, {}, for source {}", import.display(), file.preview.encoding, file.source)?;
    for row in &file.preview.rows {
        let NameRow { line, of, key, present, name, .. } = row;
        let of = match of {
            NameOf::Queue => "queue",
            NameOf::Agent => "agent",
        };
        let present = present.as_deref().unwrap_or("-");
        writeln!(out, "{line:>6}  {:<24} {of} {key}: {present} -> {name}", words(row))?;
    }
    let count = |status| file.preview.rows.iter().filter(|row| row.status == status).count();
    writeln!(
        out,
        "{} new, {} changed, {} the same, {} not seen on the PBX, {} make no sense",
        count(NameStatus::New),
        count(NameStatus::Changed),
        count(NameStatus::Same),
        count(NameStatus::Unknown),
        count(NameStatus::Invalid)
    )?;
    if !apply {
        return Ok(writeln!(out, "nothing was written; with --apply the new and changed ones are")?);
    }
    let before = beside(config);
    std::fs::copy(config, &before).with_context(|| format!("cannot keep {}", before.display()))?;
    let written = match file.apply(config, *unknown) {
        Ok(written) => written,
        Err(error) => bail!("{error}; {} is as it was", config.display()),
    };
    writeln!(
        out,
        "{written} written to {}; as it was: {}. A hub that runs takes them at its next start.",
        config.display(),
        before.display()
    )?;
    Ok(())
}

fn words(row: &NameRow) -> &'static str {
    match (row.status, row.why) {
        (NameStatus::New, _) => "new",
        (NameStatus::Changed, _) => "changed",
        (NameStatus::Same, _) => "same",
        (NameStatus::Unknown, _) => "not seen on the PBX",
        (NameStatus::Invalid, Some(NameWhy::NoKey)) => "no key",
        (NameStatus::Invalid, Some(NameWhy::TooLong)) => "too long",
        (NameStatus::Invalid, Some(NameWhy::Twice)) => "named before",
        (NameStatus::Invalid, Some(NameWhy::NoName) | None) => "no name",
    }
}

/// Where the configuration is kept as it was.
fn beside(config: &Path) -> PathBuf {
    let mut name = config.as_os_str().to_owned();
    name.push(".before-names");
    PathBuf::from(name)
}
