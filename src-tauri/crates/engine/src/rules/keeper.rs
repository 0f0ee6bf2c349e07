//! The file of rules beside the data: read at the start, again whenever it changes, and changed where people switch rules on and off.

use super::RuleSet;
use crate::config::edit::replace;
use crate::input::Input;
use jiff::tz::TimeZone;
use mirante_floor::Name;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use toml_edit::{Array, DocumentMut, value};

/// The file's name in the data folder.
pub const RULES_FILE: &str = "rules.toml";
/// Between two looks at the file.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Keeps the rules in force and their file the same.
pub(crate) struct Keeper {
    path: PathBuf,
    zone: TimeZone,
    channels: Vec<Name>,
    state: Mutex<State>,
}

struct State {
    set: Arc<RuleSet>,
    /// What is wrong with the file; the rules before that are in force.
    fault: Option<String>,
    read: Option<Mark>,
}

/// By what a changed file is known.
type Mark = (SystemTime, u64);

impl Keeper {
    /// Reads the file; where it is broken, ready rules are in force and the fault is told.
    ///
    /// # Errors
    /// When not even the ready rules can be read.
    pub(crate) fn open(data: &Path, zone: &TimeZone, channels: Vec<Name>) -> Result<Keeper, String> {
        let path = data.join(RULES_FILE);
        let read = mark(&path);
        let none = || RuleSet::read("", zone, &channels).map_err(|error| error.to_string());
        let (set, fault) = match text(&path).and_then(|text| set(&text, zone, &channels)) {
            Ok(set) => (set, None),
            Err(fault) => (none()?, Some(fault)),
        };
        if let Some(fault) = &fault {
            tracing::error!("{}: {fault}", path.display());
        }
        let state = Mutex::new(State { set: Arc::new(set), fault, read });
        Ok(Keeper { path, zone: zone.clone(), channels, state })
    }

    /// The rules in force, and what is wrong with the file.
    pub(crate) fn told(&self) -> (Arc<RuleSet>, Option<String>) {
        let state = self.state();
        (state.set.clone(), state.fault.clone())
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Looks at the file until `stop` ends.
    pub(crate) fn run(&self, stop: &Receiver<()>, inputs: &Sender<Input>) {
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(LOOKS_EVERY) {
            self.look(inputs);
        }
    }

    fn look(&self, inputs: &Sender<Input>) {
        let mut state = self.state();
        let now = mark(&self.path);
        if now == state.read {
            return;
        }
        state.read = now;
        match text(&self.path).and_then(|text| set(&text, &self.zone, &self.channels)) {
            Ok(set) => put(&mut state, set, inputs),
            Err(fault) => {
                tracing::error!("{}: {fault}", self.path.display());
                state.fault = Some(fault);
            }
        }
    }

    /// Lets a rule watch, or not. False if there is none of that id.
    ///
    /// # Errors
    /// When the file is broken or cannot be written, in words.
    pub(crate) fn switch(&self, id: &str, on: bool, inputs: &Sender<Input>) -> Result<bool, String> {
        let mut state = self.state();
        let Some(listed) = state.set.listed.iter().find(|listed| *listed.rule.id == *id) else { return Ok(false) };
        if listed.on == on {
            return Ok(true);
        }
        let mut document: DocumentMut = text(&self.path)?.parse().map_err(|error| format!("{error}"))?;
        for (list, is_in) in [("off", !on), ("on", on)] {
            let ids = document.get(list).and_then(|list| list.as_array());
            let ids = ids.into_iter().flatten().filter_map(|id| id.as_str()).filter(|other| *other != id);
            let ids: Array = ids.map(str::to_owned).chain(is_in.then(|| id.to_owned())).collect();
            document.remove(list);
            if !ids.is_empty() {
                document.insert(list, value(ids));
            }
        }
        let text = document.to_string();
        let set = set(&text, &self.zone, &self.channels)?;
        replace(&self.path, &text).map_err(|error| format!("{}: {error}", self.path.display()))?;
        state.read = mark(&self.path);
        put(&mut state, set, inputs);
        Ok(true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put(state: &mut State, set: RuleSet, inputs: &Sender<Input>) {
    state.set = Arc::new(set);
    state.fault = None;
    let _ = inputs.send(Input::Rules(state.set.clone()));
}

fn set(text: &str, zone: &TimeZone, channels: &[Name]) -> Result<RuleSet, String> {
    RuleSet::read(text, zone, channels).map_err(|error| error.to_string())
}

/// Nothing, where there is no file.
fn text(path: &Path) -> Result<String, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error.to_string()),
    }
}

fn mark(path: &Path) -> Option<Mark> {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_again_and_switched_and_its_faults_are_told() {
        let data = tempfile::tempdir().expect("a folder");
        let (inputs, told) = std::sync::mpsc::channel();
        let keeper = Keeper::open(data.path(), &TimeZone::UTC, vec![]).expect("rules");
        let is_on = |keeper: &Keeper| keeper.told().0.rules.get("pronta-espera").is_some();
        assert!(is_on(&keeper) && keeper.told().1.is_none(), "no file is no fault");
        std::fs::write(keeper.path(), "# nosso\noff = [\"pronta-espera\"]\n").expect("written");
        keeper.look(&inputs);
        assert!(!is_on(&keeper) && told.try_recv().is_ok());
        assert_eq!(keeper.switch("pronta-espera", true, &inputs), Ok(true));
        assert!(is_on(&keeper));
        let text = std::fs::read_to_string(keeper.path()).expect("read");
        assert!(text.contains("pronta-espera") && text.contains("on ="), "{text}");
        assert_eq!(keeper.switch("nenhuma", true, &inputs), Ok(false));
        std::fs::write(keeper.path(), "[[rule]]\nid = \"a\"\n").expect("written");
        keeper.look(&inputs);
        assert!(is_on(&keeper) && keeper.told().1.is_some(), "the rules before stay in force");
    }
}
