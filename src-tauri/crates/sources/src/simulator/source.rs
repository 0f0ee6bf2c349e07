//! Plays a simulation as a platform would speak.

use super::simulation::Simulation;
use crate::{Phase, Report, Session, Source, SourceError, Wait};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// The platform's words for what it is.
const PLATFORM: &str = "Simulador · dados de exemplo";
/// Simulated ms between pictures.
const PICTURE_MS: i64 = 60_000;
/// Longest sleep, so that a clock that was set is noticed.
const NAP: Duration = Duration::from_millis(500);

/// A simulation behind the [`Source`] trait.
///
/// It goes on from wherever the simulation stands: run one up to now with [`Simulation::run_until`], give the events to
/// history, hand the simulation over, and nothing is missing or told twice. Simulated time runs from the making of the source,
/// watched or not; a session that begins later first brings what happened since the one before.
///
/// `at` of every event is simulated time. At warp 1 it is the time of day if the simulation was handed over at the present;
/// at a higher warp it runs ahead of the clock on the wall.
pub struct SimulatorSource {
    simulation: Arc<Mutex<Option<Simulation>>>,
    pace: Pace,
}

/// Which simulated instant it is.
#[derive(Debug, Clone, Copy)]
struct Pace {
    warp: f64,
    from: i64,
    began: Instant,
}

impl Pace {
    fn clock(&self) -> i64 {
        self.from + (self.began.elapsed().as_secs_f64() * 1000.0 * self.warp) as i64
    }
}

impl SimulatorSource {
    /// Plays `simulation`, `warp` simulated seconds in each real one.
    ///
    /// # Errors
    /// If `warp` is not between 0.1 and 100,000.
    pub fn new(simulation: Simulation, warp: f64) -> Result<Self, SourceError> {
        if !(0.1..=100_000.0).contains(&warp) {
            return Err(SourceError::lasting(Phase::Config, format!("warp is 0.1 to 100000, not {warp}")));
        }
        let pace = Pace { warp, from: simulation.now_ms(), began: Instant::now() };
        Ok(SimulatorSource { simulation: Arc::new(Mutex::new(Some(simulation))), pace })
    }

    /// The simulated instant it is now, Unix ms: the clock for whoever shows ages and waits of a warped centre.
    pub fn clock_ms(&self) -> i64 {
        self.pace.clock()
    }
}

impl Source for SimulatorSource {
    fn connect(&self, _last: Option<mirante_floor::Moment>) -> Wait<'_, Result<Box<dyn Session>, SourceError>> {
        Box::pin(async move {
            let home = Arc::clone(&self.simulation);
            let taken = home.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(simulation) = taken else {
                let message = "the simulated centre is already being watched";
                return Err(SourceError::passing(Phase::Permit, message));
            };
            let picture_at = simulation.now_ms();
            let played = Played { simulation: Some(simulation), home, pace: self.pace, picture_at };
            Ok(Box::new(played) as Box<dyn Session>)
        })
    }
}

struct Played {
    /// Always there until dropped.
    simulation: Option<Simulation>,
    home: Arc<Mutex<Option<Simulation>>>,
    pace: Pace,
    picture_at: i64,
}

impl Session for Played {
    fn platform(&self) -> &str {
        PLATFORM
    }

    fn next<'a>(&'a mut self, out: &'a mut Vec<Report>) -> Wait<'a, Result<(), SourceError>> {
        Box::pin(async move {
            loop {
                let clock = self.pace.clock();
                let (warp, picture_at) = (self.pace.warp, self.picture_at);
                let Some(simulation) = self.simulation.as_mut() else {
                    return Err(SourceError::lasting(Phase::Protocol, "the simulated centre is gone"));
                };
                let next = simulation.next_ms().map_or(picture_at, |at| at.min(picture_at));
                if next > clock {
                    // Nothing is held across this wait, so a dropped future loses nothing.
                    let real = Duration::from_secs_f64((next - clock) as f64 / warp / 1000.0);
                    sleep(real.clamp(Duration::from_millis(1), NAP)).await;
                    if real > NAP {
                        // Nothing happened, and that is news too: the centre is heard.
                        return Ok(());
                    }
                    continue;
                }
                let mut events = Vec::new();
                simulation.run_until(clock.min(picture_at), &mut events);
                out.extend(events.into_iter().map(|(at, kind)| Report::Event { at: Some(at), kind }));
                if clock >= picture_at {
                    out.push(Report::Picture(simulation.picture()));
                    self.picture_at = picture_at + PICTURE_MS;
                }
                if !out.is_empty() {
                    return Ok(());
                }
            }
        })
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.simulation.take();
    }
}
