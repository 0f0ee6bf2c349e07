//! The simulated centre: its past first, so that a newcomer finds a week of history, then its present, without a seam.

use crate::clock::Clock;
use crate::config::SimulatorConfig;
use crate::input::Input;
use crate::writer::Progress;
use jiff::tz::TimeZone;
use mirante_floor::SourceId;
use mirante_sources::SourceError;
use mirante_sources::simulator::{Setup, SetupError, Simulation, SimulatorSource};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;
use tokio::sync::watch;

/// The platform's words while its past is told.
const PLATFORM: &str = "Simulador · dados de exemplo";
/// Ms of past told at once.
const STRIDE_MS: i64 = 5 * 60_000;
/// Ms in a day.
const DAY_MS: i64 = 24 * 60 * 60_000;
/// Events on their way to the fold or the disk at which the teller waits.
const MOST_WAITING: usize = 20_000;

/// How long a centre without a past to tell runs unseen, so that it is found at work and not at its first instant, ms.
const RUN_UP_MS: i64 = DAY_MS / 2;

/// A centre that begins `days` before `now`; without days it stands at `now`, at work.
pub(crate) fn centre(config: &SimulatorConfig, zone: &TimeZone, now: i64, days: u16) -> Result<Simulation, SetupError> {
    let told = i64::from(days) * DAY_MS;
    let mut simulation = Simulation::new(Setup {
        seed: config.seed,
        queues: config.queues,
        agents: config.agents,
        start_ms: now - if days == 0 { RUN_UP_MS } else { told },
        zone: zone.clone(),
        keep_truth: false,
    })?;
    if days == 0 {
        simulation.skip_until(now);
    }
    Ok(simulation)
}

/// The telling of one past.
pub(crate) struct Telling {
    pub(crate) source: SourceId,
    pub(crate) simulation: Simulation,
    pub(crate) warp: f64,
    pub(crate) inputs: Sender<Input>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) backlog: Arc<AtomicUsize>,
    /// `None` where there is no past to tell, only the moments of the start.
    pub(crate) percent: watch::Sender<Option<u8>>,
    pub(crate) stopped: watch::Receiver<bool>,
}

impl Telling {
    /// Tells everything up to now, however long now takes to reach, and gives the source that goes on from there; `None`
    /// when told to stop.
    pub(crate) fn run(mut self) -> Option<Result<SimulatorSource, SourceError>> {
        let from = self.simulation.now_ms();
        let mut told = from;
        self.send(Input::Up { source: self.source, platform: PLATFORM.into(), seen: from });
        loop {
            let now = self.clock.now();
            let mut events = Vec::new();
            told = told.saturating_add(STRIDE_MS).min(now);
            self.simulation.run_until(told, &mut events);
            self.backlog.fetch_add(events.len(), Ordering::Relaxed);
            self.send(Input::Past { source: self.source, events });
            let percent = (told - from).saturating_mul(100) / (now - from).max(1);
            self.percent.send_if_modified(|told| {
                let now = percent.clamp(0, 99) as u8;
                told.as_mut().is_some_and(|told| std::mem::replace(told, now) != now)
            });
            while self.is_behind() && !*self.stopped.borrow() {
                std::thread::sleep(Duration::from_millis(5));
            }
            if *self.stopped.borrow() {
                return None;
            }
            if told >= now {
                break;
            }
        }
        self.send(Input::PastDone);
        // It is told when all of it has happened on the floor, not when it is on its way there.
        while self.backlog.load(Ordering::Relaxed) > 0 && !*self.stopped.borrow() {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.percent.send_replace(None);
        Some(SimulatorSource::new(self.simulation, self.warp))
    }

    fn is_behind(&self) -> bool {
        let waiting = self.backlog.load(Ordering::Relaxed).max(self.progress.unsaved.load(Ordering::Relaxed));
        waiting > MOST_WAITING
    }

    fn send(&self, input: Input) {
        let _ = self.inputs.send(input);
    }
}
