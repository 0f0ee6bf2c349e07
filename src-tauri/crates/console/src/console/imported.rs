//! Commands about what was imported: the list, taking it back, and the hours of today before a source was heard.

use super::{Console, folder_of};
use crate::wire::{
    ImportDoes, ImportDone, ImportKind, ImportNow, ImportedRow, Imports, MissingHours, ReportFault, UndoneRow,
    WireError,
};
use mirante_engine::config::SourceKind;
use mirante_engine::import::{Completed, Hours, Progress};
use mirante_engine::{Engine, asterisk};
use mirante_history::Imported;
use std::ops::ControlFlow;

impl Console {
    pub(super) async fn imports(&self) -> Result<Imports, WireError> {
        let engine = self.importing()?;
        let followed: Vec<(String, String, bool)> = {
            let config = self.0.config.lock().await;
            let one = |source: &mirante_engine::config::SourceConfig| {
                let has_log = matches!(&source.kind, SourceKind::Asterisk(asterisk) if asterisk.queue_log.is_some());
                (source.name.clone(), source.label.clone(), has_log)
            };
            config.sources.iter().map(one).collect()
        };
        super::reports::blocking(move || listed(&engine, followed)).await
    }

    pub(super) async fn complete_day(&self, source: String) -> Result<ImportNow, WireError> {
        let engine = self.importing()?;
        let (place, folder) = {
            let config = self.0.config.lock().await;
            let found = config.sources.iter().find(|known| known.name == source);
            let found = found.ok_or_else(|| WireError::not_found(format!("no source {source} is followed")))?;
            match &found.kind {
                SourceKind::Asterisk(asterisk) => (asterisk.clone(), folder_of(&self.0.path).to_owned()),
                SourceKind::Simulator(_) => return Err(WireError::invalid("a simulated centre has no queue_log")),
            }
        };
        let id = engine.sources().get(&source).copied();
        let id = id.ok_or_else(|| WireError::not_found(format!("no source {source} is followed")))?;
        if engine.is_being_told(id) {
            return Err(WireError::unavailable("what the source missed is still being read; try again in a moment"));
        }
        let going = self.0.imports.begin(ImportDoes::Day, "queue_log", &source)?;
        let now = going.now();
        tokio::task::spawn_blocking(move || {
            let tell = |progress: Progress| {
                if going.tell(progress) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            // Secrets may lie in a keyring that asks somebody.
            let done = asterisk(&place, &folder).map_err(|error| error.to_string()).and_then(|config| {
                let log = config.queue_log.ok_or_else(|| "it is not known where the queue_log lies".to_owned())?;
                let hours = engine.missing_hours(id).ok_or_else(|| "nothing is missing of today".to_owned())?;
                let done = engine.complete_day(&hours, log.open(), tell);
                done.map(|done| told(&done)).map_err(|error| error.to_string())
            });
            going.end(done);
        });
        Ok(now)
    }

    pub(super) fn undo_import(&self, source: &str) -> Result<ImportNow, WireError> {
        let engine = self.importing()?;
        let failed = |error: mirante_history::HistoryError| WireError::internal(error.to_string());
        let reader = engine.reader().map_err(|error| WireError::internal(error.to_string()))?;
        let found = reader.imports().map_err(failed)?.into_iter().find(|import| import.name == source);
        let found = found.ok_or_else(|| WireError::not_found(format!("nothing was imported as {source}")))?;
        drop(reader);
        let going = self.0.imports.begin(ImportDoes::Undo, source, source)?;
        let now = going.now();
        tokio::task::spawn_blocking(move || {
            let mut steps = 0;
            let done = engine.undo_import(found.source, || {
                steps += 1;
                let progress = Progress { bytes: 0, of: 1, lines: steps };
                if going.tell(progress) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            let done = done.map(|is_done| ImportDone { stopped: !is_done, ..nothing() });
            going.end(done.map_err(|error| error.to_string()));
        });
        Ok(now)
    }
}

fn listed(engine: &Engine, followed: Vec<(String, String, bool)>) -> Result<Imports, WireError> {
    let failed = |error: mirante_history::HistoryError| WireError::internal(error.to_string());
    let reader = engine.reader().map_err(|error| WireError::internal(error.to_string()))?;
    let all = reader.imports().map_err(failed)?;
    let undone = reader.undone().map_err(failed)?;
    let ids = engine.sources();
    let mut missing = Vec::new();
    for (source, label, has_log) in followed {
        let Some(id) = ids.get(&source).copied() else { continue };
        let Some(Hours { from, until, day, .. }) = engine.missing_hours(id) else { continue };
        let is_told = |import: &&Imported| import.completes == Some(id) && import.name.ends_with(&format!("/{day}"));
        let told = all.iter().find(is_told).map(row);
        let being_told = engine.is_being_told(id);
        missing.push(MissingHours { source, label, from_ms: from, until_ms: until, has_log, being_told, told });
    }
    Ok(Imports {
        imports: all.iter().map(row).collect(),
        undone: undone
            .into_iter()
            .map(|undone| UndoneRow {
                source: undone.name,
                begun_ms: undone.begun_ms,
                ended_ms: undone.ended_ms,
                visits: undone.visits,
            })
            .collect(),
        missing,
    })
}

fn row(import: &Imported) -> ImportedRow {
    let kind = match import.kind.as_str() {
        _ if import.completes.is_some() => ImportKind::Hours,
        "import/report" => ImportKind::Report,
        _ => ImportKind::QueueLog,
    };
    ImportedRow {
        source: import.name.clone(),
        kind,
        files: import.files,
        visits: import.visits,
        from_ms: import.span.map(|(from, _)| from),
        to_ms: import.span.map(|(_, to)| to),
        undoing: import.undoing,
    }
}

fn nothing() -> ImportDone {
    ImportDone {
        rows: 0,
        visits: 0,
        known: 0,
        heard: 0,
        skipped: 0,
        from_ms: None,
        to_ms: None,
        unfit: Vec::new(),
        report: None,
        stopped: false,
        open: 0,
        begins_ms: None,
    }
}

fn told(done: &Completed) -> ImportDone {
    let fault = |(why, rows): (&mirante_engine::import::Why, &u64)| ReportFault {
        why: why.word().to_owned(),
        field: None,
        rows: *rows,
    };
    ImportDone {
        rows: done.lines,
        visits: done.visits,
        heard: done.known,
        skipped: done.passed,
        from_ms: done.span.map(|(from, _)| from),
        to_ms: done.span.map(|(_, to)| to),
        unfit: done.unusable.iter().map(fault).collect(),
        stopped: done.stopped,
        open: done.open,
        begins_ms: done.begins,
        ..nothing()
    }
}
