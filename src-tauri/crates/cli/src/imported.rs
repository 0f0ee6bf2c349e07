//! `mirantectl import day`, `list` and `undo`: the hours that are missing of today, what was imported, and taking it back.

use crate::{hub, time};
use anyhow::{Result, bail};
use jiff::tz::TimeZone;
use mirante_console::wire::{Command as Ask, ImportDone, ImportNow, Reply};
use mirante_console::{DEFAULT_ZONE, History, HistoryError, Imported, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Between two looks at what the hub does.
const LOOK: Duration = Duration::from_millis(200);
/// Rows that go in one step where nobody else writes.
const ROWS: u32 = 20_000;

#[derive(clap::Args)]
pub(crate) struct Day {
    /// Name of the source, as the configuration has it.
    source: String,
    /// Data folder of the hub.
    #[arg(long)]
    data: PathBuf,
    /// Where the token of the running hub is, if it has one: file:PATH or env:NAME.
    #[arg(long)]
    token: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct List {
    /// Data folder; a hub may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// Zone of the times written.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
}

#[derive(clap::Args)]
pub(crate) struct Undo {
    /// Name of the imported source, as `list` shows it.
    source: String,
    /// Data folder; a hub may be running on it, which then does it.
    #[arg(long)]
    data: PathBuf,
    /// Where the token of the running hub is, if it has one: file:PATH or env:NAME.
    #[arg(long)]
    token: Option<String>,
}

pub(crate) fn day(day: &Day) -> Result<()> {
    // A folder that is not there is not made.
    History::open(&day.data, &OpenOptions::reader())?;
    // Only the hub knows when it began to listen: whoever holds the folder is asked.
    let pid = match History::open(&day.data, &OpenOptions::writer().imports()) {
        Err(HistoryError::Busy { pid, .. }) => pid,
        Err(error) => return Err(error.into()),
        Ok(_) => bail!("no hub runs on {}: `mirantectl import queue-log` takes the log in", day.data.display()),
    };
    let command = Ask::CompleteDay { source: day.source.clone() };
    let done = through(&day.data, pid, day.token.as_deref(), &command)?;
    let ImportDone { rows, visits, heard, open, unfit, begins_ms, stopped, .. } = done;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{rows} lines of before told {visits} visits; {heard} were heard")?;
    for fault in unfit {
        writeln!(out, "{:>10}  {}", fault.rows, fault.why)?;
    }
    if let Some(begins) = begins_ms {
        writeln!(out, "the log begins only at {}", time::write(begins, &TimeZone::system()))?;
    }
    if open > 0 {
        writeln!(out, "{open} conversations of before go on: the same again tells their end")?;
    }
    if stopped {
        bail!("it was stopped before the end: the same again goes on from there");
    }
    Ok(())
}

pub(crate) fn list(list: &List) -> Result<()> {
    let zone = time::zone(&list.zone)?;
    let history = History::open(&list.data, &OpenOptions::reader())?;
    let mut out = std::io::stdout().lock();
    for Imported { name, kind, files, visits, span, undoing, .. } in history.imports()? {
        let told = told(span, &zone);
        let state = if undoing { "  being taken back" } else { "" };
        writeln!(out, "{name}  {kind}  {visits} visits of {files} files  {told}{state}")?;
    }
    for undone in history.undone()?.into_iter().filter(|undone| undone.ended_ms.is_some()) {
        let at = undone.ended_ms.map_or_else(String::new, |at| time::write(at, &zone));
        let told = told(undone.span, &zone);
        writeln!(out, "{}  taken back at {at}: {} visits  {told}", undone.name, undone.visits)?;
    }
    Ok(())
}

fn told(span: Option<(i64, i64)>, zone: &TimeZone) -> String {
    span.map_or_else(String::new, |(from, to)| format!("{} to {}", time::write(from, zone), time::write(to, zone)))
}

pub(crate) fn undo(undo: &Undo) -> Result<()> {
    let imports = History::open(&undo.data, &OpenOptions::reader())?.imports()?;
    let Some(found) = imports.iter().find(|import| import.name == undo.source) else {
        bail!("nothing was imported as {}", undo.source);
    };
    match History::open(&undo.data, &OpenOptions::writer().imports()) {
        Ok(mut history) => while history.undo_import(found.source, ROWS, time::now())? {},
        Err(HistoryError::Busy { pid, .. }) => {
            let command = Ask::UndoImport { source: undo.source.clone() };
            let done = through(&undo.data, pid, undo.token.as_deref(), &command)?;
            if done.stopped {
                bail!("taking {} back was stopped before the end: the same again goes on from there", undo.source);
            }
        }
        Err(error) => return Err(error.into()),
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} was taken back: {} visits", undo.source, found.visits)?;
    // Lines that these hours held were known to a log imported later, which says that it was read to its end.
    if found.completes.is_some() && imports.iter().any(|import| import.kind == "import/queue_log") {
        writeln!(
            out,
            "a queue_log that was imported after them does not tell these hours when it is imported again: complete the day once \
             more, or take that import back too and import it again"
        )?;
    }
    Ok(())
}

/// Has the hub do it, and waits until it is done.
fn through(data: &Path, pid: Option<u32>, token: Option<&str>, command: &Ask) -> Result<ImportDone> {
    let mut reply = hub::ask(data, pid, token, command)?;
    loop {
        let Reply::Importing(Some(ImportNow { done, failed, .. })) = reply else {
            bail!("the hub answered something else");
        };
        if let Some(words) = failed {
            bail!("{words}");
        }
        if let Some(done) = done {
            return Ok(done);
        }
        std::thread::sleep(LOOK);
        reply = hub::ask(data, pid, token, &Ask::ImportNow)?;
    }
}
