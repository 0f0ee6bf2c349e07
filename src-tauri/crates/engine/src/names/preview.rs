//! A file's names beside those in force, for people to look at before anything changes.

use super::{Entry, FileKind, Found, MAX_NAME, Of};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of one source: its queues and agents, each with its present name if it has one of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// By the platform's name.
    pub queues: BTreeMap<String, Option<String>>,
    /// By the agent's key.
    pub agents: BTreeMap<String, Option<String>>,
}

/// A file laid beside what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What kind of file it was.
    pub kind: FileKind,
    /// What its encoding is called.
    pub encoding: &'static str,
    /// In the file's order.
    pub rows: Vec<Row>,
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line, 1 first.
    pub line: usize,
    /// Whose name.
    pub of: Of,
    /// The platform's name of the queue, or the agent's key.
    pub key: String,
    /// The name in force.
    pub present: Option<String>,
    /// The name in the file, cleaned.
    pub name: String,
    /// What that means.
    pub status: Status,
}

/// What a row would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Gives a name where there is none.
    New,
    /// Puts another name in place of the present one.
    Changed,
    /// Nothing: it is called so already.
    Same,
    /// Names a queue or an agent that the PBX has not shown.
    Unknown,
    /// Nothing: it makes no sense.
    Invalid(Why),
}

/// Why a row makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It has no key.
    NoKey,
    /// It has no name, or the key itself for one.
    NoName,
    /// The name, or the key, is too long.
    TooLong,
    /// An earlier line spoke of the same queue or agent.
    Twice,
}

impl Preview {
    /// How many rows have a status; reasons of invalid ones are not told apart.
    pub fn count(&self, status: Status) -> usize {
        let same = |row: &&Row| std::mem::discriminant(&row.status) == std::mem::discriminant(&status);
        self.rows.iter().filter(same).count()
    }
}

/// Lays what was found beside what is known.
pub(super) fn lay(found: Found, encoding: &'static str, known: &Known) -> Preview {
    let mut told = BTreeSet::new();
    let rows = found.entries.into_iter().map(|entry| row(entry, known, &mut told)).collect();
    Preview { kind: found.kind, encoding, rows }
}

fn row(entry: Entry, known: &Known, told: &mut BTreeSet<(Of, String)>) -> Row {
    let (key, name) = (clean(&entry.key), clean(&entry.name));
    let (of, key, is_known) = resolve(entry.of, key, known);
    let present = match of {
        Of::Queue => known.queues.get(&key),
        Of::Agent => known.agents.get(&key),
    };
    let present = present.cloned().flatten().filter(|present| *present != key);
    let status = if key.is_empty() {
        Status::Invalid(Why::NoKey)
    } else if name.is_empty() || name == key {
        Status::Invalid(Why::NoName)
    } else if name.chars().count() > MAX_NAME || key.chars().count() > MAX_NAME {
        Status::Invalid(Why::TooLong)
    } else if !told.insert((of, key.clone())) {
        Status::Invalid(Why::Twice)
    } else if !is_known {
        Status::Unknown
    } else {
        match &present {
            None => Status::New,
            Some(present) if *present == name => Status::Same,
            Some(_) => Status::Changed,
        }
    };
    // What is too long is shown cut: a row is for looking at.
    let cut = |text: String| text.chars().take(2 * MAX_NAME).collect();
    Row { line: entry.line, of, key: cut(key), present, name: cut(name), status }
}

/// Whom a key of the file means: as the PBX writes it, as a login of Issabel's call centre, or in the one context that has it.
fn resolve(of: Option<Of>, key: String, known: &Known) -> (Of, String, bool) {
    if of != Some(Of::Agent) && known.queues.contains_key(&key) {
        return (Of::Queue, key, true);
    }
    if of == Some(Of::Queue) {
        return (Of::Queue, key, false);
    }
    if key.is_empty() || known.agents.contains_key(&key) {
        let is_known = !key.is_empty();
        return (Of::Agent, key, is_known);
    }
    let login = format!("Agent/{key}");
    if known.agents.contains_key(&login) {
        return (Of::Agent, login, true);
    }
    let start = format!("{key}@");
    let mut elsewhere =
        known.agents.range(start.clone()..).map(|(known, _)| known).take_while(|k| k.starts_with(&start));
    match (elsewhere.next(), elsewhere.next()) {
        (Some(one), None) => (Of::Agent, one.clone(), true),
        _ => (Of::Agent, key, false),
    }
}

/// One line of text: control and direction characters are gone, runs of spaces are one.
pub(crate) fn clean(text: &str) -> String {
    let hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let text: String = text.chars().filter(|c| !hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
