//! One task a source: connects, forwards what comes, and connects again. It never waits for the fold or the disk.

use crate::clock::{Clock, Passed};
use crate::input::Input;
use crate::reason::Reason;
use mirante_floor::{Moment, SourceId};
use mirante_sources::{Phase, Report, Retry, Session, Source, SourceError};
use rand::RngExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};

/// First pause before connecting again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause after a platform that answered and failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Longest pause after an attempt that reached nobody: a PBX that restarts is found again soon, and nothing is hammered.
const LONGEST_PAUSE_UNREACHED: Duration = Duration::from_secs(5);
/// A session that lasted this long begins the pauses anew.
const GOOD_SESSION: Duration = Duration::from_secs(60);
/// A source that has not connected by then never will.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// Sessions yield something every second or two: after such a silence this program did not run meanwhile.
const STOOD_STILL: Duration = Duration::from_secs(5);
/// A session that ends within this after Mirante stood still ended for that.
const OUTLASTED: Duration = Duration::from_secs(15);
/// Reports waiting for the fold at which a session is given up, so that memory stays bounded.
const MOST_WAITING: usize = 300_000;

/// Follows one source.
pub(crate) struct Supervisor {
    pub(crate) id: SourceId,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) inputs: Sender<Input>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) backlog: Arc<AtomicUsize>,
    /// When the platform last said something by itself.
    pub(crate) heard: Option<Moment>,
    /// When this program last did not run for a while.
    pub(crate) stood_still: Option<StoodStill>,
    /// Someone wants to connect now.
    pub(crate) poke: Arc<Notify>,
    /// True to end.
    pub(crate) stop: watch::Receiver<bool>,
}

impl Supervisor {
    /// Runs until told to stop.
    pub(crate) async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let connected = tokio::select! {
                biased;
                () = stopped(&mut self.stop) => return,
                connected = connect(&*self.source, self.heard) => connected,
            };
            let (reason, error) = match connected {
                Ok(session) => {
                    let began = Instant::now();
                    let platform = session.platform().into();
                    tracing::info!(source = self.id.0, platform = session.platform(), "connected");
                    self.tell(Input::Up { source: self.id, platform, seen: self.clock.now() });
                    let Some((reason, error)) = self.follow(session).await else { return };
                    if began.elapsed() >= GOOD_SESSION {
                        pause = FIRST_PAUSE;
                    }
                    (reason, error)
                }
                Err(error) => (error.phase.into(), error),
            };
            let stood_still = self.stood_still.take().filter(|still| still.to.elapsed() < OUTLASTED);
            let stood_still_ms =
                stood_still.as_ref().map(|still| i64::try_from(still.from.elapsed().as_millis()).unwrap_or(i64::MAX));
            let (reason, error) = match stood_still {
                None => (reason, error),
                Some(still) => (Reason::Overload, still.blame(error)),
            };
            tracing::warn!(source = self.id.0, phase = ?error.phase, "not connected: {error}");
            let reason = reason.with(&error.message);
            self.tell(Input::Down { source: self.id, reason, stood_still_ms, seen: self.clock.now() });
            let longest = match error.phase {
                Phase::Name | Phase::Port | Phase::Protocol => LONGEST_PAUSE_UNREACHED,
                _ => LONGEST_PAUSE,
            };
            pause = pause.min(longest);
            let wait = match error.retry {
                Retry::Never => None,
                Retry::Backoff => Some(pause.mul_f64(rand::rng().random_range(0.75..=1.0))),
            };
            tokio::select! {
                () = stopped(&mut self.stop) => return,
                () = self.poke.notified() => pause = FIRST_PAUSE,
                () = sleep(wait) => pause = pause.saturating_mul(2),
            }
        }
    }

    /// Forwards until the session ends, and gives why; `None` when told to stop.
    async fn follow(&mut self, mut session: Box<dyn Session>) -> Option<(Reason, SourceError)> {
        let mut last = Passed::now();
        loop {
            let mut reports = Vec::new();
            let result = tokio::select! {
                biased;
                () = stopped(&mut self.stop) => return None,
                result = session.next(&mut reports) => result,
            };
            let seen = self.clock.now();
            let from = std::mem::replace(&mut last, Passed::now());
            if from.elapsed() > STOOD_STILL {
                self.stood_still = Some(StoodStill { from, to: last });
            }
            if reports.is_empty() {
                self.tell(Input::Heard { seen });
            } else {
                let mut told = reports.iter().filter_map(|report| match report {
                    Report::Event { at, .. } => Some(*at),
                    Report::Backfill { .. } | Report::Clock { .. } | Report::Picture(_) => None,
                });
                if let Some(at) = told.next_back() {
                    self.heard = Some(Moment { seen, at: at.or(self.heard.and_then(|heard| heard.at)) });
                }
                let waiting = self.backlog.fetch_add(reports.len(), Ordering::Relaxed) + reports.len();
                self.tell(Input::Reports { source: self.id, seen, reports });
                if waiting > MOST_WAITING && result.is_ok() {
                    let message = "this computer cannot keep up with the platform's events";
                    return Some((Reason::Overload, SourceError::passing(Phase::Protocol, message)));
                }
            }
            if let Err(error) = result {
                return Some((error.phase.into(), error));
            }
        }
    }

    fn tell(&self, input: Input) {
        // The fold ends only after every supervisor.
        let _ = self.inputs.send(input);
    }
}

/// A stretch in which this program did not run.
#[derive(Debug)]
pub(crate) struct StoodStill {
    from: Passed,
    to: Passed,
}

impl StoodStill {
    /// Why a session that did not outlast it ended.
    fn blame(&self, error: SourceError) -> SourceError {
        let seconds = self.from.elapsed().saturating_sub(self.to.elapsed()).as_secs();
        let message = format!("Mirante stood still for {seconds} s on this computer, and then: {}", error.message);
        SourceError { message, ..error }
    }
}

async fn connect(source: &dyn Source, last: Option<Moment>) -> Result<Box<dyn Session>, SourceError> {
    tokio::time::timeout(CONNECT_WITHIN, source.connect(last)).await.unwrap_or_else(|_| {
        Err(SourceError::passing(Phase::Protocol, "the platform did not finish answering within 30 s"))
    })
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means the engine is gone.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn sleep(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}
