//! A clock that somebody sets, the PBX's or this computer's, while a caller waits and another talks.

use super::calls::Calls;
use super::told::talking;
use super::{kept, measured, on_both};
use crate::configured_pbx;
use crate::watch::Watch;
use mirante_tests::hub::{Hub, Visit, following};
use mirante_tests::pbx::{Clock, Major, Pbx, config};
use std::time::{Duration, Instant};

/// How far a duration may be off, ms: the figures are whole to a second, and asking takes time.
const NEAR_MS: i64 = 1_000;
const HOUR: f64 = 3600.0;

/// Whose clock is set.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Whose {
    Pbx,
    Mirante,
}

on_both!(a_pbx_clock_set_ahead_leaves_waits_and_talks_right);
fn a_pbx_clock_set_ahead_leaves_waits_and_talks_right(major: Major) {
    set(major, Whose::Pbx, HOUR, true);
}

on_both!(long_a_pbx_clock_set_back_leaves_waits_and_talks_right);
fn long_a_pbx_clock_set_back_leaves_waits_and_talks_right(major: Major) {
    set(major, Whose::Pbx, -HOUR, true);
}

on_both!(a_computer_clock_set_ahead_leaves_waits_and_talks_right);
fn a_computer_clock_set_ahead_leaves_waits_and_talks_right(major: Major) {
    set(major, Whose::Mirante, HOUR, false);
}

on_both!(long_a_computer_clock_set_back_leaves_waits_and_talks_right);
fn long_a_computer_clock_set_back_leaves_waits_and_talks_right(major: Major) {
    set(major, Whose::Mirante, -HOUR, false);
}

on_both!(long_a_computer_clock_mended_by_two_seconds_is_not_noticed);
fn long_a_computer_clock_mended_by_two_seconds_is_not_noticed(major: Major) {
    set(major, Whose::Mirante, -2.0, false);
}

/// A PBX whose events carry their time, or as Asterisk sends them by default without.
fn pbx(major: Major, stamped: bool) -> (Pbx, Clock) {
    let mut pbx = configured_pbx(major);
    // Its own `Wait` would end when its clock is set ahead.
    pbx.edit("extensions.conf", |text| text.replace("Wait(3600)", "Wait(360000)")).expect("a dial plan");
    if !stamped {
        pbx.edit("manager.conf", |text| text.replace("timestampevents = yes", "timestampevents = no")).expect("a file");
    }
    let clock = pbx.own_clock().expect("a clock");
    pbx.boot().expect("a running PBX");
    (pbx, clock)
}

fn set(major: Major, whose: Whose, seconds: f64, stamped: bool) {
    let (pbx, pbx_clock) = pbx(major, stamped);
    let folder = tempfile::tempdir().expect("a folder");
    let own = Clock::new(folder.path()).expect("a clock");
    let mut variables = own.variables();
    variables.push(("MIRANTE_RIG_SECRET", config::MIRANTE.1.to_owned()));
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let text = format!("zone = \"{}\"\n{}", noon(), following(pbx.address(), None));
    let hub = Hub::start(&text, &variables).expect("a hub");
    hub.wait_up(Duration::from_secs(15)).expect("a hub that hears the PBX");
    let mut watch = Watch::new(&hub);
    let mut calls = Calls::of(&pbx);

    // One talks, one waits and will be answered, one waits and will hang up.
    let talks = calls.call("servicedesk-n3");
    calls.answered(&talks);
    let talk = Instant::now();
    calls.pause("sac", true);
    let (waits, wait) = (calls.call("sac"), Instant::now());
    let (leaves, left) = (calls.call("sac"), Instant::now());
    watch.until("all is on screen", Duration::from_secs(5), |feed| {
        feed.state.table("callers").len() == 2 && feed.state.sum("answered") == 1
    });
    watch.until_after(wait, Duration::from_secs(3));
    let (before, set) = (watch.feed.state.now, Instant::now());
    if whose == Whose::Pbx { &pbx_clock } else { &own }.set(seconds).expect("a clock that is set");

    // On screen: what ticks ticks on, and nothing is negative.
    for _ in 0..12 {
        watch.step();
        let state = &watch.feed.state;
        for row in state.table("callers") {
            let shown = state.now - row["entered_ms"].as_i64().unwrap_or_default();
            let real = wait.elapsed().as_millis() as i64;
            assert!(
                (shown - real).abs() <= NEAR_MS + 500,
                "a wait of {real} ms shows {shown} ms after the clock was set"
            );
        }
        assert_eq!(talking(&watch).len(), 1, "the conversation goes on");
        assert_eq!(state.link(), "up", "{}", state.source());
    }
    watch.until_after(set, Duration::from_secs(4));
    let hung_up = left.elapsed();
    calls.hang_up(&leaves);
    // A PBX whose clock was set back by an hour calls nobody for an hour: it waits by that clock for its next look.
    let stuck = whose == Whose::Pbx && seconds < 0.0;
    let (waited, talked_second) = if stuck {
        calls.hang_up(&waits);
        (wait.elapsed(), None)
    } else {
        calls.pause("sac", false);
        calls.answered(&waits);
        let (waited, second) = (wait.elapsed(), Instant::now());
        watch.until_after(second, Duration::from_secs(2));
        calls.hang_up(&waits);
        (waited, Some(second.elapsed()))
    };
    calls.hang_up(&talks);
    let talked = talk.elapsed();
    watch.until("all is over", Duration::from_secs(5), |feed| feed.state.table("callers").is_empty());
    watch.until("nobody talks", Duration::from_secs(5), |feed| {
        feed.state.table("agents").iter().all(|row| row["state"] != "talking")
    });

    let visits = of_any_time(&hub);
    assert_eq!(visits.len(), 3, "{visits:?}");
    let visit = |call: &str| visits.iter().find(|visit| visit.platform_id == call).expect("a visit");
    let mut worst = 0;
    let mut near = |what: &str, figure: Option<i64>, real: Duration| {
        let (figure, real) = (figure.unwrap_or(-1), real.as_millis() as i64);
        worst = worst.max((figure - real).abs());
        assert!((figure - real).abs() <= NEAR_MS, "{what}: {figure} ms, and it was {real} ms\n{visits:?}");
    };
    near("a wait answered", Some(visit(&waits).wait_ms), waited);
    if let Some(talked) = talked_second {
        near("its talk", visit(&waits).talk_ms, talked);
    }
    near("a wait abandoned", Some(visit(&leaves).wait_ms), hung_up);
    near("a talk", visit(&talks).talk_ms, talked);
    assert_eq!(visit(&leaves).outcome, "abandoned");

    watch.step();
    let (now, real) = (watch.feed.state.now, set.elapsed().as_millis() as i64);
    let jumped = now - before - real;
    match (whose, seconds > 0.0) {
        (Whose::Mirante, true) => assert!((jumped - 3_600_000).abs() < 2_000, "the hub's clock moved by {jumped} ms"),
        _ => assert!(jumped.abs() < 1_500, "the hub's clock moved by {jumped} ms"),
    }
    if whose == Whose::Pbx {
        let ahead = watch.feed.state.source()["clock_ahead_ms"].as_f64().expect("a difference that is shown");
        assert!((ahead - seconds * 1000.0).abs() < 3_000.0, "the PBX's clock shows as {ahead} ms ahead");
    }
    let day = format!("{} clock {seconds:+.0} s", if whose == Whose::Pbx { "PBX" } else { "Mirante" });
    measured(major, &day, &format!("waits and talks right within {worst} ms"));
}

/// A zone in which it is about noon: an hour more or less is the same day.
fn noon() -> String {
    let hour = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).hour();
    // Such names count the other way round.
    format!("Etc/GMT{:+}", hour - 12)
}

/// The visits whatever their date, once kept.
fn of_any_time(hub: &Hub) -> Vec<Visit> {
    let visits = kept(hub);
    if visits.len() == 3 {
        return visits;
    }
    mirante_tests::hub::visits_between(&hub.data(), -130, 130).expect("a table of visits")
}
