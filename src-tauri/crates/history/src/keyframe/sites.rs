//! The table of sources and how they are heard.

use super::{
    bad,
    columns::columns,
    names::{Instant, Reader, Writer},
    put,
};
use crate::Result;
use mirante_floor::{Link, Site, SourceId};
use std::collections::BTreeMap;

columns!(
    /// `link`: 0 never, 1 up, 2 down.
    SitesV1 of SiteRow {
        source: u16,
        link: u8,
        link_since: i64,
        link_words: Option<u32>,
        seen: i64,
        seq: u64,
        epoch: u32,
        counting_since: Option<i64>,
        day_from: Option<i64>,
        covered_ms: i64,
        heard: Option<Instant>,
        clock_ahead: Option<i64>,
        drift: u32,
        deaf_since: Option<i64>,
    }
);

impl SitesV1 {
    pub(super) fn write<'a>(&mut self, source: SourceId, site: &'a Site, w: &mut Writer<'a>) {
        // What is passed over has tables of its own, or follows from those (`calls`, `untold`).
        let Site {
            link,
            seen,
            seq,
            epoch,
            counting_since,
            day_from,
            covered_ms,
            heard,
            clock_ahead,
            drift,
            queues: _,
            agents: _,
            visits: _,
            calls: _,
            contacts: _,
            campaigns: _,
            attempts: _,
            undecided: _,
            minute: _,
            recent: _,
            untold: _,
            settling: _,
            deaf_since,
        } = site;
        let (link, since, words) = match link {
            Link::Never => (0, 0, None),
            Link::Up { since, platform } => (1, w.time(*since), Some(w.name(platform))),
            Link::Down { since, reason } => (2, w.time(*since), Some(w.name(reason))),
        };
        self.push(SiteRow {
            source: source.0,
            link,
            link_since: since,
            link_words: words,
            seen: w.time(*seen),
            seq: *seq,
            epoch: *epoch,
            counting_since: counting_since.map(|ms| w.time(ms)),
            day_from: day_from.map(|ms| w.time(ms)),
            covered_ms: *covered_ms,
            heard: heard.map(|moment| w.moment(moment)),
            clock_ahead: *clock_ahead,
            drift: *drift,
            deaf_since: deaf_since.map(|ms| w.time(ms)),
        });
    }

    pub(super) fn read(self, r: &Reader) -> Result<Vec<(SourceId, Site)>> {
        let site = |row: SiteRow| -> Result<(SourceId, Site)> {
            let since = r.time(row.link_since);
            let link = match (row.link, r.maybe(row.link_words)?) {
                (0, None) => Link::Never,
                (1, Some(platform)) => Link::Up { since, platform },
                (2, Some(reason)) => Link::Down { since, reason },
                _ => return Err(bad(format!("{} is no link", row.link))),
            };
            let site = Site {
                link,
                seen: r.time(row.seen),
                seq: row.seq,
                epoch: row.epoch,
                counting_since: row.counting_since.map(|ms| r.time(ms)),
                day_from: row.day_from.map(|ms| r.time(ms)),
                covered_ms: row.covered_ms,
                heard: row.heard.map(|moment| r.moment(moment)),
                clock_ahead: row.clock_ahead,
                drift: row.drift,
                deaf_since: row.deaf_since.map(|ms| r.time(ms)),
                ..Site::default()
            };
            Ok((SourceId(row.source), site))
        };
        self.rows()?.map(site).collect()
    }
}

/// Sites by source, each once.
pub(super) fn by_id(sites: Vec<(SourceId, Site)>) -> Result<BTreeMap<SourceId, Site>> {
    let mut map = BTreeMap::new();
    for (source, site) in sites {
        put(&mut map, source, site)?;
    }
    Ok(map)
}
