//! What is stored about one person.

use crate::{History, Parties, Party, Result, SpanRow, attempts, rows};
use mirante_floor::{ClosedAttempt, ClosedVisit, Name, PartyId, SourceId};
use rusqlite::{Params, Row};
use std::collections::BTreeSet;

/// Visits and attempts that are over, in order of their beginning.
#[derive(Debug, Default)]
pub struct Trace {
    /// Visits to queues.
    pub visits: Vec<ClosedVisit>,
    /// Attempts to call.
    pub attempts: Vec<ClosedAttempt>,
}

/// An agent, and a name under which calls were taken.
pub type Known = ((SourceId, Name), Option<PartyId>);

impl History {
    /// Everyone whose number and name are known, each shown once. People are read a few at a time, so that whoever stamps
    /// events never waits long.
    ///
    /// # Errors
    /// When the table cannot be read, or its key is not at hand.
    pub fn each_party(&self, mut each: impl FnMut(PartyId, &Party)) -> Result<()> {
        let parties: &Parties = &self.parties;
        let mut after = 0;
        loop {
            let slice = parties.slice(after)?;
            let Some((last, _)) = slice.last() else { return Ok(()) };
            after = last.0;
            for (id, party) in &slice {
                each(*id, party);
            }
        }
    }

    /// What is stored about people outside: where they called, were called, or had a part of the same contact.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn of_customers(&self, people: &[PartyId]) -> Result<Trace> {
        let ids = serde_json::to_string(&people.iter().map(|id| id.0).collect::<Vec<_>>()).unwrap_or_default();
        let whose = |party: &str| {
            format!(
                "{party} IN (SELECT value FROM json_each(?1)) OR (source, contact) IN (
                     SELECT source, contact FROM visit WHERE caller IN (SELECT value FROM json_each(?1))
                     UNION SELECT source, contact FROM attempt WHERE callee IN (SELECT value FROM json_each(?1)))"
            )
        };
        Ok(Trace {
            visits: self.rows(rows::VISIT, "visit", &whose("caller"), "entered_ms", [&ids], rows::visit)?,
            attempts: self.rows(
                attempts::COLUMNS,
                "attempt",
                &whose("callee"),
                "started_ms",
                [&ids],
                attempts::read,
            )?,
        })
    }

    /// What is stored about an agent's calls.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn of_agent(&self, source: SourceId, agent: &Name) -> Result<Trace> {
        let whose = "source = ?1 AND agent = ?2";
        let who = (source.0, &**agent);
        Ok(Trace {
            visits: self.rows(rows::VISIT, "visit", whose, "entered_ms", who, rows::visit)?,
            attempts: self.rows(attempts::COLUMNS, "attempt", whose, "started_ms", who, attempts::read)?,
        })
    }

    /// An agent's working time: every stretch that is over, in order.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn spans_of(&self, source: SourceId, agent: &Name) -> Result<Vec<SpanRow>> {
        let who = (source.0, &**agent);
        self.rows(rows::SPAN, "agent_span", "source = ?1 AND agent = ?2", "to_ms", who, rows::span)
    }

    /// Every agent whose calls or working time are stored, with each name under which calls were taken.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn agents(&self) -> Result<Vec<Known>> {
        let sql = "SELECT source, agent, agent_name FROM visit WHERE agent IS NOT NULL
                   UNION SELECT source, agent, agent_name FROM attempt WHERE agent IS NOT NULL
                   UNION SELECT DISTINCT source, agent, NULL FROM agent_span";
        let mut statement = self.db.prepare(sql)?;
        let read = |row: &Row<'_>| -> Result<Known> {
            Ok(((SourceId(row.get(0)?), rows::name(row, 1)?), row.get::<_, Option<u64>>(2)?.map(PartyId)))
        };
        statement.query_and_then([], read)?.collect()
    }

    /// Everyone who works here, of those whose number and name are known.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn staff(&self) -> Result<BTreeSet<PartyId>> {
        let mut statement = self.db.prepare("SELECT id FROM party WHERE staff = 1 AND sealed IS NOT NULL")?;
        Ok(statement.query_map([], |row| row.get(0).map(PartyId))?.collect::<Result<_, _>>()?)
    }

    pub(crate) fn rows<T>(
        &self,
        columns: &str,
        table: &str,
        whose: &str,
        order: &str,
        values: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let sql = format!("SELECT {columns} FROM {table} WHERE {whose} ORDER BY {order}, id");
        let mut statement = self.db.prepare(&sql)?;
        let (mut found, mut all) = (statement.query(values)?, Vec::new());
        while let Some(row) = found.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }
}
