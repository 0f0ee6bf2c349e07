//! What campaigns achieve.

use crate::Calls;
use mirante_floor::CampaignKind;

/// Results of a campaign's calls, by what it is for: promises in collections, sales where something is sold or kept, finished
/// contacts in surveys and the like. Of a campaign whose kind nobody told: whatever was achieved, sales and promises.
pub fn campaign_results(kind: CampaignKind, calls: &Calls) -> u64 {
    match kind {
        CampaignKind::Sales | CampaignKind::Retention => calls.sales,
        CampaignKind::Collections => calls.promises,
        CampaignKind::Prospecting
        | CampaignKind::Survey
        | CampaignKind::AfterSales
        | CampaignKind::Relationship
        | CampaignKind::Scheduling
        | CampaignKind::ActiveSupport => calls.completed,
        CampaignKind::Other => calls.sales.saturating_add(calls.promises),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::Campaign;

    #[test]
    fn a_kind_decides_what_counts() {
        let day = Calls::of_day(&Campaign { sales: 4, promises: 11, completed: 24, ..Campaign::default() });
        let results = |kind| campaign_results(kind, &day);
        assert_eq!(results(CampaignKind::Sales), 4);
        assert_eq!(results(CampaignKind::Collections), 11);
        assert_eq!(results(CampaignKind::Survey), 24);
        assert_eq!(results(CampaignKind::Other), 15);
    }
}
