//! The state of the whole operation at one instant.

use crate::{
    Agent, Attempt, Campaign, ClosedVisit, Config, Moment, Name, OpenMinute, PartyId, SourceId, Stage, Totals, Visit,
    VisitId, alert,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// The whole operation at one instant: decisions, alerts, and one [`Site`] a source. Sources never touch each other's site, which
/// is why events of two sources commute.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Floor {
    /// Names, people and targets in force.
    pub config: Config,
    /// What each source reports.
    pub sites: BTreeMap<SourceId, Site>,
    /// Alerts that are not normal.
    pub alerts: BTreeMap<alert::Key, alert::Standing>,
}

/// Whether a source is heard.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Link {
    /// Never heard yet.
    #[default]
    Never,
    /// Heard since then.
    Up {
        /// Since when, Unix ms by our clock.
        since: i64,
        /// The platform's words for what it is.
        platform: Name,
    },
    /// Not heard since then. What the site holds is the last reading.
    Down {
        /// Since when, Unix ms by our clock.
        since: i64,
        /// Why, in words.
        reason: Name,
    },
}

/// What one source reports.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Site {
    /// Whether the source is heard.
    pub link: Link,
    /// Newest time of arrival, Unix ms; never decreases.
    pub seen: i64,
    /// Newest event applied. An event that is not newer was applied before and is passed over.
    pub seq: u64,
    /// Number of the present session with the platform.
    pub epoch: u32,
    /// From when the day's totals count, Unix ms: the start of the day, or when collection began if that was later.
    pub counting_since: Option<i64>,
    /// First instant of the operation's day, Unix ms, once told.
    pub day_from: Option<i64>,
    /// Ms of the day in which the source was heard, up to `seen`.
    pub covered_ms: i64,
    /// When the platform last said something by itself.
    pub heard: Option<Moment>,
    /// How far the platform's clock is ahead of ours, ms, once read.
    pub clock_ahead: Option<i64>,
    /// Differences between what was heard and the platform's pictures that were mended today.
    pub drift: u32,
    /// Queues by name.
    pub queues: BTreeMap<Name, Queue>,
    /// Agents by key. Each stands for itself: to find one among thousands, and to put thousands in order, moves only their names.
    pub agents: BTreeMap<Name, Box<Agent>>,
    /// Visits that have not ended.
    pub visits: BTreeMap<VisitId, Visit>,
    /// The same visits by call: a call passed on can still talk in one queue while it waits in the next.
    /// Every event of a call looks for them, and nothing needs their order. Derived; [`Floor::reindex`] makes it anew.
    pub calls: HashMap<Name, BTreeSet<VisitId>, foldhash::fast::RandomState>,
    /// Contacts with an open visit, or that may enter again, in no order.
    pub contacts: HashMap<Name, Contact, foldhash::fast::RandomState>,
    /// Campaigns by name.
    pub campaigns: BTreeMap<Name, Campaign>,
    /// Attempts under way.
    pub attempts: BTreeMap<Name, Attempt>,
    /// The newest attempts that ended answered and of which nobody said who answered, with their campaigns, so that a coded
    /// result can still amend the day's totals.
    pub undecided: VecDeque<(Name, Name)>,
    /// The minute that is not over.
    pub minute: OpenMinute,
    /// The newest visits that ended unanswered, or answered with nobody seeing the end, so that a better witness can still amend
    /// the day's totals.
    pub recent: VecDeque<ClosedVisit>,
    /// How many of those are answered and nobody saw the end: most often none, and then no end of a conversation need be looked for among
    /// them. Derived; [`Floor::reindex`] makes it anew.
    pub untold: usize,
    /// Agents whose conversation just ended: until then, Unix ms by our clock, a busy device is taken to be busy with it still.
    pub settling: BTreeMap<Name, i64>,
    /// From when on events may have been lost, Unix ms by our clock, because Mirante itself stood still; until the link is next
    /// up.
    pub deaf_since: Option<i64>,
}

/// One customer interaction over its journey through queues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// When it was first seen, Unix ms by our clock.
    pub since: i64,
    /// Who.
    pub party: Option<PartyId>,
    /// Visits begun.
    pub visits: u32,
    /// Visits open.
    pub open: u32,
    /// When it was last heard of, Unix ms by our clock.
    pub last: i64,
}

/// A receptive line as one source reports it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Queue {
    /// Visits waiting, oldest entry first. Derived; [`Floor::reindex`] makes it anew.
    pub waiting: BTreeSet<VisitId>,
    /// Running totals of the day.
    pub totals: Totals,
    /// The platform's own counters, kept beside ours.
    pub pbx: Option<PbxCounters>,
    /// Up to when waits were credited to the open minute, Unix ms by our clock.
    pub credited: i64,
}

/// A platform's own counters of a queue. Asterisk counts since its start, and its averages move: they are never "today".
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PbxCounters {
    /// Callers waiting.
    pub calls: u32,
    /// Calls completed.
    pub completed: u32,
    /// Callers lost; Asterisk counts timeouts and withdrawals too.
    pub abandoned: u32,
    /// Moving average of waits, s.
    pub hold_s: u32,
    /// Moving average of talks, s.
    pub talk_s: u32,
    /// The platform's own service-level threshold, s; 0 is not configured.
    pub level_s: u32,
}

/// A platform's own service levels of a queue, in tenths of a percent: Asterisk writes one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PbxLevels {
    /// Of the calls completed (`ServicelevelPerf`).
    pub of_completed: u16,
    /// Of the calls completed and abandoned (`ServicelevelPerf2`); older platforms do not tell it.
    pub of_all: Option<u16>,
}

impl Floor {
    /// Makes the derived indexes anew from the visits, after a floor was put together from its parts.
    pub fn reindex(&mut self) {
        for site in self.sites.values_mut() {
            site.calls.clear();
            site.untold = site.recent.iter().filter(|visit| visit.is_untold()).count();
            for queue in site.queues.values_mut() {
                queue.waiting.clear();
            }
            for (id, visit) in &site.visits {
                site.calls.entry(visit.call.clone()).or_default().insert(*id);
                if visit.stage == Stage::Waiting
                    && let Some(queue) = site.queues.get_mut(&visit.queue)
                {
                    queue.waiting.insert(*id);
                }
            }
        }
    }
}

impl Floor {
    /// The next instant at which something changes by itself, and whose, Unix ms by our clock: a [`crate::Kind::Tick`] is due.
    pub fn due(&self) -> Option<(SourceId, i64)> {
        let due = self.sites.iter().filter_map(|(source, site)| Some((*source, *site.settling.values().min()?)));
        due.min_by_key(|(_, at)| *at)
    }
}

impl Site {
    /// Start of the oldest wait in a queue, Unix ms by our clock; absent when nobody waits.
    pub fn oldest_wait(&self, queue: &Queue) -> Option<i64> {
        queue.waiting.iter().filter_map(|id| self.visits.get(id)).map(|v| v.entered.seen).min()
    }

    /// True while the source is heard.
    pub fn is_live(&self) -> bool {
        matches!(self.link, Link::Up { .. })
    }

    /// How many visits, and attempts, stay amendable.
    pub const RECENT: usize = 512;
}
