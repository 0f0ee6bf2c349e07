//! Reports that wait for their channel: the newest of each, in memory. One that is an hour old is worth nothing beside the next, so the
//! outbox, which keeps what may not be lost, holds none.

use mirante_floor::Name;
use mirante_notify::Draft;
use std::collections::BTreeMap;

/// A report that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it tells of, such as the partial of an operation: the next one about it takes its place.
    pub topic: String,
    /// What to send, in the language of its channel.
    pub draft: Draft,
    /// Not after this, Unix ms.
    pub expires_ms: i64,
}

/// One that waits.
#[derive(Debug, Clone)]
struct Waiting {
    report: Box<Report>,
    /// Not before this, Unix ms.
    due: i64,
    /// The order in which they came.
    came: u64,
}

/// Those of all channels.
#[derive(Debug, Default)]
pub(super) struct Reports {
    waiting: BTreeMap<(Name, String), Waiting>,
    came: u64,
}

impl Reports {
    /// Takes one in, in place of an older one about the same.
    pub(super) fn add(&mut self, channel: Name, report: Box<Report>, now: i64) {
        self.came += 1;
        let waiting = Waiting { due: now, came: self.came, report };
        self.waiting.insert((channel, waiting.report.topic.clone()), waiting);
    }

    /// The one that goes next by a channel; it waits no more. Those whose time is over are gone, and were not sent.
    pub(super) fn take(&mut self, channel: &Name, now: i64) -> Option<Box<Report>> {
        self.waiting.retain(|(by, topic), waiting| {
            let lives = waiting.report.expires_ms > now;
            if !lives {
                tracing::warn!(channel = %by, "{topic} was not sent: its time is over");
            }
            lives
        });
        let due = self.waiting.iter().filter(|((by, _), waiting)| by == channel && waiting.due <= now);
        let key = due.min_by_key(|(_, waiting)| waiting.came).map(|(key, _)| key.clone())?;
        self.waiting.remove(&key).map(|waiting| waiting.report)
    }

    /// Takes one back that was not sent, to try it again at `due`, Unix ms, unless a newer one about the same has come.
    pub(super) fn again(&mut self, channel: Name, report: Box<Report>, due: i64) {
        self.came += 1;
        let came = self.came;
        self.waiting.entry((channel, report.topic.clone())).or_insert(Waiting { report, due, came });
    }

    /// Forgets those of channels that are not there any more, and tries the others now.
    pub(super) fn keep(&mut self, is_known: impl Fn(&Name) -> bool, now: i64) {
        self.waiting.retain(|(channel, _), _| is_known(channel));
        self.waiting.values_mut().for_each(|waiting| waiting.due = now);
    }
}
