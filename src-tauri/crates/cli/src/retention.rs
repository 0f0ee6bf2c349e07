//! `mirantectl retention`: how long what is kept is kept, why, what would go, and removing it.

use crate::{logs, time};
use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use mirante_console::{DEFAULT_ZONE, Retention, RetentionLine, basis, closing};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder; for a preview a hub may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// Configuration file with the rules; left out, mirante.toml in the data folder.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Show what would go (also when nothing is said).
    #[arg(long, conflicts_with = "apply")]
    preview: bool,
    /// Remove it now. A hub that runs does so by itself, once a day.
    #[arg(long)]
    apply: bool,
    /// Language of the reasons: pt-BR, en or es.
    #[arg(long, default_value = "en")]
    language: String,
    /// Zone of the times written.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let zone = time::zone(&arguments.zone)?;
    let rules = Retention::read(&arguments.data, arguments.config.as_deref())?;
    let cannot = || format!("cannot read {}", arguments.data.display());
    let (now, mut out) = (time::now(), std::io::stdout().lock());
    let lines = rules.preview(now).with_context(cannot)?;
    table(&mut out, &lines, &zone)?;
    let mut told = None;
    for line in &lines {
        if told.replace(line.going.rule) != Some(line.going.rule) {
            let why = basis(line.going.rule, &arguments.language).line(&arguments.language);
            writeln!(out, "\n{}, {}: {why}", line.rule, line.keep)?;
        }
    }
    writeln!(out, "\n{}", closing(&arguments.language))?;
    if !arguments.apply {
        return Ok(writeln!(out, "nothing was removed; a hub removes it by itself each day, or --apply does now")?);
    }
    let (mut err, mut rows) = (std::io::stderr(), 0);
    let shows = err.is_terminal();
    let removed = rules.apply(now, |more| {
        rows += more;
        if shows {
            let _ = write!(err, "\r{rows} rows");
        }
    })?;
    if shows {
        let _ = write!(err, "\r\x1b[K");
    }
    for removal in &removed {
        let before = time::write(removal.before_ms, &zone);
        writeln!(out, "removed by {}: {} rows of before {before}", removal.rule.word(), removal.rows)?;
    }
    if removed.is_empty() {
        writeln!(out, "nothing was old enough to go")?;
    }
    Ok(())
}

fn table(out: &mut impl Write, lines: &[RetentionLine], zone: &TimeZone) -> Result<()> {
    let at = |ms: Option<i64>| ms.map_or_else(|| "-".into(), |ms| time::write(ms, zone));
    writeln!(
        out,
        "{:<19} {:<13} {:<9} {:>12} {:>14}  {:<29} oldest kept",
        "table", "rule", "keeps", "rows that go", "bytes that go", "of before"
    )?;
    for RetentionLine { rule, keep, going } in lines {
        let (before, kept) = (at(going.before_ms), at(going.oldest_kept_ms));
        let (table, rows, bytes) = (going.table, going.rows, going.bytes);
        writeln!(out, "{table:<19} {rule:<13} {keep:<9} {rows:>12} {bytes:>14}  {before:<29} {kept}")?;
    }
    Ok(())
}
