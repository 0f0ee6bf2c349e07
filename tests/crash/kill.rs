//! Killed without warning, again and again: what was acknowledged is there.

use crate::count;
use crate::judge::{judge, reopened};
use crate::story::Starts;
use crate::victim::{self, Word, Work};
use mirante_history::{History, OpenOptions};
use rand::RngExt;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Kills to a folder: each round reads all of it.
const TO_A_FOLDER: usize = 10;

/// Ten kills, or as many as `MIRANTE_KILLS` says.
#[test]
fn nothing_acknowledged_is_lost() {
    let kills = count("MIRANTE_KILLS", 10);
    let mut tally = Tally::default();
    while tally.times.len() < kills {
        let left = kills - tally.times.len();
        folder(&mut tally, TO_A_FOLDER.min(left));
    }
    println!("{} kills, nothing acknowledged was lost; {}", tally.times.len(), reopened(tally.times));
    for work in Work::ALL {
        let [aimed, within] = tally.hits.get(&work).copied().unwrap_or_default();
        let words = if work == Work::Write { "" } else { ": begun and not done" };
        println!("  {aimed:>4} while {}, {within} within it{words}", work.word());
        // Most of those that were aimed find it at what they were aimed at, or they show nothing.
        assert!(within * 3 >= aimed, "{aimed} kills were aimed at {}, only {within} hit it", work.word());
    }
}

#[derive(Default)]
struct Tally {
    times: Vec<Duration>,
    /// Kills aimed at a kind of work, and those that came while it went on.
    hits: BTreeMap<Work, [usize; 2]>,
}

fn folder(tally: &mut Tally, kills: usize) {
    let dir = tempfile::tempdir().expect("tempdir");
    let data = dir.path().join("data");
    let mut starts = Starts::new();
    // How long the work takes, as last seen.
    let mut takes: BTreeMap<Work, Duration> = BTreeMap::new();
    let mut before = 0;
    // Some of what is too old may be gone once somebody removed it.
    for round in 0..kills {
        let work = Work::ALL[round % Work::ALL.len()];
        let what = format!("kill {} while {}", tally.times.len() + 1, work.word());
        let Killed { opened, said, within } = run_and_kill(&data, work, &mut takes);
        starts.extend(opened);
        let hits = tally.hits.entry(work).or_default();
        hits[0] += 1;
        hits[1] += usize::from(within);
        assert!(said > before, "{what}: it wrote");
        before = said;

        // The next one starts on what this one left; the judge looks at a copy. A reader may come first.
        let copy = tempfile::tempdir().expect("tempdir");
        for entry in fs::read_dir(&data).expect("the folder") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
        }
        let reader = History::open(&data, &OpenOptions::reader()).expect("open for reading");
        assert!(reader.newest_seq().expect("newest") >= said, "{what}");
        drop(reader);
        let judged = judge(copy.path(), said, &starts, round + 1 == kills, round >= 2, &what);
        println!("{what}: said {said}, stored {}, reopened in {:?}", judged.stored, judged.reopened);
        tally.times.push(judged.reopened);
    }
}

struct Killed {
    /// Where history stood when it was opened, if it came so far.
    opened: Option<u64>,
    /// Newest event that was said to be kept.
    said: u64,
    /// It was killed at what the kill was aimed at.
    within: bool,
}

/// Starts the victim, kills it at a random moment of its work, and hears what it had said.
fn run_and_kill(data: &Path, work: Work, takes: &mut BTreeMap<Work, Duration>) -> Killed {
    let mut dice = rand::rng();
    let (mut child, mut words) = victim::start(data, work);
    let (mut opened, mut said, mut busy) = (None, 0, None);
    let mut hear = |word: Word, busy: &mut Option<Instant>, takes: &mut BTreeMap<Work, Duration>| match word {
        Word::Opened(seq) => opened = Some(seq),
        Word::Kept(seq) => said = seq,
        Word::Begins(_) => *busy = Some(Instant::now()),
        Word::Done(done) => {
            if let Some(begun) = busy.take() {
                takes.insert(done, begun.elapsed());
            }
        }
    };
    // It does its work once or a few times before, so that it is known how long it takes.
    let mut left = dice.random_range(2..5);
    let aim = loop {
        let word = words.next().expect("it goes on until it is killed");
        hear(word, &mut busy, takes);
        match (work, word) {
            (Work::Write, Word::Kept(_)) => break Duration::from_micros(dice.random_range(0..100_000)),
            (_, Word::Begins(begun)) if begun == work => {
                left -= 1;
                if left == 0 {
                    break takes[&work].mul_f64(dice.random_range(0.0..1.0));
                }
            }
            _ => {}
        }
    };
    // Short sleeps are long beside what they are aimed at.
    let until = Instant::now() + aim;
    while Instant::now() < until {
        if until.saturating_duration_since(Instant::now()) > Duration::from_millis(2) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    child.kill().expect("kill -9");
    child.wait().expect("gone");
    words.for_each(|word| hear(word, &mut busy, takes));
    Killed { opened, said, within: work == Work::Write || busy.is_some() }
}
