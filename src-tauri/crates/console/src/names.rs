//! Names of queues and people out of a file: what it would change, and changing it.

use crate::archive::Archive;
use crate::rows::{People, site};
use crate::wire::{
    FileText, NameChoice, NameOf, NameRow, NameStatus, NameWhy, NamesFault, NamesKind, NamesPreview, WireError,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mirante_engine::config::{self, Config, NewName, SourceKind};
use mirante_engine::names::{self, FileKind, Known, MAX_FILE, MAX_NAME, MAX_ROWS, NamesError, Of, Status, Why};
use mirante_floor::{Floor, PartyId, SourceId};
use std::collections::BTreeMap;
use std::path::Path;

/// The queues and agents of a source, and who they are where somebody said so.
pub(crate) struct Seen {
    queues: BTreeMap<String, Option<String>>,
    agents: BTreeMap<String, Option<PartyId>>,
}

/// What a floor shows of a source. Quick: the live floor waits meanwhile.
pub(crate) fn seen(floor: &Floor, source: SourceId) -> Seen {
    let mut seen = Seen { queues: BTreeMap::new(), agents: BTreeMap::new() };
    let Some(site) = site(floor, source) else { return seen };
    for name in site.queues.keys() {
        let label = floor.config.queue(source, name).label;
        seen.queues.insert(name.to_string(), label.map(|label| label.to_string()));
    }
    for (key, agent) in &site.agents {
        let named = floor.config.person(source, key).map(|person| person.name).or(agent.name);
        seen.agents.insert(key.to_string(), named);
    }
    seen
}

impl Seen {
    /// The same with people's names, read from the disk.
    pub(crate) fn named(self, people: &dyn People) -> Known {
        let name = |id| people.person(id).map(|party| party.name).filter(|name| !name.is_empty());
        let agents = self.agents.into_iter().map(|(key, id)| (key, id.and_then(name))).collect();
        Known { queues: self.queues, agents }
    }
}

/// What a file that came over the wire would change, or why nothing can be read from it.
pub(crate) fn preview(FileText(file): &FileText, known: &Known) -> Result<NamesPreview, WireError> {
    let laid = if file.len() / 4 * 3 > MAX_FILE + 3 {
        Err(NamesError::TooLarge)
    } else {
        let bytes = STANDARD.decode(file).map_err(|_| WireError::invalid("the file did not arrive whole"))?;
        lay(&bytes, known)
    };
    Ok(laid.unwrap_or_else(|error| NamesPreview {
        fault: Some(fault(&error)),
        kind: None,
        encoding: String::new(),
        rows: Vec::new(),
    }))
}

fn lay(bytes: &[u8], known: &Known) -> Result<NamesPreview, NamesError> {
    let preview = names::preview(bytes, known)?;
    let rows = preview.rows.into_iter().map(|row| {
        let (status, why) = match row.status {
            Status::New => (NameStatus::New, None),
            Status::Changed => (NameStatus::Changed, None),
            Status::Same => (NameStatus::Same, None),
            Status::Unknown => (NameStatus::Unknown, None),
            Status::Invalid(why) => (NameStatus::Invalid, Some(self::why(why))),
        };
        NameRow {
            line: u32::try_from(row.line).unwrap_or(u32::MAX),
            of: of(row.of),
            key: row.key,
            present: row.present,
            name: row.name,
            status,
            why,
        }
    });
    Ok(NamesPreview {
        fault: None,
        kind: Some(kind(preview.kind)),
        encoding: preview.encoding.to_owned(),
        rows: rows.collect(),
    })
}

/// Choices as names to write.
pub(crate) fn chosen(choices: &[NameChoice]) -> Result<Vec<NewName>, WireError> {
    if choices.len() > MAX_ROWS {
        return Err(NamesError::TooMany.into());
    }
    let is_line =
        |text: &str| !text.trim().is_empty() && text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control);
    let one = |choice: &NameChoice| {
        if !is_line(&choice.key) || choice.name.as_deref().is_some_and(|name| !is_line(name)) {
            return Err(WireError::invalid(format!("a name must be one line of at most {MAX_NAME} characters")));
        }
        let of = match choice.of {
            NameOf::Queue => Of::Queue,
            NameOf::Agent => Of::Agent,
        };
        Ok(NewName { of, key: choice.key.clone(), name: choice.name.as_deref().map(|name| name.trim().to_owned()) })
    };
    choices.iter().map(one).collect()
}

/// Names as choices.
pub(crate) fn choices(names: Vec<NewName>) -> Vec<NameChoice> {
    names.into_iter().map(|name| NameChoice { of: of(name.of), key: name.key, name: name.name }).collect()
}

fn of(of: Of) -> NameOf {
    match of {
        Of::Queue => NameOf::Queue,
        Of::Agent => NameOf::Agent,
    }
}

fn why(why: Why) -> NameWhy {
    match why {
        Why::NoKey => NameWhy::NoKey,
        Why::NoName => NameWhy::NoName,
        Why::TooLong => NameWhy::TooLong,
        Why::Twice => NameWhy::Twice,
    }
}

fn fault(error: &NamesError) -> NamesFault {
    match error {
        NamesError::Empty => NamesFault::Empty,
        NamesError::TooLarge => NamesFault::TooLarge,
        NamesError::TooMany => NamesFault::TooMany,
        NamesError::NotText => NamesFault::NotText,
        NamesError::NoColumns => NamesFault::NoColumns,
        NamesError::NoNames => NamesFault::NoNames,
    }
}

fn kind(kind: FileKind) -> NamesKind {
    match kind {
        FileKind::FreepbxExtensions => NamesKind::FreepbxExtensions,
        FileKind::IssabelExtensions => NamesKind::IssabelExtensions,
        FileKind::FreepbxQueues => NamesKind::FreepbxQueues,
        FileKind::AsteriskConf => NamesKind::AsteriskConf,
        FileKind::Table => NamesKind::Table,
    }
}

impl From<NamesError> for WireError {
    fn from(error: NamesError) -> Self {
        WireError::invalid(error.to_string())
    }
}

/// A file of names for a configuration that nobody need be running for.
#[derive(Debug)]
pub struct NamesFile {
    /// The source whose names they are.
    pub source: String,
    /// What the file would change.
    pub preview: NamesPreview,
}

impl NamesFile {
    /// Lays the file `import` beside what `config` and the data folder `data` say of `source`; absent, of the only one.
    ///
    /// # Errors
    /// When a file cannot be read or understood, or no such source is configured.
    pub fn read(
        config: &Path,
        data: Option<&Path>,
        source: Option<&str>,
        import: &Path,
    ) -> Result<NamesFile, WireError> {
        let settings = Config::read(config)?;
        let real = settings.sources.iter().filter(|s| !matches!(s.kind, SourceKind::Simulator(_)));
        let names: Vec<&str> = real.map(|source| source.name.as_str()).collect();
        let source = match (source, &names[..]) {
            (None, [one]) => (*one).to_owned(),
            (Some(wanted), _) if names.contains(&wanted) => wanted.to_owned(),
            _ => return Err(WireError::invalid(format!("say which source, one of: {}", names.join(", ")))),
        };
        let known = match data {
            None => Known::default(),
            Some(data) => Archive::open(data).and_then(|archive| archive.known(&source)).map_err(|error| {
                WireError::unavailable(format!(
                    "what the PBX has shown cannot be read from {}: {error}",
                    data.display()
                ))
            })?,
        };
        let known = with_decisions(known, &settings, &source);
        let size = std::fs::metadata(import).map(|data| data.len());
        if size.as_ref().is_ok_and(|size| *size > MAX_FILE as u64) {
            return Err(NamesError::TooLarge.into());
        }
        let bytes = size.and_then(|_| std::fs::read(import));
        let bytes = bytes.map_err(|error| WireError::unavailable(format!("{}: {error}", import.display())))?;
        Ok(NamesFile { source, preview: lay(&bytes, &known)? })
    }

    /// Writes the rows that give another name, and with `unknown` those of whom the PBX has shown nothing too. Gives how many.
    /// A hub that runs takes them at its next start.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn apply(&self, config: &Path, unknown: bool) -> Result<usize, WireError> {
        let wanted = |row: &&NameRow| match row.status {
            NameStatus::New | NameStatus::Changed => true,
            NameStatus::Unknown => unknown,
            NameStatus::Same | NameStatus::Invalid => false,
        };
        let rows = self.preview.rows.iter().filter(wanted);
        let choices: Vec<NameChoice> =
            rows.map(|row| NameChoice { of: row.of, key: row.key.clone(), name: Some(row.name.clone()) }).collect();
        config::set_names(config, &self.source, &chosen(&choices)?)?;
        Ok(choices.len())
    }
}

/// What the file decides is known too, though no PBX has shown it yet, and is newer than what history remembers.
fn with_decisions(mut known: Known, settings: &Config, source: &str) -> Known {
    for queue in settings.queues.iter().filter(|queue| queue.source == source) {
        known.queues.insert(queue.name.clone(), queue.label.clone());
    }
    for person in &settings.persons {
        for (_, agent) in person.logins.iter().filter(|(of, _)| of == source) {
            known.agents.insert(agent.clone(), Some(person.name.clone()));
        }
    }
    known
}

#[cfg(test)]
mod tests;
