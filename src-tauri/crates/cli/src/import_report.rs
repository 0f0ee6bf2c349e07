//! `mirantectl import report`: any report of calls.

use crate::import::Meter;
use crate::{WrongUse, hub, time};
use anyhow::{Context, Result, bail};
use jiff::tz::TimeZone;
use mirante_console::import::calls::{
    Call, CallsError, Fault, Kept, Look, Mapping, Meaning, Shown, Taking, look, report_in, told_already,
};
use mirante_console::import::{ImportError, Progress, Report, source_name};
use mirante_console::sheet::Format;
use mirante_console::wire::{Command as Ask, FileText, ImportDone, ImportNow, Reply, ReportOrder, ReportPart};
use mirante_console::{DEFAULT_ZONE, HistoryError};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Rows that a preview shows.
const SHOWN: usize = 15;
/// Bytes of a part on its way to a hub.
const PART: u64 = 2 << 20;
/// Between two looks at the hub's import.
const LOOK: Duration = Duration::from_millis(200);
/// Places of unusable rows that are told on the screen.
const PLACES: usize = 30;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Reports: CSV in any encoding, or XLSX. The same again adds nothing.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Data folder; a hub may be running on it, which then takes the reports in.
    #[arg(long)]
    data: PathBuf,
    /// Where the token of the running hub is, if it has one: file:PATH or env:NAME.
    #[arg(long)]
    token: Option<String>,
    /// Zone in which the report tells its times.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
    /// Which column says what (TOML). A file that is not there yet is written, with what the columns seem to say.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Show what would come of it, and change nothing in the data folder.
    #[arg(long)]
    preview: bool,
    /// Name of the source that the reports become; of the first file's own name, if none is given.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The reports are of a platform that no source of this folder follows, so that nothing in them is known already.
    #[arg(long)]
    beside: bool,
    /// Where rows that cannot be used are told one by one; a new file in the data folder, if none is given.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let zone = time::zone(&arguments.zone)?;
    let source = match (&arguments.source, arguments.files.first()) {
        (Some(name), _) => name.trim().to_owned(),
        (None, first) => first.map(|file| source_name(file)).unwrap_or_default(),
    };
    if source.is_empty() || source.chars().any(char::is_control) {
        bail!(WrongUse("--source needs a name".into()));
    }
    if let Some(missing) = arguments.files.iter().find(|file| !file.is_file()) {
        bail!("cannot read {}: it is not there, or no file", missing.display());
    }
    let mut wished = match &arguments.map {
        Some(path) if path.exists() => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            Some(Mapping::parse(&text).with_context(|| path.display().to_string())?)
        }
        _ => None,
    };
    for file in &arguments.files {
        let job = Job { arguments, file, zone: &zone, source: &source };
        job.run(&mut wished).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

struct Job<'a> {
    arguments: &'a Arguments,
    file: &'a Path,
    zone: &'a TimeZone,
    source: &'a str,
}

impl Job<'_> {
    fn run(&self, wished: &mut Option<Mapping>) -> Result<()> {
        let Arguments { data, map, preview, beside, .. } = self.arguments;
        let now = time::now();
        let found = self.look(wished.as_ref(), now)?;
        let mut out = std::io::stdout().lock();
        seen(&mut out, self.file, &found, self.zone)?;
        if let Some(path) = map.as_ref().filter(|_| wished.is_none()) {
            std::fs::write(path, found.mapping.write()).with_context(|| format!("cannot write {}", path.display()))?;
            writeln!(out, "what the columns seem to say is written to {}", path.display())?;
        }
        if !found.missing.is_empty() {
            let words: Vec<&str> = found.missing.iter().map(|field| field.word()).collect();
            let how = map.as_ref().map_or("--map FILE.toml".into(), |map| map.display().to_string());
            bail!("no column says {}; name it in {how}", words.join(", "));
        }
        if found.dates_doubtful && wished.is_none() && !preview {
            bail!("its dates can be read in two ways; say dates = \"dmy\" or \"mdy\" in --map FILE.toml");
        }
        if let Some(span) = found.span.filter(|_| !beside) {
            for (other, visits) in told_already(data, self.source, span)? {
                writeln!(
                    out,
                    "of the same time, {other} keeps {visits} visits already: of the same PBX they would count twice"
                )?;
            }
        }
        if *preview {
            return Ok(writeln!(out, "nothing was imported")?);
        }
        if found.calls == 0 {
            bail!("no row is a call: nothing was imported");
        }
        out.flush()?;
        drop(out);
        let began = Instant::now();
        let mut meter = Meter::new(began);
        let job = Taking {
            file: self.file.to_owned(),
            mapping: found.mapping.clone(),
            zone: self.zone.clone(),
            now,
            source: self.source.to_owned(),
            beside: *beside,
            report: self.report(now),
        };
        let done = report_in(data, &job, |progress| {
            meter.tell(&progress);
            ControlFlow::Continue(())
        });
        meter.end();
        // Later files are read as this one was.
        wished.get_or_insert(found.mapping);
        match done {
            Ok(kept) => told(self.source, &kept, self.zone, began.elapsed().as_secs_f64()),
            Err(CallsError::Import(ImportError::History(HistoryError::Busy { pid, .. }))) => {
                let mut meter = Meter::new(began);
                let done = self.through_hub(&job, pid, &mut meter);
                meter.end();
                told_by_hub(self.source, &done?, self.zone)
            }
            Err(CallsError::Import(error)) => {
                Err(anyhow::Error::from(error).context(format!("nothing more is imported into {}", data.display())))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Looks at the file; rows that cannot be used are told one by one where the user said.
    fn look(&self, wished: Option<&Mapping>, now: i64) -> Result<Look> {
        let wanted = self.arguments.report.as_ref().filter(|_| self.arguments.preview);
        let mut report = wanted.map(|path| Report::new(path.clone()));
        let mut failed = None;
        let found = look(self.file, wished, self.zone, now, |row| {
            if let (Some(report), Some(Fault { why, .. })) = (&mut report, row.fault)
                && let Err(error) = report.tell(self.file, row.line, why, row.fault.map_or("", Fault::column))
            {
                failed = Some(error);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        if let Some(report) = &mut report {
            report.close()?;
        }
        failed.map_or(Ok(found), |error| Err(error.into()))
    }

    /// Has the hub that holds the folder take the report in.
    fn through_hub(&self, job: &Taking, pid: Option<u32>, meter: &mut Meter) -> Result<ImportDone> {
        let Arguments { data, token, beside, zone, .. } = self.arguments;
        let ask = |command: &Ask| hub::ask(data, pid, token.as_deref(), command);
        let size = std::fs::metadata(self.file)?.len();
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut input = std::fs::File::open(self.file)?;
        let (mut called, mut at) = (None, 0);
        loop {
            let mut bytes = Vec::new();
            Read::by_ref(&mut input).take(PART).read_to_end(&mut bytes)?;
            let is_last = (bytes.len() as u64) < PART;
            let part = ReportPart { file: called, name: name.clone(), at, part: FileText::of(&bytes) };
            at += bytes.len() as u64;
            called = match ask(&Ask::PutReport { part })? {
                Reply::ReportFile(called) => Some(called),
                _ => bail!("the hub answered something else"),
            };
            if is_last {
                break;
            }
        }
        let mapping = serde_json::from_value(serde_json::to_value(&job.mapping)?)?;
        let (source, zone) = (job.source.clone(), Some(zone.clone()));
        let order = ReportOrder { file: called.unwrap_or_default(), mapping, source, beside: *beside, zone };
        let mut reply = ask(&Ask::TakeReport { order })?;
        loop {
            let Reply::Importing(Some(ImportNow { percent, rows, done, failed, .. })) = reply else {
                bail!("the hub answered something else");
            };
            if let Some(words) = failed {
                bail!("{words}");
            }
            if let Some(done) = done {
                return Ok(done);
            }
            meter.tell(&Progress { bytes: size / 100 * u64::from(percent), of: size, lines: rows });
            std::thread::sleep(LOOK);
            reply = ask(&Ask::ImportNow)?;
        }
    }

    fn report(&self, now: i64) -> PathBuf {
        let stamp = jiff::Timestamp::from_millisecond(now).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string();
        let place = |nth: u32| match (&self.arguments.report, nth) {
            (Some(path), 0) => path.clone(),
            (Some(path), nth) => PathBuf::from(format!("{}.{nth}", path.display())),
            (None, 0) => self.arguments.data.join(format!("import-{stamp}.csv")),
            (None, nth) => self.arguments.data.join(format!("import-{stamp}-{nth}.csv")),
        };
        // Each file has its own, and none is written over.
        (0..10_000).map(place).find(|path| !path.exists()).unwrap_or_else(|| place(0))
    }
}

/// What was found, bounded whatever the file holds.
fn seen(out: &mut impl Write, file: &Path, found: &Look, zone: &TimeZone) -> Result<()> {
    let how = match &found.format {
        Format::Text { encoding, divider: b'\t' } => format!("text, {encoding}, divided by tabs"),
        Format::Text { encoding, divider } => format!("text, {encoding}, divided by {}", char::from(*divider)),
        Format::Workbook { sheet, sheets } if sheets.len() > 1 => {
            format!("workbook, sheet {sheet} of {}", sheets.len())
        }
        Format::Workbook { sheet, .. } => format!("workbook, sheet {sheet}"),
    };
    let head = if found.header == 0 { "no head".into() } else { format!("head in line {}", found.header) };
    writeln!(out, "{}: {how}, {head}, {} columns", file.display(), found.columns.len())?;
    for (field, column) in &found.mapping.columns {
        let samples = found.columns.iter().find(|known| known.name == *column).map(|known| known.samples.join(" | "));
        writeln!(out, "  {:<13} {column}   ({})", field.word(), samples.unwrap_or_default())?;
    }
    let unused: Vec<&str> = found
        .columns
        .iter()
        .filter(|column| !found.mapping.columns.values().any(|used| *used == column.name))
        .map(|column| column.name.as_str())
        .take(40)
        .collect();
    if !unused.is_empty() {
        writeln!(out, "  not used: {}", unused.join(", "))?;
    }
    if found.dates_doubtful {
        writeln!(out, "  its dates can be read in two ways; taken for day/month/year")?;
    }
    if !found.missing.is_empty() {
        return Ok(());
    }
    for Shown { line, read } in found.shown.iter().take(SHOWN) {
        match read {
            Ok(Some(call)) => writeln!(out, "{line:>6}  {}", understood(call, zone))?,
            Ok(None) => {}
            Err(fault) => writeln!(out, "{line:>6}  {}", why(*fault))?,
        }
    }
    let Look { rows, calls, skipped, queues, agents, twice, .. } = found;
    writeln!(out, "{rows} rows: {calls} calls in {} queues, of {agents} agents; {skipped} passed over", queues.len())?;
    for (outcome, count) in &found.outcomes {
        writeln!(out, "{count:>10}  {outcome}")?;
    }
    if let Some((from, to)) = found.span {
        writeln!(out, "from {} to {}", time::write(from, zone), time::write(to, zone))?;
    }
    if *twice > 0 {
        writeln!(out, "{twice} of a time that clocks showed twice; the first is taken")?;
    }
    let unknown = found.words.iter().filter(|word| word.meaning.is_none());
    for word in unknown.take(40) {
        writeln!(
            out,
            "the outcome {:?} of {} rows is not known: say what it means, one of {}",
            word.word,
            word.rows,
            meanings()
        )?;
    }
    writeln!(out, "{} could not be used", found.unusable())?;
    for (fault, count) in &found.unfit {
        writeln!(out, "{count:>10}  {}", why(*fault))?;
    }
    for place in found.places.iter().take(PLACES) {
        let lines = if place.first == place.last {
            place.first.to_string()
        } else {
            format!("{}–{}", place.first, place.last)
        };
        writeln!(out, "  line {lines}: {}", why(place.fault))?;
    }
    let told: u64 = found.places.iter().take(PLACES).map(|place| place.last - place.first + 1).sum();
    if told < found.unusable() {
        writeln!(out, "  and {} more; --report FILE tells each", found.unusable() - told)?;
    }
    Ok(())
}

fn meanings() -> String {
    let words = Meaning::ALL.map(|meaning| serde_json::to_string(&meaning).unwrap_or_default());
    words.join(", ")
}

fn why(fault: Fault) -> String {
    let (word, words) = (fault.why.word(), fault.why.words());
    if fault.column().is_empty() { format!("{word}: {words}") } else { format!("{word} ({}): {words}", fault.column()) }
}

fn understood(call: &Call, zone: &TimeZone) -> String {
    let seconds = |ms: i64| format!("{}:{:02}", ms / 60_000, ms / 1000 % 60);
    let talk = call.talk_ms.map_or("-".into(), seconds);
    let agent = call.agent.as_deref().unwrap_or("-");
    let passed_on = if call.transferred { ", passed on" } else { "" };
    let (entered, queue) = (time::write(call.entered, zone), &call.queue);
    format!(
        "{entered}  {queue}  waited {}, {}{passed_on}, talked {talk}, {agent}",
        seconds(call.wait_ms),
        call.outcome.word()
    )
}

fn told_by_hub(source: &str, done: &ImportDone, zone: &TimeZone) -> Result<()> {
    let ImportDone { rows, visits, known, heard, skipped, from_ms, to_ms, unfit, report, stopped, .. } = done;
    let mut out = std::io::stdout().lock();
    writeln!(out, "source {source}: {rows} rows, taken in by the hub")?;
    writeln!(out, "{visits} visits were imported; {known} were known already; {heard} were heard by Mirante itself")?;
    writeln!(out, "{skipped} rows were passed over")?;
    if let (Some(from), Some(to)) = (from_ms, to_ms) {
        writeln!(out, "from {} to {}", time::write(*from, zone), time::write(*to, zone))?;
    }
    writeln!(out, "{} could not be used", unfit.iter().map(|fault| fault.rows).sum::<u64>())?;
    for fault in unfit {
        writeln!(out, "{:>10}  {}", fault.rows, fault.why)?;
    }
    if let Some(file) = report {
        writeln!(out, "each is told in {file}")?;
    }
    if *stopped {
        bail!("somebody stopped it; what was kept stays");
    }
    Ok(())
}

fn told(source: &str, kept: &Kept, zone: &TimeZone, seconds: f64) -> Result<()> {
    let Kept { rows, visits, known, heard, skipped, twice, span, report, .. } = kept;
    let mut out = std::io::stdout().lock();
    let rate = *rows as f64 / seconds.max(0.001);
    writeln!(out, "source {source}: {rows} rows in {seconds:.1} s ({rate:.0} rows/s)")?;
    writeln!(out, "{visits} visits were imported; {known} were known already; {heard} were heard by Mirante itself")?;
    writeln!(out, "{skipped} rows were passed over; {twice} are of a time that clocks showed twice")?;
    if let Some((from, to)) = span {
        writeln!(out, "from {} to {}", time::write(*from, zone), time::write(*to, zone))?;
    }
    // Those of a time shown twice are told, and used.
    let unusable: u64 =
        report.counts().iter().filter(|(why, _)| why.word() != "twice_time").map(|(_, count)| count).sum();
    writeln!(out, "{unusable} could not be used")?;
    for (why, count) in report.counts() {
        writeln!(out, "{count:>10}  {}: {}", why.word(), why.words())?;
    }
    if let Some(file) = report.file() {
        writeln!(out, "each is told in {}", file.display())?;
    }
    Ok(())
}
