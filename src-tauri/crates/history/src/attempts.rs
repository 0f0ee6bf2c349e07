//! Attempts as rows: written, coded later, read.

use crate::rows::{maybe, name};
use crate::{History, HistoryError, Result, cohort::Cohorts};
use mirante_floor::{AnsweredBy, ClosedAttempt, DialEnd, DispositionFlags, EndedBy, Moment, Name, PartyId, SourceId};
use rusqlite::{OptionalExtension, Row, Transaction, params};

/// An attempt that is over, with its coded result however late it came.
type Coded = (Name, DispositionFlags);

pub(crate) fn close(tx: &Transaction<'_>, seq: u64, a: &ClosedAttempt, cohorts: &mut Cohorts) -> Result<()> {
    let sql = "INSERT INTO attempt (id, source, attempt, campaign, contact, callee, agent, agent_name, started_ms, started_at,
                   ringing_ms, ringing_at, answered_ms, answered_at, answered_by, ended_ms, ended_at, ring_ms, talk_ms,
                   dropped, ended_by, cause, status, result, inferred)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                   ?23, ?24, ?25)
               ON CONFLICT (id) DO NOTHING";
    let seen = |moment: Option<Moment>| moment.map(|m| m.seen);
    let at = |moment: Option<Moment>| moment.and_then(|m| m.at);
    let kept = tx.prepare_cached(sql)?.execute(params![
        a.id,
        a.source.0,
        &*a.attempt,
        a.campaign.as_deref(),
        &*a.contact,
        a.callee.map(|p| p.0),
        a.agent.as_deref(),
        a.agent_name.map(|p| p.0),
        a.started.seen,
        a.started.at,
        seen(a.ringing),
        at(a.ringing),
        seen(a.answered),
        at(a.answered),
        a.answered_by.map(AnsweredBy::word),
        a.ended.seen,
        a.ended.at,
        a.ring_ms,
        a.talk_ms,
        a.end.dropped,
        a.end.by.word(),
        a.end.cause,
        a.end.status.as_deref(),
        a.result().word(),
        a.inferred,
    ])?;
    if kept == 0 {
        tracing::error!("attempt {} ended twice; the first end stands", a.id);
        return crate::facts::fault(tx, seq, "attempt_ended_twice", &format!("attempt {} ended again", a.id));
    }
    cohorts.attempt(&ClosedAttempt { disposition: None, ..a.clone() }, true);
    match &a.disposition {
        Some((code, flags)) => code_row(tx, a.id, code, *flags, cohorts),
        None => Ok(()),
    }
}

/// Codes the newest row of an attempt. A result of a call that was no attempt codes nothing.
pub(crate) fn dispose(
    tx: &Transaction<'_>,
    source: SourceId,
    attempt: &Name,
    code: &Name,
    flags: DispositionFlags,
    cohorts: &mut Cohorts,
) -> Result<()> {
    let sql = "SELECT id FROM attempt WHERE source = ?1 AND attempt = ?2 ORDER BY id DESC LIMIT 1";
    let id: Option<u64> = tx.prepare_cached(sql)?.query_row((source.0, &**attempt), |r| r.get(0)).optional()?;
    match id {
        Some(id) => code_row(tx, id, code, flags, cohorts),
        None => {
            tracing::debug!("a result for a call that is no attempt known here");
            Ok(())
        }
    }
}

/// A code that says that a human spoke also decides who answered, where nobody had said.
fn code_row(tx: &Transaction<'_>, id: u64, code: &Name, flags: DispositionFlags, cohorts: &mut Cohorts) -> Result<()> {
    let one = format!("SELECT {COLUMNS} FROM attempt WHERE id = ?1");
    let mut one = tx.prepare_cached(&one)?;
    let mut stored = || one.query_row([id], |row| Ok(read(row))).optional()?.transpose();
    stored()?.iter().for_each(|attempt| cohorts.attempt(attempt, false));
    let DispositionFlags { human, right_party, sale, promise, do_not_call, completed, unworkable } = flags;
    let sql =
        "UPDATE attempt SET disposition = ?2, human = ?3, right_party = ?4, sale = ?5, promise = ?6, do_not_call = ?7,
                   completed = ?8, unworkable = ?9,
                   answered_by = CASE WHEN ?3 AND answered_by = 'unknown' THEN 'human' ELSE answered_by END
               WHERE id = ?1";
    let row = params![id, &**code, human, right_party, sale, promise, do_not_call, completed, unworkable];
    tx.prepare_cached(sql)?.execute(row)?;
    stored()?.iter().for_each(|attempt| cohorts.attempt(attempt, true));
    Ok(())
}

pub(crate) const COLUMNS: &str = "id, source, attempt, campaign, contact, callee, agent, agent_name, started_ms, started_at, ringing_ms, \
     ringing_at, answered_ms, answered_at, answered_by, ended_ms, ended_at, ring_ms, talk_ms, dropped, ended_by, cause, status, \
     inferred, disposition, human, right_party, sale, promise, do_not_call, completed, unworkable";

impl History {
    /// Attempts that began from `from` up to, not including, `to` (Unix ms by our clock) and are over, in order of beginning.
    /// `each` says false to stop. Attempts under way are on the floor. In short looks, as [`History::visits`].
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn attempts(&self, from: i64, to: i64, each: impl FnMut(ClosedAttempt) -> bool) -> Result<()> {
        let sql = format!(
            "SELECT {COLUMNS} FROM attempt WHERE started_ms < ?2 AND (started_ms, id) >= (?1, ?3)
             ORDER BY started_ms, id LIMIT {}",
            crate::query::LOOK
        );
        self.in_looks(&sql, from, to, read, |attempt| (attempt.started.seen, attempt.id as i64), each)
    }
}

pub(crate) fn read(r: &Row<'_>) -> Result<ClosedAttempt> {
    let moment = |seen: usize| -> Result<Option<Moment>> {
        let at = r.get(seen + 1)?;
        Ok(r.get::<_, Option<i64>>(seen)?.map(|seen| Moment { seen, at }))
    };
    let party = |column: usize| -> Result<Option<PartyId>> { Ok(r.get::<_, Option<u64>>(column)?.map(PartyId)) };
    let answered_by: Option<String> = r.get(14)?;
    let ended_by: String = r.get(20)?;
    Ok(ClosedAttempt {
        id: r.get(0)?,
        source: SourceId(r.get(1)?),
        attempt: name(r, 2)?,
        campaign: maybe(r, 3)?,
        contact: name(r, 4)?,
        callee: party(5)?,
        agent: maybe(r, 6)?,
        agent_name: party(7)?,
        started: Moment { seen: r.get(8)?, at: r.get(9)? },
        ringing: moment(10)?,
        answered: moment(12)?,
        answered_by: answered_by.map(|word| among(AnsweredBy::ALL, AnsweredBy::word, &word)).transpose()?,
        ended: Moment { seen: r.get(15)?, at: r.get(16)? },
        ring_ms: r.get(17)?,
        talk_ms: r.get(18)?,
        end: DialEnd {
            dropped: r.get(19)?,
            by: among(EndedBy::ALL, EndedBy::word, &ended_by)?,
            cause: r.get(21)?,
            status: maybe(r, 22)?,
        },
        inferred: r.get(23)?,
        disposition: disposition(r)?,
    })
}

fn disposition(r: &Row<'_>) -> Result<Option<Coded>> {
    let Some(code) = maybe(r, 24)? else { return Ok(None) };
    let flags = DispositionFlags {
        human: r.get(25)?,
        right_party: r.get(26)?,
        sale: r.get(27)?,
        promise: r.get(28)?,
        do_not_call: r.get(29)?,
        completed: r.get(30)?,
        unworkable: r.get(31)?,
    };
    Ok(Some((code, flags)))
}

fn among<T: Copy, const N: usize>(all: [T; N], word: fn(T) -> &'static str, text: &str) -> Result<T> {
    let found = all.into_iter().find(|one| word(*one) == text);
    found.ok_or_else(|| HistoryError::damaged("attempt", format!("unknown word {text:?}")))
}
