//! Alerts that were, as they are asked for.

use crate::{History, HistoryError, Result, rows};
use mirante_floor::alert::{Key, Scope, Severity, Shown, Subject};
use mirante_floor::{Name, SourceId};
use rusqlite::{Row, params};

/// An alert that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Its number.
    pub id: u64,
    /// Which rule, about what.
    pub key: Key,
    /// What people called the rule then.
    pub name: Name,
    /// How bad it was.
    pub severity: Severity,
    /// When it fired, Unix ms.
    pub fired_ms: i64,
    /// When somebody first took it, Unix ms, and the user.
    pub taken: Option<(i64, Name)>,
    /// When it was over, Unix ms; absent while it goes on.
    pub resolved_ms: Option<i64>,
}

/// One change of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertStep {
    /// Its event.
    pub seq: u64,
    /// When, Unix ms.
    pub at_ms: i64,
    /// What it was.
    pub from: Shown,
    /// What it came to.
    pub to: Shown,
    /// It came and went too often to be told each time.
    pub flapping: bool,
    /// The rule's first figure then.
    pub value: Option<f64>,
    /// What that is held against.
    pub limit: Option<f64>,
    /// The user who looked after it.
    pub taken_by: Option<Name>,
    /// The newest event that was known when it was decided.
    pub cause: u64,
}

/// Which alerts are asked for, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Those that were not over before this, Unix ms…
    pub from_ms: i64,
    /// …and had fired before this.
    pub to_ms: i64,
    /// Of this rule.
    pub rule: Option<Name>,
    /// At least as bad.
    pub severity: Option<Severity>,
    /// Whose rule, name or subject holds these words.
    pub words: String,
    /// How many at most…
    pub most: u32,
    /// …after leaving out so many.
    pub skip: u32,
}

pub(super) const ALERT: &str =
    "id, rule, name, severity, scope, source, subject, fired_ms, taken_ms, taken_by, resolved_ms";
const STEP: &str = "seq, at_ms, was, shown, flapping, value, limit_value, taken_by, cause_seq";
/// How long before it fired the story of an alert begins at most, ms.
const BEFORE_MS: i64 = 24 * 60 * 60 * 1000;

impl History {
    /// Alerts that fired, the newest first.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn alerts(&self, asked: &Asked) -> Result<Vec<AlertRow>> {
        let severities: Vec<&str> = Severity::ALL
            .into_iter()
            .filter(|severity| asked.severity.is_none_or(|least| *severity >= least))
            .map(Severity::word)
            .collect();
        let sql = format!(
            "SELECT {ALERT} FROM alert WHERE fired_ms < ?1 AND (resolved_ms IS NULL OR resolved_ms >= ?2)
             AND (?3 IS NULL OR rule = ?3) AND severity IN (SELECT value FROM json_each(?4))
             AND (?5 = '' OR instr(lower(rule || ' ' || name || ' ' || subject), ?5) > 0)
             ORDER BY fired_ms DESC, id DESC LIMIT ?6 OFFSET ?7"
        );
        let severities = serde_json::to_string(&severities).unwrap_or_default();
        let mut statement = self.db.prepare_cached(&sql)?;
        let words = asked.words.to_lowercase();
        let row = params![asked.to_ms, asked.from_ms, asked.rule.as_deref(), severities, words, asked.most, asked.skip];
        let mut found = statement.query(row)?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.push(alert(row)?);
        }
        Ok(all)
    }

    /// Alerts about one agent, in order: what a person may ask to see of themselves.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn alerts_of_agent(&self, source: SourceId, agent: &Name) -> Result<Vec<AlertRow>> {
        let whose = "scope = 'agent' AND source = ?1 AND subject = ?2";
        self.rows(ALERT, "alert", whose, "fired_ms", (source.0, &**agent), alert)
    }

    /// Every change from when the alert last was normal.
    pub(super) fn steps_of(&self, alert: &AlertRow) -> Result<Vec<AlertStep>> {
        let Key { rule, subject: Subject { scope, source, id } } = &alert.key;
        let sql = format!(
            "SELECT {STEP} FROM alert_step WHERE rule = ?1 AND scope = ?2 AND source = ?3 AND subject = ?4
             AND at_ms >= ?5 AND at_ms <= ?6 AND (alert IS NULL OR alert = ?7) ORDER BY at_ms, id"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let (from, to) = (alert.fired_ms.saturating_sub(BEFORE_MS), alert.resolved_ms.unwrap_or(i64::MAX));
        let row = params![&**rule, scope.word(), source.0, &**id, from, to, alert.id];
        let mut found = statement.query(row)?;
        let mut all: Vec<AlertStep> = Vec::new();
        while let Some(row) = found.next()? {
            all.push(step(row)?);
        }
        // What was over before it fired is another story.
        let begun = all.iter().rposition(|step| step.to == Shown::Normal && step.at_ms <= alert.fired_ms);
        Ok(begun.map_or(all.clone(), |over| all.split_off(over + 1)))
    }
}

pub(super) fn alert(row: &Row<'_>) -> Result<AlertRow> {
    let severity = word(row, 3, &Severity::ALL, Severity::word)?;
    let scope = word(row, 4, &Scope::ALL, Scope::word)?;
    let subject = Subject { scope, source: SourceId(row.get(5)?), id: rows::name(row, 6)? };
    let taken: Option<i64> = row.get(8)?;
    Ok(AlertRow {
        id: row.get(0)?,
        key: Key { rule: rows::name(row, 1)?, subject },
        name: rows::name(row, 2)?,
        severity,
        fired_ms: row.get(7)?,
        taken: taken.zip(rows::maybe(row, 9)?),
        resolved_ms: row.get(10)?,
    })
}

fn step(row: &Row<'_>) -> Result<AlertStep> {
    Ok(AlertStep {
        seq: row.get(0)?,
        at_ms: row.get(1)?,
        from: word(row, 2, &Shown::ALL, Shown::word)?,
        to: word(row, 3, &Shown::ALL, Shown::word)?,
        flapping: row.get(4)?,
        value: row.get(5)?,
        limit: row.get(6)?,
        taken_by: rows::maybe(row, 7)?,
        cause: row.get(8)?,
    })
}

fn word<T: Copy>(row: &Row<'_>, column: usize, all: &[T], says: impl Fn(T) -> &'static str) -> Result<T> {
    let word: String = row.get(column)?;
    let found = all.iter().copied().find(|one| says(*one) == word);
    found.ok_or_else(|| HistoryError::damaged("alerts", format!("{word} means nothing")))
}
