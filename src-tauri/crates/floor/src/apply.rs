//! The fold: one event in, one step of the state.
//!
//! Events name things that may not exist, repeat, or come out of order: a platform's stream has holes. A step that makes no
//! sense changes nothing. Counts are sizes of sets or only ever grow, so none can go below zero.

use crate::attempt::Dialling;
use crate::{
    Changes, Event, Fact, Floor, Gap, Kind, Link, Moment, Origin, Outcome, Removed, Setting, Site, SourceId, Stage,
};

/// Latest instant that is taken at its word: the end of the year 9999, Unix ms.
const LAST_MS: i64 = 253_402_300_799_000;

/// What a step needs besides the site: when, from whom, heard or concluded, and where its effects go.
pub(crate) struct Step<'a> {
    pub(crate) source: SourceId,
    pub(crate) seq: u64,
    pub(crate) now: Moment,
    pub(crate) origin: Origin,
    pub(crate) changes: &'a mut Changes,
}

impl Step<'_> {
    /// True for what happened when it was told: only that belongs to the open minute.
    pub(crate) fn is_now(&self) -> bool {
        self.origin != Origin::Backfilled
    }
}

impl Floor {
    /// Lets one event happen. Facts and touched keys are added to `changes`.
    ///
    /// Only Mirante itself configures and alerts: a [`Kind::Configured`] or [`Kind::Alert`] of any other source is passed over, since events of two
    /// sources must commute. An event whose `seq` is not newer than the source's newest is passed over as well.
    pub fn apply(&mut self, event: &Event, changes: &mut Changes) {
        if let Kind::Configured(setting) = &event.kind {
            if event.stamp.source == SourceId::MIRANTE {
                self.config.set(setting, self.today_of(setting));
                changes.all = true;
            }
            return;
        }
        if let Kind::Alert(change) = &event.kind {
            if event.stamp.source == SourceId::MIRANTE {
                self.alert(event.stamp, change, changes);
            }
            return;
        }
        let site = self.sites.entry(event.stamp.source).or_default();
        if let Some(mut step) = site.begin(event, changes) {
            site.step(&event.kind, &mut step);
        }
    }

    /// The first instant of the day that goes on where a decision is about, if one has begun there, Unix ms.
    fn today_of(&self, setting: &Setting) -> Option<i64> {
        match setting {
            Setting::Queue { source, .. } | Setting::Removed(Removed::Queue(source, _)) => {
                self.sites.get(source)?.day_from
            }
            _ => None,
        }
    }

    /// Lets events happen one after the other: what [`Floor::apply`] does with each. The first list of a large site tells thousands
    /// of members of whom none is known; those are taken in together.
    pub fn apply_all(&mut self, events: &[Event], changes: &mut Changes) {
        let mut rest = events;
        while let Some(first) = rest.first() {
            let source = first.stamp.source;
            let is_empty = self.sites.get(&source).is_none_or(|site| site.agents.is_empty());
            let is_next = |event: &&Event| {
                let stamp = &event.stamp;
                matches!(event.kind, Kind::Member { .. }) && stamp.source == source && stamp.seen == first.stamp.seen
            };
            let newcomers = if is_empty { rest.iter().take_while(is_next).count() } else { 0 };
            if newcomers > 0 {
                self.sites.entry(source).or_default().newcomers(&rest[..newcomers], changes);
            } else {
                self.apply(first, changes);
            }
            rest = &rest[newcomers.max(1)..];
        }
    }
}

impl Site {
    /// Takes note that an event happens and lets time pass until it does; none if it is not newer than what happened.
    pub(crate) fn begin<'c>(&mut self, event: &Event, changes: &'c mut Changes) -> Option<Step<'c>> {
        if event.stamp.seq <= self.seq {
            return None;
        }
        self.seq = event.stamp.seq;
        self.epoch = self.epoch.max(event.stamp.epoch);
        let seen = event.stamp.seen.clamp(0, LAST_MS).max(self.seen);
        let at = event.stamp.at.filter(|at| (0..=LAST_MS).contains(at));
        // What is told after the fact happened then, by the only clock that saw it, and not when it was told.
        let ahead = self.clock_ahead.unwrap_or(0);
        let happened = at
            .filter(|_| event.origin == Origin::Backfilled)
            .map_or(seen, |at| at.saturating_sub(ahead).clamp(0, seen));
        let mut step = Step {
            source: event.stamp.source,
            seq: event.stamp.seq,
            now: Moment { seen: happened, at },
            origin: event.origin,
            changes,
        };
        if let Kind::Clock { at_by, seen_by, .. } = event.kind {
            self.move_clocks(at_by, seen_by, seen);
        }
        self.advance(seen, &mut step);
        let is_own = matches!(
            event.kind,
            Kind::Tick
                | Kind::Clock { .. }
                | Kind::StoodStill { .. }
                | Kind::LinkUp { .. }
                | Kind::LinkDown { .. }
                | Kind::DayStarted { .. }
        );
        if event.origin == Origin::Heard && !is_own {
            self.heard = Some(Moment { seen, at: at.or(self.heard.and_then(|heard| heard.at)) });
        }
        Some(step)
    }

    fn step(&mut self, kind: &Kind, step: &mut Step<'_>) {
        match kind {
            Kind::Tick | Kind::Configured(_) | Kind::Alert(_) => {}
            Kind::StoodStill { ms } => self.deaf_since = Some(self.seen.saturating_sub((*ms).max(0))),
            Kind::Clock { ahead_ms, seen_by, .. } => {
                self.clock_ahead = Some(*ahead_ms);
                // Every time that shows moved with our clock.
                step.changes.all |= *seen_by > 0;
                step.changes.sources.insert(step.source);
            }
            Kind::Drifted { count } => {
                self.drift = self.drift.saturating_add(*count);
                step.changes.sources.insert(step.source);
            }
            Kind::LinkUp { platform } => self.link_up(platform.clone(), step),
            Kind::LinkDown { reason } => self.link_down(reason.clone(), step),
            Kind::DayStarted { from } => self.start_day(*from, step),
            Kind::QueueSeen { queue, counters } => {
                self.queue(queue, step).pbx = Some(*counters);
            }
            Kind::QueueGone { queue } => self.queue_gone(queue, step),
            Kind::Member { .. } => self.member(kind, step),
            Kind::MemberRemoved { queue, agent } => self.member_removed(queue, agent, step),
            Kind::DeviceChanged { agent, device } => {
                if let Some(found) = self.agents.get_mut(agent) {
                    found.device = *device;
                    self.refresh(agent, step);
                }
            }
            Kind::ActivityChanged { agent, activity } => {
                if let Some(found) = self.agents.get_mut(agent) {
                    found.activity.clone_from(activity);
                    self.refresh(agent, step);
                }
            }
            Kind::Entered { queue, call, contact, caller, position, waited_ms } => {
                self.entered(queue, call, contact, *caller, *position, *waited_ms, step);
            }
            Kind::Moved { call, position } => {
                if let Some(id) = self.waiting(call, None)
                    && let Some(visit) = self.visits.get_mut(&id)
                {
                    visit.position = Some(*position);
                    step.changes.visits.insert((step.source, id));
                }
            }
            Kind::Left { queue, call, outcome, ago_ms } => {
                if let Some(id) = self.waiting(call, Some(queue)) {
                    self.leave(id, *outcome, *ago_ms, step);
                }
            }
            Kind::Ringing { queue, call, agent } => self.ring(queue, call, agent, step),
            Kind::RingEnded { queue, agent } => self.ring_ended(queue, agent, step),
            Kind::RingNoAnswer { queue, agent, .. } => self.ring_no_answer(queue, agent, step),
            Kind::Answered { queue, call, agent, leg } => self.answered(queue, call, agent, leg.clone(), step),
            Kind::Completed { queue, call, leg, agent, transferred, talk_ms } => {
                let told = call.as_ref().filter(|_| step.origin == Origin::Backfilled);
                if told.is_some() && *talk_ms == Some(crate::UNTOLD_MS) {
                    let talking = self.talking(queue, told, None, agent);
                    talking.into_iter().for_each(|id| self.complete_untold(id, *transferred, step));
                    return;
                }
                if told.is_some_and(|call| self.end_told(queue, call, agent, *transferred, step)) {
                    return;
                }
                self.end_missed(call.as_ref(), agent, *talk_ms, step);
                if let Some(id) = self.talking(queue, call.as_ref(), leg.as_ref(), agent) {
                    self.complete(id, *transferred, step.origin != Origin::Inferred, step);
                }
            }
            Kind::CallEnded { call } => self.call_ended(call, step),
            Kind::VisitAmended { queue, call, from, to, witness } => {
                self.amend(queue, call, *from, *to, *witness, step);
            }
            Kind::ContactJoined { contact, root } => self.joined(contact, root, step),
            Kind::Dialled { attempt, campaign, contact, agent, callee } => {
                let (campaign, agent, callee) = (campaign.as_ref(), agent.as_ref(), *callee);
                self.dialled(&Dialling { attempt, campaign, contact, agent, callee }, step);
            }
            Kind::DialRinging { attempt } => self.dial_ringing(attempt, step),
            Kind::DialAnswered { attempt, by, agent } => self.dial_answered(attempt, *by, agent.as_ref(), step),
            Kind::DialParted { attempt, ago_ms } => self.dial_parted(attempt, *ago_ms, step),
            Kind::DialEnded { attempt, end, ago_ms } => self.dial_ended(attempt, end, *ago_ms, step),
            Kind::Disposed { campaign, attempt, code, flags } => {
                self.disposed(campaign.as_ref(), attempt, code, *flags, step);
            }
        }
    }

    /// True for what belongs to the totals of the day: an account of the past may tell of yesterday.
    pub(crate) fn is_today(&self, step: &Step<'_>) -> bool {
        step.is_now() || self.day_from.is_none_or(|from| step.now.seen >= from)
    }

    /// True for a visit or an attempt that counts in the day's totals: it began on that day. So does history count, by the minute of
    /// arrival; whoever came before midnight stays in the day before, however late it ends.
    pub(crate) fn is_of_day(&self, began: Moment) -> bool {
        self.day_from.is_none_or(|from| began.seen >= from)
    }

    fn link_up(&mut self, platform: crate::Name, step: &mut Step<'_>) {
        let now = self.seen;
        if let Link::Down { since, reason } = &self.link {
            let gap = Gap { source: step.source, from: *since, to: now, reason: reason.clone() };
            step.changes.facts.push(Fact::GapClosed(gap));
        }
        self.credit_all(now);
        self.deaf_since = None;
        // A new session tells nothing about the calls of an old one.
        self.give_up_attempts(|_| true, step);
        self.link = Link::Up { since: now, platform };
        self.counting_since.get_or_insert(now);
        self.link_changed(step);
    }

    /// A source that is down already keeps its beginning and learns the newest reason: why it is still not heard.
    fn link_down(&mut self, reason: crate::Name, step: &mut Step<'_>) {
        let since = match self.link {
            Link::Down { since, .. } => since,
            Link::Never => self.seen,
            Link::Up { since, .. } => self.deaf_since.unwrap_or(self.seen).clamp(since.min(self.seen), self.seen),
        };
        self.credit_all(self.seen);
        if self.is_live() {
            // What was taken for heard, and was not.
            self.covered_ms = (self.covered_ms - (self.seen - since)).max(0);
        }
        self.link = Link::Down { since, reason };
        self.link_changed(step);
    }

    /// A person with logins on several sources is shown by one that is heard: which, may differ now.
    fn link_changed(&self, step: &mut Step<'_>) {
        step.changes.sources.insert(step.source);
        step.changes.agents.extend(step.source, self.agents.keys());
    }

    /// The day's totals start again. Whatever is open stays open and counts on the day on which it began.
    fn start_day(&mut self, from: i64, step: &mut Step<'_>) {
        if self.day_from.is_some_and(|known| from <= known) {
            return;
        }
        self.day_from = Some(from);
        let late = self.seen.saturating_sub(from);
        let prompt = (0..=crate::Minute::MS).contains(&late);
        self.covered_ms = if self.is_live() && prompt { late } else { 0 };
        self.counting_since = self.is_live().then_some(if prompt { from } else { self.seen });
        for (name, queue) in &mut self.queues {
            queue.totals = crate::Totals::default();
            step.changes.queues.insert(step.source, name);
        }
        for (name, campaign) in &mut self.campaigns {
            *campaign = crate::Campaign::default();
            step.changes.campaigns.insert((step.source, name.clone()));
        }
        self.count_begun(from);
        self.agents.retain(|_, a| {
            !a.memberships.is_empty()
                || !a.ringing.is_empty()
                || a.talking.is_some()
                || a.activity.is_some()
                || a.attempt.is_some()
        });
        self.settling.retain(|key, _| self.agents.contains_key(key));
        for (key, agent) in &mut self.agents {
            agent.answered.clear();
            agent.ring_no_answer.clear();
            step.changes.agents.insert(step.source, key);
        }
        self.recent.clear();
        self.untold = 0;
        self.drift = 0;
        self.undecided.clear();
        step.changes.sources.insert(step.source);
        step.changes.all = true;
    }

    /// Where the news of a new day came late: what began on it and goes on is in its totals.
    fn count_begun(&mut self, from: i64) {
        for visit in self.visits.values().filter(|visit| visit.entered.seen >= from) {
            let Some(queue) = self.queues.get_mut(&visit.queue) else { continue };
            queue.totals.offered = queue.totals.offered.saturating_add(1);
            if let Stage::Talking { wait_ms, .. } = visit.stage {
                queue.totals.waits.entry(Outcome::Answered).or_default().add(wait_ms);
            }
        }
        for attempt in self.attempts.values().filter(|attempt| attempt.started.seen >= from) {
            let Some(campaign) = &attempt.campaign else { continue };
            let totals = self.campaigns.entry(campaign.clone()).or_default();
            totals.attempts = totals.attempts.saturating_add(1);
            if let Some((_, by)) = attempt.answered {
                totals.answered(None, by);
            }
        }
    }
}
