//! The rules of alerts as faces show them.

use crate::wire::{AlertRuleRow, AlertRules};
use mirante_engine::Engine;
use mirante_engine::rules::Listed;
use mirante_engine::watch::unit;

/// Every rule, and what is wrong with their file.
pub(crate) fn rules(engine: &Engine) -> AlertRules {
    let (set, fault) = engine.rules();
    let standing = |id: &str| {
        let of_it = |state: &mirante_engine::State| state.floor.alerts.keys().filter(|key| *key.rule == *id).count();
        u32::try_from(engine.live().read(of_it)).unwrap_or(u32::MAX)
    };
    AlertRules {
        file: engine.rules_file().display().to_string(),
        fault,
        rules: set.listed.iter().map(|listed| row(listed, standing(&listed.rule.id))).collect(),
    }
}

fn row(Listed { rule, ready, on }: &Listed, standing: u32) -> AlertRuleRow {
    let figure = rule.when.figure();
    AlertRuleRow {
        id: rule.id.to_string(),
        name: rule.name.clone(),
        ready: *ready,
        on: *on,
        severity: rule.severity,
        scope: rule.scope,
        only: rule.only.iter().map(ToString::to_string).collect(),
        when: rule.when.text().to_owned(),
        over: rule.over.as_ref().map(|over| over.text().to_owned()),
        figure: figure.map(|(name, _)| name.to_owned()),
        limit: figure.and_then(|(_, limit)| limit),
        unit: unit(rule).map(str::to_owned),
        for_ms: rule.hold,
        keep_ms: rule.keep,
        policy: rule.policy.as_ref().map(ToString::to_string),
        legal: rule.legal,
        plan: rule.plan.clone(),
        standing,
    }
}
