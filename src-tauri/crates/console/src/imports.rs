//! The report that was brought to the hub, and the import that goes on: one of each.

use crate::wire::{ImportDoes, ImportDone, ImportNow, ReportPart, WireError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mirante_engine::import::Progress;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Largest report that is brought through the interface, bytes.
const LARGEST: u64 = 256 << 20;
/// Largest part, bytes of Base64.
const LARGEST_PART: usize = 8 << 20;
/// What files of reports in a data folder begin and end with.
const NAME: (&str, &str) = ("report-", ".part");

/// Reports and their import.
#[derive(Default)]
pub(crate) struct Imports(Mutex<State>);

#[derive(Default)]
struct State {
    brought: Option<Arc<Brought>>,
    now: Option<Arc<Going>>,
}

/// A report that was brought. Its file goes when nobody needs it any more.
pub(crate) struct Brought {
    id: String,
    /// Its own name.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    size: Mutex<u64>,
}

impl Drop for Brought {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// An import that goes on, or has ended.
pub(crate) struct Going {
    now: Mutex<ImportNow>,
    stop: AtomicBool,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Imports {
    /// Takes a part of a report into `folder`; the first of another takes its place. Gives what the file is called.
    pub(crate) fn put(&self, folder: &Path, part: &ReportPart) -> Result<String, WireError> {
        let failed = |error: std::io::Error| WireError::unavailable(format!("the file cannot be kept: {error}"));
        if part.part.0.len() > LARGEST_PART {
            return Err(WireError::invalid("a part of a file is too large"));
        }
        let bytes = STANDARD.decode(&part.part.0).map_err(|_| WireError::invalid("the file did not arrive whole"))?;
        let brought = match &part.file {
            Some(id) => self.brought(id)?,
            None => {
                let name: String = part.name.chars().filter(|c| !c.is_control()).take(120).collect();
                let brought = Arc::new(begin(folder, name).map_err(failed)?);
                held(&self.0).brought = Some(brought.clone());
                brought
            }
        };
        let mut size = held(&brought.size);
        if part.at != *size {
            return Err(WireError::conflict("a part of the file is missing"));
        }
        if *size + bytes.len() as u64 > LARGEST {
            return Err(WireError::invalid(format!("the file is larger than {} MiB", LARGEST >> 20)));
        }
        let mut file = OpenOptions::new().append(true).open(&brought.path).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        *size += bytes.len() as u64;
        Ok(brought.id.clone())
    }

    /// The report that is called so.
    pub(crate) fn brought(&self, id: &str) -> Result<Arc<Brought>, WireError> {
        let found = held(&self.0).brought.clone().filter(|brought| brought.id == id);
        found.ok_or_else(|| WireError::not_found("the file is not on the hub any more; choose it again"))
    }

    /// Begins an import, unless one goes on.
    pub(crate) fn begin(&self, does: ImportDoes, name: &str, source: &str) -> Result<Arc<Going>, WireError> {
        let mut state = held(&self.0);
        if state.now.as_ref().is_some_and(|going| going.goes_on()) {
            return Err(WireError::conflict("another import goes on"));
        }
        let now = ImportNow {
            does,
            name: name.to_owned(),
            source: source.to_owned(),
            percent: 0,
            rows: 0,
            done: None,
            failed: None,
        };
        let going = Arc::new(Going { now: Mutex::new(now), stop: AtomicBool::new(false) });
        state.now = Some(going.clone());
        Ok(going)
    }

    /// The import that goes on, or the last that ended.
    pub(crate) fn now(&self) -> Option<ImportNow> {
        let going = held(&self.0).now.clone();
        going.map(|going| going.now())
    }

    /// Ends the import that goes on, soon.
    pub(crate) fn stop(&self) {
        if let Some(going) = &held(&self.0).now {
            going.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// A new file for its owner's eyes only. What an earlier hub left behind goes: it may hold people's numbers.
fn begin(folder: &Path, name: String) -> std::io::Result<Brought> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(format!("{}{id}{}", NAME.0, NAME.1));
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path)?;
    Ok(Brought { id, name, path, size: Mutex::new(0) })
}

/// Removes the reports that an earlier hub on a folder did not come to remove.
pub(crate) fn remove_left(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(NAME.0) && name.ends_with(NAME.1) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

impl Going {
    fn goes_on(&self) -> bool {
        let now = held(&self.now);
        now.done.is_none() && now.failed.is_none()
    }

    pub(crate) fn now(&self) -> ImportNow {
        held(&self.now).clone()
    }

    /// Notes how far it is; false if it is to end.
    pub(crate) fn tell(&self, progress: Progress) -> bool {
        let mut now = held(&self.now);
        let share = progress.bytes as f64 / (progress.of as f64).max(1.0);
        now.percent = (share * 100.0).clamp(0.0, 100.0) as u8;
        now.rows = progress.lines;
        !self.stop.load(Ordering::Relaxed)
    }

    /// Notes how it ended.
    pub(crate) fn end(&self, ended: Result<ImportDone, String>) {
        let mut now = held(&self.now);
        match ended {
            Ok(done) => now.done = Some(done),
            Err(words) => now.failed = Some(words),
        }
    }
}
