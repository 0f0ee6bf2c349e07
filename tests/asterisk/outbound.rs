//! Calls to the outside on real PBXs: each attempt that agents and a dialler make, of every fate, against the driver's own record.

use crate::{both, pbx_of, seed};
use mirante_tests::ami::Ami;
use mirante_tests::hub::{AttemptRow, Hub, attempts};
use mirante_tests::load::{Attempt, Driver, Fate, Mark, Options, Outcome, Plan, Size, Truth};
use mirante_tests::pbx::Pbx;
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::config::{EVERYTHING, MIRANTE, OUTBOUND};
use std::time::Duration;

#[test]
#[ignore = "runs two real PBXs for a minute: cargo xtask test"]
fn attempts_equal_the_drivers_record() {
    let size = Size { seconds: 60, inbound: 0.5, outside: 0.0, talk_s: 4.0 };
    let plan = Plan::of_every_kind(seed(), size, &CENTRE);
    both(pbx_of, |pbx| equal(pbx, &plan));
}

fn equal(pbx: &Pbx, plan: &Plan) -> Result<(), String> {
    let hub = Hub::follow_outbound(pbx.address()).expect("a hub");
    hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    let users = [EVERYTHING, MIRANTE, OUTBOUND];
    let mut ears = users.map(|(user, secret)| Ami::login(pbx.address(), user, secret).expect("a session"));
    let truth = Driver::new(pbx.driver().expect("a session"), plan, &CENTRE).run(Options::default(), |_| {});
    let truth = truth.expect("a whole run");
    // What is held longest is said two seconds later; history is committed at most a second apart.
    std::thread::sleep(Duration::from_secs(4));
    let mut heard = [0u32; 3];
    for (ear, count) in ears.iter_mut().zip(&mut heard) {
        while ear.receive(Duration::from_millis(20)).is_ok_and(|message| message.is_some()) {
            *count += 1;
        }
    }
    for (fate, by_hand) in Fate::ALL.into_iter().flat_map(|fate| [(fate, true), (fate, false)]) {
        let of = |attempt: &&Attempt| attempt.dial.fate == fate && attempt.agent.is_some() == by_hand;
        if !truth.attempts().iter().any(|attempt| of(&attempt)) {
            return Err(format!("{}: nobody is called by {by_hand} for {fate:?}", pbx.version()));
        }
    }
    let rows = attempts(&hub.data(), 10).expect("a table of attempts");
    let mut differences = Vec::new();
    let mut rest: Vec<&AttemptRow> = rows.iter().collect();
    for attempt in truth.attempts() {
        match rest.iter().position(|row| row["platform_id"] == attempt.call) {
            None => differences.push(format!("no row for {attempt:?}")),
            Some(at) => {
                let row = rest.remove(at);
                let wrong = differs(attempt, &truth, row);
                if !wrong.is_empty() {
                    differences.push(format!("{wrong:?}\n  {attempt:?}\n  {row:?}"));
                }
            }
        }
    }
    differences.extend(rest.into_iter().map(|row| format!("nobody was called for {row:?}")));
    let share = |heard_by: u32| 100.0 * f64::from(heard_by) / f64::from(heard[0]);
    println!(
        "{}: {} attempts, {} rows, {} differences; of {} events the documented user hears {:.1} %, with calls to the outside {:.1} %",
        pbx.version(),
        truth.attempts().len(),
        rows.len(),
        differences.len(),
        heard[0],
        share(heard[1]),
        share(heard[2]),
    );
    if differences.is_empty() {
        Ok(())
    } else {
        Err(format!("{}\n{}\n{}", pbx.version(), differences.join("\n"), hub.words()))
    }
}

/// The columns in which a row differs from the record.
fn differs(attempt: &Attempt, truth: &Truth, row: &AttemptRow) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |column: &str, wanted: String| {
        if row[column] != wanted {
            wrong.push(format!("{column}: {wanted} wanted"));
        }
    };
    let stay = truth.stays.iter().find(|stay| stay.call == attempt.call);
    let spoke = stay.filter(|stay| stay.outcome == Outcome::Answered);
    let agent = match attempt.agent {
        Some(number) => CENTRE.agent(number).map(|agent| agent.name.to_owned()),
        None => spoke.and_then(|stay| stay.agent.clone()),
    };
    let picked = attempt.answered_ms.is_some();
    let (result, by) = match (attempt.dial.fate, attempt.agent) {
        (Fate::Machine, None) => ("machine", None),
        (Fate::Answer | Fate::Machine, Some(_)) => ("answered", Some("callee")),
        (Fate::Answer, None) => ("answered", None),
        (Fate::Busy, _) => ("busy", Some("callee")),
        (Fate::Silent, _) => ("no_answer", Some("system")),
        (Fate::Congestion, _) => ("congestion", Some("system")),
        (Fate::Refused, _) => ("refused", Some("callee")),
        (Fate::Unallocated, _) => ("invalid", Some("system")),
    };
    same("contact", attempt.contact.clone());
    same(
        "campaign",
        match attempt.dial.mark {
            Mark::None => String::new(),
            Mark::Variable(campaign) | Mark::Account(campaign) => campaign.to_owned(),
        },
    );
    same("agent", agent.unwrap_or_default());
    same("result", result.to_owned());
    if let Some(by) = by {
        same("ended_by", by.to_owned());
    }
    let cause = attempt.cause.filter(|cause| *cause != 0);
    same("cause", cause.map(|cause| cause.to_string()).unwrap_or_default());
    let dropped = attempt.agent.is_none() && result == "answered" && spoke.is_none() && stay.is_some();
    same("dropped", dropped.to_string());
    // Durations are the platform's and exact. Instants are Mirante's own time of arrival, which may be late on a busy computer.
    let mut near = |column: &str, wanted: Option<i64>, told: Option<i64>| {
        let within = if column.ends_with("_ms") { 1_000 } else { 10_000 };
        if wanted.is_some() != told.is_some()
            || wanted.zip(told).is_some_and(|(one, other)| (one - other).abs() > within)
        {
            wrong.push(format!("{column}: {wanted:?} wanted"));
        }
    };
    let time = |column: &str| row[column].parse::<jiff::Timestamp>().ok().map(|time| time.as_millisecond());
    let number = |column: &str| row[column].parse::<i64>().ok();
    near("started", Some(attempt.started_ms), time("started"));
    near("answered", attempt.answered_ms, time("answered"));
    near("ended", attempt.ended_ms, time("ended"));
    let until = if picked { attempt.answered_ms } else { attempt.ended_ms };
    near("ring_ms", until.map(|at| at - attempt.started_ms), number("ring_ms"));
    let talk = match attempt.agent {
        Some(_) => attempt.answered_ms.zip(attempt.ended_ms).map(|(from, to)| to - from),
        None => spoke.and_then(|stay| stay.talk_ms),
    };
    near("talk_ms", talk, number("talk_ms"));
    wrong
}
