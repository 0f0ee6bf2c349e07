//! Names of queues and people, written into the file: only the name changes, whatever else was decided stays.

use super::edit::{ConfigProblem, altered, change, set, tables, text};
use super::{Config, ConfigError, Problem};
use crate::names::Of;
use std::collections::HashMap;
use std::path::Path;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

/// A name to write, or to take away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewName {
    /// Whose.
    pub of: Of,
    /// The platform's name of the queue, or the agent's key.
    pub key: String,
    /// The name; absent takes it away: the platform's own shows again.
    pub name: Option<String>,
}

/// Writes names of one source, and gives the configuration that the file holds now and the names that would undo it.
///
/// # Errors
/// When the file cannot be read, understood or written; it is then as it was.
pub fn set_names(path: &Path, source: &str, names: &[NewName]) -> Result<(Config, Vec<NewName>), ConfigError> {
    let before = Config::read_or_empty(path)?;
    let undo = undo(&before, source, names);
    let config = change(path, |doc| put(doc, source, &before, names))?;
    Ok((config, undo))
}

/// The same on a text: the file itself is not touched.
///
/// # Errors
/// When the text is no configuration, or would be none any more.
pub fn with_names(text: &str, source: &str, names: &[NewName]) -> Result<(String, Config), Vec<Problem>> {
    let before = Config::parse(text)?;
    altered(text, |doc| put(doc, source, &before, names))
}

/// What stands now where `names` are about to be.
fn undo(config: &Config, source: &str, names: &[NewName]) -> Vec<NewName> {
    let queues: HashMap<&str, Option<&String>> =
        config.queues.iter().filter(|q| q.source == source).map(|q| (q.name.as_str(), q.label.as_ref())).collect();
    let people: HashMap<&str, &String> = config
        .persons
        .iter()
        .flat_map(|p| p.logins.iter().map(move |(of, agent)| (of, agent.as_str(), &p.name)))
        .filter(|(of, _, _)| *of == source)
        .map(|(_, agent, name)| (agent, name))
        .collect();
    let now = |name: &NewName| match name.of {
        Of::Queue => queues.get(name.key.as_str()).copied().flatten().cloned(),
        Of::Agent => people.get(name.key.as_str()).map(|name| (*name).clone()),
    };
    names.iter().map(|name| NewName { name: now(name), ..name.clone() }).collect()
}

fn put(doc: &mut DocumentMut, source: &str, before: &Config, names: &[NewName]) -> Result<(), ConfigProblem> {
    if !before.sources.iter().any(|known| known.name == source) {
        return Err(format!("no [[source]] is called {source:?}"));
    }
    let alone = before.sources.len() == 1;
    let (queues, people): (Vec<&NewName>, Vec<&NewName>) = names.iter().partition(|name| name.of == Of::Queue);
    if !queues.is_empty() {
        label_queues(doc, source, alone, &queues)?;
    }
    if !people.is_empty() {
        name_people(doc, source, alone, before, &people)?;
    }
    Ok(())
}

fn label_queues(doc: &mut DocumentMut, source: &str, alone: bool, names: &[&NewName]) -> Result<(), ConfigProblem> {
    let all = all(doc, "queue")?;
    let is_of = |table: &Table| text(table, "source").map_or(alone, |of| of == source);
    let mut places: HashMap<String, usize> = HashMap::new();
    for (place, table) in all.iter().enumerate().filter(|(_, table)| is_of(table)) {
        places.extend(text(table, "name").map(|name| (name.to_owned(), place)));
    }
    for NewName { key, name, .. } in names {
        match (places.get(key).copied(), name) {
            (None, None) => {}
            (Some(place), name) => {
                if let Some(table) = all.get_mut(place) {
                    set(table, "label", name.clone());
                }
            }
            (None, Some(name)) => {
                let mut table = Table::new();
                table["source"] = value(source);
                table["name"] = value(key);
                table["label"] = value(name);
                places.insert(key.clone(), all.len());
                all.push(table);
            }
        }
    }
    // A queue of which nothing is decided needs no lines; those that people wrote so on purpose stay.
    let emptied: Vec<&str> = names.iter().filter(|name| name.name.is_none()).map(|name| name.key.as_str()).collect();
    let says_nothing = |table: &Table| table.iter().all(|(key, _)| matches!(key, "source" | "name"));
    all.retain(|table| {
        !(is_of(table) && says_nothing(table) && text(table, "name").is_some_and(|name| emptied.contains(&name)))
    });
    Ok(())
}

fn name_people(
    doc: &mut DocumentMut,
    source: &str,
    alone: bool,
    before: &Config,
    names: &[&NewName],
) -> Result<(), ConfigProblem> {
    let mut ids: std::collections::HashSet<String> = before.persons.iter().map(|person| person.id.clone()).collect();
    // Of persons that share a login, the last one has it, as in the fold.
    let mut places: HashMap<String, usize> = HashMap::new();
    for (place, person) in before.persons.iter().enumerate() {
        let own = person.logins.iter().filter(|(of, _)| of == source);
        places.extend(own.map(|(_, agent)| (agent.clone(), place)));
    }
    let all = all(doc, "person")?;
    let mut gone = Vec::new();
    for NewName { key, name, .. } in names {
        match (places.get(key).copied(), name) {
            (None, None) => {}
            (Some(place), Some(name)) => {
                if let Some(table) = all.get_mut(place) {
                    table["name"] = value(name);
                }
            }
            // Whoever has a team, hours or another login is more than a name that was imported.
            (Some(place), None) => {
                let alone = before.persons.get(place).is_some_and(|person| {
                    person.team.is_none() && person.day_minutes.is_none() && person.logins.len() == 1
                });
                if alone {
                    gone.push(place);
                }
            }
            (None, Some(name)) => {
                let id = free_id(&mut ids, source, alone, key);
                let mut login = InlineTable::new();
                login.insert("source", source.into());
                login.insert("agent", key.as_str().into());
                let mut logins = Array::new();
                logins.push(Value::InlineTable(login));
                let mut table = Table::new();
                table["id"] = value(id);
                table["name"] = value(name);
                table["logins"] = value(logins);
                places.insert(key.clone(), all.len());
                all.push(table);
            }
        }
    }
    gone.sort_unstable();
    for place in gone.into_iter().rev() {
        all.remove(place);
    }
    Ok(())
}

/// The tables of a name; if there is none yet, an empty list of them.
fn all<'a>(doc: &'a mut DocumentMut, key: &str) -> Result<&'a mut ArrayOfTables, ConfigProblem> {
    doc.entry(key).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    tables(doc, key)?.ok_or_else(|| "the list just made is gone".to_owned())
}

/// An id that nobody has: the login, after its source's name where there are several.
fn free_id(ids: &mut std::collections::HashSet<String>, source: &str, alone: bool, key: &str) -> String {
    let base = if alone { key.to_owned() } else { format!("{source}-{key}") };
    let numbered = (2..).map(|n: u32| format!("{base}-{n}"));
    let free = std::iter::once(base.clone()).chain(numbered).find(|id| !ids.contains(id)).unwrap_or(base);
    ids.insert(free.clone());
    free
}
