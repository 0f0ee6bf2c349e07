//! Tables of agents.

use super::{
    alone,
    codes::{self, Code, Named},
    columns::columns,
    names::{Instant, Reader, Writer},
    parent, put,
};
use crate::Result;
use mirante_floor::{Agent, Device, Membership, PartyId, Site, SourceId, VisitId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

columns!(Agents of AgentRow {
    site: u32,
    key: u32,
    name: Option<u64>,
    device: u8,
    settling: Option<i64>,
    talking: Option<(u64, u32)>,
    attempt: Option<(u32, Option<u32>)>,
    activity: (u8, Named),
    state: (u8, Named),
    since: Instant,
    credited: i64,
    touched: i64,
});
columns!(Memberships of MembershipRow {
    agent: u32,
    queue: u32,
    interface: u32,
    paused: bool,
    reason: Option<u32>,
    penalty: i32,
});
columns!(Rings of RingRow { agent: u32, queue: u32, call: u32, });
columns!(
    /// Calls of the day, by queue.
    Counts of CountRow { agent: u32, queue: u32, count: u32, }
);

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct PeopleV1 {
    agents: Agents,
    memberships: Memberships,
    rings: Rings,
    answered: Counts,
    ring_no_answer: Counts,
}

impl PeopleV1 {
    pub(super) fn write<'a>(&mut self, number: u32, site: &'a Site, w: &mut Writer<'a>) {
        let settling = &site.settling;
        for (key, agent) in &site.agents {
            let Agent {
                name,
                memberships,
                device,
                ringing,
                talking,
                attempt,
                activity,
                state,
                since,
                answered,
                ring_no_answer,
                credited,
                touched,
            } = &**agent;
            let agent = self.agents.push(AgentRow {
                site: number,
                key: w.name(key),
                name: name.map(|p| p.0),
                device: device.code(),
                settling: settling.get(key).map(|ms| w.time(*ms)),
                talking: talking.as_ref().map(|(visit, queue)| (visit.0, w.name(queue))),
                attempt: attempt.as_ref().map(|(on, campaign)| (w.name(on), w.maybe(campaign.as_ref()))),
                activity: codes::activity(activity.as_ref(), w),
                state: codes::state(state, w),
                since: w.moment(*since),
                credited: w.time(*credited),
                touched: w.time(*touched),
            });
            for (queue, Membership { interface, paused, reason, penalty }) in memberships {
                self.memberships.push(MembershipRow {
                    agent,
                    queue: w.name(queue),
                    interface: w.name(interface),
                    paused: *paused,
                    reason: w.maybe(reason.as_ref()),
                    penalty: *penalty,
                });
            }
            for (queue, call) in ringing {
                self.rings.push(RingRow { agent, queue: w.name(queue), call: w.name(call) });
            }
            for (queue, count) in answered {
                self.answered.push(CountRow { agent, queue: w.name(queue), count: *count });
            }
            for (queue, count) in ring_no_answer {
                self.ring_no_answer.push(CountRow { agent, queue: w.name(queue), count: *count });
            }
        }
    }

    pub(super) fn read(self, sites: &mut [(SourceId, Site)], r: &Reader) -> Result<()> {
        let mut agents = Vec::new();
        for row in self.agents.rows()? {
            let talking = match row.talking {
                Some((visit, queue)) => Some((VisitId(visit), r.name(queue)?)),
                None => None,
            };
            let attempt = match row.attempt {
                Some((on, campaign)) => Some((r.name(on)?, r.maybe(campaign)?)),
                None => None,
            };
            let agent = Agent {
                name: row.name.map(PartyId),
                memberships: Default::default(),
                device: Device::of(row.device)?,
                ringing: BTreeMap::new(),
                talking,
                attempt,
                activity: codes::activity_of(row.activity, r)?,
                state: codes::state_of(row.state, r)?,
                since: r.moment(row.since),
                answered: BTreeMap::new(),
                ring_no_answer: BTreeMap::new(),
                credited: r.time(row.credited),
                touched: r.time(row.touched),
            };
            agents.push((row.site, r.name(row.key)?, agent, row.settling.map(|ms| r.time(ms))));
        }
        for row in self.memberships.rows()? {
            let MembershipRow { agent, queue, interface, paused, reason, penalty } = row;
            let membership = Membership { interface: r.name(interface)?, paused, reason: r.maybe(reason)?, penalty };
            alone(parent(&mut agents, agent)?.2.memberships.insert(r.name(queue)?, membership))?;
        }
        for RingRow { agent, queue, call } in self.rings.rows()? {
            put(&mut parent(&mut agents, agent)?.2.ringing, r.name(queue)?, r.name(call)?)?;
        }
        for CountRow { agent, queue, count } in self.answered.rows()? {
            put(&mut parent(&mut agents, agent)?.2.answered, r.name(queue)?, count)?;
        }
        for CountRow { agent, queue, count } in self.ring_no_answer.rows()? {
            put(&mut parent(&mut agents, agent)?.2.ring_no_answer, r.name(queue)?, count)?;
        }
        for (site, key, agent, settling) in agents {
            let site = &mut parent(sites, site)?.1;
            if let Some(until) = settling {
                put(&mut site.settling, key.clone(), until)?;
            }
            put(&mut site.agents, key, Box::new(agent))?;
        }
        Ok(())
    }
}
