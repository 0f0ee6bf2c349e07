//! Commands about what is stored about a person.

use super::Console;
use crate::subject::{self, Order, Subject};
use crate::wire::{Receipt, SubjectAsked, SubjectFile, SubjectFound, WireError};
use mirante_engine::Engine;
use mirante_history::History;
use std::sync::Arc;

impl Console {
    pub(super) async fn find_subject(&self, asked: SubjectAsked) -> Result<SubjectFound, WireError> {
        self.about(asked, |_, subject| Ok(subject.found)).await
    }

    pub(super) async fn export_subject(&self, asked: SubjectAsked, language: String) -> Result<SubjectFile, WireError> {
        let zone = self.shown().engine.zone().clone();
        self.about(asked, move |history, subject| subject::write_out(history, &subject, &zone, &language)).await
    }

    pub(super) async fn erase_subject(
        &self,
        asked: SubjectAsked,
        by: String,
        reason: String,
    ) -> Result<Receipt, WireError> {
        let engine = self.shown().engine.clone();
        let now_ms = engine.now();
        let order = move |history: &History, subject: Subject| {
            let forget = subject.forget(history, &Order { by: &by, reason: &reason, now_ms })?;
            Ok((forget, history.folder().to_owned()))
        };
        let (forget, folder) = self.about(asked, order).await?;
        let erased = engine.forget(forget).await?;
        let erased = erased.ok_or_else(|| WireError::not_found("nobody is stored under that number or name"))?;
        subject::receipt(&erased, &folder)
    }

    /// Looks for someone once everything that happened so far is on the disk, and goes on from there.
    async fn about<T: Send + 'static>(
        &self,
        asked: SubjectAsked,
        job: impl FnOnce(&History, Subject) -> Result<T, WireError> + Send + 'static,
    ) -> Result<T, WireError> {
        let engine: Arc<Engine> = self.shown().engine.clone();
        engine.flush().await?;
        let done = tokio::task::spawn_blocking(move || {
            let history = engine.reader()?;
            job(&history, subject::find(&history, &asked)?)
        });
        done.await.map_err(|error| WireError::internal(error.to_string()))?
    }
}
