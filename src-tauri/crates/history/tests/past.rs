//! The floor of any past moment is the floor that was.

mod common;

use common::{Live, MORNING, call, streams, visits};
use mirante_floor::*;
use mirante_history::{Board, History, HistoryError, OpenOptions};
use proptest::prelude::*;

/// Two sources whose events mix in any way.
fn any_history() -> impl Strategy<Value = Vec<Event>> {
    (streams::any_stream(1), streams::any_stream(2), prop::collection::vec(any::<bool>(), 240)).prop_map(
        |(one, two, turns)| {
            let (mut one, mut two) = (one.into_iter(), two.into_iter());
            let mut all = Vec::new();
            for turn in turns {
                all.extend(if turn { one.next() } else { two.next() });
            }
            all
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_past_floor_is_the_one_that_was(events in any_history(), commit in 1usize..20, seal in 1usize..60) {
        let dir = tempfile::tempdir().expect("tempdir");
        let mut live = Live::open(dir.path());
        let mut past = vec![live.floor.clone()];
        for (n, event) in events.iter().enumerate() {
            live.relive(event.clone());
            past.push(live.floor.clone());
            if n % commit == 0 {
                live.keep();
            }
            if n % seal == seal - 1 {
                live.keep();
                prop_assert!(live.seal().faithful);
            }
        }
        live.keep();
        let reader = History::open(dir.path(), &OpenOptions::reader()).expect("open for reading");
        for (seq, floor) in (0..).zip(&past) {
            let found = reader.floor_at_seq(seq).expect("a past floor");
            prop_assert_eq!(found.seq, seq);
            prop_assert_eq!(&found.floor, floor);
        }
        // By time: the floor after all that had arrived, up to the first that had not.
        for event in &events {
            for time in [event.stamp.seen, event.stamp.seen.saturating_sub(1)] {
                let seq = events.iter().take_while(|e| e.stamp.seen <= time).count();
                let found = reader.floor_at(time).expect("a past floor");
                prop_assert_eq!(found.seq, seq as u64);
                prop_assert_eq!(&found.floor, &past[seq]);
            }
        }
        let mut told = Vec::new();
        reader.events(1..=u64::MAX >> 1, |event| { told.push(event.kind.clone()); true }).expect("events");
        prop_assert_eq!(told, events.into_iter().map(|e| e.kind).collect::<Vec<_>>());
        prop_assert_eq!(&reader.faults().expect("faults").iter().filter(|f| f.what == "replay_differs").count(), &0);

        drop((reader, live.history));
        let again = Live::open(dir.path());
        prop_assert_eq!(again.seq, live.seq);
        prop_assert_eq!(again.floor, live.floor);
    }
}

#[test]
fn a_moment_that_has_not_come_is_refused() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    call(&mut live, MORNING, "c1", 5_000, 60_000);
    live.keep();
    let error = live.history.floor_at_seq(4).expect_err("the fourth event");
    assert_eq!(error.to_string(), "event 4 has not happened; history stands at 3");
    assert_eq!(live.history.floor_at(i64::MAX).expect("now").seq, 3);
    let before = live.history.floor_at(MORNING - 1).expect("before");
    assert_eq!((before.seq, before.seen, before.floor), (0, None, Floor::default()));
}

#[test]
fn events_must_follow_what_is_stored() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    live.seq = 1;
    live.happen(1, MORNING, Kind::Tick);
    let error = live.try_keep().expect_err("event 1 is missing");
    assert!(matches!(error, HistoryError::OutOfStep { stored: 0, given: 2 }), "{error}");
    assert_eq!(live.history.newest_seq().expect("newest"), 0);
    let error = live.history.seal(&live.floor, 2).expect_err("nothing stored");
    assert!(matches!(error, HistoryError::OutOfStep { stored: 0, given: 2 }), "{error}");
}

#[test]
fn a_segment_that_does_not_replay_is_a_fault_and_nothing_is_lost() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    call(&mut live, MORNING, "c1", 5_000, 60_000);
    live.keep();
    if let Some(queue) = live.floor.sites.get_mut(&SourceId(1)).and_then(|s| s.queues.get_mut("sac")) {
        queue.totals.offered = 41;
    }
    assert!(!live.seal().faithful);
    let faults = live.history.faults().expect("faults");
    assert_eq!(
        (faults.len(), faults[0].what.as_str(), faults[0].detail.as_str()),
        (1, "replay_differs", "sources [1]")
    );
    // The screens go on from what they showed; the events are all there.
    assert_eq!(live.history.recover().expect("recover").floor, live.floor);
    assert_eq!(visits(&live.history, 0, i64::MAX).len(), 1);
    assert_eq!(live.history.floor_at_seq(2).expect("inside the segment").seq, 2);
}

#[test]
fn recovery_tells_who_was_up_and_since_when_nothing_was_heard() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    assert_eq!(live.history.recover().expect("recover").last_seen, None);
    live.happen(1, MORNING, Kind::LinkUp { platform: "Asterisk 22".into() });
    live.happen(2, MORNING + 10, Kind::LinkUp { platform: "Asterisk 22".into() });
    live.happen(2, MORNING + 900, Kind::LinkDown { reason: "cut".into() });
    live.happen(1, MORNING + 1_000, Kind::Tick);
    live.keep();
    drop(live);

    let mut live = Live::open(dir.path());
    let recovered = live.history.recover().expect("recover");
    assert_eq!(recovered.were_up, [(SourceId(1), MORNING + 1_000)]);
    assert_eq!((recovered.last_seen, recovered.next_seq), (Some(MORNING + 1_000), 5));
    assert_eq!(recovered.epochs[&SourceId(2)], 1);
    // As the engine does: down at the moment last heard, up when heard again.
    live.happen(1, MORNING + 1_000, Kind::LinkDown { reason: "Mirante stopped".into() });
    live.happen(1, MORNING + 61_000, Kind::LinkUp { platform: "Asterisk 22".into() });
    live.keep();
    let gaps = live.history.gaps(0, i64::MAX).expect("gaps");
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].from, gaps[0].to, &*gaps[0].reason), (MORNING + 1_000, MORNING + 61_000, "Mirante stopped"));
    // In between, the rewind shows the source as silent.
    let past = live.history.floor_at(MORNING + 30_000).expect("in the gap");
    assert!(!past.floor.sites[&SourceId(1)].is_live());
}

#[test]
fn a_segment_is_due_by_event_time() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    live.happen(1, MORNING, Kind::Tick);
    assert!(!live.keep().seal_due);
    live.happen(1, MORNING + 10 * 60_000, Kind::Tick);
    assert!(live.keep().seal_due);
    let sealed = live.seal();
    assert_eq!((sealed.seq_first, sealed.seq_last), (1, 2));
    assert_eq!(live.history.seal(&live.floor, 2).expect("seal"), None, "nothing to seal twice");
    live.happen(1, MORNING + 16 * 60_000, Kind::Tick);
    assert!(!live.keep().seal_due);
}

#[test]
fn what_another_fold_made_is_folded_again_and_says_so() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    call(&mut live, MORNING, "c1", 5_000, 60_000);
    live.keep();
    live.seal();
    call(&mut live, MORNING + 100_000, "c2", 5_000, 60_000);
    live.keep();
    drop(live);
    let db = rusqlite::Connection::open(dir.path().join("mirante.db")).expect("open");
    db.execute_batch("UPDATE head SET fold_version = 0; UPDATE segment SET fold_version = 0").expect("an older fold");

    let mut live = Live::open(dir.path());
    let again = live.history.recover().expect("recover");
    assert_eq!(again.refolded_from, None, "the first recovery closed what the older fold had begun");
    call(&mut live, MORNING + 200_000, "c3", 5_000, 60_000);
    live.keep();
    let of = |seq| live.history.floor_at_seq(seq).expect("past").fold_version;
    assert_eq!([0, 2, 4, 5, 6, 7].map(of), [0, 0, 0, 0, FOLD_VERSION, FOLD_VERSION]);
    assert!(live.history.faults().expect("faults").is_empty());

    // Also when the older fold left nothing but a floor.
    live.seal();
    drop(live);
    db.execute_batch("UPDATE head SET fold_version = 0").expect("an older fold");
    let mut history = History::open(dir.path(), &OpenOptions::writer()).expect("open");
    assert_eq!(history.recover().expect("recover").refolded_from, Some(0));
    assert_eq!(history.recover().expect("recover").refolded_from, None);
}

#[test]
fn a_past_board_is_the_board_of_the_past_floor_through_segments_chains_and_the_journal() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let mut told = Vec::new();
    // A floor that is large beside what happens on it.
    for n in 0..300 {
        live.happen(1, MORNING - 1_000, streams::member("n1", &format!("{}", 3_000 + n), Device::Idle, false));
    }
    for n in 0..12i64 {
        let at = MORNING + n * 70_000;
        let agent = format!("21{:02}", n % 5);
        live.happen(1, at, streams::member("sac", &agent, Device::Idle, n % 3 == 0));
        call(&mut live, at + 1_000, &format!("c{n}"), 5_000 + n * 500, 20_000);
        live.keep();
        told.push((at + 60_000, live.seq, live.floor.clone()));
        if n % 3 == 2 && n < 10 {
            assert!(live.seal().faithful);
        }
    }
    let db = rusqlite::Connection::open(dir.path().join("mirante.db")).expect("open");
    let kept: Vec<bool> = db
        .prepare("SELECT keyframe IS NOT NULL FROM segment ORDER BY seq_first")
        .and_then(|mut all| all.query_map((), |r| r.get(0))?.collect())
        .expect("segments");
    assert_eq!(kept, [true, false, false], "one floor is kept whole, the others follow from it");
    for (at, seq, floor) in &told {
        let past = live.history.floor_at(*at).expect("past");
        assert_eq!((past.seq, &past.floor), (*seq, floor));
        assert_eq!(live.history.floor_at_seq(*seq).expect("past").floor, *floor);
    }
    for at in (MORNING - 5_000..MORNING + 900_000).step_by(7_300) {
        let (board, past) = (live.history.board_at(at).expect("board"), live.history.floor_at(at).expect("past"));
        assert_eq!(board.board, Board::of(&past.floor), "at {at}");
        assert_eq!((board.seq, board.seen, board.fold_version), (past.seq, past.seen, past.fold_version));
    }
}

#[test]
fn damaged_segments_are_told_and_the_others_go_on() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    for n in 0..3i64 {
        call(&mut live, MORNING + n * 100_000, &format!("c{n}"), 5_000, 20_000);
        live.keep();
        live.seal();
    }
    let last = live.history.newest_seq().expect("newest");
    let db = rusqlite::Connection::open(dir.path().join("mirante.db")).expect("open");
    for column in ["core", "detail", "board"] {
        let whole: Vec<u8> = db
            .query_row(&format!("SELECT {column} FROM segment WHERE seq_last = {last}"), (), |r| r.get(0))
            .expect("bytes");
        let put = |bytes: &[u8]| {
            let sql = format!("UPDATE segment SET {column} = ?1 WHERE seq_last = {last}");
            db.execute(&sql, [bytes]).expect("written");
        };
        put(&whole[..whole.len() - 3]);
        assert!(live.history.floor_at(MORNING + 210_000).is_err(), "{column}");
        let board = live.history.board_at(MORNING + 210_000);
        assert_eq!(board.is_err(), column != "detail", "{column}");
        put(&whole);
    }
    assert!(live.history.floor_at(MORNING + 150_000).is_ok() && live.history.board_at(MORNING + 150_000).is_ok());
}
