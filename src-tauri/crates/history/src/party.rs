//! People by number: who a [`PartyId`] is, and the number of whoever calls.

use crate::{HistoryError, Party, Result, bulk, history::read_only, key::Key};
use mirante_floor::{Event, Fact, Kind, PartyId, Setting};
use rusqlite::{Connection, OptionalExtension, Statement, Transaction};
use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// People by number, for any thread; clones share what they know.
///
/// A number given out by [`Parties::id_of`] reaches the disk with the next commit, before the events that may use it.
#[derive(Clone)]
pub struct Parties(Arc<Mutex<Inner>>);

struct Inner {
    key: Option<Key>,
    db: OnDemand,
    /// Number of the next new person; none for who only reads.
    next: Option<u64>,
    /// By keyed hash of number and name.
    ids: HashMap<[u8; 32], PartyId>,
    /// `None`: asked for, and unknown or forgotten.
    people: HashMap<PartyId, Option<Party>>,
    /// Their numbers have no holes.
    pending: Vec<Pending>,
    pending_ids: HashMap<[u8; 32], PartyId>,
    /// Tells most of those who were never seen from the others, once many are expected.
    sieve: Option<Sieve>,
}

/// A person not on the disk yet.
#[derive(Clone)]
pub(crate) struct Pending {
    pub(crate) id: PartyId,
    lookup: [u8; 32],
    sealed: Vec<u8>,
}

/// People kept in memory before the memory starts again from nothing.
const KNOWN: usize = 100_000;

impl Parties {
    /// Of a file that is written to by `writer`, or only read.
    pub(crate) fn open(key: Option<Key>, file: PathBuf, writer: Option<&Connection>) -> Result<Parties> {
        let next = "SELECT coalesce(max(id), 0) + 1 FROM party";
        let next = writer.map(|db| db.query_row(next, [], |r| r.get(0))).transpose()?;
        let (ids, people, pending, pending_ids, sieve) = Default::default();
        let db = OnDemand { file, open: None };
        Ok(Parties(Arc::new(Mutex::new(Inner { key, db, next, ids, people, pending, pending_ids, sieve }))))
    }

    /// Makes ready for many whose number is asked for, most of them new: of these the file is not asked.
    pub(crate) fn expect_many(&self) -> Result<()> {
        let inner = &mut *self.inner();
        let mut sieve = Sieve::default();
        let mut statement = inner.db.get()?.prepare("SELECT lookup FROM party WHERE lookup IS NOT NULL")?;
        let mut known = statement.query([])?;
        while let Some(row) = known.next()? {
            sieve.add(&row.get(0)?);
        }
        inner.pending.iter().for_each(|pending| sieve.add(&pending.lookup));
        inner.sieve = Some(sieve);
        Ok(())
    }

    /// The number of a person; a new one for whoever was never seen with exactly this number and name.
    ///
    /// # Errors
    /// [`HistoryError::ReadOnly`] for a new person on a folder opened for reading.
    pub fn id_of(&self, party: &Party) -> Result<PartyId> {
        self.inner().id_of(party)
    }

    /// Who a number is; `None` if unknown, forgotten, or there is no key.
    pub fn get(&self, id: PartyId) -> Result<Option<Party>> {
        self.inner().get(id)
    }

    /// Everyone who called from exactly this telephone number.
    pub fn find(&self, number: &str) -> Result<Vec<PartyId>> {
        let inner = &mut *self.inner();
        let Some(key) = &inner.key else { return Ok(Vec::new()) };
        let half = number_half(key, number);
        let mut end = [u8::MAX; 32];
        end[..16].copy_from_slice(&half);
        let sql = "SELECT id FROM party WHERE lookup BETWEEN ?1 AND ?2 ORDER BY id";
        let mut statement = inner.db.get()?.prepare_cached(sql)?;
        let mut found: Vec<PartyId> =
            statement.query_map((half, end), |r| r.get(0).map(PartyId))?.collect::<Result<_, _>>()?;
        found.extend(inner.pending.iter().filter(|p| p.lookup.starts_with(&half)).map(|p| p.id));
        found.dedup();
        Ok(found)
    }

    /// The next known people after a number, some hundreds; none after the last.
    pub(crate) fn slice(&self, after: u64) -> Result<Vec<(PartyId, Party)>> {
        let inner = &mut *self.inner();
        let key = inner.key.as_ref().ok_or_else(|| HistoryError::Key("is not at hand".into()))?;
        let sql = "SELECT id, sealed FROM party WHERE id > ?1 AND sealed IS NOT NULL ORDER BY id LIMIT 500";
        let mut statement = inner.db.get()?.prepare_cached(sql)?;
        let mut found = statement.query([after])?;
        let mut slice = Vec::new();
        while let Some(row) = found.next()? {
            let (id, sealed): (u64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            slice.push((PartyId(id), unsealed(key, id, &sealed)?));
        }
        Ok(slice)
    }

    /// Keyed hash of parts; `None` without the key.
    pub(crate) fn lookup(&self, kind: &[u8], parts: &[&str]) -> Option<[u8; 32]> {
        self.inner().key.as_ref().map(|key| key.lookup(kind, parts))
    }

    /// Those who are not on the disk yet, oldest first, but for the `first`. They stay pending until [`Parties::settled`].
    pub(crate) fn pending(&self, first: usize) -> Vec<Pending> {
        self.inner().pending.get(first..).unwrap_or_default().to_vec()
    }

    /// The oldest `count` pending people are on the disk.
    pub(crate) fn settled(&self, count: usize) {
        let mut inner = self.inner();
        let Inner { pending, pending_ids, .. } = &mut *inner;
        for settled in pending.drain(..count) {
            pending_ids.remove(&settled.lookup);
        }
    }

    /// Forgets people in memory.
    pub(crate) fn forget(&self, gone: &[PartyId]) {
        let mut inner = self.inner();
        let gone: HashSet<PartyId> = gone.iter().copied().collect();
        inner.ids.retain(|_, known| !gone.contains(known));
        gone.into_iter().for_each(|id| inner.remember(id, None));
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Every method leaves the maps whole at each step, so what a panicking thread left behind is usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file, opened when somebody is first asked for: to look at figures, nobody's name is read from the disk.
struct OnDemand {
    file: PathBuf,
    open: Option<Connection>,
}

impl OnDemand {
    fn get(&mut self) -> Result<&Connection> {
        match &mut self.open {
            Some(db) => Ok(db),
            none => Ok(none.insert(read_only(&self.file)?)),
        }
    }
}

impl Inner {
    fn id_of(&mut self, party: &Party) -> Result<PartyId> {
        let no_key = || HistoryError::Key("is not at hand".into());
        let key = self.key.as_ref().ok_or_else(no_key)?;
        let lookup = lookup(key, party);
        if let Some(id) = self.ids.get(&lookup) {
            return Ok(*id);
        }
        let is_new = self.sieve.as_ref().is_some_and(|sieve| !sieve.may_hold(&lookup));
        let known = match self.pending_ids.get(&lookup) {
            _ if is_new => None,
            Some(id) => Some(*id),
            None => {
                let mut statement = self.db.get()?.prepare_cached("SELECT id FROM party WHERE lookup = ?1")?;
                statement.query_row([lookup], |r| r.get(0).map(PartyId)).optional()?
            }
        };
        let id = match known {
            Some(id) => id,
            None => {
                let next = self.next.as_mut().ok_or(HistoryError::ReadOnly)?;
                let id = PartyId(*next);
                let sealed = key.seal(id.0, &postcard_of(party)?)?;
                self.pending.push(Pending { id, lookup, sealed });
                self.pending_ids.insert(lookup, id);
                self.sieve.iter_mut().for_each(|sieve| sieve.add(&lookup));
                *next += 1;
                id
            }
        };
        if self.ids.len() >= KNOWN {
            self.ids.clear();
        }
        self.ids.insert(lookup, id);
        // Nobody asks for those of a past of millions.
        if self.sieve.is_none() {
            self.remember(id, Some(party.clone()));
        }
        Ok(id)
    }

    fn get(&mut self, id: PartyId) -> Result<Option<Party>> {
        if let Some(known) = self.people.get(&id) {
            return Ok(known.clone());
        }
        let Some(key) = &self.key else { return Ok(None) };
        let place = self.pending.first().and_then(|first| usize::try_from(id.0.checked_sub(first.id.0)?).ok());
        let pending = place.and_then(|place| self.pending.get(place)).map(|p| p.sealed.clone());
        let sealed = match pending {
            Some(sealed) => Some(sealed),
            None => {
                let mut statement = self.db.get()?.prepare_cached("SELECT sealed FROM party WHERE id = ?1")?;
                statement.query_row([id.0], |r| r.get::<_, Option<Vec<u8>>>(0)).optional()?.flatten()
            }
        };
        let Some(sealed) = sealed else { return Ok(None) };
        let party = unsealed(key, id.0, &sealed)?;
        self.remember(id, Some(party.clone()));
        Ok(Some(party))
    }

    fn remember(&mut self, id: PartyId, party: Option<Party>) {
        if self.people.len() >= KNOWN {
            self.people.clear();
        }
        self.people.insert(id, party);
    }
}

/// Who was certainly never seen: a Bloom filter of two probes. Of ten million people it takes two in a hundred newcomers for known.
struct Sieve(Vec<u64>);

impl Default for Sieve {
    fn default() -> Self {
        Sieve(vec![0; Sieve::WORDS])
    }
}

impl Sieve {
    /// 16 MiB, however many people there are.
    const WORDS: usize = 1 << 21;

    fn places(lookup: &[u8; 32]) -> [(usize, u64); 2] {
        // The first half may be the number's alone.
        let place = |from: usize| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&lookup[from..from + 4]);
            let bit = u32::from_le_bytes(bytes);
            (bit as usize / 64 % Sieve::WORDS, 1 << (bit % 64))
        };
        [place(16), place(20)]
    }

    fn add(&mut self, lookup: &[u8; 32]) {
        Sieve::places(lookup).into_iter().for_each(|(word, bit)| self.0[word] |= bit);
    }

    fn may_hold(&self, lookup: &[u8; 32]) -> bool {
        Sieve::places(lookup).into_iter().all(|(word, bit)| self.0[word] & bit != 0)
    }
}

/// Half a keyed hash of a telephone number: 128 bits do not collide.
fn number_half(key: &Key, number: &str) -> [u8; 16] {
    key.lookup(b"number", &[number]).first_chunk().copied().unwrap_or_default()
}

/// Where to find whoever has exactly this number and name: all who have one number lie together, so that one index serves both
/// questions. Who has none lies anywhere.
fn lookup(key: &Key, party: &Party) -> [u8; 32] {
    let mut lookup = key.lookup(b"party", &[&party.number, &party.name]);
    if !party.number.is_empty() {
        lookup[..16].copy_from_slice(&number_half(key, &party.number));
    }
    lookup
}

fn unsealed(key: &Key, id: u64, sealed: &[u8]) -> Result<Party> {
    let plain = key.unseal(id, sealed)?;
    let (number, name) = postcard::from_bytes(&plain).map_err(|e| HistoryError::damaged("party", e))?;
    Ok(Party { number, name })
}

fn postcard_of(party: &Party) -> Result<Vec<u8>> {
    postcard::to_stdvec(&(&party.number, &party.name)).map_err(|e| HistoryError::damaged("party", e))
}

impl Pending {
    /// Puts people on the disk, as used on the day of `now_ms` until events say when.
    pub(crate) fn write(people: &[Pending], now_ms: i64, tx: &Transaction<'_>) -> Result<()> {
        let people: Vec<&Pending> = people.iter().collect();
        let bind = |statement: &mut Statement<'_>, first: usize, person: &Pending| {
            statement.raw_bind_parameter(first, 0)?;
            statement.raw_bind_parameter(first + 1, day(now_ms))?;
            statement.raw_bind_parameter(first + 2, person.lookup)?;
            statement.raw_bind_parameter(first + 3, &person.sealed)
        };
        // Hashes lie anywhere, so each newcomer changes a page that SQLite would note for taking the statement back, unless it gives the
        // number itself: the next one, which is what many in a row have.
        if people.len() >= bulk::ROWS && Pending::are_next(&people, tx)? {
            return bulk::insert(tx, "party", "staff, used_ms, lookup, sealed", &people, bind);
        }
        bulk::insert(tx, "party", "staff, used_ms, lookup, sealed, id", &people, |statement, first, person| {
            bind(statement, first, person)?;
            statement.raw_bind_parameter(first + 4, person.id.0)
        })
    }

    /// True for people whose numbers follow the newest stored one without a hole.
    fn are_next(people: &[&Pending], tx: &Transaction<'_>) -> Result<bool> {
        let newest: u64 = tx.query_row("SELECT coalesce(max(id), 0) FROM party", [], |row| row.get(0))?;
        Ok(people.iter().zip(newest + 1..).all(|(person, next)| person.id.0 == next))
    }
}

/// People are in use on the day of an instant, Unix ms.
pub(crate) fn use_on(people: &[PartyId], now_ms: i64, tx: &Transaction<'_>) -> Result<()> {
    let mut statement = tx.prepare_cached("UPDATE party SET used_ms = ?2 WHERE id = ?1 AND used_ms < ?2")?;
    for id in people {
        statement.execute((id.0, day(now_ms)))?;
    }
    Ok(())
}

/// The UTC day of an instant, Unix ms.
fn day(ms: i64) -> i64 {
    ms.div_euclid(DAY).saturating_mul(DAY)
}

/// Ms in a day.
pub(crate) const DAY: i64 = 24 * 60 * 60_000;

/// Whom a batch names: whether the person works here, and the newest day.
#[derive(Debug, Default)]
pub(crate) struct Uses(HashMap<PartyId, (bool, i64), foldhash::fast::RandomState>);

impl Uses {
    pub(crate) fn of(events: &[Event], facts: &[Fact]) -> Uses {
        let mut uses = Uses::default();
        uses.add(events, facts);
        uses
    }

    /// Whom more names.
    pub(crate) fn add(&mut self, events: &[Event], facts: &[Fact]) {
        for event in events {
            let (who, staff) = match &event.kind {
                Kind::Entered { caller, .. } => (*caller, false),
                Kind::Dialled { callee, .. } => (*callee, false),
                Kind::Member { name, .. } => (*name, true),
                Kind::Configured(Setting::Person(person)) => (Some(person.name), true),
                _ => (None, false),
            };
            self.note(who, staff, event.stamp.seen);
        }
        for fact in facts {
            let (outside, inside, ended) = match fact {
                Fact::VisitClosed(visit) => (visit.caller, visit.agent_name, visit.ended),
                Fact::AttemptClosed(attempt) => (attempt.callee, attempt.agent_name, attempt.ended),
                _ => continue,
            };
            self.note(outside, false, ended.seen);
            self.note(inside, true, ended.seen);
        }
    }

    /// Takes in whom others name.
    pub(crate) fn merge(&mut self, other: &Uses) {
        for (who, (staff, used)) in &other.0 {
            self.note(Some(*who), *staff, *used);
        }
    }

    fn note(&mut self, who: Option<PartyId>, staff: bool, seen: i64) {
        if let Some(who) = who {
            let (is_staff, used) = self.0.entry(who).or_insert((staff, day(seen)));
            *is_staff |= staff;
            *used = day(seen).max(*used);
        }
    }

    pub(crate) fn write(&self, tx: &Transaction<'_>) -> Result<()> {
        self.write_but(None, tx)
    }

    /// The same, but for those outside who were put on the disk just now, from the first one on, as used on the day of an instant,
    /// Unix ms, or later.
    pub(crate) fn write_but(&self, newcomers: Option<(PartyId, i64)>, tx: &Transaction<'_>) -> Result<()> {
        let sql = "UPDATE party SET staff = max(staff, ?2), used_ms = max(used_ms, ?3)
                   WHERE id = ?1 AND (staff < ?2 OR used_ms < ?3)";
        let mut statement = tx.prepare_cached(sql)?;
        let is_told = |who: PartyId, used: i64| newcomers.is_some_and(|(first, at)| who >= first && used <= day(at));
        let told = self.0.iter().filter(|(who, (staff, used))| *staff || !is_told(**who, *used));
        let mut told: Vec<_> = told.collect();
        // In the order of the rows.
        told.sort_unstable_by_key(|(who, _)| **who);
        for (who, (staff, used)) in told {
            statement.execute((who.0, staff, used))?;
        }
        Ok(())
    }
}
