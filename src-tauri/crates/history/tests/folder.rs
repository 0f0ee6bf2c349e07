//! One writes, many read.

mod common;

use common::{Live, MORNING, call, visits};
use mirante_history::{History, HistoryError, OpenOptions};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

#[test]
fn a_second_writer_is_refused_and_told_who_writes() {
    let dir = tempfile::tempdir().expect("tempdir");
    let first = History::open(dir.path(), &OpenOptions::writer()).expect("the first");
    let error = History::open(dir.path(), &OpenOptions::writer()).err().expect("the second");
    assert!(matches!(&error, HistoryError::Busy { pid: Some(pid), .. } if *pid == std::process::id()), "{error}");
    assert!(error.to_string().starts_with("another Mirante (process "), "{error}");
    assert!(error.is_retryable());
    drop(first);
    History::open(dir.path(), &OpenOptions::writer()).expect("after the first is gone");
}

#[test]
fn an_empty_folder_has_nothing_to_read_and_reading_makes_nothing() {
    let dir = tempfile::tempdir().expect("tempdir");
    let error = History::open(dir.path(), &OpenOptions::reader()).err().expect("nothing there");
    assert!(matches!(error, HistoryError::Missing { .. }), "{error}");
    assert_eq!(std::fs::read_dir(dir.path()).expect("list").count(), 0);
}

#[test]
fn readers_read_while_the_writer_writes() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    live.keep();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let reader = History::open(dir.path(), &OpenOptions::reader()).expect("open for reading");
                    let mut looks = 0;
                    while !done.load(Ordering::Relaxed) {
                        let seq = reader.newest_seq().expect("newest");
                        let past = reader.floor_at_seq(seq).expect("a floor");
                        assert_eq!(past.seq, seq, "what is stored is whole at any moment");
                        let kept = visits(&reader, 0, i64::MAX).len() as u64;
                        assert!(kept >= seq / 3, "facts come with their events");
                        looks += 1;
                    }
                    looks
                })
            })
            .collect();
        for n in 0..150 {
            call(&mut live, MORNING + n * 1_000, &format!("c{n}"), 100, 200);
            live.keep();
            if n % 40 == 39 {
                assert!(live.seal().faithful);
            }
        }
        done.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().expect("reader") > 3);
        }
    });
}

#[test]
fn readers_write_nothing() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    live.history.register("matriz", "asterisk").expect("register");
    live.keep();
    for mut reader in
        [live.history.reader().expect("reader"), History::open(dir.path(), &OpenOptions::reader()).expect("reader")]
    {
        assert!(matches!(reader.register("filial", "asterisk"), Err(HistoryError::ReadOnly)));
        let nothing = mirante_history::Batch { events: &[], facts: &[] };
        assert!(matches!(reader.commit(nothing), Err(HistoryError::ReadOnly)));
        assert_eq!(reader.register("matriz", "asterisk").expect("known").0, 1);
    }
}

#[test]
fn a_source_keeps_its_number() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = History::open(dir.path(), &OpenOptions::writer()).expect("open");
    let one = history.register("matriz", "asterisk").expect("register");
    let two = history.register("filial", "asterisk").expect("register");
    drop(history);
    let mut history = History::open(dir.path(), &OpenOptions::writer()).expect("open again");
    assert_eq!((one.0, two.0), (1, 2));
    assert_eq!(history.register("filial", "asterisk").expect("register"), two);
    assert_eq!(history.register("filial", "simulator").expect("another kind"), two);
    let rows = history.sources().expect("sources");
    assert_eq!(
        rows.iter().map(|r| (&*r.name, &*r.kind)).collect::<Vec<_>>(),
        [("matriz", "asterisk"), ("filial", "simulator")]
    );
}

#[cfg(unix)]
#[test]
fn the_folder_and_the_key_are_the_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("tempdir");
    let data = dir.path().join("new/data");
    let _history = History::open(&data, &OpenOptions::writer()).expect("open");
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("party.key")), 0o600);
}
