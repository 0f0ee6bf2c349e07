//! Visits and attempts summed by the minute in which they began: totals that stay when the rows themselves have gone.
//!
//! Each change of a row takes what it gave before and gives what it holds now, so that the sums are those of the rows, however
//! often a row is amended.

use crate::{HistoryError, Result, bulk};
use mirante_floor::{AnsweredBy, ClosedAttempt, ClosedVisit, Hist, Minute, Name, Origin, Tally};
use rusqlite::{Connection, OptionalExtension, Row, Statement, ToSql};

/// Counts that a row of either table holds at most.
const COUNTS: usize = 12;

/// A table of sums.
struct Table {
    name: &'static str,
    /// Its key beside the source and the minute: whose, and what came of it.
    key: [&'static str; 2],
    /// The first says how many facts there are, and so how many durations before the answer.
    counts: &'static [&'static str],
    /// Sum and histogram of the time before the answer.
    before: [&'static str; 2],
}

const VISITS: Table = Table {
    name: "rollup_visit",
    key: ["queue", "outcome"],
    counts: &["visits", "backfilled", "transferred"],
    before: ["wait_ms", "waits"],
};

const ATTEMPTS: Table = Table {
    name: "rollup_attempt",
    key: ["campaign", "result"],
    counts: &[
        "attempts",
        "inferred",
        "dropped",
        "answered_human",
        "coded",
        "human",
        "right_party",
        "sale",
        "promise",
        "do_not_call",
        "completed",
        "unworkable",
    ],
    before: ["ring_ms", "rings"],
};

/// Source, queue or campaign, minute, outcome or result.
type Key = (u16, Name, i64, &'static str);

/// What one fact counts.
struct Share {
    key: Key,
    /// What of it is to be counted, a bit each.
    told: u16,
    before_ms: i64,
    talk_ms: Option<i64>,
    /// Given; else taken back.
    counts: bool,
}

/// What a batch changes in the sums. Written at its end, since a batch often changes one sum many times.
#[derive(Default)]
pub(crate) struct Cohorts {
    visits: Vec<Share>,
    attempts: Vec<Share>,
    /// There are so many that most are newer than all that is kept.
    many: bool,
}

impl Cohorts {
    /// Of a past of millions.
    pub(crate) fn many() -> Cohorts {
        Cohorts { many: true, ..Cohorts::default() }
    }

    /// A visit counts as it stands now, or, before it changes, no longer does.
    pub(crate) fn visit(&mut self, v: &ClosedVisit, counts: bool) {
        let key = (v.source.0, v.queue.clone(), Minute::floor(v.entered.seen), v.outcome.word());
        let told = [true, v.origin == Origin::Backfilled, v.transferred];
        self.visits.push(Share::of(key, &told, v.wait_ms, v.talk_ms, counts));
    }

    /// The same of an attempt.
    pub(crate) fn attempt(&mut self, a: &ClosedAttempt, counts: bool) {
        let campaign = a.campaign.clone().unwrap_or_default();
        let key = (a.source.0, campaign, Minute::floor(a.started.seen), a.result().word());
        let flags = a.disposition.as_ref().map(|(_, flags)| *flags).unwrap_or_default();
        let told = [
            true,
            a.inferred,
            a.end.dropped,
            a.answered_by == Some(AnsweredBy::Human),
            a.disposition.is_some(),
            flags.human,
            flags.right_party,
            flags.sale,
            flags.promise,
            flags.do_not_call,
            flags.completed,
            flags.unworkable,
        ];
        self.attempts.push(Share::of(key, &told, a.ring_ms, a.talk_ms, counts));
    }

    /// Writes what changed; gives what does not add up, in words.
    pub(crate) fn write(self, db: &Connection) -> Result<Vec<String>> {
        let mut wrong = Vec::new();
        VISITS.change(db, self.visits, self.many, &mut wrong)?;
        ATTEMPTS.change(db, self.attempts, self.many, &mut wrong)?;
        Ok(wrong)
    }
}

impl Share {
    /// Longest duration that counts in full, ms: some seventeen years. A platform that tells nonsense must not make a sum that the
    /// database cannot hold.
    const LONGEST: i64 = 1 << 39;

    fn of(key: Key, told: &[bool], before_ms: i64, talk_ms: Option<i64>, counts: bool) -> Share {
        let told = told.iter().rev().fold(0, |all, told| all << 1 | u16::from(*told));
        let talk_ms = talk_ms.map(|ms| ms.min(Self::LONGEST));
        Share { key, told, before_ms: before_ms.min(Self::LONGEST), talk_ms, counts }
    }
}

/// A row that is certainly not there yet: its key, sums and both histograms packed.
struct Fresh<'a> {
    key: &'a Key,
    sums: Sums,
    before: Vec<u8>,
    talks: Vec<u8>,
}

/// One row of sums.
#[derive(Default)]
struct Sums {
    counts: [i64; COUNTS],
    before: Tally,
    talks: Tally,
}

impl Table {
    /// What does not add up is left out, so that a damaged sum holds up no commit.
    fn change(&self, db: &Connection, mut shares: Vec<Share>, many: bool, wrong: &mut Vec<String>) -> Result<()> {
        if shares.is_empty() {
            return Ok(());
        }
        let Table { name, key: [whose, what], counts, before: [before_ms, before] } = self;
        let row = format!("source = ?1 AND {whose} = ?2 AND minute_ms = ?3 AND {what} = ?4");
        let columns = format!("{}, {before_ms}, {before}, talked, talk_ms, talks", counts.join(", "));
        let places: Vec<String> = (1..=4 + counts.len() + 5).map(|nth| format!("?{nth}")).collect();
        let mut select = db.prepare_cached(&format!("SELECT {columns} FROM {name} WHERE {row}"))?;
        let mut delete = db.prepare_cached(&format!("DELETE FROM {name} WHERE {row}"))?;
        let into =
            format!("INTO {name} (source, {whose}, minute_ms, {what}, {columns}) VALUES ({})", places.join(", "));
        let mut insert = db.prepare_cached(&format!("INSERT {into} ON CONFLICT DO NOTHING"))?;
        let mut replace = db.prepare_cached(&format!("INSERT OR REPLACE {into}"))?;
        let sql = format!("SELECT max(minute_ms) FROM {name} WHERE source = ?1 AND {whose} = ?2");
        let mut last = db.prepare_cached(&sql)?;
        let (mut newest, mut fresh) = (None, Vec::new());
        // Those of one row stay in their order.
        shares.sort_by(|a, b| a.key.cmp(&b.key));
        for shares in shares.chunk_by(|a, b| a.key == b.key) {
            let Some(Share { key: row @ (source, whose, minute, what), .. }) = shares.first() else { continue };
            let key: [&dyn ToSql; 4] = [source, &&**whose, minute, what];
            // Most often nothing is known of a minute yet, and nothing is to be looked for.
            if shares.iter().all(|share| share.counts) {
                let mut sums = Sums::default();
                shares.iter().for_each(|share| _ = sums.change(share));
                if many {
                    let known = newest.filter(|(of, _)| *of == (source, whose));
                    let known = match known {
                        Some((_, known)) => known,
                        None => last.query_row((source, &**whose), |row| row.get::<_, Option<i64>>(0))?,
                    };
                    newest = Some(((source, whose), known));
                    if known.is_none_or(|known| *minute > known) {
                        let (before, talks) = (packed(&sums.before.hist)?, packed(&sums.talks.hist)?);
                        fresh.push(Fresh { key: row, sums, before, talks });
                        continue;
                    }
                }
                if sums.write(&mut insert, &key, counts.len())? > 0 {
                    continue;
                }
            }
            let stored = select.query_row(&key[..], |row| Ok(Sums::read(row, counts.len()))).optional()?;
            let stored = stored.transpose().unwrap_or_else(|error| {
                wrong.push(format!("{name}, {whose} at {minute}: {error}"));
                None
            });
            let mut sums = stored.unwrap_or_default();
            for share in shares {
                if !sums.change(share) {
                    wrong.push(format!("{name}, {whose} at {minute}: what is taken back was never counted"));
                }
            }
            if sums.counts[0] == 0 {
                delete.execute(&key[..])?;
                continue;
            }
            sums.write(&mut replace, &key, counts.len())?;
        }
        let columns = format!("source, {whose}, minute_ms, {what}, {columns}");
        let fresh: Vec<&Fresh<'_>> = fresh.iter().collect();
        bulk::insert(db, name, &columns, &fresh, |statement, first, row| row.bind(statement, first, counts.len()))
    }
}

impl Fresh<'_> {
    /// Gives the row, with so many counts, to a statement, from its parameter `first` on.
    fn bind(&self, statement: &mut Statement<'_>, first: usize, number: usize) -> rusqlite::Result<()> {
        let Fresh { key: (source, whose, minute, what), sums, before, talks } = self;
        let mut nth = first..;
        let mut bind = |value: &dyn ToSql| statement.raw_bind_parameter(nth.next().unwrap_or_default(), value);
        bind(source)?;
        bind(&&**whose)?;
        bind(minute)?;
        bind(what)?;
        sums.counts[..number].iter().try_for_each(|count| bind(count))?;
        bind(&sums.before.sum_ms)?;
        bind(before)?;
        bind(&sums.talks.count)?;
        bind(&sums.talks.sum_ms)?;
        bind(talks)
    }
}

impl Sums {
    fn read(row: &Row<'_>, number: usize) -> Result<Sums> {
        let mut sums = Sums::default();
        for (nth, count) in sums.counts[..number].iter_mut().enumerate() {
            *count = row.get(nth)?;
        }
        let count = u32::try_from(sums.counts[0]).map_err(|e| HistoryError::damaged("sums", e))?;
        let hist = |column| unpacked(row, column);
        sums.before = Tally { count, sum_ms: row.get(number)?, hist: hist(number + 1)? };
        sums.talks = Tally { count: row.get(number + 2)?, sum_ms: row.get(number + 3)?, hist: hist(number + 4)? };
        Ok(sums)
    }

    /// Gives a row with so many counts to a statement; says how many it changed.
    fn write(&self, statement: &mut Statement<'_>, key: &[&dyn ToSql], number: usize) -> Result<usize> {
        let (before, talks) = (packed(&self.before.hist)?, packed(&self.talks.hist)?);
        let counts = self.counts[..number].iter().map(|count| count as &dyn ToSql);
        let durations: [&dyn ToSql; 5] = [&self.before.sum_ms, &before, &self.talks.count, &self.talks.sum_ms, &talks];
        let values = key.iter().copied().chain(counts).chain(durations);
        Ok(statement.execute(rusqlite::params_from_iter(values))?)
    }

    /// False, and no change, if what is to be taken back is not there.
    fn change(&mut self, share: &Share) -> bool {
        let (before, talk) = (share.before_ms, share.talk_ms);
        if share.counts {
            self.before.add(before);
            talk.into_iter().for_each(|ms| self.talks.add(ms));
        } else {
            if !self.before.remove(before) {
                return false;
            }
            if talk.is_some_and(|ms| !self.talks.remove(ms)) {
                self.before.add(before);
                return false;
            }
        }
        for (nth, mine) in self.counts.iter_mut().enumerate() {
            let theirs = i64::from(share.told >> nth & 1);
            *mine += if share.counts { theirs } else { -theirs };
        }
        true
    }
}

fn packed(hist: &Hist) -> Result<Vec<u8>> {
    postcard::to_stdvec(hist).map_err(|e| HistoryError::damaged("sums", e))
}

pub(crate) fn unpacked(row: &Row<'_>, column: usize) -> Result<Hist> {
    let bytes = row.get_ref(column)?.as_blob().map_err(|e| HistoryError::damaged("sums", e))?;
    postcard::from_bytes(bytes).map_err(|e| HistoryError::damaged("sums", e))
}
