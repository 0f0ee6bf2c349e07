//! Attempts of one session, and the channels that belong to them.

use super::super::calls::When;
use mirante_floor::{AnsweredBy, EndedBy, Name};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Most attempts under way; beyond it ends are evidently not heard, and the oldest are forgotten.
pub(super) const MOST: usize = 20_000;
/// Most channels of one attempt.
const CHANNELS: usize = 16;
/// Most `Local` pairs known to lead to an agent.
const ASIDE: usize = 50_000;
/// How many ended attempts a result may still be coded for.
const CODABLE: usize = 4096;

/// Number of an attempt within the session, in order of beginning.
pub(super) type Number = u64;

/// What a channel is to its attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// It leads to the callee, as the caller's side knows it.
    Callee,
    /// It leads further to the callee, behind a `Local` pair.
    Inner,
    /// It dials.
    Caller,
    /// It leads to an agent whom the callee is given to.
    Agent(Name),
}

/// An attempt under way.
#[derive(Debug)]
pub(super) struct Open {
    /// Its name: the Uniqueid of the first leg to the callee.
    pub(super) name: Name,
    pub(super) contact: Name,
    pub(super) campaign: Option<Name>,
    /// The agent who dialled.
    pub(super) agent: Option<Name>,
    /// The leg to the callee; gone once its `Local` pair was taken out of the path and the inner one goes on alone.
    pub(super) leg: Option<Name>,
    /// The innermost leg behind it that is alive.
    pub(super) inner: Option<Name>,
    /// Some leg behind it was dialled: only that one's answer is the callee's.
    pub(super) is_chained: bool,
    pub(super) rings: bool,
    pub(super) answered: bool,
    /// Who or what, as far as a detector said.
    pub(super) heard: AnsweredBy,
    /// A channel dialled it and is there still: it may try another route.
    pub(super) has_caller: bool,
    /// It was given to a queue or an agent; and one took it.
    pub(super) sought: bool,
    pub(super) taken: bool,
    pub(super) status: Option<Name>,
    /// Cause of the innermost leg's end.
    pub(super) cause: Option<u16>,
    pub(super) by: Option<EndedBy>,
    /// The leg's end, held: another route may be tried, or the inner leg may go on.
    pub(super) over: Option<When>,
    /// The dialling agent's leaving of an answered call, held.
    pub(super) parting: Option<When>,
    channels: Vec<Name>,
}

/// An attempt that is over and may still be coded.
#[derive(Debug)]
pub(super) struct Over {
    pub(super) name: Name,
    pub(super) contact: Name,
    pub(super) campaign: Option<Name>,
    channels: Vec<Name>,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    next: Number,
    pub(super) open: BTreeMap<Number, Open>,
    channels: HashMap<Name, (Number, Role)>,
    /// `Local` pairs by their common name: of an attempt, or of a way to an agent.
    locals: HashMap<Name, Option<Number>>,
    /// Ways to agents, oldest first.
    aside: VecDeque<Name>,
    over: VecDeque<Over>,
}

impl Table {
    /// A new attempt whose leg to the callee is `name`.
    pub(super) fn begin(&mut self, name: Name, contact: Name, campaign: Option<Name>, agent: Option<Name>) -> Number {
        if self.open.len() >= MOST
            && let Some((oldest, _)) = self.open.first_key_value()
        {
            let oldest = *oldest;
            self.end(oldest);
        }
        self.next += 1;
        let open = Open {
            name: name.clone(),
            contact,
            campaign,
            agent,
            leg: None,
            inner: None,
            is_chained: false,
            rings: false,
            answered: false,
            heard: AnsweredBy::Unknown,
            has_caller: false,
            sought: false,
            taken: false,
            status: None,
            cause: None,
            by: None,
            over: None,
            parting: None,
            channels: Vec::new(),
        };
        self.open.insert(self.next, open);
        self.next
    }

    /// A channel belongs to an attempt now.
    pub(super) fn join(&mut self, number: Number, channel: Name, role: Role) {
        let Some(open) = self.open.get_mut(&number) else { return };
        if open.channels.len() >= CHANNELS && !open.channels.contains(&channel) {
            return;
        }
        match role {
            Role::Callee => open.leg = Some(channel.clone()),
            Role::Inner => (open.inner, open.is_chained) = (Some(channel.clone()), true),
            Role::Caller => open.has_caller = true,
            Role::Agent(_) => {}
        }
        open.channels.push(channel.clone());
        self.channels.insert(channel, (number, role));
    }

    /// A `Local` pair leads to the callee of an attempt.
    pub(super) fn join_local(&mut self, number: Number, pair: &str) {
        let Some(open) = self.open.get_mut(&number).filter(|open| open.channels.len() < CHANNELS) else { return };
        let pair = Name::from(pair);
        open.channels.push(pair.clone());
        self.locals.insert(pair, Some(number));
    }

    /// A `Local` pair leads to an agent.
    pub(super) fn put_aside(&mut self, pair: &str) {
        if self.aside.len() >= ASIDE
            && let Some(oldest) = self.aside.pop_front()
            && self.locals.get(&oldest) == Some(&None)
        {
            self.locals.remove(&oldest);
        }
        if self.locals.insert(pair.into(), None).is_none() {
            self.aside.push_back(pair.into());
        }
    }

    /// Whose a `Local` pair is: `Some(None)` is a way to an agent.
    pub(super) fn local(&self, pair: &str) -> Option<Option<Number>> {
        self.locals.get(pair).copied()
    }

    /// The attempt that a channel belongs to, and as what.
    pub(super) fn of(&self, channel: &str) -> Option<(Number, Role)> {
        self.channels.get(channel).cloned()
    }

    /// The attempt that a channel belongs to, and as what, to be changed.
    pub(super) fn get(&mut self, channel: &str) -> Option<(&mut Open, Role)> {
        let (number, role) = self.of(channel)?;
        Some((self.open.get_mut(&number)?, role))
    }

    /// The attempt is over; its channels are nobody's.
    pub(super) fn end(&mut self, number: Number) -> Option<Open> {
        let mut open = self.open.remove(&number)?;
        for channel in &open.channels {
            if self.channels.get(channel).is_some_and(|(of, _)| *of == number) {
                self.channels.remove(channel);
            }
            if self.locals.get(channel) == Some(&Some(number)) {
                self.locals.remove(channel);
            }
        }
        if self.over.len() >= CODABLE {
            self.over.pop_front();
        }
        let channels = std::mem::take(&mut open.channels);
        let (name, contact, campaign) = (open.name.clone(), open.contact.clone(), open.campaign.clone());
        self.over.push_back(Over { name, contact, campaign, channels });
        Some(open)
    }

    /// True if no channel is anybody's.
    #[cfg(test)]
    pub(super) fn is_bare(&self) -> bool {
        self.channels.is_empty() && self.locals.values().all(Option::is_none)
    }

    /// The attempt, under way or over, that a result names by any of its channels, else by its contact: name and campaign.
    pub(super) fn coded(&self, channel: Option<&str>, contact: Option<&str>) -> Option<(Name, Option<Name>)> {
        if let Some((number, _)) = channel.and_then(|channel| self.of(channel)) {
            return self.open.get(&number).map(|open| (open.name.clone(), open.campaign.clone()));
        }
        let is = |name: &Name| channel == Some(&**name);
        let over = |over: &Over| (over.name.clone(), over.campaign.clone());
        let mut ended = self.over.iter().rev();
        let by_channel = ended.find(|one| one.channels.iter().any(is)).map(over);
        by_channel.or_else(|| {
            let open = self.open.values().rev().find(|open| contact == Some(&*open.contact));
            let open = open.map(|open| (open.name.clone(), open.campaign.clone()));
            open.or_else(|| self.over.iter().rev().find(|one| contact == Some(&*one.contact)).map(over))
        })
    }
}
