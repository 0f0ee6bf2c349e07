//! "Atender titular": what is stored about one customer or operator, written out or forgotten.
//!
//! Works on any handle of a history: a running hub's own, or one that a command line opened.

mod number;
mod record;
mod words;

pub use record::write_out;

use crate::wire::{Receipt, SubjectAsked, SubjectForm, SubjectFound, SubjectOf, WireError};
use mirante_floor::{Floor, Name, PartyId, SourceId};
use mirante_history::{Erasure, Forget, History, HistoryError, SpanRow, SubjectKind, Trace};
use number::Like;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Longest name of whoever erases, and longest reason, characters.
const LONGEST: usize = 200;

/// What was found about someone.
pub struct Subject {
    /// What is shown of it.
    pub found: SubjectFound,
    kind: SubjectKind,
    /// What the keyed hash of the record is made of.
    tells: Vec<String>,
    people: Vec<PartyId>,
    trace: Trace,
    spans: Vec<SpanRow>,
}

/// An erasure that was asked for.
pub struct Order<'a> {
    /// Who erases.
    pub by: &'a str,
    /// Why: the number of a request, or words. Never the person's own number or name.
    pub reason: &'a str,
    /// Now, Unix ms.
    pub now_ms: i64,
}

impl From<HistoryError> for WireError {
    fn from(error: HistoryError) -> Self {
        WireError { retryable: error.is_retryable(), ..WireError::unavailable(error.to_string()) }
    }
}

/// Looks for someone.
///
/// # Errors
/// When what was asked names nobody in particular, or history cannot be read. Nobody found is no error.
pub fn find(history: &History, asked: &SubjectAsked) -> Result<Subject, WireError> {
    let past = history.floor_at_seq(history.newest_seq()?)?;
    match asked {
        SubjectAsked::Customer { number, also } => customer(history, &past.floor, number, also),
        SubjectAsked::Operator { agent } => operator(history, &past.floor, agent),
    }
}

fn customer(history: &History, floor: &Floor, number: &str, also: &[String]) -> Result<Subject, WireError> {
    let asked = number::digits(number);
    if asked.len() < 3 {
        return Err(WireError::invalid("a telephone number has at least three digits"));
    }
    let (mut people, mut forms) = (Vec::new(), Vec::new());
    // An operator's own extension is asked for as the operator's.
    let staff = history.staff()?;
    history.each_party(|id, party| {
        if staff.contains(&id) {
            return;
        }
        let like = number::like(&asked, &number::digits(&party.number));
        let sure = like == Like::Same || also.contains(&party.number);
        if like == Like::Other && !sure {
            return;
        }
        let form = SubjectForm { number: party.number.clone(), name: party.name.clone(), sure };
        if !forms.contains(&form) {
            forms.push(form);
        }
        if sure {
            people.push(id);
        }
    })?;
    let trace = history.of_customers(&people)?;
    let here = |id: &Option<PartyId>| id.is_some_and(|id| people.contains(&id));
    let present = floor.sites.values().any(|site| {
        site.visits.values().any(|visit| here(&visit.caller)) || site.attempts.values().any(|a| here(&a.callee))
    });
    let found = SubjectFound { forms, present, ..nothing(SubjectOf::Customer) };
    Ok(Subject { found, kind: SubjectKind::Customer, tells: vec![asked], people, trace, spans: Vec::new() }.counted())
}

fn operator(history: &History, floor: &Floor, asked: &str) -> Result<Subject, WireError> {
    let asked = asked.trim();
    if asked.is_empty() {
        return Err(WireError::invalid("say the operator's code or name"));
    }
    let sources = history.sources()?;
    let label = |(source, agent): &(SourceId, Name)| {
        let name = sources.iter().find(|row| row.id == *source).map_or("?", |row| row.name.as_str());
        format!("{name}/{agent}")
    };
    let mut named = BTreeSet::new();
    history.each_party(|id, party| {
        if party.name.trim().to_lowercase() == asked.to_lowercase() {
            named.insert(id);
        }
    })?;
    let all = history.agents()?;
    let agents: BTreeSet<(SourceId, Name)> = all.iter().map(|(agent, _)| agent.clone()).collect();
    let bears = |agent: &(SourceId, Name), names: &BTreeSet<PartyId>| {
        all.iter().any(|(known, name)| known == agent && name.is_some_and(|name| names.contains(&name)))
            || names_now(floor, agent).any(|name| names.contains(&name))
    };
    let on_floor = floor.sites.iter().flat_map(|(id, site)| site.agents.keys().map(|key| (*id, key.clone())));
    let agents: BTreeSet<(SourceId, Name)> = agents.into_iter().chain(on_floor).collect();
    let mut fits: Vec<&(SourceId, Name)> =
        agents.iter().filter(|agent| *agent.1 == *asked || label(agent) == asked).collect();
    if fits.is_empty() {
        fits = agents.iter().filter(|agent| bears(agent, &named)).collect();
    }
    let [agent] = fits[..] else {
        let choices = fits.into_iter().map(label).collect();
        let found = SubjectFound { choices, ..nothing(SubjectOf::Operator) };
        let (trace, tells) = (Trace::default(), Vec::new());
        return Ok(Subject { found, kind: SubjectKind::Operator, tells, people: vec![], trace, spans: vec![] });
    };

    // Every row with a name that this agent was known by, unless a customer calls from it.
    let mut people: BTreeSet<PartyId> =
        all.iter().filter(|(known, _)| known == agent).filter_map(|(_, n)| *n).collect();
    people.extend(names_now(floor, agent));
    let mut names = BTreeSet::new();
    history.each_party(|id, party| {
        if people.contains(&id) && !party.name.trim().is_empty() {
            names.insert(party.name.trim().to_lowercase());
        }
    })?;
    let mut forms = Vec::new();
    people.clear();
    let staff = history.staff()?;
    history.each_party(|id, party| {
        if staff.contains(&id) && names.contains(&party.name.trim().to_lowercase()) {
            people.insert(id);
            let form = SubjectForm { number: party.number.clone(), name: party.name.clone(), sure: true };
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    })?;
    let others = agents.iter().filter(|other| *other != agent && bears(other, &people));
    let trace = history.of_agent(agent.0, &agent.1)?;
    let spans = history.spans_of(agent.0, &agent.1)?;
    let site = floor.sites.get(&agent.0).and_then(|site| site.agents.get(&agent.1));
    let found = SubjectFound {
        forms,
        agent: Some(label(agent)),
        present: site.is_some_and(|agent| !agent.memberships.is_empty()),
        configured: floor.config.logins.contains_key(agent),
        shared_with: others.map(label).collect(),
        ..nothing(SubjectOf::Operator)
    };
    let tells = vec![label(agent)];
    let people = people.into_iter().collect();
    Ok(Subject { found, kind: SubjectKind::Operator, tells, people, trace, spans }.counted())
}

/// Who an agent is called now, by the platform and by the configuration.
fn names_now<'a>(floor: &'a Floor, agent: &'a (SourceId, Name)) -> impl Iterator<Item = PartyId> + 'a {
    let told = floor.sites.get(&agent.0).and_then(|site| site.agents.get(&agent.1)).and_then(|agent| agent.name);
    let person = floor.config.logins.get(agent).and_then(|id| floor.config.persons.get(id));
    told.into_iter().chain(person.map(|person| person.name))
}

fn nothing(of: SubjectOf) -> SubjectFound {
    SubjectFound {
        of,
        forms: Vec::new(),
        people: 0,
        visits: 0,
        attempts: 0,
        spans: 0,
        from_ms: None,
        to_ms: None,
        agent: None,
        present: false,
        configured: false,
        shared_with: Vec::new(),
        choices: Vec::new(),
    }
}

impl Subject {
    fn counted(mut self) -> Self {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let Trace { visits, attempts } = &self.trace;
        let begun = || {
            let visits = visits.iter().map(|visit| visit.entered.seen);
            visits.chain(attempts.iter().map(|a| a.started.seen)).chain(self.spans.iter().map(|s| s.span.from.seen))
        };
        let (people, spans) = (count(self.people.len()), count(self.spans.len()));
        let (visits, attempts) = (count(visits.len()), count(attempts.len()));
        let (from_ms, to_ms) = (begun().min(), begun().max());
        self.found = SubjectFound { people, visits, attempts, spans, from_ms, to_ms, ..self.found };
        self
    }

    /// What [`History::forget`] is asked for.
    ///
    /// # Errors
    /// When the order is not complete, tells the person's number, or there is nobody to forget.
    pub fn forget(&self, history: &History, order: &Order<'_>) -> Result<Forget, WireError> {
        let Order { by, reason, now_ms } = *order;
        for (text, what) in [(by, "who erases"), (reason, "the reason")] {
            if text.trim().is_empty() || text.chars().count() > LONGEST || text.contains(char::is_control) {
                return Err(WireError::invalid(format!("say {what}, in at most {LONGEST} characters")));
            }
        }
        if self.tells_person(reason) || self.tells_person(by) {
            let words = "the record would tell who was erased: leave number and name out of it";
            return Err(WireError::invalid(words));
        }
        if !self.found.choices.is_empty() {
            return Err(WireError::conflict("that name is of several operators; say which by source and code"));
        }
        if self.people.is_empty() {
            return Err(WireError::not_found("nobody is stored under that number or name"));
        }
        let parts: Vec<&str> = self.tells.iter().map(String::as_str).collect();
        let subject = history.subject(self.kind, &parts);
        let record = Erasure {
            when_ms: now_ms,
            kind: self.kind,
            subject: subject.ok_or_else(|| WireError::unavailable("the key of the party table is not at hand"))?,
            by: by.trim().to_owned(),
            reason: reason.trim().to_owned(),
            visits: u64::from(self.found.visits),
            attempts: u64::from(self.found.attempts),
            people: Vec::new(),
        };
        Ok(Forget { people: self.people.clone(), record })
    }

    fn tells_person(&self, text: &str) -> bool {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let own = |number: &str| {
            let number = number::digits(number);
            number.len() >= 8 && digits.contains(&number)
        };
        let lower = text.to_lowercase();
        let named = |name: &str| name.trim().len() > 3 && lower.contains(&name.trim().to_lowercase());
        (self.kind == SubjectKind::Customer && self.tells.iter().any(|n| own(n)))
            || self.found.forms.iter().any(|form| own(&form.number) || named(&form.name))
    }
}

/// Folders beside a data folder that hold the same people: kept by a restore, or left by one that was interrupted.
pub fn copies_beside(data: &Path) -> Vec<PathBuf> {
    let Ok(data) = std::fs::canonicalize(data) else { return Vec::new() };
    let (Some(parent), Some(name)) = (data.parent(), data.file_name()) else { return Vec::new() };
    let name = name.to_string_lossy();
    let (kept, left) = (format!("{name}.before-"), format!(".{name}.restore-"));
    let is_copy = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (name.starts_with(&kept) || name.starts_with(&left)) && path.join("mirante.db").exists()
    };
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_copy).collect();
    found.sort();
    found
}

/// The receipt of an erasure that was made in the data folder `data`.
///
/// # Errors
/// When it cannot be written.
pub fn receipt(erased: &Erasure, data: &Path) -> Result<Receipt, WireError> {
    let copies: Vec<String> = copies_beside(data).iter().map(|path| path.display().to_string()).collect();
    let text = serde_json::to_string_pretty(erased).map_err(|error| WireError::internal(error.to_string()))?;
    Ok(Receipt { text: text + "\n", copies_left: copies })
}
