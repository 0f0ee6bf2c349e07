//! The long proof, `cargo xtask prove zero`: traffic of every kind, several runs, and through a cut and a restart.

use crate::compare::{JOURNEYS, OUTCOMES, Wanted, equal};
use crate::judge::Means;
use crate::{both, runs, seconds, seed};
use mirante_tests::load::{Plan, Size};
use mirante_tests::pbx::centre::CENTRE;

/// Calls of every kind, besides those that come anyway.
const SIZE: Size = Size { seconds: 60, inbound: 1.3, outside: 0.1, talk_s: 5.0 };

#[test]
#[ignore = "runs two real PBXs for a minute and a half: cargo xtask prove zero"]
fn every_kind() {
    for run in 1..=runs() {
        let plan = Plan::of_every_kind(seed() + run, Size { seconds: seconds(), ..SIZE }, &CENTRE);
        both(|pbx| equal(pbx, &plan, Wanted { means: &Means::ALL, ends: &OUTCOMES, told: &JOURNEYS, run }));
    }
}
