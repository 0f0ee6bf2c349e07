//! Tables of attempts under way, and of those that ended without anyone saying who answered.

use super::{
    codes::Code,
    columns::columns,
    names::{Instant, Reader, Writer},
    parent, put,
};
use crate::Result;
use mirante_floor::{AnsweredBy, Attempt, DispositionFlags, PartyId, Site, SourceId};
use serde::{Deserialize, Serialize};

columns!(
    /// `answered`: when, and by whom. `disposition`: code, and flags as bits.
    Open of OpenRow {
        site: u32,
        key: u32,
        id: u64,
        campaign: Option<u32>,
        contact: u32,
        callee: Option<u64>,
        agent: Option<u32>,
        started: Instant,
        ringing: Option<Instant>,
        answered: Option<(Instant, u8)>,
        talking: Option<Instant>,
        talked_ms: Option<i64>,
        disposition: Option<(u32, u8)>,
    }
);
columns!(Undecided of UndecidedRow { site: u32, attempt: u32, campaign: u32, });

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct AttemptsV1 {
    open: Open,
    undecided: Undecided,
}

impl AttemptsV1 {
    pub(super) fn write<'a>(&mut self, site: u32, from: &'a Site, w: &mut Writer<'a>) {
        for (key, attempt) in &from.attempts {
            let Attempt {
                id,
                campaign,
                contact,
                callee,
                agent,
                started,
                ringing,
                answered,
                talking,
                talked_ms,
                disposition,
            } = attempt;
            self.open.push(OpenRow {
                site,
                key: w.name(key),
                id: *id,
                campaign: w.maybe(campaign.as_ref()),
                contact: w.name(contact),
                callee: callee.map(|p| p.0),
                agent: w.maybe(agent.as_ref()),
                started: w.moment(*started),
                ringing: ringing.map(|m| w.moment(m)),
                answered: answered.map(|(m, by)| (w.moment(m), by.code())),
                talking: talking.map(|m| w.moment(m)),
                talked_ms: *talked_ms,
                disposition: disposition.as_ref().map(|(code, flags)| (w.name(code), bits(*flags))),
            });
        }
        for (attempt, campaign) in &from.undecided {
            self.undecided.push(UndecidedRow { site, attempt: w.name(attempt), campaign: w.name(campaign) });
        }
    }

    pub(super) fn read(self, sites: &mut [(SourceId, Site)], r: &Reader) -> Result<()> {
        for row in self.open.rows()? {
            let answered =
                row.answered.map(|(at, by)| Ok::<_, crate::HistoryError>((r.moment(at), AnsweredBy::of(by)?)));
            let disposition =
                row.disposition.map(|(code, flags)| Ok::<_, crate::HistoryError>((r.name(code)?, flags_of(flags))));
            let attempt = Attempt {
                id: row.id,
                campaign: r.maybe(row.campaign)?,
                contact: r.name(row.contact)?,
                callee: row.callee.map(PartyId),
                agent: r.maybe(row.agent)?,
                started: r.moment(row.started),
                ringing: row.ringing.map(|m| r.moment(m)),
                answered: answered.transpose()?,
                talking: row.talking.map(|m| r.moment(m)),
                talked_ms: row.talked_ms,
                disposition: disposition.transpose()?,
            };
            put(&mut parent(sites, row.site)?.1.attempts, r.name(row.key)?, attempt)?;
        }
        for UndecidedRow { site, attempt, campaign } in self.undecided.rows()? {
            parent(sites, site)?.1.undecided.push_back((r.name(attempt)?, r.name(campaign)?));
        }
        Ok(())
    }
}

pub(crate) fn bits(flags: DispositionFlags) -> u8 {
    let DispositionFlags { human, right_party, sale, promise, do_not_call, completed, unworkable } = flags;
    let all = [human, right_party, sale, promise, do_not_call, completed, unworkable];
    all.into_iter().zip(0..).fold(0, |bits, (set, place)| bits | u8::from(set) << place)
}

pub(crate) fn flags_of(bits: u8) -> DispositionFlags {
    let is = |place: u8| bits >> place & 1 == 1;
    DispositionFlags {
        human: is(0),
        right_party: is(1),
        sale: is(2),
        promise: is(3),
        do_not_call: is(4),
        completed: is(5),
        unworkable: is(6),
    }
}
