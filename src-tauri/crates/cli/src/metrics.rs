//! `mirantectl metrics`: figures of a stretch of time.

use crate::{WrongUse, archive, logs, time};
use anyhow::Result;
use jiff::tz::TimeZone;
use mirante_console::{DEFAULT_ZONE, FigureLine, Figures, FiguresBasis, FiguresError, FiguresOf};
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
    /// Only this definition, such as sl.f4, or the one that was chosen of a family, such as sl.
    #[arg(long)]
    definition: Option<String>,
    #[command(flatten)]
    basis: Basis,
    #[command(flatten)]
    format: Format,
    /// Language of reasons and of what is wrong: pt-BR, en or es.
    #[arg(long, default_value = "pt-BR", value_parser = ["pt-BR", "en", "es"])]
    language: String,
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

#[derive(clap::Args)]
#[group(multiple = false)]
struct Basis {
    /// By the definitions, formulas and limits in force then. This is usual.
    #[arg(long)]
    as_was: bool,
    /// By those in force now.
    #[arg(long)]
    recalculated: bool,
}

/// Columns, stable: users' scripts read them by name.
const COLUMNS: [&str; 20] = [
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
    "from",
    "to",
    "chosen",
    "hidden",
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
    from: String,
    to: String,
    source: Option<&'a str>,
    queue: Option<&'a str>,
    definition: &'a str,
    chosen: bool,
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
    /// Why the queue's operation does not look at it, if it does not.
    hidden: Option<&'a str>,
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
    let basis = if arguments.basis.recalculated { FiguresBasis::Recalculated } else { FiguresBasis::AsWas };
    let asked = FiguresOf { queue, definition, basis, ..FiguresOf::new(from, to, zone.clone()) };
    let figures = match archive.figures(&asked) {
        Err(error @ (FiguresError::NoDefinition(_) | FiguresError::NotMinutes)) => {
            return Err(WrongUse(error.words(&arguments.language)).into());
        }
        Err(FiguresError::History(error)) => return Err(error.into()),
        figures => figures.map_err(|error| anyhow::anyhow!(error.words(&arguments.language)))?,
    };
    if arguments.format.csv {
        return csv(&figures, &zone, &arguments.language);
    }
    let at = |ms| time::write(ms, &zone);
    let report = Report {
        from: at(from),
        to: at(to),
        known_until: figures.known_until.map(at),
        heard: figures.heard,
        basis: figures.basis.word(),
        figures: figures.lines.iter().map(|line| row(line, &zone, &arguments.language)).collect(),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &report)?;
    Ok(writeln!(out)?)
}

fn row<'a>(line: &'a FigureLine, zone: &TimeZone, language: &str) -> Row<'a> {
    let figure = &line.figure;
    Row {
        from: time::write(line.span.from, zone),
        to: time::write(line.span.to, zone),
        source: line.queue.as_ref().map(|(source, _)| source.as_str()),
        queue: line.queue.as_ref().map(|(_, queue)| queue.as_str()),
        definition: &figure.definition,
        chosen: line.chosen,
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
        hidden: line.hidden.as_ref().map(|words| match language {
            "en" => words.en.as_str(),
            "es" => words.es.as_str(),
            _ => words.pt.as_str(),
        }),
        parts: figure.parts.iter().map(|(reason, ms)| Part { reason: reason.as_deref(), ms: *ms }).collect(),
    }
}

/// A line a figure, and one a part of it.
fn csv(figures: &Figures, zone: &TimeZone, language: &str) -> Result<()> {
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(COLUMNS).map_err(archive::io_error)?;
    for line in &figures.lines {
        let row = row(line, zone, language);
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
                figures.basis.word(),
                &row.from,
                &row.to,
                &row.chosen.to_string(),
                row.hidden.unwrap_or_default(),
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
