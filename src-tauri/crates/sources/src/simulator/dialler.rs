//! Campaigns: agents who are free between calls speak with people who are called.

use super::agenda::Due;
use super::books::AttemptTruth;
use super::calendar::{DayKind, MINUTE};
use super::chance::Spread;
use super::dispositions::{self, Reach};
use super::names;
use super::simulation::Simulation;
use super::state::{Attempt, Work};
use mirante_floor::{Activity, AnsweredBy, Device, DialEnd, EndedBy, Kind, Place};

/// Records in a list.
const LIST: u32 = 4_000;
/// A list is over when this part of its records is finished.
const BURNT: f64 = 0.85;
/// Ids of people in lists begin here: callers have those below.
const LISTED: u32 = 2_000_000;

impl Simulation {
    /// Starts the campaigns of the day at their hours. None calls on a Sunday.
    pub(super) fn plan_campaigns(&mut self) {
        let day = self.day.clone();
        for campaign in 0..self.centre.campaigns.len() {
            let effort = self.centre.campaigns[campaign].effort;
            let close = match day.kind() {
                DayKind::Weekday => effort.hours.1,
                DayKind::Saturday => effort.saturday,
                DayKind::Sunday => continue,
            };
            let (at, until) = (day.at(effort.hours.0).max(self.now), day.at(close));
            if at < until {
                self.agenda.add(at, Due::Round { campaign, until });
            }
        }
    }

    /// The dialler looks around and calls as many as free agents can take; without a dialler, an agent calls.
    pub(super) fn round(&mut self, campaign: usize, until: i64) {
        let effort = self.centre.campaigns[campaign].effort;
        let gap =
            if effort.pace.is_some() { self.dice.between(3_000, 6_000) } else { self.dice.between(15_000, 40_000) };
        if self.now + gap < until {
            self.agenda.add(self.now + gap, Due::Round { campaign, until });
        }
        let (mut here, mut busy, mut free) = (0, 0, Vec::new());
        for agent in &self.centre.campaigns[campaign].agents {
            let desk = &self.desks[*agent];
            here += usize::from(desk.logged() && !matches!(desk.work, Work::Paused { .. }));
            busy += usize::from(match desk.work {
                Work::Attempt { campaign: on } | Work::CampaignWrapup { campaign: on, .. } => on == campaign,
                _ => false,
            });
            let lent = desk.work == Work::Free && !desk.leaving && self.spare(*agent) >= 2 && !self.needed(*agent);
            if lent && self.now - desk.since > 2_000 {
                free.push(*agent);
            }
        }
        let room = ((here as f64 * effort.quota).ceil() as usize).saturating_sub(busy);
        match effort.pace {
            Some(pace) => {
                let lines = (free.len().min(room) as f64 * pace) as usize;
                for _ in self.drives[campaign].dialling..lines {
                    self.dial(campaign, None);
                }
            }
            None if room > 0 => {
                if let Some(agent) = free.first() {
                    self.dial(campaign, Some(*agent));
                }
            }
            None => {}
        }
    }

    fn next_record(&mut self, campaign: usize) -> (u32, u32) {
        let drive = &mut self.drives[campaign];
        if drive.done.len() as f64 >= f64::from(LIST) * BURNT {
            drive.list += 1;
            drive.record = 0;
            drive.done.clear();
        }
        loop {
            let record = drive.record % LIST;
            drive.record += 1;
            if !drive.done.contains(&record) {
                return (drive.list, record);
            }
        }
    }

    fn dial(&mut self, campaign: usize, agent: Option<usize>) {
        let (list, record) = self.next_record(campaign);
        let attempt = self.serial();
        let spec = &self.centre.campaigns[campaign];
        let effort = spec.effort;
        let campaign_name = spec.name.clone();
        let contact: mirante_floor::Name = format!("{campaign_name}.{}.{record}", list + 1).into();
        let name: mirante_floor::Name = format!("{}.{attempt}", self.now / 1000).into();
        let reach = effort.reach(&mut self.dice);
        let person = LISTED + (campaign as u32 * 64 + list % 64) * LIST + record;
        self.emit(Kind::Dialled {
            attempt: name.clone(),
            campaign: Some(campaign_name.clone()),
            contact: contact.clone(),
            agent: agent.map(|agent| self.centre.agents[agent].key.clone()),
            callee: Some(names::somebody(person)),
        });
        match agent {
            Some(agent) => self.join(campaign, agent),
            None => self.drives[campaign].dialling += 1,
        }
        if !matches!(reach, Reach::Busy | Reach::Bad) {
            self.emit(Kind::DialRinging { attempt: name.clone() });
        }
        let ms = match reach {
            Reach::Nobody => self.dice.between(24_000, 38_000),
            Reach::Busy | Reach::Bad => self.dice.between(1_500, 5_000),
            Reach::Machine => self.dice.between(12_000, 26_000),
            Reach::Human => self.dice.between(5_000, 21_000),
        };
        let started = self.now;
        let (answered, dropped, result, ended) = (false, false, None, None);
        self.attempts.insert(
            attempt,
            Attempt { campaign, name, contact, record, agent, started, reach, answered, dropped, result, ended },
        );
        self.agenda.add(started + ms, Due::Reached { attempt });
    }

    fn join(&mut self, campaign: usize, agent: usize) {
        self.set_work(agent, Work::Attempt { campaign });
        let place = Place::Campaign(self.centre.campaigns[campaign].name.clone());
        self.tell_activity(agent, Some(Activity::Talking(place)));
        self.set_device(agent, Device::InUse);
    }

    /// The ringing is over: somebody, something or nobody answered.
    pub(super) fn reached(&mut self, attempt: u64) {
        let Some(call) = self.attempts.get_mut(&attempt) else { return };
        let (campaign, reach, name, dialled_by) = (call.campaign, call.reach, call.name.clone(), call.agent);
        call.answered = matches!(reach, Reach::Human | Reach::Machine);
        if dialled_by.is_none() {
            self.drives[campaign].dialling -= 1;
        }
        match reach {
            Reach::Nobody | Reach::Busy | Reach::Bad => self.attempt_over(attempt),
            Reach::Machine => {
                let agent = dialled_by.map(|agent| self.centre.agents[agent].key.clone());
                self.emit(Kind::DialAnswered { attempt: name, by: AnsweredBy::Machine, agent });
                let ms = self.dice.between(2_500, 7_000);
                self.agenda.add(self.now + ms, Due::AttemptOver { attempt });
            }
            Reach::Human => {
                let agent = dialled_by.or_else(|| self.listener(campaign));
                let key = agent.map(|agent| self.centre.agents[agent].key.clone());
                self.emit(Kind::DialAnswered { attempt: name, by: AnsweredBy::Human, agent: key });
                if let Some(agent) = agent.filter(|_| dialled_by.is_none()) {
                    self.join(campaign, agent);
                }
                let spec = &self.centre.campaigns[campaign];
                let (code, flags) = spec.effort.result(&mut self.dice);
                let factor = if flags.right_party { 1.0 } else { 0.22 };
                // Nobody to speak: two seconds of silence, and the line is dropped.
                let ms = if agent.is_some() { self.dice.spread(&spec.talk, factor) } else { 2_000 };
                if let Some(call) = self.attempts.get_mut(&attempt) {
                    call.agent = agent;
                    call.dropped = agent.is_none();
                    call.result = agent.is_some().then_some((code, flags));
                }
                self.agenda.add(self.now + ms, Due::AttemptOver { attempt });
            }
        }
    }

    fn listener(&self, campaign: usize) -> Option<usize> {
        let agents = self.centre.campaigns[campaign].agents.iter().copied();
        let free = agents.filter(|agent| self.desks[*agent].work == Work::Free);
        free.min_by_key(|agent| (self.needed(*agent), self.desks[*agent].since))
    }

    /// The attempt ends; the agent, if any, codes it next.
    pub(super) fn attempt_over(&mut self, attempt: u64) {
        let now = self.now;
        let Some(call) = self.attempts.get_mut(&attempt) else { return };
        call.ended = Some(now);
        let (campaign, agent, spoke) = (call.campaign, call.agent, call.result.is_some());
        let end = how_ended(attempt, call);
        let name = call.name.clone();
        let Some(agent) = agent else {
            self.emit(Kind::DialEnded { attempt: name, end, ago_ms: 0 });
            self.code(attempt);
            return;
        };
        self.set_work(agent, Work::CampaignWrapup { campaign, attempt });
        let place = Place::Campaign(self.centre.campaigns[campaign].name.clone());
        self.tell_activity(agent, Some(Activity::Wrapup(place)));
        self.emit(Kind::DialEnded { attempt: name, end, ago_ms: 0 });
        self.set_device(agent, Device::Idle);
        let mean = if spoke { 24.0 } else { 7.0 };
        let ms = self.dice.spread(&Spread::new(mean, 0.6, 2.0), 1.0).min(5 * MINUTE);
        let turn = self.desks[agent].turn;
        self.agenda.add(now + ms, Due::WrapupOver { agent, turn });
    }

    /// The result is written down.
    pub(super) fn code(&mut self, attempt: u64) {
        let Some(call) = self.attempts.remove(&attempt) else { return };
        let (code, flags) = call.result.unwrap_or_else(|| dispositions::silent(call.reach));
        if flags.completed {
            self.drives[call.campaign].done.insert(call.record);
        }
        let campaign = self.centre.campaigns[call.campaign].name.clone();
        let code: mirante_floor::Name = code.into();
        self.emit(Kind::Disposed {
            campaign: Some(campaign.clone()),
            attempt: call.name.clone(),
            code: code.clone(),
            flags,
        });
        if self.setup.keep_truth {
            self.books.attempts.push(AttemptTruth {
                campaign,
                attempt: call.name,
                contact: call.contact,
                started_ms: call.started,
                ended_ms: call.ended.unwrap_or(self.now),
                human: call.answered.then_some(call.reach == Reach::Human),
                dropped: call.dropped,
                agent: call.agent.map(|agent| self.centre.agents[agent].key.clone()),
                code,
                flags,
                coded_ms: self.now,
            });
        }
    }
}

/// How an attempt ends, in the words and causes of a telephone network.
fn how_ended(attempt: u64, call: &Attempt) -> DialEnd {
    let (by, cause, status) = match call.reach {
        Reach::Nobody => (EndedBy::System, 19, "NOANSWER"),
        Reach::Busy => (EndedBy::Callee, 17, "BUSY"),
        Reach::Bad => (EndedBy::System, 1, "CHANUNAVAIL"),
        Reach::Human | Reach::Machine if call.dropped => (EndedBy::System, 16, "ANSWER"),
        Reach::Machine => (EndedBy::Agent, 16, "ANSWER"),
        // Whoever has said enough: now one side, now the other.
        Reach::Human if attempt.is_multiple_of(3) => (EndedBy::Agent, 16, "ANSWER"),
        Reach::Human => (EndedBy::Callee, 16, "ANSWER"),
    };
    DialEnd { dropped: call.dropped, by, cause: Some(cause), status: Some(status.into()) }
}
