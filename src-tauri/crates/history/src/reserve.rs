//! Room set aside, so that a full disk can still be said to have been full.

use crate::{HistoryError, Result, history::sync_file_and_folder, volume};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

/// A file of real bytes that is given up when the disk is full.
pub(crate) struct Reserve {
    path: PathBuf,
    held: bool,
}

/// What must be free beside the reserve, so that it is not given up and taken back with every commit, bytes.
const MARGIN: u64 = 1 << 20;

impl Reserve {
    /// Bytes set aside.
    pub(crate) const BYTES: u64 = 8 << 20;

    /// The room of a folder, as it was left. What is missing is set aside with the next commit: whoever starts again after a bad end
    /// shall not wait for it.
    pub(crate) fn of(dir: &Path) -> Reserve {
        let path = dir.join("reserve");
        let held = fs::metadata(&path).is_ok_and(|found| found.len() == Self::BYTES);
        Reserve { path, held }
    }

    /// Sets the room aside unless it is.
    ///
    /// # Errors
    /// [`HistoryError::DiskFull`] when there is no room for it.
    pub(crate) fn restore(&mut self) -> Result<()> {
        if self.held {
            return Ok(());
        }
        // Asked before writing, since a full disk is asked every second.
        let short = self.path.parent().and_then(volume::free_bytes).is_some_and(|free| free < Self::BYTES + MARGIN);
        let written = if short { Err(HistoryError::DiskFull) } else { self.write() };
        if written.is_err() {
            let _ = fs::remove_file(&self.path);
        }
        self.held = written.is_ok();
        written
    }

    fn write(&self) -> Result<()> {
        let mut file = File::create(&self.path).map_err(HistoryError::io(&self.path))?;
        // Written, not just sized: a hole in a file takes no room.
        let chunk = vec![0x4du8; 1 << 20];
        for _ in 0..Self::BYTES / chunk.len() as u64 {
            file.write_all(&chunk).map_err(HistoryError::io(&self.path))?;
        }
        sync_file_and_folder(&file, &self.path)
    }

    /// Gives the room up; true if there was any.
    pub(crate) fn release(&mut self) -> bool {
        std::mem::take(&mut self.held) && fs::remove_file(&self.path).is_ok()
    }
}
