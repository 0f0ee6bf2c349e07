//! The long proof, `cargo xtask prove zero`: traffic of every kind, several runs, and through a cut and a restart.

use crate::compare::{EVERY_KIND, JOURNEYS, OUTCOMES, Wanted, equal, verdict};
use crate::judge::{Means, Silence, Trace};
use crate::{both, pbx_of, runs, seconds, seed};
use mirante_tests::load::{Driver, Options, Plan, Size};
use mirante_tests::now_ms;
use mirante_tests::pbx::Pbx;
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::proxy::{Proxy, Wire};
use std::time::Duration;

#[test]
#[ignore = "runs two real PBXs for a minute and a half: cargo xtask prove zero"]
fn every_kind() {
    for run in 1..=runs() {
        let plan = Plan::of_every_kind(seed() + run, Size { seconds: seconds(), ..EVERY_KIND }, &CENTRE);
        both(pbx_of, |pbx| equal(pbx, &plan, Wanted { means: &Means::ALL, ends: &OUTCOMES, told: &JOURNEYS, run }));
    }
}

/// Heard before the fault.
const BEFORE: Duration = Duration::from_secs(15);
/// How long nothing is heard.
const LASTS: Duration = Duration::from_secs(20);
/// Within this it must be heard again: the longest pause between attempts, and a little.
const HEARD: Duration = Duration::from_secs(35);
/// With the queue_log what was missed is told; without it, nothing is made up.
const MEANS: [Means; 2] = [Means::Ami, Means::QueueLog];

#[test]
#[ignore = "runs two real PBXs for two minutes: cargo xtask prove zero"]
fn through_a_cut() {
    let plan = Plan::of_every_kind(seed(), Size { seconds: 50, ..EVERY_KIND }, &CENTRE);
    both(pbx_of, |pbx| {
        let wire = Proxy::to(pbx.address()).expect("a wire");
        let hubs = MEANS.map(|means| (means, means.hub(wire.address(), pbx).expect("a hub")));
        hubs.iter().for_each(|(_, hub)| hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX"));
        let ami = pbx.driver().expect("a session");
        let mut trace = Trace::default();
        let (truth, silence) = std::thread::scope(|scope| {
            let calls = scope.spawn(|| Driver::new(ami, &plan, &CENTRE).run(Options::default(), |m| trace.hear(m)));
            std::thread::sleep(BEFORE);
            let from = now_ms();
            wire.set(Wire::Cut);
            std::thread::sleep(LASTS);
            wire.set(Wire::Whole);
            hubs.iter().for_each(|(_, hub)| hub.wait_up(HEARD).expect("a hub that hears the PBX again"));
            let silence = Silence { from, to: now_ms() };
            (calls.join().expect("no panic").expect("a whole run"), silence)
        });
        std::thread::sleep(Duration::from_secs(4));
        verdict(pbx, &[truth], &hubs, &trace, "through a cut", Some(silence))
    });
}

#[test]
#[ignore = "runs two real PBXs for two minutes: cargo xtask prove zero"]
fn through_a_restart() {
    both(pbx_of, restarted);
}

/// Who waits or talks when the PBX dies: how it ended nobody can know.
fn restarted(pbx: &mut Pbx) -> Result<(), String> {
    let hubs = MEANS.map(|means| (means, means.hub(pbx.address(), pbx).expect("a hub")));
    hubs.iter().for_each(|(_, hub)| hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX"));
    let plans = [1, 2].map(|half| Plan::of_every_kind(seed() + half, Size { seconds: 30, ..EVERY_KIND }, &CENTRE));
    let ami = pbx.driver().expect("a session");
    let first = std::thread::scope(|scope| {
        let calls = scope.spawn(|| Driver::new(ami, &plans[0], &CENTRE).run_to_its_end(Options::default()));
        std::thread::sleep(BEFORE);
        pbx.kill().expect("a dead PBX");
        calls.join().expect("no panic")
    });
    std::thread::sleep(Duration::from_secs(5));
    pbx.boot().expect("a PBX");
    hubs.iter().for_each(|(_, hub)| hub.wait_up(HEARD).expect("a hub that hears the PBX again"));
    let mut trace = Trace::default();
    let second = Driver::new(pbx.driver().expect("a session"), &plans[1], &CENTRE);
    let second = second.run(Options::default(), |message| trace.hear(message)).expect("a whole run");
    std::thread::sleep(Duration::from_secs(4));
    let cut_off = first.visits().filter(|stay| stay.talk_ms.is_none() && stay.outcome.is_open()).count();
    println!("{}: {cut_off} callers waited or talked when the PBX died", pbx.version());
    if cut_off < 4 {
        return Err(format!("only {cut_off} callers to judge by"));
    }
    verdict(pbx, &[first, second], &hubs, &trace, "through a restart", None)
}
