//! Names once each, and times as differences.

use super::bad;
use crate::Result;
use mirante_floor::{Moment, Name};
use std::collections::HashMap;

/// An instant: difference to the base, and the platform's to that.
pub(super) type Instant = (i64, Option<i64>);

/// Collects names while tables are written.
pub(super) struct Writer<'a> {
    base: i64,
    list: Vec<String>,
    places: HashMap<&'a str, u32>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(base: i64) -> Self {
        Writer { base, list: Vec::new(), places: HashMap::new() }
    }

    pub(super) fn name(&mut self, name: &'a Name) -> u32 {
        let next = self.list.len() as u32;
        *self.places.entry(name).or_insert_with(|| {
            self.list.push(name.to_string());
            next
        })
    }

    pub(super) fn maybe(&mut self, name: Option<&'a Name>) -> Option<u32> {
        name.map(|name| self.name(name))
    }

    pub(super) fn time(&self, ms: i64) -> i64 {
        ms.wrapping_sub(self.base)
    }

    pub(super) fn moment(&self, moment: Moment) -> Instant {
        let Moment { seen, at } = moment;
        (self.time(seen), at.map(|at| at.wrapping_sub(seen)))
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.list
    }
}

/// Gives names back; equal ones share their memory again.
pub(super) struct Reader {
    base: i64,
    list: Vec<Name>,
}

impl Reader {
    pub(super) fn new(names: Vec<String>, base: i64) -> Self {
        Reader { base, list: names.into_iter().map(Name::from).collect() }
    }

    pub(super) fn name(&self, place: u32) -> Result<Name> {
        self.list.get(place as usize).cloned().ok_or_else(|| bad(format!("name {place} is not in the list")))
    }

    pub(super) fn maybe(&self, place: Option<u32>) -> Result<Option<Name>> {
        place.map(|place| self.name(place)).transpose()
    }

    pub(super) fn time(&self, difference: i64) -> i64 {
        difference.wrapping_add(self.base)
    }

    pub(super) fn moment(&self, (seen, at): Instant) -> Moment {
        let seen = self.time(seen);
        Moment { seen, at: at.map(|at| at.wrapping_add(seen)) }
    }
}
