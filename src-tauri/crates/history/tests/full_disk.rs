//! A disk without room: said in words, nothing acknowledged lost, the gap recorded all the same.
#![cfg(target_os = "linux")]

mod common;

use common::{Live, MORNING, call, streams};
use mirante_floor::*;
use mirante_history::{History, HistoryError, OpenOptions};
use std::{env, fs, io::Write, path::Path, process::Command};

const FOLDER: &str = "MIRANTE_FULL_DISK_FOLDER";

/// Runs on a file system of 24 MiB; see [`a_full_disk_loses_nothing_that_was_acknowledged`].
#[test]
fn on_a_small_disk() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let data = folder.join("data");
    let mut live = Live::open(&data);
    call(&mut live, MORNING, "c0", 1_000, 1_000);
    let kept = live.keep().seq;
    let floor = live.floor.clone();

    // Something else fills the disk.
    let filler = folder.join("filler");
    let mut file = fs::File::create(&filler).expect("filler");
    while file.write_all(&[0x55; 4096]).is_ok() {}
    drop(file);
    for n in 0..400 {
        // Names that do not compress, so that the batch needs room.
        let name = |m: u64| format!("{:x}", (n * 7_919 + m).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let call: String = (0..40).map(name).collect();
        live.happen(1, MORNING + 10_000 + n as i64, streams::entered("sac", &call));
    }
    let error = live.try_keep().expect_err("no room");
    assert!(matches!(error, HistoryError::DiskFull), "{error}");
    assert_eq!(error.to_string(), "the disk is full; history is not being kept");
    assert!(error.is_retryable());
    let past = live.history.floor_at_seq(kept).expect("what was acknowledged");
    assert_eq!((past.floor, live.history.newest_seq().expect("newest")), (floor, kept));

    // The reserve pays for the gap, and for nothing else.
    assert!(data.join("reserve").exists());
    let gap = |to| Gap { source: SourceId(1), from: MORNING + 10_000, to, reason: "disk full".into() };
    let mut noted = 0;
    while data.join("reserve").exists() && noted < 5_000 {
        live.history.note_gap(&gap(noted)).expect("a gap");
        noted += 1;
    }
    assert!(!data.join("reserve").exists(), "the reserve was given up");
    live.history.note_gap(&gap(noted)).expect("another gap");
    assert!(matches!(live.try_keep(), Err(HistoryError::DiskFull)), "events do not eat the reserve");
    assert_eq!(live.history.gaps(0, i64::MAX).expect("gaps").len() as i64, noted + 1);

    // Killed now, it starts again on the full disk and has everything.
    let (held, changes) = (std::mem::take(&mut live.events), std::mem::take(&mut live.changes));
    let (seq, floor) = (live.seq, live.floor.clone());
    drop(live);
    let mut live = Live::open(&data);
    assert_eq!(live.seq, kept);
    live.events = held;
    live.changes = changes;
    assert!(matches!(live.try_keep(), Err(HistoryError::DiskFull)));

    // Room again: the same batch goes through, and the reserve is whole.
    fs::remove_file(&filler).expect("room");
    assert_eq!(live.try_keep().expect("kept").seq, seq);
    assert_eq!(live.history.floor_at_seq(seq).expect("past").floor, floor);
    assert_eq!(fs::metadata(data.join("reserve")).expect("reserve").len(), 8 << 20);
    println!("checked on the small disk: {noted} gaps before the reserve was needed");
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().expect("tempdir");
    // A name space of mounts of its own: a real, tiny file system, without being root where the system allows that.
    let script = r#"mount -t tmpfs -o size=24m none "$1" && shift && exec "$@""#;
    let this = env::current_exe().expect("this program");
    let out = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(dir.path())
        .arg(this)
        .args(["--exact", "on_a_small_disk", "--nocapture", "--test-threads=1"])
        .env(FOLDER, dir.path())
        .output()
        .expect("unshare, of util-linux");
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    if text.starts_with("unshare: ") || text.starts_with("mount: ") {
        // A container may forbid it. What is left is the database's own limit, tested beside `commit`.
        println!("NOT VERIFIED on a real full disk: this system allows no mount name space ({})", text.trim());
        return;
    }
    assert!(out.status.success() && text.contains("checked on the small disk"), "{text}");
}

#[test]
fn what_had_to_be_dropped_is_a_recorded_loss() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    call(&mut live, MORNING, "c1", 1_000, 1_000);
    live.keep();
    let before = live.floor.clone();
    call(&mut live, MORNING + 10_000, "c2", 1_000, 1_000);
    live.events.clear();
    live.changes.clear();
    let gap = Gap { source: SourceId(1), from: MORNING + 2_000, to: MORNING + 20_000, reason: "disk full".into() };
    live.history.go_on_after_loss(&live.floor, 6, MORNING + 12_000, std::slice::from_ref(&gap)).expect("go on");
    let after = live.floor.clone();
    call(&mut live, MORNING + 20_000, "c3", 1_000, 1_000);
    live.keep();
    live.seal();

    let history = live.history.reader().expect("reader");
    assert_eq!(history.floor_at_seq(3).expect("before").floor, before);
    let error = history.floor_at_seq(5).expect_err("never kept");
    assert_eq!(error.to_string(), "events 4 to 6 were lost and are part of a recorded gap");
    assert_eq!(history.floor_at_seq(6).expect("after").floor, after);
    assert_eq!(history.floor_at_seq(9).expect("now").floor, live.floor);
    assert_eq!(history.floor_at(MORNING + 11_000).expect("in the gap").floor, before);
    assert_eq!(history.floor_at(MORNING + 12_000).expect("after").floor, after);
    assert_eq!(history.gaps(0, i64::MAX).expect("gaps"), [gap]);
    assert_eq!(history.faults().expect("faults")[0].what, "events_lost");
    drop((history, live.history));
    let again = Live::open(dir.path());
    assert_eq!((again.seq, again.floor), (9, live.floor));
    History::open(dir.path(), &OpenOptions::reader()).expect("reader");
}
