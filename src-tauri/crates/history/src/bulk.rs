//! Facts of a past of millions, many rows a statement and in the order of the tables.
//!
//! A statement of one row opens every index anew and looks for its place from the root. One of many keeps its place, and what comes in
//! order fills pages to their end.

use crate::cohort::Cohorts;
use crate::facts::{self, SPAN_COLUMNS};
use crate::{Result, imported, rows};
use mirante_floor::{AgentSpan, ClosedVisit, Fact, SourceId};
use rusqlite::{CachedStatement, Connection, Statement, Transaction};

/// Rows of one statement. SQLite notes each page that a statement changes for taking it back, the last of each table among them, so
/// fewer and longer ones note less.
pub(crate) const ROWS: usize = 128;

/// Writes facts of one imported source: what [`facts::write`] does with them.
pub(crate) fn write(tx: &Transaction<'_>, source: SourceId, seq: u64, all: &[Fact]) -> Result<()> {
    let mut cohorts = Cohorts::many();
    let mut visits: Vec<&ClosedVisit> = Vec::new();
    let mut spans: Vec<&AgentSpan> = Vec::new();
    for fact in all {
        match fact {
            Fact::VisitClosed(visit) => visits.push(visit),
            Fact::SpanClosed(span) if facts::tells(seq, span) => spans.push(span),
            Fact::SpanClosed(_) => {}
            // May speak of a visit before it.
            other => {
                close(tx, source, seq, &mut visits, &mut cohorts)?;
                facts::one(tx, seq, other, &mut cohorts)?;
            }
        }
    }
    close(tx, source, seq, &mut visits, &mut cohorts)?;
    insert(tx, "agent_span", SPAN_COLUMNS, &spans, facts::bind_span)?;
    facts::cohorts(tx, seq, cohorts)
}

/// Writes visits that ended, and forgets them.
fn close(
    tx: &Transaction<'_>,
    source: SourceId,
    seq: u64,
    visits: &mut Vec<&ClosedVisit>,
    cohorts: &mut Cohorts,
) -> Result<()> {
    if visits.is_empty() {
        return Ok(());
    }
    visits.sort_by_key(|visit| visit.id);
    let next = imported::first_seq(SourceId(source.0.saturating_add(1)));
    let sql = "SELECT coalesce(max(id), 0) FROM visit WHERE id <= ?1";
    let mut newest: u64 = tx.prepare_cached(sql)?.query_row([next], |row| row.get(0))?;
    // Numbers that are newer than all are certainly no visit's yet. Of the others it is asked, once those are there.
    let (fresh, others): (Vec<&ClosedVisit>, Vec<_>) = visits.drain(..).partition(|visit| {
        let is_fresh = visit.id.0 > newest;
        newest = newest.max(visit.id.0);
        is_fresh
    });
    fresh.iter().for_each(|visit| cohorts.visit(visit, true));
    insert(tx, "visit", rows::VISIT, &fresh, facts::bind_visit)?;
    let mut known = tx.prepare_cached(&facts::INSERT_VISIT)?;
    others.into_iter().try_for_each(|visit| facts::close(tx, &mut known, seq, visit, cohorts))
}

/// Inserts rows of a table, each bound by `bind` from a parameter on.
pub(crate) fn insert<T: Copy>(
    db: &Connection,
    table: &str,
    columns: &str,
    rows: &[T],
    bind: impl Fn(&mut Statement<'_>, usize, T) -> rusqlite::Result<()>,
) -> Result<()> {
    let count = columns.split(',').count();
    let statement = |number: usize| -> Result<CachedStatement<'_>> {
        let row = format!("({})", vec!["?"; count].join(", "));
        // Whatever fails ends the whole transaction: where rows get their numbers from SQLite, nothing is noted for taking back the one
        // statement.
        let sql = format!("INSERT OR FAIL INTO {table} ({columns}) VALUES {}", vec![row; number].join(", "));
        Ok(db.prepare_cached(&sql)?)
    };
    let (chunks, rest) = rows.as_chunks::<ROWS>();
    if !chunks.is_empty() {
        let mut many = statement(ROWS)?;
        for chunk in chunks {
            for (nth, row) in chunk.iter().enumerate() {
                bind(&mut many, nth * count + 1, *row)?;
            }
            many.raw_execute()?;
        }
    }
    if !rest.is_empty() {
        let mut one = statement(1)?;
        for row in rest {
            bind(&mut one, 1, *row)?;
            one.raw_execute()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use mirante_floor::{AgentState, Moment, Origin, Outcome, VisitId, Witness};
    use rusqlite::types::Value;

    const SOURCE: SourceId = SourceId(3);

    fn visit(nth: u64, id: u64) -> ClosedVisit {
        let at = |s: u64| Moment { seen: s as i64 * 1000, at: None };
        ClosedVisit {
            id: VisitId(imported::first_seq(SOURCE) + id),
            source: SOURCE,
            queue: format!("q{}", id % 3).into(),
            call: format!("{id}.1").into(),
            contact: format!("{id}.1").into(),
            caller: None,
            entered: at(id * 7),
            ended: at(id * 7 + nth),
            outcome: if id.is_multiple_of(2) { Outcome::Abandoned } else { Outcome::Timeout },
            wait_ms: nth as i64 * 1000,
            agent: None,
            agent_name: None,
            interface: None,
            talk_ms: None,
            transferred: false,
            origin: Origin::Backfilled,
        }
    }

    fn facts() -> Vec<Fact> {
        let moment = |s: i64| Moment { seen: s, at: Some(s) };
        let mut facts = Vec::new();
        for nth in 0..150 {
            // Out of the order of their numbers, as visits end; every fiftieth ends twice.
            let id = (nth ^ 5) + 1;
            facts.push(Fact::VisitClosed(visit(nth, id)));
            if nth % 50 == 7 {
                facts.push(Fact::VisitClosed(visit(nth + 1, id)));
            }
            let (from, to) = (moment(nth as i64), moment(nth as i64 + 9));
            let state = AgentState::Paused(Some("Almoço".into()));
            facts.push(Fact::SpanClosed(AgentSpan { source: SOURCE, agent: "2101".into(), state, from, to }));
            if nth % 40 == 12 {
                let (queue, call) = (format!("q{}", id % 3).into(), format!("{id}.1").into());
                let (from, to, witness) = (Outcome::Abandoned, Outcome::Transferred, Witness::QueueLog);
                facts.push(Fact::VisitAmended { source: SOURCE, id: None, queue, call, from, to, witness });
            }
        }
        facts
    }

    fn kept(write: impl Fn(&Transaction<'_>, &[Fact])) -> Vec<Vec<String>> {
        let mut db = Connection::open_in_memory().expect("memory");
        schema::lay_out(&db).expect("tables");
        let tx = db.transaction().expect("transaction");
        // In two batches that overlap.
        let facts = facts();
        let (first, second) = facts.split_at(200);
        write(&tx, first);
        write(&tx, second);
        let tables = ["visit", "agent_span", "rollup_visit", "fault"];
        let rows = |table: &&str| {
            let mut statement = tx.prepare(&format!("SELECT * FROM {table}")).expect("a table");
            let count = statement.column_count();
            let rows = statement.query_map([], |row| {
                (0..count)
                    .map(|nth| Ok(format!("{:?}", row.get::<_, Value>(nth)?)))
                    .collect::<rusqlite::Result<Vec<_>>>()
            });
            rows.expect("rows").map(|row| row.expect("a row").join(", ")).collect()
        };
        tables.iter().map(rows).collect()
    }

    #[test]
    fn many_rows_a_statement_come_to_what_one_by_one_does() {
        let one = kept(|tx, all| facts::write(tx, 9, all).expect("written"));
        let many = kept(|tx, all| write(tx, SOURCE, 9, all).expect("written"));
        assert_eq!(one[0].len(), 150);
        assert_eq!(one[3].len(), 3, "three ended twice");
        assert!(one[0].iter().any(|row| row.contains("queue_log")), "some were amended");
        for (one, many) in one.iter().zip(&many) {
            assert_eq!(one, many);
        }
    }
}
