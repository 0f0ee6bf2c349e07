//! A minute of traffic on both versions: Mirante's visits against the driver's own record and the PBX's queue_log.

use crate::compare::{EVERY_KIND, JOURNEYS, OUTCOMES, Wanted, equal};
use crate::judge::Means;
use crate::{both, pbx_of, seconds, seed, unstamped_pbx};
use mirante_tests::load::{Outcome, Plan, Size};
use mirante_tests::pbx::centre::CENTRE;

#[test]
#[ignore = "runs two real PBXs for a minute and a half: cargo xtask test"]
fn visits_of_every_kind_equal_the_drivers_record_and_the_queue_log() {
    let plan = Plan::of_every_kind(seed(), Size { seconds: seconds(), ..EVERY_KIND }, &CENTRE);
    let means = [Means::Narrow, Means::Ami, Means::QueueLog];
    let wanted = Wanted { means: &means, ends: &OUTCOMES, told: &JOURNEYS, run: 1 };
    both(pbx_of, |pbx| equal(pbx, &plan, wanted));
}

#[test]
#[ignore = "runs two real PBXs for a minute: cargo xtask test"]
fn visits_are_as_exact_when_events_carry_no_time() {
    let plan = Plan::of_every_kind(seed(), Size { seconds: 30, ..EVERY_KIND }, &CENTRE);
    // The plan of half a minute promises these; the others come by chance.
    let sure = [Outcome::Answered, Outcome::Abandoned, Outcome::ExitKey, Outcome::Transferred, Outcome::Withdrawn];
    let wanted = Wanted { means: &[Means::Ami, Means::QueueLog], ends: &sure, told: &JOURNEYS, run: 1 };
    both(unstamped_pbx, |pbx| equal(pbx, &plan, wanted));
}
