//! Everything that figures are made and judged by, for the page that changes it.

use super::convert::{aim_row, profile_row, rule_row};
use crate::wire::{ChangeRow, ChoiceRow, FamilyRow, IndicatorRow, Judging, MeasuredRow, ProfileRow, ShiftRow};
use jiff::tz::TimeZone;
use mirante_engine::config::judging::day_of;
use mirante_floor::{Config, ProfileOf, Shift};
use mirante_history::Decision;
use mirante_metrics::goals::of_any_scope;
use mirante_metrics::{Catalogue, Definition, Formula, Good, Profile, Profiles, Stands, Why, Words};
use std::collections::BTreeSet;

/// Words in the language of a face.
pub(crate) fn say<'a>(words: &'a Words, language: &str) -> &'a str {
    match language {
        "en" => &words.en,
        "es" => &words.es,
        _ => &words.pt,
    }
}

/// Why an indicator is not shown, in words.
pub(crate) fn why_words(why: Why<'_>, language: &str) -> String {
    match why {
        Why::Misleads(words) | Why::NoTickets(words) => say(words, language).to_owned(),
        Why::Decided(words) => words.to_owned(),
    }
}

/// What holds on a floor; `now` is Unix ms.
pub(crate) fn judging(config: &Config, zone: &TimeZone, now: i64, language: &str, decisions: &[Decision]) -> Judging {
    let catalogue = Catalogue::own();
    let choice = |id: &str, name: &str| ChoiceRow { id: id.to_owned(), name: name.to_owned() };
    let named = |definition: &Definition| choice(&definition.id, say(&definition.name, language));
    let family = |family: &mirante_metrics::Family| FamilyRow {
        id: family.id.clone(),
        name: say(&family.name, language).to_owned(),
        usual: family.usual.clone(),
        variants: family.variants.iter().filter_map(|id| catalogue.newest(id)).map(named).collect(),
    };
    let measured = |id: &str, name: &Words, definition: &Definition| MeasuredRow {
        id: id.to_owned(),
        name: say(name, language).to_owned(),
        unit: definition.unit.word().to_owned(),
        at_most: definition.good == Good::Down,
    };
    let families = catalogue.families().iter();
    let of_families = families.clone().filter_map(|f| Some(measured(&f.id, &f.name, catalogue.newest(&f.usual)?)));
    // A variant has a goal through its family: which one is meant is a rule, not a goal.
    let alone = catalogue.ids().filter(|id| catalogue.family_of(id).is_none()).filter_map(|id| catalogue.newest(id));
    let told = alone.filter(|d| !matches!(d.formula, Formula::PausedByReason {}) && of_any_scope(d));
    let mut rules: Vec<_> = config.rulings.values().map(|rule| rule_row(rule, zone)).collect();
    let mut goals: Vec<_> = config.aims.iter().map(|((key, from), aim)| aim_row(key, *from, *aim, zone)).collect();
    rules.sort_by(|a, b| (&a.scope, &b.from).cmp(&(&b.scope, &a.from)));
    goals.sort_by(|a, b| (&a.scope, &a.definition, &b.from).cmp(&(&b.scope, &b.definition, &a.from)));
    let clients: BTreeSet<_> = config.queues.values().filter_map(|queue| queue.client.clone()).collect();
    let of_campaigns = config.campaigns.values().filter_map(|campaign| campaign.client.clone());
    Judging {
        today: day_of(now, zone).map(|day| day.to_string()).unwrap_or_default(),
        rules,
        goals,
        profiles: Profiles::own().all().iter().filter_map(|profile| profile_of(profile, config, language)).collect(),
        holidays: config.holidays.iter().filter_map(|day| day_of(*day, zone)).map(|day| day.to_string()).collect(),
        families: families.map(family).collect(),
        figures: of_families.chain(told.map(|d| measured(&d.id, &d.name, d))).collect(),
        clients: clients
            .into_iter()
            .chain(of_campaigns)
            .collect::<BTreeSet<_>>()
            .iter()
            .map(ToString::to_string)
            .collect(),
        teams: config.teams.values().map(|team| choice(&team.id, &team.label)).collect(),
        shifts: config.shifts.values().map(shift).collect(),
        changes: decisions.iter().filter_map(change_row).collect(),
    }
}

fn shift(shift: &Shift) -> ShiftRow {
    ShiftRow { id: shift.id.to_string(), name: shift.label.to_string(), hours: shift.hours }
}

/// A change as it crosses; absent if it is told in words that nobody knows any more.
fn change_row(decision: &Decision) -> Option<ChangeRow> {
    let change = serde_json::from_str(&decision.what).ok()?;
    Some(ChangeRow { at_ms: decision.at_ms, by: decision.by.clone(), change })
}

/// What a profile names, hides or people decided about, each definition once.
fn profile_of(profile: &Profile, config: &Config, language: &str) -> Option<ProfileRow> {
    let of = profile.of()?;
    let catalogue = Catalogue::own();
    let hidden = profile.hidden.iter().flat_map(|hidden| &hidden.ids);
    let ids = profile.lead.iter().chain(&profile.more).chain(&profile.tickets).chain(hidden);
    let mut seen = BTreeSet::new();
    let mut indicators = Vec::new();
    for id in ids {
        let members = match catalogue.family(id) {
            Some(family) => family.variants.clone(),
            None => vec![id.clone()],
        };
        // Of a family one line: what holds for the usual variant holds for all, unless people decided about one.
        let decided = |id: &String| config.profiles.contains_key(&(of, id.as_str().into()));
        let usual = catalogue.family(id).map(|family| family.usual.clone());
        for member in members.into_iter().filter(|member| usual.as_ref().is_none_or(|u| u == member || decided(member)))
        {
            if seen.insert(member.clone()) {
                indicators.extend(indicator(of, &member, config, language));
            }
        }
    }
    for (_, id) in config.profiles.keys().filter(|(whose, _)| *whose == of) {
        if seen.insert(id.to_string()) {
            indicators.extend(indicator(of, id, config, language));
        }
    }
    Some(ProfileRow { of: profile_row(of), indicators })
}

fn indicator(of: ProfileOf, id: &str, config: &Config, language: &str) -> Option<IndicatorRow> {
    let definition = Catalogue::own().newest(id)?;
    let stands = Profiles::own().stands(of, id, &config.profiles);
    let decided = config.profiles.get(&(of, id.into()));
    let why = match stands {
        Stands::Hidden(why) => Some(why_words(why, language)),
        Stands::Lead | Stands::Shown => decided.map(|decided| decided.why.to_string()),
    };
    Some(IndicatorRow {
        id: id.to_owned(),
        name: say(&definition.name, language).to_owned(),
        lead: stands == Stands::Lead,
        shown: !matches!(stands, Stands::Hidden(_)),
        why,
        decided: decided.is_some(),
        fixed: matches!(stands, Stands::Hidden(Why::NoTickets(_))),
    })
}
