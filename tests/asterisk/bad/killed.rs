//! Mirante killed under traffic and started again.

use super::{following, measured, on_both};
use crate::pbx_of;
use crate::present::Present;
use crate::watch::Watch;
use mirante_tests::hub::{Visit, visits};
use mirante_tests::load::{Driver, Options, Outcome, Plan, Size, Stay};
use mirante_tests::now_ms;
use mirante_tests::pbx::Major;
use mirante_tests::pbx::centre::CENTRE;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What was heard is kept within this, and a little.
const KEPT_MS: i64 = 1_600;

/// What began within this of each other is one stay: nobody waits so short before coming back.
const SAME_ENTRY_MS: i64 = 2_500;

on_both!(killed_and_started_again_nothing_kept_is_lost_and_nothing_doubles, always);

fn killed_and_started_again_nothing_kept_is_lost_and_nothing_doubles(major: Major) {
    let pbx = pbx_of(major);
    let mut hub = following(pbx.address());
    let ami = pbx.driver().expect("a session");
    let driver = std::thread::spawn(move || {
        let size = Size { seconds: 20, inbound: 4.0, outside: 0.0, talk_s: 2.0 };
        let plan = Plan::new(23, size, &CENTRE);
        Driver::new(ami, &plan, &CENTRE).run(Options { drain: Duration::from_millis(500) }, |_| {})
    });
    std::thread::sleep(Duration::from_secs(11));
    let killed_ms = now_ms();
    hub.signal("-KILL").expect("a dead hub");
    std::thread::sleep(Duration::from_secs(3));
    hub.kill_and_restart().expect("a hub");
    let began = Instant::now();
    hub.wait_up(Duration::from_secs(15)).expect("a hub that hears the PBX");
    let (back, back_ms) = (began.elapsed(), now_ms());
    let truth = driver.join().expect("a driver").expect("a run");

    let mut watch = Watch::new(&hub);
    let began = Instant::now();
    loop {
        let told = Present::of_pbx(&pbx).expect("an answer");
        watch.step();
        let Some(difference) = told.differs(&Present::on_feed(&watch.feed.state)) else { break };
        assert!(began.elapsed() < Duration::from_secs(25), "still {difference}");
    }
    std::thread::sleep(Duration::from_millis(1500));
    let kept = visits(&hub.data(), 10).expect("a table of visits");
    // A call may come back to its queue: each of its stays is told from the others by when it began.
    let of = |stay: &Stay| {
        let is = |visit: &&Visit| {
            let apart = (visit.entered_ms - stay.entered_ms).abs();
            visit.platform_id == stay.call && visit.queue == stay.queue && apart <= SAME_ENTRY_MS
        };
        kept.iter().filter(is).collect::<Vec<_>>()
    };
    let end = |stay: &Stay| match stay.outcome {
        Outcome::Waiting => i64::MAX,
        Outcome::Answered => stay.talk_ms.map_or(i64::MAX, |talk| stay.entered_ms + stay.wait_ms + talk),
        _ => stay.entered_ms + stay.wait_ms,
    };
    let place = |call: &str, queue: &str| (call.to_owned(), queue.to_owned());
    let mut stays: BTreeMap<(String, String), i32> = BTreeMap::new();
    truth.visits().for_each(|stay| *stays.entry(place(&stay.call, &stay.queue)).or_default() += 1);
    kept.iter().for_each(|visit| *stays.entry(place(&visit.platform_id, &visit.queue)).or_default() -= 1);
    let doubled: Vec<_> = stays.into_iter().filter(|(_, left)| *left < 0).collect();
    assert!(doubled.is_empty(), "more visits than stays: {doubled:?}");
    let (mut before, mut after, mut missed) = (0, 0, 0);
    for stay in truth.visits() {
        let found = of(stay);
        assert!(found.len() <= 1, "doubled: {stay}\n{found:?}");
        let answered = stay.outcome == Outcome::Answered;
        if end(stay) < killed_ms - KEPT_MS {
            assert_eq!(found.len(), 1, "was over and kept: {stay}");
            assert_eq!(found[0].outcome == "answered", answered, "{stay}\n{found:?}");
            assert!((found[0].wait_ms - stay.wait_ms).abs() <= 1_000, "{stay}\n{found:?}");
            before += 1;
        } else if stay.entered_ms > back_ms + 500 {
            assert_eq!(found.len(), 1, "began after the return: {stay}");
            // The record was closed while some waited; what became of them it does not know.
            let open = stay.outcome == Outcome::Waiting;
            assert!(open || (found[0].outcome == "answered") == answered, "{stay}\n{found:?}");
            after += 1;
        } else if stay.entered_ms < killed_ms - KEPT_MS {
            assert_eq!(found.len(), 1, "had begun and was kept: {stay}");
        } else if found.is_empty() {
            missed += 1;
        }
    }
    assert!(before > 5 && after > 5, "{before} before, {after} after: too few to judge by");
    let gaps = super::gaps(&hub);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].reason.starts_with("stopped: "), "{gaps:?}");
    assert!(gaps[0].from_ms <= killed_ms && gaps[0].from_ms > killed_ms - 3_000, "{gaps:?} and killed at {killed_ms}");
    let words = format!(
        "heard again {:.1} s after its start; {before} visits before and {after} after, none lost or doubled; {missed} unheard in a \
         recorded gap of {:.1} s",
        back.as_secs_f64(),
        (gaps[0].to_ms - gaps[0].from_ms) as f64 / 1000.0
    );
    measured(major, "Mirante kill -9 and start", &words);
}
