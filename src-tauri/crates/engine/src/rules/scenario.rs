//! Scenarios: what rules must do as the facts go a certain way, on virtual time. People write them beside their rules; our own
//! tests of rules are written in them too.

use super::calendar::ZoneCalendar;
use super::file::{RuleFile, milliseconds};
use jiff::Timestamp;
use mirante_alerts::{
    AlertState, Calendar, Facts, Key, Kind, Local, Reading, Rules, Scope, Shown, Subject, Touched, find_term,
};
use mirante_floor::{Name, SourceId};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The most samples of one scenario.
const MOST_SAMPLES: usize = 100_000;

/// One scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    start: i64,
    every: i64,
    series: BTreeMap<(Subject, String), Vec<Reading>>,
    /// What things gather.
    members: BTreeMap<Subject, Vec<Subject>>,
    expected: Vec<(i64, Key, Shown)>,
}

/// A scenario as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) name: String,
    start: String,
    #[serde(default = "ten_seconds")]
    every: String,
    facts: BTreeMap<String, BTreeMap<String, String>>,
    /// What a thing gathers, such as the queues of an operation.
    #[serde(default)]
    members: BTreeMap<String, Vec<String>>,
    expect: Vec<RawExpected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpected {
    at: String,
    rule: String,
    of: String,
    state: Shown,
}

fn ten_seconds() -> String {
    "10s".to_owned()
}

/// Looks at a scenario for these rules; what is wrong with it, in words.
pub(super) fn scenario(raw: &Raw, rules: &Rules) -> Result<Scenario, String> {
    let start = raw.start.parse::<Timestamp>().map_err(|_| format!("{} is not a moment", raw.start))?;
    let start = start.as_millisecond();
    let every = milliseconds(&raw.every)?;
    if every == 0 {
        return Err("every is more than 0s".to_owned());
    }
    let mut series = BTreeMap::new();
    for (of, names) in &raw.facts {
        let subject = subject(of)?;
        for (name, values) in names {
            let kind = match find_term(name, subject.scope) {
                Some(term) => term.kind,
                None if name == HEARD => Kind::Flag,
                None => return Err(format!("{of}: nothing is called {name}")),
            };
            let samples = samples(values, kind).map_err(|why| format!("{of}.{name}: {why}"))?;
            series.insert((subject.clone(), name.clone()), samples);
        }
    }
    let gathered = |(of, all): (&String, &Vec<String>)| {
        Ok((subject(of)?, all.iter().map(|one| subject(one)).collect::<Result<Vec<_>, String>>()?))
    };
    let members = raw.members.iter().map(gathered).collect::<Result<_, String>>()?;
    let expected = |raw: &RawExpected| {
        let rule = rules.get(&raw.rule).ok_or_else(|| format!("no rule is called {}", raw.rule))?;
        let key = Key { rule: rule.id.clone(), subject: subject(&raw.of)? };
        Ok((start + milliseconds(&raw.at)?, key, raw.state))
    };
    let mut expected = raw.expect.iter().map(expected).collect::<Result<Vec<_>, String>>()?;
    expected.sort_by_key(|(at, ..)| *at);
    if expected.is_empty() {
        return Err("nothing is expected of it".to_owned());
    }
    Ok(Scenario { name: raw.name.clone(), start, every, series, members, expected })
}

/// A fact of every subject in a scenario, beside its names: whether its source is heard.
const HEARD: &str = "heard";

/// `queue/sac`, or `queue/sac@2` of source 2.
fn subject(text: &str) -> Result<Subject, String> {
    let wrong = || format!("{text} is not a thing such as queue/sac");
    let (scope, id) = text.split_once('/').ok_or_else(wrong)?;
    let scope = Scope::ALL.into_iter().find(|known| known.word() == scope).ok_or_else(wrong)?;
    let (id, source) = match id.rsplit_once('@') {
        Some((id, source)) => (id, source.parse().map_err(|_| wrong())?),
        None => (id, 1),
    };
    Ok(Subject { scope, source: SourceId(source), id: Name::from(id) })
}

/// Values apart by spaces; `0.7x6` six times, `_` for what is absent. The last goes on.
fn samples(text: &str, kind: Kind) -> Result<Vec<Reading>, String> {
    let mut samples = Vec::new();
    for word in text.split_whitespace() {
        let (value, times) = match word.rsplit_once('x') {
            Some((value, times)) if times.parse::<usize>().is_ok() => (value, times.parse().unwrap_or(1)),
            _ => (word, 1),
        };
        if samples.len().saturating_add(times) > MOST_SAMPLES {
            return Err(format!("more than {MOST_SAMPLES} values"));
        }
        let reading = reading(value, kind).ok_or_else(|| format!("{value} is no value of it"))?;
        samples.extend(std::iter::repeat_n(reading, times));
    }
    if samples.is_empty() { Err("a series without values".to_owned()) } else { Ok(samples) }
}

fn reading(word: &str, kind: Kind) -> Option<Reading> {
    Some(match (word, kind) {
        ("_", _) => Reading::Absent,
        (_, Kind::Text) => Reading::Text(Name::from(word)),
        (_, Kind::Flag) => Reading::Flag(word.parse().ok()?),
        _ => Reading::Number(word.parse().ok()?),
    })
}

/// What a scenario says at one moment.
struct Told<'a> {
    scenario: &'a Scenario,
    calendar: &'a ZoneCalendar,
    sample: usize,
}

impl Told<'_> {
    fn of(&self, subject: &Subject, name: &str) -> Option<&Reading> {
        let values = self.scenario.series.get(&(subject.clone(), name.to_owned()))?;
        values.get(self.sample).or(values.last())
    }
}

impl Calendar for Told<'_> {
    fn local(&self, now: i64) -> Local {
        self.calendar.local(now)
    }
    fn instant(&self, local: Local) -> i64 {
        self.calendar.instant(local)
    }
    fn is_holiday(&self, day: i64) -> bool {
        self.calendar.is_holiday(day)
    }
}

impl Facts for Told<'_> {
    fn subjects(&self, scope: Scope) -> Vec<Subject> {
        let subjects = self.scenario.series.keys().map(|(subject, _)| subject);
        subjects.filter(|subject| subject.scope == scope).cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn heard(&self, subject: &Subject) -> bool {
        subject.scope == Scope::Source || self.of(subject, HEARD) != Some(&Reading::Flag(false))
    }

    fn members(&self, subject: &Subject) -> Vec<Subject> {
        self.scenario.members.get(subject).cloned().unwrap_or_default()
    }

    fn read(&self, subject: &Subject, name: &str) -> Reading {
        self.of(subject, name).cloned().unwrap_or(Reading::Absent)
    }
}

impl Scenario {
    /// Lets the rules live through it: what was not as expected, in words; nothing if all was.
    pub fn run(&self, file: &RuleFile) -> Vec<String> {
        let mut state = AlertState::default();
        let mut story = String::new();
        let mut faults = Vec::new();
        let mut expected = self.expected.iter().peekable();
        let (mut now, mut sample) = (self.start, self.start);
        while expected.peek().is_some() {
            let sample_now = usize::try_from((now - self.start) / self.every).unwrap_or(0);
            let facts = Told { scenario: self, calendar: &file.calendar, sample: sample_now };
            let touched = if now == sample { Touched::All } else { Touched::Due };
            let (told, wake) = state.step(&file.rules, &facts, touched, now);
            for change in told {
                let _ = writeln!(story, "  {} {}: {:?} -> {:?}", self.since(now), change.key, change.from, change.to);
            }
            if now == sample {
                sample += self.every;
            }
            // A step answers no moment that has come, or whoever follows it would never rest.
            if let Some(wake) = wake.filter(|wake| *wake <= now) {
                faults.push(format!("at {} it asks for {} again", self.since(now), self.since(wake)));
                break;
            }
            let next = wake.map_or(sample, |wake| wake.min(sample));
            while let Some((at, key, wanted)) = expected.next_if(|(at, ..)| *at < next) {
                let found = state.shown(key);
                if found != *wanted {
                    faults.push(format!("at {} {key} is {found:?}, not {wanted:?}", self.since(*at)));
                }
            }
            now = next;
        }
        if !faults.is_empty() {
            faults.push(format!("what happened:\n{story}"));
        }
        faults
    }

    fn since(&self, at: i64) -> String {
        let seconds = (at - self.start) / 1000;
        format!("{:02}:{:02}", seconds / 60, seconds % 60)
    }
}
