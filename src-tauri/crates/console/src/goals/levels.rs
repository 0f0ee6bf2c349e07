//! Figures of queues over a window, as the live view shows those of the day.

use super::hidden;
use super::scopes::Facts;
use super::windows::Clock;
use crate::figures::{Basis, judge::Book};
use crate::rows::{QueueMade, queue_figures};
use crate::wire::{LevelsNow, WindowRow, WireError};
use mirante_floor::Floor;
use mirante_history::History;
use mirante_metrics::{Absent, Catalogue, Figure, Looked};

/// The figures of every queue over a window, from history and the floor that goes with it.
pub(crate) fn levels(
    history: &History,
    floor: &Floor,
    window: &WindowRow,
    clock: &Clock,
) -> Result<LevelsNow, WireError> {
    let span = clock.asked(window, &floor.config);
    let span = span.ok_or_else(|| WireError::invalid("there is no such window"))?;
    let book = Book { config: &floor.config, zone: &clock.zone, basis: Basis::AsWas, now: clock.now };
    let facts = Facts::read(history, floor, span, clock.now, &[], &[])?;
    let mut parts = vec![span.from];
    parts.extend(book.changes(facts.gathered.queues.keys(), span.from, span.to));
    let catalogue = Catalogue::own();
    let row = |(key, sums): (&(_, mirante_floor::Name), &mirante_metrics::Sums)| {
        let held = book.held(key, &parts);
        let open = facts.gathered.open.contains(key);
        let looked = Looked { to: span.to, now: clock.now, open, heard: facts.gathered.is_heard() };
        let figure = |column: &str| {
            let Some(family) = catalogue.family(column) else {
                return Some(sums.figure(catalogue.newest(column)?, held.terms, looked));
            };
            Some(match held.chosen(column) {
                Some(id) => sums.figure(catalogue.newest(id)?, held.terms, looked),
                None => Figure::absent(catalogue.newest(&family.usual)?, Absent::UnequalTerms),
            })
        };
        // The end itself is of the next day.
        let last = floor.config.in_force(key.0, &key.1, span.to.saturating_sub(1));
        let operation = floor.config.queue(key.0, &key.1).operation;
        queue_figures(QueueMade {
            id: crate::rows::row_id(key.0, &key.1),
            goal: (held.percent.unwrap_or(last.goal.percent), held.terms.seconds.unwrap_or(last.goal.seconds)),
            totals: &sums.totals,
            figure: &figure,
            hidden: hidden::columns(&floor.config, operation, &last.formulas),
        })
    };
    let queues = facts.gathered.queues.iter().map(row).collect();
    Ok(LevelsNow { span: (span.from, span.to), heard: facts.gathered.heard(), queues })
}
