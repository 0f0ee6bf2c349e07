//! A queue_log on this computer.

use super::place::{LogPlace, OldFile, is_older};
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

/// A log by its path.
#[derive(Debug)]
pub struct Local {
    path: PathBuf,
}

impl Local {
    /// The log at `path`, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Local {
        Local { path: path.into() }
    }
}

impl LogPlace for Local {
    fn words(&self) -> String {
        self.path.display().to_string()
    }

    fn size(&mut self) -> io::Result<Option<u64>> {
        match fs::metadata(&self.path) {
            Ok(meta) => regular(&meta).map(|()| Some(meta.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn older(&mut self) -> io::Result<Vec<OldFile>> {
        let (Some(log), Some(folder)) = (self.path.file_name().and_then(|name| name.to_str()), self.path.parent())
        else {
            return Ok(Vec::new());
        };
        let folder = if folder.as_os_str().is_empty() { ".".as_ref() } else { folder };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if !is_older(log, &name) {
                continue;
            }
            // A file that went away meanwhile is none.
            let Ok(meta) = fs::metadata(entry.path()) else { continue };
            if regular(&meta).is_ok() {
                files.push(OldFile { name, size: meta.len(), modified: modified(&meta) });
            }
        }
        Ok(files)
    }

    fn read(&mut self, file: Option<&str>, offset: u64, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let path = file.map_or_else(|| self.path.clone(), |name| self.path.with_file_name(name));
        regular(&fs::metadata(&path)?)?;
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        file.take(most as u64).read_to_end(into)?;
        Ok(())
    }
}

/// A device or a pipe might never end, or block for ever.
fn regular(meta: &Metadata) -> io::Result<()> {
    if meta.is_file() { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a file")) }
}

fn modified(meta: &Metadata) -> Option<i64> {
    i64::try_from(meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}
