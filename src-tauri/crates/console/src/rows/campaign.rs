//! A campaign's row.

use super::{SiteIndex, figure, row_id, site};
use crate::wire::CampaignRow;
use mirante_floor::{Floor, Name, SourceId};
use mirante_metrics::{Ratio, campaign_results};

/// The row of a campaign; absent if the platform has no such campaign.
pub fn campaign_row(floor: &Floor, source: SourceId, name: &Name, index: &SiteIndex) -> Option<CampaignRow> {
    let campaign = site(floor, source)?.campaigns.get(name)?;
    let setup = floor.config.campaigns.get(&(source, name.clone()));
    let kind = setup.map(|setup| setup.kind).unwrap_or_default();
    let ratio = |numerator: u32, denominator: u32, definition| {
        figure(Ratio { numerator: numerator.into(), denominator: denominator.into(), definition })
    };
    // Who answered may become known only when the result is coded, or never. An attempt is judged once it is known; a campaign of
    // which nothing is known has no rate, which is not a rate of nothing.
    let told = campaign.humans > 0 || campaign.machines > 0 || campaign.undecided == 0;
    let judged = if told { campaign.ended.saturating_sub(campaign.undecided) } else { 0 };
    let live = campaign.humans.saturating_add(campaign.undecided);
    Some(CampaignRow {
        id: row_id(source, name),
        source: source.0,
        label: setup.map_or(name, |setup| &setup.label).to_string(),
        kind,
        goal: setup.and_then(|setup| setup.goal),
        results: campaign_results(kind, campaign),
        dialling: index.dialling.get(name).copied().unwrap_or(0),
        attempts: campaign.attempts,
        hit: ratio(campaign.humans, judged, "hit@1"),
        right_party: ratio(campaign.right_party, campaign.humans, "right_party@1"),
        drop: ratio(campaign.dropped, live, "drop@1"),
        sales: campaign.sales,
        promises: campaign.promises,
        completed: campaign.completed,
        agents: index.campaign_agents.get(name).copied().unwrap_or(0),
    })
}
