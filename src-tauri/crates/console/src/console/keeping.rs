//! Commands about how long what is kept is kept.

use super::Console;
use crate::retention::{basis, closing};
use crate::wire::{
    BackupRow, GoingRow, KeepChoice, KeepFor, KeepRow, Keeping, RemovalRow, RemovedRow, RemovingRow, WireError,
};
use mirante_engine::config::{self, RetentionConfig};
use mirante_engine::{Backups, Removed, RemovingNow, nightly_minute};
use mirante_history::{Going, Removal, Rule, tables_of};

/// Receipts shown.
const RECEIPTS: usize = 100;

impl Console {
    pub(super) async fn keeping(&self, language: String) -> Result<Keeping, WireError> {
        let (rules, fixed) = self.rules().await;
        let engine = self.shown().engine.clone();
        let (removing, backups) = (engine.removing(), engine.backups());
        let removals = tokio::task::spawn_blocking(move || Ok::<_, WireError>(engine.reader()?.removals()?));
        let removals = removals.await.map_err(|error| WireError::internal(error.to_string()))??;
        let usual = RetentionConfig::default();
        let row = |rule: Rule| {
            let why = basis(rule, &language);
            KeepRow {
                rule: rule.into(),
                keep: KeepFor::of(rules.of(rule)),
                usual: KeepFor::of(usual.of(rule)),
                tables: tables_of(rule).into_iter().map(str::to_owned).collect(),
                law: why.law.map(str::to_owned),
                law_confirmed: why.is_confirmed,
                choice: why.choice.to_owned(),
            }
        };
        Ok(Keeping {
            rules: Rule::ALL.into_iter().map(row).collect(),
            closing: closing(&language).to_owned(),
            fixed,
            nightly_minute: nightly_minute(),
            now: removing.now.map(Into::into),
            last: removing.last.map(Into::into),
            removals: removals.into_iter().take(RECEIPTS).map(Into::into).collect(),
            backup: backups.map(Into::into),
        })
    }

    pub(super) async fn preview_keeping(&self, keeps: &[KeepChoice]) -> Result<Vec<GoingRow>, WireError> {
        let rules = changed(self.rules().await.0, keeps)?;
        let engine = self.shown().engine.clone();
        let limits = rules.limits(engine.now(), engine.zone());
        let in_use = engine.live().read(|state| mirante_engine::in_use(&state.floor));
        let going = tokio::task::spawn_blocking(move || Ok::<_, WireError>(engine.reader()?.going(&limits, &in_use)?));
        let going = going.await.map_err(|error| WireError::internal(error.to_string()))??;
        Ok(going.into_iter().map(Into::into).collect())
    }

    pub(super) async fn set_keeping(&self, keeps: &[KeepChoice]) -> Result<Vec<KeepChoice>, WireError> {
        let mut config = self.0.config.lock().await;
        if self.view().sample.is_some() {
            return Err(WireError::conflict("example data are kept as long as usual"));
        }
        let rules = changed(config.retention, keeps)?;
        let path = self.0.path.clone();
        let written = tokio::task::spawn_blocking(move || config::set_retention(&path, rules));
        let (new, before) = written.await.map_err(|error| WireError::internal(error.to_string()))??;
        // Nothing else of the file is taken in here: whoever changed it meanwhile has not asked for that.
        config.retention = new.retention;
        self.shown().engine.keep_for(new.retention);
        Ok(KeepChoice::all(&before))
    }

    /// The rules in force, and whether they cannot be changed.
    async fn rules(&self) -> (RetentionConfig, bool) {
        if self.view().sample.is_some() {
            return (RetentionConfig::default(), true);
        }
        (self.0.config.lock().await.retention, false)
    }
}

fn changed(rules: RetentionConfig, keeps: &[KeepChoice]) -> Result<RetentionConfig, WireError> {
    keeps.iter().try_fold(rules, |rules, choice| {
        let keep = KeepFor::keep(choice.keep);
        if keep.is_sensible() {
            Ok(rules.with(choice.rule.into(), keep))
        } else {
            Err(WireError::invalid("a time is at least one day and at most a hundred years"))
        }
    })
}

impl From<Backups> for BackupRow {
    fn from(backups: Backups) -> Self {
        let Backups { folder, hour, keep, is_making, last, failed, is_overdue } = backups;
        let ((last_ms, last_bytes), (failed_ms, failed)) = (last.unzip(), failed.unzip());
        BackupRow {
            folder: folder.display().to_string(),
            minute: u16::from(hour) * 60,
            keep,
            making: is_making,
            last_ms,
            last_bytes,
            failed,
            failed_ms,
            overdue: is_overdue,
        }
    }
}

impl From<Going> for GoingRow {
    fn from(going: Going) -> Self {
        let Going { rule, table, before_ms, rows, bytes, oldest_ms, oldest_kept_ms } = going;
        GoingRow { rule: rule.into(), table: table.to_owned(), before_ms, rows, bytes, oldest_ms, oldest_kept_ms }
    }
}

impl From<Removal> for RemovalRow {
    fn from(removal: Removal) -> Self {
        let Removal { rule, before_ms, removed_ms, rows, bytes } = removal;
        RemovalRow { rule: rule.into(), before_ms, removed_ms, rows, bytes }
    }
}

impl From<RemovingNow> for RemovingRow {
    fn from(now: RemovingNow) -> Self {
        let RemovingNow { since_ms, rows, bytes } = now;
        RemovingRow { since_ms, rows, bytes }
    }
}

impl From<Removed> for RemovedRow {
    fn from(removed: Removed) -> Self {
        let Removed { at_ms, rows, bytes, steps, error } = removed;
        RemovedRow {
            at_ms,
            rows,
            bytes,
            steps: steps.count(),
            p50_ms: steps.within_ms(0.5),
            p99_ms: steps.within_ms(0.99),
            longest_ms: steps.most_ms(),
            error,
        }
    }
}
