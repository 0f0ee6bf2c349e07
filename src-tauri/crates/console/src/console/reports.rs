//! Commands about reports of calls.

use super::Console;
use crate::imports::Brought;
use crate::rows::mask;
use crate::wire::{
    ImportDoes, ImportDone, ImportNow, Reply, ReportColumn, ReportCount, ReportFault, ReportField, ReportLook,
    ReportMapping, ReportOrder, ReportPart, ReportPlace, ReportRefusal, ReportRow, ReportWord, WireError,
};
use jiff::tz::TimeZone;
use mirante_engine::Engine;
use mirante_engine::import::Why;
use mirante_engine::import::calls::{
    self, CallsError, Column, Fault, Field, Kept, Look, Mapping, Shown, Taking, WordFound,
};
use mirante_engine::sheet::{Format, SheetError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Places of rows that cannot be used which cross to a face.
const PLACES: usize = 200;
/// Columns that cross to a face.
const COLUMNS: usize = 120;
/// Where the mapping of the last report is kept, in the data folder.
const REMEMBERED: &str = "report-mapping.toml";
/// Longest name of a source, characters.
const LONGEST: usize = 60;

impl Console {
    pub(super) async fn put_report(&self, part: ReportPart) -> Result<String, WireError> {
        let console = self.clone();
        let engine = self.importing()?;
        blocking(move || console.0.imports.put(engine.data(), &part)).await
    }

    pub(super) async fn look_at_report(
        &self,
        file: String,
        mapping: Option<ReportMapping>,
        source: String,
    ) -> Result<Reply, WireError> {
        let engine = self.importing()?;
        let brought = self.0.imports.brought(&file)?;
        blocking(move || match look(&engine, &brought, mapping, &source) {
            Ok(look) => Ok(Reply::ReportLook(Box::new(look?))),
            Err(error) => Ok(Reply::ReportRefused(refusal(&error))),
        })
        .await
    }

    pub(super) fn take_report(&self, order: ReportOrder) -> Result<ImportNow, WireError> {
        let engine = self.importing()?;
        let brought = self.0.imports.brought(&order.file)?;
        let source = order.source.trim().to_owned();
        if source.is_empty() || source.chars().count() > LONGEST || source.chars().any(char::is_control) {
            return Err(WireError::invalid(format!("a source needs a name of at most {LONGEST} characters")));
        }
        let mapping: Mapping = same(&order.mapping)?;
        let zone = match &order.zone {
            Some(name) => {
                TimeZone::get(name).map_err(|_| WireError::invalid(format!("there is no time zone {name}")))?
            }
            None => engine.zone().clone(),
        };
        let going = self.0.imports.begin(ImportDoes::Report, &brought.name, &source)?;
        let job = Taking {
            file: brought.path.clone(),
            mapping,
            zone,
            now: engine.now(),
            source,
            beside: order.beside,
            report: report_file(engine.data(), engine.now()),
        };
        let now = going.now();
        tokio::task::spawn_blocking(move || {
            let done = engine.import_report(&job, |progress| {
                if going.tell(progress) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            if done.is_ok()
                && let Err(error) = std::fs::write(engine.data().join(REMEMBERED), job.mapping.write())
            {
                tracing::warn!("what the columns of this report say will not be remembered: {error}");
            }
            going.end(done.map(|kept| told(&kept)).map_err(|error| error.to_string()));
            drop(brought);
        });
        Ok(now)
    }

    /// The real operation's engine. Example data have a past of their own.
    pub(super) fn importing(&self) -> Result<Arc<Engine>, WireError> {
        let view = self.view();
        if view.real_is_sample || view.sample.is_some() {
            return Err(WireError::conflict("example data have a past of their own"));
        }
        Ok(view.real.engine.clone())
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, WireError> + Send + 'static,
) -> Result<T, WireError> {
    tokio::task::spawn_blocking(job).await.map_err(|error| WireError::internal(error.to_string()))?
}

/// The same value in the words of another crate: both write it alike, which a test checks.
fn same<T: Serialize, U: DeserializeOwned>(value: &T) -> Result<U, WireError> {
    let value = serde_json::to_value(value).map_err(|error| WireError::internal(error.to_string()))?;
    serde_json::from_value(value).map_err(|error| WireError::invalid(error.to_string()))
}

/// A new file in which rows that cannot be used are told.
fn report_file(data: &Path, now: i64) -> PathBuf {
    let at = jiff::Timestamp::from_millisecond(now).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string();
    let place =
        |nth: u32| data.join(if nth == 0 { format!("import-{at}.csv") } else { format!("import-{at}-{nth}.csv") });
    (0..10_000).map(place).find(|path| !path.exists()).unwrap_or_else(|| place(0))
}

fn look(
    engine: &Engine,
    brought: &Brought,
    mapping: Option<ReportMapping>,
    source: &str,
) -> Result<Result<ReportLook, WireError>, CallsError> {
    let (zone, now) = (engine.zone(), engine.now());
    let seen =
        |mapping: Option<&Mapping>| calls::look(&brought.path, mapping, zone, now, |_| ControlFlow::Continue(()));
    let wished: Option<Mapping> = mapping.as_ref().and_then(|mapping| same(mapping).ok());
    let (found, remembered) = match wished {
        Some(wished) => (seen(Some(&wished))?, false),
        // Reports of one system look alike: the mapping of the last one, if all its columns are there.
        None => match remembered(engine).map(|mapping| seen(Some(&mapping))) {
            Some(Ok(found)) if found.calls > 0 => (found, true),
            _ => (seen(None)?, false),
        },
    };
    let others = match found.span {
        Some(span) => calls::told_already(engine.data(), source, span)?,
        None => Vec::new(),
    };
    let others = others.into_iter().map(|(name, count)| ReportCount { name, count }).collect();
    let zone = zone.iana_name().unwrap_or("UTC").to_owned();
    Ok(shown(found, zone, remembered, others))
}

fn remembered(engine: &Engine) -> Option<Mapping> {
    let text = std::fs::read_to_string(engine.data().join(REMEMBERED)).ok()?;
    let mapping = Mapping::parse(&text).ok()?;
    // Titles above the head come and go, and so do sheets.
    let header = mapping.header.filter(|header| *header == 0);
    Some(Mapping { header, sheet: None, ..mapping })
}

fn shown(found: Look, zone: String, remembered: bool, others: Vec<ReportCount>) -> Result<ReportLook, WireError> {
    let (encoding, divider, sheet, sheets) = match found.format {
        Format::Text { encoding, divider } => {
            (Some(encoding.to_owned()), Some(char::from(divider).to_string()), None, vec![])
        }
        Format::Workbook { sheet, sheets } => (None, None, Some(sheet), sheets),
    };
    let columns = found.columns.into_iter().take(COLUMNS);
    let phone = found.mapping.columns.get(&Field::Phone).cloned();
    let column = |column: Column| {
        let is_phone = phone.as_ref() == Some(&column.name);
        let shown = |sample: String| if is_phone { mask(&sample).unwrap_or_default() } else { sample };
        let samples = column.samples.into_iter().map(shown).collect();
        ReportColumn { name: column.name, head: column.head, samples }
    };
    let word = |word: WordFound| {
        Ok::<_, WireError>(ReportWord { meaning: same(&word.meaning)?, word: word.word, rows: word.rows })
    };
    Ok(ReportLook {
        encoding,
        divider,
        sheet,
        sheets,
        zone,
        columns: columns.map(column).collect(),
        mapping: same(&found.mapping)?,
        remembered,
        missing: same(&found.missing)?,
        dates_doubtful: found.dates_doubtful,
        rows: found.rows,
        calls: found.calls,
        skipped: found.skipped,
        outcomes: found
            .outcomes
            .iter()
            .map(|(name, count)| ReportCount { name: (*name).into(), count: *count })
            .collect(),
        from_ms: found.span.map(|(from, _)| from),
        to_ms: found.span.map(|(_, to)| to),
        queues: found.queues.len() as u64,
        agents: found.agents as u64,
        twice: found.twice,
        words: found.words.into_iter().map(word).collect::<Result<_, _>>()?,
        shown: found.shown.into_iter().filter_map(row).collect(),
        unfit: found.unfit.iter().map(|(why, rows)| fault(*why, *rows)).collect(),
        places: found
            .places
            .iter()
            .take(PLACES)
            .map(|place| {
                let ReportFault { why, field, .. } = fault(place.fault, 0);
                ReportPlace { first: place.first, last: place.last, why, field }
            })
            .collect(),
        others,
    })
}

fn row(shown: Shown) -> Option<ReportRow> {
    let nothing = ReportRow {
        line: shown.line,
        entered_ms: None,
        queue: String::new(),
        agent: None,
        wait_ms: None,
        outcome: String::new(),
        transferred: false,
        talk_ms: None,
        phone: None,
        fault: None,
    };
    Some(match shown.read {
        Ok(None) => return None,
        Err(why) => ReportRow { fault: Some(fault(why, 1)), ..nothing },
        Ok(Some(call)) => ReportRow {
            entered_ms: Some(call.entered),
            queue: call.queue,
            agent: call.agent,
            wait_ms: Some(call.wait_ms),
            outcome: call.outcome.word().to_owned(),
            transferred: call.transferred,
            talk_ms: call.talk_ms,
            phone: call.phone.as_deref().and_then(mask),
            ..nothing
        },
    })
}

fn fault(fault: Fault, rows: u64) -> ReportFault {
    let field: Option<ReportField> = same(&fault.field).unwrap_or_default();
    ReportFault { why: fault.why.word().to_owned(), field, rows }
}

fn refusal(error: &CallsError) -> ReportRefusal {
    let why = match error {
        CallsError::Sheet(SheetError::Empty) => "empty",
        CallsError::Sheet(SheetError::TooLarge(_) | SheetError::Bomb(_)) => "too_large",
        CallsError::Sheet(SheetError::Foreign) => "foreign",
        CallsError::Sheet(SheetError::WebPage) => "web_page",
        CallsError::Sheet(SheetError::Damaged(_)) => "damaged",
        CallsError::Sheet(SheetError::NoSheet(_)) | CallsError::Mapping(_) => "no_column",
        CallsError::Sheet(SheetError::Read(_)) | CallsError::Import(_) => "read",
    };
    ReportRefusal { why: why.to_owned(), detail: error.to_string() }
}

fn told(kept: &Kept) -> ImportDone {
    let counts = kept.report.counts().iter().filter(|(why, _)| **why != Why::TwiceTime);
    ImportDone {
        rows: kept.rows,
        visits: kept.visits,
        known: kept.known,
        heard: kept.heard,
        skipped: kept.skipped,
        from_ms: kept.span.map(|(from, _)| from),
        to_ms: kept.span.map(|(_, to)| to),
        unfit: counts.map(|(why, rows)| ReportFault { why: why.word().to_owned(), field: None, rows: *rows }).collect(),
        report: kept.report.file().map(|path| path.display().to_string()),
        stopped: kept.stopped,
        open: 0,
        begins_ms: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ReportMeaning;
    use mirante_engine::import::calls::Meaning;

    #[test]
    fn every_word_crosses_both_ways() {
        for field in Field::ALL {
            let wire: ReportField = same(&field).unwrap();
            assert_eq!(same::<_, Field>(&wire).unwrap(), field);
        }
        for meaning in Meaning::ALL {
            let wire: ReportMeaning = same(&meaning).unwrap();
            assert_eq!(same::<_, Meaning>(&wire).unwrap(), meaning);
        }
        let text = "header = 2\nsheet = \"a\"\ndates = \"mdy\"\nunit = \"min\"\nshort = \"hm\"\nqueue_name = \"q\"\n\
                    [columns]\nentered_time = \"#3\"\n[outcomes]\nPerdida = \"exit_key\"\n";
        for mapping in [Mapping::parse(text).unwrap(), Mapping::default()] {
            let wire: ReportMapping = same(&mapping).unwrap();
            assert_eq!(same::<_, Mapping>(&wire).unwrap(), mapping);
        }
    }
}
