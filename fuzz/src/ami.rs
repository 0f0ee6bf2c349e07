//! A PBX's talk, cut into reads anywhere: decoder, translator, reconciliation, fold, keyframe.
//!
//! The bytes are what a PBX sends, with stage directions between: a line that begins with `%` is not heard but done.
//!
//! | direction | what happens |
//! | --- | --- |
//! | `%ask` | the next list of queues is asked for, as `mirante-1`, `mirante-2`, … |
//! | `%wait N` | N ms pass |
//! | `%log LINE` | the queue_log tells this line |
//! | `%past` | what follows is a record's account of the past, until the next `%past` |
//! | `%much N` | the PBX sends N letters without a line end |
//! | `%again N` | what was said since the last direction is said N times more |

use crate::pieces;
use crate::site::Bench;
use mirante_sources::Report;
use mirante_sources::asterisk::fuzzing::{Fields, Talk, messages};

/// Most bytes of one message that the decoder may keep: twice what it keeps of the line's own, since a letter of Latin-1 is one
/// byte there and two as text.
const MESSAGE: usize = 2 * 256 * 1024;
/// Most fields of one message that the decoder may keep.
const FIELDS: usize = 512;
/// Most bytes that directions may add: a search lives from many short runs.
const ADDED: usize = 16 * 1024;
/// The same where the search is for what happens beyond the decoder's limits.
const MUCH_ADDED: usize = 320 * 1024;

pub(crate) fn run(script: &[u8]) {
    play(script, ADDED);
}

/// The same talk, with room for messages longer than any that is kept whole.
pub(crate) fn run_large(script: &[u8]) {
    play(script, MUCH_ADDED);
}

fn play(script: &[u8], most_added: usize) {
    let mut added = 0;
    let mut scene = Scene::default();
    let mut all = Vec::new();
    let mut stretch: Vec<u8> = Vec::new();
    for line in script.split_inclusive(|b| *b == b'\n') {
        let Some(direction) = line.strip_prefix(b"%") else {
            stretch.extend_from_slice(line);
            continue;
        };
        let (word, rest) = split(direction);
        let number = || std::str::from_utf8(rest).ok().and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(1);
        let mut more = Vec::new();
        match word {
            b"much" => more = vec![b'x'; number().min(most_added - added)],
            b"again" => {
                let times = number().min((most_added - added) / stretch.len().max(1));
                more = stretch.repeat(times);
            }
            _ => {}
        }
        added += more.len();
        stretch.append(&mut more);
        scene.hear(&stretch);
        all.append(&mut stretch);
        match word {
            b"ask" => scene.talks.iter_mut().for_each(Talk::ask),
            b"wait" => {
                let ms = i64::try_from(number()).unwrap_or(0).min(86_400_000);
                scene.each(|talk, out| talk.wait(ms, out));
            }
            b"past" => scene.bench.past(),
            b"log" => scene.each(|talk, out| talk.log(rest, out)),
            _ => {}
        }
    }
    scene.hear(&stretch);
    scene.each(|talk, out| talk.wait(10_000, out));
    scene.bench.finish();
    all.append(&mut stretch);
    decoded(&all);
}

/// One PBX and two who listen: a session as it is, and one that skips no event by its name. Both must report the same.
struct Scene {
    talks: [Talk; 2],
    bench: Bench,
}

impl Default for Scene {
    fn default() -> Self {
        Scene { talks: [Talk::default(), Talk::hearing_all()], bench: Bench::default() }
    }
}

impl Scene {
    /// What is said arrives in reads of any length.
    fn hear(&mut self, mut bytes: &[u8]) {
        let mut piece = pieces(bytes);
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(piece().min(bytes.len()));
            self.each(|talk, out| _ = talk.hear(now, out));
            bytes = later;
        }
    }

    fn each(&mut self, step: impl Fn(&mut Talk, &mut Vec<Report>)) {
        let [mut told, mut told_to_all] = [Vec::new(), Vec::new()];
        let [talk, all] = &mut self.talks;
        let now = talk.now();
        step(talk, &mut told);
        step(all, &mut told_to_all);
        assert_eq!(told, told_to_all, "an event skipped by its name mattered");
        self.bench.reports(now, told);
    }
}

/// The messages are bounded, hold no line ends, and do not depend on the reads.
fn decoded(bytes: &[u8]) {
    let whole = messages(bytes, || usize::MAX);
    for message in &whole {
        assert!(message.len() <= FIELDS, "{} fields", message.len());
        assert!(size(message) <= MESSAGE, "{} bytes in a message", size(message));
        for (key, value) in message {
            assert!(!key.contains(['\r', '\n']) && !value.contains(['\r', '\n']), "a line end in {key:?}: {value:?}");
        }
    }
    assert_eq!(whole, messages(bytes, pieces(bytes)), "reads of any length");
    if bytes.len() < 4096 {
        assert_eq!(whole, messages(bytes, || 1), "reads of one byte");
    }
}

fn size(message: &Fields) -> usize {
    message.iter().map(|(key, value)| key.len() + value.len()).sum()
}

/// The first word of a direction, and the rest of its line.
fn split(direction: &[u8]) -> (&[u8], &[u8]) {
    let line = direction.strip_suffix(b"\n").unwrap_or(direction);
    match line.iter().position(|b| *b == b' ') {
        Some(at) => (&line[..at], &line[at + 1..]),
        None => (line, &[]),
    }
}
