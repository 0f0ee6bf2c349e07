//! `mirantectl metrics`: figures of a stretch of time.

use crate::{WrongUse, archive, logs, time};
use anyhow::Result;
use mirante_console::{DEFAULT_ZONE, FigureLine, Figures, FiguresError, FiguresOf};
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Data folder; a hub may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// What came at this time or later: 2026-11-21T14:00:00-03:00, 2026-11-21T14:00 or 2026-11-21. Whole minutes; agents' time is
    /// kept by whole quarters of an hour.
    #[arg(long)]
    from: String,
    /// What came before this time.
    #[arg(long)]
    to: String,
    /// Only this queue: its name, or source/name.
    #[arg(long)]
    queue: Option<String>,
    /// Only this definition, such as sl.f4.
    #[arg(long)]
    definition: Option<String>,
    #[command(flatten)]
    format: Format,
    /// Zone of times without an offset, and of the times written.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Format {
    /// Write JSON.
    #[arg(long)]
    json: bool,
    /// Write CSV.
    #[arg(long)]
    csv: bool,
}

/// By which definitions and limits: today's, over the facts of then.
const BASIS: &str = "recalculated";

/// Columns, stable: users' scripts read them by name.
const COLUMNS: [&str; 16] = [
    "source",
    "queue",
    "definition",
    "part",
    "value",
    "unit",
    "numerator",
    "denominator",
    "n",
    "seconds",
    "short_seconds",
    "few",
    "provisional",
    "incomplete",
    "absent",
    "basis",
];

/// JSON, whose names are as stable as the columns.
#[derive(Serialize)]
struct Report<'a> {
    from: String,
    to: String,
    known_until: Option<String>,
    heard: Option<f64>,
    basis: &'static str,
    figures: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    source: Option<&'a str>,
    queue: Option<&'a str>,
    definition: &'a str,
    value: Option<f64>,
    unit: &'static str,
    numerator: Option<i64>,
    denominator: Option<i64>,
    n: Option<i64>,
    seconds: Option<u32>,
    short_seconds: Option<u32>,
    few: bool,
    provisional: bool,
    incomplete: bool,
    absent: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    reason: Option<&'a str>,
    ms: i64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    let zone = time::zone(&arguments.zone)?;
    let (from, to) = (time::parse(&arguments.from, &zone)?, time::parse(&arguments.to, &zone)?);
    let archive = archive::open(&arguments.data)?;
    let (queue, definition) = (arguments.queue.clone(), arguments.definition.clone());
    let figures = match archive.figures(&FiguresOf { from, to, queue, definition }) {
        Err(error @ (FiguresError::NoDefinition(_) | FiguresError::NotMinutes)) => {
            return Err(WrongUse(error.to_string()).into());
        }
        figures => figures?,
    };
    if arguments.format.csv {
        return csv(&figures);
    }
    let at = |ms| time::write(ms, &zone);
    let report = Report {
        from: at(from),
        to: at(to),
        known_until: figures.known_until.map(at),
        heard: figures.heard,
        basis: BASIS,
        figures: figures.lines.iter().map(row).collect(),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &report)?;
    Ok(writeln!(out)?)
}

fn row(line: &FigureLine) -> Row<'_> {
    let figure = &line.figure;
    Row {
        source: line.queue.as_ref().map(|(source, _)| source.as_str()),
        queue: line.queue.as_ref().map(|(_, queue)| queue.as_str()),
        definition: &figure.definition,
        value: figure.value.ok(),
        unit: figure.unit.word(),
        numerator: figure.numerator,
        denominator: figure.denominator,
        n: figure.n,
        seconds: line.seconds,
        short_seconds: line.short_seconds,
        few: figure.flags.few,
        provisional: figure.flags.provisional,
        incomplete: figure.flags.incomplete,
        absent: figure.value.err().map(|absent| absent.word()),
        parts: figure.parts.iter().map(|(reason, ms)| Part { reason: reason.as_deref(), ms: *ms }).collect(),
    }
}

/// A line a figure, and one a part of it.
fn csv(figures: &Figures) -> Result<()> {
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(COLUMNS).map_err(archive::io_error)?;
    for line in &figures.lines {
        let row = row(line);
        let mut write = |part: &str, value: String, numerator: Option<i64>, whole: bool| {
            let of_whole = |value: String| if whole { value } else { String::new() };
            out.write_record([
                row.source.unwrap_or_default(),
                row.queue.unwrap_or_default(),
                row.definition,
                part,
                &value,
                row.unit,
                &text(numerator),
                &of_whole(text(row.denominator)),
                &of_whole(text(row.n)),
                &text(row.seconds),
                &text(row.short_seconds),
                &row.few.to_string(),
                &row.provisional.to_string(),
                &row.incomplete.to_string(),
                row.absent.unwrap_or_default(),
                BASIS,
            ])
            .map_err(archive::io_error)
        };
        write("", text(row.value), row.numerator, true)?;
        for Part { reason, ms } in &row.parts {
            write(reason.unwrap_or("-"), ms.to_string(), Some(*ms), false)?;
        }
    }
    Ok(out.flush()?)
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
