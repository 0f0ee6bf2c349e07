//! A disk that refuses or stalls: the floor goes on, memory stays bounded, and what was lost is on record.
#![allow(clippy::unwrap_used)]

mod common;

use common::{ONE, Rig, events, rig, waiting};
use mirante_engine::Obstacle;
use mirante_floor::{Device, Kind};
use mirante_history::{History, HistoryError, OpenOptions};
use mirante_sources::Report;
use std::time::{Duration, Instant};

async fn trouble_is_said(rig: &Rig) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while rig.engine.health().trouble.is_none() {
        assert!(Instant::now() < deadline, "the trouble was never said");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let trouble = rig.engine.health().trouble.unwrap();
    // First the writer waits for the other one, then it is refused.
    assert!(matches!(trouble.obstacle, Obstacle::Stalls | Obstacle::Locked), "{trouble:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refuses_is_said_and_nothing_is_lost() {
    let data = tempfile::tempdir().unwrap();
    let rig = rig(data.path(), "", None);
    rig.enter(0);
    rig.wait("the first call enters", |state| waiting(state) == 1).await;
    rig.engine.flush().await.unwrap();

    // Another process holds the database: no commit succeeds.
    let other = rusqlite::Connection::open(data.path().join("mirante.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for call in 1..20 {
        rig.enter(call);
    }
    rig.wait("the floor goes on", |state| waiting(state) == 20).await;
    trouble_is_said(&rig).await;
    rig.enter(20);
    rig.wait("the floor still goes on", |state| waiting(state) == 21).await;

    other.execute_batch("ROLLBACK").unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while rig.engine.health().trouble.is_some() || rig.engine.health().unsaved > 0 {
        assert!(Instant::now() < deadline, "never recovered: {:?}", rig.engine.health());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    rig.engine.shutdown().await;
    let entered = events(data.path()).iter().filter(|e| matches!(e.kind, Kind::Entered { .. })).count();
    assert_eq!(entered, 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_disk_does_not_take_is_given_up_in_the_end_and_history_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let rig = rig(data.path(), "", None);
    rig.enter(0);
    rig.wait("the first call enters", |state| waiting(state) == 1).await;
    rig.engine.flush().await.unwrap();
    let other = rusqlite::Connection::open(data.path().join("mirante.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    // More than may wait in memory.
    let before = rig.engine.live().read(|state| state.seq);
    for nth in 0..3_000u32 {
        let changed = |n: u32| Report::Event {
            at: None,
            kind: Kind::DeviceChanged {
                agent: format!("21{:02}", n % 50).into(),
                device: if (nth + n / 50).is_multiple_of(2) { Device::Idle } else { Device::InUse },
            },
        };
        rig.script.send(Ok((0..100).map(changed).collect())).unwrap();
        // The session must not be given up instead.
        while rig.engine.backlog() > 50_000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let unsaved = rig.engine.health().unsaved;
        assert!(unsaved <= 256_000, "{unsaved} wait for the disk");
    }
    rig.wait("all is folded", |state| state.seq >= before + 300_000).await;
    let unsaved = rig.engine.health().unsaved;
    assert!((235_000..=250_000).contains(&unsaved), "{unsaved}");
    trouble_is_said(&rig).await;

    other.execute_batch("ROLLBACK").unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut call = 1;
    // Something must happen for the fold to hand it over: calls come in as ever.
    while rig.engine.health().saved_seq < before + 300_000 || rig.engine.health().unsaved > 0 {
        assert!(Instant::now() < deadline, "never recovered: {:?}", rig.engine.health());
        rig.enter(call);
        call += 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    rig.engine.shutdown().await;
    assert_eq!(rig.engine.health().trouble, None);

    let history = History::open(data.path(), &OpenOptions::reader()).unwrap();
    let newest = history.newest_seq().unwrap();
    let live = rig.engine.live().read(|state| (state.seq, state.floor.clone()));
    assert_eq!(newest, live.0);
    assert!(history.floor_at_seq(newest).unwrap().floor == live.1, "history goes on from what was live");
    // What had waited was written; what came after it is a recorded loss and a gap of its time.
    let lost = history.floor_at_seq(before + 270_000);
    let Err(HistoryError::Lost { from, to }) = lost else { panic!("{lost:?}") };
    assert!((before + 235_000..=before + 250_001).contains(&from) && to >= before + 300_000, "{from} to {to}");
    let kept = events(data.path());
    assert_eq!(kept.iter().filter(|event| event.stamp.seq < from).count() as u64, from - 1);
    let gaps = history.gaps(0, i64::MAX).unwrap();
    assert_eq!(
        gaps.iter().map(|gap| (gap.source, &*gap.reason)).collect::<Vec<_>>(),
        [(ONE, "disk: the disk took no more")]
    );
    let seen = |seq: u64| kept.iter().find(|event| event.stamp.seq >= seq).unwrap().stamp.seen;
    assert!(gaps[0].from >= seen(from - 1) && gaps[0].to <= seen(to + 1) && gaps[0].from < gaps[0].to, "{gaps:?}");
    assert_eq!(history.faults().unwrap().iter().map(|fault| &*fault.what).collect::<Vec<_>>(), ["events_lost"]);
}
