//! The rig itself: the driver's record and the PBX's queue_log, two witnesses, must tell the same story before either may
//! judge Mirante.

use mirante_tests::load::{Driver, Options, Outcome, Plan, Size};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Pbx, install};
use mirante_tests::queue_log;

#[test]
#[ignore = "runs a real PBX for a minute and a half: cargo xtask test"]
fn driver_and_queue_log_agree() {
    let tree = install(false, &|words| println!("{words}")).expect("Asterisk 22");
    let pbx = Pbx::start(&tree).expect("a running PBX");
    println!("{}", pbx.version());
    let seconds = std::env::var("MIRANTE_RIG_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let plan = Plan::new(11, Size { seconds, ..Size::default() }, &CENTRE);
    let ami = pbx.driver().expect("a session");
    let truth = Driver::new(ami, &plan, &CENTRE).run(Options::default(), |_| {}).expect("a whole run");
    let log = queue_log::read(&std::fs::read_to_string(pbx.queue_log()).expect("a queue_log"));
    let mut differences = Vec::new();
    let mut rest = log.clone();
    for stay in truth.visits() {
        println!("{stay}");
        let Some(at) = rest.iter().position(|line| line.call == stay.call && line.queue == stay.queue) else {
            differences.push(format!("not in the queue_log: {stay}"));
            continue;
        };
        let line = rest.remove(at);
        let near = |seconds: i64, ms: i64| (seconds * 1000 - ms).abs() <= 1000;
        let talk = match (line.talk, stay.talk_ms) {
            (Some(log), Some(own)) => near(log, own),
            (log, own) => log.is_none() && own.is_none(),
        };
        if line.outcome != stay.outcome || line.agent != stay.agent || !near(line.wait, stay.wait_ms) || !talk {
            differences.push(format!("{stay}\n    but the queue_log says {line:?}"));
        }
    }
    differences.extend(rest.iter().map(|line| format!("only in the queue_log: {line:?}")));
    let outcomes = [
        Outcome::Answered,
        Outcome::Abandoned,
        Outcome::Timeout,
        Outcome::ExitKey,
        Outcome::Overflow,
        Outcome::Withdrawn,
        Outcome::Refused,
    ];
    for outcome in outcomes {
        println!("{outcome:?}: {}", truth.count(outcome));
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
    for outcome in outcomes {
        assert!(truth.count(outcome) > 0, "the run has no {outcome:?}: nothing to judge by");
    }
}
