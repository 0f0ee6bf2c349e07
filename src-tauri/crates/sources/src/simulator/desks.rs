//! What agents and their telephones say of themselves.

use super::books::{AgentTruth, Doing, SpanTruth};
use super::shifts::REASONS;
use super::simulation::Simulation;
use super::state::Work;
use mirante_floor::{Activity, Device, Kind, Place};

impl Simulation {
    /// Changes what an agent does.
    pub(super) fn set_work(&mut self, agent: usize, work: Work) {
        if self.setup.keep_truth && self.desks[agent].since < self.now {
            let AgentTruth { agent, doing, since_ms } = self.doing(agent);
            self.books.spans.push(SpanTruth { agent, doing, from_ms: since_ms, to_ms: self.now });
        }
        let desk = &mut self.desks[agent];
        let (was_free, is_free) = (desk.work == Work::Free, work == Work::Free);
        if was_free != is_free {
            for (queue, _) in &self.centre.agents[agent].skills {
                let free = &mut self.lines[*queue].free;
                *free = if is_free { *free + 1 } else { *free - 1 };
            }
        }
        desk.work = work;
        desk.since = self.now;
        desk.turn += 1;
    }

    /// What an agent does, in words of the books.
    pub(super) fn doing(&self, agent: usize) -> AgentTruth {
        let queue = |index: usize| Place::Queue(self.centre.queues[index].name.clone());
        let campaign = |index: usize| Place::Campaign(self.centre.campaigns[index].name.clone());
        let desk = &self.desks[agent];
        let doing = match desk.work {
            Work::Off => Doing::Offline,
            Work::Free => Doing::Ready,
            Work::Ringing => Doing::Ringing,
            Work::Talking { queue: on, held: true } => Doing::Hold(queue(on)),
            Work::Talking { queue: on, held: false } => Doing::Talking(queue(on)),
            Work::Wrapup { queue: after } => Doing::Wrapup(queue(after)),
            Work::CampaignWrapup { campaign: after, .. } => Doing::Wrapup(campaign(after)),
            Work::Attempt { campaign: on } => Doing::Talking(campaign(on)),
            Work::Outside => Doing::Talking(Place::Other),
            Work::Paused { reason } => Doing::Paused(REASONS[reason].into()),
        };
        AgentTruth { agent: self.centre.agents[agent].key.clone(), doing, since_ms: desk.since }
    }

    /// Changes the state of an agent's telephone.
    pub(super) fn set_device(&mut self, agent: usize, device: Device) {
        if self.desks[agent].device != device {
            self.desks[agent].device = device;
            let agent = self.centre.agents[agent].key.clone();
            self.emit(Kind::DeviceChanged { agent, device });
        }
    }

    /// Says what an agent does beyond the state of the telephone.
    pub(super) fn tell_activity(&mut self, agent: usize, activity: Option<Activity>) {
        let agent = self.centre.agents[agent].key.clone();
        self.emit(Kind::ActivityChanged { agent, activity });
    }

    /// Says everything about an agent's memberships.
    pub(super) fn tell_memberships(&mut self, agent: usize) {
        for member in self.members(agent) {
            self.emit(Kind::Member {
                queue: member.queue,
                agent: member.agent,
                interface: member.interface,
                name: member.name,
                device: member.device,
                paused: member.paused,
                reason: member.reason,
                penalty: member.penalty,
                in_call: member.in_call,
                paused_at: member.paused_at,
            });
        }
    }

    /// An agent's memberships, as the platform describes them.
    pub(super) fn members(&self, agent: usize) -> Vec<mirante_floor::MemberPicture<crate::Caller>> {
        let (spec, desk) = (&self.centre.agents[agent], &self.desks[agent]);
        let talking = match desk.work {
            Work::Talking { queue, .. } => Some(queue),
            _ => None,
        };
        spec.skills
            .iter()
            .map(|(queue, penalty)| mirante_floor::MemberPicture {
                queue: self.centre.queues[*queue].name.clone(),
                agent: spec.key.clone(),
                interface: spec.interface.clone(),
                name: Some(spec.caller.clone()),
                device: desk.device,
                paused: desk.pause.is_some(),
                reason: desk.pause.map(|pause| REASONS[pause.reason].into()),
                penalty: *penalty,
                in_call: Some(talking == Some(*queue)),
                paused_at: desk.pause.map(|pause| pause.told),
            })
            .collect()
    }

    /// Work is done: home, a break, or the next caller.
    pub(super) fn release(&mut self, agent: usize) {
        let desk = &mut self.desks[agent];
        if desk.leaving {
            self.leave(agent);
        } else if let Some(pause) = desk.pause {
            self.start_pause(agent, pause.reason, pause.ms);
        } else if let Some((reason, ms)) = desk.wanted.take() {
            self.start_pause(agent, reason, ms);
        } else {
            self.become_free(agent);
        }
    }

    /// The agent is free, and takes whoever waits.
    pub(super) fn become_free(&mut self, agent: usize) {
        self.set_work(agent, Work::Free);
        self.serve(agent);
    }

    /// Free agents of the agent's home queue.
    pub(super) fn spare(&self, agent: usize) -> usize {
        self.lines[self.centre.agents[agent].skills[0].0].free
    }
}
