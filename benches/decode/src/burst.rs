//! A large site lists everything at once: from bytes to a floor that shows it.

use crate::figures::{Figures, busy};
use crate::hall::Hall;
use crate::row;
use anyhow::{Result, ensure};
use mirante_sources::asterisk::bench::Reader;
use std::fmt::Write;
use std::hint::black_box;

const QUEUES: usize = 200;
const MEMBERSHIPS: usize = 3264;
const AGENTS: usize = 2000;
/// Bytes handed over at once, as a socket does.
const READ: usize = 128 * 1024;

/// The answer to QueueStatus, as Asterisk 22 says it: 200 queues, 3,264 memberships of 2,000 agents, and its end.
fn answer(id: &str) -> String {
    let mut text =
        format!("Response: Success\r\nActionID: {id}\r\nEventList: start\r\nMessage: Queue status will follow\r\n\r\n");
    let mut member = 0;
    for queue in 0..QUEUES {
        _ = write!(
            text,
            "Event: QueueParams\r\nQueue: fila-{queue:03}\r\nMax: 0\r\nStrategy: rrmemory\r\nCalls: 0\r\nHoldtime: {}\r\n\
             TalkTime: 213\r\nCompleted: {}\r\nAbandoned: 12\r\nServiceLevel: 20\r\nServicelevelPerf: 81.5\r\n\
             ServicelevelPerf2: 76.2\r\nWeight: 0\r\nActionID: {id}\r\n\r\n",
            queue % 60,
            queue * 7,
        );
        for _ in 0..MEMBERSHIPS * (queue + 1) / QUEUES - MEMBERSHIPS * queue / QUEUES {
            // Each agent serves one queue or two, as the real ones do.
            let agent = 10_000 + member % AGENTS;
            let (paused, reason) = if member % 11 == 0 { (1, "almoço") } else { (0, "") };
            _ = write!(
                text,
                "Event: QueueMember\r\nQueue: fila-{queue:03}\r\nName: Atendente {agent}\r\nLocation: PJSIP/{agent}\r\n\
                 StateInterface: PJSIP/{agent}\r\nMembership: dynamic\r\nPenalty: {}\r\nCallsTaken: 17\r\n\
                 LastCall: 1795290480\r\nLastPause: 1795290400\r\nLoginTime: 1795280491\r\nInCall: 0\r\nStatus: {}\r\n\
                 Paused: {paused}\r\nPausedReason: {reason}\r\nWrapuptime: 0\r\nActionID: {id}\r\n\r\n",
                member % 3,
                1 + member % 2,
            );
            member += 1;
        }
    }
    _ = write!(
        text,
        "Event: QueueStatusComplete\r\nActionID: {id}\r\nEventList: Complete\r\nListItems: {}\r\n\r\n",
        QUEUES + MEMBERSHIPS
    );
    text
}

/// Ms from the list's bytes to a floor that was empty.
pub fn measure(rounds: usize) -> Result<Figures> {
    let (first, second) = (answer("mirante-1"), answer("mirante-2"));
    let (mut decode, mut read, mut whole, mut again) =
        (Figures::default(), Figures::default(), Figures::default(), Figures::default());
    for _ in 0..rounds {
        let (mut reader, mut hall, mut reports) = (Reader::new(), Hall::new(), Vec::new());
        let mut alone = Reader::new();
        decode.push(1e3 * busy(|| first.as_bytes().chunks(READ).for_each(|read| alone.dispatch(read))).0);
        ensure!(alone.count() == 3466, "the answer and 3,465 events, not {}", alone.count());
        reader.asked("mirante-1");
        let (to_picture, ()) =
            busy(|| first.as_bytes().chunks(READ).for_each(|read| reader.translate(read, 0, &mut reports)));
        let (to_floor, ()) = busy(|| hall.take(reports.drain(..)));
        read.push(1e3 * to_picture);
        whole.push(1e3 * (to_picture + to_floor));
        let members = hall.memberships();
        ensure!(members == MEMBERSHIPS, "{members} memberships on the floor");
        reader.asked("mirante-2");
        let (next, ()) = busy(|| {
            second.as_bytes().chunks(READ).for_each(|read| reader.translate(read, 0, &mut reports));
            hall.take(reports.drain(..));
        });
        again.push(1e3 * next);
        ensure!(black_box(&hall).memberships() == MEMBERSHIPS, "the second list changed the floor");
    }
    let kb = first.len() / 1000;
    println!("\nQueueStatus of a large site: 3,465 events, {kb} kB; ms of processor time, {rounds} rounds");
    row("mirante: decode and dispatch", &decode, "ms", "");
    row("mirante: the same, and translate into a picture", &read, "ms", "");
    row("mirante: the same, reconcile with an empty floor and apply it all", &whole, "ms", "");
    row("mirante: the next list, in which nothing changed", &again, "ms", "");
    Ok(whole)
}
