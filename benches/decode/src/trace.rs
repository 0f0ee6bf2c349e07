//! The recorded traces, joined and repeated.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Bytes that the recorded traces are repeated to.
pub const SIZE: usize = 400_000_000;

/// What a PBX said, as it says it.
pub struct Trace {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    /// Messages in it.
    pub messages: u64,
    /// Length of the recording that is repeated.
    pub once: usize,
    pub files: usize,
}

fn traces() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src-tauri/crates/sources/tests/traces")
}

impl Trace {
    /// Whole streams of real PBXs: every event that they say to a user whom no filter narrows.
    pub fn all() -> Result<Trace> {
        Trace::read("recorded, all events", &["whole"])
    }

    /// The stories cut out of such streams for tests: next to nothing in them can be skipped.
    pub fn filtered() -> Result<Trace> {
        Trace::read("recorded, only what matters", &[""])
    }

    fn read(name: &'static str, folders: &[&str]) -> Result<Trace> {
        let mut once = Vec::new();
        let mut files = 0;
        for folder in folders {
            let folder = traces().join(folder);
            let list = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
            let mut list: Vec<PathBuf> = list.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
            list.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
            list.sort();
            for path in list {
                let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
                // Recorded queue_logs lie beside.
                if !text.contains("Event: ") {
                    continue;
                }
                files += 1;
                for line in text.lines() {
                    once.extend_from_slice(line.as_bytes());
                    once.extend_from_slice(b"\r\n");
                }
                if !once.ends_with(b"\r\n\r\n") {
                    once.extend_from_slice(b"\r\n");
                }
            }
        }
        ensure!(!once.is_empty(), "no trace in {}", traces().display());
        let times = SIZE.div_ceil(once.len());
        let messages = memchr::memmem::find_iter(&once, b"\r\n\r\n").count() as u64 * times as u64;
        Ok(Trace { name, bytes: once.repeat(times), messages, once: once.len(), files })
    }
}
