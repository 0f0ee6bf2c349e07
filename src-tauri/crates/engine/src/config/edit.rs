//! Changing the file in place: comments and order stay as people wrote them.

use super::judging::{self, Judged};
use super::{Config, ConfigError, Problem, QueueConfig, SecretRef, values};
use mirante_sources::asterisk::Fingerprint;
use std::io::Write;
use std::path::Path;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

/// An Asterisk to add, its secret already kept elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSource {
    /// Identity.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Name or address.
    pub host: String,
    /// AMI port.
    pub port: u16,
    /// AMI over TLS.
    pub tls: bool,
    /// The certificate to pin; absent: what the file says stays.
    pub fingerprint: Option<Fingerprint>,
    /// AMI user.
    pub username: String,
    /// Where its secret is.
    pub secret: SecretRef,
}

/// Adds a source, or replaces the one of the same name, and gives the configuration that the file holds now.
pub fn add_source(path: &Path, source: &NewSource) -> Result<Config, ConfigError> {
    change(path, |doc| {
        let table = named(doc, "source", |t| text(t, "name") == Some(&source.name))?;
        table["name"] = value(&source.name);
        table["label"] = value(&source.label);
        table["kind"] = value("asterisk");
        table["host"] = value(&source.host);
        table["port"] = value(i64::from(source.port));
        table["tls"] = value(source.tls);
        if !source.tls || source.fingerprint.is_some() {
            table.remove("ca_file");
            set(table, "fingerprint", source.fingerprint.filter(|_| source.tls).map(|pinned| pinned.to_string()));
        }
        table["username"] = value(&source.username);
        table["secret"] = value(source.secret.to_string());
        Ok(())
    })
}

/// Removes a source with what was decided of it alone, its queues and logins, and gives the configuration that the file
/// holds now.
pub fn remove_source(path: &Path, name: &str) -> Result<Config, ConfigError> {
    let alone = Config::read(path)?.sources.len() == 1;
    // With one source, whatever names none is of it.
    let of = |source: Option<&str>| source.map_or(alone, |source| source == name);
    change(path, |doc| {
        if let Some(sources) = tables(doc, "source")? {
            sources.retain(|table| text(table, "name") != Some(name));
        }
        for kind in ["queue", "disposition"] {
            if let Some(found) = tables(doc, kind)? {
                found.retain(|table| !of(text(table, "source")));
            }
        }
        for person in tables(doc, "person")?.into_iter().flat_map(ArrayOfTables::iter_mut) {
            match person.get_mut("logins") {
                Some(Item::Value(Value::Array(logins))) => logins.retain(|login| {
                    let source = login.as_inline_table().and_then(|login| login.get("source"));
                    !of(source.and_then(Value::as_str))
                }),
                Some(Item::ArrayOfTables(logins)) => logins.retain(|login| !of(text(login, "source"))),
                _ => {}
            }
        }
        Ok(())
    })
}

/// Writes what people decided about queues, with changes of what they are judged by, and gives the configuration that the file holds
/// now. Targets stay as the file has them: another one holds from a day on, so it is a change of what queues are judged by.
pub fn set_queues(path: &Path, queues: &[QueueConfig], judged: &[Judged]) -> Result<Config, ConfigError> {
    let alone = Config::read_or_empty(path)?.sources.len() == 1;
    change(path, |doc| {
        put_queues(doc, alone, queues)?;
        judged.iter().try_for_each(|judged| judging::put(doc, judged))
    })
}

/// The text of a file with what people decided about queues in it, and the configuration that it then is. The file itself is
/// not touched.
pub fn with_queues(text: &str, queues: &[QueueConfig]) -> Result<(String, Config), Vec<Problem>> {
    let alone = Config::parse(text)?.sources.len() == 1;
    altered(text, |doc| put_queues(doc, alone, queues))
}

fn put_queues(doc: &mut DocumentMut, alone: bool, queues: &[QueueConfig]) -> Result<(), ConfigProblem> {
    for queue in queues {
        let of = |t: &Table| text(t, "source").map_or(alone, |s| s == queue.source);
        let table = named(doc, "queue", |t| text(t, "name") == Some(&queue.name) && of(t))?;
        table["source"] = value(&queue.source);
        table["name"] = value(&queue.name);
        set(table, "label", queue.label.clone());
        set(table, "operation", queue.operation.map(|o| values::operation_word(o).to_owned()));
        set(table, "hours", queue.hours.map(values::hours_text));
    }
    Ok(())
}

pub(super) fn set(table: &mut Table, key: &str, text: Option<String>) {
    match text {
        Some(text) => table[key] = value(text),
        None => {
            table.remove(key);
        }
    }
}

pub(super) fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Item::as_str)
}

/// The tables of a name, if there are any.
pub(super) fn tables<'a>(doc: &'a mut DocumentMut, key: &str) -> Result<Option<&'a mut ArrayOfTables>, ConfigProblem> {
    let Some(item) = doc.get_mut(key) else { return Ok(None) };
    item.as_array_of_tables_mut().map(Some).ok_or_else(|| inline(key))
}

fn inline(key: &str) -> ConfigProblem {
    format!("`{key}` is written as an inline list; write one [[{key}]] each, so that Mirante can change it")
}

/// The table that fits, or a new one at the end.
fn named<'a>(
    doc: &'a mut DocumentMut,
    key: &str,
    fits: impl Fn(&Table) -> bool,
) -> Result<&'a mut Table, ConfigProblem> {
    let item = doc.entry(key).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let tables = item.as_array_of_tables_mut().ok_or_else(|| inline(key))?;
    let found = tables.iter().position(&fits);
    if found.is_none() {
        tables.push(Table::new());
    }
    let at = found.unwrap_or(tables.len() - 1);
    tables.get_mut(at).ok_or_else(|| "the table just found is gone".to_owned())
}

/// What went wrong, before the path is known to it.
pub(super) type ConfigProblem = String;

/// Changes the file, or leaves it as it was: the new text is understood before it takes the old one's place.
pub(super) fn change(
    path: &Path,
    edit: impl FnOnce(&mut DocumentMut) -> Result<(), ConfigProblem>,
) -> Result<Config, ConfigError> {
    let old = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => HEADER.to_owned(),
        Err(error) => return Err(ConfigError::unreadable(path, &error)),
    };
    let (new, config) = altered(&old, edit).map_err(|problems| ConfigError { path: path.to_owned(), problems })?;
    replace(path, &new).map_err(|error| ConfigError::whole(path, format!("cannot be written: {error}")))?;
    Ok(config)
}

/// The text after a change, and what it means.
pub(super) fn altered(
    old: &str,
    edit: impl FnOnce(&mut DocumentMut) -> Result<(), ConfigProblem>,
) -> Result<(String, Config), Vec<Problem>> {
    let whole = |message: String| vec![Problem { line: 0, message }];
    let mut doc: DocumentMut = old
        .parse()
        .map_err(|_| Config::parse(old).err().unwrap_or_else(|| whole("cannot be changed in place".into())))?;
    edit(&mut doc).map_err(whole)?;
    let new = doc.to_string();
    let config = Config::parse(&new)?;
    Ok((new, config))
}

const HEADER: &str = "# Mirante's configuration. Passwords are kept elsewhere; this file only says where.\n";

/// Writes beside the file and renames, so that no crash leaves half a file. A link stays a link.
pub(crate) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = folder.join(name);
    let mut file = std::fs::File::create(&beside)?;
    if let Ok(meta) = std::fs::metadata(&path) {
        file.set_permissions(meta.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, &path)
}
