//! Tables of queues and their totals.

use super::{
    codes::Code,
    columns::columns,
    names::{Reader, Writer},
    parent, put,
};
use crate::Result;
use mirante_floor::{Hist, Name, Outcome, PbxCounters, Queue, Site, SourceId, Tally, Totals};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

columns!(Queues of QueueRow {
    site: u32,
    name: u32,
    offered: u32,
    ring_no_answer: u32,
    pbx: Option<Pbx>,
    credited: i64,
});
columns!(
    /// `kind`: 0 talks, else the outcome of waits.
    Tallies of TallyRow { queue: u32, kind: u8, count: u32, sum_ms: u64, }
);
columns!(Bins of BinRow { tally: u32, seconds: u32, count: u32, });

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Pbx {
    calls: u32,
    completed: u32,
    abandoned: u32,
    hold_s: u32,
    talk_s: u32,
    level_s: u32,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct QueuesV1 {
    queues: Queues,
    tallies: Tallies,
    bins: Bins,
}

const TALKS: u8 = 0;

impl QueuesV1 {
    pub(super) fn write<'a>(&mut self, site: u32, queues: &'a BTreeMap<Name, Queue>, w: &mut Writer<'a>) {
        for (name, queue) in queues {
            // Who waits follows from the visits.
            let Queue { waiting: _, totals, pbx, credited } = queue;
            let Totals { offered, waits, talks, ring_no_answer } = totals;
            let pbx = pbx.map(|PbxCounters { calls, completed, abandoned, hold_s, talk_s, level_s }| Pbx {
                calls,
                completed,
                abandoned,
                hold_s,
                talk_s,
                level_s,
            });
            let row = self.queues.push(QueueRow {
                site,
                name: w.name(name),
                offered: *offered,
                ring_no_answer: *ring_no_answer,
                pbx,
                credited: w.time(*credited),
            });
            if *talks != Tally::default() {
                self.write_tally(row, TALKS, talks);
            }
            for (outcome, tally) in waits {
                self.write_tally(row, outcome.code(), tally);
            }
        }
    }

    fn write_tally(&mut self, queue: u32, kind: u8, tally: &Tally) {
        let Tally { count, sum_ms, hist: Hist(bins) } = tally;
        let tally = self.tallies.push(TallyRow { queue, kind, count: *count, sum_ms: *sum_ms });
        for (seconds, count) in bins {
            self.bins.push(BinRow { tally, seconds: *seconds, count: *count });
        }
    }

    pub(super) fn read(self, sites: &mut [(SourceId, Site)], r: &Reader) -> Result<()> {
        let mut tallies = Vec::new();
        for TallyRow { queue, kind, count, sum_ms } in self.tallies.rows()? {
            tallies.push((queue, kind, Tally { count, sum_ms, hist: Hist::default() }));
        }
        for BinRow { tally, seconds, count } in self.bins.rows()? {
            put(&mut parent(&mut tallies, tally)?.2.hist.0, seconds, count)?;
        }
        let mut queues = Vec::new();
        for QueueRow { site, name, offered, ring_no_answer, pbx, credited } in self.queues.rows()? {
            let pbx = pbx.map(|Pbx { calls, completed, abandoned, hold_s, talk_s, level_s }| PbxCounters {
                calls,
                completed,
                abandoned,
                hold_s,
                talk_s,
                level_s,
            });
            let totals = Totals { offered, ring_no_answer, ..Totals::default() };
            let credited = r.time(credited);
            let queue = Queue { totals, pbx, credited, ..Queue::default() };
            queues.push((site, r.name(name)?, queue));
        }
        for (queue, kind, tally) in tallies {
            let totals = &mut parent(&mut queues, queue)?.2.totals;
            match kind {
                TALKS => totals.talks = tally,
                _ => put(&mut totals.waits, Outcome::of(kind)?, tally)?,
            }
        }
        for (site, name, queue) in queues {
            put(&mut parent(sites, site)?.1.queues, name, queue)?;
        }
        Ok(())
    }
}
