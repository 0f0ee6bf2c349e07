//! What log and session tell both, around a login.

use super::backfill::Happened;
use crate::{Caller, Report};
use mirante_floor::Kind;

/// Line and event of the same moment tell times that differ by less than this, ms.
const SAME_MS: i64 = 2_500;

/// Keeps what log and session tell both from being told twice.
#[derive(Debug, Default)]
pub(crate) struct Echoes {
    told: Vec<(i64, Kind<Caller>)>,
}

impl Echoes {
    /// Of the past's events, those that `heard` does not tell too, as reports. What is unsure among them is remembered.
    pub(crate) fn reports(&mut self, events: Vec<Happened>, heard: &[Report]) -> Vec<Report> {
        let mut heard: Vec<_> = heard
            .iter()
            .filter_map(|report| match report {
                Report::Event { at, kind } => Some((*at, kind)),
                Report::Backfill { .. } | Report::Clock { .. } | Report::Picture(_) => None,
            })
            .collect();
        let mut reports = Vec::new();
        for Happened { at, entered, kind, unsure } in events {
            if unsure {
                if let Some(nth) = heard.iter().position(|heard| is_same(at, &kind, heard.0, heard.1)) {
                    heard.swap_remove(nth);
                    continue;
                }
                self.told.push((at, kind.clone()));
            }
            reports.push(Report::Backfill { at, entered, kind });
        }
        reports
    }

    /// Takes out of `reports`, from the one at `first` on, what was told from the log already: each once.
    pub(crate) fn drop_from(&mut self, reports: &mut Vec<Report>, first: usize) {
        if self.told.is_empty() {
            return;
        }
        let mut nth = 0;
        reports.retain(|report| {
            nth += 1;
            let Report::Event { at, kind } = report else { return true };
            // A member's state is told again and again, and repeats do no harm.
            if nth <= first || matches!(kind, Kind::Member { .. }) {
                return true;
            }
            let told = self.told.iter().position(|told| is_same(told.0, &told.1, *at, kind));
            told.map(|nth| self.told.swap_remove(nth)).is_none()
        });
    }

    /// Events no longer come that late.
    pub(crate) fn forget(&mut self) {
        self.told.clear();
    }
}

/// True if a line and an event tell the same: what happened, in which queue, to which call or agent, and when.
fn is_same(told_at: i64, told: &Kind<Caller>, heard_at: Option<i64>, heard: &Kind<Caller>) -> bool {
    use Kind::{Answered, Completed, Entered, Left, Member, RingNoAnswer};
    if heard_at.is_some_and(|at| at.abs_diff(told_at) > SAME_MS as u64) {
        return false;
    }
    match (told, heard) {
        (Entered { queue: q, call: c, .. }, Entered { queue, call, .. })
        | (Answered { queue: q, call: c, .. }, Answered { queue, call, .. })
        | (Left { queue: q, call: c, .. }, Left { queue, call, .. }) => q == queue && c == call,
        // The session's own may name only the leg.
        (Completed { queue: q, call: c, leg: l, .. }, Completed { queue, call, leg, .. }) => {
            q == queue && if call.is_some() { c == call } else { leg.is_some() && l == leg }
        }
        (RingNoAnswer { queue: q, agent: a, .. }, RingNoAnswer { queue, agent, .. }) => q == queue && a == agent,
        (Member { queue: q, agent: a, paused: p, .. }, Member { queue, agent, paused, .. }) => {
            q == queue && a == agent && p == paused
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::Name;

    #[test]
    fn nothing_is_told_twice() {
        let entered = |call: &str| Kind::Entered {
            queue: "n1".into(),
            call: call.into(),
            contact: call.into(),
            caller: None,
            position: None,
            waited_ms: 0,
        };
        let heard = |kind| Report::Event { at: None, kind };
        let mut echoes = Echoes::default();
        let happened = |call, unsure| Happened { at: 1, entered: Some(1), kind: entered(call), unsure };
        let reports = echoes.reports(
            vec![happened("1", false), happened("2", true), happened("3", true), happened("1", true)],
            &[heard(entered("2")), heard(entered("1"))],
        );
        let backfill = |call| Report::Backfill { at: 1, entered: Some(1), kind: entered(call) };
        assert_eq!(reports, [backfill("1"), backfill("3")], "2 and the second 1 were heard");
        let mut more = vec![heard(entered("3")), heard(entered("3")), heard(entered("3"))];
        echoes.drop_from(&mut more, 1);
        assert_eq!(more.len(), 2, "one of those that came after");
        echoes.drop_from(&mut more, 0);
        assert_eq!(more.len(), 2);
    }

    /// An agent ends one call around the login and another soon after: each end is its own.
    #[test]
    fn the_end_of_another_call_is_no_echo() {
        let completed = |call: Option<&str>, leg: Option<&str>| Kind::Completed {
            queue: "n1".into(),
            call: call.map(Name::from),
            leg: leg.map(Name::from),
            agent: "2101".into(),
            transferred: false,
            talk_ms: None,
        };
        let told = Happened { at: 50_500, entered: None, kind: completed(Some("1.1"), Some("1.2")), unsure: true };
        let mut echoes = Echoes::default();
        assert_eq!(echoes.reports(vec![told], &[]).len(), 1);
        let heard = |at: i64, kind| Report::Event { at: Some(at), kind };
        let mut reports = vec![
            heard(51_000, completed(None, Some("2.2"))),
            heard(51_000, completed(Some("2.1"), None)),
            heard(54_000, completed(Some("1.1"), None)),
            heard(51_000, completed(None, Some("1.2"))),
        ];
        echoes.drop_from(&mut reports, 0);
        assert_eq!(reports.len(), 3, "only the last is");
        assert!(matches!(&reports[2], Report::Event { at: Some(54_000), .. }));
    }
}
