//! The sums that stay, read: visits by the minute of their arrival, agents by the quarter of an hour.

use crate::board::STATES;
use crate::facts::QUARTER;
use crate::rows::name;
use crate::{History, HistoryError, Result, cohort::unpacked, query::LOOK};
use mirante_floor::{Minute, Name, Outcome, Place, SourceId, StateKind, Tally};
use rusqlite::{OptionalExtension, Row, Transaction};
use std::collections::BTreeMap;

/// Visits that entered a queue in one minute and ended one way.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitSum {
    /// The source.
    pub source: SourceId,
    /// The queue.
    pub queue: Name,
    /// First instant of the minute, Unix ms.
    pub minute_ms: i64,
    /// How they ended.
    pub outcome: Outcome,
    /// Known from a record of the platform's own.
    pub backfilled: u32,
    /// Passed on by the agent.
    pub transferred: u32,
    /// Their waits.
    pub waits: Tally,
    /// Their conversations, those of known length.
    pub talks: Tally,
}

/// Time of one agent in one state.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentSum {
    /// The source.
    pub source: SourceId,
    /// The agent's key.
    pub agent: Name,
    /// The state.
    pub state: StateKind,
    /// Where the work comes from, if it is work.
    pub place: Option<Place>,
    /// How long, ms.
    pub ms: i64,
}

/// Rings of one agent in one queue.
#[derive(Debug, Clone, PartialEq)]
pub struct RingSum {
    /// The source.
    pub source: SourceId,
    /// The agent's key.
    pub agent: Name,
    /// The queue.
    pub queue: Name,
    /// Rings answered.
    pub answered: u32,
    /// Rings not answered.
    pub missed: u32,
}

impl History {
    /// Length of the stretches by which agents' time is kept, ms, from the Unix epoch on.
    pub const QUARTER: i64 = QUARTER;

    /// Sums of visits that entered from the minute `from` up to, not including, `to` (Unix ms), by queue and minute. `each` says false
    /// to stop. They stay when the visits themselves have gone. In short looks.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn visit_sums(&self, from: i64, to: i64, mut each: impl FnMut(VisitSum) -> bool) -> Result<()> {
        let sql = format!(
            "SELECT source, queue, minute_ms, outcome, visits, backfilled, transferred, wait_ms, waits, talked, talk_ms, talks
             FROM rollup_visit WHERE source = ?1 AND queue = ?2 AND (minute_ms, outcome) > (?3, ?4) AND minute_ms < ?5
             ORDER BY minute_ms, outcome LIMIT {LOOK}"
        );
        for (source, queue) in self.keys("rollup_visit", "queue")? {
            let mut after = (from, String::new());
            loop {
                let mut statement = self.db.prepare_cached(&sql)?;
                let mut found = statement.query((source.0, &*queue, after.0, &after.1, to))?;
                let mut look = Vec::new();
                while let Some(row) = found.next()? {
                    look.push(visit_sum(row)?);
                }
                let is_last = look.len() < LOOK;
                if let Some(last) = look.last() {
                    after = (last.minute_ms, last.outcome.word().to_owned());
                }
                if !look.into_iter().all(&mut each) {
                    return Ok(());
                }
                if is_last {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Looks several times at one and the same state of history, whatever is committed meanwhile; within another such look, at that
    /// one's. It should not last: what is committed meanwhile grows a log until it is over.
    ///
    /// # Errors
    /// What `look` gives, and when the database cannot be read.
    pub fn at_once<T, E: From<HistoryError>>(
        &self,
        look: impl FnOnce(&History) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let _one_state = self.look()?;
        look(self)
    }

    /// Everything that is read until it is dropped is of one state; none where that is so already.
    pub(crate) fn look(&self) -> Result<Option<Transaction<'_>>> {
        Ok(if self.db.is_autocommit() { Some(self.db.unchecked_transaction()?) } else { None })
    }

    /// How many visits entered each queue from the minute `from` up to, not including, `to` (Unix ms), by the sums that stay.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn arrivals(&self, from: i64, to: i64) -> Result<BTreeMap<(SourceId, Name), u64>> {
        let sql = "SELECT sum(visits) FROM rollup_visit
                   WHERE source = ?1 AND queue = ?2 AND minute_ms >= ?3 AND minute_ms < ?4";
        let mut all = BTreeMap::new();
        for (source, queue) in self.keys("rollup_visit", "queue")? {
            let mut statement = self.db.prepare_cached(sql)?;
            let some: Option<u64> = statement.query_row((source.0, &*queue, from, to), |row| row.get(0))?;
            all.insert((source, queue), some.unwrap_or(0));
        }
        Ok(all)
    }

    /// Time of agents in each state from the quarter of an hour `from` up to, not including, `to` (Unix ms), an agent a look.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn agent_sums(&self, from: i64, to: i64, mut each: impl FnMut(AgentSum)) -> Result<()> {
        let sql = "SELECT state, place, place_name, sum(spent_ms) FROM rollup_agent
                   WHERE source = ?1 AND agent = ?2 AND quarter_ms >= ?3 AND quarter_ms < ?4
                   GROUP BY state, place, place_name";
        for (source, agent) in self.keys("rollup_agent", "agent")? {
            let mut statement = self.db.prepare_cached(sql)?;
            let mut found = statement.query((source.0, &*agent, from, to))?;
            while let Some(row) = found.next()? {
                let word: String = row.get(0)?;
                let state = STATES.into_iter().find(|kind| crate::state_word(*kind) == word);
                let state = state.ok_or_else(|| HistoryError::damaged("sums", format!("unknown state {word:?}")))?;
                let place = match row.get::<_, String>(1)?.as_str() {
                    "queue" => Some(Place::Queue(name(row, 2)?)),
                    "campaign" => Some(Place::Campaign(name(row, 2)?)),
                    "other" => Some(Place::Other),
                    _ => None,
                };
                each(AgentSum { source, agent: agent.clone(), state, place, ms: row.get(3)? });
            }
        }
        Ok(())
    }

    /// Rings of agents, likewise.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn ring_sums(&self, from: i64, to: i64, mut each: impl FnMut(RingSum)) -> Result<()> {
        let sql = "SELECT queue, sum(answered), sum(ring_no_answer) FROM rollup_agent_queue
                   WHERE source = ?1 AND agent = ?2 AND quarter_ms >= ?3 AND quarter_ms < ?4 GROUP BY queue";
        for (source, agent) in self.keys("rollup_agent_queue", "agent")? {
            let mut statement = self.db.prepare_cached(sql)?;
            let mut found = statement.query((source.0, &*agent, from, to))?;
            while let Some(row) = found.next()? {
                let (queue, agent) = (name(row, 0)?, agent.clone());
                each(RingSum { source, agent, queue, answered: row.get(1)?, missed: row.get(2)? });
            }
        }
        Ok(())
    }

    /// How many attempts began from the minute `from` up to, not including, `to` (Unix ms), by the sums that stay.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn attempts_counted(&self, from: i64, to: i64) -> Result<u64> {
        Ok(self.dialled(from, to)?.values().sum())
    }

    /// How many attempts of each campaign began from the minute `from` up to, not including, `to` (Unix ms), by the sums that stay.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn dialled(&self, from: i64, to: i64) -> Result<BTreeMap<(SourceId, Name), u64>> {
        let sql = "SELECT sum(attempts) FROM rollup_attempt
                   WHERE source = ?1 AND campaign = ?2 AND minute_ms >= ?3 AND minute_ms < ?4";
        let mut all = BTreeMap::new();
        for (source, campaign) in self.keys("rollup_attempt", "campaign")? {
            let mut statement = self.db.prepare_cached(sql)?;
            let some: Option<u64> = statement.query_row((source.0, &*campaign, from, to), |row| row.get(0))?;
            if let Some(count) = some {
                all.insert((source, campaign), count);
            }
        }
        Ok(all)
    }

    /// How long a source was heard in the minutes from `from` up to, not including, `to` (Unix ms) that are over, ms.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn heard_ms(&self, source: SourceId, from: i64, to: i64) -> Result<i64> {
        let first = Minute::floor(from.saturating_add(Minute::MS - 1));
        let sql = "SELECT sum(covered_ms) FROM minute WHERE source = ?1 AND minute_ms >= ?2 AND minute_ms < ?3";
        let heard: Option<i64> = self.db.prepare_cached(sql)?.query_row((source.0, first, to), |row| row.get(0))?;
        Ok(heard.unwrap_or(0))
    }

    /// Each source and name by which a table of sums is kept, found one after the other: there are few beside the rows.
    fn keys(&self, table: &str, column: &str) -> Result<Vec<(SourceId, Name)>> {
        let sql = format!(
            "SELECT source, {column} FROM {table} WHERE (source, {column}) > (?1, ?2) ORDER BY source, {column} LIMIT 1"
        );
        let mut keys: Vec<(SourceId, Name)> = Vec::new();
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut after = (-1, Name::default());
        loop {
            let row = (after.0, &*after.1);
            let found = statement.query_row(row, |row| Ok((row.get::<_, u16>(0)?, name(row, 1)))).optional()?;
            let Some((source, key)) = found else { return Ok(keys) };
            after = (i64::from(source), key?);
            keys.push((SourceId(source), after.1.clone()));
        }
    }
}

fn visit_sum(row: &Row<'_>) -> Result<VisitSum> {
    let word: String = row.get(3)?;
    let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.word() == word);
    Ok(VisitSum {
        source: SourceId(row.get(0)?),
        queue: name(row, 1)?,
        minute_ms: row.get(2)?,
        outcome: outcome.ok_or_else(|| HistoryError::damaged("sums", format!("unknown outcome {word:?}")))?,
        backfilled: row.get(5)?,
        transferred: row.get(6)?,
        waits: Tally { count: row.get(4)?, sum_ms: row.get(7)?, hist: unpacked(row, 8)? },
        talks: Tally { count: row.get(9)?, sum_ms: row.get(10)?, hist: unpacked(row, 11)? },
    })
}
