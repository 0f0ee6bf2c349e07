//! Commands about what a figure is made of, and about past moments.

use super::Console;
use crate::figures::{card, partial};
use crate::wire::{Card, CardAsked, CardPart, CardRows, Moment, Partial, RowOf, Timeline, WireError};
use crate::{FiguresError, rows};
use mirante_floor::FOLD_VERSION;
use mirante_history::{History, HistoryError};

impl Console {
    pub(super) async fn card(&self, asked: CardAsked) -> Result<Card, WireError> {
        let zone = self.shown().engine.zone().clone();
        self.on_history(move |history, now| Ok(card::of(history, &asked, (now, &zone))?)).await
    }

    pub(super) async fn card_rows(&self, asked: CardAsked, part: CardPart, skip: u32) -> Result<CardRows, WireError> {
        let zone = self.shown().engine.zone().clone();
        self.on_history(move |history, now| Ok(card::rows(history, &asked, (part, skip), (now, &zone))?)).await
    }

    pub(super) async fn timeline(&self, of: RowOf, id: &str, is_whole_number: bool) -> Result<Timeline, WireError> {
        let id: u64 = id.parse().map_err(|_| WireError::invalid("that is no number of a visit or an attempt"))?;
        let look = move |history: &History, _| card::timeline(history, (of, id), is_whole_number);
        let told = self.on_history(move |history, now| Ok(look(history, now)?)).await?;
        told.ok_or_else(|| WireError::not_found("that visit or attempt is not kept, or not any more"))
    }

    pub(super) async fn partial(&self, day_ms: Option<i64>) -> Result<Partial, WireError> {
        let zone = self.shown().engine.zone().clone();
        self.on_history(move |history, now| Ok(partial::partial(history, &zone, day_ms, now)?)).await
    }

    pub(super) async fn moment(&self, at_ms: i64) -> Result<Moment, WireError> {
        self.on_history(move |history, _| {
            let past = history.floor_at(at_ms).map_err(FiguresError::from)?;
            if past.seen.is_none() {
                return Err(WireError::not_found("nothing was kept before that moment"));
            }
            let rows = rows::all(&past.floor, &history.parties());
            Ok(Moment { at_ms, seq: past.seq, rows, is_refolded: past.fold_version != FOLD_VERSION })
        })
        .await
    }

    /// Reads history once everything that happened so far is on the disk; `job` is told the time, Unix ms.
    pub(super) async fn on_history<T: Send + 'static>(
        &self,
        job: impl FnOnce(&History, i64) -> Result<T, WireError> + Send + 'static,
    ) -> Result<T, WireError> {
        let engine = self.shown().engine.clone();
        engine.flush().await?;
        let done = tokio::task::spawn_blocking(move || job(&engine.reader()?, engine.now()));
        done.await.map_err(|error| WireError::internal(error.to_string()))?
    }
}

impl From<FiguresError> for WireError {
    fn from(error: FiguresError) -> Self {
        match &error {
            FiguresError::History(HistoryError::Lost { .. } | HistoryError::NoLonger { .. }) => {
                WireError::not_found(error.to_string())
            }
            FiguresError::History(_) => WireError::unavailable(error.to_string()),
            _ => WireError::invalid(error.to_string()),
        }
    }
}
