//! A floor that lives and is kept, as the engine keeps it.
#![allow(dead_code, unreachable_pub)] // each test file uses its part

use mirante_floor::*;
use mirante_history::{Ack, Batch, History, OpenOptions};
use std::path::Path;

#[path = "../../../floor/tests/common/mod.rs"]
pub mod streams;

pub use streams::MORNING;

/// A floor, the history it is kept in, and the events not kept yet.
pub struct Live {
    pub history: History,
    pub floor: Floor,
    pub seq: u64,
    pub events: Vec<Event>,
    pub changes: Changes,
}

impl Live {
    pub fn open(dir: &Path) -> Live {
        let mut history = History::open(dir, &OpenOptions::writer()).expect("open for writing");
        let recovered = history.recover().expect("recover");
        let (floor, seq) = (recovered.floor, recovered.next_seq - 1);
        Live { history, floor, seq, events: Vec::new(), changes: Changes::default() }
    }

    /// Lets something happen, without keeping it yet.
    pub fn happen(&mut self, source: u16, seen: i64, kind: Kind) {
        self.seq += 1;
        let event = streams::event(source, self.seq, seen, kind);
        self.floor.apply(&event, &mut self.changes);
        self.events.push(event);
    }

    /// The same for an event made elsewhere, with the next number.
    pub fn relive(&mut self, mut event: Event) {
        self.seq += 1;
        event.stamp.seq = self.seq;
        self.floor.apply(&event, &mut self.changes);
        self.events.push(event);
    }

    /// Keeps everything that happened.
    pub fn keep(&mut self) -> Ack {
        self.try_keep().expect("commit")
    }

    pub fn try_keep(&mut self) -> mirante_history::Result<Ack> {
        let ack = self.history.commit(Batch { events: &self.events, facts: &self.changes.facts })?;
        self.events.clear();
        self.changes.clear();
        Ok(ack)
    }

    pub fn seal(&mut self) -> mirante_history::Sealed {
        self.history.seal(&self.floor, self.seq).expect("seal").expect("a journal to seal")
    }
}

/// A little scene: a call that waits, is answered after `wait` and ends after `talk`, both ms.
pub fn call(live: &mut Live, from: i64, call: &str, wait: i64, talk: i64) {
    live.happen(1, from, streams::entered("sac", call));
    live.happen(1, from + wait, streams::answered("sac", call, "2101"));
    live.happen(1, from + wait + talk, streams::completed("sac", Some(call), None, "2101"));
}

pub fn visits(history: &History, from: i64, to: i64) -> Vec<ClosedVisit> {
    let mut all = Vec::new();
    let kept = |visit| {
        all.push(visit);
        true
    };
    history.visits(from, to, kept).expect("visits");
    all
}
