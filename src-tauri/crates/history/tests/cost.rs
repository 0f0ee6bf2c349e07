//! What keeping a large centre costs. Run by hand:
//! `cargo test --release -p mirante-history --test cost -- --ignored --nocapture`

mod common;

use common::{Live, MORNING, streams};
use mirante_floor::*;
use std::time::{Duration, Instant};

const QUEUES: u64 = 200;
const AGENTS: u64 = 2_000;
const EVENTS_A_SECOND: u64 = 200;
const SECONDS: u64 = 900;

/// Something that happens in a centre, by a fixed recurrence.
fn kind(n: u64) -> Kind {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let (queue, agent) = (format!("q{}", mixed % QUEUES), format!("{}", 2_000 + mixed % AGENTS));
    let call = format!("1795000020.{}", n / 5);
    match n % 5 {
        0 => streams::entered(&format!("q{}", (n / 5) % QUEUES), &call),
        1 => streams::member(&queue, &agent, Device::Idle, mixed.is_multiple_of(9)),
        2 => streams::answered(&format!("q{}", (n / 5) % QUEUES), &call, &agent),
        3 => Kind::DeviceChanged { agent: agent.into(), device: Device::InUse },
        _ => Kind::CallEnded { call: call.into() },
    }
}

#[test]
#[ignore = "a measurement, not a check"]
fn a_quarter_of_an_hour_of_a_large_centre() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    for n in 0..AGENTS {
        let member = streams::member(&format!("q{}", n % QUEUES), &format!("{}", 2_000 + n), Device::Idle, false);
        live.happen(1, MORNING, member);
    }
    live.keep();
    live.seal();
    let (mut slowest, mut all) = (Duration::ZERO, Duration::ZERO);
    let first = live.seq;
    for second in 0..SECONDS {
        for n in 0..EVENTS_A_SECOND {
            let n = second * EVENTS_A_SECOND + n;
            live.happen(1, MORNING + (n * 1_000 / EVENTS_A_SECOND) as i64, kind(n));
        }
        let begun = Instant::now();
        live.keep();
        slowest = slowest.max(begun.elapsed());
        all += begun.elapsed();
    }
    println!("commit of {EVENTS_A_SECOND} events: mean {:?}, slowest {slowest:?}", all / SECONDS as u32);
    let begun = Instant::now();
    live.history.recover().expect("recover");
    println!("recovery from a full journal: {:?}", begun.elapsed());
    let begun = Instant::now();
    let sealed = live.seal();
    let (events, took) = (live.seq - first, begun.elapsed());
    assert!(sealed.faithful);
    println!(
        "seal of {events} events: {took:?}, {} bytes, {:.1} an event",
        sealed.bytes,
        sealed.bytes as f64 / events as f64
    );
    let size = mirante_history::keyframe(&live.floor).expect("keyframe").len();
    for part in [0, 1, 2, 4] {
        let begun = Instant::now();
        live.history.floor_at(MORNING + SECONDS as i64 * 250 * part).expect("past");
        println!("seek to {part}/4 of it: {:?} (keyframe {size} bytes)", begun.elapsed());
    }
}
