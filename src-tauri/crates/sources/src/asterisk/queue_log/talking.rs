//! Conversations that the log has begun and not ended.

use super::backfill::Happened;
use super::told::{Told, What};
use mirante_floor::{Kind, Name};
use std::collections::BTreeMap;

/// Conversations by queue and call, the earliest of each first: a call may be in a queue again, and answered, before the PBX has
/// written how its first conversation there ended.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Talking {
    open: BTreeMap<(Name, Name), Vec<Talk>>,
    /// Added to every stamp of the log to make it one of the clock that events go by.
    pub(super) shift: i64,
}

/// One conversation.
#[derive(Debug, PartialEq)]
pub(super) struct Talk {
    /// The agent's key.
    pub(super) agent: Name,
    /// The agent's leg, if told.
    pub(super) leg: Option<Name>,
    /// When the call had entered the queue, if told, by the clock that events go by.
    pub(super) entered: Option<i64>,
}

impl Talking {
    /// An agent answered a call in a queue.
    pub(super) fn begin(&mut self, place: (Name, Name), talk: Talk) {
        self.open.entry(place).or_default().push(talk);
    }

    /// The conversation that a line about its end is about.
    pub(super) fn end(&mut self, place: &(Name, Name)) -> Option<Talk> {
        let talks = self.open.get_mut(place)?;
        let first = (!talks.is_empty()).then(|| talks.remove(0));
        if talks.is_empty() {
            self.open.remove(place);
        }
        first
    }

    /// True if the agent is in one.
    pub(super) fn holds(&self, agent: &Name) -> bool {
        self.open.values().flatten().any(|talk| talk.agent == *agent)
    }

    /// True if all were ended.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// The PBX died, and they with it.
    pub(super) fn clear(&mut self) {
        self.open.clear();
    }

    /// What a line that was written since comes to, if it ends one of these.
    pub(super) fn hear(&mut self, told: &Told) -> Option<Happened> {
        match told.what {
            What::Completed { transferred } => {
                let (queue, call) = (told.queue.clone(), told.call.clone());
                let place = (queue, call);
                let Talk { agent, leg, entered } = self.end(&place)?;
                let (queue, call) = (place.0, Some(place.1));
                let kind = Kind::Completed { queue, call, leg, agent, transferred, talk_ms: None };
                Some(Happened { at: told.at.saturating_add(self.shift), entered, kind, unsure: false })
            }
            What::Started => {
                self.clear();
                None
            }
            _ => None,
        }
    }
}
