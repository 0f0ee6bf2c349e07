//! Tables of what is under way: visits, contacts and campaigns; and the visits that ended last.

use super::{
    alone, bad,
    codes::Code,
    columns::columns,
    names::{Instant, Reader, Writer},
    parent, put,
};
use crate::Result;
use mirante_floor::{Campaign, ClosedVisit, Contact, Origin, Outcome, PartyId, Site, SourceId, Stage, Visit, VisitId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

columns!(
    /// `talking`: agent, leg, since, wait in ms.
    Visits of VisitRow {
        site: u32,
        id: u64,
        queue: u32,
        call: u32,
        contact: u32,
        caller: Option<u64>,
        entered: Instant,
        position: Option<u32>,
        origin: u8,
        talking: Option<(u32, Option<u32>, Instant, i64)>,
    }
);
columns!(Rings of RingRow { visit: u32, agent: u32, });
columns!(Contacts of ContactRow {
    site: u32,
    key: u32,
    since: i64,
    party: Option<u64>,
    visits: u32,
    open: u32,
    last: i64,
});
columns!(Campaigns of CampaignRow {
    site: u32,
    name: u32,
    attempts: u32,
    humans: u32,
    machines: u32,
    undecided: u32,
    dropped: u32,
    ended: u32,
    right_party: u32,
    sales: u32,
    promises: u32,
    completed: u32,
});
columns!(Dispositions of DispositionRow { campaign: u32, code: u32, count: u32, });
columns!(Recent of RecentRow {
    site: u32,
    id: u64,
    source: u16,
    queue: u32,
    call: u32,
    contact: u32,
    caller: Option<u64>,
    entered: Instant,
    ended: Instant,
    outcome: u8,
    wait_ms: i64,
    agent: Option<u32>,
    agent_name: Option<u64>,
    interface: Option<u32>,
    talk_ms: Option<i64>,
    transferred: bool,
    origin: u8,
});

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct CallsV1 {
    visits: Visits,
    rings: Rings,
    contacts: Contacts,
    campaigns: Campaigns,
    dispositions: Dispositions,
    recent: Recent,
}

impl CallsV1 {
    pub(super) fn write<'a>(&mut self, site: u32, from: &'a Site, w: &mut Writer<'a>) {
        from.visits.values().for_each(|visit| self.write_visit(site, visit, w));
        // The same floor is the same bytes.
        let mut contacts: Vec<_> = from.contacts.iter().collect();
        contacts.sort_by_key(|(key, _)| *key);
        for (key, Contact { since, party, visits, open, last }) in contacts {
            self.contacts.push(ContactRow {
                site,
                key: w.name(key),
                since: w.time(*since),
                party: party.map(|p| p.0),
                visits: *visits,
                open: *open,
                last: w.time(*last),
            });
        }
        for (name, campaign) in &from.campaigns {
            let Campaign {
                attempts,
                humans,
                machines,
                undecided,
                dropped,
                ended,
                right_party,
                sales,
                promises,
                completed,
                ref dispositions,
            } = *campaign;
            let name = w.name(name);
            let campaign = self.campaigns.push(CampaignRow {
                site,
                name,
                attempts,
                humans,
                machines,
                undecided,
                dropped,
                ended,
                right_party,
                sales,
                promises,
                completed,
            });
            for (code, count) in dispositions {
                self.dispositions.push(DispositionRow { campaign, code: w.name(code), count: *count });
            }
        }
        from.recent.iter().for_each(|visit| self.write_recent(site, visit, w));
    }

    fn write_visit<'a>(&mut self, site: u32, visit: &'a Visit, w: &mut Writer<'a>) {
        let Visit { id, queue, call, contact, caller, entered, position, origin, ringing, stage } = visit;
        let talking = match stage {
            Stage::Waiting => None,
            Stage::Talking { agent, leg, since, wait_ms } => {
                Some((w.name(agent), w.maybe(leg.as_ref()), w.moment(*since), *wait_ms))
            }
        };
        let visit = self.visits.push(VisitRow {
            site,
            id: id.0,
            queue: w.name(queue),
            call: w.name(call),
            contact: w.name(contact),
            caller: caller.map(|p| p.0),
            entered: w.moment(*entered),
            position: *position,
            origin: origin.code(),
            talking,
        });
        for agent in ringing {
            self.rings.push(RingRow { visit, agent: w.name(agent) });
        }
    }

    fn write_recent<'a>(&mut self, site: u32, visit: &'a ClosedVisit, w: &mut Writer<'a>) {
        let ClosedVisit {
            id,
            source,
            queue,
            call,
            contact,
            caller,
            entered,
            ended,
            outcome,
            wait_ms,
            agent,
            agent_name,
            interface,
            talk_ms,
            transferred,
            origin,
        } = visit;
        self.recent.push(RecentRow {
            site,
            id: id.0,
            source: source.0,
            queue: w.name(queue),
            call: w.name(call),
            contact: w.name(contact),
            caller: caller.map(|p| p.0),
            entered: w.moment(*entered),
            ended: w.moment(*ended),
            outcome: outcome.code(),
            wait_ms: *wait_ms,
            agent: w.maybe(agent.as_ref()),
            agent_name: agent_name.map(|p| p.0),
            interface: w.maybe(interface.as_ref()),
            talk_ms: *talk_ms,
            transferred: *transferred,
            origin: origin.code(),
        });
    }

    pub(super) fn read(self, sites: &mut [(SourceId, Site)], r: &Reader) -> Result<()> {
        let CallsV1 { visits, rings, contacts, campaigns, dispositions, recent } = self;
        read_visits(visits, rings, sites, r)?;
        for ContactRow { site, key, since, party, visits, open, last } in contacts.rows()? {
            let (since, last) = (r.time(since), r.time(last));
            let contact = Contact { since, party: party.map(PartyId), visits, open, last };
            alone(parent(sites, site)?.1.contacts.insert(r.name(key)?, contact))?;
        }
        read_campaigns(campaigns, dispositions, sites, r)?;
        for row in recent.rows()? {
            let visit = ClosedVisit {
                id: VisitId(row.id),
                source: SourceId(row.source),
                queue: r.name(row.queue)?,
                call: r.name(row.call)?,
                contact: r.name(row.contact)?,
                caller: row.caller.map(PartyId),
                entered: r.moment(row.entered),
                ended: r.moment(row.ended),
                outcome: Outcome::of(row.outcome)?,
                wait_ms: row.wait_ms,
                agent: r.maybe(row.agent)?,
                agent_name: row.agent_name.map(PartyId),
                interface: r.maybe(row.interface)?,
                talk_ms: row.talk_ms,
                transferred: row.transferred,
                origin: Origin::of(row.origin)?,
            };
            parent(sites, row.site)?.1.recent.push_back(visit);
        }
        Ok(())
    }
}

fn read_visits(visits: Visits, rings: Rings, sites: &mut [(SourceId, Site)], r: &Reader) -> Result<()> {
    let mut open = Vec::new();
    for row in visits.rows()? {
        let stage = match row.talking {
            None => Stage::Waiting,
            Some((agent, leg, since, wait_ms)) => {
                Stage::Talking { agent: r.name(agent)?, leg: r.maybe(leg)?, since: r.moment(since), wait_ms }
            }
        };
        let visit = Visit {
            id: VisitId(row.id),
            queue: r.name(row.queue)?,
            call: r.name(row.call)?,
            contact: r.name(row.contact)?,
            caller: row.caller.map(PartyId),
            entered: r.moment(row.entered),
            position: row.position,
            origin: Origin::of(row.origin)?,
            ringing: BTreeSet::new(),
            stage,
        };
        open.push((row.site, visit));
    }
    for RingRow { visit, agent } in rings.rows()? {
        if !parent(&mut open, visit)?.1.ringing.insert(r.name(agent)?) {
            return Err(bad("an agent is rung twice for one visit"));
        }
    }
    for (site, visit) in open {
        put(&mut parent(sites, site)?.1.visits, visit.id, visit)?;
    }
    Ok(())
}

fn read_campaigns(
    campaigns: Campaigns,
    dispositions: Dispositions,
    sites: &mut [(SourceId, Site)],
    r: &Reader,
) -> Result<()> {
    let mut all = Vec::new();
    for row in campaigns.rows()? {
        let CampaignRow { site, name, attempts, humans, machines, undecided, dropped, ended, .. } = row;
        let CampaignRow { right_party, sales, promises, completed, .. } = row;
        let dispositions = Default::default();
        let campaign = Campaign {
            attempts,
            humans,
            machines,
            undecided,
            dropped,
            ended,
            right_party,
            sales,
            promises,
            completed,
            dispositions,
        };
        all.push((site, r.name(name)?, campaign));
    }
    for DispositionRow { campaign, code, count } in dispositions.rows()? {
        put(&mut parent(&mut all, campaign)?.2.dispositions, r.name(code)?, count)?;
    }
    for (site, name, campaign) in all {
        put(&mut parent(sites, site)?.1.campaigns, name, campaign)?;
    }
    Ok(())
}
