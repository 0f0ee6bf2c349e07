//! `mirantectl import`: the past out of files.

use crate::{WrongUse, import_report, imported, logs};
use anyhow::{Context, Result, bail};
use mirante_console::DEFAULT_ZONE;
use mirante_console::import::{ImportError, Progress, QueueLog, Summary, queue_log, source_name};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often progress is told on a terminal.
const TOLD: Duration = Duration::from_millis(200);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// A PBX's queue_log: the log itself, files it was rotated into (packed or not), exports of its table.
    QueueLog(Log),
    /// Any report of calls, as CSV or XLSX: what its columns say is guessed, shown and corrected in a small file.
    Report(import_report::Arguments),
    /// The hours of today before a source was heard, out of the queue_log that its connection names: a running hub does it.
    Day(imported::Day),
    /// Show what was imported, and what was taken back.
    List(imported::List),
    /// Take an import back, with all that it gave.
    Undo(imported::Undo),
}

#[derive(clap::Args)]
struct Log {
    /// Files, in any order. One that was imported before is read on from where it ended then.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Data folder, in which no hub may be running meanwhile.
    #[arg(long)]
    data: PathBuf,
    /// The PBX's time zone.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
    /// Name of the source that the files become; of their own name, if none is given. Files of two PBXs need two.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The files are of a PBX that no source of this folder follows, so that nothing in them is known already.
    #[arg(long)]
    beside: bool,
    /// Where lines that cannot be used are told one by one; a new file in the data folder, if none is given.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let log = match &arguments.what {
        What::QueueLog(log) => log,
        What::Report(report) => return import_report::run(report),
        What::Day(day) => return imported::day(day),
        What::List(list) => return imported::list(list),
        What::Undo(undo) => return imported::undo(undo),
    };
    let source = match (&log.source, log.files.first()) {
        (Some(name), _) => name.trim().to_owned(),
        (None, Some(file)) => source_name(file),
        (None, None) => String::new(),
    };
    if source.is_empty() || source.chars().any(char::is_control) {
        bail!(WrongUse("--source needs a name".into()));
    }
    if jiff::tz::TimeZone::get(&log.zone).is_err() {
        bail!(WrongUse(format!("there is no time zone {}", log.zone)));
    }
    if let Some(missing) = log.files.iter().find(|file| !file.is_file()) {
        bail!("cannot read {}: it is not there, or no file", missing.display());
    }
    let report = match &log.report {
        Some(path) => path.clone(),
        None => log.data.join(format!("import-{}.csv", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"))),
    };
    let (data, zone) = (log.data.clone(), log.zone.clone());
    let job = QueueLog { data, files: log.files.clone(), zone, source: source.clone(), beside: log.beside, report };
    let began = Instant::now();
    let mut meter = Meter::new(began);
    let done = queue_log(&job, |progress| meter.tell(&progress));
    meter.end();
    match done {
        Ok(summary) => told(&source, &summary, began.elapsed()),
        Err(error @ ImportError::History(_)) => {
            Err(error).with_context(|| format!("nothing more is imported into {}", log.data.display()))
        }
        Err(error) => Err(error.into()),
    }
}

/// What was done, bounded whatever the files hold.
fn told(source: &str, summary: &Summary, took: Duration) -> Result<()> {
    let Summary { lines, used, passed, known, events, visits, open, report } = summary;
    let mut out = std::io::stdout().lock();
    let seconds = took.as_secs_f64();
    let rate = *lines as f64 / seconds.max(0.001);
    writeln!(out, "source {source}: {lines} lines in {seconds:.1} s ({rate:.0} lines/s)")?;
    writeln!(out, "{used} told {visits} visits in {events} events; {open} calls go on where the files end")?;
    writeln!(out, "{known} were known already; {passed} tell nothing that is kept")?;
    let unusable: u64 = report.counts().values().sum();
    writeln!(out, "{unusable} could not be used")?;
    for (why, count) in report.counts() {
        writeln!(out, "{count:>10}  {}: {}", why.word(), why.words())?;
    }
    if let Some(file) = report.file() {
        writeln!(out, "each is told in {}", file.display())?;
    }
    Ok(())
}

/// Progress on a terminal.
pub(crate) struct Meter {
    began: Instant,
    shown: Option<Instant>,
    is_terminal: bool,
}

impl Meter {
    pub(crate) fn new(began: Instant) -> Meter {
        Meter { began, shown: None, is_terminal: std::io::stderr().is_terminal() }
    }

    pub(crate) fn tell(&mut self, progress: &Progress) {
        if !self.is_terminal || self.shown.is_some_and(|shown| shown.elapsed() < TOLD) {
            return;
        }
        self.shown = Some(Instant::now());
        let Progress { bytes, of, lines } = *progress;
        let seconds = self.began.elapsed().as_secs_f64();
        let share = bytes as f64 / (of as f64).max(1.0);
        let left = if share > 0.0 { seconds / share - seconds } else { 0.0 };
        let rate = lines as f64 / seconds.max(0.001);
        let (minutes, rest) = (left as u64 / 60, left as u64 % 60);
        let share = (share * 100.0).min(100.0);
        // Whoever closed the terminal reads no more of it.
        let _ = write!(std::io::stderr(), "\r\x1b[K{share:5.1} %  {rate:.0} lines/s  {minutes}:{rest:02} left");
    }

    pub(crate) fn end(&self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
