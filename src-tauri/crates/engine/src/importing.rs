//! Taking in the past while a hub runs: the writer keeps it, between two commits of what happens now.

use crate::Engine;
use crate::import::calls::{CallsError, Keeper, Kept, Taking, report};
use crate::import::{Batch, ImportError, Progress};
use crate::writer::{Importing, Job};
use mirante_floor::SourceId;
use mirante_history::HistoryError;
use std::ops::ControlFlow;
use std::sync::mpsc::{Sender, channel};

impl Engine {
    /// Takes in a report of calls, on this thread, for as long as it takes. The live operation goes on beside it.
    ///
    /// # Errors
    /// As [`report`]; [`ImportError::Ended`] when the engine stops meanwhile.
    pub fn import_report(
        &self,
        job: &Taking,
        each: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Kept, CallsError> {
        let reader = self.reader().map_err(|_| ImportError::Ended)?;
        report(job, &reader, self.parties(), &mut Beside(self), each)
    }
}

/// A running engine's writer. Its channel is asked for anew each time: an import does not hold up the end of the engine.
struct Beside<'a>(&'a Engine);

impl Beside<'_> {
    fn ask<T>(&self, job: impl FnOnce(Sender<Result<T, HistoryError>>) -> Job) -> Result<T, ImportError> {
        let (reply, answer) = channel();
        if !self.0.hand_to_writer(job(reply)) {
            return Err(ImportError::Ended);
        }
        Ok(answer.recv().map_err(|_| ImportError::Ended)??)
    }
}

impl Keeper for Beside<'_> {
    fn register(&mut self, name: &str, kind: &'static str) -> Result<SourceId, ImportError> {
        self.ask(|reply| Job::RegisterImport { name: name.to_owned(), kind, reply })
    }

    fn keep(&mut self, batch: Batch) -> Result<(), ImportError> {
        self.ask(|reply| Job::Import(Box::new(Importing { batch, reply })))
    }
}
