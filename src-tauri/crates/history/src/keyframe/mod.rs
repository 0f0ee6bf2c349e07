//! A floor as bytes, in a layout of its own.
//!
//! The live types change as Mirante grows; stored floors must stay readable. So a keyframe is made of explicit tables of
//! columns, with names in one list, times as differences to one base, and every choice as a fixed number. Writing takes
//! the live types apart field by field: a new field does not compile until it has a place here.
//!
//! Bytes: one of version, then zstd (with its checksum) of the postcard of the tables.

mod alerts;
mod attempts;
mod calls;
mod codes;
mod columns;
mod config;
mod minute;
mod names;
mod people;
mod queues;
mod rules;
mod sites;

use crate::{HistoryError, Result, pack};
use alerts::AlertsV1;
use attempts::AttemptsV1;
pub(crate) use attempts::{bits, flags_of};
use calls::CallsV1;
use config::ConfigV1;
use minute::MinuteV1;
use mirante_floor::Floor;
use names::{Reader, Writer};
use people::PeopleV1;
use queues::QueuesV1;
use serde::{Deserialize, Serialize};
use sites::SitesV1;

/// Version of the layout written.
const V1: u8 = 1;

/// All tables. `site`, `queue`, … columns hold the place of the parent's row in its table.
#[derive(Debug, Serialize, Deserialize)]
struct KeyframeV1 {
    names: Vec<String>,
    /// What times are differences to, Unix ms.
    base: i64,
    config: ConfigV1,
    sites: SitesV1,
    queues: QueuesV1,
    people: PeopleV1,
    calls: CallsV1,
    attempts: AttemptsV1,
    minute: MinuteV1,
    alerts: AlertsV1,
}

/// A floor as bytes.
///
/// # Errors
/// None in practice: only if memory for the bytes cannot be had.
pub fn keyframe(floor: &Floor) -> Result<Vec<u8>> {
    let plain = postcard::to_stdvec(&KeyframeV1::from(floor)).map_err(|e| HistoryError::damaged("keyframe", e))?;
    pack::seal_bytes(V1, &plain, "keyframe")
}

/// The floor that [`keyframe`] made bytes of. Any bytes are safe to give.
///
/// # Errors
/// [`HistoryError::Damaged`] when the bytes are not a keyframe, or one whose tables contradict each other.
pub fn restore(bytes: &[u8]) -> Result<Floor> {
    let plain = pack::open_bytes(V1, bytes, "keyframe")?;
    let tables: KeyframeV1 = postcard::from_bytes(&plain).map_err(|e| HistoryError::damaged("keyframe", e))?;
    Floor::try_from(tables)
}

impl From<&Floor> for KeyframeV1 {
    fn from(floor: &Floor) -> Self {
        let Floor { config, sites, alerts: _ } = floor;
        let base = sites.values().map(|site| site.seen).max().unwrap_or(0);
        let mut w = Writer::new(base);
        let config = ConfigV1::write(config, &mut w);
        let (mut rows, mut queues, mut people) = (SitesV1::default(), QueuesV1::default(), PeopleV1::default());
        let (mut calls, mut attempts, mut minute) = (CallsV1::default(), AttemptsV1::default(), MinuteV1::default());
        for (row, (id, site)) in (0..).zip(sites) {
            rows.write(*id, site, &mut w);
            queues.write(row, &site.queues, &mut w);
            people.write(row, site, &mut w);
            calls.write(row, site, &mut w);
            attempts.write(row, site, &mut w);
            minute.write(row, &site.minute, &mut w);
        }
        let alerts = AlertsV1::write(floor, &mut w);
        KeyframeV1 { names: w.into_names(), base, config, sites: rows, queues, people, calls, attempts, minute, alerts }
    }
}

impl TryFrom<KeyframeV1> for Floor {
    type Error = HistoryError;

    fn try_from(tables: KeyframeV1) -> Result<Floor> {
        let KeyframeV1 { names, base, config, sites, queues, people, calls, attempts, minute, alerts } = tables;
        let r = Reader::new(names, base);
        let config = config.read(&r)?;
        let mut sites = sites.read(&r)?;
        queues.read(&mut sites, &r)?;
        people.read(&mut sites, &r)?;
        calls.read(&mut sites, &r)?;
        attempts.read(&mut sites, &r)?;
        minute.read(&mut sites, &r)?;
        let mut floor = Floor { config, sites: sites::by_id(sites)?, ..Floor::default() };
        alerts.read(&mut floor, &r)?;
        floor.reindex();
        Ok(floor)
    }
}

/// The parent's row, which must be there.
fn parent<T>(rows: &mut [T], row: u32) -> Result<&mut T> {
    let count = rows.len();
    rows.get_mut(row as usize).ok_or_else(|| bad(format!("row {row} of {count} is referred to")))
}

/// Puts a key that must be new.
fn put<K: Ord, V>(map: &mut std::collections::BTreeMap<K, V>, key: K, value: V) -> Result<()> {
    alone(map.insert(key, value))
}

/// What stood under a key before: nothing, or the key is not new.
fn alone<V>(before: Option<V>) -> Result<()> {
    match before {
        None => Ok(()),
        Some(_) => Err(bad("a key stands twice")),
    }
}

fn bad(why: impl ToString) -> HistoryError {
    HistoryError::damaged("keyframe", why)
}

#[cfg(test)]
mod tests;
