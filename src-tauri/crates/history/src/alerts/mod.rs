//! Alerts: what became of them, what was done about them, and what watching goes on from.
//!
//! Rows of `alert` and `alert_step` are facts of events; the rest comes from whoever watches, in the same transaction.

mod outbox;
mod read;

pub use outbox::{Attempt, Delivery, DeliveryState, NewDelivery};
pub use read::{AlertRow, AlertStep, Asked};

use crate::{History, HistoryError, Result, rows};
use mirante_floor::Name;
use mirante_floor::alert::{Moved, Shown};
use rusqlite::{OptionalExtension, Transaction, params};

/// What watching adds to a commit, all or nothing with its events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertRows {
    /// What was done.
    pub actions: Vec<AlertAction>,
    /// What is to be sent.
    pub deliveries: Vec<NewDelivery>,
    /// Silences that began, or were taken back.
    pub silences: Vec<SilenceRow>,
    /// What watching remembers otherwise than before; none: no more.
    pub memory: Vec<(Memory, String, Option<String>)>,
}

impl AlertRows {
    /// True if there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        let AlertRows { actions, deliveries, silences, memory } = self;
        actions.is_empty() && deliveries.is_empty() && silences.is_empty() && memory.is_empty()
    }

    /// Adds what came after.
    pub fn append(&mut self, mut other: AlertRows) {
        self.actions.append(&mut other.actions);
        self.deliveries.append(&mut other.deliveries);
        self.silences.append(&mut other.silences);
        self.memory.append(&mut other.memory);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = AlertRows::default();
    }
}

/// What is remembered from one start to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Memory {
    /// An alert that is not normal.
    Alert,
    /// How far one has climbed.
    Climb,
    /// Alerts gathered for one message.
    Group,
}

impl Memory {
    fn word(self) -> &'static str {
        match self {
            Memory::Alert => "alert",
            Memory::Climb => "climb",
            Memory::Group => "group",
        }
    }
}

/// What was done about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Somebody took it.
    Taken,
    /// Whoever had it let it go.
    LetGo,
    /// Somebody noted something.
    Note,
    /// A step of the escalation told somebody.
    Told,
    /// Nobody of a step was on duty.
    Nobody,
}

impl Deed {
    const ALL: [Deed; 5] = [Deed::Taken, Deed::LetGo, Deed::Note, Deed::Told, Deed::Nobody];

    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Deed::Taken => "taken",
            Deed::LetGo => "let_go",
            Deed::Note => "note",
            Deed::Told => "told",
            Deed::Nobody => "nobody",
        }
    }
}

/// Something that was done about an alert that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertAction {
    /// The alert's row.
    pub alert: u64,
    /// When, Unix ms.
    pub at_ms: i64,
    /// What.
    pub what: Deed,
    /// The user who did it, or whom a step told.
    pub who: Option<Name>,
    /// A note; of a step, its policy, number and channels.
    pub words: String,
}

/// A silence as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceRow {
    /// Its number.
    pub id: u64,
    /// Which alerts, as JSON.
    pub of: String,
    /// From when, Unix ms.
    pub from_ms: i64,
    /// Until when, Unix ms.
    pub until_ms: i64,
    /// The user who wants it.
    pub by: Name,
    /// Why.
    pub why: String,
    /// An administrator wants it.
    pub admin: bool,
    /// The user who ended it before its time.
    pub ended_by: Option<Name>,
}

/// What watching goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertsKept {
    /// The newest alert, delivery and silence so far; 0 before the first.
    pub newest: [u64; 3],
    /// What was remembered: what of, its key, what.
    pub memory: Vec<(Memory, String, String)>,
    /// Silences that end after the asked moment.
    pub silences: Vec<SilenceRow>,
}

impl History {
    /// What watching goes on from at `now`, Unix ms.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn alerts_kept(&self, now: i64) -> Result<AlertsKept> {
        let newest = |table: &str| -> Result<u64> {
            Ok(self.db.query_row(&format!("SELECT coalesce(max(id), 0) FROM {table}"), [], |row| row.get(0))?)
        };
        let newest = [newest("alert")?, newest("delivery")?, newest("silence")?];
        let mut statement = self.db.prepare_cached("SELECT kind, key, state FROM alert_memory")?;
        let mut found = statement.query([])?;
        let mut memory = Vec::new();
        while let Some(row) = found.next()? {
            let word: String = row.get(0)?;
            let kinds = [Memory::Alert, Memory::Climb, Memory::Group];
            let kind = kinds.into_iter().find(|kind| kind.word() == word);
            let kind = kind.ok_or_else(|| HistoryError::damaged("alerts", format!("{word} is not remembered")))?;
            memory.push((kind, row.get(1)?, row.get(2)?));
        }
        Ok(AlertsKept { newest, memory, silences: self.silences(now)? })
    }

    /// Keeps what watching added at any price, and facts of alerts whose events wait for room: when the disk is full, the reserve
    /// pays for it.
    ///
    /// # Errors
    /// When not even the reserve has room.
    pub fn note_alerts(&mut self, facts: &[Moved], rows: &AlertRows) -> Result<()> {
        self.spend(|tx, _| {
            facts.iter().try_for_each(|fact| moved(tx, fact))?;
            write(tx, rows)
        })
    }
}

/// Keeps that an alert changed.
pub(crate) fn moved(tx: &Transaction<'_>, moved: &Moved) -> Result<()> {
    let Moved { seq, at, from, change } = moved;
    let (key, standing) = (&change.key, &change.standing);
    let (rule, scope) = (&*key.rule, key.subject.scope.word());
    let (source, subject) = (key.subject.source.0, &*key.subject.id);
    let alert = Some(standing.alert).filter(|alert| *alert != 0);
    let taken_by = standing.taken.as_ref().map(|(by, _)| &**by);
    let until = standing.taken.as_ref().map(|(_, until)| *until);
    let sql = "INSERT INTO alert_step (seq, alert, rule, scope, source, subject, at_ms, was, shown, flapping, value,
                   limit_value, taken_by, taken_until_ms, cause_seq)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    tx.prepare_cached(sql)?.execute(params![
        seq,
        alert,
        rule,
        scope,
        source,
        subject,
        at,
        from.word(),
        standing.shown.word(),
        standing.flapping,
        standing.value,
        standing.limit,
        taken_by,
        until,
        change.cause,
    ])?;
    let (Some(alert), Some(fired)) = (alert, standing.fired) else { return Ok(()) };
    let sql = "INSERT INTO alert (id, rule, name, severity, scope, source, subject, fired_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING";
    let (name, severity) = (&*standing.name, standing.severity.word());
    tx.prepare_cached(sql)?.execute(params![alert, rule, name, severity, scope, source, subject, fired])?;
    if taken_by.is_some() && standing.shown != Shown::Normal {
        let sql = "UPDATE alert SET taken_ms = ?2, taken_by = ?3 WHERE id = ?1 AND taken_ms IS NULL";
        tx.prepare_cached(sql)?.execute(params![alert, at, taken_by])?;
    }
    if standing.shown == Shown::Normal {
        tx.prepare_cached("UPDATE alert SET resolved_ms = ?2 WHERE id = ?1")?.execute((alert, at))?;
    }
    Ok(())
}

/// Keeps what watching added to a commit.
pub(crate) fn write(tx: &Transaction<'_>, rows: &AlertRows) -> Result<()> {
    let AlertRows { actions, deliveries, silences, memory } = rows;
    for AlertAction { alert, at_ms, what, who, words } in actions {
        let sql = "INSERT INTO alert_action (alert, at_ms, what, who, words) VALUES (?1, ?2, ?3, ?4, ?5)";
        tx.prepare_cached(sql)?.execute(params![alert, at_ms, what.word(), who.as_deref(), words])?;
    }
    outbox::intend(tx, deliveries)?;
    for SilenceRow { id, of, from_ms, until_ms, by, why, admin, ended_by } in silences {
        let sql = "INSERT INTO silence (id, of, from_ms, until_ms, by, why, admin, ended_by)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                   ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms, ended_by = excluded.ended_by";
        let row = params![id, of, from_ms, until_ms, &**by, why, admin, ended_by.as_deref()];
        tx.prepare_cached(sql)?.execute(row)?;
    }
    for (kind, key, state) in memory {
        match state {
            Some(state) => {
                let sql = "INSERT OR REPLACE INTO alert_memory (kind, key, state) VALUES (?1, ?2, ?3)";
                tx.prepare_cached(sql)?.execute((kind.word(), key, state))?;
            }
            None => {
                let sql = "DELETE FROM alert_memory WHERE kind = ?1 AND key = ?2";
                tx.prepare_cached(sql)?.execute((kind.word(), key))?;
            }
        }
    }
    Ok(())
}

impl History {
    /// Silences that end after a moment, Unix ms, oldest first.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn silences(&self, after_ms: i64) -> Result<Vec<SilenceRow>> {
        let sql =
            "SELECT id, of, from_ms, until_ms, by, why, admin, ended_by FROM silence WHERE until_ms > ?1 ORDER BY id";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut found = statement.query([after_ms])?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.push(SilenceRow {
                id: row.get(0)?,
                of: row.get(1)?,
                from_ms: row.get(2)?,
                until_ms: row.get(3)?,
                by: rows::name(row, 4)?,
                why: row.get(5)?,
                admin: row.get(6)?,
                ended_by: rows::maybe(row, 7)?,
            });
        }
        Ok(all)
    }

    /// What was done about an alert, in order.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn alert_actions(&self, alert: u64) -> Result<Vec<AlertAction>> {
        let sql = "SELECT at_ms, what, who, words FROM alert_action WHERE alert = ?1 ORDER BY id";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut found = statement.query([alert])?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            let word: String = row.get(1)?;
            let what = Deed::ALL.into_iter().find(|deed| deed.word() == word);
            let what = what.ok_or_else(|| HistoryError::damaged("alerts", format!("{word} is no deed")))?;
            let (who, words) = (rows::maybe(row, 2)?, row.get(3)?);
            all.push(AlertAction { alert, at_ms: row.get(0)?, what, who, words });
        }
        Ok(all)
    }

    /// One alert that fired, with every change of it, those before it fired too.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn alert(&self, id: u64) -> Result<Option<(AlertRow, Vec<AlertStep>)>> {
        let sql = format!("SELECT {} FROM alert WHERE id = ?1", read::ALERT);
        let row = self.db.prepare_cached(&sql)?.query_row([id], |row| Ok(read::alert(row))).optional()?;
        let Some(row) = row.transpose()? else { return Ok(None) };
        let steps = self.steps_of(&row)?;
        Ok(Some((row, steps)))
    }
}

#[cfg(test)]
mod tests;
