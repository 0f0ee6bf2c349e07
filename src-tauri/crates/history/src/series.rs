//! One indicator of one queue, second by second.

use crate::{History, Result};
use mirante_floor::{Outcome, SourceId};

/// What can be asked second by second. Counts begin at the span's first instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indicator {
    /// Callers waiting.
    Waiting,
    /// Visits that entered.
    Offered,
    /// Visits that were answered.
    Answered,
    /// Visits that ended unanswered.
    Lost,
    /// Of the visits answered or ended, how many were answered within so many seconds, per mille.
    ServiceLevel {
        /// The threshold, s.
        seconds: u32,
    },
}

/// A wait that lasted longer than this before the span is not looked for, ms.
const LONGEST_WAIT_MS: i64 = 24 * 60 * 60_000;

/// What one second adds to the counts.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    entered: u32,
    /// Waits over, whenever they began; of them begun in the span: answered, within the threshold, unanswered.
    over: u32,
    answered: u32,
    within: u32,
    lost: u32,
}

impl History {
    /// An indicator of a queue at every second from `from_ms` on, `seconds` points; absent where nothing was heard of the source,
    /// and where there is nothing to divide by. As the tables know it now: an outcome that a better witness amended counts as
    /// amended. Visits that have not ended are not in it; they are on the floor.
    pub fn series(
        &self,
        source: SourceId,
        queue: &str,
        indicator: Indicator,
        from_ms: i64,
        seconds: usize,
    ) -> Result<Vec<Option<u32>>> {
        let to_ms = from_ms.saturating_add(seconds as i64 * 1000);
        // The first second whose end lies at or after an instant; those before the span have none.
        let at = |ms: i64| usize::try_from((ms - from_ms + 999).div_euclid(1000)).ok();
        let threshold = match indicator {
            Indicator::ServiceLevel { seconds } => i64::from(seconds) * 1000,
            _ => 0,
        };
        let (one_state, tx) = (self.look()?, &self.db);
        let asked = |by: &str| {
            let sql = format!(
                "SELECT entered_ms, ended_ms, wait_ms, outcome FROM visit {by}
                 WHERE source = ?1 AND queue = ?2 AND entered_ms >= ?3 AND entered_ms < ?4"
            );
            tx.prepare_cached(&sql)
        };
        // An import under way may have left it out.
        let mut statement = asked("INDEXED BY visit_queue").or_else(|_| asked(""))?;
        let mut rows = statement.query((source.0, queue, from_ms.saturating_sub(LONGEST_WAIT_MS), to_ms))?;
        let (mut steps, mut waiting) = (vec![Step::default(); seconds], 0u32);
        while let Some(row) = rows.next()? {
            let (entered, ended, wait): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let word = row.get_ref(3)?.as_str().unwrap_or_default();
            let is_answered = word == Outcome::Answered.word();
            let over = if is_answered { entered.saturating_add(wait) } else { ended };
            if entered < from_ms && over < from_ms {
                continue;
            }
            let is_new = entered >= from_ms;
            match at(entered) {
                Some(second) if is_new && second < seconds => steps[second].entered += 1,
                Some(_) if is_new => continue,
                _ => waiting += 1,
            }
            if let Some(step) = at(over).and_then(|second| steps.get_mut(second)) {
                step.over += 1;
                step.answered += u32::from(is_new && is_answered);
                step.within += u32::from(is_new && is_answered && wait <= threshold);
                step.lost += u32::from(is_new && !is_answered);
            }
        }
        let (mut all, mut points) = (Step::default(), Vec::with_capacity(seconds));
        for step in steps {
            waiting = (waiting + step.entered).saturating_sub(step.over);
            all.entered += step.entered;
            all.answered += step.answered;
            all.within += step.within;
            all.lost += step.lost;
            points.push(match indicator {
                Indicator::Waiting => Some(waiting),
                Indicator::Offered => Some(all.entered),
                Indicator::Answered => Some(all.answered),
                Indicator::Lost => Some(all.lost),
                Indicator::ServiceLevel { .. } => (all.within * 1000).checked_div(all.answered + all.lost),
            });
        }
        drop(rows);
        drop(statement);
        drop(one_state);
        for gap in self.gaps(from_ms, to_ms)?.iter().filter(|gap| gap.source == source) {
            let first = at(gap.from).unwrap_or(0).min(seconds);
            let last = at(gap.to).unwrap_or(0).min(seconds);
            points[first..last.max(first)].fill(None);
        }
        Ok(points)
    }
}
