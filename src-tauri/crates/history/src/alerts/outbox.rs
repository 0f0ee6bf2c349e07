//! Messages that are to be sent: kept before any is, and marked as each came off.

use crate::{History, HistoryError, Result, rows};
use mirante_floor::Name;
use rusqlite::{Row, Transaction, params};

/// A message that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its number.
    pub id: u64,
    /// What a receiver knows a repeat by.
    pub key: String,
    /// The channel, by its name in the configuration.
    pub channel: Name,
    /// Whom it is for.
    pub target: Name,
    /// The alerts that it is about.
    pub alerts: Vec<u64>,
    /// The facts of it, as JSON.
    pub body: String,
    /// When it was decided, Unix ms.
    pub made_ms: i64,
    /// Not before this, Unix ms.
    pub due_ms: i64,
    /// Not after this, Unix ms.
    pub expires_ms: i64,
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be sent, again perhaps.
    Waiting,
    /// The receiver has it.
    Sent,
    /// It will never arrive.
    Failed,
    /// Its time was over.
    Expired,
}

impl DeliveryState {
    const ALL: [DeliveryState; 4] =
        [DeliveryState::Waiting, DeliveryState::Sent, DeliveryState::Failed, DeliveryState::Expired];

    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Sent => "sent",
            DeliveryState::Failed => "failed",
            DeliveryState::Expired => "expired",
        }
    }
}

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What is to be sent.
    pub message: NewDelivery,
    /// How often it was tried.
    pub attempts: u32,
    /// When last, Unix ms.
    pub tried_ms: Option<i64>,
    /// When it ended, Unix ms.
    pub ended_ms: Option<i64>,
    /// How it stands.
    pub state: DeliveryState,
    /// The last words of the receiver or of the system.
    pub words: Option<String>,
}

/// What came of trying to send a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The message.
    pub id: u64,
    /// When, Unix ms.
    pub at_ms: i64,
    /// How it stands now.
    pub state: DeliveryState,
    /// When it is tried again, Unix ms, if it still waits.
    pub due_ms: i64,
    /// What the receiver or the system said.
    pub words: Option<String>,
}

const COLUMNS: &str = "id, key, channel, target, alerts, body, made_ms, due_ms, expires_ms, attempts, tried_ms, ended_ms, \
     state, words";
/// After so many tries a message no longer holds up those after it.
const LETS_OTHERS_GO: u32 = 5;
/// Most bytes kept of what a receiver says.
const MOST_WORDS: usize = 500;

pub(super) fn intend(tx: &Transaction<'_>, messages: &[NewDelivery]) -> Result<()> {
    for message in messages {
        let NewDelivery { id, key, channel, target, alerts, body, made_ms, due_ms, expires_ms } = message;
        let sql = format!(
            "INSERT INTO delivery ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, NULL, NULL, 'waiting', NULL)"
        );
        let alerts = serde_json::to_string(alerts).unwrap_or_default();
        let row = params![id, key, &**channel, &**target, alerts, body, made_ms, due_ms, expires_ms];
        tx.prepare_cached(&sql)?.execute(row)?;
    }
    Ok(())
}

impl History {
    /// Messages that wait and are due by `now`, Unix ms, the longest due first.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn deliveries_due(&self, now: i64, most: u32) -> Result<Vec<Delivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE state = 'waiting' AND due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2"
        );
        self.deliveries(&sql, params![now, most])
    }

    /// The message that goes next by one channel at `now`, Unix ms: the oldest that is due, but one that failed often lets others go first.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn delivery_due_by(&self, channel: &str, now: i64) -> Result<Option<Delivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE state = 'waiting' AND due_ms <= ?2 AND channel = ?1
             ORDER BY attempts >= {LETS_OTHERS_GO}, id LIMIT 1"
        );
        Ok(self.deliveries(&sql, params![channel, now])?.pop())
    }

    /// When the next message is due, Unix ms; none if none waits.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn next_delivery(&self) -> Result<Option<i64>> {
        let sql = "SELECT min(due_ms) FROM delivery WHERE state = 'waiting'";
        Ok(self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Messages about one alert, in order.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn deliveries_of(&self, alert: u64, fired_ms: i64) -> Result<Vec<Delivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE made_ms >= ?2
             AND EXISTS (SELECT 1 FROM json_each(alerts) WHERE value = ?1) ORDER BY id"
        );
        self.deliveries(&sql, params![alert, fired_ms])
    }

    /// The newest messages, whatever became of them.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn newest_deliveries(&self, most: u32) -> Result<Vec<Delivery>> {
        self.deliveries(&format!("SELECT {COLUMNS} FROM delivery ORDER BY id DESC LIMIT ?1"), params![most])
    }

    /// Keeps what came of trying, at any price: when the disk is full, the reserve pays for it, so that what a receiver has is not
    /// sent again. What has ended is not touched.
    ///
    /// # Errors
    /// When not even the reserve has room: nothing was kept then.
    pub fn note_attempts(&mut self, attempts: &[Attempt]) -> Result<()> {
        self.spend(|tx, _| {
            for Attempt { id, at_ms, state, due_ms, words } in attempts {
                let ended = (*state != DeliveryState::Waiting).then_some(at_ms);
                let words = words.as_deref().map(cut);
                let sql = "UPDATE delivery SET attempts = attempts + 1, tried_ms = ?2, ended_ms = ?3, state = ?4,
                               due_ms = ?5, words = ?6 WHERE id = ?1 AND state = 'waiting'";
                tx.prepare_cached(sql)?.execute(params![id, at_ms, ended, state.word(), due_ms, words])?;
            }
            Ok(())
        })
    }

    /// Messages that wait in a file that was restored end: they are of another time, and whoever they were for has had them or not.
    pub(crate) fn expire_restored(&mut self) -> Result<()> {
        let sql = "UPDATE delivery SET state = 'expired', ended_ms = due_ms, words = 'restored from a backup'
                   WHERE state = 'waiting'";
        self.writer()?.0.execute(sql, [])?;
        Ok(())
    }

    fn deliveries(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<Delivery>> {
        let mut statement = self.db.prepare_cached(sql)?;
        let mut found = statement.query(values)?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.push(delivery(row)?);
        }
        Ok(all)
    }
}

fn cut(words: &str) -> &str {
    let mut end = words.len().min(MOST_WORDS);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    &words[..end]
}

fn delivery(row: &Row<'_>) -> Result<Delivery> {
    let alerts: String = row.get(4)?;
    let word: String = row.get(12)?;
    let state = DeliveryState::ALL.into_iter().find(|state| state.word() == word);
    Ok(Delivery {
        message: NewDelivery {
            id: row.get(0)?,
            key: row.get(1)?,
            channel: rows::name(row, 2)?,
            target: rows::name(row, 3)?,
            alerts: serde_json::from_str(&alerts).map_err(|error| HistoryError::damaged("outbox", error))?,
            body: row.get(5)?,
            made_ms: row.get(6)?,
            due_ms: row.get(7)?,
            expires_ms: row.get(8)?,
        },
        attempts: row.get(9)?,
        tried_ms: row.get(10)?,
        ended_ms: row.get(11)?,
        state: state.ok_or_else(|| HistoryError::damaged("outbox", format!("{word} is no state")))?,
        words: row.get(13)?,
    })
}
