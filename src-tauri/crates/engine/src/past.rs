//! A platform's past, told before its present: how a newcomer finds a week of the simulated centre.

use crate::clock::Clock;
use crate::input::Input;
use crate::writer::Progress;
use mirante_floor::{Kind, SourceId};
use mirante_sources::{Caller, Source};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;
use tokio::sync::watch;

/// Who can tell a past and then becomes the present.
pub trait PastTeller: Send {
    /// The first instant, Unix ms.
    fn from(&self) -> i64;

    /// The platform's words for what it is.
    fn platform(&self) -> String;

    /// What happened up to and including `until`, appended in order with its times.
    fn tell(&mut self, until: i64, out: &mut Vec<(i64, Kind<Caller>)>);

    /// The source that goes on from where the past ended.
    fn present(self: Box<Self>) -> Arc<dyn Source>;
}

/// Ms of past told at once.
const STRIDE_MS: i64 = 5 * 60_000;
/// Events on their way to the fold or the disk at which the teller waits.
const MOST_WAITING: usize = 20_000;

/// The telling of one past.
pub(crate) struct Telling {
    pub(crate) source: SourceId,
    pub(crate) teller: Box<dyn PastTeller>,
    pub(crate) inputs: Sender<Input>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) backlog: Arc<AtomicUsize>,
    pub(crate) percent: watch::Sender<Option<u8>>,
    pub(crate) stopped: watch::Receiver<bool>,
}

impl Telling {
    /// Tells everything up to now, however long now takes to reach; `None` when told to stop.
    pub(crate) fn run(mut self) -> Option<Arc<dyn Source>> {
        let from = self.teller.from();
        let mut told = from;
        self.send(Input::Up { source: self.source, platform: self.teller.platform().into(), seen: from });
        loop {
            let now = self.clock.now();
            if told >= now {
                break;
            }
            told = told.saturating_add(STRIDE_MS).min(now);
            let mut events = Vec::new();
            self.teller.tell(told, &mut events);
            self.backlog.fetch_add(events.len(), Ordering::Relaxed);
            self.send(Input::Past { source: self.source, events });
            let percent = (told - from).saturating_mul(100) / (now - from).max(1);
            self.percent.send_replace(Some(percent.clamp(0, 99) as u8));
            while self.is_behind() {
                if *self.stopped.borrow() {
                    return None;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            if *self.stopped.borrow() {
                return None;
            }
        }
        self.send(Input::PastDone);
        self.percent.send_replace(None);
        Some(self.teller.present())
    }

    fn is_behind(&self) -> bool {
        self.backlog.load(Ordering::Relaxed) > MOST_WAITING
            || self.progress.unsaved.load(Ordering::Relaxed) > MOST_WAITING
    }

    fn send(&self, input: Input) {
        let _ = self.inputs.send(input);
    }
}
