//! The rules that watch: Mirante's ready ones, and those of the file, as people switched them on and off.

use super::file::{FileError, RuleFile, Written, read_file};
use super::roster::Roster;
use crate::watch::untold;
use jiff::tz::TimeZone;
use mirante_alerts::{Pace, Policy, Rule, Rules, Step, Target};
use mirante_floor::Name;
use std::collections::{BTreeMap, BTreeSet};

const READY: &str = include_str!("ready.toml");
/// The policy of ready rules where the file has none of that name: supervisor, after 5 minutes coordenador, after 15 gerente.
const USUAL: &str = "padrao";
const MINUTE: i64 = 60_000;

/// Everything that watching goes by.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// The rules that watch.
    pub rules: Rules,
    /// Policies by id.
    pub policies: BTreeMap<Name, Policy>,
    /// Who is on duty.
    pub roster: Roster,
    /// How long messages wait for each other.
    pub pace: Pace,
    /// Every rule, whether it watches or not: ready ones first.
    pub listed: Vec<Listed>,
}

/// A rule, and whether it watches.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The rule.
    pub rule: Rule,
    /// Mirante's own.
    pub ready: bool,
    /// It watches.
    pub on: bool,
}

/// A file by itself, beside the ready rules that it may switch and go by.
pub(super) fn alone(text: &str, zone: &TimeZone) -> Result<Written, FileError> {
    let ready = read_file(READY, zone, &[USUAL])?;
    let mut known: Vec<&str> = ready.file.rules.all().iter().map(|rule| &*rule.id).collect();
    known.push(USUAL);
    read_file(text, zone, &known)
}

impl RuleSet {
    /// The ready rules and those of a file's text. `zone` is that of the operation, `channels` are those by which messages can go: where
    /// there are none, ready rules are only shown.
    ///
    /// # Errors
    /// [`FileError`]: the first fault.
    pub fn read(text: &str, zone: &TimeZone, channels: &[Name]) -> Result<RuleSet, FileError> {
        let ready = read_file(READY, zone, &[USUAL])?;
        let Written { file, off, on } = alone(text, zone)?;
        let RuleFile { rules: own, mut policies, roster, pace, .. } = file;
        if !channels.is_empty() {
            policies.entry(USUAL.into()).or_insert_with(|| usual(channels));
        }
        let is_on = |id: &Name| on.contains(id) || !(off.contains(id) || ready.off.contains(id));
        let ready_rules = ready.file.rules.all().iter().filter(|rule| own.get(&rule.id).is_none());
        let mut listed: Vec<Listed> = ready_rules
            .map(|rule| Listed { rule: rule.clone(), ready: true, on: is_on(&rule.id) })
            .chain(own.all().iter().map(|rule| Listed { rule: rule.clone(), ready: false, on: is_on(&rule.id) }))
            .collect();
        for Listed { rule, .. } in &mut listed {
            rule.policy = rule.policy.take().filter(|policy| policies.contains_key(policy));
            if let Some(name) = untold(rule) {
                let why = format!("nothing tells {name} yet: the rule would never fire");
                return Err(FileError::Field { rule: rule.id.to_string(), field: "when", why });
            }
        }
        let ids: BTreeSet<Name> =
            listed.iter().filter(|listed| listed.on).map(|listed| listed.rule.id.clone()).collect();
        let watching = listed.iter().filter(|listed| listed.on).map(|Listed { rule, .. }| {
            let mut rule = rule.clone();
            rule.holds_back.retain(|held| ids.contains(held));
            rule
        });
        let rules = Rules::new(watching.collect())?;
        Ok(RuleSet { rules, policies, roster, pace, listed })
    }
}

fn usual(channels: &[Name]) -> Policy {
    let step = |minutes: i64, role: &str| Step {
        after: minutes * MINUTE,
        to: vec![Target::Role(role.into())],
        by: channels.to_vec(),
    };
    let steps = vec![step(0, "supervisor"), step(5, "coordenador"), step(10, "gerente")];
    Policy { id: USUAL.into(), steps, repeats: 0, pause: 30 * MINUTE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Result<RuleSet, FileError> {
        RuleSet::read(text, &TimeZone::UTC, &["email".into()])
    }

    #[test]
    fn ready_rules_are_there_and_are_switched_by_the_file() {
        let plain = set("").expect("ready rules");
        assert!(plain.rules.get("pronta-espera").is_some_and(|rule| rule.policy.is_some()));
        assert!(plain.rules.get("pronta-pos-longo").is_none(), "off unless somebody wants it");
        let changed = set("off = [\"pronta-espera\"]\non = [\"pronta-pos-longo\"]").expect("rules");
        assert!(changed.rules.get("pronta-espera").is_none());
        assert!(changed.rules.get("pronta-pos-longo").is_some());
        assert_eq!(changed.listed.len(), plain.listed.len(), "all are listed");
        let silent = RuleSet::read("", &TimeZone::UTC, &[]).expect("rules");
        assert!(silent.rules.all().iter().all(|rule| rule.policy.is_none()), "nothing to send by");
    }

    #[test]
    fn a_rule_of_the_file_takes_the_place_of_a_ready_one() {
        let text = r#"
            [[rule]]
            id = "pronta-espera"
            severity = "critical"
            scope = "queue"
            when = "longest_wait > 20"
            policy = "padrao"
        "#;
        let set = set(text).expect("rules");
        let rule = set.rules.get("pronta-espera").expect("a rule");
        assert_eq!(rule.when.text(), "longest_wait > 20");
        assert_eq!(set.listed.iter().filter(|listed| &*listed.rule.id == "pronta-espera").count(), 1);
    }

    #[test]
    fn what_nothing_tells_and_what_does_not_exist_is_refused() {
        let rule =
            |when: &str| format!("[[rule]]\nid = \"a\"\nseverity = \"notice\"\nscope = \"queue\"\nwhen = \"{when}\"");
        let told = set(&rule("aht_30m > 300")).expect_err("no such figure");
        assert!(told.to_string().contains("aht_30m"), "{told}");
        let told = set("off = [\"pronta-nada\"]").expect_err("no such rule");
        assert!(told.to_string().contains("pronta-nada"), "{told}");
    }

    #[test]
    fn people_are_told_within_their_hours() {
        use mirante_alerts::Duty;
        let text = r#"
            [[duty]]
            role = "supervisor"
            people = ["bia"]
            hours = { from = "08:00", to = "14:00", holidays = true }
            [[duty]]
            role = "supervisor"
            people = ["caio"]
        "#;
        let roster = set(text).expect("rules").roster;
        let at = |text: &str| text.parse::<jiff::Timestamp>().expect("a moment").as_millisecond();
        assert_eq!(roster.people("supervisor"), [Name::from("bia"), Name::from("caio")]);
        let (morning, evening) = (at("2026-11-23T09:00:00Z"), at("2026-11-23T20:00:00Z"));
        assert!(roster.on_duty("bia", morning) && !roster.on_duty("bia", evening));
        assert!(roster.on_duty("caio", evening) && roster.on_duty("whoever", evening));
    }
}
