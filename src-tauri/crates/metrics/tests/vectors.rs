//! Published and computed vectors, each told as events to the fold.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use mirante_floor::*;
use mirante_metrics::*;

/// Percent with two decimals.
fn percent(figure: &Figure) -> f64 {
    (rounded(figure, 6) * 10_000.0).round() / 100.0
}

/// One visit after the other, each a minute and a half long at most: outcome and wait, ms.
fn visits(waits: &[(Outcome, i64)]) -> Centre {
    let mut centre = Centre::new();
    let mut events = Vec::new();
    for (nth, (outcome, wait)) in waits.iter().enumerate() {
        let (at, call) = (DAY + seconds(75 * nth as i64), format!("c{nth}"));
        events.push((at, enters("sac", &call, &call, nth as u64 + 1)));
        if *outcome == Outcome::Answered {
            events.push((at + wait, answers("sac", &call, "ana")));
            events.push((at + wait + seconds(10), completes("sac", &call, "ana", false)));
        } else {
            events.push((at + wait, leaves("sac", &call, *outcome)));
        }
    }
    centre.tell_all(events);
    centre
}

/// 1000 answered, 860 of them in 20 s; 60 abandoned, 20 of them in 20 s, 10 of those in 5 s.
fn published_day() -> Centre {
    let mut waits = Vec::new();
    let mut add = |outcome, n: usize, ms| waits.extend(std::iter::repeat_n((outcome, ms), n));
    add(Outcome::Answered, 860, 20_000);
    add(Outcome::Answered, 140, 20_001);
    add(Outcome::Abandoned, 10, 5_000);
    add(Outcome::Abandoned, 10, 5_001);
    add(Outcome::Abandoned, 40, 60_000);
    visits(&waits)
}

#[test]
fn every_service_level_of_the_published_day() {
    let day = published_day();
    let level = |id: &str| percent(&day.figure(&format!("sl.{id}")));
    assert_eq!(["f1", "f2", "f3", "f4", "f5", "f6"].map(level), [83.02, 86.00, 81.13, 82.69, 82.08, 81.90]);
    // Of a day that is over nobody waits any more: Cisco's are F1, F3 and F4.
    assert_eq!(["cisco_positive", "cisco_negative", "cisco_ignored"].map(level), [83.02, 81.13, 82.69]);
    // Genesys: (answered - missed) / (answered + abandoned), and with its switches.
    let all = ["genesys", "genesys_flow_out", "genesys_no_short", "genesys_answered"].map(level);
    assert_eq!(all, [81.13, 81.13, 81.90, 86.00]);
    let f4 = day.figure("sl.f4");
    assert_eq!(
        (f4.definition.as_str(), f4.numerator, f4.denominator, f4.n),
        ("sl.f4@1", Some(860), Some(1040), Some(1040))
    );
    assert_eq!(f4.flags, Flags::default());
}

#[test]
fn cisco_counts_who_waits_beyond_the_limit() {
    let day = published_day();
    let to = DAY + 24 * HOUR;
    let mut sums = day.sums(Span { from: DAY, to }, levels);
    let mut waiting = Waiting::now();
    [20_000, 20_001, 90_000].into_iter().for_each(|ms| waiting.add(ms, true));
    waiting.add(800_000, false);
    sums.waiting = Some(waiting);
    let looked = Looked { to, now: to, open: true, heard: true };
    let level = |id: &str| {
        let figure = sums.figure(Catalogue::own().newest(id).unwrap(), Terms::new(20, 5), looked);
        (figure.numerator.unwrap(), figure.denominator.unwrap())
    };
    assert_eq!(level("sl.cisco_positive"), (880, 1062));
    assert_eq!(level("sl.cisco_negative"), (860, 1062));
    assert_eq!(level("sl.cisco_ignored"), (860, 1042));
    assert_eq!(level("sl.f3"), (860, 1060), "and no other does");
    let now = |id: &str| sums.figure(Catalogue::own().newest(id).unwrap(), Terms::new(20, 5), looked).value;
    assert_eq!([now("waiting"), now("longest_wait")], [Ok(4.0), Ok(800_000.0)]);
    sums.waiting = Some(Waiting::now());
    let now = |id: &str| sums.figure(Catalogue::own().newest(id).unwrap(), Terms::new(20, 5), looked).value;
    assert_eq!([now("waiting"), now("longest_wait")], [Ok(0.0), Err(Absent::Nobody)]);
}

#[test]
fn abandonment_with_and_without_short_ones() {
    let day = published_day();
    assert_eq!(percent(&day.figure("abandonment")), 5.66);
    assert_eq!(percent(&day.figure("abandonment.no_short")), 4.76);
    let count = |id: &str| day.figure(id).numerator.unwrap();
    assert_eq!(["offered", "answered", "abandoned", "short_abandoned"].map(count), [1060, 1000, 60, 10]);
}

#[test]
fn waits_leave_out_who_does_not_belong() {
    use Outcome::*;
    let waits = [
        (Answered, 4_000),
        (Answered, 16_000),
        (Answered, 10_000),
        (Abandoned, 30_000),
        (Abandoned, 50_000),
        (Timeout, 60_000),
    ];
    let day = visits(&waits);
    let ms = |id: &str| rounded(&day.figure(id), 3);
    assert_eq!(ms("asa"), 10_000.0);
    assert_eq!(ms("time_to_abandon"), 40_000.0);
    assert_eq!([ms("wait.p50"), ms("wait.p90"), ms("wait.max")], [10_000.0, 16_000.0, 16_000.0]);
    let p50 = day.figure("wait.p50");
    assert_eq!((p50.numerator, p50.denominator, p50.flags.few), (Some(2), Some(3), true), "rank 2 of 3");
    assert_eq!(day.figure("flow_out").numerator, Some(1));
    assert_eq!(day.figure("longest_wait").value, Err(Absent::NotOfThis), "a day that is over has nobody waiting");
}

/// A day of one agent: 120 calls of 180 s talk, 15 s hold, 30 s after-call work and 75 s free after each; then 7 200 s of pause.
fn worked_day() -> Centre {
    let mut centre = Centre::new();
    let mut events = vec![(DAY, member("sac", "ana", None))];
    let mut at = DAY;
    let activity = |activity| Kind::ActivityChanged { agent: "ana".into(), activity };
    for nth in 0..120 {
        let call = format!("c{nth}");
        events.push((at + seconds(75), enters("sac", &call, &call, nth + 1)));
        at += seconds(75);
        events.push((at, answers("sac", &call, "ana")));
        events.push((at + seconds(100), activity(Some(Activity::Hold))));
        events.push((at + seconds(115), activity(None)));
        events.push((at + seconds(195), activity(Some(Activity::Wrapup(Place::Queue("sac".into()))))));
        events.push((at + seconds(195), completes("sac", &call, "ana", nth < 12)));
        events.push((at + seconds(225), activity(None)));
        at += seconds(225);
    }
    let lunch = (seconds(4_800), Some("lanche"));
    for (long, reason) in [lunch, (seconds(2_400), Some("nr17"))] {
        events.push((at, member("sac", "ana", reason)));
        at += long;
    }
    events.push((at, Kind::MemberRemoved { queue: "sac".into(), agent: "ana".into() }));
    events.push((at + seconds(60), Kind::Tick));
    centre.tell_all(events);
    centre
}

#[test]
fn handle_time_occupancy_and_utilisation_of_the_worked_day() {
    let day = worked_day();
    let ms = |id: &str| rounded(&day.figure(id), 3);
    assert_eq!(ms("time.talking"), 21_600_000.0);
    assert_eq!(ms("time.hold"), 1_800_000.0);
    assert_eq!(ms("time.wrapup"), 3_600_000.0);
    assert_eq!(ms("time.ready"), 9_000_000.0);
    assert_eq!(ms("time.logged"), 43_200_000.0);
    assert_eq!(ms("aht"), 225_000.0);
    assert_eq!([ms("aht.talk"), ms("aht.hold"), ms("acw")], [180_000.0, 15_000.0, 30_000.0]);
    assert_eq!(ms("aht.no_wrapup"), 195_000.0);
    assert_eq!(percent(&day.figure("occupancy")), 75.0);
    assert_eq!(percent(&day.figure("utilisation")), 62.5);
    assert_eq!(percent(&day.figure("unavailability")), 16.67);
    assert_eq!(percent(&day.figure("availability")), 83.33);
    assert_eq!(rounded(&day.figure("contacts_per_hour"), 6), 10.0);
    assert_eq!(percent(&day.figure("transfer")), 10.0);
    let paused = day.figure("time.paused");
    assert_eq!(paused.numerator, Some(7_200_000));
    assert_eq!(paused.parts, [(Some("lanche".into()), 4_800_000), (Some("nr17".into()), 2_400_000)]);
    // Paid hours are on no platform: neither zero nor a guess.
    for id in ["utilisation.paid", "shrinkage", "adherence", "csat", "nps", "promise_kept"] {
        assert_eq!(day.figure(id).value, Err(Absent::NoEvent), "{id}");
    }
}

#[test]
fn what_a_platform_never_tells_is_absent_and_not_zero() {
    let day = visits(&[(Outcome::Answered, 1_000)]);
    assert_eq!(day.figure("acw").value, Err(Absent::NeverTold));
    assert_eq!(day.figure("aht").value, Err(Absent::NeverTold));
    assert_eq!(rounded(&day.figure("aht.no_wrapup"), 0), 10_000.0);
    assert_eq!(Centre::new().figure("sl.f4").value, Err(Absent::NothingToDivide));
}

#[test]
fn a_queue_where_everybody_times_out_is_at_zero() {
    assert_eq!(visits(&[(Outcome::Timeout, 10_000); 3]).figure("sl.f4").value, Ok(0.0));
}

#[test]
fn rings_that_were_not_answered() {
    let mut centre = Centre::new();
    let mut events = vec![(DAY, member("sac", "ana", None)), (DAY, member("sac", "bia", None))];
    for nth in 0..8 {
        let (at, call) = (DAY + seconds(60 * nth), format!("c{nth}"));
        let ring = |agent: &str| Kind::Ringing { queue: "sac".into(), call: call.as_str().into(), agent: agent.into() };
        events.push((at, enters("sac", &call, &call, 1)));
        events.push((at, ring("bia")));
        if nth < 2 {
            events.push((at + 900, Kind::RingNoAnswer { queue: "sac".into(), agent: "bia".into(), ring_ms: 900 }));
        } else {
            events.push((at + 900, Kind::RingEnded { queue: "sac".into(), agent: "bia".into() }));
        }
        events.push((at + 1000, answers("sac", &call, "ana")));
        events.push((at + 2000, completes("sac", &call, "ana", false)));
    }
    events.push((DAY + HOUR, Kind::Tick));
    centre.tell_all(events);
    assert_eq!(centre.figure("ring_no_answer").numerator, Some(2));
    assert_eq!(percent(&centre.figure("ring_no_answer.rate")), 20.0);
}

/// 1000 answered contacts, after 120 of which the same caller came back on the next day.
#[test]
fn repeat_calls_and_first_contact_resolution() {
    let mut centre = Centre::new();
    let mut events = Vec::new();
    let mut contact = |at: i64, call: String, caller: u64| {
        events.push((at, enters("sac", &call, &call, caller)));
        events.push((at + 1000, answers("sac", &call, "ana")));
        events.push((at + 2000, completes("sac", &call, "ana", false)));
    };
    for nth in 0..1000 {
        contact(DAY + seconds(60 * nth), format!("a{nth}"), nth as u64 + 1);
    }
    for nth in 0..120 {
        // The last twenty after more than 24 hours.
        let later = if nth < 100 { 24 * HOUR } else { 24 * HOUR + 3_000 };
        contact(DAY + seconds(60 * nth) + later, format!("b{nth}"), nth as u64 + 1);
    }
    centre.tell_all(events);
    assert_eq!(percent(&centre.figure("repeat.72h")), 12.0);
    assert_eq!(percent(&centre.figure("fcr.72h")), 88.0);
    assert_eq!(percent(&centre.figure("repeat.24h")), 10.0);
    // Not final before the window has passed.
    let (to, definition) = (DAY + 24 * HOUR, Catalogue::own().newest("fcr.72h").unwrap());
    let sums = centre.sums(Span { from: DAY, to }, levels);
    let provisional = |now| {
        let looked = Looked { to, now, open: false, heard: true };
        sums.figure(definition, Terms::new(20, 5), looked).flags.provisional
    };
    assert!(provisional(to + 72 * HOUR - 1) && !provisional(to + 72 * HOUR));
}

/// Ten contacts answered at N1; three go on to N2, one of them to N3.
#[test]
fn escalation_and_hand_offs() {
    let mut centre = Centre::new();
    let mut events = Vec::new();
    for nth in 0..10 {
        let (at, call) = (DAY + seconds(600 * nth), format!("c{nth}"));
        let way: &[&str] = if nth == 0 {
            &["n1", "n2", "n3"]
        } else if nth < 3 {
            &["n1", "n2"]
        } else {
            &["n1"]
        };
        for (step, queue) in way.iter().enumerate() {
            let at = at + seconds(60 * step as i64);
            events.push((at, enters(queue, &format!("{call}.{step}"), &call, 7)));
            events.push((at + 1000, answers(queue, &format!("{call}.{step}"), queue)));
            events.push((at + 2000, completes(queue, &format!("{call}.{step}"), queue, step + 1 < way.len())));
        }
    }
    centre.tell_all(events);
    assert_eq!(percent(&centre.figure("escalation.n1")), 30.0);
    assert_eq!(percent(&centre.figure("escalation.n2")), 33.33);
    assert_eq!(rounded(&centre.figure("hand_offs"), 3), 0.4);
    assert_eq!(percent(&centre.figure("transfer")), 28.57, "4 of 14 answers");
}

#[test]
fn callbacks_owed_are_those_nobody_spoke_to_since() {
    use Outcome::*;
    let mut centre = Centre::new();
    let visit = |centre: &mut Centre, at: i64, call: &str, caller: u64, outcome: Outcome| {
        centre.tell(at, enters("sac", call, call, caller));
        if outcome == Answered {
            centre.tell(at + 1000, answers("sac", call, "ana"));
            centre.tell(at + 2000, completes("sac", call, "ana", false));
        } else {
            centre.tell(at + 9000, leaves("sac", call, outcome));
        }
    };
    let minute = |n: i64| DAY + seconds(60 * n);
    visit(&mut centre, minute(1), "a", 1, Abandoned); // never spoken to
    visit(&mut centre, minute(2), "b", 2, Timeout); // called again and was answered
    visit(&mut centre, minute(3), "c", 2, Answered);
    visit(&mut centre, minute(4), "d", 3, Abandoned); // was called back
    visit(&mut centre, minute(5), "e", 4, Answered); // answered before, lost later
    visit(&mut centre, minute(6), "f", 4, Abandoned);
    visit(&mut centre, minute(7), "g", 5, ExitKey); // chose another way
    dial(&mut centre, minute(8), "h", Some(3), Some(AnsweredBy::Human), 30, false, None);
    dial(&mut centre, minute(9), "i", Some(1), Some(AnsweredBy::Machine), 30, false, None);
    assert_eq!(centre.figure("callers_lost").numerator, Some(4));
    assert_eq!(centre.figure("callbacks_owed").numerator, Some(2));
}

#[allow(clippy::too_many_arguments)]
fn dial(
    centre: &mut Centre,
    at: i64,
    attempt: &str,
    callee: Option<u64>,
    by: Option<AnsweredBy>,
    length: i64,
    dropped: bool,
    coded: Option<DispositionFlags>,
) {
    let name: Name = attempt.into();
    let (contact, callee, campaign) = (name.clone(), callee.map(PartyId), Some("ativo".into()));
    centre.tell(at, Kind::Dialled { attempt: name.clone(), campaign: campaign.clone(), contact, agent: None, callee });
    if let Some(by) = by {
        centre.tell(at + 500, Kind::DialAnswered { attempt: name.clone(), by, agent: None });
    }
    let status = (by.is_none()).then(|| "NOANSWER".into());
    let end = DialEnd { dropped, by: EndedBy::Callee, cause: None, status };
    centre.tell(at + 500 + length * SECOND, Kind::DialEnded { attempt: name.clone(), end, ago_ms: 0 });
    if let Some(flags) = coded {
        centre.tell(at + 600 + length * SECOND, Kind::Disposed { campaign, attempt: name, code: "x".into(), flags });
    }
}

/// 15 000 attempts on 5 000 people: 3 000 answered by a person, 1 200 of them the right one, 360 of those promise to pay.
#[test]
fn an_active_day() {
    let mut centre = Centre::new();
    for nth in 0..15_000u64 {
        let by = if nth < 3_000 {
            Some(AnsweredBy::Human)
        } else if nth < 4_000 {
            Some(AnsweredBy::Machine)
        } else {
            None
        };
        let flags = (nth < 1_500).then(|| DispositionFlags {
            human: true,
            right_party: nth < 1_200,
            promise: nth < 360,
            sale: (360..480).contains(&nth),
            ..DispositionFlags::default()
        });
        // Of those answered by a person 600 last 6 s, the others longer.
        let length = if (2_400..3_000).contains(&nth) { 3 } else { 4 };
        dial(
            &mut centre,
            DAY + seconds(5 * nth as i64),
            &format!("d{nth}"),
            Some(nth % 5_000 + 1),
            by,
            length,
            false,
            flags,
        );
    }
    assert_eq!(rounded(&centre.figure("spin"), 3), 3.0);
    assert_eq!(percent(&centre.figure("hit")), 20.0);
    assert_eq!(percent(&centre.figure("right_party")), 40.0);
    assert_eq!(percent(&centre.figure("right_party.attempts")), 8.0);
    assert_eq!(percent(&centre.figure("promise")), 30.0);
    assert_eq!(percent(&centre.figure("conversion")), 10.0);
    assert_eq!(percent(&centre.figure("conversion.live")), 4.0);
    assert_eq!(percent(&centre.figure("machine")), 25.0);
    assert_eq!(percent(&centre.figure("coded")), 10.0);
    assert_eq!(percent(&centre.figure("short_calls")), 100.0);
}

#[test]
fn a_call_of_six_seconds_is_short_and_a_longer_one_is_not() {
    let mut centre = Centre::new();
    for (nth, length) in [6, 7, 60].into_iter().enumerate() {
        dial(
            &mut centre,
            DAY + seconds(100 * nth as i64),
            &format!("d{nth}"),
            None,
            Some(AnsweredBy::Human),
            length,
            false,
            None,
        );
    }
    dial(&mut centre, DAY + HOUR, "m", None, Some(AnsweredBy::Machine), 60, false, None);
    assert_eq!(percent(&centre.figure("short_calls")), 50.0);
    assert_eq!(centre.figure("spin").value, Err(Absent::NeverTold), "of people nobody knows, giros are not told");
}

#[test]
fn dialler_drops_are_over_live_answers() {
    let drops = |connected: u64, dropped: u64| {
        let mut centre = Centre::new();
        for nth in 0..connected + dropped + 500 {
            let by = (nth < connected + dropped).then_some(AnsweredBy::Human);
            let drop = (connected..connected + dropped).contains(&nth);
            dial(&mut centre, DAY + seconds(20 * nth as i64), &format!("d{nth}"), None, by, 8, drop, None);
        }
        centre.figure("drop")
    };
    let exactly = drops(970, 30);
    assert_eq!((exactly.numerator, exactly.denominator), (Some(30), Some(1000)));
    assert!(exactly.value.unwrap() <= 0.03, "exactly 3 % is allowed");
    let breach = drops(970, 31);
    assert_eq!(rounded(&breach, 5), 0.03097);
}

#[test]
fn few_cases_unknown_ends_and_gaps_are_told() {
    let day = visits(&[(Outcome::Answered, 1_000), (Outcome::Unknown, 9_000)]);
    let level = day.figure("sl.f4");
    assert_eq!(rounded(&level, 2), 0.5);
    assert_eq!(level.flags, Flags { few: true, provisional: false, incomplete: true });
    let sure = visits(&[(Outcome::Answered, 1_000); 10]).figure("sl.f4");
    assert_eq!(sure.flags, Flags::default());
    let to = DAY + 24 * HOUR;
    let looked = Looked { to, now: to - 1, open: false, heard: false };
    let definition = Catalogue::own().newest("asa").unwrap();
    let figure = day.sums(Span { from: DAY, to }, levels).figure(definition, Terms::new(20, 5), looked);
    assert_eq!(figure.flags, Flags { few: true, provisional: true, incomplete: true });
}
