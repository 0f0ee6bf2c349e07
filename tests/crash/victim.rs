//! The one that comes to a bad end: writes at speed, says what it was told is kept, and what it is about to do.

use crate::story::{self, ONE, Starts};
use mirante_floor::*;
use mirante_history::{Ack, Batch, History, Limits, OpenOptions, Party, Rule, Sweep};
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const FOLDER: &str = "MIRANTE_CRASH_FOLDER";
const WORK: &str = "MIRANTE_CRASH_WORK";

/// What it is busy with beside writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// Nothing: it seals now and then.
    Write,
    /// It seals after every few batches.
    Seal,
    /// It removes what is too old after every few batches, and seals.
    Prune,
}

/// Events that are not too old.
pub(crate) const KEPT: u64 = 1_500;

impl Work {
    pub(crate) const ALL: [Work; 3] = [Work::Write, Work::Seal, Work::Prune];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Work::Write => "writing",
            Work::Seal => "sealing",
            Work::Prune => "pruning",
        }
    }

    fn read(word: &str) -> Work {
        Work::ALL.into_iter().find(|work| work.word() == word).expect("a kind of work")
    }
}

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// History is open; it stood at this event.
    Opened(u64),
    /// Everything up to this event is kept, it was told.
    Kept(u64),
    /// It begins this…
    Begins(Work),
    /// …and has done it.
    Done(Work),
}

impl Word {
    fn say(self) {
        let mut out = std::io::stdout();
        match self {
            // The harness has begun a line.
            Word::Opened(seq) => writeln!(out, "\nopened {seq}"),
            Word::Kept(seq) => writeln!(out, "kept {seq}"),
            Word::Begins(work) => writeln!(out, "begins {}", work.word()),
            Word::Done(work) => writeln!(out, "done {}", work.word()),
        }
        .and_then(|()| out.flush())
        .expect("said");
    }

    fn read(line: &str) -> Option<Word> {
        let (word, rest) = line.split_once(' ')?;
        Some(match word {
            "opened" => Word::Opened(rest.parse().ok()?),
            "kept" => Word::Kept(rest.parse().ok()?),
            "begins" => Word::Begins(Work::read(rest)),
            "done" => Word::Done(Work::read(rest)),
            _ => return None,
        })
    }
}

/// Its life, as another process.
#[test]
fn victim() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let work = Work::read(&env::var(WORK).expect("what to do"));
    let mut life = Life::begin(Path::new(&folder));
    let mut batch = 0u64;
    loop {
        // From one event to a busy second's worth.
        let size = [1, 3, 40, 8, 120, 2, 17][(batch % 7) as usize];
        (0..size).for_each(|_| life.happen());
        Word::Kept(life.keep().seq).say();
        batch += 1;
        if batch.is_multiple_of(if work == Work::Write { 50 } else { 4 }) {
            Word::Begins(Work::Seal).say();
            let sealed = life.history.seal(&life.floor, life.seq).expect("seal").expect("a journal to seal");
            assert!(sealed.faithful);
            Word::Done(Work::Seal).say();
        }
        if work == Work::Prune && batch.is_multiple_of(24) && life.seq > KEPT {
            Word::Begins(Work::Prune).say();
            life.prune();
            Word::Done(Work::Prune).say();
        }
    }
}

struct Life {
    history: History,
    floor: Floor,
    seq: u64,
    epoch: u32,
    starts: Starts,
    events: Vec<Event>,
    changes: Changes,
}

impl Life {
    /// Opens history, and says as the engine does that nothing was heard in between.
    fn begin(folder: &Path) -> Life {
        let mut history = History::open(folder, &OpenOptions::writer()).expect("open for writing");
        let recovered = history.recover().expect("recover");
        let seq = recovered.next_seq - 1;
        Word::Opened(seq).say();
        let epoch = recovered.epochs.get(&ONE).map_or(1, |epoch| epoch + 1);
        let (floor, starts) = (recovered.floor, Starts::from([seq]));
        let mut life = Life { history, floor, seq, epoch, starts, events: Vec::new(), changes: Changes::default() };
        for _ in 0..if seq == 0 { 1 } else { 2 } {
            life.happen();
        }
        Word::Kept(life.keep().seq).say();
        life
    }

    fn happen(&mut self) {
        self.seq += 1;
        let (seen, kind) = story::told(self.seq, &self.starts);
        let parties = self.history.parties();
        let kind = kind.map_party(|number| parties.id_of(&Party { number, name: String::new() }).expect("an id"));
        let epoch = if matches!(kind, Kind::LinkDown { .. }) { self.epoch - 1 } else { self.epoch };
        let stamp = Stamp { source: ONE, epoch, seq: self.seq, seen, at: Some(seen - 7) };
        let event = Event { stamp, origin: Origin::Heard, kind };
        self.floor.apply(&event, &mut self.changes);
        self.events.push(event);
    }

    /// All steps of removing what is too old, each as the one that writes takes it.
    fn prune(&mut self) {
        let limit = story::seen(self.seq - KEPT);
        let limits = Limits::from([(Rule::Rewind, limit), (Rule::Contacts, limit), (Rule::WorkingTime, limit)]);
        let mut sweep = Sweep::new(self.history.reader().expect("a reader"), limits, Vec::new());
        // Small ones: many moments to be killed at.
        while let Some(step) = sweep.next_step(|_| 8).expect("a step") {
            self.history.sweep(&step, story::seen(self.seq)).expect("swept");
        }
    }

    fn keep(&mut self) -> Ack {
        let batch = Batch { events: &self.events, facts: &self.changes.facts };
        let ack = self.history.commit(batch).expect("commit");
        self.events.clear();
        self.changes.clear();
        ack
    }
}

/// Starts it; gives what it says, word by word.
pub(crate) fn start(folder: &Path, work: Work) -> (Child, impl Iterator<Item = Word> + use<>) {
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "victim::victim", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(WORK, work.word())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("start");
    let out: ChildStdout = child.stdout.take().expect("its output");
    // Half a line is what it had no time to say.
    let lines = BufReader::new(out).lines().map_while(Result::ok);
    (child, lines.filter_map(|line| Word::read(&line)))
}
