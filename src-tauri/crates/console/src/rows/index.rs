//! What rows need that the floor does not hold by queue or call: one pass over a site's agents and attempts.

use mirante_floor::{Name, Place, Site, StateKind};
use std::collections::{BTreeMap, BTreeSet};

/// Agents of one queue by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Free, and not paused in this queue.
    pub free: u32,
    /// Being rung.
    pub ringing: u32,
    /// On a call or holding.
    pub talking: u32,
    /// In after-call work.
    pub wrapup: u32,
    /// Paused in this queue.
    pub paused: u32,
    /// Logged out or not known.
    pub offline: u32,
}

/// One pass over a site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteIndex {
    /// Agents by queue.
    pub counts: BTreeMap<Name, Counts>,
    /// Calls that are being offered to an agent.
    pub ringing: BTreeSet<Name>,
    /// Agents at work by campaign.
    pub campaign_agents: BTreeMap<Name, u32>,
    /// Attempts under way by campaign.
    pub dialling: BTreeMap<Name, u32>,
}

impl SiteIndex {
    /// Reads a site.
    pub fn of(site: &Site) -> Self {
        let mut index = SiteIndex::default();
        for agent in site.agents.values() {
            let kind = agent.state.kind();
            for (queue, membership) in &agent.memberships {
                if !index.counts.contains_key(queue) {
                    index.counts.insert(queue.clone(), Counts::default());
                }
                let Some(counts) = index.counts.get_mut(queue) else { continue };
                *match kind {
                    StateKind::Talking | StateKind::Hold => &mut counts.talking,
                    StateKind::Ringing => &mut counts.ringing,
                    StateKind::Wrapup => &mut counts.wrapup,
                    StateKind::Offline | StateKind::Unknown => &mut counts.offline,
                    StateKind::Ready | StateKind::Paused if membership.paused => &mut counts.paused,
                    StateKind::Ready | StateKind::Paused => &mut counts.free,
                } += 1;
            }
            if let Some(Place::Campaign(campaign)) = agent.state.place() {
                *index.campaign_agents.entry(campaign.clone()).or_default() += 1;
            }
            index.ringing.extend(agent.ringing.values().cloned());
        }
        for attempt in site.attempts.values() {
            if let Some(campaign) = &attempt.campaign {
                *index.dialling.entry(campaign.clone()).or_default() += 1;
            }
        }
        index
    }
}
