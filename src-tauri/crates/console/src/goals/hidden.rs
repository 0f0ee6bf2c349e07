//! What a profile hides of the columns that screens show.

use super::settings::why_words;
use crate::wire::HiddenRow;
use mirante_floor::{Config, Name, Operation, ProfileOf};
use mirante_metrics::{Catalogue, Profiles, Stands, Why};
use std::collections::BTreeMap;

/// Columns of a queue: families, of which the chosen formula counts, and definitions.
pub(crate) const OF_QUEUES: [&str; 7] =
    ["sl", "abandonment_rate", "answered", "abandoned", "asa", "aht.no_wrapup", "wait.p90"];
/// Columns of a campaign.
pub(crate) const OF_CAMPAIGNS: [&str; 6] = ["hit", "right_party", "drop", "sales", "promises", "disposition.completed"];

/// Why an indicator is not shown of an operation or a kind of campaign, if it is not.
pub(crate) fn why<'a>(config: &'a Config, of: ProfileOf, id: &str) -> Option<Why<'a>> {
    match Profiles::own().stands(of, id, &config.profiles) {
        Stands::Hidden(why) => Some(why),
        Stands::Lead | Stands::Shown => None,
    }
}

/// The definition that stands for a column.
pub(crate) fn definition_of<'a>(column: &'a str, formulas: &'a BTreeMap<Name, Name>) -> &'a str {
    Catalogue::own().family(column).map_or(column, |family| family.chosen(formulas))
}

/// Columns of a queue's operation that are not shown.
pub(crate) fn columns(config: &Config, operation: Option<Operation>, formulas: &BTreeMap<Name, Name>) -> Vec<String> {
    let Some(of) = operation.map(ProfileOf::Operation) else { return Vec::new() };
    let hidden = OF_QUEUES.iter().filter(|column| why(config, of, definition_of(column, formulas)).is_some());
    hidden.map(|column| (*column).to_owned()).collect()
}

/// The same with the reasons, and with what would need a source of tickets.
pub(crate) fn reasons(
    config: &Config,
    operation: Option<Operation>,
    formulas: &BTreeMap<Name, Name>,
    language: &str,
) -> Vec<HiddenRow> {
    let Some(of) = operation.map(ProfileOf::Operation) else { return Vec::new() };
    let tickets = Profiles::own().of(of).map_or(&[][..], |profile| &profile.tickets);
    let row = |column: &str| {
        let id = definition_of(column, formulas);
        let name = Catalogue::own().newest(id).map(|definition| super::settings::say(&definition.name, language));
        Some(HiddenRow {
            column: column.to_owned(),
            name: name.unwrap_or(id).to_owned(),
            why: why_words(why(config, of, id)?, language),
        })
    };
    OF_QUEUES.iter().copied().chain(tickets.iter().map(String::as_str)).filter_map(row).collect()
}
