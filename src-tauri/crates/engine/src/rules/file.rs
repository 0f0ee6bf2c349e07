//! Rules as people write them: one TOML file.

use super::calendar::{ZoneCalendar, day_number};
use super::raw;
use super::roster::{OnDuty, Roster};
use super::scenario::{self, Scenario};
use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use mirante_alerts::{Condition, Fault, Flapping, Hours, Pace, Policy, Rule, Rules, RulesError, Step, Target};
use mirante_floor::Name;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// How often a policy may be gone through again.
const MOST_REPEATS: u32 = 9;
/// The longest `for`, `keep_firing_for` and `within`: a day.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// What is wrong with a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileError {
    /// Not TOML, or not what a rule is made of. The words name the line.
    #[error("{0}")]
    Text(String),
    /// A field of a rule.
    #[error("rule {rule}, {field}: {why}")]
    Field {
        /// The rule's id.
        rule: String,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A condition of a rule.
    #[error("rule {rule}, {field}: {fault}\n  {text}")]
    Condition {
        /// The rule's id.
        rule: String,
        /// Which of its conditions.
        field: &'static str,
        /// The condition.
        text: String,
        /// What is wrong with it.
        fault: Box<Fault>,
    },
    /// The rules do not fit together.
    #[error(transparent)]
    Rules(#[from] RulesError),
}

/// What a file of rules says.
#[derive(Debug, Clone)]
pub struct RuleFile {
    /// Its rules.
    pub rules: Rules,
    /// Its policies of escalation, by id.
    pub policies: BTreeMap<Name, Policy>,
    /// What its rules must do: they are not looked at while the rules are in force.
    pub scenarios: Vec<Scenario>,
    /// The operation's calendar.
    pub calendar: ZoneCalendar,
    /// Who is on duty.
    pub roster: Roster,
    /// How long messages wait for each other.
    pub pace: Pace,
}

/// A file, and which rules it switches.
pub(super) struct Written {
    pub(super) file: RuleFile,
    pub(super) off: BTreeSet<Name>,
    pub(super) on: BTreeSet<Name>,
}

/// Reads a file of rules. `zone` is that of the operation, where the file does not name one.
///
/// # Errors
/// [`FileError`]: the first fault.
pub fn read_rules(text: &str, zone: &TimeZone) -> Result<RuleFile, FileError> {
    Ok(super::in_force::alone(text, zone)?.file)
}

/// The same beside what is `known` without it: ids of rules that it may switch and hold back, and of policies that it may go by.
pub(super) fn read_file(text: &str, zone: &TimeZone, known: &[&str]) -> Result<Written, FileError> {
    let file: raw::File = toml::from_str(text).map_err(|error| FileError::Text(error.to_string()))?;
    let zone = match &file.zone {
        None => zone.clone(),
        Some(name) => TimeZone::get(name).map_err(|_| FileError::Text(format!("zone {name} is not known")))?,
    };
    let day = |text: &String| match text.parse::<Date>() {
        Ok(date) => Ok(day_number(date)),
        Err(_) => Err(FileError::Text(format!("{text} is not a date"))),
    };
    let holidays = file.holidays.iter().map(day).collect::<Result<_, _>>()?;
    let mut policies = BTreeMap::new();
    for raw in &file.policy {
        let policy = policy(raw)?;
        if policies.insert(policy.id.clone(), policy).is_some() {
            return Err(FileError::Text(format!("two policies are called {}", raw.id)));
        }
    }
    let rules: Vec<Rule> = file.rule.into_iter().map(rule).collect::<Result<_, _>>()?;
    for (rule, id) in rules.iter().filter_map(|rule| Some((rule, rule.policy.as_ref()?))) {
        if !policies.contains_key(id) && !known.contains(&&**id) {
            let why = format!("no policy is called {id}");
            return Err(FileError::Field { rule: rule.id.to_string(), field: "policy", why });
        }
    }
    let rules = Rules::new(rules)?;
    let switched = |ids: &[String]| {
        let unknown = ids.iter().find(|id| rules.get(id).is_none() && !known.contains(&id.as_str()));
        match unknown {
            Some(id) => Err(FileError::Text(format!("no rule is called {id}"))),
            None => Ok(ids.iter().map(|id| Name::from(id.as_str())).collect()),
        }
    };
    let (off, on) = (switched(&file.off)?, switched(&file.on)?);
    let told = |raw: &scenario::Raw| {
        scenario::scenario(raw, &rules).map_err(|why| FileError::Text(format!("scenario {}: {why}", raw.name)))
    };
    let scenarios = file.scenario.iter().map(told).collect::<Result<_, _>>()?;
    let calendar = ZoneCalendar { zone, holidays };
    let entries = file.duty.iter().map(duty).collect::<Result<_, _>>()?;
    let roster = Roster { entries, calendar: calendar.clone() };
    let file = RuleFile { rules, policies, scenarios, calendar, roster, pace: pace(&file.messages)? };
    Ok(Written { file, off, on })
}

fn duty(raw: &raw::Duty) -> Result<OnDuty, FileError> {
    let wrong = |why: String| FileError::Text(format!("duty of {}: {why}", raw.role));
    if raw.role.is_empty() || raw.people.is_empty() {
        return Err(wrong("a role without a name, or without people".to_owned()));
    }
    let people = raw.people.iter().map(|person| Name::from(person.as_str())).collect();
    Ok(OnDuty {
        role: raw.role.as_str().into(),
        people,
        hours: raw.hours.as_ref().map(hours).transpose().map_err(wrong)?,
    })
}

fn pace(raw: &raw::Messages) -> Result<Pace, FileError> {
    let of = |text: &str| milliseconds(text).map_err(|why| FileError::Text(format!("messages: {why}")));
    Ok(Pace { wait: of(&raw.wait)?, interval: of(&raw.interval)?, repeat: of(&raw.repeat)? })
}

fn policy(raw: &raw::Policy) -> Result<Policy, FileError> {
    let wrong = |why: &str| FileError::Text(format!("policy {}: {why}", raw.id));
    if !is_id(&raw.id) {
        return Err(wrong(ID));
    }
    if raw.steps.is_empty() {
        return Err(wrong("has no steps"));
    }
    if raw.repeats > MOST_REPEATS {
        return Err(wrong(&format!("repeats at most {MOST_REPEATS} times")));
    }
    let steps = raw.steps.iter().map(|step| {
        let to: Vec<Target> = step.to.iter().map(|text| target(text)).collect::<Result<_, _>>()?;
        if to.is_empty() || step.by.is_empty() {
            return Err("a step without anyone to tell, or without a channel".to_owned());
        }
        let by = step.by.iter().map(|channel| Name::from(channel.as_str())).collect();
        Ok(Step { after: milliseconds(&step.after)?, to, by })
    });
    let steps = steps.collect::<Result<_, String>>().map_err(|why| wrong(&why))?;
    let pause = milliseconds(&raw.pause).map_err(|why| wrong(&why))?;
    Ok(Policy { id: Name::from(raw.id.as_str()), steps, repeats: raw.repeats, pause })
}

/// `role:supervisor` or `person:bia`.
fn target(text: &str) -> Result<Target, String> {
    match text.split_once(':') {
        Some(("role", role)) if !role.is_empty() => Ok(Target::Role(Name::from(role))),
        Some(("person", person)) if !person.is_empty() => Ok(Target::Person(Name::from(person))),
        _ => Err(format!("{text} is neither role:NAME nor person:NAME")),
    }
}

fn is_id(text: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    !text.is_empty() && text.len() <= 64 && text.chars().all(letters)
}

const ID: &str = "1 to 64 letters without accents, digits, - and _";

fn rule(raw: raw::Rule) -> Result<Rule, FileError> {
    let id = raw.id.clone();
    let wrong = |field, why: &str| FileError::Field { rule: id.clone(), field, why: why.to_owned() };
    if !is_id(&raw.id) {
        return Err(wrong("id", ID));
    }
    if raw.flapping.most == 0 || raw.flapping.most > 100 {
        return Err(wrong("flapping", "most is 1 to 100"));
    }
    let duration = |field, text: &str| milliseconds(text).map_err(|why| wrong(field, &why));
    let condition = |field, text: &str| {
        Condition::new(text, raw.scope).map_err(|fault| {
            let text = fault.at().map_or_else(|| text.to_owned(), |at| format!("{text}\n  {}^", " ".repeat(at)));
            FileError::Condition { rule: id.clone(), field, text, fault: Box::new(fault) }
        })
    };
    Ok(Rule {
        when: condition("when", &raw.when)?,
        over: raw.over.as_deref().map(|text| condition("over", text)).transpose()?,
        hold: duration("for", &raw.hold)?,
        keep: duration("keep_firing_for", &raw.keep_firing_for)?,
        flapping: Flapping { most: raw.flapping.most, within: duration("flapping", &raw.flapping.within)? },
        hours: raw.hours.as_ref().map(hours).transpose().map_err(|why| wrong("hours", &why))?,
        name: raw.name.unwrap_or_else(|| raw.id.clone()),
        id: Name::from(raw.id.as_str()),
        severity: raw.severity,
        scope: raw.scope,
        only: raw.only.iter().map(|id| Name::from(id.as_str())).collect(),
        absent: raw.absent,
        holds_back: raw.holds_back.iter().map(|id| Name::from(id.as_str())).collect(),
        policy: raw.policy.as_deref().map(Name::from),
        legal: raw.legal,
        plan: raw.plan,
    })
}

/// A duration such as `30s`, `2m` or `1h 30m`, in ms.
pub(super) fn milliseconds(text: &str) -> Result<i64, String> {
    let duration: SignedDuration =
        text.parse().map_err(|_| format!("{text} is not a duration such as 30s, 2m or 1h 30m"))?;
    if duration.is_negative() || duration > LONGEST {
        return Err(format!("{text} is not between 0 and 24h"));
    }
    i64::try_from(duration.as_millis()).map_err(|_| format!("{text} is too long"))
}

pub(super) fn hours(raw: &raw::Hours) -> Result<Hours, String> {
    let minute = |text: &str| match text.parse::<Time>() {
        Ok(time) if time.second() == 0 && time.subsec_nanosecond() == 0 => Ok(minute_of(time)),
        _ => Err(format!("{text} is not an hour such as 09:00")),
    };
    let mut days = [raw.days.is_empty(); 7];
    for day in &raw.days {
        let place = WEEKDAYS.iter().position(|known| known == day);
        days[place.ok_or_else(|| format!("{day} is none of {}", WEEKDAYS.join(", ")))?] = true;
    }
    Ok(Hours { days, from: minute(&raw.from)?, to: minute(&raw.to)?, holidays: raw.holidays })
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn minute_of(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
