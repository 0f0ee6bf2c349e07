//! `mirantectl backup`: a data folder in one encrypted file.

use crate::{logs, passphrase, progress, time};
use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use mirante_console::{Backup, Manifest};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How the names of backups that this command chooses end.
const END: &str = ".tar.zst.age";

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
    let begun = format!("mirante-{}-", plain(&host));
    let chosen = if to.is_dir() { to.join(format!("{begun}{}{END}", stamp(now))) } else { to.clone() };
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
        for old in older(to, &begun, *keep)? {
            std::fs::remove_file(&old).with_context(|| format!("cannot remove {}", old.display()))?;
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

/// This computer's name.
fn host() -> String {
    #[cfg(unix)]
    let name = Some(rustix::system::uname().nodename().to_string_lossy().into_owned());
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "computer".into())
}

/// What is safe in the name of a file.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect()
}

/// In UTC, so that names sort by age also where a clock goes back an hour.
fn stamp(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The stamp of now.
pub(crate) fn stamp_now() -> String {
    stamp(time::now())
}

/// Backups of this computer in `folder`, but the newest `keep`.
fn older(folder: &Path, begun: &str, keep: u32) -> Result<Vec<PathBuf>> {
    let read = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let is_ours = |name: &str| {
        let stamp = name.strip_prefix(begun).and_then(|rest| rest.strip_suffix(END));
        stamp.is_some_and(|stamp| stamp.len() == 16 && stamp.ends_with('Z') && stamp.as_bytes()[8] == b'T')
    };
    let mut ours: Vec<PathBuf> = read
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .map(|entry| entry.path())
        .collect();
    ours.sort();
    ours.truncate(ours.len().saturating_sub(keep as usize));
    Ok(ours)
}
