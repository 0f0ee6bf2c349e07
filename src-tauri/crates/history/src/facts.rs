//! Facts as rows that analysts query.

use crate::{Result, alerts, attempts, cohort::Cohorts, imported, rows};
use mirante_floor::{
    AgentActivity, AgentSpan, AgentState, ClosedVisit, Fact, Gap, Minute, Moment, Name, Outcome, QueueActivity,
    SourceId, VisitId, Witness,
};
use rusqlite::{OptionalExtension, Statement, ToSql, Transaction};
use std::sync::LazyLock;

/// Agents are kept by quarters of an hour, ms.
pub(crate) const QUARTER: i64 = 15 * Minute::MS;

/// Writes facts; `seq` is where the batch ends, for what turns out to be a fault.
pub(crate) fn write(tx: &Transaction<'_>, seq: u64, facts: &[Fact]) -> Result<()> {
    let mut sums = Cohorts::default();
    for fact in facts {
        one(tx, seq, fact, &mut sums)?;
    }
    cohorts(tx, seq, sums)
}

/// Writes one fact, all but what it changes in the sums by arrival.
pub(crate) fn one(tx: &Transaction<'_>, seq: u64, fact: &Fact, cohorts: &mut Cohorts) -> Result<()> {
    match fact {
        Fact::VisitClosed(visit) => close(tx, &mut *tx.prepare_cached(&INSERT_VISIT)?, seq, visit, cohorts),
        Fact::VisitAmended { source, id, queue, call, from, to, witness } => {
            let amendment = Amendment { source: *source, id: *id, queue, call, from: *from, to: *to, witness };
            amend(tx, seq, &amendment, cohorts)
        }
        Fact::TalkTold { id, ended, talk_ms, transferred } => {
            tell_talk(tx, *id, *ended, *talk_ms, *transferred, cohorts)
        }
        Fact::ContactJoined { source, contact, root } => join(tx, *source, contact, root),
        Fact::AttemptClosed(a) => attempts::close(tx, seq, a, cohorts),
        Fact::AttemptDisposed { source, attempt, code, flags } => {
            attempts::dispose(tx, *source, attempt, code, *flags, cohorts)
        }
        Fact::SpanClosed(s) if tells(seq, s) => span(tx, s),
        Fact::SpanClosed(_) => Ok(()),
        Fact::GapClosed(g) => gap(tx, g),
        Fact::MinuteClosed(m) => minute(tx, m),
        Fact::AlertMoved(m) => alerts::moved(tx, m),
    }
}

/// Writes what changed in the sums by arrival.
pub(crate) fn cohorts(tx: &Transaction<'_>, seq: u64, cohorts: Cohorts) -> Result<()> {
    for words in cohorts.write(tx)? {
        tracing::error!("{words}");
        fault(tx, seq, "sums_differ", &words)?;
    }
    Ok(())
}

/// Notes what should not have happened.
pub(crate) fn fault(tx: &Transaction<'_>, seq: u64, what: &str, detail: &str) -> Result<()> {
    tx.prepare_cached("INSERT INTO fault (seq, what, detail) VALUES (?1, ?2, ?3)")?.execute((seq, what, detail))?;
    Ok(())
}

/// Gives a visit, its columns as [`rows::VISIT`] has them, to a statement, from its parameter `first` on.
pub(crate) fn bind_visit(statement: &mut Statement<'_>, first: usize, v: &ClosedVisit) -> rusqlite::Result<()> {
    let mut nth = first..;
    let mut bind = |value: &dyn ToSql| statement.raw_bind_parameter(nth.next().unwrap_or_default(), value);
    bind(&v.id.0)?;
    bind(&v.source.0)?;
    bind(&&*v.queue)?;
    bind(&&*v.call)?;
    bind(&&*v.contact)?;
    bind(&v.caller.map(|p| p.0))?;
    bind(&v.entered.seen)?;
    bind(&v.entered.at)?;
    bind(&v.ended.seen)?;
    bind(&v.ended.at)?;
    bind(&v.outcome.word())?;
    bind(&v.wait_ms)?;
    bind(&v.agent.as_deref())?;
    bind(&v.talk_ms)?;
    bind(&v.transferred)?;
    bind(&v.origin.word())?;
    bind(&v.agent_name.map(|p| p.0))?;
    bind(&v.interface.as_deref())
}

/// Inserts a visit, unless it is there.
pub(crate) static INSERT_VISIT: LazyLock<String> = LazyLock::new(|| {
    let places = vec!["?"; rows::VISIT.split(',').count()].join(", ");
    format!("INSERT INTO visit ({}) VALUES ({places}) ON CONFLICT (id) DO NOTHING", rows::VISIT)
});

/// A visit ended; `insert` is [`INSERT_VISIT`].
pub(crate) fn close(
    tx: &Transaction<'_>,
    insert: &mut Statement<'_>,
    seq: u64,
    v: &ClosedVisit,
    cohorts: &mut Cohorts,
) -> Result<()> {
    bind_visit(insert, 1, v)?;
    let kept = insert.raw_execute()?;
    if kept == 0 {
        tracing::error!("visit {} ended twice; the first end stands", v.id.0);
        return fault(tx, seq, "visit_ended_twice", &format!("visit {} ended again as {}", v.id.0, v.outcome.word()));
    }
    cohorts.visit(v, true);
    Ok(())
}

/// Changes the row of a visit by `sql`, whose ?1 it is; nothing if there is none.
fn change(tx: &Transaction<'_>, id: u64, cohorts: &mut Cohorts, sql: &str, values: &[&dyn ToSql]) -> Result<()> {
    let one = format!("SELECT {} FROM visit WHERE id = ?1", rows::VISIT);
    let mut one = tx.prepare_cached(&one)?;
    let mut stored = || one.query_row([id], |row| Ok(rows::visit(row))).optional()?.transpose();
    let before = stored()?;
    if tx.prepare_cached(sql)?.execute(values)? > 0 {
        before.iter().for_each(|visit| cohorts.visit(visit, false));
        stored()?.iter().for_each(|visit| cohorts.visit(visit, true));
    }
    Ok(())
}

struct Amendment<'a> {
    source: SourceId,
    id: Option<VisitId>,
    queue: &'a Name,
    call: &'a Name,
    from: Outcome,
    to: Outcome,
    witness: &'a Witness,
}

/// Corrects the visit it names; without a name, the one of that call in that queue that was recorded so, the latest to
/// enter when there are several.
fn amend(tx: &Transaction<'_>, seq: u64, a: &Amendment<'_>, cohorts: &mut Cohorts) -> Result<()> {
    let sql = "SELECT id FROM visit WHERE source = ?1 AND call = ?2 AND queue = ?3 AND outcome = ?4
                   AND (?5 IS NULL OR id = ?5)
               ORDER BY entered_ms DESC, id DESC LIMIT 1";
    let named = a.id.map(|id| id.0);
    let row = (a.source.0, &**a.call, &**a.queue, a.from.word(), named);
    let id: Option<u64> = tx.prepare_cached(sql)?.query_row(row, |r| r.get(0)).optional()?;
    let Some(id) = id else {
        let detail = format!("no {} visit of call {} in queue {} to amend", a.from.word(), a.call, a.queue);
        tracing::warn!("{detail}");
        return fault(tx, seq, "amendment_without_visit", &detail);
    };
    // What was recorded first stays known, however often it is amended.
    let sql = "UPDATE visit SET outcome = ?2, amended_from = coalesce(amended_from, ?3), amended_by = ?4 WHERE id = ?1";
    change(tx, id, cohorts, sql, &[&id, &a.to.word(), &a.from.word(), &rows::witness_word(*a.witness)])
}

/// A conversation that was known to be over is known to its end. One whose length is recorded keeps it.
fn tell_talk(
    tx: &Transaction<'_>,
    id: VisitId,
    ended: Moment,
    talk_ms: i64,
    transferred: bool,
    cohorts: &mut Cohorts,
) -> Result<()> {
    let sql = "UPDATE visit SET talk_ms = ?2, ended_ms = ?3, ended_at = ?4, transferred = ?5
               WHERE id = ?1 AND outcome = 'answered' AND talk_ms IS NULL";
    change(tx, id.0, cohorts, sql, &[&id.0, &talk_ms, &ended.seen, &ended.at, &transferred])
}

fn join(tx: &Transaction<'_>, source: SourceId, contact: &str, root: &str) -> Result<()> {
    for which in [
        "attempt SET contact = ?3 WHERE source = ?1 AND contact = ?2",
        // Each by the index that holds it.
        "visit SET contact = ?3 WHERE source = ?1 AND contact = ?2 AND contact <> call",
        "visit SET contact = ?3 WHERE source = ?1 AND call = ?2 AND contact = call",
    ] {
        tx.prepare_cached(&format!("UPDATE {which}"))?.execute((source.0, contact, root))?;
    }
    Ok(())
}

/// Columns of a span as [`bind_span`] gives them.
pub(crate) const SPAN_COLUMNS: &str = "source, agent, state, place, place_name, reason, from_ms, from_at, to_ms, to_at";

/// Gives a span to a statement, from its parameter `first` on.
pub(crate) fn bind_span(statement: &mut Statement<'_>, first: usize, s: &AgentSpan) -> rusqlite::Result<()> {
    let mut nth = first..;
    let mut bind = |value: &dyn ToSql| statement.raw_bind_parameter(nth.next().unwrap_or_default(), value);
    let state = rows::StateColumns::of(&s.state);
    bind(&s.source.0)?;
    bind(&&*s.agent)?;
    bind(&state.state)?;
    bind(&state.place)?;
    bind(&state.place_name)?;
    bind(&state.reason)?;
    bind(&s.from.seen)?;
    bind(&s.from.at)?;
    bind(&s.to.seen)?;
    bind(&s.to.at)
}

static INSERT_SPAN: LazyLock<String> = LazyLock::new(|| {
    let places = vec!["?"; SPAN_COLUMNS.split(',').count()].join(", ");
    format!("INSERT INTO agent_span ({SPAN_COLUMNS}) VALUES ({places})")
});

/// True for a span that tells something. A log tells of no devices: whoever neither talks nor pauses in what was imported is in a state
/// that nobody knows, and a row would say no more than its absence does.
pub(crate) fn tells(seq: u64, span: &AgentSpan) -> bool {
    !imported::is_imported(seq) || span.state != AgentState::Unknown
}

fn span(tx: &Transaction<'_>, s: &AgentSpan) -> Result<()> {
    let mut insert = tx.prepare_cached(&INSERT_SPAN)?;
    bind_span(&mut insert, 1, s)?;
    insert.raw_execute()?;
    Ok(())
}

fn gap(tx: &Transaction<'_>, g: &Gap) -> Result<()> {
    let sql = "INSERT INTO gap (source, from_ms, to_ms, reason) VALUES (?1, ?2, ?3, ?4)";
    tx.prepare_cached(sql)?.execute((g.source.0, g.from, g.to, &*g.reason))?;
    Ok(())
}

/// A minute is closed once; should it come again (a clock set back), what it brings is added.
fn minute(tx: &Transaction<'_>, m: &Minute) -> Result<()> {
    let sql = "INSERT INTO minute (source, minute_ms, covered_ms) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET covered_ms = min(60000, covered_ms + excluded.covered_ms)";
    tx.prepare_cached(sql)?.execute((m.source.0, m.from, m.covered_ms))?;
    for (queue, q) in &m.queues {
        queue_minute(tx, m, queue, q)?;
    }
    for (agent, a) in &m.agents {
        agent_minute(tx, m, agent, a)?;
    }
    Ok(())
}

fn queue_minute(tx: &Transaction<'_>, m: &Minute, queue: &Name, q: &QueueActivity) -> Result<()> {
    let QueueActivity { entered, answered, lost, waiting_ms, waiting_peak } = q;
    let sql = "INSERT INTO rollup_queue (source, queue, minute_ms, entered, answered, lost, waiting_ms, waiting_peak)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
               ON CONFLICT DO UPDATE SET entered = entered + excluded.entered, answered = answered + excluded.answered,
                   lost = lost + excluded.lost, waiting_ms = waiting_ms + excluded.waiting_ms,
                   waiting_peak = max(waiting_peak, excluded.waiting_peak)";
    let row = (m.source.0, &**queue, m.from, entered, answered, lost, waiting_ms, waiting_peak);
    tx.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

fn agent_minute(tx: &Transaction<'_>, m: &Minute, agent: &Name, a: &AgentActivity) -> Result<()> {
    let quarter = m.from.div_euclid(QUARTER).saturating_mul(QUARTER);
    let AgentActivity { states, ring_no_answer, answered } = a;
    let sql = "INSERT INTO rollup_agent (source, agent, quarter_ms, state, place, place_name, spent_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT DO UPDATE SET spent_ms = spent_ms + excluded.spent_ms";
    let mut statement = tx.prepare_cached(sql)?;
    for ((state, place), ms) in states {
        let (kind, name) = rows::place_words(place.as_ref());
        let row = (m.source.0, &**agent, quarter, rows::state_word(*state), kind, name, ms);
        statement.execute((row.0, row.1, row.2, row.3, row.4.unwrap_or(""), row.5.unwrap_or(""), row.6))?;
    }
    let sql = "INSERT INTO rollup_agent_queue (source, agent, queue, quarter_ms, answered, ring_no_answer)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT DO UPDATE SET answered = answered + excluded.answered,
                   ring_no_answer = ring_no_answer + excluded.ring_no_answer";
    let mut statement = tx.prepare_cached(sql)?;
    for (queue, n) in answered {
        statement.execute((m.source.0, &**agent, &**queue, quarter, n, 0))?;
    }
    for (queue, n) in ring_no_answer {
        statement.execute((m.source.0, &**agent, &**queue, quarter, 0, n))?;
    }
    Ok(())
}
