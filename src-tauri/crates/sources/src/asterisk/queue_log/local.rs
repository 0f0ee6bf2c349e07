//! A queue_log on this computer.

use super::place::LogPlace;
use mirante_tail::{Log, OldFile};
use std::io;
use std::path::PathBuf;

/// A log by its path.
#[derive(Debug)]
pub struct Local {
    log: Log,
}

impl Local {
    /// The log at `path`, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Local {
        Local { log: Log::new(path) }
    }
}

impl LogPlace for Local {
    fn words(&self) -> String {
        self.log.path().display().to_string()
    }

    fn size(&mut self) -> io::Result<Option<u64>> {
        self.log.size()
    }

    fn older(&mut self) -> io::Result<Vec<OldFile>> {
        self.log.older()
    }

    fn read(&mut self, file: Option<&str>, offset: u64, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        self.log.read(file, offset, most, into)
    }
}
