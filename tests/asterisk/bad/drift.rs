//! Events that never arrive, on a connection that looks well: two pictures mend what they would have told, and it is counted.

use super::calls::Calls;
use super::told::{talking, until_equal};
use super::{following, gaps, kept, measured, on_both};
use crate::pbx_of;
use crate::watch::Watch;
use mirante_tests::pbx::Major;
use mirante_tests::proxy::Proxy;
use std::time::{Duration, Instant};

on_both!(long_lost_events_are_mended_and_counted);

fn long_lost_events_are_mended_and_counted(major: Major) {
    let pbx = pbx_of(major);
    let wire = Proxy::to(pbx.address()).expect("a wire");
    let hub = following(wire.address());
    let mut watch = Watch::new(&hub);
    let mut calls = Calls::of(&pbx);
    calls.pause("sac", true);
    let waits = calls.call("sac");
    let talks = calls.call("servicedesk-n3");
    calls.answered(&talks);
    until_equal(&pbx, &mut watch, Duration::from_secs(5));
    assert_eq!((talking(&watch).len(), drift(&watch)), (1, 0));

    // Both end, one more comes, and Mirante hears nothing of it.
    wire.keep_back(&["QueueCaller", "AgentComplete", "QueueMember", "Hangup", "SoftHangup", "DeviceState"]);
    let began = Instant::now();
    calls.hang_up(&waits);
    calls.hang_up(&talks);
    calls.pause("televendas", true);
    let unheard = calls.call("sac");
    watch.through(Duration::from_secs(1));
    assert!(wire.dropped() > 5, "{} events kept back", wire.dropped());
    let rows = watch.feed.state.table("callers").into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(rows.len(), 1, "nothing was heard, so nothing changed: {rows:?}");
    wire.keep_back(&[]);

    until_equal(&pbx, &mut watch, Duration::from_secs(90));
    let healed = began.elapsed();
    watch.until("the conversation ends", Duration::from_secs(70), |feed| {
        feed.state.table("agents").iter().all(|row| row["state"] != "talking")
    });
    let counted = drift(&watch);
    assert!(counted >= 4, "a wait, a talk, an entry and pauses were mended, and {counted} counted");
    assert_eq!(watch.feed.state.link(), "up");
    calls.hang_up(&unheard);
    let visits = kept(&hub);
    let outcome =
        |call: &str| visits.iter().find(|visit| visit.platform_id == call).map(|visit| visit.outcome.as_str());
    assert_eq!(outcome(&waits), Some("unknown"), "nobody saw how: {visits:?}");
    assert_eq!(outcome(&talks), Some("answered"));
    assert_eq!(outcome(&unheard), Some("abandoned"));
    assert_eq!(visits.len(), 3, "{visits:?}");
    assert!(gaps(&hub).is_empty());
    let words = format!(
        "{} events kept back, healed after {:.1} s, {counted} mended and shown",
        wire.dropped(),
        healed.as_secs_f64()
    );
    measured(major, "drift (lost events)", &words);
}

/// What Mirante says that it mended today.
fn drift(watch: &Watch) -> i64 {
    watch.feed.state.source()["drift"].as_i64().expect("a count")
}
