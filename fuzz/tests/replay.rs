//! The kept corpus, replayed on any compiler: what once was interesting, or once broke a promise, stays so.

#![allow(clippy::print_stderr)] // names the input that broke a promise

use mirante_fuzz::TARGETS;
use mirante_history::fuzzing::{opened, packed, sealed, stretch};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::path::{Path, PathBuf};

#[path = "../../src-tauri/crates/floor/tests/common/mod.rs"]
mod streams;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

fn corpus(name: &str) -> Vec<PathBuf> {
    let mut folders = vec![folder(name)];
    if name == "ami" {
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/crates/sources/tests/traces"));
    }
    let mut files = Vec::new();
    for folder in folders {
        let entries = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        files.extend(entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()));
    }
    files.sort();
    files
}

/// Runs a target on an input whose name is said when it breaks a promise.
struct Named<'a>(&'a str, &'a Path, &'a str);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("target {} broke a promise on {} ({})", self.0, self.1.display(), self.2);
        }
    }
}

#[test]
fn the_kept_corpus_breaks_no_promise() {
    for (name, run) in TARGETS {
        let files = corpus(name);
        assert!(files.len() >= 10, "the corpus of {name} is there");
        for path in &files {
            let bytes = std::fs::read(path).expect("an input");
            let _named = Named(name, path, "as it is");
            run(&bytes);
        }
        println!("{name}: {} inputs", files.len());
    }
}

/// What a fuzzer would try next, a little of it: each input cut short, and with bytes changed, the same way at every run.
#[test]
fn its_neighbours_break_none_either() {
    for (name, run) in TARGETS {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
        };
        for path in &corpus(name) {
            let bytes = std::fs::read(path).expect("an input");
            if bytes.is_empty() || bytes.len() > 4096 {
                continue;
            }
            let _named = Named(name, path, "changed a little");
            run(&bytes[..next(bytes.len())]);
            let mut changed = bytes.clone();
            for _ in 0..3 {
                let at = next(changed.len());
                changed[at] = [b'\n', b'\r', b'0', b'9', 0, 0xff, b'|', b'"'][next(8)];
            }
            run(&changed);
        }
    }
}

/// Writes the inputs from which a search in stored bytes begins. To be run again when the layout of keyframes or events changed:
/// `cargo test -p mirante-fuzz -- --ignored`.
#[test]
#[ignore = "writes into the corpus"]
fn the_seeds_of_stored_bytes_are_written() {
    let mut runner = TestRunner::deterministic();
    for n in 0..12 {
        let mut events = streams::any_stream(1).new_tree(&mut runner).expect("a stream").current();
        // Few events, many of them: what is small is changed more thoroughly.
        events.truncate(4 << (n % 5));
        let mut floor = mirante_floor::Floor::default();
        streams::fold(&mut floor, &events);
        let write = |kind: &str, reader: u8, bytes: &[u8]| {
            let path = folder("history").join(format!("{kind}-{n}.seed"));
            std::fs::write(path, [&[reader], bytes].concat()).expect("written");
        };
        let stored = mirante_history::keyframe(&floor).expect("a keyframe");
        write("tables", 1, &opened(&stored));
        let run = packed(&events);
        write("columns", 3, &opened(&run[4..]));
        if n < 2 {
            write("keyframe", 0, &stored);
            write("journal", 2, &run);
            write("segment", 4, &stretch(&events).concat());
            write("sealed", 0, &sealed(b"not tables"));
        }
    }
}
