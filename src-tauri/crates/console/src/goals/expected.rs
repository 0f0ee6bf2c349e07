//! How many contacts, or attempts, are to be expected up to a window's end: as on the same weekday of weeks past.

use super::windows::Clock;
use mirante_floor::{Floor, Minute, Name, SourceId};
use mirante_history::{History, HistoryError};
use mirante_metrics::goals::median;
use std::collections::{BTreeMap, BTreeSet};

/// Weeks that are looked at.
const WEEKS: i64 = 8;

/// Arrivals by queue, or attempts by campaign.
type Arrivals = BTreeMap<(SourceId, Name), u64>;

/// Arrivals of each queue, or attempts of each campaign, between now and a window's end, in each week that was heard and was a day like this one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weeks(Vec<(BTreeSet<SourceId>, Arrivals)>);

impl Weeks {
    /// Reads arrivals.
    pub(crate) fn read(history: &History, floor: &Floor, clock: &Clock, closes: i64) -> Result<Weeks, HistoryError> {
        Weeks::of(history, floor, clock, closes, History::arrivals)
    }

    /// Reads attempts.
    pub(crate) fn dialled(history: &History, floor: &Floor, clock: &Clock, closes: i64) -> Result<Weeks, HistoryError> {
        Weeks::of(history, floor, clock, closes, History::dialled)
    }

    fn of(
        history: &History,
        floor: &Floor,
        clock: &Clock,
        closes: i64,
        counts: impl Fn(&History, i64, i64) -> Result<Arrivals, HistoryError>,
    ) -> Result<Weeks, HistoryError> {
        let is_holiday = |day: i64| floor.config.holidays.contains(&day);
        let mut weeks = Vec::new();
        for nth in 1..=WEEKS {
            let before = |ms| clock.weeks_before(ms, nth);
            let (Some(day), Some(from), Some(to)) = (before(clock.day), before(clock.now), before(closes)) else {
                break;
            };
            let (from, to) = (Minute::floor(from), Minute::floor(to));
            if to <= from || is_holiday(day) != is_holiday(clock.day) {
                continue;
            }
            let mut heard = BTreeSet::new();
            for source in floor.sites.keys() {
                // What was not heard is not known to have been quiet.
                if history.heard_ms(*source, from, to)? >= (to - from) / 10 * 9 {
                    heard.insert(*source);
                }
            }
            if !heard.is_empty() {
                weeks.push((heard, counts(history, from, to)?));
            }
        }
        Ok(Weeks(weeks))
    }

    /// The median over weeks in which all of these queues, or campaigns, were heard; absent where there was none.
    pub(crate) fn expected(&self, queues: &[(SourceId, Name)]) -> Option<u64> {
        let count = |(heard, arrivals): &(BTreeSet<SourceId>, Arrivals)| {
            let all_heard = queues.iter().all(|(source, _)| heard.contains(source));
            all_heard.then(|| queues.iter().map(|key| arrivals.get(key).copied().unwrap_or(0)).sum())
        };
        median(self.0.iter().filter_map(count).collect())
    }
}
