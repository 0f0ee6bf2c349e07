//! A campaign's row.

use super::{SiteIndex, figure, now, row_id, site};
use crate::goals::hidden;
use crate::wire::CampaignRow;
use mirante_floor::{Floor, Name, ProfileOf, SourceId};
use mirante_metrics::{Calls, Facts, Terms, campaign_results};

/// The row of a campaign; absent if the platform has no such campaign.
pub fn campaign_row(floor: &Floor, source: SourceId, name: &Name, index: &SiteIndex) -> Option<CampaignRow> {
    let campaign = site(floor, source)?.campaigns.get(name)?;
    let setup = floor.config.campaigns.get(&(source, name.clone()));
    let kind = setup.map(|setup| setup.kind).unwrap_or_default();
    let calls = Calls::of_day(campaign);
    let facts = Facts { calls: Some(&calls), ..Facts::default() };
    // What misleads a kind of campaign is not shown of it.
    let is_hidden = |id: &str| hidden::why(&floor.config, ProfileOf::Kind(kind), id).is_some();
    let told = |id| figure(now(id, &facts, Terms::new(0, 0)).filter(|_| !is_hidden(id)));
    Some(CampaignRow {
        id: row_id(source, name),
        source: source.0,
        label: setup.map_or(name, |setup| &setup.label).to_string(),
        kind,
        goal: setup.and_then(|setup| setup.goal),
        results: u32::try_from(campaign_results(kind, &calls)).unwrap_or(u32::MAX),
        dialling: index.dialling.get(name).copied().unwrap_or(0),
        attempts: campaign.attempts,
        hit: told("hit"),
        right_party: told("right_party"),
        drop: told("drop"),
        sales: campaign.sales,
        promises: campaign.promises,
        completed: campaign.completed,
        agents: index.campaign_agents.get(name).copied().unwrap_or(0),
        hidden: hidden::OF_CAMPAIGNS.into_iter().filter(|id| is_hidden(id)).map(str::to_owned).collect(),
    })
}
