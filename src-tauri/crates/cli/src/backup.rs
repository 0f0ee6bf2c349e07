//! `mirantectl backup`: a data folder in one encrypted file.

use crate::{logs, passphrase, progress, time};
use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use mirante_console::{Backup, Manifest, host, keep_newest, named, stamp};
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder; a hub may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// The file to make, or a folder in which it is named after this computer and the time.
    #[arg(long)]
    to: PathBuf,
    /// Keep the newest N backups of this computer that this command named in the folder, this one included; older ones go.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
    #[command(flatten)]
    passphrase: passphrase::Place,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let Arguments { data, to, keep, passphrase } = arguments;
    let (host, now) = (host(), time::now());
    let chosen = if to.is_dir() { named(to, &host, now) } else { to.clone() };
    let passphrase = passphrase.fetch(true)?;
    let started = Instant::now();
    let mut line = progress::Line::new();
    let made = Backup { data, to: &chosen, passphrase: &passphrase, host: &host, now_ms: now };
    let manifest = mirante_console::backup(made, &mut |stage, done, all| line.tell(stage, done, all))?;
    drop(line);
    let size = std::fs::metadata(&chosen).with_context(|| format!("cannot read {}", chosen.display()))?.len();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", chosen.display())?;
    writeln!(out, "{}", told(&manifest))?;
    let seconds = started.elapsed().as_secs_f64();
    writeln!(out, "{} bytes of {}, read back and compared, in {seconds:.1} s", size, manifest.bytes())?;
    if let Some(keep) = keep
        && to.is_dir()
    {
        let old = keep_newest(to, &host, *keep);
        for old in old.with_context(|| format!("older ones in {} stay", to.display()))? {
            writeln!(out, "removed {}", old.display())?;
        }
    }
    Ok(())
}

/// What a backup says of itself, in words.
pub(crate) fn told(manifest: &Manifest) -> String {
    let at = |ms| time::write(ms, &TimeZone::system());
    let newest = manifest.newest_ms.map_or_else(String::new, |ms| format!(" of {}", at(ms)));
    let Manifest { created_ms, host, folder, newest_seq, version, layout, .. } = manifest;
    format!(
        "made {} on {host}, of {folder}; history up to event {newest_seq}{newest}; Mirante {version}, layout {layout}",
        at(*created_ms)
    )
}

/// The stamp of now.
pub(crate) fn stamp_now() -> String {
    stamp(time::now())
}
