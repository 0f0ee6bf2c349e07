//! A queue's row.

use super::{SiteIndex, figure, now, row_id, site};
use crate::wire::QueueRow;
use mirante_floor::{Floor, Name, Outcome, SourceId};
use mirante_metrics::{Facts, Terms};

/// The row of a queue; absent if the platform has no such queue.
pub fn queue_row(floor: &Floor, source: SourceId, name: &Name, index: &SiteIndex) -> Option<QueueRow> {
    let site = site(floor, source)?;
    let queue = site.queues.get(name)?;
    let setup = floor.config.queue(source, name);
    let counts = index.counts.get(name).copied().unwrap_or_default();
    let totals = &queue.totals;
    let facts = Facts { totals: Some(totals), ..Facts::default() };
    let told = |id| now(id, &facts, Terms::new(setup.goal.seconds, Terms::SHORT));
    let ms = |id| told(id).and_then(|figure| figure.value.ok()).map(|ms| ms as u64);
    let others = [Outcome::Timeout, Outcome::ExitKey, Outcome::Transferred, Outcome::Overflow, Outcome::Withdrawn];
    Some(QueueRow {
        id: row_id(source, name),
        source: source.0,
        name: name.to_string(),
        label: setup.label.as_ref().unwrap_or(name).to_string(),
        operation: setup.operation,
        goal_percent: setup.goal.percent,
        goal_seconds: setup.goal.seconds,
        hours: setup.hours,
        waiting: u32::try_from(queue.waiting.len()).unwrap_or(u32::MAX),
        oldest_ms: site.oldest_wait(queue),
        free: counts.free,
        ringing: counts.ringing,
        talking: counts.talking,
        wrapup: counts.wrapup,
        paused: counts.paused,
        offline: counts.offline,
        offered: totals.offered,
        answered: totals.count(Outcome::Answered),
        abandoned: totals.count(Outcome::Abandoned),
        other_lost: others.into_iter().map(|outcome| totals.count(outcome)).fold(0, u32::saturating_add),
        unknown: totals.count(Outcome::Unknown),
        ring_no_answer: totals.ring_no_answer,
        service_level: figure(told("sl.f4")),
        abandonment: figure(told("abandonment")),
        asa_ms: ms("asa"),
        talk_ms: ms("aht.no_wrapup"),
        pbx: queue.pbx.map(|pbx| (pbx.completed, pbx.abandoned)),
    })
}
