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
    #[inline]
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

    #[inline]
    fn lift(&mut self, rank: usize) {
        if rank > 0 {
            self.0[..=rank].rotate_right(1);
        }
    }
}

/// How an entity is told: not at all,
pub(crate) const ABSENT: u8 = 0;
/// as the one that the event before named,
pub(crate) const SAME: u8 = 1;
/// as the one that goes with the event's other,
pub(crate) const LINKED: u8 = 2;
/// as one to which nothing happened yet,
pub(crate) const FIRST: u8 = 3;
/// or as one to which last an event of kind 0, 1, … happened.
pub(crate) const BY_KIND: u8 = 4;

/// Entities by what last happened to them.
#[derive(Debug)]
pub(crate) struct Set {
    /// How each is told, and its place in that list.
    of: Vec<(u8, u32)>,
    lists: Vec<Vec<u32>>,
    /// The one named last, and the newest of those to which nothing had happened.
    pub(crate) last: u32,
    first: u32,
}

impl Set {
    pub(crate) fn new(known: u32) -> Self {
        Set { of: vec![(FIRST, 0); known as usize], lists: vec![Vec::new(); CODES], last: NONE, first: 0 }
    }

    pub(crate) fn len(&self) -> u32 {
        self.of.len() as u32
    }

    /// One more, to which nothing happened yet.
    pub(crate) fn push(&mut self) {
        self.of.push((FIRST, 0));
    }

    /// How an entity is told. The next number after all is one never named before.
    pub(crate) fn how(&self, which: u32) -> u8 {
        if which == self.last { SAME } else { self.of.get(which as usize).map_or(FIRST, |of| of.0) }
    }

    /// Codes which of those told so, its place in `places`, or `firsts`.
    pub(crate) fn code<F: Flow>(&mut self, f: &mut F, how: u8, places: usize, firsts: usize, which: u32) -> u32 {
        match how {
            SAME if self.last != NONE => self.last,
            FIRST => self.first(f, firsts, which),
            _ => {
                let list = how.checked_sub(BY_KIND).and_then(|kind| self.lists.get(usize::from(kind)));
                let list = list.map_or(&[][..], |list| list);
                let place = if F::WRITES { self.of[which as usize].1 as usize } else { 0 };
                let back = f.number(places, list.len().wrapping_sub(1).wrapping_sub(place) as u64);
                match (list.len() as u64).checked_sub(1).and_then(|last| last.checked_sub(back)) {
                    Some(place) => list[place as usize],
                    None => {
                        f.refuse();
                        0
                    }
                }
            }
        }
    }

    /// One of those to whom nothing happened yet.
    fn first<F: Flow>(&mut self, f: &mut F, stream: usize, which: u32) -> u32 {
        // Most often the neighbour of the one before; 0 is one that nobody knew.
        let is_next = which >= self.len();
        let step = i64::from(which) - i64::from(self.first);
        let told = if step > 0 { step } else { step - 1 };
        let told = f.signed(stream, if is_next { 0 } else { told });
        if told == 0 {
            self.push();
            return self.len() - 1;
        }
        let step = if told > 0 { told } else { told.saturating_add(1) };
        let which = i64::from(self.first).saturating_add(step);
        if !(0..i64::from(self.len())).contains(&which) {
            f.refuse();
            return 0;
        }
        self.first = which as u32;
        self.first
    }

    /// Something happened to it.
    #[inline]
    pub(crate) fn happened(&mut self, which: u32, code: u8) {
        self.last = which;
        let (how, place) = self.of[which as usize];
        if how == code + BY_KIND {
            return;
        }
        if how >= BY_KIND {
            let list = &mut self.lists[usize::from(how - BY_KIND)];
            list.swap_remove(place as usize);
            if let Some(moved) = list.get(place as usize) {
                self.of[*moved as usize].1 = place;
            }
        }
        let list = &mut self.lists[usize::from(code)];
        self.of[which as usize] = (code + BY_KIND, list.len() as u32);
        list.push(which);
    }
}
