//! Which of many is meant, in few bits.
//!
//! Agents and calls are told by what last happened to them: of an agent whose wrap-up ends, only that it is one of those in
//! wrap-up must be said. So each is kept in the list of those to whom the same happened last.

use super::code::CODES;
use super::flow::Flow;

/// Nobody and nothing.
pub(crate) const NONE: u32 = u32::MAX;

/// Few choices of which the one made last is likely to come again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranks(Vec<u32>);

impl Ranks {
    /// Codes a choice by how long ago it was last made; one never made by a number beyond, and itself.
    pub(crate) fn code<F: Flow>(&mut self, f: &mut F, stream: usize, fresh: usize, choice: u32) -> u32 {
        if F::WRITES {
            let known = self.0.iter().position(|other| *other == choice);
            f.number(stream, known.unwrap_or(self.0.len()) as u64);
            match known {
                Some(rank) => self.lift(rank),
                None => {
                    f.number(fresh, u64::from(choice));
                    self.0.insert(0, choice);
                }
            }
            return choice;
        }
        let rank = f.number(stream, 0);
        if rank == 0 && !self.0.is_empty() {
            return self.0[0];
        }
        if rank < self.0.len() as u64 {
            self.lift(rank as usize);
        } else {
            let Ok(choice) = u32::try_from(f.number(fresh, 0)) else {
                f.refuse();
                return 0;
            };
            self.0.insert(0, choice);
        }
        self.0[0]
    }

    fn lift(&mut self, rank: usize) {
        self.0[..=rank].rotate_right(1);
    }
}

/// Streams that a set of entities is told in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Streams {
    /// What last happened to it, as a rank.
    pub(crate) class: usize,
    /// What last happened to it, where the rank is new.
    pub(crate) fresh: usize,
    /// Which of those, from the newest.
    pub(crate) place: usize,
    /// Which, where nothing happened to it yet.
    pub(crate) first: usize,
}

/// Entities by what last happened to them.
#[derive(Debug)]
pub(crate) struct Set {
    /// What last happened, and the place in that list; [`NEW`] for what nothing happened to yet.
    of: Vec<(u8, u32)>,
    lists: Vec<Vec<u32>>,
    ranks: Vec<Ranks>,
    last: u32,
    streams: Streams,
}

const NEW: u8 = CODES as u8;

impl Set {
    pub(crate) fn new(known: u32, streams: Streams) -> Self {
        Set {
            of: vec![(NEW, 0); known as usize],
            lists: vec![Vec::new(); CODES],
            ranks: vec![Ranks::default(); CODES],
            last: 0,
            streams,
        }
    }

    pub(crate) fn len(&self) -> u32 {
        self.of.len() as u32
    }

    /// One more, to which nothing happened yet.
    pub(crate) fn push(&mut self) {
        self.of.push((NEW, 0));
    }

    /// Which stream the places are told in from now on.
    pub(crate) fn place_in(&mut self, stream: usize) {
        self.streams.place = stream;
    }

    /// Which entity an event of kind `code` names. The next number after all is one never named before.
    pub(crate) fn code<F: Flow>(&mut self, f: &mut F, code: u8, which: u32) -> u32 {
        let is_next = which >= self.len();
        let (class, place) = if F::WRITES && !is_next { self.of[which as usize] } else { (NEW, 0) };
        let Streams { class: classes, fresh, place: places, first } = self.streams;
        let class = self.ranks[usize::from(code)].code(f, classes, fresh, u32::from(class));
        if class >= u32::from(NEW) {
            return self.first(f, first, which);
        }
        let list = &self.lists[class as usize];
        let back = f.number(places, (list.len() as u64).wrapping_sub(1).wrapping_sub(u64::from(place)));
        match (list.len() as u64).checked_sub(1).and_then(|last| last.checked_sub(back)) {
            Some(place) => list[place as usize],
            None => {
                f.refuse();
                0
            }
        }
    }

    /// One of those to whom nothing happened yet.
    fn first<F: Flow>(&mut self, f: &mut F, stream: usize, which: u32) -> u32 {
        // Most often the neighbour of the one before; 0 is one that nobody knew.
        let is_next = which >= self.len();
        let step = i64::from(which) - i64::from(self.last);
        let told = f.signed(
            stream,
            if is_next {
                0
            } else if step > 0 {
                step
            } else {
                step - 1
            },
        );
        let which = match told {
            0 => self.len(),
            step if step > 0 => (i64::from(self.last).saturating_add(step)).clamp(0, i64::from(NONE)) as u32,
            step => (i64::from(self.last).saturating_add(step + 1)).clamp(0, i64::from(NONE)) as u32,
        };
        if told == 0 {
            self.push();
            return which;
        }
        if which >= self.len() {
            f.refuse();
            return 0;
        }
        self.last = which;
        which
    }

    /// Something happened to it.
    pub(crate) fn happened(&mut self, which: u32, code: u8) {
        let (class, place) = self.of[which as usize];
        if class != NEW {
            let list = &mut self.lists[usize::from(class)];
            list.swap_remove(place as usize);
            if let Some(moved) = list.get(place as usize) {
                self.of[*moved as usize].1 = place;
            }
        }
        let list = &mut self.lists[usize::from(code)];
        self.of[which as usize] = (code, list.len() as u32);
        list.push(which);
    }
}
