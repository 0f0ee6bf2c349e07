//! A queue's row.

use super::{SiteIndex, figure, now, row_id, site};
use crate::goals::hidden;
use crate::wire::{QueueFigures, QueueRow};
use mirante_floor::{Floor, Name, Outcome, SourceId, Totals};
use mirante_metrics::{Facts, Terms};

/// What a queue's figures are made of.
pub(crate) struct QueueMade<'a> {
    pub(crate) id: String,
    /// Target percent and seconds.
    pub(crate) goal: (u8, u32),
    pub(crate) totals: &'a Totals,
    /// The figure of a column: of a family, by the formula in force.
    pub(crate) figure: &'a dyn Fn(&str) -> Option<mirante_metrics::Figure>,
    /// Columns that are not shown.
    pub(crate) hidden: Vec<String>,
}

/// A queue's figures, of the day or of a window: what misleads its operation has no value.
pub(crate) fn queue_figures(made: QueueMade<'_>) -> QueueFigures {
    let QueueMade { id, goal: (goal_percent, goal_seconds), totals, figure: told, hidden } = made;
    let told = |column: &str| told(column).filter(|_| !hidden.iter().any(|hidden| hidden == column));
    let ms = |column| told(column).and_then(|figure| figure.value.ok()).map(|ms| ms as u64);
    let others = [Outcome::Timeout, Outcome::ExitKey, Outcome::Transferred, Outcome::Overflow, Outcome::Withdrawn];
    QueueFigures {
        id,
        goal_percent,
        goal_seconds,
        offered: totals.offered,
        answered: totals.count(Outcome::Answered),
        abandoned: totals.count(Outcome::Abandoned),
        other_lost: others.into_iter().map(|outcome| totals.count(outcome)).fold(0, u32::saturating_add),
        unknown: totals.count(Outcome::Unknown),
        service_level: figure(told("sl")),
        abandonment: figure(told("abandonment_rate")),
        asa_ms: ms("asa"),
        talk_ms: ms("aht.no_wrapup"),
        hidden,
    }
}

/// The row of a queue; absent if the platform has no such queue.
pub fn queue_row(floor: &Floor, source: SourceId, name: &Name, index: &SiteIndex) -> Option<QueueRow> {
    let site = site(floor, source)?;
    let queue = site.queues.get(name)?;
    let setup = floor.config.queue(source, name);
    let counts = index.counts.get(name).copied().unwrap_or_default();
    let totals = &queue.totals;
    let facts = Facts { totals: Some(totals), ..Facts::default() };
    let held = floor.config.in_force(source, name, site.day_from.unwrap_or(i64::MIN));
    let terms = Terms::new(held.goal.seconds, held.short_seconds);
    let day = queue_figures(QueueMade {
        id: row_id(source, name),
        goal: (held.goal.percent, held.goal.seconds),
        totals,
        figure: &|column| now(hidden::definition_of(column, &held.formulas), &facts, terms),
        hidden: hidden::columns(&floor.config, setup.operation, &held.formulas),
    });
    Some(QueueRow {
        id: day.id,
        source: source.0,
        name: name.to_string(),
        label: setup.label.as_ref().unwrap_or(name).to_string(),
        operation: setup.operation,
        goal_percent: day.goal_percent,
        goal_seconds: day.goal_seconds,
        hours: setup.hours,
        waiting: u32::try_from(queue.waiting.len()).unwrap_or(u32::MAX),
        oldest_ms: site.oldest_wait(queue),
        free: counts.free,
        ringing: counts.ringing,
        talking: counts.talking,
        wrapup: counts.wrapup,
        paused: counts.paused,
        offline: counts.offline,
        offered: day.offered,
        answered: day.answered,
        abandoned: day.abandoned,
        other_lost: day.other_lost,
        unknown: day.unknown,
        ring_no_answer: totals.ring_no_answer,
        service_level: day.service_level,
        abandonment: day.abandonment,
        asa_ms: day.asa_ms,
        talk_ms: day.talk_ms,
        pbx: queue.pbx.map(|pbx| (pbx.completed, pbx.abandoned)),
        hidden: day.hidden,
    })
}
