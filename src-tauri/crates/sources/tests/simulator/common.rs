//! Helpers.

use mirante_floor::Kind;
use mirante_sources::Caller;
use mirante_sources::simulator::{Setup, Simulation};

pub(crate) type Events = Vec<(i64, Kind<Caller>)>;

pub(crate) const HOUR: i64 = 3_600_000;
/// Monday 2026-11-16, 00:00 in São Paulo.
pub(crate) const MONDAY: i64 = 1_794_798_000_000;

/// The default centre with its books kept.
pub(crate) fn centre(seed: u64, start_ms: i64) -> Simulation {
    Simulation::new(Setup { keep_truth: true, ..Setup::new(seed, start_ms) }).expect("a valid setup")
}

/// Everything up to an instant.
pub(crate) fn run(simulation: &mut Simulation, until: i64) -> Events {
    let mut events = Vec::new();
    simulation.run_until(until, &mut events);
    events
}
